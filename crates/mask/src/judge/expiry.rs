//! The month and year of expiry, and the security code that callers say with it.

use super::case::Case;
use super::dates::{is_card_year, is_day, is_expiry, is_month};
use crate::kind::Kind;
use crate::token::{DASH, SLASH};

impl Case<'_> {
    /// The end of a written or spoken `MM/YY` that begins at item `from`.
    pub(super) fn expiry_at(&self, from: usize) -> Option<usize> {
        let [_, second] = self.run.items.get(from..from + 2)? else {
            return None;
        };
        let (month, year) = self.pair(from);
        if !second.has(SLASH | DASH) || !second.written {
            return None;
        }
        let turned = month.len() == 4 && is_card_year(month) && year.len() == 2 && is_month(year);
        let third = self.item(from + 2);
        let day = third.is_some_and(|i| i.has(SLASH | DASH) && i.written);
        (turned && !day || is_month(month) && is_card_year(year)).then_some(from + 2)
    }

    fn pair(&self, from: usize) -> (&[u8], &[u8]) {
        (self.digits(from, from + 1), self.digits(from + 1, from + 2))
    }

    /// The end of a month and year right after a card, whatever stands between: `4111111111111111,09,27,123`.
    pub(super) fn plain_expiry_at(&self, from: usize) -> Option<usize> {
        let second = self.item(from + 1)?;
        let (month, year) = self.pair(from);
        let fits = month.len() == 2 && is_month(month) && is_card_year(year) && second.written;
        let rest = self.count(from + 2, self.all());
        (fits && matches!(rest, 0 | 3 | 4)).then_some(from + 2)
    }

    /// Items `from..to` as month and year, however they were said.
    pub(super) fn expiry(&mut self, from: usize, to: usize) -> bool {
        if let Some(end) = self.expiry_at(from) {
            return self.dated(from, end, to);
        }
        if self.is_said_again(from, to) {
            self.push(from, to, Kind::Expiry);
            return true;
        }
        let fits = |end: &usize| {
            let digits = self.digits(from, *end);
            is_expiry(digits) || is_day(digits)
        };
        if let Some(end) = (from + 1..=to).rev().find(fits) {
            return self.dated(from, end, to);
        }
        self.growing_month(from, to)
    }

    /// An expiry up to `end`, and perhaps a code after it.
    fn dated(&mut self, from: usize, end: usize, to: usize) -> bool {
        self.push(from, end, Kind::Expiry);
        self.bare_code(end, to);
        true
    }

    /// "oh eight oh nine, I mean oh eight twenty nine": what was taken back counts for nothing.
    fn is_said_again(&self, from: usize, to: usize) -> bool {
        let mut later = (from + 1..to).rev();
        let again = later.find(|at| self.run.items[*at].corrected);
        again.is_some_and(|again| is_expiry(self.digits(again, to)))
    }

    /// A month alone at the end of what was heard so far is an expiry that goes on.
    fn growing_month(&mut self, from: usize, to: usize) -> bool {
        let month = is_month(self.digits(from, to));
        let growing = self.sight.ends && self.is_growing() && month;
        if growing {
            self.push(from, to, Kind::Expiry);
        }
        growing
    }

    /// Three or four digits right after an expiry are the security code.
    pub(super) fn bare_code(&mut self, from: usize, to: usize) {
        if matches!(self.count(from, to), 3 | 4) {
            self.push(from, to, Kind::SecurityCode);
        }
    }
}
