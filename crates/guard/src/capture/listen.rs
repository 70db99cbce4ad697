//! One caller's words on their way in: from what was recognised or typed to what the rest of the platform may know.
//!
//! Decides what of an utterance is swapped for tokens, keeps what was captured from words that may still change on trial,
//! goes back when a turn is taken back, and says which words of the turn before turned out to be a secret's. Knows no
//! time and no socket; when a turn is taken is decided elsewhere.

use std::ops::RangeInclusive;

use conversimple_wire::TurnId;
use zeroize::Zeroizing;

use super::answer::{self, Answer};
use super::number::{Judged, Question, Remark, is_only_digits, judge};
use super::{Swapped, Token, Vault, normal_form, wish};
use crate::call::Accepts;
use conversimple_mask::{self as mask, Heard, Kind, Span, Watch};

/// How much of what the caller said is remembered, in bytes: the last few minutes.
const SAID_BYTES: usize = 8 * 1024;

/// How words came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputSource {
    /// Recognised, and not yet a turn's: they may still change.
    Spoken,
    /// The beginning of a long utterance, recognised for good.
    Piece,
    /// Typed.
    Typed,
    /// Keys of a keypad.
    Keypad,
}

/// Words as the rest of the platform may know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caught {
    /// The words, with tokens in place of secrets.
    pub text: String,
    /// A number that was begun is not whole yet: the caller is likely to go on.
    pub unfinished: bool,
    /// What is to be said of the number, if the caller does not go on. Then nobody else need hear the words.
    pub remark: Option<Remark>,
}

/// What an utterance is once its secrets are tokens.
struct Taken {
    swapped: Swapped,
    unfinished: bool,
    remark: Option<Remark>,
}

impl Taken {
    fn whole(swapped: Swapped) -> Self {
        Self {
            swapped,
            unfinished: false,
            remark: None,
        }
    }
}

/// Words of the turn before, of which only now is known that they belong to a secret.
pub struct Correction {
    /// The turn.
    pub turn: TurnId,
    /// Its words as they were given out.
    pub before: String,
    /// Its words as they should have been.
    pub after: String,
    /// The part that was given out in clear.
    pub words: Zeroizing<String>,
    /// What stands for it.
    pub token: String,
}

/// The capture of one conversation.
#[derive(Default)]
pub struct Capture {
    vault: Vault,
    watch: Watch,
    /// Hears the same, and was never asked for anything.
    free: Watch,
    /// Spoken words that no turn has taken yet, and what became of them.
    trial: Option<Trial>,
    /// Digits of a number that was asked for and is not whole: as taken, and with what is on trial.
    part: Option<Part>,
    part_on_trial: Option<Part>,
    /// The number that the turn before has given: digits that follow it are more of it.
    given: Option<Kind>,
    last: Option<Utterance>,
    correction: Option<Correction>,
    /// What the caller said lately, without secrets, as one would type it.
    said: Zeroizing<String>,
    /// How things stood before the last turn was taken.
    before: Option<Before>,
}

#[derive(Clone, Default)]
struct Utterance {
    /// None while no turn has taken it.
    turn: Option<TurnId>,
    words: Zeroizing<String>,
    swapped: Swapped,
}

struct Trial {
    utterance: Utterance,
    /// The words may still change, so that the watch has not heard them for good.
    growing: bool,
    /// The words answered the question for a secret of this kind.
    answers: Option<Kind>,
    /// They are more of the number that was given before.
    goes_on: bool,
}

/// The secret that was asked for.
#[derive(Clone, Copy)]
struct Asked<'a> {
    kind: Kind,
    lengths: Option<&'a RangeInclusive<usize>>,
}

#[derive(Clone)]
struct Part {
    kind: Kind,
    digits: Zeroizing<String>,
}

struct Before {
    watch: Watch,
    free: Watch,
    part: Option<Part>,
    given: Option<Kind>,
    last: Option<Utterance>,
}

impl Capture {
    /// The capture of a conversation that begins.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The values that were captured.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// What is given out to an argument in place of `text`. None: neither a token that it takes nor the caller's words.
    ///
    /// A secret is given for its token only. Among other words an address is given for its token and everything else
    /// stays as it is, other tokens too; but an address that the caller did not say, and a token that is not of this
    /// conversation, were made up by whoever asks.
    #[must_use]
    pub fn given(&self, takes: &Accepts, text: &str) -> Option<Zeroizing<String>> {
        if takes.secret().is_some() {
            return self.vault.resolve_as(text, |kind| takes.accepts(kind));
        }
        let mut found = mask::find(text).into_iter();
        let made_up = |span: Span| takes.accepts(span.kind) && !self.was_said(span, text);
        if found.any(made_up) {
            return None;
        }
        self.vault.resolve_some(text, |kind| takes.accepts(kind))
    }

