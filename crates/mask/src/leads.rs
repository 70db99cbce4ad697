//! What announces a number: "my card number is", "the three digits on the back", "order number", "ending in".
//!
//! Decides what the next number is expected to be and how surely, by the topic of a word and its neighbours; the detectors
//! decide what it is.

mod card;
mod contact;
mod number;
mod spot;

use super::lead::{Expectation, Lead};
use super::lexicon::{Number, Topic};
use super::phrases::Words;
use super::view::View;
use spot::Spot;

/// Topics that are a lead by themselves: what they announce, and whether surely.
const SURE: [(Topic, Expectation, bool); 4] = [
    (Topic::Cvv, Expectation::Cvv, true),
    (Topic::Ssn, Expectation::Ssn, true),
    (Topic::Email, Expectation::Email, false),
    (Topic::Iban, Expectation::Iban, true),
];

type Detector = fn(&Spot<'_, '_>) -> Option<Lead>;

/// Topics that need a look at their neighbours.
const DETECTORS: [(Topic, Detector); 19] = [
    (Topic::None, contact::spelled),
    (Topic::Card, card::card),
    (Topic::Brand, card::brand),
    (Topic::Code, card::code),
    (Topic::Expiry, card::expiry),
    (Topic::Back, card::back),
    (Topic::Thru, card::thru),
    (Topic::Digits, card::digits),
    (Topic::Strip, card::strip),
    (Topic::Social, contact::social),
    (Topic::Phone, contact::phone),
    (Topic::Call, contact::call),
    (Topic::Desk, contact::desk),
    (Topic::Pin, contact::pin),
    (Topic::Pen, contact::pen),
    (Topic::Password, contact::password),
    (Topic::Answer, contact::answer),
    (Topic::Order, number::order),
    (Topic::Account, number::account),
];

/// The lead that token `at` is or ends, given the one that holds.
pub(super) fn lead_at(view: View<'_>, at: usize, held: &Lead) -> Option<Lead> {
    let topic = view.token(at)?.topic();
    let spot = Spot { view, at, held };
    if topic == Topic::Number {
        return number::number(&spot);
    }
    if let Some((_, want, strong)) = SURE.iter().find(|(sure, _, _)| *sure == topic) {
        return spot.lead(*want, *strong);
    }
    let (_, detect) = DETECTORS.iter().find(|(known, _)| *known == topic)?;
    detect(&spot)
}

/// "ending in", "last four": what follows is only the end of a number.
pub(super) fn is_tail(view: View<'_>, at: usize) -> bool {
    match view.topic(at) {
        Topic::Ending => {
            let digit = view.number(at + 1) != Number::None || view.is_digits(at + 1);
            digit || view.next_in(at, Words::AfterEnding)
        }
        Topic::Last => view.next_in(at, Words::LastDigits),
        _ => false,
    }
}

/// Whether token `at` is the word "pin" or one like it.
pub(super) fn names_pin(view: View<'_>, at: usize) -> bool {
    view.topic(at) == Topic::Pin
}
