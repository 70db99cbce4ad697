//! The loop that carries out the channel's orders: sockets, calls, the clock, the key file and the signals.
//!
//! Decides nothing that the channel or the dispatcher could decide; it only knows how to do what they say.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use conversimple_wire::CallId;
use conversimple_wire::tool::ToolCall;
use serde_json::Value;
use tokio::sync::mpsc;

use crate::channel::{Channel, Ending, Moment, Notice, Order, Plan, SocketId};
use crate::dispatcher::Dispatcher;
use crate::endpoint::Endpoint;
use crate::error::AgentError;
use crate::key::{ApiKey, KeySource};
use crate::random::random;
use crate::socket::{self, Event, Outbox};
use crate::tool::Toolset;

/// How often a key file is looked at.
const KEY_WATCH: Duration = Duration::from_secs(2);

/// How long running calls may go on when the agent is told to stop.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(10);

/// Calls that run or wait at a time; what comes on top is refused with `service_unavailable`.
const CALLS_LIMIT: usize = 1024;

type SocketEvent = (SocketId, Event);
type CallAnswer = (CallId, Value);

/// What one process runs: a channel, its sockets and its calls.
pub(crate) struct Driver<S: Toolset> {
    endpoint: Arc<Endpoint>,
    keys: KeySource,
    /// The key of the newest connection.
    used: Option<ApiKey>,
    channel: Channel,
    dispatcher: Arc<Dispatcher<S>>,
    started: Instant,
    sockets: HashMap<SocketId, Outbox>,
    running: usize,
    events: mpsc::Receiver<SocketEvent>,
    events_to: mpsc::Sender<SocketEvent>,
    answers: mpsc::UnboundedReceiver<CallAnswer>,
    answers_to: mpsc::UnboundedSender<CallAnswer>,
}

impl<S: Toolset> Driver<S> {
    pub(crate) fn new(
        endpoint: Arc<Endpoint>,
        keys: KeySource,
        plan: Plan,
        dispatcher: Arc<Dispatcher<S>>,
    ) -> Result<Self, AgentError> {
        let now = Duration::ZERO;
        let jitter = jitter()?;
        let (events_to, events) = mpsc::channel(256);
        // Bounded by the calls that run, which `CALLS_LIMIT` bounds.
        let (answers_to, answers) = mpsc::unbounded_channel();
        Ok(Self {
            endpoint,
            keys,
            used: None,
            channel: Channel::new(plan, Moment { now, jitter }),
            dispatcher,
            started: Instant::now(),
            sockets: HashMap::new(),
            running: 0,
            events,
            events_to,
            answers,
            answers_to,
        })
    }

    pub(crate) async fn run(mut self) -> Result<(), AgentError> {
        let mut shutdown = std::pin::pin!(shutdown());
        let mut closing: Option<tokio::time::Instant> = None;
        let mut watch = tokio::time::interval(KEY_WATCH);
        let watched = matches!(self.keys, KeySource::File(_));
        loop {
            self.carry_out()?;
            if closing.is_some_and(|end| self.running == 0 || tokio::time::Instant::now() >= end) {
                return self.leave().await;
            }
            let wake = self.channel.wake_at().unwrap_or(Duration::from_secs(3600));
            let wake = tokio::time::Instant::from_std(self.started + wake);
            tokio::select! {
                Some((socket, event)) = self.events.recv() => self.happened(socket, event)?,
                Some((call, answer)) = self.answers.recv() => {
                    self.running -= 1;
                    self.channel.answered(&call, answer);
                }
                () = tokio::time::sleep_until(closing.map_or(wake, |end| end.min(wake))) => {
                    let moment = self.moment()?;
                    self.channel.tick(moment);
                }
                _ = watch.tick(), if watched => self.look_at_key()?,
                () = &mut shutdown, if closing.is_none() => {
                    tracing::info!("told to stop");
                    closing = Some(tokio::time::Instant::now() + SHUTDOWN_LIMIT);
                }
            }
        }
    }

    fn happened(&mut self, socket: SocketId, event: Event) -> Result<(), AgentError> {
        let moment = self.moment()?;
        match event {
            Event::Opened => self.channel.opened(socket, moment),
            Event::Text(text) => self.channel.received(socket, &text, moment),
            Event::Closed(ending) => {
                self.sockets.remove(&socket);
                self.channel.closed(socket, &ending, moment);
            }
        }
        Ok(())
    }

