//! Cards and what callers say right after one: the month and year of expiry, the security code.
//!
//! Decides by brand, length, Luhn and grouping; with a lead that says card, by length alone.

use super::super::digits::{Item, Reading, Run, run_at};
use super::super::kind::Kind;
use super::super::leads::{Expectation, Lead};
use super::super::lexicon::{FILLER, MEASURE, MONTH, Number, ORDINAL};
use super::super::phrases::Words;
use super::super::scan::{Live, Scan};
use super::super::token::{COMMA, DASH, LINE, PAREN, POINT, SLASH, STOP};
use super::super::written::{is_card, luhn};
use super::Judge;

impl Judge<'_> {
    pub(super) fn announced_card(&mut self, lead: &Lead) -> bool {
        let (total, all) = (self.run.total(), self.run.items.len());
        let least = match (lead.want, lead.is_near()) {
            (Expectation::Card, true) if lead.part => 2,
            (Expectation::Brand, true) if self.sight.ends && self.sight.live == Live::Growing => 4,
            (Expectation::Brand, true) => 8,
            (Expectation::Card, true) if !lead.is_direct() => 8,
            // The end of what was heard so far: two digits are enough where "card number is" or a question came before.
            (Expectation::Card, true) if self.sight.ends => {
                let growing = self.sight.live == Live::Growing && lead.is_said();
                match (lead.strong || lead.asked || growing, lead.is_said()) {
                    (true, true) => 2,
                    (true, false) => 4,
                    (false, _) => 5,
                }
            }
            (Expectation::Card, true) => 5,
            _ => 11,
        };
        if self.has_slash() && total <= 8 {
            return self.expiry(0, all);
        }
        // "change the address of my card to 81292 Main Street".
        let path = self.sight.path && total < 12;
        let lone = path || all == 1 && self.run.items[0].written && total < 8;
        if lone && !lead.is_said() && !lead.strong && !lead.asked && !lead.part {
            return false;
        }
        if total < least || lead.want == Expectation::Card && total < 5 && self.is_year_or_small() {
            return false;
        }
        let taken_back = self.run.items.iter().any(|item| item.corrected);
        if taken_back && luhn_after_correction(self.run, 0, all) {
            self.out.push((0, all, Kind::Card));
            return true;
        }
        if let Some(to) = self.longest_card(0) {
            self.out.push((0, to, Kind::Card));
            self.after_card(to);
            return true;
        }
        let whole = total <= 19 || self.run.items.iter().any(|item| item.corrected) && total <= 28;
        let to = if whole {
            all
        } else {
            self.item_after_digits(16)
        };
        self.out.push((0, to, Kind::Card));
        if to < all {
            self.after_card(to);
        }
        true
    }

    pub(super) fn is_year_or_small(&self) -> bool {
        self.run.items.len() == 1
            && (self.run.items[0].len < 4
                || self.run.digits.starts_with(&[2, 0])
                || self.run.digits.starts_with(&[1, 9]))
    }

    /// The first item boundary at or after `count` digits.
    pub(super) fn item_after_digits(&self, count: usize) -> usize {
        (1..=self.run.items.len())
            .find(|to| self.run.digits_of(0, *to).len() >= count)
            .unwrap_or(self.run.items.len())
    }

    /// The end of a card that begins at item `from`, sixteen and fifteen digits before other lengths.
    pub(super) fn longest_card(&self, from: usize) -> Option<usize> {
        let mut best = None;
        for to in from + 1..=self.run.items.len() {
            let digits = self.run.digits_of(from, to);
            match digits.len() {
                0..12 => {}
                12..=19 if is_card(digits) => {
                    // Brands whose numbers differ in length: the longest that checks.
                    let one_length =
                        matches!(digits[0], 2..=5) && !matches!(digits[..2], [5, 0 | 6..=9]);
                    if one_length && matches!(digits.len(), 15 | 16) {
                        return Some(to);
                    }
                    best = Some(to);
                }
                12..=19 => {}
                _ => break,
            }
        }
        best
    }

    /// Cards anywhere in items `from..to`; `any_shape` where the lead says card.
    pub(super) fn cards(&mut self, from: usize, to: usize, any_shape: bool) -> bool {
        let (mut at, mut found) = (from, false);
        if (15..=26).contains(&self.run.digits_of(from, to).len())
            && luhn_after_correction(self.run, from, to)
        {
            self.out.push((from, to, Kind::Card));
            return true;
        }
        while at < to {
            match self
                .longest_card(at)
                .filter(|end| *end <= to && (any_shape || self.is_card_shaped(at, *end)))
            {
                Some(end) => {
                    self.out.push((at, end, Kind::Card));
                    found = true;
                    at = if any_shape {
                        self.after_card(end).max(end)
                    } else {
                        end
                    };
                }
                None => at += 1,
            }
        }
        found
    }

    /// Whether items `from..to` are grouped as cards are.
    pub(super) fn is_card_shaped(&self, from: usize, to: usize) -> bool {
        let items = &self.run.items[from..to];
        let total = self.run.digits_of(from, to).len();
        let glued = |item: Option<&Item>| {
            item.is_some_and(|i| i.written && i.gap != 0 && i.gap & !(DASH | POINT) == 0)
        };
        if items
            .iter()
            .any(|i| i.gap & SLASH != 0 && i.written && i.at != items[0].at)
        {
            return false;
        }
        if items.iter().all(|i| i.written) {
            let inside = from > 0 && glued(items.first()) || glued(self.run.items.get(to));
            let lens: Vec<usize> = items.iter().map(|i| i.len).collect();
            // "(24, 26), (27, 30)" are pairs of something.
            if items[1..].iter().any(|i| i.gap & PAREN != 0) {
                return false;
            }
            let regular = lens.len() == 1
                || lens[..lens.len() - 1].iter().all(|l| *l == lens[0])
                    && lens[lens.len() - 1] <= lens[0]
                    && (lens[0] == 4 || lens[0] <= 2 && total >= 15)
                || matches!(lens[..], [4, 6, 5] | [4, 6, 4])
                || lens[0] <= 3
                    && lens[1..].iter().all(|l| *l == 3)
                    && items[1..].iter().all(|i| i.gap == COMMA)
                    && total >= 15;
            return regular && !inside && !(self.sight.decimal && from == 0);
        }
        let singles = items.iter().filter(|i| i.single).count();
        total >= 15 || singles * 2 >= items.len() && total >= 14
    }

    /// What callers say right after a card: its expiry and security code. The item after them.
    pub(super) fn after_card(&mut self, from: usize) -> usize {
        let all = self.run.items.len();
        let rest = self.run.digits_of(from, all).len();
        if from >= all {
            return all;
        }
        let month_at = |at: usize| self.expiry_at(at);
        if let Some(end) = month_at(from) {
            self.out.push((from, end, Kind::Expiry));
            let code = self.run.digits_of(end, all).len();
            if matches!(code, 3 | 4) {
                self.out.push((end, all, Kind::SecurityCode));
                return all;
            }
            return end;
        }
        let spoken = !self.run.items[from].written;
        if !spoken && let Some(end) = self.plain_expiry_at(from) {
            self.out.push((from, end, Kind::Expiry));
            self.bare_code(end, all);
            return all;
        }
        match rest {
            3 if spoken => self.out.push((from, all, Kind::SecurityCode)),
            4 if spoken && self.expiry(from, all) => {}
            4 if spoken => self.out.push((from, all, Kind::SecurityCode)),
            1 | 2 if spoken => self.out.push((from, all, Kind::Card)),
            5..=8 if spoken => self.out.push((from, all, Kind::Expiry)),
            _ => {
                self.bare(from, all);
            }
        }
        all
    }

    /// The end of a written or spoken `MM/YY` that begins at item `from`.
    pub(super) fn expiry_at(&self, from: usize) -> Option<usize> {
        let items = self.run.items.get(from..from + 2)?;
        let (month, year) = (
            self.run.digits_of(from, from + 1),
            self.run.digits_of(from + 1, from + 2),
        );
        let slash = items[1].gap & (SLASH | DASH) != 0 && items[1].written;
        let turned = month.len() == 4 && is_card_year(month) && year.len() == 2 && is_month(year);
        let day = self
            .run
            .items
            .get(from + 2)
            .is_some_and(|i| i.gap & (SLASH | DASH) != 0 && i.written);
        if slash && turned && !day {
            return Some(from + 2);
        }
        (slash && is_month(month) && is_card_year(year)).then_some(from + 2)
    }

    /// The end of a month and year right after a card, whatever stands between: `4111111111111111,09,27,123`.
    pub(super) fn plain_expiry_at(&self, from: usize) -> Option<usize> {
        let items = self.run.items.get(from..from + 2)?;
        let month = self.run.digits_of(from, from + 1);
        let year = self.run.digits_of(from + 1, from + 2);
        let fits = month.len() == 2 && is_month(month) && is_card_year(year) && items[1].written;
        let rest = self.run.digits_of(from + 2, self.run.items.len()).len();
        (fits && matches!(rest, 0 | 3 | 4)).then_some(from + 2)
    }

    /// Items `from..to` as month and year, however they were said.
    pub(super) fn expiry(&mut self, from: usize, to: usize) -> bool {
        if let Some(end) = self.expiry_at(from) {
            self.out.push((from, end, Kind::Expiry));
            self.bare_code(end, to);
            return true;
        }
        // "oh eight oh nine, I mean oh eight twenty nine": what was taken back counts for nothing.
        if let Some(again) = (from + 1..to)
            .rev()
            .find(|at| self.run.items[*at].corrected)
            && is_expiry(self.run.digits_of(again, to))
        {
            self.out.push((from, to, Kind::Expiry));
            return true;
        }
        for end in (from + 1..=to).rev() {
            let digits = self.run.digits_of(from, end);
            let fits = is_expiry(digits);
            let day = digits.len() == 8 && is_month(&digits[..2]) && is_card_year(&digits[4..]);
            if fits || day {
                self.out.push((from, end, Kind::Expiry));
                self.bare_code(end, to);
                return true;
            }
        }
        // A month alone at the end of what was heard so far is an expiry that goes on.
        let digits = self.run.digits_of(from, to);
        let growing = self.sight.ends
            && self.sight.live == Live::Growing
            && digits.len() <= 2
            && is_month(digits);
        if growing {
            self.out.push((from, to, Kind::Expiry));
        }
        growing
    }

    /// Three or four digits right after an expiry are the security code.
    pub(super) fn bare_code(&mut self, from: usize, to: usize) {
        if matches!(self.run.digits_of(from, to).len(), 3 | 4) {
            self.out.push((from, to, Kind::SecurityCode));
        }
    }
}

