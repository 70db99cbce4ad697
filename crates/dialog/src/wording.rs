//! Small pieces of sentences: labels, lists, text that can be said, the currency of a tool's sums.
//!
//! Which sentence they go into is decided by `phrase` and `say`.

use conversimple_wire::ToolSpec;
use serde_json::{Map, Value};

use crate::words::{identifier_words, limited};

/// The currency of a tool's amounts: said, declared for the argument, or declared for the tool.
pub(crate) fn currency_of(spec: &ToolSpec, arguments: &Map<String, Value>) -> Option<String> {
    let argument = spec.arguments().find(|argument| is_currency(argument.name));
    let said = argument.and_then(|argument| {
        arguments
            .get(argument.name)
            .or_else(|| argument.schema.get("default"))
    });
    let declared = spec
        .parameters
        .get(conversimple_wire::tool::tool_key::CURRENCY);
    said.or(declared).and_then(Value::as_str).map(str::to_owned)
}

/// Whether an argument takes a currency, by its name.
pub(crate) fn is_currency(name: &str) -> bool {
    identifier_words(name).iter().any(|word| word == "currency")
}

pub(crate) fn capital_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

/// An argument's or a key's name as words: `start_date` is "start date".
pub(crate) fn label(name: &str) -> String {
    identifier_words(name).join(" ")
}

/// "a", "a and b", "a, b and c".
pub(crate) fn list(items: &[String], last: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., end] => format!("{} {last} {end}", rest.join(", ")),
    }
}

/// Text that can be said: one line, without control characters and markup, of bounded length.
pub(crate) fn spoken_text(text: &str, limit_bytes: usize) -> String {
    one_line(
        &text.replace(['{', '}', '<', '>', '`', '|', '\\'], " "),
        limit_bytes,
    )
}

/// Text in one line, without control characters, of bounded length; nothing else of it is changed.
pub(crate) fn one_line(text: &str, limit_bytes: usize) -> String {
    let kept = text.replace(char::is_control, " ");
    let joined = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    if joined.len() <= limit_bytes {
        return joined;
    }
    let cut = limited(&joined, limit_bytes);
    let end = cut.rfind(' ').unwrap_or(cut.len());
    cut[..end].trim_end_matches([',', ';', ':']).to_owned()
}
