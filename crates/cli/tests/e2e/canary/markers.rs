//! Marked secrets: one of its own for every path, made at run time, each in a sentence that says what it is; and the forms
//! in which a search would meet it again.

use std::collections::{BTreeMap, HashMap};

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use conversimple_guard::apikey::{ApiKey, Mode};
use conversimple_mask::{Kind, Kinds, mask};

use crate::chance::{Chance, fresh};

/// A secret that was sent on a path.
struct Marker {
    path: String,
    kind: Kind,
    value: String,
}

/// All secrets of a run.
pub(super) struct Markers {
    chance: Chance,
    list: Vec<Marker>,
}

impl Markers {
    pub(super) fn new() -> Self {
        Self {
            chance: Chance::fresh(),
            list: Vec::new(),
        }
    }

    /// A new secret for a path, as it is.
    pub(super) fn value(&mut self, path: &str, kind: Kind) -> String {
        let value = self.make(kind);
        self.add(path, kind, &value);
        value
    }

    /// A new secret for a path, in words that say what it is.
    pub(super) fn carry(&mut self, path: &str, kind: Kind) -> String {
        let value = self.value(path, kind);
        let sentence = sentence(kind, &value);
        let masked = mask(&sentence);
        assert!(
            !masked.contains(&value),
            "the mask does not know this sentence: {masked}"
        );
        sentence
    }

    /// A new secret in spoken digits.
    pub(super) fn spoken(&mut self, path: &str, kind: Kind) -> String {
        let value = self.value(path, kind);
        spoken(&value)
    }

    /// Digits as they are read aloud.
    pub(super) fn spoken_words(digits: &str) -> String {
        spoken(digits)
    }

    /// A secret of every kind in its sentence.
    pub(super) fn carry_all(&mut self, path: &str) -> Vec<String> {
        in_sentences().map(|kind| self.carry(path, kind)).collect()
    }

    /// A secret that was made elsewhere: a real key, a cookie.
    pub(super) fn add(&mut self, path: &str, kind: Kind, value: &str) {
        self.list.push(Marker {
            path: path.to_owned(),
            kind,
            value: value.to_owned(),
        });
    }

