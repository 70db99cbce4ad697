//! Sentences that the dialog makes from a tool's declaration: what a tool does, how an argument is asked for, how
//! exact arguments are read back before a risky call.
//!
//! Never says an id or a secret.

use conversimple_wire::ToolSpec;
use conversimple_wire::tool::{Argument, Confirmation};
use serde_json::{Map, Value};

use crate::index::first_sentence;
use crate::lexicon::{QUESTIONS, SPOKEN_VERBS};
use crate::say::{currency_name, figure, sum_figure};
use crate::shape::{Shape, shape};
use crate::wording::{capital_first, currency_of, is_currency, label, list, spoken_text};
use crate::words::identifier_words;

/// The sentences that ask for the caller's consent to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadBackSentences {
    /// The whole question.
    pub ask: String,
    /// The shorter question for a caller whose answer was unclear.
    pub again: String,
}

/// Says exactly what a tool is about to do and asks for what the declaration takes as a yes: deterministic, from the
/// declaration and the arguments alone. Own things are said by the name that `own` gives for a kind and an id, secrets
/// as "the password you gave".
pub fn read_back(
    spec: &ToolSpec,
    arguments: &Map<String, Value>,
    own: impl Fn(&str, &str) -> Option<String>,
) -> ReadBackSentences {
    let summary = summary(spec, arguments, own);
    let (ask, again) = match spec.confirmation() {
        Ok(Some(Confirmation::Word(word))) => (
            format!("{summary}. To go ahead, say: {word}."),
            format!("Say {word}, or no: {}.", lower_first(&summary)),
        ),
        Ok(Some(Confirmation::Keys(keys))) => {
            let keys = spoken_keys(&keys);
            (
                format!("{summary}. To go ahead, press {keys}."),
                format!("Press {keys}, or say no: {}.", lower_first(&summary)),
            )
        }
        Ok(Some(Confirmation::Yes) | None) | Err(_) => (
            format!("{summary}. Shall I go ahead?"),
            format!("Yes or no: {}?", lower_first(&summary)),
        ),
    };
    ReadBackSentences { ask, again }
}

/// The keys of a keypad by their names.
fn spoken_keys(keys: &str) -> String {
    let names = keys.chars().map(|key| match key {
        '*' => "star".to_owned(),
        '#' => "hash".to_owned(),
        digit => digit.to_string(),
    });
    names.collect::<Vec<_>>().join(" ")
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| {
        first.to_lowercase().chain(chars).collect()
    })
}

/// What a tool is about to do, without the question.
fn summary(
    spec: &ToolSpec,
    arguments: &Map<String, Value>,
    own: impl Fn(&str, &str) -> Option<String>,
) -> String {
    let currency = currency_of(spec, arguments);
    let mut sentence = capital_first(&deed(spec));
    if has_money(spec, arguments) {
        for vague in [
            " of an amount of money",
            " of an amount",
            " of money",
            " an amount of money",
        ] {
            sentence = sentence.replace(vague, "");
        }
    }
    let mut rest = Vec::new();
    let mut money_said = false;
    for argument in spec.arguments() {
        let Some(value) = arguments.get(argument.name) else {
            continue;
        };
        let label = label(argument.name);
        match shape(&argument) {
            Shape::Money if !money_said => {
                sentence.push_str(&format!(" of {}", full_money(value, currency.as_deref())));
                money_said = true;
            }
            Shape::Choice(_) if is_currency(argument.name) && has_money(spec, arguments) => {}
            Shape::Money => rest.push(format!(
                "{label} {}",
                full_money(value, currency.as_deref())
            )),
            Shape::Secret(_) => rest.push(format!("with the {label} you gave")),
            Shape::Own(kind) => {
                let name = value.as_str().and_then(|id| own(&kind, id));
                rest.push(format!("for your {}", own_label(&kind, name.as_deref())));
            }
            Shape::Place | Shape::Person
                if matches!(argument.name, "to" | "recipient" | "payee") =>
            {
                rest.push(format!("to {}", plain(value)))
            }
            _ => rest.push(format!("{label} {}", plain(value))),
        }
    }
    for part in rest {
        sentence.push_str(", ");
        sentence.push_str(&part);
    }
    sentence
}

fn own_label(kind: &str, name: Option<&str>) -> String {
    let kind = identifier_words(kind).join(" ");
    match name {
        Some(name) if name.to_lowercase().contains(&kind) => name.to_owned(),
        Some(name) => format!("{name} {kind}"),
        None => kind,
    }
}

fn full_money(value: &Value, currency: Option<&str>) -> String {
    match currency {
        Some(code) => format!("{} {}", sum_figure(value), currency_name(code, value)),
        None => plain(value),
    }
}

fn has_money(spec: &ToolSpec, arguments: &Map<String, Value>) -> bool {
    spec.arguments()
        .any(|argument| arguments.contains_key(argument.name) && shape(&argument) == Shape::Money)
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => spoken_text(text, 120),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Number(_) => figure(value),
        Value::Array(items) => list(&items.iter().map(plain).collect::<Vec<_>>(), "and"),
        Value::Object(map) => {
            let pairs: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{} {}", label(key), plain(value)))
                .collect();
            list(&pairs, "and")
        }
        Value::Null => "nothing".into(),
    }
}

/// What a tool does, as it follows "I can": "get account balance".
pub(crate) fn deed(spec: &ToolSpec) -> String {
    let sentence = first_sentence(&spec.description);
    let text = if sentence.is_empty() {
        identifier_words(&spec.name).join(" ")
    } else {
        spoken_text(sentence, 90)
    };
    let (first, rest) = text.split_once(' ').unwrap_or((text.as_str(), ""));
    let lower = first.to_lowercase();
    let first = if first.len() > 1 && first.chars().all(char::is_uppercase) {
        first.to_owned()
    } else {
        imperative(&lower)
    };
    if rest.is_empty() {
        first
    } else {
        format!("{first} {rest}")
    }
}

