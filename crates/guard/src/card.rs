//! A card's number and its security code, as types.
//!
//! Decides what has the form of a card number (12 to 19 digits whose check digit is right) and which brand it is by. The
//! number can be sealed and shown by its last four; the code can be used and forgotten, and nothing else: no type or
//! trait here lets it be stored. Whether an account stands behind a number, only a payment service knows.

use std::ops::RangeInclusive;

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::seal::Sealable;

/// Why a text is no card number. Carries nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a card number")]
pub struct InvalidCard;

/// A whole card number: cannot be printed, serialised or cloned, and is overwritten when dropped.
pub struct CardNumber(Zeroizing<String>);

impl CardNumber {
    /// Reads a number of 12 to 19 digits, which may be grouped by spaces or hyphens.
    ///
    /// # Errors
    /// `InvalidCard` for another length, other characters or a wrong check digit.
    pub fn parse(text: &str) -> Result<Self, InvalidCard> {
        let mut digits = Zeroizing::new(String::with_capacity(19));
        for c in text.trim().chars() {
            match c {
                '0'..='9' if digits.len() < 19 => digits.push(c),
                ' ' | '-' => {}
                _ => return Err(InvalidCard),
            }
        }
        if (12..=19).contains(&digits.len())
            && passes_luhn(&digits)
            && digits.bytes().any(|b| b != b'0')
        {
            Ok(Self(digits))
        } else {
            Err(InvalidCard)
        }
    }

    /// The whole number, digits only. Every use of this is a place to look at in a review.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The last four digits, which may be shown.
    pub fn last_four(&self) -> &str {
        &self.0[self.0.len() - 4..]
    }

    /// The brand by the number's first digits and length: `visa`, `mastercard`, `amex`, `discover`, `diners`, `jcb`,
    /// `unionpay`, `maestro`; else `card`.
    pub fn brand(&self) -> &'static str {
        brand(&self.0)
    }

    /// The JSON Schema of the argument. Every fault of the value answers `invalid_card`.
    pub fn schema() -> Value {
        let refuse = json!({"code": "invalid_card", "message": conversimple_wire::Code::InvalidCard.sentence()});
        json!({"type": "string", "format": "card", "x-secret": "card", "maxLength": 40, "x-refuse": {
            "format": refuse, "maxLength": refuse, "characters": refuse}})
    }
}

impl<'de> Deserialize<'de> for CardNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(
            String::deserialize(deserializer).map_err(|_| serde::de::Error::custom(InvalidCard))?,
        );
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl Sealable for CardNumber {
    fn to_plain(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.as_bytes().to_vec())
    }

    fn from_plain(plain: &[u8]) -> Option<Self> {
        Self::parse(std::str::from_utf8(plain).ok()?).ok()
    }
}

/// A card's security code: three or four digits. It cannot be printed, serialised, cloned or sealed.
pub struct SecurityCode(Zeroizing<String>);

impl SecurityCode {
    /// Reads three or four digits.
    ///
    /// # Errors
    /// `InvalidCard` for anything else.
    pub fn parse(text: &str) -> Result<Self, InvalidCard> {
        let text = text.trim();
        if (3..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err(InvalidCard)
        }
    }

    /// Hands the code over and forgets it.
    pub fn spend<T>(self, with: impl FnOnce(&str) -> T) -> T {
        with(&self.0)
    }

    /// The JSON Schema of the argument.
    pub fn schema() -> Value {
        json!({"type": "string", "pattern": "^[0-9]{3,4}$", "x-secret": "cvv"})
    }
}

impl<'de> Deserialize<'de> for SecurityCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(
            String::deserialize(deserializer).map_err(|_| serde::de::Error::custom(InvalidCard))?,
        );
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// The check digit of ISO/IEC 7812-1, annex B.
fn passes_luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0') << (place % 2);
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The lengths that a number may have which begins with these digits: those of every brand that it may still be of.
pub(crate) fn lengths(digits: &str) -> Vec<RangeInclusive<usize>> {
    let begins = |(_, from, to, _): &&Issuers| {
        let known = digits.len().min(from.len());
        (&from[..known]..=&to[..known]).contains(&&digits[..known])
    };
    let rows: Vec<_> = ISSUERS
        .iter()
        .filter(begins)
        .map(|row| row.0.clone())
        .collect();
    match rows.is_empty() {
        true => vec![12..=19],
        false => rows,
    }
}

