//! The rules as people read them: id, section of the guide, weight, why it matters, what to write instead, and a bad
//! and a good example that are the rule's own tests. Decides nothing about code.

pub(crate) mod access;
pub(crate) mod connection;
pub(crate) mod data;
pub(crate) mod errors;
pub(crate) mod input;
pub(crate) mod keys;
pub(crate) mod meta;

use crate::finding::Severity;
use serde::Serialize;

/// The guide's nine boxes to tick before deploying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// API keys stored in environment variables.
    Keys,
    /// `.env` added to `.gitignore`.
    Ignore,
    /// Input validation on all tools.
    Validation,
    /// Parameterized database queries.
    Queries,
    /// Sensitive data not logged (nor stored or returned in the clear).
    Data,
    /// HTTPS/WSS connections only.
    Transport,
    /// Rate limiting implemented.
    Limits,
    /// Authentication for sensitive operations.
    Access,
    /// Generic error messages.
    Errors,
}

impl Area {
    /// All nine, in the guide's order.
    pub const ALL: [Self; 9] = [
        Self::Keys,
        Self::Ignore,
        Self::Validation,
        Self::Queries,
        Self::Data,
        Self::Transport,
        Self::Limits,
        Self::Access,
        Self::Errors,
    ];

    /// The box as the guide words it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Keys => "API keys stored in environment variables",
            Self::Ignore => ".env added to .gitignore",
            Self::Validation => "Input validation on all tools",
            Self::Queries => "Parameterized database queries",
            Self::Data => "Sensitive data not logged",
            Self::Transport => "HTTPS/WSS connections only",
            Self::Limits => "Rate limiting implemented",
            Self::Access => "Authentication for sensitive operations",
            Self::Errors => "Generic error messages",
        }
    }

    /// A short stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Ignore => "ignore",
            Self::Validation => "validation",
            Self::Queries => "queries",
            Self::Data => "data",
            Self::Transport => "transport",
            Self::Limits => "limits",
            Self::Access => "access",
            Self::Errors => "errors",
        }
    }
}

/// A rule of the checklist.
#[derive(Debug)]
pub struct Rule {
    /// Stable; used in `--explain`, `allow(…)`, baselines and SARIF.
    pub id: &'static str,
    /// One line.
    pub title: &'static str,
    /// The guide's section.
    pub section: &'static str,
    /// The box it belongs to.
    pub area: Area,
    /// Its weight unless a finding says otherwise.
    pub severity: Severity,
    /// Why it matters, in a few sentences.
    pub why: &'static str,
    /// What to write instead.
    pub fix: &'static str,
    /// Bad and good code.
    pub examples: &'static [Example],
}

/// A pair of snippets: the first has the fault, the second does the same without it.
///
/// `{{OWN}}`, `{{FERNET}}` and the like stand for secrets: none is ever written here.
#[derive(Debug)]
pub struct Example {
    /// The file that holds it.
    pub file: &'static str,
    /// With the fault.
    pub bad: &'static str,
    /// Without it.
    pub good: &'static str,
}

/// All rules, in the order of the boxes.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    keys::RULES
        .iter()
        .chain(input::RULES)
        .chain(data::RULES)
        .chain(connection::RULES)
        .chain(access::RULES)
        .chain(errors::RULES)
        .chain(meta::RULES)
        .copied()
}

/// The rule with this id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.id == id)
}

/// The page that `--explain` shows, or nothing for an unknown id.
pub fn explain(id: &str) -> Option<String> {
    let rule = rule(id)?;
    let mut page = format!(
        "{}: {}\n\nSection: {}\nBox: {}\nSeverity: {}\n\n{}\n\nInstead: {}\n",
        rule.id,
        rule.title,
        rule.section,
        rule.area.title(),
        rule.severity.as_str(),
        rule.why,
        rule.fix,
    );
    for example in rule.examples {
        let shown = |snippet: &str| {
            crate::examples::with_placeholders(snippet)
                .lines()
                .map(|line| format!("    {line}\n"))
                .collect::<String>()
        };
        page.push_str(&format!(
            "\nBad ({}):\n{}",
            example.file,
            shown(example.bad)
        ));
        page.push_str(&format!(
            "\nGood ({}):\n{}",
            example.file,
            shown(example.good)
        ));
    }
    page.push_str(&format!(
        "\nTo accept one place, write on its line: # conversimple: allow({}) and the reason\n",
        rule.id
    ));
    Some(page)
}
