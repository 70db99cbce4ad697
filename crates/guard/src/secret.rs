//! Values that cannot be printed.
//!
//! A `Secret` has no Debug, Display, Serialize, Clone or comparison, and is overwritten with zeros when it is dropped.
//! Whoever needs the value says so with `expose`, which reviewers can search for. It does not protect against whoever
//! reads the process's memory while the value is alive, nor copies that were made before the value came in here.

use serde::{Deserialize, Deserializer};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// A value that cannot be printed, stored or compared by accident.
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Accepts a value in.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value. Every use of this is a place to look at in a review.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl Secret<String> {
    /// Whether the text is this one, in a time that does not tell how much of it is right. The length is no secret.
    pub fn is(&self, text: &str) -> bool {
        self.0.as_bytes().ct_eq(text.as_bytes()).into()
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<'de, T: Zeroize + Deserialize<'de>> Deserialize<'de> for Secret<T> {
    /// Reads the value. A failure says only that it was not of the type: `serde`'s own messages quote what they read.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match T::deserialize(deserializer) {
            Ok(value) => Ok(Self(value)),
            Err(_) => Err(serde::de::Error::custom(
                "a secret of another type was expected",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_is_compared_whole() {
        let secret: Secret<String> = serde_json::from_str("\"made up\"").expect("secret");
        assert!(secret.is("made up"));
        assert!(!secret.is("made u") && !secret.is("made up!"));
    }

    #[test]
    fn secret_parse_error_quotes_no_input() {
        let error = serde_json::from_str::<Secret<u8>>("\"hunter2\"")
            .err()
            .expect("an error");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
