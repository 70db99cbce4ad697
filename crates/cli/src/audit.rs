//! `conversimple audit`: whether a trail is whole, and the public key of those who sign it.
//!
//! Decides which heads and keys a trail is held against, and how what was found is said. What a broken chain or a disagreeing
//! head is, the guard decides; the store walks the platform's chains, the SDK an agent's file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use conversimple::audit as agent;
use conversimple_guard::audit::{Dispute, HeadVerifier, SignedHead, Witness};
use conversimple_store::{Chain, Operator, Store, Verdict};
use serde_json::json;

use crate::data::{DataDir, KeysFrom};
use crate::start::AUDIT_HEADS;

/// Lines of a file of heads that are named when they are wrong.
const WRONG_LINES_SHOWN: usize = 10;

/// `audit …`
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Check every chain, or an agent's audit file: exit 0 when whole, 1 when a record was changed, is missing or was moved.
    ///
    /// Each chain is also held against the heads that were signed of it: they show a trail that was cut off at its end or
    /// written anew as a whole. With a copy of the heads from where nobody could change it and the public key of `audit key`,
    /// anybody can do that.
    Verify(Verify),
    /// Print the public key that verifies the platform's signed heads.
    Key {
        /// The platform's data folder [default: the user's data folder].
        #[arg(long, value_name = "DIR")]
        data_dir: Option<PathBuf>,
    },
}

/// Options of `audit verify`.
#[derive(Args)]
pub(crate) struct Verify {
    /// An agent's audit file, as CONVERSIMPLE_AUDIT_FILE names it [default: the platform's own trail].
    #[arg(value_name = "AGENT_FILE", conflicts_with = "data_dir")]
    file: Option<PathBuf>,
    /// The platform's data folder [default: the user's data folder].
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// File of signed heads [default: what CONVERSIMPLE_AUDIT_HEADS names or audit-heads.jsonl in the data folder; for an
    /// agent's file, that file with .heads behind its name].
    #[arg(long, value_name = "FILE")]
    heads: Option<PathBuf>,
    /// A public key whose heads are believed, beside the one of the data folder; more than once for several.
    #[arg(long = "key", value_name = "PUBLIC_KEY")]
    keys: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    match command {
        Command::Key { data_dir } => {
            let data = DataDir::open(data_dir.as_deref())?;
            println!("{}", data.audit_signer()?.public_key());
            Ok(ExitCode::SUCCESS)
        }
        Command::Verify(options) => verify(options),
    }
}

