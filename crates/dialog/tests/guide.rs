//! Whole conversations with the guide agent's tools, from words to calls and sentences.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::sync::Arc;

use conversimple_dialog::{Act, Decision, Dialog, Expectation, Heard, Index};
use conversimple_wire::tool::OwnThing;
use conversimple_wire::{Code, ToolOutcome, ToolSpec};
use serde_json::{Value, json};

fn tool(name: &str, description: &str, parameters: Value) -> ToolSpec {
    ToolSpec {
        name: name.into(),
        description: description.into(),
        parameters,
    }
}

fn tools() -> Vec<ToolSpec> {
    let own = |kind: &str| json!({"type": "string", "x-own": kind});
    vec![
        tool(
            "login",
            "Login",
            json!({"type": "object", "x-role": "login", "required": ["username", "password"], "properties": {
                "username": {"type": "string"}, "password": {"type": "string", "x-secret": "password"}}}),
        ),
        tool(
            "get_balance",
            "Get account balance",
            json!({"type": "object", "x-say": "Your balance is {balance}.", "x-currency": "USD", "required": ["account_id"],
                "properties": {"account_id": own("account")}}),
        ),
        tool(
            "process_payment",
            "Process payment",
            json!({"type": "object", "x-confirm": true, "x-caller": true, "required": ["amount"], "properties": {
                "amount": {"type": "number"}, "currency": {"enum": ["USD", "EUR", "GBP"], "default": "USD"}}}),
        ),
        tool(
            "search_products",
            "Search products",
            json!({"type": "object", "required": ["query"], "x-currency": "USD", "properties": {"query": {"type": "string", "maxLength": 100}}}),
        ),
        tool(
            "get_customer",
            "Get customer",
            json!({"type": "object", "required": ["customer_id"], "properties": {"customer_id": own("customer")}}),
        ),
        tool(
            "get_payment_methods",
            "Get customer payment methods",
            json!({"type": "object", "x-caller": true, "properties": {}}),
        ),
        tool(
            "store_card",
            "Store a card",
            json!({"type": "object", "x-caller": true, "required": ["card_number"], "properties": {"card_number": {"type": "string", "x-secret": "card"}}}),
        ),
        tool(
            "expensive_operation",
            "Rate-limited tool",
            json!({"type": "object", "properties": {}}),
        ),
        tool(
            "conversimple_own_things",
            "internal",
            json!({"type": "object", "x-internal": true, "properties": {"kind": {"type": "string"}}}),
        ),
    ]
}