/// Month and year in one.
fn is_expiry(digits: &[u8]) -> bool {
    match digits.len() {
        3 | 5 => is_month(&digits[..1]) && is_card_year(&digits[1..]),
        4 | 6 => is_month(&digits[..2]) && is_card_year(&digits[2..]),
        _ => false,
    }
}

fn is_month(digits: &[u8]) -> bool {
    match digits {
        [m] => *m > 0,
        [0, m] => *m > 0,
        [1, m] => *m <= 2,
        _ => false,
    }
}

/// One of the two alone.
pub(super) fn is_month_or_year(digits: &[u8]) -> bool {
    is_month(digits) || is_card_year(digits)
}

/// A year in which a card may expire, in two or four digits.
fn is_card_year(digits: &[u8]) -> bool {
    matches!(digits, [1..=4, _] | [2, 0, 1..=4, _])
}

/// How many doubtful places of one number are tried both ways.
const DOUBTS: usize = 8;

/// The digits read another way where words leave a doubt, if that makes a card: "ninety eight" as 90 and 8, "ninety, uh, eight" as 98,
/// "four thousand eleven" as 4000 and 11.
pub(crate) fn reread(run: &Run, from: usize, to: usize) -> Option<Vec<u8>> {
    let total = run.digits_of(from, to).len();
    if !(12..=24).contains(&total) {
        return None;
    }
    let joins = |at: usize| {
        let (item, next) = (&run.items[at], run.items.get(at + 1));
        let tens = !item.written && item.tail == 0 && item.len >= 2;
        let round = run.digits_of(at, at + 1).ends_with(&[0]);
        at + 1 < to
            && tens
            && round
            && next.is_some_and(|n| n.single && n.glued && n.len == 1 && run.digits[n.at] > 0)
    };
    // A tens word and a unit with a pause between are most often one number.
    let paused = (from..to).filter(|at| joins(*at));
    let doubts: Vec<usize> = paused
        .chain((from..to).filter(|at| run.items[*at].tail > 0))
        .take(DOUBTS)
        .collect();
    (1_u32..1 << doubts.len()).find_map(|choice| {
        let other = |at: usize| {
            doubts
                .iter()
                .position(|d| *d == at)
                .is_some_and(|d| choice & 1 << d != 0)
        };
        let mut digits = Vec::with_capacity(total + DOUBTS * 2);
        for at in from..to {
            let said = run.digits_of(at, at + 1);
            if !other(at) {
                digits.extend_from_slice(said);
                continue;
            }
            let tail = run.items[at].tail;
            if tail == 0 {
                digits.extend_from_slice(&said[..said.len() - 1]);
                continue;
            }
            let (head, rest) = said.split_at(said.len() - tail);
            digits.extend_from_slice(head);
            digits.extend(std::iter::repeat_n(0, tail));
            digits.extend_from_slice(rest);
        }
        (matches!(digits.len(), 14..=19) && is_card(&digits)).then_some(digits)
    })
}

