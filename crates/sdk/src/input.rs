//! The arguments of a tool: which Rust types can be one, and the JSON Schema that each becomes.
//!
//! One declaration is the type, the schema and the check. The check itself is the guard's: what is written here is
//! the schema that it compiles, and how a value that passed it is read into its type.

use conversimple_guard::refusal::Refusal;
use conversimple_guard::text::{
    Date, EmailAddress, FreeText, IdText, Name, PhoneNumber, SearchWords,
};
use conversimple_wire::Code;
use conversimple_wire::tool::argument_key;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

/// A type that one argument of a tool can have.
///
/// Implemented for numbers (`Decimal` for money), `bool`, `String` (one line of at most 1,000 characters), the text kinds
/// `Name`, `IdText`, `FreeText`, `SearchWords`, `Date`, `EmailAddress` and `PhoneNumber`, the secrets `Password`, `Pin`, `CardNumber` and `SecurityCode`,
/// `Option` and `Vec` of these, and enums that derive `Input`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a tool",
    label = "no caller could say this",
    note = "an argument is a number (`Decimal` for money), `bool`, `String`, `SearchWords`, `Name`, `Password`, … or an enum of \
            words with #[derive(Input)]"
)]
pub trait Argument: Sized + Send + 'static {
    /// The JSON Schema that accepts exactly the values that `read` accepts.
    fn schema() -> Value;

    /// Reads a value that the schema accepted.
    ///
    /// # Errors
    /// A refusal for what no schema can say, such as a check digit.
    fn read(value: &Value) -> Result<Self, Refusal>;

    /// What an absent argument means; `None` when it may not be absent.
    fn absent() -> Option<Self> {
        None
    }
}

/// Types on which `min`, `max`, `above`, `below` and `step` may stand.
#[diagnostic::on_unimplemented(
    message = "`min`, `max`, `above`, `below` and `step` bound a number, and `{Self}` is none",
    note = "for the length of a text write `length = 1..=40`"
)]
pub trait Bounded {}

/// Types on which `length` and `pattern` may stand.
#[diagnostic::on_unimplemented(
    message = "`length` and `pattern` bound a text, and `{Self}` is none",
    note = "for a number write `min` and `max`"
)]
pub trait Textual {}

/// One argument as it is declared.
pub struct Property {
    pub(crate) name: String,
    pub(crate) schema: Map<String, Value>,
    pub(crate) required: bool,
}

impl Property {
    /// An argument of a type.
    pub fn of<T: Argument>(name: &str) -> Self {
        Self::with(name, T::schema(), T::absent().is_none())
    }

    pub(crate) fn with(name: &str, schema: Value, required: bool) -> Self {
        let schema = match schema {
            Value::Object(schema) => schema,
            _ => Map::new(),
        };
        Self {
            name: name.to_owned(),
            schema,
            required,
        }
    }

    /// The least value.
    pub fn minimum(self, value: Value) -> Self {
        self.set("minimum", value)
    }
    /// The greatest value.
    pub fn maximum(self, value: Value) -> Self {
        self.set("maximum", value)
    }
    /// More than this.
    pub fn above(self, value: Value) -> Self {
        self.set("exclusiveMinimum", value)
    }
    /// Less than this.
    pub fn below(self, value: Value) -> Self {
        self.set("exclusiveMaximum", value)
    }
    /// A multiple of this.
    pub fn step(self, value: Value) -> Self {
        self.set("multipleOf", value)
    }
    /// A regular expression of linear time.
    pub fn pattern(self, pattern: &str) -> Self {
        self.set("pattern", json!(pattern))
    }
    /// How many characters.
    pub fn length(self, least: usize, most: Option<usize>) -> Self {
        let bounded = self.set("minLength", json!(least));
        match most {
            Some(most) => bounded.set("maxLength", json!(most)),
            None => bounded,
        }
    }
    /// Which kind of secret it is.
    pub fn secret(self, kind: &str) -> Self {
        self.set(argument_key::SECRET, json!(kind))
    }
    /// How it is asked for.
    pub fn ask(self, sentence: &str) -> Self {
        self.set(argument_key::ASK, json!(sentence))
    }
    /// What it is.
    pub fn about(self, text: &str) -> Self {
        self.set("description", json!(text))
    }
    /// What stands in for it.
    pub fn default(self, value: Value) -> Self {
        self.set("default", value).optional()
    }
    /// It may be absent.
    pub fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// What is answered when the bound of a keyword is broken.
    pub fn refuse(mut self, keyword: &str, code: &str, say: Option<&str>) -> Self {
        let rows = self
            .schema
            .entry(argument_key::REFUSE)
            .or_insert_with(|| json!({}));
        if let Some(rows) = rows.as_object_mut() {
            rows.insert(keyword.to_owned(), refuse_row(code, say));
        }
        self
    }

