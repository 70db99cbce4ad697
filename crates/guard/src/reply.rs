//! What leaves of a result: only what was declared, masked, and of a bounded size.
//!
//! [`Clear`] is a result as the tool made it, [`Masked`] one from which every value that looks like a secret is gone,
//! [`Sealed`] one that may be sent. Only a `Sealed` has a way out. Decides nothing about what the tool should have
//! answered. The mask finds what has the form of a secret; a result that a declaration calls secret must be projected
//! away.

mod fault;
mod received;

use conversimple_wire::Code;
use serde_json::{Map, Value, json};

use crate::refusal::Refusal;
use conversimple_mask as mask;

pub use received::{Answer, NamedCaller, received};

/// Largest result, in bytes of its JSON text.
pub const RESULT_LIMIT_BYTES: usize = 64 * 1024;

/// The fields that a result may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Projection {
    /// Whatever there is.
    All,
    /// These members of an object, each with what it may have; in a list, the same for each entry.
    Only(Vec<(String, Projection)>),
}

impl Projection {
    /// The members that a JSON Schema names. A place without `properties` lets everything through.
    pub fn of_schema(schema: &Value) -> Self {
        let schema = schema.get("items").unwrap_or(schema);
        match schema.get("properties").and_then(Value::as_object) {
            None => Self::All,
            Some(members) => Self::Only(
                members
                    .iter()
                    .map(|(name, inner)| (name.clone(), Self::of_schema(inner)))
                    .collect(),
            ),
        }
    }

    fn apply(&self, value: Value) -> Value {
        match (self, value) {
            (Self::Only(_), Value::Array(items)) => {
                Value::Array(items.into_iter().map(|item| self.apply(item)).collect())
            }
            (Self::Only(members), Value::Object(mut map)) => {
                let kept = members.iter().filter_map(|(name, inner)| {
                    let (name, value) = map.remove_entry(name)?;
                    Some((name, inner.apply(value)))
                });
                Value::Object(kept.collect())
            }
            (_, value) => value,
        }
    }
}

/// A result as the tool made it. It cannot be printed or sent.
#[must_use = "a result that is not sealed goes nowhere"]
pub struct Clear(Value);

impl Clear {
    /// A result.
    pub fn new(value: Value) -> Self {
        Self(value)
    }

    /// Leaves out what is not declared. An error result keeps its code, sentence, fields and wait.
    pub fn projected(self, projection: &Projection) -> Self {
        if self.0.get("error").is_some_and(Value::is_string) {
            return Self(self.0);
        }
        Self(projection.apply(self.0))
    }

    /// Makes a tool's own error public and masks what looks like a secret. What is no object becomes one:
    /// `{"result": …}`.
    pub fn masked(self) -> Masked {
        self.masked_with(|_| true)
    }

    /// As [`Clear::masked`]; a code that is not `known` is `tool_execution_error`.
    pub fn masked_with(self, known: impl Fn(&str) -> bool) -> Masked {
        let mut value = match self.0 {
            Value::Object(map) => Value::Object(fault::public(map, &known)),
            Value::Null => Value::Object(Map::new()),
            other => json!({ "result": other }),
        };
        mask::mask_json(&mut value);
        Masked(value)
    }
}

/// A result without anything that looks like a secret.
#[must_use = "a result that is not sealed goes nowhere"]
pub struct Masked(Value);

impl Masked {
    /// Measures the result. One that is too large is a failure of the tool: `service_unavailable`.
    pub fn sealed(self) -> Sealed {
        if fits(&self.0) {
            Sealed {
                value: self.0,
                too_large: false,
            }
        } else {
            Sealed {
                value: Refusal::from(Code::ServiceUnavailable).to_result(),
                too_large: true,
            }
        }
    }
}

/// A result that may be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Sealed {
    value: Value,
    too_large: bool,
}

impl Sealed {
    /// A refusal as a result.
    pub fn refused(refusal: &Refusal) -> Self {
        Self {
            value: refusal.to_result(),
            too_large: false,
        }
    }

    /// The one answer to everything that a tool could not do: what went wrong stands in the audit record.
    pub fn failed() -> Self {
        Self::refused(&Code::ServiceUnavailable.into())
    }

    /// The result.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The result, to send.
    pub fn into_value(self) -> Value {
        self.value
    }

