//! What the declaration and the types of a Rust tool guarantee, so that it is not asked for again.

use super::inputs::{Sort, sort};
use super::tool::Tool;
use crate::code::Language;
use crate::code::ir::Param;
use crate::facts::Fact;

/// What is guaranteed, and by what.
pub(super) fn guaranteed(tool: &Tool<'_>) -> Vec<String> {
    let mut kept: Vec<String> = tool.function.params.iter().filter_map(by_type).collect();
    kept.push(match tool.option("limit") {
        Some(limit) => format!("limit: {limit}"),
        None => "limit: the default of 10 a minute".to_owned(),
    });
    if tool.has(Fact::ConfirmFlag) {
        kept.push("confirmation: the caller's yes to exactly these arguments".to_owned());
    }
    kept
}

/// What the type of a parameter guarantees.
fn by_type(param: &Param) -> Option<String> {
    let (name, kind) = (&param.name, param.kind.trim());
    if kind.starts_with("Owned<") {
        return Some(format!(
            "ownership and login: `{name}: {kind}` cannot be had by anyone but its owner"
        ));
    }
    if kind.trim_start_matches('&') == "Caller" {
        return Some("login: `Caller` exists only after one".to_owned());
    }
    if kind.contains("Sealed<") || kind.contains("Secret<") {
        return Some(format!("secrecy: `{name}: {kind}` cannot be printed"));
    }
    by_bounds(param, kind)
}

fn by_bounds(param: &Param, kind: &str) -> Option<String> {
    let name = &param.name;
    if param.is_bounded {
        return Some(format!(
            "validation: `{name}: {kind}` has its bounds in the declaration"
        ));
    }
    let is_checked = sort(Language::Rust, param, None) == Sort::Settled
        && kind.starts_with(|c: char| c.is_uppercase());
    is_checked.then(|| format!("validation: `{name}: {kind}` is checked before the tool runs"))
}
