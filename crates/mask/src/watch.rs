//! The mask for a conversation: a transcript that grows while it is spoken, and secrets spread over turns.
//!
//! Decides which parts of each new utterance are secret, given what was said before: the other side's question ("what's your
//! card number?"), a number that the last utterance began. Keeps only the open end of the last utterance, bounded and
//! zeroised, and nothing once the number is complete.
//!
//! **What it does not protect**: a number that is spread over turns with other talk between them. What nobody could know yet is
//! shown at first: of a transcript that grows, up to five digits without a lead ("it's four one five, six two"), or the words of an
//! address before its "at" where nothing announced it; of a whole turn, fewer than eight digits without a lead. The turn after
//! it tells (`earlier`).

use zeroize::Zeroizing;

use super::checks::{is_card, may_grow_into_card};
use super::digits::digits_in;
use super::kind::{Kind, Kinds, Span};
use super::lead::{Expectation, Lead};
use super::leads::lead_at;
use super::lexicon::{FILLER, LINK, NATO, NO_VALUE, SPEAKS, Topic};
use super::replace::replace;
use super::scan::{Found, Setting, scan};
use super::token::{Token, tokens};
use super::view::{Live, View};

/// The longest open end that is kept, in bytes: nineteen digits with fillers around each.
const CARRY_BYTES: usize = 600;
/// How many utterances a question stays open.
const ASKED_TURNS: u8 = 4;
/// How much of the other side's words is looked at for a question, in bytes.
const QUESTION_BYTES: usize = 400;

/// What one utterance holds.
#[derive(Default)]
pub struct Heard {
    /// Secrets in this utterance: byte offsets, sorted, not overlapping.
    pub spans: Vec<Span>,
    /// The first span goes on with a secret that the utterance before began.
    pub continues: bool,
    /// The end of the utterance before, which only now turned out to be secret: byte offsets in that utterance.
    pub earlier: Option<Span>,
    /// The utterance is still growing, so that nothing of a number may be shown, not even its end.
    growing: bool,
    /// The words of the whole secret, where it continues.
    whole: Option<Zeroizing<String>>,
}

impl Heard {
    /// The words of the whole secret over both utterances, where it `continues`.
    pub fn whole(&self) -> Option<&str> {
        self.whole.as_ref().map(|whole| whole.as_str())
    }

    /// `text` with every span replaced by its kind; a whole utterance keeps the last four of cards and phones.
    #[must_use]
    pub fn masked(&self, text: &str) -> String {
        if !self.growing && !self.continues {
            return replace(text, &self.spans);
        }
        let (mut out, mut at) = (String::with_capacity(text.len()), 0);
        for span in &self.spans {
            out.push_str(text.get(at..span.start).unwrap_or_default());
            out.push_str(span.kind.label());
            at = span.end;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }
}

/// One side of one conversation, utterance by utterance.
///
/// ```
/// use conversimple_mask::Watch;
///
/// let mut watch = Watch::new();
/// watch.said("What's your card number?");
/// for part in ["four one one one", "one one one one one one one one one one one one"] {
///     assert_eq!(watch.heard(part, true).masked(part), "[card]");
/// }
/// ```
#[derive(Clone)]
pub struct Watch {
    /// What is looked for.
    kinds: Kinds,
    /// The open end of the last utterances, from its lead on.
    carry: Zeroizing<String>,
    /// Where the last utterance begins in `carry`, and what of it was cut off before.
    last_at: usize,
    last_cut: usize,
    /// Whether the open end was reported as a secret.
    reported: bool,
    /// What holds before the first word of `carry`.
    before: Lead,
    /// What the other side asked for.
    asked: Lead,
    turns: u8,
    /// A password was being spelled: only more of it is an answer.
    spelled: bool,
}

impl Default for Watch {
    fn default() -> Self {
        Self::of(Kinds::ASKED)
    }
}

impl Watch {
    /// A watch over a conversation that begins, for what a tool's argument can ask for ([`Kinds::ASKED`]): what callers say about
    /// themselves is shown to whoever listens for it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A watch for some kinds.
    ///
    /// ```
    /// use conversimple_mask::{Kinds, Watch};
    ///
    /// let mut watch = Watch::of(Kinds::ALL);
    /// let said = "my sort code is 12-34-56";
    /// assert_eq!(watch.heard(said, true).masked(said), "my sort code is [bank_account]");
    /// ```
    #[must_use]
    pub fn of(kinds: Kinds) -> Self {
        Self {
            kinds,
            carry: Zeroizing::default(),
            last_at: 0,
            last_cut: 0,
            reported: false,
            before: Lead::default(),
            asked: Lead::default(),
            turns: 0,
            spelled: false,
        }
    }

    /// The other side said `text`; a question for a secret makes the next utterances its answer.
    pub fn said(&mut self, text: &str) {
        let mut from = text.len().saturating_sub(QUESTION_BYTES);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        let text = &text[from..];
        let tokens = tokens(text);
        let view = View::new(text, &tokens);
        let mut last = Lead::default();
        for at in 0..tokens.len() {
            last = lead_at(view, at, &last).unwrap_or(last);
        }
        if last.want == Expectation::Nothing {
            return;
        }
        self.forget();
        self.asked = Lead::asked(last.want);
        // What the agent calls an order may still be answered with a card.
        self.asked.strong = !matches!(last.want, Expectation::Order | Expectation::Account);
    }

