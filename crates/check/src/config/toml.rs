//! TOML. Decides nothing but names and places.

use super::setting::{Setting, Settings};
use crate::code::ir::Span;
use crate::source::Source;
use toml_edit::{Document, Item, Value};

/// The settings, or nothing when this is not TOML.
pub(super) fn settings(source: &Source) -> Option<Settings> {
    let document = Document::parse(source.text.as_str()).ok()?;
    let mut found = Settings::default();
    item("", document.as_item(), 0, &mut found);
    Some(found)
}

fn item(name: &str, item_here: &Item, depth: usize, found: &mut Settings) {
    if depth > 100 {
        return;
    }
    match item_here {
        Item::Value(here) => value(name, here, depth, found),
        Item::Table(table) => {
            for (key, inner) in table.iter() {
                item(key, inner, depth + 1, found);
            }
        }
        Item::ArrayOfTables(tables) => {
            for table in tables.iter() {
                for (key, inner) in table.iter() {
                    item(key, inner, depth + 1, found);
                }
            }
        }
        Item::None => {}
    }
}

fn value(name: &str, here: &Value, depth: usize, found: &mut Settings) {
    let place = here.span().unwrap_or(0..0);
    match here {
        Value::String(text) => push(name, text.value(), place, found),
        Value::Boolean(truth) => push(name, &truth.value().to_string(), place, found),
        Value::Integer(number) => push(name, &number.value().to_string(), place, found),
        Value::Array(list) if depth < 100 => {
            for inner in list.iter() {
                value(name, inner, depth + 1, found);
            }
        }
        Value::InlineTable(table) if depth < 100 => {
            for (key, inner) in table.iter() {
                value(key, inner, depth + 1, found);
            }
        }
        _ => {}
    }
}

fn push(name: &str, text: &str, place: std::ops::Range<usize>, found: &mut Settings) {
    found.settings.push(Setting {
        name: name.to_owned(),
        value: text.to_owned(),
        span: Span {
            start: place.start,
            end: place.end,
        },
    });
}
