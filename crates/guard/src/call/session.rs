//! Who a conversation belongs to, and for how long.
//!
//! Decides when a login holds: from the login tool's success to its logout, an idle time, an absolute time or the end of
//! the conversation. A [`Caller`] comes out of a live session and from nowhere else. Does not decide whether a name and a
//! password are right, and does not recognise a voice: a voice is never a factor.

use std::sync::Arc;
use std::time::Duration;

use conversimple_wire::{Code, ConversationId};

use crate::refusal::Refusal;

/// How long a login holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Without any call.
    pub idle: Duration,
    /// In all.
    pub absolute: Duration,
}

impl Default for SessionLimits {
    /// 15 minutes idle and 60 in all: a telephone call's measure, well inside the 30 minutes and 12 hours that NIST SP
    /// 800-63B sets for its second assurance level.
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(15 * 60),
            absolute: Duration::from_secs(60 * 60),
        }
    }
}

/// Somebody who proved in this conversation who they are.
#[derive(Clone, PartialEq, Eq)]
pub struct Caller {
    id: Arc<str>,
    logged_in_at: Duration,
}

impl Caller {
    /// The customer's own id of the person.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When the login was.
    pub fn logged_in_at(&self) -> Duration {
        self.logged_in_at
    }
}

impl std::fmt::Debug for Caller {
    /// Without the id, which is often a name.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Caller").finish_non_exhaustive()
    }
}

/// The right to say who the caller of one conversation is. A permit for a login tool gives it.
#[derive(Debug)]
#[must_use = "a ticket that is dropped logs nobody in"]
pub struct LoginTicket {
    conversation_id: ConversationId,
}

impl LoginTicket {
    pub(super) fn new(conversation_id: ConversationId) -> Self {
        Self { conversation_id }
    }
}

/// The login state of one conversation.
#[derive(Debug)]
pub struct Session {
    conversation_id: ConversationId,
    limits: SessionLimits,
    login: Option<Login>,
}

#[derive(Debug)]
struct Login {
    caller: Caller,
    last_seen: Duration,
}

impl Session {
    /// A conversation that is nobody's yet.
    pub fn new(conversation_id: ConversationId, limits: SessionLimits) -> Self {
        Self {
            conversation_id,
            limits,
            login: None,
        }
    }

    /// The conversation.
    pub fn conversation_id(&self) -> &ConversationId {
        &self.conversation_id
    }

    /// Makes the conversation somebody's. A second login replaces the first.
    ///
    /// # Errors
    /// `conversation_not_found` for a ticket of another conversation, `invalid_credentials` for an empty id.
    pub fn log_in(
        &mut self,
        ticket: LoginTicket,
        id: &str,
        now: Duration,
    ) -> Result<Caller, Refusal> {
        if ticket.conversation_id != self.conversation_id {
            return Err(Code::ConversationNotFound.into());
        }
        if id.is_empty() {
            return Err(Code::InvalidCredentials.into());
        }
        let caller = Caller {
            id: id.into(),
            logged_in_at: now,
        };
        self.login = Some(Login {
            caller: caller.clone(),
            last_seen: now,
        });
        Ok(caller)
    }

    /// Makes the conversation nobody's again.
    pub fn log_out(&mut self) {
        self.login = None;
    }

    /// Whose the conversation is now. Asking counts as activity.
    pub fn caller(&mut self, now: Duration) -> Option<Caller> {
        if !self.is_live(now) {
            self.login = None;
        }
        let login = self.login.as_mut()?;
        login.last_seen = login.last_seen.max(now);
        Some(login.caller.clone())
    }

    /// Whose the conversation is now, without counting as activity: for records.
    pub fn whose(&self, now: Duration) -> Option<&Caller> {
        let login = self.login.as_ref().filter(|_| self.is_live(now))?;
        Some(&login.caller)
    }

    /// Whether somebody is logged in, without counting as activity.
    pub fn is_live(&self, now: Duration) -> bool {
        self.login.as_ref().is_some_and(|login| {
            now.saturating_sub(login.last_seen) < self.limits.idle
                && now.saturating_sub(login.caller.logged_in_at) < self.limits.absolute
        })
    }
}
