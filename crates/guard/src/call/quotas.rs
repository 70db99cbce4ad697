//! The limits that a call counts against: its tool in the conversation, its caller, its tenant, and sums.
//!
//! Decides which keys are counted. How counting works is the quota module's.

use std::fmt;
use std::time::Duration;

use conversimple_wire::tool::ToolCall;
use conversimple_wire::{Code, ConversationId, CustomerId};
use rust_decimal::Decimal;
use serde_json::Value;

use super::{Caller, Policy};
use crate::quota::{Limiter, Rate, SumLimit};
use crate::refusal::Refusal;
use crate::schema;

/// How many keys each limit remembers.
const KEYS_LIMIT: usize = 16_384;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Tool(ConversationId, String),
    Caller(String, String),
    Tenant,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum SumKey {
    Caller(String, String),
    Conversation(ConversationId, String),
}

/// The counters of one tenant's calls.
pub struct Quotas {
    counts: Limiter<Key>,
    sums: SumLimit<SumKey>,
    tenant: Option<(CustomerId, Rate)>,
}

/// What a call took of a sum.
#[derive(Clone)]
pub struct Spending {
    key: SumKey,
    value: Decimal,
}

impl fmt::Debug for Quotas {
    /// Without the keys, which name callers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Quotas")
            .field("keys", &self.counts.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Spending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spending").finish_non_exhaustive()
    }
}

impl Default for Quotas {
    fn default() -> Self {
        Self::new()
    }
}

impl Quotas {
    /// Counters with no limit on the tenant as a whole.
    pub fn new() -> Self {
        Self {
            counts: Limiter::new(KEYS_LIMIT),
            sums: SumLimit::new(KEYS_LIMIT),
            tenant: None,
        }
    }

    /// Counters with a limit on all calls of the tenant together.
    pub fn of_tenant(customer_id: CustomerId, rate: Rate) -> Self {
        Self {
            tenant: Some((customer_id, rate)),
            ..Self::new()
        }
    }

    /// A conversation is over: its counts are dropped, those of its caller stay.
    pub fn close(&mut self, conversation_id: &ConversationId) {
        self.counts
            .retain(|key| !matches!(key, Key::Tool(of, _) if of == conversation_id));
    }

    /// Gives back what a call took of a sum that then did not run.
    pub fn refund(&mut self, spending: &Spending) {
        self.sums.refund(&spending.key, spending.value);
    }

    pub(super) fn admit(
        &mut self,
        policy: &Policy,
        conversation_id: &ConversationId,
        caller: Option<&Caller>,
        now: Duration,
    ) -> Result<(), Refusal> {
        let tool = policy.name().to_owned();
        let mut wanted = Vec::with_capacity(3);
        wanted.push((
            Key::Tool(conversation_id.clone(), tool.clone()),
            policy.limit(),
        ));
        if let (Some(rate), Some(caller)) = (policy.caller_limit(), caller) {
            wanted.push((Key::Caller(caller.id().to_owned(), tool), rate));
        }
        if let Some((_, rate)) = &self.tenant {
            wanted.push((Key::Tenant, *rate));
        }
        self.counts.admit_all(&wanted, now)
    }

    pub(super) fn spend(
        &mut self,
        policy: &Policy,
        call: &ToolCall,
        caller: Option<&Caller>,
        now: Duration,
    ) -> Result<Option<Spending>, Refusal> {
        let Some(sum) = policy.sum() else {
            return Ok(None);
        };
        let value = match call.arguments.get(&sum.argument) {
            None => return Ok(None),
            Some(Value::Number(number)) => {
                schema::exact_decimal(number).ok_or(Code::InvalidType)?
            }
            Some(_) => return Err(Code::InvalidType.into()),
        };
        let tool = policy.name().to_owned();
        let key = match caller {
            Some(caller) => SumKey::Caller(caller.id().to_owned(), tool),
            None => SumKey::Conversation(call.conversation_id.clone(), tool),
        };
        self.sums.spend(key.clone(), sum.rate, value, now)?;
        Ok(Some(Spending { key, value }))
    }
}
