//! Written values that only their name gives away: `password=hunter2`, `"token": "…"`, `Authorization: Bearer …`.
//!
//! Decides what the name is, where its value begins and ends, and what is no value: code, a type, another name.

use super::spoken::spoken;
use super::word::{is_code, is_spelled};
use crate::kind::{Kind, Span};
use crate::lexicon::{NO_VALUE, SECRET_NAME};
use crate::names::secret;
use crate::phrases::Words;
use crate::place::Place;
use crate::token::SPACE;

/// The longest written value that is looked for.
const VALUE_BYTES: usize = 2048;
/// A longer word is no name of a secret.
const NAME_BYTES: usize = 64;
/// How far a name goes on from one of its words.
const NAME_REACH: usize = 40;

/// What stands in place of a value: a list, a token of the vault, a variable, a template, a type, what was masked before.
const NO_START: [char; 6] = ['[', '⟨', '$', '{', '<', '*'];

/// Kinds whose names are looked for in writing; the others have forms of their own.
const KINDS: [Kind; 7] = [
    Kind::Password,
    Kind::ApiKey,
    Kind::Secret,
    Kind::SecurityCode,
    Kind::Pin,
    Kind::Ssn,
    Kind::Expiry,
];

#[derive(Clone, Copy, PartialEq)]
enum Separator {
    Equals,
    Colon,
    Space,
}

/// A name with what follows it.
struct Named<'t> {
    name: &'t str,
    /// Where the name ends and its value begins.
    end: usize,
    value: usize,
    separator: Separator,
    kind: Kind,
}

impl Named<'_> {
    fn is_spaced(&self) -> bool {
        self.value > self.end + 1
    }
}

/// A value: where it ends, and whether it stands in quotes.
#[derive(Clone, Copy)]
struct Value<'t> {
    to: usize,
    quoted: bool,
    text: &'t str,
}

/// A written value whose name ends with or contains the token at a place.
pub(crate) fn named(place: &Place<'_, '_>) -> Option<Span> {
    let loose = place.token().gap & !SPACE == 0 && place.precedes_space();
    if loose && !place.token().is(SECRET_NAME) {
        return None;
    }
    let named = name_at(place)?;
    let text = place.view.text;
    // What begins like this is no value, and is not read to its end at each of many names.
    if text[named.value..].starts_with(NO_START) {
        return None;
    }
    let (from, to, quoted) = value_at(text, named.value)?;
    let (from, kind) = after_scheme(text, from, to, named.kind);
    let value = Value {
        to,
        quoted,
        text: text.get(from..to)?,
    };
    let named = Named { kind, ..named };
    if is_code_or_name(place, &named, value) || !is_value(place, &named, value) {
        return None;
    }
    Some(Span {
        start: from,
        end: phrase_end(place, &named, value),
        kind,
    })
}

/// The name around a place, if a value may follow.
fn name_at<'t>(place: &Place<'_, 't>) -> Option<Named<'t>> {
    let bytes = place.view.bytes();
    let in_name = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let tail = bytes[place.end()..].iter().take(NAME_REACH);
    let tail = tail.take_while(in_name).count();
    let end = place.end() + tail;
    let (separator, value) = separator(bytes, end)?;
    // Only the last word of a name that is not known by itself looks back, so that no byte is read often.
    if tail > 0 && !place.token().is(SECRET_NAME) {
        return None;
    }
    let back = place.before().iter().rev().take(NAME_REACH);
    let mut start = place.start() - back.take_while(in_name).count();
    while !place.view.text.is_char_boundary(start) {
        start += 1;
    }
    let name = place.view.text.get(start..end)?;
    let flag = bytes[..start].ends_with(b"--") || name.starts_with("--");
    // What a name means is the costly question, so it comes last.
    if separator == Separator::Space && !flag && !place.view.says(place.at, "bearer") {
        return None;
    }
    let kind = secret(name).filter(|kind| KINDS.contains(kind))?;
    Some(Named {
        name,
        end,
        value,
        separator,
        kind,
    })
}

