//! The vault of one conversation: what the mask finds is swapped for a token (`⟨card 1⟩`) before a transcript reaches history,
//! model, log or store, and a tool argument that is declared secret gets the value back.
//!
//! Decides what a spoken value is in its normal form ("four one one one" → `4111`), which text is a token of this
//! conversation, and with `Capture` what of an utterance is a secret: what the mask finds, and while a secret is asked for
//! the whole answer. What a secret looks like is `mask`'s; which argument may have the value is `call`'s.
//!
//! Values live in memory only, are zeroised when the vault is dropped, and have no Debug, Display or Serialize. One that was
//! used goes into no argument any more, but is known until then, so that it is hidden wherever it comes back. A token
//! names a kind and a number and nothing of the value; it means something in its own conversation alone, and one that a
//! caller types or says is taken apart before anything reads it.
//!
//! **What it does not protect**: the text that the recogniser and the caller's own page held before, memory that the allocator
//! reused while a text grew, a process that may read this one's memory, and secrets that the mask does not find.

use std::fmt;

use serde_json::Value;
use zeroize::Zeroizing;

use conversimple_mask::{self as mask, Heard, Kind, Span};

mod answer;
mod echo;
mod hint;
mod listen;
mod normal;
mod number;
mod wish;

pub use listen::{Capture, Caught, Correction, InputSource};
pub use normal::normal_form;
pub use number::{Question, Remark};

/// How many values a conversation keeps; more are masked and cannot be resolved.
const ENTRIES: usize = 64;
/// A longer value is masked and not kept.
const VALUE_BYTES: usize = 4096;
const OPEN: char = '⟨';
const CLOSE: char = '⟩';

/// The name of one value in one vault, written `⟨card 1⟩`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Token {
    kind: Kind,
    number: u16,
}

impl Token {
    /// What kind of secret stands behind it.
    #[must_use]
    pub const fn kind(self) -> Kind {
        self.kind
    }

    /// Reads a text that is exactly one token, of whichever vault.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (name, number) = text
            .strip_prefix(OPEN)?
            .strip_suffix(CLOSE)?
            .split_once(' ')?;
        let plain = number.bytes().all(|b| b.is_ascii_digit()) && !number.starts_with('0');
        let number = number.parse().ok().filter(|_| plain)?;
        Some(Self {
            kind: Kind::from_name(name)?,
            number,
        })
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{OPEN}{} {}{CLOSE}", self.kind, self.number)
    }
}

/// Whether `text` is exactly one token, of whichever vault.
#[must_use]
pub fn is_token(text: &str) -> bool {
    Token::parse(text).is_some()
}

/// An utterance without its secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swapped {
    /// The text with a token in place of each secret.
    pub text: String,
    /// The tokens, in the order in which they stand in `text`, without those that found no room.
    pub tokens: Vec<Token>,
    /// Kinds and byte offsets of the secrets in the text that came in.
    pub spans: Vec<Span>,
    /// For each span what stands in its place.
    places: Vec<String>,
}

impl Swapped {
    /// The text once more, with `more` of `words` (which is the text that came in) replaced by `token`, or by the name of
    /// its kind.
    #[must_use]
    fn rewritten(&self, words: &str, more: Span, token: Option<Token>) -> String {
        let name = token.map_or_else(|| more.kind.label().to_owned(), |token| token.to_string());
        let kept = self.spans.iter().zip(&self.places);
        let mut all: Vec<(Span, &str)> = kept
            .filter(|(span, _)| span.end <= more.start || span.start >= more.end)
            .map(|(span, place)| (*span, place.as_str()))
            .collect();
        all.push((more, &name));
        all.sort_by_key(|(span, _)| span.start);
        let (mut out, mut at) = (String::with_capacity(words.len()), 0);
        for (span, place) in all {
            push_neutral(&mut out, words.get(at..span.start).unwrap_or_default());
            out.push_str(place);
            at = span.end;
        }
        push_neutral(&mut out, words.get(at..).unwrap_or_default());
        out
    }
}

