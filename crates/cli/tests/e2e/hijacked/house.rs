//! The house that the model is let into: a platform in this process, the guide's agent behind a tap, and who may look
//! where afterwards.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use conversimple_guard::apikey::{ApiKey, KeyRecord, LIFETIME_DEFAULT, Mode, Pepper};
use conversimple_guard::seal::KeyRing;
use conversimple_server::{Limits, Listener, Server, Settings};
use conversimple_store::{Address, Chain, Operator, Store, Tenant, Verdict};
use conversimple_wire::CustomerId;
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{Row as _, SqlStr};
use tempfile::TempDir;

use super::model::Model;
use crate::chance::fresh;
use crate::http::{Answer, request};
use crate::platform::CONVERSIMPLE;
use crate::tap::{Side, Tap};

/// A running platform whose language engine is in an attacker's hands.
pub(super) struct House {
    pub(super) model: Model,
    pub(super) tap: Tap,
    address: SocketAddr,
    key: String,
    store: Store,
    tenant: Tenant,
    runtime: tokio::runtime::Runtime,
    agent: Child,
    folder: TempDir,
    started: Instant,
}

/// A row of the agent's payments.
#[derive(Debug)]
pub(super) struct Charge {
    pub(super) user: String,
    pub(super) cents: i64,
    pub(super) currency: String,
}

impl House {
    /// A house of its own for the model of this seed.
    pub(super) fn start(seed: u64) -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let folder = TempDir::new().expect("a folder");
        let model = Model::of(seed);
        let opened = runtime.block_on(open(folder.path(), &model));
        let tap = Tap::to(opened.address);
        let agent = start_agent(folder.path(), &opened.key, tap.address);
        // The join is answered when the agent can be called.
        tap.wait_for(Side::Platform, |text| text.contains("phx_reply"));
        Self {
            model,
            tap,
            address: opened.address,
            key: opened.key,
            store: opened.store,
            tenant: opened.tenant,
            runtime,
            agent,
            folder,
            started: Instant::now(),
        }
    }

    /// A new conversation's id.
    pub(super) fn call(&self) -> String {
        let opened = self
            .ask("/api/v1/conversations", r#"{"channel":"sdk"}"#)
            .json();
        opened["id"].as_str().expect("an id").to_owned()
    }

    /// A typed turn: what was said, and which calls were made.
    pub(super) fn turn(&self, conversation: &str, text: &str) -> Value {
        let path = format!("/api/v1/conversations/{conversation}/turns");
        let body = json!({"text": text}).to_string();
        self.ask(&path, &body).json()["data"].clone()
    }

    fn ask(&self, path: &str, body: &str) -> Answer {
        let key = format!("Bearer {}", self.key);
        let headers = [("Authorization", key.as_str())];
        request(self.address, "POST", path, &headers, Some(body))
    }

    pub(super) fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// All records of the trail, the oldest first.
    pub(super) fn audit(&self) -> Vec<Value> {
        let chain = Chain::of(&self.tenant);
        let links = self.store.audit_links(&chain, 0, 100_000);
        let links = self.runtime.block_on(links).expect("the trail");
        let read = |body: &str| serde_json::from_str(body).expect("JSON");
        links.iter().map(|link| read(&link.body)).collect()
    }

    pub(super) fn is_trail_whole(&self) -> bool {
        let chain = Chain::of(&self.tenant);
        let verdict = self.runtime.block_on(self.store.verify_audit(&chain));
        matches!(verdict, Ok(Verdict::Whole { length }) if length > 10)
    }

    /// What the agent charged.
    pub(super) fn charges(&self) -> Vec<Charge> {
        let rows = self.query("SELECT user_id, amount_cents, currency FROM charges");
        rows.iter()
            .map(|row| Charge {
                user: row.get("user_id"),
                cents: row.get("amount_cents"),
                currency: row.get("currency"),
            })
            .collect()
    }

    /// Rows that no tool changes.
    pub(super) fn rows(&self) -> Vec<String> {
        let all = "SELECT id || username || password_hash AS row FROM users \
                   UNION ALL SELECT id || user_id || kind || balance_cents FROM accounts \
                   UNION ALL SELECT id || user_id || name || email || phone FROM customers \
                   UNION ALL SELECT id || name || price_cents FROM products";
        let rows = self.query(all);
        rows.iter().map(|row| row.get("row")).collect()
    }

    /// Owner and last four digits of the cards that are kept.
    pub(super) fn cards(&self) -> Vec<(String, String)> {
        let rows = self.query("SELECT user_id, last_four FROM cards ORDER BY rowid");
        rows.iter()
            .map(|row| (row.get("user_id"), row.get("last_four")))
            .collect()
    }

    fn query(&self, sql: &'static str) -> Vec<sqlx::sqlite::SqliteRow> {
        let path = self.folder.path().join("guide.db");
        self.runtime.block_on(async {
            let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(path))
                .await
                .expect("the agent's database");
            let rows = sqlx::query(SqlStr::from_static(sql)).fetch_all(&pool).await;
            pool.close().await;
            rows.expect("rows")
        })
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ended = self.agent.kill();
        let _ended = self.agent.wait();
    }
}

