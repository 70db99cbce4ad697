//! A tenant comes from a verified key or from the operator, and not from an id that somebody sent.

use conversimple_store::{Operator, Store, Tenant};
use conversimple_wire::{AgentId, CustomerId};

async fn read(store: &Store, sent: CustomerId, agent: AgentId) {
    let _ = store.agent(&sent, &agent).await;
    let _ = store.agent(&Tenant(sent.clone()), &agent).await;
    let _ = Tenant::from(sent);
    let _ = Operator(());
}

fn main() {}
