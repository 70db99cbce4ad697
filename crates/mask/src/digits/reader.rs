//! Reads one item of a run: "four", "double four", "three sevens", "forty-one hundred", "4111".
//!
//! Decides which words are digits and what they are worth. What may stand between items is decided by `joint`.

use crate::lexicon::{Number, WAIT};
use crate::phrases::Words;
use crate::token::{DASH, LINE, SPACE, digit_of};
use crate::view::View;

/// A written number longer than this identifies nothing that the mask knows.
const LONGEST_NUMBER: usize = 64;

/// Reads numbers in a text.
#[derive(Clone, Copy)]
pub(super) struct Reader<'t> {
    pub(super) view: View<'t>,
    /// A run may go on in the next line.
    pub(super) lines: bool,
}

/// An item that was read.
pub(super) struct Read {
    pub(super) next: usize,
    pub(super) single: bool,
    pub(super) tail: usize,
}

impl Read {
    fn one(next: usize) -> Option<Self> {
        Some(Self {
            next,
            single: true,
            tail: 0,
        })
    }
}

impl Reader<'_> {
    pub(super) fn number(&self, at: usize) -> Number {
        self.view.number(at)
    }

    /// Whether token `at` follows the one before with nothing but spaces or hyphens.
    pub(super) fn close(&self, at: usize) -> bool {
        self.view.only(at, SPACE | DASH | LINE)
    }

    pub(super) fn is_written(&self, at: usize) -> bool {
        self.view.is_digits(at) && self.view.len(at) <= LONGEST_NUMBER
    }

    pub(super) fn is_soft(&self, at: usize) -> bool {
        self.number(at) == Number::Soft
    }

    pub(super) fn is_zero_like(&self, at: usize) -> bool {
        self.is_soft(at) && self.view.value(at) == 0
    }

    /// A digit without doubt.
    pub(super) fn is_hard(&self, at: usize) -> bool {
        match self.number(at) {
            Number::Unit => !self.is_wait(at),
            Number::Teen | Number::Tens => true,
            Number::Repeat => self.repeats(at),
            _ => self.is_written(at),
        }
    }

    /// "one second", "one moment": no digit.
    pub(super) fn is_wait(&self, at: usize) -> bool {
        self.view.value(at) == 1 && self.close(at + 1) && self.view.is(at + 1, WAIT)
    }

    /// "double" before a digit.
    pub(super) fn repeats(&self, at: usize) -> bool {
        let digit = match self.number(at + 1) {
            Number::Unit | Number::Soft => true,
            _ => self.view.is_digits(at + 1) && self.view.len(at + 1) == 1,
        };
        digit && self.close(at + 1)
    }

    /// "one's", with its "is".
    pub(super) fn is_digit_with_is(&self, at: usize) -> bool {
        let plural = self.number(at) == Number::Plural;
        plural && self.view.text_of(at).ends_with("'s")
    }

    /// Reads the item at `at` into `digits`.
    pub(super) fn item(&self, at: usize, digits: &mut Vec<u8>) -> Option<Read> {
        match self.number(at) {
            Number::Repeat if self.repeats(at) => self.repeated(at, digits),
            Number::Unit => self.unit(at, digits),
            Number::Soft => self.digit(at, digits),
            Number::Teen | Number::Tens => {
                let (value, next) = self.below_hundred(at)?;
                Some(self.large(at, value, next, digits))
            }
            // "one's my pin": the last digit with an "is".
            Number::Plural if self.is_digit_with_is(at) => self.digit(at, digits),
            Number::None if self.is_written(at) => {
                digits.extend(self.view.text_of(at).chars().filter_map(digit_of));
                Some(Read {
                    next: at + 1,
                    single: false,
                    tail: 0,
                })
            }
            _ => None,
        }
    }

    fn digit(&self, at: usize, digits: &mut Vec<u8>) -> Option<Read> {
        digits.push(self.view.value(at));
        Read::one(at + 1)
    }

    /// "double four".
    fn repeated(&self, at: usize, digits: &mut Vec<u8>) -> Option<Read> {
        let digit = self.single_digit(at + 1)?;
        let count = usize::from(self.view.value(at));
        digits.extend(std::iter::repeat_n(digit, count));
        Read::one(at + 2)
    }

    /// "four", "three sevens", "four hundred".
    fn unit(&self, at: usize, digits: &mut Vec<u8>) -> Option<Read> {
        let value = self.view.value(at);
        if self.is_wait(at) {
            return None;
        }
        if let Some((value, next)) = self.four_twenties(at) {
            return Some(self.large(at, value, next, digits));
        }
        if value > 1 && self.number(at + 1) == Number::Plural && self.close(at + 1) {
            let digit = self.view.value(at + 1);
            digits.extend(std::iter::repeat_n(digit, usize::from(value)));
            return Read::one(at + 2);
        }
        if value > 0 && self.is_big(at + 1) {
            return Some(self.large(at, u32::from(value), at + 1, digits));
        }
        self.digit(at, digits)
    }

    pub(super) fn single_digit(&self, at: usize) -> Option<u8> {
        match self.number(at) {
            Number::Unit | Number::Soft => Some(self.view.value(at)),
            _ => self.view.text_of(at).chars().next().and_then(digit_of),
        }
    }

    pub(super) fn is_big(&self, at: usize) -> bool {
        matches!(self.number(at), Number::Hundred | Number::Thousand) && self.close(at)
    }

    /// "forty one", "eleven", "four": a value below one hundred and the token after it.
    pub(super) fn below_hundred(&self, at: usize) -> Option<(u32, usize)> {
        let value = u32::from(self.view.value(at));
        match self.number(at) {
            Number::Unit | Number::Teen => Some((value, at + 1)),
            Number::Tens => {
                let and = usize::from(self.view.next_in(at, Words::AndTens));
                Some(match self.unit_of_tens(at, at + 1 + and) {
                    Some(unit) => (value + unit, at + 2 + and),
                    None => (value, at + 1),
                })
            }
            _ => None,
        }
    }

    /// "quatre-vingt-douze": eighty and what follows, and the token after it.
    fn four_twenties(&self, at: usize) -> Option<(u32, usize)> {
        let vingt = self.view.next(at, "vingt") || self.view.next(at, "vingts");
        if !self.view.says(at, "quatre") || !vingt || !self.close(at + 1) {
            return None;
        }
        let rest = self.unit_of_tens(at, at + 2);
        Some(rest.map_or((80, at + 2), |rest| (80 + rest, at + 3)))
    }

    /// The unit at `at` after the tens word `tens`: "twenty two", but "twenty, two sevens" is 20 and 77. The French count on to
    /// nineteen from sixty and eighty.
    fn unit_of_tens(&self, tens: usize, at: usize) -> Option<u32> {
        let value = u32::from(self.view.value(at));
        let french = self.view.says(tens, "soixante") || self.view.says(tens, "quatre");
        let counts = match self.number(at) {
            Number::Unit => true,
            Number::Soft => self.view.text_of(at).starts_with("un"),
            Number::Teen => french && value < 20,
            _ => false,
        };
        let unit = counts && value > 0 && self.close(at);
        let other = self.is_wait(at) || self.number(at + 1) == Number::Plural;
        (unit && !other).then_some(value)
    }

    /// The hundreds and thousands after `value`, if any, and all digits of the whole.
    fn large(&self, first: usize, value: u32, next: usize, digits: &mut Vec<u8>) -> Read {
        let small = if value > 20 { value % 10 } else { 0 };
        let mut said = Said { value, next, small };
        if self.number(next) == Number::Hundred && self.close(next) {
            said = self.tail(value * 100, next + 1, value < 10, false);
        }
        if said.value < 1000 && self.is_thousand(said.next) {
            said = self.thousands(&said);
        }
        digits.extend(said.value.to_string().bytes().map(|b| b - b'0'));
        Read {
            next: said.next,
            single: said.next == first + 1 && said.value < 10,
            tail: said.tail(),
        }
    }

    fn is_thousand(&self, at: usize) -> bool {
        self.number(at) == Number::Thousand && self.close(at)
    }

    /// "four thousand", "four thousand two hundred and one".
    fn thousands(&self, said: &Said) -> Said {
        let (mut base, mut next) = (said.value * 1000, said.next + 1);
        let hundreds =
            self.number(next) == Number::Unit && self.number(next + 1) == Number::Hundred;
        if hundreds && self.close(next) && self.close(next + 1) {
            base += u32::from(self.view.value(next)) * 100;
            next += 2;
        }
        self.tail(base, next, true, true)
    }

    /// The part below one hundred after "hundred" or "thousand": always after "and", else only where `open`.
    fn tail(&self, base: u32, next: usize, open: bool, last: bool) -> Said {
        let and = self.close(next) && self.view.text_of(next) == "and";
        let at = next + usize::from(and);
        let small = match self.below_hundred(at) {
            Some((small, after)) if small > 0 && !self.begins_another(at, after, last) => {
                Some((small, after))
            }
            _ => None,
        };
        match small.filter(|_| (and || open) && self.close(at)) {
            Some((small, next)) => Said {
                value: base + small,
                next,
                small,
            },
            None => Said {
                value: base,
                next,
                small: 0,
            },
        }
    }

    /// "four hundred one one": the digits go on one by one; "four thousand three thousand": another number.
    fn begins_another(&self, at: usize, after: usize, last: bool) -> bool {
        let digits = self.number(at) == Number::Unit && self.number(after) == Number::Unit;
        digits || last && self.is_big(after)
    }
}

/// A number in words so far.
struct Said {
    value: u32,
    next: usize,
    /// Its part below one hundred.
    small: u32,
}

impl Said {
    /// How many of its last digits may be a number of their own.
    fn tail(&self) -> usize {
        match self.small {
            0 => 0,
            1..10 => 1,
            _ => 2,
        }
    }
}
