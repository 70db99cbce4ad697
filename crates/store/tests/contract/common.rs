//! What the cases are made from.

use std::time::Duration;

use conversimple_guard::apikey::{ApiKey, KeyRecord, LIFETIME_DEFAULT, Mode, Pepper};
use conversimple_guard::audit::{self, Record};
use conversimple_guard::seal::KeyRing;
use conversimple_store::*;
use conversimple_wire::media::TurnMillis;
use conversimple_wire::{AgentId, ConversationId, CustomerId, TurnId};

pub(crate) fn at(seconds: u64) -> Moment {
    Duration::from_secs(1_800_000_000 + seconds)
}

/// Keys of these bytes, the newest first.
pub(crate) fn ring(keys: &[u8]) -> KeyRing {
    let keys: Vec<String> = keys
        .iter()
        .map(|key| KeyRing::new_key([*key; 32].into()).to_string())
        .collect();
    KeyRing::parse(&keys.join(",")).unwrap()
}

pub(crate) fn operator() -> Operator {
    Operator::acting()
}

pub(crate) async fn tenant(store: &Store, name: &str) -> Tenant {
    let fresh = CustomerId::parse(format!("cust_{name}")).unwrap();
    let customer = store
        .ensure_customer(&operator(), name, fresh, at(0))
        .await
        .unwrap();
    Tenant::by_operator(&operator(), customer.id)
}

/// A decision that can be told from others.
pub(crate) fn decision(number: u64) -> Record {
    Record {
        tool: Some(format!("tool_{number}")),
        ..Record::new(at(number), "tool_call", audit::Verdict::Allowed)
    }
}

pub(crate) fn agent_id(text: &str) -> AgentId {
    AgentId::parse(text).unwrap()
}

pub(crate) fn new_agent(id: &str, name: &str, description: &str) -> NewAgent {
    NewAgent {
        id: agent_id(id),
        name: name.into(),
        description: description.into(),
        status: AgentStatus::Draft,
        spec: None,
        agent_config: None,
        execution_mode: ExecutionMode::DialogManager,
    }
}

pub(crate) fn conversation_id(text: &str) -> ConversationId {
    ConversationId::parse(text).unwrap()
}

pub(crate) async fn open_conversation(store: &Store, tenant: &Tenant, id: &str, now: Moment) {
    let new = NewConversation {
        id: conversation_id(id),
        agent_id: agent_id("bank"),
        channel: "widget".into(),
    };
    store.start_conversation(tenant, &new, now).await.unwrap();
}

pub(crate) fn turn(number: u64, heard: &str, said: &str) -> Turn {
    Turn {
        turn: TurnId(number),
        heard: heard.into(),
        said: said.into(),
        millis: TurnMillis {
            transcript: Some(12.345),
            decision: None,
            to_first_audio: Some(260.0),
        },
        interrupted: false,
        at: at(number),
    }
}

pub(crate) fn api_key(seed: u8) -> ApiKey {
    ApiKey::generate(Mode::Live, [seed; 32])
}

pub(crate) fn pepper() -> Pepper {
    Pepper::new(vec![7; 32]).unwrap()
}

pub(crate) fn record(tenant: &Tenant, id: &str, key: &ApiKey) -> KeyRecord {
    KeyRecord::of(
        key,
        id.into(),
        tenant.customer_id().clone(),
        &pepper(),
        at(0),
        Some(LIFETIME_DEFAULT),
    )
}

pub(crate) async fn assert_unbroken(store: &Store, chain: &Chain, length: u64) {
    assert_eq!(
        store.verify_audit(chain).await.unwrap(),
        Verdict::Whole { length }
    );
    let links = store.audit_links(chain, 0, u32::MAX).await.unwrap();
    assert!(
        links
            .windows(2)
            .all(|pair| pair[1].prev == pair[0].hash && pair[1].seq == pair[0].seq + 1)
    );
}
