//! The arguments of a tool: compiled once from its JSON Schema, checked and brought into normal form on every call.
//!
//! Decides whether an arguments object is what the declaration says. The subset of JSON Schema is that which tools
//! use; a keyword outside it is an error at compile time and never silently without effect. Stricter than JSON Schema
//! where a model could slip something through: unknown arguments are refused unless allowed, `null` unless named,
//! there is no coercion (`true` is no 1, `"12"` no 12, `1.0` no whole number), text hides nothing and has a greatest
//! length. Which code and sentence a broken bound answers stands beside it in `x-refuse`.
//!
//! Does not decide who may call, how often, or whose things the arguments name.

mod check;
mod compile;
mod error;
pub(crate) mod format;
mod node;
mod number;
mod pattern;
mod relation;

use serde_json::{Map, Value};

use crate::refusal::Refusal;

pub use check::FAULTS_LIMIT;
pub use compile::ITEMS_LIMIT;
use compile::{Compiled, Compiler};
pub use error::SchemaError;

/// A compiled schema.
#[derive(Debug, Clone)]
pub struct Schema(Compiled);

impl Schema {
    /// Compiles the schema of an arguments object, as our own declarations write it: nothing outside the subset.
    ///
    /// ```
    /// use conversimple_guard::schema::Schema;
    /// use serde_json::{Map, json};
    ///
    /// let schema = Schema::compile(&json!({
    ///     "type": "object",
    ///     "properties": {"amount": {"type": "number", "minimum": 0.01}},
    ///     "required": ["amount"],
    /// }))?;
    /// let arguments = |amount| Map::from_iter([("amount".to_owned(), amount)]);
    /// assert!(schema.check(arguments(json!(5))).is_ok());
    /// for refused in [json!(0), json!("5"), json!(true), json!(null)] {
    ///     assert!(schema.check(arguments(refused)).is_err());
    /// }
    /// # Ok::<(), conversimple_guard::schema::SchemaError>(())
    /// ```
    ///
    /// # Errors
    /// `SchemaError`, with the place.
    pub fn compile(schema: &Value) -> Result<Self, SchemaError> {
        Compiler::strict().arguments(schema).map(Self)
    }

    /// Compiles the schema of an agent that we do not control: annotations are passed over, and so are bounds that we
    /// cannot check, which [`Schema::ignored`] names. Such an agent still checks them itself, or nobody does.
    ///
    /// # Errors
    /// `SchemaError` for what is no schema of an object at all.
    pub fn compile_lenient(schema: &Value) -> Result<Self, SchemaError> {
        Compiler::lenient().arguments(schema).map(Self)
    }

    /// Compiles the schema of one value of any type, strictly.
    ///
    /// # Errors
    /// `SchemaError`, with the place.
    pub fn compile_value(schema: &Value) -> Result<Self, SchemaError> {
        Compiler::strict().value(schema).map(Self)
    }

    /// Checks arguments and gives them in normal form: in the order of the declaration, defaults filled in, text
    /// normalised.
    ///
    /// # Errors
    /// A refusal that names every argument at fault (at most [`FAULTS_LIMIT`]) and no value.
    pub fn check(&self, arguments: Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
        match self.check_value(Value::Object(arguments))? {
            Value::Object(map) => Ok(map),
            _ => Err(conversimple_wire::Code::InvalidType.into()),
        }
    }

    /// Checks one value and gives it in normal form.
    ///
    /// # Errors
    /// As [`Schema::check`].
    pub fn check_value(&self, value: Value) -> Result<Value, Refusal> {
        check::settled(&self.0.root, value, self.0.is_steady).map_err(Refusal::of_fields)
    }

    /// Keywords that a lenient schema has and that are not enforced.
    pub fn ignored(&self) -> &[String] {
        &self.0.ignored
    }
}

/// The exact decimal of a JSON number, where a `Decimal` holds it.
pub(crate) fn exact_decimal(number: &serde_json::Number) -> Option<rust_decimal::Decimal> {
    number::exact(number)
}

#[cfg(test)]
mod tests;
