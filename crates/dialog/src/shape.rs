//! Reads what kind of value an argument takes, from its policy keys, its schema and, failing those, its name.

use conversimple_wire::tool::Argument;
use conversimple_wire::{Contact, Contacts};
use serde_json::Value;

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
    const WORDS: [&str; 16] = [
        "amount", "price", "cost", "budget", "payment", "total", "fee", "money", "salary",
        "income", "balance", "deposit", "tip", "fare", "charge", "loan",
    ];
    let words = identifier_words(name);
    let named = words.iter().any(|word| WORDS.contains(&word.as_str()));
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
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let last = words.last().map_or("", String::as_str);
    if has(&["currency"]) {
        Shape::Currency
    } else if has(&["date", "day", "birthday", "checkin", "checkout"])
        || last == "on"
        || (has(&["check"]) && has(&["in", "out"]))
    {
        Shape::Date
    } else if last == "time" || has(&["clock"]) {
        Shape::Time
    } else if has(&["username", "login"]) || words == ["user"] || words == ["user", "name"] {
        Shape::Username
    } else if has(&["id", "code", "reference", "sku", "zip", "postcode"]) || last == "number" {
        Shape::Id
    } else if is_place(&words) {
        Shape::Place
    } else if has(&[
        "person",
        "author",
        "artist",
        "actor",
        "player",
        "team",
        "company",
        "customer",
        "recipient",
        "contact",
        "composer",
        "director",
    ]) || last == "name"
    {
        Shape::Person
    } else if has(&[
        "query",
        "search",
        "keyword",
        "keywords",
        "term",
        "q",
        "text",
        "message",
        "question",
        "topic",
        "note",
        "description",
        "body",
        "content",
        "reason",
        "subject",
        "comment",
        "prompt",
    ]) {
        Shape::Query
    } else {
        Shape::Text
    }
}

fn is_place(words: &[String]) -> bool {
    const PLACES: [&str; 22] = [
        "city",
        "location",
        "place",
        "town",
        "country",
        "state",
        "address",
        "area",
        "region",
        "origin",
        "destination",
        "from",
        "to",
        "airport",
        "station",
        "departure",
        "arrival",
        "county",
        "province",
        "start",
        "end",
        "where",
    ];
    words.iter().any(|word| PLACES.contains(&word.as_str()))
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
