//! The arithmetic of cards, IBANs and social security numbers, over digits 0 to 9.
//!
//! Decides what is exact: check digits, and the ranges that brands and states have published.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use super::data::rows;

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

/// Countries and the length of their IBANs.
static IBANS: LazyLock<Vec<(&[u8], usize)>> = LazyLock::new(|| {
    let rows = rows(include_str!("../data/ibans.tsv"));
    rows.filter_map(|[country, len, _]| Some((country.as_bytes(), len.parse().ok()?)))
        .collect()
});

/// The length of an IBAN that begins with these two letters, in any case.
pub(super) fn iban_length(country: &[u8]) -> Option<usize> {
    let country = country.get(..2)?;
    let known = IBANS
        .iter()
        .find(|(code, _)| country.eq_ignore_ascii_case(code));
    known.map(|(_, len)| *len)
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

/// A range of first digits, and the lengths that its cards have.
struct Brand {
    heads: RangeInclusive<u32>,
    lengths: Vec<usize>,
}

/// The brands, in the order in which they are tried.
static BRANDS: LazyLock<Vec<Brand>> = LazyLock::new(|| {
    rows(include_str!("../data/brands.tsv"))
        .filter_map(|[first, last, lengths, _]| {
            Some(Brand {
                heads: first.parse().ok()?..=last.parse().ok()?,
                lengths: lengths.split(' ').filter_map(|n| n.parse().ok()).collect(),
            })
        })
        .collect()
});

/// Whether cards that begin with these digits (at least four) have `len` digits. Ranges: the brands' public tables.
pub(super) fn brand_has(digits: &[u8], len: usize) -> bool {
    let Some(head) = digits.get(..4) else {
        return false;
    };
    let head = head.iter().fold(0_u32, |n, d| n * 10 + u32::from(*d));
    let brand = BRANDS.iter().find(|brand| brand.heads.contains(&head));
    brand.is_some_and(|brand| brand.lengths.contains(&len))
}

/// A number that a card of some brand can have.
pub(super) fn is_card(digits: &[u8]) -> bool {
    luhn(digits) && brand_has(digits, digits.len())
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
    let issued = !matches!(area, 0 | 666) && area < 900;
    let itin = area >= 900 && (50..=99).contains(&group);
    rest.len() == 4 && (issued || itin) && group != 0 && rest.iter().any(|d| *d != 0)
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
}
