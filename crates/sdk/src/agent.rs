//! The agent as a process: read the settings, join the platform, serve until told to stop.
//!
//! This is the shell around the channel: it owns the sockets, the clock and the signals, and decides nothing that a test
//! without them could not see. What a call may do is decided by the desk.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use conversimple_wire::{AgentId, CallId, CustomerId};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::channel::{Backoff, Channel, Ending, Moment, Notice, Order, Plan, SocketId, Stop};
use crate::desk::Desk;
use crate::endpoint::Endpoint;
use crate::environment::{Environment, SettingsError};
use crate::key::{ApiKey, KeySource};
use crate::socket::{self, Event, Outbox};
use crate::tool::{Toolbox, Toolset};

/// How often a key file is looked at.
const KEY_WATCH: Duration = Duration::from_secs(2);

/// How long running calls may go on when the agent is told to stop.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(10);

/// Calls that run or wait at a time; what comes on top is refused with `service_unavailable`.
const CALLS_LIMIT: usize = 1024;

/// Why an agent ends or does not start. The text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// A setting is missing or of no use.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A tool is declared in a way that cannot work.
    #[error("tool `{tool}`: {problem}")]
    Declaration {
        /// The tool.
        tool: String,
        /// What is wrong, and what to write instead.
        problem: String,
    },
    /// The platform does not want this agent.
    #[error(transparent)]
    Refused(#[from] Stop),
    /// The audit file cannot be written.
    #[error("CONVERSIMPLE_AUDIT_FILE: {0}")]
    Audit(String),
    /// The system has no random numbers to give.
    #[error("the system gives no random numbers")]
    Random,
}

/// An agent that is ready to serve. Made from the environment only: no key can be written into the source.
pub struct Agent {
    endpoint: Endpoint,
    keys: KeySource,
    customer_id: Option<CustomerId>,
    agent_id: Option<AgentId>,
    heartbeat: Duration,
    backoff: Backoff,
    audit_file: Option<PathBuf>,
}

impl Agent {
    /// Reads `CONVERSIMPLE_API_KEY` or `CONVERSIMPLE_API_KEY_FILE`, `CONVERSIMPLE_PLATFORM_URL`, `CONVERSIMPLE_CUSTOMER_ID`,
    /// `CONVERSIMPLE_AGENT_ID`, `CONVERSIMPLE_HEARTBEAT_INTERVAL`, `CONVERSIMPLE_RECONNECT_BACKOFF`,
    /// `CONVERSIMPLE_MAX_BACKOFF` and `CONVERSIMPLE_AUDIT_FILE` from the environment or from `.env`.
    ///
    /// # Errors
    /// What is missing or wrong, in a sentence that says what to write.
    pub fn from_env() -> Result<Self, AgentError> {
        Self::from_environment(&Environment::load()?)
    }

    /// As [`Agent::from_env`], from settings that were read before.
    ///
    /// # Errors
    /// As [`Agent::from_env`].
    pub fn from_environment(environment: &Environment) -> Result<Self, AgentError> {
        let url = environment.text(crate::endpoint::NAME);
        let seconds = |name, default: f64| seconds(environment, name, default);
        Ok(Self {
            endpoint: Endpoint::read(url.as_ref().map(|url| url.as_str()))?,
            keys: KeySource::find(environment)?,
            customer_id: id(environment, "CONVERSIMPLE_CUSTOMER_ID", |text| {
                CustomerId::parse(text)
            })?,
            agent_id: id(environment, "CONVERSIMPLE_AGENT_ID", |text| {
                AgentId::parse(text)
            })?,
            heartbeat: Duration::from_secs_f64(seconds("CONVERSIMPLE_HEARTBEAT_INTERVAL", 30.0)?),
            backoff: Backoff {
                factor: seconds("CONVERSIMPLE_RECONNECT_BACKOFF", 2.0)?,
                most: Duration::from_secs_f64(seconds("CONVERSIMPLE_MAX_BACKOFF", 300.0)?),
                ..Backoff::default()
            },
            audit_file: environment
                .text("CONVERSIMPLE_AUDIT_FILE")
                .map(|file| PathBuf::from(file.as_str())),
        })
    }

