//! `conversimple models`: the speech models, fetched, verified and listed.

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;
use conversimple_providers::models;

use crate::voice;

/// `models …`
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Fetch what is missing, with its hash checked.
    Pull,
    /// Hash every file again.
    Verify,
    /// What there is, where it comes from and under which licence.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    match command {
        Command::Pull => println!("The models are in {}", voice::pull()?.display()),
        Command::Verify => {
            let dir = models::cache_dir_from_env()?;
            models::verify(&dir)?;
            println!("Every file in {} is the pinned one.", dir.display());
        }
        Command::List { json } => list(*json)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn list(json: bool) -> Result<()> {
    let dir = models::cache_dir_from_env()?;
    let wheels = models::catalog()?;
    if json {
        let rows: Vec<_> = wheels
            .iter()
            .map(|wheel| {
                serde_json::json!({"purpose": wheel.purpose.to_string(), "wheel": wheel.name, "version": wheel.version,
                    "sha256": wheel.sha256, "bytes": wheel.size_bytes, "licence": wheel.licence})
            })
            .collect();
        println!("{}", serde_json::to_string_pretty(&rows)?);
        return Ok(());
    }
    for wheel in &wheels {
        let megabytes = wheel.size_bytes / 1_000_000;
        println!(
            "{:18} {:24} {:8} {megabytes:>4} MB  {}",
            wheel.purpose, wheel.name, wheel.version, wheel.licence
        );
    }
    let there = if models::is_complete(&dir) {
        "complete"
    } else {
        "not complete: run `conversimple models pull`"
    };
    println!("in {} ({there})", dir.display());
    Ok(())
}
