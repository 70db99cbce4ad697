//! `conversimple keys rotate-encryption`: what older keys of `ENCRYPTION_KEY` sealed in a database, the platform's own or another, is sealed
//! anew with the newest.
//!
//! Decides how the work is shown and stopped. What is done to a cell is decided by the store and the guard; nothing of a value
//! or a key is printed, only ids of rows that do not open.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::Args;
use conversimple::Environment;
use conversimple_guard::seal::{KeyRing, NONCE_BYTES};
use conversimple_store::{
    Address, Batch, BoundTo, ClosedRow, EncryptionRotation, Operator, SealedColumn, Store,
};
use indicatif::{ProgressBar, ProgressStyle};

use crate::clock;
use crate::data::{self, DataDir, KeysFrom};

/// How often a line says how far it is, where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Options of `keys rotate-encryption`.
#[derive(Args)]
#[command(
    after_help = "Without --table it is the platform's own database, that of --data-dir or CONVERSIMPLE_DATABASE_URL, with the keys that \
`conversimple serve` takes: those of ENCRYPTION_KEY in the environment, then those of secrets/encryption-key in the data folder. It may \
run meanwhile, if it was started with the new key.\n\n\
With --table, ENCRYPTION_KEY, in the environment or in .env, holds the keys, the newest first. Give every program that uses the \
column the new key first, then run this, and once more when it is through: when the second run rewraps nothing, the old key can go.\n\n\
Exit codes: 0 everything is under the newest key; 1 some values do not open or kept changing, and are as they were; \
2 could not run; 130 stopped, and another run goes on from there."
)]
pub(crate) struct Options {
    /// The platform's data folder [default: the user's data folder].
    #[arg(long, value_name = "DIR", conflicts_with = "table")]
    data_dir: Option<PathBuf>,
    /// The database of the table: sqlite:PATH or postgres://USER@HOST/NAME [default: DATABASE_URL]. A password belongs into the
    /// environment variable, not here.
    #[arg(long, value_name = "URL", requires = "table")]
    database: Option<String>,
    /// The table; on PostgreSQL also as SCHEMA.TABLE.
    #[arg(long, requires = "column")]
    table: Option<String>,
    /// The column of sealed values, text or bytes; Fernet tokens stay Fernet tokens.
    #[arg(long, requires = "table")]
    column: Option<String>,
    /// The column that names the row [default: the primary key].
    #[arg(long, value_name = "COLUMN", requires = "table")]
    id: Option<String>,
    /// Whose all the values are that are bound to a cell.
    #[arg(
        long,
        value_name = "ID",
        requires = "table",
        conflicts_with = "customer_column"
    )]
    customer: Option<String>,
    /// The column that says whose each value is.
    #[arg(long, value_name = "COLUMN", requires = "table")]
    customer_column: Option<String>,
    /// The table's name under which values were bound to their cells, where it is another.
    #[arg(long, value_name = "NAME", requires = "table")]
    bound_table: Option<String>,
    /// The column's name under which values were bound to their cells, where it is another.
    #[arg(long, value_name = "NAME", requires = "table")]
    bound_column: Option<String>,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

impl Options {
    /// The column that is named; `None` for those of the platform's own database.
    fn column(&self) -> Option<SealedColumn> {
        let customer = match (&self.customer, &self.customer_column) {
            (Some(id), _) => BoundTo::Id(id.clone()),
            (None, Some(column)) => BoundTo::Column(column.clone()),
            (None, None) => BoundTo::Nobody,
        };
        Some(SealedColumn {
            table: self.table.clone()?,
            column: self.column.clone()?,
            row: self.id.clone(),
            customer,
            bound_as: (self.bound_table.clone(), self.bound_column.clone()),
        })
    }

    fn address(&self) -> Result<Address> {
        let set = self.database.clone();
        let set = set.or_else(|| std::env::var("DATABASE_URL").ok());
        let set = set.context("no database: name it with --database or DATABASE_URL")?;
        Address::parse(&set).context("--database")
    }
}

pub(crate) async fn run(options: &Options) -> Result<ExitCode> {
    let stop = stop_on_interrupt();
    let end = match options.column() {
        Some(column) => rotate_column(options, &column, &key_ring()?, &stop).await,
        None => rotate_platform(options, &stop).await,
    };
    Ok(ExitCode::from(end? as u8))
}

async fn rotate_platform(options: &Options, stop: &AtomicBool) -> Result<End> {
    let data = DataDir::open(options.data_dir.as_deref())?;
    let store = data.store(KeysFrom::EnvironmentOrFile).await?;
    let end = rotate_own(&store, options.json, stop).await;
    store.close().await;
    end
}

/// How the work ended, as the exit code says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Done = 0,
    NotAll = 1,
    /// What a shell gives a program that Ctrl-C ended: the work is not done.
    Stopped = 130,
}

