//! `conversimple audit`: whether the trail is whole.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;
use conversimple_store::{Operator, Verdict};

use crate::data::DataDir;

/// `audit …`
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Check every chain: exit 0 when whole, 1 when a record was changed, is missing or was moved.
    Verify {
        /// The platform's data folder [default: the user's data folder].
        #[arg(long, value_name = "DIR")]
        data_dir: Option<PathBuf>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    let Command::Verify { data_dir, json } = command;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let data = DataDir::open(data_dir.as_deref())?;
            let store = data.store().await?;
            let mut whole = true;
            for chain in store.audit_chains(&Operator::acting()).await? {
                let verdict = store.verify_audit(&chain).await?;
                let (ok, said) = match verdict {
                    Verdict::Whole { length } => (true, format!("{length} records, whole")),
                    Verdict::Missing { seq } => (false, format!("BROKEN: record {seq} is missing")),
                    Verdict::Moved { seq } => (false, format!("BROKEN: record {seq} was moved")),
                    Verdict::Changed { seq } => {
                        (false, format!("BROKEN: record {seq} was changed or moved"))
                    }
                };
                whole &= ok;
                if *json {
                    println!(
                        "{}",
                        serde_json::json!({"chain": chain.as_str(), "ok": ok, "report": said})
                    );
                } else {
                    println!("{}: {said}", chain.as_str());
                }
            }
            store.close().await;
            Ok(if whole {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            })
        })
}
