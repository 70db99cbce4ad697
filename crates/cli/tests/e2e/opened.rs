//! What stands sealed in a platform's database, opened with the key of its data folder: who looks for words in the file alone
//! would find none, whatever was written there.

use std::path::Path;

use conversimple_guard::seal::KeyRing;
use conversimple_store::{
    Address, AgentFilter, ConversationFilter, DeploymentFilter, Operator, Slice, Store, Tenant,
};

/// Turns, calls, agents and deployments of every customer, each with the name of its place.
pub(crate) fn opened(data: &Path) -> Vec<(String, String)> {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let found = runtime.block_on(rows(data));
    let named = |(table, text)| (format!("{table} of the database, opened"), text);
    found.into_iter().map(named).collect()
}

async fn rows(data: &Path) -> Vec<(&'static str, String)> {
    let keys = std::fs::read_to_string(data.join("secrets/encryption-key")).expect("the key");
    let ring = KeyRing::parse(&keys).expect("a key");
    let address = Address::file(data.join("conversimple.db"));
    let store = Store::open(&address, ring).await.expect("a database");
    let (operator, all) = (Operator::acting(), Slice::new(1, 100));
    let mut found = Vec::new();
    for customer in store.customers(&operator, all).await.expect("a list").items {
        let tenant = Tenant::by_operator(&operator, customer.id);
        for number in 1.. {
            let (filter, page) = (ConversationFilter::default(), Slice::new(number, 100));
            let listed = store.conversations(&tenant, &filter, page).await;
            let conversations = listed.expect("a list").items;
            if conversations.is_empty() {
                break;
            }
            for conversation in conversations {
                let turns = store.turns(&tenant, &conversation.id).await;
                let calls = store.calls(&tenant, &conversation.id).await;
                let turns = format!("{:?}", turns.expect("turns"));
                let calls = format!("{:?}", calls.expect("calls"));
                found.extend([("turns", turns), ("calls", calls)]);
            }
        }
        let agents = store.agents(&tenant, &AgentFilter::default(), all).await;
        let filter = DeploymentFilter::default();
        let deployments = store.deployments(&tenant, &filter, all).await;
        found.push(("agents", format!("{:?}", agents.expect("a list"))));
        let deployments = format!("{:?}", deployments.expect("a list"));
        found.push(("deployments", deployments));
    }
    store.close().await;
    found
}
