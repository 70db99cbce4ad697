//! Arguments that are secrets: heard, handed to the tool, and forgotten.
//!
//! None of these types can be printed, serialised, cloned or compared by accident, and each wipes its memory. They do not
//! protect what a tool makes of the value that it exposes.

use conversimple_guard::refusal::Refusal;
use conversimple_guard::secret::Secret;
use conversimple_wire::Code;
use conversimple_wire::tool::argument_key;
use serde_json::{Value, json};

use crate::input::Argument;

/// A password: 1 to 128 visible characters, exactly as they were given.
pub struct Password(Secret<String>);

/// A PIN or one-time code: 3 to 12 digits.
pub struct Pin(Secret<String>);

/// A card number: 12 to 19 digits with a right check digit (ISO/IEC 7812-1); spaces and hyphens between digits are
/// dropped.
pub struct CardNumber(Secret<String>);

/// A card's security code: 3 or 4 digits. It can be looked at once and not kept: PCI DSS 3.3.1.2 forbids to store it,
/// even sealed.
///
/// ```compile_fail
/// fn keep(code: conversimple::SecurityCode) -> String {
///     serde_json::to_string(&code).unwrap()
/// }
/// ```
pub struct SecurityCode(Secret<String>);

impl Password {
    /// The password. Hand it to a check and to nothing else.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    pub(crate) fn decoy() -> Self {
        Self(Secret::new("a password that nobody has".to_owned()))
    }
}

impl Pin {
    /// Whether the PIN is this one, in a time that does not tell how much of it is right.
    pub fn is(&self, expected: &str) -> bool {
        self.0.is(expected)
    }

    /// The PIN. Hand it to a check and to nothing else.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl CardNumber {
    /// Takes a number that does not come from a caller. `None` when its length or check digit is wrong.
    pub fn parse(number: &str) -> Option<Self> {
        Self::read(&json!(number)).ok()
    }

    /// The whole number: digits alone. Seal it before it is stored.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// The last four digits, which may be shown.
    pub fn last_four(&self) -> &str {
        let digits = self.0.expose();
        &digits[digits.len().saturating_sub(4)..]
    }

    /// The brand by the first digits, in lower case: `visa`, `mastercard`, `amex`, `discover`, `diners`, `jcb`,
    /// `unionpay`, or `card`.
    pub fn brand(&self) -> &'static str {
        let digits = self.0.expose();
        let first = |count: usize| digits[..count].parse::<u32>().unwrap_or_default();
        match (first(1), first(2), first(3), first(4)) {
            (4, ..) => "visa",
            (_, 51..=55, ..) | (_, _, _, 2221..=2720) => "mastercard",
            (_, 34 | 37, ..) => "amex",
            (_, 65, ..) | (_, _, 644..=649, _) | (_, _, _, 6011) => "discover",
            (_, 36 | 38 | 39, ..) | (_, _, 300..=305, _) => "diners",
            (_, _, _, 3528..=3589) => "jcb",
            (_, 62, ..) => "unionpay",
            _ => "card",
        }
    }
}

impl SecurityCode {
    /// Uses the code once, up to its end.
    pub fn once<R>(self, check: impl FnOnce(&str) -> R) -> R {
        check(self.0.expose())
    }
}

impl Argument for Password {
    fn schema() -> Value {
        json!({"type": "string", "minLength": 1, "maxLength": 128, "x-text": "verbatim",
               argument_key::SECRET: "password"})
    }
    fn read(value: &Value) -> Result<Self, Refusal> {
        text(value).map(Self)
    }
}

impl Argument for Pin {
    fn schema() -> Value {
        json!({"type": "string", "pattern": "^[0-9]{3,12}$", argument_key::SECRET: "pin"})
    }
    fn read(value: &Value) -> Result<Self, Refusal> {
        text(value).map(Self)
    }
}

impl Argument for CardNumber {
    fn schema() -> Value {
        let refuse =
            json!({"code": Code::InvalidCard.as_str(), "message": Code::InvalidCard.sentence()});
        json!({"type": "string", "minLength": 12, "maxLength": 40, "pattern": "^ *[0-9]([ -]*[0-9]){11,18} *$",
               argument_key::SECRET: "card",
               argument_key::REFUSE: {"pattern": refuse, "minLength": refuse, "maxLength": refuse, "x-text": refuse}})
    }
    fn read(value: &Value) -> Result<Self, Refusal> {
        let given = text(value)?;
        let digits: String = given
            .expose()
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        let card = Self(Secret::new(digits));
        let length = (12..=19).contains(&card.expose().len());
        if length && passes_luhn(card.expose()) {
            Ok(card)
        } else {
            Err(Code::InvalidCard.into())
        }
    }
}

impl Argument for SecurityCode {
    fn schema() -> Value {
        json!({"type": "string", "pattern": "^[0-9]{3,4}$", argument_key::SECRET: "cvv"})
    }
    fn read(value: &Value) -> Result<Self, Refusal> {
        text(value).map(Self)
    }
}

fn text(value: &Value) -> Result<Secret<String>, Refusal> {
    let text = value.as_str().ok_or(Code::InvalidType)?;
    Ok(Secret::new(text.to_owned()))
}

/// The check digit of ISO/IEC 7812-1.
fn passes_luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            match (place % 2, digit * 2) {
                (0, _) => digit,
                (_, double) if double > 9 => double - 9,
                (_, double) => double,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_number_has_a_length_and_a_check_digit() {
        for (given, found) in [
            ("4111111111111111", Some(("1111", "visa"))),
            ("4111 1111-1111 1111", Some(("1111", "visa"))),
            ("5555555555554444", Some(("4444", "mastercard"))),
            ("2223003122003222", Some(("3222", "mastercard"))),
            ("378282246310005", Some(("0005", "amex"))),
            ("6011111111111117", Some(("1117", "discover"))),
            ("4111111111111112", None),
            ("411111111111", None),
            ("00000000000", None),
            ("", None),
            ("four one one one", None),
        ] {
            let card = CardNumber::read(&json!(given)).ok();
            assert_eq!(
                card.as_ref().map(|c| (c.last_four(), c.brand())),
                found,
                "{given}"
            );
        }
    }
}
