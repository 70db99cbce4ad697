//! The shop and the guide agent, served side by side on one database: what one answers, the other does.

#[path = "../../../crates/sdk/tests/platform/mod.rs"]
mod platform;

use std::cell::Cell;

use conversimple::Toolset;
use conversimple::prelude::*;
use conversimple_guide::database::{Database, Product};
use conversimple_guide::money::Money;
use conversimple_guide::vault::Vault;
use conversimple_guide::{Guide, demo};
use conversimple_orm::{Shop, queries};
use platform::{Peer, Platform};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use sea_orm::DatabaseConnection;
use serde_json::{Value, json};
use tempfile::TempDir;

/// What callers and attackers say to a search and to a lookup.
const TEXTS: [&str; 30] = [
    "wireless headphones",
    "Wireless HEADPHONES!",
    "headphone",
    "usb c cable",
    "C",
    "a desk lamp for my desk",
    "chargers, cables & mice",
    "acc_1001",
    "cust_1001",
    "cust_2001",
    "CUST_1001",
    "cust_1001 ",
    "cust_1001' OR '1'='1",
    "cust_1001'; DROP TABLE customers; --",
    "cust_1001\" OR \"1\"=\"1",
    "' UNION SELECT id, username, password_hash FROM users --",
    "') OR 1=1 --",
    "1 OR 1=1",
    "\\' OR 1=1 --",
    "%",
    "_",
    "100%",
    "%head%",
    "cust_100_",
    "cust%",
    "snake_case",
    "Büro Müller",
    "cafe\u{301}",
    "ｗｉｒｅｌｅｓｓ",
    "耳机 🎧",
];

#[tokio::test]
async fn orm_and_sql_tools_have_same_declaration() {
    let mut shops = Shops::open().await;
    let declared = |tools: Value| -> Vec<Value> {
        let tools = tools.as_array().expect("tools").clone();
        let both = ["search_products", "get_customer"];
        both.map(|name| {
            let found = tools.iter().find(|tool| tool["name"] == name);
            found.expect(name).clone()
        })
        .into()
    };
    let sql = declared(shops.sql.begin("v1").await);
    let orm = declared(shops.orm.begin("v1").await);
    assert_eq!(sql, orm);
}

#[tokio::test]
async fn orm_and_sql_searches_give_same_answer() {
    let mut shops = Shops::open().await;
    let mut found = Vec::new();
    for (i, text) in TEXTS.iter().enumerate() {
        let answer = shops
            .both(i, "search_products", json!({"query": text}))
            .await;
        let products = answer["products"].as_array().map_or(0, Vec::len);
        found.push((*text, products));
    }
    let count = |text| found.iter().find(|(t, _)| *t == text).map(|(_, n)| *n);
    assert_eq!(count("wireless headphones"), Some(2), "{found:?}");
    assert_eq!(count("usb c cable"), Some(1), "{found:?}");
    assert_eq!(count("%"), Some(0), "{found:?}");
    assert_eq!(count("耳机 🎧"), Some(0), "{found:?}");
}

#[tokio::test]
async fn orm_and_sql_lookups_give_same_answer() {
    let mut shops = Shops::open().await;
    for (i, text) in TEXTS.iter().enumerate() {
        let arguments = json!({"customer_id": text});
        let answer = shops.both(i, "get_customer", arguments).await;
        let own = *text == "cust_1001";
        assert_eq!(answer["name"] == "Alice Archer", own, "{text}: {answer}");
        assert_eq!(answer["error"].is_null(), own, "{text}: {answer}");
    }
}

/// Below the guard no type stands before the queries: whatever text there is, both take it as a value.
#[test]
fn orm_and_sql_queries_find_same_rows_for_any_text() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let data = runtime.block_on(Data::open());
    let database = runtime.block_on(queries::open(&data.url)).expect("opened");
    let word = prop_oneof![
        prop::sample::select(&TEXTS[..]).prop_map(str::to_lowercase),
        prop::sample::select(&["wireless", "usb", "c", "65", "desk", "100%", "snake_"][..])
            .prop_map(str::to_owned),
        // SQLite's `length` ends at a zero, which no rule of the guard lets through.
        "[^\0]{0,12}".prop_map(|text| text.to_lowercase()),
    ];
    let words = prop::collection::vec(word, 0..5);
    let found = Cell::new(0);
    TestRunner::deterministic()
        .run(&words, |words| {
            let both = runtime.block_on(search(&data.database, &database, &words));
            found.set(found.get() + both.0.len());
            prop_assert_eq!(both.0, both.1);
            let id = words.first().map_or("cust_1001", String::as_str);
            let both = runtime.block_on(customer(&data.database, &database, id));
            prop_assert_eq!(both.0, both.1);
            Ok(())
        })
        .expect("the same");
    assert!(found.get() > 100, "the words find something: {found:?}");
}

