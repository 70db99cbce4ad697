//! `cargo xtask test`: everything, in one profile, so that a clean clone builds its dependencies once.

use anyhow::Result;

use crate::command::{has, run as command};
use crate::{fuzz, install, tidy};

/// Fetches the speech models, which the tests of the voice need, with the program that was built.
fn models() -> Result<()> {
    let program = format!(
        "target/release/conversimple{}",
        std::env::consts::EXE_SUFFIX
    );
    command(&program, &["models", "pull"])
}

/// The examples of the documentation. All packages at once, because some of them alone would ask for other features and
/// build their dependencies again.
const DOC_TESTS: [&str; 4] = ["test", "--release", "--doc", "--workspace"];

/// Runs everything, or the tests whose names match.
pub(crate) fn run(filter: &[String]) -> Result<()> {
    tidy::run()?;
    install::all()?;
    command("cargo", &["fmt", "--all", "--check"])?;
    command(
        "cargo",
        &[
            "clippy",
            "--release",
            "--workspace",
            "--all-targets",
            "--",
            "--deny",
            "warnings",
        ],
    )?;
    // The end-to-end tests start the programs, whichever package they stand in. Programs and tests are built in one go: by
    // themselves the programs ask for fewer features, and all dependencies would be built twice.
    command(
        "cargo",
        &["build", "--release", "--workspace", "--bins", "--tests"],
    )?;
    if filter.is_empty() {
        fuzz::short()?;
    }
    models()?;
    let mut test = match has("cargo-nextest") {
        true => vec![
            "nextest",
            "run",
            "--release",
            "--workspace",
            "--no-fail-fast",
        ],
        false => vec!["test", "--release", "--workspace", "--no-fail-fast"],
    };
    test.extend(filter.iter().map(String::as_str));
    command("cargo", &test)?;
    if filter.is_empty() {
        // Nextest runs no examples of the documentation.
        command("cargo", &DOC_TESTS)?;
    }
    Ok(())
}
