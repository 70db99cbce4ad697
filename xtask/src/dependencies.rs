//! Whether every package of the dependency tree has a licence, a source and a name that `deny.toml` lets in.
//!
//! The form of the file is cargo-deny's, of which this reads `licenses.allow`, `licenses.clarify`, `bans.deny` and
//! `sources.allow-registry`. Advisories are not checked, because their database comes from the network.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;

/// Where it stands.
const PATH: &str = "deny.toml";

#[derive(Deserialize)]
struct Deny {
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
    #[serde(default)]
    clarify: Vec<Clarified>,
}

/// A package whose licence stands in a file only.
#[derive(Deserialize)]
struct Clarified {
    #[serde(rename = "crate")]
    name: String,
    expression: String,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Banned>,
}

#[derive(Deserialize)]
struct Banned {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: Vec<String>,
}

/// Names every package that may not be part of the product.
///
/// # Errors
/// When `deny.toml` cannot be read.
pub(crate) fn check(metadata: &Value, wrong: &mut Vec<String>) -> Result<()> {
    let text = std::fs::read_to_string(PATH).context(PATH)?;
    let deny: Deny = toml::from_str(&text).context(PATH)?;
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        let problems = [
            deny.license(name, package["license"].as_str()),
            deny.source(package["source"].as_str()),
            deny.ban(name),
        ];
        let named = problems.into_iter().flatten();
        wrong.extend(named.map(|problem| format!("{PATH}: the dependency {name} {problem}")));
    }
    Ok(())
}

impl Deny {
    fn license(&self, name: &str, declared: Option<&str>) -> Option<String> {
        let clarified: BTreeMap<&str, &str> = self
            .licenses
            .clarify
            .iter()
            .map(|package| (package.name.as_str(), package.expression.as_str()))
            .collect();
        let Some(expression) = declared.or_else(|| clarified.get(name).copied()) else {
            return Some("names no licence".into());
        };
        let allows = |license: &str| self.licenses.allow.iter().any(|allowed| allowed == license);
        (!is_allowed(expression, &allows)).then(|| format!("has the licence {expression}"))
    }

    /// A package of the workspace has no source.
    fn source(&self, source: Option<&str>) -> Option<String> {
        let source = source?;
        let registry = source.strip_prefix("registry+").unwrap_or(source);
        let allowed = &self.sources.allow_registry;
        (!allowed.iter().any(|known| known == registry)).then(|| format!("comes from {source}"))
    }

    fn ban(&self, name: &str) -> Option<String> {
        let is_banned = self.bans.deny.iter().any(|banned| banned.name == name);
        is_banned.then(|| "is banned".into())
    }
}

/// Whether a licence expression (SPDX 2.3, annex D) can be met by allowed licences. A slash is an old form of `OR`.
fn is_allowed(expression: &str, allows: &dyn Fn(&str) -> bool) -> bool {
    let expression = expression.trim().replace('/', " OR ");
    let expression = expression.as_str();
    if let Some((left, right)) = split(expression, " OR ") {
        return is_allowed(left, allows) || is_allowed(right, allows);
    }
    if let Some((left, right)) = split(expression, " AND ") {
        return is_allowed(left, allows) && is_allowed(right, allows);
    }
    match expression
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
    {
        Some(inner) => is_allowed(inner, allows),
        None => allows(expression.trim()),
    }
}

/// Splits at the first operator that stands in no parentheses.
fn split<'a>(expression: &'a str, operator: &str) -> Option<(&'a str, &'a str)> {
    let is_outside = |at: usize| {
        let before = &expression[..at];
        before.matches('(').count() == before.matches(')').count()
    };
    let mut places = expression.match_indices(operator);
    let (at, _) = places.find(|(at, _)| is_outside(*at))?;
    Some((&expression[..at], &expression[at + operator.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expression_is_allowed_when_a_choice_of_it_is() {
        let check = |expression, expected| {
            let allows =
                |license: &str| ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].contains(&license);
            assert_eq!(is_allowed(expression, &allows), expected, "{expression}");
        };
        check("MIT", true);
        check("GPL-3.0-only", false);
        check("GPL-3.0-only OR MIT", true);
        check("GPL-3.0-only/MIT", true);
        check("MIT AND ISC", true);
        check("MIT AND GPL-3.0-only", false);
        check("(GPL-3.0-only OR MIT) AND ISC", true);
        check("(GPL-3.0-only OR MIT) AND BSD-3-Clause", false);
        check("Apache-2.0 WITH LLVM-exception OR GPL-2.0-only", true);
        check("", false);
    }

    #[test]
    fn package_from_elsewhere_or_banned_or_without_licence_is_named() {
        let deny: Deny = toml::from_str(
            "[licenses]\nallow = [\"MIT\"]\n[bans]\ndeny = [{ name = \"bad\" }]\n[sources]\nallow-registry = [\"https://r\"]",
        )
        .expect("the file has every part");
        assert!(deny.license("a", None).is_some());
        assert!(deny.license("a", Some("MIT")).is_none());
        assert!(deny.source(Some("git+https://r")).is_some());
        assert!(deny.source(Some("registry+https://r")).is_none());
        assert!(deny.source(None).is_none());
        assert!(deny.ban("bad").is_some());
        assert!(deny.ban("good").is_none());
    }
}