    /// Serves until the process is told to stop (Ctrl-C, SIGTERM), which is `Ok`, or the platform refuses the agent for
    /// good. A lost connection is made again.
    ///
    /// # Errors
    /// A tool that is declared wrong, an audit file that cannot be written, or the platform's refusal.
    pub async fn serve<S: Toolset>(self, service: S) -> Result<(), AgentError> {
        let toolbox = Toolbox::open(S::tools())?;
        let agent_id = match self.agent_id {
            Some(id) => id,
            None => AgentId::parse(S::NAME).map_err(|_| AgentError::Declaration {
                tool: S::NAME.to_owned(),
                problem: "an agent's name is 1 to 64 letters, digits, '-' or '_'".to_owned(),
            })?,
        };
        if toolbox.has_login() {
            tokio::spawn(crate::password::prepare());
        }
        let topic = match &self.customer_id {
            Some(id) => format!("customer:{id}"),
            None => format!(
                "customer:{}",
                CallId::from_random(random()?)
                    .as_str()
                    .trim_start_matches(CallId::PREFIX)
            ),
        };
        let plan = Plan {
            topic,
            agents: vec![agent_id.clone()],
            tools: toolbox.specs(),
            heartbeat: self.heartbeat,
            backoff: self.backoff,
        };
        let desk = Desk::open(service, toolbox, agent_id, self.audit_file.as_deref())?;
        let driver = Driver::new(Arc::new(self.endpoint), self.keys, plan, Arc::new(desk))?;
        driver.run().await
    }
}

type SocketEvent = (SocketId, Event);
type CallAnswer = (CallId, Value);

/// What one process runs: a channel, its sockets and its calls.
struct Driver<S: Toolset> {
    endpoint: Arc<Endpoint>,
    keys: KeySource,
    /// The key of the newest connection.
    used: Option<ApiKey>,
    channel: Channel,
    desk: Arc<Desk<S>>,
    started: Instant,
    sockets: HashMap<SocketId, Outbox>,
    running: usize,
    events: mpsc::Receiver<SocketEvent>,
    events_to: mpsc::Sender<SocketEvent>,
    answers: mpsc::UnboundedReceiver<CallAnswer>,
    answers_to: mpsc::UnboundedSender<CallAnswer>,
}

impl<S: Toolset> Driver<S> {
    fn new(
        endpoint: Arc<Endpoint>,
        keys: KeySource,
        plan: Plan,
        desk: Arc<Desk<S>>,
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
            desk,
            started: Instant::now(),
            sockets: HashMap::new(),
            running: 0,
            events,
            events_to,
            answers,
            answers_to,
        })
    }

    async fn run(mut self) -> Result<(), AgentError> {
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
                Order::Began(conversation) => self.desk.began(&conversation),
                Order::Ended(conversation) => self.desk.ended(&conversation),
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

    fn begin(&mut self, call: conversimple_wire::tool::ToolCall) {
        self.running += 1;
        let (desk, answers) = (self.desk.clone(), self.answers_to.clone());
        let overloaded = self.running > CALLS_LIMIT;
        tokio::spawn(async move {
            let answer = if overloaded {
                desk.overloaded(&call)
            } else {
                desk.answer(&call).await
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

pub(crate) fn random<const N: usize>() -> Result<[u8; N], AgentError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| AgentError::Random)?;
    Ok(bytes)
}

/// A new id of 128 random bits, such as `pay_…`, for what an agent's tools make.
///
/// # Errors
/// A failure when the system has no random numbers.
pub fn fresh_id(prefix: &str) -> crate::Reply<String> {
    let id = CallId::from_random(random()?);
    let body = id.as_str().trim_start_matches(CallId::PREFIX);
    Ok(format!("{prefix}_{body}"))
}

fn jitter() -> Result<f64, AgentError> {
    Ok(f64::from(u32::from_le_bytes(random()?)) / f64::from(u32::MAX))
}

fn id<T>(
    environment: &Environment,
    name: &'static str,
    parse: impl Fn(&str) -> Result<T, conversimple_wire::id::InvalidId>,
) -> Result<Option<T>, SettingsError> {
    let Some(text) = environment.text(name) else {
        return Ok(None);
    };
    parse(text.trim())
        .map(Some)
        .map_err(|invalid| SettingsError::Wrong {
            name,
            problem: invalid.to_string(),
        })
}

fn seconds(
    environment: &Environment,
    name: &'static str,
    default: f64,
) -> Result<f64, SettingsError> {
    let Some(text) = environment.text(name) else {
        return Ok(default);
    };
    match text.trim().parse::<f64>() {
        Ok(number) if (1.0..=86_400.0).contains(&number) => Ok(number),
        _ => Err(SettingsError::Wrong {
            name,
            problem: "write a number from 1 to 86400".to_owned(),
        }),
    }
}
