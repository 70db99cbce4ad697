//! What the store promises, as cases that run alike on both databases. Each has a database of its own.

use std::collections::BTreeSet;
use std::time::Duration;

use conversimple_guard::apikey::{ApiKey, KeyRecord, LIFETIME_DEFAULT, Mode, Pepper};
use conversimple_guard::audit::{self, Record};
use conversimple_store::*;
use conversimple_wire::media::TurnMillis;
use conversimple_wire::{AgentId, CallId, ConversationId, CustomerId, TurnId};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

pub(crate) fn at(seconds: u64) -> Moment {
    Duration::from_secs(1_800_000_000 + seconds)
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

fn agent_id(text: &str) -> AgentId {
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

pub(crate) async fn a_customer_has_one_name_and_can_be_suspended(store: Store) {
    let one = tenant(&store, "acme").await;
    let other_id = CustomerId::parse("cust_second").unwrap();
    let again = store
        .ensure_customer(&operator(), "acme", other_id, at(9))
        .await
        .unwrap();
    assert_eq!((&again.id, again.created_at), (one.customer_id(), at(0)));
    tenant(&store, "Zoo").await;
    let all = store
        .customers(&operator(), Slice::new(1, 1))
        .await
        .unwrap();
    assert_eq!((all.items.len(), all.total_count), (1, 2));
    assert!(
        store
            .set_suspended(&operator(), one.customer_id(), true)
            .await
            .unwrap()
    );
    assert!(
        store
            .customer(&operator(), one.customer_id())
            .await
            .unwrap()
            .unwrap()
            .suspended
    );
    let nobody = CustomerId::parse("cust_nobody").unwrap();
    assert!(
        !store
            .set_suspended(&operator(), &nobody, true)
            .await
            .unwrap()
    );
    assert_eq!(
        store.customer_by_name(&operator(), "nobody").await.unwrap(),
        None
    );
}

pub(crate) async fn an_agent_is_made_changed_and_deleted(store: Store) {
    let tenant = tenant(&store, "acme").await;
    let mut new = new_agent("bank", "Bank", "Answers about accounts");
    new.agent_config = Some(json!({"voice": "joe", "a": [1, null, "\u{0}"]}));
    let made = store.create_agent(&tenant, &new, at(1)).await.unwrap();
    assert_eq!(
        (made.version, made.created_at, made.status),
        (1, at(1), AgentStatus::Draft)
    );
    assert_eq!(made.agent_config, new.agent_config);
    assert_eq!(
        store.create_agent(&tenant, &new, at(2)).await.unwrap_err(),
        Error::Conflict
    );
    assert!(!store.ensure_agent(&tenant, &new, at(2)).await.unwrap());

    let change = AgentChange {
        name: Some("Savings Bank".into()),
        status: Some(AgentStatus::Published),
        ..AgentChange::default()
    };
    let changed = store
        .update_agent(&tenant, &made.id, &change, at(3))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (changed.version, changed.updated_at, changed.created_at),
        (2, at(3), at(1))
    );
    assert_eq!(changed.agent_config, new.agent_config);
    assert_eq!(store.agent(&tenant, &made.id).await.unwrap(), Some(changed));
    let unknown = agent_id("unknown");
    assert_eq!(
        store
            .update_agent(&tenant, &unknown, &change, at(3))
            .await
            .unwrap(),
        None
    );

    assert!(store.delete_agent(&tenant, &made.id).await.unwrap());
    assert!(!store.delete_agent(&tenant, &made.id).await.unwrap());
    assert_eq!(store.agent(&tenant, &made.id).await.unwrap(), None);
}

pub(crate) async fn changes_made_at_once_are_all_kept(store: Store) {
    let tenant = tenant(&store, "acme").await;
    store
        .create_agent(&tenant, &new_agent("bank", "Bank", ""), at(1))
        .await
        .unwrap();
    let (id, name, description) = (
        agent_id("bank"),
        AgentChange {
            name: Some("N".into()),
            ..AgentChange::default()
        },
        AgentChange {
            description: Some("D".into()),
            ..AgentChange::default()
        },
    );
    let (one, two) = tokio::join!(
        store.update_agent(&tenant, &id, &name, at(2)),
        store.update_agent(&tenant, &id, &description, at(2)),
    );
    assert!(one.unwrap().is_some() && two.unwrap().is_some());
    let agent = store.agent(&tenant, &id).await.unwrap().unwrap();
    assert_eq!(
        (
            agent.name.as_str(),
            agent.description.as_str(),
            agent.version
        ),
        ("N", "D", 3)
    );
}

pub(crate) async fn agents_are_listed_by_page_status_and_words(store: Store) {
    let tenant = tenant(&store, "acme").await;
    for (number, (name, description)) in [
        ("Bank", "accounts"),
        ("100% Sure_Thing", "betting"),
        ("Straße ÄRZTE", "doctors"),
        (r"C:\temp", "files"),
        ("banking help", "O'Brien's \"desk\"; DROP TABLE agents; --"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut new = new_agent(&format!("a{number}"), name, description);
        new.status = if number < 2 {
            AgentStatus::Published
        } else {
            AgentStatus::Draft
        };
        store
            .create_agent(&tenant, &new, at(number as u64))
            .await
            .unwrap();
    }
    let check = async |search: &str, status: Option<AgentStatus>, expected: &[&str]| {
        let filter = AgentFilter {
            status,
            search: Some(search.to_owned()),
        };
        let found = store
            .agents(&tenant, &filter, Slice::default())
            .await
            .unwrap();
        let ids: Vec<&str> = found.items.iter().map(|agent| agent.id.as_str()).collect();
        assert_eq!(
            (ids.as_slice(), found.total_count),
            (expected, expected.len() as u64),
            "{search:?}"
        );
    };
    check("", None, &["a0", "a1", "a2", "a3", "a4"]).await;
    check("BANK", None, &["a0", "a4"]).await;
    check("bank", Some(AgentStatus::Published), &["a0"]).await;
    check("%", None, &["a1"]).await;
    check("_", None, &["a1"]).await;
    check("\\", None, &["a3"]).await;
    check(r"\temp", None, &["a3"]).await;
    check("ärzte", None, &["a2"]).await;
    check("'", None, &["a4"]).await;
    check("' OR '1'='1", None, &[]).await;
    check("drop table", None, &["a4"]).await;
    let too_long = AgentFilter {
        status: None,
        search: Some("x".repeat(SEARCH_LIMIT_CHARS + 1)),
    };
    assert_eq!(
        store
            .agents(&tenant, &too_long, Slice::default())
            .await
            .unwrap_err(),
        Error::Text
    );

    let second = store
        .agents(&tenant, &AgentFilter::default(), Slice::new(2, 2))
        .await
        .unwrap();
    let ids: Vec<&str> = second.items.iter().map(|agent| agent.id.as_str()).collect();
    assert_eq!(
        (ids.as_slice(), second.total_count),
        (["a2", "a3"].as_slice(), 5)
    );
    let beyond = store
        .agents(&tenant, &AgentFilter::default(), Slice::new(u32::MAX, 100))
        .await
        .unwrap();
    assert_eq!((beyond.items.len(), beyond.total_count), (0, 5));
}

pub(crate) async fn a_deployment_belongs_to_an_agent_and_goes_with_it(store: Store) {
    let tenant = tenant(&store, "acme").await;
    let mut new = NewDeployment {
        id: "dep_1".into(),
        name: "Front page".into(),
        agent_id: agent_id("bank"),
        channel: DeploymentChannel::Widget,
        environment: Environment::Production,
        call_direction: None,
        channel_config: Some(json!({"theme": "dark"})),
        engagement_rules: None,
    };
    assert_eq!(
        store
            .create_deployment(&tenant, &new, at(1))
            .await
            .unwrap_err(),
        Error::Missing
    );
    store
        .create_agent(&tenant, &new_agent("bank", "Bank", ""), at(1))
        .await
        .unwrap();
    let made = store.create_deployment(&tenant, &new, at(1)).await.unwrap();
    assert_eq!((made.status, made.version), (DeploymentStatus::Pending, 1));
    assert_eq!(
        store
            .create_deployment(&tenant, &new, at(1))
            .await
            .unwrap_err(),
        Error::Conflict
    );
    new.id = "dep_2".into();
    new.name = "Hotline".into();
    new.channel = DeploymentChannel::Phone;
    new.call_direction = Some("inbound".into());
    store.create_deployment(&tenant, &new, at(2)).await.unwrap();

    let change = DeploymentChange {
        status: Some(DeploymentStatus::Active),
        ..DeploymentChange::default()
    };
    let changed = store
        .update_deployment(&tenant, "dep_1", &change, at(3))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (changed.status, changed.version),
        (DeploymentStatus::Active, 2)
    );
    assert_eq!(
        store.deployment(&tenant, "dep_1").await.unwrap(),
        Some(changed)
    );
    assert_eq!(
        store
            .update_deployment(&tenant, "dep_9", &change, at(3))
            .await
            .unwrap(),
        None
    );
    let elsewhere = DeploymentChange {
        agent_id: Some(agent_id("nobody")),
        ..DeploymentChange::default()
    };
    assert_eq!(
        store
            .update_deployment(&tenant, "dep_1", &elsewhere, at(3))
            .await
            .unwrap_err(),
        Error::Missing
    );

    for (filter, expected) in [
        (DeploymentFilter::default(), 2),
        (
            DeploymentFilter {
                status: Some(DeploymentStatus::Active),
                ..Default::default()
            },
            1,
        ),
        (
            DeploymentFilter {
                channel: Some(DeploymentChannel::Phone),
                ..Default::default()
            },
            1,
        ),
        (
            DeploymentFilter {
                environment: Some(Environment::Dev),
                ..Default::default()
            },
            0,
        ),
        (
            DeploymentFilter {
                agent_id: Some(agent_id("bank")),
                ..Default::default()
            },
            2,
        ),
        (
            DeploymentFilter {
                search: Some("HOT".into()),
                ..Default::default()
            },
            1,
        ),
    ] {
        let found = store
            .deployments(&tenant, &filter, Slice::default())
            .await
            .unwrap();
        assert_eq!(
            (found.items.len(), found.total_count),
            (expected, expected as u64),
            "{filter:?}"
        );
    }
    assert!(store.delete_deployment(&tenant, "dep_2").await.unwrap());
    assert!(!store.delete_deployment(&tenant, "dep_2").await.unwrap());
    assert!(
        store
            .delete_agent(&tenant, &agent_id("bank"))
            .await
            .unwrap()
    );
    assert_eq!(store.deployment(&tenant, "dep_1").await.unwrap(), None);
}

pub(crate) async fn a_conversation_keeps_its_turns_and_calls(store: Store) {
    let tenant = tenant(&store, "acme").await;
    let id = conversation_id("conv_1");
    assert_eq!(
        store
            .record_turn(&tenant, &id, &turn(1, "", ""))
            .await
            .unwrap_err(),
        Error::Missing
    );
    open_conversation(&store, &tenant, "conv_1", at(0)).await;
    let mut second = turn(2, "my balance", "You have one hundred dollars");
    store.record_turn(&tenant, &id, &second).await.unwrap();
    store
        .record_turn(&tenant, &id, &turn(1, "hello", "hi"))
        .await
        .unwrap();
    second.said = "You have".into();
    second.interrupted = true;
    store.record_turn(&tenant, &id, &second).await.unwrap();
    assert_eq!(
        store.turns(&tenant, &id).await.unwrap(),
        [turn(1, "hello", "hi"), second]
    );

    let call = Call {
        call_id: CallId::parse("call_1").unwrap(),
        turn: TurnId(2),
        tool: "get_balance".into(),
        arguments: json!({"z": "****1111", "a": 1}),
        verdict: "allowed".into(),
        took: Duration::from_micros(1_234),
        at: at(2),
    };
    store.record_call(&tenant, &id, &call).await.unwrap();
    assert_eq!(
        store.record_call(&tenant, &id, &call).await.unwrap_err(),
        Error::Conflict
    );
    assert_eq!(store.calls(&tenant, &id).await.unwrap(), [call]);

    open_conversation(&store, &tenant, "conv_2", at(1)).await;
    assert!(store.end_conversation(&tenant, &id, at(5)).await.unwrap());
    assert!(!store.end_conversation(&tenant, &id, at(6)).await.unwrap());
    let found = store.conversation(&tenant, &id).await.unwrap().unwrap();
    assert_eq!(
        (found.state, found.ended_at),
        (ConversationState::Ended, Some(at(5)))
    );
    assert_eq!(
        store
            .close_lost_conversations(&operator(), at(7))
            .await
            .unwrap(),
        1
    );
    let lost = ConversationFilter {
        state: Some(ConversationState::Lost),
        agent_id: None,
    };
    let lost = store
        .conversations(&tenant, &lost, Slice::default())
        .await
        .unwrap();
    assert_eq!((lost.total_count, lost.items[0].id.as_str()), (1, "conv_2"));
}

pub(crate) async fn a_tenant_reaches_nothing_of_another(store: Store) {
    let (mine, theirs) = (tenant(&store, "mine").await, tenant(&store, "theirs").await);
    let id = conversation_id("conv_1");
    store
        .create_agent(&theirs, &new_agent("bank", "Bank", ""), at(0))
        .await
        .unwrap();
    open_conversation(&store, &theirs, "conv_1", at(0)).await;
    store
        .record_turn(&theirs, &id, &turn(1, "secret", ""))
        .await
        .unwrap();
    store
        .set_setting(&theirs, "name", Some("value"), at(0))
        .await
        .unwrap();
    store
        .append_audit(&Chain::of(&theirs), decision(0))
        .await
        .unwrap();
    store
        .create_key(&theirs, &record(&theirs, "key_1", &api_key(1)))
        .await
        .unwrap();

    let bank = agent_id("bank");
    assert_eq!(store.agent(&mine, &bank).await.unwrap(), None);
    assert_eq!(
        store
            .update_agent(&mine, &bank, &AgentChange::default(), at(1))
            .await
            .unwrap(),
        None
    );
    assert!(!store.delete_agent(&mine, &bank).await.unwrap());
    assert_eq!(
        store
            .agents(&mine, &AgentFilter::default(), Slice::default())
            .await
            .unwrap()
            .total_count,
        0
    );
    let deployment = NewDeployment {
        id: "dep_1".into(),
        name: "x".into(),
        agent_id: bank,
        channel: DeploymentChannel::Sdk,
        environment: Environment::Dev,
        call_direction: None,
        channel_config: None,
        engagement_rules: None,
    };
    assert_eq!(
        store
            .create_deployment(&mine, &deployment, at(1))
            .await
            .unwrap_err(),
        Error::Missing
    );
    store
        .create_deployment(&theirs, &deployment, at(1))
        .await
        .unwrap();
    assert_eq!(store.deployment(&mine, "dep_1").await.unwrap(), None);
    assert!(!store.delete_deployment(&mine, "dep_1").await.unwrap());
    assert_eq!(store.conversation(&mine, &id).await.unwrap(), None);
    assert_eq!(store.turns(&mine, &id).await.unwrap(), []);
    assert_eq!(store.calls(&mine, &id).await.unwrap(), []);
    assert_eq!(
        store
            .record_turn(&mine, &id, &turn(1, "", ""))
            .await
            .unwrap_err(),
        Error::Missing
    );
    assert!(!store.end_conversation(&mine, &id, at(1)).await.unwrap());
    assert!(!store.forget_conversation(&mine, &id).await.unwrap());
    assert_eq!(store.setting(&mine, "name").await.unwrap(), None);
    assert_eq!(
        store.platform_setting(&operator(), "name").await.unwrap(),
        None
    );
    assert_eq!(
        store.audit_links(&Chain::of(&mine), 0, 10).await.unwrap(),
        []
    );
    assert!(store.key(&mine, "key_1").await.unwrap().is_none());
    assert!(!store.revoke_key(&mine, "key_1", at(1)).await.unwrap());
    let rotated = store
        .rotate_key(
            &mine,
            "key_1",
            &record(&mine, "key_2", &api_key(2)),
            Duration::ZERO,
            at(1),
        )
        .await;
    assert_eq!(rotated.unwrap_err(), Error::Missing);
    assert!(store.key(&mine, "key_2").await.unwrap().is_none());
    let foreign = record(&theirs, "key_3", &api_key(3));
    assert_eq!(
        store.create_key(&mine, &foreign).await.unwrap_err(),
        Error::Missing
    );
    assert_eq!(store.turns(&theirs, &id).await.unwrap()[0].heard, "secret");
}

fn api_key(seed: u8) -> ApiKey {
    ApiKey::generate(Mode::Live, [seed; 32])
}

fn pepper() -> Pepper {
    Pepper::new(vec![7; 32]).unwrap()
}

fn record(tenant: &Tenant, id: &str, key: &ApiKey) -> KeyRecord {
    KeyRecord::of(
        key,
        id.into(),
        tenant.customer_id().clone(),
        &pepper(),
        at(0),
        Some(LIFETIME_DEFAULT),
    )
}

pub(crate) async fn a_key_opens_until_it_is_rotated_expired_or_revoked(store: Store) {
    let tenant = tenant(&store, "acme").await;
    let (old, new) = (api_key(1), api_key(2));
    let enter = async |key: &ApiKey, now: Moment| match store
        .authenticate(key, &pepper(), now)
        .await
        .unwrap()
    {
        Ok(verified) => {
            assert_eq!(verified.tenant(), &tenant);
            verified.key().record.state(now).as_str().to_owned()
        }
        Err(refusal) => refusal.code.into_owned(),
    };
    store
        .create_key(&tenant, &record(&tenant, "key_1", &old))
        .await
        .unwrap();
    assert_eq!(
        store
            .create_key(&tenant, &record(&tenant, "key_1", &new))
            .await
            .unwrap_err(),
        Error::Conflict
    );
    assert_eq!(enter(&old, at(1)).await, "active");
    assert_eq!(enter(&new, at(1)).await, "auth_invalid_key");
    assert_eq!(
        enter(&old, at(0) + LIFETIME_DEFAULT).await,
        "auth_key_revoked"
    );

    let hour = Duration::from_secs(3_600);
    store
        .rotate_key(
            &tenant,
            "key_1",
            &record(&tenant, "key_2", &new),
            hour,
            at(10),
        )
        .await
        .unwrap();
    assert_eq!(
        (
            enter(&old, at(11)).await.as_str(),
            enter(&new, at(11)).await.as_str()
        ),
        ("rotated", "active")
    );
    assert_eq!(enter(&old, at(10) + hour).await, "auth_key_revoked");
    assert_eq!(enter(&new, at(10) + hour).await, "active");
    let twice = store
        .rotate_key(
            &tenant,
            "key_1",
            &record(&tenant, "key_3", &api_key(3)),
            hour,
            at(11),
        )
        .await;
    assert_eq!(twice.unwrap_err(), Error::Missing);
    let ids = |keys: Vec<StoredKey>| {
        keys.into_iter()
            .map(|key| key.record.id)
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(
        ids(store.keys(&tenant).await.unwrap()),
        ids_of(&["key_1", "key_2"])
    );
    let first = store.key(&tenant, "key_1").await.unwrap().unwrap();
    assert_eq!(first.rotated_to.as_deref(), Some("key_2"));

    assert!(store.revoke_key(&tenant, "key_2", at(20)).await.unwrap());
    assert!(!store.revoke_key(&tenant, "key_2", at(21)).await.unwrap());
    assert_eq!(enter(&new, at(21)).await, "auth_key_revoked");
    let found = store
        .key_of_any(&operator(), "key_2")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (found.record.revoked_at, &found.record.customer_id),
        (Some(at(20)), tenant.customer_id())
    );
    store
        .set_suspended(&operator(), tenant.customer_id(), true)
        .await
        .unwrap();
    assert_eq!(enter(&old, at(11)).await, "customer_suspended");
}

fn ids_of(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

pub(crate) async fn the_uses_of_a_key_are_counted(store: Store) {
    let tenant = tenant(&store, "acme").await;
    store
        .create_key(&tenant, &record(&tenant, "key_1", &api_key(1)))
        .await
        .unwrap();
    for second in [0, 1, 7_200] {
        store.note_use("key_1", at(second));
    }
    store.note_use("no such key", at(0));
    let count = async |since| {
        store
            .usage(&tenant, "key_1", at(since))
            .await
            .unwrap()
            .requests
    };
    assert_eq!(count(0).await, 3);
    store.flush_uses().await.unwrap();
    store.note_use("key_1", at(2));
    store.flush_uses().await.unwrap();
    assert_eq!((count(0).await, count(7_200).await), (4, 1));
    let used = store
        .key(&tenant, "key_1")
        .await
        .unwrap()
        .unwrap()
        .last_used_at;
    assert_eq!(used, Some(at(7_200)));
}

pub(crate) async fn a_setting_is_replaced_and_removed(store: Store) {
    let tenant = tenant(&store, "acme").await;
    for value in [Some("1"), Some("2"), None, None] {
        store.set_setting(&tenant, "a", value, at(0)).await.unwrap();
        assert_eq!(store.setting(&tenant, "a").await.unwrap().as_deref(), value);
    }
    store
        .set_platform_setting(&operator(), "a", Some("p"), at(0))
        .await
        .unwrap();
    assert_eq!(
        store
            .platform_setting(&operator(), "a")
            .await
            .unwrap()
            .as_deref(),
        Some("p")
    );
    assert_eq!(store.setting(&tenant, "a").await.unwrap(), None);
}

pub(crate) async fn what_is_old_is_forgotten_and_the_rest_stays(store: Store) {
    let tenant = tenant(&store, "acme").await;
    for (number, end) in [(1, Some(10)), (2, Some(20)), (3, Some(30)), (4, None)] {
        open_conversation(&store, &tenant, &format!("conv_{number}"), at(0)).await;
        let id = conversation_id(&format!("conv_{number}"));
        store
            .record_turn(&tenant, &id, &turn(1, "hi", "hi"))
            .await
            .unwrap();
        if let Some(end) = end {
            store.end_conversation(&tenant, &id, at(end)).await.unwrap();
        }
    }
    let forget = async || {
        store
            .forget_before(&operator(), at(25), 1)
            .await
            .unwrap()
            .conversations
    };
    assert_eq!((forget().await, forget().await, forget().await), (1, 1, 0));
    assert_eq!(
        store
            .turns(&tenant, &conversation_id("conv_1"))
            .await
            .unwrap(),
        []
    );
    assert_eq!(
        store
            .turns(&tenant, &conversation_id("conv_3"))
            .await
            .unwrap()
            .len(),
        1
    );
    assert!(
        store
            .forget_conversation(&tenant, &conversation_id("conv_4"))
            .await
            .unwrap()
    );
    let left = store
        .conversations(&tenant, &ConversationFilter::default(), Slice::default())
        .await
        .unwrap();
    assert_eq!(left.total_count, 1);
}

pub(crate) async fn any_text_comes_back_as_it_went_in(store: Store) {
    let tenant = tenant(&store, "acme").await;
    open_conversation(&store, &tenant, "conv_1", at(0)).await;
    let id = conversation_id("conv_1");
    let mut runner = TestRunner::new(Config::default());
    let texts = proptest::prop_oneof![
        r#"[ '"`;\\%_?$1:@()*/\-#\[\]{}\r\n\t]{0,40}"#,
        "\\PC{0,40}",
        proptest::collection::vec(proptest::char::range('\u{1}', '\u{10ffff}'), 0..20)
            .prop_map(|chars| chars.into_iter().collect::<String>()),
        proptest::sample::select(vec![
            "'; DROP TABLE customers; --".to_owned(),
            "\\'; SELECT pg_sleep(9); --".to_owned(),
            "$1 ?1 :a @b %s {} %00".to_owned(),
            "x' UNION SELECT digest FROM api_keys --".to_owned(),
        ]),
    ];
    for number in 1..=48 {
        let text = texts.new_tree(&mut runner).unwrap().current();
        store
            .record_turn(&tenant, &id, &turn(number, &text, &text))
            .await
            .unwrap();
        store
            .set_setting(&tenant, &text, Some(&text), at(0))
            .await
            .unwrap();
        assert_eq!(
            store.setting(&tenant, &text).await.unwrap().as_deref(),
            Some(&*text)
        );
        let agent = new_agent(&format!("a{number}"), &text, &text);
        store.create_agent(&tenant, &agent, at(0)).await.unwrap();
        let made = store.agent(&tenant, &agent.id).await.unwrap().unwrap();
        assert_eq!((&made.name, &made.description), (&text, &text));
        let filter = AgentFilter {
            status: None,
            search: Some(text.clone()),
        };
        let found = store
            .agents(&tenant, &filter, Slice::new(1, 100))
            .await
            .unwrap();
        assert!(
            found.items.iter().any(|found| found.id == agent.id),
            "{text:?} finds itself"
        );
        let turns = store.turns(&tenant, &id).await.unwrap();
        assert_eq!(
            (&turns.last().unwrap().heard, &turns.last().unwrap().said),
            (&text, &text)
        );
    }
    let nul = store.record_turn(&tenant, &id, &turn(99, "a\0b", "")).await;
    assert_eq!(nul.unwrap_err(), Error::Text);
}

pub(crate) async fn the_database_says_that_it_is_well(store: Store) {
    let health = store.health().await.unwrap();
    assert!(health.schema >= 1);
    store.checkpoint().await.unwrap();
    store.close().await;
    assert_eq!(store.health().await.unwrap_err(), Error::Closed);
    let closed = store
        .append_audit(&Chain::platform(&operator()), decision(0))
        .await;
    assert_eq!(closed.unwrap_err(), Error::Closed);
}

pub(crate) async fn records_that_come_together_stand_one_behind_the_other(store: Store) {
    let chain = Chain::of(&tenant(&store, "acme").await);
    let other = Chain::platform(&operator());
    let writes: Vec<_> = (0..300)
        .map(|number| {
            let (store, chain) = (
                store.clone(),
                if number % 3 == 0 {
                    other.clone()
                } else {
                    chain.clone()
                },
            );
            tokio::spawn(async move {
                store
                    .append_audit(&chain, decision(number))
                    .await
                    .unwrap()
                    .seq
            })
        })
        .collect();
    let mut seqs = BTreeSet::new();
    for (number, write) in writes.into_iter().enumerate() {
        seqs.insert((number % 3 == 0, write.await.unwrap()));
    }
    assert_eq!(seqs.len(), 300);
    assert_eq!(
        store.audit_chains(&operator()).await.unwrap(),
        [other.clone(), chain.clone()]
    );
    assert_unbroken(&store, &chain, 200).await;
    assert_unbroken(&store, &other, 100).await;
    let tail = store.audit_tail(&chain, 2).await.unwrap();
    assert_eq!((tail[0].seq, tail[1].seq), (200, 199));
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
