//! What a run of digits is: a card, a phone, a PIN, or nothing of ours.
//!
//! Decides from the lead, the shape, the check digits and the words after it. A run without a lead must prove itself (Luhn and
//! brand, or the exact shape of a phone or SSN); a run with one only has to be of a plausible length.

use super::Kind;
use super::digits::{Item, Run};
use super::leads::{Lead, Want};
use super::lexicon::{DOT, FILLER, LINK, MEASURE, Number};
use super::scan::{Live, Scan};
use super::token::{COLON, COMMA, DASH, MONEY, PAREN, PLUS, POINT, SLASH, SPACE, STOP, UNDER};
use super::written::{brand_has, is_card, is_ssn, luhn, may_grow_into_card};

/// Judges `run`; the token to go on with.
pub(super) fn run(scan: &mut Scan<'_>, run: &mut Run) -> usize {
    let next = run.next();
    let sight = Sight::new(scan, run);
    if sight.measured {
        drop_quantity(scan, run);
    }
    let mut judge = Judge {
        run,
        sight,
        out: Vec::new(),
    };
    let after = judge.decide();
    let (out, lead) = (judge.out, after);
    let ends = judge.sight.ends;
    let lead_start =
        (scan.lead.want != Want::Nothing && !scan.lead.asked).then_some(scan.lead.start);
    if ends {
        let start = scan.tokens[run.items[0].first].start;
        scan.open = Some(lead_start.map_or(start, |lead| lead.min(start)));
    }
    for (from, to, kind) in out {
        let start = scan.tokens[run.items[from].first].start;
        let end = scan.tokens[run.items[to - 1].next - 1].end();
        scan.push(start, end, kind);
    }
    scan.lead = lead;
    next
}

/// "… 1111 for forty one dollars": the quantity at the end is not part of the number before it.
fn drop_quantity(scan: &Scan<'_>, run: &mut Run) {
    let doubtful = |item: &Item| scan.tokens[item.first].info().number == Number::Soft;
    if run.total() < 12 || run.items.len() < 2 {
        return;
    }
    run.pop();
    if run.items.len() > 1 && run.items.last().is_some_and(doubtful) {
        run.pop();
    }
}

/// What surrounds the run.
struct Sight {
    lead: Lead,
    live: Live,
    /// Nothing but fillers follow in the text.
    ends: bool,
    /// "dollars", "o'clock", "%", or a currency sign before.
    measured: bool,
    /// Glued to letters, as ids are: "ORD-4111".
    id_like: bool,
    /// Begins with `+`.
    plus: bool,
    /// Part of a decimal number or a time.
    decimal: bool,
    /// Items with the word "dot" before them.
    dots: Vec<usize>,
}

impl Sight {
    fn new(scan: &Scan<'_>, run: &Run) -> Self {
        let (first, next) = (run.items[0].first, run.next());
        let head = scan.tokens[first];
        let bytes = scan.text.as_bytes();
        let end = scan.tokens[next - 1].end();
        let follows = scan.tokens.get(next);
        let tight = |gap: u16| gap != 0 && gap & !(DASH | UNDER | POINT) == 0;
        let letters_before = first > 0
            && tight(head.gap)
            && !scan.tokens[first - 1].is_digits()
            && !scan.tokens[first - 1].is_atom();
        let letters_after =
            follows.is_some_and(|t| (tight(t.gap) || t.gap == 0) && !t.is_digits() && !t.is_atom());
        let money = head.has(MONEY)
            || bytes.get(end).is_some_and(|b| matches!(b, b'$' | b'%'))
            || scan.text[end..].starts_with('€');
        let measured = money
            || follows.is_some_and(|t| {
                t.info().is(MEASURE)
                    && t.gap & (STOP | COMMA) == 0
                    && !scan.leads().text_of(next).eq_ignore_ascii_case("a")
            });
        let lead = postfix(scan, next)
            .filter(|_| !scan.lead.is_near())
            .unwrap_or(scan.lead);
        let rest = &scan.tokens[next.min(scan.tokens.len())..];
        Self {
            lead,
            live: scan.live,
            ends: rest.len() <= 4 && rest.iter().all(|t| t.info().is(FILLER)),
            measured,
            id_like: run.items[0].written && letters_before
                || run.items.last().is_some_and(|i| i.written) && letters_after,
            plus: head.has(PLUS) && bytes.get(head.start.wrapping_sub(1)) == Some(&b'+'),
            decimal: head.gap == COLON && first > 0 && scan.tokens[first - 1].is_digits(),
            dots: dots(scan, run),
        }
    }
}

