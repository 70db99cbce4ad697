//! What a run of digits is: a card, a phone, a PIN, or nothing of ours.
//!
//! Decides from the lead, the shape, the check digits and the words after it. A run without a lead must prove itself (Luhn and
//! brand, or the exact shape of a phone or SSN); a run with one only has to be of a plausible length. What neither tells is
//! asked of `score`.

mod again;
mod announced;
mod bare;
mod card;
mod case;
mod dates;
mod expiry;
mod extent;
mod month;
mod shape;
mod sight;

use super::checks::is_card;
use super::digits::{Item, Run};
use super::groups::Group;
use super::kind::{Kind, Span};
use super::lead::{Expectation, Lead};
use super::leads::names_pin;
use super::lexicon::Number;
use super::score::{Doubt, Question};
use super::token::{COMMA, LINE, PAREN, PLUS, STOP};
use super::view::View;
pub(super) use again::{corrected, reread};
use case::Case;
use extent::extent;
pub(super) use month::month;
use sight::Sight;

/// What a run turned out to be.
pub(super) struct Verdict {
    pub(super) spans: Vec<Span>,
    /// The lead that holds after the run.
    pub(super) lead: Lead,
    /// The token to go on with.
    pub(super) next: usize,
    /// What ends before this byte was looked at.
    pub(super) skip: usize,
    /// The run as a group of a card, if it is of nothing else.
    pub(super) group: Option<Group>,
    /// Where the run began with its lead, if it reaches the end of the text.
    pub(super) open: Option<usize>,
}

/// Judges `run`, before which `lead` holds.
pub(super) fn verdict(view: View<'_>, run: &mut Run, lead: &Lead) -> Verdict {
    let next = run.next();
    let mut sight = Sight::new(view, run, lead);
    if sight.lead.want == Expectation::Pin && !is_pin(view, run, &sight.lead) {
        sight.lead.clear();
    }
    if sight.measured {
        drop_quantity(view, run);
    }
    let start = view.tokens[run.first()].start;
    let announced = lead.want != Expectation::Nothing && !lead.asked;
    let from = if announced {
        lead.start.min(start)
    } else {
        start
    };
    let open = sight.ends.then_some(from);
    let mut case = Case {
        run,
        sight,
        view,
        out: Vec::new(),
    };
    let lead = decide(&mut case);
    let group = group(view, &case);
    let mut verdict = Verdict {
        spans: Vec::new(),
        lead,
        next,
        skip: 0,
        group,
        open,
    };
    for part in case.out {
        let found = extent(view, case.run, part);
        verdict.spans.extend(found.spans);
        verdict.next = verdict.next.max(found.next);
        verdict.skip = verdict.skip.max(found.skip);
    }
    verdict
}

/// Digits that are no quantity, no time, and no order's number.
fn group(view: View<'_>, case: &Case<'_>) -> Option<Group> {
    let sight = &case.sight;
    let other = sight.measured || sight.id_like || sight.clock || sight.decimal;
    let card = case.out.iter().all(|(_, _, kind)| *kind == Kind::Card);
    if other || sight.lead.want.is_other() || !card {
        return None;
    }
    let (first, next) = (case.run.first(), case.run.next());
    let span = Span {
        start: view.tokens[first].start,
        end: view.tokens[next - 1].end(),
        kind: Kind::Card,
    };
    Group::new(&case.run.digits, (first, next), span)
}

/// Whether the number that a "pin" announces opens something: a cotter pin has a number too. What was asked for, or named
/// after its number, needs no second look.
fn is_pin(view: View<'_>, run: &Run, lead: &Lead) -> bool {
    let from = run.first();
    let name = view.tokens.partition_point(|t| t.start < lead.start);
    // "p i n" is spelled: its last letter stands before what follows. A question is answered in the next sentence.
    let answers = || (name + 1..=from).any(|at| view.has(at, STOP | LINE));
    if lead.asked || name >= from || !names_pin(view, name) || answers() {
        return true;
    }
    let doubt = Doubt {
        view,
        question: Question::Pin,
        name,
        from,
        to: run.next(),
    };
    doubt.is_secret()
}

/// "… 1111 for forty one dollars": the quantity at the end is not part of the number before it.
fn drop_quantity(view: View<'_>, run: &mut Run) {
    if run.total() < 12 || run.items.len() < 2 {
        return;
    }
    run.pop();
    let doubtful = |item: &Item| view.number(item.first) == Number::Soft;
    if run.items.len() > 1 && run.items.last().is_some_and(doubtful) {
        run.pop();
    }
}

