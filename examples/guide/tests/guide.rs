//! The guide agent as a process, driven from outside through every row of its contract.

#[path = "../../../crates/sdk/tests/platform/mod.rs"]
mod platform;

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use futures_util::StreamExt;
use platform::{Peer, Platform, patient};
use serde_json::{Value, json};
use tempfile::{NamedTempFile, TempDir};
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};

/// A guide agent with the demo data, joined to a platform of the test's own.
struct Guide {
    platform: Platform,
    peer: Peer,
    child: Child,
    folder: TempDir,
    /// What it writes to its streams; a pipe that nobody reads would stop it.
    log: NamedTempFile,
    fernet_key: String,
}

const PASSWORDS: [&str; 2] = ["sunflower", "tulip"];

impl Guide {
    async fn start() -> Self {
        let platform = Platform::start().await;
        let folder = tempfile::tempdir().expect("a folder");
        let fernet_key = fernet_key();
        let log = tempfile::NamedTempFile::new().expect("a file");
        let writer = || Stdio::from(log.reopen().expect("the file"));
        let child = command(folder.path(), &platform.url())
            .env("ENCRYPTION_KEY", &fernet_key)
            .env("CONVERSIMPLE_LOG_LEVEL", "trace")
            .env("CONVERSIMPLE_AUDIT_FILE", folder.path().join("audit.jsonl"))
            .arg("--demo")
            .stdout(writer())
            .stderr(writer())
            .spawn()
            .expect("started");
        let peer = platform.accept().await;
        Self {
            platform,
            peer,
            child,
            folder,
            log,
            fernet_key,
        }
    }

    /// A guide with one conversation that alice has logged in to.
    async fn of_alice() -> Self {
        let mut guide = Self::start().await;
        guide.peer.begin("v1").await;
        let answer = guide.log_in("v1", "alice", "sunflower").await;
        assert_eq!(answer, json!({"success": true, "user": "alice"}));
        guide
    }

    async fn log_in(&mut self, conversation: &str, name: &str, password: &str) -> Value {
        let credentials = json!({"username": name, "password": password});
        self.call(conversation, "login", credentials).await
    }

    async fn call(&mut self, conversation: &str, tool: &str, arguments: Value) -> Value {
        self.peer.call(conversation, tool, arguments).await
    }

    /// Ends the process and gives everything that it wrote: to its streams and into its folder.
    async fn stop(mut self) -> (String, Vec<u8>) {
        drop(self.peer);
        patient(self.child.kill()).await.expect("killed");
        let written = std::fs::read(self.log.path()).expect("a log");
        let mut kept = Vec::new();
        for entry in std::fs::read_dir(self.folder.path()).expect("a folder") {
            kept.extend(std::fs::read(entry.expect("an entry").path()).expect("a file"));
        }
        (String::from_utf8_lossy(&written).into_owned(), kept)
    }
}

