//! What holds for any words, any declaration and any result.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::sync::Arc;

use conversimple_dialog::{Act, Decision, Dialog, Heard, Index, read_back};
use conversimple_wire::tool::OwnThing;
use conversimple_wire::{ToolOutcome, ToolSpec};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn today() -> time::Date {
    time::Date::from_calendar_date(2026, time::Month::November, 23).unwrap()
}

/// Words of all kinds, so that arbitrary sentences come near what people say.
fn sentence() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        3 => prop::sample::select(vec![
            "what", "is", "the", "balance", "of", "my", "checking", "savings", "account", "pay", "twenty", "dollars", "and", "no", "make", "it",
            "thirty", "yes", "login", "alice", "log", "me", "in", "acc_2001", "conversimple_own_things", "kind", "search", "for", "headphones",
            "tomorrow", "at", "seven", "to", "first", "other", "one", "never", "mind", "repeat", "that", "⟨password 1⟩", "⟨card 1⟩", "⟨", "⟩",
            "$50", "1,000.50", "5%", "'quoted", "text'", "May", "31st", "2026-02-30", "a", "l", "i", "c", "e", "@", "x@y.z", "…", "-", "=", "İ", "ß",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,12}",
    ];
    prop::collection::vec(word, 0..14).prop_map(|words| words.join(" "))
}

/// Anything that JSON can be, with the keys of a schema among its keys.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::sample::select(vec![
            "string", "number", "integer", "boolean", "array", "object", "account", "password",
            "login", "{a}", "{", "a.b", ""
        ])
        .prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let key = prop_oneof![
            prop::sample::select(vec![
                "type",
                "properties",
                "required",
                "enum",
                "items",
                "description",
                "anyOf",
                "x-own",
                "x-secret",
                "x-ask",
                "x-say",
                "x-role",
                "x-examples",
                "x-confirm",
                "x-caller",
                "minimum",
                "default",
                "amount",
                "city",
                "query",
                "account_id",
                "date",
                "error",
                "message",
                "success",
                "balance",
                "format",
            ])
            .prop_map(str::to_owned),
            "\\PC{0,6}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn tool() -> impl Strategy<Value = ToolSpec> {
    ("[a-z_]{0,12}", "\\PC{0,40}", json_value()).prop_map(|(name, description, parameters)| {
        ToolSpec {
            name,
            description,
            parameters,
        }
    })
}

fn known_tools() -> Vec<ToolSpec> {
    let file: Value = serde_json::from_str(include_str!("../testdata/guide.json")).unwrap();
    serde_json::from_value(file["tools"].clone()).unwrap()
}

fn things(kind: &str) -> Vec<OwnThing> {
    let thing = |id: &str, name: &str| OwnThing {
        id: id.into(),
        names: vec![name.into()],
    };
    match kind {
        "account" => vec![thing("acc_1001", "checking"), thing("acc_1002", "savings")],
        "customer" => vec![thing("cust_1001", "alice")],
        _ => vec![],
    }
}

/// What must hold for every step: calls are of public tools, with declared arguments only, all required ones, and own
/// ids from the own list.
fn check(step: &Decision, tools: &[ToolSpec]) {
    for act in &step.acts {
        let Act::Call { tool, arguments } = act else {
            continue;
        };
        let spec = tools
            .iter()
            .find(|spec| spec.name == *tool && !spec.internal())
            .expect("a tool that is registered and public");
        for name in arguments.keys() {
            assert!(spec.argument(name).is_some(), "{name} is not declared");
        }
        for argument in spec.arguments() {
            let value = arguments.get(argument.name);
            assert!(
                !argument.required || value.is_some(),
                "{} is missing",
                argument.name
            );
            if let (Some(kind), Some(value)) = (argument.own(), value) {
                assert!(
                    things(kind).iter().any(|thing| value == thing.id.as_str()),
                    "{value} is not the caller's"
                );
            }
            if let (Some(_), Some(value)) = (argument.secret(), value) {
                assert!(
                    value.as_str().is_some_and(|text| text.starts_with('⟨')),
                    "a secret is a token"
                );
            }
        }
    }
}