fn dots(scan: &Scan<'_>, run: &Run) -> Vec<usize> {
    let spoken = |pair: &[Item]| pair[1].glued && scan.tokens[pair[1].first - 1].info().is(DOT);
    (1..run.items.len())
        .filter(|at| spoken(&run.items[at - 1..=*at]))
        .collect()
}

/// "… that's my pin", "… is the order number": a lead that comes after its number.
fn postfix(scan: &Scan<'_>, next: usize) -> Option<Lead> {
    let leads = scan.leads();
    let opening = scan.tokens.get(next)?;
    let says = [
        "is", "that's", "it's", "as", "was", "for", "being", "this", "that",
    ]
    .contains(&leads.text_of(next).to_ascii_lowercase().as_str());
    let comma_my = opening.has(COMMA) && matches!(leads.text_of(next), "my" | "My");
    let back = matches!(leads.text_of(next), "on" | "from")
        && leads.text_of(next + 1) == "the"
        && leads.text_of(next + 2) == "back";
    if back && !opening.has(STOP) {
        return Some(Lead::new(Want::Cvv, true, opening.start));
    }
    if !(says || comma_my) || opening.has(STOP) && !opening.info().is(FILLER) {
        return None;
    }
    for at in next..(next + 5).min(scan.tokens.len()) {
        if at > next && scan.tokens[at].has(STOP) {
            return None;
        }
        if let Some(lead) = leads.at(at, &Lead::default()) {
            let wanted = !matches!(
                lead.want,
                Want::Email | Want::Password | Want::Iban | Want::Brand
            );
            return wanted.then_some(lead);
        }
        if !scan.tokens[at].info().is(LINK | FILLER) {
            return None;
        }
    }
    None
}

struct Judge<'r> {
    run: &'r Run,
    sight: Sight,
    /// Items `from..to` are a secret of a kind.
    out: Vec<(usize, usize, Kind)>,
}