fn command(folder: &Path, url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guide-agent"));
    command
        .current_dir(folder)
        .env_clear()
        .env("CONVERSIMPLE_API_KEY", made_up_key())
        .env("CONVERSIMPLE_PLATFORM_URL", url)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

fn made_up_key() -> String {
    format!("cs_test_{}", "visiblyfake".repeat(3))
}

/// A fresh Fernet key: 32 random bytes in URL-safe base64.
fn fernet_key() -> String {
    use std::hash::{BuildHasher, RandomState};
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let letter = |i: u64, most: u64| {
        let random = RandomState::new().hash_one(i) % most;
        char::from(ALPHABET[usize::try_from(random).expect("small")])
    };
    // The last of 43 letters holds four bits of the key.
    let last = char::from(
        ALPHABET[usize::try_from(RandomState::new().hash_one(42) % 16 * 4).expect("small")],
    );
    (0..42).map(|i| letter(i, 64)).chain([last, '=']).collect()
}

fn assert_code(answer: &Value, code: &str, context: &str) {
    assert_eq!(answer["error"], code, "{context}: {answer}");
    assert!(answer["message"].is_string(), "{context}: {answer}");
}

#[tokio::test]
async fn the_key_travels_in_a_header_and_the_tools_are_registered_once_a_conversation() {
    let mut guide = Guide::start().await;
    let request = &guide.peer.request;
    let header = |name: &str| request.headers()[name].to_str().expect("text").to_owned();
    assert_eq!(header("authorization"), format!("Bearer {}", made_up_key()));
    assert_eq!(header("sec-websocket-protocol"), "phoenix-websocket");
    assert_eq!(request.uri().to_string(), "/sdk/websocket");
    assert_eq!(guide.peer.join["payload"], json!({"agent_ids": ["guide"]}));
    let tools = guide.peer.begin("v1").await;
    let tool = |name: &str| {
        let found = tools
            .as_array()
            .expect("tools")
            .iter()
            .find(|t| t["name"] == name);
        found.expect(name)["parameters"].clone()
    };
    assert_eq!(tools.as_array().expect("tools").len(), 9);
    assert_eq!(tool("login")["x-role"], "login");
    assert_eq!(
        tool("login")["properties"]["password"]["x-secret"],
        "password"
    );
    assert_eq!(
        tool("get_balance")["properties"]["account_id"]["x-own"],
        "account"
    );
    assert_eq!(tool("get_customer")["required"], json!(["customer_id"]));
    assert_eq!(tool("process_payment")["x-confirm"], true);
    assert_eq!(tool("process_payment")["required"], json!(["amount"]));
    assert_eq!(tool("expensive_operation")["x-limit"], "5/min");
    assert_eq!(tool("conversimple_own_things")["x-internal"], true);
    // The next frame is the answer to a call, not a second registration.
    let answer = guide.call("v1", "expensive_operation", json!({})).await;
    assert_eq!(answer, json!({"success": true}));
}

#[tokio::test]
async fn every_tool_answers_as_the_guide_says() {
    let mut guide = Guide::of_alice().await;
    for (tool, arguments, answer) in [
        (
            "get_balance",
            json!({"account_id": "acc_1001"}),
            json!({"balance": 1250.0}),
        ),
        (
            "get_balance",
            json!({"account_id": "acc_1002"}),
            json!({"balance": 8400.5}),
        ),
        (
            "conversimple_own_things",
            json!({"kind": "account"}),
            json!({"things": [{"id": "acc_1001", "names": ["checking", "checking account"]},
                              {"id": "acc_1002", "names": ["savings", "savings account"]}]}),
        ),
        ("expensive_operation", json!({}), json!({"success": true})),
    ] {
        assert_eq!(guide.call("v1", tool, arguments).await, answer, "{tool}");
    }
    let paid = guide
        .call("v1", "process_payment", json!({"amount": 20}))
        .await;
    assert_eq!(
        (&paid["success"], &paid["amount"], &paid["currency"]),
        (&json!(true), &json!(20.0), &json!("USD"))
    );
    assert!(
        paid["payment_id"]
            .as_str()
            .is_some_and(|id| id.starts_with("pay_")),
        "{paid}"
    );
    let paid = guide
        .call(
            "v1",
            "process_payment",
            json!({"amount": 0.01, "currency": "EUR"}),
        )
        .await;
    assert_eq!(
        (&paid["amount"], &paid["currency"]),
        (&json!(0.01), &json!("EUR"))
    );
    let paid = guide
        .call(
            "v1",
            "process_payment",
            json!({"amount": 10000, "currency": "GBP"}),
        )
        .await;
    assert_eq!(paid["amount"], 10000.0);
    let found = guide
        .call(
            "v1",
            "search_products",
            json!({"query": "wireless headphones!"}),
        )
        .await;
    let names: Vec<&str> = found["products"]
        .as_array()
        .expect("products")
        .iter()
        .map(|p| p["name"].as_str().expect("a name"))
        .collect();
    assert_eq!(names.len(), 2, "{found}");
    assert!(
        names
            .iter()
            .all(|name| name.contains("Wireless Headphones"))
    );
    assert!(found["products"][0]["price"].is_number() && found["products"][0]["id"].is_string());
    let record = guide
        .call("v1", "get_customer", json!({"customer_id": "cust_1001"}))
        .await;
    assert_eq!(
        (&record["id"], &record["name"]),
        (&json!("cust_1001"), &json!("Alice Archer"))
    );
    assert_eq!(
        (&record["email"], &record["phone"]),
        (&json!("a***@example.com"), &json!("***-0101"))
    );
    let cards = guide.call("v1", "get_payment_methods", json!({})).await;
    let cards = cards["cards"].as_array().expect("cards").clone();
    let shown: Vec<_> = cards
        .iter()
        .map(|c| (c["last_four"].clone(), c["type"].clone()))
        .collect();
    assert_eq!(
        shown,
        [
            (json!("1111"), json!("Visa")),
            (json!("4444"), json!("Mastercard"))
        ]
    );
    assert!(
        cards
            .iter()
            .all(|card| card.as_object().expect("a card").len() == 3)
    );
    let stored = guide
        .call(
            "v1",
            "store_card",
            json!({"card_number": "4242 4242 4242 4242"}),
        )
        .await;
    assert_eq!(
        (&stored["success"], &stored["last_four"]),
        (&json!(true), &json!("4242"))
    );
}

#[tokio::test]
async fn what_needs_a_caller_is_refused_without_one() {
    let mut guide = Guide::start().await;
    guide.peer.begin("v1").await;
    for (tool, arguments) in [
        ("get_balance", json!({"account_id": "acc_1001"})),
        ("process_payment", json!({"amount": 1})),
        ("get_customer", json!({"customer_id": "cust_1001"})),
        ("get_payment_methods", json!({})),
        ("store_card", json!({"card_number": "4111111111111111"})),
        ("conversimple_own_things", json!({"kind": "account"})),
    ] {
        assert_code(
            &guide.call("v1", tool, arguments).await,
            "authentication_required",
            tool,
        );
    }
    assert_code(
        &guide.call("v1", "no_such_tool", json!({})).await,
        "tool_not_found",
        "no such tool",
    );
}

#[tokio::test]
async fn what_is_anothers_and_what_is_not_there_are_one_answer() {
    let mut guide = Guide::of_alice().await;
    let mut answers = Vec::new();
    for (tool, argument, id) in [
        ("get_balance", "account_id", "acc_2001"),
        ("get_balance", "account_id", "acc_9999"),
        ("get_balance", "account_id", "acc_1001' OR '1'='1"),
        ("get_customer", "customer_id", "cust_2001"),
        ("get_customer", "customer_id", "nobody"),
    ] {
        let answer = guide.call("v1", tool, json!({argument: id})).await;
        assert_code(&answer, "unauthorized", id);
        answers.push(answer);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
}

#[tokio::test]
async fn arguments_out_of_their_bounds_answer_the_guides_codes_and_sentences() {
    let mut guide = Guide::of_alice().await;
    for (i, (amount, code, sentence)) in [
        ("0", "invalid_amount", "Amount must be positive"),
        ("-5", "invalid_amount", "Amount must be positive"),
        ("-0.0", "invalid_amount", "Amount must be positive"),
        ("10000.01", "amount_too_large", "Maximum amount is $10,000"),
        ("1e6", "amount_too_large", "Maximum amount is $10,000"),
        ("true", "invalid_type", ""),
        ("\"12\"", "invalid_type", ""),
        ("[12]", "invalid_type", ""),
        (
            "503.00",
            "service_unavailable",
            "Unable to process request. Please try again.",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let conversation = guide.fresh(&i.to_string()).await;
        let arguments = format!("{{\"amount\":{amount}}}");
        let answer = guide
            .peer
            .call_raw(&conversation, "process_payment", &arguments)
            .await;
        assert_code(&answer, code, amount);
        assert!(
            sentence.is_empty() || answer["message"] == sentence,
            "{amount}: {answer}"
        );
    }
    for currency in ["CHF", "usd", "", "USD "] {
        let answer = guide
            .call(
                "v1",
                "process_payment",
                json!({"amount": 1, "currency": currency}),
            )
            .await;
        assert_code(&answer, "invalid_currency", currency);
    }
    for number in [
        "4111111111111112",
        "411111",
        "",
        "not a number",
        "41111111111111111111111",
    ] {
        let answer = guide
            .call("v1", "store_card", json!({"card_number": number}))
            .await;
        assert_code(&answer, "invalid_card", number);
    }
}

#[tokio::test]
async fn no_malformed_argument_reaches_a_body() {
    let mut guide = Guide::of_alice().await;
    let long = format!("\"{}\"", "x".repeat(5000));
    let huge = format!("\"{}\"", "x".repeat(400_000));
    let deep = format!("{}1{}", "[".repeat(60), "]".repeat(60));
    let values = [
        "null",
        "{}",
        "[]",
        "{\"a\":1}",
        "NaN",
        "Infinity",
        "1e999",
        "\"\\ud800\"",
        "\"\\u0000\"",
        "\"a\\u202eb\"",
        &long,
        &huge,
        &deep,
    ];
    let tools = [
        ("login", "username", r#","password":"x""#),
        ("get_balance", "account_id", ""),
        ("process_payment", "amount", ""),
        ("search_products", "query", ""),
        ("get_customer", "customer_id", ""),
        ("store_card", "card_number", ""),
    ];
    for (tool, argument, rest) in tools {
        let cases = values
            .iter()
            .map(|value| format!("{{\"{argument}\":{value}{rest}}}"));
        let shapes = [
            "{}".to_owned(),
            "[]".to_owned(),
            "null".to_owned(),
            "\"text\"".to_owned(),
            format!("{{\"{argument}\":\"a\",\"{argument}\":\"b\"{rest}}}"),
            format!("{{\"{argument}\":\"a\",\"unknown\":1{rest}}}"),
        ];
        let mut conversation = String::new();
        for (i, arguments) in cases.chain(shapes).enumerate() {
            // A tool's limit counts by conversation, and allows ten a minute.
            if i % 8 == 0 {
                conversation = guide.fresh(&format!("{tool}_{i}")).await;
            }
            let answer = guide.peer.call_raw(&conversation, tool, &arguments).await;
            let shown = &arguments[..arguments.len().min(80)];
            let code = answer["error"].as_str().unwrap_or("no error");
            let wanted = [
                "invalid_type",
                "invalid_parameters",
                "invalid_card",
                "amount_too_large",
            ];
            assert!(wanted.contains(&code), "{tool} {shown}: {answer}");
        }
    }
    for tool in ["get_payment_methods", "expensive_operation"] {
        let answer = guide.call("v1", tool, json!({"unknown": 1})).await;
        assert_code(&answer, "invalid_parameters", tool);
    }
    assert_eq!(
        guide
            .call("v1", "get_balance", json!({"account_id": "acc_1001"}))
            .await["balance"],
        1250.0
    );
}

impl Guide {
    /// A new conversation that alice has logged in to: a tool's limit counts by conversation.
    async fn fresh(&mut self, name: &str) -> String {
        let conversation = format!("fresh_{name}");
        self.peer.begin(&conversation).await;
        let answer = self.log_in(&conversation, "alice", "sunflower").await;
        assert_eq!(answer["success"], true, "{answer}");
        conversation
    }
}

#[tokio::test]
async fn a_call_id_does_its_work_once() {
    let mut guide = Guide::of_alice().await;
    let pay = r#"{"amount":20}"#;
    guide
        .peer
        .ask("call_once", "v1", "process_payment", pay)
        .await;
    let (_, first) = guide.peer.answer().await;
    guide
        .peer
        .ask("call_once", "v1", "process_payment", pay)
        .await;
    let (id, second) = guide.peer.answer().await;
    assert_eq!((id.as_str(), &first), ("call_once", &second));
    // In another conversation, and after its own has ended, the id says nothing of the first answer.
    guide.peer.begin("v2").await;
    guide
        .peer
        .ask("call_once", "v2", "process_payment", pay)
        .await;
    assert_code(
        &guide.peer.answer().await.1,
        "unauthorized",
        "another conversation",
    );
    guide.peer.end("v1").await;
    guide.peer.begin("v1").await;
    guide
        .peer
        .ask("call_once", "v1", "process_payment", pay)
        .await;
    assert_code(
        &guide.peer.answer().await.1,
        "unauthorized",
        "after the end",
    );
}

#[tokio::test]
async fn a_login_belongs_to_its_conversation() {
    let mut guide = Guide::of_alice().await;
    let balance = json!({"account_id": "acc_1001"});
    guide.peer.begin("v2").await;
    assert_code(
        &guide.call("v2", "get_balance", balance.clone()).await,
        "authentication_required",
        "another",
    );
    guide.log_in("v2", "Bob", "tulip").await;
    assert_code(
        &guide.call("v2", "get_balance", balance.clone()).await,
        "unauthorized",
        "bob",
    );
    assert_eq!(
        guide.call("v1", "get_balance", balance.clone()).await["balance"],
        1250.0
    );
    guide.peer.end("v1").await;
    assert_code(
        &guide.call("v1", "get_balance", balance.clone()).await,
        "unauthorized",
        "not held",
    );
    guide.peer.begin("v1").await;
    assert_code(
        &guide.call("v1", "get_balance", balance).await,
        "authentication_required",
        "begun again",
    );
    assert_code(
        &guide.call("v9", "expensive_operation", json!({})).await,
        "unauthorized",
        "never begun",
    );
}

#[tokio::test]
async fn wrong_passwords_and_unknown_names_answer_alike_and_then_wait() {
    let mut guide = Guide::start().await;
    guide.peer.begin("v1").await;
    let mut answers = Vec::new();
    for (name, password) in [
        ("alice", "rose"),
        ("nobody", "rose"),
        ("alice", "tulip"),
        ("alice", "Sunflower"),
        ("alice", "x"),
    ] {
        answers.push(guide.log_in("v1", name, password).await);
    }
    assert!(answers.iter().all(|a| *a == answers[0]), "{answers:?}");
    assert_eq!(
        (&answers[0]["success"], &answers[0]["error"]),
        (&json!(false), &json!("invalid_credentials"))
    );
    let sixth = guide.log_in("v1", "alice", "sunflower").await;
    assert_code(&sixth, "rate_limit_exceeded", "the sixth");
    assert_eq!(
        sixth["message"],
        "Too many requests. Please try again later."
    );
    assert!(
        sixth["retry_after_seconds"]
            .as_u64()
            .is_some_and(|s| s >= 1),
        "{sixth}"
    );
    // Bob in another conversation has nothing to do with it.
    guide.peer.begin("v2").await;
    assert_eq!(guide.log_in("v2", "bob", "tulip").await["success"], true);
}

#[tokio::test]
async fn every_tool_has_a_limit() {
    let mut guide = Guide::of_alice().await;
    for (tool, arguments, count) in [
        ("expensive_operation", json!({}), 5),
        ("search_products", json!({"query": "lamp"}), 10),
        ("get_balance", json!({"account_id": "acc_1001"}), 10),
    ] {
        for _ in 0..count {
            let answer = guide.call("v1", tool, arguments.clone()).await;
            assert_eq!(answer.get("error"), None, "{tool}: {answer}");
        }
        let answer = guide.call("v1", tool, arguments).await;
        assert_code(&answer, "rate_limit_exceeded", tool);
        assert_eq!(
            answer["message"],
            "Too many requests. Please try again later."
        );
    }
    guide.peer.begin("v2").await;
    assert_eq!(
        guide.call("v2", "expensive_operation", json!({})).await["success"],
        true
    );
}

#[tokio::test]
async fn a_lost_connection_comes_back_with_its_conversations_and_answers() {
    let mut guide = Guide::of_alice().await;
    guide
        .peer
        .ask("call_before", "v1", "process_payment", r#"{"amount":20}"#)
        .await;
    let (_, before) = guide.peer.answer().await;
    let Guide {
        peer,
        platform,
        child: _child,
        folder: _folder,
        ..
    } = guide;
    peer.cut();
    let mut peer = platform.accept().await;
    let registered = peer.read().await;
    assert_eq!(registered["event"], "register_conversation_tools");
    assert_eq!(registered["payload"]["conversation_id"], "v1");
    peer.ask("call_before", "v1", "process_payment", r#"{"amount":20}"#)
        .await;
    assert_eq!(peer.answer().await, ("call_before".to_owned(), before));
    let balance = peer
        .call("v1", "get_balance", json!({"account_id": "acc_1001"}))
        .await;
    assert_eq!(balance["balance"], 1250.0);
}

#[tokio::test]
async fn a_refusal_for_good_ends_the_process_with_what_to_do() {
    for (status, body, advice) in [
        (
            "401 Unauthorized",
            r#"{"code":"auth_key_revoked"}"#,
            "keys create",
        ),
        (
            "401 Unauthorized",
            r#"{"error":"auth_invalid_key"}"#,
            "CONVERSIMPLE_API_KEY",
        ),
        ("403 Forbidden", "", "ask whoever runs it"),
    ] {
        let platform = Platform::start().await;
        let folder = tempfile::tempdir().expect("a folder");
        let mut child = command(folder.path(), &platform.url())
            .spawn()
            .expect("started");
        platform.refuse(status, "", body).await;
        let ended = patient(child.wait()).await.expect("ended");
        let mut said = String::new();
        let mut stderr = child.stderr.take().expect("stderr");
        stderr.read_to_string(&mut said).await.expect("text");
        assert!(!ended.success(), "{said}");
        assert!(said.contains(advice), "{said}");
        assert!(!said.contains(&made_up_key()), "{said}");
    }
}

#[tokio::test]
async fn a_setting_that_is_missing_or_wrong_is_told_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = async |changes: &[(&str, &str)], arguments: &[&str]| {
        let mut command = command(folder.path(), "ws://127.0.0.1:1/sdk/websocket");
        command.envs(changes.iter().copied()).args(arguments);
        let output = patient(command.output()).await.expect("ended");
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    for (changes, arguments, hint) in [
        (
            &[("CONVERSIMPLE_API_KEY", "")][..],
            &[][..],
            "CONVERSIMPLE_API_KEY is not set",
        ),
        (
            &[("CONVERSIMPLE_PLATFORM_URL", "ws://platform.example.com")],
            &[],
            "wss://",
        ),
        (&[], &["--demo"], "ENCRYPTION_KEY is not set"),
        (&[("ENCRYPTION_KEY", "short")], &[], "ENCRYPTION_KEY"),
        (
            &[("DATABASE_URL", "postgresql://user:hunter2@db/x")],
            &[],
            "sqlite:guide.db",
        ),
        (&[], &["cs_live_in_argv"], "guide-agent takes --demo"),
    ] {
        let said = run(changes, arguments).await;
        assert!(said.contains(hint), "{hint}: {said}");
        assert!(
            !said.contains("hunter2") && !said.contains("in_argv"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn neither_logs_nor_database_nor_audit_hold_a_secret() {
    let mut guide = Guide::of_alice().await;
    let key = guide.fernet_key.clone();
    guide.log_in("v1", "alice", "wrong-made-up-password").await;
    guide
        .call(
            "v1",
            "login",
            json!({"username": "alice", "password": "made up", "unknown": "4000056655665556"}),
        )
        .await;
    guide.log_in("v1", "alice", "sunflower").await;
    for card in [
        "4242424242424242",
        "4000 0566 5566 5556",
        "4111111111111112",
    ] {
        guide
            .call("v1", "store_card", json!({"card_number": card}))
            .await;
    }
    guide
        .call("v1", "process_payment", json!({"amount": 503}))
        .await;
    guide
        .call(
            "v1",
            "search_products",
            json!({"query": "my card is 4242424242424242"}),
        )
        .await;
    guide
        .peer
        .call_raw(
            "v1",
            "login",
            r#"{"username":"alice","password":"twice-made-up","password":"twice-made-up"}"#,
        )
        .await;
    let audited = guide.folder.path().join("audit.jsonl");
    assert!(conversimple::audit::verify(&audited).is_ok_and(|count| count >= 8));
    let (written, kept) = guide.stop().await;
    assert!(written.contains("tool call"), "{written}");
    let kept = String::from_utf8_lossy(&kept);
    let cards = [
        "4242424242424242",
        "4000056655665556",
        "4000 0566 5566 5556",
        "4111111111111111",
        "5555555555554444",
    ];
    let passwords = ["wrong-made-up-password", "twice-made-up"];
    let secrets = cards.iter().chain(&passwords).chain(&PASSWORDS);
    let key_of_the_platform = made_up_key();
    for secret in secrets
        .copied()
        .chain([key.as_str(), key_of_the_platform.as_str()])
    {
        assert!(!written.contains(secret), "the log has {secret}");
        assert!(!kept.contains(secret), "the folder has {secret}");
    }
    assert!(
        !written.contains("payments.internal:8443\",\"message"),
        "{written}"
    );
}

#[tokio::test]
async fn a_stored_card_opens_with_pythons_cryptography() {
    let mut guide = Guide::of_alice().await;
    let stored = guide
        .call(
            "v1",
            "store_card",
            json!({"card_number": "4242424242424242"}),
        )
        .await;
    let id = stored["id"].as_str().expect("an id").to_owned();
    let key = guide.fernet_key.clone();
    let file = guide.folder.path().join("guide.db");
    const OPEN: &str = "
import sqlite3, sys
try:
    from cryptography.fernet import Fernet
except ImportError:
    print('no cryptography'); sys.exit()
token = sqlite3.connect(sys.argv[1]).execute('SELECT number_sealed FROM cards WHERE id = ?', (sys.argv[2],)).fetchone()[0]
print(Fernet(sys.argv[3].encode()).decrypt(token.encode()).decode())";
    let python = Command::new("python3")
        .arg("-c")
        .arg(OPEN)
        .arg(&file)
        .arg(&id)
        .arg(&key)
        .output();
    let said = match patient(python).await {
        Ok(output) => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        Err(_) => "no python".to_owned(),
    };
    // Without Python the guard's vectors, which Python made, stand for it.
    assert!(
        ["4242424242424242", "no cryptography", "no python"].contains(&said.as_str()),
        "{said}"
    );
}

/// A model in an attacker's hands: it asks for every tool, with every argument it likes, in every conversation.
#[tokio::test]
async fn a_hijacked_model_reaches_nothing_of_another_caller() {
    let mut guide = Guide::start().await;
    guide.peer.begin("nobody").await;
    let ids = [
        "acc_1001",
        "acc_1002",
        "acc_2001",
        "cust_1001",
        "cust_2001",
        "user_1001",
        "alice",
        "*",
        "%",
        "1 OR 1=1",
    ];
    let mut calls = Vec::new();
    for id in ids {
        for argument in ["account_id", "customer_id", "user_id", "id"] {
            calls.push(("get_balance", json!({argument: id})));
            calls.push(("get_customer", json!({argument: id})));
            calls.push(("get_payment_methods", json!({argument: id})));
            calls.push(("process_payment", json!({"amount": 1, argument: id})));
        }
        calls.push(("conversimple_own_things", json!({"kind": id})));
        calls.push(("search_products", json!({"query": id})));
    }
    calls.push(("conversimple_own_things", json!({"kind": "account"})));
    calls.push(("process_payment", json!({"amount": 1})));
    let (mut seen, mut bobs) = (String::new(), String::new());
    let mut reached_by_bob = 0;
    for (i, (tool, arguments)) in calls.iter().enumerate() {
        // A tool's limit counts by conversation; it should not be what holds the model back here.
        if i % 20 == 0 {
            bobs = format!("bob_{i}");
            guide.peer.begin(&bobs).await;
            assert_eq!(guide.log_in(&bobs, "bob", "tulip").await["success"], true);
        }
        for conversation in [bobs.as_str(), "nobody", "never_begun"] {
            let answer = guide.call(conversation, tool, arguments.clone()).await;
            assert_ne!(
                answer["error"],
                json!("rate_limit_exceeded"),
                "{conversation} {tool}"
            );
            let reached = answer.get("error").is_none();
            let open = conversation == "nobody" && *tool == "search_products";
            assert!(
                !reached || open || conversation == bobs,
                "{conversation} {tool} {arguments}: {answer}"
            );
            reached_by_bob += usize::from(reached && conversation == bobs);
            seen.push_str(&answer.to_string());
        }
    }
    assert!(
        reached_by_bob >= 10,
        "bob reached his own: {reached_by_bob}"
    );
    for alices in [
        "1250",
        "8400.5",
        "Archer",
        "acc_1001",
        "cust_1001",
        "1111",
        "4444",
    ] {
        assert!(!seen.contains(alices), "{alices}");
    }
}

/// A platform behind TLS whose certificate is its own authority.
struct Encrypted {
    listener: tokio::net::TcpListener,
    acceptor: tokio_rustls::TlsAcceptor,
    certificate: NamedTempFile,
}

impl Encrypted {
    async fn start() -> Self {
        let made =
            rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let certificate = NamedTempFile::new().expect("a file");
        std::fs::write(certificate.path(), made.cert.pem()).expect("written");
        let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der())
            .expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("a configuration");
        Self {
            listener: tokio::net::TcpListener::bind("127.0.0.1:0")
                .await
                .expect("a port"),
            acceptor: Arc::new(config).into(),
            certificate,
        }
    }

    /// The event of the first frame of the next agent that accepts the certificate.
    async fn first_event(&self) -> Option<Value> {
        let (tcp, _) = patient(self.listener.accept()).await.expect("a socket");
        let tls = patient(self.acceptor.accept(tcp)).await.ok()?;
        let mut socket = patient(tokio_tungstenite::accept_async(tls)).await.ok()?;
        let message = patient(socket.next()).await?.ok()?;
        let frame: Value = serde_json::from_str(message.to_text().ok()?).ok()?;
        Some(frame["event"].clone())
    }
}

#[tokio::test]
async fn a_certificate_is_checked_and_an_authority_of_ones_own_is_named_by_a_file() {
    let platform = Encrypted::start().await;
    let port = platform.listener.local_addr().expect("an address").port();
    let url = format!("wss://localhost:{port}");
    let folder = tempfile::tempdir().expect("a folder");
    for (trusted, event) in [(false, None), (true, Some(json!("phx_join")))] {
        let mut command = command(folder.path(), &url);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        if trusted {
            command.env("SSL_CERT_FILE", platform.certificate.path());
        }
        let _child = command.spawn().expect("started");
        assert_eq!(platform.first_event().await, event, "trusted: {trusted}");
    }
}
