//! What announces a number: "my card number is", "the three digits on the back", "order number", "ending in".
//!
//! Decides what the next number is expected to be and how surely; `judge` decides what it is.

use super::kind::Kind;
use super::lexicon::{
    COPULA, CORRECT, FILLER, LINK, NOT_PAY_CARD, Number, OFFER, OTHER_CODE, Topic,
};
use super::phrases::Words;
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

impl Expectation {
    pub(super) fn of(kind: Kind) -> Self {
        match kind {
            Kind::Card => Self::Card,
            Kind::SecurityCode => Self::Cvv,
            Kind::Expiry => Self::Expiry,
            Kind::Ssn => Self::Ssn,
            Kind::Phone => Self::Phone,
            Kind::Email => Self::Email,
            Kind::Iban => Self::Iban,
            Kind::Pin => Self::Pin,
            Kind::Password => Self::Password,
            Kind::Ip => Self::Nothing,
            Kind::ApiKey | Kind::Jwt | Kind::Secret => Self::Secret,
        }
    }

    /// Kinds whose values are short enough to be anything, so that they must follow their lead closely.
    fn is_short(self) -> bool {
        matches!(
            self,
            Self::Cvv | Self::Expiry | Self::Pin | Self::Pen | Self::Password
        )
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
        self.want != Expectation::Nothing
            && (self.unknown == 0 || self.copula || self.asked && self.unknown <= 2)
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
    fn is_past(&self) -> bool {
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
        if token.has(STOP) {
            self.stops += 1;
            if !self.asked && (self.stops > 2 || self.unknown > 3) {
                self.clear();
                return;
            }
        }
        if token.has(COLON | EQUALS) {
            self.copula = true;
        }
        let goes_on = asks || self.copula || self.asked || self.part;
        if token.has(LINE) && !(goes_on && self.unknown == 0) && !self.asked {
            self.clear();
            return;
        }
        if token.has(COMMA) {
            self.commas = self.commas.saturating_add(1);
        }
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
        self.unknown = self.unknown.saturating_add(1);
        self.copula = false;
        let limit = if self.want.is_short() { 8 } else { 12 };
        if self.unknown > limit {
            self.clear();
        }
    }
}

/// Looks for leads in tokens.
pub(super) struct Leads<'t> {
    pub(super) text: &'t str,
    pub(super) tokens: &'t [Token],
}

