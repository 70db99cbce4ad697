//! The whole way of a call, stage by stage.

use super::*;
use crate::consent::tests::{try_yes_to, yes_to};
use crate::quota::Rate;
use conversimple_wire::ToolSpec;
use conversimple_wire::tool::{OwnThing, OwnThings};
use proptest::prelude::*;
use serde_json::json;

const NOW: Duration = Duration::from_secs(1_000_000);

fn policy(name: &str, parameters: Value) -> Arc<Policy> {
    let spec = ToolSpec {
        name: name.into(),
        description: String::new(),
        parameters,
    };
    Arc::new(Policy::of(&spec, Author::Ours).expect("policy"))
}

fn conversation(id: &str) -> ConversationId {
    ConversationId::parse(id).expect("id")
}

fn call(tool: &str, arguments: Value) -> ToolCall {
    let Value::Object(arguments) = arguments else {
        panic!("an object")
    };
    ToolCall {
        call_id: CallId::parse("call_1").expect("id"),
        conversation_id: conversation("conv_1"),
        tool_name: tool.into(),
        arguments,
        timeout_seconds: 30.0,
    }
}

struct Room {
    session: Session,
    quotas: Quotas,
    things: OwnThings,
}

impl Room {
    fn new() -> Self {
        let thing = |id: &str| OwnThing {
            id: id.into(),
            names: vec![],
        };
        Self {
            session: Session::new(conversation("conv_1"), SessionLimits::default()),
            quotas: Quotas::new(),
            things: OwnThings {
                things: vec![thing("acc_1001"), thing("acc_1002")],
            },
        }
    }

    fn of(user: &str) -> Self {
        let mut room = Self::new();
        let login = policy(
            "login",
            json!({"properties": {"username": {"type": "string"}}}),
        );
        let permit = room
            .run_at(&login, json!({"username": user}), Consent::None, NOW)
            .expect("login");
        room.session
            .log_in(permit.login().expect("ticket"), user, NOW)
            .expect("caller");
        room
    }

    fn run_at(
        &mut self,
        policy: &Arc<Policy>,
        arguments: Value,
        consent: Consent,
        now: Duration,
    ) -> Result<Permit, Refusal> {
        let call = Call::received(call(policy.name(), arguments)).sized()?;
        let call = call.identified(Some(policy), Some(&mut self.session), now)?;
        let call = call.limited(&mut self.quotas, now)?.validated()?;
        let mut proofs = Vec::new();
        for claim in call.claims()? {
            proofs.push(claim.among(&self.things)?.proof());
        }
        call.owned(&proofs)?
            .permitted(consent, &mut self.quotas, now)
    }

    fn run(&mut self, policy: &Arc<Policy>, arguments: Value) -> Result<Permit, Refusal> {
        self.run_at(policy, arguments, Consent::None, NOW)
    }
}

fn balance() -> Arc<Policy> {
    policy(
        "get_balance",
        json!({"properties": {"account_id": {"type": "string", "x-own": "account"}}, "required": ["account_id"]}),
    )
}

fn code(result: Result<Permit, Refusal>) -> String {
    result.expect_err("refused").code.into_owned()
}

#[test]
fn owned_argument_needs_caller_who_owns_it() {
    let arguments = json!({"account_id": "acc_1001"});
    assert_eq!(
        code(Room::new().run(&balance(), arguments.clone())),
        "authentication_required"
    );
    let mut alice = Room::of("alice");
    let permit = alice.run(&balance(), arguments.clone()).expect("permit");
    assert_eq!(permit.caller().map(Caller::id), Some("alice"));
    assert_eq!(Value::Object(permit.arguments().clone()), arguments);
    for other in ["acc_2001", "acc_9999", "acc_1001 "] {
        assert_eq!(
            code(alice.run(&balance(), json!({"account_id": other}))),
            "unauthorized",
            "{other}"
        );
    }
}

