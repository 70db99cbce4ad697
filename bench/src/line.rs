//! The caller's end of the media socket, with a note of when everything was sent and when everything came.
//!
//! Decides nothing about what is measured: a [`Log`] holds the moments, and the modules that measure take their
//! differences. The line is never silent in between, as a microphone is not.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use conversimple_wire::TurnId;
use conversimple_wire::media::{self, FRAME_MILLIS, FromCaller, Pace, ToCaller, TurnMillis};
use conversimple_wire::tool::CallView;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::process::Platform;
use crate::speech::{RATE_HZ, Speech};

const FRAME_SAMPLES: usize = (RATE_HZ * FRAME_MILLIS / 1000) as usize;

/// How long the platform may take for anything.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);

/// How long speech may be over without a turn having come of it.
const NOTHING_LIMIT: Duration = Duration::from_secs(4);

/// How long after a turn's end a further one of the same speech may begin.
const QUIET: Duration = Duration::from_millis(900);

/// A frame with a sample beyond this can be heard: 1 % of full scale.
const AUDIBLE: u16 = 328;

/// Where a silent caller is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Room {
    /// The microphone is off: every sample is zero.
    Muted,
    /// The faint noise that every microphone gives, near −60 dB.
    Quiet,
}

/// An open call.
pub(crate) struct Line {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What came.
pub(crate) enum Event {
    Message(ToCaller),
    Sound { audible: bool },
}

/// What was sent and what came in one exchange.
#[derive(Default)]
pub(crate) struct Log {
    /// When each frame of the caller's sound was sent.
    sent: Vec<Instant>,
    pub(crate) events: Vec<(Instant, Event)>,
}

impl Line {
    /// Opens a conversation and waits until the greeting is over.
    pub(crate) async fn open(
        platform: &Platform,
        agent: Option<&str>,
        voice: bool,
    ) -> Result<Self> {
        let opened = platform.open_conversation(agent)?;
        let mut line = Self::connect(platform).await?;
        line.send(&FromCaller::Start {
            token: opened.client_token,
            rate_hz: RATE_HZ,
            pace: Pace::Live,
            voice,
        })
        .await?;
        line.wait_for_greeting(voice).await?;
        Ok(line)
    }

    async fn connect(platform: &Platform) -> Result<Self> {
        // conversimple: allow(clear-text-connection) the platform under measurement listens on loopback
        let address = format!("ws://{}/media/websocket", platform.address());
        let (socket, _) = connect_async(address)
            .await
            .context("the media socket could not be opened")?;
        // A frame that waits to be joined with the next would count as the platform's delay.
        if let MaybeTlsStream::Plain(stream) = socket.get_ref() {
            stream.set_nodelay(true)?;
        }
        Ok(Self { socket })
    }

    /// The greeting is turn 0.
    async fn wait_for_greeting(&mut self, voice: bool) -> Result<()> {
        loop {
            match self.next().await? {
                Some(Event::Message(ToCaller::Ready { voice: false, .. })) if voice => {
                    bail!("the platform has no voice")
                }
                Some(Event::Message(ToCaller::TurnEnd {
                    turn: TurnId(0), ..
                })) => {
                    return Ok(());
                }
                _ => {}
            }
        }
    }

    /// Types a line, waits for the end of its turn and returns the calls that were made. Sends no sound.
    pub(crate) async fn type_text(&mut self, text: &str) -> Result<Vec<CallView>> {
        self.send_text(text).await?;
        let mut calls = Vec::new();
        loop {
            match self.next().await? {
                Some(Event::Message(ToCaller::Tool(call))) if call.millis.is_some() => {
                    calls.push(call);
                }
                Some(Event::Message(ToCaller::TurnEnd { turn, .. })) if turn > TurnId(0) => {
                    return Ok(calls);
                }
                _ => {}
            }
        }
    }

    /// Types a line and sends silence until its answer was spoken.
    pub(crate) async fn type_and_listen(&mut self, text: &str) -> Result<Log> {
        self.send_text(text).await?;
        self.sound(&[], Log::is_answered).await
    }

    /// Types a line without waiting for anything.
    pub(crate) async fn send_text(&mut self, text: &str) -> Result<()> {
        let text = text.to_owned();
        self.send(&FromCaller::Text { text }).await
    }

    /// Speaks in real time, and is silent until everything that came of it is over.
    pub(crate) async fn speak(&mut self, speech: &Speech) -> Result<Log> {
        let frames = speech.samples.len().div_ceil(FRAME_SAMPLES);
        self.sound(&speech.samples, |log| {
            log.sent
                .get(frames)
                .is_some_and(|ended| log.is_over(*ended))
        })
        .await
    }

    /// Says nothing for a while.
    pub(crate) async fn be_silent(&mut self, room: Room, time: Duration) -> Result<Log> {
        let sound = match room {
            Room::Muted => Vec::new(),
            Room::Quiet => noise(RATE_HZ as usize * (time.as_secs() as usize + 1)),
        };
        let begun = Instant::now();
        self.sound(&sound, |_| begun.elapsed() >= time).await
    }