    /// Forgets a value after its use.
    pub fn forget(&mut self, token: Token) {
        self.vault.forget(token);
    }

    /// Swaps the secrets of words for tokens. `question` is what the caller was asked. Spoken words are on trial until
    /// [`Capture::taken`]: the next ones take their place.
    pub fn heard(&mut self, words: &str, question: &Question, how: InputSource) -> Caught {
        let asked = question.secret();
        self.vault.undo_trial();
        self.part_on_trial = None;
        self.correction = None;
        let keys = Zeroizing::new(digits_of(words, how));
        let words = if how == InputSource::Keypad {
            &keys
        } else {
            words
        };
        if let Some(kind) = asked {
            self.watch.ask(kind);
        }
        let free = self.free.heard(words, how != InputSource::Spoken);
        let mut heard = self.watch.heard(words, how != InputSource::Spoken);
        let is_wish = wish::is_wish(words, asked.is_some_and(answer::is_number));
        if is_wish || asked.is_none() {
            unasked_for(&mut heard, &free, is_wish);
        }
        // What was asked for has a say in what the watch finds; what would be masked anyway is never given out.
        for span in mask::find(words) {
            heard.spans = answer::covering(&heard.spans, span);
        }
        // A number that goes on from the turn before is all that there is.
        if !heard.continues {
            for span in self.vault.met_in(words) {
                heard.spans = answer::covering(&heard.spans, span);
            }
        }
        let goes_on = self
            .given
            .filter(|_| *question == Question::None && is_only_digits(words));
        let taken = match (question, goes_on) {
            (_, Some(kind)) => Taken::whole(alone(whole(words, kind), None)),
            // What plainly is a wish answers no question; what is secret in it by itself stays so.
            (Question::Secret { .. }, _) if is_wish => {
                Taken::whole(self.vault.swap_at(words, &heard.spans))
            }
            (Question::Secret { kind, lengths }, _) => {
                let asked = Asked {
                    kind: *kind,
                    lengths: lengths.as_ref(),
                };
                match how {
                    InputSource::Typed | InputSource::Keypad => self.typed(asked, words, &heard),
                    InputSource::Spoken | InputSource::Piece => self.spoken(asked, words, &heard),
                }
            }
            (Question::None | Question::Plain, None) => self.unasked(words, &heard),
        };
        let Taken {
            swapped,
            unfinished,
            remark,
        } = taken;
        let answers = asked.filter(|kind| swapped.tokens.iter().any(|t| t.kind() == *kind));
        let text = swapped.text.clone();
        let utterance = Utterance {
            turn: None,
            words: Zeroizing::new(words.to_owned()),
            swapped,
        };
        if how != InputSource::Spoken {
            self.correct(&heard, &utterance);
        }
        if how == InputSource::Piece {
            self.trial = None;
            self.last = Some(utterance);
            self.part = self.part_on_trial.take();
            self.vault.settle();
        } else {
            self.trial = Some(Trial {
                utterance,
                growing: how == InputSource::Spoken,
                answers,
                goes_on: goes_on.is_some(),
            });
        }
        Caught {
            text,
            unfinished,
            remark,
        }
    }

    /// The turn was taken: the words that came last will not change any more. What the turn before said too much, if it
    /// did.
    pub fn taken(&mut self, turn: TurnId) -> Option<Correction> {
        self.before = Some(Before {
            watch: self.watch.clone(),
            free: self.free.clone(),
            part: self.part.clone(),
            given: self.given,
            last: self.last.clone(),
        });
        // A piece is part of the turn that takes it.
        if let Some(piece) = self.last.as_mut().filter(|last| last.turn.is_none()) {
            piece.turn = Some(turn);
        }
        if let Some(trial) = self.trial.take() {
            let mut utterance = trial.utterance;
            if !trial.goes_on {
                self.given = trial.answers.filter(|kind| answer::is_number(*kind));
            }
            if trial.answers.is_some() {
                // The question is settled: what comes next is no answer to it.
                self.watch.forget();
                self.free.forget();
            } else if trial.growing {
                let _free = self.free.heard(&utterance.words, true);
                let heard = self.watch.heard(&utterance.words, true);
                self.correct(&heard, &utterance);
            }
            utterance.turn = Some(turn);
            self.last = Some(utterance);
        }
        self.part = self.part_on_trial.take();
        if let Some(last) = &self.last {
            remember(&mut self.said, &last.swapped.text);
        }
        self.vault.settle();
        self.correction.take().map(|mut correction| {
            if correction.turn == TurnId(0) {
                correction.turn = turn;
            }
            correction
        })
    }

