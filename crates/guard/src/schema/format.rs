//! The formats of JSON Schema that tools use: what is a date, an e-mail address, a UUID.
//!
//! Decides form alone: whether anybody reads mail at an address is not looked at.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::card::CardNumber;

/// A known format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Date,
    Time,
    DateTime,
    Email,
    Uri,
    Uuid,
    Hostname,
    Ipv4,
    Ipv6,
    Phone,
    Card,
}

/// What is known of a format.
struct Row {
    format: Format,
    /// Its name in a schema.
    name: &'static str,
    /// How to say what is expected.
    expected: &'static str,
    matches: fn(&str) -> bool,
}

const fn row(
    format: Format,
    name: &'static str,
    expected: &'static str,
    matches: fn(&str) -> bool,
) -> Row {
    Row {
        format,
        name,
        expected,
        matches,
    }
}

/// In the order of the enum.
const TABLE: [Row; 11] = [
    row(
        Format::Date,
        "date",
        "must be a date such as 2026-11-23",
        |text| date(text).is_some(),
    ),
    row(
        Format::Time,
        "time",
        "must be a time such as 14:30:00Z",
        |text| time(text).is_some(),
    ),
    row(
        Format::DateTime,
        "date-time",
        "must be a date and time such as 2026-11-23T14:30:00Z",
        |text| instant(text).is_some(),
    ),
    row(Format::Email, "email", "must be an e-mail address", email),
    row(Format::Uri, "uri", "must be a URI with its scheme", uri),
    row(Format::Uuid, "uuid", "must be a UUID", uuid),
    row(
        Format::Hostname,
        "hostname",
        "must be a host name",
        hostname,
    ),
    row(Format::Ipv4, "ipv4", "must be an IPv4 address", |text| {
        text.parse::<Ipv4Addr>().is_ok()
    }),
    row(Format::Ipv6, "ipv6", "must be an IPv6 address", |text| {
        text.parse::<Ipv6Addr>().is_ok()
    }),
    row(
        Format::Phone,
        "phone",
        "must be a phone number such as +14155550123",
        phone,
    ),
    row(Format::Card, "card", "must be a card number", |text| {
        CardNumber::parse(text).is_ok()
    }),
];

impl Format {
    pub(super) fn find(name: &str) -> Option<Self> {
        let row = TABLE.iter().find(|row| row.name == name)?;
        Some(row.format)
    }

    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// How to say what is expected.
    pub(super) fn expected(self) -> &'static str {
        self.row().expected
    }

    pub(crate) fn matches(self, text: &str) -> bool {
        (self.row().matches)(text)
    }
}

/// Days since 1970-01-01 of a date `YYYY-MM-DD` that exists.
pub(super) fn date(text: &str) -> Option<i64> {
    let [year, month, day] = figures(text, '-', [4, 2, 2])?;
    if !(1..=days_of(year, month)?).contains(&day) {
        return None;
    }
    // The algorithm "days from civil": the year begins in March, so that a leap day is the last of its year, and (153 m + 2) / 5
    // is the number of days before month m.
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// The days of a month; none for a month that does not exist.
fn days_of(year: i64, month: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(28 + i64::from(is_leap)),
        _ => None,
    }
}

/// Three numbers of so many digits each, with a sign between them.
fn figures(text: &str, sign: char, widths: [usize; 3]) -> Option<[i64; 3]> {
    let mut parts = text.splitn(3, sign);
    let mut numbers = [0; 3];
    for (number, width) in numbers.iter_mut().zip(widths) {
        let part = parts.next().filter(|part| part.len() == width)?;
        *number = self::number(part, 0, width)?;
    }
    Some(numbers)
}

/// Milliseconds since midnight UTC of an RFC 3339 time with its offset; may be below zero or over a day.
fn time(text: &str) -> Option<i64> {
    let [hour @ 0..=23, minute @ 0..=59, second @ 0..=60] =
        figures(text.get(..8)?, ':', [2, 2, 2])?
    else {
        return None;
    };
    let (millis, rest) = fraction(text.get(8..)?)?;
    let offset = offset_minutes(rest)?;
    Some(((hour * 60 + minute - offset) * 60 + second) * 1000 + millis)
}

/// The milliseconds of a fraction of a second of up to nine digits, which need not be there, and what stands behind it.
fn fraction(text: &str) -> Option<(i64, &str)> {
    let Some(after) = text.strip_prefix('.') else {
        return Some((0, text));
    };
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=9).contains(&digits) {
        return None;
    }
    let (fraction, rest) = after.split_at(digits);
    let millis = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    Some((millis, rest))
}

