//! A run of digits that nothing announced: it must have the check digits of a card, or the exact shape of a phone or SSN.
//!
//! Decides for precision: what could as well be a quantity, a date or an id is left alone.

use super::super::digits::Item;
use super::super::kind::Kind;
use super::super::scan::Live;
use super::super::token::{COMMA, DASH, PAREN, PLUS, POINT, SLASH, SPACE, STOP};
use super::super::written::{brand_has, is_ssn, may_grow_into_card};
use super::Judge;
use super::card::{luhn_after_correction, reread};

/// Digit by digit or in pairs, not one amount.
fn dictated_so_far(items: &[Item]) -> bool {
    items.len() >= 3 && items.iter().all(|item| item.len <= 4)
}

impl Judge<'_> {
    /// A run, or the end of one, that nothing announced.
    pub(super) fn bare(&mut self, from: usize, to: usize) {
        if from >= to || self.sight.measured && self.run.digits_of(from, to).len() < 15 {
            return;
        }
        if self.cards(from, to, false) {
            let card = self.out.last().map_or(to, |(_, end, _)| *end);
            if card < to && !self.run.items[card].written
                || self.expiry_at(card).is_some()
                || self.plain_expiry_at(card).is_some()
            {
                self.after_card(card);
            }
            return;
        }
        if self.phones_and_ssns(from, to) {
            return;
        }
        if !self.run.items[from..to].iter().all(|i| i.written) {
            self.bare_spoken(from, to);
        } else if self.sight.live != Live::No && self.sight.ends {
            self.open_card(from, to);
        }
    }

    /// Written groups with the exact shape of a phone or SSN.
    pub(super) fn phones_and_ssns(&mut self, from: usize, to: usize) -> bool {
        let (mut at, mut found) = (from, false);
        while at < to {
            match self.shape(at, to) {
                Some((end, kind)) => {
                    self.out.push((at, end, kind));
                    (at, found) = (end, true);
                }
                None => at += 1,
            }
        }
        found
    }

    pub(super) fn shape(&self, at: usize, to: usize) -> Option<(usize, Kind)> {
        let items = &self.run.items[at..to];
        let written = items.iter().take_while(|i| i.written).count().min(7);
        if written == 0 {
            return None;
        }
        let lens: Vec<usize> = items[..written].iter().map(|i| i.len).collect();
        let before = &items[0];
        if at > 0 && before.gap & (DASH | POINT | SLASH) != 0 && before.gap & SPACE == 0
            || at == 0 && (self.sight.id_like || self.sight.decimal)
        {
            return None;
        }
        let closed = |end: usize| {
            items
                .get(end)
                .is_none_or(|i| !i.written || i.gap & (SPACE | STOP | COMMA) != 0)
                && !(at + end == self.run.items.len() && self.sight.id_like)
        };
        let same = |end: usize, allowed: u16| {
            items[1..end]
                .iter()
                .all(|i| i.gap != 0 && i.gap & !allowed == 0 && !i.glued)
        };
        let plus = at == 0 && self.sight.plus || at > 0 && before.gap & PLUS != 0;
        if plus {
            let (mut sum, mut end) = (0, 0);
            while end < lens.len()
                && sum + lens[end] <= 15
                && (end == 0 || items[end].gap & !(SPACE | DASH | POINT | PAREN) == 0)
            {
                sum += lens[end];
                end += 1;
            }
            if (8..=15).contains(&sum) {
                return Some((at + end, Kind::Phone));
            }
        }
        let separators = SPACE | DASH | POINT | PAREN;
        let digits = |end: usize| self.run.digits_of(at, at + end);
        match lens[..] {
            [3, 2, 4, ..]
                if closed(3)
                    && same(3, DASH) | same(3, SPACE) | same(3, POINT)
                    && is_ssn(digits(3)) =>
            {
                Some((at + 3, Kind::Ssn))
            }
            [3, 3, 4, ..] if closed(3) && same(3, separators) && digits(3)[0] > 1 => {
                Some((at + 3, Kind::Phone))
            }
            [1, 3, 3, 4, ..] if closed(4) && same(4, separators) && digits(1)[0] == 1 => {
                Some((at + 4, Kind::Phone))
            }
            [3, 7, ..]
                if closed(2)
                    && same(2, separators)
                    && items[1].gap & (DASH | PAREN) != 0
                    && digits(2)[0] > 1 =>
            {
                Some((at + 2, Kind::Phone))
            }
            [first, ..] if (2..=5).contains(&first) && digits(1)[0] == 0 => {
                self.trunk(at, &lens, &closed, &same)
            }
            _ => None,
        }
    }

    /// A national number with its leading zero, or one with two and its country: "020 7946 0958", "06 12 34 56 78", "001-415-555-2671".
    pub(super) fn trunk(
        &self,
        at: usize,
        lens: &[usize],
        closed: &dyn Fn(usize) -> bool,
        same: &dyn Fn(usize, u16) -> bool,
    ) -> Option<(usize, Kind)> {
        let mut sum = 0;
        let abroad = self.run.digits_of(at, at + 1).starts_with(&[0, 0]);
        let sums = if abroad { 11..=15 } else { 10..=11 };
        let least = if abroad { 3 } else { 2 };
        for (place, len) in lens.iter().enumerate() {
            sum += len;
            let end = place + 1;
            if end >= least
                && sums.contains(&sum)
                && closed(end)
                && same(end, SPACE | DASH | PAREN | POINT)
                && lens[1..end].iter().all(|l| (2..=8).contains(l))
            {
                return Some((at + end, Kind::Phone));
            }
        }
        None
    }

    /// A spoken run without a lead: told by its length, digit by digit.
    pub(super) fn bare_spoken(&mut self, from: usize, to: usize) {
        let items = &self.run.items[from..to];
        let digits = self.run.digits_of(from, to);
        let singles = items.iter().filter(|i| i.single).count();
        let corrected = items.iter().any(|i| i.corrected);
        if self.is_counting(from, to) {
            return;
        }
        let dictated = singles * 10 >= items.len() * 6 && singles >= 4;
        let kind = match digits.len() {
            9 if dictated && is_ssn(digits) && !corrected => Some(Kind::Ssn),
            10 if dictated => Some(Kind::Phone),
            10..=14 if dictated && from == 0 && self.sight.plus => Some(Kind::Phone),
            11 if dictated && matches!(digits[0], 0 | 1) => Some(Kind::Phone),
            11..=14 if dictated && corrected => Some(Kind::Phone),
            15 | 16 if dictated && brand_has(digits, digits.len()) => Some(Kind::Card),
            16..=26
                if corrected
                    && (dictated || luhn_after_correction(self.run, from, to))
                    && may_grow_into_card(digits) =>
            {
                Some(Kind::Card)
            }
            _ => reread(self.run, from, to).map(|_| Kind::Card),
        };
        if let Some(kind) = kind {
            self.out.push((from, to, kind));
            return;
        }
        // Nothing of what may become a number is shown while it grows.
        let whole = self.sight.ends && to == self.run.items.len();
        if self.sight.live == Live::Growing
            && whole
            && dictated_so_far(items)
            && (6..=24).contains(&digits.len())
            && !self.sight.id_like
        {
            let kind = if may_grow_into_card(digits) {
                Kind::Card
            } else {
                Kind::Phone
            };
            self.out.push((from, to, kind));
            return;
        }
        let parts = self.out.len();
        let mut start = from;
        // Two numbers in one breath: each sentence for itself.
        for end in from + 1..=to {
            let seam = end == to || self.run.items[end].gap & STOP != 0;
            if seam && (start, end) != (from, to) {
                self.bare(start, end);
                start = end;
            } else if seam {
                start = end;
            }
        }
        if self.out.len() == parts && self.sight.live != Live::No && self.sight.ends {
            self.open_card(from, to);
        }
    }

    /// The end of an utterance that may be the first part of a card.
    pub(super) fn open_card(&mut self, from: usize, to: usize) {
        let digits = self.run.digits_of(from, to);
        let items = &self.run.items[from..to];
        let least = if self.sight.live == Live::Growing {
            4
        } else {
            8
        };
        let singles = items.iter().filter(|i| i.single).count();
        let dictated = singles * 2 >= items.len()
            || items
                .iter()
                .all(|i| i.written && matches!(i.len, 1 | 2 | 4))
                && items.len() > 1
            || digits.len() >= 6 && !self.is_counting(from, to);
        let year = digits.len() == 4 && items.len() <= 2;
        if (least..=19).contains(&digits.len())
            && dictated
            && !year
            && !self.sight.id_like
            && may_grow_into_card(digits)
            && !self.is_counting(from, to)
        {
            self.out.push((from, to, Kind::Card));
        }
    }

    /// "one two three four …", "ten nine eight …", "ten twenty thirty": counting, not dictating.
    pub(super) fn is_counting(&self, from: usize, to: usize) -> bool {
        let value = |at: usize| {
            self.run.digits_of(at, at + 1).iter().fold(0_u64, |n, d| {
                n.saturating_mul(10).saturating_add(u64::from(*d))
            })
        };
        if to - from < 4 {
            return false;
        }
        let steps: Vec<i64> = (from + 1..to)
            .map(|at| {
                value(at)
                    .cast_signed()
                    .wrapping_sub(value(at - 1).cast_signed())
            })
            .collect();
        let first = steps[0];
        let even = steps.iter().filter(|step| **step == first).count();
        first != 0 && even * 10 >= steps.len() * 9
    }
}
