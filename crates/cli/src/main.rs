//! The command `conversimple`: reads what is typed and calls the crate that does it.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command prints"
)]

mod audit;
mod call;
mod check;
mod child;
mod clock;
mod data;
mod dev;
mod keys;
mod models;
mod new;
mod redact;
mod retention;
mod rotate_encryption;
mod serve;
mod start;
mod voice;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Voice agents whose security is how the system works.
#[derive(Parser)]
#[command(name = "conversimple", version, about, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    dev: dev::Options,
}

#[derive(Subcommand)]
enum Command {
    /// The whole thing on this machine, with the guide's agent to talk to. The same as no command at all.
    Dev(dev::Options),
    /// The platform alone, for agents of your own.
    Serve(serve::Options),
    /// Hold a conversation from wav files or typed lines.
    Call(call::Options),
    /// API keys of the customers, and the keys that seal what is stored.
    #[command(subcommand)]
    Keys(keys::Command),
    /// The speech models.
    #[command(subcommand)]
    Models(models::Command),
    /// Mask secrets in a file or in what is piped in.
    Redact(redact::Options),
    /// The guide's checklist over a folder: 0 clean, 1 findings, 2 could not run.
    Check(check::Options),
    /// Start an agent of your own.
    New(new::Options),
    /// The audit trail.
    #[command(subcommand)]
    Audit(audit::Command),
}

/// A command that could not run.
pub(crate) const COULD_NOT_RUN: u8 = 2;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let command = cli.command.unwrap_or(Command::Dev(cli.dev));
    match run(&command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("conversimple: {error:#}");
            ExitCode::from(COULD_NOT_RUN)
        }
    }
}

fn run(command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Dev(options) => dev::run(options),
        Command::Serve(options) => serve::run(options),
        Command::Call(options) => call::run(options),
        Command::Keys(command) => keys::run(command),
        Command::Models(command) => models::run(command),
        Command::Redact(options) => redact::run(options),
        Command::Check(options) => check::run(options),
        Command::New(options) => new::run(options),
        Command::Audit(command) => audit::run(command),
    }
}
