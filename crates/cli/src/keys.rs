//! `conversimple keys`: make, list, rotate and revoke API keys; seal anew what older encryption keys sealed.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use conversimple_guard::apikey::{ApiKey, KeyRecord, LIFETIME_DEFAULT, Mode, Pepper};
use conversimple_guard::quota::parse_period;
use conversimple_store::{Customer, Operator, Slice, Store, Tenant};
use conversimple_wire::CustomerId;
use conversimple_wire::rest::CreatedKey;

use crate::clock::now;
use crate::data::{self, DataDir, KeysFrom};
use crate::rotate_encryption;

/// How long a key lives: the guide's 90 days.
pub(crate) const LIFETIME: Duration = LIFETIME_DEFAULT;

/// Longest time that a rotated key may go on working: a month.
const GRACE_LIMIT: Duration = Duration::from_secs(30 * 86_400);

/// Customers that are read at a time.
const PAGE: u32 = 100;

/// `keys …`
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make a key, and the customer if there is none of that name. The key is shown this once.
    Create {
        /// The customer's name.
        #[arg(long)]
        customer: String,
        /// `live` for production, `test` for development.
        #[arg(long, value_enum, default_value = "test")]
        mode: KeyMode,
        /// How long it lives.
        #[arg(long, default_value = "90d", value_parser = period)]
        expires: Duration,
        #[command(flatten)]
        place: KeyPlace,
    },
    /// List keys: never the keys themselves.
    List {
        /// Only this customer's.
        #[arg(long)]
        customer: Option<String>,
        #[command(flatten)]
        place: KeyPlace,
    },
    /// Make a key in the place of another, which goes on working for a while.
    Rotate {
        /// The record's id, as `list` shows it.
        id: String,
        /// How long the old one goes on.
        #[arg(long, default_value = "24h", value_parser = period)]
        grace: Duration,
        #[command(flatten)]
        place: KeyPlace,
    },
    /// Take a key back, at once.
    Revoke {
        /// The record's id, as `list` shows it.
        id: String,
        #[command(flatten)]
        place: KeyPlace,
    },
    /// Seal anew what older keys of ENCRYPTION_KEY sealed: the platform's own database, or a column of yours.
    #[command(alias = "rewrap")]
    RotateEncryption(rotate_encryption::Options),
}

/// What a key is for.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum KeyMode {
    /// Production.
    Live,
    /// Development.
    Test,
}

impl From<KeyMode> for Mode {
    fn from(mode: KeyMode) -> Self {
        match mode {
            KeyMode::Live => Self::Live,
            KeyMode::Test => Self::Test,
        }
    }
}

/// Where the keys are, and how to print.
#[derive(Args)]
pub(crate) struct KeyPlace {
    /// The platform's data folder [default: the user's data folder].
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(execute(command))
}

async fn execute(command: &Command) -> Result<ExitCode> {
    let done = match command {
        Command::Create {
            customer,
            mode,
            expires,
            place,
        } => create_and_show(customer, (*mode).into(), *expires, place).await,
        Command::List { customer, place } => list(customer.as_deref(), place).await,
        Command::Rotate { id, grace, place } => rotate(id, *grace, place).await,
        Command::Revoke { id, place } => revoke(id, place).await,
        Command::RotateEncryption(options) => return rotate_encryption::run(options).await,
    };
    done.map(|()| ExitCode::SUCCESS)
}

async fn create_and_show(
    name: &str,
    mode: Mode,
    lifetime: Duration,
    place: &KeyPlace,
) -> Result<()> {
    let (data, store) = open(place).await?;
    let id = customer(&store, name).await?;
    let key = create(&store, &data.pepper()?, &id, mode, lifetime).await?;
    store.close().await;
    show(&key, &id, place.json)
}

/// The customer of a name, made where there is none.
pub(crate) async fn customer(store: &Store, name: &str) -> Result<CustomerId> {
    let fresh = CustomerId::from_random(data::random()?);
    Ok(store
        .ensure_customer(&Operator::acting(), name, fresh, now())
        .await?
        .id)
}

/// Makes a key.
pub(crate) async fn create(
    store: &Store,
    pepper: &Pepper,
    customer: &CustomerId,
    mode: Mode,
    lifetime: Duration,
) -> Result<ApiKey> {
    let key = ApiKey::generate(mode, data::random()?);
    let record = record_of(&key, customer, pepper, lifetime)?;
    let tenant = Tenant::by_operator(&Operator::acting(), customer.clone());
    store.create_key(&tenant, &record).await?;
    Ok(key)
}

/// The record that the platform keeps of a key that is new.
fn record_of(
    key: &ApiKey,
    customer: &CustomerId,
    pepper: &Pepper,
    lifetime: Duration,
) -> Result<KeyRecord> {
    let (id, customer) = (record_id()?, customer.clone());
    Ok(KeyRecord::of(
        key,
        id,
        customer,
        pepper,
        now(),
        Some(lifetime),
    ))
}

async fn list(customer: Option<&str>, place: &KeyPlace) -> Result<()> {
    let (_, store) = open(place).await?;
    let keys = keys_of(&store, customer).await?;
    store.close().await;
    if place.json {
        let rows: Vec<_> = keys.iter().map(json_row).collect();
        println!("{}", serde_json::to_string_pretty(&rows)?);
        return Ok(());
    }
    for key in &keys {
        println!("{}", text_row(key));
    }
    Ok(())
}

