//! One pass over the tokens of a text: chooses at each what could begin there and calls the one that decides.
//!
//! Decides the order of the detectors and what happens where two findings overlap (they become one, of the stronger kind).

use super::digits::{Reading, Run, counts, run_at};
use super::judge;
use super::kind::{Kind, Span};
use super::leads::{Expectation, Lead, Leads};
use super::lexicon::{
    AT, COPULA, DIGITS, DOT, FILLER, JOIN, KEY_START, LINK, MIXED, NATO, NO_VALUE, Number, PLAIN,
    ROLE, SECRET_NAME, Topic,
};
use super::phrases::Words;
use super::score::{Doubt, Question};
use super::token::{
    AT_SIGN, COLON, DASH, EQUALS, LINE, OTHER, POINT, SLASH, SPACE, STOP, Token, tokens,
};
use super::{key, mail, password, written};

/// Whether the text is a conversation that goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Live {
    /// A text of its own.
    #[default]
    No,
    /// A whole utterance; the next may go on with its last number.
    Utterance,
    /// An utterance that is still being spoken.
    Growing,
}

/// How many words of an address may be said before its "at".
const MAIL_WORDS: usize = 20;
/// How far after a card "the code" is still its security code.
const CODE_BYTES: usize = 80;
/// How far back a line is looked at for the words of a question.
const LINE_WORDS: usize = 16;
/// What is known before the first word.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Setting {
    pub(super) lead: Lead,
    pub(super) live: Live,
}

/// What the pass found.
pub(super) struct Found {
    pub(super) spans: Vec<Span>,
    /// The lead that still holds at the end.
    pub(super) lead: Lead,
    /// Where the run of digits that reaches the end began, with its lead.
    pub(super) open: Option<usize>,
}

/// The pass.
pub(super) struct Scan<'t> {
    pub(super) text: &'t str,
    pub(super) tokens: Vec<Token>,
    pub(super) spans: Vec<Span>,
    pub(super) lead: Lead,
    pub(super) live: Live,
    pub(super) open: Option<usize>,
    /// Something else than an address was asked for.
    asked: bool,
    skip: usize,
    /// Up to here no service's key can begin.
    dull: usize,
    run: Run,
}

impl<'t> Scan<'t> {
    pub(super) fn new(text: &'t str, setting: Setting) -> Self {
        Self {
            text,
            tokens: tokens(text),
            spans: Vec::new(),
            lead: setting.lead,
            live: setting.live,
            open: None,
            asked: setting.lead.asked && setting.lead.want != Expectation::Email,
            skip: 0,
            dull: 0,
            run: Run::default(),
        }
    }

    pub(super) fn run(mut self) -> Found {
        let mut at = 0;
        while at < self.tokens.len() {
            at = if self.tokens[at].start < self.skip {
                at + 1
            } else {
                self.step(at)
            };
        }
        if self.live == Live::Growing && !self.asked && self.lead.want == Expectation::Email {
            self.growing_mail();
        }
        if self.live == Live::Utterance && self.open.is_none() {
            self.open = self.open_mail();
        }
        let open = self.open;
        Found {
            spans: merged(self.spans),
            lead: self.lead,
            open,
        }
    }

    /// "mark underscore becker", "j a n e", "info": the next turn may begin with "at".
    fn open_mail(&self) -> Option<usize> {
        let [.., before, last] = &self.tokens[..] else {
            return None;
        };
        let joined = before.info().is(DOT | JOIN) || last.info().is(DOT | JOIN | ROLE);
        let spelled = last.len == 1 && before.len == 1;
        let from = self.tokens.len().saturating_sub(MAIL_WORDS);
        (joined || spelled).then(|| self.tokens[from].start)
    }

    /// "my email is jane dot": what follows its lead is held back while it grows.
    fn growing_mail(&mut self) {
        let lead = self.tokens.partition_point(|t| t.start <= self.lead.start);
        let rest = &self.tokens[lead.min(self.tokens.len())..];
        let said = rest
            .iter()
            .position(|t| t.info().is(COPULA) || t.has(COLON));
        let first = said.and_then(|at| {
            rest[at..]
                .iter()
                .find(|t| t.len == 1 || !t.info().is(COPULA | LINK | FILLER))
        });
        let Some(first) =
            first.filter(|t| rest.len() <= 24 && !t.info().is(NO_VALUE) || t.len == 1)
        else {
            return;
        };
        self.push(first.start, self.text.trim_end().len(), Kind::Email);
    }