fn verify(options: &Verify) -> Result<ExitCode> {
    let is_whole = match &options.file {
        Some(file) => verify_file(options, file)?,
        None => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(verify_platform(options))?,
    };
    Ok(match is_whole {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

async fn verify_platform(options: &Verify) -> Result<bool> {
    let data = DataDir::open(options.data_dir.as_deref())?;
    let mut said = Said::new(options.json);
    let known = KnownHeads::of_platform(options, &data, &mut said)?;
    let store = data.store(KeysFrom::EnvironmentOrFile).await?;
    verify_chains(&store, &known, &mut said).await?;
    store.close().await;
    Ok(said.whole)
}

/// Holds every chain of a platform against the heads that are known of it.
async fn verify_chains(store: &Store, known: &KnownHeads, said: &mut Said) -> Result<()> {
    let operator = Operator::acting();
    let chains = store.audit_chains(&operator).await?;
    // A chain of which nothing is left but heads is one that was taken away.
    let names: BTreeSet<&str> = chains
        .iter()
        .map(Chain::as_str)
        .chain(known.heads.keys().map(String::as_str))
        .collect();
    for name in names {
        let chain = Chain::by_operator(&operator, name);
        let mut witness = Witness::new(known.of_chain(store, &chain, name).await?);
        let (verdict, dispute) = store.verify_audit_with(&chain, &mut witness).await?;
        let (ok, report) = report(verdict, dispute, witness.agreed());
        said.chain(name, ok, &report, witness.agreed());
    }
    Ok(())
}

/// Whether a chain of the platform is whole, and the sentence that says so.
fn report(verdict: Verdict, dispute: Option<Dispute>, signed_to: u64) -> (bool, String) {
    match (verdict, dispute) {
        (Verdict::Missing { seq }, _) => (false, format!("BROKEN: record {seq} is missing")),
        (Verdict::Moved { seq }, _) => (false, format!("BROKEN: record {seq} was moved")),
        (Verdict::Changed { seq }, _) => {
            (false, format!("BROKEN: record {seq} was changed or moved"))
        }
        (Verdict::Whole { length }, None) => (true, whole(length, signed_to)),
        (Verdict::Whole { .. }, Some(dispute)) => (false, disputed(dispute)),
    }
}

fn verify_file(options: &Verify, file: &Path) -> Result<bool> {
    let mut said = Said::new(options.json);
    let heads = heads_beside(options, file, &mut said)?;
    let known = heads.get(agent::CHAIN).cloned().unwrap_or_default();
    let mut witness = Witness::new(known);
    let (ok, report) = match agent::verify_with(file, &mut witness) {
        Ok(length) => (true, whole(length, witness.agreed())),
        Err(agent::AuditError::Io(error)) => {
            return Err(error).with_context(|| format!("cannot read {}", file.display()));
        }
        Err(agent::AuditError::Disputed(dispute)) => (false, disputed(dispute)),
        Err(broken) => (false, format!("BROKEN: {broken}")),
    };
    said.chain(&file.display().to_string(), ok, &report, witness.agreed());
    Ok(said.whole)
}

/// The heads that an agent's file is held against. Without a public key nobody vouches for a head, so none is read.
fn heads_beside(options: &Verify, file: &Path, said: &mut Said) -> Result<HeadsByChain> {
    let verifier = verifier(&options.keys)?;
    let beside = agent::heads_beside(file);
    if !options.keys.is_empty() || options.heads.is_some() {
        return heads_of_file(options, beside, &verifier, said);
    }
    if beside.exists() {
        eprintln!(
            "{} holds signed heads: name the agent's public key with --key to hold the trail against them",
            beside.display()
        );
    }
    Ok(HeadsByChain::new())
}

/// Signed heads, by the chain that they are of.
type HeadsByChain = BTreeMap<String, Vec<SignedHead>>;

/// The heads that a platform's trail is held against, and who vouches for them.
struct KnownHeads {
    verifier: HeadVerifier,
    /// Those of the file.
    heads: HeadsByChain,
}

impl KnownHeads {
    /// The heads of the file, believed by the keys that were named and by the data folder's own.
    fn of_platform(options: &Verify, data: &DataDir, said: &mut Said) -> Result<Self> {
        let own = data.audit_signer_if_any()?;
        let own = own.map(|signer| signer.public_key());
        let verifier = verifier(options.keys.iter().chain(&own))?;
        let usual = std::env::var_os(AUDIT_HEADS).filter(|path| !path.is_empty());
        let usual = usual.map_or_else(|| data.audit_heads(), PathBuf::from);
        let heads = heads_of_file(options, usual, &verifier, said)?;
        Ok(Self { verifier, heads })
    }

    /// Those of one chain: of the file, and of the database itself. The latter are no proof against whoever wrote the
    /// database, and one more against whoever wrote the file.
    async fn of_chain(&self, store: &Store, chain: &Chain, name: &str) -> Result<Vec<SignedHead>> {
        let mut heads = store.signed_heads(chain).await?;
        heads.retain(|head| self.verifier.verify(head));
        heads.extend(self.heads.get(name).cloned().unwrap_or_default());
        Ok(heads)
    }
}

fn verifier<'a>(keys: impl IntoIterator<Item = &'a String>) -> Result<HeadVerifier> {
    HeadVerifier::trusting(keys.into_iter().map(String::as_str))
        .context("--key takes a public key as `conversimple audit key` prints it")
}

/// The heads of the file, by chain. A file that was named must be there; the usual one need not.
fn heads_of_file(
    options: &Verify,
    usual: PathBuf,
    verifier: &HeadVerifier,
    said: &mut Said,
) -> Result<HeadsByChain> {
    let path = options.heads.clone().unwrap_or_else(|| usual.clone());
    let mut heads = HeadsByChain::new();
    if options.heads.is_none() && !path.exists() {
        return Ok(heads);
    }
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let (read, wrong) = verifier.read(&text);
    for head in read {
        heads.entry(head.chain.clone()).or_default().push(head);
    }
    let name = path.display().to_string();
    for error in wrong.iter().take(WRONG_LINES_SHOWN) {
        said.chain(&name, false, &format!("BROKEN: {error}"), 0);
    }
    if let Some(more @ 1..) = wrong.len().checked_sub(WRONG_LINES_SHOWN) {
        said.chain(&name, false, &format!("BROKEN: and {more} lines more"), 0);
    }
    Ok(heads)
}

fn whole(length: u64, signed_to: u64) -> String {
    match signed_to {
        0 => format!(
            "{length} records, whole; without a signed head, a cut at its end would not show"
        ),
        seq => format!("{length} records, whole, and signed up to record {seq}"),
    }
}

fn disputed(dispute: Dispute) -> String {
    format!("BROKEN: {dispute}")
}

/// Says what was found.
struct Said {
    json: bool,
    whole: bool,
}

impl Said {
    fn new(json: bool) -> Self {
        Self { json, whole: true }
    }

    fn chain(&mut self, name: &str, ok: bool, report: &str, signed_to: u64) {
        self.whole &= ok;
        if self.json {
            println!(
                "{}",
                json!({"chain": name, "ok": ok, "report": report, "signed_to": signed_to})
            );
        } else {
            println!("{name}: {report}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::start::Place;
    use clap::Parser;
    use conversimple_guard::audit::{Record, Verdict};
    use conversimple_wire::CustomerId;
    use std::time::Duration;

    #[derive(Parser)]
    struct Serve {
        #[command(flatten)]
        place: Place,
    }

    #[derive(Parser)]
    struct Asked {
        #[command(flatten)]
        verify: Verify,
    }

    /// A platform's day: it starts, decides so often, and stops in order.
    async fn a_day(folder: &Path, event: &str, decisions: u64) {
        let data = DataDir::open(Some(folder)).expect("a folder");
        let place = Serve::parse_from(["serve", "--no-voice"]).place;
        let store = place.store(&data, KeysFrom::File).await.expect("a store");
        let id = CustomerId::parse("cust_1").expect("an id");
        let chain = Chain::of(&conversimple_store::Tenant::by_operator(
            &Operator::acting(),
            id,
        ));
        for _ in 0..decisions {
            let record = Record::new(Duration::ZERO, event, Verdict::Allowed);
            let written = store.append_audit(&chain, record);
            written.await.expect("written");
        }
        store.close().await;
    }

    async fn verified(arguments: &[&str]) -> bool {
        let asked = Asked::parse_from([&["verify"], arguments].concat());
        verify_platform(&asked.verify).await.expect("it runs")
    }

    #[tokio::test]
    async fn audit_verify_with_public_key_detects_cut_or_rewritten_trail() {
        let folder = tempfile::tempdir().expect("a folder");
        let platform = folder.path().join("platform");
        a_day(&platform, "tool_call", 3).await;
        a_day(&platform, "tool_call", 2).await;
        let path = |path: &Path| path.display().to_string();
        assert!(verified(&["--data-dir", &path(&platform)]).await);

        let data = DataDir::open(Some(&platform)).expect("a folder");
        let public = data.audit_signer().expect("a signer").public_key();
        let heads = path(&data.audit_heads());
        let with_key = async |folder: &Path| {
            let folder = path(folder);
            verified(&["--data-dir", &folder, "--heads", &heads, "--key", &public]).await
        };

        // The auditor has the database, the heads and the public key.
        let auditor = folder.path().join("auditor");
        std::fs::create_dir(&auditor).expect("a folder");
        let database = "conversimple.db";
        std::fs::copy(platform.join(database), auditor.join(database)).expect("a copy");
        assert!(with_key(&auditor).await);
        let without_key = ["--data-dir", &path(&auditor), "--heads", &heads];
        assert!(!verified(&without_key).await, "nobody vouches for the key");

        // Somebody made another trail, whole in itself, with heads of their own key: as long, and cut.
        for (event, decisions) in [("tool_outcome", 5), ("tool_call", 4)] {
            let forger = folder.path().join(event);
            a_day(&forger, event, decisions).await;
            assert!(verified(&["--data-dir", &path(&forger)]).await, "{event}");
            assert!(!with_key(&forger).await, "{event}: not what was signed");
        }
    }
}
