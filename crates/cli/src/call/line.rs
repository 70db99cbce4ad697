//! The caller's end of the media socket: sends frames in time, and puts what comes back together to turns.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use conversimple_wire::media::{self, FRAME_MILLIS, FromCaller, Pace, ToCaller};
use conversimple_wire::rest::{OpenedConversation, TurnCall, TurnView};
use conversimple_wire::tool::CallView;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::speech::{RATE_HZ, Speech};

const FRAME_SAMPLES: usize = (RATE_HZ * FRAME_MILLIS / 1000) as usize;

/// How long the platform may take for anything.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);

/// How long a file may have been over without a turn having come of it: it was silence, or no speech.
const NOTHING_LIMIT: Duration = Duration::from_millis(2500);

/// How long after a turn's end a further one of the same file may begin.
const QUIET: Duration = Duration::from_millis(900);

pub(crate) struct Line {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    fast: bool,
    reply: Vec<i16>,
    voice: bool,
}

/// What came of an utterance so far.
#[derive(Default)]
struct Hearing {
    view: TurnView,
    /// Turns that were taken and are not over.
    open: usize,
    ended_at: Option<Instant>,
    speaking: bool,
    first_sound: Option<Instant>,
    any_turn: bool,
}

impl Line {
    pub(crate) async fn open(
        url: &str,
        opened: &OpenedConversation,
        fast: bool,
        voice: bool,
    ) -> Result<Self> {
        let address = address(url)?;
        // conversimple: allow(clear-address-accepted) `address` takes ws:// for loopback alone
        let (socket, _) = connect_async(address)
            .await
            .context("the media socket could not be opened")?;
        let mut line = Self {
            socket,
            fast,
            reply: Vec::new(),
            voice,
        };
        let pace = if fast { Pace::File } else { Pace::Live };
        line.send(&FromCaller::Start {
            token: opened.client_token.clone(),
            rate_hz: RATE_HZ,
            pace,
            voice,
        })
        .await?;
        line.wait_for_greeting().await?;
        Ok(line)
    }

    /// The greeting belongs to no turn; the caller lets it finish.
    async fn wait_for_greeting(&mut self) -> Result<()> {
        let mut hearing = Hearing::default();
        loop {
            let message = self.next().await?;
            if self.is_greeting_over(&message)? {
                return Ok(());
            }
            self.take(message, &mut hearing)?;
        }
    }

    /// Whether a message ends the greeting, which is turn 0.
    fn is_greeting_over(&self, message: &Message) -> Result<bool> {
        match parsed(message) {
            Some(ToCaller::Ready { voice, .. }) if self.voice && !voice => {
                bail!("this platform was started without a voice: use --text")
            }
            Some(ToCaller::TurnEnd { turn, .. }) => Ok(turn.0 == 0),
            _ => Ok(false),
        }
    }

    /// Types a line and waits for the end of its turn.
    pub(crate) async fn type_text(&mut self, text: &str) -> Result<TurnView> {
        self.send(&FromCaller::Text {
            text: text.to_owned(),
        })
        .await?;
        let mut hearing = Hearing::default();
        while !hearing.any_turn || hearing.open > 0 {
            let message = self.next().await?;
            self.take(message, &mut hearing)?;
        }
        Ok(hearing.view)
    }

    /// Speaks a recording and waits for the end of the turns that come of it. The line is never silent in between: a
    /// microphone is not either.
    pub(crate) async fn speak(&mut self, speech: &Speech) -> Result<TurnView> {
        let mut hearing = Hearing::default();
        let mut playback = Playback::of(speech);
        let mut clock = interval(Duration::from_millis(u64::from(FRAME_MILLIS)));
        clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
        loop {
            let is_at_once = self.fast && playback.file_ended.is_none();
            self.until_frame(&mut clock, is_at_once, &mut hearing)
                .await?;
            let frame = media::bytes(&playback.frame());
            self.socket.send(Message::Binary(frame.into())).await?;
            playback.sent();
            if playback.file_ended.is_some_and(|at| hearing.is_over(at)) {
                break;
            }
        }
        if !self.fast {
            hearing.view.millis.to_first_audio = playback.millis_to(hearing.first_sound);
        }
        Ok(hearing.view)
    }

    /// Takes what the platform sends until the next frame is due: by the clock, or at once.
    async fn until_frame(
        &mut self,
        clock: &mut Interval,
        is_at_once: bool,
        hearing: &mut Hearing,
    ) -> Result<()> {
        loop {
            tokio::select! {
                _ = clock.tick(), if !is_at_once => return Ok(()),
                () = std::future::ready(()), if is_at_once => return Ok(()),
                message = self.socket.next() => {
                    let message = message.context("the platform ended the call")??;
                    self.take(message, hearing)?;
                }
            }
        }
    }

    /// Hangs up; what was said in the whole call.
    pub(crate) async fn close(mut self) -> Vec<i16> {
        let _gone = self.send(&FromCaller::Stop).await;
        let _gone = timeout(Duration::from_secs(2), self.socket.close(None)).await;
        self.reply
    }

    fn take(&mut self, message: Message, hearing: &mut Hearing) -> Result<()> {
        match message {
            Message::Text(_) => {
                return parsed(&message).map_or(Ok(()), |known| hearing.take(known));
            }
            Message::Binary(sound) => {
                hearing.first_sound.get_or_insert_with(Instant::now);
                self.reply
                    .extend(media::samples(&sound).unwrap_or_default());
            }
            Message::Close(_) => bail!("the platform ended the call"),
            _ => {}
        }
        Ok(())
    }

