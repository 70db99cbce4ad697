//! Those who send more than anybody needs: a caller, and an agent.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::http::request;
use crate::platform::{Platform, command};

/// Longer than anything should take; reached only when a test fails.
const PATIENCE: Duration = Duration::from_secs(30);

type Stream = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

async fn open(url: &str, key: Option<&str>) -> Stream {
    let mut asked = url.into_client_request().expect("a request");
    if let Some(key) = key {
        let key = format!("Bearer {key}").parse().expect("a header");
        asked.headers_mut().insert("authorization", key);
    }
    connect_async(asked).await.expect("a socket").0
}

/// The next message; none when the socket is closed, and then with which code.
async fn next(stream: &mut Stream) -> Result<Value, Option<CloseCode>> {
    loop {
        let message = tokio::time::timeout(PATIENCE, stream.next()).await;
        match message.expect("an answer in time") {
            Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).expect("JSON")),
            Some(Ok(Message::Close(close))) => return Err(close.map(|close| close.code)),
            Some(Err(_)) | None => return Err(None),
            Some(Ok(_)) => {}
        }
    }
}

async fn wait_for(stream: &mut Stream, event: &str) -> Value {
    loop {
        let message = next(stream).await.expect("an open socket");
        if message["event"] == event || message["type"] == event {
            return message;
        }
    }
}

fn customer(platform: &Platform, name: &str) -> String {
    let created = command()
        .args(["keys", "create", "--customer", name, "--json", "--data-dir"])
        .arg(&platform.data)
        .output()
        .expect("it runs");
    let created: Value = serde_json::from_slice(&created.stdout).expect("JSON");
    created["api_key"].as_str().expect("a key").to_owned()
}

fn post(platform: &Platform, key: &str, path: &str, body: &Value) -> Value {
    let address = platform
        .url
        .trim_start_matches("http://")
        .parse()
        .expect("an address");
    let bearer = format!("Bearer {key}");
    let path = format!("/api/v1{path}");
    let headers = [("Authorization", bearer.as_str())];
    request(address, "POST", &path, &headers, Some(&body.to_string())).json()
}

/// An agent that answers its first call with so many bytes: the code that its socket is closed with, and what the call came to.
fn answer_with(bytes: usize) -> (Option<CloseCode>, Value) {
    let platform = Platform::typing();
    let key = customer(&platform, "large");
    let url = format!("{}/sdk/websocket", platform.url.replace("http", "ws"));
    std::thread::scope(|scope| {
        let agent = scope.spawn(|| runtime().block_on(serve(&url, &key, bytes)));
        let id = post(&platform, &key, "/conversations", &json!({}))["id"].take();
        let path = format!("/conversations/{}/turns", id.as_str().expect("an id"));
        let turn = post(
            &platform,
            &key,
            &path,
            &json!({"text": "look up the weather"}),
        );
        (agent.join().expect("an agent"), turn)
    })
}

/// Joins, registers a tool, waits for the call, answers it and reads until the socket is closed.
async fn serve(url: &str, key: &str, bytes: usize) -> Option<CloseCode> {
    let frame = |event: &str, payload: Value| {
        let frame = json!({"join_ref": "1", "ref": "2", "topic": "customer:large", "event": event, "payload": payload});
        Message::text(frame.to_string())
    };
    let mut agent = open(url, Some(key)).await;
    agent
        .send(frame("phx_join", json!({})))
        .await
        .expect("sent");
    let ready = wait_for(&mut agent, "conversation_ready").await;
    let tool = json!({"name": "look_up_weather", "description": "Look up the weather",
                      "parameters": {"type": "object", "properties": {}}});
    let tools = json!({"conversation_id": ready["payload"]["conversation_id"], "tools": [tool]});
    let register = frame("register_conversation_tools", tools);
    agent.send(register).await.expect("sent");
    let call = wait_for(&mut agent, "tool_call_request").await["payload"]["call_id"].clone();
    let result = json!({"text": "x".repeat(bytes)});
    let answer = frame(
        "tool_call_response",
        json!({"call_id": call, "result": result}),
    );
    // One that is far too large may be refused before it is all sent.
    let _closed = agent.send(answer).await;
    loop {
        if let Err(code) = next(&mut agent).await {
            return code;
        }
    }
}

#[test]
fn result_over_the_limit_settles_its_call_and_closes_the_socket() {
    let (code, turn) = answer_with(300 * 1024);
    assert_eq!(code, Some(CloseCode::Size));
    let call = &turn["data"]["tool_calls"][0];
    assert_eq!(call["verdict"], "result_too_large", "{turn}");
    let (_, turn) = answer_with(3 * 1024 * 1024);
    let call = &turn["data"]["tool_calls"][0];
    assert_eq!(call["verdict"], "result_too_large", "{turn}");
}

#[test]
fn flood_of_one_caller_ends_their_line_and_others_are_answered() {
    let platform = Platform::typing();
    let key = customer(&platform, "flood");
    let opened = post(&platform, &key, "/conversations", &json!({}));
    let url = format!("{}/media/websocket", platform.url.replace("http", "ws"));
    let (began, answered) = std::thread::scope(|scope| {
        let flood = scope.spawn(|| {
            runtime().block_on(async {
                let mut line = open(&url, None).await;
                let start = json!({"type": "start", "token": opened["client_token"], "rate_hz": 16000, "voice": false});
                line.send(Message::text(start.to_string())).await.expect("sent");
                let began = Instant::now();
                let text = json!({"type": "text", "text": "what is my balance"}).to_string();
                for _ in 0..80_000 {
                    if line.send(Message::text(text.clone())).await.is_err() {
                        break;
                    }
                }
                while next(&mut line).await.is_ok() {}
                began.elapsed()
            })
        });
        let answered = Instant::now();
        let report = platform.type_lines(&["what is my balance"]);
        assert_eq!(
            report["turns"].as_array().map(Vec::len),
            Some(1),
            "{report}"
        );
        (flood.join().expect("a flood"), answered.elapsed())
    });
    assert!(
        began < Duration::from_secs(15),
        "the flood went on for {began:?}"
    );
    assert!(
        answered < Duration::from_secs(10),
        "others waited for {answered:?}"
    );
    drop(TcpStream::connect(platform.url.trim_start_matches("http://")).expect("it still listens"));
}