/// The vault has no room for another value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many secrets in one conversation")]
pub struct VaultFull;

/// The secrets of one conversation.
///
/// What is captured from words that may still change is kept on trial: `settle` makes it last, `undo_trial` drops it, and
/// `undo_turn` goes back to before the last `settle`.
#[derive(Default)]
pub struct Vault {
    entries: Vec<Entry>,
    settled: Vec<Entry>,
    before: Vec<Entry>,
}

#[derive(Clone)]
struct Entry {
    token: Token,
    value: Zeroizing<String>,
    /// It did its work: it stands for nothing any more, and is hidden where it comes back.
    used: bool,
}

impl Vault {
    /// An empty vault.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Swaps what `mask::find` finds in `text`; for words outside a conversation that is watched.
    pub fn swap(&mut self, text: &str) -> Swapped {
        self.swap_spans(text, &mask::find(text), None)
    }

    /// Swaps these parts of `text` (sorted, not overlapping).
    pub fn swap_at(&mut self, text: &str, spans: &[Span]) -> Swapped {
        self.swap_spans(text, spans, None)
    }

    /// Swaps what a watch heard in `text`. A secret that goes on from the utterance before keeps its token and gets its whole value.
    pub fn swap_heard(&mut self, text: &str, heard: &Heard) -> Swapped {
        self.swap_spans(
            text,
            &heard.spans,
            heard.whole().filter(|_| heard.continues),
        )
    }

    /// Keeps a value that is known to be secret: keypad digits, the answer to a question for a secret. The value is
    /// brought to its normal form as spoken words are.
    ///
    /// # Errors
    /// When the conversation holds too many values, or the value is longer than 4 KiB.
    pub fn hold(&mut self, kind: Kind, value: Zeroizing<String>) -> Result<Token, VaultFull> {
        let normal = normal_form(kind, &value);
        self.keep(kind, normal).ok_or(VaultFull)
    }

    /// Keeps a value exactly as it was typed into a field of its own.
    ///
    /// # Errors
    /// As `hold`.
    pub fn hold_typed(&mut self, kind: Kind, value: Zeroizing<String>) -> Result<Token, VaultFull> {
        self.keep(kind, value).ok_or(VaultFull)
    }

    /// The real value for an argument that is declared secret: `text` with every token replaced.
    ///
    /// None when `text` holds no token, or one that is not of this vault: such an argument must be refused, not passed on.
    #[must_use]
    pub fn resolve(&self, text: &str) -> Option<Zeroizing<String>> {
        self.resolve_as(text, |_| true)
    }

    /// As `resolve`, for an argument that takes only some kinds: None when one of the tokens is of another.
    #[must_use]
    pub fn resolve_as(
        &self,
        text: &str,
        takes: impl Fn(Kind) -> bool,
    ) -> Option<Zeroizing<String>> {
        let mut out = Zeroizing::new(String::with_capacity(text.len() + 64));
        let (mut rest, mut any) = (text, false);
        while let Some(open) = rest.find(OPEN) {
            let close = rest[open..].find(CLOSE)? + open + CLOSE.len_utf8();
            let token = Token::parse(&rest[open..close]).filter(|token| takes(token.kind))?;
            let value = self.value(token)?;
            grow(&mut out, &rest[..open]);
            grow(&mut out, value);
            (rest, any) = (&rest[close..], true);
        }
        grow(&mut out, rest);
        any.then_some(out)
    }

    /// `text` with the tokens of these kinds replaced, and everything else as it is. None when one of them is not of this
    /// vault.
    #[must_use]
    pub fn resolve_some(
        &self,
        text: &str,
        takes: impl Fn(Kind) -> bool,
    ) -> Option<Zeroizing<String>> {
        let mut out = Zeroizing::new(String::with_capacity(text.len() + 64));
        let mut rest = text;
        while let Some(open) = rest.find(OPEN) {
            let close = rest[open..]
                .find(CLOSE)
                .map(|at| open + at + CLOSE.len_utf8());
            let end = close.unwrap_or(rest.len());
            let token = Token::parse(&rest[open..end]).filter(|token| takes(token.kind));
            grow(&mut out, &rest[..open]);
            match token {
                Some(token) => grow(&mut out, self.value(token)?),
                None => grow(&mut out, &rest[open..end]),
            }
            rest = &rest[end..];
        }
        grow(&mut out, rest);
        Some(out)
    }

