//! `conversimple keys`: make, list, rotate and revoke API keys; seal anew what older encryption keys sealed.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use conversimple_guard::apikey::{
    ApiKey, GRACE_DEFAULT, KeyRecord, LIFETIME_DEFAULT, Mode, Pepper,
};
use conversimple_guard::quota::parse_period;
use conversimple_store::{Operator, Store, Tenant};
use conversimple_wire::CustomerId;
use conversimple_wire::rest::CreatedKey;

use crate::clock::now;
use crate::data::{self, DataDir, KeysFrom};
use crate::rotate_encryption;

/// How long a key lives: the guide's 90 days.
pub(crate) const LIFETIME: Duration = LIFETIME_DEFAULT;

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
        .block_on(async {
            match command {
                Command::Create {
                    customer,
                    mode,
                    expires,
                    place,
                } => {
                    let (data, store) = open(place).await?;
                    let id = self::customer(&store, customer).await?;
                    let mode = match mode {
                        KeyMode::Live => Mode::Live,
                        KeyMode::Test => Mode::Test,
                    };
                    let key = create(&store, &data.pepper()?, &id, mode, *expires).await?;
                    show(&key, &id, place.json)?;
                    store.close().await;
                }
                Command::List { customer, place } => list(customer.as_deref(), place).await?,
                Command::Rotate { id, grace, place } => rotate(id, *grace, place).await?,
                Command::Revoke { id, place } => revoke(id, place).await?,
                Command::RotateEncryption(options) => return rotate_encryption::run(options).await,
            }
            Ok(ExitCode::SUCCESS)
        })
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
    let record = KeyRecord::of(
        &key,
        record_id()?,
        customer.clone(),
        pepper,
        now(),
        Some(lifetime),
    );
    let tenant = Tenant::by_operator(&Operator::acting(), customer.clone());
    store.create_key(&tenant, &record).await?;
    Ok(key)
}

async fn list(customer: Option<&str>, place: &KeyPlace) -> Result<()> {
    let (_, store) = open(place).await?;
    let operator = Operator::acting();
    let mut rows = Vec::new();
    let mut page = 1;
    loop {
        let listed = store
            .customers(&operator, conversimple_store::Slice::new(page, 100))
            .await?;
        for found in listed
            .items
            .iter()
            .filter(|found| customer.is_none_or(|name| name == found.name))
        {
            let tenant = Tenant::by_operator(&operator, found.id.clone());
            for key in store.keys(&tenant).await? {
                rows.push((found.name.clone(), key));
            }
        }
        if u64::from(page) * 100 >= listed.total_count {
            break;
        }
        page += 1;
    }
    if place.json {
        let rows: Vec<_> = rows
            .iter()
            .map(|(name, key)| {
                serde_json::json!({"id": key.record.id, "customer": name, "customer_id": key.record.customer_id,
                    "mode": key.record.mode.as_str(), "last_4": key.record.last_four,
                    "status": key.record.state(now()).as_str(),
                    "expires_in_days": key.record.expires_at.map(|at| at.saturating_sub(now()).as_secs() / 86_400)})
            })
            .collect();
        println!("{}", serde_json::to_string_pretty(&rows)?);
    } else {
        for (name, key) in rows {
            let days = key.record.expires_at.map_or("never".into(), |at| {
                format!("in {} days", at.saturating_sub(now()).as_secs() / 86_400)
            });
            let (state, mode) = (key.record.state(now()).as_str(), key.record.mode.as_str());
            println!(
                "{}  {name}  {mode}  …{}  {state}, expires {days}",
                key.record.id, key.record.last_four
            );
        }
    }
    store.close().await;
    Ok(())
}

async fn rotate(id: &str, grace: Duration, place: &KeyPlace) -> Result<()> {
    let (data, store) = open(place).await?;
    let old = store
        .key_of_any(&Operator::acting(), id)
        .await?
        .context("there is no key of that id")?;
    if !old.record.state(now()).opens() {
        bail!("that key is over; make a new one with `keys create`");
    }
    let customer = old.record.customer_id.clone();
    let tenant = Tenant::by_operator(&Operator::acting(), customer.clone());
    let key = ApiKey::generate(old.record.mode, data::random()?);
    let record = KeyRecord::of(
        &key,
        record_id()?,
        customer.clone(),
        &data.pepper()?,
        now(),
        Some(LIFETIME),
    );
    store
        .rotate_key(&tenant, id, &record, grace.min(GRACE_DEFAULT * 30), now())
        .await?;
    show(&key, &customer, place.json)?;
    store.close().await;
    Ok(())
}

async fn revoke(id: &str, place: &KeyPlace) -> Result<()> {
    let (_, store) = open(place).await?;
    let old = store
        .key_of_any(&Operator::acting(), id)
        .await?
        .context("there is no key of that id")?;
    let tenant = Tenant::by_operator(&Operator::acting(), old.record.customer_id);
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
