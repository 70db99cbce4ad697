//! What the caller said in secret, met again: in what an agent sends, or in later words of the caller's own.
//!
//! Decides whether texts hold a value of the vault, exactly or in another form: other case, accents, spaces and signs, and
//! figures said in words. A value counts after its use too. A short value must stand apart from other letters and figures,
//! and a very short one must be the whole text, because it stands in many texts by chance; a long one is found across several
//! texts of one message. What was encoded (backwards, base64) is not found.

use std::borrow::Cow;

use conversimple_mask::{Kind, Span, digits_in};
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use super::{Token, Vault, answer};

/// A value of fewer letters and figures is met only where it is a whole text.
const WITHIN_TEXT: usize = 3;
/// A word of fewer letters, and a number of fewer figures, must stand apart from others.
const WITHIN_WORD: usize = 6;
const WITHIN_NUMBER: usize = 8;
/// A value of so many letters and figures is met across texts.
const ACROSS_TEXTS: usize = 8;
/// A caller's number of fewer figures is a secret again only where it is all that they say: there are sums of three figures.
const AMONG_WORDS: usize = 4;
/// No number is said in a longer word.
const FIGURE_WORD_BYTES: usize = 12;

/// Names of members that the platform itself reads. They are the same in every answer and tell nothing.
const OWN_NAMES: [&str; 12] = [
    "code",
    "customer_id",
    "error",
    "fields",
    "id",
    "message",
    "names",
    "result",
    "success",
    "things",
    "user",
    "user_id",
];

/// A form of a value that is looked for.
struct Needle<'a> {
    token: Token,
    form: Cow<'a, str>,
    count: usize,
    figures: bool,
}

/// Where a letter stands: in which text, and which bytes of it.
#[derive(Clone, Copy)]
struct Place {
    text: usize,
    start: usize,
    end: usize,
}

/// Texts without what may differ, one behind the other.
struct Plain {
    letters: Zeroizing<String>,
    /// One for every byte of `letters`.
    places: Vec<Place>,
}

/// A part of a text that holds a value.
struct Hit {
    at: Place,
    token: Token,
}

/// One text of a message.
struct Leaf<'a> {
    text: Cow<'a, str>,
    is_number: bool,
}

impl Vault {
    /// Puts tokens in the place of every value of this vault in somebody else's JSON: in texts, numbers and names of members.
    /// Whether there was one.
    pub fn hide(&self, message: &mut Value) -> bool {
        if self.is_empty() {
            return false;
        }
        let mut leaves = Vec::new();
        collect(message, &mut leaves);
        let hits = self.hits(&leaves);
        if hits.is_empty() {
            return false;
        }
        let mut edits: Vec<Option<String>> = leaves
            .iter()
            .enumerate()
            .map(|(at, leaf)| rewritten(&leaf.text, hits.iter().filter(|hit| hit.at.text == at)))
            .collect();
        replace(message, &mut edits.drain(..));
        true
    }

    /// Where the caller's words hold a value that they said in secret before.
    pub(super) fn met_in(&self, words: &str) -> Vec<Span> {
        if self.is_empty() {
            return Vec::new();
        }
        let leaf = Leaf {
            text: words.into(),
            is_number: false,
        };
        let whole = words.trim().len();
        let mut spans: Vec<Span> = Vec::new();
        for Hit { at, token } in self.hits(&[leaf]) {
            let figures = words[at.start..at.end]
                .chars()
                .filter(|c| c.is_alphanumeric());
            let is_all = at.end - at.start + 1 >= whole;
            // Addresses are found by themselves, whenever they are said.
            if matches!(token.kind(), Kind::Email | Kind::Phone | Kind::Ip)
                || !is_all && figures.count() < AMONG_WORDS
            {
                continue;
            }
            let span = Span {
                start: at.start,
                end: at.end,
                kind: token.kind(),
            };
            spans = answer::covering(&spans, span);
        }
        spans
    }