    /// Whether `text` holds a token of this vault.
    #[must_use]
    pub fn knows(&self, text: &str) -> bool {
        self.resolve(text).is_some()
    }

    /// How many values are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// One value had its one use: from now on its token stands for nothing.
    pub fn forget(&mut self, token: Token) {
        for entries in [&mut self.entries, &mut self.settled, &mut self.before] {
            if let Some(entry) = entries.iter_mut().find(|entry| entry.token == token) {
                // The place stays taken, so that the number is never given to another value.
                entry.used = true;
            }
        }
    }

    /// What was kept on trial stays.
    pub fn settle(&mut self) {
        self.before = std::mem::replace(&mut self.settled, self.entries.clone());
    }

    /// Drops and zeroises what was kept since the last `settle`.
    pub fn undo_trial(&mut self) {
        self.entries.clone_from(&self.settled);
    }

    /// Goes back to before the last `settle`.
    pub fn undo_turn(&mut self) {
        self.settled.clone_from(&self.before);
        self.undo_trial();
    }

    /// The last `settle` cannot be undone any more.
    pub fn commit(&mut self) {
        self.before.clone_from(&self.settled);
    }

    fn value(&self, token: Token) -> Option<&str> {
        let entry = self.entries.iter().find(|entry| entry.token == token)?;
        (!entry.used).then_some(entry.value.as_str())
    }

    fn swap_spans(&mut self, text: &str, spans: &[Span], whole: Option<&str>) -> Swapped {
        let mut out = Swapped {
            text: String::with_capacity(text.len()),
            tokens: Vec::new(),
            spans: Vec::with_capacity(spans.len()),
            places: Vec::with_capacity(spans.len()),
        };
        let mut at = 0;
        for (place, span) in spans.iter().enumerate() {
            let (Some(before), Some(words)) =
                (text.get(at..span.start), text.get(span.start..span.end))
            else {
                continue;
            };
            push_neutral(&mut out.text, before);
            at = span.end;
            let token = match whole.filter(|_| place == 0) {
                Some(whole) => self.extend(span.kind, normal_form(span.kind, whole)),
                None => self.keep(span.kind, normal_form(span.kind, words)),
            };
            let place =
                token.map_or_else(|| span.kind.label().to_owned(), |token| token.to_string());
            out.text.push_str(&place);
            out.tokens.extend(token);
            out.spans.push(*span);
            out.places.push(place);
        }
        push_neutral(&mut out.text, text.get(at..).unwrap_or_default());
        out
    }

    /// The same value of the same kind has one token.
    fn keep(&mut self, kind: Kind, value: Zeroizing<String>) -> Option<Token> {
        if let Some(entry) = self
            .entries
            .iter()
            .find(|entry| !entry.used && entry.token.kind == kind && entry.value == value)
        {
            return Some(entry.token);
        }
        if self.entries.len() >= ENTRIES || value.is_empty() || value.len() > VALUE_BYTES {
            return None;
        }
        let number = self
            .entries
            .iter()
            .filter(|entry| entry.token.kind == kind)
            .count();
        let token = Token {
            kind,
            number: u16::try_from(number + 1).ok()?,
        };
        self.entries.push(Entry {
            token,
            value,
            used: false,
        });
        Some(token)
    }

    /// Gives the newest value of a kind its whole length, if it is the beginning of `value`.
    fn extend(&mut self, kind: Kind, value: Zeroizing<String>) -> Option<Token> {
        let newest = self
            .entries
            .iter_mut()
            .rev()
            .find(|entry| entry.token.kind == kind);
        match newest {
            Some(entry)
                if !entry.used
                    && value.starts_with(entry.value.as_str())
                    && value.len() <= VALUE_BYTES =>
            {
                entry.value = value;
                Some(entry.token)
            }
            _ => self.keep(kind, value),
        }
    }
}

