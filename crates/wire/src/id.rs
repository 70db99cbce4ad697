//! Identifiers: what a customer, agent, conversation, call and turn are called on the wire.
//!
//! An id is a name, never a secret and never an authority: whoever knows a conversation's id may still do nothing
//! with it. Random bytes are an argument, so that this crate needs no generator.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is 1 to 64 letters, digits, '-' or '_'")]
pub struct InvalidId;

/// Longest id accepted, in bytes.
pub const ID_LIMIT_BYTES: usize = 64;

fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= ID_LIMIT_BYTES
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Lower-case base 32 without letters that look alike; 16 bytes become 26 characters.
fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut out = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut window, mut bits) = (0u32, 0u32);
    for &byte in bytes {
        window = (window << 8) | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(char::from(ALPHABET[(window >> bits) as usize & 31]));
        }
        window &= (1 << bits) - 1;
    }
    if bits > 0 {
        out.push(char::from(ALPHABET[(window << (5 - bits)) as usize & 31]));
    }
    out
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The prefix that the platform's own ids of this kind carry.
            pub const PREFIX: &'static str = $prefix;

            /// Reads an id. Ids that others made need not carry the prefix.
            ///
            /// # Errors
            /// `InvalidId` when the text is empty, longer than 64 bytes or has other characters than letters,
            /// digits, `-` and `_`.
            pub fn parse(text: impl Into<String>) -> Result<Self, InvalidId> {
                let text = text.into();
                if is_id(&text) { Ok(Self(text)) } else { Err(InvalidId) }
            }

            /// Makes an id of 128 random bits.
            pub fn from_random(bytes: [u8; 16]) -> Self {
                Self(format!("{}{}", $prefix, base32(&bytes)))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

id!(
    /// A tenant: whose agents, keys, calls and records these are.
    CustomerId,
    "cust_"
);
id!(
    /// An agent: a set of tools with a name, served by one or more processes.
    AgentId,
    "agent_"
);
id!(
    /// One conversation, from the first hello to the hang-up.
    ConversationId,
    "conv_"
);
id!(
    /// One tool call. An id is used once.
    CallId,
    "call_"
);

/// A turn of a conversation, counted from 1. A higher number makes everything that carries a lower one void.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default,
)]
#[serde(transparent)]
pub struct TurnId(pub u64);

impl TurnId {
    /// The turn after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for TurnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_long_or_with_special_characters_is_refused() {
        for good in ["conv_1", "a", "A-b_9", &"x".repeat(64)] {
            assert!(ConversationId::parse(good).is_ok(), "{good}");
        }
        for bad in ["", " ", "conv 1", "conv\n", "é", "../x", &"x".repeat(65)] {
            assert_eq!(ConversationId::parse(bad), Err(InvalidId), "{bad:?}");
        }
    }

    #[test]
    fn id_from_random_bytes_is_valid_and_distinct() {
        let one = CallId::from_random([0xff; 16]);
        let mut bytes = [0xff; 16];
        bytes[15] = 0xfe;
        let other = CallId::from_random(bytes);
        assert_ne!(one, other);
        assert_eq!(one.as_str().len(), "call_".len() + 26);
        assert_eq!(CallId::parse(one.as_str()), Ok(one));
    }
}
