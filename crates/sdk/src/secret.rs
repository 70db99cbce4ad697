//! Arguments that are secrets: heard, handed to the tool, and forgotten.
//!
//! None of these types can be printed, serialised, cloned or compared by accident, and each wipes its memory. What a card's
//! number and security code are is the guard's. They do not protect what a tool makes of the value that it exposes.

use conversimple_guard::card::{CardNumber, SecurityCode};
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

macro_rules! cards {
    ($($type:ty),*) => {$(
        impl Argument for $type {
            fn schema() -> Value {
                <$type>::schema()
            }
            fn read(value: &Value) -> Result<Self, Refusal> {
                let text = value.as_str().ok_or(Code::InvalidType)?;
                <$type>::parse(text).map_err(|_| Code::InvalidCard.into())
            }
        }
    )*};
}
cards!(CardNumber, SecurityCode);

fn text(value: &Value) -> Result<Secret<String>, Refusal> {
    let text = value.as_str().ok_or(Code::InvalidType)?;
    Ok(Secret::new(text.to_owned()))
}
