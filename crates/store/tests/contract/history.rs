//! What was said, done and decided.

use std::collections::BTreeSet;
use std::time::Duration;

use conversimple_store::*;
use conversimple_wire::{CallId, TurnId};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use crate::common::*;

pub(crate) async fn conversation_keeps_its_turns_and_calls(store: Store) {
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

pub(crate) async fn conversations_older_than_limit_are_forgotten_and_rest_kept(store: Store) {
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

pub(crate) async fn stored_text_of_any_kind_is_returned_unchanged(store: Store) {
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

pub(crate) async fn database_health_is_reported_until_closed(store: Store) {
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

pub(crate) async fn concurrent_audit_records_form_one_sequence(store: Store) {
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

pub(crate) async fn audit_record_with_dropped_caller_is_still_written(store: Store) {
    let chain = Chain::of(&tenant(&store, "acme").await);
    for number in 1..=50 {
        // Polled once, the record is with the appender; then the one who asked goes away.
        let mut append = Box::pin(store.append_audit(&chain, decision(number)));
        let once = std::future::poll_fn(|context| {
            let _ = append.as_mut().poll(context);
            std::task::Poll::Ready(())
        });
        once.await;
        drop(append);
    }
    let last = store.append_audit(&chain, decision(51)).await.unwrap();
    assert_eq!(last.seq, 51);
    assert_unbroken(&store, &chain, 51).await;
}
