//! A run of digits that nothing announced: it must have the check digits of a card, or the exact shape of a phone or SSN.
//!
//! Decides for precision: what could as well be a quantity, a date or an id is left alone. Also what callers say right after
//! a card, which the card announces.

use super::again::{luhn_after_correction, reread};
use super::case::Case;
use crate::checks::{brand_has, is_ssn, may_grow_into_card};
use crate::digits::Item;
use crate::kind::Kind;
use crate::token::STOP;

/// Digits that are held back while they grow.
const GROWING: std::ops::RangeInclusive<usize> = 6..=24;

impl Case<'_> {
    /// A run, or the end of one, that nothing announced.
    pub(super) fn bare(&mut self, from: usize, to: usize) {
        if from >= to || self.sight.measured && self.count(from, to) < 15 {
            return;
        }
        if self.cards(from, to) {
            self.rest_after_card(to);
        } else if self.phones_and_ssns(from, to) {
            // Their shapes say all.
        } else if !self.run.items[from..to].iter().all(|i| i.written) {
            self.bare_spoken(from, to);
        } else if self.is_live() && self.sight.ends {
            self.open_card(from, to);
        }
    }

    fn rest_after_card(&mut self, to: usize) {
        let card = self.out.last().map_or(to, |(_, end, _)| *end);
        let spoken = card < to && !self.run.items[card].written;
        let dated = || self.expiry_at(card).or_else(|| self.plain_expiry_at(card));
        if spoken || dated().is_some() {
            self.after_card(card);
        }
    }

    /// What callers say right after a card: its expiry and security code.
    pub(super) fn after_card(&mut self, from: usize) {
        let all = self.all();
        let Some(first) = self.item(from) else {
            return;
        };
        let spoken = !first.written;
        if let Some(end) = self.expiry_at(from) {
            self.push(from, end, Kind::Expiry);
            self.bare_code(end, all);
        } else if spoken {
            self.spoken_after_card(from);
        } else if let Some(end) = self.plain_expiry_at(from) {
            self.push(from, end, Kind::Expiry);
            self.bare_code(end, all);
        } else {
            self.bare(from, all);
        }
    }

    /// Digits that go on in words after a card: how many they are says what they are.
    fn spoken_after_card(&mut self, from: usize) {
        let all = self.all();
        match self.count(from, all) {
            1 | 2 => self.push(from, all, Kind::Card),
            3 => self.push(from, all, Kind::SecurityCode),
            4 if self.expiry(from, all) => {}
            4 => self.push(from, all, Kind::SecurityCode),
            5..=8 => self.push(from, all, Kind::Expiry),
            _ => self.bare(from, all),
        }
    }

    /// A spoken run without a lead: told by its length, digit by digit.
    fn bare_spoken(&mut self, from: usize, to: usize) {
        if self.is_counting(from, to) {
            return;
        }
        let kind = self
            .spoken_kind(from, to)
            .or_else(|| self.growing_kind(from, to));
        match kind {
            Some(kind) => self.push(from, to, kind),
            None => self.by_sentences(from, to),
        }
    }

    fn spoken_kind(&self, from: usize, to: usize) -> Option<Kind> {
        let items = &self.run.items[from..to];
        let digits = self.digits(from, to);
        let singles = items.iter().filter(|i| i.single).count();
        let corrected = self.run.is_corrected(from, to);
        let dictated = singles * 10 >= items.len() * 6 && singles >= 4;
        if dictated && let Some(kind) = self.dictated_kind(from, digits, corrected) {
            return Some(kind);
        }
        let long = corrected && (16..=26).contains(&digits.len()) && may_grow_into_card(digits);
        let taken_back = long && (dictated || luhn_after_correction(self.run, from, to));
        let card = taken_back || reread(self.run, from, to).is_some();
        card.then_some(Kind::Card)
    }

    /// What so many digits one by one are.
    fn dictated_kind(&self, from: usize, digits: &[u8], corrected: bool) -> Option<Kind> {
        let plus = from == 0 && self.sight.plus;
        match digits.len() {
            9 if is_ssn(digits) && !corrected => Some(Kind::Ssn),
            10 => Some(Kind::Phone),
            11..=14 if plus || corrected => Some(Kind::Phone),
            11 if matches!(digits[0], 0 | 1) => Some(Kind::Phone),
            15 | 16 if brand_has(digits, digits.len()) => Some(Kind::Card),
            _ => None,
        }
    }

    /// Nothing of what may become a number is shown while it grows.
    fn growing_kind(&self, from: usize, to: usize) -> Option<Kind> {
        let digits = self.digits(from, to);
        let whole = self.sight.ends && to == self.all() && self.is_growing();
        let held = dictated_so_far(&self.run.items[from..to]) && GROWING.contains(&digits.len());
        let kind = match may_grow_into_card(digits) {
            true => Kind::Card,
            false => Kind::Phone,
        };
        (whole && held && !self.sight.id_like).then_some(kind)
    }

    /// Two numbers in one breath: each sentence for itself.
    fn by_sentences(&mut self, from: usize, to: usize) {
        let parts = self.out.len();
        let mut start = from;
        for end in from + 1..=to {
            if end != to && !self.run.items[end].has(STOP) {
                continue;
            }
            if (start, end) != (from, to) {
                self.bare(start, end);
            }
            start = end;
        }
        if self.out.len() == parts && self.is_live() && self.sight.ends {
            self.open_card(from, to);
        }
    }

    /// The end of an utterance that may be the first part of a card.
    pub(super) fn open_card(&mut self, from: usize, to: usize) {
        let digits = self.digits(from, to);
        let least = if self.is_growing() { 4 } else { 8 };
        let year = digits.len() == 4 && to - from <= 2;
        let sized = (least..=19).contains(&digits.len()) && may_grow_into_card(digits);
        let other = year || self.sight.id_like || self.is_counting(from, to);
        if sized && !other && self.is_dictated(from, to) {
            self.push(from, to, Kind::Card);
        }
    }

    fn is_dictated(&self, from: usize, to: usize) -> bool {
        let items = &self.run.items[from..to];
        let singles = items.iter().filter(|i| i.single).count();
        let group = |i: &Item| i.written && matches!(i.len, 1 | 2 | 4);
        let groups = items.len() > 1 && items.iter().all(group);
        singles * 2 >= items.len() || groups || self.count(from, to) >= 6
    }

    /// "one two three four …", "ten nine eight …", "ten twenty thirty": counting, not dictating.
    fn is_counting(&self, from: usize, to: usize) -> bool {
        if to - from < 4 {
            return false;
        }
        let value = |at: usize| {
            let digits = self.digits(at, at + 1).iter();
            digits.fold(0_u64, |n, d| {
                n.saturating_mul(10).saturating_add(u64::from(*d))
            })
        };
        let step = |at: usize| {
            let before = value(at - 1).cast_signed();
            value(at).cast_signed().wrapping_sub(before)
        };
        let first = step(from + 1);
        let even = (from + 1..to).filter(|at| step(*at) == first).count();
        first != 0 && even * 10 >= (to - from - 1) * 9
    }
}

/// Digit by digit or in pairs, not one amount.
fn dictated_so_far(items: &[Item]) -> bool {
    items.len() >= 3 && items.iter().all(|item| item.len <= 4)
}
