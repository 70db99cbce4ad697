//! The platform's own sealed cells: what stands in the database, and what opens.

use std::time::Duration;

use conversimple_store::*;
use conversimple_wire::{CallId, TurnId};
use serde_json::{Value, json};
use sqlx::{AnyPool, Row};

use crate::common::*;

/// Words that stand nowhere else; a number tells from which column they come.
fn words(number: usize) -> String {
    format!("marmalade-{number}-sandwich")
}

/// Every sealed column, with how it is read past the store.
const COLUMNS: &[&str] = &[
    "SELECT heard FROM turns",
    "SELECT said FROM turns",
    "SELECT arguments FROM calls",
    "SELECT spec FROM agents",
    "SELECT agent_config FROM agents",
    "SELECT channel_config FROM deployments",
    "SELECT engagement_rules FROM deployments",
    "SELECT value FROM settings",
];

async fn fill(store: &Store) -> Tenant {
    let tenant = tenant(store, "acme").await;
    let id = conversation_id("conv_1");
    open_conversation(store, &tenant, "conv_1", at(0)).await;
    let said = turn(1, &words(0), &words(1));
    store.record_turn(&tenant, &id, &said).await.unwrap();
    let call = Call {
        call_id: CallId::parse("call_1").unwrap(),
        turn: TurnId(1),
        tool: "get_balance".into(),
        arguments: json!({"note": words(2)}),
        verdict: "allowed".into(),
        took: Duration::ZERO,
        at: at(1),
    };
    store.record_call(&tenant, &id, &call).await.unwrap();
    let agent = NewAgent {
        spec: Some(json!([words(3)])),
        agent_config: Some(json!({"token": words(4)})),
        ..new_agent("bank", "Bank", "")
    };
    store.create_agent(&tenant, &agent, at(0)).await.unwrap();
    let deployment = NewDeployment {
        id: "dep_1".into(),
        name: "Page".into(),
        agent_id: agent_id("bank"),
        channel: DeploymentChannel::Widget,
        environment: Environment::Dev,
        call_direction: None,
        channel_config: Some(json!({"token": words(5)})),
        engagement_rules: Some(json!([words(6)])),
    };
    let made = store.create_deployment(&tenant, &deployment, at(0)).await;
    made.unwrap();
    let setting = words(7);
    let set = store.set_setting(&tenant, "greeting", Some(&setting), at(0));
    set.await.unwrap();
    tenant
}

/// What the store reads of every sealed column.
async fn opened(store: &Store, tenant: &Tenant) -> Result<Vec<String>, Error> {
    let id = conversation_id("conv_1");
    let turn = store.turns(tenant, &id).await?.remove(0);
    let call = store.calls(tenant, &id).await?.remove(0);
    let agent = store.agent(tenant, &agent_id("bank")).await?.unwrap();
    let deployment = store.deployment(tenant, "dep_1").await?.unwrap();
    let setting = store.setting(tenant, "greeting").await?.unwrap();
    let word = |value: &Value| {
        let inside = [&value["note"], &value["token"], &value[0]];
        let text = inside.into_iter().find_map(Value::as_str);
        text.unwrap().to_owned()
    };
    Ok(vec![
        turn.heard,
        turn.said,
        word(&call.arguments),
        word(&agent.spec.unwrap()),
        word(&agent.agent_config.unwrap()),
        word(&deployment.channel_config.unwrap()),
        word(&deployment.engagement_rules.unwrap()),
        setting,
    ])
}

fn all_words() -> Vec<String> {
    (0..COLUMNS.len()).map(words).collect()
}

pub(crate) async fn open_with(url: &str, keys: &[u8]) -> Result<Store, Error> {
    Store::open(&Address::parse(url).unwrap(), ring(keys)).await
}

/// What stands in the cells.
async fn cells(url: &str) -> Vec<String> {
    let pool = AnyPool::connect_lazy(url).unwrap();
    let mut found = Vec::new();
    for column in COLUMNS {
        let column: &'static str = column;
        let row = sqlx::query(column).fetch_one(&pool).await.unwrap();
        found.push(row.try_get::<String, _>(0).unwrap());
    }
    pool.close().await;
    found
}

async fn run(url: &str, statement: &'static str) -> u64 {
    let pool = AnyPool::connect_lazy(url).unwrap();
    let done = sqlx::query(statement).execute(&pool).await.unwrap();
    pool.close().await;
    done.rows_affected()
}