    /// A secret of this kind is asked for: the next utterances are its answer, however short.
    pub fn ask(&mut self, kind: Kind) {
        self.forget();
        self.asked = Lead::asked(Expectation::of(kind));
    }

    /// Nothing is asked for any more, and the open end is dropped.
    pub fn forget(&mut self) {
        *self = Self::of(self.kinds);
    }

    /// Looks at what was recognised: `last` for the whole utterance, false while it is still growing.
    ///
    /// A growing utterance may be passed as often as it grows, from its beginning; it changes nothing that is kept.
    pub fn heard(&mut self, text: &str, last: bool) -> Heard {
        let live = if last { Live::Utterance } else { Live::Growing };
        let alone = scan(
            text,
            Setting {
                lead: self.asked,
                live,
                kinds: self.kinds,
            },
        );
        let mut heard = Heard {
            spans: alone.spans.clone(),
            growing: !last,
            ..Heard::default()
        };
        self.answer(text, &mut heard);
        let joined = (!self.carry.is_empty())
            .then(|| Zeroizing::new(format!("{}\n{text}", self.carry.as_str())));
        let mut over = None;
        if let Some(joined) = &joined {
            let lead = self.before;
            let found = scan(
                joined,
                Setting {
                    lead,
                    live,
                    kinds: self.kinds,
                },
            );
            self.over(joined, &found, &mut heard);
            over = Some(found);
        }
        if last {
            self.keep(
                text,
                joined.as_ref().map(|j| j.as_str()),
                alone,
                over,
                &heard,
            );
        }
        heard
    }

    /// The whole utterance is the answer to a question for a password.
    fn answer(&self, text: &str, heard: &mut Heard) {
        let kind = match self.asked.want {
            Expectation::Password => Kind::Password,
            Expectation::Secret => Kind::Secret,
            _ => return,
        };
        let known = heard.spans.iter().any(|span| span.kind == Kind::Password);
        if !self.asked.asked || known {
            return;
        }
        let tokens = tokens(text);
        if let Some(first) = self.answer_begins(&tokens) {
            let start = tokens[first].start;
            let end = tokens.last().map_or(text.len(), Token::end);
            heard.spans = vec![Span { start, end, kind }];
        }
    }

    /// The first word of a password that is the whole answer.
    fn answer_begins(&self, tokens: &[Token]) -> Option<usize> {
        let single = |at: usize| tokens.get(at).is_none_or(Token::is_single);
        let spelled = |at: usize| tokens[at].is_single() && single(at + 1);
        let opens = |at: &usize| spelled(*at) || !tokens[*at].is(FILLER | LINK);
        let first = (0..tokens.len()).find(opens)?;
        let declines = tokens.len() > 1 && tokens[first].is(NO_VALUE) && !spelled(first);
        let most = if self.spelled { 40 } else { 12 };
        let goes_on = !self.spelled || spells_on(tokens);
        (goes_on && !declines && tokens.len() - first <= most).then_some(first)
    }

    /// Accepts over what only shows with the carry before the utterance.
    fn over(&self, joined: &str, found: &Found, heard: &mut Heard) {
        let base = self.carry.len() + 1;
        for span in &found.spans {
            if span.end <= base {
                if span.end > self.last_at && !self.reported {
                    heard.earlier = self.in_last(span.start, span.end, span.kind);
                }
                continue;
            }
            let mut start = span.start.max(base) - base;
            if span.start < base {
                heard.continues = true;
                heard.whole = joined
                    .get(span.start..span.end)
                    .map(|whole| Zeroizing::new(whole.to_owned()));
                start += joined[base..].len() - joined[base..].trim_start().len();
                if !self.reported {
                    heard.earlier = self.in_last(span.start, base - 1, span.kind);
                }
            }
            insert(
                &mut heard.spans,
                Span {
                    start,
                    end: span.end - base,
                    kind: span.kind,
                },
            );
        }
    }

    /// A span of the carry in the offsets of the last utterance.
    fn in_last(&self, start: usize, end: usize, kind: Kind) -> Option<Span> {
        let start = start.max(self.last_at) - self.last_at + self.last_cut;
        let end = end.checked_sub(self.last_at)? + self.last_cut;
        (start < end).then_some(Span { start, end, kind })
    }

