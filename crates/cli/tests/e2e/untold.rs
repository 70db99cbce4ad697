//! Calls that outlive their turn: a payment that takes long, and a caller who goes on speaking.

use std::net::SocketAddr;
use std::thread::{self, JoinHandle};

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::canary::Socket;
use crate::http::{Answer, request};
use crate::platform::{Platform, command};

/// An agent whose answers come when the test says so, and its caller.
struct Slow {
    agent: Socket,
    address: SocketAddr,
    turns: String,
    bearer: String,
    _platform: Platform,
}

impl Slow {
    fn begin() -> Self {
        let platform = Platform::typing();
        let address = platform
            .url
            .trim_start_matches("http://")
            .trim_end_matches('/');
        let address: SocketAddr = address.parse().expect("an address");
        let key = key(&platform);
        let bearer = format!("Bearer {key}");
        let url = format!("ws://{address}/sdk/websocket");
        let mut agent = Socket::open(&url, Some(&key)).expect("a socket");
        send(&mut agent, "phx_join", json!({}));
        agent.wait_for("phx_reply");
        let headers = [("Authorization", bearer.as_str())];
        let body = r#"{"channel":"widget"}"#;
        let opened = request(
            address,
            "POST",
            "/api/v1/conversations",
            &headers,
            Some(body),
        )
        .json();
        let id = opened["id"].as_str().expect("an id").to_owned();
        let conversation = &agent.wait_for("conversation_ready")["payload"]["conversation_id"];
        let tools = json!({"conversation_id": conversation.clone(), "tools": tools()});
        send(&mut agent, "register_conversation_tools", tools);
        Self {
            agent,
            address,
            turns: format!("/api/v1/conversations/{id}/turns"),
            bearer,
            _platform: platform,
        }
    }

    /// A turn that is answered at some time.
    fn saying(&self, text: &str) -> JoinHandle<Answer> {
        let (address, path) = (self.address, self.turns.clone());
        let (bearer, body) = (self.bearer.clone(), json!({"text": text}).to_string());
        thread::spawn(move || {
            request(
                address,
                "POST",
                &path,
                &[("Authorization", &bearer)],
                Some(&body),
            )
        })
    }

    /// What is said to a turn.
    fn say(&self, text: &str) -> String {
        said(self.saying(text))
    }

    fn answer(&mut self, call: &Value) {
        let id = &call["payload"]["call_id"];
        send(
            &mut self.agent,
            "tool_call_response",
            json!({"call_id": id, "result": {"paid": true, "message": "Twenty dollars are paid"}}),
        );
    }
}

#[test]
fn payment_that_outlives_its_turn_is_told_and_not_paid_twice() {
    let mut slow = Slow::begin();
    assert!(
        slow.say("pay twenty dollars").contains("20"),
        "it is read back"
    );
    let yes = slow.saying("yes");
    let call = slow.agent.wait_for("tool_call_request");
    let hello = slow.say("hello, did it work?");
    assert!(hello.contains("still being done"), "{hello}");
    let yes = said(yes);
    assert!(yes.contains("still being done"), "{yes}");
    let again = slow.say("pay twenty dollars");
    assert!(again.contains("once more"), "{again}");
    let no = slow.say("no");
    assert!(!no.contains("once more"), "{no}");
    slow.answer(&call);
    let mut heard = String::new();
    for _ in 0..20 {
        heard = slow.say("did it work?");
        if !heard.contains("still being done") {
            break;
        }
    }
    assert!(heard.contains("paid"), "{heard}");
}

fn said(turn: JoinHandle<Answer>) -> String {
    let answer = turn.join().expect("no panic");
    assert_eq!(answer.status, 200, "{}", answer.text);
    let said = answer.json()["data"]["said"].as_str().map(str::to_owned);
    said.unwrap_or_else(|| panic!("no words in {}", answer.text))
}

fn send(agent: &mut Socket, event: &str, payload: Value) {
    let frame = json!({"join_ref": "1", "ref": "2", "topic": "customer:slow", "event": event, "payload": payload});
    agent.send(Message::text(frame.to_string()));
}

fn tools() -> Value {
    json!([{
        "name": "pay",
        "description": "Pay an amount of money",
        "parameters": {
            "type": "object",
            "required": ["amount"],
            "x-public": true,
            "x-confirm": true,
            "x-examples": ["pay twenty dollars"],
            "properties": {"amount": {"type": "number", "exclusiveMinimum": 0, "maximum": 1000, "description": "How much, in dollars"}}
        }
    }])
}

fn key(platform: &Platform) -> String {
    let data = platform.data.to_str().expect("a path");
    let created = command()
        .args([
            "keys",
            "create",
            "--customer",
            "slow",
            "--json",
            "--data-dir",
            data,
        ])
        .output()
        .expect("it runs");
    let created: Value = serde_json::from_slice(&created.stdout).expect("JSON");
    created["api_key"].as_str().expect("a key").to_owned()
}
