//! What every tool answers, to whom.

use serde_json::json;

use crate::rig::{Guide, assert_code, made_up_key};

#[tokio::test]
async fn key_is_sent_in_header_and_tools_register_per_conversation() {
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
async fn guide_tools_answer_as_documented() {
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
async fn tool_needing_caller_is_refused_without_login() {
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
async fn unowned_and_missing_ids_get_same_answer() {
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
async fn repeated_call_id_pays_once_and_gets_same_answer() {
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
async fn login_is_valid_only_in_its_conversation() {
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
async fn wrong_password_and_unknown_user_answer_alike_then_wait() {
    let mut guide = Guide::start().await;
    guide.peer.begin("v1").await;
    let mut answers = Vec::new();
    for (name, password) in [
        ("alice", "rose"),
        ("no_such_user", "rose"),
        ("nobody@example.com", "sunflower"),
        (" ALICE", "Sunflower"),
        ("alice'--", "x"),
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
async fn guide_tool_beyond_its_limit_is_refused() {
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
