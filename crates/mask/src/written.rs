//! Secrets that only exist in writing: service keys, JSON web tokens, private keys, credentials in URLs, IP addresses, IBANs,
//! e-mail addresses with an `@`, and `name=value` with a telling name. Also the arithmetic of cards, IBANs and SSNs.
//!
//! Decides from the bytes at one place whether a secret begins there; `scan` chooses the places, so each byte is looked at
//! a bounded number of times.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use super::data::rows;
use super::kind::{Kind, Span};

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
}

/// The keys that are prefix and body, and those that are one long word without a separator.
static KEYS: LazyLock<[Vec<KeyForm>; 2]> = LazyLock::new(|| {
    [false, true].map(|solid| {
        let rows = rows(include_str!("../data/keys.tsv"));
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
    fn has(self, b: u8) -> bool {
        match self {
            Self::Url => b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'),
            Self::Base64 => {
                b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+' | b'/' | b'=')
            }
            Self::Dotted => b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'),
            Self::Path => b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'/'),
            Self::Upper => b.is_ascii_uppercase() || b.is_ascii_digit(),
            Self::Hex => b.is_ascii_hexdigit(),
        }
    }

    fn run(self, bytes: &[u8], longest: usize) -> usize {
        bytes
            .iter()
            .take(longest)
            .take_while(|b| self.has(**b))
            .count()
    }
}

/// The end of a service's key with a known prefix that begins at `start`; else where the next may begin.
pub(super) fn service_key(bytes: &[u8], start: usize) -> Result<usize, usize> {
    let rest = &bytes[start..];
    let mut next = start + 1;
    for form in &KEYS[0] {
        let (prefix, body) = (form.prefix, form.body);
        let Some(tail) = rest
            .get(..prefix.len())
            .filter(|head| head.eq_ignore_ascii_case(prefix.as_bytes()))
            .map(|head| &rest[head.len()..])
        else {
            continue;
        };
        let mut len = body.run(tail, *form.lengths.end());
        if body == Body::Url && prefix.starts_with("sk") && !looks_random(&tail[..len]) {
            // Nor is any part of these words.
            next = next.max(start + prefix.len() + len);
            continue;
        }
        while len > 0 && matches!(tail[len - 1], b'.' | b'/') {
            len -= 1;
        }
        if len >= *form.lengths.start() {
            return Ok(start + prefix.len() + len);
        }
    }
    Err(next)
}

/// The end of a key that is one long word without a separator (AWS, Google, Twilio).
pub(super) fn solid_key(bytes: &[u8], start: usize) -> Option<usize> {
    let rest = &bytes[start..];
    KEYS[1].iter().find_map(|form| {
        let (prefix, body) = (form.prefix, form.body);
        let tail = rest.strip_prefix(prefix.as_bytes())?;
        let len = body.run(tail, 400);
        let fits = form.lengths.contains(&len) && (!form.random || looks_random(&tail[..len]));
        let ends = tail.get(len).is_none_or(|b| !b.is_ascii_alphanumeric());
        (fits && ends).then_some(start + prefix.len() + len)
    })
}

/// A word of letters and digits mixed, as random strings are and `sk-learn-contrib-package` is not.
fn looks_random(body: &[u8]) -> bool {
    let digits = body.iter().filter(|b| b.is_ascii_digit()).count();
    let longest = body
        .split(|b| matches!(b, b'-' | b'_'))
        .map(<[u8]>::len)
        .max()
        .unwrap_or(0);
    digits >= 2 || longest >= 16
}

/// The end of a JSON web token that begins at `start` with `eyJ`.
pub(super) fn jwt(bytes: &[u8], start: usize) -> Option<usize> {
    let part = |from: usize| Body::Url.run(&bytes[from..], usize::MAX);
    let header = part(start);
    let payload_at = start + header + 1;
    if header < 10 || bytes.get(start + header) != Some(&b'.') {
        return None;
    }
    let payload = part(payload_at);
    if payload < 2 {
        return None;
    }
    let mut end = payload_at + payload;
    // A signature, or the three further parts of an encrypted token.
    for _ in 0..3 {
        if bytes.get(end) != Some(&b'.') {
            break;
        }
        let more = part(end + 1);
        if more == 0 && bytes.get(end + 1) != Some(&b'.') {
            break;
        }
        end += 1 + more;
    }
    Some(end)
}

/// The end of a PEM private key whose first dash is at `start`; without an end line, the rest of the text.
pub(super) fn private_key(text: &str, start: usize) -> Option<usize> {
    let rest = text.get(start..)?.strip_prefix("-----BEGIN ")?;
    let title = rest.as_bytes().iter().take(60).position(|b| *b == b'-')?;
    if !rest[..title].ends_with("PRIVATE KEY") && !rest[..title].ends_with("PRIVATE KEY BLOCK") {
        return None;
    }
    let body = start + 11 + title;
    let end = text[body..].find("-----END ").map_or(text.len(), |at| {
        let line = body + at + 9;
        text[line..]
            .find("-----")
            .map_or(text.len(), |dashes| line + dashes + 5)
    });
    Some(end)
}

/// The password inside `scheme://user:password@host`; `colon` is the place of the `:`. Also where the host begins.
pub(super) fn url_password(text: &str, colon: usize) -> Option<(Span, usize)> {
    let bytes = text.as_bytes();
    let start = colon + 3;
    let stop = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'/' | b'?' | b'"' | b'<' | b'>');
    let len = bytes
        .get(start..)?
        .iter()
        .take(600)
        .position(stop)
        .unwrap_or_else(|| (bytes.len() - start).min(600));
    let authority = &bytes[start..start + len];
    let at = authority.iter().rposition(|b| *b == b'@')?;
    let colon = authority[..at].iter().position(|b| *b == b':')?;
    let span = Span {
        start: start + colon + 1,
        end: start + at,
        kind: Kind::Password,
    };
    let masked = bytes[span.start..span.end].starts_with(b"[")
        && bytes[span.start..span.end].ends_with(b"]");
    (span.start < span.end && !masked).then_some((span, start + at + 1))
}

/// The address around the sign `at..after` (`@` or `%40`): its start, and the end of a domain with a dot, if it has one.
pub(super) fn mail_parts(text: &str, at: usize, after: usize) -> Option<(usize, usize, bool)> {
    let bytes = text.as_bytes();
    let local = |b: &u8| b.is_ascii_alphanumeric() || *b >= 0x80 || b"._%+-'!#&=^~|{}$".contains(b);
    let mut start = at
        - bytes[..at]
            .iter()
            .rev()
            .take(64)
            .take_while(|b| local(b))
            .count();
    while start < at && (!text.is_char_boundary(start) || b"'.=&{}|$!#".contains(&bytes[start])) {
        start += 1;
    }
    // `to=bob@x.com`: the name before the equals sign is not part of it.
    if let Some(equals) = bytes[start..at]
        .iter()
        .rposition(|b| matches!(b, b'=' | b'&'))
    {
        start += equals + 1;
    }
    let domain = |b: &u8| b.is_ascii_alphanumeric() || *b >= 0x80 || matches!(b, b'.' | b'-');
    let mut end = after
        + bytes[after..]
            .iter()
            .take(253)
            .take_while(|b| domain(b))
            .count();
    while end > after && (!text.is_char_boundary(end) || matches!(bytes[end - 1], b'.' | b'-')) {
        end -= 1;
    }
    if start == at || end == after {
        return None;
    }
    let dotted = text[after..end]
        .rsplit_once('.')
        .is_some_and(|(host, tld)| {
            !host.is_empty()
                && tld.chars().count() >= 2
                && tld.chars().all(|c| c.is_alphabetic() || c == '-')
        });
    Some((start, end, dotted))
}

/// The end of an IP address that begins at `start`, unless it is loopback or unspecified.
pub(super) fn ip(bytes: &[u8], start: usize) -> Option<usize> {
    if start > 0
        && (bytes[start - 1].is_ascii_alphanumeric()
            || matches!(bytes[start - 1], b'.' | b':' | b'_' | b'-'))
    {
        return None;
    }
    let rest = &bytes[start..];
    let four = rest
        .iter()
        .take(16)
        .take_while(|b| b.is_ascii_digit() || **b == b'.')
        .count();
    let six = rest
        .iter()
        .take(46)
        .take_while(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.'))
        .count();
    let parse = |mut len: usize, six: bool| {
        while len > 0
            && (rest[len - 1] == b'.' || rest[len - 1] == b':' && !rest[..len].ends_with(b"::"))
        {
            len -= 1;
        }
        let text = std::str::from_utf8(&rest[..len]).ok()?;
        let joined = rest
            .get(len)
            .is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
            || rest.get(len) == Some(&b'.') && rest.get(len + 1).is_some_and(u8::is_ascii_digit);
        let address: IpAddr = if six {
            text.parse::<Ipv6Addr>().ok()?.into()
        } else {
            text.parse::<Ipv4Addr>().ok()?.into()
        };
        let colons = text.bytes().filter(|b| *b == b':').count();
        let plausible = !six
            || colons >= 3
            || text.contains("::")
                && colons >= 2
                && text.len() >= 6
                && text.bytes().any(|b| b.is_ascii_digit());
        (plausible && !joined && !address.is_loopback() && !address.is_unspecified())
            .then_some(start + len)
    };
    if rest[..six].contains(&b':') {
        parse(six, true).or_else(|| parse(four, false))
    } else {
        parse(four, false)
    }
}

/// Countries and the length of their IBANs.
static IBANS: LazyLock<Vec<(&[u8], usize)>> = LazyLock::new(|| {
    let rows = rows(include_str!("../data/ibans.tsv"));
    rows.filter_map(|[country, len, _]| Some((country.as_bytes(), len.parse().ok()?)))
        .collect()
});

/// The length of an IBAN that begins with these two letters, in any case.
pub(super) fn iban_length(country: &[u8]) -> Option<usize> {
    IBANS
        .iter()
        .find(|(code, _)| {
            country
                .get(..2)
                .is_some_and(|c| c.eq_ignore_ascii_case(code))
        })
        .map(|(_, len)| *len)
}

/// The end of a written IBAN that begins at `start`; `announced` takes one whose check digits fail.
pub(super) fn iban(bytes: &[u8], start: usize, announced: bool) -> Option<usize> {
    let wanted = iban_length(&bytes[start..])?;
    // One that is named as such or checks, though it has lost or won a letter.
    let rest = &bytes[start..];
    let solid = rest
        .iter()
        .take(40)
        .take_while(|b| b.is_ascii_alphanumeric())
        .count();
    if (15..=34).contains(&solid)
        && solid != wanted
        && (announced || iban_checks(&rest[..solid].to_ascii_uppercase()))
    {
        return Some(start + solid);
    }
    let (mut letters, mut at) = (Vec::with_capacity(34), start);
    while letters.len() < wanted {
        match bytes.get(at) {
            Some(b) if b.is_ascii_alphanumeric() => letters.push(b.to_ascii_uppercase()),
            Some(b' ' | b'-' | b'\n')
                if !letters.is_empty()
                    && bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) => {}
            _ => return None,
        }
        at += 1;
    }
    let whole = bytes.get(at).is_none_or(|b| !b.is_ascii_alphanumeric());
    let checked = letters[2..4].iter().all(u8::is_ascii_digit) && whole;
    (checked && (announced || iban_checks(&letters))).then_some(at)
}

/// The beginning of a written IBAN at `start` that goes on to the end of the text: its end and how many characters it has.
pub(super) fn iban_part(bytes: &[u8], start: usize) -> Option<(usize, usize)> {
    let wanted = iban_length(&bytes[start..])?;
    let rest = &bytes[start..];
    if rest.len() > wanted * 2 {
        return None;
    }
    let plain = rest
        .iter()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'-' | b'\n'));
    let letters = rest.iter().filter(|b| b.is_ascii_alphanumeric()).count();
    let end = rest.iter().rposition(u8::is_ascii_alphanumeric)? + start + 1;
    let checks = rest.get(2..4)?.iter().all(u8::is_ascii_digit);
    (plain && checks && (4..wanted).contains(&letters)).then_some((end, letters))
}

