//! The audit trail of one conversation: one record a decision, written before the decision has an effect.

use std::sync::Arc;

use conversimple_guard::audit::{Record, Verdict};
use conversimple_store::{Chain, Tenant};
use conversimple_wire::{CallId, ConversationId, CustomerId, TurnId};
use serde_json::{Map, Value};

use crate::audit_event::AuditEvent;
use crate::clock;
use crate::platform::Platform;

/// What a record says of a call. The arguments are masked before they come here.
pub(super) struct Entry {
    pub(super) call_id: CallId,
    pub(super) turn: TurnId,
    pub(super) tool: String,
    pub(super) arguments: Map<String, Value>,
    /// The caller who is logged in, as the agent named them.
    pub(super) who: Option<String>,
    /// The public code of a refusal.
    pub(super) refused: Option<String>,
}

pub(super) struct AuditWriter {
    platform: Arc<Platform>,
    chain: Chain,
    customer_id: CustomerId,
    id: ConversationId,
    /// The record of the key that the agent came with.
    key_id: Option<String>,
}

impl AuditWriter {
    pub(super) fn new(platform: Arc<Platform>, tenant: &Tenant, id: ConversationId) -> Self {
        Self {
            platform,
            chain: Chain::of(tenant),
            customer_id: tenant.customer_id().clone(),
            id,
            key_id: None,
        }
    }

    /// The agent is there, with this key.
    pub(super) fn agent_came(&mut self, key_id: &str) {
        self.key_id = Some(key_id.to_owned());
    }

    /// Writes a record; false when it could not be written, and then nothing may follow from the decision.
    pub(super) async fn write(&self, event: AuditEvent, entry: Entry) -> bool {
        let (verdict, code) = match entry.refused {
            None => (Verdict::Allowed, None),
            Some(code) if event == AuditEvent::ToolOutcome => (Verdict::Failed, Some(code)),
            Some(code) => (Verdict::Refused, Some(code)),
        };
        let mut record = Record::new(clock::now(), event.as_str(), verdict);
        record.customer_id = Some(self.customer_id.clone());
        record.conversation_id = Some(self.id.clone());
        record.turn = Some(entry.turn);
        record.call_id = Some(entry.call_id);
        record.tool = Some(entry.tool);
        record.key_id.clone_from(&self.key_id);
        record.who = entry.who;
        record.code = code;
        record.arguments = Some(entry.arguments);
        match self.platform.store.append_audit(&self.chain, record).await {
            Ok(_) => true,
            Err(error) => {
                tracing::error!(conversation = %self.id, %error, "an audit record could not be written");
                false
            }
        }
    }
}