    fn hits(&self, leaves: &[Leaf<'_>]) -> Vec<Hit> {
        let needles = self.needles();
        let mut hits = self.signs(leaves);
        for spoken in [false, true] {
            let Some(plain) = Plain::of(leaves, spoken) else {
                continue;
            };
            for needle in &needles {
                plain.find(needle, leaves, &mut hits);
            }
        }
        hits
    }

    fn needles(&self) -> Vec<Needle<'_>> {
        let mut needles = Vec::new();
        for entry in &self.entries {
            let leaf = [Leaf {
                text: entry.value.as_str().into(),
                is_number: false,
            }];
            for plain in [false, true]
                .into_iter()
                .filter_map(|it| Plain::of(&leaf, it))
            {
                let form = plain.letters.as_str().to_owned();
                needles.push(Needle {
                    token: entry.token,
                    count: form.chars().count(),
                    figures: form.bytes().all(|b| b.is_ascii_digit()),
                    form: form.into(),
                });
            }
        }
        needles.retain(|needle| needle.count > 0);
        needles
    }

    /// Values without a letter or figure are met exactly as they are.
    fn signs(&self, leaves: &[Leaf<'_>]) -> Vec<Hit> {
        let mut hits = Vec::new();
        let is_signs = |value: &str| !value.is_empty() && !value.contains(char::is_alphanumeric);
        for entry in self.entries.iter().filter(|entry| is_signs(&entry.value)) {
            for (text, leaf) in leaves.iter().enumerate() {
                let found = leaf.text.match_indices(entry.value.as_str());
                let counts = |part: &str| {
                    part.chars().count() >= WITHIN_TEXT || part.len() == leaf.text.trim().len()
                };
                hits.extend(
                    found
                        .filter(|(_, part)| counts(part))
                        .map(|(start, part)| Hit {
                            at: Place {
                                text,
                                start,
                                end: start + part.len(),
                            },
                            token: entry.token,
                        }),
                );
            }
        }
        hits
    }
}

impl Plain {
    /// Letters and figures of texts. With `spoken`, figures that are said in words are figures; nothing when there are none.
    fn of(leaves: &[Leaf<'_>], spoken: bool) -> Option<Self> {
        let mut plain = Self {
            letters: Zeroizing::new(String::new()),
            places: Vec::new(),
        };
        let mut any = !spoken;
        for (text, leaf) in leaves.iter().enumerate() {
            let runs = if spoken { runs(&leaf.text) } else { Vec::new() };
            any |= !runs.is_empty();
            let mut at = 0;
            for (start, end) in runs {
                plain.add(text, &leaf.text, at, start);
                let place = Place { text, start, end };
                for figure in digits_in(&leaf.text[start..end]) {
                    plain.push(char::from(b'0' + figure), place);
                }
                at = end;
            }
            plain.add(text, &leaf.text, at, leaf.text.len());
        }
        any.then_some(plain)
    }

    fn add(&mut self, text: usize, all: &str, from: usize, to: usize) {
        for (at, c) in all[from..to].char_indices() {
            let start = from + at;
            let place = Place {
                text,
                start,
                end: start + c.len_utf8(),
            };
            let bare = std::iter::once(c).nfkd().flat_map(char::to_lowercase);
            for letter in bare.filter(|letter| letter.is_alphanumeric()) {
                self.push(letter, place);
            }
        }
    }

    fn push(&mut self, letter: char, place: Place) {
        self.letters.push(letter);
        self.places.resize(self.letters.len(), place);
    }

    fn find(&self, needle: &Needle<'_>, leaves: &[Leaf<'_>], hits: &mut Vec<Hit>) {
        for (start, part) in self.letters.match_indices(needle.form.as_ref()) {
            if self.counts(needle, start, start + part.len(), leaves) {
                self.add_hit(needle.token, start, start + part.len(), hits);
            }
        }
    }

    fn counts(&self, needle: &Needle<'_>, start: usize, end: usize, leaves: &[Leaf<'_>]) -> bool {
        let (first, last) = (self.places[start], self.places[end - 1]);
        if first.text != last.text {
            return needle.count >= ACROSS_TEXTS;
        }
        let before = start.checked_sub(1).map(|at| self.places[at]);
        let before = before.filter(|place| place.text == first.text);
        let after = self.places.get(end).filter(|place| place.text == last.text);
        if needle.count < WITHIN_TEXT {
            return before.is_none() && after.is_none() && !leaves[first.text].is_number;
        }
        let least = if needle.figures {
            WITHIN_NUMBER
        } else {
            WITHIN_WORD
        };
        needle.count >= least
            || before.is_none_or(|place| place.end < first.start)
                && after.is_none_or(|place| last.end < place.start)
    }

