//! Reads what kind of value an argument takes, from its policy keys, its schema and, failing those, its name.

use std::sync::LazyLock;

use conversimple_wire::tool::Argument;
use conversimple_wire::{Contact, Contacts};
use serde_json::Value;

use crate::lexicon::{MONEY_NAMES, NAME_SHAPES};
use crate::words::identifier_words;

/// The kind of value that an argument takes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// A secret of a kind: only a token fills it.
    Secret(String),
    /// One of the caller's own things of a kind: only the own list fills it.
    Own(String),
    /// One of some values.
    Choice(Vec<Value>),
    Money,
    Number,
    Integer,
    Boolean,
    Date,
    Time,
    Email,
    Phone,
    /// A code of letters and digits.
    Id,
    /// A currency, by its code.
    Currency,
    Place,
    /// A name by which somebody logs in.
    Username,
    Person,
    /// What is looked for, or said: whatever is left of the sentence.
    Query,
    Text,
    List(Box<Shape>),
    Object,
}

impl Shape {
    /// Its name in the tables.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Secret(_) => "secret",
            Self::Own(_) => "own",
            Self::Choice(_) => "choice",
            Self::Money => "money",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Time => "time",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Id => "id",
            Self::Currency => "currency",
            Self::Place => "place",
            Self::Username => "username",
            Self::Person => "person",
            Self::Query => "query",
            Self::Text => "text",
            Self::List(_) => "list",
            Self::Object => "object",
        }
    }

    /// The shape of a text that the tables call by its name.
    fn named(name: &str) -> Option<Self> {
        const TEXTS: [Shape; 8] = [
            Shape::Currency,
            Shape::Date,
            Shape::Time,
            Shape::Username,
            Shape::Id,
            Shape::Place,
            Shape::Person,
            Shape::Query,
        ];
        TEXTS.into_iter().find(|shape| shape.name() == name)
    }
}

/// The kind of value that an argument takes.
pub(crate) fn shape(argument: &Argument<'_>) -> Shape {
    if let Some(kind) = argument.own() {
        return Shape::Own(kind.to_owned());
    }
    if let Some(kind) = argument.secret() {
        return Shape::Secret(kind.to_owned());
    }
    of_schema(argument.name, argument.schema, 0)
}

fn of_schema(name: &str, schema: &Value, depth: usize) -> Shape {
    if depth > 3 {
        return Shape::Object;
    }
    if let Some(values) = choices(schema) {
        return Shape::Choice(values);
    }
    match type_name(schema) {
        "number" | "float" | "double" => {
            if is_money(name, schema) {
                Shape::Money
            } else {
                Shape::Number
            }
        }
        "integer" | "int" | "long" => Shape::Integer,
        "boolean" | "bool" => Shape::Boolean,
        "array" | "tuple" | "list" => {
            let items = schema.get("items").unwrap_or(&Value::Null);
            Shape::List(Box::new(of_schema(name, items, depth + 1)))
        }
        "object" | "dict" => Shape::Object,
        _ => text_shape(name, schema),
    }
}

/// The schema's type; of several, the first that is not `null`. No type at all reads as text.
pub(crate) fn type_name(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(name)) => return name,
        Some(Value::Array(names)) => {
            return names
                .iter()
                .filter_map(Value::as_str)
                .find(|name| *name != "null")
                .unwrap_or("string");
        }
        _ => {}
    }
    let variants = ["anyOf", "oneOf", "allOf"]
        .iter()
        .find_map(|key| schema.get(key)?.as_array());
    variants
        .into_iter()
        .flatten()
        .filter_map(|variant| variant.get("type")?.as_str())
        .find(|name| *name != "null")
        .unwrap_or("string")
}

/// The allowed values, where the schema lists them.
pub(crate) fn choices(schema: &Value) -> Option<Vec<Value>> {
    let usable = |value: &Value| value.is_string() || value.is_number();
    let list = |values: &Vec<Value>| {
        let kept: Vec<Value> = values
            .iter()
            .filter(|value| usable(value))
            .take(200)
            .cloned()
            .collect();
        (!kept.is_empty()).then_some(kept)
    };
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return list(values);
    }
    let variants = ["anyOf", "oneOf"]
        .iter()
        .find_map(|key| schema.get(key)?.as_array())?;
    let constants: Vec<Value> = variants
        .iter()
        .filter_map(|variant| variant.get("const"))
        .cloned()
        .collect();
    if let Some(found) = list(&constants) {
        return Some(found);
    }
    variants
        .iter()
        .find_map(|variant| list(variant.get("enum")?.as_array()?))
}

/// Whether an argument's name or format says that it is a sum of money.
pub(crate) fn is_money(name: &str, schema: &Value) -> bool {
    let words = identifier_words(name);
    let named = words.iter().any(|word| MONEY_NAMES.has(word));
    named || schema.get("format").and_then(Value::as_str) == Some("money")
}

fn text_shape(name: &str, schema: &Value) -> Shape {
    match Contacts::declared(name, schema).only() {
        Some(Contact::Email) => return Shape::Email,
        Some(Contact::Phone) => return Shape::Phone,
        Some(Contact::Ip) | None => {}
    }
    match schema.get("format").and_then(Value::as_str) {
        Some("date") => return Shape::Date,
        Some("time") => return Shape::Time,
        Some("uuid") => return Shape::Id,
        Some("decimal" | "money") => return Shape::Money,
        _ => {}
    }
    let words = identifier_words(name);
    NAME_RULES
        .iter()
        .find(|rule| rule.fits(&words))
        .map_or(Shape::Text, |rule| rule.shape.clone())
}

