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

/// What must pass before a test runs.
///
/// The end-to-end tests start the programs, whichever package they stand in. Programs and tests are built in one go: by
/// themselves the programs ask for fewer features, and all dependencies would be built twice.
const BEFORE_TESTS: [&[&str]; 3] = [
    &["fmt", "--all", "--check"],
    &[
        "clippy",
        "--release",
        "--workspace",
        "--all-targets",
        "--",
        "--deny",
        "warnings",
    ],
    &["build", "--release", "--workspace", "--bins", "--tests"],
];

/// Runs everything, or the tests whose names match.
pub(crate) fn run(filter: &[String]) -> Result<()> {
    let everything = filter.is_empty();
    prepare()?;
    if everything {
        fuzz::short()?;
    }
    models()?;
    tests(filter)?;
    match everything {
        // Nextest runs no examples of the documentation.
        true => command("cargo", &DOC_TESTS),
        false => Ok(()),
    }
}

/// Checks what needs no test and builds the rest.
fn prepare() -> Result<()> {
    tidy::run()?;
    install::all()?;
    BEFORE_TESTS
        .iter()
        .try_for_each(|step| command("cargo", step))
}

/// Runs the tests by nextest where it is installed: it runs those of all packages side by side.
fn tests(filter: &[String]) -> Result<()> {
    let mut arguments = match has("cargo-nextest") {
        true => vec!["nextest", "run"],
        false => vec!["test"],
    };
    arguments.extend(["--release", "--workspace", "--no-fail-fast"]);
    arguments.extend(filter.iter().map(String::as_str));
    command("cargo", &arguments)
}