/// A number of cents as an amount of money, as an engine would write it.
pub(super) fn amount(cents: i64) -> Value {
    if cents % 100 == 0 {
        json!(cents / 100)
    } else {
        json!(cents as f64 / 100.0)
    }
}

struct Opened {
    address: SocketAddr,
    key: String,
    store: Store,
    tenant: Tenant,
}

async fn open(folder: &Path, model: &Model) -> Opened {
    let ring = KeyRing::parse(&KeyRing::new_key(fresh().into())).expect("a key");
    let store = Store::open(&Address::file(folder.join("platform.db")), ring)
        .await
        .expect("a database");
    let pepper = Pepper::new(fresh::<32>().to_vec()).expect("a pepper");
    let id = CustomerId::parse("cust_house").expect("an id");
    let operator = Operator::acting();
    let customer = store
        .ensure_customer(&operator, "house", id, now())
        .await
        .expect("a customer");
    let tenant = Tenant::by_operator(&operator, customer.id.clone());
    let key = ApiKey::generate(Mode::Test, fresh());
    let record = KeyRecord::of(
        &key,
        "key_house".to_owned(),
        customer.id,
        &pepper,
        now(),
        Some(LIFETIME_DEFAULT),
    );
    store.create_key(&tenant, &record).await.expect("a key");
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let listener = Listener::bind(any_port, None, false).await.expect("a port");
    let settings = Settings {
        store: store.clone(),
        pepper,
        voice: None,
        meaning: None,
        engine: Some(model.maker()),
        talk: None,
        policies: None,
        secure: false,
        limits: Limits::default(),
    };
    let server = Server::new(settings, listener);
    let address = server.address();
    tokio::spawn(server.serve(std::future::pending()));
    Opened {
        address,
        key: key.expose().to_owned(),
        store,
        tenant,
    }
}

fn start_agent(folder: &Path, key: &str, platform: SocketAddr) -> Child {
    let program: PathBuf = Path::new(CONVERSIMPLE).with_file_name("guide-agent");
    let log = std::fs::File::create(folder.join("agent.log")).expect("a file");
    Command::new(program)
        .args(["--demo", "--until-stdin-closes"])
        .current_dir(folder)
        .env("CONVERSIMPLE_API_KEY", key)
        .env(
            "CONVERSIMPLE_PLATFORM_URL",
            format!("ws://{platform}/sdk/websocket"),
        )
        .env("ENCRYPTION_KEY", KeyRing::new_key(fresh().into()).as_str())
        .env(
            "DATABASE_URL",
            format!("sqlite:{}", folder.join("guide.db").display()),
        )
        .stdin(Stdio::piped())
        .stdout(log.try_clone().expect("a file"))
        .stderr(log)
        .spawn()
        .expect("the guide's agent is built beside the command")
}

fn now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970")
}
