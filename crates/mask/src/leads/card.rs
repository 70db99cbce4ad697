//! Leads of what stands on a card: its number, its code, its date.

use super::spot::Spot;
use crate::lead::{Expectation, Lead};
use crate::lexicon::{NOT_PAY_CARD, OFFER, OTHER_CODE, Topic};
use crate::phrases::Words;

/// "card", "card number".
pub(super) fn card(spot: &Spot<'_, '_>) -> Option<Lead> {
    let (view, at) = (spot.view, spot.at);
    if spot.before_is(NOT_PAY_CARD) {
        return spot.lead(Expectation::Account, false);
    }
    let numbered = spot.is_numbered() && !view.next(at, "no") || view.next(at, "no.");
    let only_whose = view.next_in(at, Words::CardCodes) || spot.yields() && !numbered;
    // "order number for the card" keeps its order; "card" alone is no reason to drop it.
    let held = spot.held;
    let of_order = held.want == Expectation::Order && held.strong && held.words() <= 3;
    let kept = of_order && !numbered;
    spot.lead_if(!only_whose && !kept, Expectation::Card, numbered)
}

/// "visa", "amex".
pub(super) fn brand(spot: &Spot<'_, '_>) -> Option<Lead> {
    let known = matches!(spot.held.want, Expectation::Card | Expectation::Order);
    spot.lead_if(!known && !spot.yields(), Expectation::Brand, false)
}

/// "security code", "area code", "pass code": the word before says which.
pub(super) fn code(spot: &Spot<'_, '_>) -> Option<Lead> {
    let (view, at) = (spot.view, spot.at);
    let want = if view.before_in(at, Words::SecurityCodes) || counted(spot) {
        Expectation::Cvv
    } else if view.before(at, "area") {
        // "area code four one five …": all ten digits, or only the three.
        Expectation::Reach
    } else if at > 0 && is_postal(spot, at - 1) && view.before(at, "pin") {
        Expectation::Order
    } else if view.before_in(at, Words::PinHeard) {
        Expectation::Pin
    } else if view.before_in(at, Words::PassCodes) {
        Expectation::Password
    } else if spot.before_is(OTHER_CODE) {
        Expectation::Order
    } else {
        return None;
    };
    spot.lead(want, true)
}

/// "three digit code", "four digit code on my card".
fn counted(spot: &Spot<'_, '_>) -> bool {
    let (view, at) = (spot.view, spot.at);
    if !view.before(at, "digit") {
        return false;
    }
    let count = at.wrapping_sub(2);
    let of_card = |j| matches!(view.topic(j), Topic::Card | Topic::Brand);
    let on_card = || view.next(at, "on") && (at + 2..at + 6).any(of_card);
    view.within(count, Words::Three) || view.within(count, Words::Four) && on_card()
}

/// "the pin code of my area": what India calls a postal code. `pin` is the word "pin".
pub(super) fn is_postal(spot: &Spot<'_, '_>, pin: usize) -> bool {
    let view = spot.view;
    let of_what = view.next(pin, "code") && view.next_in(pin + 1, Words::OfWhat);
    let owned = || view.any_in(pin + 3..pin + 8, Words::PinOwners);
    view.before_in(pin, Words::Places) || of_what && !owned()
}

/// "expires", "runs out", "mm yy".
pub(super) fn expiry(spot: &Spot<'_, '_>) -> Option<Lead> {
    let (view, at) = (spot.view, spot.at);
    let means = match view.text_of(at).to_ascii_lowercase().as_str() {
        "runs" => view.next(at, "out") && view.before_in(at, Words::RunsOut),
        "yy" | "yyyy" => view.before(at, "mm"),
        _ => true,
    };
    let before = view.tokens[at.saturating_sub(6)..at].iter().rev();
    let mut near = before.take_while(|t| t.topic() != Topic::Card);
    let mut offered = || near.any(|t| t.is(OFFER));
    spot.lead_if(means && !offered(), Expectation::Expiry, true)
}

/// "the three digits on the back", "the code on the back of my card".
pub(super) fn back(spot: &Spot<'_, '_>) -> Option<Lead> {
    let (view, at, held) = (spot.view, spot.at, spot.held);
    let of_card = view.next(at, "of") && (at + 2..at + 5).any(|j| view.text_of(j) == "card");
    let reads = || view.any_in(at + 3..at + 6, Words::Reads);
    if held.want == Expectation::Nothing && of_card && reads() {
        return spot.lead(Expectation::Cvv, true);
    }
    let known = held.want == Expectation::Cvv;
    if !known && of_card && !view.before(at, "the") {
        return spot.lead(Expectation::Cvv, false);
    }
    let where_on = at >= 2 && view.before(at, "the") && view.before_in(at - 1, Words::Where);
    spot.lead_if(
        !known && where_on && is_on_side(spot),
        Expectation::Cvv,
        false,
    )
}

/// "four digits on the front", "three digits on the back", "on the back it says".
fn is_on_side(spot: &Spot<'_, '_>) -> bool {
    let (view, at) = (spot.view, spot.at);
    if view.says(at, "front") {
        return view.any_before(at, 6, Words::Four);
    }
    let says = view.next(at, "it") && view.next_in(at + 1, Words::Printed);
    says || view.next_in(at, Words::BackOf) || view.any_before(at, 6, Words::CodeDigits)
}

/// "valid thru".
pub(super) fn thru(spot: &Spot<'_, '_>) -> Option<Lead> {
    if spot.view.before_in(spot.at, Words::ValidThru) {
        return expiry(spot);
    }
    let pin = spot.held.want == Expectation::Pin && changes(spot);
    pin.then_some(*spot.held)
}

/// "change my pin from": the old one follows.
fn changes(spot: &Spot<'_, '_>) -> bool {
    spot.view.says(spot.at, "from") && spot.view.any_before(spot.at, 6, Words::Changes)
}

/// "security digits", "signature strip".
pub(super) fn digits(spot: &Spot<'_, '_>) -> Option<Lead> {
    let holds = spot.view.before(spot.at, "security");
    spot.lead_if(holds, Expectation::Cvv, true)
}

pub(super) fn strip(spot: &Spot<'_, '_>) -> Option<Lead> {
    let holds = spot.view.before(spot.at, "signature");
    spot.lead_if(holds, Expectation::Cvv, true)
}