/// What stands between a name and its value, and where the value begins.
fn separator(bytes: &[u8], name_end: usize) -> Option<(Separator, usize)> {
    let quotes = |b: &&u8| matches!(b, b'"' | b'\'' | b']' | b'\\');
    let closing = bytes[name_end..].iter().take(4).take_while(quotes).count();
    let at = after_spaces(bytes, name_end + closing);
    let kind = match bytes.get(at)? {
        b'=' => Separator::Equals,
        b':' => Separator::Colon,
        _ if at > name_end && closing == 0 => return Some((Separator::Space, at)),
        _ => return None,
    };
    let double = matches!(bytes.get(at + 1), Some(b'=' | b'>'));
    let value = at + 1 + usize::from(double);
    Some((kind, after_spaces(bytes, value)))
}

/// The place after up to four spaces.
fn after_spaces(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default().iter().take(4);
    at + rest.take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// The value that begins here: inside its quotes, or up to a space or closing sign.
fn value_at(text: &str, start: usize) -> Option<(usize, usize, bool)> {
    let bytes = text.as_bytes();
    let escaped = bytes.get(start) == Some(&b'\\');
    let mut start = start + usize::from(escaped);
    let quote = bytes
        .get(start)
        .filter(|b| matches!(b, b'"' | b'\'' | b'`'));
    if let Some(quote) = quote {
        start += 1;
        if let Some(len) = quoted_length(window(bytes, start), *quote, escaped) {
            return (len > 0).then_some((start, start + len, true));
        }
    }
    let mut end = start + plain_length(window(bytes, start));
    if bytes.get(end - usize::from(end > start)) == Some(&b'.') {
        end -= 1;
    }
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    (end > start).then_some((start, end, false))
}

fn window(bytes: &[u8], start: usize) -> &[u8] {
    let rest = bytes.get(start..).unwrap_or_default();
    &rest[..rest.len().min(VALUE_BYTES)]
}

/// The length up to the closing quote.
fn quoted_length(window: &[u8], quote: u8, escaped: bool) -> Option<usize> {
    let len = window.iter().position(|b| *b == quote || *b == b'\n')?;
    let slash = escaped && len > 0 && window[len - 1] == b'\\';
    Some(len - usize::from(slash))
}

/// The length up to a space or closing sign.
fn plain_length(window: &[u8]) -> usize {
    let stops = |b: u8| b.is_ascii_whitespace() || b"\"'`,;&<>})]|".contains(&b);
    let stop = (0..window.len()).find(|at| stops(window[*at]) && !is_inner(&window[*at..]));
    stop.unwrap_or(window.len())
}

/// Whether the `&` that `rest` begins with is a sign of the value ("dor&3"): no field ("&user=") and no command follows.
fn is_inner(rest: &[u8]) -> bool {
    let [b'&', after @ ..] = rest else {
        return false;
    };
    let word = after.iter().take(17);
    let len = word.take_while(|b| !b.is_ascii_whitespace() && !b"&=,;'\"<>".contains(b));
    let len = len.count();
    (1..=16).contains(&len) && !matches!(after.get(len), Some(b'=' | b'&' | b';'))
}

/// `Bearer …` and `Basic …`: the scheme is no secret.
fn after_scheme(text: &str, from: usize, to: usize, kind: Kind) -> (usize, Kind) {
    let value = &text[from..to];
    let of = |value: &str| match value.starts_with("eyJ") {
        true => Kind::Jwt,
        false => kind,
    };
    if kind == Kind::ApiKey
        && let Some((scheme, rest)) = value.split_once(' ')
        && Words::Schemes.has(scheme)
        && is_scheme_case(scheme)
    {
        return (to - rest.len(), of(rest));
    }
    (from, of(value))
}

/// `Bearer`, `bearer`, but not `BEARER`.
fn is_scheme_case(scheme: &str) -> bool {
    scheme.bytes().skip(1).all(|b| b.is_ascii_lowercase())
}

/// Code that fetches a value, a name given to another name, a placeholder, or the word of a scheme.
fn is_code_or_name(place: &Place<'_, '_>, named: &Named<'_>, value: Value<'_>) -> bool {
    let bytes = place.view.bytes();
    let pass = named.name.eq_ignore_ascii_case("pass") && !is_mixed(value.text);
    let code = !value.quoted && is_code(bytes, value.text, value.to);
    Words::Schemes.has(value.text)
        || pass
        || code
        || is_name(bytes, named, value)
        || is_placeholder(value.text.as_bytes())
}

/// `password=password,`, `self.password = password`: one name is given another.
fn is_name(bytes: &[u8], named: &Named<'_>, value: Value<'_>) -> bool {
    let text = value.text;
    let letters = text.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
    if value.quoted || !letters || text.len() > NAME_BYTES || secret(text).is_none() {
        return false;
    }
    let shouted = text.bytes().all(|b| !b.is_ascii_lowercase());
    shouted || named.is_spaced() || matches!(bytes.get(value.to), Some(b',' | b')'))
}

/// `your_password_here`.
fn is_placeholder(text: &[u8]) -> bool {
    let your = text.len() > 5 && text[..4].eq_ignore_ascii_case(b"your");
    your && matches!(text[4], b'_' | b'-')
}

/// Letters and digits or signs, as a password has and a word has not.
fn is_mixed(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let upper = text.bytes().skip(1).any(|b| b.is_ascii_uppercase());
    let lower = text.bytes().any(|b| b.is_ascii_lowercase());
    let signs = text.bytes().filter(|b| b"!@#$%^&*+=~?".contains(b)).count();
    let varied = digits + signs > 0 || upper && lower;
    text.len() >= 5 && varied && digits < text.len()
}

/// The end of a phrase that one colon announces: "passphrase: green tea kettle moon", "password: capital t i g e r".
fn phrase_end(place: &Place<'_, '_>, named: &Named<'_>, value: Value<'_>) -> usize {
    let (view, at) = (place.view, place.at);
    let begins = |j: &usize| view.token(*j).is_some_and(|t| t.start == named.value);
    let Some(from) = (at + 1..at + 4).find(begins) else {
        return value.to;
    };
    if value.quoted || named.kind != Kind::Password {
        return value.to;
    }
    let spelled = is_spelled(view, from) || view.within(from, Words::Spelling);
    if !spelled && !view.says(at, "passphrase") {
        return value.to;
    }
    spoken(place).map_or(value.to, |span| span.end.max(value.to))
}

/// Whether a text can be the value of such a name.
fn is_value(place: &Place<'_, '_>, named: &Named<'_>, value: Value<'_>) -> bool {
    let text = value.text;
    let call = text.contains(['(', '\u{27E8}']) && !value.quoted;
    if text.is_empty() || text.starts_with(NO_START) || call || Words::NoValues.has(text) {
        return false;
    }
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let only_digits = digits == text.len();
    match named.kind {
        Kind::Password => is_password(place, named, value),
        Kind::SecurityCode => only_digits && (3..=4).contains(&digits),
        Kind::Expiry => text.len() <= 7 && text.bytes().all(|b| b.is_ascii_digit() || b == b'/'),
        Kind::Ssn => digits == 9,
        Kind::Pin => only_digits && (3..=12).contains(&digits),
        _ => is_key(named, value, digits > 0),
    }
}

/// Not the next word of a sentence: "password: is required".
fn is_password(place: &Place<'_, '_>, named: &Named<'_>, value: Value<'_>) -> bool {
    let prose = named.separator == Separator::Colon && named.is_spaced() && !value.quoted;
    let next = place.view.token(place.at + 1);
    let word = next.is_some_and(|t| t.is(NO_VALUE) && t.len as usize >= value.text.len());
    !(prose && word) && (value.quoted || !value.text.starts_with('='))
}

/// Long enough for a key, and no word.
fn is_key(named: &Named<'_>, value: Value<'_>, digit: bool) -> bool {
    let len = value.text.len();
    match named.separator {
        Separator::Space => len >= 16 && digit,
        Separator::Equals if !named.is_spaced() => len >= 4,
        _ => len >= 8 && digit || value.quoted && len >= 6 && !value.text.contains(' '),
    }
}
