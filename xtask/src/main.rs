//! Project tasks. `cargo xtask test` installs what it lacks and runs everything; `cargo xtask tidy` holds the house rules;
//! `cargo xtask shape` measures the code;
//! `cargo xtask train-mask` makes the weights of the mask's scorer;
//! `cargo xtask fuzz` looks for inputs that break one.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a task runner prints"
)]

mod command;
mod complexity;
mod dependencies;
mod exceptions;
mod fuzz;
mod imports;
mod install;
mod rings;
mod shape;
mod test;
mod tidy;
mod train_mask;
mod tree;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let done = match arguments.next().as_deref() {
        Some("test") => test::run(&arguments.collect::<Vec<_>>()),
        Some("tidy") => tidy::run(),
        Some("shape") => shape::run(arguments.next().as_deref()),
        Some("train-mask") => train_mask::run(),
        Some("fuzz") => fuzz::run(&arguments.collect::<Vec<_>>()),
        _ => {
            eprintln!(
                "cargo xtask test [FILTER…]   everything: tidy, format, lints, models, fuzzing, all tests"
            );
            eprintln!("cargo xtask tidy             the rules of the house");
            eprintln!(
                "cargo xtask shape [PACKAGE]  lengths, complexity, literals and rings of files"
            );
            eprintln!(
                "cargo xtask fuzz [TARGET…] [--seconds N] [--keep] [--input FILE]   the fuzz targets, side by side"
            );
            eprintln!(
                "cargo xtask train-mask       the weights of the mask's scorer, from its labelled lines"
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