    /// The turn that was taken last is no turn: its words come again.
    pub fn taken_back(&mut self) {
        let Some(before) = self.before.take() else {
            return;
        };
        self.watch = before.watch;
        self.free = before.free;
        self.part = before.part;
        self.given = before.given;
        self.last = before.last;
        self.trial = None;
        self.correction = None;
        self.vault.undo_turn();
    }

    /// The turn that was taken last cannot be taken back any more.
    pub fn commit(&mut self) {
        self.before = None;
        self.vault.commit();
    }

    /// What the platform says: a question for a number makes the next words its answer.
    pub fn said(&mut self, text: &str) {
        if answer::is_question(text) {
            self.watch.said(text);
        }
    }

    /// Whether the caller said this in words that the mask did not take for what it is.
    fn was_said(&self, span: Span, text: &str) -> bool {
        let value = text.get(span.start..span.end).unwrap_or_default();
        let value = typed_form(value);
        let now = self.trial.as_ref().map(|trial| &trial.utterance.swapped);
        let now = now.is_some_and(|swapped| typed_form(&swapped.text).contains(value.as_str()));
        let figures =
            |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
        now || self.said.contains(value.as_str())
            || span.kind == Kind::Phone && figures(&self.said).contains(&figures(&value))
    }

    fn unasked(&mut self, words: &str, heard: &Heard) -> Taken {
        let last = heard.spans.last().filter(|_| !heard.continues);
        if let Some(span) = last.filter(|span| span.kind == Kind::Card) {
            let digits = normal_form(span.kind, &words[span.start..span.end]);
            if !judge(span.kind, &digits, None).is_whole() {
                // Nothing can be done with half a number; the rest is likely to come.
                let mut swapped = self
                    .vault
                    .swap_at(words, &heard.spans[..heard.spans.len() - 1]);
                swapped.text = swapped.rewritten(words, *span, None);
                swapped.spans.push(*span);
                swapped.places.push(place(span.kind, None));
                self.part_on_trial = Some(Part {
                    kind: span.kind,
                    digits,
                });
                return Taken {
                    swapped,
                    unfinished: true,
                    remark: None,
                };
            }
        }
        let wide = answer::widened(words, &heard.spans);
        Taken::whole(match wide == heard.spans {
            true => self.vault.swap_heard(words, heard),
            false => self.vault.swap_at(words, &wide),
        })
    }

    /// What is typed when a secret is asked for is the secret, unless it says in words what it is.
    fn typed(&mut self, asked: Asked<'_>, words: &str, heard: &Heard) -> Taken {
        let kind = asked.kind;
        let is_all = heard.spans.first().is_none_or(|span| {
            span.start == 0 && span.end == words.len()
                || answer::is_word(kind) && !answer::is_introduction(&words[..span.start])
        });
        if answer::is_way_out(words) {
            return Taken::whole(self.vault.swap_at(words, &[]));
        }
        if !is_all {
            return Taken::whole(self.vault.swap_heard(words, heard));
        }
        let span = whole(words, kind);
        let typed = words.trim();
        // What holds anything but figures is for the tool's own check to refuse.
        let is_figures = typed
            .chars()
            .all(|c| c.is_ascii_digit() || " -".contains(c));
        if answer::is_number(kind) && is_figures && !typed.is_empty() {
            return self.number(asked, words, span);
        }
        let typed = Zeroizing::new(typed.to_owned());
        let token = match answer::is_number(kind) {
            true => self.vault.hold(kind, typed),
            false => self.vault.hold_typed(kind, typed),
        };
        Taken::whole(alone(span, token.ok()))
    }

    fn spoken(&mut self, asked: Asked<'_>, words: &str, heard: &Heard) -> Taken {
        let kind = asked.kind;
        let spans = match answer::spoken(kind, words, &heard.spans) {
            Answer::Talk(spans) => {
                self.part_on_trial.clone_from(&self.part);
                return Taken::whole(self.vault.swap_at(words, &spans));
            }
            Answer::Secret(spans) => spans,
        };
        match spans.as_slice() {
            [span] if answer::is_number(kind) && span.kind == kind => {
                self.number(asked, words, *span)
            }
            _ => Taken::whole(self.vault.swap_at(words, &spans)),
        }
    }

