//! Which socket is asked, and which one a conversation belongs to.

use super::*;
use crate::mailbox::mailbox;

fn party(customer: &str) -> Party {
    Party {
        customer_id: CustomerId::parse(customer).expect("an id"),
        agent_id: AgentId::parse("shop").expect("an id"),
    }
}

fn conversation(name: &str) -> ConversationId {
    ConversationId::parse(name).expect("an id")
}

fn attach(registry: &Registry, customer: &str) -> (AgentSocket, mpsc::Receiver<ToAgent>) {
    registry.attach(party(customer).customer_id, "key".into(), Vec::new())
}

#[test]
fn socket_of_other_customer_cannot_see_or_serve_conversation() {
    let registry = Registry::default();
    let (thief, mut heard) = attach(&registry, "cust_thief");
    let (session, _events) = mailbox();
    registry.open(conversation("conv_1"), party("cust_1"), session);
    assert!(heard.try_recv().is_err());
    assert!(!registry.register(thief.id, &conversation("conv_1"), Vec::new()));
    assert!(
        registry
            .session(&party("cust_thief").customer_id, &conversation("conv_1"))
            .is_none()
    );
}

#[test]
fn conversation_belongs_to_first_socket_that_registers() {
    let registry = Registry::default();
    let (control, mut heard) = attach(&registry, "cust_1");
    let (session, mut events) = mailbox();
    registry.open(conversation("conv_1"), party("cust_1"), session);
    assert!(matches!(
        heard.try_recv(),
        Ok(ToAgent::ConversationReady { .. })
    ));
    let (child, mut to_child) = attach(&registry, "cust_1");
    assert!(registry.register(child.id, &conversation("conv_1"), Vec::new()));
    assert!(!registry.register(control.id, &conversation("conv_1"), Vec::new()));
    assert!(matches!(
        events.try_recv(),
        Ok(Event::Agent {
            remembers: true,
            ..
        })
    ));
    // The child was made for that conversation; the next one is announced to the control socket again.
    let (session, _events) = mailbox();
    registry.open(conversation("conv_2"), party("cust_1"), session);
    assert!(to_child.try_recv().is_err());
}

#[test]
fn unanswered_conversation_is_announced_again_to_its_customer() {
    let registry = Registry::default();
    let (_stranger, _inbox) = attach(&registry, "cust_other");
    let (_agent, mut heard) = attach(&registry, "cust_1");
    let (session, _events) = mailbox();
    registry.open(conversation("conv_1"), party("cust_1"), session);
    assert!(registry.announce(&conversation("conv_1")));
    let heard = std::iter::from_fn(|| heard.try_recv().ok());
    assert_eq!(heard.count(), 4, "two announcements of two messages each");
}

#[test]
fn revoked_key_closes_socket_that_does_not_read() {
    let registry = Registry::default();
    let (agent, _unread) = attach(&registry, "cust_1");
    registry.close_key("another");
    assert!(!agent.is_closed());
    registry.close_key("key");
    assert!(agent.is_closed());
}

#[test]
fn restarted_agent_takes_over_from_its_dead_socket() {
    let registry = Registry::default();
    let (old, _inbox) = attach(&registry, "cust_1");
    let (session, mut events) = mailbox();
    registry.open(conversation("conv_1"), party("cust_1"), session);
    assert!(registry.register(old.id, &conversation("conv_1"), Vec::new()));
    let (new, _inbox) = attach(&registry, "cust_1");
    assert!(registry.register(new.id, &conversation("conv_1"), Vec::new()));
    assert!(!registry.register(old.id, &conversation("conv_1"), Vec::new()));
    assert!(matches!(
        events.try_recv(),
        Ok(Event::Agent {
            remembers: false,
            ..
        })
    ));
    assert!(matches!(
        events.try_recv(),
        Ok(Event::Agent {
            remembers: true,
            ..
        })
    ));
    registry.detach(old.id);
    assert!(
        events.try_recv().is_err(),
        "the end of the old socket is nobody's loss"
    );
}

#[test]
fn lost_socket_is_reported_and_another_may_take_over() {
    let registry = Registry::default();
    let (first, _inbox) = attach(&registry, "cust_1");
    let (session, mut events) = mailbox();
    registry.open(conversation("conv_1"), party("cust_1"), session);
    assert!(registry.register(first.id, &conversation("conv_1"), Vec::new()));
    assert!(matches!(
        events.try_recv(),
        Ok(Event::Agent {
            remembers: false,
            ..
        })
    ));
    registry.detach(first.id);
    assert!(matches!(events.try_recv(), Ok(Event::AgentLost)));
    let (second, _inbox) = attach(&registry, "cust_1");
    assert!(registry.register(second.id, &conversation("conv_1"), Vec::new()));
}

#[tokio::test]
async fn revoked_key_ends_the_conversations_that_it_opened() {
    let registry = Registry::default();
    let (mut inboxes, keys) = (Vec::new(), ["key_a", "key_b"]);
    for key in keys {
        let id = conversation(&format!("conv_{key}"));
        let (session, inbox) = mailbox();
        registry.open(id.clone(), party("cust_1"), session);
        registry.opened_with(&id, key.to_owned());
        inboxes.push(inbox);
    }
    assert_eq!(registry.keys(), keys.map(str::to_owned).into());
    registry.close_key("key_a");
    let mut stopped = Vec::new();
    for mut inbox in inboxes {
        let event = futures_util::FutureExt::now_or_never(inbox.recv());
        stopped.push(matches!(event, Some(Some(Event::Stop))));
    }
    assert_eq!(stopped, [true, false]);
}
