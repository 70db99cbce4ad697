//! JSON Schemas with policy keys, and values that are nearly what they ask for, drawn from the fuzzer's bytes.
//!
//! Random text hardly ever is a schema that compiles; these mostly are, so that the checks behind the compiler are reached.
//! Texts that are no part of a schema carry [`MARK`], so that a refusal that repeats one is seen.

use serde_json::{Map, Value, json};

use crate::Draw;

/// Stands in every drawn text that a refusal must not repeat.
pub const MARK: &str = "qzx";

/// Names of members; few, so that schemas and values meet.
pub const NAMES: [&str; 8] = [
    "a",
    "b",
    "amount",
    "account_id",
    "password",
    "pin",
    "card_number",
    "item",
];

const TYPES: [&str; 8] = [
    "string", "number", "integer", "boolean", "array", "object", "null", "string",
];

const PATTERNS: [&str; 8] = [
    "^[a-z]+$",
    r"^\d{4}$",
    "",
    "a|b",
    r"[\w.-]{2,8}",
    "(x+)+y",
    "^.{0,3}$",
    r"[^\W\d]",
];

const FORMATS: [&str; 12] = [
    "date",
    "time",
    "date-time",
    "email",
    "uri",
    "uuid",
    "hostname",
    "ipv4",
    "ipv6",
    "phone",
    "card",
    "none",
];

const RULES: [&str; 6] = ["verbatim", "line", "lines", "name", "id", "search"];

const RELATIONS: [&str; 7] = [
    "less",
    "at_most",
    "equal",
    "differ",
    "exactly_one",
    "at_least_one",
    "together",
];

/// Texts that normal forms, formats and patterns look at twice.
const TEXTS: [&str; 24] = [
    "",
    "a",
    "abc",
    " a  b ",
    "1234",
    "e\u{301}",
    "\u{e9}",
    "\u{fb01}x",
    "2026-11-23",
    "14:30:00Z",
    "2026-11-23T14:30:00+01:00",
    "a@b.co",
    "https://a.b/c",
    "4111 1111 1111 1111",
    "+14155550123",
    "\u{200b}",
    "a\nb",
    "::1",
    "127.0.0.1",
    "USD",
    "O'Neil-X",
    "\u{1f600}",
    "x_1",
    "\u{212b}",
];

/// A schema of arguments, or of any value.
pub fn schema(draw: &mut Draw<'_>, depth: usize) -> Value {
    let mut map = Map::new();
    let kind = *draw.pick(&TYPES);
    match draw.below(8) {
        0 => {}
        1 => {
            map.insert("type".into(), json!([kind, draw.pick(&TYPES)]));
        }
        _ => {
            map.insert("type".into(), json!(kind));
        }
    }
    for _ in 0..draw.below(4) {
        bound(draw, kind, depth, &mut map);
    }
    if depth > 0 && matches!(kind, "object") {
        members(draw, depth, &mut map);
    }
    if depth > 0 && draw.once_in(5) {
        combinator(draw, depth, &mut map);
    }
    if draw.once_in(8) {
        let code = json!({"code": "declared", "message": "Declared."});
        let bound = *draw.pick(&[
            "minimum",
            "type",
            "pattern",
            "required",
            "enum",
            "maxLength",
        ]);
        map.insert("x-refuse".into(), json!({ bound: code }));
    }
    Value::Object(map)
}

/// A schema of arguments: an object with members and, now and then, policy keys.
pub fn declaration(draw: &mut Draw<'_>) -> Value {
    let mut map = Map::new();
    map.insert("type".into(), json!("object"));
    members(draw, 3, &mut map);
    for _ in 0..draw.below(4) {
        policy_key(draw, &mut map);
    }
    if draw.once_in(4) {
        combinator(draw, 2, &mut map);
    }
    if draw.once_in(4) {
        let definition = schema(draw, 2);
        map.insert("$defs".into(), json!({ "d": definition }));
        let members = map.entry("properties").or_insert_with(|| json!({}));
        members[*draw.pick(&NAMES)] = json!({"$ref": "#/$defs/d"});
    }
    Value::Object(map)
}

