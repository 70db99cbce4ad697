//! Whether a doubtful number is a secret: a PIN or the number of a pin of metal, an IP address or the number of a clause.
//!
//! Decides by the words and signs around the number, with weights that were trained on labelled lines
//! (`training/lines.tsv`, `cargo xtask train-mask`). Only what no shape or check digit can tell comes here. A new noun is
//! a labelled line, not a condition.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::data::rows;
use super::lexicon::{COPULA, FILLER, LINK, MEASURE};
use super::phrases::Words;
use super::token::{COLON, COMMA, DASH, EQUALS, LINE, OTHER, PAREN, POINT, QUOTE, SLASH, STOP};
use super::view::View;

#[cfg(any(test, feature = "training"))]
#[cfg_attr(
    not(feature = "training"),
    expect(unreachable_pub, reason = "tests train too")
)]
pub mod training;

/// What is asked about a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// A number after the word "pin".
    Pin,
    /// Four numbers with points between.
    Address([u32; 4]),
    /// A number beside the word "code".
    Code,
}

impl Question {
    const fn name(self) -> &'static str {
        match self {
            Self::Pin => "pin",
            Self::Address(_) => "address",
            Self::Code => "code",
        }
    }
}

/// A number that may be a secret, with the text around it.
pub(super) struct Doubt<'t> {
    pub(super) view: View<'t>,
    pub(super) question: Question,
    /// The token that names the number ("pin"), or `from` where none does.
    pub(super) name: usize,
    /// The number's tokens.
    pub(super) from: usize,
    pub(super) to: usize,
}

/// The weight of each feature in thousandths, by question and feature.
static WEIGHTS: LazyLock<HashMap<(&str, &str), i32>> = LazyLock::new(|| {
    let rows = rows(include_str!("../data/weights.tsv"));
    rows.filter_map(|[question, feature, weight]| Some(((question, feature), weight.parse().ok()?)))
        .collect()
});

/// A number counts as a secret when it is at least half as likely one as not (a logarithm, in thousandths): a secret that
/// is shown is worse than a number that is not.
const CAUTION: i32 = 700;
/// Sets of words that are a class of their own.
const CLASSES: [(Words, &str); 3] = [
    (Words::Owners, "whose"),
    (Words::Determiners, "determiner"),
    (Words::Prepositions, "preposition"),
];
/// Roles of words that are a class of their own.
const FLAGS: [(u32, &str); 3] = [
    (COPULA, "copula"),
    (MEASURE, "unit"),
    (LINK | FILLER, "link"),
];
/// More words than this between a name and its number are not looked at.
const BETWEEN: usize = 6;
/// How far around a code its sentence is looked at.
const AROUND: usize = 6;
/// An octet above this is no number of a clause that the lines know of.
const PARAGRAPHS: u32 = 30;