    fn carry_out(&mut self) -> Result<(), AgentError> {
        while let Some(order) = self.channel.poll() {
            match order {
                Order::Open(socket) => self.open(socket)?,
                Order::Send(socket, text) => {
                    if self.sockets.get(&socket).is_some_and(|to| !to.send(text)) {
                        self.sockets.remove(&socket);
                        let moment = self.moment()?;
                        self.channel.closed(socket, &Ending::Lost, moment);
                    }
                }
                Order::Close(socket) => {
                    self.sockets.remove(&socket);
                }
                Order::Run(call) => self.begin(call),
                Order::Began(conversation) => self.dispatcher.began(&conversation),
                Order::Ended(conversation) => self.dispatcher.ended(&conversation),
                Order::Tell(notice) => self.tell(&notice),
                Order::Stop(stop) => return Err(stop.into()),
            }
        }
        Ok(())
    }

    fn open(&mut self, socket: SocketId) -> Result<(), AgentError> {
        match self.keys.key() {
            Ok(key) => {
                self.used = Some(key.clone());
                let outbox =
                    socket::start(socket, self.endpoint.clone(), key, self.events_to.clone());
                self.sockets.insert(socket, outbox);
            }
            Err(error) => {
                tracing::warn!(%error, "no key at present");
                let moment = self.moment()?;
                self.channel
                    .closed(socket, &Ending::Unreachable("no_key"), moment);
            }
        }
        Ok(())
    }

    fn begin(&mut self, call: ToolCall) {
        self.running += 1;
        let (dispatcher, answers) = (self.dispatcher.clone(), self.answers_to.clone());
        let overloaded = self.running > CALLS_LIMIT;
        let room = dispatcher.room(&call.conversation_id);
        tokio::spawn(async move {
            let answer = if overloaded {
                dispatcher.overloaded(&call, room.as_deref())
            } else {
                dispatcher.answer(&call, room.as_deref()).await
            };
            // Nobody listens any more when the agent has stopped.
            let _ = answers.send((call.call_id, answer));
        });
    }

    fn look_at_key(&mut self) -> Result<(), AgentError> {
        // A file that is being replaced may be missing for a moment; the key in use stays.
        if let Ok(key) = self.keys.key()
            && self.used.as_ref().is_some_and(|used| *used != key)
        {
            tracing::info!("a new key: connecting with it beside the old connection");
            let moment = self.moment()?;
            self.channel.renew(moment);
        }
        Ok(())
    }

    /// Says good-bye and gives the sockets a moment to send it.
    async fn leave(mut self) -> Result<(), AgentError> {
        self.channel.shut();
        self.carry_out()?;
        drop(self.events_to);
        let drained = async { while self.events.recv().await.is_some() {} };
        let _ = tokio::time::timeout(Duration::from_secs(2), drained).await;
        Ok(())
    }

    fn tell(&self, notice: &Notice) {
        match notice {
            Notice::Joined => {
                let conversations = self.channel.conversations();
                tracing::info!(platform = %self.endpoint, conversations, "joined the platform");
            }
            Notice::Retry { reason, pause } => {
                let seconds = pause.as_secs_f32();
                tracing::warn!(platform = %self.endpoint, reason, seconds, "not connected; the next try follows");
                if reason == "certificate" {
                    tracing::warn!(
                        "the platform's certificate was not accepted: for an authority of your own, name its file in SSL_CERT_FILE"
                    );
                }
            }
            Notice::KeyRefused(stop) => {
                tracing::error!(
                    code = stop.code,
                    "the new key was refused, the old connection goes on. {}",
                    stop.advice
                );
            }
            Notice::RegistrationRefused(reason) => {
                tracing::error!(reason, "the platform refused what this agent sent");
            }
            Notice::Unreadable => tracing::warn!("a message could not be read and was dropped"),
            Notice::Warning(text) => tracing::warn!(warning = text, "the platform says"),
            Notice::TooManyConversations => {
                tracing::error!("more conversations than one agent process holds: start another");
            }
        }
    }

    fn moment(&self) -> Result<Moment, AgentError> {
        Ok(Moment {
            now: self.started.elapsed(),
            jitter: jitter()?,
        })
    }
}

async fn shutdown() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}

fn jitter() -> Result<f64, AgentError> {
    Ok(f64::from(u32::from_le_bytes(random()?)) / f64::from(u32::MAX))
}
