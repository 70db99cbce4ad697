//! A policy as TOML: read from a file or from a page, and written for a page.
//!
//! Decides the form alone. Dates, and numbers that are none in JSON, are no part of a policy and make it unreadable.

use std::fmt::Write as _;

use conversimple_wire::policy::{AgentPolicy, OwnList, ToolPolicy};
use serde_json::{Map, Value, json};
use toml_edit::{Item, TableLike, Value as Toml};

/// A document as JSON. None when it is no TOML.
pub(crate) fn read(text: &str) -> Option<Value> {
    let document: toml_edit::Document<String> = toml_edit::Document::parse(text.to_owned()).ok()?;
    table(document.as_table())
}

fn table(table: &dyn TableLike) -> Option<Value> {
    let mut map = Map::new();
    for (name, item) in table.iter() {
        let inner = match item {
            Item::None => continue,
            Item::Value(inner) => value(inner)?,
            Item::Table(inner) => self::table(inner)?,
            Item::ArrayOfTables(rows) => {
                let rows = rows.iter().map(|row| self::table(row));
                Value::Array(rows.collect::<Option<_>>()?)
            }
        };
        map.insert(name.to_owned(), inner);
    }
    Some(Value::Object(map))
}

fn value(toml: &Toml) -> Option<Value> {
    match toml {
        Toml::String(text) => Some(json!(text.value())),
        Toml::Integer(number) => Some(json!(number.value())),
        Toml::Float(number) => serde_json::Number::from_f64(*number.value()).map(Value::Number),
        Toml::Boolean(flag) => Some(json!(flag.value())),
        Toml::Datetime(_) => None,
        Toml::Array(items) => items
            .iter()
            .map(value)
            .collect::<Option<Vec<_>>>()
            .map(Value::Array),
        Toml::InlineTable(inner) => table(inner),
    }
}

/// A policy as a person writes it.
pub(crate) fn write(policy: &AgentPolicy) -> String {
    let mut text = String::new();
    for (name, row) in &policy.tools {
        head(&mut text, "tools", name);
        tool(&mut text, row);
    }
    for (kind, row) in &policy.own {
        head(&mut text, "own", kind);
        own(&mut text, row);
    }
    text
}

fn head(text: &mut String, part: &str, name: &str) {
    let gap = if text.is_empty() { "" } else { "\n" };
    let _infallible = writeln!(text, "{gap}[{part}.{}]", key(name));
}

fn tool(text: &mut String, row: &ToolPolicy) {
    let fields = serde_json::to_value(row).unwrap_or_default();
    for (field, value) in fields.as_object().into_iter().flatten() {
        if field != "arguments" {
            let _infallible = writeln!(text, "{field} = {}", inline(value));
        }
    }
    for (name, argument) in &row.arguments {
        let argument = serde_json::to_value(argument).unwrap_or_default();
        let _infallible = writeln!(text, "arguments.{} = {}", key(name), inline(&argument));
    }
}

fn own(text: &mut String, row: &OwnList) {
    let fields = serde_json::to_value(row).unwrap_or_default();
    for (field, value) in fields.as_object().into_iter().flatten() {
        let _infallible = writeln!(text, "{field} = {}", inline(value));
    }
}

/// A value on one line. JSON's texts are TOML's.
fn inline(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let members = map
                .iter()
                .map(|(name, inner)| format!("{} = {}", key(name), inline(inner)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(inline).collect();
            format!("[{}]", items.join(", "))
        }
        plain => plain.to_string(),
    }
}

fn key(name: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    match !name.is_empty() && name.bytes().all(bare) {
        true => name.to_owned(),
        false => json!(name).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_survives_writing_and_reading_as_toml() {
        let document = json!({
            "own": {"account": {"tool": "list_accounts", "list": "accounts", "id": "id", "names": ["name", "label"]}},
            "tools": {
                "bank.pay": {"effect": "pay", "confirm": {"keys": "1"}, "sums": [{"argument": "amount", "limit": "500/day"}],
                             "arguments": {"from": {"own": "account"}, "memo": {"secret": false}}},
                "get_weather": {"public": true, "limit": "none"},
            },
        });
        let policy = AgentPolicy::read(&document).expect("a policy");
        let text = write(&policy);
        assert_eq!(read(&text), Some(document), "{text}");
        assert_eq!(write(&AgentPolicy::default()), "");
    }

    #[test]
    fn unreadable_toml_is_none() {
        for text in ["[tools", "a = 1979-05-27", "a = nan", "a = 1\na = 2"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(""), Some(json!({})));
    }
}
