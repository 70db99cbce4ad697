//! The REST interface of a running platform, as programs and strangers meet it.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "rest/platform.rs"]
mod platform;
#[path = "rest/policy.rs"]
mod policy;

use std::process::Command;
use std::time::Duration;

use conversimple_store::{Chain, Operator};
use platform::Running;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rest_without_valid_key_reveals_nothing() {
    let platform = Running::start().await;
    let (tenant, key) = platform.customer("acme").await;
    let check = async |key: &str, status: u16, code: &str| {
        for (method, path) in [
            ("GET", "/agents"),
            ("POST", "/agents"),
            ("DELETE", "/agents/agent_1"),
            ("GET", "/deployments"),
            ("PUT", "/deployments/dep_1"),
            ("GET", "/settings/api-key"),
            ("POST", "/settings/api-key/rotate"),
            ("GET", "/settings/api-key/usage"),
        ] {
            let answer = platform.ask(method, path, key, None).await;
            assert_eq!(
                (answer.0, answer.1["code"].as_str()),
                (status, Some(code)),
                "{method} {path}"
            );
        }
    };
    check("", 401, "auth_invalid_key").await;
    check("cs_live_nothing", 401, "auth_invalid_key").await;
    check(platform::new_key().expose(), 401, "auth_invalid_key").await;
    platform
        .store
        .set_suspended(&Operator::acting(), tenant.customer_id(), true)
        .await
        .unwrap();
    check(&key, 403, "customer_suspended").await;
    platform
        .store
        .set_suspended(&Operator::acting(), tenant.customer_id(), false)
        .await
        .unwrap();
    let id = platform.store.keys(&tenant).await.unwrap()[0]
        .record
        .id
        .clone();
    platform
        .store
        .revoke_key(&tenant, &id, Duration::from_secs(1))
        .await
        .unwrap();
    check(&key, 401, "auth_key_revoked").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rest_names_every_wrong_field() {
    let platform = Running::start().await;
    let (_, key) = platform.customer("acme").await;
    let check =
        async |method: &str, path: &str, body: Option<&str>, status: u16, fields: &[&str]| {
            let (found, answer) = platform.ask(method, path, &key, body).await;
            let named: Vec<&str> = answer["errors"]
                .as_object()
                .map(|errors| errors.keys().map(String::as_str).collect())
                .unwrap_or_default();
            assert_eq!(
                (found, named.as_slice()),
                (status, fields),
                "{method} {path} {body:?}: {answer}"
            );
            assert!(answer["message"].is_string(), "{answer}");
        };
    check("POST", "/agents", Some("{}"), 422, &["description", "name"]).await;
    check(
        "POST",
        "/agents",
        Some(r#"{"name":1,"description":"d","nmae":"x"}"#),
        422,
        &["name", "nmae"],
    )
    .await;
    check(
        "POST",
        "/agents",
        Some(r#"{"name":"a","name":"b","description":"d"}"#),
        400,
        &[],
    )
    .await;
    check("POST", "/agents", Some("not json"), 400, &[]).await;
    check("POST", "/agents", Some("[]"), 422, &[]).await;
    let long = format!(r#"{{"name":"{}","description":"d"}}"#, "x".repeat(101));
    check("POST", "/agents", Some(&long), 422, &["name"]).await;
    check(
        "POST",
        "/deployments",
        Some("{}"),
        422,
        &["agent_id", "channel", "name"],
    )
    .await;
    let nobodys = r#"{"name":"a","agent_id":"agent_nobodys","channel":"sdk","environment":"dev"}"#;
    check("POST", "/deployments", Some(nobodys), 422, &["agent_id"]).await;
    check(
        "GET",
        "/agents?page=0&per_page=x&status=new",
        None,
        422,
        &["page", "per_page", "status"],
    )
    .await;
    check("GET", "/agents?stauts=draft", None, 422, &["stauts"]).await;
    check("GET", "/agents?page=1&page=2", None, 422, &["page"]).await;
    check("GET", "/agents/..%2f..", None, 404, &[]).await;
    check("GET", "/deployments/'%20OR%20'1'%3D'1", None, 404, &[]).await;
    check("GET", "/nothing", None, 404, &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rest_customer_reaches_nothing_of_another() {
    let platform = Running::start().await;
    let (_, mine) = platform.customer("mine").await;
    let (_, theirs) = platform.customer("theirs").await;
    let agent = platform
        .make(
            &theirs,
            "/agents",
            json!({"name": "Bank", "description": ""}),
        )
        .await;
    let deployment =
        json!({"name": "d", "agent_id": agent, "channel": "sdk", "environment": "dev"});
    let deployment_id = platform
        .make(&theirs, "/deployments", deployment.clone())
        .await;
    for (method, path) in [
        ("GET", format!("/agents/{agent}")),
        ("PUT", format!("/agents/{agent}")),
        ("DELETE", format!("/agents/{agent}")),
        ("GET", format!("/agents/{agent}/spec")),
        ("GET", format!("/agents/{agent}/generation-status")),
        ("POST", format!("/agents/{agent}/publish")),
        ("GET", format!("/deployments/{deployment_id}")),
        ("PUT", format!("/deployments/{deployment_id}")),
        ("DELETE", format!("/deployments/{deployment_id}")),
        ("POST", format!("/deployments/{deployment_id}/activate")),
        ("POST", format!("/deployments/{deployment_id}/deactivate")),
    ] {
        assert_eq!(
            platform.ask(method, &path, &mine, Some("{}")).await.0,
            404,
            "{method} {path}"
        );
        let unknown = path
            .replace(&agent, "agent_unknown")
            .replace(&deployment_id, "dep_unknown");
        assert_eq!(
            platform.ask(method, &unknown, &mine, Some("{}")).await.0,
            404,
            "{method} {unknown}"
        );
    }
    let foreign = platform
        .ask("POST", "/deployments", &mine, Some(&deployment.to_string()))
        .await;
    assert_eq!(foreign.0, 422);
    let (_, listed) = platform.ask("GET", "/agents", &mine, None).await;
    assert_eq!(listed["meta"]["total_count"], 0);
    let (_, kept) = platform
        .ask("GET", &format!("/agents/{agent}"), &theirs, None)
        .await;
    assert_eq!(kept["data"]["version"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn key_rotates_once_and_both_keys_work_during_grace() {
    let platform = Running::start().await;
    let (tenant, old) = platform.customer("acme").await;
    let (status, answer) = platform
        .ask("POST", "/settings/api-key/rotate", &old, Some("{}"))
        .await;
    assert_eq!(status, 200, "{answer}");
    let new = answer["data"]["new_api_key"].as_str().unwrap().to_owned();
    assert!(
        answer["data"]
            .as_object()
            .unwrap()
            .values()
            .all(Value::is_string),
        "{answer}"
    );
    for (key, state) in [(&old, "rotated"), (&new, "active")] {
        let (_, info) = platform.ask("GET", "/settings/api-key", key, None).await;
        assert_eq!(info["data"]["status"], *state);
        assert_eq!(info["data"]["last_4"].as_str(), key.get(key.len() - 4..));
    }
    let (status, answer) = platform
        .ask("POST", "/settings/api-key/rotate", &old, None)
        .await;
    assert_eq!(
        (status, answer["errors"]["api_key"].is_string()),
        (422, true)
    );
    let (_, usage) = platform
        .ask("GET", "/settings/api-key/usage", &old, None)
        .await;
    let (used, left) = (
        usage["data"]["requests_24h"].as_u64(),
        usage["data"]["rate_limit_remaining"].as_u64(),
    );
    assert!(
        used == Some(4) && left.is_some_and(|left| (595..=600).contains(&left)),
        "{usage}"
    );

    let trail = platform
        .store
        .audit_tail(&Chain::of(&tenant), 10)
        .await
        .unwrap();
    assert!(
        trail.len() == 1 && trail[0].body.contains("key_rotated"),
        "{trail:?}"
    );
    platform.store.checkpoint().await.unwrap();
    for entry in std::fs::read_dir(platform.folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!contains(&bytes, new.as_bytes()) && !contains(&bytes, old.as_bytes()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rest_changes_are_recorded_in_audit_trail() {
    let platform = Running::start().await;
    let (tenant, key) = platform.customer("acme").await;
    let agent = platform
        .make(&key, "/agents", json!({"name": "Bank", "description": "d"}))
        .await;
    platform
        .ask(
            "PUT",
            &format!("/agents/{agent}"),
            &key,
            Some(r#"{"name":"B"}"#),
        )
        .await;
    platform
        .ask(
            "POST",
            &format!("/agents/{agent}/publish"),
            &key,
            Some("{}"),
        )
        .await;
    platform
        .ask("DELETE", &format!("/agents/{agent}"), &key, None)
        .await;
    platform
        .ask("DELETE", &format!("/agents/{agent}"), &key, None)
        .await;
    let links = platform
        .store
        .audit_links(&Chain::of(&tenant), 0, 10)
        .await
        .unwrap();
    let events: Vec<String> = links
        .iter()
        .map(|link| serde_json::from_str::<Value>(&link.body).unwrap())
        .map(|record| record["event"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        events,
        [
            "agent_created",
            "agent_updated",
            "agent_published",
            "agent_deleted"
        ]
    );
    assert!(
        links
            .iter()
            .all(|link| link.body.contains("\"key_id\":\"key_") && link.body.contains(&agent))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rest_over_rate_limit_is_429_for_that_key_only() {
    let platform = Running::start().await;
    let (_, key) = platform.customer("acme").await;
    let mut last = (200, Value::Null);
    for _ in 0..700 {
        last = platform.ask("GET", "/settings/api-key", &key, None).await;
        if last.0 != 200 {
            break;
        }
    }
    assert_eq!(
        (last.0, last.1["code"].as_str()),
        (429, Some("rate_limit_exceeded"))
    );
    let (_, other) = platform.customer("other").await;
    assert_eq!(
        platform
            .ask("GET", "/settings/api-key", &other, None)
            .await
            .0,
        200
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rest_responses_match_openapi_description() {
    let platform = Running::start().await;
    let (_, key) = platform.customer("acme").await;
    let (status, described) = platform.ask_at("GET", "/api/openapi.json", "", None).await;
    assert_eq!(status, 200);
    let (mut operations, mut methods) = (0, Vec::new());
    for (path, item) in described["paths"].as_object().unwrap() {
        let path = path.replace("{id}", "agent_unknown");
        for (method, operation) in item.as_object().unwrap() {
            methods.push((method.to_uppercase(), path.clone()));
            let (status, answer) = platform
                .ask_at(&method.to_uppercase(), &path, &key, Some("{}"))
                .await;
            assert!(
                status != 405 && answer.is_object(),
                "{method} {path}: {status} {answer}"
            );
            assert!(
                operation["responses"][status.to_string()].is_object(),
                "{method} {path}: {status} {answer}"
            );
            operations += 1;
        }
        let (status, answer) = platform.ask_at("PATCH", &path, &key, Some("{}")).await;
        assert_eq!(
            (status, answer["message"].is_string()),
            (405, true),
            "{path}"
        );
    }
    assert_eq!(
        operations, 28,
        "an operation came or went without its description: {methods:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn published_client_manages_agents_deployments_and_key() {
    let platform = Running::start().await;
    let (_, key) = platform.customer("acme").await;
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/rest/published_client.py"
    );
    let url = platform.url();
    let output = tokio::task::spawn_blocking(move || {
        Command::new(published_sdk())
            .args(["-I", script])
            .env("CONVERSIMPLE_API_KEY", key)
            .env("CONVERSIMPLE_API_ENDPOINT", url)
            .output()
            .unwrap()
    })
    .await
    .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(said.ends_with("all as published\n"), "{said}");
}

/// A Python that has the published SDK, made once for all runs.
fn published_sdk() -> std::path::PathBuf {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("published-sdk-0.2.4");
    let python = folder.join("bin/python");
    let has_it = Command::new(&python)
        .args(["-I", "-c", "import conversimple.api"])
        .output();
    if !has_it.is_ok_and(|output| output.status.success()) {
        run(Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder));
        run(Command::new(&python).args([
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            "conversimple-sdk==0.2.4",
        ]));
    }
    python
}

fn run(command: &mut Command) {
    let output = command
        .output()
        .expect("python3 is installed, with its module venv");
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// How many connections without a key made the platform unreachable once.
const IDLE: usize = 1100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn platform_is_reachable_beside_idle_connections() {
    let platform = Running::start().await;
    let (_, key) = platform.customer("acme").await;
    let mut idle = Vec::new();
    for _ in 0..IDLE {
        idle.push(platform.connect().await);
    }
    let (status, _) = platform.ask("GET", "/agents", &key, None).await;
    assert_eq!(status, 200);
}
