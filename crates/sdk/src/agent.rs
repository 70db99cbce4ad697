//! The agent as a process: its settings, and how it starts.
//!
//! Decides which settings there are and what each may be. What is done with them is the driver's.

use std::sync::Arc;
use std::time::Duration;

use conversimple_wire::{AgentId, CallId, CustomerId};

use crate::channel::{Backoff, Plan};
use crate::dispatcher::Dispatcher;
use crate::driver::Driver;
use crate::endpoint::Endpoint;
use crate::environment::{Environment, SettingsError};
use crate::error::AgentError;
use crate::heads::AuditFiles;
use crate::key::KeySource;
use crate::random::random;
use crate::tool::Toolset;
use crate::toolbox::Toolbox;

/// An agent that is ready to serve. Made from the environment only: no key can be written into the source.
pub struct Agent {
    endpoint: Endpoint,
    keys: KeySource,
    customer_id: Option<CustomerId>,
    agent_id: Option<AgentId>,
    heartbeat: Duration,
    backoff: Backoff,
    audit: Option<AuditFiles>,
}

impl Agent {
    /// Reads `CONVERSIMPLE_API_KEY` or `CONVERSIMPLE_API_KEY_FILE`, `CONVERSIMPLE_PLATFORM_URL`, `CONVERSIMPLE_CUSTOMER_ID`,
    /// `CONVERSIMPLE_AGENT_ID`, `CONVERSIMPLE_HEARTBEAT_INTERVAL`, `CONVERSIMPLE_RECONNECT_BACKOFF`,
    /// `CONVERSIMPLE_MAX_BACKOFF`, `CONVERSIMPLE_AUDIT_FILE`, `CONVERSIMPLE_AUDIT_KEY_FILE` and `CONVERSIMPLE_AUDIT_HEADS_FILE`
    /// from the environment or from `.env`.
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
            audit: AuditFiles::find(environment),
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
        let dispatcher = Dispatcher::open(service, toolbox, agent_id, self.audit.as_ref())?;
        let driver = Driver::new(
            Arc::new(self.endpoint),
            self.keys,
            plan,
            Arc::new(dispatcher),
        )?;
        driver.run().await
    }
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