    /// Whether the tool's own result was over [`RESULT_LIMIT_BYTES`] and is not sent.
    pub fn too_large(&self) -> bool {
        self.too_large
    }

    /// The public code of a refusal, if it is one.
    pub fn code(&self) -> Option<&str> {
        self.value.get("error").and_then(Value::as_str)
    }
}

/// Writes the text into nothing and counts, so that a large result is not copied.
fn fits(value: &Value) -> bool {
    struct Room(usize);
    impl std::io::Write for Room {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            match self.0.checked_sub(bytes.len()) {
                Some(left) => {
                    self.0 = left;
                    Ok(bytes.len())
                }
                None => Err(std::io::ErrorKind::StorageFull.into()),
            }
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    serde_json::to_writer(Room(RESULT_LIMIT_BYTES), value).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(value: Value) -> Sealed {
        Clear::new(value).masked().sealed()
    }

    #[test]
    fn sealed_result_is_object_with_ordinary_values_kept() {
        for (value, expected) in [
            (json!({"balance": 1250.0}), json!({"balance": 1250.0})),
            (
                json!({"success": true, "last_four": "1111"}),
                json!({"success": true, "last_four": "1111"}),
            ),
            (json!(5), json!({"result": 5})),
            (json!(["a"]), json!({"result": ["a"]})),
            (json!(null), json!({})),
        ] {
            assert_eq!(sealed(value).into_value(), expected);
        }
    }

    #[test]
    fn ordinary_results_are_unchanged_except_contacts() {
        for value in [
            json!({"success": true, "payment_id": "pay_h3k9q2xw7mbtzc4nd5rv8ye6ga", "amount": 20.5, "currency": "USD"}),
            json!({"products": [{"id": "prod_12", "name": "Wireless Headphones X200", "price": 199.99}, {"id": "prod_7", "name": "Desk lamp, 2-pack", "price": 45}]}),
            json!({"cards": [{"id": "card_1", "last_four": "1111", "type": "visa"}]}),
            json!({"things": [{"id": "acc_1001", "names": ["checking", "checking account"]}]}),
            json!({"order": {"id": "ord_20261123", "placed_at": "2026-11-23T14:30:00Z", "total": 1250.0}}),
            json!({"city": "Oslo", "temperature": -3.5, "wind": "12 km/h", "at": "15:30"}),
        ] {
            assert_eq!(sealed(value.clone()).into_value(), value);
        }
        let customer = json!({"id": "cust_1001", "name": "Alice Adams", "email": "alice@example.com", "phone": "+1 415 555 0123"});
        let told = sealed(customer).into_value();
        assert_eq!(
            (&told["id"], &told["name"]),
            (&json!("cust_1001"), &json!("Alice Adams"))
        );
        assert!(
            !told.to_string().contains("alice@") && !told.to_string().contains("415 555"),
            "{told}"
        );
    }

    #[test]
    fn result_value_looking_like_secret_is_masked() {
        let result = sealed(
            json!({"card": {"number": "4111111111111111"}, "note": "mail a.person@example.com"}),
        );
        let text = result.value().to_string();
        assert!(
            !text.contains("411111111111") && !text.contains("a.person@"),
            "{text}"
        );
    }

    #[test]
    fn result_is_reduced_to_declared_fields() {
        let projection = Projection::of_schema(
            &json!({"properties": {"cards": {"type": "array", "items": {"properties": {
            "id": {"type": "string"}, "last_four": {"type": "string"}}}}}}),
        );
        let value = json!({"cards": [{"id": "c1", "last_four": "1111", "token": "x"}], "debug": 1});
        let result = Clear::new(value).projected(&projection).masked().sealed();
        assert_eq!(
            result.into_value(),
            json!({"cards": [{"id": "c1", "last_four": "1111"}]})
        );
        let error = json!({"error": "unauthorized", "message": "No."});
        assert_eq!(
            Clear::new(error.clone())
                .projected(&projection)
                .masked()
                .sealed()
                .into_value(),
            error
        );
    }

    #[test]
    fn oversized_result_is_service_unavailable() {
        let result = sealed(json!({"text": "x ".repeat(40_000)}));
        assert!(result.too_large());
        assert_eq!(result.code(), Some("service_unavailable"));
        assert!(!sealed(json!({"text": "x ".repeat(20_000)})).too_large());
    }
}
