//! The agent's door: one WebSocket of an agent process, from the upgrade to the end.
//!
//! Who is calling is settled before the upgrade, from the API key alone. Inside, a frame is size-checked, parsed and
//! answered; what it means for a conversation is the registry's and the session's business.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use conversimple_conversation::calls::SocketId;
use conversimple_guard::call::text_digest;
use conversimple_guard::quota::{Limiter, Rate};
use conversimple_wire::agent::{FromAgent, ToAgent};
use conversimple_wire::frame::{FRAME_LIMIT_BYTES, FRAME_READ_LIMIT_BYTES, ReplyStatus};
use conversimple_wire::rest::Withheld;
use conversimple_wire::{Code, ConversationId, Form, Frame, ToolOutcome, ToolSpec};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use super::READ_BUFFER_BYTES;
use crate::agent_socket::AgentSocket;
use crate::auth::{self, KeyHolder};
use crate::clock;
use crate::platform::Platform;
use crate::refused::Refused;

/// The subprotocol that the published client offers.
const SUBPROTOCOL: &str = "phoenix-websocket";

/// How long a socket may be open without having joined.
const JOIN_LIMIT: Duration = Duration::from_secs(10);

/// How long a joined socket may be silent; clients send a heartbeat every 30 s.
const SILENCE_LIMIT: Duration = Duration::from_secs(60);

/// How long a socket may not take what it is sent.
const SEND_LIMIT: Duration = Duration::from_secs(10);

/// How many sets of tools a socket may register that it did not register before.
const CHANGES_RATE: (u32, Duration) = (10, Duration::from_secs(60));

/// Sets of tools of a socket that are known again.
const KNOWN_LIMIT: usize = 256;

/// How many frames of the wrong shape are answered before the socket is closed.
const MISTAKES_LIMIT: u32 = 32;

/// What the published client puts in the address. Our own sends a header; nothing logs either.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    customer_id: Option<String>,
    auth_token: Option<String>,
    vsn: Option<String>,
}

/// Upgrades, or refuses with a status that clients understand: 401, 403 or 503.
pub(crate) async fn connect(
    State(platform): State<Arc<Platform>>,
    credentials: Result<Query<Credentials>, QueryRejection>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    // An address that says something twice is not told what of it: it holds a key.
    let Ok(Query(credentials)) = credentials else {
        return Refused::from(Code::InvalidMessage).into_response();
    };
    let key = auth::bearer(&headers).or(credentials.auth_token.as_deref());
    let holder = match auth::key_holder(&platform, key).await {
        Ok(holder) => holder,
        Err(refused) => return refused.into_response(),
    };
    if let Err(refused) =
        check_customer(&platform, &holder, credentials.customer_id.as_deref()).await
    {
        return refused.into_response();
    }
    let limits = platform.limits;
    if platform.registry.counts().0 >= limits.agent_sockets
        || platform.registry.sockets_of(holder.customer_id()) >= limits.agent_sockets_per_customer
    {
        return Refused::from(Code::Overloaded).into_response();
    }
    let form = if credentials.vsn.is_some_and(|vsn| vsn.starts_with('2')) {
        Form::Array
    } else {
        Form::Object
    };
    upgrade
        .protocols([SUBPROTOCOL])
        .read_buffer_size(READ_BUFFER_BYTES)
        .max_message_size(FRAME_READ_LIMIT_BYTES)
        .max_frame_size(FRAME_READ_LIMIT_BYTES)
        .on_upgrade(move |socket| async move {
            Connection::new(platform, holder, socket, form).run().await;
        })
}

/// The published client names a customer id that it derives from the key; that is no claim. A real id of somebody else
/// is one, and wrong.
async fn check_customer(
    platform: &Platform,
    holder: &KeyHolder,
    named: Option<&str>,
) -> Result<(), Refused> {
    let Some(named) = named.filter(|named| *named != holder.customer_id().as_str()) else {
        return Ok(());
    };
    if auth::is_customer(platform, named).await? {
        return Err(Code::AuthCustomerMismatch.into());
    }
    Ok(())
}