    pub(super) fn leads(&self) -> Leads<'_> {
        Leads {
            text: self.text,
            tokens: &self.tokens,
        }
    }

    pub(super) fn push(&mut self, start: usize, end: usize, kind: Kind) {
        if start < end {
            self.spans.push(Span { start, end, kind });
        }
    }

    /// What ends before `end` is not looked at any more.
    pub(super) fn skip_to(&mut self, end: usize) {
        self.skip = self.skip.max(end);
    }

    /// Records a secret and goes on after it.
    fn push_and_skip(&mut self, span: Span) {
        self.skip = self.skip.max(span.end);
        self.push(span.start, span.end, span.kind);
    }

    /// Looks at one token; the next one to look at.
    fn step(&mut self, at: usize) -> usize {
        let token = self.tokens[at];
        if token.is_atom() {
            self.lead.clear();
            return at + 1;
        }
        if self.may_be_written(&token) && self.written(at) {
            self.lead.clear();
            return at + 1;
        }
        let asks = token.has(LINE) && self.asks_before(at);
        self.lead.gap(&token, asks);
        if token.word == PLAIN {
            self.lead.word(&token);
            if token.len <= 2 {
                return self.single_letter(at);
            }
            return at + 1;
        }
        let word = *token.info();
        if word.is(AT)
            && let Some(span) = mail::spoken(self, at)
        {
            self.lead.clear();
            self.push_and_skip(span);
            return at + 1;
        }
        if word.is(AT) && self.live != Live::No && self.tokens.len() - at <= 6 {
            let from = at.saturating_sub(6);
            self.open = self.open.or(Some(self.tokens[from].start));
            if self.live == Live::Growing
                && !self.asked
                && let Some(span) = mail::growing(self, at)
            {
                self.push_and_skip(span);
            }
        }
        if word.number != Number::None || token.is_digits() {
            if counts(self.text, &self.tokens, at) {
                return at + 1;
            }
            let zero = word.value == 0 && !token.is_digits();
            let announced = self.lead.is_near() && (zero || self.is_said(at));
            let mut run = std::mem::take(&mut self.run);
            let reach = matches!(
                self.lead.want,
                Expectation::Reach | Expectation::Order | Expectation::Account
            );
            let lines = self.live != Live::No || self.lead.is_near() && !self.lead.tail && !reach;
            let how = Reading { announced, lines };
            if run_at(self.text, &self.tokens, at, how, &mut run) {
                let next = judge::run(self, &mut run);
                self.run = run;
                return next.max(at + 1);
            }
            self.run = run;
        }
        self.lead_word(at)
    }

    /// The word before token `at` is "is", so that "for" may be the first digit of what is said.
    fn is_said(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map(|j| self.tokens[j]);
        self.tokens[at].has(COLON | EQUALS)
            || before.is_none_or(|t| t.info().is(COPULA | FILLER) || self.tokens[at].has(STOP))
    }

    /// A question mark ends the line before token `at`.
    fn asks_before(&self, at: usize) -> bool {
        let from = at.checked_sub(1).map_or(0, |j| self.tokens[j].end());
        if self.text[from..self.tokens[at].start].contains('?') {
            return true;
        }
        // Without punctuation: "what's the security code", "your PIN please".
        let mut asks = false;
        for j in (at.saturating_sub(LINE_WORDS)..at).rev() {
            let leads = self.leads();
            let text = leads.text_of(j);
            if Words::Answers.has(text) {
                return false;
            }
            asks |= Words::Asks.has(text);
            if self.tokens[j].has(LINE) {
                break;
            }
        }
        asks
    }

    fn lead_word(&mut self, at: usize) -> usize {
        let token = self.tokens[at];
        if (token.len == 1 || token.info().is(NATO)) && self.spelled_iban(at) {
            return at + 1;
        }
        if self.leads().is_tail(at) {
            self.lead.tail = true;
            self.lead.word(&token);
            return at + 1;
        }
        if let Some(next) = judge::month(self, at) {
            return next;
        }
        match self
            .leads()
            .at(at, &self.lead)
            .or_else(|| self.its_code(at))
            .or_else(|| self.its_end(at))
        {
            Some(lead) => {
                let tail = self.lead.tail && self.lead.words() < 4;
                let asked = self.lead.asked && self.lead.want == lead.want;
                self.lead = lead;
                self.lead.tail = tail;
                self.lead.asked = asked;
                if lead.want == Expectation::Password
                    && let Some(span) = password::spoken(self, at)
                {
                    self.lead.clear();
                    self.push_and_skip(span);
                }
            }
            None => self.lead.word(&token),
        }
        at + 1
    }

    /// "… end date", "… runs out" after a card, "the end date on my card".
    fn its_end(&self, at: usize) -> Option<Lead> {
        let (token, leads) = (self.tokens[at], self.leads());
        if token.len != 4 {
            return None;
        }
        let paid = self
            .spans
            .last()
            .is_some_and(|span| span.kind == Kind::Card && token.start < span.end + CODE_BYTES);
        let date = leads.before(at, "end") && leads.text_of(at).eq_ignore_ascii_case("date");
        let out = leads.text_of(at).eq_ignore_ascii_case("runs") && leads.next(at, "out");
        let of_card = leads.next_in(at, Words::OnOfFor)
            && (at + 2..at + 5).any(|j| {
                self.tokens
                    .get(j)
                    .is_some_and(|t| t.info().topic == Topic::Card)
            });
        (date && (paid || of_card) || out && paid)
            .then(|| Lead::new(Expectation::Expiry, true, token.start))
    }

    fn spelled_iban(&mut self, at: usize) -> bool {
        let Some((span, whole)) = mail::spelled_iban(self, at) else {
            return false;
        };
        if !whole {
            self.open = Some(span.start.min(self.lead.start));
        }
        self.lead.clear();
        self.push_and_skip(span);
        true
    }

    /// "… and the code is" after a card or its expiry.
    fn its_code(&self, at: usize) -> Option<Lead> {
        let token = self.tokens[at];
        let paid = self.spans.last().is_some_and(|span| {
            matches!(span.kind, Kind::Card | Kind::Expiry) && token.start < span.end + CODE_BYTES
        });
        if !paid {
            return None;
        }
        let named = token.info().topic == Topic::Code && self.leads().before_in(at, Words::ItsCode)
            || self.leads().text_of(at).eq_ignore_ascii_case("security");
        let said = self
            .tokens
            .get(at + 1)
            .is_some_and(|t| t.info().is(COPULA) || t.is_digits());
        (named && said).then(|| Lead::new(Expectation::Cvv, true, token.start))
    }

    /// A letter alone: a spelled lead ("c v v") or a spelled IBAN.
    fn single_letter(&mut self, at: usize) -> usize {
        if self.spelled_iban(at) {
            return at + 1;
        }
        let leads = Leads {
            text: self.text,
            tokens: &self.tokens,
        };
        match leads.at(at, &self.lead) {
            Some(lead) => {
                let letters = if lead.want == Expectation::Iban { 4 } else { 3 };
                self.lead = lead;
                at + letters
            }
            None => at + 1,
        }
    }

    /// A word between spaces is none of the written forms, unless it is long or one of their first words.
    fn may_be_written(&self, token: &Token) -> bool {
        token.gap & !SPACE != 0
            || token.len >= 16
            || matches!(token.word, DIGITS | MIXED)
            || token.info().is(KEY_START | SECRET_NAME)
            || !self.is_followed_by_space(token)
            || self.text.as_bytes()[token.start..].starts_with(b"eyJ")
    }

    fn is_followed_by_space(&self, token: &Token) -> bool {
        self.text
            .as_bytes()
            .get(token.end())
            .is_none_or(|b| matches!(b, b' ' | b',' | b'.' | b'\n' | b'?' | b'!'))
    }

    /// Written forms that begin at, or stand just before, token `at`.
    fn written(&mut self, at: usize) -> bool {
        let found = self.written_at(at);
        if let Some(span) = found {
            self.push_and_skip(span);
        }
        found.is_some()
    }

    fn written_at(&mut self, at: usize) -> Option<Span> {
        let token = self.tokens[at];
        let bytes = self.text.as_bytes();
        let (start, word) = (token.start, token.info());
        let key = |end| Span {
            start,
            end,
            kind: Kind::ApiKey,
        };
        let encoded =
            token.has(OTHER) && bytes[..start].ends_with(b"%") && bytes[start..].starts_with(b"40");
        if (token.has(AT_SIGN) || encoded)
            && let Some(span) = mail::written(self, at)
            && span.start >= self.skip
        {
            return Some(span);
        }
        let scheme = [&b"://"[..], b"://:"]
            .into_iter()
            .find(|s| bytes[..start].ends_with(s));
        if token.has(SLASH)
            && token.has(COLON)
            && let Some(scheme) = scheme
        {
            let colon = start - scheme.len();
            if let Some((span, _)) = written::url_password(self.text, colon) {
                return Some(span);
            }
        }
        if token.has(DASH)
            && token.len == 5
            && bytes[..start].ends_with(b"-----")
            && &bytes[start..token.end()] == b"BEGIN"
        {
            return written::private_key(self.text, start - 5).map(|end| Span {
                start: start - 5,
                end,
                kind: Kind::ApiKey,
            });
        }
        let joined =
            start > 0 && (bytes[start - 1].is_ascii_alphanumeric() || bytes[start - 1] == b'_');
        let keyed = matches!(bytes.get(token.end()), Some(b'-' | b'_' | b'.'));
        if word.is(KEY_START) && keyed && !joined && start >= self.dull {
            match written::service_key(bytes, start) {
                Ok(end) => return Some(key(end)),
                Err(dull) => self.dull = dull,
            }
        }
        let google = token.len >= 4 && bytes[start..].starts_with(b"AIza");
        if (token.len >= 16 || google)
            && !joined
            && let Some(end) = written::solid_key(bytes, start)
        {
            return Some(key(end));
        }
        if bytes[start..].starts_with(b"eyJ")
            && let Some(end) = written::jwt(bytes, start)
        {
            return Some(Span {
                start,
                end,
                kind: Kind::Jwt,
            });
        }
        if let Some(span) = self.address(at) {
            let part = span.kind == Kind::Iban && written::iban_part(bytes, start).is_some();
            if self.live != Live::No && part {
                self.open = Some(start);
            }
            return Some(span);
        }
        if let Some(span) = key::bot_token(self, at).or_else(|| key::option(self, at)) {
            return Some(span);
        }
        if word.is(SECRET_NAME)
            && let Some(span) = key::after_scheme(self, at)
        {
            return Some(span);
        }
        if (token.word == MIXED || token.len >= 16)
            && let Some(span) = key::announced(self, at)
            && span.start >= self.skip
        {
            return Some(span);
        }
        if word.is(SECRET_NAME) || token.gap & !SPACE != 0 || !self.is_followed_by_space(&token) {
            return password::named(self, at);
        }
        None
    }

    /// Whether the four numbers at token `at` are an address: "version 1.2.3.4" and "clause 10.4.2.1" are none.
    fn is_address(&self, at: usize, end: usize) -> bool {
        let numbers = self.tokens[at..].iter().take_while(|t| t.start < end);
        let to = at + numbers.count();
        Doubt {
            text: self.text,
            tokens: &self.tokens,
            question: Question::Address,
            name: at,
            from: at,
            to,
        }
        .is_secret()
    }

    /// An IP address or an IBAN.
    fn address(&self, at: usize) -> Option<Span> {
        let token = self.tokens[at];
        let bytes = self.text.as_bytes();
        let (start, head) = (token.start, &bytes[token.start..token.end()]);
        let next = bytes.get(token.end()).copied();
        let dotted = token.is_digits() && token.len <= 3 && next == Some(b'.');
        let coloned =
            token.len <= 4 && next == Some(b':') && head.iter().all(u8::is_ascii_hexdigit);
        if (dotted || coloned)
            && let Some(end) = written::ip(bytes, start)
            && (coloned || self.is_address(at, end))
        {
            return Some(Span {
                start,
                end,
                kind: Kind::Ip,
            });
        }
        let coded = matches!(head, [a, b, c, d, ..] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && c.is_ascii_digit() && d.is_ascii_digit());
        if coded && !token.has(POINT) {
            let announced = self.lead.want == Expectation::Iban;
            let whole = written::iban(bytes, start, announced);
            let part = || {
                let (end, letters) = written::iban_part(bytes, start)?;
                (self.live != Live::No && (announced || letters >= 8)).then_some(end)
            };
            return whole.or_else(part).map(|end| Span {
                start,
                end,
                kind: Kind::Iban,
            });
        }
        None
    }
}

/// Sorted and not overlapping: what overlaps becomes one span of the kind that covers more.
fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match out.last_mut() {
            Some(last) if span.start < last.end => {
                if span.end - span.start > last.end - last.start {
                    last.kind = span.kind;
                }
                last.end = last.end.max(span.end);
            }
            _ => out.push(span),
        }
    }
    out
}