/// ISO 7064 mod 97-10 over upper-case letters and digits.
pub(super) fn iban_checks(letters: &[u8]) -> bool {
    let (head, tail) = letters.split_at(letters.len().min(4));
    let mut rest = 0_u32;
    for b in tail.iter().chain(head) {
        rest = match b {
            b'0'..=b'9' => (rest * 10 + u32::from(b - b'0')) % 97,
            b'A'..=b'Z' => (rest * 100 + u32::from(b - b'A') + 10) % 97,
            _ => return false,
        };
    }
    rest == 1
}

/// The Luhn check (ISO/IEC 7812-1, annex B) over digits 0 to 9.
pub(super) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, u32::from(*digit)) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => digit * 2 - 9,
            (_, digit) => digit * 2,
        })
        .sum();
    !digits.is_empty() && sum.is_multiple_of(10)
}

/// Whether cards that begin with these digits (at least four) have `len` digits. Ranges: the brands' public tables.
pub(super) fn brand_has(digits: &[u8], len: usize) -> bool {
    let Some(head) = digits.get(..4) else {
        return false;
    };
    let head = head.iter().fold(0_u32, |n, d| n * 10 + u32::from(*d));
    match head {
        4000..=4999 => matches!(len, 13 | 16 | 19),
        5100..=5599 | 2221..=2720 | 2200..=2204 => {
            len == 16 || (2200..=2204).contains(&head) && (16..=19).contains(&len)
        }
        3400..=3499 | 3700..=3799 => len == 15,
        3000..=3059 | 3600..=3699 | 3800..=3999 | 3095 => matches!(len, 14 | 16 | 19),
        3528..=3589 => (16..=19).contains(&len),
        3500..=3599 => len == 16,
        1800 | 2131 => len == 15,
        6011 | 6400..=6599 | 6200..=6299 | 8100..=8299 | 6000..=6099 => (16..=19).contains(&len),
        5000..=5099 | 5600..=5999 | 6100..=6199 | 6300..=6399 | 6600..=6999 => {
            (12..=19).contains(&len) && !matches!(len, 13 | 14)
        }
        9792 => len == 16,
        _ => false,
    }
}