/// Takes batch after batch until there are no more, or until somebody wants it to stop; whether somebody did.
async fn take_batches<E: Into<anyhow::Error>>(
    shown: &mut Shown,
    stop: &AtomicBool,
    mut next: impl AsyncFnMut() -> Result<Option<Batch>, E>,
) -> Result<bool> {
    while let Some(batch) = next().await.map_err(Into::into)? {
        shown.add(batch);
        if stop.load(Ordering::Relaxed) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Seals anew what a column of somebody's own database holds.
async fn rotate_column(
    options: &Options,
    column: &SealedColumn,
    ring: &KeyRing,
    stop: &AtomicBool,
) -> Result<End> {
    let mut rotation = EncryptionRotation::open(&options.address()?, column).await?;
    let mut shown = Shown::start(rotation.count().await?, options.json);
    let mut random = || data::random::<NONCE_BYTES>().ok();
    let next = async || rotation.step(ring, &mut random).await;
    let is_stopped = take_batches(&mut shown, stop, next).await?;
    rotation.close().await;
    shown.finish(is_stopped)
}

/// Goes through the platform's own sealed cells; when the newest key had sealed all of them already, no other key is needed for
/// a start.
async fn rotate_own(store: &Store, json: bool, stop: &AtomicBool) -> Result<End> {
    let operator = Operator::acting();
    let mut cells = store.own_cells(&operator);
    let mut shown = Shown::start(cells.count().await?, json);
    let is_stopped = take_batches(&mut shown, stop, async || cells.step().await).await?;
    let end = shown.finish(is_stopped)?;
    if end == End::Done && shown.rewrapped == 0 {
        store.need_only_the_newest_key(&operator).await?;
    }
    Ok(end)
}

/// The keys of the environment or of `.env`.
fn key_ring() -> Result<KeyRing> {
    let environment = Environment::load()?;
    let text = environment.text("ENCRYPTION_KEY").context(
        "ENCRYPTION_KEY is not set: the keys, the newest first, separated by commas, in the environment or in .env",
    )?;
    Ok(KeyRing::parse(&text)?)
}

/// Ctrl-C and a polite kill stop after the batch that is going on; a second time they end the program, and the
/// database undoes the batch.
fn stop_on_interrupt() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let seen = stop.clone();
    tokio::spawn(async move {
        clock::stopped().await;
        seen.store(true, Ordering::Relaxed);
        clock::stopped().await;
        std::process::exit(End::Stopped as i32);
    });
    stop
}

const STOPPED: &str =
    "Stopped before the end; nothing is half done. Another run goes on from here.";

const FAILED: &str = "The rows named above are as they were. Is an older key missing in ENCRYPTION_KEY, or was a value never sealed?";

/// What is shown of the work: a bar on a terminal, lines elsewhere; rows that do not open as they are met.
struct Shown {
    bar: ProgressBar,
    json: bool,
    last_line: Instant,
    total: u64,
    rewrapped: u64,
    already_new: u64,
    busy: u64,
    closed: Vec<ClosedRow>,
}

impl Shown {
    fn start(total: u64, json: bool) -> Self {
        let bar = if std::io::stderr().is_terminal() {
            let style =
                ProgressStyle::with_template("{bar:30} {pos}/{len} values  {msg}  {eta} left");
            ProgressBar::new(total)
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        } else {
            ProgressBar::hidden()
        };
        Self {
            bar,
            json,
            last_line: Instant::now(),
            total,
            rewrapped: 0,
            already_new: 0,
            busy: 0,
            closed: Vec::new(),
        }
    }

    fn add(&mut self, batch: Batch) {
        self.rewrapped += batch.rewrapped;
        self.already_new += batch.already_new;
        self.busy += batch.busy;
        for row in batch.closed {
            let row_id = row.row.escape_debug();
            let why = if row.is_sealed {
                "opens under no key"
            } else {
                "holds no sealed value"
            };
            self.bar
                .suspend(|| eprintln!("row {row_id} {why}; it stays as it is"));
            self.closed.push(row);
        }
        self.bar.set_position(self.seen());
        self.bar
            .set_message(format!("{} rewrapped", self.rewrapped));
        if self.bar.is_hidden() && self.last_line.elapsed() >= LINE_EVERY {
            self.last_line = Instant::now();
            eprintln!(
                "{} of {} values, {} rewrapped",
                self.seen(),
                self.total,
                self.rewrapped
            );
        }
    }

    fn seen(&self) -> u64 {
        self.rewrapped + self.already_new + self.busy + self.closed.len() as u64
    }

    /// Clears the bar, prints the result, and says how the work ended.
    fn finish(&self, is_stopped: bool) -> Result<End> {
        self.bar.finish_and_clear();
        let result = match self.json {
            true => self.as_json(is_stopped).to_string(),
            false => self.as_text(is_stopped),
        };
        writeln!(std::io::stdout().lock(), "{result}")?;
        Ok(match (is_stopped, self.closed.len() as u64 + self.busy) {
            (true, _) => End::Stopped,
            (false, 0) => End::Done,
            (false, _) => End::NotAll,
        })
    }

    fn as_json(&self, is_stopped: bool) -> serde_json::Value {
        let rows: Vec<_> = self.closed.iter().map(|row| &row.row).collect();
        serde_json::json!({"rewrapped": self.rewrapped, "already_new": self.already_new, "failed": rows.len(),
            "failed_rows": rows, "changed_meanwhile": self.busy, "stopped": is_stopped})
    }

    fn as_text(&self, is_stopped: bool) -> String {
        let (rewrapped, already_new, busy) = (self.rewrapped, self.already_new, self.busy);
        let failed = self.closed.len();
        let counts = format!(
            "{rewrapped} rewrapped, {already_new} already under the newest key, {failed} failed"
        );
        let busy = (busy > 0).then(|| format!("{busy} kept changing meanwhile: run this again"));
        let stopped = is_stopped.then(|| STOPPED.to_owned());
        let failed = (failed > 0).then(|| FAILED.to_owned());
        let lines = [Some(counts), busy, stopped, failed].into_iter().flatten();
        lines.collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use conversimple_store::{BATCH_CELLS, Error, NewConversation, Tenant, Turn};
    use conversimple_wire::media::TurnMillis;
    use conversimple_wire::{AgentId, ConversationId, CustomerId, TurnId};

    fn ring(keys: &[u8]) -> KeyRing {
        let keys: Vec<_> = keys
            .iter()
            .map(|key| KeyRing::new_key([*key; 32].into()).to_string())
            .collect();
        KeyRing::parse(&keys.join(",")).expect("keys")
    }

    async fn open(file: &std::path::Path, keys: &[u8]) -> Result<Store, Error> {
        Store::open(&Address::file(file), ring(keys)).await
    }

    /// A store has a table with a text column and a key, and that is all it takes.
    async fn customers(file: &std::path::Path, count: u32, keys: &[u8]) {
        let store = open(file, keys).await.expect("a store");
        let ring = ring(keys);
        let operator = conversimple_store::Operator::acting();
        for number in 0..count {
            let id = CustomerId::parse(format!("cust_{number}")).expect("an id");
            let token =
                ring.seal_fernet(b"made up", data::random().expect("bytes"), Duration::ZERO);
            let made = store.ensure_customer(&operator, &token, id, Duration::ZERO);
            made.await.expect("a customer");
        }
        store.close().await;
    }

    #[tokio::test]
    async fn stopped_rotation_resumes_and_lost_key_is_failure() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.db");
        customers(&file, BATCH_CELLS + 5, &[1]).await;
        let options = Options {
            data_dir: None,
            database: Some(format!("sqlite:{}", file.display())),
            table: Some("customers".into()),
            column: Some("name".into()),
            id: None,
            customer: None,
            customer_column: None,
            bound_table: None,
            bound_column: None,
            json: true,
        };
        let column = options.column().expect("a column");
        let (run_on, stop) = (AtomicBool::new(false), AtomicBool::new(true));
        let end = async |keys: &[u8], stop| {
            rotate_column(&options, &column, &ring(keys), stop)
                .await
                .expect("an end")
        };
        assert_eq!(end(&[2, 1], &stop).await, End::Stopped);
        assert_eq!(
            end(&[2], &run_on).await,
            End::NotAll,
            "five are under the old key"
        );
        assert_eq!(end(&[2, 1], &run_on).await, End::Done);
        assert_eq!(end(&[2], &run_on).await, End::Done);
    }
    /// A conversation of three turns.
    async fn talk(store: &Store) {
        let operator = Operator::acting();
        let id = CustomerId::parse("cust_1").expect("an id");
        let made = store.ensure_customer(&operator, "acme", id, Duration::ZERO);
        let tenant = Tenant::by_operator(&operator, made.await.expect("a customer").id);
        let new = NewConversation {
            id: ConversationId::parse("conv_1").expect("an id"),
            agent_id: AgentId::parse("bank").expect("an id"),
            channel: "widget".into(),
        };
        let begun = store.start_conversation(&tenant, &new, Duration::ZERO);
        begun.await.expect("a conversation");
        for number in 1..=3 {
            let turn = Turn {
                turn: TurnId(number),
                heard: "my balance".into(),
                said: "one hundred dollars".into(),
                millis: TurnMillis::default(),
                interrupted: false,
                at: Duration::ZERO,
            };
            let kept = store.record_turn(&tenant, &new.id, &turn).await;
            kept.expect("a turn");
        }
    }

    #[tokio::test]
    async fn old_platform_key_is_unneeded_after_complete_rotation() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.db");
        let store = open(&file, &[1]).await.expect("a store");
        talk(&store).await;
        store.close().await;
        let run_on = AtomicBool::new(false);
        let may_go = async || open(&file, &[2]).await.map(drop);
        for is_last in [false, true] {
            assert!(matches!(may_go().await, Err(Error::NoKey(_))), "{is_last}");
            let store = open(&file, &[2, 1]).await.expect("a store");
            let end = rotate_own(&store, true, &run_on).await;
            assert_eq!(end.expect("an end"), End::Done);
            store.close().await;
        }
        may_go().await.expect("the newest key is enough");
    }
}
