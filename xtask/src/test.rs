//! `cargo xtask test`: everything, in one profile, so that a clean clone builds its dependencies once.

use anyhow::Result;

use crate::{fuzz, has, install, tidy};

use crate::run as command;

/// Fetches the speech models, which the tests of the voice need.
pub(crate) fn models() -> Result<()> {
    command(
        "cargo",
        &[
            "run",
            "--quiet",
            "--release",
            "--package",
            "conversimple-cli",
            "--",
            "models",
            "pull",
        ],
    )
}

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
    // The end-to-end tests start these programs, whichever package they stand in. The ORM's example is none of them, and what it
    // asks of SQLite and of macros would build everything anew that `cargo run --release` has built.
    command(
        "cargo",
        &[
            "build",
            "--release",
            "--workspace",
            "--exclude",
            "conversimple-orm",
            "--bins",
        ],
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
    command("cargo", &test)
}
