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
struct SumKey {
    who: Payer,
    tool: String,
    /// Which of the tool's sums.
    number: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Payer {
    Caller(String),
    Conversation(ConversationId),
}

/// The counters of one tenant's calls.
pub struct Quotas {
    counts: Limiter<Key>,
    sums: SumLimit<SumKey>,
    tenant: Option<(CustomerId, Rate)>,
}

/// What a call took of the sums of its tool.
#[derive(Clone, Default)]
pub struct Spending {
    taken: Vec<(SumKey, Decimal)>,
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

    /// Gives back what a call took that then did not run.
    pub fn refund(&mut self, spending: &Spending) {
        for (key, value) in &spending.taken {
            self.sums.refund(key, *value);
        }
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
        if let Some(rate) = policy.limit() {
            wanted.push((Key::Tool(conversation_id.clone(), tool.clone()), rate));
        }
        if let (Some(rate), Some(caller)) = (policy.caller_limit(), caller) {
            wanted.push((Key::Caller(caller.id().to_owned(), tool), rate));
        }
        if let Some((_, rate)) = &self.tenant {
            wanted.push((Key::Tenant, *rate));
        }
        self.counts.admit_all(&wanted, now)
    }

    /// Takes from every sum of the tool, or from none.
    pub(super) fn spend(
        &mut self,
        policy: &Policy,
        call: &ToolCall,
        caller: Option<&Caller>,
        now: Duration,
    ) -> Result<Option<Spending>, Refusal> {
        let mut spending = Spending::default();
        for (number, sum) in policy.sums().iter().enumerate() {
            let Some(value) = summed(call, &sum.argument)? else {
                continue;
            };
            let who = match caller {
                Some(caller) => Payer::Caller(caller.id().to_owned()),
                None => Payer::Conversation(call.conversation_id.clone()),
            };
            let key = SumKey {
                who,
                tool: policy.name().to_owned(),
                number,
            };
            if let Err(refusal) = self.sums.spend(key.clone(), sum.rate, value, now) {
                self.refund(&spending);
                return Err(refusal);
            }
            spending.taken.push((key, value));
        }
        Ok((!spending.taken.is_empty()).then_some(spending))
    }
}

/// The value of an argument that is summed, if the call has it.
fn summed(call: &ToolCall, argument: &str) -> Result<Option<Decimal>, Code> {
    match call.arguments.get(argument) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => {
            let value = schema::exact_decimal(number).ok_or(Code::InvalidType)?;
            Ok(Some(value))
        }
        Some(_) => Err(Code::InvalidType),
    }
}