    /// Sends sound in real time, then silence, until `enough` says so.
    pub(crate) async fn sound(
        &mut self,
        samples: &[i16],
        mut enough: impl FnMut(&Log) -> bool,
    ) -> Result<Log> {
        let mut log = Log::default();
        let mut frames = samples.chunks(FRAME_SAMPLES);
        let mut clock = interval(Duration::from_millis(u64::from(FRAME_MILLIS)));
        clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let begun = Instant::now();
        while !enough(&log) {
            ensure!(
                begun.elapsed() < ANSWER_LIMIT,
                "the platform does not answer"
            );
            tokio::select! {
                biased;
                message = self.socket.next() => {
                    let message = message.context("the platform ended the call")??;
                    if let Some(event) = event(message)? {
                        log.events.push((Instant::now(), event));
                    }
                }
                _ = clock.tick() => {
                    let mut frame = frames.next().unwrap_or_default().to_vec();
                    frame.resize(FRAME_SAMPLES, 0);
                    let bytes = media::bytes(&frame).into();
                    self.socket.send(Message::Binary(bytes)).await?;
                    log.sent.push(Instant::now());
                }
            }
        }
        Ok(log)
    }

    /// Hangs up.
    pub(crate) async fn close(mut self) {
        let _gone = self.send(&FromCaller::Stop).await;
        let _gone = timeout(Duration::from_secs(2), self.socket.close(None)).await;
    }

    async fn next(&mut self) -> Result<Option<Event>> {
        let message = timeout(ANSWER_LIMIT, self.socket.next())
            .await
            .context("the platform does not answer")?;
        event(message.context("the platform ended the call")??)
    }

    async fn send(&mut self, message: &FromCaller) -> Result<()> {
        let text = serde_json::to_string(message)?;
        Ok(self.socket.send(Message::Text(text.into())).await?)
    }
}

/// Noise of at most 48 steps of 32,768, the same each time.
fn noise(samples: usize) -> Vec<i16> {
    let mut state = 1_u32;
    let step = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as i16 % 49
    };
    (0..samples).map(step).collect()
}

/// What the platform says; its errors and the end are errors here.
fn told(text: &str) -> Result<Event> {
    match serde_json::from_str(text)? {
        ToCaller::Error { code, message } => bail!("{message} ({code})"),
        ToCaller::Ended => bail!("the platform ended the call"),
        message => Ok(Event::Message(message)),
    }
}

fn event(message: Message) -> Result<Option<Event>> {
    match message {
        Message::Text(text) => told(&text).map(Some),
        Message::Binary(sound) => {
            let sound = media::samples(&sound).context("a frame of sound was none")?;
            let audible = sound.iter().any(|sample| sample.unsigned_abs() > AUDIBLE);
            Ok(Some(Event::Sound { audible }))
        }
        Message::Close(_) => bail!("the platform ended the call"),
        _ => Ok(None),
    }
}

impl Log {
    /// When the frame with this sample of the caller's was sent.
    pub(crate) fn sent_at(&self, sample: usize) -> Option<Instant> {
        self.sent.get(sample / FRAME_SAMPLES).copied()
    }

    /// When the first frame of the answer came, or the first that can be heard. What was cleared again is no answer.
    pub(crate) fn first_sound(&self, audible_only: bool) -> Option<Instant> {
        let cleared = self
            .events
            .iter()
            .rposition(|(_, event)| matches!(event, Event::Message(ToCaller::Clear { .. })));
        self.events
            .iter()
            .skip(cleared.map_or(0, |at| at + 1))
            .find(
                |(_, event)| matches!(event, Event::Sound { audible } if *audible || !audible_only),
            )
            .map(|(at, _)| *at)
    }

    /// The turns that were taken and not taken back, with what was heard in each.
    pub(crate) fn turns(&self) -> Vec<(TurnId, String)> {
        let mut turns = Vec::new();
        for message in self.messages() {
            match message {
                ToCaller::Heard {
                    turn,
                    text,
                    is_final: true,
                } => turns.push((*turn, text.clone())),
                ToCaller::TurnVoid { turn } => turns.retain(|(taken, _)| taken != turn),
                _ => {}
            }
        }
        turns
    }

    /// How many turns were taken back.
    pub(crate) fn taken_back(&self) -> usize {
        self.messages()
            .filter(|message| matches!(message, ToCaller::TurnVoid { .. }))
            .count()
    }

    /// The platform's own times of the last turn.
    pub(crate) fn millis(&self) -> TurnMillis {
        self.messages()
            .filter_map(|message| match message {
                ToCaller::TurnEnd { turn, millis } if *turn > TurnId(0) => Some(*millis),
                _ => None,
            })
            .last()
            .unwrap_or_default()
    }

    /// The names of the calls that came to an end.
    pub(crate) fn tools(&self) -> Vec<&str> {
        self.messages()
            .filter_map(|message| match message {
                ToCaller::Tool(call) if call.verdict.is_some() => Some(call.name.as_str()),
                _ => None,
            })
            .collect()
    }

    fn messages(&self) -> impl Iterator<Item = &ToCaller> {
        self.events.iter().filter_map(|(_, event)| match event {
            Event::Message(message) => Some(message),
            Event::Sound { .. } => None,
        })
    }

    /// Whether a typed line was answered to the end.
    fn is_answered(&self) -> bool {
        let ended = |message: &ToCaller| matches!(message, ToCaller::TurnEnd { turn, .. } if *turn > TurnId(0));
        self.messages().any(ended)
    }

    /// Whether nothing more will come of what was said until then.
    fn is_over(&self, said: Instant) -> bool {
        let mut speaking = false;
        let mut last_end = None;
        let mut open = self.turns();
        for (at, event) in &self.events {
            match event {
                Event::Message(ToCaller::Speech { active }) => speaking = *active,
                Event::Message(ToCaller::TurnEnd { turn, .. }) => {
                    open.retain(|(taken, _)| taken != turn);
                    last_end = Some(*at);
                }
                _ => {}
            }
        }
        if speaking || !open.is_empty() {
            return false;
        }
        match last_end {
            Some(ended) => ended.max(said).elapsed() >= QUIET,
            None => said.elapsed() >= NOTHING_LIMIT,
        }
    }
}