type Step = fn(&mut Case<'_>) -> Option<Lead>;

/// What is tried, one after the other; the first that settles the run says which lead holds after it.
const STEPS: [Step; 7] = [
    quantity,
    address,
    last_digits,
    sent,
    ordered,
    account,
    announced,
];

/// Fills `out`; the lead that holds after the run.
fn decide(case: &mut Case<'_>) -> Lead {
    let settled = STEPS.iter().find_map(|step| step(case));
    settled.unwrap_or_else(|| bare(case))
}

/// "five dollars", "10:30", "two million".
fn quantity(case: &mut Case<'_>) -> Option<Lead> {
    let sight = &case.sight;
    let timed = (sight.clock || sight.decimal) && case.total() <= 8;
    let measured = sight.measured && case.total() < 12;
    let mut lead = sight.lead;
    lead.word_like();
    (case.run.quantity || timed || measured).then_some(lead)
}

/// "one ninety two dot one sixty eight dot one dot ten", but not "clause ten dot four dot two dot one".
fn address(case: &mut Case<'_>) -> Option<Lead> {
    let &[a, b, c] = case.sight.dots.as_slice() else {
        return None;
    };
    let value = |(from, to): (usize, usize)| {
        let digits = case.digits(from, to).iter().take(4);
        digits.fold(0_u32, |n, d| n * 10 + u32::from(*d))
    };
    let octets = [(0, a), (a, b), (b, c), (c, case.all())].map(value);
    let named = case.sight.lead.want != Expectation::Order;
    if !named || octets.iter().any(|octet| *octet > 255) {
        return None;
    }
    let mut lead = case.sight.lead;
    if is_address(case, octets) {
        case.take_all(Kind::Ip);
        lead.clear();
    } else {
        lead.word_like();
    }
    Some(lead)
}

fn is_address(case: &Case<'_>, octets: [u32; 4]) -> bool {
    let doubt = Doubt {
        view: case.view,
        question: Question::Address(octets),
        name: case.run.first(),
        from: case.run.first(),
        to: case.run.next(),
    };
    doubt.is_secret()
}

/// "ending in 5839": of all numbers only a social security number's last digits are a secret.
fn last_digits(case: &mut Case<'_>) -> Option<Lead> {
    let mut lead = case.sight.lead;
    if !lead.tail || case.total() > 6 {
        return None;
    }
    if lead.want == Expectation::Ssn && case.total() == 4 {
        case.take_all(Kind::Ssn);
        return Some(Lead::default());
    }
    lead.tail = false;
    Some(lead)
}

/// "text the delivery code to 555 010 9999".
fn sent(case: &mut Case<'_>) -> Option<Lead> {
    if !case.sight.sent || case.sight.lead.want != Expectation::Order {
        return None;
    }
    case.bare(0, case.all());
    (!case.out.is_empty()).then(Lead::default)
}

/// An order's number: nothing is masked up to the end of the sentence; what follows must prove itself.
fn ordered(case: &mut Case<'_>) -> Option<Lead> {
    let mut lead = case.sight.lead;
    if lead.want != Expectation::Order || !lead.strong || !lead.is_close(3) {
        return None;
    }
    let listed = case.run.items.iter().all(|i| i.len <= 2 && i.has(STOP));
    let ends = |at: &usize| case.run.items[*at].has(STOP) && case.count(0, *at) >= 4;
    let end = (1..case.all()).find(ends);
    if let Some(end) = end.filter(|_| !listed) {
        case.cards(end, case.all());
    }
    apart_from_order(case);
    // The next number after other words is only taken for a part of this one if it is no card.
    lead.go_on();
    lead.strong = false;
    Some(lead)
}

/// A number that is somebody's: a card among its digits proves itself.
fn account(case: &mut Case<'_>) -> Option<Lead> {
    let mut lead = case.sight.lead;
    if !lead.want.is_other() || !lead.is_close(3) {
        return None;
    }
    let all = case.all();
    if !case.cards(0, all) && case.sight.plus {
        case.phones_and_ssns(0, all);
    } else {
        apart_from_order(case);
    }
    if case.out.is_empty() && case.is_growing() && case.sight.ends && all > 5 {
        case.open_card(0, all);
    }
    lead.go_on();
    Some(lead)
}

/// "MRN 00459921, (415) 555-2671": a comma or bracket, and the exact shape of something else.
fn apart_from_order(case: &mut Case<'_>) {
    let all = case.all();
    for at in 1..all {
        let apart = case.run.items[at].has(COMMA | STOP | PAREN | PLUS | LINE);
        let free = case.out.iter().all(|(_, to, _)| *to <= at);
        if !(apart && free) {
            continue;
        }
        if let Some((to, kind)) = case.shape(at, all) {
            case.push(at, to, kind);
        }
    }
}

/// What was announced; where it is short, more of it may come.
fn announced(case: &mut Case<'_>) -> Option<Lead> {
    let mut lead = case.sight.lead;
    if !announced::announced(case, &lead) {
        return None;
    }
    if is_part(case, lead.want) {
        lead.go_on();
        lead.strong = true;
        return Some(lead);
    }
    Some(Lead::default())
}

/// More digits of it may come.
fn is_part(case: &Case<'_>, want: Expectation) -> bool {
    let total = case.total();
    match want {
        Expectation::Card | Expectation::Brand => total < 15 && !is_card(&case.run.digits),
        Expectation::Ssn => total < 9,
        Expectation::Phone => total < 7,
        Expectation::Expiry => case.sight.dated && total <= 2,
        _ => false,
    }
}

/// Nothing announced it.
fn bare(case: &mut Case<'_>) -> Lead {
    case.bare(0, case.all());
    let mut lead = case.sight.lead;
    if case.out.is_empty() {
        lead.word_like();
    } else {
        lead.clear();
    }
    lead
}