#[test]
fn ownership_proof_of_another_call_is_refused() {
    let mut alice = Room::of("alice");
    let mut validated = |id: &str, account: &str| {
        let mut call = call("get_balance", json!({"account_id": account}));
        call.call_id = CallId::parse(id).expect("id");
        let call = Call::received(call).sized().expect("sized");
        let call = call
            .identified(Some(&balance()), Some(&mut alice.session), NOW)
            .expect("identified");
        call.limited(&mut alice.quotas, NOW)
            .expect("limited")
            .validated()
            .expect("validated")
    };
    let (one, other) = (
        validated("call_1", "acc_1001"),
        validated("call_2", "acc_2001"),
    );
    let mut claims = one.claims().expect("claims");
    let proof = claims.remove(0).answered(Some(())).expect("owned").proof();
    assert!(other.owned(&[proof]).is_err());
    assert!(one.owned(&[]).is_err());
}

#[test]
fn unknown_tool_or_conversation_is_refused_first() {
    let mut room = Room::new();
    let sized = || {
        Call::received(call("get_balance", json!({})))
            .sized()
            .expect("sized")
    };
    let refusal = |result: Result<Call<stage::Identified>, Refusal>| {
        result.expect_err("refused").code.into_owned()
    };
    assert_eq!(
        refusal(sized().identified(None, Some(&mut room.session), NOW)),
        "tool_not_found"
    );
    assert_eq!(
        refusal(sized().identified(
            Some(&policy("other", json!({}))),
            Some(&mut room.session),
            NOW
        )),
        "tool_not_found"
    );
    assert_eq!(
        refusal(sized().identified(Some(&balance()), None, NOW)),
        "conversation_not_found"
    );
    let mut elsewhere = Session::new(conversation("conv_2"), SessionLimits::default());
    assert_eq!(
        refusal(sized().identified(Some(&balance()), Some(&mut elsewhere), NOW)),
        "conversation_not_found"
    );
}

#[test]
fn oversized_or_deep_arguments_are_refused_first() {
    let mut deep = json!(1);
    for _ in 0..20 {
        deep = json!([deep]);
    }
    for arguments in [
        json!({"a": "x".repeat(70_000)}),
        json!({"a": vec![0; 9000]}),
        json!({"a": deep}),
        json!({"x".repeat(70_000): 1}),
    ] {
        assert!(Call::received(call("t", arguments)).sized().is_err());
    }
}

#[test]
fn tool_without_limit_gets_ten_calls_per_minute() {
    let tool = policy("search", json!({"properties": {}}));
    let mut room = Room::new();
    for _ in 0..10 {
        assert!(room.run(&tool, json!({})).is_ok());
    }
    let refusal = room.run(&tool, json!({})).expect_err("eleventh");
    assert_eq!(
        (refusal.code.as_ref(), refusal.retry_after),
        ("rate_limit_exceeded", Some(Duration::from_secs(6)))
    );
    assert!(room.run(&policy("other", json!({})), json!({})).is_ok());
    assert!(
        room.run_at(
            &tool,
            json!({}),
            Consent::None,
            NOW + Duration::from_secs(6)
        )
        .is_ok()
    );
}

#[test]
fn caller_limit_spans_conversations_and_tenant_limit_tools() {
    let tool = policy("t", json!({"x-caller": true, "x-caller-limit": "2/h"}));
    let mut room = Room::of("alice");
    assert!(room.run(&tool, json!({})).is_ok());
    room.quotas.close(&conversation("conv_1"));
    assert!(room.run(&tool, json!({})).is_ok());
    assert_eq!(code(room.run(&tool, json!({}))), "rate_limit_exceeded");

    let tenant = conversimple_wire::CustomerId::parse("cust_1").expect("id");
    let mut room = Room::new();
    room.quotas = Quotas::of_tenant(tenant, Rate::parse("2/min").expect("rate"));
    assert!(room.run(&policy("a", json!({})), json!({})).is_ok());
    assert!(room.run(&policy("b", json!({})), json!({})).is_ok());
    assert_eq!(
        code(room.run(&policy("c", json!({})), json!({}))),
        "rate_limit_exceeded"
    );
}