    /// The paths on which something was sent.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|marker| marker.path.as_str())
    }

    /// A search for all of them in all forms.
    pub(super) fn search(&self) -> Search {
        let mut forms: HashMap<String, String> = HashMap::new();
        for marker in &self.list {
            for (form, needle) in needles(marker.kind, &marker.value) {
                let what = format!("{} of {}, {form}", marker.kind, marker.path);
                forms.insert(needle, what);
            }
        }
        let forms: Vec<(String, String)> = forms.into_iter().collect();
        let any = AhoCorasick::new(forms.iter().map(|(needle, _)| needle)).expect("literals");
        Search { forms, any }
    }

    fn make(&mut self, kind: Kind) -> String {
        let chance = &mut self.chance;
        match kind {
            Kind::Card => chance.card(),
            Kind::SecurityCode => chance.digits(4),
            Kind::Expiry => format!("{:02}/{}", 1 + chance.below(9), 30 + chance.below(9)),
            Kind::Ssn => format!(
                "{}-{}-{}",
                100 + chance.below(500),
                11 + chance.below(80),
                chance.digits(4)
            ),
            Kind::Phone => format!(
                "({}{}) {}{}-{}",
                2 + chance.below(6),
                chance.digits(2),
                2 + chance.below(7),
                chance.digits(2),
                chance.digits(4)
            ),
            Kind::Email => format!("{}@{}.com", chance.letters(10), chance.letters(8)),
            Kind::Iban => iban(&chance.digits(18)),
            Kind::Ip => format!(
                "{}.{}.{}.{}",
                101 + chance.below(20),
                100 + chance.below(150),
                100 + chance.below(150),
                100 + chance.below(150)
            ),
            Kind::ApiKey => ApiKey::generate(Mode::Live, fresh()).expose().to_owned(),
            Kind::Jwt => {
                let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
                let head = part(br#"{"alg":"HS256","typ":"JWT"}"#);
                let body = format!(r#"{{"sub":"{}","admin":true}}"#, chance.letters(12));
                format!("{head}.{}.{}", part(body.as_bytes()), part(&fresh::<32>()))
            }
            Kind::Password | Kind::Secret => {
                format!("{}{}", chance.letters(9), chance.digits(4))
            }
            Kind::Pin => chance.digits(8),
            other => panic!("{other}: give this kind a marker in canary/markers.rs"),
        }
    }
}

/// Kinds that are found by the words around them or by their own form. What is a secret only because it was asked for
/// goes where it is asked for. What callers say about themselves (a date of birth, an address) reaches the tools in clear,
/// and only what is stored and logged is masked.
pub(super) fn in_sentences() -> impl Iterator<Item = Kind> {
    let asked = Kind::ALL.into_iter().filter(|kind| Kinds::ASKED.has(*kind));
    asked.filter(|kind| *kind != Kind::Secret)
}

fn sentence(kind: Kind, value: &str) -> String {
    match kind {
        Kind::Card => format!("my card is {value}"),
        Kind::SecurityCode => format!("the cvv is {value}"),
        Kind::Expiry => format!("it expires {value}"),
        Kind::Ssn => format!("my social security number is {value}"),
        Kind::Phone => format!("call me at {value}"),
        Kind::Email => format!("write to {value}"),
        Kind::Iban => format!("my iban is {value}"),
        Kind::Ip => format!("the server is {value}"),
        Kind::ApiKey => format!("Bearer {value}"),
        Kind::Jwt => format!("the token is {value}"),
        Kind::Password => format!("my password is {value}"),
        Kind::Pin => format!("my pin is {value}"),
        _ => format!("secret={value}"),
    }
}

fn iban(account: &str) -> String {
    // DE and 00 at the end, letters as numbers: D is 13, E is 14.
    let rest = format!("{account}131400")
        .bytes()
        .fold(0_u32, |rest, digit| {
            (rest * 10 + u32::from(digit - b'0')) % 97
        });
    format!("DE{:02}{account}", 98 - rest)
}

/// Whether a needle that was met there counts: few digits stand in every hash, and count where they stand alone.
fn counts(needle: &str, bytes: &[u8], start: usize, end: usize) -> bool {
    let digits = needle.bytes().filter(u8::is_ascii_digit).count();
    if digits > 8 || needle.contains(char::is_alphabetic) {
        return true;
    }
    let is_word = |at: Option<&u8>| at.is_some_and(u8::is_ascii_alphanumeric);
    let before = start.checked_sub(1).and_then(|at| bytes.get(at));
    let begins = needle.starts_with(|first: char| first.is_ascii_digit());
    let goes_on = begins && is_word(before);
    !goes_on && !is_word(bytes.get(end))
}

/// The forms in which a value would be found again.
fn needles(kind: Kind, value: &str) -> Vec<(&'static str, String)> {
    // Too short to be looked for alone: four digits are in every log.
    if matches!(kind, Kind::SecurityCode | Kind::Expiry) {
        return ["is ", "expires ", "\"", "\\\""]
            .map(|before| ("in its words", format!("{before}{value}")))
            .into();
    }
    let mut found = vec![("as it is", value.to_owned())];
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    if digits.len() >= 8 && matches!(kind, Kind::Card | Kind::Ssn | Kind::Phone | Kind::Pin) {
        let spaced = |by: usize, with: &str| {
            let groups: Vec<&str> = (0..digits.len())
                .step_by(by)
                .map(|at| &digits[at..digits.len().min(at + by)])
                .collect();
            groups.join(with)
        };
        found.push(("digits", digits.clone()));
        found.push(("single digits", spaced(1, " ")));
        found.push(("groups", spaced(4, " ")));
        found.push(("groups with dashes", spaced(4, "-")));
        found.push(("spoken", spoken(&digits)));
    }
    if kind == Kind::Jwt {
        let parts = value.split('.').skip(1);
        found.extend(parts.map(|part| ("a part of it", part.to_owned())));
    }
    let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    let list: Vec<String> = value.bytes().map(|byte| byte.to_string()).collect();
    found.push(("HEX", hex.to_uppercase()));
    found.push(("hex", hex));
    found.push(("numbers of bytes", list.join(", ")));
    let percent: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
    found.push(("percent", percent));
    for shift in 0..3 {
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let shifted = [&b"   "[..shift], value.as_bytes()].concat();
            let encoded = engine.encode(shifted);
            // Letters that depend on what stands before or behind are left out.
            let inner = &encoded[(shift * 8).div_ceil(6)..encoded.len() - 2];
            found.push(("base64", inner.to_owned()));
        }
    }
    found
}

fn spoken(digits: &str) -> String {
    const WORDS: [&str; 10] = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    ];
    let words = digits.bytes().map(|digit| WORDS[usize::from(digit - b'0')]);
    words.collect::<Vec<_>>().join(" ")
}

/// Looks for every secret in every form at once.
pub(super) struct Search {
    /// Needles and what they are, in the order of the automaton.
    forms: Vec<(String, String)>,
    any: AhoCorasick,
}

impl Search {
    /// What was found, each thing once, with a little of what stands around it.
    pub(super) fn find(&self, place: &str, bytes: &[u8]) -> Vec<String> {
        let mut found = BTreeMap::new();
        for hit in self.any.find_overlapping_iter(bytes) {
            let (needle, what) = &self.forms[hit.pattern().as_usize()];
            if found.contains_key(what) || !counts(needle, bytes, hit.start(), hit.end()) {
                continue;
            }
            let around = &bytes[hit.start().saturating_sub(120)..bytes.len().min(hit.end() + 40)];
            let around = String::from_utf8_lossy(around).replace('\n', " ⏎ ");
            found.insert(what, format!("{place}: {what}: …{around}…"));
        }
        found.into_values().collect()
    }
}

#[test]
fn planted_secret_is_found_in_every_encoding() {
    let mut markers = Markers::new();
    let words = markers.carry_all("test");
    let values: Vec<(Kind, String)> = markers
        .list
        .iter()
        .map(|marker| (marker.kind, marker.value.clone()))
        .collect();
    let search = markers.search();
    for sentence in &words {
        assert!(!search.find("here", sentence.as_bytes()).is_empty());
        assert!(search.find("here", mask(sentence).as_bytes()).is_empty());
    }
    for (kind, value) in values {
        for (form, needle) in needles(kind, &value) {
            let planted = format!("before {needle} after");
            assert!(
                !search.find("here", planted.as_bytes()).is_empty(),
                "{kind} {form}"
            );
        }
    }
}
