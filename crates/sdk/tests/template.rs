//! The agent that `conversimple new` writes compiles and declares what it says.

#[path = "../template/src/main.rs"]
#[expect(
    dead_code,
    unreachable_pub,
    reason = "it is a program of its own, whose main runs elsewhere"
)]
mod written;

mod platform;

use conversimple::{Agent, Environment};
use platform::Platform;
use serde_json::json;

#[tokio::test]
async fn template_agent_answers_its_tool() {
    let platform = Platform::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let settings = include_str!("../template/env.example")
        .replace("API_KEY=", "API_KEY=cs_test_visiblyfake")
        .replace("ws://127.0.0.1:4000/sdk/websocket", &platform.url())
        .replace(
            "audit.jsonl",
            &folder.path().join("audit.jsonl").to_string_lossy(),
        );
    std::fs::write(folder.path().join(".env"), settings).expect("written");
    let environment = Environment::in_folder(folder.path()).expect("settings");
    let agent = Agent::from_environment(&environment).expect("an agent");
    tokio::spawn(agent.serve(written::Desk));
    let mut peer = platform.accept().await;
    assert_eq!(peer.join["payload"]["agent_ids"], json!(["my-agent"]));
    peer.begin("v1").await;
    let answer = peer
        .call("v1", "opening_hours", json!({"day": "Saturday"}))
        .await;
    assert_eq!(answer, json!({"opens": "ten", "closes": "four"}));
    let answer = peer
        .call("v1", "opening_hours", json!({"day": "Sunday"}))
        .await;
    assert_eq!(answer["message"], "We are closed on Sundays.");
    let answer = peer
        .call("v1", "opening_hours", json!({"day": "Someday"}))
        .await;
    assert_eq!(answer["error"], "invalid_day");
    assert_eq!(
        conversimple::audit::verify(&folder.path().join("audit.jsonl")).ok(),
        Some(3)
    );
}

#[test]
fn template_agent_keeps_keys_out_of_git() {
    let ignored = include_str!("../template/gitignore");
    assert!(ignored.lines().any(|line| line == ".env"));
    assert!(!include_str!("../template/env.example").contains("cs_"));
}