/// Accepts apart what looks like a token in somebody else's JSON: it stands for nothing here.
pub fn neutralise(value: &mut Value) {
    match value {
        Value::String(text) if text.contains([OPEN, CLOSE]) => {
            let mut plain = String::with_capacity(text.len());
            push_neutral(&mut plain, text);
            *text = plain;
        }
        Value::Array(items) => items.iter_mut().for_each(neutralise),
        Value::Object(map) if map.keys().any(|name| name.contains([OPEN, CLOSE])) => {
            let taken = std::mem::take(map);
            *map = taken
                .into_iter()
                .map(|(name, mut inner)| {
                    let mut plain = String::with_capacity(name.len());
                    push_neutral(&mut plain, &name);
                    neutralise(&mut inner);
                    (plain, inner)
                })
                .collect();
        }
        Value::Object(map) => map.values_mut().for_each(neutralise),
        _ => {}
    }
}

/// Appends without leaving an old copy behind when the text must move.
fn grow(out: &mut Zeroizing<String>, more: &str) {
    if out.capacity() - out.len() < more.len() {
        let mut wider = Zeroizing::new(String::with_capacity((out.len() + more.len()) * 2));
        wider.push_str(out);
        *out = wider;
    }
    out.push_str(more);
}

/// Appends a caller's own words; what looks like a token's bracket becomes another sign.
fn push_neutral(out: &mut String, words: &str) {
    out.extend(words.chars().map(|c| match c {
        OPEN => '‹',
        CLOSE => '›',
        c => c,
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    fn value(vault: &Vault, text: &str) -> Option<String> {
        vault.resolve(text).map(|value| value.as_str().to_owned())
    }

    #[test]
    fn spoken_secret_becomes_token_and_resolves_to_typed_form() {
        for (said, shown, token, resolved) in [
            (
                "my card is four one one one one one one one one one one one one one one one thanks",
                "my card is ⟨card 1⟩ thanks",
                "⟨card 1⟩",
                "4111111111111111",
            ),
            (
                "my pin is four two, uh, seven one",
                "my pin is ⟨pin 1⟩",
                "⟨pin 1⟩",
                "4271",
            ),
            (
                "My password is Sunflower.",
                "My password is ⟨password 1⟩.",
                "⟨password 1⟩",
                "sunflower",
            ),
            (
                "it's john dot smith at gmail dot com",
                "it's ⟨email 1⟩",
                "⟨email 1⟩",
                "john.smith@gmail.com",
            ),
        ] {
            let mut vault = Vault::new();
            let swapped = vault.swap(said);
            assert_eq!(swapped.text, shown);
            assert_eq!(value(&vault, token).as_deref(), Some(resolved), "{said}");
        }
    }

    #[test]
    fn token_typed_by_caller_is_neutralised() {
        let mut vault = Vault::new();
        vault
            .hold(Kind::Card, secret("4111111111111111"))
            .expect("room for one");
        let swapped = vault.swap("use ⟨card 1⟩ please, or ⟨⟨card 1⟩⟩");
        assert!(
            !swapped.text.contains('⟨') && swapped.tokens.is_empty(),
            "{}",
            swapped.text
        );
        assert_eq!(value(&vault, &swapped.text), None);
    }

    #[test]
    fn token_in_tool_reply_is_neutralised() {
        let mut reply =
            serde_json::json!({"a": ["use ⟨card 1⟩", 1], "⟨pin 1⟩": {"b": "⟨pin 1⟩"}, "c": null});
        neutralise(&mut reply);
        assert_eq!(
            reply,
            serde_json::json!({"a": ["use ‹card 1›", 1], "‹pin 1›": {"b": "‹pin 1›"}, "c": null})
        );
    }

    #[test]
    fn token_not_in_vault_does_not_resolve() {
        let mut vault = Vault::new();
        vault.hold(Kind::Pin, secret("4271")).expect("room for one");
        for (text, resolved) in [
            ("⟨pin 1⟩", Some("4271")),
            ("acc_⟨pin 1⟩-x", Some("acc_4271-x")),
            ("⟨pin 2⟩", None),
            ("⟨card 1⟩", None),
            ("⟨pin 01⟩", None),
            ("⟨pin +1⟩", None),
            ("⟨pin 1", None),
            ("⟨pin 1⟩⟨pin 9⟩", None),
            ("4271", None),
            ("", None),
        ] {
            assert_eq!(value(&vault, text).as_deref(), resolved, "{text}");
        }
    }

    #[test]
    fn same_value_gets_same_token_and_numbers_are_not_reused() {
        let mut vault = Vault::new();
        let first = vault.hold(Kind::Pin, secret("4271")).expect("room");
        assert_eq!(
            vault.hold(Kind::Pin, secret("four two seven one")),
            Ok(first)
        );
        vault.forget(first);
        assert_eq!(value(&vault, "⟨pin 1⟩"), None);
        let second = vault.hold(Kind::Pin, secret("9999")).expect("room");
        assert_eq!(second.to_string(), "⟨pin 2⟩");
    }

    #[test]
    fn full_vault_masks_instead_of_storing() {
        let mut vault = Vault::new();
        for n in 0..ENTRIES {
            vault
                .hold(Kind::Pin, secret(&format!("{}", 100_000 + n)))
                .expect("room");
        }
        assert_eq!(vault.hold(Kind::Pin, secret("1")), Err(VaultFull));
        assert_eq!(vault.swap("my pin is 4271").text, "my pin is [pin]");
        assert_eq!(vault.len(), ENTRIES);
    }

    #[test]
    fn vault_drops_provisional_and_reverted_entries() {
        let mut vault = Vault::new();
        vault.swap("my pin is 4271");
        vault.undo_trial();
        assert_eq!(value(&vault, "⟨pin 1⟩"), None);
        vault.swap("my pin is 9876");
        vault.settle();
        vault.swap("my password is sunflower");
        vault.undo_trial();
        assert_eq!(value(&vault, "⟨pin 1⟩").as_deref(), Some("9876"));
        assert_eq!(value(&vault, "⟨password 1⟩"), None);
        vault.undo_turn();
        assert!(vault.is_empty());
        vault.swap("my pin is 1357");
        vault.settle();
        vault.commit();
        vault.undo_turn();
        let pin = Token::parse("⟨pin 1⟩").expect("a token");
        assert_eq!(value(&vault, "⟨pin 1⟩").as_deref(), Some("1357"));
        vault.forget(pin);
        vault.undo_turn();
        assert_eq!(
            value(&vault, "⟨pin 1⟩"),
            None,
            "going back does not bring back what was forgotten"
        );
    }

    #[test]
    fn token_of_kind_not_accepted_does_not_resolve() {
        let mut vault = Vault::new();
        vault.hold(Kind::Pin, secret("4271")).expect("room");
        vault
            .hold(Kind::Email, secret("a@b.example"))
            .expect("room");
        let pins = |text: &str| {
            let value = vault.resolve_as(text, |kind| kind == Kind::Pin);
            value.map(|value| value.as_str().to_owned())
        };
        assert_eq!(pins("⟨pin 1⟩").as_deref(), Some("4271"));
        assert_eq!(pins("⟨email 1⟩"), None);
        assert_eq!(pins("⟨pin 1⟩ ⟨email 1⟩"), None);
    }

    #[test]
    fn card_spoken_over_two_turns_is_one_token() {
        let (mut watch, mut vault) = (mask::Watch::new(), Vault::new());
        let mut turn = |text: &str| {
            let heard = watch.heard(text, true);
            vault.swap_heard(text, &heard).text
        };
        assert_eq!(
            turn("my card is four one one one one one one one"),
            "my card is ⟨card 1⟩"
        );
        assert_eq!(turn("one one one one one one one one"), "⟨card 1⟩");
        assert_eq!(
            value(&vault, "⟨card 1⟩").as_deref(),
            Some("4111111111111111")
        );
    }
}