/// Every byte of a database in a file, with its log; nothing for a server.
fn bytes(url: &str) -> Vec<u8> {
    let Some(file) = url.strip_prefix("sqlite:") else {
        return Vec::new();
    };
    [file.to_owned(), format!("{file}-wal")]
        .iter()
        .flat_map(|file| std::fs::read(file).unwrap_or_default())
        .collect()
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes
        .windows(word.len())
        .any(|window| window == word.as_bytes())
}

fn assert_sealed(url: &str, cells: &[String]) {
    for cell in cells {
        assert!(cell.starts_with("cs1."), "{cell}");
    }
    assert!(!holds(&bytes(url), "marmalade"), "words stand in the file");
}

pub(crate) async fn transcripts_and_settings_are_sealed_in_database(url: String) {
    let store = open_with(&url, &[1]).await.unwrap();
    let tenant = fill(&store).await;
    assert_eq!(opened(&store, &tenant).await.unwrap(), all_words());
    assert_sealed(&url, &cells(&url).await);
    if url.starts_with("sqlite:") {
        assert!(
            holds(&bytes(&url), "dep_1"),
            "the search finds what is there"
        );
    }
    store.close().await;
    assert_sealed(&url, &cells(&url).await);
    let again = open_with(&url, &[1]).await.unwrap();
    assert_eq!(opened(&again, &tenant).await.unwrap(), all_words());
}

pub(crate) async fn stored_value_moved_to_another_cell_does_not_open(url: String) {
    let store = open_with(&url, &[1]).await.unwrap();
    let acme = fill(&store).await;
    let other = tenant(&store, "other").await;
    let id = conversation_id("conv_1");
    let second = turn(2, "two", "two");
    store.record_turn(&acme, &id, &second).await.unwrap();
    open_conversation(&store, &other, "conv_9", at(0)).await;
    let theirs = conversation_id("conv_9");
    let said = turn(1, "theirs", "theirs");
    store.record_turn(&other, &theirs, &said).await.unwrap();
    store
        .set_setting(&other, "greeting", Some("x"), at(0))
        .await
        .unwrap();

    let sealed = |column| Some(Error::Sealed(column));
    // Another row, another conversation of another customer, another column, and a text that nobody sealed.
    for forged in [
        "UPDATE turns SET heard = (SELECT heard FROM turns WHERE conversation_id = 'conv_1' AND turn = 2) WHERE conversation_id = 'conv_1' AND turn = 1",
        "UPDATE turns SET heard = (SELECT heard FROM turns WHERE conversation_id = 'conv_9') WHERE conversation_id = 'conv_1' AND turn = 1",
        "UPDATE turns SET heard = said WHERE conversation_id = 'conv_1' AND turn = 1",
        "UPDATE turns SET heard = 'my words' WHERE conversation_id = 'conv_1' AND turn = 1",
        "UPDATE turns SET heard = '' WHERE conversation_id = 'conv_1' AND turn = 1",
    ] {
        assert_eq!(run(&url, forged).await, 1);
        assert_eq!(
            store.turns(&acme, &id).await.err(),
            sealed("heard"),
            "{forged}"
        );
    }
    assert_eq!(store.turns(&other, &theirs).await.unwrap(), [said]);
    // A conversation that is given to another customer takes no words along.
    let given = "UPDATE conversations SET customer_id = 'cust_other' WHERE id = 'conv_1'";
    assert_eq!(run(&url, given).await, 1);
    assert_eq!(store.calls(&other, &id).await.err(), sealed("arguments"));
    let swapped = "UPDATE settings SET value = (SELECT value FROM settings WHERE owner = 'cust_acme') WHERE owner = 'cust_other'";
    assert_eq!(run(&url, swapped).await, 1);
    let read = store.setting(&other, "greeting").await;
    assert_eq!(read.err(), sealed("value"));
    // A Fernet token of the right key is bound to no cell, so it is no value of any.
    let token = ring(&[1]).seal_fernet(b"theirs", [1; 16], Duration::ZERO);
    let pool = AnyPool::connect_lazy(&url).unwrap();
    sqlx::query("UPDATE turns SET said = $1 WHERE conversation_id = 'conv_9'")
        .bind(token)
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
    assert_eq!(store.turns(&other, &theirs).await.err(), sealed("said"));
}

