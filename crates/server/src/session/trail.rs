//! The audit trail of one conversation: one record a decision, written before the decision has an effect.

use std::sync::Arc;

use conversimple_store::{Chain, Tenant};
use conversimple_wire::{CallId, ConversationId, TurnId};
use serde_json::{Value, json};

use crate::clock;
use crate::platform::Platform;

/// What a record says of a call. The arguments are masked before they come here.
pub(super) struct Entry {
    pub(super) call_id: CallId,
    pub(super) turn: TurnId,
    pub(super) tool: String,
    pub(super) arguments: Value,
    /// The caller who is logged in, as the agent named them.
    pub(super) who: Option<String>,
    /// `allowed` or a public code.
    pub(super) verdict: String,
}

pub(super) struct Trail {
    platform: Arc<Platform>,
    chain: Chain,
    id: ConversationId,
}

impl Trail {
    pub(super) fn new(platform: Arc<Platform>, tenant: &Tenant, id: ConversationId) -> Self {
        Self {
            platform,
            chain: Chain::of(tenant),
            id,
        }
    }

    /// Writes a record; false when it could not be written, and then nothing may follow from the decision.
    pub(super) async fn write(&self, event: &str, entry: Entry) -> bool {
        let body = json!({
            "at": clock::rfc3339_now(), "event": event, "conversation_id": self.id, "call_id": entry.call_id,
            "turn": entry.turn, "tool": entry.tool, "who": entry.who, "verdict": entry.verdict,
            "arguments": entry.arguments,
        });
        match self
            .platform
            .store
            .append_audit(&self.chain, body.to_string())
            .await
        {
            Ok(_) => true,
            Err(error) => {
                tracing::error!(conversation = %self.id, %error, "an audit record could not be written");
                false
            }
        }
    }
}
