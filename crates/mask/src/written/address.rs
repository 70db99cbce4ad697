//! IP addresses.
//!
//! Decides by the shape; whether four numbers with points are an address or a clause is asked of `score`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::kind::{Kind, Span};
use crate::place::Place;
use crate::score::{Doubt, Question};

/// The longest text of an address of each version.
const FOUR_BYTES: usize = 16;
const SIX_BYTES: usize = 46;

/// An address that begins at a place.
pub(crate) fn ip_address(place: &Place<'_, '_>) -> Option<Span> {
    let token = place.token();
    let head = &place.rest()[..token.len as usize];
    let next = place.next_byte();
    let dotted = token.is_digits() && token.len <= 3 && next == Some(b'.');
    let hex = token.len <= 4 && next == Some(b':') && head.iter().all(u8::is_ascii_hexdigit);
    if !dotted && !hex {
        return None;
    }
    let end = place.start() + length(place)?;
    (hex || is_address(place, end)).then(|| place.span(end, Kind::Ip))
}

/// Whether the four numbers up to `end` are an address: "version 1.2.3.4" and "clause 10.4.2.1" are none.
fn is_address(place: &Place<'_, '_>, end: usize) -> bool {
    let (view, at) = (place.view, place.at);
    let numbers = view.tokens[at..].iter().take_while(|t| t.start < end);
    let mut octets = [0; 4];
    for (octet, text) in octets
        .iter_mut()
        .zip(view.text[place.start()..end].split('.'))
    {
        *octet = text.parse().unwrap_or(0);
    }
    let doubt = Doubt {
        view,
        question: Question::Address(octets),
        name: at,
        from: at,
        to: at + numbers.count(),
    };
    doubt.is_secret()
}

/// The length of the address at a place, unless it is loopback or unspecified.
fn length(place: &Place<'_, '_>) -> Option<usize> {
    let glued = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b':' | b'_' | b'-');
    if place.before().last().is_some_and(glued) {
        return None;
    }
    let rest = place.rest();
    let count = |longest: usize, has: fn(&u8) -> bool| {
        let bytes = rest.iter().take(longest);
        bytes.take_while(|b| has(b)).count()
    };
    let four = count(FOUR_BYTES, |b| b.is_ascii_digit() || *b == b'.');
    let six = count(SIX_BYTES, |b| {
        b.is_ascii_hexdigit() || matches!(b, b':' | b'.')
    });
    let colons = rest[..six].contains(&b':');
    let long = colons.then(|| version_six(&rest[..six], rest)).flatten();
    long.or_else(|| version_four(&rest[..four], rest))
}

fn version_four(found: &[u8], rest: &[u8]) -> Option<usize> {
    let text = trimmed(found)?;
    let address: Ipv4Addr = text.parse().ok()?;
    is_whole(rest, text.len(), address.into()).then_some(text.len())
}

fn version_six(found: &[u8], rest: &[u8]) -> Option<usize> {
    let text = trimmed(found)?;
    let address: Ipv6Addr = text.parse().ok()?;
    let colons = text.bytes().filter(|b| *b == b':').count();
    let digits = text.bytes().any(|b| b.is_ascii_digit());
    let short = text.contains("::") && colons >= 2 && text.len() >= 6 && digits;
    let whole = is_whole(rest, text.len(), address.into());
    (whole && (colons >= 3 || short)).then_some(text.len())
}

/// Without the points and colons of the sentence around it.
fn trimmed(found: &[u8]) -> Option<&str> {
    let mut len = found.len();
    while len > 0 {
        let colon = found[len - 1] == b':' && !found[..len].ends_with(b"::");
        if found[len - 1] != b'.' && !colon {
            break;
        }
        len -= 1;
    }
    std::str::from_utf8(&found[..len]).ok()
}

/// Nothing goes on after the address, and it names somebody.
fn is_whole(rest: &[u8], len: usize, address: IpAddr) -> bool {
    let next = rest.get(len).copied().unwrap_or(b' ');
    let number = next == b'.' && rest.get(len + 1).is_some_and(u8::is_ascii_digit);
    let joined = next.is_ascii_alphanumeric() || next == b'_' || number;
    !joined && !address.is_loopback() && !address.is_unspecified()
}
