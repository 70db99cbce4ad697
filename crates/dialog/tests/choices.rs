//! Values that declarations list, given to the arguments that take them: over tools of several trades, a sentence and what
//! follows from it.

use std::sync::Arc;

use conversimple_dialog::{Act, Dialog, Heard, Index};
use conversimple_wire::ToolSpec;
use serde_json::{Value, json};

fn tool(name: &str, description: &str, properties: &Value, required: &[&str]) -> ToolSpec {
    ToolSpec {
        name: name.into(),
        description: description.into(),
        parameters: json!({"type": "object", "properties": properties, "required": required}),
    }
}

fn tools() -> Vec<ToolSpec> {
    let accounts = json!({"type": "string", "enum": ["checking", "savings", "money_market"]});
    let currencies = json!({"type": "string", "enum": ["USD", "EUR", "GBP", "JPY"]});
    let rooms = json!({"type": "string", "enum": ["kitchen", "living room", "bedroom"]});
    vec![
        tool(
            "transfer_money",
            "Move money between accounts.",
            &json!({"amount": {"type": "number"}, "from_account": accounts, "to_account": accounts}),
            &["amount", "from_account", "to_account"],
        ),
        tool(
            "exchange_rate",
            "Get the exchange rate of two currencies.",
            &json!({"source": currencies, "target": currencies}),
            &["source", "target"],
        ),
        tool(
            "order_pizza",
            "Order a pizza.",
            &json!({
                "size": {"enum": ["small", "medium", "large", "extra large"]},
                "crust": {"enum": ["thin crust", "thick crust", "stuffed crust"]},
                "toppings": {"type": "array", "items": {"enum": ["mushrooms", "green peppers", "peppers", "olives", "pepperoni"]}},
            }),
            &["size"],
        ),
        tool(
            "set_light",
            "Switch a lamp.",
            &json!({"room": rooms, "state": {"enum": ["on", "off", "dimmed"]}}),
            &["room", "state"],
        ),
        tool(
            "ship_parcel",
            "Ship a parcel.",
            &json!({
                "service": {"enum": ["standard", "express", "overnight"]},
                "weight": {"enum": ["5 pounds", "10 pounds", "20 pounds"]},
            }),
            &["service", "weight"],
        ),
    ]
}

/// What follows from one sentence: the call, or the question.
fn hear(text: &str) -> String {
    let mut dialog = Dialog::new(Arc::new(Index::new(&tools())));
    said(&mut dialog, text)
}

fn said(dialog: &mut Dialog, text: &str) -> String {
    let today = time::Date::from_calendar_date(2026, time::Month::May, 4).expect("a day");
    let decision = dialog.heard(Heard {
        text,
        meaning: None,
        today,
    });
    let acts = decision.acts.iter().map(|act| match act {
        Act::Say(text) => text.clone(),
        Act::Call { tool, arguments } => format!("{tool} {}", Value::Object(arguments.clone())),
        Act::Own { kind } => format!("own {kind}"),
    });
    acts.collect::<Vec<_>>().join(" ")
}

#[test]
fn two_arguments_of_one_set_get_what_the_words_say() {
    let moved = |from, to| json!({"amount": 50, "from_account": from, "to_account": to});
    for (sentence, from, to) in [
        (
            "transfer 50 dollars from savings to checking",
            "savings",
            "checking",
        ),
        (
            "transfer 50 dollars to checking from savings",
            "savings",
            "checking",
        ),
        (
            "move 50 dollars from my checking into my money market",
            "checking",
            "money_market",
        ),
        (
            "move 50 dollars into savings from checking",
            "checking",
            "savings",
        ),
        (
            "transfer 50 dollars from checking to checking",
            "checking",
            "checking",
        ),
    ] {
        let expected = format!("transfer_money {}", moved(from, to));
        assert_eq!(hear(sentence), expected, "{sentence}");
    }
    for (sentence, source, target) in [
        (
            "what is the exchange rate of euros into dollars",
            "EUR",
            "USD",
        ),
        ("exchange rate from pounds to yen", "GBP", "JPY"),
        ("exchange rate to dollars from euros", "EUR", "USD"),
    ] {
        let expected = format!(
            "exchange_rate {}",
            json!({"source": source, "target": target})
        );
        assert_eq!(hear(sentence), expected, "{sentence}");
    }
}

#[test]
fn value_that_may_be_one_arguments_or_anothers_is_asked_for() {
    let said = hear("transfer 50 dollars savings");
    assert!(!said.contains("transfer_money"), "{said}");
}

#[test]
fn longest_value_counts_over_all_arguments() {
    for (sentence, expected) in [
        (
            "can I get an extra large thin crust pizza with green peppers and olives",
            json!({"size": "extra large", "crust": "thin crust", "toppings": ["green peppers", "olives"]}),
        ),
        (
            "get me a stuffed crust large pizza",
            json!({"size": "large", "crust": "stuffed crust"}),
        ),
        (
            "I'd like a medium pizza with thick crust and pepperoni please",
            json!({"size": "medium", "crust": "thick crust", "toppings": ["pepperoni"]}),
        ),
        (
            "give me a small pizza, no, a large one",
            json!({"size": "large"}),
        ),
    ] {
        assert_eq!(
            hear(sentence),
            format!("order_pizza {expected}"),
            "{sentence}"
        );
    }
}

#[test]
fn one_of_two_values_is_asked() {
    let mut dialog = Dialog::new(Arc::new(Index::new(&tools())));
    assert_eq!(
        said(&mut dialog, "order a small or a large pizza"),
        "small, or large?"
    );
    assert_eq!(
        said(&mut dialog, "large"),
        format!("order_pizza {}", json!({"size": "large"}))
    );
}

#[test]
fn figures_and_words_of_a_number_are_the_same_value() {
    for weight in ["ten pounds", "10 pounds", "10 lbs", "10lb"] {
        let sentence = format!("ship an express parcel of {weight}");
        let expected = json!({"service": "express", "weight": "10 pounds"});
        assert_eq!(
            hear(&sentence),
            format!("ship_parcel {expected}"),
            "{sentence}"
        );
    }
}

#[test]
fn misheard_value_is_taken_when_near_and_asked_about_when_not() {
    let kitchen = format!("set_light {}", json!({"room": "kitchen", "state": "on"}));
    assert_eq!(hear("switch the lamp in the kitchin on"), kitchen);
    let mut dialog = Dialog::new(Arc::new(Index::new(&tools())));
    let asked = said(&mut dialog, "order a large pizza with stuffed crast");
    assert_eq!(
        asked,
        format!(
            "order_pizza {}",
            json!({"size": "large", "crust": "stuffed crust"})
        )
    );
}
