//! The pass over the tokens of a text: offers each place to the detectors and decides what their findings mean.
//!
//! Detectors look at a `Place` and return what they found; none changes anything. This file decides their order, what happens
//! where two findings overlap (they become one, of the stronger kind), and which lead holds after each word. It looks at
//! each token once, and never further back than a bounded number of tokens.

use super::digits::{Reading, Run, counts, run_at};
use super::groups::Groups;
use super::judge::{self, Verdict};
use super::key;
use super::kind::{Kind, Kinds, Span};
use super::lead::{Expectation, Lead};
use super::leads::{is_tail, lead_at};
use super::lexicon::{AT, COPULA, FILLER, KEY_START, NATO, SECRET_NAME, Topic};
use super::mail;
use super::password;
use super::personal;
use super::phrases::Words;
use super::place::Place;
use super::token::{COLON, EQUALS, LINE, SPACE, STOP, Token, tokens};
use super::view::{Live, View};
use super::written;

/// How far after a card "the code" is still its security code.
const CODE_BYTES: usize = 80;
/// How far back a line is looked at for the words of a question.
const LINE_WORDS: usize = 16;
/// A longer word between spaces may be a key.
const LONG_WORD: u32 = 16;
/// How many words after an "at" may still be its domain.
const DOMAIN_WORDS: usize = 6;

/// What is known before the first word.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Setting {
    pub(super) lead: Lead,
    pub(super) live: Live,
    /// What is looked for.
    pub(super) kinds: Kinds,
}

/// What the pass found.
pub(super) struct Found {
    pub(super) spans: Vec<Span>,
    /// The lead that still holds at the end.
    pub(super) lead: Lead,
    /// Where the run of digits that reaches the end began, with its lead.
    pub(super) open: Option<usize>,
    /// How many tokens were looked at.
    #[cfg(test)]
    pub(super) tokens: usize,
}

/// Looks at a text.
pub(super) fn scan(text: &str, setting: Setting) -> Found {
    let tokens = tokens(text);
    let view = View {
        text,
        tokens: &tokens,
        live: setting.live,
    };
    let mut pass = Pass {
        view,
        kinds: setting.kinds,
        lead: setting.lead,
        asked: setting.lead.asked && setting.lead.want != Expectation::Email,
        spans: Vec::new(),
        open: None,
        skip: 0,
        dull: 0,
        groups: Groups::default(),
        run: Run::default(),
    };
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at = match token.start < pass.skip {
            true => at + 1,
            false => pass.step(at, token).max(at + 1),
        };
    }
    pass.finish()
}

type Detector = fn(&Place<'_, '_>) -> Option<Span>;

/// Written forms before the services' keys, and after them, in the order in which they are tried.
const BEFORE_KEYS: [Detector; 3] = [mail::written, written::url_password, written::private_key];
const AFTER_KEYS: [Detector; 8] = [
    written::solid_key,
    written::web_token,
    written::ip_address,
    written::written_iban,
    key::bot_token,
    key::option,
    key::after_scheme,
    key::announced,
];

/// The state of the pass.
struct Pass<'t> {
    view: View<'t>,
    kinds: Kinds,
    lead: Lead,
    /// Something else than an address was asked for.
    asked: bool,
    spans: Vec<Span>,
    open: Option<usize>,
    /// What ends before this byte is not looked at any more.
    skip: usize,
    /// Up to here no service's key can begin.
    dull: usize,
    /// Groups of a card with other talk between.
    groups: Groups,
    /// Kept for its memory.
    run: Run,
}

