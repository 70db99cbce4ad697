//! A platform for tests: accepts an agent's socket on a port of its own and speaks just enough of the protocol.
//!
//! It decides nothing: a test says what is sent and looks at what comes back.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

/// Longer than anything should take; reached only when a test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// The listening side.
pub(crate) struct Platform {
    listener: TcpListener,
}

impl Platform {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        Self { listener }
    }

    pub(crate) fn url(&self) -> String {
        let address = self.listener.local_addr().expect("an address");
        format!("ws://{address}/sdk/websocket")
    }

    /// Takes the next socket and lets it join.
    pub(crate) async fn accept(&self) -> Peer {
        let mut peer = self.accept_unjoined().await;
        let join = peer.read().await;
        assert_eq!(join["event"], "phx_join", "{join}");
        peer.topic = join["topic"].as_str().expect("a topic").to_owned();
        peer.reply(&join, "ok", json!({})).await;
        peer.join = join;
        peer
    }

    /// Takes the next socket.
    pub(crate) async fn accept_unjoined(&self) -> Peer {
        let (tcp, _) = patient(self.listener.accept()).await.expect("a socket");
        // Several frames in a row would otherwise wait for each other's acknowledgement, 40 ms each.
        tcp.set_nodelay(true).expect("a socket");
        let mut request = Request::new(());
        #[expect(clippy::result_large_err, reason = "the library's own callback type")]
        let callback =
            |asked: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
                *request.uri_mut() = asked.uri().clone();
                *request.headers_mut() = asked.headers().clone();
                if let Some(protocol) = asked.headers().get("sec-websocket-protocol") {
                    let protocol = protocol.clone();
                    response
                        .headers_mut()
                        .insert("sec-websocket-protocol", protocol);
                }
                Ok(response)
            };
        let socket = patient(tokio_tungstenite::accept_hdr_async(tcp, callback))
            .await
            .expect("an upgrade");
        Peer {
            socket,
            request,
            join: Value::Null,
            topic: String::new(),
        }
    }

    /// Refuses the next socket with this status line, headers and body.
    pub(crate) async fn refuse(&self, status: &str, headers: &str, body: &str) {
        let (mut tcp, _) = patient(self.listener.accept()).await.expect("a socket");
        let mut read = [0; 4096];
        let _ = patient(tcp.read(&mut read)).await.expect("a request");
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        patient(tcp.write_all(answer.as_bytes()))
            .await
            .expect("written");
    }
}

/// One joined socket.
pub(crate) struct Peer {
    socket: WebSocketStream<TcpStream>,
    pub(crate) request: Request,
    pub(crate) join: Value,
    topic: String,
}

impl Peer {
    /// The next frame, heartbeats answered on the way.
    pub(crate) async fn read(&mut self) -> Value {
        loop {
            let message = patient(self.socket.next())
                .await
                .expect("the socket is open")
                .expect("a message");
            let Message::Text(text) = message else {
                continue;
            };
            let frame: Value = serde_json::from_str(&text).expect("a frame");
            if frame["event"] == "heartbeat" {
                self.reply(&frame, "ok", json!({})).await;
                continue;
            }
            return frame;
        }
    }

    pub(crate) async fn send_text(&mut self, text: &str) {
        patient(self.socket.send(Message::text(text)))
            .await
            .expect("sent");
    }

    pub(crate) async fn push(&mut self, event: &str, payload: Value) {
        let frame = json!({"join_ref": null, "ref": null, "topic": self.topic, "event": event, "payload": payload});
        self.send_text(&frame.to_string()).await;
    }

    pub(crate) async fn reply(&mut self, to: &Value, status: &str, response: Value) {
        let frame = json!({"join_ref": to["join_ref"], "ref": to["ref"], "topic": to["topic"], "event": "phx_reply",
                           "payload": {"status": status, "response": response}});
        self.send_text(&frame.to_string()).await;
    }

    /// Begins a conversation and gives the tools that are registered for it.
    pub(crate) async fn begin(&mut self, conversation: &str) -> Value {
        let payload =
            json!({"conversation_id": conversation, "agent_id": "guide", "customer_id": "cust_1"});
        self.push("conversation_ready", payload).await;
        let registered = self.read().await;
        assert_eq!(registered["event"], "register_conversation_tools");
        assert_eq!(registered["payload"]["conversation_id"], conversation);
        self.reply(&registered, "ok", json!({})).await;
        let started = json!({"conversation_id": conversation, "event": "conversation_started", "timestamp": "2026-11-23T12:00:00Z"});
        self.push("conversation_lifecycle", started).await;
        registered["payload"]["tools"].clone()
    }

    pub(crate) async fn end(&mut self, conversation: &str) {
        let ended = json!({"conversation_id": conversation, "event": "conversation_ended", "timestamp": "2026-11-23T12:00:00Z"});
        self.push("conversation_lifecycle", ended).await;
    }

    /// Calls a tool under a fresh id and gives its result.
    pub(crate) async fn call(&mut self, conversation: &str, tool: &str, arguments: Value) -> Value {
        self.call_raw(conversation, tool, &arguments.to_string())
            .await
    }

    /// As `call`, with the text of the arguments as it is.
    pub(crate) async fn call_raw(
        &mut self,
        conversation: &str,
        tool: &str,
        arguments: &str,
    ) -> Value {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let id = format!("call_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        self.ask(&id, conversation, tool, arguments).await;
        let (answered, result) = self.answer().await;
        assert_eq!(answered, id);
        result
    }

    /// Asks for a call under this id.
    pub(crate) async fn ask(&mut self, id: &str, conversation: &str, tool: &str, arguments: &str) {
        let text = format!(
            r#"{{"join_ref":null,"ref":null,"topic":{},"event":"tool_call_request","payload":{{"call_id":{id:?},"conversation_id":{conversation:?},"tool_name":{tool:?},"arguments":{arguments},"timeout_seconds":30}}}}"#,
            json!(self.topic)
        );
        self.send_text(&text).await;
    }

    /// The next answer: its call id and result.
    pub(crate) async fn answer(&mut self) -> (String, Value) {
        let frame = self.read().await;
        assert_eq!(frame["event"], "tool_call_response", "{frame}");
        let id = frame["payload"]["call_id"].as_str().expect("an id");
        (id.to_owned(), frame["payload"]["result"].clone())
    }

    /// Cuts the connection without a word.
    pub(crate) fn cut(self) {
        drop(self.socket);
    }

    /// Waits until the other side closes.
    pub(crate) async fn closed(mut self) -> Vec<Value> {
        let mut rest = Vec::new();
        while let Some(Ok(message)) = patient(self.socket.next()).await {
            if let Message::Text(text) = message {
                rest.push(serde_json::from_str(&text).expect("a frame"));
            }
        }
        rest
    }
}

/// Waits, but not for ever.
pub(crate) async fn patient<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(PATIENCE, future)
        .await
        .expect("something that should happen did not")
}
