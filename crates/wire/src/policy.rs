//! What the operator of the platform says of an agent's tools, for agents that declare nothing or too little.
//!
//! One document an agent, the same in a file (TOML), over REST and in the published client's `agent_config`. This file
//! decides its shape and which policy key of a declaration each field stands for; what the keys mean is `tool`'s, and when a
//! document applies is decided by the guard. A field that is absent leaves what the declaration says and what the tool's effect
//! asks for. Looser than that is only what says so: `public = true`, `confirm = false`, `limit = "none"`, `secret = false`
//! and another `effect`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::tool::{argument_key, tool_key};

/// The largest document, in bytes of its JSON.
pub const POLICY_LIMIT_BYTES: usize = 64 * 1024;

/// The operator's policy for one agent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentPolicy {
    /// What holds for each tool, by its name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tools: BTreeMap<String, ToolPolicy>,
    /// Which tool lists the caller's own things of a kind, by the kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub own: BTreeMap<String, OwnList>,
}

/// What holds for one tool.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolPolicy {
    /// What it does: `read`, `write`, `send`, `pay`, `delete`, `login` or `logout`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    /// `true`: it needs a caller who has logged in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<bool>,
    /// `true`: anybody may call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public: Option<bool>,
    /// `true`: it needs a yes. `false`: it needs none. `"confirm"`: only this word is one. `{"keys": "1"}`: only these keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<Value>,
    /// `"5/min"`: how often in one conversation. `"none"`: as often as it is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    /// `"20/h"`: how often one caller, over all conversations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_limit: Option<String>,
    /// How much of an argument in sum.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sums: Vec<SumPolicy>,
    /// `"5min"`: the login may not be older than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_up: Option<String>,
    /// Of a login: the arguments that together name the account.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub account: Vec<String>,
    /// What holds for each argument, by its name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub arguments: BTreeMap<String, ArgumentPolicy>,
    /// The digest of the declaration that was looked at. A tool that is declared otherwise is withheld.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// A limit on the sum of an argument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SumPolicy {
    /// The argument.
    pub argument: String,
    /// `"20000/h"`.
    pub limit: String,
}

/// What holds for one argument.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArgumentPolicy {
    /// The kind of secret that it takes: `"password"`, `"pin"`, `"card"`. `false`: it takes none, whatever it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<Value>,
    /// The kind of the caller's own things that it names: `"account"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<String>,
}

/// The tool that lists what is the caller's own of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnList {
    /// A tool without required arguments.
    pub tool: String,
    /// The member of its result that holds the list; the result itself, or its only list, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// The member of each thing that is its id.
    #[serde(default = "id")]
    pub id: String,
    /// The members of each thing that are its names.
    #[serde(default = "names")]
    pub names: Vec<String>,
}

fn id() -> String {
    "id".into()
}

fn names() -> Vec<String> {
    vec!["name".into()]
}

/// A document cannot be taken: where, and what is wrong. It repeats no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct PolicyProblem {
    /// The field: `tools.pay_bill.limit`.
    pub place: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl AgentPolicy {
    /// Reads a document.
    ///
    /// # Errors
    /// `PolicyProblem`, which names the field.
    pub fn read(document: &Value) -> Result<Self, PolicyProblem> {
        for part in ["tools", "own"] {
            let rows = document.get(part).and_then(Value::as_object);
            for (name, row) in rows.into_iter().flatten() {
                check_row(part, name, row)?;
            }
        }
        // A list would be read as the fields in their order.
        let read = document.is_object().then(|| document.clone());
        let read = read.and_then(|document| serde_json::from_value(document).ok());
        read.ok_or_else(|| PolicyProblem {
            place: "policy".into(),
            problem: "it has `tools` and `own`, tables by name, and nothing else",
        })
    }

    /// The document, to be stored or sent.
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_else(|_| json!({}))
    }
}

/// Checks a row by itself, so that the problem can be told with its place.
fn check_row(part: &str, name: &str, row: &Value) -> Result<(), PolicyProblem> {
    let at = |field: &str, problem| PolicyProblem {
        place: match field {
            "" => format!("{part}.{name}"),
            field => format!("{part}.{name}.{field}"),
        },
        problem,
    };
    if part == "own" {
        let read = serde_json::from_value::<OwnList>(row.clone());
        return read
            .map(|_| ())
            .map_err(|_| at("", "it has `tool`, and may have `list`, `id` and `names`"));
    }
    let fields = row.as_object().ok_or_else(|| at("", "it is a table"))?;
    for (field, value) in fields {
        let one = json!({ field: value });
        let read = serde_json::from_value::<ToolPolicy>(one);
        let tool = read.map_err(|_| at(field, "it is no field of a tool, or of another type"))?;
        tool.check().map_err(|problem| at(field, problem))?;
    }
    let both =
        fields.get("public") == Some(&json!(true)) && fields.get("caller") == Some(&json!(true));
    match both {
        true => Err(at("", "it is `public` or needs a `caller`, not both")),
        false => Ok(()),
    }
}

