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

/// What is printed for a word that is no task.
const USAGE: &str = "\
cargo xtask test [FILTER…]   everything: tidy, format, lints, models, fuzzing, all tests
cargo xtask tidy             the rules of the house
cargo xtask shape [PACKAGE]  lengths, complexity, literals and rings of files
cargo xtask fuzz [TARGET…] [--seconds N] [--keep] [--input FILE]   the fuzz targets, side by side
cargo xtask train-mask       the weights of the mask's scorer, from its labelled lines";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (task, rest) = match arguments.split_first() {
        Some((task, rest)) => (task.as_str(), rest),
        None => ("", &[][..]),
    };
    let Some(done) = run(task, rest) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a task; none when there is none of that name.
fn run(task: &str, rest: &[String]) -> Option<anyhow::Result<()>> {
    Some(match task {
        "test" => test::run(rest),
        "tidy" => tidy::run(),
        "shape" => shape::run(rest.first().map(String::as_str)),
        "train-mask" => train_mask::run(),
        "fuzz" => fuzz::run(rest),
        _ => return None,
    })
}
