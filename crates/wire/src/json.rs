//! The one JSON parser: what counts as well-formed before anything is looked at.
//!
//! JSON allows what no honest client sends and what two parsers read differently: the same key twice, nesting
//! without end. Both are refused here, together with texts over a size. Lone surrogates, `NaN` and numbers beyond
//! 64 bits are refused by `serde_json` itself.

use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Deepest nesting accepted: far more than any tool declares, far less than what exhausts a stack.
pub const DEPTH_LIMIT: usize = 32;

/// Why a text is not taken as JSON. Never carries a part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Longer than the limit given.
    #[error("the message is too large")]
    TooLarge,
    /// Not JSON, the same key twice, or nested deeper than [`DEPTH_LIMIT`].
    #[error("the message is not strict JSON (at line {line}, column {column})")]
    Malformed {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
}

/// Reads one JSON value of at most `limit_bytes`.
///
/// # Errors
/// `TooLarge` and `Malformed`, as named.
pub fn parse(text: &str, limit_bytes: usize) -> Result<Value, JsonError> {
    if text.len() > limit_bytes {
        return Err(JsonError::TooLarge);
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Strict { depth: 0 }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|e| JsonError::Malformed {
        line: e.line(),
        column: e.column(),
    })
}

#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        if self.depth >= DEPTH_LIMIT {
            return Err(E::custom("nested too deep"));
        }
        Ok(Self {
            depth: self.depth + 1,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;
    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("strict JSON")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("not a finite number"))
    }
    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(de::Error::custom("the same key twice"));
            }
            map.insert(key, access.next_value_seed(inner)?);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_formed_json_parses_unchanged() {
        for text in [
            "null",
            "1",
            "-0.5",
            "\"é\"",
            "[1,[2]]",
            r#"{"a":{"b":[true,null]}}"#,
        ] {
            assert_eq!(
                parse(text, 100).ok(),
                serde_json::from_str(text).ok(),
                "{text}"
            );
        }
    }

    /// Without exact reading each of these is its neighbour, and another number each time it is written and read.
    #[test]
    fn json_number_is_nearest_float_and_round_trips() {
        for (text, number) in [
            ("6E46", 6e46),
            ("0.30000000000000004", 0.1 + 0.2),
            ("1.7976931348623157e308", f64::MAX),
            ("5e-324", f64::from_bits(1)),
            (
                "123456789012345678901234567890",
                123456789012345678901234567890.0,
            ),
        ] {
            let read = parse(text, 100).expect("a number");
            assert_eq!(read.as_f64(), Some(number), "{text}");
            assert_eq!(parse(&read.to_string(), 100), Ok(read));
        }
    }

    #[test]
    fn ambiguous_json_is_refused() {
        let deep = "[".repeat(DEPTH_LIMIT + 1) + &"]".repeat(DEPTH_LIMIT + 1);
        for text in [
            "",
            "{",
            r#"{"a":1,"a":2}"#,
            r#"{"a":{"b":1,"b":1}}"#,
            "NaN",
            "1e999",
            r#""\ud800""#,
            "1 2",
            "[1,]",
            &deep,
        ] {
            assert!(
                matches!(parse(text, 1000), Err(JsonError::Malformed { .. })),
                "{text}"
            );
        }
        assert_eq!(parse("[1,2,3]", 6), Err(JsonError::TooLarge));
    }
}