impl ToolPolicy {
    /// What of a single field makes no sense.
    fn check(&self) -> Result<(), &'static str> {
        if self.caller == Some(false) {
            return Err("what needs no caller says so in words: `public = true`");
        }
        let effect = self.effect.as_deref();
        if effect.is_some_and(|name| crate::Effect::parse(name).is_none()) {
            return Err("it is read, write, send, pay, delete, login or logout");
        }
        let secret = |argument: &ArgumentPolicy| match &argument.secret {
            None | Some(Value::Bool(_)) => true,
            Some(Value::String(kind)) => !kind.is_empty(),
            Some(_) => false,
        };
        match self.arguments.values().all(secret) {
            true => Ok(()),
            false => Err("`secret` is a kind of secret, or false"),
        }
    }

    /// The policy keys of the tool that the fields stand for, with null for one that the declaration must not keep.
    pub fn keys(&self) -> Map<String, Value> {
        let mut keys = Map::new();
        let mut put = |key: &str, value: Option<Value>| {
            keys.extend(value.map(|value| (key.to_owned(), value)));
        };
        put(tool_key::EFFECT, self.effect.clone().map(Value::from));
        // Another effect is another role: one that was declared beside it would contradict it.
        put(tool_key::ROLE, self.effect.as_ref().map(|_| Value::Null));
        put(tool_key::CALLER, self.caller.map(Value::from));
        put(tool_key::PUBLIC, self.public.map(Value::from));
        match (self.public, self.caller) {
            (Some(true), _) => put(tool_key::CALLER, Some(Value::Null)),
            (_, Some(true)) => put(tool_key::PUBLIC, Some(Value::Null)),
            _ => {}
        }
        put(tool_key::CONFIRM, self.confirm.clone());
        put(tool_key::LIMIT, self.limit.clone().map(Value::from));
        put(
            tool_key::CALLER_LIMIT,
            self.caller_limit.clone().map(Value::from),
        );
        put(tool_key::STEP_UP, self.step_up.clone().map(Value::from));
        let listed = |empty: bool, value: Value| (!empty).then_some(value);
        put(
            tool_key::SUM,
            listed(self.sums.is_empty(), json!(self.sums)),
        );
        put(
            tool_key::ACCOUNT,
            listed(self.account.is_empty(), json!(self.account)),
        );
        keys
    }

    /// The arguments that the document speaks of.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let arguments = self.arguments.keys().chain(&self.account);
        let summed = self.sums.iter().map(|sum| &sum.argument);
        arguments.chain(summed).map(String::as_str)
    }
}

impl ArgumentPolicy {
    /// The policy keys of the argument that the fields stand for.
    pub fn keys(&self) -> Map<String, Value> {
        let secret = self.secret.clone();
        let own = self.own.clone().map(Value::from);
        [(argument_key::SECRET, secret), (argument_key::OWN, own)]
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_owned(), value?)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_document_survives_reading_and_writing() {
        let document = json!({
            "own": {"account": {"tool": "list_accounts", "list": "accounts", "id": "id", "names": ["name"]}},
            "tools": {
                "login": {"account": ["bank", "username"], "arguments": {"passcode": {"secret": "pin"}}},
                "pay_bill": {"effect": "pay", "caller": true, "confirm": true, "limit": "5/min",
                             "sums": [{"argument": "amount", "limit": "500/day"}], "arguments": {"from": {"own": "account"}}},
                "get_weather": {"confirm": false, "limit": "none", "public": true},
            },
        });
        let policy = AgentPolicy::read(&document).expect("a policy");
        assert_eq!(policy.to_value(), document);
        assert_eq!(AgentPolicy::read(&json!({})), Ok(AgentPolicy::default()));
    }

    #[test]
    fn policy_problem_names_its_place_and_no_value() {
        for (document, place) in [
            (json!({"tool": {}}), "policy"),
            (json!([]), "policy"),
            (json!({"tools": {"a": 1}}), "tools.a"),
            (
                json!({"tools": {"a": {"limits": "hunter22"}}}),
                "tools.a.limits",
            ),
            (json!({"tools": {"a": {"limit": 5}}}), "tools.a.limit"),
            (json!({"tools": {"a": {"caller": false}}}), "tools.a.caller"),
            (
                json!({"tools": {"a": {"effect": "hunter22"}}}),
                "tools.a.effect",
            ),
            (
                json!({"tools": {"a": {"arguments": {"b": {"secret": 5}}}}}),
                "tools.a.arguments",
            ),
            (
                json!({"tools": {"a": {"caller": true, "public": true}}}),
                "tools.a",
            ),
            (json!({"own": {"account": {"list": "x"}}}), "own.account"),
        ] {
            let problem = AgentPolicy::read(&document).expect_err("a problem");
            assert_eq!(problem.place, place, "{problem}");
            assert!(!problem.to_string().contains("hunter22"), "{problem}");
        }
    }
}
