//! Cards in a run: by brand, length, Luhn and grouping.
//!
//! Decides where a card's number ends and whether its groups are a card's. With a lead that says card, `announced` asks less.

use super::again::luhn_after_correction;
use super::case::Case;
use crate::checks::is_card;
use crate::digits::Item;
use crate::kind::Kind;
use crate::token::{COMMA, DASH, PAREN, POINT, SLASH};

impl Case<'_> {
    /// The end of a card that begins at item `from`, sixteen and fifteen digits before other lengths.
    pub(super) fn longest_card(&self, from: usize) -> Option<usize> {
        let mut best = None;
        for to in from + 1..=self.all() {
            let digits = self.digits(from, to);
            if digits.len() > 19 {
                break;
            }
            if digits.len() < 12 || !is_card(digits) {
                continue;
            }
            // Brands whose numbers differ in length: the longest that checks.
            if has_one_length(digits) && matches!(digits.len(), 15 | 16) {
                return Some(to);
            }
            best = Some(to);
        }
        best
    }

    /// Cards anywhere in items `from..to`.
    pub(super) fn cards(&mut self, from: usize, to: usize) -> bool {
        let total = self.count(from, to);
        if (15..=26).contains(&total) && luhn_after_correction(self.run, from, to) {
            self.push(from, to, Kind::Card);
            return true;
        }
        let (mut at, mut found) = (from, false);
        while at < to {
            let shaped = |end: &usize| *end <= to && self.is_card_shaped(at, *end);
            match self.longest_card(at).filter(shaped) {
                Some(end) => {
                    self.push(at, end, Kind::Card);
                    (at, found) = (end, true);
                }
                None => at += 1,
            }
        }
        found
    }

    /// Whether items `from..to` are grouped as cards are.
    fn is_card_shaped(&self, from: usize, to: usize) -> bool {
        let items = &self.run.items[from..to];
        let total = self.count(from, to);
        if items[1..].iter().any(|i| i.has(SLASH) && i.written) {
            return false;
        }
        if !items.iter().all(|i| i.written) {
            let singles = items.iter().filter(|i| i.single).count();
            return total >= 15 || singles * 2 >= items.len() && total >= 14;
        }
        // "(24, 26), (27, 30)" are pairs of something.
        let pairs = items[1..].iter().any(|i| i.has(PAREN));
        let inside = from > 0 && is_glued(items.first()) || is_glued(self.item(to));
        let decimal = self.sight.decimal && from == 0;
        is_regular(items, total) && !pairs && !inside && !decimal
    }
}

fn has_one_length(digits: &[u8]) -> bool {
    matches!(digits[0], 2..=5) && !matches!(digits[..2], [5, 0 | 6..=9])
}

fn is_glued(item: Option<&Item>) -> bool {
    item.is_some_and(|i| i.written && i.only(DASH | POINT))
}

/// Groups of four, digits one by one or in pairs, 4-6-5, or one piece.
fn is_regular(items: &[Item], total: usize) -> bool {
    let lens: Vec<usize> = items.iter().map(|i| i.len).collect();
    let (first, last) = (lens[0], lens[lens.len() - 1]);
    let even = lens[..lens.len() - 1].iter().all(|l| *l == first) && last <= first;
    let sized = first == 4 || first <= 2 && total >= 15;
    let amex = matches!(lens[..], [4, 6, 5] | [4, 6, 4]);
    lens.len() == 1 || even && sized || amex || total >= 15 && is_amount_like(items, &lens)
}

/// "4,111,111,111,111,111": a number as a program groups it.
fn is_amount_like(items: &[Item], lens: &[usize]) -> bool {
    let commas = items[1..].iter().all(|i| i.gap == COMMA);
    lens[0] <= 3 && lens[1..].iter().all(|l| *l == 3) && commas
}