pub(crate) async fn store_open_without_key_in_use_is_refused(url: String) {
    // A store that sealed nothing needs no key.
    open_with(&url, &[3]).await.unwrap().close().await;
    let store = open_with(&url, &[1]).await.unwrap();
    let tenant = fill(&store).await;
    store.close().await;
    let before = cells(&url).await;
    let id = ring(&[1]).ids().next().unwrap().to_string();
    for _ in 0..2 {
        let refused = open_with(&url, &[2]).await.map(drop).unwrap_err();
        assert!(refused.to_string().contains(&id), "{refused}");
        assert_eq!(refused, Error::NoKey(id.clone()));
    }
    assert_eq!(cells(&url).await, before);
    let both = open_with(&url, &[2, 1]).await.unwrap();
    assert_eq!(opened(&both, &tenant).await.unwrap(), all_words());
}

async fn walk(store: &Store) -> Batch {
    let mut all = Batch::default();
    let mut cells = store.own_cells(&operator());
    while let Some(batch) = cells.step().await.unwrap() {
        all.rewrapped += batch.rewrapped;
        all.already_new += batch.already_new;
        all.busy += batch.busy;
        all.closed.extend(batch.closed);
    }
    all
}

pub(crate) async fn values_of_older_key_are_rewrapped_under_newest(url: String) {
    let store = open_with(&url, &[1]).await.unwrap();
    let acme = fill(&store).await;
    let id = conversation_id("conv_1");
    // More than one batch, and turns whose numbers are in another order as texts.
    let turns = u64::from(BATCH_CELLS) + 20;
    for number in 2..=turns {
        let said = turn(number, "more", "more");
        store.record_turn(&acme, &id, &said).await.unwrap();
    }
    store.close().await;

    let store = open_with(&url, &[2, 1]).await.unwrap();
    let count = store.own_cells(&operator()).count().await.unwrap();
    assert_eq!(count, 2 * turns + 6);
    let mut first = store.own_cells(&operator());
    let stopped = first.step().await.unwrap().unwrap();
    assert_eq!(stopped.rewrapped, u64::from(BATCH_CELLS));
    let rest = walk(&store).await;
    let all = (count - stopped.rewrapped, stopped.rewrapped);
    assert_eq!((rest.rewrapped, rest.already_new), all);
    let again = walk(&store).await;
    assert_eq!((again.rewrapped, again.already_new), (0, count));
    store.need_only_the_newest_key(&operator()).await.unwrap();
    store.close().await;

    let store = open_with(&url, &[2]).await.unwrap();
    assert_eq!(opened(&store, &acme).await.unwrap(), all_words());
    assert_eq!(store.turns(&acme, &id).await.unwrap().len() as u64, turns);
    run(&url, "UPDATE calls SET arguments = '{}'").await;
    let closed = ClosedRow {
        row: "calls.arguments conv_1/call_1".into(),
        is_sealed: false,
    };
    assert_eq!(walk(&store).await.closed, [closed]);
}

pub(crate) async fn clear_text_of_older_release_is_sealed_at_first_start(url: String) {
    let store = open_with(&url, &[1]).await.unwrap();
    let tenant = fill(&store).await;
    store.close().await;
    // What the release before this one left.
    for statement in [
        "UPDATE turns SET heard = 'marmalade-0-sandwich', said = 'marmalade-1-sandwich'",
        "UPDATE calls SET arguments = '{\"note\":\"marmalade-2-sandwich\"}'",
        "UPDATE agents SET spec = '[\"marmalade-3-sandwich\"]', agent_config = '{\"token\":\"marmalade-4-sandwich\"}'",
        "UPDATE deployments SET channel_config = '{\"token\":\"marmalade-5-sandwich\"}', engagement_rules = '[\"marmalade-6-sandwich\"]'",
        "UPDATE settings SET value = 'marmalade-7-sandwich'",
    ] {
        assert_eq!(run(&url, statement).await, 1, "{statement}");
    }
    run(&url, "DROP TABLE sealing_keys").await;
    run(&url, "UPDATE schema_version SET version = 2").await;
    let store = open_with(&url, &[1]).await.unwrap();
    assert_eq!(opened(&store, &tenant).await.unwrap(), all_words());
    assert_sealed(&url, &cells(&url).await);
    let refused = open_with(&url, &[2]).await.map(drop);
    assert!(matches!(refused, Err(Error::NoKey(_))), "the key is noted");
}