struct Connection {
    platform: Arc<Platform>,
    holder: KeyHolder,
    socket: WebSocket,
    form: Form,
    topic: Option<String>,
    joined: Option<(AgentSocket, mpsc::Receiver<ToAgent>)>,
    mistakes: u32,
    changes: Changes,
}

/// Whether the socket stays open.
#[derive(PartialEq)]
enum Next {
    Stay,
    Close,
}

impl Connection {
    fn new(platform: Arc<Platform>, holder: KeyHolder, socket: WebSocket, form: Form) -> Self {
        Self {
            platform,
            holder,
            socket,
            form,
            topic: None,
            joined: None,
            mistakes: 0,
            changes: Changes::default(),
        }
    }

    async fn run(mut self) {
        let mut deadline = Instant::now() + JOIN_LIMIT;
        loop {
            let socket = self.joined.as_ref().map(|(socket, _)| socket.clone());
            let next = tokio::select! {
                biased;
                () = closed(socket) => Next::Close,
                message = inbox(&mut self.joined) => match message {
                    Some(message) => self.push(&message).await,
                    None => Next::Close,
                },
                message = self.socket.recv() => match message {
                    Some(Ok(Message::Text(text))) => {
                        let next = self.frame(&text).await;
                        if self.joined.is_some() {
                            deadline = Instant::now() + SILENCE_LIMIT;
                        }
                        next
                    }
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => Next::Stay,
                    Some(Ok(Message::Binary(_))) => self.mistake(),
                    Some(Err(error)) if is_too_large(&error) => self.too_large(None).await,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => Next::Close,
                },
                () = sleep_until(deadline) => Next::Close,
            };
            if next == Next::Close {
                break;
            }
        }
        if let Some((socket, _)) = self.joined.take() {
            self.platform.registry.detach(socket.id);
        }
        let _gone = timeout(SEND_LIMIT, self.socket.send(Message::Close(None))).await;
    }

    async fn frame(&mut self, text: &str) -> Next {
        if text.len() > FRAME_LIMIT_BYTES {
            return self.too_large(Some(text)).await;
        }
        let (frame, form) = match Frame::parse(text) {
            Ok(parsed) => parsed,
            Err(error) => {
                tracing::warn!(%error, "an agent sent what is no frame");
                return self.mistake();
            }
        };
        self.form = form;
        match FromAgent::read(&frame) {
            Ok(message) => self.message(&frame, message).await,
            Err(error) => {
                tracing::warn!(event = %frame.event, %error, "an agent sent a payload of another shape");
                let next = self.mistake();
                self.answer(
                    &frame,
                    ReplyStatus::Error,
                    json!({"reason": Code::InvalidMessage.as_str()}),
                )
                .await;
                next
            }
        }
    }

    /// A message was over the limit. The call that it answers is settled, or, where that cannot be read, every call that the
    /// socket owes: what was sent again would be answered so again. Then the socket is closed with the code for that.
    async fn too_large(&mut self, text: Option<&str>) -> Next {
        let frame = text.and_then(|text| Frame::parse_within(text, FRAME_READ_LIMIT_BYTES).ok());
        let message = frame.and_then(|(frame, _)| FromAgent::read(&frame).ok());
        let call_id = match message {
            Some(FromAgent::Response { call_id, .. } | FromAgent::Error { call_id, .. }) => {
                Some(call_id)
            }
            _ => None,
        };
        let bytes = text.map(str::len);
        tracing::warn!(call = ?call_id, bytes, "an agent sent a message over the limit");
        if let Some((socket, _)) = &self.joined {
            let outcome = ToolOutcome::Failed(Code::ResultTooLarge);
            let registry = &self.platform.registry;
            match call_id {
                Some(call_id) => drop(registry.reply(socket.id, call_id, outcome)),
                None => registry.reply_to_all(socket.id, &outcome),
            }
        }
        let close = CloseFrame {
            code: close_code::SIZE,
            reason: Utf8Bytes::from_static("message too large"),
        };
        let _gone = timeout(SEND_LIMIT, self.socket.send(Message::Close(Some(close)))).await;
        Next::Close
    }

