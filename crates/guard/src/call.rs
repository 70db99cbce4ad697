//! The way of a tool call from what somebody asked for to what may run.
//!
//! Received → Sized → Identified → Limited → Validated → OwnThings → [`Permit`]. Each step takes the call and gives it
//! back one stage further or refuses it; there is no other way to a `Permit`, and a tool's body takes nothing else. The
//! platform and the SDK walk the same way, one behind the other. Decides nothing about transport, deadlines, or how a
//! result is told.
//!
//! The stages do not protect against a tool that does other things than its arguments say, nor against an ownership
//! lookup that answers wrongly.

mod accepts;
mod accounts;
mod attempts;
mod codes;
mod lists;
mod memory;
mod operator;
mod own;
mod permit;
mod policy;
mod quotas;
mod reason;
mod review;
mod session;
mod toolset;

use std::sync::Arc;
use std::time::Duration;

use conversimple_wire::tool::ToolCall;
use conversimple_wire::{CallId, Code, ConversationId};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::consent::{ArgumentsDigest, Consent};
use crate::refusal::Refusal;

pub use accepts::Accepts;
pub use attempts::{FAILURES_FREE, FAILURES_LIMIT, LoginAttempts};
pub use lists::Lists;
pub use memory::{Begin, CallMemory, MEMORY_COUNT};
pub use operator::{Oversight, check_policy, declaration_digest, text_digest};
pub use own::{Claim, Owned, Proof};
pub use permit::Permit;
pub use policy::{Author, OwnArgument, Policy, PolicyError, Sum};
pub use quotas::{Quotas, Spending};
pub use reason::Reason;
pub use session::{Caller, LoginTicket, Session, SessionLimits};
pub use toolset::{MONEY_DAY_LIMIT, MONEY_HOUR_LIMIT, MONEY_LIMIT, Toolset, loosened};

/// Largest arguments object, in bytes of its strings and names plus eight for every value.
pub const ARGUMENTS_LIMIT_BYTES: usize = 64 * 1024;

/// Deepest nesting of arguments: deeper than any declared tool, shallower than the parser allows.
pub const ARGUMENTS_DEPTH_LIMIT: usize = 16;

/// The stages, as types without values.
pub mod stage {
    /// As it came: strictly parsed by `wire`, nothing more.
    #[derive(Debug)]
    pub struct Received(());
    /// Not too large and not too deep.
    #[derive(Debug)]
    pub struct Sized(());
    /// Of a known conversation, and of a caller where the tool needs one.
    #[derive(Debug)]
    pub struct Identified(());
    /// Within every limit on counts.
    #[derive(Debug)]
    pub struct Limited(());
    /// With arguments as declared, in normal form.
    #[derive(Debug)]
    pub struct Validated(());
    /// Naming only things of the caller's own.
    #[derive(Debug)]
    pub struct OwnThings(());
}

/// A call at a stage.
#[must_use = "a call that goes no further neither runs nor is refused"]
pub struct Call<Stage> {
    facts: Facts,
    stage: std::marker::PhantomData<Stage>,
}

struct Facts {
    call: ToolCall,
    /// Known from `Identified` on.
    policy: Option<Arc<Policy>>,
    caller: Option<Caller>,
}

impl<Stage> Call<Stage> {
    /// The call's id.
    pub fn id(&self) -> &CallId {
        &self.facts.call.call_id
    }

    /// The conversation that it says it belongs to.
    pub fn conversation_id(&self) -> &ConversationId {
        &self.facts.call.conversation_id
    }

    /// Which tool.
    pub fn tool(&self) -> &str {
        &self.facts.call.tool_name
    }

    fn on<Next>(self) -> Call<Next> {
        Call {
            facts: self.facts,
            stage: std::marker::PhantomData,
        }
    }
}

impl<Stage> std::fmt::Debug for Call<Stage> {
    /// Id and tool; never the arguments.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call")
            .field("id", self.id())
            .field("tool", &self.facts.call.tool_name)
            .finish_non_exhaustive()
    }
}