    /// What is answered for every bound that the type itself has, other than its type.
    pub fn refuse_all(mut self, code: &str, say: Option<&str>) -> Self {
        const BOUNDS: [&str; 10] = [
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
            "minLength",
            "maxLength",
            "pattern",
            "format",
            "enum",
        ];
        for keyword in BOUNDS {
            if self.schema.contains_key(keyword) {
                self = self.refuse(keyword, code, say);
            }
        }
        if self.schema.get("type") == Some(&json!("string")) {
            self = self.refuse("characters", code, say);
        }
        self
    }

    fn set(mut self, keyword: &str, value: Value) -> Self {
        self.schema.insert(keyword.to_owned(), value);
        self
    }
}

fn refuse_row(code: &str, say: Option<&str>) -> Value {
    match say {
        Some(say) => json!({"code": code, "message": say}),
        None => json!({"code": code}),
    }
}

/// The schema of a choice among words.
pub fn choice(names: &[&str], code: &str, say: Option<&str>) -> Value {
    json!({"type": "string", "enum": names, argument_key::REFUSE: {"enum": refuse_row(code, say)}})
}

/// A refusal with a declared code; without a sentence it has that of the code, or the general one.
pub fn refusal(code: &'static str, say: Option<&'static str>) -> Refusal {
    let general = || {
        Code::find(code)
            .unwrap_or(Code::InvalidParameters)
            .sentence()
    };
    Refusal::declared(code, say.unwrap_or_else(general))
}

fn wrong_type() -> Refusal {
    Code::InvalidType.into()
}

macro_rules! whole_numbers {
    ($($type:ty),*) => {$(
        impl Argument for $type {
            fn schema() -> Value {
                json!({"type": "integer", "minimum": <$type>::MIN, "maximum": <$type>::MAX})
            }
            fn read(value: &Value) -> Result<Self, Refusal> {
                let signed = value.as_i64().and_then(|n| Self::try_from(n).ok());
                signed.or_else(|| Self::try_from(value.as_u64()?).ok()).ok_or_else(wrong_type)
            }
        }
        impl Bounded for $type {}
    )*};
}
whole_numbers!(i8, i16, i32, i64, u8, u16, u32, u64);

impl Argument for f64 {
    fn schema() -> Value {
        json!({"type": "number"})
    }
    fn read(value: &Value) -> Result<Self, Refusal> {
        value.as_f64().ok_or_else(wrong_type)
    }
}
impl Bounded for f64 {}

impl Argument for Decimal {
    fn schema() -> Value {
        json!({"type": "number"})
    }
    /// Reads the shortest decimal that means the number, so that 0.1 is a tenth.
    fn read(value: &Value) -> Result<Self, Refusal> {
        match value {
            Value::Number(number) if number.is_f64() => number
                .as_f64()
                .and_then(|float| Self::from_str_exact(&format!("{float}")).ok()),
            Value::Number(number) => number
                .as_i64()
                .map(Self::from)
                .or_else(|| number.as_u64().map(Self::from)),
            _ => None,
        }
        .ok_or_else(wrong_type)
    }
}
impl Bounded for Decimal {}

impl Argument for bool {
    fn schema() -> Value {
        json!({"type": "boolean"})
    }
    fn read(value: &Value) -> Result<Self, Refusal> {
        value.as_bool().ok_or_else(wrong_type)
    }
}