    async fn message(&mut self, frame: &Frame, message: FromAgent) -> Next {
        let joined = self.joined.as_ref().map(|(socket, _)| socket.id);
        match (message, joined) {
            (FromAgent::Join { agents }, None) => {
                if !frame.topic.starts_with("customer:") {
                    return self.refuse(frame, Code::Unauthorized).await;
                }
                self.topic = Some(frame.topic.clone());
                let next = self.ok(frame).await;
                let registry = &self.platform.registry;
                self.joined = Some(registry.attach(
                    self.holder.customer_id().clone(),
                    self.holder.key_id().to_owned(),
                    agents,
                ));
                next
            }
            (FromAgent::Join { .. } | FromAgent::Heartbeat | FromAgent::Unknown, _) => {
                self.ok(frame).await
            }
            (FromAgent::Leave, _) => {
                self.ok(frame).await;
                let close = Frame {
                    event: "phx_close".into(),
                    payload: json!({}),
                    ..frame.clone()
                };
                self.send(&close).await;
                Next::Close
            }
            (_, None) => self.refuse(frame, Code::Unauthorized).await,
            (
                FromAgent::RegisterTools {
                    conversation_id,
                    tools,
                },
                Some(socket),
            ) => self.register(frame, socket, &conversation_id, &tools).await,
            (FromAgent::Response { call_id, result }, Some(socket)) => {
                self.platform
                    .registry
                    .reply(socket, call_id, ToolOutcome::Result(result));
                self.ok(frame).await
            }
            (
                FromAgent::Error {
                    call_id,
                    code,
                    message,
                },
                Some(socket),
            ) => {
                self.failed(socket, call_id, code.as_deref(), &message);
                self.ok(frame).await
            }
        }
    }

    /// Registers what may be called; the reply says what may not, and why.
    async fn register(
        &mut self,
        frame: &Frame,
        socket: SocketId,
        conversation_id: &ConversationId,
        tools: &[ToolSpec],
    ) -> Next {
        if !self.changes.admit(tools, clock::monotonic()) {
            return self.refuse(frame, Code::RateLimitExceeded).await;
        }
        let registry = &self.platform.registry;
        let Some(agent_id) = registry.agent_of(self.holder.customer_id(), conversation_id) else {
            return self.refuse(frame, Code::ConversationNotFound).await;
        };
        let policies = &self.platform.policies;
        let oversight = policies
            .oversight(self.holder.tenant(), &agent_id, tools)
            .await;
        // Without the operator's word nothing is known of what may be called.
        let oversight = match oversight {
            Ok(oversight) => oversight,
            Err(error) => {
                tracing::error!(%error, "an agent's policy cannot be read");
                return self.refuse(frame, Code::ServiceUnavailable).await;
            }
        };
        let (admitted, review) = oversight.review(tools);
        if !registry.register(socket, conversation_id, admitted) {
            return self.refuse(frame, Code::ConversationNotFound).await;
        }
        let response = match review.withheld.is_empty() {
            true => json!({}),
            false => json!({"withheld": review.withheld}),
        };
        for Withheld { tool, reason } in &review.withheld {
            tracing::warn!(conversation = %conversation_id, tool, reason, "a tool is withheld");
        }
        registry.reviewed(conversation_id, review);
        self.answer(frame, ReplyStatus::Ok, response).await
    }

    /// The agent's own words about a failure may carry anything, a database's password or the caller's among it: they go
    /// nowhere. What the conversation learns is a code; the cause stands in the agent's own log.
    fn failed(
        &self,
        socket: SocketId,
        call_id: conversimple_wire::CallId,
        code: Option<&str>,
        message: &str,
    ) {
        tracing::debug!(%call_id, bytes = message.len(), "a tool failed");
        let code = code.and_then(Code::find).unwrap_or(match message {
            "Tool execution timed out" => Code::ToolTimeout,
            _ => Code::ServiceUnavailable,
        });
        self.platform
            .registry
            .reply(socket, call_id, ToolOutcome::Failed(code));
    }

