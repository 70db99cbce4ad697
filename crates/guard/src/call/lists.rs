//! A tool whose result lists what is the caller's own, for agents that have no tool of the SDK's for it.
//!
//! Decides how the list is read from the result: which member holds it, and which members of each thing are its id and its
//! names. Who may call the tool is decided as for any other.

use conversimple_wire::ToolSpec;
use conversimple_wire::tool::{OwnThing, OwnThings, tool_key};
use serde_json::Value;

/// Most things that are taken of one list.
const THINGS_LIMIT: usize = 1_000;

/// What a tool's result lists.
#[derive(Debug, Clone)]
pub struct Lists {
    kind: String,
    list: Option<String>,
    id: String,
    names: Vec<String>,
}

impl Lists {
    /// What the declaration says, if anything that can be read.
    pub(super) fn of(spec: &ToolSpec) -> Option<Self> {
        let keys = spec.parameters.get(tool_key::LISTS)?;
        let text = |key: &str| keys.get(key).and_then(Value::as_str).map(str::to_owned);
        let names = keys.get("names").and_then(Value::as_array);
        let names = names.into_iter().flatten().filter_map(Value::as_str);
        Some(Self {
            kind: text("kind")?,
            list: text("list"),
            id: text("id").unwrap_or_else(|| "id".into()),
            names: names.map(str::to_owned).collect(),
        })
    }

    /// The kind of things.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The things of a result. What has no id is none.
    pub fn things(&self, result: &Value) -> OwnThings {
        let named = self.list.as_ref().and_then(|name| result.get(name));
        let only = || result.as_object()?.values().find(|value| value.is_array());
        let list = match &self.list {
            Some(_) => named,
            None if result.is_array() => Some(result),
            None => only(),
        };
        let list = list.and_then(Value::as_array).into_iter().flatten();
        let things = list
            .take(THINGS_LIMIT)
            .filter_map(|thing| self.thing(thing));
        OwnThings {
            things: things.collect(),
        }
    }

    fn thing(&self, thing: &Value) -> Option<OwnThing> {
        if let Some(id) = word(thing) {
            return Some(OwnThing {
                names: vec![id.clone()],
                id,
            });
        }
        let names = self.names.iter().filter_map(|name| word(thing.get(name)?));
        Some(OwnThing {
            id: word(thing.get(&self.id)?)?,
            names: names.collect(),
        })
    }
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn things_are_read_from_where_the_declaration_says() {
        let spec = |keys: Value| ToolSpec {
            name: "list_accounts".into(),
            description: String::new(),
            parameters: json!({ tool_key::LISTS: keys }),
        };
        let plain = json!({"kind": "account", "names": ["name"]});
        for (keys, result, things) in [
            (
                json!({"kind": "account", "list": "mine", "id": "no", "names": ["label", "kind"]}),
                json!({"mine": [{"no": 7, "label": "checking", "kind": "x"}, {"label": "no id"}], "others": [{"no": 8}]}),
                vec![("7", vec!["checking", "x"])],
            ),
            (
                plain.clone(),
                json!([{"id": "a", "name": "one"}]),
                vec![("a", vec!["one"])],
            ),
            (
                plain.clone(),
                json!({"accounts": ["a", "b"]}),
                vec![("a", vec!["a"]), ("b", vec!["b"])],
            ),
            (plain, json!({"error": "not_found"}), vec![]),
            (
                json!({"kind": "account", "list": "mine"}),
                json!({"other": ["a"]}),
                vec![],
            ),
        ] {
            let lists = Lists::of(&spec(keys)).expect("lists");
            let found = lists.things(&result);
            let found: Vec<(&str, Vec<&str>)> = found
                .things
                .iter()
                .map(|thing| {
                    (
                        thing.id.as_str(),
                        thing.names.iter().map(String::as_str).collect(),
                    )
                })
                .collect();
            assert_eq!(found, things, "{result}");
        }
    }
}