fn policy_key(draw: &mut Draw<'_>, map: &mut Map<String, Value>) {
    let (key, value) = match draw.below(10) {
        0 => ("x-confirm", json!(true)),
        1 => ("x-caller", json!(true)),
        2 => (
            "x-limit",
            json!(draw.pick(&["5/min", "1/s", "3/h", "2/10s", "0/s", "x"])),
        ),
        3 => (
            "x-caller-limit",
            json!(draw.pick(&["2/h", "4/min", "1/day"])),
        ),
        4 => (
            "x-sum",
            json!({"argument": "amount", "limit": draw.pick(&["100/h", "0.5/day", "1e3/h"])}),
        ),
        5 => (
            "x-step-up",
            json!(draw.pick(&["5min", "1s", "90 days", ""])),
        ),
        6 => ("x-role", json!(draw.pick(&["login", "logout", "ordinary"]))),
        7 => ("x-internal", json!(true)),
        8 => {
            let names = [*draw.pick(&NAMES), *draw.pick(&NAMES)];
            (
                "x-rules",
                json!([{"rule": draw.pick(&RELATIONS), "of": names}]),
            )
        }
        _ => ("required", json!([draw.pick(&NAMES), draw.pick(&NAMES)])),
    };
    map.insert(key.into(), value);
}

fn bound(draw: &mut Draw<'_>, kind: &str, depth: usize, map: &mut Map<String, Value>) {
    let (key, value) = match kind {
        "string" => match draw.below(8) {
            0 => ("minLength", json!(draw.below(6))),
            1 => ("maxLength", json!(draw.below(12))),
            2 => ("pattern", json!(draw.pick(&PATTERNS))),
            3 => ("format", json!(draw.pick(&FORMATS))),
            4 => ("x-text", json!(draw.pick(&RULES))),
            5 => ("enum", json!([draw.pick(&TEXTS), draw.pick(&TEXTS), "abc"])),
            6 => ("default", json!(draw.pick(&TEXTS))),
            _ if draw.once_in(2) => ("x-own", json!("account")),
            _ => ("x-secret", json!(draw.pick(&["card", "password", "pin"]))),
        },
        "number" | "integer" => {
            let number = number(draw);
            let key = *draw.pick(&[
                "minimum",
                "maximum",
                "exclusiveMinimum",
                "exclusiveMaximum",
                "multipleOf",
                "default",
                "const",
            ]);
            (key, number)
        }
        "array" => match draw.below(6) {
            0 => ("minItems", json!(draw.below(3))),
            1 => ("maxItems", json!(draw.below(5))),
            2 => ("uniqueItems", json!(true)),
            3 if depth > 0 => ("prefixItems", json!([schema(draw, depth - 1)])),
            4 => ("x-own", json!("account")),
            _ if depth > 0 => ("items", schema(draw, depth - 1)),
            _ => ("default", json!([])),
        },
        _ => match draw.below(4) {
            0 => ("default", choice(draw)),
            1 => ("const", choice(draw)),
            2 => ("nullable", json!(true)),
            _ => ("enum", json!([choice(draw), choice(draw)])),
        },
    };
    map.insert(key.into(), value);
}

fn members(draw: &mut Draw<'_>, depth: usize, map: &mut Map<String, Value>) {
    let mut members = Map::new();
    for _ in 0..draw.below(5) {
        let name = *draw.pick(&NAMES);
        members.insert(name.into(), schema(draw, depth.saturating_sub(1)));
    }
    let (key, value) = match draw.below(9) {
        0 => ("required", json!([draw.pick(&NAMES)])),
        1 => ("additionalProperties", json!(draw.once_in(2))),
        2 if depth > 0 => ("additionalProperties", schema(draw, depth - 1)),
        3 => ("minProperties", json!(draw.below(3))),
        4 => ("maxProperties", json!(draw.below(4))),
        5 => ("propertyNames", json!({"pattern": draw.pick(&PATTERNS)})),
        6 => (
            "dependentRequired",
            json!({*draw.pick(&NAMES): [draw.pick(&NAMES)]}),
        ),
        _ => ("title", json!("t")),
    };
    map.insert(key.into(), value);
    map.insert("properties".into(), Value::Object(members));
}