    async fn ok(&mut self, frame: &Frame) -> Next {
        self.answer(frame, ReplyStatus::Ok, json!({})).await
    }

    async fn refuse(&mut self, frame: &Frame, code: Code) -> Next {
        self.answer(frame, ReplyStatus::Error, json!({"reason": code.as_str()}))
            .await
    }

    /// Replies, where the client wants a reply.
    async fn answer(&mut self, frame: &Frame, status: ReplyStatus, response: Value) -> Next {
        if frame.reference.is_none() && frame.event != "phx_join" {
            return Next::Stay;
        }
        self.send(&frame.reply(status, response)).await
    }

    async fn push(&mut self, message: &ToAgent) -> Next {
        let (event, payload) = message.write();
        let topic = self.topic.clone().unwrap_or_default();
        self.send(&Frame::push(topic, event, payload)).await
    }

    async fn send(&mut self, frame: &Frame) -> Next {
        let text = Utf8Bytes::from(frame.encode(self.form));
        let socket = self.joined.as_ref().map(|(socket, _)| socket.clone());
        tokio::select! {
            biased;
            () = closed(socket) => Next::Close,
            sent = timeout(SEND_LIMIT, self.socket.send(Message::Text(text))) => match sent {
                Ok(Ok(())) => Next::Stay,
                Ok(Err(_)) | Err(_) => Next::Close,
            },
        }
    }

    fn mistake(&mut self) -> Next {
        self.mistakes += 1;
        if self.mistakes > MISTAKES_LIMIT {
            Next::Close
        } else {
            Next::Stay
        }
    }
}

/// The sets of tools that a socket has registered: each new one costs an engine.
struct Changes {
    known: VecDeque<String>,
    new: Limiter<()>,
}

impl Default for Changes {
    fn default() -> Self {
        Self {
            known: VecDeque::new(),
            new: Limiter::new(1),
        }
    }
}

impl Changes {
    /// Whether a set may be registered: one that is known always, others so often.
    fn admit(&mut self, tools: &[ToolSpec], now: Duration) -> bool {
        let digest = text_digest(&serde_json::to_string(tools).unwrap_or_default());
        if self.known.contains(&digest) {
            return true;
        }
        let (count, period) = CHANGES_RATE;
        let rate = Rate::new(count, period).ok();
        let admitted = rate.is_some_and(|rate| self.new.admit((), rate, now).is_ok());
        if admitted {
            self.known.push_back(digest);
            self.known.truncate(KNOWN_LIMIT);
        }
        admitted
    }
}

/// Whether a socket's error is that of a message over its limit.
fn is_too_large(error: &axum::Error) -> bool {
    error.to_string().starts_with("Space limit exceeded")
}

/// Waits until a socket that has joined is to be closed, whatever it was sent before.
async fn closed(socket: Option<AgentSocket>) {
    match socket {
        Some(socket) => socket.closed().await,
        None => std::future::pending().await,
    }
}

/// The next message for a socket that has joined; before that there is none.
async fn inbox(joined: &mut Option<(AgentSocket, mpsc::Receiver<ToAgent>)>) -> Option<ToAgent> {
    match joined {
        Some((_, inbox)) => inbox.recv().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_tools_register_so_often_and_known_ones_always() {
        let tools = |n: u32| {
            let name = format!("tool_{n}");
            [ToolSpec {
                name,
                description: String::new(),
                parameters: json!({}),
            }]
        };
        let mut changes = Changes::default();
        let now = Duration::from_secs(1);
        let admitted = (0..59).filter(|n| changes.admit(&tools(*n), now)).count();
        assert_eq!(admitted, 10);
        assert!((0..1_000).all(|_| changes.admit(&tools(3), now)));
        assert!(changes.admit(&tools(58), now + Duration::from_secs(6)));
    }
}