#[test]
fn sum_limit_is_charged_only_by_permitted_calls() {
    let tool = policy(
        "pay",
        json!({"properties": {"amount": {"type": "number", "minimum": 0}},
        "x-sum": {"argument": "amount", "limit": "100/h"}, "x-limit": "100/min", "x-confirm": true}),
    );
    let mut room = Room::new();
    for _ in 0..5 {
        assert_eq!(
            code(room.run(&tool, json!({"amount": 80}))),
            "confirmation_required"
        );
    }
    let permit = room
        .run_at(&tool, json!({"amount": 80}), Consent::HeldByPlatform, NOW)
        .expect("permit");
    assert_eq!(
        code(room.run_at(
            &tool,
            json!({"amount": 20.01}),
            Consent::HeldByPlatform,
            NOW
        )),
        "rate_limit_exceeded"
    );
    room.quotas.refund(permit.spending().expect("spending"));
    assert!(
        room.run_at(&tool, json!({"amount": 100}), Consent::HeldByPlatform, NOW)
            .is_ok()
    );
}

#[test]
fn yes_permits_exact_arguments_once() {
    let tool = policy(
        "pay",
        json!({"properties": {"amount": {"type": "number"}, "to": {"type": "string"}}, "x-confirm": true}),
    );
    let mut room = Room::new();
    let Value::Object(read_back) = json!({"to": "bob", "amount": 20}) else {
        panic!("an object")
    };
    let yes = |id: &str| Consent::Spoken(yes_to(&conversation(id), &tool, read_back.clone()));
    assert_eq!(
        code(room.run(&tool, json!({"amount": 20, "to": "bob"}))),
        "confirmation_required"
    );
    assert!(
        room.run_at(
            &tool,
            json!({"amount": 20, "to": "bob"}),
            yes("conv_1"),
            NOW
        )
        .is_ok()
    );
    for changed in [
        json!({"amount": 21, "to": "bob"}),
        json!({"amount": 20, "to": "eve"}),
        json!({"amount": 20}),
        json!({"amount": 20.0, "to": "bob"}),
    ] {
        assert_eq!(
            code(room.run_at(&tool, changed, yes("conv_1"), NOW)),
            "confirmation_required"
        );
    }
    assert_eq!(
        code(room.run_at(
            &tool,
            json!({"amount": 20, "to": "bob"}),
            yes("conv_2"),
            NOW
        )),
        "confirmation_required"
    );
}

#[test]
fn default_changed_after_the_read_back_is_refused() {
    let tool = |currency: &str| {
        let currency = json!({"type": "string", "enum": ["USD", "EUR"], "default": currency});
        let properties = json!({"amount": {"type": "number"}, "currency": currency});
        policy("pay", json!({"properties": properties, "x-confirm": true}))
    };
    let read_back = json!({"amount": 20}).as_object().cloned().expect("object");
    for (registered, permitted) in [("USD", true), ("EUR", false)] {
        let yes = yes_to(&conversation("conv_1"), &tool("USD"), read_back.clone());
        let arguments = Value::Object(read_back.clone());
        let run = Room::new().run_at(&tool(registered), arguments, Consent::Spoken(yes), NOW);
        assert_eq!(run.is_ok(), permitted, "{registered}");
    }
}

#[test]
fn login_ends_by_idle_age_or_logout_and_expires_for_step_up() {
    let tool = policy("t", json!({"x-caller": true, "x-limit": "1000/s"}));
    let minutes = |n: u64| NOW + Duration::from_secs(60 * n);
    let at = |room: &mut Room, now| room.run_at(&tool, json!({}), Consent::None, now);
    let mut room = Room::of("alice");
    for n in [10, 20, 30, 40, 50, 59] {
        assert!(at(&mut room, minutes(n)).is_ok(), "{n}");
    }
    assert_eq!(code(at(&mut room, minutes(60))), "authentication_required");
    let mut room = Room::of("alice");
    assert_eq!(code(at(&mut room, minutes(15))), "authentication_required");
    assert_eq!(
        code(at(&mut room, minutes(1))),
        "authentication_required",
        "an ended login stays ended"
    );
    let mut room = Room::of("alice");
    room.session.log_out();
    assert_eq!(code(at(&mut room, NOW)), "authentication_required");
    let step_up = policy("t", json!({"x-step-up": "5min"}));
    let mut room = Room::of("alice");
    assert!(
        room.run_at(&step_up, json!({}), Consent::None, minutes(5))
            .is_ok()
    );
    assert_eq!(
        code(room.run_at(&step_up, json!({}), Consent::None, minutes(6))),
        "step_up_required"
    );
}

