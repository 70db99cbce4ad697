//! The programs that tasks run, and what cargo says of the workspace.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// Runs a command and fails when it does.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Result<()> {
    println!("$ {program} {}", arguments.join(" "));
    let status = Command::new(program).args(arguments).status()?;
    if !status.success() {
        bail!("`{program} {}` failed", arguments.join(" "));
    }
    Ok(())
}

/// Whether a program can be started.
pub(crate) fn has(program: &str) -> bool {
    let found = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    found.is_ok()
}

/// What cargo says of the packages of the workspace.
///
/// # Errors
/// When cargo cannot be run.
pub(crate) fn metadata() -> Result<Value> {
    read_metadata(&["--no-deps"])
}

/// What cargo says of the workspace and of everything that it depends on, as `Cargo.lock` has it.
///
/// # Errors
/// When cargo cannot be run.
pub(crate) fn dependency_tree() -> Result<Value> {
    read_metadata(&["--locked"])
}

fn read_metadata(arguments: &[&str]) -> Result<Value> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1"])
        .args(arguments)
        .output()?;
    serde_json::from_slice(&output.stdout).context("cargo metadata gave no JSON")
}
