//! Why an agent ends or does not start, in sentences that say what to do.

use std::fmt;

use crate::channel::Stop;
use crate::environment::SettingsError;

/// Why an agent ends or does not start. The text says what to do, and so does `Debug`, which is what a `main` that returns
/// the error prints.
#[derive(thiserror::Error)]
pub enum AgentError {
    /// A setting is missing or of no use.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A tool is declared in a way that cannot work.
    #[error("tool `{tool}`: {problem}")]
    Declaration {
        /// The tool.
        tool: String,
        /// What is wrong, and what to write instead.
        problem: String,
    },
    /// The platform does not want this agent.
    #[error(transparent)]
    Refused(#[from] Stop),
    /// The audit file cannot be written.
    #[error("CONVERSIMPLE_AUDIT_FILE: {0}")]
    Audit(String),
    /// The system has no random numbers to give.
    #[error("the system gives no random numbers")]
    Random,
}

impl fmt::Debug for AgentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
