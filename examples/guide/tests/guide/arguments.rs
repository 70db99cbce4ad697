//! Arguments out of bounds, malformed, or chosen by an attacker.

use serde_json::json;

use crate::rig::{Guide, assert_code};

#[tokio::test]
async fn arguments_out_of_bounds_get_documented_codes() {
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
async fn malformed_argument_never_reaches_tool_body() {
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

/// A model in an attacker's hands: it asks for every tool, with every argument it likes, in every conversation.
#[tokio::test]
async fn hijacked_model_reaches_nothing_of_another_caller() {
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
