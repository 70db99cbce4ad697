//! Sums, units and currencies in whole sentences: what is called with what, and what is asked instead.

use std::sync::Arc;

use conversimple_dialog::{Act, Decision, Dialog, Heard, Index};
use conversimple_wire::ToolSpec;
use serde_json::{Value, json};

fn tool(name: &str, description: &str, parameters: Value) -> ToolSpec {
    ToolSpec {
        name: name.into(),
        description: description.into(),
        parameters,
    }
}

/// What a dialog with one tool does when it hears sentences one after the other: its last call or its last question.
fn told(spec: &ToolSpec, sentences: &str) -> String {
    let mut dialog = Dialog::new(Arc::new(Index::new(std::slice::from_ref(spec))));
    let today = time::Date::from_calendar_date(2026, time::Month::November, 23).expect("a day");
    let mut shown = String::new();
    for text in sentences.split(" / ") {
        let step = dialog.heard(Heard {
            text,
            meaning: None,
            today,
        });
        shown = show(&step);
    }
    shown
}

fn show(step: &Decision) -> String {
    let acts = step.acts.iter().map(|act| match act {
        Act::Say(text) => text.clone(),
        Act::Call { arguments, .. } => Value::Object(arguments.clone()).to_string(),
        Act::Own { kind } => kind.clone(),
    });
    acts.collect::<Vec<_>>().join(" ")
}