#[test]
fn login_ticket_only_from_login_tool_in_same_conversation() {
    let mut room = Room::new();
    assert!(
        room.run(&policy("t", json!({})), json!({}))
            .expect("permit")
            .login()
            .is_none()
    );
    let permit = room
        .run(&policy("login", json!({})), json!({}))
        .expect("permit");
    let mut elsewhere = Session::new(conversation("conv_2"), SessionLimits::default());
    assert!(
        elsewhere
            .log_in(permit.login().expect("ticket"), "alice", NOW)
            .is_err()
    );
    assert!(
        room.session
            .log_in(permit.login().expect("ticket"), "", NOW)
            .is_err()
    );
    assert!(elsewhere.caller(NOW).is_none() && room.session.caller(NOW).is_none());
}

#[test]
fn secret_token_in_ordinary_argument_stays_token() {
    let tool = policy(
        "store_card",
        json!({"properties": {
        "card_number": {"type": "string", "pattern": "^[0-9]{4}$"}, "note": {"type": "string"}}}),
    );
    let mut room = Room::new();
    let call = Call::received(call(
        "store_card",
        json!({"card_number": "⟨card 1⟩", "note": "⟨card 1⟩"}),
    ));
    let call = call
        .sized()
        .expect("sized")
        .identified(Some(&tool), Some(&mut room.session), NOW)
        .expect("identified");
    let call = call.limited(&mut room.quotas, NOW).expect("limited");
    let call = call
        .validated_with(|takes, token| {
            assert_eq!((takes.secret(), token), (Some("card"), "⟨card 1⟩"));
            Some(Zeroizing::new("4111".to_owned()))
        })
        .expect("validated");
    let mut permit = call
        .owned(&[])
        .expect("owned")
        .permitted(Consent::None, &mut room.quotas, NOW)
        .expect("permit");
    assert_eq!(
        Value::Object(permit.shown_arguments()),
        json!({"card_number": "[card]", "note": "⟨card 1⟩"})
    );
    assert!(!format!("{permit:?}").contains("4111"));
    assert_eq!(
        Value::Object(permit.take_arguments()),
        json!({"card_number": "4111", "note": "⟨card 1⟩"})
    );
}

#[test]
fn secret_argument_not_said_by_caller_is_refused() {
    let tool = policy(
        "login",
        json!({"properties": {"username": {"type": "string"}, "password": {"type": "string"}}}),
    );
    for (password, code) in [
        (json!("⟨password 1⟩"), None),
        (json!(null), None),
        (json!("⟨password 2⟩"), Some("invalid_parameters")),
        (json!("guessed"), Some("invalid_parameters")),
        (json!(1234), Some("invalid_parameters")),
        (json!(["⟨password 1⟩"]), Some("invalid_parameters")),
    ] {
        let mut arguments = json!({"username": "alice", "password": password});
        let found = tool.resolve(
            arguments.as_object_mut().expect("an object"),
            |takes, text| {
                (takes.secret().is_none() || text == "⟨password 1⟩")
                    .then(|| Zeroizing::new("said".to_owned()))
            },
        );
        let found = found.err().map(|refusal| refusal.code.to_string());
        assert_eq!(found.as_deref(), code, "{password}");
    }
}

#[test]
fn password_argument_is_passed_unnormalised() {
    let login = policy(
        "login",
        json!({"properties": {"password": {"type": "string"}}}),
    );
    let permit = Room::new()
        .run(&login, json!({"password": "e\u{301} x "}))
        .expect("permit");
    assert_eq!(permit.arguments()["password"], "e\u{301} x ");
}

#[test]
fn call_debug_output_at_any_stage_shows_no_values() {
    let tool = policy(
        "login",
        json!({"properties": {"account_id": {"type": "string", "x-own": "account"}, "password": {"type": "string"}},
            "x-caller-limit": "9/min"}),
    );
    let mut room = Room::of("canary_alice");
    let call = Call::received(call(
        "login",
        json!({"account_id": "canary_account", "password": "canary_password"}),
    ));
    let mut printed = format!("{call:?}");
    let call = call
        .sized()
        .expect("sized")
        .identified(Some(&tool), Some(&mut room.session), NOW)
        .expect("identified");
    let call = call
        .limited(&mut room.quotas, NOW)
        .expect("limited")
        .validated()
        .expect("validated");
    printed += &format!("{call:?}");
    let arguments = call.arguments().clone();
    let claim = call.claims().expect("claims").remove(0);
    printed += &format!("{claim:?} {:?}", claim.caller());
    let owned = claim.answered(Some("canary_thing")).expect("owned");
    let proof = owned.proof();
    printed += &format!("{owned:?} {proof:?}");
    let call = call.owned(&[proof]).expect("owned");
    let yes = yes_to(&conversation("conv_1"), &tool, arguments);
    printed += &format!("{call:?} {yes:?}");
    let permit = call
        .permitted(Consent::Spoken(yes), &mut room.quotas, NOW)
        .expect("permit");
    printed += &format!("{permit:?} {:?} {:?}", permit.login(), room.quotas);
    assert!(!printed.contains("canary"), "{printed}");
}

