//! Where a secret could stay, and that none does.

use serde_json::json;
use tokio::process::Command;

use crate::platform::patient;
use crate::rig::{Guide, made_up_key};

const PASSWORDS: [&str; 2] = ["sunflower", "tulip"];

#[tokio::test]
async fn logs_database_and_audit_hold_no_secret() {
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
    // A name that is not declared, so nobody knows that it holds a secret.
    let misnamed = json!({"username": "alice", "pass": "sunflower"});
    guide.call("v1", "login", misnamed).await;
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
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(
            !written.contains(&hex),
            "the log has {secret} in hexadecimal"
        );
        assert!(!written.contains(secret), "the log has {secret}");
        assert!(!kept.contains(secret), "the folder has {secret}");
    }
    assert!(
        !written.contains("payments.internal:8443\",\"message"),
        "{written}"
    );
}

#[tokio::test]
async fn stored_card_opens_with_python_cryptography() {
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