fn check(spec: &ToolSpec, rows: &[(&str, &str)]) {
    let wrong: Vec<String> = rows
        .iter()
        .map(|(text, expected)| (text, expected, told(spec, text)))
        .filter(|(_, expected, found)| found != *expected)
        .map(|(text, expected, found)| format!("{text}: {found} instead of {expected}"))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn payment() -> ToolSpec {
    tool(
        "pay",
        "Pay an amount of money",
        json!({"type": "object", "x-currency": "USD", "required": ["amount"], "properties": {"amount": {"type": "number"}}}),
    )
}

#[test]
fn amount_with_two_readings_is_asked() {
    check(
        &payment(),
        &[
            ("pay forty two fifty", "42 dollars and 50 cents, or 4,250?"),
            ("pay two fifty", "2 dollars and 50 cents, or 250?"),
            (
                "pay nineteen ninety nine",
                "19 dollars and 99 cents, or 1,999?",
            ),
            ("pay twelve fifty", "12 dollars and 50 cents, or 1,250?"),
            ("pay one oh five dollars", "1 dollar and 5 cents, or 105?"),
            ("pay ten or twenty dollars", "10, or 20?"),
            ("pay between 10 and 20", "10, or 20?"),
            ("pay 10 to 20 dollars", "10, or 20?"),
            ("pay 1.250", "1 dollar and 25 cents, or 1,250?"),
            ("pay forty two fifty / the first one", r#"{"amount":42.5}"#),
            ("pay forty two fifty / the second", r#"{"amount":4250}"#),
            (
                "pay forty two fifty / forty two dollars and fifty cents",
                r#"{"amount":42.5}"#,
            ),
            (
                "pay forty two fifty / four thousand two hundred fifty",
                r#"{"amount":4250}"#,
            ),
            (
                "pay some money / two fifty",
                "2 dollars and 50 cents, or 250?",
            ),
            ("pay some money / two fifty / $2.50", r#"{"amount":2.5}"#),
            (
                "pay two fifty / two fifty",
                "Sorry, I didn't get that. 2 dollars and 50 cents, or 250?",
            ),
        ],
    );
}

#[test]
fn amount_with_one_reading_is_taken() {
    check(
        &payment(),
        &[
            ("pay a dollar fifty", r#"{"amount":1.5}"#),
            ("pay a buck fifty", r#"{"amount":1.5}"#),
            ("pay half a grand", r#"{"amount":500}"#),
            ("pay two and a half thousand", r#"{"amount":2500}"#),
            ("pay half a million", r#"{"amount":500000}"#),
            ("pay 1 250", r#"{"amount":1250}"#),
            ("pay 1.250,50", r#"{"amount":1250.5}"#),
            ("pay five hundred and ten", r#"{"amount":510}"#),
            ("pay a couple hundred", r#"{"amount":200}"#),
            ("pay 3k", r#"{"amount":3000}"#),
            ("pay 2.5k", r#"{"amount":2500}"#),
            ("pay twelve hundred", r#"{"amount":1200}"#),
            ("pay point five", r#"{"amount":0.5}"#),
            ("pay three quarters of a million", r#"{"amount":750000}"#),
            ("pay minus five", r#"{"amount":-5}"#),
            ("pay 12 dollars and 50 cents", r#"{"amount":12.5}"#),
            ("pay twenty dollars", r#"{"amount":20}"#),
            ("pay fifty cents", r#"{"amount":0.5}"#),
        ],
    );
}

#[test]
fn bound_of_declaration_decides_between_readings() {
    let spec = tool(
        "pay",
        "Pay an amount of money",
        json!({"type": "object", "x-currency": "USD", "required": ["amount"],
            "properties": {"amount": {"type": "number", "maximum": 500}}}),
    );
    check(
        &spec,
        &[
            ("pay forty two fifty", r#"{"amount":42.5}"#),
            ("pay two fifty", "2 dollars and 50 cents, or 250?"),
        ],
    );
}

#[test]
fn currency_that_is_not_taken_is_asked_in_the_one_that_is() {
    let asks = |said: &str| {
        format!("I can take US dollars only, not {said}. How much is it in US dollars?")
    };
    let rows = [
        ("pay twenty yen", asks("yen")),
        ("pay 500 swiss francs", asks("Swiss francs")),
        ("pay twenty canadian dollars", asks("Canadian dollars")),
        ("pay two bitcoins", asks("bitcoins")),
        ("pay €20", asks("euros")),
        (
            "pay 20 euros / twenty dollars",
            r#"{"amount":20}"#.to_owned(),
        ),
        ("pay 20 US dollars", r#"{"amount":20}"#.to_owned()),
        ("pay $20", r#"{"amount":20}"#.to_owned()),
        ("pay some money / twenty yen", asks("yen")),
    ];
    let rows: Vec<(&str, &str)> = rows
        .iter()
        .map(|(text, said)| (*text, said.as_str()))
        .collect();
    check(&payment(), &rows);
}

#[test]
fn currency_is_taken_where_declaration_names_it() {
    let listed = |parameters: Value| tool("pay", "Pay an amount of money", parameters);
    let enums = listed(
        json!({"type": "object", "required": ["amount"], "properties": {
        "amount": {"type": "number"}, "currency": {"enum": ["USD", "EUR"], "default": "USD"}}}),
    );
    check(
        &enums,
        &[
            ("pay twenty euros", r#"{"amount":20,"currency":"EUR"}"#),
            (
                "pay twenty yen",
                "I can take US dollars or euros only, not yen. How much is it in US dollars or euros?",
            ),
        ],
    );
    let named = listed(
        json!({"type": "object", "required": ["amount_eur"], "properties": {"amount_eur": {"type": "number"}}}),
    );
    check(
        &named,
        &[
            ("pay twenty euros", r#"{"amount_eur":20}"#),
            (
                "pay twenty dollars",
                "I can take euros only, not US dollars. How much is it in euros?",
            ),
        ],
    );
    let canadian = listed(
        json!({"type": "object", "x-currency": "CAD", "required": ["amount"], "properties": {"amount": {"type": "number"}}}),
    );
    check(
        &canadian,
        &[
            ("pay twenty dollars", r#"{"amount":20}"#),
            (
                "pay twenty US dollars",
                "I can take Canadian dollars only, not US dollars. How much is it in Canadian dollars?",
            ),
        ],
    );
}

#[test]
fn amount_counted_in_cents_is_converted() {
    let spec = tool(
        "pay",
        "Pay an amount of money",
        json!({"type": "object", "x-currency": "USD", "required": ["amount_cents"], "properties": {"amount_cents": {"type": "integer"}}}),
    );
    check(
        &spec,
        &[
            ("pay 12 dollars and 50 cents", r#"{"amount_cents":1250}"#),
            ("pay fifty cents", r#"{"amount_cents":50}"#),
            ("pay $3", r#"{"amount_cents":300}"#),
            ("pay 12.50", r#"{"amount_cents":1250}"#),
            ("pay twelve", "12 dollars, or 12 cents?"),
            ("pay twelve / dollars", r#"{"amount_cents":1200}"#),
            ("pay twelve / cents please", r#"{"amount_cents":12}"#),
        ],
    );
}

#[test]
fn quantity_is_converted_to_unit_of_argument() {
    let counted = |name: &str, description: &str| {
        tool(
            "set_timer",
            "Set a timer",
            json!({"type": "object", "required": [name], "properties": {name: {"type": "number", "description": description}}}),
        )
    };
    for (name, description, text, expected) in [
        ("duration_minutes", "", "set a timer for two hours", "120"),
        (
            "duration",
            "How long, in seconds",
            "set a timer for five minutes",
            "300",
        ),
        ("timeout_ms", "", "set a timer for 2 seconds", "2000"),
        (
            "duration_minutes",
            "",
            "set a timer for an hour and a half",
            "90",
        ),
        ("duration_minutes", "", "set a timer for half an hour", "30"),
        (
            "duration_minutes",
            "",
            "set a timer for 1 hour 30 minutes",
            "90",
        ),
        ("duration_minutes", "", "set a timer for 45", "45"),
        ("duration_minutes", "", "set a timer for an hour", "60"),
        ("hours", "", "set a timer for 90 minutes", "1.5"),
        ("weight", "in grams", "set a timer at two kilos", "2000"),
        ("weight_kg", "", "set a timer at 500 grams", "0.5"),
        ("duration_months", "", "set a timer for two years", "24"),
        (
            "temperature_celsius",
            "",
            "set a timer at 68 fahrenheit",
            "20",
        ),
    ] {
        let expected = format!("{{\"{name}\":{expected}}}");
        assert_eq!(told(&counted(name, description), text), expected, "{text}");
    }
    assert_eq!(
        told(
            &counted("duration_minutes", ""),
            "set a timer for two kilos"
        ),
        "What duration minutes?"
    );
}