/// What the words of an argument's name say about its values.
struct NameRule {
    place: &'static str,
    words: Vec<&'static str>,
    shape: Shape,
}

impl NameRule {
    fn fits(&self, name: &[String]) -> bool {
        match self.place {
            "whole" => name == self.words,
            "last" => name.last().is_some_and(|word| self.words == [word]),
            _ => self
                .words
                .iter()
                .all(|own| name.iter().any(|word| word == own)),
        }
    }
}

/// The rows of a table, the first that fits decides: "any" all of these words in any place, "last" the last word, "whole"
/// the whole name.
static NAME_RULES: LazyLock<Vec<NameRule>> = LazyLock::new(|| {
    let rows = NAME_SHAPES.rows().filter_map(|(pattern, shape)| {
        let (place, words) = pattern.split_once(' ')?;
        Some(NameRule {
            place,
            words: words.split(' ').collect(),
            shape: Shape::named(shape)?,
        })
    });
    rows.collect()
});

/// Whether any words at all are a value of this kind: a name is written as one, a message is not.
pub(crate) fn is_any_text(shape: &Shape) -> bool {
    match shape {
        Shape::List(inner) => is_any_text(inner),
        other => matches!(other, Shape::Query | Shape::Text),
    }
}

/// Whether nearly any words could be a value of this kind.
pub(crate) fn is_open_text(shape: &Shape) -> bool {
    matches!(
        shape,
        Shape::Query
            | Shape::Text
            | Shape::Person
            | Shape::Place
            | Shape::Username
            | Shape::Id
            | Shape::List(_)
    )
}

/// Whether a value keeps the bounds that the schema states. A value that does not is asked for again by the guard, with
/// the declared sentence; here it only helps to tell candidates apart.
pub(crate) fn fits(schema: &Value, value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or(0.0);
            let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
            bound("minimum").is_none_or(|least| number >= least)
                && bound("maximum").is_none_or(|most| number <= most)
        }
        Value::String(text) => {
            let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
            let bound = |key: &str| schema.get(key).and_then(Value::as_u64);
            bound("minLength").is_none_or(|least| length >= least)
                && bound("maxLength").is_none_or(|most| length <= most)
        }
        _ => true,
    }
}

/// Options that a description names in quotes, as `'metric' or 'imperial'`.
pub(crate) fn quoted_options(description: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = description;
    while let Some(open) = rest.find(['\'', '"', '`']) {
        let quote = &rest[open..=open];
        let inside = &rest[open + 1..];
        let begins = !rest[..open].ends_with(char::is_alphanumeric);
        let close = inside.find(quote).filter(|_| begins);
        let part = close.map_or("", |close| &inside[..close]);
        let plain = part.len() < 40
            && part
                .chars()
                .all(|c| c.is_alphanumeric() || " -_./+".contains(c));
        if plain && part.chars().any(char::is_alphanumeric) && out.len() < 40 {
            out.push(part.trim().to_owned());
        }
        rest = close.map_or(inside, |close| &inside[close + 1..]);
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_row_of_name_shapes_is_a_rule() {
        assert_eq!(NAME_RULES.len(), NAME_SHAPES.rows().count());
        assert!(
            NAME_RULES
                .iter()
                .all(|rule| ["any", "last", "whole"].contains(&rule.place))
        );
    }

    fn check(name: &str, schema: Value, expected: Shape) {
        let argument = Argument {
            name,
            schema: &schema,
            required: true,
        };
        assert_eq!(shape(&argument), expected, "{name} {schema}");
    }

    #[test]
    fn argument_shape_is_read_from_keys_schema_and_name() {
        check(
            "account_id",
            json!({"type": "string", "x-own": "account"}),
            Shape::Own("account".into()),
        );
        check(
            "password",
            json!({"type": "string"}),
            Shape::Secret("password".into()),
        );
        check("amount", json!({"type": "number"}), Shape::Money);
        check("radius", json!({"type": "float"}), Shape::Number);
        check(
            "count",
            json!({"type": ["null", "integer"]}),
            Shape::Integer,
        );
        check(
            "currency",
            json!({"enum": ["USD", "EUR"]}),
            Shape::Choice(vec![json!("USD"), json!("EUR")]),
        );
        check(
            "unit",
            json!({"oneOf": [{"const": "a"}, {"const": "b"}]}),
            Shape::Choice(vec![json!("a"), json!("b")]),
        );
        check(
            "unit",
            json!({"anyOf": [{"type": "integer"}, {"type": "null"}]}),
            Shape::Integer,
        );
        check("start_date", json!({"type": "string"}), Shape::Date);
        check("city", json!({"type": "string"}), Shape::Place);
        check("query", json!({"type": "string"}), Shape::Query);
        check(
            "numbers",
            json!({"type": "array", "items": {"type": "integer"}}),
            Shape::List(Box::new(Shape::Integer)),
        );
        check("x", json!(null), Shape::Text);
        check("x", json!({"enum": []}), Shape::Text);
        check("x", json!({"type": 7, "enum": "no"}), Shape::Text);
    }

    #[test]
    fn quoted_options_are_read_from_description() {
        assert_eq!(
            quoted_options("Unit, 'metric' or 'imperial'."),
            ["metric", "imperial"]
        );
        assert!(quoted_options("the caller's name").is_empty());
    }
}