    /// A number, or a part of one: people say a card in groups, and a pause between two may end a turn.
    fn number(&mut self, asked: Asked<'_>, words: &str, span: Span) -> Taken {
        let kind = asked.kind;
        let digits = normal_form(kind, &words[span.start..span.end]);
        let begun = self.part.as_ref().filter(|part| part.kind == kind);
        let joined = Zeroizing::new(match begun {
            Some(part) => format!("{}{}", part.digits.as_str(), digits.as_str()),
            None => digits.as_str().to_owned(),
        });
        let judged = judge(kind, &joined, asked.lengths);
        // Who is asked to go on may as well begin anew.
        let anew = judge(kind, &digits, asked.lengths);
        let (value, judged) = match !judged.is_whole() && anew.is_whole() {
            true => (digits, anew),
            false => (joined, judged),
        };
        let is_missing = matches!(judged, Judged::Not(Remark::Missing { .. }));
        self.part_on_trial = is_missing.then(|| Part {
            kind,
            digits: value.clone(),
        });
        let token = judged
            .is_whole()
            .then(|| self.vault.keep(kind, value))
            .flatten();
        let mut swapped = Swapped::default();
        swapped.text = swapped.rewritten(words, span, token);
        swapped.spans = vec![span];
        swapped.places = vec![place(kind, token)];
        swapped.tokens.extend(token);
        Taken {
            swapped,
            unfinished: judged != Judged::Whole,
            remark: match judged {
                Judged::Not(remark) => Some(remark),
                Judged::Whole | Judged::MayGrow => None,
            },
        }
    }

    /// The end of the utterance before turned out to be a secret's.
    fn correct(&mut self, heard: &Heard, now: &Utterance) {
        let (Some(span), Some(last)) = (heard.earlier, self.last.clone()) else {
            return;
        };
        let Some(words) = last.words.get(span.start..span.end) else {
            return;
        };
        let whole = now
            .swapped
            .tokens
            .first()
            .copied()
            .filter(|_| heard.continues);
        let token = whole.or_else(|| self.vault.keep(span.kind, normal_form(span.kind, words)));
        let after = last.swapped.rewritten(&last.words, span, token);
        if after == last.swapped.text {
            return;
        }
        let hidden = typed_form(words);
        self.said = Zeroizing::new(self.said.replace(hidden.as_str(), "\n"));
        self.correction = Some(Correction {
            turn: last.turn.unwrap_or_default(),
            before: last.swapped.text.clone(),
            words: Zeroizing::new(words.to_owned()),
            token: place(span.kind, token),
            after,
        });
    }
}

/// Takes out what was found only because something was asked for: words, which may be anything, and in a wish all.
fn unasked_for(heard: &mut Heard, free: &Heard, is_wish: bool) {
    let sure = |span: &Span| {
        let overlaps = |other: &Span| other.start < span.end && span.start < other.end;
        free.spans.iter().any(overlaps)
    };
    let first = heard.spans.first().copied().filter(|_| heard.continues);
    heard.spans.retain(|span| {
        Some(*span) == first || sure(span) || !(is_wish || answer::is_word(span.kind))
    });
}

/// Words as one would type them, without spaces.
fn typed_form(words: &str) -> Zeroizing<String> {
    let typed = Zeroizing::new(mask::spoken_text(words, false));
    Zeroizing::new(typed.to_lowercase().replace(' ', ""))
}

fn remember(said: &mut Zeroizing<String>, words: &str) {
    let mut kept = format!("{}\n{}", said.as_str(), typed_form(words).as_str());
    let mut cut = kept.len().saturating_sub(SAID_BYTES);
    while !kept.is_char_boundary(cut) {
        cut += 1;
    }
    *said = Zeroizing::new(kept.split_off(cut));
}

/// The figures among the keys; the key that ends an entry is none of it.
fn digits_of(keys: &str, how: InputSource) -> String {
    let digit = |key: &char| how == InputSource::Keypad && key.is_ascii_digit();
    keys.chars().filter(digit).collect()
}

fn place(kind: Kind, token: Option<Token>) -> String {
    token.map_or_else(|| kind.label().to_owned(), |token| token.to_string())
}

fn alone(span: Span, token: Option<Token>) -> Swapped {
    let place = place(span.kind, token);
    Swapped {
        text: place.clone(),
        tokens: token.into_iter().collect(),
        spans: vec![span],
        places: vec![place],
    }
}

/// All of the words but the spaces around them.
fn whole(words: &str, kind: Kind) -> Span {
    let start = words.len() - words.trim_start().len();
    Span {
        start,
        end: start + words.trim().len(),
        kind,
    }
}

#[cfg(test)]
mod tests;
