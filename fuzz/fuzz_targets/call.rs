//! Declarations and arguments on the whole way of a call: whatever they are, a permit comes only of a caller where one is
//! needed, of owned things, of a yes to exactly these arguments and within the limits, and shows no secret.
#![no_main]

use std::sync::Arc;
use std::time::Duration;

use conversimple_fuzz::Draw;
use conversimple_fuzz::schema::{declaration, fitting};
use conversimple_guard::Refusal;
use conversimple_guard::call::{Author, Call, Permit, Policy, Quotas, Session, SessionLimits};
use conversimple_guard::capture::InputSource;
use conversimple_guard::consent::{Answer, Consent, ReadBack, Sentences};
use conversimple_guard::reply::Clear;
use conversimple_wire::tool::{OwnThing, OwnThings, ToolCall};
use conversimple_wire::{CallId, ConversationId, ToolSpec};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value, json};

const NOW: Duration = Duration::from_secs(1_000_000);

/// Most calls that are tried in one moment; every limit that is drawn is lower.
const TRIES: usize = 12;

fuzz_target!(|data: &[u8]| {
    let mut draw = Draw::new(data);
    let spec = ToolSpec {
        name: (*draw.pick(&["act", "login", "logout", "no name"])).to_owned(),
        description: String::new(),
        parameters: declaration(&mut draw),
    };
    let author = *draw.pick(&[Author::Ours, Author::Foreign]);
    let Ok(policy) = Policy::of(&spec, author) else {
        return;
    };
    let policy = Arc::new(policy);
    let mut room = Room::new(draw.once_in(2));
    let arguments = match fitting(&mut draw, &spec.parameters, 4) {
        Value::Object(map) => map,
        other => Map::from_iter([("a".to_owned(), other)]),
    };
    let once = room.call(&policy, arguments.clone(), Consent::None);
    if policy.confirm() {
        assert!(once.is_err(), "nobody said yes");
    }
    if let Ok(permit) = room.confirmed(&policy, &arguments) {
        permitted(&mut room, &policy, permit);
    }
    let permits = (0..TRIES)
        .filter(|_| room.confirmed(&policy, &arguments).is_ok())
        .count();
    assert!(permits < TRIES, "a tool without a limit");
    let reply = Clear::new(Value::Object(arguments)).masked().sealed();
    assert!(reply.value().is_object());
});

fn permitted(room: &mut Room, policy: &Arc<Policy>, permit: Permit) {
    if policy.needs_caller() || !policy.own().is_empty() && names_own(policy, permit.arguments()) {
        assert!(
            room.logged_in && permit.caller().is_some(),
            "nobody is there"
        );
    }
    for own in policy.own() {
        let ids = match permit.arguments().get(&own.name) {
            Some(Value::Array(ids)) => ids.as_slice(),
            Some(id) => std::slice::from_ref(id),
            None => &[],
        };
        assert!(
            ids.iter().all(|id| id.is_null() || *id == json!("x_1")),
            "another's"
        );
    }
    let shown = Value::Object(permit.shown_arguments());
    let given = Value::Object(permit.arguments().clone());
    policy.secrets_in(permit.arguments(), |secret| {
        // The same text may stand in another argument too, where it is no secret.
        let hidden = count(&given, secret) > count(&shown, secret);
        assert!(hidden, "a secret is shown");
    });
    // The agent's side walks the same way with what the platform sent, and must see the same.
    let mut agent = Room::new(room.logged_in);
    let second = agent.call(policy, permit.arguments().clone(), Consent::HeldByPlatform);
    let seen = second.map(|second| second.arguments().clone());
    assert_eq!(
        seen.as_ref(),
        Ok(permit.arguments()),
        "the agent sees another call than what was permitted"
    );
}

/// How many texts in a value are this one.
fn count(value: &Value, text: &str) -> usize {
    match value {
        Value::String(found) => usize::from(found == text),
        Value::Array(items) => items.iter().map(|item| count(item, text)).sum(),
        Value::Object(map) => map.values().map(|item| count(item, text)).sum(),
        _ => 0,
    }
}

fn names_own(policy: &Policy, arguments: &Map<String, Value>) -> bool {
    let named = |name: &str| match arguments.get(name) {
        None | Some(Value::Null) => false,
        Some(Value::Array(ids)) => !ids.is_empty(),
        Some(_) => true,
    };
    policy.own().iter().any(|own| named(&own.name))
}

struct Room {
    session: Session,
    quotas: Quotas,
    logged_in: bool,
}

impl Room {
    fn new(logged_in: bool) -> Self {
        let mut room = Self {
            session: Session::new(conversation(), SessionLimits::default()),
            quotas: Quotas::new(),
            logged_in,
        };
        if logged_in {
            let spec = ToolSpec {
                name: "login".into(),
                description: String::new(),
                parameters: json!({"type": "object", "properties": {}}),
            };
            let policy = Arc::new(Policy::of(&spec, Author::Ours).expect("a login"));
            let permit = room
                .call(&policy, Map::new(), Consent::None)
                .expect("a login is permitted");
            let ticket = permit.login().expect("a login has a ticket");
            room.session
                .log_in(ticket, "alice", NOW)
                .expect("the same conversation");
            room.quotas = Quotas::new();
        }
        room
    }

    /// The call after the caller's yes to exactly its arguments in their normal form.
    fn confirmed(
        &mut self,
        policy: &Arc<Policy>,
        arguments: &Map<String, Value>,
    ) -> Result<Permit, Refusal> {
        let sentences = |_| Sentences {
            ask: String::new(),
            again: String::new(),
        };
        let given = |_: &_, text: &str| Some(text.to_owned().into());
        let question = ReadBack::of(&conversation(), policy, arguments.clone(), given, sentences)?;
        let Answer::Yes(agreement) = question.answer("yes", InputSource::Typed) else {
            panic!("a plain yes is a yes")
        };
        let yes = question
            .heard()
            .agreed(agreement)
            .expect("the same question");
        self.call(policy, arguments.clone(), Consent::Spoken(yes))
    }

    fn call(
        &mut self,
        policy: &Arc<Policy>,
        arguments: Map<String, Value>,
        consent: Consent,
    ) -> Result<Permit, Refusal> {
        let call = ToolCall {
            call_id: CallId::parse("call_1").expect("an id"),
            conversation_id: conversation(),
            tool_name: policy.name().to_owned(),
            arguments,
            timeout_seconds: 30.0,
        };
        let call = Call::received(call).sized()?;
        let call = call.identified(Some(policy), Some(&mut self.session), NOW)?;
        let call = call.limited(&mut self.quotas, NOW)?.validated()?;
        let mut proofs = Vec::new();
        for claim in call.claims()? {
            proofs.push(claim.among(&things())?.proof());
        }
        call.owned(&proofs)?
            .permitted(consent, &mut self.quotas, NOW)
    }
}

fn conversation() -> ConversationId {
    ConversationId::parse("conv_1").expect("an id")
}

/// The one thing that is the caller's own; the drawn texts hold its id and others.
fn things() -> OwnThings {
    let thing = OwnThing {
        id: "x_1".into(),
        names: Vec::new(),
    };
    OwnThings {
        things: vec![thing],
    }
}
