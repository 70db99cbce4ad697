//! Keys, and that nobody reaches what is another's.

use std::collections::BTreeSet;
use std::time::Duration;

use conversimple_guard::apikey::{ApiKey, LIFETIME_DEFAULT};
use conversimple_store::*;

use crate::common::*;

pub(crate) async fn stored_key_authenticates_until_expired_or_revoked(store: Store) {
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
    two_keys_live_at_most(&store).await;
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

/// A key that is rotated while the one before it still lives ends that one.
async fn two_keys_live_at_most(store: &Store) {
    let tenant = tenant(store, "often").await;
    let (names, hour) = (["often_1", "often_2", "often_3"], Duration::from_secs(3600));
    let of = |n: usize| record(&tenant, names[n], &api_key(40 + n as u8));
    store.create_key(&tenant, &of(0)).await.unwrap();
    for n in 1..3 {
        let next = of(n);
        let rotated = store.rotate_key(&tenant, names[n - 1], &next, hour, at(30));
        rotated.await.unwrap();
    }
    let keys = store.keys(&tenant).await.unwrap();
    let live = keys.iter().filter(|key| key.record.state(at(31)).opens());
    assert_eq!(live.count(), 2);
}

pub(crate) async fn key_uses_are_counted(store: Store) {
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

fn ids_of(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

pub(crate) async fn tenant_reaches_nothing_of_another(store: Store) {
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
