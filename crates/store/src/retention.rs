//! Forgetting: what is older than the operator keeps is deleted, a little at a time so that nobody waits.
//!
//! The audit chain is not touched here: taking records out of it would break it.

use conversimple_wire::ConversationId;

use crate::error::Result;
use crate::stamp::{Moment, millis};
use crate::store::Store;
use crate::tenant::{Operator, Tenant};

/// What was deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Conversations, with their turns and calls.
    pub conversations: u64,
    /// Hours of the count of requests.
    pub key_uses: u64,
}

impl Store {
    /// Deletes at most `limit` conversations that ended before `before`, and the counts of requests before it. To be called again
    /// while it finds `limit`.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn forget_before(
        &self,
        _: &Operator,
        before: Moment,
        limit: u32,
    ) -> Result<Forgotten> {
        let conversations = sqlx::query(
            "DELETE FROM conversations WHERE id IN
                (SELECT id FROM conversations WHERE ended_at < $1 ORDER BY ended_at LIMIT $2)",
        )
        .bind(millis(before))
        .bind(i64::from(limit))
        .execute(self.write())
        .await?
        .rows_affected();
        let key_uses = sqlx::query("DELETE FROM key_uses WHERE hour < $1")
            .bind(crate::pending_uses::hour(before))
            .execute(self.write())
            .await?
            .rows_affected();
        Ok(Forgotten {
            conversations,
            key_uses,
        })
    }

    /// Deletes a conversation with its turns and calls; false when it is not the tenant's.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn forget_conversation(&self, tenant: &Tenant, id: &ConversationId) -> Result<bool> {
        let done = sqlx::query("DELETE FROM conversations WHERE id = $1 AND customer_id = $2")
            .bind(id.as_str())
            .bind(tenant.as_str())
            .execute(self.write())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}