    /// One hit for each text that the letters stand in.
    fn add_hit(&self, token: Token, start: usize, end: usize, hits: &mut Vec<Hit>) {
        let places = &self.places[start..end];
        for of_one in places.chunk_by(|one, other| one.text == other.text) {
            let (first, last) = (of_one[0], of_one[of_one.len() - 1]);
            let at = Place {
                end: last.end,
                ..first
            };
            hits.push(Hit { at, token });
        }
    }
}

/// Where figures are said in words ("four one, double seven"), as byte ranges.
fn runs(text: &str) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let (mut open, mut said): (Option<(usize, usize)>, bool) = (None, false);
    for (at, word) in answer::split(text) {
        let core = word.trim_matches(|c: char| !c.is_alphanumeric());
        let start = at + word.find(core).unwrap_or_default();
        let is_written = !core.is_empty() && core.bytes().all(|b| b.is_ascii_digit());
        let is_said = is_said(core);
        if !is_written && !is_said {
            runs.extend(open.take().filter(|_| said));
            said = false;
            continue;
        }
        said |= is_said;
        open = Some((open.map_or(start, |(first, _)| first), start + core.len()));
    }
    runs.extend(open.filter(|_| said));
    runs
}

/// Whether a word says a figure or, between figures, can.
fn is_said(word: &str) -> bool {
    let letters = word.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-');
    letters
        && (1..=FIGURE_WORD_BYTES).contains(&word.len())
        && (answer::is_figure(word) || answer::is_near_figure(word))
}

/// The texts of a message, names of members among them, in its own order.
fn collect<'a>(message: &'a Value, leaves: &mut Vec<Leaf<'a>>) {
    let (text, is_number) = match message {
        Value::String(text) => (text.as_str().into(), false),
        Value::Number(number) => (number.to_string().into(), true),
        Value::Array(items) => return items.iter().for_each(|item| collect(item, leaves)),
        Value::Object(map) => {
            for (name, inner) in map {
                let own = OWN_NAMES.contains(&name.as_str());
                let text = if own { "" } else { name.as_str() };
                leaves.push(Leaf {
                    text: text.into(),
                    is_number: false,
                });
                collect(inner, leaves);
            }
            return;
        }
        Value::Null | Value::Bool(_) => return,
    };
    leaves.push(Leaf { text, is_number });
}

