//! `cargo xtask tidy`: rules of the house that no compiler keeps.
//!
//! Floors depend downwards only, the lower ones on nothing that opens a socket; every source file says what it decides;
//! every test that SECURITY.md names exists; files and functions do not grow beyond what one reads, and files of a package
//! do not use each other in a ring; nothing is left unfinished; every dependency has a licence and a source that `deny.toml` lets in.

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
    ("conversimple-macros", 1),
    ("conversimple-store", 2),
    ("conversimple-providers", 2),
    ("conversimple", 2),
    ("conversimple-check", 3),
    ("conversimple-dialog", 3),
    ("conversimple-guide", 3),
    ("conversimple-orm", 3),
    ("conversimple-server", 4),
    ("conversimple-cli", 5),
    ("conversimple-bench", 6),
    ("xtask", 6),
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
    let files = tree::sources()?;
    for SourceFile { path, text } in &files {
        file(path, text, &mut wrong);
    }
    packages(&files, &mut wrong)?;
    security(&files, &mut wrong)?;
    if wrong.is_empty() {
        println!("tidy: {} source files, nothing to say", files.len());
        return Ok(());
    }
    eprintln!("tidy: {}", wrong.join("\ntidy: "));
    bail!("{} things are not tidy", wrong.len())
}

/// The rules on packages: their floors, the shape of their code, what they depend on.
fn packages(files: &[SourceFile], wrong: &mut Vec<String>) -> Result<()> {
    let metadata = metadata()?;
    floors(&metadata, wrong);
    shape::check(&tree::packages(&metadata, files)?, wrong)?;
    dependencies::check(&dependency_tree()?, wrong)
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
        let dependencies = package["dependencies"].as_array().into_iter().flatten();
        // What only tests use does not bind the crate.
        let bound = dependencies.filter(|dependency| dependency["kind"] != "dev");
        for needed in bound.filter_map(|dependency| dependency["name"].as_str()) {
            dependency(name, floor, needed, floors.get(needed).copied(), wrong);
        }
    }
}

/// Names a dependency that points up or sideways, or gives a pure package a way out. `below` is its floor, if it is ours.
fn dependency(name: &str, floor: u8, needed: &str, below: Option<u8>, wrong: &mut Vec<String>) {
    let foundation = FOUNDATION.contains(&needed) && !FOUNDATION.contains(&name);
    // The SDK is the front of crates that stand beside it.
    let free = foundation || name == "conversimple";
    if below.is_some_and(|below| below >= floor) && !free {
        wrong.push(format!(
            "{name} (floor {floor}) depends on {needed}: dependencies point down"
        ));
    }
    if PURE.contains(&name) && NOT_BELOW.contains(&needed) {
        wrong.push(format!("{name} is pure and depends on {needed}"));
    }
}

fn file(path: &Path, text: &str, wrong: &mut Vec<String>) {
    let shown = path.display();
    let within = |name: &str| path.components().any(|part| part.as_os_str() == name);
    let is_ui_test = within("ui") || within("compile_fail");
    if !is_ui_test && !text.starts_with("//!") {
        wrong.push(format!(
            "{shown}: the first lines say what the file decides"
        ));
    }
    if text.lines().count() > LINES_LIMIT && !within("tests") {
        wrong.push(format!("{shown}: more than {LINES_LIMIT} lines"));
    }
    // These files name what they look for.
    let names_it = path.ends_with("xtask/src/tidy.rs") || path.starts_with("crates/check");
    if !names_it {
        unfinished(path, text, within("tests"), wrong);
    }
}

/// Names what is left unfinished in a file, and a test that waits for a time.
fn unfinished(path: &Path, text: &str, is_test: bool, wrong: &mut Vec<String>) {
    let shown = path.display();
    let left = UNFINISHED.iter().filter(|word| text.contains(**word));
    wrong.extend(left.map(|word| format!("{shown}: {word} is left")));
    if is_test && text.contains("thread::sleep(") {
        wrong.push(format!(
            "{shown}: a test waits for an event, not for a time"
        ));
    }
}

/// Every test that SECURITY.md names in its last column exists.
fn security(files: &[SourceFile], wrong: &mut Vec<String>) -> Result<()> {
    let page = std::fs::read_to_string("SECURITY.md").context("SECURITY.md")?;
    let rows = page.lines().filter(|line| line.starts_with('|')).skip(2);
    let named: Vec<&str> = rows.flat_map(tests_of_row).collect();
    if named.is_empty() {
        wrong.push("SECURITY.md names no test".into());
    }
    let missing = named.into_iter().filter(|test| !exists(test, files));
    wrong.extend(
        missing.map(|test| format!("SECURITY.md names the test {test}, which does not exist")),
    );
    Ok(())
}

/// The tests in the last cell of a row, each between back-ticks.
fn tests_of_row(row: &str) -> impl Iterator<Item = &str> {
    let cells: Vec<&str> = row.trim_matches('|').split('|').collect();
    let last = cells.last().copied().filter(|_| cells.len() >= 3);
    last.into_iter()
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
}

/// Whether a test stands in a Rust file, or is a file itself.
fn exists(test: &str, files: &[SourceFile]) -> bool {
    let name = test.rsplit("::").next().unwrap_or(test);
    let head = format!("fn {name}(");
    files.iter().any(|file| file.text.contains(&head)) || Path::new(test).exists()
}
