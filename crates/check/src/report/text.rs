//! The report for people: the nine boxes, what stands against each, and a score.

use crate::catalogue::rule::Area;
use crate::catalogue::rule::Severity;
use crate::finding::Finding;
use crate::run::Outcome;

/// The report, with terminal colours when asked for.
pub(super) fn render(outcome: &Outcome, colour: bool) -> String {
    let paint = |code: &str, text: &str| {
        if colour {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    };
    let mut out = String::new();
    for (area, state) in Area::ALL.iter().zip(outcome.boxes()) {
        let mark = if state.ticked {
            paint("32", "[x]")
        } else {
            paint("31", "[ ]")
        };
        out.push_str(&format!("{mark} {}\n", paint("1", state.title)));
        for finding in outcome
            .findings
            .iter()
            .filter(|finding| finding.area == *area)
        {
            out.push_str(&one(finding, &paint));
        }
    }
    if !outcome.kept.is_empty() {
        out.push_str(&format!("\n{}\n", paint("1", "Kept by the types")));
        for kept in &outcome.kept {
            out.push_str(&format!(
                "    {}:{} {}: {}\n",
                kept.file, kept.line, kept.tool, kept.what
            ));
        }
    }
    if !outcome.allowed.is_empty() {
        out.push_str(&format!(
            "\n{}\n",
            paint(
                "1",
                &format!("Allowed by comments: {}", outcome.allowed.len())
            )
        ));
        for (finding, reason) in &outcome.allowed {
            let reason = if reason.is_empty() {
                "(no reason)"
            } else {
                reason
            };
            out.push_str(&format!(
                "    {}:{} {}: {reason}\n",
                finding.file, finding.line, finding.id
            ));
        }
    }
    out.push_str(&summary(outcome));
    out
}

fn one(finding: &Finding, paint: &dyn Fn(&str, &str) -> String) -> String {
    let weight = match finding.severity {
        Severity::Error => paint("31", "error"),
        Severity::Warning => paint("33", "warning"),
        Severity::Note => paint("36", "note"),
    };
    let place = format!("{}:{}:{}", finding.file, finding.line, finding.column);
    format!(
        "    {} {weight} {} [{}]\n        {}\n        {} {}\n",
        paint("1", &place),
        finding.message,
        finding.id,
        finding.excerpt,
        paint("32", "instead:"),
        finding.fix,
    )
}

fn summary(outcome: &Outcome) -> String {
    let plural =
        |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let mut line = format!(
        "\n{} of 9 boxes ticked, {} in {} ({} ms)",
        outcome.score(),
        plural(outcome.findings.len(), "finding"),
        plural(outcome.files, "file"),
        outcome.took.as_millis(),
    );
    if !outcome.allowed.is_empty() {
        line.push_str(&format!(", {} allowed", outcome.allowed.len()));
    }
    if outcome.in_baseline > 0 {
        line.push_str(&format!(", {} in the baseline", outcome.in_baseline));
    }
    line.push('\n');
    if !outcome.findings.is_empty() {
        line.push_str("conversimple check --explain ID says more about a rule; --fix mends what can be mended without you.\n");
    }
    line
}
