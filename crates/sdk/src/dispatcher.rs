//! Where calls are answered: each walks through the guard's stages, runs its body, and is told in words that may be heard.
//!
//! Decides the order (deadline, panic, stages, body, mask, record) and keeps what a conversation has: its login and its
//! state. Which call may run is the guard's decision; that it runs once, the channel's.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use conversimple_guard::Refusal;
use conversimple_guard::call::{
    Call, LoginAttempts, LoginTicket, Quotas, Session, SessionLimits, stage,
};
use conversimple_guard::consent::Consent;
use conversimple_guard::reply::{Clear, Sealed};
use conversimple_wire::tool::{Role, ToolCall};
use conversimple_wire::{AgentId, Code, ConversationId};
use futures_util::FutureExt;
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::conversation::{Conversation, State};
use crate::error::AgentError;
use crate::failure::Reply;
use crate::heads::AuditFiles;
use crate::login;
use crate::record::{Record, Recorder};
use crate::tool::{Answered, Permitted};
use crate::toolbox::{Ready, Toolbox};

/// Bodies that run at a time; others wait within their deadline.
const BODIES_LIMIT: usize = 64;

/// Callers and accounts whose failed logins are remembered.
const ATTEMPTS_CAPACITY: usize = 16_384;

/// What one process answers with.
pub(crate) struct Dispatcher<A> {
    agent: Arc<A>,
    toolbox: Toolbox<A>,
    rooms: Mutex<HashMap<ConversationId, Arc<ConversationState>>>,
    quotas: Mutex<Quotas>,
    attempts: Mutex<LoginAttempts>,
    /// One login at a time: attempts that are made at once must not all slip through before the first has failed.
    logins: tokio::sync::Mutex<()>,
    bodies: Semaphore,
    recorder: Recorder,
    started: Instant,
}

/// What is kept of one conversation.
pub(crate) struct ConversationState {
    session: Mutex<Session>,
    state: Arc<State>,
}

/// How a call ended, before it is told.
enum Outcome {
    Result(Value),
    Refused(Refusal),
    Failed(String),
}