impl Call<stage::Received> {
    /// A call as it came.
    pub fn received(call: ToolCall) -> Self {
        let facts = Facts {
            call,
            policy: None,
            caller: None,
        };
        Self {
            facts,
            stage: std::marker::PhantomData,
        }
    }

    /// Measures the arguments.
    ///
    /// # Errors
    /// `invalid_parameters` when they are over [`ARGUMENTS_LIMIT_BYTES`] or [`ARGUMENTS_DEPTH_LIMIT`].
    pub fn sized(self) -> Result<Call<stage::Sized>, Refusal> {
        if fits(&self.facts.call.arguments) {
            Ok(self.on())
        } else {
            Err(Code::InvalidParameters.into())
        }
    }
}

/// Whether arguments are within [`ARGUMENTS_LIMIT_BYTES`] and [`ARGUMENTS_DEPTH_LIMIT`]. What is not is worth no record of
/// its own: it may be too deep to be read back.
pub fn fits(arguments: &Map<String, Value>) -> bool {
    let mut room = ARGUMENTS_LIMIT_BYTES;
    arguments.iter().all(|(name, value)| {
        take(&mut room, name.len())
            .and_then(|()| measure(value, ARGUMENTS_DEPTH_LIMIT, &mut room))
            .is_some()
    })
}

fn measure(value: &Value, depth: usize, room: &mut usize) -> Option<()> {
    take(room, 8)?;
    match value {
        Value::String(text) => take(room, text.len()),
        Value::Array(items) => {
            let depth = depth.checked_sub(1)?;
            items.iter().try_for_each(|item| measure(item, depth, room))
        }
        Value::Object(map) => {
            let depth = depth.checked_sub(1)?;
            map.iter().try_for_each(|(name, item)| {
                take(room, name.len())?;
                measure(item, depth, room)
            })
        }
        _ => Some(()),
    }
}

fn take(room: &mut usize, bytes: usize) -> Option<()> {
    *room = room.checked_sub(bytes)?;
    Some(())
}

impl Call<stage::Sized> {
    /// Finds out who asks. The policy is that of the tool named, the session that of the conversation named; without
    /// either there is nothing to call.
    ///
    /// # Errors
    /// `tool_not_found`, `conversation_not_found`, `authentication_required`, `step_up_required`.
    pub fn identified(
        mut self,
        policy: Option<&Arc<Policy>>,
        session: Option<&mut Session>,
        now: Duration,
    ) -> Result<Call<stage::Identified>, Refusal> {
        let session = session
            .filter(|session| session.conversation_id() == self.conversation_id())
            .ok_or(Code::ConversationNotFound)?;
        let policy = policy
            .filter(|policy| policy.name() == self.tool())
            .ok_or(Code::ToolNotFound)?;
        let caller = session.caller(now);
        if policy.needs_caller() {
            let caller = caller.as_ref().ok_or(Code::AuthenticationRequired)?;
            let fresh = |most: Duration| now.saturating_sub(caller.logged_in_at()) <= most;
            if !policy.step_up().is_none_or(fresh) {
                return Err(Code::StepUpRequired.into());
            }
        }
        self.facts.caller = caller;
        self.facts.policy = Some(Arc::clone(policy));
        Ok(self.on())
    }
}

impl Call<stage::Identified> {
    /// Counts the call against every limit on counts.
    ///
    /// # Errors
    /// `rate_limit_exceeded` with the time to wait.
    pub fn limited(
        self,
        quotas: &mut Quotas,
        now: Duration,
    ) -> Result<Call<stage::Limited>, Refusal> {
        quotas.admit(
            self.policy()?,
            self.conversation_id(),
            self.facts.caller.as_ref(),
            now,
        )?;
        Ok(self.on())
    }
}

impl Call<stage::Limited> {
    /// Checks the arguments against the declaration and brings them into normal form.
    ///
    /// # Errors
    /// The declared codes, else `invalid_type` and `invalid_parameters`; every argument at fault is named.
    pub fn validated(mut self) -> Result<Call<stage::Validated>, Refusal> {
        let policy = Arc::clone(self.policy()?);
        let arguments = std::mem::take(&mut self.facts.call.arguments);
        self.facts.call.arguments = policy.schema().check(arguments)?;
        Ok(self.on())
    }

