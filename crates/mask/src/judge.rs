//! What a run of digits is: a card, a phone, a PIN, or nothing of ours.
//!
//! Decides from the lead, the shape, the check digits and the words after it. A run without a lead must prove itself (Luhn and
//! brand, or the exact shape of a phone or SSN); a run with one only has to be of a plausible length.

mod bare;
mod card;
mod sight;

use super::digits::{Item, Reading, Run, run_at};
use super::kind::Kind;
use super::leads::{Expectation, Lead};
use super::lexicon::{MIXED, Number};
use super::phrases::Words;
use super::scan::{Live, Scan};
use super::score::{Doubt, Question};
use super::token::{COLON, COMMA, LINE, PAREN, PLUS, SLASH, STOP};
use super::written::is_card;
use sight::Sight;

use card::is_month_or_year;
pub(super) use card::{corrected, month, reread};

/// Judges `run`; the token to go on with.
pub(super) fn run(scan: &mut Scan<'_>, run: &mut Run) -> usize {
    let mut next = run.next();
    let mut sight = Sight::new(scan, run);
    if sight.lead.want == Expectation::Pin && !is_pin(scan, run, &sight.lead) {
        sight.lead.clear();
    }
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
        (scan.lead.want != Expectation::Nothing && !scan.lead.asked).then_some(scan.lead.start);
    if ends {
        let start = scan.tokens[run.items[0].first].start;
        scan.open = Some(lead_start.map_or(start, |lead| lead.min(start)));
    }
    for (from, to, kind) in out {
        let mut start = scan.tokens[run.items[from].first].start;
        if kind == Kind::Phone {
            start = phone_start(scan, run.items[from].first);
        }
        // The other side's "uh huh" between two parts is no secret.
        for at in from + 1..to {
            if run.items[at].gap & COLON != 0 {
                let part = scan.tokens[run.items[at - 1].next - 1].end();
                scan.push(start, part, kind);
                start = scan.tokens[run.items[at].first].start;
            }
        }
        let mut end = scan.tokens[run.items[to - 1].next - 1].end();
        if kind == Kind::Phone
            && to == run.items.len()
            && let Some(after) = extension(scan, next)
        {
            (end, next) = (scan.tokens[after - 1].end(), after);
        }
        scan.push(start, end, kind);
        if kind == Kind::Card && run.items[to - 1].written {
            after_pan(scan, end);
        }
    }
    scan.lead = lead;
    next
}

/// Whether the number that a "pin" announces opens something: a cotter pin has a number too. What was asked for, or named
/// after its number, needs no second look.
fn is_pin(scan: &Scan<'_>, run: &Run, lead: &Lead) -> bool {
    let from = run.items[0].first;
    let name = scan.tokens.partition_point(|t| t.start < lead.start);
    let is_name = |at: usize| scan.leads().names_pin(at);
    // "p i n" is spelled: its last letter stands before what follows. A question is answered in the next sentence.
    let answers = (name + 1..=from).any(|at| scan.tokens[at].has(STOP | LINE));
    if lead.asked || name >= from || answers || !is_name(name) {
        return true;
    }
    Doubt {
        text: scan.text,
        tokens: &scan.tokens,
        question: Question::Pin,
        name,
        from,
        to: run.next(),
    }
    .is_secret()
}

/// Where a phone number begins whose first digits are token `first`: with its plus or bracket.
fn phone_start(scan: &Scan<'_>, first: usize) -> usize {
    if scan.leads().before(first, "plus") {
        return scan.tokens[first - 1].start;
    }
    let start = scan.tokens[first].start;
    let signs = scan.text.as_bytes()[..start].iter().rev().take(2);
    start - signs.take_while(|b| matches!(b, b'(' | b'+')).count()
}

/// "extension four oh two", "x402" after a phone number: the token after it.
fn extension(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let token = scan.tokens.get(at).filter(|t| !t.has(LINE))?;
    let text = scan.leads().text_of(at).to_ascii_lowercase();
    let glued = |name: &str| {
        text.strip_prefix(name)
            .is_some_and(|n| (1..=6).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()))
    };
    if token.word == MIXED && (glued("x") || glued("ext")) {
        return Some(at + 1);
    }
    if !Words::Extensions.has(&text) {
        return None;
    }
    let skip = usize::from(scan.leads().next_in(at, Words::ExtensionIs));
    let mut run = Run::default();
    let found = run_at(
        scan.text,
        &scan.tokens,
        at + 1 + skip,
        Reading::WORD,
        &mut run,
    );
    (found && run.total() <= 6).then(|| run.next())
}

