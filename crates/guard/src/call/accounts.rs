//! Whose login is tried: the names under which failures are counted.
//!
//! Decides it from the declaration. Where `x-account` says which arguments name the account, they do together. Else every
//! argument that is no secret and no choice among a few words counts, all of them together; and each by itself that is called
//! after somebody (`data/account_words.tsv`), so that no other argument (a bank, a branch) can be changed to begin anew. When
//! none is called so, each counts by itself.

use std::collections::HashMap;
use std::sync::LazyLock;

use conversimple_mask::names;
use conversimple_wire::ToolSpec;
use conversimple_wire::tool::tool_key;
use serde_json::{Map, Value};

/// Stands between the parts of a name; no form of an argument holds it.
const BETWEEN: &str = "\u{1f}";

/// Words of arguments that name somebody, and words of those that name a group.
static WORDS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let lines = include_str!("../../data/account_words.tsv").lines();
    lines.filter_map(|line| line.split_once('\t')).collect()
});

/// The arguments of a login that name the account.
#[derive(Debug, Clone, Default)]
pub(super) struct Accounts {
    together: Vec<String>,
    alone: Vec<String>,
}

impl Accounts {
    pub(super) fn of(spec: &ToolSpec) -> Self {
        let written = spec.parameters.get(tool_key::ACCOUNT);
        if let Some(Value::Array(names)) = written {
            let names = names.iter().filter_map(Value::as_str).map(str::to_owned);
            return Self {
                together: names.collect(),
                alone: Vec::new(),
            };
        }
        let together: Vec<String> = spec
            .arguments()
            .filter(|argument| argument.secret().is_none() && names_something(argument.schema))
            .map(|argument| argument.name.to_owned())
            .collect();
        let somebody: Vec<String> = together
            .iter()
            .filter(|name| is_somebody(name))
            .cloned()
            .collect();
        let alone = if somebody.is_empty() {
            together.clone()
        } else {
            somebody
        };
        Self { together, alone }
    }

    /// The names under which an attempt counts, each once.
    pub(super) fn named(&self, arguments: &Map<String, Value>) -> Vec<String> {
        let value = |name: &String| match arguments.get(name) {
            Some(Value::String(text)) => text.trim().to_lowercase(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        let mut found: Vec<String> = self.alone.iter().map(value).collect();
        let all: Vec<String> = self.together.iter().map(value).collect();
        found.push(all.join(BETWEEN));
        found.retain(|name| name.chars().any(|c| c != '\u{1f}'));
        found.sort();
        found.dedup();
        found
    }
}

/// Whether an argument may be anything, and so can name somebody.
fn names_something(schema: &Value) -> bool {
    let kind = schema.get("type").and_then(Value::as_str);
    let plain = matches!(kind, None | Some("string" | "number" | "integer"));
    plain && schema.get("enum").is_none() && schema.get("const").is_none()
}

fn is_somebody(name: &str) -> bool {
    let words = names::words(name);
    let has = |what: &str| {
        words
            .iter()
            .any(|word| WORDS.get(word.as_str()) == Some(&what))
    };
    has("somebody") && !has("group")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn login_counts_by_whoever_it_names_and_by_all_together() {
        let text = || json!({"type": "string"});
        for (properties, account, names) in [
            (
                json!({"username": text(), "password": text()}),
                None,
                vec!["ann"],
            ),
            (
                json!({"bank": text(), "username": text(), "password": text()}),
                None,
                vec!["ann", "one\u{1f}ann"],
            ),
            (
                json!({"branch": text(), "bank": text(), "pin": text()}),
                None,
                vec!["7", "7\u{1f}one", "one"],
            ),
            (
                json!({"language": {"enum": ["en"]}, "customer_number": {"type": "integer"}, "pin": text()}),
                None,
                vec!["5"],
            ),
            (
                json!({"bank": text(), "username": text(), "password": text()}),
                Some(json!(["bank"])),
                vec!["one"],
            ),
            (json!({"password": text()}), None, vec![]),
        ] {
            let mut parameters = json!({ "properties": properties });
            if let Some(account) = account {
                parameters[tool_key::ACCOUNT] = account;
            }
            let spec = ToolSpec {
                name: "login".into(),
                description: String::new(),
                parameters,
            };
            let given = json!({"bank": "One", "username": " Ann", "password": "x", "branch": 7, "customer_number": 5});
            let found = Accounts::of(&spec).named(given.as_object().expect("an object"));
            assert_eq!(found, names, "{}", spec.parameters);
        }
    }
}