/// A number that a card of some brand can have.
pub(super) fn is_card(digits: &[u8]) -> bool {
    brand_has(digits, digits.len()) && luhn(digits)
}

/// Whether these first digits can grow into a card of a common brand.
pub(super) fn may_grow_into_card(digits: &[u8]) -> bool {
    matches!(
        digits,
        [4, ..]
            | [3, 4..=8, ..]
            | [5, 1..=5, ..]
            | [6, 0 | 2 | 4 | 5, ..]
            | [2, 2..=6, ..]
            | [2, 7, 0..=2, ..]
    )
}

/// Nine digits that the Social Security Administration may have issued, or an ITIN.
pub(super) fn is_ssn(digits: &[u8]) -> bool {
    let [a, b, c, d, e, rest @ ..] = digits else {
        return false;
    };
    let area = u16::from(*a) * 100 + u16::from(*b) * 10 + u16::from(*c);
    let group = d * 10 + e;
    let area_fits = area != 0 && area != 666 && (area < 900 || (50..=99).contains(&group));
    rest.len() == 4 && area_fits && group != 0 && rest.iter().any(|d| *d != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_number_check_follows_brand_tables() {
        let digits = |text: &str| {
            text.bytes()
                .filter(u8::is_ascii_digit)
                .map(|b| b - b'0')
                .collect::<Vec<_>>()
        };
        for (number, card) in [
            ("4111111111111111", true),
            ("4111111111111112", false),
            ("5555555555554444", true),
            ("2223003122003222", true),
            ("2720990000000007", true),
            ("2721000000000004", false),
            ("378282246310005", true),
            ("30569309025904", true),
            ("3530111333300000", true),
            ("6011111111111117", true),
            ("6304000000000000", true),
            ("4222222222222", true),
            ("0000000000000000", false),
            ("1234567812345670", false),
        ] {
            assert_eq!(is_card(&digits(number)), card, "{number}");
        }
    }

    #[test]
    fn iban_needs_country_length_and_check_digits() {
        for (text, end) in [
            ("GB29 NWBK 6016 1331 9268 19.", Some(27)),
            ("DE89370400440532013000", Some(22)),
            ("de89 3704 0044 0532 0130 00", Some(27)),
            ("GB29 NWBK 6016 1331 9268 18", None),
            ("GB29 NWBK 6016 1331", None),
            ("ZZ29 NWBK 6016 1331 9268 19", None),
        ] {
            assert_eq!(iban(text.as_bytes(), 0, false), end, "{text}");
        }
    }
}