    /// As [`Call::validated`], after tokens were swapped for what they stand for in the arguments that take it. Other
    /// arguments are not offered to `resolve`: they keep the token. A secret is what the caller said: one that `resolve`
    /// does not know was made up by whoever asks for the call.
    ///
    /// # Errors
    /// As [`Call::validated`], and `invalid_parameters` for what `resolve` does not know.
    pub fn validated_with(
        mut self,
        resolve: impl FnMut(&Accepts, &str) -> Option<Zeroizing<String>>,
    ) -> Result<Call<stage::Validated>, Refusal> {
        let policy = Arc::clone(self.policy()?);
        policy.resolve(&mut self.facts.call.arguments, resolve)?;
        self.validated()
    }
}

impl Call<stage::Validated> {
    /// The arguments, in normal form.
    pub fn arguments(&self) -> &Map<String, Value> {
        &self.facts.call.arguments
    }

    /// What the call claims to be the caller's own. Each is answered by a lookup and comes back as a proof.
    ///
    /// # Errors
    /// `unauthorized` when an argument that should be an id is none; `authentication_required` without a caller.
    pub fn claims(&self) -> Result<Vec<Claim>, Refusal> {
        let policy = self.policy()?;
        let mut claims = Vec::new();
        for own in policy.own() {
            let ids: Vec<&str> = match self.facts.call.arguments.get(&own.name) {
                None | Some(Value::Null) => continue,
                Some(Value::String(id)) => vec![id],
                Some(Value::Array(items)) => items
                    .iter()
                    .map(Value::as_str)
                    .collect::<Option<_>>()
                    .ok_or(Code::Unauthorized)?,
                Some(_) => return Err(Code::Unauthorized.into()),
            };
            let caller = self
                .facts
                .caller
                .as_ref()
                .ok_or(Code::AuthenticationRequired)?;
            claims.extend(
                ids.into_iter()
                    .map(|id| Claim::new(self.id().clone(), own, id, caller.clone())),
            );
        }
        Ok(claims)
    }

    /// Accepts the proofs. There must be one for every claim, made for this very call.
    ///
    /// # Errors
    /// `unauthorized` when one is missing.
    pub fn owned(self, proofs: &[Proof]) -> Result<Call<stage::OwnThings>, Refusal> {
        let proven = |claim: &Claim| proofs.iter().any(|proof| proof.answers(claim));
        if self.claims()?.iter().all(proven) {
            Ok(self.on())
        } else {
            Err(Code::Unauthorized.into())
        }
    }
}

impl Call<stage::OwnThings> {
    /// The last step: the caller's consent where the tool asks for it, and the limit on sums.
    ///
    /// # Errors
    /// `confirmation_required` when there is no yes to exactly these arguments in this conversation;
    /// `rate_limit_exceeded` when the sum is spent.
    pub fn permitted(
        self,
        consent: Consent,
        quotas: &mut Quotas,
        now: Duration,
    ) -> Result<Permit, Refusal> {
        let digest = ArgumentsDigest::of(self.tool(), &self.facts.call.arguments);
        let policy = Arc::clone(self.policy()?);
        let agreed = match consent {
            Consent::None => !policy.confirm(),
            Consent::Spoken(yes) => yes.covers(self.conversation_id(), digest),
            Consent::HeldByPlatform => true,
        };
        if !agreed {
            return Err(Code::ConfirmationRequired.into());
        }
        let Facts { call, caller, .. } = self.facts;
        let spending = quotas.spend(&policy, &call, caller.as_ref(), now)?;
        Ok(Permit::new(policy, call, caller, spending))
    }
}

impl<Stage> Call<Stage> {
    /// Every stage from `Identified` on has a policy; the error is for a compiler that cannot know.
    fn policy(&self) -> Result<&Arc<Policy>, Refusal> {
        self.facts
            .policy
            .as_ref()
            .ok_or_else(|| Code::ToolNotFound.into())
    }
}

#[cfg(test)]
mod tests;
