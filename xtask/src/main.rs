//! Project tasks. `cargo xtask test` installs what it lacks and runs everything; `cargo xtask tidy` holds the house rules;
//! `cargo xtask fuzz` looks for inputs that break one.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a task runner prints"
)]

mod fuzz;
mod install;
mod test;
mod tidy;

use std::process::ExitCode;

use anyhow::{Result, bail};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let done = match arguments.next().as_deref() {
        Some("test") => test::run(&arguments.collect::<Vec<_>>()),
        Some("tidy") => tidy::run(),
        Some("fuzz") => fuzz::run(&arguments.collect::<Vec<_>>()),
        _ => {
            eprintln!(
                "cargo xtask test [FILTER…]   everything: tidy, format, lints, models, fuzzing, all tests"
            );
            eprintln!("cargo xtask tidy             the rules of the house");
            eprintln!(
                "cargo xtask fuzz [TARGET…] [--seconds N] [--keep] [--input FILE]   the fuzz targets, side by side"
            );
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a command and fails when it does.
fn run(program: &str, arguments: &[&str]) -> Result<()> {
    println!("$ {program} {}", arguments.join(" "));
    let status = std::process::Command::new(program)
        .args(arguments)
        .status()?;
    if !status.success() {
        bail!("`{program} {}` failed", arguments.join(" "));
    }
    Ok(())
}

/// Whether a program can be started.
fn has(program: &str) -> bool {
    let found = std::process::Command::new(program)
        .arg("--version")
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status();
    found.is_ok()
}