/// A key's record with its customer's name.
type NamedKey = (String, KeyRecord);

/// The keys of one customer, or of all.
async fn keys_of(store: &Store, customer: Option<&str>) -> Result<Vec<NamedKey>> {
    let operator = Operator::acting();
    let mut rows = Vec::new();
    for found in customers(store, &operator).await? {
        if customer.is_some_and(|name| name != found.name) {
            continue;
        }
        let tenant = Tenant::by_operator(&operator, found.id);
        let keys = store.keys(&tenant).await?.into_iter();
        rows.extend(keys.map(|key| (found.name.clone(), key.record)));
    }
    Ok(rows)
}

/// All customers, page after page.
async fn customers(store: &Store, operator: &Operator) -> Result<Vec<Customer>> {
    let mut customers = Vec::new();
    for page in 1.. {
        let listed = store.customers(operator, Slice::new(page, PAGE)).await?;
        customers.extend(listed.items);
        if u64::from(page) * u64::from(PAGE) >= listed.total_count {
            break;
        }
    }
    Ok(customers)
}

fn days_left(record: &KeyRecord) -> Option<u64> {
    let expires_at = record.expires_at?;
    Some(expires_at.saturating_sub(now()).as_secs() / 86_400)
}

fn json_row((name, record): &NamedKey) -> serde_json::Value {
    serde_json::json!({"id": record.id, "customer": name, "customer_id": record.customer_id,
        "mode": record.mode.as_str(), "last_4": record.last_four,
        "status": record.state(now()).as_str(), "expires_in_days": days_left(record)})
}

fn text_row((name, record): &NamedKey) -> String {
    let days = days_left(record).map_or("never".into(), |days| format!("in {days} days"));
    let (state, mode) = (record.state(now()).as_str(), record.mode.as_str());
    let (id, last_four) = (&record.id, &record.last_four);
    format!("{id}  {name}  {mode}  …{last_four}  {state}, expires {days}")
}

async fn rotate(id: &str, grace: Duration, place: &KeyPlace) -> Result<()> {
    let (data, store) = open(place).await?;
    let old = found(&store, id).await?;
    if !old.state(now()).opens() {
        bail!("that key is over; make a new one with `keys create`");
    }
    let key = ApiKey::generate(old.mode, data::random()?);
    let record = record_of(&key, &old.customer_id, &data.pepper()?, LIFETIME)?;
    let tenant = Tenant::by_operator(&Operator::acting(), old.customer_id.clone());
    let grace = grace.min(GRACE_LIMIT);
    let rotated = store.rotate_key(&tenant, id, &record, grace, now()).await;
    store.close().await;
    rotated?;
    show(&key, &old.customer_id, place.json)
}

/// The record of a key, whosever it is.
async fn found(store: &Store, id: &str) -> Result<KeyRecord> {
    let key = store.key_of_any(&Operator::acting(), id).await?;
    Ok(key.context("there is no key of that id")?.record)
}

async fn revoke(id: &str, place: &KeyPlace) -> Result<()> {
    let (_, store) = open(place).await?;
    let old = found(&store, id).await?;
    let tenant = Tenant::by_operator(&Operator::acting(), old.customer_id);
    if !store.revoke_key(&tenant, id, now()).await? {
        bail!("that key was revoked before");
    }
    println!(
        "{}",
        if place.json {
            r#"{"revoked":true}"#
        } else {
            "The key is revoked."
        }
    );
    store.close().await;
    Ok(())
}

async fn open(place: &KeyPlace) -> Result<(DataDir, Store)> {
    let data = DataDir::open(place.data_dir.as_deref())?;
    let store = data.store(KeysFrom::EnvironmentOrFile).await?;
    Ok((data, store))
}

fn show(key: &ApiKey, customer: &CustomerId, json: bool) -> Result<()> {
    if json {
        let created = CreatedKey {
            customer_id: customer.clone(),
            api_key: key.expose().to_owned(),
        };
        // conversimple: allow(sensitive-data-logged) the one time that a key is shown, to whoever made it
        println!("{}", serde_json::to_string(&created)?);
    } else {
        println!("CONVERSIMPLE_CUSTOMER_ID={customer}");
        println!("CONVERSIMPLE_API_KEY={}", key.expose());
        eprintln!(
            "The key is shown this once. Keep it in the agent's environment or .env, never in code."
        );
    }
    Ok(())
}

fn record_id() -> Result<String> {
    let bytes: [u8; 8] = data::random()?;
    Ok(bytes
        .iter()
        .fold("key_".to_owned(), |id, byte| format!("{id}{byte:02x}")))
}

fn period(text: &str) -> Result<Duration, String> {
    let days = text
        .strip_suffix('d')
        .and_then(|days| days.parse::<u64>().ok());
    let period = days
        .map(|days| Duration::from_secs(days.min(3650) * 86_400))
        .or_else(|| parse_period(text));
    period
        .filter(|period| !period.is_zero())
        .ok_or_else(|| "a time such as 90d, 24h or 30min".into())
}