/// Puts the edits in, in the order of [`collect`].
fn replace(message: &mut Value, edits: &mut dyn Iterator<Item = Option<String>>) {
    match message {
        Value::String(_) | Value::Number(_) => {
            if let Some(text) = edits.next().flatten() {
                *message = Value::String(text);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, edits)),
        Value::Object(map) => {
            let mut edited = Map::with_capacity(map.len());
            for (name, mut inner) in std::mem::take(map) {
                let name = edits.next().flatten().unwrap_or(name);
                replace(&mut inner, edits);
                edited.insert(name, inner);
            }
            *map = edited;
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// A text with tokens in the places of hits; nothing when there are none.
fn rewritten<'a>(text: &str, hits: impl Iterator<Item = &'a Hit>) -> Option<String> {
    let mut hits: Vec<&Hit> = hits.collect();
    hits.sort_by_key(|hit| (hit.at.start, std::cmp::Reverse(hit.at.end)));
    let (mut out, mut at) = (String::new(), 0);
    for hit in &hits {
        if hit.at.start >= at {
            out.push_str(&text[at..hit.at.start]);
            out.push_str(&hit.token.to_string());
        }
        at = at.max(hit.at.end);
    }
    out.push_str(&text[at..]);
    (!hits.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn vault(values: &[(Kind, &str)]) -> Vault {
        let mut vault = Vault::new();
        for (kind, value) in values {
            let value = Zeroizing::new((*value).to_owned());
            vault.hold_typed(*kind, value).expect("room");
        }
        vault
    }

    #[test]
    fn secret_in_agents_message_becomes_its_token_in_every_form() {
        let secrets = [
            (Kind::Password, "hunter22"),
            (Kind::Pin, "4271"),
            (Kind::Card, "4111111111111111"),
            (Kind::Password, "!?!"),
            (Kind::Password, "Café au lait"),
        ];
        let vault = vault(&secrets);
        for (sent, told) in [
            (json!("hunter22"), json!("⟨password 1⟩")),
            (
                json!("The result is Hunter 22."),
                json!("The result is ⟨password 1⟩."),
            ),
            (json!("H-U-N-T-E-R_2-2"), json!("⟨password 1⟩")),
            (
                json!("hunter twenty two, he said"),
                json!("⟨password 1⟩, he said"),
            ),
            (json!("user_hunter22_x"), json!("user_⟨password 1⟩_x")),
            (json!({"hunter22": true}), json!({"⟨password 1⟩": true})),
            (
                json!({"error": "hunter22"}),
                json!({"error": "⟨password 1⟩"}),
            ),
            (
                json!(["hunt", "er22"]),
                json!(["⟨password 1⟩", "⟨password 1⟩"]),
            ),
            (json!({"pin": 4271}), json!({"pin": "⟨pin 1⟩"})),
            (json!("four two seven one"), json!("⟨pin 1⟩")),
            (json!("it is four two, seven one."), json!("it is ⟨pin 1⟩.")),
            (json!(4_111_111_111_111_111_u64), json!("⟨card 1⟩")),
            (json!("4111-1111 1111.1111"), json!("⟨card 1⟩")),
            (json!("ｈｕｎｔｅｒ２２"), json!("⟨password 1⟩")),
            (json!("cafe AU lait"), json!("⟨password 3⟩")),
            (json!("well !?! well"), json!("well ⟨password 2⟩ well")),
        ] {
            let mut message = sent.clone();
            assert!(vault.hide(&mut message), "{sent}");
            assert_eq!(message, told, "{sent}");
        }
    }

    #[test]
    fn what_only_looks_alike_is_left_alone() {
        let secrets = [
            (Kind::Pin, "4271"),
            (Kind::Pin, "7"),
            (Kind::Password, "cat"),
            (Kind::Password, "balance"),
        ];
        let vault = vault(&secrets);
        for sent in [
            json!({"total": 14_271, "at": "2042-07-01", "count": 7, "note": "7 items"}),
            json!("catalogue of 427 and 1 things"),
            json!(["42", "71"]),
            json!({"error": null, "success": true}),
            json!("nine four two seven one"),
        ] {
            let mut message = sent.clone();
            assert!(!vault.hide(&mut message), "{message}");
            assert_eq!(message, sent);
        }
        let mut message = json!({"a": "7", "b": "the cat", "balance": 5});
        assert!(vault.hide(&mut message));
        assert_eq!(
            message,
            json!({"a": "⟨pin 2⟩", "b": "the ⟨password 1⟩", "⟨password 2⟩": 5})
        );
    }

    #[test]
    fn used_secret_is_still_hidden() {
        let mut vault = vault(&[(Kind::Password, "hunter22")]);
        vault.forget(Token::parse("⟨password 1⟩").expect("a token"));
        let mut message = json!("hunter22");
        assert!(vault.hide(&mut message));
        assert_eq!(vault.resolve("⟨password 1⟩").map(|it| it.to_string()), None);
    }

    #[test]
    fn secret_said_again_is_met_in_callers_words() {
        let secrets = [
            (Kind::Password, "hunter22"),
            (Kind::Pin, "4271"),
            (Kind::SecurityCode, "123"),
        ];
        let vault = vault(&secrets);
        for (words, met) in [
            ("Hunter22", vec!["Hunter22"]),
            ("it was hunter twenty two okay", vec!["hunter twenty two"]),
            ("four two seven one.", vec!["four two seven one"]),
            ("123", vec!["123"]),
            ("pay 123 dollars", vec![]),
            ("pay 14271 dollars", vec![]),
            ("what is my balance", vec![]),
        ] {
            let spans = vault.met_in(words);
            let found: Vec<&str> = spans.iter().map(|it| &words[it.start..it.end]).collect();
            assert_eq!(found, met, "{words}");
        }
    }
}
