//! A wire tap between an agent and its platform: what either says to the other is kept, word for word.
//!
//! It forwards bytes and reads the WebSocket frames in them; it changes nothing.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use serde_json::Value;

/// Longer than anything should take; reached only when a test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// Who said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Agent,
    Platform,
}

/// What was said on all connections, in order of arrival.
#[derive(Default)]
struct Heard {
    /// Everything that was sent before a connection became a WebSocket.
    heads: Vec<(Side, String)>,
    messages: Vec<(Side, String)>,
}

/// A listener that forwards to a platform.
#[derive(Clone)]
pub(crate) struct Tap {
    pub(crate) address: SocketAddr,
    heard: Arc<(Mutex<Heard>, Condvar)>,
}

impl Tap {
    /// Listens, and forwards every connection to `platform`.
    pub(crate) fn to(platform: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let tap = Self {
            address: listener.local_addr().expect("an address"),
            heard: Arc::default(),
        };
        let accepting = tap.clone();
        std::thread::spawn(move || {
            for agent in listener.incoming().map_while(Result::ok) {
                let Ok(platform) = TcpStream::connect(platform) else {
                    continue;
                };
                for (from, to, side) in [
                    (&agent, &platform, Side::Agent),
                    (&platform, &agent, Side::Platform),
                ] {
                    let (from, to) = (from.try_clone(), to.try_clone());
                    let (from, to) = (from.expect("a socket"), to.expect("a socket"));
                    let tap = accepting.clone();
                    std::thread::spawn(move || tap.forward(from, to, side));
                }
            }
        });
        tap
    }

    /// The texts of all messages of one side.
    pub(crate) fn said_by(&self, side: Side) -> Vec<String> {
        let heard = self.heard.0.lock().expect("no panic");
        let of_side = heard.messages.iter().filter(|(by, _)| *by == side);
        of_side.map(|(_, text)| text.clone()).collect()
    }

    /// Requests and answers with which the connections began.
    pub(crate) fn heads(&self) -> Vec<(Side, String)> {
        self.heard.0.lock().expect("no panic").heads.clone()
    }

    /// The tool calls that the platform sent: their payloads.
    pub(crate) fn tool_calls(&self) -> Vec<Value> {
        let said = self.said_by(Side::Platform);
        let frames = said.iter().map(|text| {
            serde_json::from_str::<Value>(text).expect("the platform sends JSON and nothing else")
        });
        frames
            .filter(|frame| event_of(frame) == Some("tool_call_request"))
            .map(|frame| payload_of(&frame).clone())
            .collect()
    }

    /// Waits until somebody has said something of this kind.
    pub(crate) fn wait_for(&self, side: Side, is_it: impl Fn(&str) -> bool) {
        let (heard, news) = &*self.heard;
        let there = |heard: &mut Heard| {
            let mut messages = heard.messages.iter();
            !messages.any(|(by, text)| *by == side && is_it(text))
        };
        let guard = heard.lock().expect("no panic");
        let waited = news.wait_timeout_while(guard, PATIENCE, there);
        assert!(!waited.expect("no panic").1.timed_out(), "it was not said");
    }

    fn forward(&self, mut from: TcpStream, mut to: TcpStream, side: Side) {
        let mut frames = Frames::default();
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            frames.push(&buffer[..count]);
            {
                let mut heard = self.heard.0.lock().expect("no panic");
                if let Some(head) = frames.head() {
                    heard.heads.push((side, head));
                }
                while let Some(text) = frames.message() {
                    heard.messages.push((side, text));
                }
            }
            self.heard.1.notify_all();
            if to.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _gone = to.shutdown(Shutdown::Both);
    }
}

/// The event of a frame, as an object or as an array.
fn event_of(frame: &Value) -> Option<&str> {
    frame.get("event").or_else(|| frame.get(3))?.as_str()
}

fn payload_of(frame: &Value) -> &Value {
    static NOTHING: Value = Value::Null;
    let payload = frame.get("payload").or_else(|| frame.get(4));
    payload.unwrap_or(&NOTHING)
}

/// Reads an HTTP head and then WebSocket messages out of a stream of bytes.
#[derive(Default)]
struct Frames {
    bytes: Vec<u8>,
    message: Vec<u8>,
    is_open: bool,
}

impl Frames {
    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The request or answer with which the connection begins, once.
    fn head(&mut self) -> Option<String> {
        if self.is_open {
            return None;
        }
        let ends = self.bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let head: Vec<u8> = self.bytes.drain(..ends? + 4).collect();
        self.is_open = true;
        Some(String::from_utf8_lossy(&head).into_owned())
    }

    /// The next message of text.
    fn message(&mut self) -> Option<String> {
        while self.is_open {
            let (is_text, is_last, part) = self.frame()?;
            if is_text {
                self.message.extend(part);
                if is_last {
                    let message = std::mem::take(&mut self.message);
                    return Some(String::from_utf8_lossy(&message).into_owned());
                }
            }
        }
        None
    }

    /// One frame: whether it is text or goes on with one, whether it is the last of its message, and what it holds.
    fn frame(&mut self) -> Option<(bool, bool, Vec<u8>)> {
        let [first, second, ..] = self.bytes[..] else {
            return None;
        };
        let (length, mut at) = match second & 0x7f {
            126 => (number(self.bytes.get(2..4)?), 4),
            127 => (number(self.bytes.get(2..10)?), 10),
            short => (usize::from(short), 2),
        };
        let mask = if second & 0x80 == 0 {
            [0; 4]
        } else {
            at += 4;
            self.bytes.get(at - 4..at)?.try_into().ok()?
        };
        let payload = self.bytes.get(at..at + length)?;
        let open = payload.iter().zip(mask.iter().cycle());
        let open = open.map(|(byte, mask)| byte ^ mask).collect();
        self.bytes.drain(..at + length);
        Some((first & 0x0f <= 1, first & 0x80 != 0, open))
    }
}

fn number(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .fold(0, |number, byte| number << 8 | usize::from(*byte))
}
