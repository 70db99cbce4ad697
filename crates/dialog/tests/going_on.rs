//! What a caller says beside the point and after it: corrections of what was read back, a moment to think, beginning anew, a person
//! instead. A script of sentences, and what follows from the last one.

mod common;

use conversimple_wire::{ToolOutcome, ToolSpec};
use serde_json::{Map, Value, json};

use common::{dialog, hear, last, told, tool};

fn confirmed(mut spec: ToolSpec) -> ToolSpec {
    spec.parameters["x-confirm"] = json!(true);
    spec
}

fn tools() -> Vec<ToolSpec> {
    vec![
        confirmed(tool(
            "pay_person",
            "Pay somebody.",
            &json!({"amount": {"type": "number"}, "recipient": {"type": "string", "description": "Name of the person"}}),
            &["amount", "recipient"],
        )),
        confirmed(tool(
            "book_table",
            "Book a table at a restaurant.",
            &json!({"guests": {"type": "integer"}, "time": {"type": "string", "format": "time"}}),
            &["guests", "time"],
        )),
        tool(
            "get_weather",
            "Get the weather in a city.",
            &json!({"city": {"type": "string"}}),
            &["city"],
        ),
    ]
}

#[test]
fn call_that_was_read_back_is_changed_by_what_the_caller_adds() {
    let pay = |amount: u32, to: &str| {
        format!("pay_person {}", json!({"amount": amount, "recipient": to}))
    };
    for (answer, expected) in [
        ("yes but to Anna", pay(20, "Anna")),
        ("right, but to Tom", pay(20, "Tom")),
        ("no, to Maria please", pay(20, "Maria")),
        ("fifty", pay(50, "Bob")),
        ("make it thirty", pay(30, "Bob")),
        ("yes, make that twenty five", pay(25, "Bob")),
        ("not twenty, thirty", pay(30, "Bob")),
        ("thirty, not twenty", pay(30, "Bob")),
        ("forty instead of twenty", pay(40, "Bob")),
        ("actually fifteen dollars to Anna", pay(15, "Anna")),
    ] {
        assert_eq!(
            last(&tools(), &["pay Bob twenty dollars", answer]),
            expected,
            "{answer}"
        );
    }
    let table =
        |guests: u32, time: &str| format!("book_table {}", json!({"guests": guests, "time": time}));
    for (answer, expected) in [
        ("yes but at eight pm", table(4, "20:00")),
        ("no, for six people", table(6, "19:00")),
        ("okay but five guests", table(5, "19:00")),
    ] {
        let script = ["book a table for four at seven pm", answer];
        assert_eq!(last(&tools(), &script), expected, "{answer}");
    }
}

#[test]
fn old_value_is_not_offered_again_after_a_correction() {
    let script = ["pay Bob twenty dollars", "fifty", "yes but to Anna"];
    let expected = json!({"amount": 50, "recipient": "Anna"});
    assert_eq!(last(&tools(), &script), format!("pay_person {expected}"));
}

#[test]
fn caller_who_needs_a_moment_is_waited_for() {
    for wait in [
        "hold on",
        "one moment please",
        "wait a second",
        "let me check",
        "just a minute",
    ] {
        let script = ["book a table for four", wait];
        assert_eq!(
            last(&tools(), &script),
            "All right, take your time.",
            "{wait}"
        );
        let script = [
            "book a table for four",
            wait,
            wait,
            wait,
            wait,
            "at seven pm",
        ];
        let expected = json!({"guests": 4, "time": "19:00"});
        assert_eq!(
            last(&tools(), &script),
            format!("book_table {expected}"),
            "{wait}"
        );
    }
}

#[test]
fn task_is_begun_anew_or_taken_one_step_back() {
    let script = ["book a table", "for four", "let's start over"];
    assert_eq!(
        last(&tools(), &script),
        "All right, from the beginning. How many guests?"
    );
    let script = ["book a table", "four", "go back"];
    assert_eq!(last(&tools(), &script), "All right. How many guests?");
    let script = ["book a table", "four", "go back", "six", "at seven pm"];
    let expected = json!({"guests": 6, "time": "19:00"});
    assert_eq!(last(&tools(), &script), format!("book_table {expected}"));
}

#[test]
fn person_is_given_where_a_tool_does_that_and_never_an_error_elsewhere() {
    let mut with = tools();
    with.push(tool(
        "transfer_to_human",
        "Connect the caller to an agent.",
        &json!({}),
        &[],
    ));
    for script in [
        &["I want to talk to a human"][..],
        &["pay Bob twenty dollars", "get me an operator"],
        &["book a table", "can I speak to a real person please"],
    ] {
        assert_eq!(last(&with, script), "transfer_to_human {}", "{script:?}");
    }
    let said = last(&tools(), &["book a table", "operator"]);
    assert_eq!(
        said,
        "I'm sorry, I can't put you through to a person. How many guests?"
    );
    let said = last(&tools(), &["let me talk to somebody"]);
    assert!(
        said.starts_with("I'm sorry, I can't put you through to a person. But I can "),
        "{said}"
    );
}

#[test]
fn question_at_a_read_back_changes_nothing() {
    let unchanged = format!("pay_person {}", json!({"amount": 20, "recipient": "Bob"}));
    for aside in [
        "who is that",
        "Who is that?",
        "I don't understand",
        "what does that cost",
        "Really?",
        "hello are you there",
    ] {
        let said = last(&tools(), &["pay Bob twenty dollars", aside]);
        assert_eq!(said, unchanged, "{aside}");
    }
    let note = [confirmed(tool(
        "send_note",
        "Send a note.",
        &json!({"note": {"type": "string"}}),
        &["note"],
    ))];
    let script = |answer| last(&note, &["send a note: see you at nine", answer]);
    let noted = |note: &str| format!("send_note {}", json!({"note": note}));
    assert_eq!(script("is that all"), noted("see you at nine"));
    assert_eq!(script("no, see you at ten"), noted("see you at ten"));
}

fn sunny() -> (Map<String, Value>, ToolOutcome) {
    let arguments = json!({"city": "Paris"});
    let arguments = arguments.as_object().cloned().unwrap_or_default();
    (arguments, ToolOutcome::Result(json!("Sunny.")))
}

#[test]
fn two_wishes_in_a_sentence_are_served_one_after_the_other() {
    let mut dialog = dialog(&tools());
    let both = "get the weather in Paris and then pay Bob twenty dollars";
    let (arguments, outcome) = sunny();
    let first = format!("get_weather {}", Value::Object(arguments.clone()));
    assert_eq!(hear(&mut dialog, both), first);
    let second = told(&dialog.outcome("get_weather", &arguments, &outcome));
    let paid = json!({"amount": 20, "recipient": "Bob"});
    assert!(second.contains("Sunny"), "{second}");
    assert!(second.ends_with(&format!("pay_person {paid}")), "{second}");
}

#[test]
fn second_wish_is_gone_when_the_caller_turns_to_something_else() {
    let mut dialog = dialog(&tools());
    hear(
        &mut dialog,
        "get the weather in Paris and then pay Bob twenty dollars",
    );
    let rome = hear(&mut dialog, "get the weather in Rome");
    assert!(rome.starts_with("get_weather"), "{rome}");
    let (arguments, outcome) = sunny();
    let said = told(&dialog.outcome("get_weather", &arguments, &outcome));
    assert!(
        said.contains("Sunny") && !said.contains("pay_person"),
        "{said}"
    );
}
