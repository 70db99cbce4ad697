//! Pieces of a sentence that go to one argument and to no other: free text word for word, counts, codes that were spelled; and words
//! that are no value.

mod common;

use conversimple_wire::ToolSpec;
use serde_json::json;

use common::tool;

fn tools() -> Vec<ToolSpec> {
    vec![
        tool(
            "send_message",
            "Send a text message to a contact.",
            &json!({"to": {"type": "string", "description": "Name of the contact"}, "message": {"type": "string"}}),
            &["to", "message"],
        ),
        tool(
            "place_order",
            "Order products from the shop.",
            &json!({"product": {"type": "string"}, "quantity": {"type": "integer", "default": 1}, "delivery_note": {"type": "string"}}),
            &["product"],
        ),
        tool(
            "get_weather",
            "Get the weather in a city.",
            &json!({"city": {"type": "string"}}),
            &["city"],
        ),
        tool(
            "find_parcel",
            "Track a parcel by its id.",
            &json!({"parcel_id": {"type": "string", "description": "Such as AB12"}}),
            &["parcel_id"],
        ),
    ]
}

fn last(script: &[&str]) -> String {
    common::last(&tools(), script)
}

#[test]
fn free_text_is_kept_word_for_word_to_its_end() {
    for (sentence, to, message) in [
        ("text Anna I'm not coming", "Anna", "I'm not coming"),
        (
            "send a message to Tom: don't ring the bell",
            "Tom",
            "don't ring the bell",
        ),
        (
            "send Bob a text saying no onions please",
            "Bob",
            "no onions please",
        ),
        (
            "please text Maria that I won't be there at eight",
            "Maria",
            "I won't be there at eight",
        ),
        (
            "send a message to Anna that the bill is 20 dollars, not 30.",
            "Anna",
            "the bill is 20 dollars, not 30",
        ),
    ] {
        let expected = json!({"to": to, "message": message});
        assert_eq!(
            last(&[sentence]),
            format!("send_message {expected}"),
            "{sentence}"
        );
    }
    let sentence = "order 2 phone chargers with the note leave it at the door, don't ring the bell";
    let expected = json!({"product": "phone chargers", "quantity": 2, "delivery_note": "leave it at the door, don't ring the bell"});
    assert_eq!(last(&[sentence]), format!("place_order {expected}"));
}

#[test]
fn negation_before_the_text_still_counts() {
    let sent = json!({"to": "Anna", "message": "I'm coming"});
    let said = last(&["text Anna that I'm coming"]);
    assert_eq!(said, format!("send_message {sent}"));
    let said = last(&["don't text Anna that I'm coming"]);
    assert!(said.starts_with("All right, I won't do that."), "{said}");
}

#[test]
fn count_before_what_is_counted_is_the_count() {
    for (sentence, product, quantity) in [
        ("order three pizzas", "pizzas", 3),
        ("order 12 notebooks please", "notebooks", 12),
        ("I'd like to order two phone chargers", "phone chargers", 2),
    ] {
        let expected = json!({"product": product, "quantity": quantity});
        assert_eq!(
            last(&[sentence]),
            format!("place_order {expected}"),
            "{sentence}"
        );
    }
}

#[test]
fn name_of_an_argument_is_none_of_its_values() {
    for sentence in [
        "weather in a city please",
        "what's the weather in the city",
        "weather somewhere",
    ] {
        let said = last(&[sentence]);
        assert!(said.ends_with('?'), "{sentence}: {said}");
    }
}

#[test]
fn spelled_code_is_put_together() {
    for (answer, id) in [
        ("A as in alpha, B as in bravo, one two", "AB12"),
        ("it's double oh seven", "007"),
        ("acc underscore one zero zero two", "acc_1002"),
        ("yankee zulu nine nine", "YZ99"),
    ] {
        let expected = json!({"parcel_id": id});
        let script = ["track a parcel", answer];
        assert_eq!(last(&script), format!("find_parcel {expected}"), "{answer}");
    }
}

#[test]
fn number_is_no_count_where_the_argument_counts_nothing() {
    let tickets = [tool(
        "buy_tickets",
        "Buy tickets for a show.",
        &json!({"show": {"type": "string"}, "order_number": {"type": "integer"}, "number_of_tickets": {"type": "integer"}}),
        &["show"],
    )];
    let called = common::last(&tickets, &["buy three tickets for Hamilton"]);
    let expected = json!({"show": "Hamilton", "number_of_tickets": 3});
    assert_eq!(called, format!("buy_tickets {expected}"));
}
