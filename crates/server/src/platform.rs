//! What all parts of the running platform share, and its settings.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use conversimple_guard::apikey::Pepper;
use conversimple_guard::quota::{Limiter, Rate};
use conversimple_providers::Meaning;
use conversimple_store::{Store, Tenant};
use conversimple_wire::{AgentId, Code};
use serde::Serialize;

use crate::clock;
use crate::engines::{Engines, MakeEngine};
use crate::policies::Policies;
use crate::quotas::Counters;
use crate::refused::Refused;
use crate::registry::Registry;
use crate::requests::Requests;
use crate::signin::Signin;
use crate::tokens::Tokens;
use crate::voice::Voice;

/// How long conversations may take to end when the platform stops.
const STOP_LIMIT: Duration = Duration::from_secs(2);

/// What the platform is started with.
pub struct Settings {
    /// The database.
    pub store: Store,
    /// What makes stored key digests useless to whoever has only the database.
    pub pepper: Pepper,
    /// The models that hear and speak; without them the platform reads and writes.
    pub voice: Option<Voice>,
    /// The model for meaning; without it words alone choose tools.
    pub meaning: Option<Arc<Meaning>>,
    /// Makes the language engines; without it the dialog decides, which needs no language model.
    pub engine: Option<MakeEngine>,
    /// What the talk page is for; without it the page asks for a key.
    pub talk: Option<Talk>,
    /// The folder of the operator's policies, a file an agent; none where there is no data folder.
    pub policies: Option<PathBuf>,
    /// Whether a proxy in front of us speaks TLS with the world.
    pub secure: bool,
    /// Limits.
    pub limits: Limits,
}

/// The conversation that the talk page opens without a key. Only `conversimple dev` has one.
#[derive(Clone)]
pub struct Talk {
    /// Whose agent it is.
    pub tenant: Tenant,
    /// The agent.
    pub agent_id: AgentId,
    /// What the page says of it.
    pub page: TalkPage,
}

/// What the talk page shows beside the conversation.
#[derive(Clone, Serialize)]
pub struct TalkPage {
    /// The agent's name.
    pub name: String,
    /// Sentences to try.
    pub r#try: Vec<String>,
    /// Demo logins. They are no secret: they open nothing but the demo's own data.
    pub logins: Vec<DemoLogin>,
}

/// A login of the demo.
#[derive(Clone, Serialize)]
pub struct DemoLogin {
    /// Name.
    pub user: String,
    /// Password.
    pub password: String,
}

/// How much at once.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Agent sockets.
    pub agent_sockets: usize,
    /// Agent sockets of one customer.
    pub agent_sockets_per_customer: usize,
    /// Open conversations of one customer.
    pub conversations_per_customer: usize,
    /// Conversations that the talk page may open a minute.
    pub talks_per_minute: u32,
    /// Tool calls of one customer a minute, over all conversations.
    pub calls_per_minute: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            agent_sockets: 10_000,
            agent_sockets_per_customer: 2_000,
            conversations_per_customer: 1_000,
            talks_per_minute: 60,
            calls_per_minute: 60_000,
        }
    }
}

/// The running platform.
pub struct Platform {
    pub(crate) store: Store,
    pub(crate) pepper: Pepper,
    pub(crate) voice: Option<Voice>,
    pub(crate) talk: Option<Talk>,
    pub(crate) secure: bool,
    pub(crate) limits: Limits,
    pub(crate) registry: Registry,
    pub(crate) counters: Counters,
    pub(crate) policies: Policies,
    pub(crate) engines: Arc<Engines>,
    pub(crate) tokens: Tokens,
    pub(crate) signin: Signin,
    pub(crate) requests: Requests,
    talks: Mutex<Limiter<()>>,
    pub(crate) address: SocketAddr,
}

impl Platform {
    pub(crate) fn new(settings: Settings, address: SocketAddr) -> Arc<Self> {
        Arc::new(Self {
            policies: Policies::new(settings.store.clone(), settings.policies),
            store: settings.store,
            pepper: settings.pepper,
            voice: settings.voice,
            talk: settings.talk,
            secure: settings.secure,
            limits: settings.limits,
            registry: Registry::default(),
            counters: Counters::new(settings.limits.calls_per_minute),
            engines: Arc::new(Engines::new(settings.engine, settings.meaning)),
            tokens: Tokens::default(),
            signin: Signin::default(),
            requests: Requests::default(),
            talks: Mutex::new(Limiter::new(1)),
            address,
        })
    }

    /// Counts a conversation that the talk page opens.
    ///
    /// # Errors
    /// `rate_limit_exceeded` when there were too many in the last minute.
    pub(crate) fn admit_talk(&self) -> Result<(), Refused> {
        let rate = Rate::new(self.limits.talks_per_minute, Duration::from_secs(60));
        let rate = rate.map_err(|_| Code::InternalError)?;
        let mut talks = self.talks.lock().unwrap_or_else(PoisonError::into_inner);
        talks
            .admit((), rate, clock::monotonic())
            .map_err(|_| Code::RateLimitExceeded.into())
    }

    /// The platform stops: conversations end, and are kept as ended as far as that is possible in a moment.
    pub(crate) async fn end_conversations(&self) {
        self.registry.stop();
        let until = clock::monotonic() + STOP_LIMIT;
        while self.registry.counts().1 > 0 && clock::monotonic() < until {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Random bytes of the operating system.
    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        getrandom::fill(&mut bytes)
            .expect("the operating system gives random bytes; without them nothing here is safe");
        bytes
    }
}
