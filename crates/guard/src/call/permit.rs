//! The proof that a call went through every stage, and what its tool may use.
//!
//! Made only by the last stage of a call and used up by the tool that runs with it. Decides nothing itself.

use std::sync::Arc;

use conversimple_wire::tool::{Role, ToolCall};
use conversimple_wire::{CallId, ConversationId};
use serde_json::{Map, Value};

use super::{Caller, LoginTicket, Policy, Spending};

/// The right to run one tool once with exactly these arguments.
#[must_use = "a permit that is dropped runs nothing"]
pub struct Permit {
    policy: Arc<Policy>,
    call: ToolCall,
    caller: Option<Caller>,
    spending: Option<Spending>,
}

impl Permit {
    pub(super) fn new(
        policy: Arc<Policy>,
        call: ToolCall,
        caller: Option<Caller>,
        spending: Option<Spending>,
    ) -> Self {
        Self {
            policy,
            call,
            caller,
            spending,
        }
    }

    /// The call.
    pub fn call_id(&self) -> &CallId {
        &self.call.call_id
    }

    /// The conversation.
    pub fn conversation_id(&self) -> &ConversationId {
        &self.call.conversation_id
    }

    /// Which tool.
    pub fn tool(&self) -> &str {
        &self.call.tool_name
    }

    /// The tool's rules.
    pub fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }

    /// Who asks, if the conversation is somebody's.
    pub fn caller(&self) -> Option<&Caller> {
        self.caller.as_ref()
    }

    /// The arguments, checked and in normal form. Secret ones are in clear here.
    pub fn arguments(&self) -> &Map<String, Value> {
        &self.call.arguments
    }

    /// Takes the arguments out, so that secret ones need not be copied.
    pub fn take_arguments(&mut self) -> Map<String, Value> {
        std::mem::take(&mut self.call.arguments)
    }

    /// The arguments as they may be shown and recorded.
    pub fn shown_arguments(&self) -> Map<String, Value> {
        self.policy.without_secrets(&self.call.arguments)
    }

    /// The call as it goes on to the agent.
    pub fn call(&self) -> &ToolCall {
        &self.call
    }

    /// What the call took of a limit on sums, to give back if nothing happened.
    pub fn spending(&self) -> Option<&Spending> {
        self.spending.as_ref()
    }

    /// The right to say who the caller is: a login tool has it, no other.
    pub fn login(&self) -> Option<LoginTicket> {
        (self.policy.role() == Role::Login)
            .then(|| LoginTicket::new(self.call.conversation_id.clone()))
    }
}

impl std::fmt::Debug for Permit {
    /// Id and tool; never the arguments.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Permit")
            .field("call_id", self.call_id())
            .field("tool", &self.call.tool_name)
            .finish_non_exhaustive()
    }
}
