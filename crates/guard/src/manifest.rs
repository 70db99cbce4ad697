//! What the declarations of an agent say, as data for the checklist.
//!
//! Decides nothing: it lays a tool's declaration open in the form in which rules ask about it. Whether that is good
//! enough is decided by `conversimple-check`.

use conversimple_wire::ToolSpec;
use conversimple_wire::tool::Role;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::quota::RATE_DEFAULT;

/// All tools of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Manifest {
    /// The tools, in the order of their declaration.
    pub tools: Vec<ToolManifest>,
}

/// One tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolManifest {
    /// Its name.
    pub name: String,
    /// What it says that it does.
    pub description: String,
    /// `ordinary`, `login` or `logout`.
    pub role: String,
    /// Whether it is refused without a caller.
    pub caller: bool,
    /// Whether the caller must say yes.
    pub confirm: bool,
    /// How often.
    pub limit: String,
    /// Whether somebody wrote that limit, or it is the default.
    pub limit_declared: bool,
    /// Its arguments.
    pub arguments: Vec<ArgumentManifest>,
    /// Where it is declared, as far as that is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub place: Option<Place>,
}

/// Where a declaration stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file, relative to the project.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

/// One argument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArgumentManifest {
    /// Its name.
    pub name: String,
    /// Its types, as JSON Schema calls them.
    pub types: Vec<String>,
    /// Whether a call without it is refused.
    pub required: bool,
    /// Which kind of own thing it names.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub own: Option<String>,
    /// Which kind of secret it takes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub secret: Option<String>,
    /// Whether the declaration narrows it beyond its type: bounds, choices, a pattern, a format, a kind of text.
    pub bounded: bool,
}

impl Manifest {
    /// Lays the declarations open; the SDK's own internal tools are left out.
    pub fn of(specs: &[ToolSpec]) -> Self {
        let tools = specs.iter().filter(|spec| !spec.internal());
        Self {
            tools: tools.map(ToolManifest::of).collect(),
        }
    }
}

impl ToolManifest {
    /// Lays one declaration open.
    pub fn of(spec: &ToolSpec) -> Self {
        let role = match spec.role() {
            Role::Ordinary => "ordinary",
            Role::Login => "login",
            Role::Logout => "logout",
        };
        Self {
            name: spec.name.clone(),
            description: spec.description.clone(),
            role: role.to_owned(),
            caller: spec.caller(),
            confirm: spec.confirm(),
            limit: spec
                .limit()
                .map_or_else(|| RATE_DEFAULT.to_string(), str::to_owned),
            limit_declared: spec.limit().is_some(),
            arguments: spec
                .arguments()
                .map(|argument| argument_of(&argument))
                .collect(),
            place: None,
        }
    }
}

fn argument_of(argument: &conversimple_wire::tool::Argument<'_>) -> ArgumentManifest {
    const BOUNDS: &[&str] = &[
        "enum",
        "const",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "maxLength",
        "pattern",
        "format",
        "x-text",
        "x-own",
        "maxItems",
    ];
    let types = match argument.schema.get("type") {
        Some(Value::String(name)) => vec![name.clone()],
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    };
    ArgumentManifest {
        name: argument.name.to_owned(),
        bounded: types == ["boolean"]
            || BOUNDS
                .iter()
                .any(|bound| argument.schema.get(bound).is_some()),
        types,
        required: argument.required,
        own: argument.own().map(str::to_owned),
        secret: argument.secret().map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn manifest_lists_policies_and_round_trips() {
        let spec = |name: &str, parameters| ToolSpec {
            name: name.into(),
            description: "d".into(),
            parameters,
        };
        let manifest = Manifest::of(&[
            spec(
                "pay",
                json!({"x-confirm": true, "x-limit": "5/min", "required": ["amount"], "properties": {
                "amount": {"type": "number", "maximum": 5}, "from": {"type": "string", "x-own": "account"}, "note": {"type": "string"}}}),
            ),
            spec("own_things", json!({"x-internal": true})),
            spec(
                "login",
                json!({"properties": {"password": {"type": "string"}}}),
            ),
        ]);
        let text = serde_json::to_string(&manifest).expect("json");
        assert_eq!(
            serde_json::from_str::<Manifest>(&text).expect("manifest"),
            manifest
        );
        let [pay, login] = manifest.tools.as_slice() else {
            panic!("two tools")
        };
        assert!(pay.caller && pay.confirm && pay.limit_declared && pay.limit == "5/min");
        let bounded: Vec<bool> = pay
            .arguments
            .iter()
            .map(|argument| argument.bounded)
            .collect();
        assert_eq!(bounded, [true, true, false]);
        assert_eq!(
            (
                login.role.as_str(),
                login.limit.as_str(),
                login.limit_declared
            ),
            ("login", "10/min", false)
        );
        assert_eq!(login.arguments[0].secret.as_deref(), Some("password"));
    }
}