/// The brand by the number's length and its first digits; of several rows that fit, the first.
fn brand(digits: &str) -> &'static str {
    let fits = |(lengths, from, to, _): &&Issuers| {
        let head = digits.get(..from.len());
        lengths.contains(&digits.len()) && head.is_some_and(|head| (*from..=*to).contains(&head))
    };
    ISSUERS.iter().find(fits).map_or("card", |row| row.3)
}

/// Lengths, the first and the last prefix, and the brand. Prefixes of one row have the same length, so they compare as text.
type Issuers = (
    RangeInclusive<usize>,
    &'static str,
    &'static str,
    &'static str,
);

/// The ranges of issuer identification numbers (ISO/IEC 7812) that the brands publish.
const ISSUERS: [Issuers; 18] = [
    (15..=15, "34", "34", "amex"),
    (15..=15, "37", "37", "amex"),
    (14..=19, "300", "305", "diners"),
    (14..=19, "36", "36", "diners"),
    (14..=19, "38", "39", "diners"),
    (16..=16, "51", "55", "mastercard"),
    (16..=16, "2221", "2720", "mastercard"),
    (16..=19, "3528", "3589", "jcb"),
    (16..=19, "6011", "6011", "discover"),
    (16..=19, "644", "649", "discover"),
    (16..=19, "65", "65", "discover"),
    (16..=19, "622126", "622925", "discover"),
    (16..=19, "62", "62", "unionpay"),
    (13..=13, "4", "4", "visa"),
    (16..=16, "4", "4", "visa"),
    (19..=19, "4", "4", "visa"),
    (12..=19, "50", "50", "maestro"),
    (12..=19, "56", "69", "maestro"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Schema;

    /// Numbers that payment services publish for tests; they belong to nobody.
    #[test]
    fn card_number_gives_brand_and_last_four() {
        for (text, brand, last_four) in [
            ("4111111111111111", "visa", "1111"),
            ("4111 1111 1111 1111", "visa", "1111"),
            ("4222222222222", "visa", "2222"),
            ("5555-5555-5555-4444", "mastercard", "4444"),
            ("2223003122003222", "mastercard", "3222"),
            ("378282246310005", "amex", "0005"),
            ("6011111111111117", "discover", "1117"),
            ("3056930009020004", "diners", "0004"),
            ("36227206271667", "diners", "1667"),
            ("3566002020360505", "jcb", "0505"),
            ("6200000000000005", "unionpay", "0005"),
            ("6759649826438453", "maestro", "8453"),
        ] {
            let card = CardNumber::parse(text).expect(text);
            assert_eq!(
                (card.brand(), card.last_four()),
                (brand, last_four),
                "{text}"
            );
        }
    }

    #[test]
    fn invalid_card_number_is_refused_by_type_and_schema() {
        let schema = Schema::compile(&json!({"properties": {"card_number": CardNumber::schema()}}))
            .expect("schema");
        let arguments = |text: &str| json!({"card_number": text});
        for bad in [
            "",
            "4111111111111112",
            "411111111111",
            "41111111111111111111111",
            "0000000000000000",
            "4111a11111111111",
            "４１１１１１１１１１１１１１１１",
        ] {
            assert_eq!(CardNumber::parse(bad).err(), Some(InvalidCard), "{bad}");
            assert_eq!(
                schema.check_value(arguments(bad)).expect_err(bad).code,
                "invalid_card",
                "{bad}"
            );
        }
        let grouped = arguments("4111 1111 1111 1111");
        assert!(schema.check_value(grouped).is_ok());
        assert_eq!(
            schema
                .check_value(json!({"card_number": 4_111_111_111_111_111_u64}))
                .expect_err("a number")
                .code,
            "invalid_type"
        );
    }

    #[test]
    fn security_code_is_consumed_on_use() {
        let code = SecurityCode::parse("123").expect("code");
        assert_eq!(code.spend(str::len), 3);
        for bad in ["", "12", "12345", "12a", "１２３"] {
            assert!(SecurityCode::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn card_parse_error_quotes_no_input() {
        let error = serde_json::from_str::<CardNumber>("\"4111111111111112\"")
            .err()
            .expect("an error");
        assert!(!error.to_string().contains("4111"), "{error}");
        let error = serde_json::from_str::<SecurityCode>("98765")
            .err()
            .expect("an error");
        assert!(!error.to_string().contains("987"), "{error}");
    }
}
