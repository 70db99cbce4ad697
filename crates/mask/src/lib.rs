//! Finds and masks secrets in text: written ones, and spoken ones as speech recognition writes them down.
//!
//! [`find`] says where secrets stand and of which kind they are, [`mask()`] puts something in their place, [`mask_json`] does so
//! for the strings and members of a JSON value, and [`Watch`] follows a conversation, where a secret may be spread over two
//! turns. [`names`] says what an identifier tells of its value. The crate knows nothing of any framework.
//!
//! ```
//! use conversimple_mask::mask;
//!
//! let line = "my card is four one one one, one one one one, one one one one, one one one one";
//! assert_eq!(mask(line), "my card is ****1111");
//! assert_eq!(mask("mail bob@example.com, password=tulip4rose"), "mail [email], password=[password]");
//! ```
//!
//! How it decides: `token` cuts the text into words and numbers, `lexicon` says what each word can be, `leads` finds what
//! announces a number, and the detectors (`judge` for digits, `mail`, `password`, `key`, `written`) say where a secret begins
//! and ends. What shapes and check digits cannot tell is asked of `score`, which is trained on labelled lines. The tables
//! stand in `data/`; a new word is a row there, and a new noun beside a doubtful number is a line in `training/`.
//!
//! The time is linear in the length of the text, and no input makes it panic.
//!
//! # What it does not protect
//! The mask reads text, so it is the last net and never the only one: give secrets types of their own. It does not know
//! names of people, postal addresses, account numbers, or a password that nobody announced. A number that is announced as an
//! order's, a parcel's, a ticket's or the like is left alone even when it is a card's. It knows English words only; written
//! forms are found in any language. A secret that is encoded (base64, reversed, spread over more than two turns with other
//! talk between) passes. Loopback addresses are not masked: they name nobody.

mod data;
mod digits;
mod json;
mod judge;
mod key;
mod kind;
mod leads;
mod lexicon;
mod mail;
pub mod names;
mod password;
mod phrases;
mod scan;
mod score;
mod token;
mod typed;
mod watch;
mod written;

#[cfg(any(test, feature = "corpus"))]
#[doc(hidden)]
pub mod corpus;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use json::mask_json;
pub use kind::{Kind, Span};
#[cfg(feature = "training")]
#[doc(hidden)]
pub use score::training;
pub use typed::{spoken_digits, spoken_text};
pub use watch::{Heard, Watch};

use scan::{Scan, Setting};

/// Texts longer than this are looked at in pieces (a secret across such a seam would be missed).
const PIECE_BYTES: usize = 1 << 30;

/// All secrets in `text`, sorted and not overlapping.
///
/// ```
/// use conversimple_mask::{Kind, find};
///
/// let text = "my pin is four two seven one";
/// let spans = find(text);
/// assert_eq!(spans[0].kind, Kind::Pin);
/// assert_eq!(&text[spans[0].start..spans[0].end], "four two seven one");
/// ```
#[must_use]
pub fn find(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let mut end = text.len().min(start + PIECE_BYTES);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let found = Scan::new(&text[start..end], Setting::default()).run().spans;
        spans.extend(found.into_iter().map(|s| Span {
            start: s.start + start,
            end: s.end + start,
            kind: s.kind,
        }));
        start = end;
    }
    spans
}

/// The same spans with offsets in characters (Unicode scalar values) in place of bytes.
#[must_use]
pub fn in_characters(text: &str, spans: &[Span]) -> Vec<Span> {
    let (mut bytes, mut characters) = (0, 0);
    let mut count = |to: usize| {
        characters += text.get(bytes..to).map_or(0, |part| part.chars().count());
        bytes = to;
        characters
    };
    spans
        .iter()
        .map(|span| Span {
            start: count(span.start),
            end: count(span.end),
            kind: span.kind,
        })
        .collect()
}

/// How often a masked text is looked at again: replacing a secret can only bring its neighbours closer together once or twice.
const ROUNDS: usize = 4;

/// `text` with every secret replaced: cards and phones by their last four (`****1111`), the rest by their kind (`[email]`).
///
/// Masking a masked text changes nothing.
///
/// ```
/// use conversimple_mask::mask;
///
/// assert_eq!(mask("call (415) 555-2671 now"), "call ****2671 now");
/// assert_eq!(mask("see clause 10.4.2.1"), "see clause 10.4.2.1");
/// ```
#[must_use]
pub fn mask(text: &str) -> Cow<'_, str> {
    let spans = find(text);
    if spans.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = replace(text, &spans);
    for _ in 1..ROUNDS {
        let spans = find(&masked);
        if spans.is_empty() {
            break;
        }
        masked = replace(&masked, &spans);
    }
    Cow::Owned(masked)
}

/// `text` with `spans` (sorted, not overlapping) replaced as `mask` does.
#[must_use]
pub fn replace(text: &str, spans: &[Span]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for span in spans {
        let (Some(before), Some(secret)) =
            (text.get(at..span.start), text.get(span.start..span.end))
        else {
            continue;
        };
        out.push_str(before);
        out.push_str(&stand_in(secret, span.kind));
        at = span.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// What is shown in place of `secret`. The last four are kept only where enough is hidden before them.
fn stand_in(secret: &str, kind: Kind) -> Cow<'static, str> {
    let shown = match kind {
        Kind::Card => 12,
        Kind::Phone => 10,
        _ => return Cow::Borrowed(kind.label()),
    };
    let digits = digits_in(secret);
    if digits.len() < shown {
        return Cow::Borrowed(kind.label());
    }
    let last: String = digits[digits.len() - 4..]
        .iter()
        .map(|d| char::from(b'0' + d))
        .collect();
    Cow::Owned(format!("****{last}"))
}

/// The digits that a written or spoken number stands for, each 0 to 9, corrections not applied.
pub fn digits_in(text: &str) -> Vec<u8> {
    let tokens = token::tokens(text);
    let (mut out, mut at, mut run) = (Vec::new(), 0, digits::Run::default());
    while at < tokens.len() {
        if digits::run_at(text, &tokens, at, digits::Reading::VALUE, &mut run) {
            out.extend_from_slice(&run.digits);
            at = run.next();
        } else {
            at += 1;
        }
    }
    out
}
