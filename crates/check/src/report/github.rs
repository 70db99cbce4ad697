//! Workflow commands: GitHub shows each beside its line. Decides the escaping that they need.

use crate::catalogue::rule::Severity;
use crate::run::Outcome;

/// One command a finding.
pub(super) fn render(outcome: &Outcome) -> String {
    let mut text = String::new();
    for finding in &outcome.findings {
        let level = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        text.push_str(&format!(
            "::{level} file={},line={},col={},endColumn={},title={}::{}\n",
            property(&finding.file),
            finding.line,
            finding.column,
            finding.end_column,
            property(finding.id),
            message(&format!("{}. Instead: {}", finding.message, finding.fix)),
        ));
    }
    text
}

fn message(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}