impl Argument for String {
    fn schema() -> Value {
        json!({"type": "string", "minLength": 1, "maxLength": 1000, "x-text": "line"})
    }
    fn read(value: &Value) -> Result<Self, Refusal> {
        value.as_str().map(str::to_owned).ok_or_else(wrong_type)
    }
}
impl Textual for String {}

macro_rules! text_kinds {
    ($($type:ty),*) => {$(
        impl Argument for $type {
            fn schema() -> Value {
                <$type>::schema()
            }
            fn read(value: &Value) -> Result<Self, Refusal> {
                let text = value.as_str().ok_or_else(wrong_type)?;
                <$type>::parse(text).map_err(|_| Code::InvalidParameters.into())
            }
        }
        impl Textual for $type {}
    )*};
}
text_kinds!(
    Name,
    IdText,
    FreeText,
    SearchWords,
    Date,
    EmailAddress,
    PhoneNumber
);

impl<T: Argument> Argument for Option<T> {
    fn schema() -> Value {
        T::schema()
    }
    fn read(value: &Value) -> Result<Self, Refusal> {
        T::read(value).map(Some)
    }
    fn absent() -> Option<Self> {
        Some(None)
    }
}
impl<T: Bounded> Bounded for Option<T> {}
impl<T: Textual> Textual for Option<T> {}

impl<T: Argument> Argument for Vec<T> {
    fn schema() -> Value {
        json!({"type": "array", "items": T::schema()})
    }
    fn read(value: &Value) -> Result<Self, Refusal> {
        let items = value.as_array().ok_or_else(wrong_type)?;
        items.iter().map(T::read).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CardNumber, Password, Pin, SecurityCode};
    use conversimple_guard::Schema;
    use proptest::prelude::*;

    fn any_value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-300_i64..300).prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "\\PC{0,12}".prop_map(Value::from),
            "[0-9]{2,20}".prop_map(Value::from),
            "[a-z ]{0,110}".prop_map(Value::from),
            Just(json!([1, 2])),
            Just(json!({"a": 1})),
        ]
    }

    /// What the schema accepts, the type reads; what it refuses never comes to the type.
    fn agree<T: Argument>(value: &Value) -> Result<(), TestCaseError> {
        let schema = Schema::compile_value(&T::schema()).expect("a schema that compiles");
        if let Ok(normal) = schema.check_value(value.clone()) {
            prop_assert!(
                T::read(&normal).is_ok(),
                "{normal} for {}",
                std::any::type_name::<T>()
            );
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn input_type_reads_whatever_its_schema_accepts(value in any_value()) {
            agree::<u8>(&value)?;
            agree::<i8>(&value)?;
            agree::<i32>(&value)?;
            agree::<i64>(&value)?;
            agree::<u64>(&value)?;
            agree::<f64>(&value)?;
            agree::<Decimal>(&value)?;
            agree::<bool>(&value)?;
            agree::<String>(&value)?;
            agree::<Name>(&value)?;
            agree::<IdText>(&value)?;
            agree::<FreeText>(&value)?;
            agree::<SearchWords>(&value)?;
            agree::<Date>(&value)?;
            agree::<EmailAddress>(&value)?;
            agree::<PhoneNumber>(&value)?;
            agree::<Password>(&value)?;
            agree::<Pin>(&value)?;
            agree::<CardNumber>(&value)?;
            agree::<SecurityCode>(&value)?;
            agree::<Vec<i64>>(&value)?;
            agree::<Option<u8>>(&value)?;
        }
    }

    #[test]
    fn money_argument_is_read_exactly() {
        for (text, amount) in [
            ("0.1", "0.1"),
            ("19.99", "19.99"),
            ("1e2", "100"),
            ("-0.0", "0"),
            ("9007199254740993", "9007199254740993"),
        ] {
            let value: Value = serde_json::from_str(text).expect("a number");
            let read = Decimal::read(&value).map_err(|r| r.code.into_owned());
            assert_eq!(read, Ok(amount.parse().expect("a decimal")), "{text}");
        }
    }
}
