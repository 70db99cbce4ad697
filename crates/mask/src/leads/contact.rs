//! Leads of a telephone, a social security number and a PIN.

use super::card::is_postal;
use super::spot::Spot;
use crate::lead::{Expectation, Lead};
use crate::phrases::Words;
use crate::token::COLON;

/// "phone number", "my cell is".
pub(super) fn phone(spot: &Spot<'_, '_>) -> Option<Lead> {
    let other = spot.view.next_in(spot.at, Words::PhoneOther) && !spot.is_numbered();
    let only_whose = spot.yields() && spot.held.words() < 3;
    let strong = spot.is_numbered() || spot.is_told();
    spot.lead_if(!other && !only_whose, Expectation::Phone, strong)
}

/// "call me back at", "text 555…".
pub(super) fn call(spot: &Spot<'_, '_>) -> Option<Lead> {
    let (view, at) = (spot.view, spot.at);
    let whom = || view.next_in(at, Words::Whom) && view.any_in(at + 2..at + 6, Words::AtOn);
    let holds = spot.precedes_digits() || view.next(at, "from") || whom();
    spot.lead_if(holds, Expectation::Reach, false)
}

/// "office: 555…".
pub(super) fn desk(spot: &Spot<'_, '_>) -> Option<Lead> {
    let next = spot.at + 1;
    let holds = spot.view.has(next, COLON) && spot.view.is_number(next);
    spot.lead_if(holds, Expectation::Reach, true)
}

/// "social security", but not "social media".
pub(super) fn social(spot: &Spot<'_, '_>) -> Option<Lead> {
    let other = spot.view.next_in(spot.at, Words::SocialOther);
    spot.lead_if(!other, Expectation::Ssn, true)
}

pub(super) fn pin(spot: &Spot<'_, '_>) -> Option<Lead> {
    let want = match is_postal(spot, spot.at) {
        true => Expectation::Order,
        false => Expectation::Pin,
    };
    spot.lead(want, true)
}

/// "pen", heard for "pin".
pub(super) fn pen(spot: &Spot<'_, '_>) -> Option<Lead> {
    let holds = spot.view.next_in(spot.at, Words::PenFollowers);
    spot.lead_if(holds, Expectation::Pen, false)
}

pub(super) fn password(spot: &Spot<'_, '_>) -> Option<Lead> {
    let strong = !spot.view.says(spot.at, "pw");
    spot.lead(Expectation::Password, strong)
}

/// "memorable word", "secret answer".
pub(super) fn answer(spot: &Spot<'_, '_>) -> Option<Lead> {
    let holds = spot.view.before_in(spot.at, Words::Memorised);
    spot.lead_if(holds, Expectation::Password, true)
}

/// Names that are spelled, letter by letter.
const SPELLED: [(&[u8], Expectation); 9] = [
    (b"cvv", Expectation::Cvv),
    (b"cvc", Expectation::Cvv),
    (b"cvb", Expectation::Cvv),
    (b"cve", Expectation::Cvv),
    (b"csc", Expectation::Cvv),
    (b"ssn", Expectation::Ssn),
    (b"pin", Expectation::Pin),
    (b"nhs", Expectation::Account),
    (b"iban", Expectation::Iban),
];

/// Leads that are spelled: "c v v", "s s n", "p i n".
pub(super) fn spelled(spot: &Spot<'_, '_>) -> Option<Lead> {
    if spot.view.len(spot.at) != 1 {
        return None;
    }
    let letter = |j: usize| match spot.view.text_of(j).as_bytes() {
        [b] => b.to_ascii_lowercase(),
        _ => b' ',
    };
    let said = |name: &[u8]| (spot.at..).zip(name).all(|(j, b)| letter(j) == *b);
    let (_, want) = SPELLED.iter().find(|(name, _)| said(name))?;
    spot.lead(*want, true)
}
