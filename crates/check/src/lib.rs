//! The security checklist as a gate: what would fail a review of a voice agent, where, why, and what to write instead.
//!
//! Decides by reading: source code by syntax tree, configuration by its own parsers, git by its objects. It never runs
//! the code and opens no connection; what the platform knows (a key's age) is handed in. It does not prove the absence
//! of faults: values are followed within a function, and a check that is there but wrong is not seen.
//!
//! [`run`] checks a folder; [`Outcome::render`] writes the result as text, JSON, SARIF or GitHub annotations, and
//! [`Outcome::exit_code`] is 0 for clean and 1 for findings. A [`CheckError`] is exit code 2.

mod allow;
mod baseline;
mod catalogue;
mod code;
mod config;
#[cfg(test)]
mod every_row;
mod examples;
mod facts;
mod file;
mod finding;
mod fix;
mod flow;
mod git;
mod mask;
mod names;
mod options;
mod prefilter;
mod project;
mod report;
mod rules;
mod run;
mod secret;
mod source;
mod walk;

pub use baseline::{Baseline, BaselineError};
pub use catalogue::rule::{Area, Example, Rule, Severity};
pub use catalogue::{explain, rule, rules};
pub use finding::Finding;
pub use fix::{Repair, fix};
pub use git::GitError;
pub use options::{CheckError, KeyRecord, Options};
pub use report::Format;
pub use rules::tools::Kept;
pub use run::{BoxState, Outcome, check_text, run};

/// An example with made-up secrets of the right form, for tests and benchmarks; `seed` varies them.
pub fn example_with_secrets(snippet: &str, seed: u64) -> String {
    examples::with_secrets(snippet, seed)
}
