//! The caller's door: the media socket of a browser or of `conversimple call`.
//!
//! The socket is opened by a token that is good once and for a short time, and only for pages of our own origin. From
//! then on it carries sound and control messages between the caller and the session, and decides nothing.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use conversimple_wire::media::{
    self, FromCaller, RATES_HZ, SOUND_LIMIT_BYTES, TEXT_LIMIT_BYTES, ToCaller,
};
use conversimple_wire::{Code, json};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use serde::Deserialize as _;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::READ_BUFFER_BYTES;
use crate::auth;
use crate::line::{Line, SoundQueue, ToLine};
use crate::mailbox::Event;
use crate::platform::Platform;
use crate::refused::Refused;

/// How long a socket may be open without having sent `start`.
const START_LIMIT: Duration = Duration::from_secs(5);

/// How long a caller's side may send nothing at all, not even silence.
const SILENCE_LIMIT: Duration = Duration::from_secs(120);

/// Messages that wait for a slow caller; about four seconds of sound.
const OUTBOX_LIMIT: usize = 256;

/// Upgrades a socket of our own page, or of a program, which sends no `Origin`.
pub(crate) async fn connect(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !auth::is_own_origin(&platform, &headers) {
        return Refused::from(Code::OriginForbidden).into_response();
    }
    let limit = SOUND_LIMIT_BYTES.max(TEXT_LIMIT_BYTES);
    upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .max_message_size(limit)
        .max_frame_size(limit)
        .on_upgrade(move |socket| async move { run(platform, socket).await })
}

async fn run(platform: Arc<Platform>, socket: WebSocket) {
    let (mut to_caller, mut from_caller) = socket.split();
    let session = match start(&platform, &mut from_caller).await {
        Ok(started) => started,
        Err(code) => {
            let refusal = ToCaller::Error {
                code: code.as_str().into(),
                message: code.sentence().into(),
            };
            let _gone = to_caller.send(text(&refusal)).await;
            let _gone = to_caller.close().await;
            return;
        }
    };
    let (outbox, inbox) = mpsc::channel(OUTBOX_LIMIT);
    let sound = Arc::new(SoundQueue::new(session.pace));
    let line = Line {
        outbox,
        sound: sound.clone(),
        rate_hz: session.rate_hz,
        voice: session.voice,
    };
    if session.events.send(Event::Line(line)).is_err() {
        return;
    }
    let writer = tokio::spawn(write(to_caller, inbox));
    read(from_caller, &session.events, &sound).await;
    let _over = session.events.send(Event::LineLost);
    let _written = writer.await;
}

struct Started {
    events: mpsc::UnboundedSender<Event>,
    rate_hz: u32,
    pace: media::Pace,
    voice: bool,
}

async fn start(
    platform: &Platform,
    from_caller: &mut SplitStream<WebSocket>,
) -> Result<Started, Code> {
    let first = timeout(START_LIMIT, from_caller.next())
        .await
        .map_err(|_| Code::ConnectionTimeout)?;
    let Some(Ok(Message::Text(first))) = first else {
        return Err(Code::InvalidMessage);
    };
    let Some(FromCaller::Start {
        token,
        rate_hz,
        pace,
        voice,
    }) = parse(&first)
    else {
        return Err(Code::InvalidMessage);
    };
    if !RATES_HZ.contains(&rate_hz) {
        return Err(Code::InvalidParameters);
    }
    let events = platform
        .tokens
        .redeem(&token)
        .ok_or(Code::ConversationNotFound)?;
    Ok(Started {
        events,
        rate_hz,
        pace,
        voice,
    })
}

async fn read(
    mut from_caller: SplitStream<WebSocket>,
    events: &mpsc::UnboundedSender<Event>,
    sound: &SoundQueue,
) {
    while let Ok(Some(Ok(message))) = timeout(SILENCE_LIMIT, from_caller.next()).await {
        let sent = match message {
            Message::Binary(bytes) => match media::samples(&bytes) {
                Some(samples) => {
                    sound.push(samples).await;
                    Ok(())
                }
                None => break,
            },
            Message::Text(message) => match parse(&message) {
                Some(FromCaller::Stop) | None => break,
                Some(message) => events.send(Event::FromCaller(message)),
            },
            Message::Close(_) => break,
            Message::Ping(_) | Message::Pong(_) => Ok(()),
        };
        if sent.is_err() {
            break;
        }
    }
}

async fn write(mut to_caller: SplitSink<WebSocket, Message>, mut inbox: mpsc::Receiver<ToLine>) {
    while let Some(message) = inbox.recv().await {
        let last = matches!(message, ToLine::Show(ToCaller::Ended));
        let message = match message {
            ToLine::Show(message) => text(&message),
            ToLine::Sound(samples) => Message::Binary(Bytes::from(media::bytes(&samples))),
        };
        if to_caller.send(message).await.is_err() || last {
            break;
        }
    }
    let _gone = to_caller.close().await;
}

fn parse(text: &str) -> Option<FromCaller> {
    let value = json::parse(text, TEXT_LIMIT_BYTES).ok()?;
    FromCaller::deserialize(value).ok()
}

fn text(message: &ToCaller) -> Message {
    Message::Text(Utf8Bytes::from(
        serde_json::to_string(message).unwrap_or_default(),
    ))
}
