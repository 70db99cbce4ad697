//! Values that declarations list, given to the arguments that take them: over tools of several trades, a sentence and what
//! follows from it.

mod common;

use conversimple_wire::ToolSpec;
use serde_json::json;

use common::{dialog, last, tool};

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

fn hear(text: &str) -> String {
    last(&tools(), &[text])
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
    let mut dialog = dialog(&tools());
    let asked = common::hear(&mut dialog, "transfer 50 dollars savings");
    assert!(
        asked.contains("from account") && asked.ends_with('?'),
        "{asked}"
    );
    common::hear(&mut dialog, "checking");
    let expected = json!({"amount": 50, "from_account": "checking", "to_account": "savings"});
    let called = common::hear(&mut dialog, "savings");
    assert_eq!(called, format!("transfer_money {expected}"));
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
    let mut dialog = dialog(&tools());
    assert_eq!(
        common::hear(&mut dialog, "order a small or a large pizza"),
        "small, or large?"
    );
    assert_eq!(
        common::hear(&mut dialog, "large"),
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
fn value_that_sounds_near_is_taken() {
    let kitchen = format!("set_light {}", json!({"room": "kitchen", "state": "on"}));
    assert_eq!(hear("switch the lamp in the kitchin on"), kitchen);
    let stuffed = json!({"size": "large", "crust": "stuffed crust"});
    let called = hear("order a large pizza with stuffed crast");
    assert_eq!(called, format!("order_pizza {stuffed}"));
}

#[test]
fn value_that_sounds_only_a_little_like_it_is_asked_about() {
    let large = json!({"size": "large", "toppings": ["mushrooms"]});
    let plain = json!({"size": "large"});
    for (answer, expected) in [("yes", large), ("no", plain)] {
        let mut dialog = dialog(&tools());
        let asked = common::hear(&mut dialog, "order a large pizza with mushers");
        assert_eq!(asked, "Did you say mushrooms?");
        let called = common::hear(&mut dialog, answer);
        assert_eq!(called, format!("order_pizza {expected}"), "{answer}");
    }
}

#[test]
fn answer_that_is_a_listed_value_is_no_talk() {
    let heater = [tool(
        "set_heater",
        "Control the heater.",
        &json!({"action": {"enum": ["start", "stop", "reset"]}}),
        &["action"],
    )];
    for action in ["reset", "stop", "start"] {
        let called = last(&heater, &["control the heater", action]);
        assert_eq!(called, format!("set_heater {}", json!({"action": action})));
    }
}

#[test]
fn name_of_a_person_is_no_misheard_value() {
    let large = json!({"size": "large"});
    let called = hear("order a large pizza for Mustrum");
    assert_eq!(called, format!("order_pizza {large}"));
}
