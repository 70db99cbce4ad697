//! The talk page in a real browser with a microphone that plays a file: it is heard, and the reply is played and shown.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::platform::Platform;
use crate::voice::speak;

#[test]
fn talk_page_hears_speech_and_plays_and_shows_reply() {
    let folder = TempDir::new().expect("a folder");
    let wav = speak(folder.path(), 0, "search for wireless headphones", "slt");
    let platform = Platform::speaking();
    let driver = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../server/tests/page/driver.mjs");
    let output = Command::new("node")
        .arg(driver)
        .args(["--url", &format!("{}/", platform.url), "--wav"])
        .arg(&wav)
        .output()
        .expect("node is installed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let seen: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let texts = |key: &str| seen[key].to_string().to_lowercase();
    assert!(texts("heard").contains("headphones"), "{seen}");
    assert!(texts("said").contains("headphones"), "{seen}");
    assert!(texts("tools").contains("search_products"), "{seen}");
    assert!(
        seen["peak_level"].as_f64().unwrap_or_default() > 0.05,
        "the reply is heard: {seen}"
    );
    for empty in [
        "console_errors",
        "csp_violations",
        "requests_to_other_hosts",
    ] {
        assert_eq!(
            seen[empty].as_array().map(Vec::len),
            Some(0),
            "{empty}: {seen}"
        );
    }
}
