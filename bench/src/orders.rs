//! How many orders with several listed values reach a tool right, typed and heard: every value in its argument, in one call.
//!
//! The agent is one that the platform has never seen: a tool whose arguments list their values, and two others. The values and the
//! recordings of real people stand beside the project; the typed sentences are made of the same values at run time.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use conversimple_dialog::{Act, Dialog, Heard, Index};
use conversimple_providers::audio::wav;
use conversimple_providers::{Listening, Meaning, Moonshine, Runtime, SpeechToText as _, models};
use conversimple_wire::ToolSpec;
use serde_json::{Map, Value, json};

use crate::digits::Chance;
use crate::report::{Found, Row};

/// Where the recordings stand, from the project's root.
const ORDERS: &str = "../shared/speech/orders";

const RATE_HZ: u32 = 16_000;

/// Typed sentences.
const TYPED: usize = 400;

/// How an order begins and ends.
const OPENINGS: [&str; 12] = [
    "can I get",
    "could I have",
    "get me",
    "I'd like",
    "I would like to order",
    "give me",
    "let me have",
    "I'll take",
    "please make me",
    "order",
    "I want",
    "may I please have",
];
const ENDINGS: [&str; 4] = ["", "please", "thanks", "if you can"];

type Slots = BTreeMap<String, String>;

/// Shares of orders that are wholly right.
///
/// # Errors
/// When the recordings or the models are missing.
pub(crate) fn run(verbose: bool) -> Result<Found> {
    let folder = Path::new(ORDERS);
    let read = |name: &str| {
        let text = fs::read_to_string(folder.join(name));
        text.with_context(|| format!("no {name} in {ORDERS}"))
    };
    let values: BTreeMap<String, Vec<String>> = serde_json::from_str(&read("slots.json")?)?;
    let labels: BTreeMap<String, Value> = serde_json::from_str(&read("labels.json")?)?;
    let models_dir = models::cache_dir_from_env()?;
    let meaning = Meaning::load(&models_dir)?;
    let tools = tools(&values);
    let mut index = Index::new(&tools);
    let phrases = index.phrases();
    let phrases: Vec<&str> = phrases.iter().map(String::as_str).collect();
    index = index.with_meaning(meaning.embed_fixed(&phrases)?);
    let cafe = Cafe {
        index: Arc::new(index),
        meaning,
    };

    let typed = typed(&values);
    let mut missed = String::new();
    let typed_right = count(&cafe, &typed, &mut missed)?;
    let runtime = Runtime::load(&models_dir)?;
    let ear = Moonshine::load(&runtime, 1)?;
    let words = Dialog::new(cafe.index.clone()).vocabulary();
    let listening = Listening {
        expected: &words,
        ..Listening::default()
    };
    let mut heard = Vec::new();
    for (file, label) in &labels {
        let sound = wav::read(&folder.join(file))?.at_rate(RATE_HZ);
        let text = ear.transcribe(&sound, listening)?;
        let slots: Slots = serde_json::from_value(label["slots"].clone())?;
        heard.push((text, slots));
    }
    let heard_right = count(&cafe, &heard, &mut missed)?;

    let share = |right: usize, all: usize| right as f64 / all as f64;
    let mut text = String::from("| orders | right in one call |\n|---|---|\n");
    let rows = [
        ("orders typed", share(typed_right, typed.len()), 0.97),
        (
            "orders of real people, clean",
            share(heard_right, heard.len()),
            0.95,
        ),
    ];
    for (name, right, _) in rows {
        writeln!(text, "| {name} | {right:.3} |")?;
    }
    if verbose {
        text.push_str(&missed);
    }
    let rows = rows.map(|(name, right, aim)| Row::at_least(name, aim, right));
    Ok(Found {
        text,
        rows: rows.into(),
    })
}

struct Cafe {
    index: Arc<Index>,
    meaning: Meaning,
}

impl Cafe {
    /// The order that a sentence makes without a question.
    fn order(&self, text: &str) -> Result<Option<Map<String, Value>>> {
        let meaning = self.meaning.embed(text)?;
        let decision = Dialog::new(self.index.clone()).heard(Heard {
            text,
            meaning: Some(&meaning),
            today: time::Date::from_calendar_date(2026, time::Month::May, 4)?,
        });
        Ok(decision.acts.into_iter().find_map(|act| match act {
            Act::Call { tool, arguments } if tool == "order_drink" => Some(arguments),
            _ => None,
        }))
    }
}

fn count(cafe: &Cafe, orders: &[(String, Slots)], missed: &mut String) -> Result<usize> {
    let mut right = 0;
    for (text, slots) in orders {
        let called = cafe.order(text)?;
        let wanted: Map<String, Value> = slots
            .iter()
            .map(|(name, value)| (name.clone(), json!(value.trim())))
            .collect();
        let is_right = called.as_ref() == Some(&wanted);
        right += usize::from(is_right);
        if !is_right {
            let called = called.map(Value::Object);
            let wanted = Value::Object(wanted);
            writeln!(
                missed,
                "\n- {text}\n  - wanted {wanted}\n  - called {called:?}"
            )?;
        }
    }
    Ok(right)
}

fn tools(values: &BTreeMap<String, Vec<String>>) -> Vec<ToolSpec> {
    let properties: Map<String, Value> = values
        .iter()
        .map(|(name, values)| (name.clone(), json!({"type": "string", "enum": values})))
        .collect();
    let tool = |name: &str, description: &str, parameters: Value| ToolSpec {
        name: name.to_owned(),
        description: description.to_owned(),
        parameters,
    };
    vec![
        tool(
            "order_drink",
            "Order a coffee drink.",
            json!({"type": "object", "properties": properties, "required": []}),
        ),
        tool(
            "opening_hours",
            "Tells when the café is open.",
            json!({"type": "object", "properties": {"day": {"type": "string"}}}),
        ),
        tool(
            "table_reservation",
            "Reserve a table.",
            json!({"type": "object", "properties": {"guests": {"type": "integer"}, "name": {"type": "string"}},
                   "required": ["guests", "name"]}),
        ),
    ]
}

/// Orders of random values in random order, as people put them: what it is with in the end.
fn typed(values: &BTreeMap<String, Vec<String>>) -> Vec<(String, Slots)> {
    let mut chance = Chance(11);
    let mut out = Vec::new();
    while out.len() < TYPED {
        let mut slots = Slots::new();
        let (mut before, mut behind, mut drink) = (Vec::new(), Vec::new(), String::new());
        for (name, values) in values {
            let is_drink = name == "coffeeDrink";
            if !is_drink && chance.below(2) == 0 {
                continue;
            }
            let value = values[chance.below(values.len())].trim().to_owned();
            match name.as_str() {
                _ if is_drink => drink.clone_from(&value),
                "milkAmount" | "sugarAmount" => behind.push(value.clone()),
                _ => before.insert(chance.below(before.len() + 1), value.clone()),
            }
            slots.insert(name.clone(), value);
        }
        let opening = OPENINGS[chance.below(OPENINGS.len())];
        let ending = ENDINGS[chance.below(ENDINGS.len())];
        let first = before.first().and_then(|word| word.chars().next());
        let first = first.or_else(|| drink.chars().next()).unwrap_or('x');
        let article = if "aeiou".contains(first) { "an" } else { "a" };
        let with = match behind.is_empty() {
            true => String::new(),
            false => format!("with {}", behind.join(" and ")),
        };
        let parts = [opening, article, &before.join(" "), &drink, &with, ending];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        out.push((parts.join(" "), slots));
    }
    out
}