impl<A: Send + Sync + 'static> Dispatcher<A> {
    pub(crate) fn open(
        agent: A,
        toolbox: Toolbox<A>,
        agent_id: AgentId,
        audit: Option<&AuditFiles>,
    ) -> Result<Self, AgentError> {
        Ok(Self {
            agent: Arc::new(agent),
            toolbox,
            rooms: Mutex::new(HashMap::new()),
            quotas: Mutex::new(Quotas::new()),
            attempts: Mutex::new(LoginAttempts::new(ATTEMPTS_CAPACITY)),
            logins: tokio::sync::Mutex::new(()),
            bodies: Semaphore::new(BODIES_LIMIT),
            recorder: Recorder::open(agent_id, audit)?,
            started: Instant::now(),
        })
    }

    /// A conversation began: nobody is logged in.
    pub(crate) fn began(&self, conversation: &ConversationId) {
        let room = ConversationState {
            session: Mutex::new(Session::new(conversation.clone(), SessionLimits::default())),
            state: Arc::new(State::begun()),
        };
        lock(&self.rooms).insert(conversation.clone(), Arc::new(room));
        tracing::info!(%conversation, "conversation began");
    }

    /// A conversation ended: its login and state are gone.
    pub(crate) fn ended(&self, conversation: &ConversationId) {
        if let Some(room) = lock(&self.rooms).remove(conversation) {
            lock(&room.session).log_out();
            room.state.end();
        }
        lock(&self.quotas).close(conversation);
        tracing::info!(%conversation, "conversation ended");
    }

    /// The conversation that has this id now. To be asked for when a call comes in: a later one may have the same id.
    pub(crate) fn room(&self, conversation: &ConversationId) -> Option<Arc<ConversationState>> {
        lock(&self.rooms).get(conversation).cloned()
    }

    /// A call on top of all that run.
    pub(crate) fn overloaded(&self, call: &ToolCall, room: Option<&ConversationState>) -> Value {
        let refusal = Refusal::from(Code::ServiceUnavailable);
        self.tell(call, room, Outcome::Refused(refusal), Duration::ZERO)
    }

    /// Answers a call. The answer is always something that may be heard.
    pub(crate) async fn answer(&self, call: &ToolCall, room: Option<&ConversationState>) -> Value {
        let begun = Instant::now();
        let deadline = Duration::from_secs_f64(call.timeout_seconds);
        let walk = AssertUnwindSafe(self.walk(call, room)).catch_unwind();
        let outcome = match tokio::time::timeout(deadline, walk).await {
            Ok(Ok(Ok(value))) => Outcome::Result(value),
            Ok(Ok(Err(failure))) => match failure.split() {
                Ok(refusal) => Outcome::Refused(refusal),
                Err(cause) => Outcome::Failed(cause.to_string()),
            },
            // The panic's own words went to the log, masked, by the hook of `log::init`.
            Ok(Err(_)) => Outcome::Failed("the tool panicked".to_owned()),
            Err(_) => Outcome::Refused(Code::ToolTimeout.into()),
        };
        self.tell(call, room, outcome, begun.elapsed())
    }

    async fn walk(&self, call: &ToolCall, room: Option<&ConversationState>) -> Reply<Value> {
        let tool = self.toolbox.find(&call.tool_name);
        // Logins wait for each other before they take a turn, so that many of them hold up nobody else.
        let login = match tool.map(|tool| tool.policy.role()) {
            Some(Role::Login) => Some(self.logins.lock().await),
            _ => None,
        };
        let turn = self.bodies.acquire().await?;
        // It may have ended while the call waited for its turn.
        let room = room.filter(|room| !room.state.is_over());
        let room = room.ok_or_else(|| Refusal::from(Code::Unauthorized))?;
        let checked = Call::received(call.clone())
            .sized()?
            .identified(
                tool.map(|tool| &tool.policy),
                Some(&mut lock(&room.session)),
                self.now(),
            )?
            .limited(&mut lock(&self.quotas), self.now())?
            .validated()?;
        let tool = tool.ok_or_else(|| Refusal::from(Code::ToolNotFound))?;
        let result = match tool.policy.role() {
            Role::Login => self.log_in(tool, checked, room).await,
            Role::Logout => {
                // First, so that a body that fails leaves nobody logged in.
                lock(&room.session).log_out();
                Ok(plain(self.run(tool, checked, room).await?.0))
            }
            Role::Ordinary => Ok(plain(self.run(tool, checked, room).await?.0)),
        };
        drop((turn, login));
        result
    }

    /// The stages from the own things on, and the body.
    async fn run(
        &self,
        tool: &Ready<A>,
        checked: Call<stage::Validated>,
        room: &ConversationState,
    ) -> Reply<(Answered, Option<LoginTicket>)> {
        let mut proofs = Vec::new();
        let mut owned = HashMap::new();
        for claim in checked.claims()? {
            let argument = claim.argument().to_owned();
            let finder = tool
                .finders
                .get(&argument)
                .ok_or("every own argument has its lookup")?;
            let (proof, thing) = finder(self.agent.clone(), claim).await?;
            proofs.push(proof);
            owned.insert(argument, thing);
        }
        let mut permit = checked.owned(&proofs)?.permitted(
            // The caller's yes was heard by the platform, which sends nothing before it.
            Consent::HeldByPlatform,
            &mut lock(&self.quotas),
            self.now(),
        )?;
        let ticket = permit.login();
        let spending = permit.spending().cloned();
        let permitted = Permitted {
            arguments: permit.take_arguments(),
            conversation: Conversation::new(permit.conversation_id().clone(), room.state.clone()),
            permit,
            owned,
        };
        let answered = (tool.body)(self.agent.clone(), permitted).await;
        if answered.is_err()
            && let Some(spending) = spending
        {
            lock(&self.quotas).refund(&spending);
        }
        Ok((answered?, ticket))
    }

    /// A login, one at a time: how often it may fail is counted by conversation and by account, whether the account exists
    /// or not.
    async fn log_in(
        &self,
        tool: &Ready<A>,
        checked: Call<stage::Validated>,
        room: &ConversationState,
    ) -> Reply<Value> {
        let caller = checked.conversation_id().to_string();
        let accounts = tool.policy.accounts(checked.arguments());
        lock(&self.attempts).check(&caller, &accounts, self.now())?;
        let (answered, ticket) = self.run(tool, checked, room).await?;
        let identity = match answered {
            Answered::Login(login) => login.identity(),
            Answered::Result(_) => None,
        };
        let Some((identity, ticket)) = identity.zip(ticket) else {
            lock(&self.attempts).failed(&caller, &accounts, self.now());
            lock(&room.session).log_out();
            return Ok(login::refused_answer());
        };
        lock(&self.attempts).succeeded(&caller, &accounts);
        lock(&room.session).log_in(ticket, &identity.id, self.now())?;
        Ok(login::accepted_answer(&identity.name))
    }

    /// Makes the record and the answer.
    fn tell(
        &self,
        call: &ToolCall,
        room: Option<&ConversationState>,
        outcome: Outcome,
        took: Duration,
    ) -> Value {
        let tool = self.toolbox.find(&call.tool_name);
        let arguments = tool.map(|tool| tool.shown(&call.arguments));
        let who = room.and_then(|room| {
            let session = lock(&room.session);
            let caller = session.whose(self.now())?;
            Some(caller.id().to_owned())
        });
        let (sealed, cause) = match outcome {
            Outcome::Result(value) => {
                let sealed = Clear::new(value).masked().sealed();
                let cause = sealed
                    .too_large()
                    .then(|| "the result is too large".to_owned());
                (sealed, cause)
            }
            Outcome::Refused(refusal) => (Sealed::refused(&refusal), None),
            Outcome::Failed(cause) => (Sealed::failed(), Some(cause)),
        };
        self.recorder.write(&Record {
            call,
            tool: tool.map(|tool| tool.policy.name()),
            who,
            code: sealed.code(),
            arguments,
            cause: cause.as_deref(),
            took,
        });
        sealed.into_value()
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }
}

/// Only a login tool's body gives a login, which its signature says.
fn plain(answered: Answered) -> Value {
    match answered {
        Answered::Result(value) => value,
        Answered::Login(_) => login::refused_answer(),
    }
}

/// A lock whose holder panicked guards counters and maps that are whole after every step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
