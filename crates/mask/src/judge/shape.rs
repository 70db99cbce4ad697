//! Written groups with the exact shape of a telephone or social security number.
//!
//! Decides by the lengths of the groups and the signs between them, without a lead.

use super::case::Case;
use crate::checks::is_ssn;
use crate::digits::Item;
use crate::kind::Kind;
use crate::token::{COMMA, DASH, PAREN, PLUS, POINT, SLASH, SPACE, STOP};

/// No number of ours has more groups.
const GROUPS: usize = 7;
const SEPARATORS: u16 = SPACE | DASH | POINT | PAREN;

/// Groups that begin at one item.
struct Groups<'c> {
    case: &'c Case<'c>,
    at: usize,
    items: &'c [Item],
    lens: Vec<usize>,
}

impl Case<'_> {
    /// Finds all such groups in items `from..to`.
    pub(super) fn phones_and_ssns(&mut self, from: usize, to: usize) -> bool {
        let (mut at, mut found) = (from, false);
        while at < to {
            match self.shape(at, to) {
                Some((end, kind)) => {
                    self.push(at, end, kind);
                    (at, found) = (end, true);
                }
                None => at += 1,
            }
        }
        found
    }

    /// The end and kind of the number whose groups begin at item `at`.
    pub(super) fn shape(&self, at: usize, to: usize) -> Option<(usize, Kind)> {
        let items = &self.run.items[at..to];
        let written = items.iter().take_while(|i| i.written).count().min(GROUPS);
        if written == 0 || self.is_inside(at) {
            return None;
        }
        let groups = Groups {
            case: self,
            at,
            items,
            lens: items[..written].iter().map(|i| i.len).collect(),
        };
        groups
            .abroad()
            .or_else(|| groups.fixed())
            .or_else(|| groups.trunk())
    }

    /// The groups go on with what stands before them.
    fn is_inside(&self, at: usize) -> bool {
        if at == 0 {
            return self.sight.id_like || self.sight.decimal;
        }
        let before = &self.run.items[at];
        before.has(DASH | POINT | SLASH) && !before.has(SPACE)
    }
}

impl Groups<'_> {
    /// Nothing goes on after group `end`.
    fn closed(&self, end: usize) -> bool {
        let free = |i: &Item| !i.written || i.has(SPACE | STOP | COMMA);
        let whole = self.at + end == self.case.all() && self.case.sight.id_like;
        self.items.get(end).is_none_or(free) && !whole
    }

    /// Only these separators stand between the first `end` groups.
    fn same(&self, end: usize, allowed: u16) -> bool {
        let even = |i: &Item| i.only(allowed) && !i.glued;
        self.items[1..end].iter().all(even)
    }

    fn digits(&self, end: usize) -> &[u8] {
        self.case.digits(self.at, self.at + end)
    }

    fn found(&self, end: usize, kind: Kind) -> Option<(usize, Kind)> {
        Some((self.at + end, kind))
    }

    /// A plus and eight to fifteen digits.
    fn abroad(&self) -> Option<(usize, Kind)> {
        let plus = match self.at {
            0 => self.case.sight.plus,
            _ => self.items[0].has(PLUS),
        };
        if !plus {
            return None;
        }
        let (mut sum, mut end) = (0, 0);
        while let Some(len) = self.lens.get(end) {
            let joined = end == 0 || self.items[end].gap & !SEPARATORS == 0;
            if sum + len > 15 || !joined {
                break;
            }
            (sum, end) = (sum + len, end + 1);
        }
        (8..=15)
            .contains(&sum)
            .then(|| self.found(end, Kind::Phone))?
    }

    /// 3-2-4, 3-3-4, 1-3-3-4, 3-7.
    fn fixed(&self) -> Option<(usize, Kind)> {
        let phone = |end| self.closed(end) && self.same(end, SEPARATORS);
        match self.lens[..] {
            [3, 2, 4, ..] if self.is_ssn() => self.found(3, Kind::Ssn),
            [3, 3, 4, ..] if phone(3) && self.digits(3)[0] > 1 => self.found(3, Kind::Phone),
            [1, 3, 3, 4, ..] if phone(4) && self.digits(1)[0] == 1 => self.found(4, Kind::Phone),
            [3, 7, ..] if phone(2) && self.items[1].has(DASH | PAREN) && self.digits(2)[0] > 1 => {
                self.found(2, Kind::Phone)
            }
            _ => None,
        }
    }

    fn is_ssn(&self) -> bool {
        let even = [DASH, SPACE, POINT].iter().any(|sign| self.same(3, *sign));
        even && self.closed(3) && is_ssn(self.digits(3))
    }

    /// A national number with its leading zero, or one with two and its country: "020 7946 0958", "06 12 34 56 78", "001-415-555-2671".
    fn trunk(&self) -> Option<(usize, Kind)> {
        let first = self.lens[0];
        if !(2..=5).contains(&first) || self.digits(1)[0] != 0 {
            return None;
        }
        let abroad = self.digits(1).starts_with(&[0, 0]);
        let (sums, least) = if abroad { (11..=15, 3) } else { (10..=11, 2) };
        let mut sum = 0;
        for (place, len) in self.lens.iter().enumerate() {
            sum += len;
            let end = place + 1;
            let sized = end >= least && sums.contains(&sum);
            if sized && self.is_trunk(end) {
                return self.found(end, Kind::Phone);
            }
        }
        None
    }

    fn is_trunk(&self, end: usize) -> bool {
        let even = self.lens[1..end].iter().all(|l| (2..=8).contains(l));
        even && self.closed(end) && self.same(end, SEPARATORS)
    }
}