/// "Gets" and "calculates" as they follow "I can".
fn imperative(lower: &str) -> String {
    if let Some(base) = SPOKEN_VERBS.get(lower) {
        return base.to_owned();
    }
    let third = lower.len() > 4 && lower.ends_with("es") && !lower.ends_with("sses");
    if third
        || (lower.len() > 3
            && (lower.ends_with("ds")
                || lower.ends_with("ks")
                || lower.ends_with("ts")
                || lower.ends_with("ws")))
    {
        return lower[..lower.len() - 1].to_owned();
    }
    lower.to_owned()
}

/// How an argument is asked for.
pub(crate) fn question(argument: &Argument<'_>) -> String {
    if let Some(ask) = argument.ask() {
        return spoken_text(ask, 200);
    }
    let shape = shape(argument);
    let (topic, label) = match &shape {
        Shape::Secret(kind) => (kind.clone(), label(argument.name)),
        Shape::Own(kind) => (label(kind), label(kind)),
        Shape::Integer if is_plural(argument.name) => ("plural".to_owned(), label(argument.name)),
        _ => (label(argument.name), label(argument.name)),
    };
    let kind = shape.name();
    let template = QUESTIONS
        .get(&format!("{kind} {topic}"))
        .or_else(|| QUESTIONS.get(kind))
        .unwrap_or("What is the {}?");
    let mut sentence = capital_first(&template.replace("{}", &label));
    if let Shape::Choice(values) = &shape {
        let names: Vec<String> = values.iter().take(5).map(plain).collect();
        sentence = sentence.replace("{choices}", &list(&names, "or"));
    }
    sentence
}

fn is_plural(name: &str) -> bool {
    name.ends_with('s') && !name.ends_with("ss")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn spec(description: &str, parameters: Value) -> ToolSpec {
        ToolSpec {
            name: "process_payment".into(),
            description: description.into(),
            parameters,
        }
    }

    #[test]
    fn read_back_states_exact_arguments() {
        let tool = spec(
            "Process payment",
            json!({"properties": {
                "amount": {"type": "number"},
                "currency": {"enum": ["USD", "EUR"], "default": "USD"},
                "account_id": {"type": "string", "x-own": "account"},
                "note": {"type": "string"},
                "pin": {"type": "string"}}}),
        );
        let check = |arguments: Value, expected: &str| {
            let map = arguments.as_object().cloned().unwrap_or_default();
            let own = |_: &str, id: &str| (id == "acc_1").then(|| "checking".to_owned());
            assert_eq!(read_back(&tool, &map, own).ask, expected);
        };
        check(
            json!({"amount": 20, "currency": "USD"}),
            "Process payment of 20 US dollars. Shall I go ahead?",
        );
        check(
            json!({"amount": 1}),
            "Process payment of 1 US dollar. Shall I go ahead?",
        );
        check(
            json!({"amount": 1250.5, "currency": "EUR"}),
            "Process payment of 1,250.50 euros. Shall I go ahead?",
        );
        check(
            json!({"amount": 20, "account_id": "acc_1", "note": "for lunch", "pin": "⟨pin 1⟩"}),
            "Process payment of 20 US dollars, for your checking account, note for lunch, with the pin you gave. Shall I go ahead?",
        );
        check(
            json!({"amount": 20, "account_id": "acc_9"}),
            "Process payment of 20 US dollars, for your account. Shall I go ahead?",
        );
    }

    #[test]
    fn read_back_says_what_counts_as_a_yes() {
        for (confirm, ask, again) in [
            (
                json!(true),
                "Process payment of 20. Shall I go ahead?",
                "Yes or no: process payment of 20?",
            ),
            (
                json!("pay now"),
                "Process payment of 20. To go ahead, say: pay now.",
                "Say pay now, or no: process payment of 20.",
            ),
            (
                json!({"keys": "1#"}),
                "Process payment of 20. To go ahead, press 1 hash.",
                "Press 1 hash, or say no: process payment of 20.",
            ),
        ] {
            let tool = spec(
                "Process payment",
                json!({"properties": {"amount": {"type": "number"}}, "x-confirm": confirm}),
            );
            let arguments = json!({"amount": 20}).as_object().cloned();
            let sentences = read_back(&tool, &arguments.unwrap_or_default(), |_, _| None);
            assert_eq!(
                (sentences.ask.as_str(), sentences.again.as_str()),
                (ask, again)
            );
        }
    }

    #[test]
    fn argument_question_is_declared_or_built_from_type() {
        let schema = json!({"properties": {
            "a": {"type": "string", "x-ask": "Which one?"},
            "city": {"type": "string"},
            "amount": {"type": "number"},
            "unit": {"enum": ["metric", "imperial"]},
            "start_date": {"type": "string"},
            "password": {"type": "string"}}});
        let tool = spec("x", schema);
        let asked: Vec<String> = tool
            .arguments()
            .map(|argument| question(&argument))
            .collect();
        assert_eq!(
            asked,
            [
                "Which one?",
                "For which city?",
                "How much?",
                "Which unit: metric or imperial?",
                "Which start date?",
                "What is your password?"
            ]
        );
    }

    #[test]
    fn tool_description_is_phrased_to_follow_i_can() {
        for (description, expected) in [
            ("Get account balance", "get account balance"),
            (
                "Calculates the area of a circle. Needs a radius.",
                "calculate the area of a circle",
            ),
            ("Retrieves weather data", "look up weather data"),
            ("", "process payment"),
        ] {
            assert_eq!(deed(&spec(description, json!({}))), expected);
        }
    }
}
