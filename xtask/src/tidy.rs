//! `cargo xtask tidy`: rules of the house that no compiler keeps.
//!
//! Floors depend downwards only, the lower ones on nothing that opens a socket; every source file says what it decides;
//! every test that SECURITY.md names exists; files and functions do not grow beyond what one reads, and files of a package
//! do not use each other in a ring; nothing is left
//! unfinished; every dependency has a licence and a source that `deny.toml` lets in.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::command::{dependency_tree, metadata};
use crate::dependencies;
use crate::shape;
use crate::tree::{self, SourceFile};

/// The floor of each package: it may depend on packages of a lower floor, and on those of its own that stand behind it.
const FLOORS: [(&str, u8); 17] = [
    ("conversimple-mask", 0),
    ("conversimple-spoken", 0),
    ("conversimple-wire", 0),
    ("conversimple-guard", 1),
    ("conversimple-conversation", 2),
    ("conversimple-dialog", 1),
    ("conversimple-macros", 1),
    ("conversimple-store", 2),
    ("conversimple-providers", 2),
    ("conversimple", 2),
    ("conversimple-check", 3),
    ("conversimple-server", 3),
    ("conversimple-guide", 3),
    ("conversimple-orm", 3),
    ("conversimple-cli", 4),
    ("conversimple-bench", 5),
    ("xtask", 5),
];

/// Packages of floor 0 that the others of floor 0 may use, because they know nothing of the platform.
const FOUNDATION: [&str; 1] = ["conversimple-mask"];

/// Packages without a clock, socket, file, environment or random source.
const PURE: [&str; 7] = [
    "conversimple-mask",
    "conversimple-spoken",
    "conversimple-wire",
    "conversimple-guard",
    "conversimple-conversation",
    "conversimple-dialog",
    "conversimple-macros",
];

/// What pure packages may not depend on.
const NOT_BELOW: [&str; 8] = [
    "tokio",
    "sqlx",
    "hyper",
    "axum",
    "ureq",
    "reqwest",
    "tokio-tungstenite",
    "ort",
];

/// Longest file, in lines. A table may be longer.
const LINES_LIMIT: usize = 800;

/// What must not stand in a source file.
const UNFINISHED: [&str; 3] = ["todo!(", "unimplemented!(", "FIXME"];

/// Checks everything and names everything that is wrong.
pub(crate) fn run() -> Result<()> {
    let mut wrong = Vec::new();
    let metadata = metadata()?;
    floors(&metadata, &mut wrong);
    let files = tree::sources()?;
    for SourceFile { path, text } in &files {
        file(path, text, &mut wrong);
    }
    shape::check(&tree::packages(&metadata, &files)?, &mut wrong)?;
    dependencies::check(&dependency_tree()?, &mut wrong)?;
    security(&files, &mut wrong)?;
    if wrong.is_empty() {
        println!("tidy: {} source files, nothing to say", files.len());
        return Ok(());
    }
    for line in &wrong {
        eprintln!("tidy: {line}");
    }
    bail!("{} things are not tidy", wrong.len())
}

fn floors(metadata: &Value, wrong: &mut Vec<String>) {
    let floors: BTreeMap<&str, u8> = FLOORS.into();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        let Some(&floor) = floors.get(name) else {
            wrong.push(format!(
                "package {name} stands on no floor: give it one in xtask/src/tidy.rs"
            ));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            // What only tests use does not bind the crate.
            if dependency["kind"] == "dev" {
                continue;
            }
            let needed = dependency["name"].as_str().unwrap_or_default();
            let foundation = FOUNDATION.contains(&needed) && !FOUNDATION.contains(&name);
            let beside = floors.get(needed).is_some_and(|below| *below >= floor);
            if beside && !foundation && name != "conversimple" {
                wrong.push(format!(
                    "{name} (floor {floor}) depends on {needed}: dependencies point down"
                ));
            }
            if PURE.contains(&name) && NOT_BELOW.contains(&needed) {
                wrong.push(format!("{name} is pure and depends on {needed}"));
            }
        }
    }
}

fn file(path: &Path, text: &str, wrong: &mut Vec<String>) {
    let shown = path.display();
    let within = |name: &str| path.components().any(|part| part.as_os_str() == name);
    let compile_fail = within("ui") || within("compile_fail");
    if !compile_fail && !text.starts_with("//!") {
        wrong.push(format!(
            "{shown}: the first lines say what the file decides"
        ));
    }
    if text.lines().count() > LINES_LIMIT && !within("tests") {
        wrong.push(format!("{shown}: more than {LINES_LIMIT} lines"));
    }
    // This file names what it looks for.
    if path.ends_with("xtask/src/tidy.rs") || path.starts_with("crates/check") {
        return;
    }
    for word in UNFINISHED {
        if text.contains(word) {
            wrong.push(format!("{shown}: {word} is left"));
        }
    }
    if within("tests") && text.contains("thread::sleep(") {
        wrong.push(format!(
            "{shown}: a test waits for an event, not for a time"
        ));
    }
}

/// Every test that SECURITY.md names in its last column exists.
fn security(files: &[SourceFile], wrong: &mut Vec<String>) -> Result<()> {
    let page = std::fs::read_to_string("SECURITY.md").context("SECURITY.md")?;
    let rows = page.lines().filter(|line| line.starts_with('|')).skip(2);
    let mut named = 0;
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').collect();
        let Some(tests) = cells.last().filter(|_| cells.len() >= 3) else {
            continue;
        };
        for test in tests.split('`').skip(1).step_by(2) {
            named += 1;
            let name = test.rsplit("::").next().unwrap_or(test);
            let rust = files
                .iter()
                .any(|file| file.text.contains(&format!("fn {name}(")));
            if !rust && !Path::new(test).exists() {
                wrong.push(format!(
                    "SECURITY.md names the test {test}, which does not exist"
                ));
            }
        }
    }
    if named == 0 {
        wrong.push("SECURITY.md names no test".into());
    }
    Ok(())
}
