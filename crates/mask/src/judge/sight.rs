//! What surrounds a run of digits: its lead, the word after it, the signs it is glued to.
//!
//! Decides only what is there; `judge` weighs it.

use super::super::digits::{Item, Run};
use super::super::leads::{Expectation, Lead};
use super::super::lexicon::{COUNTS, DOT, FILLER, GLUE, LINK, MEASURE, Number, SEP, Topic};
use super::super::phrases::Words;
use super::super::scan::{Live, Scan};
use super::super::token::{
    COLON, COMMA, DASH, LINE, MONEY, PLUS, POINT, SLASH, SPACE, STOP, Token, UNDER,
};

/// What surrounds the run.
pub(super) struct Sight {
    pub(super) lead: Lead,
    pub(super) live: Live,
    /// Nothing but fillers follow in the text.
    pub(super) ends: bool,
    /// "dollars", "o'clock", "%", or a currency sign before.
    pub(super) measured: bool,
    /// Glued to letters, as ids are: "ORD-4111".
    pub(super) id_like: bool,
    /// Begins with `+`.
    pub(super) plus: bool,
    /// Part of a decimal number or a time.
    pub(super) decimal: bool,
    /// Part of a path: "/cards/42".
    pub(super) path: bool,
    /// The hour of a time.
    pub(super) clock: bool,
    /// "month" or "year" stands right before.
    pub(super) dated: bool,
    /// "text the delivery code to": whom, not what.
    pub(super) sent: bool,
    /// Items with the word "dot" before them.
    pub(super) dots: Vec<usize>,
}

impl Sight {
    pub(super) fn new(scan: &Scan<'_>, run: &Run) -> Self {
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
        let letters_after = follows
            .is_some_and(|t| (tight(t.gap) || t.gap == 0) && !t.is_digits() && !t.is_atom())
            && !names_a_phone(scan, next);
        let money = head.has(MONEY)
            || bytes.get(end).is_some_and(|b| matches!(b, b'$' | b'%'))
            || scan.text[end..].starts_with('€');
        let measured = money
            || follows.is_some_and(|t| {
                t.info().is(MEASURE)
                    && t.gap & (STOP | COMMA) == 0
                    && !scan.leads().text_of(next).eq_ignore_ascii_case("a")
            })
            || Words::Per.has(scan.leads().text_of(next))
                && scan
                    .tokens
                    .get(next + 1)
                    .is_some_and(|t| t.info().is(MEASURE));
        let dated = scan.leads().before_in(first, Words::DateParts);
        // "Expiry month 05 year 2029" measures nothing.
        let measured = measured && !(dated && scan.lead.want == Expectation::Expiry);
        let short = run.total() < 12;
        let lead = postfix(scan, run, next)
            .filter(|lead| {
                let told = scan.leads().next_in(next - 1, Words::IsSaid);
                let done = scan.lead.part
                    && told
                    && matches!(scan.lead.want, Expectation::Order | Expectation::Account);
                (!scan.lead.is_near() || done) && !(short && lead.want == Expectation::Card)
            })
            .unwrap_or(scan.lead);
        let rest = &scan.tokens[next.min(scan.tokens.len())..];
        Self {
            lead,
            live: scan.live,
            ends: rest.len() <= 4 && rest.iter().all(goes_on),
            measured,
            id_like: run.items[0].written && letters_before
                || run.items.last().is_some_and(|i| i.written) && letters_after,
            plus: first > 0 && scan.leads().before(first, "plus")
                || head.has(PLUS) && bytes.get(head.start.wrapping_sub(1)) == Some(&b'+'),
            clock: follows.is_some_and(|t| t.gap == COLON && t.is_digits()),
            path: head.gap == SLASH,
            decimal: head.gap == COLON && first > 0 && scan.tokens[first - 1].is_digits(),
            dated,
            sent: scan.lead.want == Expectation::Order && is_sent(scan, first),
            dots: dots(scan, run),
        }
    }
}

/// "text … to", "send it … at" stands before token `first`.
fn is_sent(scan: &Scan<'_>, first: usize) -> bool {
    let leads = scan.leads();
    leads.before_in(first, Words::SentTo)
        && (first.saturating_sub(10)..first).any(|at| Words::Sends.has(leads.text_of(at)))
}

/// "…, double", "… dash", "and the last": more digits are to come.
fn goes_on(token: &Token) -> bool {
    let word = token.info();
    word.is(FILLER | SEP | GLUE | COUNTS) || word.number == Number::Repeat
}

/// "-Office", "x402": what stands glued to a phone number.
fn names_a_phone(scan: &Scan<'_>, next: usize) -> bool {
    let text = scan.leads().text_of(next).to_ascii_lowercase();
    let extension = text
        .strip_prefix('x')
        .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    extension || Words::PhonePlaces.has(&text)
}

fn dots(scan: &Scan<'_>, run: &Run) -> Vec<usize> {
    let spoken = |pair: &[Item]| pair[1].glued && scan.tokens[pair[1].first - 1].info().is(DOT);
    (1..run.items.len())
        .filter(|at| spoken(&run.items[at - 1..=*at]))
        .collect()
}

/// "… that's my pin", "… is the order number": a lead that comes after its number.
fn postfix(scan: &Scan<'_>, run: &Run, next: usize) -> Option<Lead> {
    let leads = scan.leads();
    let opening = scan.tokens.get(next)?;
    let says = Words::NamesAfter.has(leads.text_of(next));
    let plain = run.items.len() == 1 && run.items[0].written && (10..=11).contains(&run.total());
    if plain && !opening.has(STOP | COMMA | LINE) && names_a_phone(scan, next) {
        return Some(Lead::new(Expectation::Reach, true, opening.start));
    }
    // "201 CVV".
    if (3..=4).contains(&run.total()) && opening.info().topic == Topic::Cvv && opening.gap == SPACE
    {
        return Some(Lead::new(Expectation::Cvv, true, opening.start));
    }
    let comma_my = opening.has(COMMA) && leads.text_of(next).eq_ignore_ascii_case("my");
    let back = Words::OnFrom.has(leads.text_of(next))
        && leads.text_of(next + 1) == "the"
        && leads.text_of(next + 2) == "back";
    if back && !opening.has(STOP) {
        return Some(Lead::new(Expectation::Cvv, true, opening.start));
    }
    let last = scan.tokens[next - 1];
    let ends_in_is = scan.text[..last.end()].ends_with("'s");
    if !(says || comma_my || ends_in_is) || opening.has(STOP) && !opening.info().is(FILLER) {
        return None;
    }
    for at in next..(next + 5).min(scan.tokens.len()) {
        if at > next && scan.tokens[at].has(STOP) {
            return None;
        }
        if let Some(lead) = leads.at(at, &Lead::default()) {
            let wanted = !matches!(
                lead.want,
                Expectation::Email | Expectation::Password | Expectation::Iban | Expectation::Brand
            );
            return wanted.then_some(lead);
        }
        if !scan.tokens[at].info().is(LINK | FILLER) {
            return None;
        }
    }
    None
}