impl Judge<'_> {
    /// Fills `out`; the lead that holds after the run.
    fn decide(&mut self) -> Lead {
        let mut lead = self.sight.lead;
        let total = self.run.total();
        let all = self.run.items.len();
        if self.run.quantity || self.sight.measured && total < 12 {
            lead.word_like();
            return lead;
        }
        if lead.want != Want::Order && self.is_address() {
            self.out.push((0, all, Kind::Ip));
            lead.clear();
            return lead;
        }
        if lead.tail && total <= 6 {
            lead.tail = false;
            return lead;
        }
        match lead.want {
            Want::Order if lead.strong && lead.is_close(3) => return self.order(lead),
            Want::Order | Want::Account if lead.is_close(3) => {
                self.cards(0, all, false);
                lead.go_on();
                return lead;
            }
            _ => {}
        }
        if self.announced(&lead) {
            return self.after_announced(lead);
        }
        self.bare(0, all);
        if self.out.is_empty() {
            lead.word_like();
        } else {
            lead.clear();
        }
        lead
    }

    /// "one ninety two dot one sixty eight dot one dot ten".
    fn is_address(&self) -> bool {
        let [a, b, c] = self.sight.dots[..] else {
            return false;
        };
        [(0, a), (a, b), (b, c), (c, self.run.items.len())]
            .into_iter()
            .all(|(from, to)| {
                let digits = self.run.digits_of(from, to);
                digits.len() <= 3 && digits.iter().fold(0_u32, |n, d| n * 10 + u32::from(*d)) <= 255
            })
    }

    /// An order's number: nothing is masked up to the end of the sentence; what follows must prove itself.
    fn order(&mut self, mut lead: Lead) -> Lead {
        let end = (1..self.run.items.len()).find(|at| {
            self.run.items[*at].gap & STOP != 0 && self.run.digits_of(0, *at).len() >= 4
        });
        if let Some(end) = end
            && !self
                .run
                .items
                .iter()
                .all(|item| item.len <= 2 && item.gap & STOP != 0)
        {
            self.cards(end, self.run.items.len(), false);
        }
        lead.go_on();
        if lead.words() > 0 {
            lead.strong = true;
        }
        lead
    }

    fn after_announced(&self, mut lead: Lead) -> Lead {
        let total = self.run.total();
        let short = match lead.want {
            Want::Card | Want::Brand => total < 15 && !is_card(&self.run.digits),
            Want::Ssn => total < 9,
            Want::Phone => total < 7,
            _ => false,
        };
        if short {
            lead.go_on();
            lead.strong = true;
            return lead;
        }
        lead.clear();
        lead
    }

    /// Tries the lead's kind; false when the run does not fit it.
    fn announced(&mut self, lead: &Lead) -> bool {
        let (total, all) = (self.run.total(), self.run.items.len());
        let (near, said, ends) = (
            lead.is_near(),
            lead.is_said(),
            self.sight.ends || self.sight.live == Live::Growing && self.sight.ends,
        );
        let fits = |least: usize, most: usize, at_end: usize| {
            let least = if ends && said { at_end } else { least };
            total >= least && total <= most
        };
        match lead.want {
            Want::Nothing
            | Want::Email
            | Want::Password
            | Want::Iban
            | Want::Order
            | Want::Account => false,
            Want::Card | Want::Brand => self.announced_card(lead),
            Want::Cvv if near => {
                self.split_or(3, 4, |t| fits(3, 8, 2) && t > 0, Kind::SecurityCode)
            }
            Want::Pin if near => self.split_or(3, 8, |_| fits(3, 12, 2), Kind::Pin),
            Want::Pen if near => self.split_or(4, 8, |_| fits(4, 6, 4), Kind::Pin),
            Want::Expiry if lead.is_close(1) => self.expiry(0, all),
            Want::Secret if near || lead.asked => {
                self.out.push((0, all, Kind::Secret));
                true
            }
            Want::Ssn
                if near && (fits(5, 13, 3) || total == 4)
                    || lead.is_close(6) && (8..=10).contains(&total) && lead.want == Want::Ssn =>
            {
                if total > 9
                    && self.sentences(
                        |judge, from, to| judge.run.digits_of(from, to).len() == 9,
                        Kind::Ssn,
                    )
                {
                    return true;
                }
                self.out.push((0, all, Kind::Ssn));
                true
            }
            Want::Phone
                if near && fits(7, 24, if lead.strong { 3 } else { 5 })
                    || lead.want == Want::Phone
                        && lead.is_close(4)
                        && (7..=15).contains(&total) =>
            {
                self.phone(all)
            }
            Want::Reach
                if (near || lead.is_close(5)) && (fits(7, 24, 7)) && !self.is_card_like() =>
            {
                self.phone(all)
            }
            _ => false,
        }
    }

    fn phone(&mut self, all: usize) -> bool {
        if self.is_card_like() || self.has_slash() {
            return false;
        }
        if self.run.total() > 15
            && self.sentences(
                |judge, from, to| (7..=15).contains(&judge.run.digits_of(from, to).len()),
                Kind::Phone,
            )
        {
            return true;
        }
        self.out.push((0, all, Kind::Phone));
        true
    }

    fn has_slash(&self) -> bool {
        self.run
            .items
            .iter()
            .any(|item| item.gap & SLASH != 0 && item.written)
    }

    fn is_card_like(&self) -> bool {
        (14..=19).contains(&self.run.total()) && is_card(&self.run.digits)
    }

    /// A short secret: the whole run where it fits, else its first sentence or clause that does.
    fn split_or(
        &mut self,
        least: usize,
        most: usize,
        whole: impl Fn(usize) -> bool,
        kind: Kind,
    ) -> bool {
        let all = self.run.items.len();
        if self
            .run
            .items
            .iter()
            .any(|item| item.gap & SLASH != 0 && item.written)
        {
            return false;
        }
        if whole(self.run.total()) {
            self.out.push((0, all, kind));
            return true;
        }
        for to in 1..all {
            let len = self.run.digits_of(0, to).len();
            if len > most {
                break;
            }
            if len >= least && self.run.items[to].gap & (STOP | COMMA) != 0 {
                self.out.push((0, to, kind));
                self.bare(to, all);
                return true;
            }
        }
        false
    }

    /// Splits the run at sentence ends and commas and takes the parts that fit.
    fn sentences(&mut self, fits: impl Fn(&Self, usize, usize) -> bool, kind: Kind) -> bool {
        let (all, mut from, mut found) = (self.run.items.len(), 0, false);
        for to in 1..=all {
            let seam = to == all || self.run.items[to].gap & (STOP | COMMA) != 0;
            if seam && fits(self, from, to) {
                self.out.push((from, to, kind));
                (from, found) = (to, true);
            } else if seam
                && self
                    .run
                    .items
                    .get(to)
                    .is_some_and(|item| item.gap & STOP != 0)
            {
                from = to;
            }
        }
        found
    }

    fn announced_card(&mut self, lead: &Lead) -> bool {
        let (total, all) = (self.run.total(), self.run.items.len());
        let least = match (lead.want, lead.is_near()) {
            (Want::Card, true) if lead.part => 2,
            (Want::Brand, true) => 8,
            (Want::Card, true) if self.sight.ends && (lead.is_said() || lead.strong) => {
                2 + usize::from(!lead.is_said()) * 2
            }
            (Want::Card, true) => 5,
            _ => 11,
        };
        if self.has_slash() && total <= 8 {
            return self.expiry(0, all);
        }
        if total < least || lead.want == Want::Card && total < 5 && self.is_year_or_small() {
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

    fn is_year_or_small(&self) -> bool {
        self.run.items.len() == 1
            && (self.run.items[0].len < 4
                || self.run.digits.starts_with(&[2, 0])
                || self.run.digits.starts_with(&[1, 9]))
    }

    /// The first item boundary at or after `count` digits.
    fn item_after_digits(&self, count: usize) -> usize {
        (1..=self.run.items.len())
            .find(|to| self.run.digits_of(0, *to).len() >= count)
            .unwrap_or(self.run.items.len())
    }

    /// The end of a card that begins at item `from`, sixteen and fifteen digits before other lengths.
    fn longest_card(&self, from: usize) -> Option<usize> {
        let mut best = None;
        for to in from + 1..=self.run.items.len() {
            let digits = self.run.digits_of(from, to);
            match digits.len() {
                0..12 => {}
                12..=19 if is_card(digits) => {
                    if matches!(digits.len(), 15 | 16) {
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
    fn cards(&mut self, from: usize, to: usize, any_shape: bool) -> bool {
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
    fn is_card_shaped(&self, from: usize, to: usize) -> bool {
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
    fn after_card(&mut self, from: usize) -> usize {
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
    fn expiry_at(&self, from: usize) -> Option<usize> {
        let items = self.run.items.get(from..from + 2)?;
        let (month, year) = (
            self.run.digits_of(from, from + 1),
            self.run.digits_of(from + 1, from + 2),
        );
        let slash = items[1].gap & (SLASH | DASH) != 0 && items[1].written;
        (slash && is_month(month) && is_card_year(year)).then_some(from + 2)
    }

    /// Items `from..to` as month and year, however they were said.
    fn expiry(&mut self, from: usize, to: usize) -> bool {
        if let Some(end) = self.expiry_at(from) {
            self.out.push((from, end, Kind::Expiry));
            self.bare_code(end, to);
            return true;
        }
        for end in (from + 1..=to).rev() {
            let digits = self.run.digits_of(from, end);
            let fits = match digits.len() {
                3 | 5 => is_month(&digits[..1]) && is_card_year(&digits[1..]),
                4 | 6 => is_month(&digits[..2]) && is_card_year(&digits[2..]),
                _ => false,
            };
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
    fn bare_code(&mut self, from: usize, to: usize) {
        if matches!(self.run.digits_of(from, to).len(), 3 | 4) {
            self.out.push((from, to, Kind::SecurityCode));
        }
    }

    /// A run, or the end of one, that nothing announced.
    fn bare(&mut self, from: usize, to: usize) {
        if from >= to || self.sight.measured && self.run.digits_of(from, to).len() < 15 {
            return;
        }
        if self.cards(from, to, false) {
            let card = self.out.last().map_or(to, |(_, end, _)| *end);
            if card < to && !self.run.items[card].written || self.expiry_at(card).is_some() {
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
    fn phones_and_ssns(&mut self, from: usize, to: usize) -> bool {
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

    fn shape(&self, at: usize, to: usize) -> Option<(usize, Kind)> {
        let items = &self.run.items[at..to];
        let written = items.iter().take_while(|i| i.written).count().min(7);
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
            [first, ..] if (2..=5).contains(&first) && digits(1)[0] == 0 && digits(1)[1] != 0 => {
                self.trunk(at, &lens, &closed, &same)
            }
            _ => None,
        }
    }

    /// A national number with its leading zero: "020 7946 0958", "06 12 34 56 78".
    fn trunk(
        &self,
        at: usize,
        lens: &[usize],
        closed: &dyn Fn(usize) -> bool,
        same: &dyn Fn(usize, u16) -> bool,
    ) -> Option<(usize, Kind)> {
        let mut sum = 0;
        for (place, len) in lens.iter().enumerate() {
            sum += len;
            let end = place + 1;
            if end >= 2
                && (10..=11).contains(&sum)
                && closed(end)
                && same(end, SPACE | DASH | PAREN)
                && lens[1..end].iter().all(|l| (2..=8).contains(l))
            {
                return Some((at + end, Kind::Phone));
            }
        }
        None
    }

    /// A spoken run without a lead: told by its length, digit by digit.
    fn bare_spoken(&mut self, from: usize, to: usize) {
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
            11 if dictated && matches!(digits[0], 0 | 1) => Some(Kind::Phone),
            11..=14 if dictated && corrected => Some(Kind::Phone),
            15 if read_apart(self.run, from, to).is_some() => Some(Kind::Card),
            15 | 16 if dictated && brand_has(digits, digits.len()) => Some(Kind::Card),
            16..=26
                if corrected
                    && (dictated || luhn_after_correction(self.run, from, to))
                    && may_grow_into_card(digits) =>
            {
                Some(Kind::Card)
            }
            _ => None,
        };
        if let Some(kind) = kind {
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
    fn open_card(&mut self, from: usize, to: usize) {
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
    fn is_counting(&self, from: usize, to: usize) -> bool {
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

fn is_month(digits: &[u8]) -> bool {
    match digits {
        [m] => *m > 0,
        [0, m] => *m > 0,
        [1, m] => *m <= 2,
        _ => false,
    }
}

/// A year in which a card may expire, in two or four digits.
fn is_card_year(digits: &[u8]) -> bool {
    matches!(digits, [1..=4, _] | [2, 0, 1..=4, _])
}

/// The digits with one "ninety eight" read as 90 and 8, if that makes a card.
pub(super) fn read_apart(run: &Run, from: usize, to: usize) -> Option<Vec<u8>> {
    (from..to).find_map(|at| {
        let item = &run.items[at];
        let [tens @ 2..=9, unit @ 1..=9] = *run.digits_of(at, at + 1) else {
            return None;
        };
        if item.written {
            return None;
        }
        let digits = [
            run.digits_of(from, at),
            &[tens, 0, unit],
            run.digits_of(at + 1, to),
        ]
        .concat();
        is_card(&digits).then_some(digits)
    })
}

/// Whether dropping up to six digits before a correction leaves a valid card.
fn luhn_after_correction(run: &Run, from: usize, to: usize) -> bool {
    corrected(run, from, to, |digits| is_card(digits) && luhn(digits)).is_some()
}

/// The digits of items `from..to` with those taken back before the first correction, if `fits` accepts any choice.
pub(super) fn corrected(
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
pub(super) fn month(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    use super::digits::run_at;
    use super::lexicon::MONTH;
    let token = scan.tokens[at];
    if !token.info().is(MONTH) || scan.lead.want != Want::Expiry || !scan.lead.is_close(3) {
        return None;
    }
    let leads = scan.leads();
    let mut next = at + 1;
    while matches!(leads.text_of(next), "of" | "the" | "uh" | "um" | "year") {
        next += 1;
    }
    let mut run = Run::default();
    if !run_at(scan.text, &scan.tokens, next, true, &mut run) {
        return None;
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
