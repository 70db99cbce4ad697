//! One JSON object: findings, boxes, files, milliseconds.

use crate::finding::Finding;
use crate::rules::tools::Kept;
use crate::run::{BoxState, Outcome};
use serde::Serialize;

#[derive(Serialize)]
struct Document<'a> {
    findings: &'a [Finding],
    boxes: Vec<BoxState>,
    score: usize,
    files: usize,
    bytes: u64,
    millis: u64,
    allowed: Vec<Allowed<'a>>,
    in_baseline: usize,
    kept: &'a [Kept],
}

#[derive(Serialize)]
struct Allowed<'a> {
    id: &'a str,
    file: &'a str,
    line: usize,
    reason: &'a str,
}

/// The object as text.
pub(super) fn render(outcome: &Outcome) -> String {
    let document = Document {
        findings: &outcome.findings,
        boxes: outcome.boxes(),
        score: outcome.score(),
        files: outcome.files,
        bytes: outcome.bytes,
        millis: u64::try_from(outcome.took.as_millis()).unwrap_or(u64::MAX),
        allowed: outcome
            .allowed
            .iter()
            .map(|(finding, reason)| Allowed {
                id: finding.id,
                file: &finding.file,
                line: finding.line,
                reason,
            })
            .collect(),
        in_baseline: outcome.in_baseline,
        kept: &outcome.kept,
    };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}