/// `4111111111111111|09|2027|123`: what lists of stolen cards have after the number.
fn after_pan(scan: &mut Scan<'_>, end: usize) {
    let bytes = scan.text.as_bytes();
    let field = |at: usize| {
        let sign = bytes
            .get(at)
            .is_some_and(|b| matches!(b, b'|' | b'/' | b':'));
        let len = bytes
            .get(at + 1..)?
            .iter()
            .take(5)
            .take_while(|b| b.is_ascii_digit())
            .count();
        (sign && len > 0).then_some((at + 1, at + 1 + len))
    };
    let (Some((month, month_end)), true) = (field(end), bytes.get(end) == Some(&b'|')) else {
        return;
    };
    let year =
        field(month_end).filter(|(from, to)| matches!(to - from, 2 | 4) && month_end - month <= 2);
    let expiry_end = match year {
        Some((_, to)) => to,
        None if month_end - month == 4 => month_end,
        None => return,
    };
    let code = field(expiry_end).filter(|(from, to)| matches!(to - from, 3 | 4));
    scan.push(month, expiry_end, Kind::Expiry);
    scan.skip_to(code.map_or(expiry_end, |(_, to)| to));
    if let Some((from, to)) = code {
        scan.push(from, to, Kind::SecurityCode);
    }
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
        let timed = (self.sight.clock || self.sight.decimal) && total <= 8;
        if self.run.quantity || timed || self.sight.measured && total < 12 {
            lead.word_like();
            return lead;
        }
        if lead.want != Expectation::Order && self.is_address() {
            self.out.push((0, all, Kind::Ip));
            lead.clear();
            return lead;
        }
        if lead.tail && lead.want == Expectation::Ssn && total == 4 {
            self.out.push((0, all, Kind::Ssn));
            lead.clear();
            return lead;
        }
        if lead.tail && total <= 6 {
            lead.tail = false;
            return lead;
        }
        if lead.want == Expectation::Order && self.sight.sent {
            self.bare(0, all);
            if !self.out.is_empty() {
                lead.clear();
                return lead;
            }
        }
        match lead.want {
            Expectation::Order if lead.strong && lead.is_close(3) => return self.order(lead),
            Expectation::Order | Expectation::Account if lead.is_close(3) => {
                if !self.cards(0, all, false) && self.sight.plus {
                    self.phones_and_ssns(0, all);
                } else {
                    self.apart_from_order();
                }
                if self.out.is_empty()
                    && self.sight.live == Live::Growing
                    && self.sight.ends
                    && all > 5
                {
                    self.open_card(0, all);
                }
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
        self.apart_from_order();
        // The next number after other words is only taken for a part of this one if it is no card.
        lead.go_on();
        lead.strong = false;
        lead
    }

    /// "MRN 00459921, (415) 555-2671": a comma or bracket, and the exact shape of something else.
    fn apart_from_order(&mut self) {
        let all = self.run.items.len();
        for at in 1..all {
            let item = self.run.items[at];
            let free = self.out.iter().all(|(_, to, _)| *to <= at);
            if free
                && item.gap & (COMMA | STOP | PAREN | PLUS | LINE) != 0
                && let Some((to, kind)) = self.shape(at, all)
            {
                self.out.push((at, to, kind));
            }
        }
    }

    fn after_announced(&self, mut lead: Lead) -> Lead {
        let total = self.run.total();
        let short = match lead.want {
            Expectation::Card | Expectation::Brand => total < 15 && !is_card(&self.run.digits),
            Expectation::Ssn => total < 9,
            Expectation::Phone => total < 7,
            Expectation::Expiry => self.sight.dated && total <= 2,
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
        let (near, said, ends) = (lead.is_near(), lead.is_said(), self.sight.ends);
        let growing = self.sight.live == Live::Growing;
        let fits = |least: usize, most: usize, at_end: usize| {
            // What may still grow is held back early.
            let least = match (ends, growing) {
                (true, true) if near => at_end.min(3),
                (true, _) if said => at_end,
                _ => least,
            };
            total >= least && total <= most
        };
        match lead.want {
            Expectation::Nothing
            | Expectation::Email
            | Expectation::Iban
            | Expectation::Order
            | Expectation::Account => false,
            Expectation::Card | Expectation::Brand => self.announced_card(lead),
            Expectation::Cvv if near => {
                self.split_or(3, 4, |t| fits(3, 8, 2) && t > 0, Kind::SecurityCode)
            }
            Expectation::Pin if near => self.split_or(3, 8, |_| fits(3, 12, 2), Kind::Pin),
            Expectation::Pen if near => self.split_or(4, 8, |_| fits(4, 6, 4), Kind::Pin),
            // "passcode seven oh seven one": nothing stands between.
            Expectation::Password
                if lead.strong
                    && lead.is_direct()
                    && lead.words() == 0
                    && (4..=12).contains(&total) =>
            {
                self.out.push((0, all, Kind::Pin));
                true
            }
            Expectation::Expiry
                if self.sight.dated && lead.is_close(2) && is_month_or_year(&self.run.digits) =>
            {
                self.out.push((0, all, Kind::Expiry));
                true
            }
            Expectation::Expiry if lead.is_close(if self.sight.dated { 2 } else { 1 }) => {
                self.expiry(0, all)
            }
            Expectation::Secret if near || lead.asked => {
                self.out.push((0, all, Kind::Secret));
                true
            }
            Expectation::Ssn
                if near && (fits(5, 13, 3) || total == 4)
                    || lead.is_close(6)
                        && (8..=10).contains(&total)
                        && lead.want == Expectation::Ssn =>
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
            Expectation::Phone
                if near && fits(7, 24, if lead.strong { 3 } else { 5 })
                    || lead.want == Expectation::Phone
                        && lead.is_close(4)
                        && (7..=15).contains(&total) =>
            {
                self.phone(all)
            }
            Expectation::Reach
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
}