/// Plays a conversation, with a result for every call, and checks every step.
fn play(tools: &[ToolSpec], said: &[String], results: &[Value]) {
    let mut dialog = Dialog::new(Arc::new(Index::new(tools)));
    check(&dialog.greet(), tools);
    let mut results = results.iter().cycle();
    for text in said {
        let mut step = dialog.heard(Heard {
            text,
            meaning: None,
            today: today(),
        });
        for _ in 0..6 {
            check(&step, tools);
            let next = step.acts.iter().find_map(|act| match act {
                Act::Call { tool, arguments } => {
                    let spec = tools.iter().find(|spec| spec.name == *tool).unwrap();
                    read_back(spec, arguments, |_, _| None);
                    let result = results.next().cloned().unwrap_or(json!({"success": true}));
                    Some(dialog.outcome(tool, arguments, &ToolOutcome::Result(result)))
                }
                Act::Own { kind } => Some(dialog.own_things(kind, things(kind))),
                Act::Say(_) => None,
            });
            match next {
                Some(next) => step = next,
                None => break,
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn known_tool_calls_match_declaration_for_any_words(said in prop::collection::vec(sentence(), 1..8), results in prop::collection::vec(json_value(), 1..4)) {
        play(&known_tools(), &said, &results);
        play(&known_tools(), &said, &[json!({"success": true, "user": "alice", "balance": 1})]);
        play(&known_tools(), &said, &[json!({"error": "invalid_amount", "message": "no"})]);
        play(&known_tools(), &said, &[json!({"error": "authentication_required"})]);
    }

    #[test]
    fn dialog_any_declaration_does_not_panic(tools in prop::collection::vec(tool(), 0..4), said in prop::collection::vec(sentence(), 1..5), result in json_value()) {
        play(&tools, &said, &[result]);
    }

    #[test]
    fn same_words_in_same_state_give_same_step(first in sentence(), second in sentence()) {
        let tools = known_tools();
        let mut one = Dialog::new(Arc::new(Index::new(&tools)));
        one.heard(Heard { text: &first, meaning: None, today: today() });
        let mut other = one.clone();
        let heard = Heard { text: &second, meaning: None, today: today() };
        prop_assert_eq!(one.heard(heard), other.heard(heard));
    }

    #[test]
    fn any_tool_outcome_gives_bounded_speech(tool in "[a-z_]{0,12}", arguments in json_value(), result in json_value()) {
        let mut dialog = Dialog::new(Arc::new(Index::new(&known_tools())));
        let arguments = arguments.as_object().cloned().unwrap_or_else(Map::new);
        for name in [tool.as_str(), "login", "get_balance", "process_payment", "search_products"] {
            let step = dialog.outcome(name, &arguments, &ToolOutcome::Result(result.clone()));
            prop_assert!(step.said().len() < 4_000);
            check(&step, &known_tools());
        }
    }
}

#[test]
fn repeated_monologue_calls_no_tool_and_keeps_state_bounded() {
    let text = "and then I told her that we went down to the river and it was really cold out there you know ".repeat(300);
    let mut dialog = Dialog::new(Arc::new(Index::new(&known_tools())));
    for _ in 0..20 {
        let step = dialog.heard(Heard {
            text: &text,
            meaning: None,
            today: today(),
        });
        assert!(
            step.acts.iter().all(|act| matches!(act, Act::Say(_))),
            "{step:?}"
        );
    }
    let kept = format!("{dialog:?}").len();
    dialog.heard(Heard {
        text: &text,
        meaning: None,
        today: today(),
    });
    assert_eq!(
        format!("{dialog:?}").len(),
        kept,
        "what is kept does not grow"
    );
}
