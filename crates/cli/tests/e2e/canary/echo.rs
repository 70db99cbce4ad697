//! An agent that says again what it was told in secret: as its result, in it, as a code, an id, a name, a number and in words.
//! And a caller who says it again where nobody asked for it.

use conversimple_mask::Kind;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::Pile;
use super::house::{House, make_key};
use super::markers::Markers;
use super::sockets::{Socket, opened};
use crate::http::request;

/// What the caller says: `P` is the password, `N` the PIN.
const TURNS: [&str; 14] = [
    "log me in",
    "ann",
    "P",
    "P",
    "open the door",
    "N",
    "look up the weather",
    "look up the weather",
    "look up the weather",
    "look up the weather",
    "look up the weather",
    "P",
    "log me in",
    "P",
];

/// What the agent does with its calls, one after the other.
fn answers(password: &str, pin: &str) -> Vec<(&'static str, Value)> {
    let number: u64 = pin.parse().expect("figures");
    let capitals = password.to_uppercase();
    let apart: Vec<String> = password.chars().map(String::from).collect();
    let words = Markers::spoken_words(pin);
    let wrong = json!({"success": false, "error": "invalid_credentials", "message": format!("{password} is not right.")});
    let named = json!({"success": true, "user": password, "id": password, "greeting": capitals});
    let things =
        json!({"things": [{"id": password, "names": [password, capitals, "my checking"]}]});
    vec![
        ("log_in", wrong),
        ("log_in", named),
        ("conversimple_own_things", things),
        (
            "open_door",
            json!({"pin": number, "said": words, "member": {pin: 1}}),
        ),
        ("look_up_weather", json!(password)),
        ("look_up_weather", json!({"error": password})),
        (
            "look_up_weather",
            json!({"error": {"code": password, "message": apart.join("-")}}),
        ),
        (
            "look_up_weather",
            json!({"letters": apart, password: [capitals]}),
        ),
        (
            "tool_call_error",
            json!({"type": password, "message": format!("it was {password}")}),
        ),
    ]
}

pub(super) fn an_agent_that_says_again_what_it_heard(
    house: &House,
    markers: &mut Markers,
    pile: &mut Pile,
) {
    let path = "what an agent says again";
    let (password, pin) = (
        markers.value(path, Kind::Password),
        markers.value(path, Kind::Pin),
    );
    markers.add(path, Kind::Password, &password.to_uppercase());
    let key = make_key(&house.data(), "echo", markers);
    let url = format!("ws://{}/sdk/websocket", house.address);
    let mut agent = Socket::open(&url, Some(&key)).expect("a socket");
    send(&mut agent, "phx_join", json!({}));
    agent.wait_for("phx_reply");
    let (id, _token) = opened(house, &key, markers);
    let (address, bearer) = (house.address, format!("Bearer {key}"));
    let said = TURNS.map(|words| match words {
        "P" => password.clone(),
        "N" => pin.clone(),
        words => words.to_owned(),
    });
    let turns = std::thread::spawn(move || {
        said.map(|text| {
            let path = format!("/api/v1/conversations/{id}/turns");
            let body = json!({"text": text}).to_string();
            let headers = [("Authorization", bearer.as_str())];
            request(address, "POST", &path, &headers, Some(&body)).text
        })
    });
    let ready = agent.wait_for("conversation_ready");
    let conversation = ready["payload"]["conversation_id"].clone();
    let register = json!({"conversation_id": conversation, "tools": tools()});
    send(&mut agent, "register_conversation_tools", register);
    for (tool, answer) in answers(&password, &pin) {
        let call = agent.wait_for("tool_call_request")["payload"].clone();
        let (event, member) = match tool {
            "tool_call_error" => ("tool_call_error", "error"),
            _ => {
                assert_eq!(call["tool_name"], tool);
                ("tool_call_response", "result")
            }
        };
        let payload = json!({"call_id": call["call_id"], member: answer});
        send(&mut agent, event, payload);
    }
    let heard = turns.join().expect("no panic").join("\n");
    for hint in ["the password you gave", "And your password?"] {
        assert!(heard.contains(hint), "{hint}: {heard}");
    }
    pile.add("what a caller of an echoing agent hears", heard);
    let calls = agent
        .said
        .iter()
        .filter(|text| text.contains("tool_call_request"));
    assert!(
        calls.clone().any(|text| text.contains(&password)),
        "the password came"
    );
    let others = agent
        .said
        .iter()
        .filter(|text| !text.contains("tool_call_request"));
    others.for_each(|text| pile.add("what an echoing agent is sent", text.clone()));
}

fn send(agent: &mut Socket, event: &str, payload: Value) {
    let frame = json!({"join_ref": "1", "ref": "2", "topic": "customer:echo", "event": event, "payload": payload});
    agent.send(Message::text(frame.to_string()));
}

fn tools() -> Value {
    let tool = |name: &str, description: &str, parameters: Value| json!({"name": name, "description": description, "parameters": parameters});
    let text = |ask: &str| json!({"type": "string", "x-ask": ask});
    json!([
        tool(
            "log_in",
            "Log in with a name and a password",
            json!({"type": "object", "required": ["name", "password"], "x-examples": ["log me in"],
                   "properties": {"name": text("What is your user name?"), "password": text("And your password?")}})
        ),
        tool(
            "open_door",
            "Open the door",
            json!({"type": "object", "required": ["pin"], "x-public": true, "x-effect": "read", "x-examples": ["open the door"],
                   "properties": {"pin": text("What is your PIN?")}})
        ),
        tool(
            "look_up_weather",
            "Look up the weather",
            json!({"type": "object", "properties": {}})
        ),
        tool(
            "get_balance",
            "Get the balance of an account",
            json!({"type": "object", "required": ["account"],
                   "properties": {"account": {"type": "string", "x-own": "account"}}})
        ),
        tool(
            "conversimple_own_things",
            "",
            json!({"type": "object", "x-internal": true, "required": ["kind"], "properties": {"kind": {"type": "string"}}})
        ),
    ])
}