type Both<T> = (T, T);

async fn search(
    sql: &Database,
    orm: &DatabaseConnection,
    words: &[String],
) -> Both<Vec<(String, i64)>> {
    let sql = sql.search(words).await.expect("searched").into_iter();
    let orm = queries::search(orm, words).await.expect("searched");
    (
        sql.map(|product| (product.name, product.price.cents))
            .collect(),
        orm.into_iter()
            .map(|product| (product.name, product.price_cents))
            .collect(),
    )
}

async fn customer(sql: &Database, orm: &DatabaseConnection, id: &str) -> Both<Option<String>> {
    let user = "user_1001";
    let sql = sql.customer(user, id).await.expect("looked up");
    let orm = queries::customer(orm, user, id).await.expect("looked up");
    (sql.map(|found| found.email), orm.map(|found| found.email))
}

/// The guide agent's demo data, and two products with what is a wildcard to LIKE.
struct Data {
    url: String,
    database: Database,
    vault: Vault,
    folder: TempDir,
}

impl Data {
    async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        // A key that opens nothing but this test's own data.
        let settings = format!("ENCRYPTION_KEY={}=\n", "A".repeat(43));
        std::fs::write(folder.path().join(".env"), settings).expect("written");
        let environment = Environment::in_folder(folder.path()).expect("settings");
        let vault = Vault::open(&environment).expect("a key");
        let url = format!("sqlite:{}", folder.path().join("guide.db").display());
        let database = Database::open(Some(&url)).await.expect("opened");
        demo::fill(&database, &vault).await.expect("filled");
        for (id, name) in [
            ("prod_13", "Bag of 100% Cotton"),
            ("prod_14", "snake_case Büro Mug"),
        ] {
            let product = Product {
                id: id.to_owned(),
                name: name.to_owned(),
                price: Money::of(9, 99),
            };
            database.add_product(&product).await.expect("made");
        }
        Self {
            url,
            database,
            vault,
            folder,
        }
    }
}

/// Both agents, each before a platform of its own.
struct Shops {
    sql: Peer,
    orm: Peer,
    _folder: TempDir,
}

impl Shops {
    async fn open() -> Self {
        let data = Data::open().await;
        let shop = Shop::new(queries::open(&data.url).await.expect("opened"));
        Self {
            sql: serve(Guide::new(data.database, data.vault)).await,
            orm: serve(shop).await,
            _folder: data.folder,
        }
    }

    /// What both answer, in a conversation of its own; alice has logged in to it where the tool needs that.
    async fn both(&mut self, number: usize, tool: &str, arguments: Value) -> Value {
        let conversation = format!("v{number}");
        let mut answers = Vec::new();
        for peer in [&mut self.sql, &mut self.orm] {
            peer.begin(&conversation).await;
            if tool == "get_customer" {
                let credentials = json!({"username": "alice", "password": "sunflower"});
                let login = peer.call(&conversation, "login", credentials).await;
                assert_eq!(login["success"], true, "{login}");
            }
            answers.push(peer.call(&conversation, tool, arguments.clone()).await);
            peer.end(&conversation).await;
        }
        assert_eq!(answers[0], answers[1], "{tool} {arguments}");
        answers.remove(0)
    }
}

async fn serve(service: impl Toolset) -> Peer {
    let platform = Platform::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let settings = format!(
        "CONVERSIMPLE_API_KEY=cs_test_{}\nCONVERSIMPLE_PLATFORM_URL={}\n",
        "visiblyfake".repeat(3),
        platform.url()
    );
    std::fs::write(folder.path().join(".env"), settings).expect("written");
    let environment = Environment::in_folder(folder.path()).expect("settings");
    let agent = Agent::from_environment(&environment).expect("an agent");
    tokio::spawn(agent.serve(service));
    platform.accept().await
}
