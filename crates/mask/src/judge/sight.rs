//! What surrounds a run of digits: its lead, the word after it, the signs it is glued to.
//!
//! Decides only what is there; the other files of `judge` weigh it.

use crate::digits::Run;
use crate::lead::{Expectation, Lead};
use crate::leads::lead_at;
use crate::lexicon::{COUNTS, DOT, FILLER, GLUE, LINK, MEASURE, Number, SEP, Topic};
use crate::phrases::Words;
use crate::token::{
    COLON, COMMA, DASH, LINE, MONEY, PLUS, POINT, SLASH, SPACE, STOP, Token, UNDER,
};
use crate::view::View;

/// How many words may follow a number that still grows.
const GROWS: usize = 4;
/// How far behind its number a lead may stand, in tokens.
const BEHIND: usize = 5;

/// What surrounds the run.
pub(super) struct Sight {
    pub(super) lead: Lead,
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
    /// What stands around `run`, where `lead` holds.
    pub(super) fn new(view: View<'_>, run: &Run, lead: &Lead) -> Self {
        let (first, next) = (run.first(), run.next());
        let dated = view.before_in(first, Words::DateParts);
        // "Expiry month 05 year 2029" measures nothing.
        let date = dated && lead.want == Expectation::Expiry;
        let rest = &view.tokens[next.min(view.tokens.len())..];
        Self {
            lead: behind(view, run, lead).unwrap_or(*lead),
            ends: rest.len() <= GROWS && rest.iter().all(goes_on),
            measured: !date && is_measured(view, first, next),
            id_like: is_id_like(view, run),
            plus: has_plus(view, first),
            decimal: view.gap(first) == COLON && view.is_digits(first.wrapping_sub(1)),
            path: view.gap(first) == SLASH,
            clock: view.gap(next) == COLON && view.is_digits(next),
            dated,
            sent: lead.want == Expectation::Order && is_sent(view, first),
            dots: dots(view, run),
        }
    }
}

/// A unit or a currency stands beside the number.
fn is_measured(view: View<'_>, first: usize, next: usize) -> bool {
    let end = view.tokens[next - 1].end();
    let after = view.bytes().get(end);
    let money = view.has(first, MONEY)
        || after.is_some_and(|b| matches!(b, b'$' | b'%'))
        || view.text[end..].starts_with('€');
    let unit =
        view.is(next, MEASURE) && view.gap(next) & (STOP | COMMA) == 0 && !view.says(next, "a");
    money || unit || view.within(next, Words::Per) && view.is(next + 1, MEASURE)
}

/// Whether letters are glued to the number.
fn is_id_like(view: View<'_>, run: &Run) -> bool {
    let (first, next) = (run.first(), run.next());
    let word = |at: usize| {
        view.token(at)
            .is_some_and(|t| !t.is_digits() && !t.is_atom())
    };
    let tight = |at: usize| view.only(at, DASH | UNDER | POINT);
    let before = tight(first) && view.gap(first) != 0 && word(first.wrapping_sub(1));
    let after = tight(next) && word(next);
    let written = |at: usize| run.items[at].written;
    written(0) && before || written(run.items.len() - 1) && after && !names_a_phone(view, next)
}

fn has_plus(view: View<'_>, first: usize) -> bool {
    let head = view.tokens[first];
    let sign = view.bytes().get(head.start.wrapping_sub(1)) == Some(&b'+');
    view.before(first, "plus") || head.has(PLUS) && sign
}

/// "text … to", "send it … at" stands before token `first`.
fn is_sent(view: View<'_>, first: usize) -> bool {
    view.before_in(first, Words::SentTo) && view.any_before(first, 10, Words::Sends)
}

/// "…, double", "… dash", "and the last": more digits are to come.
fn goes_on(token: &Token) -> bool {
    token.is(FILLER | SEP | GLUE | COUNTS) || token.number() == Number::Repeat
}

/// "-Office", "x402": what stands glued to a phone number.
fn names_a_phone(view: View<'_>, next: usize) -> bool {
    let text = view.text_of(next).as_bytes();
    let extension = match text {
        [b'x' | b'X', number @ ..] => !number.is_empty() && number.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    extension || view.within(next, Words::PhonePlaces)
}

fn dots(view: View<'_>, run: &Run) -> Vec<usize> {
    let spoken = |at: &usize| {
        let item = run.items[*at];
        item.glued && view.is(item.first - 1, DOT)
    };
    (1..run.items.len()).filter(spoken).collect()
}

/// The lead that stands behind the number, where none before it holds: "… that's my pin", "… is the order number".
fn behind(view: View<'_>, run: &Run, lead: &Lead) -> Option<Lead> {
    let next = run.next();
    let found = beside(view, run, next).or_else(|| named_after(view, next))?;
    let done = lead.part && lead.want.is_other() && view.within(next, Words::IsSaid);
    let free = !lead.is_near() || done;
    let short = run.total() < 12 && found.want == Expectation::Card;
    (free && !short).then_some(found)
}

/// "5550142671 mobile", "201 CVV", "… on the back".
fn beside(view: View<'_>, run: &Run, next: usize) -> Option<Lead> {
    let token = view.token(next)?;
    let written = run.items.len() == 1 && run.items[0].written;
    let plain = written && (10..=11).contains(&run.total());
    if plain && !token.has(STOP | COMMA | LINE) && names_a_phone(view, next) {
        return Some(Lead::new(Expectation::Reach, true, token.start));
    }
    let of_code = token.topic() == Topic::Cvv && token.gap == SPACE;
    let code = of_code && (3..=4).contains(&run.total());
    let side = view.text_of(next + 1) == "the" && view.text_of(next + 2) == "back";
    let back = side && view.within(next, Words::OnFrom) && !token.has(STOP);
    (code || back).then(|| Lead::new(Expectation::Cvv, true, token.start))
}

/// "… that's my pin", ", my social".
fn named_after(view: View<'_>, next: usize) -> Option<Lead> {
    let token = view.token(next)?;
    let comma_my = token.has(COMMA) && view.says(next, "my");
    let is = view.text[..view.tokens[next - 1].end()].ends_with("'s");
    let says = comma_my || is || view.within(next, Words::NamesAfter);
    if !says || token.has(STOP) && !token.is(FILLER) {
        return None;
    }
    for at in next..(next + BEHIND).min(view.tokens.len()) {
        if at > next && view.has(at, STOP) {
            return None;
        }
        if let Some(lead) = lead_at(view, at, &Lead::default()) {
            return Some(lead).filter(|lead| is_of_number(lead.want));
        }
        if !view.is(at, LINK | FILLER) {
            return None;
        }
    }
    None
}

/// What can be named behind a number.
fn is_of_number(want: Expectation) -> bool {
    !matches!(
        want,
        Expectation::Email | Expectation::Password | Expectation::Iban | Expectation::Brand
    )
}
