//! Leads of a number that has a word of its own, of one that is somebody's, and of the word "number" itself.

use super::spot::Spot;
use crate::lead::{Expectation, Lead};
use crate::lexicon::{COPULA, Number, Topic};
use crate::phrases::Words;
use crate::token::{COLON, EQUALS};

/// "order number", "flight".
pub(super) fn order(spot: &Spot<'_, '_>) -> Option<Lead> {
    with_number(spot, Expectation::Order)
}

/// "account number", "member".
pub(super) fn account(spot: &Spot<'_, '_>) -> Option<Lead> {
    with_number(spot, Expectation::Account)
}

fn with_number(spot: &Spot<'_, '_>, want: Expectation) -> Option<Lead> {
    if let Some(lead) = id(spot) {
        return Some(lead);
    }
    let held = spot.held;
    let numbered = is_numbered(spot);
    let direct = is_direct(spot);
    if !numbered && is_held(spot, want, direct) {
        return None;
    }
    let strong = numbered || direct || held.want == want && held.strong;
    spot.lead(want, strong)
}

/// What somebody's tax number is called, and who rang.
fn id(spot: &Spot<'_, '_>) -> Option<Lead> {
    let (view, at) = (spot.view, spot.at);
    if !view.says(at, "id") {
        return None;
    }
    if view.before_in(at, Words::TaxIds) {
        return spot.lead(Expectation::Ssn, false);
    }
    spot.lead_if(view.before(at, "caller"), Expectation::Phone, true)
}

/// "order number", "order no 12", "ticket ref".
fn is_numbered(spot: &Spot<'_, '_>) -> bool {
    let (view, at) = (spot.view, spot.at);
    let word = spot.is_numbered() && (!view.next(at, "no") || view.is_digits(at + 2));
    word || view.next_in(at, Words::Numbering)
}

/// A number, "is" or a colon follows.
fn is_direct(spot: &Spot<'_, '_>) -> bool {
    let (view, next) = (spot.view, spot.at + 1);
    let is = view.is(next, COPULA) && view.number(next) == Number::None;
    spot.precedes_digits()
        || view.number(next) == Number::Teen
        || view.has(next, COLON | EQUALS)
        || is
}

/// What was announced before is still to come: "in that case", "part of it", "order number for my account".
fn is_held(spot: &Spot<'_, '_>, want: Expectation, direct: bool) -> bool {
    let held = spot.held;
    let waits = !matches!(
        held.want,
        Expectation::Nothing | Expectation::Order | Expectation::Account | Expectation::Email
    );
    // "the number on the account is" is whom to ring.
    let whom = held.want == Expectation::Reach && held.words() <= 3;
    let ordered = held.want == Expectation::Order && held.strong;
    let account = want == Expectation::Account && (whom || ordered);
    account || waits && !(direct && held.is_past())
}

/// "my number is": most likely a telephone's.
pub(super) fn number(spot: &Spot<'_, '_>) -> Option<Lead> {
    let (view, at, held) = (spot.view, spot.at, spot.held);
    if view.says(at, "no") {
        let free = matches!(held.want, Expectation::Nothing | Expectation::Reach);
        let named = view.before_in(at, Words::ContactNos) && free;
        return spot.lead_if(named, Expectation::Phone, true);
    }
    let across = view.next(at, "across") && held.want == Expectation::Nothing;
    if view.before(at, "long") || across {
        return spot.lead(Expectation::Card, true);
    }
    if is_of_code(spot) {
        return spot.lead(Expectation::Cvv, true);
    }
    spot.lead_if(is_whose(spot) && is_free(held), Expectation::Reach, false)
}

/// "verification number", but not "social security number".
fn is_of_code(spot: &Spot<'_, '_>) -> bool {
    let social = spot.view.topic(spot.at.wrapping_sub(2)) == Topic::Social;
    let named = spot.view.before_in(spot.at, Words::CodeNumbers);
    named && !social && spot.held.want != Expectation::Ssn
}

/// "my number", "the number on file".
fn is_whose(spot: &Spot<'_, '_>) -> bool {
    let (view, at) = (spot.view, spot.at);
    let on_file = view.next(at, "on") && view.any_in(at + 2..at + 4, Words::OnFile);
    on_file || view.before_in(at, Words::WhoseNumber)
}

/// Nothing else is expected.
fn is_free(held: &Lead) -> bool {
    match held.want {
        Expectation::Nothing | Expectation::Reach | Expectation::Email => true,
        Expectation::Order | Expectation::Account => held.part || held.words() >= 4,
        _ => false,
    }
}