    /// What must be remembered of a whole utterance.
    fn keep(
        &mut self,
        text: &str,
        joined: Option<&str>,
        alone: Found,
        over: Option<Found>,
        heard: &Heard,
    ) {
        let crossing = heard.continues;
        let (source, found, cut) = match (joined, over) {
            (Some(joined), Some(over))
                if crossing || over.open.is_some_and(|open| open < self.carry.len()) =>
            {
                (joined, over, joined.len() - text.len())
            }
            _ => (text, alone, 0),
        };
        let answered = heard
            .spans
            .iter()
            .any(|span| Expectation::of(span.kind) == self.asked.want)
            && self.asked.want != Expectation::Nothing;
        let lead = found.lead;
        self.turns = self.turns.saturating_add(1);
        if answered || self.turns >= ASKED_TURNS {
            self.asked = Lead::default();
            self.spelled = false;
        }
        let before = if cut > 0 { self.before } else { self.asked };
        // "my email is jane dot doe", "it expires march": the rest comes in the next turn.
        let part = matches!(
            lead.want,
            Expectation::Email | Expectation::Expiry | Expectation::Iban
        ) && !lead.is_near();
        let part = (part && lead.start >= cut && source.len() - lead.start <= LEAD_BYTES)
            .then_some(lead.start);
        let open = found.open.or(part).filter(|open| {
            !is_complete(source, *open, &found.spans) && source.len() - open <= CARRY_BYTES
        });
        // "his number's nine": the words before belong to the lead.
        let open = open.map(|open| words_before(source, open));
        match open {
            Some(open) => {
                self.reported = found.spans.last().is_some_and(|span| {
                    span.end > open && source[span.end..].split_whitespace().count() <= 4
                });
                self.last_at = cut.saturating_sub(open);
                self.last_cut = open.saturating_sub(cut);
                self.carry = Zeroizing::new(source[open..].to_owned());
                self.before = before;
            }
            None => {
                self.carry = Zeroizing::default();
                self.reported = false;
                let spelled = spells(source, &found.spans);
                if spelled {
                    self.asked = Lead::asked(Expectation::Password);
                    self.spelled = true;
                    self.turns = ASKED_TURNS - 2;
                } else if lead.is_near()
                    && !matches!(
                        lead.want,
                        Expectation::Order | Expectation::Account | Expectation::Email
                    )
                    && !lead.asked
                {
                    self.asked = Lead::asked(lead.want);
                    self.turns = 0;
                }
            }
        }
        if self.asked.want == Expectation::Nothing {
            self.turns = 0;
        }
    }
}

/// How long a lead with the beginning of its value may be.
const LEAD_BYTES: usize = 160;
/// How many words before a lead are kept with it.
const LEAD_WORDS: usize = 3;

/// Up to three words back from `at`, in the same line.
fn words_before(source: &str, at: usize) -> usize {
    let line = source[..at].rfind('\n').map_or(0, |end| end + 1);
    let before = &source[line..at];
    let mut spaces = before
        .strip_suffix(' ')
        .unwrap_or(before)
        .rmatch_indices(' ');
    spaces
        .nth(LEAD_WORDS - 1)
        .map_or(line, |(space, _)| line + space + 1)
}

/// A letter, a digit, or the name of a sign.
fn is_sign(token: &Token) -> bool {
    token.is_single() || token.is(SPEAKS | NATO) || token.is_number()
}

/// More of a password that is being spelled.
fn spells_on(tokens: &[Token]) -> bool {
    let sign = |at: usize| tokens.get(at).is_some_and(is_sign);
    sign(0) && (tokens.len() == 1 || sign(1) || tokens[0].is(SPEAKS))
}

/// A password reaches the end and is being spelled: "capital r o b".
fn spells(source: &str, spans: &[Span]) -> bool {
    let Some(span) = spans
        .last()
        .filter(|s| s.kind == Kind::Password && source[s.end..].trim().is_empty())
    else {
        return false;
    };
    let tokens = tokens(&source[span.start..span.end]);
    tokens
        .last()
        .is_some_and(|t| t.is_single() || t.is(SPEAKS | NATO))
}

/// Whether the number that reaches the end needs no more digits.
fn is_complete(source: &str, open: usize, spans: &[Span]) -> bool {
    let Some(span) = spans.iter().rev().find(|span| span.end > open) else {
        return false;
    };
    let digits = digits_in(&source[span.start..span.end]);
    let before = source.get(open..span.start).unwrap_or_default();
    // Without a lead nine or ten digits may be the first part of a card.
    let grows = || may_grow_into_card(&digits) && !names_a_number(before);
    match span.kind {
        Kind::Card => digits.len() >= 19 || is_card(&digits),
        Kind::Pin => digits.len() >= 4,
        Kind::SecurityCode => digits.len() >= 3,
        Kind::Ssn => digits.len() >= 9 && !grows(),
        Kind::Phone => digits.len() >= 10 && !grows(),
        Kind::Iban => false,
        Kind::Expiry => digits.len() >= 3,
        _ => true,
    }
}

/// A telephone or a social security number is named in `text`.
fn names_a_number(text: &str) -> bool {
    let topics = [Topic::Ssn, Topic::Social, Topic::Phone, Topic::Call];
    tokens(text).iter().any(|t| topics.contains(&t.topic()))
}

/// Adds a span; what it overlaps becomes part of it.
fn insert(spans: &mut Vec<Span>, mut span: Span) {
    spans.retain(|other| {
        let apart = other.end <= span.start || other.start >= span.end;
        if !apart {
            span.start = span.start.min(other.start);
            span.end = span.end.max(other.end);
        }
        apart
    });
    let at = spans.partition_point(|other| other.start < span.start);
    spans.insert(at, span);
}