#[test]
fn shown_arguments_hide_secrets_and_unknown_names() {
    let login = policy(
        "login",
        json!({"properties": {"username": {"type": "string"}, "password": {"type": "string"}, "more": {"type": "object"}}}),
    );
    let sent = json!({"username": "alice", "password": 5, "pass": "sunflower", "tulip": 1,
        "more": {"list": [{"pin": "1234", "colour": "red"}]}});
    let shown = login.without_secrets(sent.as_object().expect("object"));
    assert_eq!(
        Value::Object(shown),
        json!({"username": "alice", "password": "[password]", "(unknown)": "[unknown]",
            "more": {"list": [{"pin": "[pin]", "colour": "red"}]}})
    );
}

#[test]
fn policy_with_invalid_key_or_name_is_error_for_any_author() {
    for (key, value) in [
        ("x-limit", json!("lots")),
        ("x-limit", json!(5)),
        ("x-caller-limit", json!("0/min")),
        ("x-step-up", json!("soon")),
        ("x-sum", json!({"argument": "nothing", "limit": "1/h"})),
        ("x-sum", json!("1/h")),
    ] {
        let spec = ToolSpec {
            name: "t".into(),
            description: String::new(),
            parameters: json!({ key: value }),
        };
        for author in [Author::Ours, Author::Foreign] {
            assert_eq!(Policy::of(&spec, author).err(), Some(PolicyError::Key(key)));
        }
    }
    for name in ["", "a b", "é", &"x".repeat(65), "a/b"] {
        let spec = ToolSpec {
            name: name.into(),
            description: String::new(),
            parameters: json!({}),
        };
        assert_eq!(
            Policy::of(&spec, Author::Foreign).err(),
            Some(PolicyError::Name)
        );
    }
}

proptest! {
    /// A model that asks for anything, in any order, gets a permit for an account only when it is the caller's own.
    #[test]
    fn call_sequences_never_reach_unowned_account(
        steps in prop::collection::vec((0usize..4, "(acc_1001|acc_1002|acc_2001|acc_.{0,3}|)", any::<bool>()), 1..40)
    ) {
        let mut room = Room::new();
        let mut caller = false;
        let pay = policy("pay", json!({"properties": {"from": {"type": "string", "x-own": "account"}}, "required": ["from"], "x-confirm": true, "x-limit": "1000/s"}));
        let look = policy("look", json!({"properties": {"from": {"type": "string", "x-own": "account"}}, "required": ["from"], "x-limit": "1000/s"}));
        let login = policy("login", json!({"x-limit": "1000/s"}));
        for (step, account, agreed) in steps {
            let read_back = json!({"from": account}).as_object().cloned().expect("object");
            match step {
                0 => {
                    let ticket = room.run(&login, json!({})).expect("login").login().expect("ticket");
                    room.session.log_in(ticket, "alice", NOW).expect("caller");
                    caller = true;
                }
                1 => { room.session.log_out(); caller = false; }
                2 => {
                    let own = account == "acc_1001" || account == "acc_1002";
                    prop_assert_eq!(room.run(&look, json!({"from": account})).is_ok(), caller && own);
                }
                _ => {
                    let own = account == "acc_1001" || account == "acc_1002";
                    let consent = if agreed { try_yes_to(&conversation("conv_1"), &pay, read_back).map_or(Consent::None, Consent::Spoken) } else { Consent::None };
                    prop_assert_eq!(room.run_at(&pay, json!({"from": account}), consent, NOW).is_ok(), caller && own && agreed);
                }
            }
        }
    }
}
