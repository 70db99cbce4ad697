//! SARIF 2.1.0, as code scanning takes it: rules with help, results with fingerprints, accepted findings as suppressed.

use crate::catalogue::rule::Severity;
use crate::catalogue::{explain, rules};
use crate::finding::Finding;
use crate::run::Outcome;
use serde_json::{Value, json};

/// The log as text.
pub(super) fn render(outcome: &Outcome) -> String {
    let rule_list: Vec<Value> = rules()
        .map(|rule| {
            json!({
                "id": rule.id,
                "name": camel(rule.id),
                "shortDescription": {"text": rule.title},
                "fullDescription": {"text": rule.why},
                "help": {"text": explain(rule.id).unwrap_or_default()},
                "defaultConfiguration": {"level": level(rule.severity)},
                "properties": {
                    "tags": ["security", rule.area.slug()],
                    "section": rule.section,
                    "precision": "high",
                    "problem.severity": if rule.severity == Severity::Error { "error" } else { "warning" },
                    "security-severity": if rule.severity == Severity::Error { "8.0" } else { "5.0" },
                },
            })
        })
        .collect();
    let mut results: Vec<Value> = outcome.findings.iter().map(result).collect();
    for (finding, reason) in &outcome.allowed {
        let mut entry = result(finding);
        entry["suppressions"] = json!([{"kind": "inSource", "justification": reason}]);
        results.push(entry);
    }
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "conversimple check",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": "https://github.com/conversimple/conversimple",
                "rules": rule_list,
            }},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {"SRCROOT": {"description": {"text": "the folder that was checked"}}},
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

fn result(finding: &Finding) -> Value {
    let index = rules().position(|rule| rule.id == finding.id).unwrap_or(0);
    json!({
        "ruleId": finding.id,
        "ruleIndex": index,
        "level": level(finding.severity),
        "message": {"text": format!("{}. Instead: {}", finding.message, finding.fix)},
        "locations": [{
            "physicalLocation": {
                "artifactLocation": {"uri": uri(&finding.file), "uriBaseId": "SRCROOT"},
                "region": {
                    "startLine": finding.line,
                    "startColumn": finding.column,
                    "endColumn": finding.end_column,
                    "snippet": {"text": finding.excerpt},
                },
            },
        }],
        "partialFingerprints": {"conversimple/v1": finding.fingerprint},
    })
}

fn level(severity: Severity) -> &'static str {
    severity.as_str()
}

fn camel(id: &str) -> String {
    id.split('-')
        .map(|word| {
            let mut chars = word.chars();
            chars.next().map_or_else(String::new, |first| {
                first.to_uppercase().collect::<String>() + chars.as_str()
            })
        })
        .collect()
}

/// A path as a relative URI.
fn uri(path: &str) -> String {
    let mut text = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}