    async fn next(&mut self) -> Result<Message> {
        let message = timeout(ANSWER_LIMIT, self.socket.next())
            .await
            .context("the platform does not answer")?;
        Ok(message.context("the platform ended the call")??)
    }

    async fn send(&mut self, message: &FromCaller) -> Result<()> {
        Ok(self
            .socket
            .send(Message::Text(serde_json::to_string(message)?.into()))
            .await?)
    }
}

/// A recording on its way into the line, with silence behind it.
struct Playback<'a> {
    frames: std::slice::Chunks<'a, i16>,
    /// Samples up to the end of the speech in the recording.
    speech_samples: usize,
    sent_samples: usize,
    speech_ended: Option<Instant>,
    file_ended: Option<Instant>,
}

impl<'a> Playback<'a> {
    fn of(speech: &'a Speech) -> Self {
        Self {
            frames: speech.samples.chunks(FRAME_SAMPLES),
            speech_samples: speech.end,
            sent_samples: 0,
            speech_ended: None,
            file_ended: None,
        }
    }

    /// The next frame: of the recording, or silence when it is over.
    fn frame(&mut self) -> Vec<i16> {
        let mut frame = self.frames.next().unwrap_or_default().to_vec();
        if frame.is_empty() {
            self.file_ended.get_or_insert_with(Instant::now);
        }
        frame.resize(FRAME_SAMPLES, 0);
        frame
    }

    /// Notes that the frame was sent.
    fn sent(&mut self) {
        self.sent_samples += FRAME_SAMPLES;
        if self.sent_samples >= self.speech_samples {
            self.speech_ended.get_or_insert_with(Instant::now);
        }
    }

    /// The time from the last sound of speech that was sent to the first sound that came: what a caller would measure.
    fn millis_to(&self, first_sound: Option<Instant>) -> Option<f64> {
        let waited = first_sound?.saturating_duration_since(self.speech_ended?);
        Some(waited.as_secs_f64() * 1000.0)
    }
}

/// A message of the platform's, if it is one.
fn parsed(message: &Message) -> Option<ToCaller> {
    match message {
        Message::Text(text) => serde_json::from_str(text).ok(),
        _ => None,
    }
}

impl Hearing {
    fn take(&mut self, message: ToCaller) -> Result<()> {
        match message {
            ToCaller::Speech { active } => self.speaking = active,
            ToCaller::Heard {
                text,
                is_final: true,
                ..
            } => {
                self.any_turn = true;
                self.open += 1;
                push(&mut self.view.heard, &text);
            }
            ToCaller::Said { turn, text } if turn.0 > 0 => push(&mut self.view.said, &text),
            ToCaller::Tool(call) => self.view.tool_calls.extend(settled(call)),
            ToCaller::TurnVoid { .. } => {
                // Its words come again with the next turn.
                *self = Self {
                    speaking: self.speaking,
                    ..Self::default()
                };
            }
            ToCaller::TurnEnd { turn, millis } if turn.0 > 0 => {
                self.open = self.open.saturating_sub(1);
                self.ended_at = Some(Instant::now());
                self.view.millis = millis;
            }
            ToCaller::Error { code, message } => bail!("{message} ({code})"),
            ToCaller::Ended => bail!("the platform ended the call"),
            _ => {}
        }
        Ok(())
    }

    /// Whether nothing more will come of an utterance whose recording ended then.
    fn is_over(&self, file_ended: Instant) -> bool {
        if self.open > 0 || self.speaking {
            return false;
        }
        match self.ended_at {
            Some(ended) => ended.max(file_ended).elapsed() >= QUIET || ended > file_ended,
            None => file_ended.elapsed() >= NOTHING_LIMIT,
        }
    }
}

/// A call that has its verdict; of one that is still going on, another message comes.
fn settled(call: CallView) -> Option<TurnCall> {
    Some(TurnCall {
        verdict: call.verdict?,
        millis: call.millis?,
        name: call.name,
        arguments: call.arguments,
    })
}

/// The media socket of a platform: in clear only on this machine.
pub(super) fn address(url: &str) -> Result<String> {
    match url.trim_end_matches('/').split_once("://") {
        // conversimple: allow(clear-text-connection) the guard of this arm is the check
        Some(("http", host)) if is_loopback(host) => Ok(format!("ws://{host}/media/websocket")),
        Some(("http", _)) => bail!(
            "http:// would let everybody on the way listen; write https:// (http:// is for this machine)"
        ),
        Some(("https", host)) => Ok(format!("wss://{host}/media/websocket")),
        _ => bail!("--url is https://HOST, or http:// for this machine"),
    }
}

fn is_loopback(host: &str) -> bool {
    let authority = host.split('/').next().unwrap_or_default();
    let name = match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => authority,
    };
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

fn push(to: &mut String, text: &str) {
    if !to.is_empty() {
        to.push(' ');
    }
    to.push_str(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn call_address_in_clear_text_is_accepted_only_on_loopback() {
        for good in [
            "http://127.0.0.1:4000",
            "http://localhost:4000/",
            "http://[::1]:4000",
            "https://voice.example",
        ] {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in [
            "http://voice.example",
            "http://127.0.0.1.example:80",
            "http://a@127.0.0.1",
            "ftp://x",
            "x",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
