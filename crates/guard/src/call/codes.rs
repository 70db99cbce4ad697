//! Which codes a tool may fail with, besides those of the platform's table.
//!
//! Decides it from the declaration: a code that is written in it (`x-codes`, `x-refuse`, `x-rules`), or one that is made of
//! words for what is wrong (`data/fault_words.tsv`) and of the words of its arguments' names. Anything else is the agent's own
//! text, and may be anything.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use conversimple_mask::names;
use conversimple_wire::ToolSpec;
use conversimple_wire::tool::tool_key;
use serde_json::Value;

static FAULT_WORDS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    let lines = include_str!("../../data/fault_words.tsv").lines();
    lines
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
});

/// The codes of one tool.
#[derive(Debug, Clone, Default)]
pub(super) struct Codes {
    written: BTreeSet<String>,
    words: BTreeSet<String>,
}

impl Codes {
    pub(super) fn of(spec: &ToolSpec) -> Self {
        let mut codes = Self::default();
        codes.collect(&spec.parameters);
        let list = spec
            .parameters
            .get(tool_key::CODES)
            .and_then(Value::as_array);
        let written = list.into_iter().flatten().filter_map(Value::as_str);
        codes.written.extend(written.map(str::to_owned));
        let arguments = spec.arguments();
        let words = arguments.flat_map(|argument| words(argument.name));
        codes.words = words.collect();
        codes
    }

    /// Codes of rules and bounds, however deep they lie.
    fn collect(&mut self, schema: &Value) {
        match schema {
            Value::Object(map) => {
                for key in ["x-refuse", tool_key::RULES] {
                    let rows = map.get(key).into_iter().flat_map(rows);
                    let written = rows.filter_map(|row| row.get("code")?.as_str());
                    self.written.extend(written.map(str::to_owned));
                }
                map.values().for_each(|inner| self.collect(inner));
            }
            Value::Array(items) => items.iter().for_each(|item| self.collect(item)),
            _ => {}
        }
    }

    pub(super) fn has(&self, code: &str) -> bool {
        let known = |word: String| {
            FAULT_WORDS.contains(word.as_str()) || self.words.contains(word.as_str())
        };
        self.written.contains(code) || words(code).into_iter().all(known)
    }
}

fn rows(value: &Value) -> Vec<&Value> {
    match value {
        Value::Object(map) => map.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    }
}

fn words(name: &str) -> Vec<String> {
    names::words(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn code_is_written_in_declaration_or_made_of_its_words() {
        let spec = ToolSpec {
            name: "pay_bill".into(),
            description: String::new(),
            parameters: json!({
                "x-codes": ["shop_closed"],
                "x-rules": [{"rule": "differ", "of": ["from", "to"], "code": "same_account"}],
                "properties": {"billAmount": {"type": "number", "x-refuse": {"minimum": {"code": "below_floor_price"}}}},
            }),
        };
        let codes = Codes::of(&spec);
        for (code, has) in [
            ("shop_closed", true),
            ("same_account", true),
            ("below_floor_price", true),
            ("invalid_amount", true),
            ("bill_amount_too_large", true),
            ("not_found", true),
            ("insufficient_funds", true),
            ("sunflower77x", false),
            ("invalid_sunflower", false),
            ("user_hunter22", false),
        ] {
            assert_eq!(codes.has(code), has, "{code}");
        }
    }

    #[test]
    fn fault_words_are_lower_case_sorted_and_single() {
        let lines: Vec<&str> = include_str!("../../data/fault_words.tsv")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .collect();
        assert!(lines.is_sorted() && lines.len() == FAULT_WORDS.len());
        assert!(
            lines
                .iter()
                .all(|word| word.bytes().all(|b| b.is_ascii_lowercase()))
        );
    }
}