fn combinator(draw: &mut Draw<'_>, depth: usize, map: &mut Map<String, Value>) {
    let depth = depth.saturating_sub(1);
    match draw.below(5) {
        n @ 0..=2 => {
            let key = ["allOf", "anyOf", "oneOf"][n];
            let branches = json!([schema(draw, depth), schema(draw, depth)]);
            map.insert(key.into(), branches);
        }
        3 => {
            map.insert("not".into(), schema(draw, depth));
        }
        _ => {
            for key in ["if", "then", "else"] {
                map.insert(key.into(), schema(draw, depth));
            }
        }
    }
}

fn number(draw: &mut Draw<'_>) -> Value {
    match draw.below(8) {
        0 => json!(0),
        1 => json!(-1),
        2 => json!(draw.byte()),
        3 => json!(0.01),
        4 => json!(f64::from(draw.byte()) / 4.0),
        5 => json!(draw.number()),
        6 => json!(draw.number() as i64),
        _ => json!(
            Some(f64::from_bits(draw.number()))
                .filter(|number| number.is_finite())
                .unwrap_or(1e300)
        ),
    }
}

/// A value that a refusal may repeat: it stands in the schema.
fn choice(draw: &mut Draw<'_>) -> Value {
    match draw.below(6) {
        0 => Value::Null,
        1 => json!(draw.once_in(2)),
        2 => number(draw),
        3 => json!([draw.pick(&TEXTS)]),
        4 => json!({*draw.pick(&NAMES): draw.pick(&TEXTS)}),
        _ => json!(draw.pick(&TEXTS)),
    }
}

/// Any value; its texts carry [`MARK`] or are of the few that schemas know too.
pub fn value(draw: &mut Draw<'_>, depth: usize) -> Value {
    match draw.below(if depth > 0 { 9 } else { 6 }) {
        0 => Value::Null,
        1 => json!(draw.once_in(2)),
        2 => number(draw),
        3 => json!(draw.pick(&TEXTS)),
        4 => text(draw),
        5 => json!(1),
        6 => (0..draw.below(4)).map(|_| value(draw, depth - 1)).collect(),
        _ => {
            let mut map = Map::new();
            for _ in 0..draw.below(4) {
                let name = name(draw);
                map.insert(name, value(draw, depth - 1));
            }
            Value::Object(map)
        }
    }
}

fn text(draw: &mut Draw<'_>) -> Value {
    let length = draw.below(8);
    let tail = String::from_utf8_lossy(draw.bytes(length)).into_owned();
    json!(format!("{MARK}{tail}"))
}

fn name(draw: &mut Draw<'_>) -> String {
    if draw.once_in(6) {
        format!("{MARK}{}", draw.byte())
    } else {
        (*draw.pick(&NAMES)).to_owned()
    }
}

/// A value as this schema asks for it, as far as one can tell by looking at the nearest keywords.
pub fn fitting(draw: &mut Draw<'_>, schema: &Value, depth: usize) -> Value {
    if depth == 0 || draw.once_in(16) {
        return value(draw, 1);
    }
    if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
        return draw.pick(choices).clone();
    }
    if let Some(only) = schema.get("const") {
        return only.clone();
    }
    let kind = match schema.get("type") {
        Some(Value::String(kind)) => kind.as_str(),
        Some(Value::Array(kinds)) if !kinds.is_empty() => {
            draw.pick(kinds).as_str().unwrap_or("null")
        }
        _ => "",
    };
    match kind {
        "null" => Value::Null,
        "boolean" => json!(draw.once_in(2)),
        "integer" => json!(draw.byte()),
        "number" => number(draw),
        "string" => {
            if draw.once_in(2) {
                text(draw)
            } else {
                json!(draw.pick(&TEXTS))
            }
        }
        "array" => {
            let item = schema.get("items").unwrap_or(&Value::Null);
            (0..draw.below(4))
                .map(|_| fitting(draw, item, depth - 1))
                .collect()
        }
        "object" => arguments(draw, schema, depth),
        _ => value(draw, 2),
    }
}

fn arguments(draw: &mut Draw<'_>, schema: &Value, depth: usize) -> Value {
    let mut map = Map::new();
    let declared = schema.get("properties").and_then(Value::as_object);
    for (name, member) in declared.into_iter().flatten() {
        if !draw.once_in(4) {
            map.insert(name.clone(), fitting(draw, member, depth - 1));
        }
    }
    if draw.once_in(8) {
        let name = name(draw);
        map.insert(name, value(draw, 1));
    }
    Value::Object(map)
}
