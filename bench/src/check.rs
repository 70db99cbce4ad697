//! How well `conversimple check` tells faults from code that follows the guide, and how fast it reads a large Python tree.
//!
//! Decides nothing: it prints a table. The snippets are the rules' own bad and good examples with secrets made for the run;
//! `export` writes them as files so that `check_peers.py` can put other scanners beside ours.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use conversimple_check::{Options, check_text, example_with_secrets, rules, run as check};

const SEED: u64 = 42;

/// Recall and false alarms on the rules' examples, and speed on the standard library of the Python that is installed.
pub(crate) fn run() -> String {
    let mut out = String::new();
    examples(&mut out);
    speed(&mut out);
    out
}

/// Writes every example as a file of its own: `bad/N-RULE/FILE` and `good/N-RULE/FILE`.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn export(folder: &Path) -> Result<String> {
    let mut count = 0;
    for rule in rules() {
        for example in &rule.examples {
            count += 1;
            for (kind, snippet) in [("bad", example.bad), ("good", example.good)] {
                let path = folder
                    .join(kind)
                    .join(format!("{count:03}-{}", rule.id))
                    .join(example.file);
                fs::create_dir_all(path.parent().context("a file has a folder")?)?;
                fs::write(path, example_with_secrets(snippet, SEED))?;
            }
        }
    }
    Ok(format!("{count} pairs written\n"))
}

fn examples(out: &mut String) {
    let (mut pairs, mut found, mut alarms) = (0, 0, 0);
    for rule in rules() {
        for example in &rule.examples {
            pairs += 1;
            let bad = check_text(example.file, example_with_secrets(example.bad, SEED));
            let good = check_text(example.file, example_with_secrets(example.good, SEED));
            found += usize::from(bad.findings.iter().any(|finding| finding.id == rule.id));
            alarms += usize::from(!good.findings.is_empty());
        }
    }
    let _ = writeln!(
        out,
        "| snippets | faults found by their rule | clean ones with a finding |\n|---|---|---|"
    );
    let _ = writeln!(
        out,
        "| {pairs} pairs in Python, JavaScript, Rust and configuration | {found} | {alarms} |\n"
    );
}

fn speed(out: &mut String) {
    let Some(tree) = python_tree() else {
        let _ = writeln!(
            out,
            "No python3 is installed, so there is no large tree to read."
        );
        return;
    };
    let mut options = Options::new(tree);
    options.threads = 1;
    let mut best: Option<f64> = None;
    let mut shown = (0, 0);
    // The first of three warms the file cache.
    for _ in 0..3 {
        let Ok(outcome) = check(&options) else { return };
        let rate = outcome.bytes as f64 / 1e6 / outcome.took.as_secs_f64();
        best = Some(best.map_or(rate, |known| known.max(rate)));
        shown = (outcome.files, outcome.bytes / 1_000_000);
    }
    let _ = writeln!(
        out,
        "| large tree | files | MB | MB/s on one core, best of 3 | peak memory, MB |\n|---|---|---|---|---|"
    );
    let _ = writeln!(
        out,
        "| Python's standard library | {} | {} | {:.1} | {} |",
        shown.0,
        shown.1,
        best.unwrap_or_default(),
        peak_mb().map_or_else(|| "?".to_owned(), |peak| peak.to_string()),
    );
}

fn python_tree() -> Option<PathBuf> {
    let done = Command::new("python3")
        .args([
            "-c",
            "import sysconfig; print(sysconfig.get_paths()['stdlib'])",
        ])
        .output()
        .ok()?;
    let path = PathBuf::from(String::from_utf8(done.stdout).ok()?.trim());
    path.is_dir().then_some(path)
}

fn peak_mb() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024)
}
