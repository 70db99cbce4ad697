//! Keys of services, by the forms in `data/keys.tsv`, and JSON web tokens.
//!
//! Decides from the bytes at one place whether a key begins there and where it ends.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use crate::data::rows;
use crate::kind::{Kind, Span};
use crate::lexicon::KEY_START;
use crate::place::Place;

/// A key of a service, by its prefix.
struct KeyForm {
    prefix: &'static str,
    /// Lengths of the body.
    lengths: RangeInclusive<usize>,
    body: Body,
    /// Only a body that looks random counts.
    random: bool,
}

impl KeyForm {
    fn parse([prefix, shortest, longest, body, _]: [&'static str; 5]) -> Option<Self> {
        let name = body.trim_end_matches("Random");
        let (_, found) = BODIES.iter().find(|(known, _)| *known == name)?;
        Some(Self {
            prefix: prefix.trim_start_matches('='),
            lengths: shortest.parse().ok()?..=longest.parse().ok()?,
            body: *found,
            random: body != name,
        })
    }

    /// The length of the key with this prefix that `rest` begins with; else how much of it is no key's beginning either.
    fn length(&self, rest: &[u8]) -> Result<usize, usize> {
        let head = self.prefix.len();
        let begins = rest.get(..head);
        if !begins.is_some_and(|found| found.eq_ignore_ascii_case(self.prefix.as_bytes())) {
            return Err(1);
        }
        let tail = &rest[head..];
        let mut len = self.body.run(tail, *self.lengths.end());
        let doubtful = self.body == Body::Url && self.prefix.starts_with("sk");
        if doubtful && !looks_random(&tail[..len]) {
            // Nor is any part of these words.
            return Err(head + len);
        }
        while len > 0 && matches!(tail[len - 1], b'.' | b'/') {
            len -= 1;
        }
        match len >= *self.lengths.start() {
            true => Ok(head + len),
            false => Err(1),
        }
    }

    /// The length of the key that is one long word.
    fn solid_length(&self, rest: &[u8]) -> Option<usize> {
        let tail = rest.strip_prefix(self.prefix.as_bytes())?;
        let len = self.body.run(tail, 400);
        let fits = self.lengths.contains(&len) && (!self.random || looks_random(&tail[..len]));
        let ends = tail.get(len).is_none_or(|b| !b.is_ascii_alphanumeric());
        (fits && ends).then_some(self.prefix.len() + len)
    }
}

/// The keys that are prefix and body, and those that are one long word without a separator.
static KEYS: LazyLock<[Vec<KeyForm>; 2]> = LazyLock::new(|| {
    [false, true].map(|solid| {
        let rows = rows(include_str!("../../data/keys.tsv"));
        rows.filter(|row: &[&str; 5]| row[0].starts_with('=') == solid)
            .filter_map(KeyForm::parse)
            .collect()
    })
});

macro_rules! bodies {
    ($($body:ident)*) => {
        const BODIES: &[(&str, Body)] = &[$((stringify!($body), Body::$body)),*];
    };
}

bodies! { Url Base64 Dotted Path Upper Hex }

#[derive(Clone, Copy, PartialEq)]
enum Body {
    Url,
    Base64,
    Dotted,
    Path,
    Upper,
    Hex,
}

impl Body {
    /// The signs of a body besides letters and digits.
    const fn signs(self) -> &'static [u8] {
        match self {
            Self::Url => b"_-",
            Self::Base64 => b"_-+/=",
            Self::Dotted => b"_-.",
            Self::Path => b"_-/",
            Self::Upper | Self::Hex => b"",
        }
    }

    fn has(self, b: u8) -> bool {
        match self {
            Self::Upper => b.is_ascii_uppercase() || b.is_ascii_digit(),
            Self::Hex => b.is_ascii_hexdigit(),
            _ => b.is_ascii_alphanumeric() || self.signs().contains(&b),
        }
    }

    fn run(self, bytes: &[u8], longest: usize) -> usize {
        let bytes = bytes.iter().take(longest);
        bytes.take_while(|b| self.has(**b)).count()
    }
}

/// A word of letters and digits mixed, as random strings are and `sk-learn-contrib-package` is not.
fn looks_random(body: &[u8]) -> bool {
    let digits = body.iter().filter(|b| b.is_ascii_digit()).count();
    let words = body.split(|b| matches!(b, b'-' | b'_'));
    let longest = words.map(<[u8]>::len).max().unwrap_or(0);
    digits >= 2 || longest >= 16
}

/// Whether a key with a known prefix may begin at a place.
pub(crate) fn may_begin(place: &Place<'_, '_>) -> bool {
    let goes_on = matches!(place.next_byte(), Some(b'-' | b'_' | b'.'));
    goes_on && !place.is_joined() && place.token().is(KEY_START)
}

/// A service's key with a known prefix; else the byte where the next may begin.
pub(crate) fn service_key(place: &Place<'_, '_>) -> Result<Span, usize> {
    let mut next = 1;
    for form in &KEYS[0] {
        match form.length(place.rest()) {
            Ok(len) => return Ok(place.span(place.start() + len, Kind::ApiKey)),
            Err(dull) => next = next.max(dull),
        }
    }
    Err(place.start() + next)
}

/// A key that is one long word without a separator (AWS, Google, Twilio).
pub(crate) fn solid_key(place: &Place<'_, '_>) -> Option<Span> {
    let len = place.token().len;
    let google = len >= 4 && place.rest().starts_with(b"AIza");
    if !(len >= 16 || google) || place.is_joined() {
        return None;
    }
    let len = KEYS[1]
        .iter()
        .find_map(|form| form.solid_length(place.rest()))?;
    Some(place.span(place.start() + len, Kind::ApiKey))
}

/// A JSON web token.
pub(crate) fn web_token(place: &Place<'_, '_>) -> Option<Span> {
    let rest = place.rest();
    if !rest.starts_with(b"eyJ") {
        return None;
    }
    let part = |from: usize| Body::Url.run(&rest[from..], usize::MAX);
    let header = part(0);
    if header < 10 || rest.get(header) != Some(&b'.') {
        return None;
    }
    let payload = part(header + 1);
    if payload < 2 {
        return None;
    }
    let mut end = header + 1 + payload;
    // A signature, or the three further parts of an encrypted token.
    for _ in 0..3 {
        if rest.get(end) != Some(&b'.') {
            break;
        }
        let more = part(end + 1);
        if more == 0 && rest.get(end + 1) != Some(&b'.') {
            break;
        }
        end += 1 + more;
    }
    Some(place.span(place.start() + end, Kind::Jwt))
}
