//! What goes wrong says what happened and what to do, and exits with 2.

use std::path::Path;

use tempfile::TempDir;

use crate::platform::{Platform, command};

fn fails(arguments: &[&str], says: &str) {
    let output = command().args(arguments).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(said.contains(says), "{arguments:?} said: {said}");
    assert_eq!(said.trim().lines().count(), 1, "one sentence: {said}");
}

#[test]
fn call_with_non_wav_file_fails_with_one_sentence() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("text.wav");
    std::fs::write(&path, "this is no sound").expect("a file");
    fails(
        &["call", path.to_str().expect("a path")],
        "it is not a wav file",
    );
    fails(&["call", "/no/such/file.wav"], "cannot be read");
}

#[test]
fn call_without_platform_says_how_to_start_one() {
    fails(
        &["call", "--url", "http://127.0.0.1:1", "--text", "hello"],
        "start the platform with `conversimple dev`",
    );
}

#[test]
fn serve_on_taken_port_says_so() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    fails(&["serve", "--no-voice", "--listen", &address], "is taken");
}

#[test]
fn serve_in_clear_text_beyond_loopback_is_refused() {
    fails(
        &["serve", "--no-voice", "--listen", "0.0.0.0:0"],
        "--tls-cert",
    );
}

#[test]
fn serve_with_uncreatable_data_folder_says_so() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("a file");
    let inside: &Path = &file.join("data");
    let inside = inside.to_str().expect("a path");
    fails(
        &[
            "serve",
            "--no-voice",
            "--listen",
            "127.0.0.1:0",
            "--data-dir",
            inside,
        ],
        "--data-dir",
    );
}

#[test]
fn models_verify_with_missing_models_exits_2_and_advises_pull() {
    let folder = TempDir::new().expect("a folder");
    let output = command()
        .args(["models", "verify"])
        .env("CONVERSIMPLE_MODELS", folder.path())
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("models pull"));
}

#[test]
fn revoked_key_opens_no_conversation() {
    let platform = Platform::typing();
    let data = platform.data.to_str().expect("a path");
    let created = command()
        .args([
            "keys",
            "create",
            "--customer",
            "other",
            "--json",
            "--data-dir",
            data,
        ])
        .output()
        .expect("it runs");
    let created: serde_json::Value = serde_json::from_slice(&created.stdout).expect("JSON");
    let key = created["api_key"].as_str().expect("a key");
    let open = || {
        let output = command()
            .args(["call", "--json", "--url", &platform.url, "--text", "hello"])
            .env("CONVERSIMPLE_API_KEY", key)
            .output();
        output.expect("it runs")
    };
    assert!(
        open().status.success(),
        "a good key opens a conversation: {}",
        String::from_utf8_lossy(&open().stderr)
    );
    let list = command()
        .args([
            "keys",
            "list",
            "--customer",
            "other",
            "--json",
            "--data-dir",
            data,
        ])
        .output()
        .expect("it runs");
    let list: serde_json::Value = serde_json::from_slice(&list.stdout).expect("JSON");
    let id = list[0]["id"].as_str().expect("an id");
    assert!(!list.to_string().contains(key), "a list shows no key");
    assert!(
        command()
            .args(["keys", "revoke", id, "--data-dir", data])
            .output()
            .expect("it runs")
            .status
            .success()
    );
    let refused = open();
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("revoked") && !said.contains(key), "{said}");
}
