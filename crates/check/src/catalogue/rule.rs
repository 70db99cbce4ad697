//! The shape of a rule: its id, its box of the guide, its severity, its texts and its examples. The rules themselves
//! stand in `data/catalogue.txt`.

use serde::{Deserialize, Serialize};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Would pass a review with a remark.
    Note,
    /// Would be questioned.
    Warning,
    /// Would fail.
    Error,
}

impl Severity {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The guide's nine boxes to tick before deploying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    /// What the code calls it.
    pub(crate) name: &'static str,
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
    pub examples: Vec<Example>,
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
