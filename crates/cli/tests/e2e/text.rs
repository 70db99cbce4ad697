//! Conversations by typed lines: the guide's rules as a caller meets them.

use std::process::Stdio;

use serde_json::Value;

use crate::platform::{Platform, calls, command, said};

#[test]
fn typed_caller_logs_in_hears_balance_and_pays_after_yes() {
    let platform = Platform::typing();
    let report = platform.type_lines(&[
        "what is the balance of my checking account",
        "alice",
        "sunflower",
        "pay twenty dollars",
        "yes",
    ]);
    assert!(said(&report, 0).contains("user name"), "{report}");
    assert_eq!(
        calls(&report, 2),
        [("login", "allowed"), ("get_balance", "allowed")]
    );
    assert!(
        said(&report, 2).contains("1,250"),
        "what was asked before the login is taken up again: {report}"
    );
    assert!(
        calls(&report, 3).is_empty(),
        "nothing is paid before the yes"
    );
    assert!(said(&report, 3).contains("20"), "{report}");
    assert_eq!(calls(&report, 4), [("process_payment", "allowed")]);
}

#[test]
fn password_appears_in_no_report_log_or_database() {
    let platform = Platform::typing();
    let report =
        platform.type_lines(&["log in", "alice", "sunflower", "my password is hyacinth77"]);
    let report = report.to_string();
    let opened = platform.opened();
    assert!(opened.contains("log in"), "what was said is kept: {opened}");
    for secret in ["sunflower", "hyacinth77"] {
        assert!(!opened.contains(secret), "{opened}");
        assert!(!report.contains(secret));
        assert!(!platform.agent_log().contains(secret));
        for name in [
            "conversimple.db",
            "conversimple.db-wal",
            "guide/guide.db",
            "guide/guide.db-wal",
        ] {
            let bytes = std::fs::read(platform.data.join(name)).unwrap_or_default();
            assert!(
                !bytes
                    .windows(secret.len())
                    .any(|part| part == secret.as_bytes()),
                "{secret} in {name}"
            );
        }
    }
}

#[test]
fn payment_without_yes_is_not_made() {
    let platform = Platform::typing();
    let report = platform.type_lines(&[
        "log in",
        "alice",
        "sunflower",
        "pay 30 dollars",
        "no",
        "yes",
        "pay 40 dollars",
        "never mind",
        "yes",
    ]);
    for turn in 3..9 {
        assert!(
            !calls(&report, turn)
                .iter()
                .any(|(name, _)| *name == "process_payment"),
            "turn {turn}: {report}"
        );
    }
}

#[test]
fn answer_that_is_no_plain_yes_pays_nothing() {
    let platform = Platform::typing();
    let unclear = [
        "good",
        "fine",
        "right",
        "mhm",
        "it is",
        "I do",
        "great thanks",
        "go on",
        "yes?",
    ];
    let mut lines = vec!["log in", "alice", "sunflower"];
    for words in unclear {
        lines.extend(["pay one dollar", words, "never mind"]);
    }
    lines.extend(["pay one dollar", "okay", "yes"]);
    let report = platform.type_lines(&lines);
    let last = lines.len() - 1;
    for (turn, line) in lines.iter().enumerate().take(last).skip(3) {
        assert!(calls(&report, turn).is_empty(), "{line}: {report}");
        if unclear.contains(line) {
            let again = said(&report, turn);
            assert!(
                again.starts_with("Yes or no") && again.contains("1 US dollar"),
                "{line}: {report}"
            );
        }
    }
    assert_eq!(calls(&report, last), [("process_payment", "allowed")]);
}

#[test]
fn negated_wish_is_no_wish() {
    let platform = Platform::typing();
    let mut lines = vec!["log in", "alice", "sunflower"];
    lines.extend([
        "do not pay twenty dollars",
        "yes",
        "I don't want to pay twenty dollars",
        "yes",
    ]);
    let report = platform.type_lines(&lines);
    for turn in 3..lines.len() {
        assert!(calls(&report, turn).is_empty(), "{report}");
        assert!(!said(&report, turn).contains("Shall I"), "{report}");
    }
}

#[test]
fn account_of_another_customer_is_not_read() {
    let platform = Platform::typing();
    let report = platform.type_lines(&[
        "log in",
        "alice",
        "sunflower",
        "what is the balance of acc_2001",
    ]);
    assert!(!said(&report, 3).contains("310"), "{report}");
}

#[test]
fn small_talk_gets_reply_and_calls_no_tool() {
    let platform = Platform::typing();
    let lines = [
        "hello",
        "how are you",
        "thank you very much",
        "tell me a joke",
        "what can you do",
    ];
    let report = platform.type_lines(&lines);
    for (turn, line) in lines.iter().enumerate() {
        assert!(calls(&report, turn).is_empty(), "{line}: {report}");
        assert!(!said(&report, turn).is_empty());
    }
}

#[test]
fn acknowledged_turns_survive_platform_kill_with_intact_audit() {
    let mut platform = Platform::typing();
    let report = platform.type_lines(&["log in", "alice", "sunflower", "search for headphones"]);
    let id = report["conversation_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    platform.kill();
    let again = Platform::again(&platform.data);
    let session = curl(
        &again,
        "/api/v1/session",
        Some(&format!(r#"{{"code":"{}"}}"#, again.code)),
        None,
    );
    let cookie = header(&session, "set-cookie")
        .expect("a cookie")
        .split(';')
        .next()
        .expect("a name")
        .to_owned();
    let shown = curl(
        &again,
        &format!("/api/v1/conversations/{id}"),
        None,
        Some(&cookie),
    );
    let body: Value =
        serde_json::from_str(shown.rsplit("\r\n\r\n").next().expect("a body")).expect("JSON");
    let heard: Vec<_> = body["data"]["turns"]
        .as_array()
        .expect("turns")
        .iter()
        .filter_map(|t| t["heard"].as_str())
        .collect();
    assert!(heard.contains(&"search for headphones"), "{body}");
    drop(again);
    let verified = command()
        .args(["audit", "verify", "--json", "--data-dir"])
        .arg(&platform.data)
        .stdout(Stdio::piped())
        .output()
        .expect("verify runs");
    let said = String::from_utf8_lossy(&verified.stdout);
    assert!(
        verified.status.success() && said.contains("\"ok\":true"),
        "{said}"
    );
}

/// One HTTP request; headers and body as they came.
fn curl(platform: &Platform, path: &str, body: Option<&str>, cookie: Option<&str>) -> String {
    use std::io::{Read as _, Write as _};
    let host = platform.url.trim_start_matches("http://");
    let mut socket = std::net::TcpStream::connect(host).expect("the platform listens");
    let method = if body.is_some() { "POST" } else { "GET" };
    let body = body.unwrap_or_default();
    let cookie = cookie
        .map(|cookie| format!("Cookie: {cookie}\r\n"))
        .unwrap_or_default();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nX-Conversimple: dashboard\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n{cookie}\r\n{body}",
        body.len()
    );
    socket.write_all(request.as_bytes()).expect("a request");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("an answer");
    answer
}

fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    answer
        .lines()
        .find_map(|line| {
            line.split_once(": ")
                .filter(|(key, _)| key.eq_ignore_ascii_case(name))
        })
        .map(|(_, value)| value)
}
