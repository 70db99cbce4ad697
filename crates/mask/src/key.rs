//! Keys without a known form, told by what announces them: "my api key is …", `Authorization: Basic …`; and passwords on a command
//! line: `curl -u name:password`, `sshpass -p …`.
//!
//! Decides where such a value begins and ends. A word that nothing announces is left alone, however random it looks: ids and hashes do too.

mod option;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::kind::{Kind, Span};
use super::lexicon::{COPULA, FILLER, LINK, SECRET_NAME};
use super::phrases::Words;
use super::place::Place;
use super::token::{COLON, EQUALS, LINE, OTHER, STOP};
use super::view::View;
pub(super) use option::option;

/// How far a key may stand from the word that announces it, in tokens.
const NEAR: usize = 6;
/// The shortest value that is taken for a key, in bytes.
const SHORTEST: usize = 14;
const LONGEST: usize = 300;
/// The shortest token that may be one.
const SHORTEST_WORD: u32 = 16;
/// The longest value of an `Authorization` header.
const HEADER_BYTES: usize = 2048;

/// A key in the sense of this module around a place, whose token is long or mixes letters and digits.
pub(super) fn announced(place: &Place<'_, '_>) -> Option<Span> {
    let token = place.token();
    let long = token.is_mixed() || token.len >= SHORTEST_WORD;
    if !long || !is_announced(place.view, place.at) {
        return None;
    }
    let (start, end) = word_around(place.view.bytes(), place.start());
    let near = start >= place.start().saturating_sub(LONGEST);
    let random = is_random(&place.view.bytes()[start..end]);
    (near && random).then_some(Span {
        start,
        end,
        kind: Kind::ApiKey,
    })
}

/// Letters and digits as no word has them.
fn is_random(value: &[u8]) -> bool {
    let count = |class: fn(&u8) -> bool| value.iter().filter(|b| class(b)).count();
    let digits = count(u8::is_ascii_digit);
    let upper = count(u8::is_ascii_uppercase);
    let lower = count(u8::is_ascii_lowercase);
    let turns = value
        .windows(2)
        .filter(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase())
        .count();
    let mixed = digits >= 2 || digits == 1 && upper > 1 && lower > 1 || turns >= 4;
    value.len() >= SHORTEST && upper + lower >= 2 && mixed
}

/// "api key is", "secret token:", "the key you gave me is" stands before token `at`.
fn is_announced(view: View<'_>, at: usize) -> bool {
    let mut said = false;
    for j in (at.saturating_sub(NEAR)..at).rev() {
        if view.has(j + 1, LINE | STOP) {
            return false;
        }
        if view.is(j, SECRET_NAME) && view.within(j, Words::KeyNouns) {
            return is_key(view, j, said);
        }
        said |= view.is(j, COPULA);
        if !view.is(j, LINK | FILLER | COPULA) && !view.within(j, Words::People) {
            return false;
        }
    }
    false
}

/// Whether the word "key" at `at` announces a secret, "is" `said` after it or not.
fn is_key(view: View<'_>, at: usize, said: bool) -> bool {
    let told = said || view.says(at, "apikey") || view.has(at + 1, COLON | EQUALS);
    let harmless = view.before_in(at, Words::HarmlessKeys);
    !harmless && (told || view.before_in(at, Words::KeyNames))
}

fn is_key_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"_-.+/=~".contains(&b)
}

/// The word of key characters around a place, without a full stop at its end.
fn word_around(bytes: &[u8], at: usize) -> (usize, usize) {
    let before = bytes[..at].iter().rev().take(LONGEST);
    let inside = |b: &&u8| is_key_byte(**b) && **b != b'=';
    let start = at - before.take_while(inside).count();
    let rest = bytes[at..].iter().take(LONGEST);
    let mut end = at + rest.take_while(|b| is_key_byte(**b)).count();
    while end > at && bytes[end - 1] == b'.' {
        end -= 1;
    }
    (start, end)
}

/// `Authorization: Basic …`, `Authorization: Token …`, and `Basic …` alone where it is a name and a password: the scheme stands
/// at the place.
pub(super) fn after_scheme(place: &Place<'_, '_>) -> Option<Span> {
    let (view, at) = (place.view, place.at);
    if !place.token().is(SECRET_NAME) || !view.within(at, Words::Schemes) {
        return None;
    }
    let rest = &view.bytes()[place.end()..];
    let spaces = rest.iter().take(3).take_while(|b| **b == b' ').count();
    let start = place.end() + spaces;
    let value = view.bytes()[start..].iter().take(HEADER_BYTES);
    let len = value.take_while(|b| is_key_byte(**b)).count();
    let value = view.text.get(start..start + len)?;
    let basic = || view.says(at, "basic") && len >= 12 && is_name_and_password(value);
    let fits = spaces > 0 && len >= 8 && (view.before_in(at, Words::AuthHeaders) || basic());
    fits.then_some(Span {
        start,
        end: start + len,
        kind: Kind::ApiKey,
    })
}

fn is_name_and_password(value: &str) -> bool {
    let plain = STANDARD.decode(value);
    plain.is_ok_and(|plain| plain.is_ascii() && plain.contains(&b':'))
}

/// A bot token of Telegram: eight to ten digits (the place's token), a colon, and 35 characters.
pub(super) fn bot_token(place: &Place<'_, '_>) -> Option<Span> {
    let token = place.token();
    let head = token.is_digits() && (8..=10).contains(&token.len) && !token.has(OTHER);
    if !head || place.next_byte() != Some(b':') {
        return None;
    }
    let body = after_sign(place);
    let taken = body.iter().take(50);
    let len = taken
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        .count();
    let letters = body[..len].iter().filter(|b| b.is_ascii_alphabetic());
    let whole = (33..=37).contains(&len) && letters.count() >= 10;
    whole.then(|| place.span(place.end() + 1 + len, Kind::ApiKey))
}

/// The bytes behind the sign that follows the token.
fn after_sign<'t>(place: &Place<'_, 't>) -> &'t [u8] {
    place
        .view
        .bytes()
        .get(place.end() + 1..)
        .unwrap_or_default()
}
