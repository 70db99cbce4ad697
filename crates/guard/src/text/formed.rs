//! Text with a form of its own: dates, e-mail addresses, phone numbers.
//!
//! Decides nothing itself: the form is that of the schema's formats, so that type and schema are one.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Rule, TextError};
use crate::schema::format::Format;

macro_rules! formed {
    ($(#[$doc:meta])* $name:ident, $format:expr, $key:literal, $most:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Accepts a text of this form.
            ///
            /// # Errors
            /// `TextError` for anything else.
            pub fn parse(text: &str) -> Result<Self, TextError> {
                let text = Rule::Line.apply(text, 0, $most)?;
                if $format.matches(&text) {
                    Ok(Self(text.into_owned()))
                } else {
                    Err(TextError::Form)
                }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The JSON Schema that accepts exactly what this type accepts.
            pub fn schema() -> Value {
                json!({"type": "string", "format": $key, "maxLength": $most})
            }
        }

        impl TryFrom<String> for $name {
            type Error = TextError;
            fn try_from(text: String) -> Result<Self, TextError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> String {
                text.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            /// The kind alone: what a person said is not for a log.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

formed!(
    /// A day that exists, `YYYY-MM-DD`. Later days compare as greater.
    Date,
    Format::Date,
    "date",
    10
);
formed!(
    /// An e-mail address, at most 254 characters (RFC 5321, section 4.5.3.1.3). Whether anybody reads mail there is not
    /// known.
    EmailAddress,
    Format::Email,
    "email",
    254
);
formed!(
    /// A phone number of 7 to 15 digits, with `+` for an international one and the usual separators.
    PhoneNumber,
    Format::Phone,
    "phone",
    32
);