fn offset_minutes(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let bytes = text.as_bytes();
    if bytes.len() != 6 || bytes[3] != b':' {
        return None;
    }
    let (hours, minutes) = (number(text, 1, 3)?, number(text, 4, 6)?);
    let sign = match bytes[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 60 + minutes))
}

/// Milliseconds since 1970 of an RFC 3339 date and time with its offset.
pub(super) fn instant(text: &str) -> Option<i64> {
    let days = date(text.get(..10)?)?;
    let separator = text.get(10..11)?;
    if !separator.eq_ignore_ascii_case("t") && separator != " " {
        return None;
    }
    Some(days * 86_400_000 + time(text.get(11..)?)?)
}

fn number(text: &str, from: usize, to: usize) -> Option<i64> {
    let part = text.get(from..to)?;
    part.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| part.parse().ok())?
}

fn email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else {
        return false;
    };
    let local_ok = !local.is_empty()
        && local.len() <= 64
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local
            .chars()
            .all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c));
    local_ok && host.contains('.') && hostname(host)
}

fn hostname(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 253
        && text.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}

fn uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b);
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
        && !rest.is_empty()
        && rest.bytes().all(allowed)
}

fn uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// E.164 with a leading `+`, or 7 to 15 digits with the usual separators.
fn phone(text: &str) -> bool {
    let body = text.strip_prefix('+').unwrap_or(text);
    let digits = body.bytes().filter(u8::is_ascii_digit).count();
    (7..=15).contains(&digits)
        && body
            .bytes()
            .all(|b| b.is_ascii_digit() || b" -.()".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_table_is_in_the_order_of_the_enum() {
        for row in &TABLE {
            assert_eq!(row.format.row().name, row.name);
        }
    }

    #[test]
    fn schema_format_accepts_only_its_values() {
        let check = |format: &str, good: &[&str], bad: &[&str]| {
            let rule = Format::find(format).expect(format);
            for text in good {
                assert!(rule.matches(text), "{format} {text}");
            }
            for text in bad.iter().chain(&["", " ", "é", "x\u{1f600}"]) {
                assert!(!rule.matches(text), "{format} {text:?}");
            }
        };
        check(
            "date",
            &["2026-11-23", "2024-02-29", "2000-02-29"],
            &[
                "2026-02-29",
                "1900-02-29",
                "2026-13-01",
                "2026-00-10",
                "2026-1-1",
                "2026-11-31",
                "23.11.2026",
                "+026-01-01",
            ],
        );
        check(
            "time",
            &["14:30:00Z", "23:59:60z", "00:00:00.5+01:00"],
            &[
                "24:00:00Z",
                "14:30",
                "14:30:00",
                "14:30:00.Z",
                "14:30:00+25:00",
            ],
        );
        check(
            "date-time",
            &["2026-11-23T14:30:00Z", "2026-11-23t14:30:00.123456-08:00"],
            &["2026-11-23", "2026-11-23T14:30", "2026-11-23X14:30:00Z"],
        );
        check(
            "email",
            &["a@b.co", "first.last+tag@mail.example.com"],
            &[
                "a",
                "@b.co",
                "a@b",
                "a b@c.de",
                "a..b@c.de",
                "a@-b.co",
                "a@b@c.de",
            ],
        );
        check(
            "uri",
            &["https://example.com/a?b=c#d", "mailto:a@b.co"],
            &["example.com", "://x", "1http://x", "http://a b", "http:"],
        );
        check(
            "uuid",
            &["123e4567-e89b-12d3-a456-426614174000"],
            &[
                "123e4567e89b12d3a456426614174000",
                "123e4567-e89b-12d3-a456-42661417400g",
            ],
        );
        check(
            "hostname",
            &["localhost", "a-b.example.com"],
            &["-a", "a-.b", "a..b", "a_b"],
        );
        check("ipv4", &["127.0.0.1"], &["256.0.0.1", "1.2.3"]);
        check("ipv6", &["::1", "2001:db8::1"], &["1", ":::"]);
        check(
            "phone",
            &["+14155550123", "(415) 555-0123"],
            &["12345", "+1415555012345678", "call me"],
        );
    }

    #[test]
    fn instants_in_different_offsets_compare_equal() {
        assert_eq!(instant("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(instant("2000-03-01T00:00:00Z"), Some(951_868_800_000));
        assert_eq!(
            instant("2026-11-23T15:30:00+01:00"),
            instant("2026-11-23T14:30:00Z")
        );
        assert_eq!(
            instant("2026-11-23T14:30:00.25Z").map(|ms| ms % 1000),
            Some(250)
        );
    }
}
