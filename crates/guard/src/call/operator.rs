//! The operator's word on an agent's tools, written into their declarations before anything is read from them.
//!
//! Decides which rows of a policy apply: a row for a tool that is declared otherwise than when the row was written withholds
//! the tool, and so does one that speaks of an argument that the tool has not. Where neither row nor record says which
//! declaration was looked at, the first one that is seen is. What the keys mean and what they complete is `toolset`'s.

use std::collections::BTreeMap;

use conversimple_wire::ToolSpec;
use conversimple_wire::policy::{AgentPolicy, PolicyProblem, ToolPolicy};
use conversimple_wire::tool::tool_key;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::policy::{Author, Policy, PolicyError};
use super::reason::Reason;
use crate::canonical;

/// So many characters of a digest tell one declaration from another.
const DIGEST_CHARS: usize = 32;

/// The operator's policy for an agent, and which declarations it was written for.
#[derive(Debug, Clone, Default)]
pub struct Oversight {
    /// The document.
    pub policy: AgentPolicy,
    /// The digests of the declarations that were first seen under it, by tool.
    pub seen: BTreeMap<String, String>,
}

impl Oversight {
    /// A declaration with the operator's word in it.
    pub(super) fn applied(&self, spec: &ToolSpec) -> Result<ToolSpec, Reason> {
        let mut spec = spec.clone();
        if let Some(row) = self.policy.tools.get(&spec.name) {
            spec = self.ruled(spec, row)?;
        }
        for (kind, list) in &self.policy.own {
            let is_it = list.tool == spec.name;
            if let Some(keys) = spec.parameters.as_object_mut().filter(|_| is_it) {
                let lists =
                    json!({"kind": kind, "list": list.list, "id": list.id, "names": list.names});
                keys.insert(tool_key::LISTS.to_owned(), lists);
            }
        }
        Ok(spec)
    }

    fn ruled(&self, mut spec: ToolSpec, row: &ToolPolicy) -> Result<ToolSpec, Reason> {
        let digest = declaration_digest(&spec);
        let looked_at = row.digest.as_ref().or_else(|| self.seen.get(&spec.name));
        if looked_at.is_some_and(|known| *known != digest) {
            return Err(Reason::Changed(digest));
        }
        if let Some(name) = row.names().find(|name| spec.argument(name).is_none()) {
            return Err(Reason::UnknownArgument(name.to_owned()));
        }
        if !spec.parameters.is_object() {
            spec.parameters = json!({});
        }
        let Some(keys) = spec.parameters.as_object_mut() else {
            return Ok(spec);
        };
        put(keys, row.keys());
        for (name, argument) in &row.arguments {
            let declared = keys.get_mut("properties").and_then(|all| all.get_mut(name));
            match declared {
                Some(Value::Object(declared)) => put(declared, argument.keys()),
                Some(declared) => *declared = Value::Object(argument.keys()),
                None => {}
            }
        }
        Ok(spec)
    }

    /// The digests of declarations that the policy speaks of and that were not seen before.
    pub fn newly_seen(&self, specs: &[ToolSpec]) -> BTreeMap<String, String> {
        let rows = &self.policy.tools;
        let new = specs.iter().filter(|spec| {
            let row = rows.get(&spec.name);
            row.is_some_and(|row| row.digest.is_none()) && !self.seen.contains_key(&spec.name)
        });
        new.map(|spec| (spec.name.clone(), declaration_digest(spec)))
            .collect()
    }
}

/// Whether a policy makes sense by itself: each row is tried on a tool that has what the row speaks of.
///
/// # Errors
/// `PolicyProblem`, which names the row.
pub fn check_policy(policy: &AgentPolicy) -> Result<(), PolicyProblem> {
    for (name, row) in &policy.tools {
        let declared = row.names().map(|name| (name.to_owned(), json!({})));
        let spec = ToolSpec {
            name: name.clone(),
            description: String::new(),
            parameters: json!({"properties": declared.collect::<Map<_, _>>()}),
        };
        let unseen = ToolPolicy {
            digest: None,
            ..row.clone()
        };
        let oversight = Oversight {
            policy: AgentPolicy {
                tools: BTreeMap::from([(name.clone(), unseen)]),
                ..AgentPolicy::default()
            },
            seen: BTreeMap::new(),
        };
        let applied = oversight.applied(&spec).ok();
        let taken = applied.map(|spec| Policy::of(&spec, Author::Foreign));
        let problem = match taken {
            Some(Ok(_)) => continue,
            Some(Err(PolicyError::Name)) => {
                "a tool's name is 1 to 64 letters, digits, '_', '-' or '.'"
            }
            Some(Err(PolicyError::Key(tool_key::CONFIRM))) => {
                "`confirm` is true, false, words of letters, or keys"
            }
            Some(Err(PolicyError::Key(tool_key::STEP_UP))) => {
                "`step_up` is a time, such as \"5min\""
            }
            Some(Err(PolicyError::Key(tool_key::SUM))) => {
                "`sums` are arguments with limits, such as \"500/day\""
            }
            Some(Err(PolicyError::Key(_))) => "a limit is a rate, such as \"5/min\", or \"none\"",
            Some(Err(PolicyError::Schema(_))) | None => "it makes no sense for any tool",
        };
        return Err(PolicyProblem {
            place: format!("tools.{name}"),
            problem,
        });
    }
    Ok(())
}

/// What tells one text from another.
pub fn text_digest(text: &str) -> String {
    let hash = Sha256::digest(text);
    let mut hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    hex.truncate(DIGEST_CHARS);
    hex
}

/// What tells one declaration from another: its words, its arguments and its policy keys.
pub fn declaration_digest(spec: &ToolSpec) -> String {
    let declared = json!([spec.name, spec.description, spec.parameters]);
    text_digest(&canonical::to_text(&declared))
}

/// Null takes a key away.
fn put(keys: &mut Map<String, Value>, more: Map<String, Value>) {
    for (key, value) in more {
        match value {
            Value::Null => {
                keys.remove(&key);
            }
            value => {
                keys.insert(key, value);
            }
        }
    }
}
