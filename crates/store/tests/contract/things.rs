//! Customers, and what they set up: agents, deployments, settings.

use conversimple_store::*;
use conversimple_wire::CustomerId;
use serde_json::json;

use crate::common::*;

pub(crate) async fn customer_name_is_unique_and_customer_can_be_suspended(store: Store) {
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

pub(crate) async fn agent_is_created_changed_and_deleted(store: Store) {
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

pub(crate) async fn concurrent_agent_changes_are_all_kept(store: Store) {
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

pub(crate) async fn deployment_needs_its_agent_and_is_deleted_with_it(store: Store) {
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

pub(crate) async fn setting_is_replaced_and_removed(store: Store) {
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
