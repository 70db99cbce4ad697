//! What the speaker is about to say: the latest lead, and what was said since.
//!
//! Decides how long a lead holds. Which words are a lead is decided by `leads`, and what its value is by the detectors.

use super::kind::Kind;
use super::lexicon::{COPULA, CORRECT, FILLER, LINK};
use super::token::{COLON, COMMA, EQUALS, LINE, STOP, Token};

/// What the speaker is about to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Expectation {
    #[default]
    Nothing,
    Card,
    /// A brand's name, which may be about something else.
    Brand,
    Cvv,
    Expiry,
    Ssn,
    Phone,
    /// "call me at", "my number is".
    Reach,
    Email,
    Iban,
    Pin,
    /// "pen", heard for "pin".
    Pen,
    Password,
    /// A number with a word of its own, never masked.
    Order,
    /// Somebody's number that is none of ours.
    Account,
    /// A whole answer that is secret, whatever it is.
    Secret,
}

/// What a question for a kind makes one expect.
const OF_KINDS: [(Kind, Expectation); 18] = [
    (Kind::Card, Expectation::Card),
    (Kind::SecurityCode, Expectation::Cvv),
    (Kind::Expiry, Expectation::Expiry),
    (Kind::Ssn, Expectation::Ssn),
    (Kind::Phone, Expectation::Phone),
    (Kind::Email, Expectation::Email),
    (Kind::Iban, Expectation::Iban),
    (Kind::Pin, Expectation::Pin),
    (Kind::Password, Expectation::Password),
    (Kind::ApiKey, Expectation::Secret),
    (Kind::Jwt, Expectation::Secret),
    (Kind::Secret, Expectation::Secret),
    (Kind::OneTimeCode, Expectation::Secret),
    (Kind::BankAccount, Expectation::Secret),
    (Kind::BirthDate, Expectation::Secret),
    (Kind::NationalId, Expectation::Secret),
    (Kind::PostalAddress, Expectation::Secret),
    (Kind::Answer, Expectation::Secret),
];

impl Expectation {
    /// What a question for a value of this kind makes one expect.
    pub(super) fn of(kind: Kind) -> Self {
        let known = OF_KINDS.iter().find(|(known, _)| *known == kind);
        known.map_or(Self::Nothing, |(_, want)| *want)
    }

    /// Kinds whose values are short enough to be anything, so that they must follow their lead closely.
    fn is_short(self) -> bool {
        matches!(
            self,
            Self::Cvv | Self::Expiry | Self::Pin | Self::Pen | Self::Password
        )
    }

    /// A number that is none of ours.
    pub(super) fn is_other(self) -> bool {
        matches!(self, Self::Order | Self::Account)
    }
}

/// The latest lead and what was said since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lead {
    pub(super) want: Expectation,
    /// "order number", not only "order".
    pub(super) strong: bool,
    /// "ending in": the next few digits are all that may be known.
    pub(super) tail: bool,
    /// The other side asked for it.
    pub(super) asked: bool,
    /// First byte of the lead.
    pub(super) start: usize,
    /// Part of the value was said already.
    pub(super) part: bool,
    unknown: u8,
    copula: bool,
    stops: u8,
    commas: u8,
    words: u8,
}

impl Lead {
    pub(super) fn new(want: Expectation, strong: bool, start: usize) -> Self {
        Self {
            want,
            strong,
            start,
            ..Self::default()
        }
    }

    pub(super) fn asked(want: Expectation) -> Self {
        Self {
            want,
            strong: true,
            asked: true,
            ..Self::default()
        }
    }

    /// The value follows its lead with nothing of weight between.
    pub(super) fn is_near(&self) -> bool {
        let soon = self.unknown == 0 || self.copula || self.asked && self.unknown <= 2;
        self.want != Expectation::Nothing && soon
    }

    /// Nothing of weight at all stands between the lead and its value.
    pub(super) fn is_direct(&self) -> bool {
        self.unknown == 0
    }

    /// "… is" or ":" was the last thing of weight.
    pub(super) fn is_said(&self) -> bool {
        self.copula || self.asked
    }

    /// Near, or not far from it.
    pub(super) fn is_close(&self, unknown: u8) -> bool {
        self.want != Expectation::Nothing && (self.is_near() || self.unknown <= unknown)
    }

    /// Something of weight was said since.
    pub(super) fn is_past(&self) -> bool {
        self.unknown > 0 || self.stops > 0
    }

    /// Words since the lead, for deciding whether "card" belongs to "pin for my card".
    pub(super) fn words(&self) -> u8 {
        self.words
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The lead was answered in part ("4111 1111 …"): it goes on as if just said.
    pub(super) fn go_on(&mut self) {
        self.unknown = 0;
        self.stops = 0;
        self.copula = false;
        self.tail = false;
        self.part = true;
    }

    /// Accepts in the separators before a token that may be a value.
    ///
    /// A new line begins something else, unless the line before ended in "is", ":" or a question (`asks`).
    pub(super) fn gap(&mut self, token: &Token, asks: bool) {
        if self.want == Expectation::Nothing {
            return;
        }
        self.copula |= token.has(COLON | EQUALS);
        if token.has(STOP) {
            self.stops = self.stops.saturating_add(1);
        }
        let over = token.has(STOP) && self.is_over();
        if over || token.has(LINE) && !self.outlives_line(asks) {
            self.clear();
        } else if token.has(COMMA) {
            self.commas = self.commas.saturating_add(1);
        }
    }

    /// Too many sentences were said since.
    fn is_over(&self) -> bool {
        !self.asked && (self.stops > 2 || self.unknown > 3)
    }

    fn outlives_line(&self, asks: bool) -> bool {
        let goes_on = asks || self.copula || self.part;
        self.asked || goes_on && self.unknown == 0
    }

    /// A number that was no value: it counts as a word that says something.
    pub(super) fn word_like(&mut self) {
        self.unknown = self.unknown.saturating_add(1);
        self.copula = false;
    }

    /// Accepts in a word that is no value.
    pub(super) fn word(&mut self, token: &Token) {
        if self.want == Expectation::Nothing {
            return;
        }
        let word = token.info();
        self.words = self.words.saturating_add(1);
        if word.is(LINK | FILLER | CORRECT) {
            self.copula |= word.is(COPULA);
            return;
        }
        self.word_like();
        let limit = if self.want.is_short() { 8 } else { 12 };
        if self.unknown > limit {
            self.clear();
        }
    }
}
