//! Numbers that say how many digits follow: "first four", "the next three are", "the new one is".
//!
//! Decides whether a number word is such a count, and no digit of the run.

use super::reader::Reader;
use crate::lexicon::{COPULA, COUNTS, Number};
use crate::phrases::Words;
use crate::token::{COMMA, SPACE};

/// Words between a count and its digits.
const BETWEEN: usize = 4;

impl Reader<'_> {
    /// Whether token `at` only says how many digits follow: "first four", "the next three are".
    pub(super) fn counts(&self, at: usize) -> bool {
        if self.is_named(at) {
            return true;
        }
        let after = self.view.is(at.wrapping_sub(1), COUNTS);
        if !after || !self.close(at) || self.view.len(at) > 5 {
            return false;
        }
        let count = self.count_at(at);
        let here = self.after_count(at);
        // "last three nine three one" is four digits; "last four" and four more are not five.
        let alone = here == at + 1 && !matches!(count, 4 | 6 | 8);
        (2..=8).contains(&count) && !alone && self.has_digits(here, count)
    }

    fn count_at(&self, at: usize) -> usize {
        let written = || self.single_digit(at).filter(|_| self.is_written(at));
        match self.number(at) {
            Number::Unit => usize::from(self.view.value(at)),
            _ => written().map_or(0, usize::from),
        }
    }

    /// The token after "digits are" and the like.
    fn after_count(&self, at: usize) -> usize {
        let words = (at + 1..=at + BETWEEN).take_while(|j| self.view.within(*j, Words::Counted));
        at + 1 + words.count()
    }

    /// Whether exactly `count` digits follow from `first` on.
    fn has_digits(&self, first: usize, count: usize) -> bool {
        if self.is_written(first) && self.view.len(first) > 1 {
            return self.view.len(first) == count;
        }
        let (mut said, mut here) = (0, first);
        while said <= count && (here == first || self.follows(here)) {
            let Some((digits, next)) = self.digits_at(here) else {
                break;
            };
            (said, here) = (said + digits, next);
        }
        said == count
    }

    fn follows(&self, at: usize) -> bool {
        self.close(at) || self.view.only(at, SPACE | COMMA)
    }

    /// How many digits stand at `at`, and the token after them.
    fn digits_at(&self, at: usize) -> Option<(usize, usize)> {
        match self.number(at) {
            Number::Unit | Number::Soft => Some((1, at + 1)),
            Number::Repeat if self.repeats(at) => Some((usize::from(self.view.value(at)), at + 2)),
            Number::Teen | Number::Tens => self.below_hundred(at).map(|(_, next)| (2, next)),
            _ => self.is_written(at).then(|| (self.view.len(at), at + 1)),
        }
    }

    /// "the new one is", "cvv two is": part of what a number is called.
    fn is_named(&self, at: usize) -> bool {
        let value = self.view.value(at);
        if at == 0 || self.number(at) != Number::Unit || !matches!(value, 1 | 2) {
            return false;
        }
        let said = self.view.is(at + 1, COPULA) && self.number(at + 1) == Number::None;
        let set = match value {
            1 => Words::WhichOne,
            _ => Words::CvvTwo,
        };
        said && self.close(at) && self.view.before_in(at, set)
    }
}