fn things(kind: &str) -> Vec<OwnThing> {
    let thing = |id: &str, names: &[&str]| OwnThing {
        id: id.into(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
    };
    match kind {
        "account" => vec![
            thing("acc_1001", &["checking", "checking account"]),
            thing("acc_1002", &["savings", "savings account"]),
        ],
        "customer" => vec![thing("cust_1001", &["alice"])],
        _ => vec![],
    }
}

/// Plays the platform around a dialog: answers own lists, and shows every step as one line.
struct Talk(Dialog);

impl Talk {
    fn new(tools: &[ToolSpec]) -> Self {
        Self(Dialog::new(Arc::new(Index::new(tools))))
    }

    fn hear(&mut self, text: &str) -> String {
        let today = time::Date::from_calendar_date(2026, time::Month::November, 23).unwrap();
        let step = self.0.heard(Heard {
            text,
            meaning: None,
            today,
        });
        self.play(step)
    }

    fn play(&mut self, mut step: Decision) -> String {
        let mut lines = Vec::new();
        loop {
            let mut next = None;
            for act in &step.acts {
                match act {
                    Act::Say(text) => lines.push(format!("\"{text}\"")),
                    Act::Call { tool, arguments } => {
                        lines.push(format!("{tool}{}", Value::Object(arguments.clone())))
                    }
                    Act::Own { kind } => next = Some(kind.clone()),
                }
            }
            if let Some(Expectation::Secret { kind, .. }) = &step.expects {
                lines.push(format!("<{kind}>"));
            }
            match next {
                Some(kind) => step = self.0.own_things(&kind, things(&kind)),
                None => return lines.join(" "),
            }
        }
    }

    fn result(&mut self, tool: &str, arguments: Value, result: Value) -> String {
        let step = self.0.outcome(
            tool,
            arguments.as_object().unwrap(),
            &ToolOutcome::Result(result),
        );
        self.play(step)
    }

    fn log_in(&mut self) {
        self.hear("my name is alice and my password is ⟨password 1⟩");
        self.result(
            "login",
            json!({"username": "alice", "password": "⟨password 1⟩"}),
            json!({"success": true, "user": "alice"}),
        );
    }
}

#[test]
fn balance_request_before_login_is_answered_after_login() {
    let mut talk = Talk::new(&tools());
    assert_eq!(
        talk.hear("What is the balance of my checking account?"),
        "\"For that, please log in first.\" \"What is your username?\""
    );
    assert_eq!(talk.hear("Alice."), "\"What is your password?\" <password>");
    assert_eq!(
        talk.hear("It's ⟨password 1⟩."),
        r#"login{"username":"alice","password":"⟨password 1⟩"}"#
    );
    assert_eq!(
        talk.result(
            "login",
            json!({"username": "alice", "password": "⟨password 1⟩"}),
            json!({"success": true, "user": "alice"})
        ),
        r#""Thank you, alice. You are logged in." get_balance{"account_id":"acc_1001"}"#
    );
    assert_eq!(
        talk.result(
            "get_balance",
            json!({"account_id": "acc_1001"}),
            json!({"balance": 1250.0})
        ),
        "\"Your balance is $1,250.\""
    );
    assert_eq!(
        talk.hear("and savings?"),
        r#"get_balance{"account_id":"acc_1002"}"#
    );
    assert_eq!(
        talk.hear("I meant checking"),
        r#"get_balance{"account_id":"acc_1001"}"#
    );
    assert_eq!(
        talk.hear("what's my balance"),
        "\"Which account: checking or savings?\""
    );
    assert_eq!(
        talk.hear("the savings one"),
        r#"get_balance{"account_id":"acc_1002"}"#
    );
}

#[test]
fn login_in_one_sentence_fills_all_arguments() {
    let mut talk = Talk::new(&tools());
    talk.hear("log me in please");
    assert_eq!(
        talk.hear("my name is Alice and my password is ⟨password 1⟩"),
        r#"login{"username":"alice","password":"⟨password 1⟩"}"#
    );
    let mut talk = Talk::new(&tools());
    assert_eq!(
        talk.hear("log me in as alice with password ⟨password 2⟩"),
        r#"login{"username":"alice","password":"⟨password 2⟩"}"#
    );
}

#[test]
fn wrong_password_is_asked_again_and_given_up_at_third() {
    let mut talk = Talk::new(&tools());
    talk.hear("log in as alice with password ⟨password 1⟩");
    let wrong = || json!({"success": false, "error": "invalid_credentials"});
    let arguments = || json!({"username": "alice", "password": "⟨password 1⟩"});
    assert_eq!(
        talk.result("login", arguments(), wrong()),
        "\"That name or password is not right. Let's try again.\" \"What is your password?\" <password>"
    );
    talk.result("login", arguments(), wrong());
    assert_eq!(
        talk.result("login", arguments(), wrong()),
        "\"That name or password is not right. Let's leave it for now.\""
    );
}

#[test]
fn payment_arguments_are_asked_for_and_corrected() {
    let mut talk = Talk::new(&tools());
    talk.log_in();
    assert_eq!(talk.hear("I want to make a payment"), "\"How much?\"");
    assert_eq!(
        talk.hear("twenty dollars"),
        r#"process_payment{"amount":20,"currency":"USD"}"#
    );
    assert_eq!(
        talk.hear("no, make it thirty"),
        r#"process_payment{"amount":30,"currency":"USD"}"#
    );
    assert_eq!(
        talk.hear("yes but make it forty five euros"),
        r#"process_payment{"amount":45,"currency":"EUR"}"#
    );
    let declined = talk.0.declined("process_payment");
    assert!(declined.said().starts_with("All right"), "{declined:?}");
    assert_eq!(
        talk.hear("pay $12.50"),
        r#"process_payment{"amount":12.5,"currency":"USD"}"#
    );
    assert_eq!(
        talk.result(
            "process_payment",
            json!({"amount": 20000}),
            json!({"error": "amount_too_large", "message": "Maximum amount is $10,000"})
        ),
        "\"Maximum amount is $10,000.\" \"How much?\""
    );
    assert_eq!(talk.hear("fifty"), r#"process_payment{"amount":50}"#);
    assert_eq!(
        talk.result(
            "process_payment",
            json!({"amount": 50}),
            json!({"success": true, "payment_id": "pay_1", "amount": 50, "currency": "USD"})
        ),
        "\"Done. The amount is $50.\""
    );
}

#[test]
fn tool_failure_is_spoken_without_cause() {
    let mut talk = Talk::new(&tools());
    talk.log_in();
    talk.hear("pay 503 dollars");
    let step = talk.0.outcome(
        "process_payment",
        &serde_json::Map::new(),
        &ToolOutcome::Failed(Code::ServiceUnavailable),
    );
    assert_eq!(
        step.said(),
        "I'm sorry. Unable to process request. Please try again."
    );
}

#[test]
fn request_during_another_is_answered_and_first_is_resumed() {
    let mut talk = Talk::new(&tools());
    talk.log_in();
    talk.hear("make a payment");
    assert_eq!(
        talk.hear("what is the balance of my savings account"),
        r#"get_balance{"account_id":"acc_1002"}"#
    );
    assert_eq!(
        talk.result(
            "get_balance",
            json!({"account_id": "acc_1002"}),
            json!({"balance": 8400.5})
        ),
        "\"Your balance is $8,400.50.\" \"Shall we go on with your request to process payment?\""
    );
    assert_eq!(talk.hear("yes please"), "\"How much?\"");
    assert_eq!(
        talk.hear("never mind"),
        "\"All right, I'll leave that. What else can I do for you?\""
    );
}

#[test]
fn spoken_id_of_another_caller_is_not_used() {
    let mut talk = Talk::new(&tools());
    talk.log_in();
    let said = talk.hear("get the balance of account acc_2001");
    assert!(
        said.contains("can't find that account") && !said.contains("acc_"),
        "{said}"
    );
}

#[test]
fn search_query_is_rest_of_sentence() {
    let mut talk = Talk::new(&tools());
    assert_eq!(
        talk.hear("search for wireless headphones please"),
        r#"search_products{"query":"wireless headphones"}"#
    );
    assert_eq!(
        talk.hear("search products"),
        "\"What are you looking for?\""
    );
    assert_eq!(
        talk.hear("headphones"),
        r#"search_products{"query":"headphones"}"#
    );
}

#[test]
fn unseen_agent_tool_is_called_with_its_arguments() {
    let weather = tool(
        "get_weather",
        "Get current weather for a city",
        json!({"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}}),
    );
    let mut talk = Talk::new(&[weather]);
    assert_eq!(
        talk.hear("What's the weather in New York?"),
        r#"get_weather{"city":"New York"}"#
    );
    assert_eq!(
        talk.result(
            "get_weather",
            json!({"city": "New York"}),
            json!({"temperature": 72, "condition": "sunny"})
        ),
        "\"The temperature is 72 and the condition is sunny.\""
    );
    assert_eq!(talk.hear("and in Paris?"), r#"get_weather{"city":"Paris"}"#);
    assert_eq!(talk.hear("what's the weather like"), "\"For which city?\"");
    assert_eq!(talk.hear("berlin"), r#"get_weather{"city":"berlin"}"#);
}

#[test]
fn request_matching_two_tools_is_clarified() {
    let flight = |name: &str, description: &str| {
        let parameters = json!({"type": "object", "required": ["flight_id"], "properties": {"flight_id": {"type": "string"}}});
        tool(name, description, parameters)
    };
    let tools = [
        flight("confirm_flight", "Confirm a flight"),
        flight("cancel_flight", "Cancel a flight"),
    ];
    for (answer, expected) in [
        ("the second one", "What is the flight id?"),
        ("cancel it please", "What is the flight id?"),
        ("neither", "All right. What can I do for you?"),
    ] {
        let mut talk = Talk::new(&tools);
        assert_eq!(
            talk.hear("it is about a flight"),
            "\"Would you like to confirm a flight, or to cancel a flight?\""
        );
        assert_eq!(talk.hear(answer), format!("\"{expected}\""), "{answer}");
    }
    let mut talk = Talk::new(&tools);
    talk.hear("it is about a flight");
    talk.hear("cancel it please");
    assert_eq!(talk.hear("A B 12"), r#"cancel_flight{"flight_id":"AB12"}"#);
}

#[test]
fn full_request_after_another_is_not_a_correction() {
    let mut talk = Talk::new(&tools());
    talk.log_in();
    assert_eq!(
        talk.hear("pay thirty five euros"),
        r#"process_payment{"amount":35,"currency":"EUR"}"#
    );
    talk.result(
        "process_payment",
        json!({"amount": 35, "currency": "EUR"}),
        json!({"success": true, "amount": 35, "currency": "EUR"}),
    );
    assert_eq!(
        talk.hear("please pay thirty"),
        r#"process_payment{"amount":30}"#
    );
    assert_eq!(
        talk.hear("actually, in pounds"),
        r#"process_payment{"amount":30,"currency":"GBP"}"#
    );
    assert_eq!(
        talk.hear("no, search for headphones instead"),
        r#"search_products{"query":"headphones"}"#
    );
}

#[test]
fn small_talk_during_call_does_not_repeat_call() {
    let mut talk = Talk::new(&tools());
    assert_eq!(
        talk.hear("search for headphones"),
        r#"search_products{"query":"headphones"}"#
    );
    for text in ["tell me a joke", "thank you", "hello", "um", "blah blah"] {
        let said = talk.hear(text);
        assert!(!said.contains('{'), "{text}: {said}");
    }
}

#[test]
fn read_back_is_repeated_when_answer_is_unclear() {
    let mut talk = Talk::new(&tools());
    talk.log_in();
    let call = r#"process_payment{"amount":20,"currency":"USD"}"#;
    assert_eq!(talk.hear("pay twenty dollars"), call);
    for text in ["what was that", "I don't know", "tell me a joke"] {
        assert_eq!(talk.hear(text), call, "{text}");
    }
    assert!(talk.hear("never mind").starts_with("\"All right"));
    assert!(!talk.hear("what was that").contains('{'));
}

#[test]
fn request_refused_for_missing_login_is_resumed_after_login() {
    // An agent that declares nothing: only its refusal says that a login is needed.
    let plain = [
        tool(
            "login",
            "Login",
            json!({"type": "object", "required": ["username", "password"], "properties": {
            "username": {"type": "string"}, "password": {"type": "string"}}}),
        ),
        tool(
            "get_invoice",
            "Get an invoice by its number",
            json!({"type": "object", "required": ["invoice_number"], "properties": {
            "invoice_number": {"type": "string"}}}),
        ),
    ];
    let mut talk = Talk::new(&plain);
    assert_eq!(
        talk.hear("get me invoice A B 17"),
        r#"get_invoice{"invoice_number":"AB17"}"#
    );
    assert_eq!(
        talk.result(
            "get_invoice",
            json!({"invoice_number": "AB17"}),
            json!({"error": "authentication_required"})
        ),
        "\"Please log in first.\" \"What is your username?\""
    );
    talk.hear("b o b");
    assert_eq!(
        talk.hear("⟨password 3⟩"),
        r#"login{"username":"bob","password":"⟨password 3⟩"}"#
    );
    assert_eq!(
        talk.result(
            "login",
            json!({"username": "bob", "password": "⟨password 3⟩"}),
            json!({"success": true})
        ),
        r#""Thank you. You are logged in." get_invoice{"invoice_number":"AB17"}"#
    );
}
