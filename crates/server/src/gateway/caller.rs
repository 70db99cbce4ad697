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
use conversimple_guard::quota::{Limiter, Rate};
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
use crate::clock;
use crate::line::{Line, SoundQueue, ToLine};
use crate::mailbox::{Event, Mailbox};
use crate::platform::Platform;
use crate::refused::Refused;

/// How long a socket may be open without having sent `start`.
const START_LIMIT: Duration = Duration::from_secs(5);

/// How long a caller's side may send nothing at all, not even silence.
const SILENCE_LIMIT: Duration = Duration::from_secs(120);

/// Messages that wait for a slow caller; about four seconds of sound.
const OUTBOX_LIMIT: usize = 256;

/// How many texts and keys a caller may send: more than anybody types.
const SAID_RATE: (u32, Duration) = (60, Duration::from_secs(10));

/// How often a caller's page may tell how much it has played.
const TOLD_RATE: (u32, Duration) = (1_000, Duration::from_secs(10));

/// Messages over the rate that are dropped before the socket is closed.
const DROPPED_LIMIT: u32 = 200;

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
            let _gone = to_caller.send(text(&refusal(code))).await;
            let _gone = to_caller.close().await;
            return;
        }
    };
    let (outbox, inbox) = mpsc::channel(OUTBOX_LIMIT);
    let sound = Arc::new(SoundQueue::new(session.pace));
    let line = Line {
        outbox: outbox.clone(),
        sound: sound.clone(),
        rate_hz: session.rate_hz,
        voice: session.voice,
    };
    if session.events.send(Event::Line(line)).is_err() {
        return;
    }
    let writer = tokio::spawn(write(to_caller, inbox));
    // The writer ends when the last sender is gone: the session has one, this is the other.
    let refusals = outbox;
    let refused = read(from_caller, &session.events, &sound).await;
    if let Err(code) = refused {
        let _full = refusals.try_send(ToLine::Show(refusal(code)));
    }
    drop(refusals);
    let _over = session.events.send(Event::LineLost);
    let _written = writer.await;
}

struct Started {
    events: Mailbox,
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

/// Hands on what the caller sends until they stop.
///
/// # Errors
/// `rate_limit_exceeded` for a caller who sends more than anybody can say: what is too much is dropped, and in the end the
/// socket is closed.
async fn read(
    mut from_caller: SplitStream<WebSocket>,
    events: &Mailbox,
    sound: &SoundQueue,
) -> Result<(), Code> {
    let mut pace = Pace::default();
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
                Some(message) => match pace.admit(&message, clock::monotonic())? {
                    true => events.send_from_caller(message).await,
                    false => Ok(()),
                },
            },
            Message::Close(_) => break,
            Message::Ping(_) | Message::Pong(_) => Ok(()),
        };
        if sent.is_err() {
            break;
        }
    }
    Ok(())
}

/// How fast one caller's messages come.
struct Pace {
    said: Limiter<()>,
    told: Limiter<()>,
    dropped: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            said: Limiter::new(1),
            told: Limiter::new(1),
            dropped: 0,
        }
    }
}

impl Pace {
    /// Whether a message is handed on.
    ///
    /// # Errors
    /// `rate_limit_exceeded` when too many were not.
    fn admit(&mut self, message: &FromCaller, now: Duration) -> Result<bool, Code> {
        let (limiter, (count, period)) = match message {
            FromCaller::Played { .. } => (&mut self.told, TOLD_RATE),
            _ => (&mut self.said, SAID_RATE),
        };
        let rate = Rate::new(count, period).map_err(|_| Code::InternalError)?;
        if limiter.admit((), rate, now).is_ok() {
            return Ok(true);
        }
        self.dropped += 1;
        match self.dropped > DROPPED_LIMIT {
            true => Err(Code::RateLimitExceeded),
            false => Ok(false),
        }
    }
}

fn refusal(code: Code) -> ToCaller {
    ToCaller::Error {
        code: code.as_str().into(),
        message: code.sentence().into(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flood_of_messages_is_dropped_and_ends_the_line() {
        let mut pace = Pace::default();
        let text = FromCaller::Text {
            text: "hello".into(),
        };
        let played = FromCaller::Played { samples: 1 };
        let now = Duration::from_secs(1);
        let mut admitted = 0;
        let ended = (0..80_000).find_map(|_| match pace.admit(&text, now) {
            Ok(passed) => {
                admitted += u32::from(passed);
                None
            }
            Err(code) => Some(code),
        });
        assert_eq!(
            (admitted, ended),
            (SAID_RATE.0, Some(Code::RateLimitExceeded))
        );
        assert_eq!(pace.admit(&played, now), Ok(true));
        let mut calm = Pace::default();
        for second in 0..600 {
            assert_eq!(calm.admit(&text, Duration::from_secs(second)), Ok(true));
        }
    }
}