impl Doubt<'_> {
    /// Whether the number is more likely a secret than not.
    pub(super) fn is_secret(&self) -> bool {
        let mut sum = 0;
        self.features(true, &mut |feature| {
            let weight = WEIGHTS.get(&(self.question.name(), feature));
            sum += weight.copied().unwrap_or(0);
        });
        sum > -CAUTION
    }

    /// What is seen around the number; without `words` only what kinds of words stand there.
    fn features(&self, words: bool, see: &mut dyn FnMut(&str)) {
        see("always");
        let before = [self.name.checked_sub(1), self.name.checked_sub(2)];
        let classes = before.map(|at| self.class(at));
        see(&format!("before is {}", classes[0]));
        see(&format!("before are {} {}", classes[1], classes[0]));
        see(&format!("signs before {}", self.signs(self.name)));
        let end = self.to.max(self.name + 1);
        let follows = (!self.view.has(end, STOP | LINE)).then_some(end);
        see(&format!("after is {}", self.class(follows)));
        if words {
            for (at, place) in before.into_iter().zip(["before", "before that"]) {
                see(&format!("{place} {}", self.word(at)));
            }
            see(&format!("after {}", self.word(follows)));
            see(&format!(
                "after that {}",
                self.word(follows.map(|at| at + 1))
            ));
        }
        match self.question {
            Question::Pin => self.between(words, classes[0], see),
            Question::Code => {
                self.between(words, classes[0], see);
                self.around(words, end, see);
            }
            Question::Address(octets) => octets_seen(octets, classes[0], see),
        }
    }

    /// What stands between a name and its number, and how the number is made.
    fn between(&self, words: bool, before: &str, see: &mut dyn FnMut(&str)) {
        let between = match self.name < self.from {
            true => self.name + 1..self.from.min(self.name + 1 + BETWEEN),
            false => self.to..self.name.max(self.to),
        };
        let mut said = self.view.has(self.from, COLON | EQUALS);
        for at in between.clone() {
            said |= self.class(Some(at)) == "copula";
            see(&format!("between is {}", self.class(Some(at))));
            if words {
                see(&format!("between {}", self.word(Some(at))));
            }
        }
        let digits = self.digits();
        see(&format!("said {said} after {before}"));
        see(&format!("words between {}", between.len()));
        see(&format!("digits {}", digits.min(9)));
        see(&format!("digits {} said {said}", digits.min(9)));
        see(&format!("written {}", self.view.is_digits(self.from)));
        see(&format!("signs {}", self.signs(self.from)));
    }

    /// The other words of the sentence: what a code is for.
    fn around(&self, words: bool, end: usize, see: &mut dyn FnMut(&str)) {
        see(&format!("behind {}", self.name > self.from));
        let first = self.name.min(self.from);
        let before = first.saturating_sub(AROUND)..first;
        for at in before.chain(end..end + AROUND).filter(|_| words) {
            if self.view.token(at).is_some() {
                see(&format!("near {}", self.word(Some(at))));
            }
        }
    }

    fn digits(&self) -> usize {
        let digits = self.view.tokens[self.from..self.to].iter().map(|token| {
            let written = if token.is_digits() {
                token.len as usize
            } else {
                0
            };
            written + usize::from(token.is_number())
        });
        digits.sum()
    }

    fn word(&self, at: Option<usize>) -> String {
        let at = at.filter(|at| self.view.token(*at).is_some());
        match at {
            None => "edge".to_owned(),
            Some(at) if self.view.is_digits(at) => "number".to_owned(),
            Some(at) => self.view.text_of(at).to_lowercase(),
        }
    }

    /// What kind of word stands at `at`: the back-off for nouns that no line has.
    fn class(&self, at: Option<usize>) -> &'static str {
        let Some((at, token)) = at.and_then(|at| Some((at, self.view.token(at)?))) else {
            return "edge";
        };
        let named = CLASSES.iter().find(|(set, _)| self.view.within(at, *set));
        if let Some((_, name)) = named {
            return name;
        }
        if self.view.is_number(at) {
            return "number";
        }
        if token.is_plain() {
            return "noun";
        }
        let flagged = FLAGS.iter().find(|(flag, _)| token.is(*flag));
        flagged.map_or("known", |(_, name)| name)
    }

    fn signs(&self, at: usize) -> &'static str {
        let names = [
            (LINE, "line"),
            (STOP, "stop"),
            (COLON, "colon"),
            (EQUALS, "equals"),
            (PAREN, "paren"),
            (SLASH, "slash"),
            (QUOTE, "quote"),
            (COMMA, "comma"),
            (OTHER, "other"),
            (DASH, "dash"),
            (POINT, "point"),
        ];
        let gap = self.view.gap(at);
        let found = names.iter().find(|(sign, _)| gap & sign != 0);
        found.map_or("space", |(_, name)| name)
    }
}

/// How large the four numbers are: numbers of clauses are small and seldom zero.
fn octets_seen(octets: [u32; 4], before: &str, see: &mut dyn FnMut(&str)) {
    let large = octets.iter().any(|n| *n > PARAGRAPHS);
    let zero = octets.contains(&0);
    let private = matches!(octets, [10, ..] | [192, 168, ..]);
    let size = match (large, zero) {
        (true, _) => "large",
        (_, true) => "zero",
        _ => "small",
    };
    see(&format!("size {size}"));
    see(&format!("size {size} after {before}"));
    see(&format!("size {size} private {private}"));
}
