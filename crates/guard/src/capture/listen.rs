//! One caller's words on their way in: from what was recognised or typed to what the rest of the platform may know.
//!
//! Decides what of an utterance is swapped for tokens, keeps what was captured from words that may still change on trial,
//! goes back when a turn is taken back, and says which words of the turn before turned out to be a secret's. Knows no
//! time and no socket; when a turn is taken is decided elsewhere.

use conversimple_wire::TurnId;
use zeroize::Zeroizing;

use super::answer::{self, Answer};
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
    /// The secret that was asked for is not whole yet: the caller is likely to go on.
    pub unfinished: bool,
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
    /// The words answered the question for a secret.
    answers: bool,
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

    /// Swaps the secrets of words for tokens. `asked` is the kind of secret that the caller was asked for. Spoken words are
    /// on trial until [`Capture::taken`]: the next ones take their place.
    pub fn heard(&mut self, words: &str, asked: Option<Kind>, how: InputSource) -> Caught {
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
        let is_wish = wish::is_wish(words);
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
        let (swapped, unfinished) = match asked {
            // What plainly is a wish answers no question; what is secret in it by itself stays so.
            Some(_) if is_wish => (self.vault.swap_at(words, &heard.spans), false),
            Some(kind) if matches!(how, InputSource::Typed | InputSource::Keypad) => {
                (self.typed(kind, words, &heard), false)
            }
            Some(kind) => self.spoken(kind, words, &heard),
            None => self.unasked(words, &heard),
        };
        let answers = asked.is_some_and(|kind| swapped.tokens.iter().any(|t| t.kind() == kind));
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
            self.vault.settle();
        } else {
            self.trial = Some(Trial {
                utterance,
                growing: how == InputSource::Spoken,
                answers,
            });
        }
        Caught { text, unfinished }
    }

    /// The turn was taken: the words that came last will not change any more. What the turn before said too much, if it
    /// did.
    pub fn taken(&mut self, turn: TurnId) -> Option<Correction> {
        self.before = Some(Before {
            watch: self.watch.clone(),
            free: self.free.clone(),
            part: self.part.clone(),
            last: self.last.clone(),
        });
        // A piece is part of the turn that takes it.
        if let Some(piece) = self.last.as_mut().filter(|last| last.turn.is_none()) {
            piece.turn = Some(turn);
        }
        if let Some(trial) = self.trial.take() {
            let mut utterance = trial.utterance;
            if trial.answers {
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

    fn unasked(&mut self, words: &str, heard: &Heard) -> (Swapped, bool) {
        let last = heard.spans.last().filter(|_| !heard.continues);
        if let Some(span) = last.filter(|span| span.kind == Kind::Card) {
            let digits = normal_form(span.kind, &words[span.start..span.end]);
            if !is_whole(span.kind, &digits) {
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
                return (swapped, true);
            }
        }
        let wide = answer::widened(words, &heard.spans);
        if wide == heard.spans {
            return (self.vault.swap_heard(words, heard), false);
        }
        (self.vault.swap_at(words, &wide), false)
    }

    /// What is typed when a secret is asked for is the secret, unless it says in words what it is.
    fn typed(&mut self, kind: Kind, words: &str, heard: &Heard) -> Swapped {
        let whole = heard.spans.first().is_none_or(|span| {
            span.start == 0 && span.end == words.len()
                || answer::is_word(kind) && !answer::is_introduction(&words[..span.start])
        });
        if answer::is_way_out(words) {
            return self.vault.swap_at(words, &[]);
        }
        if !whole {
            return self.vault.swap_heard(words, heard);
        }
        let trimmed = words.trim();
        let start = words.len() - words.trim_start().len();
        let span = Span {
            start,
            end: start + trimmed.len(),
            kind,
        };
        let typed = Zeroizing::new(trimmed.to_owned());
        let token = match answer::is_number(kind) {
            true => self.vault.hold(kind, typed),
            false => self.vault.hold_typed(kind, typed),
        };
        let token = token.ok();
        alone(span, token)
    }

    fn spoken(&mut self, kind: Kind, words: &str, heard: &Heard) -> (Swapped, bool) {
        let spans = match answer::spoken(kind, words, &heard.spans) {
            Answer::Talk(spans) => {
                self.part_on_trial.clone_from(&self.part);
                return (self.vault.swap_at(words, &spans), false);
            }
            Answer::Secret(spans) => spans,
        };
        let [span] = spans.as_slice() else {
            return (self.vault.swap_at(words, &spans), false);
        };
        if !answer::is_number(kind) || span.kind != kind {
            return (self.vault.swap_at(words, &spans), false);
        }
        let digits = normal_form(kind, &words[span.start..span.end]);
        if is_whole(kind, &digits) {
            return (self.vault.swap_at(words, &spans), false);
        }
        // People say a card in groups, and a pause between two may end a turn.
        let begun = self.part.as_ref().filter(|part| part.kind == kind);
        let joined = Zeroizing::new(match begun {
            Some(part) => format!("{}{}", part.digits.as_str(), digits.as_str()),
            None => digits.as_str().to_owned(),
        });
        let whole = is_whole(kind, &joined);
        let token = whole
            .then(|| self.vault.keep(kind, joined.clone()))
            .flatten();
        self.part_on_trial = (!whole).then_some(Part {
            kind,
            digits: joined,
        });
        let mut swapped = Swapped::default();
        swapped.text = swapped.rewritten(words, *span, token);
        swapped.spans = spans;
        swapped.places = vec![place(kind, token)];
        swapped.tokens.extend(token);
        (swapped, !whole)
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

/// Whether a number has as many digits as the shortest of its kind.
fn is_whole(kind: Kind, digits: &str) -> bool {
    let least = match kind {
        Kind::Card => 12,
        Kind::Phone => 7,
        // Often only the last four are asked for.
        Kind::Ssn => 4,
        _ => 3,
    };
    digits.bytes().filter(u8::is_ascii_digit).count() >= least
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A caller and what is known of their words.
    #[derive(Default)]
    struct Line {
        capture: Capture,
        turn: u64,
    }

    impl Line {
        fn take(&mut self) -> Option<Correction> {
            self.turn += 1;
            self.capture.taken(TurnId(self.turn))
        }

        fn say(&mut self, words: &str, asked: Option<Kind>) -> String {
            let caught = self.capture.heard(words, asked, InputSource::Spoken);
            self.take();
            caught.text
        }

        fn value(&self, text: &str) -> Option<String> {
            let value = self.capture.vault().resolve(text);
            value.map(|value| value.as_str().to_owned())
        }
    }

    fn words() -> impl Strategy<Value = String> {
        let word = prop_oneof![
            4 => prop::sample::select(vec![
                "four", "one", "two", "seven", "double", "oh", "for", "to", "my", "card", "pin", "is", "it's", "password", "sunflower", "jane",
                "at", "example", "dot", "com", "never", "mind", "4111", "1111", "4271", "555-0100", "a@b.example", "⟨card 1⟩", "⟨", "⟩", "é", "İ",
                "’", ".", ",", "?", "phone", "number", "um", "call", "me", "1.2.3.4",
            ]).prop_map(str::to_owned),
            1 => "\\PC{0,8}",
        ];
        prop::collection::vec(word, 0..20).prop_map(|words| words.join(" "))
    }

    proptest! {
        #[test]
        fn capture_any_words_gives_out_no_digit_of_secret_answer(
            said in prop::collection::vec((words(), 0..8_usize, 0..4_usize, 0..4_u8), 1..8),
        ) {
            let mut line = Line::default();
            for (words, kind, how, after) in said {
                let asked = [None, Some(Kind::Pin), Some(Kind::Card), Some(Kind::Password), Some(Kind::SecurityCode), None, Some(Kind::Iban), None];
                let how = [InputSource::Spoken, InputSource::Piece, InputSource::Typed, InputSource::Keypad][how];
                let caught = line.capture.heard(&words, asked[kind], how);
                let numbers = matches!(asked[kind], Some(Kind::Pin | Kind::Card | Kind::SecurityCode));
                if numbers && how == InputSource::Spoken {
                    let given = caught.text.split(['⟨', '[']).map(|part| part.rsplit(['⟩', ']']).next().unwrap_or_default());
                    let figures = given.collect::<String>();
                    for word in ["four", "one", "two", "seven", "4111", "1111", "4271"] {
                        prop_assert!(!figures.split_whitespace().any(|other| other == word), "{words}: {}", caught.text);
                    }
                }
                match after {
                    0 | 1 => drop(line.take()),
                    2 => line.capture.taken_back(),
                    _ => line.capture.commit(),
                }
            }
        }
    }

    #[test]
    fn reverted_turn_heard_again_leaves_one_token() {
        let mut line = Line::default();
        let (half, whole) = (
            "my card is four one one one one one one one",
            "my card is four one one one one one one one one one one one one one one one",
        );
        line.say(half, None);
        line.capture.said("What else can I do for you?");
        line.capture.taken_back();
        assert_eq!(line.say(whole, None), "my card is ⟨card 1⟩");
        assert_eq!(line.value("⟨card 1⟩").as_deref(), Some("4111111111111111"));
        assert_eq!(line.capture.vault().len(), 1);
    }

    #[test]
    fn interim_transcripts_leave_one_vault_entry() {
        let mut line = Line::default();
        for words in ["my pin is four two", "my pin is four two seven one"] {
            line.capture.heard(words, None, InputSource::Spoken);
        }
        line.take();
        assert_eq!(line.capture.vault().len(), 1);
        assert_eq!(line.value("⟨pin 1⟩").as_deref(), Some("4271"));
    }

    #[test]
    fn number_completed_in_next_turn_corrects_previous_turn() {
        for how in [InputSource::Spoken, InputSource::Typed] {
            let mut line = Line::default();
            let first = line
                .capture
                .heard("four one one one", None, InputSource::Typed);
            line.take();
            line.capture
                .said("I can't help with that. I can request a callback.");
            assert_eq!(first.text, "four one one one", "nobody can know");
            let more = "one one one one one one one one one one one one";
            let caught = line.capture.heard(more, None, how);
            let correction = line.take().expect("something to take out");
            assert_eq!(caught.text, "⟨card 1⟩", "{how:?}");
            assert_eq!(correction.turn, TurnId(1));
            assert_eq!(correction.before, "four one one one");
            assert_eq!(correction.after, "⟨card 1⟩");
            assert_eq!(correction.words.as_str(), "four one one one");
            assert_eq!(line.value("⟨card 1⟩").as_deref(), Some("4111111111111111"));
        }
    }

    #[test]
    fn answer_to_secret_question_is_fully_hidden() {
        let long = "correct horse battery staple and then some more words that nobody would ever guess in a row";
        for (kind, words, text, value) in [
            (Kind::Password, "sunflower", "⟨password 1⟩", "sunflower"),
            (Kind::Password, long, "⟨password 1⟩", long),
            (Kind::Pin, "four two", "[pin]", ""),
            (Kind::Pin, "it's oh four two", "it's ⟨pin 1⟩", "042"),
            (Kind::Pin, "4 2 7 1", "⟨pin 1⟩", "4271"),
            (Kind::Pin, "for to won ate", "⟨pin 1⟩", "4218"),
            (Kind::SecurityCode, "one two three", "⟨cvv 1⟩", "123"),
            (
                Kind::Card,
                "my card is 4111 1111 1111 1111",
                "my card is ⟨card 1⟩",
                "4111111111111111",
            ),
            (Kind::Card, "forty one eleven", "[card]", ""),
            (Kind::Password, "never mind", "never mind", ""),
            (
                Kind::Pin,
                "what do you need it for",
                "what do you need it for",
                "",
            ),
        ] {
            let mut line = Line::default();
            assert_eq!(line.say(words, Some(kind)), text);
            let token = format!("⟨{kind} 1⟩");
            assert_eq!(
                line.value(&token).unwrap_or_default(),
                value,
                "{kind}: {words}"
            );
        }
    }

    #[test]
    fn half_of_card_number_is_masked_until_complete() {
        let half = "my card is four one one one one one one one";
        let rest = "one one one one one one one one";
        for asked in [None, Some(Kind::Card)] {
            let mut line = Line::default();
            let first = line.capture.heard(half, None, InputSource::Spoken);
            assert!(first.unfinished);
            assert_eq!(first.text, "my card is [card]");
            line.take();
            assert_eq!(line.say(rest, asked), "⟨card 1⟩");
            assert_eq!(line.value("⟨card 1⟩").as_deref(), Some("4111111111111111"));
        }
    }

    #[test]
    fn answered_secret_question_no_longer_captures() {
        for (how, kind, answer) in [
            (InputSource::Typed, Kind::Password, "Correct Horse 99!"),
            (InputSource::Spoken, Kind::Password, "correct horse"),
            (InputSource::Keypad, Kind::Pin, "4271"),
        ] {
            let mut line = Line::default();
            line.capture.said("What is your password?");
            line.capture.heard(answer, Some(kind), how);
            line.take();
            line.capture
                .said("Thank you. You are logged in. I can request a callback for you.");
            assert_eq!(line.say("request a callback", None), "request a callback");
        }
    }

    #[test]
    fn question_captures_words_only_where_the_engine_asks() {
        let wishes = [
            "do you have a phone charger",
            "my parcel is late",
            "red shoes",
            "pay twenty five dollars",
        ];
        for how in [InputSource::Spoken, InputSource::Typed] {
            for words in wishes {
                let mut line = Line::default();
                line.capture
                    .said("Can I log you in with user name and password?");
                let caught = line.capture.heard(words, None, how);
                assert_eq!(caught.text, words);
            }
            // The engine gave the question up after an answer that was none.
            let mut line = Line::default();
            line.capture.heard("cancel that", Some(Kind::Password), how);
            line.take();
            assert_eq!(line.say("red shoes", None), "red shoes");
        }
    }

    #[test]
    fn wish_in_place_of_answer_is_one_and_its_secrets_stay_hidden() {
        for how in [InputSource::Spoken, InputSource::Typed] {
            for (kind, words, text) in [
                (
                    Kind::Password,
                    "do you have a phone charger",
                    "do you have a phone charger",
                ),
                (Kind::Password, "cancel that", "cancel that"),
                (Kind::Password, "pay my card bill", "pay my card bill"),
                (
                    Kind::Password,
                    "I need to store a new card",
                    "I need to store a new card",
                ),
                (
                    Kind::Card,
                    "pay twenty five dollars",
                    "pay twenty five dollars",
                ),
                (Kind::Pin, "what is my balance", "what is my balance"),
                (
                    Kind::Card,
                    "log me in, my password is sunflower",
                    "log me in, my password is ⟨password 1⟩",
                ),
                (Kind::Password, "sunflower", "⟨password 1⟩"),
                (Kind::Password, "open sesame", "⟨password 1⟩"),
            ] {
                let mut line = Line::default();
                let caught = line.capture.heard(words, Some(kind), how);
                assert_eq!(caught.text, text, "{kind} {how:?}");
            }
        }
    }

    #[test]
    fn card_number_spoken_in_groups_is_one_token() {
        let mut line = Line::default();
        let first = line
            .capture
            .heard("four one one one", Some(Kind::Card), InputSource::Spoken);
        assert!(first.unfinished, "the caller is likely to go on");
        line.take();
        let rest = "one one one one one one one one one one one one";
        assert_eq!(line.say(rest, Some(Kind::Card)), "⟨card 1⟩");
        assert!(
            line.value("⟨card 1⟩")
                .is_some_and(|value| value.len() >= 12)
        );
    }

    #[test]
    fn typed_or_keyed_secret_answer_is_taken_verbatim() {
        let endless = "x".repeat(5000);
        for (kind, how, words, text, value) in [
            (
                Kind::Password,
                InputSource::Typed,
                " Hunter 2! ",
                "⟨password 1⟩",
                "Hunter 2!",
            ),
            (Kind::Password, InputSource::Typed, "cancel", "cancel", ""),
            (
                Kind::Pin,
                InputSource::Typed,
                "four two seven one",
                "⟨pin 1⟩",
                "4271",
            ),
            (
                Kind::Card,
                InputSource::Typed,
                "4111 1111 1111 1111",
                "⟨card 1⟩",
                "4111111111111111",
            ),
            (Kind::Pin, InputSource::Keypad, "4271#", "⟨pin 1⟩", "4271"),
            (
                Kind::Secret,
                InputSource::Keypad,
                "*4271",
                "⟨secret 1⟩",
                "4271",
            ),
            (
                Kind::Password,
                InputSource::Typed,
                &endless,
                "[password]",
                "",
            ),
        ] {
            let mut line = Line::default();
            let caught = line.capture.heard(words, Some(kind), how);
            line.take();
            assert_eq!(caught.text, text);
            let token = format!("⟨{kind} 1⟩");
            assert_eq!(line.value(&token).unwrap_or_default(), value, "{kind}");
        }
    }

    #[test]
    fn unasked_passphrase_is_captured_to_end_of_sentence() {
        let mut line = Line::default();
        let said = "my password is red orange yellow green blue indigo violet pink brown black white grey silver gold. thanks";
        let text = line.say(said, None);
        assert!(
            !text.contains("silver") && text.ends_with("thanks"),
            "{text}"
        );
    }

    #[test]
    fn argument_gets_contact_only_if_caller_said_it() {
        let spec = |name: &str| {
            let parameters = serde_json::json!({"properties": {name: {"type": "string"}}});
            let spec = conversimple_wire::ToolSpec {
                name: "send".into(),
                description: "Send an email".into(),
                parameters,
            };
            crate::call::Policy::of(&spec, crate::call::Author::Foreign).expect("a policy")
        };
        let mut line = Line::default();
        line.say("send it to jane@shop.example and my pin is 4271", None);
        line.say("the host is named foo at bar", None);
        for (name, text, expected) in [
            ("email", "⟨email 1⟩", Some("jane@shop.example")),
            ("to", "Jane <⟨email 1⟩>", Some("Jane <jane@shop.example>")),
            ("email", "mallory@evil.example", None),
            ("to", "⟨email 1⟩, mallory@evil.example", None),
            ("email", "⟨pin 1⟩", Some("⟨pin 1⟩")),
            ("email", "⟨email 2⟩", None),
            ("to", "Bob", Some("Bob")),
            ("note", "⟨email 1⟩", Some("⟨email 1⟩")),
            ("pin", "⟨pin 1⟩", Some("4271")),
            ("pin", "4271", None),
            ("password", "⟨email 1⟩", None),
        ] {
            let mut arguments = serde_json::Map::new();
            arguments.insert(name.to_owned(), text.into());
            let given = spec(name).resolve(&mut arguments, |takes, text| {
                line.capture.given(takes, text)
            });
            let given = given
                .is_ok()
                .then(|| arguments[name].as_str().unwrap_or_default());
            assert_eq!(given, expected, "{name}: {text}");
        }
    }

    #[test]
    fn requested_contact_becomes_token() {
        let mut line = Line::default();
        line.capture.said("What is the e-mail address?");
        assert_eq!(line.say("jane at example dot com", None), "⟨email 1⟩");
        line.capture.said("What is the phone number?");
        assert_eq!(line.say("555 123 4567", None), "⟨phone 1⟩");
    }

    #[test]
    fn unrequested_email_and_phone_become_tokens() {
        let mut line = Line::default();
        let text = line.say(
            "send it to jane dot doe at example dot com or call five five five one two three four five six seven",
            None,
        );
        assert_eq!(text, "send it to ⟨email 1⟩ or call ⟨phone 1⟩");
        assert_eq!(
            line.value("⟨email 1⟩").as_deref(),
            Some("jane.doe@example.com")
        );
        assert_eq!(line.value("⟨phone 1⟩").as_deref(), Some("5551234567"));
    }
}