/// Whether dropping up to six digits before a correction leaves a valid card.
pub(super) fn luhn_after_correction(run: &Run, from: usize, to: usize) -> bool {
    corrected(run, from, to, |digits| is_card(digits) && luhn(digits)).is_some()
}

/// The digits of items `from..to` with those taken back before the first correction, if `fits` accepts any choice.
pub(crate) fn corrected(
    run: &Run,
    from: usize,
    to: usize,
    fits: impl Fn(&[u8]) -> bool,
) -> Option<Vec<u8>> {
    let at = (from + 1..to).find(|at| run.items[*at].corrected)?;
    let (before, after) = (run.digits_of(from, at), run.digits_of(at, to));
    (0..=before.len().min(6)).find_map(|taken| {
        let digits = [&before[..before.len() - taken], after].concat();
        fits(&digits).then_some(digits)
    })
}

/// An expiry that begins with a month's name, under a lead: "september twenty seven". The token after it.
pub(crate) fn month(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let token = scan.tokens[at];
    let leads = scan.leads();
    let ordinal = token.info().is(ORDINAL) && leads.next(at, "of");
    if !(token.info().is(MONTH) || ordinal)
        || scan.lead.want != Expectation::Expiry
        || !scan.lead.is_close(3)
    {
        return None;
    }
    let mut next = at + 1;
    while Words::BeforeYear.has(leads.text_of(next)) {
        next += 1;
    }
    let mut run = Run::default();
    if !run_at(scan.text, &scan.tokens, next, Reading::VALUE, &mut run) {
        return month_alone(scan, at);
    }
    let to = (1..=run.items.len())
        .rev()
        .find(|to| is_card_year(run.digits_of(0, *to)))?;
    let end = run.items[to - 1].next;
    let follows = scan
        .tokens
        .get(end)
        .is_some_and(|t| t.info().number == Number::None && t.info().is(MEASURE));
    if follows {
        return None;
    }
    scan.push(token.start, scan.tokens[end - 1].end(), Kind::Expiry);
    scan.lead.clear();
    Some(end)
}

/// "… 1111 runs out in march": the month is all that was said.
fn month_alone(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let token = scan.tokens[at];
    let paid = scan
        .spans
        .last()
        .is_some_and(|span| span.kind == Kind::Card && span.end < scan.lead.start)
        && scan.lead.is_close(2);
    let done = scan
        .tokens
        .get(at + 1)
        .is_none_or(|t| t.has(STOP | COMMA | LINE) || t.info().is(FILLER));
    if !(paid && done && scan.leads().before_in(at, Words::MonthOf)) {
        return None;
    }
    scan.push(token.start, token.end(), Kind::Expiry);
    scan.lead.clear();
    Some(at + 1)
}
