//! When a number that a caller says or types in answer to a question is whole, and what is to be said when it is not.
//!
//! A card is whole when its length is one of its brand's and its check digit is right; other numbers when they have as many
//! digits as their argument declares. What is no whole number is given out to nobody.

use std::ops::RangeInclusive;

use conversimple_mask::{Kind, digits_in};

use super::answer::{is_figure, is_near_figure};
use crate::card::{self, CardNumber};

/// From this length on a card's number is the whole one: those of a longer one rarely have the right check digit here.
const CARD_DIGITS: usize = 16;

/// What the caller was asked, as far as their next words may answer it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Question {
    /// Nothing.
    #[default]
    None,
    /// Something that is no secret.
    Plain,
    /// A secret.
    Secret {
        /// Its kind.
        kind: Kind,
        /// How many digits it has, where its argument declares that.
        lengths: Option<RangeInclusive<usize>>,
    },
}

impl Question {
    /// The kind of secret that was asked for.
    pub(super) fn secret(&self) -> Option<Kind> {
        match self {
            Self::Secret { kind, .. } => Some(*kind),
            Self::None | Self::Plain => None,
        }
    }
}

impl From<Option<Kind>> for Question {
    fn from(kind: Option<Kind>) -> Self {
        let lengths = None;
        kind.map_or(Self::None, |kind| Self::Secret { kind, lengths })
    }
}

/// What is to be said of a number that is not whole. It tells counts and nothing of the digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// Digits are missing.
    Missing {
        /// What the number is.
        kind: Kind,
        /// How many there are.
        have: usize,
        /// How many there should be, where that is known.
        of: Option<usize>,
    },
    /// It has the right length and is wrong all the same, or is too long: it must be given anew.
    Mistaken {
        /// What the number is.
        kind: Kind,
        /// How many digits there are.
        have: usize,
        /// How many there should be, where that is what is wrong.
        of: Option<usize>,
    },
}

/// What digits are as a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Judged {
    Whole,
    /// Whole, unless more digits follow.
    MayGrow,
    Not(Remark),
}

impl Judged {
    pub(super) fn is_whole(&self) -> bool {
        matches!(self, Self::Whole | Self::MayGrow)
    }
}

/// Judges the digits of a number; what else `text` holds does not count.
pub(super) fn judge(kind: Kind, text: &str, lengths: Option<&RangeInclusive<usize>>) -> Judged {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let have = digits.len();
    if kind == Kind::Card {
        return judge_card(&digits);
    }
    let usual = usual_lengths(kind);
    let (least, most) = lengths.map_or((*usual.start(), None), |declared| {
        (*declared.start(), Some(*declared.end()))
    });
    let of = lengths
        .filter(|declared| declared.start() == declared.end())
        .map(|declared| *declared.start());
    if have < least {
        Judged::Not(Remark::Missing { kind, have, of })
    } else if most.is_some_and(|most| have > most) {
        Judged::Not(Remark::Mistaken {
            kind,
            have,
            of: of.or(most),
        })
    } else {
        Judged::Whole
    }
}

fn judge_card(digits: &str) -> Judged {
    let kind = Kind::Card;
    let have = digits.len();
    let lengths = card::lengths(digits);
    let most = lengths.iter().map(|range| *range.end()).max();
    let most = most.unwrap_or(CARD_DIGITS);
    let fits = lengths.iter().any(|range| range.contains(&have));
    if fits && CardNumber::parse(digits).is_ok() {
        let is_sure = have >= CARD_DIGITS || have == most;
        return if is_sure {
            Judged::Whole
        } else {
            Judged::MayGrow
        };
    }
    let usual = match lengths.as_slice() {
        [only] if only.start() == only.end() => Some(*only.start()),
        several => several
            .iter()
            .any(|range| range.contains(&CARD_DIGITS))
            .then_some(CARD_DIGITS),
    };
    let of = usual.filter(|of| *of != have);
    Judged::Not(if have >= CARD_DIGITS.min(most) {
        Remark::Mistaken { kind, have, of }
    } else {
        Remark::Missing { kind, have, of }
    })
}

/// How many digits a number has that declares nothing.
fn usual_lengths(kind: Kind) -> RangeInclusive<usize> {
    match kind {
        Kind::Phone => 7..=15,
        // Often only the last four are asked for.
        Kind::Ssn => 4..=9,
        _ => 3..=usize::MAX,
    }
}

/// Whether words are digits and nothing else, and so many that they belong to a number: what follows one that was given is
/// more of it.
pub(super) fn is_only_digits(words: &str) -> bool {
    const LEAST: usize = 3;
    let is_digit = |word: &str| {
        let count = digits_in(word).len();
        let is_written = word.bytes().any(|b| b.is_ascii_digit());
        let is_figure = is_figure(word) && (count == 1 || is_written);
        is_figure || is_near_figure(word) && !word.eq_ignore_ascii_case("hundred")
    };
    let mut split = words.split_whitespace();
    split.all(is_digit) && digits_in(words).len() >= LEAST
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that payment services publish for tests, and what is left of them when digits are lost.
    #[test]
    fn card_is_whole_by_length_and_check_digit() {
        let missing = |have, of| {
            Judged::Not(Remark::Missing {
                kind: Kind::Card,
                have,
                of,
            })
        };
        let mistaken = |have, of| {
            Judged::Not(Remark::Mistaken {
                kind: Kind::Card,
                have,
                of,
            })
        };
        for (digits, expected) in [
            ("4111111111111111", Judged::Whole),
            ("4111 1111 1111 1111", Judged::Whole),
            ("378282246310005", Judged::Whole),
            ("4222222222222", Judged::MayGrow),
            ("36227206271667", Judged::MayGrow),
            ("4111", missing(4, Some(16))),
            ("411111111111", missing(12, Some(16))),
            ("37828224631", missing(11, Some(15))),
            ("55555555555544", missing(14, Some(16))),
            ("4111111111111112", mistaken(16, None)),
            ("378282246310006", mistaken(15, None)),
            ("411111111111111111111111", mistaken(24, Some(16))),
        ] {
            assert_eq!(judge(Kind::Card, digits, None), expected, "{digits}");
        }
    }

    #[test]
    fn number_has_the_declared_length() {
        let (kind, of) = (Kind::Pin, Some(4));
        let four = 4..=4;
        assert_eq!(judge(kind, "4271", Some(&four)), Judged::Whole);
        let missing = Remark::Missing { kind, have: 3, of };
        assert_eq!(judge(kind, "427", Some(&four)), Judged::Not(missing));
        let mistaken = Remark::Mistaken { kind, have: 5, of };
        assert_eq!(judge(kind, "42711", Some(&four)), Judged::Not(mistaken));
        assert_eq!(judge(kind, "427", None), Judged::Whole);
    }

    #[test]
    fn only_digits_are_more_of_a_number() {
        for more in [
            "seven five six one",
            "Seven, five, six, one.",
            "7561",
            "oh 5 5",
        ] {
            assert!(is_only_digits(more), "{more}");
        }
        for other in ["twenty", "fifty five", "one", "7561 please", "pay 500", ""] {
            assert!(!is_only_digits(other), "{other}");
        }
    }
}
