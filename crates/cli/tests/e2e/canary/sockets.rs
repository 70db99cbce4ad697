//! What callers and agents say over their sockets, with secrets in everything they say, well formed and not.

use std::collections::BTreeSet;
use std::time::Duration;

use conversimple_mask::Kind;
use conversimple_wire::agent::FromAgent;
use conversimple_wire::media::{FromCaller, Pace};
use conversimple_wire::{CallId, ConversationId, ToolSpec};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::house::{House, make_key};
use super::markers::{Markers, in_sentences};
use super::{Delivered, Pile};
use crate::http::request;
use crate::tap::Side;

/// Longer than anything should take; reached only when a test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// A socket that waits for what it wants.
pub(crate) struct Socket {
    runtime: Runtime,
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(super) said: Vec<String>,
    /// The messages of a caller that were sent.
    sent: BTreeSet<&'static str>,
}

impl Socket {
    pub(crate) fn open(url: &str, key: Option<&str>) -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let mut asked = url.into_client_request()?;
        if let Some(key) = key {
            let key = format!("Bearer {key}").parse().expect("a header");
            asked.headers_mut().insert("authorization", key);
        }
        let (stream, _) = runtime.block_on(connect_async(asked))?;
        Ok(Self {
            runtime,
            stream,
            said: Vec::new(),
            sent: BTreeSet::new(),
        })
    }

    pub(crate) fn send(&mut self, message: Message) {
        // One that is closed already has said why.
        let _closed = self.runtime.block_on(self.stream.send(message));
    }

    fn say(&mut self, message: &FromCaller) {
        self.sent.insert(name(message));
        let text = serde_json::to_string(message).expect("JSON");
        self.send(Message::text(text));
    }

    /// The next text, or nothing when the socket is closed.
    pub(super) fn next(&mut self) -> Option<Value> {
        loop {
            let Self {
                runtime, stream, ..
            } = self;
            let message =
                runtime.block_on(async { tokio::time::timeout(PATIENCE, stream.next()).await });
            match message.expect("an answer in time")? {
                Ok(Message::Text(text)) => {
                    self.said.push(text.to_string());
                    return Some(serde_json::from_str(&text).expect("JSON"));
                }
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    pub(crate) fn wait_for(&mut self, kind: &str) -> Value {
        loop {
            let message = self
                .next()
                .unwrap_or_else(|| panic!("closed before {kind}"));
            if message["type"] == kind || message["event"] == kind {
                return message;
            }
        }
    }
}

/// What a caller can say. A new message does not compile without a name below, and is then missed here.
const FROM_CALLER: [&str; 5] = ["keypad", "played", "start", "stop", "text"];

fn name(message: &FromCaller) -> &'static str {
    match message {
        FromCaller::Start { .. } => "start",
        FromCaller::Text { .. } => "text",
        FromCaller::Keypad { .. } => "keypad",
        FromCaller::Played { .. } => "played",
        FromCaller::Stop => "stop",
    }
}

/// A conversation over the media socket: secrets that are asked for, secrets that nobody asked for, and every fault of the
/// agent's. Its id.
pub(super) fn a_conversation(
    house: &House,
    markers: &mut Markers,
    pile: &mut Pile,
    delivered: &mut Delivered,
) -> String {
    let (id, mut line) = open(house, &house.key, markers);
    let mut type_it = |text: String| {
        line.say(&FromCaller::Text { text });
        line.wait_for("turn_end");
    };
    for (opening, what, kind) in [
        (&["log me in", "ann"][..], "password", Kind::Password),
        (&["store a new card"], "card", Kind::Card),
        (&["open the door"], "pin", Kind::Pin),
    ] {
        opening
            .iter()
            .for_each(|words| type_it((*words).to_owned()));
        let secret = markers.value("what a caller types when asked", kind);
        type_it(secret.clone());
        delivered.0.push((what, secret));
    }
    for kind in in_sentences() {
        type_it(markers.carry("what a caller types unasked", kind));
        let within = markers.carry("what a caller types in a request", kind);
        type_it(format!("could you take a note that {within}, thank you"));
    }
    type_it("take a note".to_owned());
    type_it(markers.carry("what a caller types as free text", Kind::Card));
    let card = markers.value("what a caller types in two turns", Kind::Card);
    let (first, second) = card.split_at(8);
    for half in [first, second] {
        markers.add("half of what a caller types in two turns", Kind::Pin, half);
    }
    type_it(format!("my card number is {first}"));
    type_it(second.to_owned());
    let spoken = markers.spoken("what a caller says in words", Kind::Card);
    type_it(format!("my card number is {spoken}"));
    for fault in [
        "read the diary",
        "break the fuse",
        "heat the boiler",
        "write the journal",
    ] {
        type_it(fault.to_owned());
    }
    type_it("open the door".to_owned());
    let digits = markers.value("what a caller keys in", Kind::Pin);
    delivered.0.push(("pin", digits.clone()));
    line.say(&FromCaller::Keypad { digits });
    line.wait_for("turn_end");
    line.say(&FromCaller::Played { samples: 1 });
    line.say(&FromCaller::Stop);
    while line.next().is_some() {}
    assert_eq!(
        line.sent,
        BTreeSet::from(FROM_CALLER),
        "a caller's messages"
    );
    for said in line.said {
        pile.add("what the caller's socket is sent", said);
    }
    over_rest(house, markers, pile);
    id
}

/// The same over REST, where a turn's answer names its calls.
fn over_rest(house: &House, markers: &mut Markers, pile: &mut Pile) {
    let (id, _token) = opened(house, &house.key, markers);
    let key = format!("Bearer {}", house.key);
    for kind in in_sentences() {
        let text = markers.carry("a turn over REST", kind);
        let body = json!({"text": format!("take a note: {text}")}).to_string();
        let path = format!("/api/v1/conversations/{id}/turns");
        let answer = request(
            house.address,
            "POST",
            &path,
            &[("Authorization", &key)],
            Some(&body),
        );
        assert_eq!(answer.status, 200, "{}", answer.text);
        pile.add("the answer to a turn over REST", answer.text);
    }
}

/// A new conversation's id and the token that opens its socket once.
pub(super) fn opened(house: &House, key: &str, markers: &mut Markers) -> (String, String) {
    let key = format!("Bearer {key}");
    let answer = request(
        house.address,
        "POST",
        "/api/v1/conversations",
        &[("Authorization", &key)],
        Some(r#"{"channel":"widget"}"#),
    );
    let opened = answer.json();
    let text = |name: &str| opened[name].as_str().expect("a text").to_owned();
    markers.add(
        "the token of a media socket",
        Kind::Secret,
        &text("client_token"),
    );
    (text("id"), text("client_token"))
}

fn open(house: &House, key: &str, markers: &mut Markers) -> (String, Socket) {
    let (id, token) = opened(house, key, markers);
    let url = format!("ws://{}/media/websocket", house.address);
    let mut line = Socket::open(&url, None).expect("a media socket");
    line.say(&FromCaller::Start {
        token,
        rate_hz: 16_000,
        pace: Pace::Live,
        voice: false,
    });
    line.wait_for("turn_end");
    (id, line)
}

/// Messages that a caller's side should not send, on a socket of their own each.
pub(super) fn what_no_caller_should_send(house: &House, markers: &mut Markers, pile: &mut Pile) {
    let path = "what no caller should send";
    let mut value = |kind| markers.value(path, kind);
    let bad = [
        json!({"type": "text", "text": "hello", "role": value(Kind::Password)}).to_string(),
        json!({"type": "text", "text": {"card": value(Kind::Card)}}).to_string(),
        json!({"type": value(Kind::Jwt)}).to_string(),
        json!({"type": "keypad", "digits": value(Kind::Password)}).to_string(),
        json!({"type": "keypad", "digits": [value(Kind::Card)]}).to_string(),
        json!({"type": "played", "samples": value(Kind::Pin)}).to_string(),
        format!("no JSON at all: {}", value(Kind::ApiKey)),
        format!(r#"{{"type":"text","text":"{}"#, value(Kind::Card)),
    ];
    let odd = format!("{}x", value(Kind::Iban));
    let wrong_start = json!({"type": "start", "token": value(Kind::Jwt), "rate_hz": 16_000});
    let worse_start = json!({"type": "start", "token": "x", "rate_hz": value(Kind::Password)});
    for message in bad.map(Message::text).into_iter().chain([
        Message::binary(odd.into_bytes()),
        Message::text(json!({"type": "keypad", "digits": "1".repeat(1000)}).to_string()),
    ]) {
        let (_, mut line) = open(house, &house.key, markers);
        line.send(message);
        line.say(&FromCaller::Stop);
        while line.next().is_some() {}
        for said in line.said {
            pile.add("what a bad message is answered", said);
        }
    }
    for start in [wrong_start, worse_start] {
        let url = format!("ws://{}/media/websocket", house.address);
        let mut line = Socket::open(&url, None).expect("a media socket");
        line.send(Message::text(start.to_string()));
        while line.next().is_some() {}
        for said in line.said {
            pile.add("what a bad start is answered", said);
        }
    }
}

/// What an agent can say. A new message does not compile without a name below, and is then missed here.
const FROM_AGENT: [&str; 7] = [
    "heartbeat",
    "phx_join",
    "phx_leave",
    "register_conversation_tools",
    "something_new",
    "tool_call_error",
    "tool_call_response",
];

fn event(message: &FromAgent) -> &'static str {
    match message {
        FromAgent::Join { .. } => "phx_join",
        FromAgent::Leave => "phx_leave",
        FromAgent::Heartbeat => "heartbeat",
        FromAgent::RegisterTools { .. } => "register_conversation_tools",
        FromAgent::Response { .. } => "tool_call_response",
        FromAgent::Error { .. } => "tool_call_error",
        FromAgent::Unknown => "something_new",
    }
}

/// An agent that is not ours: every message, with secrets; calls that fail and results that tell; and what is no message.
pub(super) fn an_agent_of_another_make(house: &House, markers: &mut Markers, pile: &mut Pile) {
    let path = "what an agent of another make says";
    let base = format!("ws://{}/sdk/websocket", house.address);
    for (query, key) in [
        (
            format!("auth_token={}", markers.value(path, Kind::ApiKey)),
            None,
        ),
        (
            format!("customer_id={}", markers.value(path, Kind::Password)),
            Some(markers.value(path, Kind::ApiKey)),
        ),
        (
            format!(
                "auth_token={0}&auth_token={0}",
                markers.value(path, Kind::ApiKey)
            ),
            None,
        ),
    ] {
        let refused = Socket::open(&format!("{base}?{query}"), key.as_deref());
        assert!(refused.is_err(), "a wrong key opens a socket");
    }
    let key = make_key(&house.data(), "raw", markers);
    // As the published client does it.
    let mut agent = Socket::open(&format!("{base}?auth_token={key}"), None).expect("a socket");
    let send = |agent: &mut Socket, event: &str, payload: Value| {
        let frame = json!({"join_ref": "1", "ref": "2", "topic": "customer:raw", "event": event, "payload": payload});
        agent.send(Message::text(frame.to_string()));
    };
    send(
        &mut agent,
        "phx_join",
        json!({"password": markers.value(path, Kind::Password)}),
    );
    agent.wait_for("phx_reply");
    let mut sent = BTreeSet::from([event(&FromAgent::Leave)]);
    for message in messages(path, markers) {
        let (_, payload) = message.write(None);
        sent.insert(event(&message));
        send(&mut agent, event(&message), payload);
        agent.wait_for("phx_reply");
    }
    assert_eq!(sent, BTreeSet::from(FROM_AGENT), "an agent's messages");
    for (event, payload) in [
        (
            "something_new",
            json!({"card": markers.value(path, Kind::Card)}),
        ),
        (
            "tool_call_response",
            json!({"call_id": [markers.value(path, Kind::Card)]}),
        ),
        (
            "tool_call_error",
            json!({"call_id": "c", "error": markers.value(path, Kind::Password)}),
        ),
        (
            "register_conversation_tools",
            json!({"conversation_id": markers.value(path, Kind::Card), "tools": markers.value(path, Kind::Jwt)}),
        ),
    ] {
        send(&mut agent, event, payload);
        agent.wait_for("phx_reply");
    }
    agent.send(Message::text(format!(
        "no frame {}",
        markers.value(path, Kind::Jwt)
    )));
    agent.send(Message::binary(
        markers.value(path, Kind::Card).into_bytes(),
    ));
    serve(house, &key, &mut agent, markers, pile);
    send(
        &mut agent,
        "phx_leave",
        json!({"reason": markers.value(path, Kind::Password)}),
    );
    while agent.next().is_some() {}
    for said in agent.said {
        pile.add("what an agent of another make is sent", said);
    }
}

fn messages(path: &str, markers: &mut Markers) -> Vec<FromAgent> {
    let call_id = || CallId::parse("call_that_nobody_made").expect("an id");
    let tool = ToolSpec {
        name: "look".into(),
        description: markers.carry(path, Kind::Card),
        parameters: json!({"default": markers.value(path, Kind::Password)}),
    };
    vec![
        FromAgent::Join { agents: Vec::new() },
        FromAgent::Heartbeat,
        FromAgent::RegisterTools {
            conversation_id: ConversationId::parse("conv_that_is_not").expect("an id"),
            tools: vec![tool],
        },
        FromAgent::Response {
            call_id: call_id(),
            result: json!({"lines": markers.carry_all(path)}),
        },
        FromAgent::Error {
            call_id: call_id(),
            code: Some(markers.value(path, Kind::Password)),
            message: markers.carry_all(path).join(", "),
        },
        FromAgent::Unknown,
    ]
}

/// Serves one conversation: a call that fails with secrets in its text, one that answers with them, one that is registered
/// with them.
fn serve(house: &House, key: &str, agent: &mut Socket, markers: &mut Markers, pile: &mut Pile) {
    let path = "a call served by an agent of another make";
    let (id, _token) = opened(house, key, markers);
    let (address, bearer) = (house.address, format!("Bearer {key}"));
    let turns = std::thread::spawn(move || {
        ["look up the weather", "look up the weather again"].map(|text| {
            let path = format!("/api/v1/conversations/{id}/turns");
            let body = json!({"text": text}).to_string();
            let headers = [("Authorization", bearer.as_str())];
            request(address, "POST", &path, &headers, Some(&body)).text
        })
    });
    let ready = agent.wait_for("conversation_ready");
    let (topic, conversation) = (
        ready["topic"].clone(),
        ready["payload"]["conversation_id"].clone(),
    );
    let send = |agent: &mut Socket, event: &str, payload: Value| {
        let frame = json!({"join_ref": "1", "ref": null, "topic": topic, "event": event, "payload": payload});
        agent.send(Message::text(frame.to_string()));
    };
    let tool = json!({"name": "look_up_weather", "description": "Look up the weather",
                      "parameters": {"type": "object", "properties": {}}});
    let register = json!({"conversation_id": conversation, "tools": [tool]});
    send(agent, "register_conversation_tools", register);
    let call = agent.wait_for("tool_call_request")["payload"]["call_id"].clone();
    let words = markers.carry_all(path).join(", ");
    let error = json!({"type": "Exception", "message": words});
    send(
        agent,
        "tool_call_error",
        json!({"call_id": call, "error": error}),
    );
    let call = agent.wait_for("tool_call_request")["payload"]["call_id"].clone();
    let result =
        json!({"lines": markers.carry_all(path), "password": markers.value(path, Kind::Password)});
    send(
        agent,
        "tool_call_response",
        json!({"call_id": call, "result": result}),
    );
    for answer in turns.join().expect("no panic") {
        assert!(answer.contains("look_up_weather"), "{answer}");
        pile.add("the answer to a turn with an agent of another make", answer);
    }
}

/// The arguments that are declared to take a secret.
const TAKERS: [(&str, &str, &str); 3] = [
    ("password", "log_in", "password"),
    ("card", "store_card", "card_number"),
    ("pin", "open_door", "pin"),
];

/// Everything between the platform and the agent, but the arguments that are declared to take a secret, and the key where
/// it belongs.
pub(super) fn what_the_agent_said(house: &House, delivered: &Delivered, pile: &mut Pile) {
    for (side, text) in house.tap.heads() {
        let text = text.replace(&house.key, "(the key)");
        pile.add(format!("the handshake of the {side:?}"), text);
    }
    for text in house.tap.said_by(Side::Agent) {
        pile.add("what the agent sends", text);
    }
    let mut taken = Vec::new();
    for text in house.tap.said_by(Side::Platform) {
        let mut frame: Value = serde_json::from_str(&text).expect("JSON");
        let payload = &mut frame["payload"];
        for (what, tool, argument) in TAKERS {
            if payload["tool_name"] == tool {
                for arguments in ["arguments", "parameters"] {
                    let value = payload[arguments][argument].take();
                    taken.push((what, value.as_str().unwrap_or_default().to_owned()));
                }
            }
        }
        pile.add("what the agent is sent", frame.to_string());
    }
    for delivery in &delivered.0 {
        assert!(taken.contains(delivery), "a {} was not sent", delivery.0);
    }
}
