//! The operator's policies over REST and in files.

use serde_json::{Value, json};

use super::platform::Running;

const PATH: &str = "/agents/agent_shop/policy";

async fn put(platform: &Running, key: &str, body: &Value) -> (u16, Value) {
    platform
        .ask("PUT", PATH, key, Some(&body.to_string()))
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn policy_is_versioned_audited_and_its_customers_own() {
    let platform = Running::start().await;
    let (_, key) = platform.customer("acme").await;
    let (_, other) = platform.customer("other").await;
    let empty = platform.ask("GET", PATH, &key, None).await;
    assert_eq!((empty.0, &empty.1["data"]["version"]), (200, &json!(0)));
    let first = json!({"tools": {"pay_bill": {"public": true, "limit": "5/min"}}});
    let (status, answer) = put(&platform, &key, &json!({"policy": first})).await;
    assert_eq!(
        (status, &answer["data"]["version"]),
        (200, &json!(1)),
        "{answer}"
    );
    let toml = "[tools.pay_bill]\nconfirm = false\narguments.from = { own = \"account\" }\n";
    let (status, answer) = put(&platform, &key, &json!({"toml": toml, "version": 1})).await;
    assert_eq!(
        (status, &answer["data"]["version"]),
        (200, &json!(2)),
        "{answer}"
    );
    let (status, _) = put(&platform, &key, &json!({"toml": toml, "version": 1})).await;
    assert_eq!(status, 409);
    let shown = platform.ask("GET", PATH, &key, None).await.1["data"].take();
    let second = json!({"tools": {"pay_bill": {"confirm": false, "arguments": {"from": {"own": "account"}}}}});
    assert_eq!(shown["policy"], second);
    assert_eq!(
        (&shown["changed_by"], shown["toml"].as_str()),
        (&json!("key_acme"), Some(toml))
    );
    assert_eq!(shown["earlier"][0]["policy"], first);
    let strange = platform.ask("GET", PATH, &other, None).await.1;
    assert_eq!(strange["data"]["policy"], json!({}));
    let audit = platform.ask("GET", "/audit", &key, None).await.1;
    let record = &audit["data"][0];
    assert_eq!(
        (
            &record["event"],
            &record["who"],
            &record["arguments"]["version"]
        ),
        (&json!("policy_changed"), &json!("key_acme"), &json!(2)),
        "{record}"
    );
    assert_eq!(
        record["arguments"]["changed"]["tools.pay_bill"],
        second["tools"]["pay_bill"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn policy_that_makes_no_sense_is_refused_with_its_field() {
    let platform = Running::start().await;
    let (_, key) = platform.customer("acme").await;
    for (body, field) in [
        (
            json!({"policy": {"tools": {"pay": {"caller": false}}}}),
            "tools.pay.caller",
        ),
        (
            json!({"policy": {"tools": {"pay": {"limit": "often"}}}}),
            "tools.pay",
        ),
        (
            json!({"tools": {"pay": {"hunter2": 1}}}),
            "tools.pay.hunter2",
        ),
        (json!({"toml": "[tools"}), "toml"),
        (json!({"toml": "", "policy": {}}), "policy"),
        (json!({"policy": {}, "version": "1"}), "version"),
        (
            json!({"policy": {"tools": {"4111111111111111": 1}}}),
            "policy",
        ),
    ] {
        let (status, answer) = put(&platform, &key, &body).await;
        assert_eq!(status, 422, "{body} {answer}");
        assert!(answer["errors"][field].is_string(), "{body} {answer}");
    }
    assert_eq!(
        platform.ask("GET", PATH, &key, None).await.1["data"]["version"],
        0
    );
    assert_eq!(platform.ask("GET", PATH, "", None).await.0, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn policy_file_is_taken_over_once_and_a_broken_one_changes_nothing() {
    let platform = Running::start().await;
    let (_, key) = platform.customer("acme").await;
    let folder = platform.folder.path().join("policies");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("agent_shop.toml");
    let read = async || platform.ask("GET", PATH, &key, None).await.1["data"].take();
    std::fs::write(&file, "[tools.look]\npublic = true\n").unwrap();
    for _ in 0..2 {
        let shown = read().await;
        assert_eq!(
            (&shown["version"], &shown["changed_by"]),
            (&json!(1), &json!("policies/agent_shop.toml"))
        );
        assert_eq!(
            shown["policy"],
            json!({"tools": {"look": {"public": true}}})
        );
    }
    for broken in ["[tools", "[tools.look]\npubic = true\n"] {
        std::fs::write(&file, broken).unwrap();
        assert_eq!(read().await["version"], 1);
    }
    let (status, _) = put(&platform, &key, &json!({"policy": {}})).await;
    assert_eq!((status, &read().await["version"]), (200, &json!(2)));
    std::fs::write(&file, "[tools.look]\nlimit = \"none\"\n").unwrap();
    assert_eq!(
        read().await["policy"],
        json!({"tools": {"look": {"limit": "none"}}})
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agent_config_of_published_client_carries_the_policy() {
    let platform = Running::start().await;
    let (_, key) = platform.customer("acme").await;
    let policy = json!({"tools": {"look": {"public": true}}});
    let agent =
        |config: Value| json!({"name": "Shop", "description": "Sells", "agent_config": config});
    let id = platform
        .make(
            &key,
            "/agents",
            agent(json!({"voice": "x", "policy": policy})),
        )
        .await;
    let path = format!("/agents/{id}/policy");
    let read = async || platform.ask("GET", &path, &key, None).await.1["data"].take();
    assert_eq!(read().await["policy"], policy);
    let whole = json!({"agent_config": {"tools": {"look": {"confirm": true}}}}).to_string();
    let (status, _) = platform
        .ask("PUT", &format!("/agents/{id}"), &key, Some(&whole))
        .await;
    let shown = read().await;
    assert_eq!((status, &shown["version"]), (200, &json!(2)));
    assert_eq!(
        shown["policy"],
        json!({"tools": {"look": {"confirm": true}}})
    );
    let bad =
        json!({"agent_config": {"policy": {"tools": {"look": {"caller": false}}}}}).to_string();
    let (status, answer) = platform
        .ask("PUT", &format!("/agents/{id}"), &key, Some(&bad))
        .await;
    assert_eq!(status, 422, "{answer}");
    assert!(
        answer["errors"]["agent_config.tools.look.caller"].is_string(),
        "{answer}"
    );
    let other = json!({"agent_config": {"tools": ["a"], "policy_name": "x"}}).to_string();
    let (status, _) = platform
        .ask("PUT", &format!("/agents/{id}"), &key, Some(&other))
        .await;
    assert_eq!((status, &read().await["version"]), (200, &json!(2)));
}
