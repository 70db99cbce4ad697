//! Forgetting by the calendar: `--keep-days`.
//!
//! Decides when the store is asked to forget, and that it is written down. What is forgotten, conversations with what was said
//! and called in them and the hourly counts of requests, is decided by the store; audit records are not.

use std::time::Duration;

use conversimple_guard::audit::{Record, Verdict};
use conversimple_store::{Chain, Forgotten, Moment, Operator, Store};
use serde_json::json;

use crate::clock::now;

/// How often what has become old is looked for.
const EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// Conversations that are forgotten at a time, so that nobody who writes waits for long.
const AT_A_TIME: u32 = 100;

/// Forgets at the start and once a day, until the store is closed.
pub(crate) async fn keep(store: Store, days: u16) {
    loop {
        let before = now().saturating_sub(Duration::from_secs(u64::from(days) * 86_400));
        match forget(&store, before).await {
            Ok(_) => {}
            Err(conversimple_store::Error::Closed) => return,
            Err(error) => {
                tracing::error!(code = error.code(), "what is old could not be forgotten");
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Forgets everything that ended before a moment and writes down that it did, if there was anything.
async fn forget(store: &Store, before: Moment) -> Result<Forgotten, conversimple_store::Error> {
    let operator = Operator::acting();
    let mut all = Forgotten::default();
    loop {
        let some = store.forget_before(&operator, before, AT_A_TIME).await?;
        all.conversations += some.conversations;
        all.key_uses += some.key_uses;
        if some.conversations < u64::from(AT_A_TIME) {
            break;
        }
        tokio::task::yield_now().await;
    }
    if all != Forgotten::default() {
        let before_ms = u64::try_from(before.as_millis()).unwrap_or(u64::MAX);
        let mut record = Record::new(now(), "retention", Verdict::Allowed);
        record.arguments =
            json!({"before_ms": before_ms, "conversations": all.conversations, "key_uses": all.key_uses})
                .as_object()
                .cloned();
        store
            .append_audit(&Chain::platform(&operator), record)
            .await?;
        tracing::info!(
            conversations = all.conversations,
            "what was older than --keep-days was forgotten"
        );
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use conversimple_guard::seal::KeyRing;
    use conversimple_store::{Address, ConversationFilter, NewConversation, Slice, Tenant};
    use conversimple_wire::{AgentId, ConversationId, CustomerId};

    #[tokio::test]
    async fn old_conversations_are_deleted_and_audited() {
        let folder = tempfile::tempdir().expect("a folder");
        let ring = KeyRing::new_key(crate::data::random().expect("bytes").into());
        let ring = KeyRing::parse(&ring).expect("a key");
        let store = Store::open(&Address::file(folder.path().join("a.db")), ring)
            .await
            .expect("a store");
        let operator = Operator::acting();
        let second = Duration::from_secs(1);
        let customer = CustomerId::parse("cust_1").expect("an id");
        let customer = store
            .ensure_customer(&operator, "acme", customer, second)
            .await
            .expect("a customer");
        let tenant = Tenant::by_operator(&operator, customer.id);
        let count = 5 * AT_A_TIME + 2;
        for number in 0..count {
            let new = NewConversation {
                id: ConversationId::parse(format!("conv_{number}")).expect("an id"),
                agent_id: AgentId::parse("bank").expect("an id"),
                channel: "widget".into(),
            };
            let begun = store.start_conversation(&tenant, &new, second).await;
            begun.expect("a conversation");
            let ended = store
                .end_conversation(&tenant, &new.id, second * (number + 1))
                .await;
            assert!(ended.expect("an end"));
        }
        let all = forget(&store, second * (count - 1))
            .await
            .expect("forgotten");
        assert_eq!(all.conversations, u64::from(count) - 2);
        let left = store
            .conversations(&tenant, &ConversationFilter::default(), Slice::default())
            .await
            .expect("a list");
        assert_eq!(left.total_count, 2);
        let nothing = forget(&store, second * (count - 1)).await.expect("nothing");
        assert_eq!(nothing, Forgotten::default());
        let trail = store
            .audit_tail(&Chain::platform(&operator), 9)
            .await
            .expect("a trail");
        assert_eq!(trail.len(), 1);
        assert!(
            trail[0].body.contains("\"conversations\":500"),
            "{}",
            trail[0].body
        );
    }
}
