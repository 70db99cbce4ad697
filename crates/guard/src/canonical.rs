//! One way to write a JSON value, so that equal values have equal bytes.
//!
//! Object keys are sorted by their bytes and nothing is written between tokens; numbers and strings stand as
//! `serde_json` writes them. Digests of arguments and the audit chain are taken over this text. It is not RFC 8785:
//! 1 and 1.0 stay different, which is what a digest of arguments needs.

use std::fmt::Write;

use serde_json::{Map, Value};

/// Writes the value with sorted keys.
pub fn to_text(value: &Value) -> String {
    let mut out = String::with_capacity(128);
    write(value, &mut out);
    out
}

/// Writes the members of an object with sorted keys.
pub fn map_to_text(map: &Map<String, Value>) -> String {
    let mut out = String::with_capacity(128);
    write_map(map, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => write_map(map, out),
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        scalar_value => scalar(scalar_value, out),
    }
}

fn write_map(map: &Map<String, Value>, out: &mut String) {
    let mut members: Vec<(&String, &Value)> = map.iter().collect();
    members.sort_unstable_by_key(|(name, _)| *name);
    out.push('{');
    for (i, (name, value)) in members.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        scalar(&Value::from(name.as_str()), out);
        out.push(':');
        write(value, out);
    }
    out.push('}');
}

fn scalar(value: &Value, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = write!(out, "{value}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn canonical_json_ignores_key_order_and_keeps_item_order() {
        let one = json!({"b": [1, {"y": "ä\n", "x": null}], "a": true});
        let other = json!({"a": true, "b": [1, {"x": null, "y": "ä\n"}]});
        assert_eq!(to_text(&one), r#"{"a":true,"b":[1,{"x":null,"y":"ä\n"}]}"#);
        assert_eq!(to_text(&one), to_text(&other));
        assert_ne!(to_text(&json!([1, 2])), to_text(&json!([2, 1])));
        assert_ne!(to_text(&json!(1)), to_text(&json!(1.0)));
    }
}