impl Pass<'_> {
    fn place(&self, at: usize) -> Place<'_, '_> {
        Place {
            view: self.view,
            at,
            lead: &self.lead,
        }
    }

    /// Accepts a secret and goes on after it, with no lead.
    fn take(&mut self, span: Span) {
        self.skip = self.skip.max(span.end);
        self.push(span);
        self.lead.clear();
    }

    fn push(&mut self, span: Span) {
        if span.start < span.end {
            self.spans.push(span);
        }
    }

    /// Looks at one token; the next one to look at.
    fn step(&mut self, at: usize, token: &Token) -> usize {
        if token.is_atom() {
            self.lead.clear();
            return at + 1;
        }
        if self.may_be_written(at, token)
            && let Some(span) = self.written(at)
        {
            self.take(span);
            return at + 1;
        }
        if let Some(span) = self.personal(at) {
            self.take(span);
            return at + 1;
        }
        let asks = token.has(LINE) && asks_before(self.view, at);
        self.lead.gap(token, asks);
        if token.is_plain() {
            self.lead.word(token);
            return if token.len <= 2 {
                self.letter(at)
            } else {
                at + 1
            };
        }
        let next = self.address(at, token).or_else(|| self.number(at, token));
        next.unwrap_or_else(|| self.word(at, token))
    }

    /// A word between spaces is none of the written forms, unless it is long or one of their first words.
    fn may_be_written(&self, at: usize, token: &Token) -> bool {
        token.gap & !SPACE != 0
            || token.len >= LONG_WORD
            || token.is_digits()
            || token.is_mixed()
            || token.is(KEY_START | SECRET_NAME)
            || !self.place(at).precedes_space()
            || self.view.bytes()[token.start..].starts_with(b"eyJ")
    }

    /// A written form that begins at, or stands just before, token `at`.
    fn written(&mut self, at: usize) -> Option<Span> {
        let skip = self.skip;
        let new = |span: &Span| span.start >= skip;
        let place = self.place(at);
        let before = BEFORE_KEYS
            .iter()
            .find_map(|detect| detect(&place).filter(new));
        let key = || {
            (place.start() >= self.dull && written::may_begin(&place))
                .then(|| written::service_key(&place))
        };
        let (key, dull) = match before.is_none().then(key).flatten() {
            Some(Ok(span)) => (Some(span), None),
            Some(Err(dull)) => (None, Some(dull)),
            None => (before, None),
        };
        let found = key
            .or_else(|| {
                AFTER_KEYS
                    .iter()
                    .find_map(|detect| detect(&place).filter(new))
            })
            .or_else(|| password::named(&place));
        let open = found.filter(|span| {
            span.kind == Kind::Iban && self.view.is_live() && written::is_open(&place)
        });
        self.open = open.map(|span| span.start).or(self.open);
        self.dull = dull.unwrap_or(self.dull);
        found
    }

    /// Something about a person whose name begins at token `at`, or a code that works once.
    fn personal(&self, at: usize) -> Option<Span> {
        let place = self.place(at);
        let new = |span: &Span| span.start >= self.skip || span.end <= place.start();
        let named = personal::named(&place, self.kinds);
        named.or_else(|| self.code(&place)).filter(new)
    }

    /// A one-time code, unless "code" announces something else: a card's, a PIN.
    fn code(&self, place: &Place<'_, '_>) -> Option<Span> {
        if place.token().topic() != Topic::Code || !self.kinds.has(Kind::OneTimeCode) {
            return None;
        }
        let lead = lead_at(self.view, place.at, &self.lead).or_else(|| self.its_code(place.at));
        // A card's code has three digits or four.
        let least = match lead.map(|lead| lead.want) {
            None | Some(Expectation::Order) => 4,
            Some(Expectation::Cvv) => 5,
            _ => return None,
        };
        let asked =
            self.lead.asked || matches!(self.lead.want, Expectation::Cvv | Expectation::Pin);
        (!asked).then(|| personal::code(place, least))?
    }

    /// An address around an "at"; the token to go on with.
    fn address(&mut self, at: usize, token: &Token) -> Option<usize> {
        if !token.is(AT) {
            return None;
        }
        if let Some(span) = mail::spoken(&self.place(at)) {
            self.take(span);
            return Some(at + 1);
        }
        let tokens = self.view.tokens;
        if self.view.is_live() && tokens.len() - at <= DOMAIN_WORDS {
            let from = at.saturating_sub(DOMAIN_WORDS);
            self.open = self.open.or(Some(tokens[from].start));
            if let Some(span) = self.growing_mail(at) {
                self.skip = self.skip.max(span.end);
                self.push(span);
            }
        }
        None
    }

    fn growing_mail(&self, at: usize) -> Option<Span> {
        let grows = self.view.is_growing() && !self.asked;
        grows.then(|| mail::growing(&self.place(at)))?
    }

    /// A run of digits that begins at token `at`; the token to go on with.
    fn number(&mut self, at: usize, token: &Token) -> Option<usize> {
        if !token.is_number() && !token.is_digits() {
            return None;
        }
        if counts(self.view, at) {
            return Some(at + 1);
        }
        let how = self.reading(at, token);
        let mut run = std::mem::take(&mut self.run);
        let verdict = run_at(self.view, at, how, &mut run)
            .then(|| judge::verdict(self.view, &mut run, &self.lead));
        self.run = run;
        verdict.map(|verdict| self.accept(verdict))
    }

    /// Accepts what a run of digits turned out to be.
    fn accept(&mut self, verdict: Verdict) -> usize {
        if let Some(group) = verdict.group {
            let card = self.groups.join(group);
            self.spans.extend(card);
        }
        for span in verdict.spans {
            self.push(span);
        }
        self.lead = verdict.lead;
        self.open = verdict.open.or(self.open);
        self.skip = self.skip.max(verdict.skip);
        verdict.next
    }

    /// How a run that begins here is read.
    fn reading(&self, at: usize, token: &Token) -> Reading {
        let zero = token.info().value == 0 && !token.is_digits();
        let near = self.lead.is_near();
        let other = self.lead.want.is_other() || self.lead.want == Expectation::Reach;
        Reading {
            announced: near && (zero || is_said(self.view, at)),
            lines: self.view.is_live() || near && !self.lead.tail && !other,
        }
    }

    /// A word that is no number: a lead, a month, or the first letter of an IBAN.
    fn word(&mut self, at: usize, token: &Token) -> usize {
        if (token.is_single() || token.is(NATO)) && self.spelled_iban(at) {
            return at + 1;
        }
        if is_tail(self.view, at) {
            self.lead.tail = true;
            self.lead.word(token);
            return at + 1;
        }
        let month = judge::month(self.view, at, &self.lead, self.spans.last());
        if let Some((span, next)) = month {
            self.push(span);
            self.lead.clear();
            return next;
        }
        match self.announces(at) {
            Some(lead) => self.follow(at, lead),
            None => self.lead.word(token),
        }
        at + 1
    }

    /// What token `at` announces.
    fn announces(&self, at: usize) -> Option<Lead> {
        lead_at(self.view, at, &self.lead)
            .or_else(|| self.its_code(at))
            .or_else(|| self.its_end(at))
    }

    /// From now on `lead` holds.
    fn follow(&mut self, at: usize, lead: Lead) {
        let tail = self.lead.tail && self.lead.words() < 4;
        let asked = self.lead.asked && self.lead.want == lead.want;
        self.lead = lead;
        self.lead.tail = tail;
        self.lead.asked = asked;
        if lead.want == Expectation::Password
            && let Some(span) = password::spoken(&self.place(at))
        {
            self.take(span);
        }
    }

    /// A letter alone: a spelled lead ("c v v") or a spelled IBAN.
    fn letter(&mut self, at: usize) -> usize {
        if self.spelled_iban(at) {
            return at + 1;
        }
        let Some(lead) = lead_at(self.view, at, &self.lead) else {
            return at + 1;
        };
        self.lead = lead;
        at + if lead.want == Expectation::Iban { 4 } else { 3 }
    }

    fn spelled_iban(&mut self, at: usize) -> bool {
        let Some((span, whole)) = written::spelled_iban(&self.place(at)) else {
            return false;
        };
        if !whole {
            self.open = Some(span.start.min(self.lead.start));
        }
        self.take(span);
        true
    }

    /// The secret that ended not far before token `at`.
    fn lately(&self, at: usize) -> Option<Kind> {
        let near = self.view.token(at)?.start;
        let last = self
            .spans
            .last()
            .filter(|span| near < span.end + CODE_BYTES)?;
        Some(last.kind)
    }

    /// "… end date", "… runs out" after a card, "the end date on my card".
    fn its_end(&self, at: usize) -> Option<Lead> {
        let view = self.view;
        if view.len(at) != 4 {
            return None;
        }
        let paid = self.lately(at) == Some(Kind::Card);
        let date = view.before(at, "end") && view.says(at, "date");
        let out = view.says(at, "runs") && view.next(at, "out");
        let card = |j| view.topic(j) == Topic::Card;
        let of_card = || view.next_in(at, Words::OnOfFor) && (at + 2..at + 5).any(card);
        let start = view.tokens[at].start;
        (date && (paid || of_card()) || out && paid)
            .then(|| Lead::new(Expectation::Expiry, true, start))
    }

    /// "… and the code is" after a card or its expiry.
    fn its_code(&self, at: usize) -> Option<Lead> {
        let view = self.view;
        if !matches!(self.lately(at), Some(Kind::Card | Kind::Expiry)) {
            return None;
        }
        let code = view.topic(at) == Topic::Code && view.before_in(at, Words::ItsCode);
        let named = code || view.says(at, "security");
        let said = view.is(at + 1, COPULA) || view.is_digits(at + 1);
        let start = view.tokens[at].start;
        (named && said).then(|| Lead::new(Expectation::Cvv, true, start))
    }

    /// What an utterance that goes on leaves open, and everything that was found.
    fn finish(mut self) -> Found {
        if self.view.is_growing() && !self.asked && self.lead.want == Expectation::Email {
            let held = mail::announced(self.view, self.lead.start);
            held.into_iter().for_each(|span| self.push(span));
        }
        if self.view.live == Live::Utterance {
            self.open = self.open.or_else(|| mail::open(self.view));
        }
        Found {
            spans: merged(self.spans, self.kinds),
            lead: self.lead,
            open: self.open,
            #[cfg(test)]
            tokens: self.view.tokens.len(),
        }
    }
}

/// The word before token `at` is "is", so that "for" may be the first digit of what is said.
fn is_said(view: View<'_>, at: usize) -> bool {
    let before = at.checked_sub(1);
    let is = before.is_none_or(|j| view.is(j, COPULA | FILLER) || view.has(at, STOP));
    is || view.has(at, COLON | EQUALS)
}

/// The line before token `at` asks for something.
fn asks_before(view: View<'_>, at: usize) -> bool {
    if view.between(at).contains('?') {
        return true;
    }
    // Without punctuation: "what's the security code", "your PIN please".
    let mut asks = false;
    for j in (at.saturating_sub(LINE_WORDS)..at).rev() {
        if view.within(j, Words::Answers) {
            return false;
        }
        asks |= view.within(j, Words::Asks);
        if view.has(j, LINE) {
            break;
        }
    }
    asks
}

/// Sorted and not overlapping: what overlaps becomes one span of the kind that covers more.
fn merged(mut spans: Vec<Span>, kinds: Kinds) -> Vec<Span> {
    spans.retain(|span| kinds.has(span.kind));
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
