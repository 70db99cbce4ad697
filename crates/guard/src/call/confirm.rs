//! The caller's yes, and what exactly it was said to.
//!
//! A yes is bound to a digest of the tool and its arguments in one conversation, and is used up by the call that it
//! permits: another amount, another payee or a second time needs another yes. Decides nothing about what counts as a
//! yes in speech; that is the conversation's.

use conversimple_wire::ConversationId;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::canonical;

/// SHA-256 over the canonical text of `{"arguments": …, "tool": …}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ArgumentsDigest([u8; 32]);

impl ArgumentsDigest {
    /// The digest of a tool and its arguments. The order of the arguments does not matter; that of a list's does, and 1
    /// is not 1.0.
    pub fn of(tool: &str, arguments: &Map<String, Value>) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"{\"arguments\":");
        hash.update(canonical::map_to_text(arguments));
        hash.update(b",\"tool\":");
        hash.update(json!(tool).to_string());
        hash.update(b"}");
        Self(hash.finalize().into())
    }

    /// The digest's bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// That the caller said yes. Made where the caller is heard; it cannot be copied, so it permits one call.
#[must_use = "a yes that nothing uses permits nothing"]
pub struct Yes {
    conversation_id: ConversationId,
    digest: ArgumentsDigest,
}

impl Yes {
    /// The caller of this conversation said yes to what was read back, which had this digest.
    pub fn to(conversation_id: ConversationId, digest: ArgumentsDigest) -> Self {
        Self {
            conversation_id,
            digest,
        }
    }

    pub(super) fn covers(&self, conversation_id: &ConversationId, digest: ArgumentsDigest) -> bool {
        self.conversation_id == *conversation_id && self.digest == digest
    }
}

impl std::fmt::Debug for Yes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Yes")
            .field("conversation_id", &self.conversation_id)
            .finish_non_exhaustive()
    }
}

/// On what ground a call goes ahead.
#[derive(Debug)]
pub enum Consent {
    /// Nobody was asked: enough for a tool that does not ask.
    None,
    /// The caller's word.
    Spoken(Yes),
    /// The platform, which hears the caller, has held the call back until the yes. This is what an agent says, because
    /// the protocol carries no proof of a yes: an agent trusts its platform in this.
    HeldByPlatform,
}