impl Leads<'_> {
    /// The lead that token `at` is or ends, given the one that holds.
    pub(super) fn at(&self, at: usize, held: &Lead) -> Option<Lead> {
        let token = self.tokens.get(at)?;
        let topic = token.info().topic;
        let lead = |want| Some(Lead::new(want, false, token.start));
        let strong = |want| Some(Lead::new(want, true, token.start));
        match topic {
            Topic::None => self.spelled(at),
            Topic::Card => self.card(at, held),
            Topic::Brand if self.yields(held) => None,
            Topic::Brand if matches!(held.want, Expectation::Card | Expectation::Order) => None,
            Topic::Brand => lead(Expectation::Brand),
            Topic::Code => self.code(at),
            Topic::Cvv => strong(Expectation::Cvv),
            Topic::Expiry => self.expiry(at),
            Topic::Ssn => strong(Expectation::Ssn),
            Topic::Social if self.next_in(at, Words::SocialOther) => None,
            Topic::Social => strong(Expectation::Ssn),
            Topic::Phone if self.next_in(at, Words::PhoneOther) && !self.is_number_word(at + 1) => {
                None
            }
            Topic::Phone if self.yields(held) && held.words() < 3 => None,
            Topic::Phone => self.named(at, Expectation::Phone),
            Topic::Call => self.call(at),
            Topic::Email => lead(Expectation::Email),
            Topic::Iban => strong(Expectation::Iban),
            Topic::Pin if self.is_postal(at) => strong(Expectation::Order),
            Topic::Pin => strong(Expectation::Pin),
            Topic::Pen if self.next_in(at, Words::PenFollowers) => lead(Expectation::Pen),
            Topic::Pen => None,
            Topic::Password if self.text_of(at).eq_ignore_ascii_case("pw") => {
                lead(Expectation::Password)
            }
            Topic::Password => strong(Expectation::Password),
            Topic::Desk
                if self.tokens.get(at + 1).is_some_and(|t| {
                    t.has(COLON) && (t.is_digits() || t.info().number != Number::None)
                }) =>
            {
                strong(Expectation::Reach)
            }
            Topic::Desk => None,
            Topic::Order => self.order(at, held, Expectation::Order),
            Topic::Account => self.order(at, held, Expectation::Account),
            Topic::Back => self.back(at, held),
            Topic::Number => self.my_number(at, held),
            Topic::Answer if self.before_in(at, Words::Memorised) => strong(Expectation::Password),
            Topic::Digits if self.before(at, "security") => strong(Expectation::Cvv),
            Topic::Strip if self.before(at, "signature") => strong(Expectation::Cvv),
            Topic::Thru if self.before_in(at, Words::ValidThru) => self.expiry(at),
            Topic::Thru if held.want == Expectation::Pin && self.changes(at) => Some(*held),
            Topic::Ending
            | Topic::Last
            | Topic::Thru
            | Topic::Answer
            | Topic::Strip
            | Topic::Digits => None,
        }
    }

    /// "change my pin from": the old one follows.
    fn changes(&self, at: usize) -> bool {
        self.text_of(at).eq_ignore_ascii_case("from")
            && (at.saturating_sub(6)..at).any(|j| Words::Changes.has(self.text_of(j)))
    }

    /// "ending in", "last four": what follows is only the end of a number.
    pub(super) fn is_tail(&self, at: usize) -> bool {
        match self.tokens.get(at).map(|t| t.info().topic) {
            Some(Topic::Ending) => {
                self.next_in(at, Words::AfterEnding)
                    || self.number(at + 1) != Number::None
                    || self.digits(at + 1)
            }
            Some(Topic::Last) => self.next_in(at, Words::LastDigits),
            _ => false,
        }
    }

    pub(super) fn text_of(&self, at: usize) -> &str {
        self.tokens
            .get(at)
            .map_or("", |t| &self.text[t.start..t.end()])
    }

    /// Whether the token after `at` is one of `words`.
    pub(super) fn next_in(&self, at: usize, words: Words) -> bool {
        words.has(self.text_of(at + 1))
    }

    /// Whether the token after `at` is `word`.
    pub(super) fn next(&self, at: usize, word: &str) -> bool {
        self.text_of(at + 1).eq_ignore_ascii_case(word)
    }

    /// Whether the token before `at` is one of `words`.
    pub(super) fn before_in(&self, at: usize, words: Words) -> bool {
        at > 0 && words.has(self.text_of(at - 1))
    }

    /// Whether the token before `at` is `word`.
    pub(super) fn before(&self, at: usize, word: &str) -> bool {
        at > 0 && self.text_of(at - 1).eq_ignore_ascii_case(word)
    }

    /// Whether token `at` is the word "pin" or one like it.
    pub(super) fn names_pin(&self, at: usize) -> bool {
        let token = self.tokens.get(at);
        token.is_some_and(|t| t.info().topic == Topic::Pin)
    }

    fn number(&self, at: usize) -> Number {
        self.tokens
            .get(at)
            .map_or(Number::None, |t| t.info().number)
    }

    fn digits(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(Token::is_digits)
    }

    fn is_number_word(&self, at: usize) -> bool {
        self.tokens
            .get(at)
            .is_some_and(|t| t.info().topic == Topic::Number)
    }

    /// A short secret was just named, so that "card" and "phone" only say whose: "the pin for my card".
    fn yields(&self, held: &Lead) -> bool {
        matches!(
            held.want,
            Expectation::Pin | Expectation::Cvv | Expectation::Expiry | Expectation::Password
        ) && held.words() <= 7
    }

    fn before_has(&self, at: usize, flag: u32) -> bool {
        at > 0 && self.tokens[at - 1].info().is(flag)
    }

    fn card(&self, at: usize, held: &Lead) -> Option<Lead> {
        let numbered = self.is_number_word(at + 1) && !self.next(at, "no") || self.next(at, "no.");
        if self.before_has(at, NOT_PAY_CARD) {
            return Some(Lead::new(
                Expectation::Account,
                false,
                self.tokens[at].start,
            ));
        }
        if self.next_in(at, Words::CardCodes) || self.yields(held) && !numbered {
            return None;
        }
        // "order number for the card" keeps its order; "card" alone is no reason to drop it.
        if held.want == Expectation::Order && held.strong && held.words() <= 3 && !numbered {
            return None;
        }
        Some(Lead::new(
            Expectation::Card,
            numbered,
            self.tokens[at].start,
        ))
    }

    fn code(&self, at: usize) -> Option<Lead> {
        let start = self.tokens[at].start;
        if self.before_in(at, Words::SecurityCodes) {
            return Some(Lead::new(Expectation::Cvv, true, start));
        }
        let three = at > 1 && Words::Three.has(self.text_of(at - 2));
        if self.before(at, "digit") && three {
            return Some(Lead::new(Expectation::Cvv, true, start));
        }
        let four = at > 1 && Words::Four.has(self.text_of(at - 2));
        let on_card = self.next(at, "on")
            && (at + 2..at + 6).any(|j| {
                self.tokens
                    .get(j)
                    .is_some_and(|t| matches!(t.info().topic, Topic::Card | Topic::Brand))
            });
        if self.before(at, "digit") && four && on_card {
            return Some(Lead::new(Expectation::Cvv, true, start));
        }
        // "area code four one five …": all ten digits, or only the three.
        if self.before(at, "area") {
            return Some(Lead::new(Expectation::Reach, true, start));
        }
        if self.before(at, "pin") && self.is_postal(at - 1) {
            return Some(Lead::new(Expectation::Order, true, start));
        }
        if self.before_in(at, Words::PinHeard) {
            return Some(Lead::new(Expectation::Pin, true, start));
        }
        if self.before_in(at, Words::PassCodes) {
            return Some(Lead::new(Expectation::Password, true, start));
        }
        self.before_has(at, OTHER_CODE)
            .then(|| Lead::new(Expectation::Order, true, start))
    }

    fn expiry(&self, at: usize) -> Option<Lead> {
        let word = self.text_of(at).to_ascii_lowercase();
        let means = match word.as_str() {
            "runs" => self.next(at, "out") && self.before_in(at, Words::RunsOut),
            "yy" | "yyyy" => self.before(at, "mm"),
            _ => true,
        };
        if !means {
            return None;
        }
        let from = at.saturating_sub(6);
        let offered = self.tokens[from..at]
            .iter()
            .rev()
            .take_while(|t| t.info().topic != Topic::Card)
            .any(|t| t.info().is(OFFER));
        (!offered).then(|| Lead::new(Expectation::Expiry, true, self.tokens[at].start))
    }

    /// "the pin code of my area": what India calls a postal code.
    fn is_postal(&self, at: usize) -> bool {
        if self.before_in(at, Words::Places) {
            return true;
        }
        self.next(at, "code")
            && self.next_in(at + 1, Words::OfWhat)
            && !(at + 3..at + 8).any(|j| Words::PinOwners.has(self.text_of(j)))
    }

    /// A word that is strong with "number" or a value right after it.
    fn named(&self, at: usize, want: Expectation) -> Option<Lead> {
        let strong = self.is_number_word(at + 1)
            || self
                .tokens
                .get(at + 1)
                .is_some_and(|t| t.info().is(COPULA) || t.has(COLON | EQUALS));
        Some(Lead::new(want, strong, self.tokens[at].start))
    }

    /// "call me back at", "text 555…".
    fn call(&self, at: usize) -> Option<Lead> {
        let lead = Some(Lead::new(Expectation::Reach, false, self.tokens[at].start));
        if self.digits(at + 1)
            || matches!(
                self.number(at + 1),
                Number::Unit | Number::Repeat | Number::Tens
            )
        {
            return lead;
        }
        if self.next(at, "from") {
            return lead;
        }
        if !self.next_in(at, Words::Whom) {
            return None;
        }
        (at + 2..at + 6)
            .any(|j| Words::AtOn.has(self.text_of(j)))
            .then_some(Lead::new(Expectation::Reach, false, self.tokens[at].start))
    }

    fn order(&self, at: usize, held: &Lead, want: Expectation) -> Option<Lead> {
        let start = self.tokens[at].start;
        // What somebody's tax number is called, and who rang.
        if self.text_of(at).eq_ignore_ascii_case("id") && self.before_in(at, Words::TaxIds) {
            return Some(Lead::new(Expectation::Ssn, false, start));
        }
        if self.text_of(at).eq_ignore_ascii_case("id") && self.before(at, "caller") {
            return Some(Lead::new(Expectation::Phone, true, start));
        }
        let next = self.tokens.get(at + 1);
        let numbered = self.is_number_word(at + 1) && (!self.next(at, "no") || self.digits(at + 2))
            || self.next_in(at, Words::Numbering);
        let direct = self.digits(at + 1)
            || matches!(
                self.number(at + 1),
                Number::Unit | Number::Repeat | Number::Tens | Number::Teen
            )
            || next.is_some_and(|t| {
                t.has(COLON | EQUALS) || t.info().is(COPULA) && t.info().number == Number::None
            });
        // "the number on the account is" is whom to ring.
        if want == Expectation::Account
            && held.want == Expectation::Reach
            && held.words() <= 3
            && !numbered
        {
            return None;
        }
        // "in that case", "part of it": the card that was announced is still to come.
        let holds = !matches!(
            held.want,
            Expectation::Nothing | Expectation::Order | Expectation::Account | Expectation::Email
        );
        if holds && !numbered && !(direct && held.is_past()) {
            return None;
        }
        // "order number for my account" stays an order's.
        if want == Expectation::Account
            && held.want == Expectation::Order
            && held.strong
            && !numbered
        {
            return None;
        }
        let strong = numbered || direct || held.want == want && held.strong;
        Some(Lead::new(want, strong, self.tokens[at].start))
    }

    /// "the three digits on the back", "the code on the back of my card".
    fn back(&self, at: usize, held: &Lead) -> Option<Lead> {
        let start = self.tokens[at].start;
        let of_card = self.next(at, "of") && (at + 2..at + 5).any(|j| self.text_of(j) == "card");
        let reads = (at + 3..at + 6).any(|j| Words::Reads.has(self.text_of(j)));
        if held.want == Expectation::Nothing && of_card && reads {
            return Some(Lead::new(Expectation::Cvv, true, start));
        }
        if held.want != Expectation::Cvv && of_card && !self.before(at, "the") {
            return Some(Lead::new(Expectation::Cvv, false, start));
        }
        if held.want == Expectation::Cvv
            || at < 2
            || !self.before(at, "the")
            || !self.before_in(at - 1, Words::Where)
        {
            return None;
        }
        let named = (at.saturating_sub(6)..at).any(|j| Words::CodeDigits.has(self.text_of(j)));
        let front = self.text_of(at).eq_ignore_ascii_case("front");
        let four = (at.saturating_sub(6)..at).any(|j| Words::Four.has(self.text_of(j)));
        let says = self.next(at, "it") && self.next_in(at + 1, Words::Printed);
        let of_card = says || self.next_in(at, Words::BackOf);
        (if front { four } else { named || of_card })
            .then(|| Lead::new(Expectation::Cvv, false, start))
    }

    /// "my number is": most likely a telephone's.
    fn my_number(&self, at: usize, held: &Lead) -> Option<Lead> {
        if self.text_of(at).eq_ignore_ascii_case("no") {
            let named = self.before_in(at, Words::ContactNos)
                && matches!(held.want, Expectation::Nothing | Expectation::Reach);
            return named.then(|| Lead::new(Expectation::Phone, true, self.tokens[at].start));
        }
        if self.before(at, "long") || self.next(at, "across") && held.want == Expectation::Nothing {
            return Some(Lead::new(Expectation::Card, true, self.tokens[at].start));
        }
        let social = at > 1 && self.tokens[at - 2].info().topic == Topic::Social;
        if self.before_in(at, Words::CodeNumbers) && !social && held.want != Expectation::Ssn {
            return Some(Lead::new(Expectation::Cvv, true, self.tokens[at].start));
        }
        let on_file =
            self.next(at, "on") && (at + 2..at + 4).any(|j| Words::OnFile.has(self.text_of(j)));
        let whose = on_file || self.before_in(at, Words::WhoseNumber);
        let free = match held.want {
            Expectation::Nothing | Expectation::Reach | Expectation::Email => true,
            Expectation::Order | Expectation::Account => held.part || held.words() >= 4,
            _ => false,
        };
        (whose && free).then(|| Lead::new(Expectation::Reach, false, self.tokens[at].start))
    }

    /// Leads that are spelled: "c v v", "s s n", "p i n".
    fn spelled(&self, at: usize) -> Option<Lead> {
        let first = self.tokens.get(at).filter(|t| t.len == 1)?;
        let letter = |j: usize| match self.text_of(j).as_bytes() {
            [b] => b.to_ascii_lowercase(),
            _ => b' ',
        };
        let want = match (letter(at), letter(at + 1), letter(at + 2)) {
            (b'c', b'v', b'v' | b'c' | b'b' | b'e') | (b'c', b's', b'c') => Expectation::Cvv,
            (b's', b's', b'n') => Expectation::Ssn,
            (b'p', b'i', b'n') => Expectation::Pin,
            (b'n', b'h', b's') => Expectation::Account,
            (b'i', b'b', b'a') if letter(at + 3) == b'n' => Expectation::Iban,
            _ => return None,
        };
        Some(Lead::new(want, true, first.start))
    }
}
