//! A word that may be a lead, with its neighbours and the lead that holds so far.

use crate::lead::{Expectation, Lead};
use crate::lexicon::{COPULA, Number, Topic};
use crate::token::{COLON, EQUALS};
use crate::view::View;

/// A word that may be a lead.
#[derive(Clone, Copy)]
pub(super) struct Spot<'s, 't> {
    pub(super) view: View<'t>,
    pub(super) at: usize,
    /// The lead that holds before this word.
    pub(super) held: &'s Lead,
}

impl Spot<'_, '_> {
    pub(super) fn lead(&self, want: Expectation, strong: bool) -> Option<Lead> {
        let token = self.view.token(self.at)?;
        Some(Lead::new(want, strong, token.start))
    }

    /// The lead, where `holds`.
    pub(super) fn lead_if(&self, holds: bool, want: Expectation, strong: bool) -> Option<Lead> {
        self.lead(want, strong).filter(|_| holds)
    }

    /// The word after is "number" or one like it.
    pub(super) fn is_numbered(&self) -> bool {
        self.view.topic(self.at + 1) == Topic::Number
    }

    /// "is", a colon or an equals sign follows.
    pub(super) fn is_told(&self) -> bool {
        let next = self.at + 1;
        self.view.is(next, COPULA) || self.view.has(next, COLON | EQUALS)
    }

    /// A digit follows, in figures or in words.
    pub(super) fn precedes_digits(&self) -> bool {
        let next = self.at + 1;
        let said = matches!(
            self.view.number(next),
            Number::Unit | Number::Repeat | Number::Tens
        );
        said || self.view.is_digits(next)
    }

    /// A short secret was just named, so that "card" and "phone" only say whose: "the pin for my card".
    pub(super) fn yields(&self) -> bool {
        let short = matches!(
            self.held.want,
            Expectation::Pin | Expectation::Cvv | Expectation::Expiry | Expectation::Password
        );
        short && self.held.words() <= 7
    }

    /// The word before is in a role.
    pub(super) fn before_is(&self, flag: u32) -> bool {
        self.view.is(self.at.wrapping_sub(1), flag)
    }
}
