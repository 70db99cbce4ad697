//! How well callers are heard: word errors of the recogniser alone and with the words of an agent's tools expected.
//!
//! Decides what is said and to which agents; the speech is flite's, once as it is and once as a telephone passes it on. It
//! prints a table of shares, so the machine does not matter.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use conversimple_conversation::engine::Engine as _;
use conversimple_dialog::DialogEngine;
use conversimple_providers::audio::{resample, to_f32};
use conversimple_providers::{Listening, Moonshine, Runtime, SpeechToText as _, models};
use conversimple_wire::ToolSpec;
use serde_json::json;

use crate::speech::{RATE_HZ, VOICES, say};

/// A telephone's rate, in Hz, and how many steps 8 bits have on each side of silence.
const TELEPHONE_HZ: u32 = 8_000;
const TELEPHONE_STEPS: f32 = 127.0;

/// What callers of a bank say.
const BANK: [&str; 10] = [
    "what is the balance of my checking account",
    "how much money do I have in savings",
    "I would like to pay twenty dollars",
    "make a payment of one hundred and fifty dollars",
    "search for wireless headphones",
    "do you have any keyboards",
    "show me my payment methods",
    "run the expensive operation",
    "what is on my customer record",
    "store my card please",
];

/// What callers of a hotel say.
const HOTEL: [&str; 8] = [
    "I need a double room with a balcony for two nights",
    "is breakfast included in the suite",
    "please cancel my reservation",
    "could you send fresh towels to my room",
    "I would like to order a sandwich from room service",
    "when does the swimming pool open",
    "book a massage in the spa for tomorrow",
    "please arrange a taxi to the airport",
];

/// What neither agent is for: expecting words must not put them into anybody's mouth.
const TALK: [&str; 8] = [
    "how are you today",
    "tell me a joke",
    "I really had some fun yesterday",
    "the children went to the lake with their uncle",
    "she has lived in Boston for ten years",
    "my neighbor plays the trumpet in the evening",
    "it was raining all day in the city",
    "we watched a very long movie last night",
];

/// Word errors and words.
#[derive(Default, Clone, Copy)]
struct Errors(usize, usize);

impl Errors {
    fn add(&mut self, said: &str, heard: &str) {
        let (said, heard) = (words(said), words(heard));
        self.0 += distance(&said, &heard);
        self.1 += said.len();
    }

    fn percent(self) -> f64 {
        100.0 * self.0 as f64 / self.1.max(1) as f64
    }
}

/// Word errors for each agent's sentences, heard without and with its words expected.
///
/// # Errors
/// When flite or the models are missing.
pub(crate) fn run() -> Result<String> {
    let ear = ear()?;
    let (bank, hotel) = expected_words()?;
    let folder = tempfile::tempdir()?;
    let mut out = String::from(
        "| what is said | line | word errors | with the tools' words expected |\n|---|---|---|---|\n",
    );
    let rows: [Said<'_>; 4] = [
        ("to the bank's agent", &BANK, &bank),
        ("to the hotel's agent", &HOTEL, &hotel),
        ("small talk to the bank's agent", &TALK, &bank),
        ("small talk to the hotel's agent", &TALK, &hotel),
    ];
    for row in rows {
        out.push_str(&rows_of(&ear, folder.path(), row)?);
    }
    Ok(out)
}

/// Words that are expected.
type Words = Arc<BTreeSet<String>>;

/// The words that the bank's tools and the hotel's let expect.
fn expected_words() -> Result<(Words, Words)> {
    Ok((expected(&bank_tools())?, expected(&hotel_tools())?))
}

/// What is said, the sentences, and the words that are expected.
type Said<'a> = (&'a str, &'a [&'a str], &'a BTreeSet<String>);

/// The rows for some sentences: as they are, and as a telephone passes them on.
fn rows_of(
    ear: &Moonshine,
    folder: &Path,
    (what, sentences, expected): Said<'_>,
) -> Result<String> {
    let mut rows = String::new();
    for (is_telephone, line) in [(false, "16 kHz"), (true, "8 kHz, 8 bit")] {
        let sounds = sounds(folder, sentences, is_telephone)?;
        let listening = Listening {
            expected,
            ..Listening::default()
        };
        let plain = errors(ear, &sounds, Listening::default())?.percent();
        let helped = errors(ear, &sounds, listening)?.percent();
        writeln!(rows, "| {what} | {line} | {plain:.1} % | {helped:.1} % |")?;
    }
    Ok(rows)
}

fn ear() -> Result<Moonshine> {
    let runtime = Runtime::load(&models::cache_dir_from_env()?)?;
    Ok(Moonshine::load(&runtime, 1)?)
}

/// Each sentence by each voice, as the line passes it on.
fn sounds<'a>(
    folder: &Path,
    sentences: &[&'a str],
    is_telephone: bool,
) -> Result<Vec<(&'a str, Vec<f32>)>> {
    let mut sounds = Vec::new();
    for sentence in sentences {
        for voice in VOICES {
            let sound = to_f32(&say(folder, voice, sentence)?.samples);
            let sound = match is_telephone {
                true => through_telephone(&sound),
                false => sound,
            };
            sounds.push((*sentence, sound));
        }
    }
    Ok(sounds)
}

/// The word errors over all sounds.
fn errors(
    ear: &Moonshine,
    sounds: &[(&str, Vec<f32>)],
    listening: Listening<'_>,
) -> Result<Errors> {
    let mut errors = Errors::default();
    for (sentence, sound) in sounds {
        errors.add(sentence, &ear.transcribe(sound, listening)?);
    }
    Ok(errors)
}

fn expected(tools: &[ToolSpec]) -> Result<Arc<BTreeSet<String>>> {
    Ok(DialogEngine::new(tools, None)?.vocabulary())
}

fn through_telephone(sound: &[f32]) -> Vec<f32> {
    let mut narrow = resample(sound, RATE_HZ, TELEPHONE_HZ);
    for sample in &mut narrow {
        *sample = (*sample * TELEPHONE_STEPS).round() / TELEPHONE_STEPS;
    }
    resample(&narrow, TELEPHONE_HZ, RATE_HZ)
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .replace('’', "'")
        .split(|c: char| !(c.is_alphanumeric() || c == '\''))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Words to put in, take out or change until both are the same.
fn distance(said: &[String], heard: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (at, word) in said.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (other_at, other) in heard.iter().enumerate() {
            let change = diagonal + usize::from(word != other);
            diagonal = row[other_at + 1];
            row[other_at + 1] = change.min(diagonal + 1).min(row[other_at] + 1);
        }
    }
    row[heard.len()]
}

fn tool(name: &str, description: &str, arguments: &[&str]) -> ToolSpec {
    let properties: serde_json::Map<_, _> = arguments
        .iter()
        .map(|argument| ((*argument).to_owned(), json!({"type": "string"})))
        .collect();
    ToolSpec {
        name: name.to_owned(),
        description: description.to_owned(),
        parameters: json!({"type": "object", "properties": properties}),
    }
}

fn bank_tools() -> Vec<ToolSpec> {
    vec![
        tool(
            "get_balance",
            "The balance of one of your accounts, checking or savings.",
            &["account_id"],
        ),
        tool(
            "process_payment",
            "Pays an amount of money in dollars, euros or pounds.",
            &["amount", "currency"],
        ),
        tool(
            "search_products",
            "Searches our products, such as wireless headphones or keyboards.",
            &["query"],
        ),
        tool(
            "get_payment_methods",
            "Your payment methods: the cards on file.",
            &[],
        ),
        tool("expensive_operation", "Runs an expensive operation.", &[]),
        tool(
            "get_customer",
            "Your customer record: e-mail and telephone.",
            &["customer_id"],
        ),
        tool("store_card", "Stores a card.", &["card_number"]),
    ]
}

fn hotel_tools() -> Vec<ToolSpec> {
    vec![
        tool(
            "book_room",
            "Books a room: single, double or a suite, with breakfast or without.",
            &["nights", "balcony"],
        ),
        tool(
            "cancel_reservation",
            "Cancels a reservation.",
            &["reservation"],
        ),
        tool(
            "housekeeping",
            "Sends housekeeping to a room, for fresh towels or cleaning.",
            &["towels"],
        ),
        tool(
            "order_room_service",
            "Orders food and drinks from room service.",
            &["dish"],
        ),
        tool(
            "opening_hours",
            "When the restaurant, the spa and the swimming pool open.",
            &["place"],
        ),
        tool(
            "book_spa",
            "Books a massage or another treatment in the spa.",
            &["treatment"],
        ),
        tool(
            "call_taxi",
            "Arranges a taxi, for instance to the airport.",
            &["destination"],
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn word_errors_are_counted_by_edit_distance() {
        let check = |said: &str, heard: &str, errors: usize| {
            assert_eq!(distance(&words(said), &words(heard)), errors, "{heard}");
        };
        check("", "", 0);
        check("what's up", "What’s up?", 0);
        check("run the operation", "were on the operation", 2);
        check("tell me a joke", "", 4);
        check("", "um", 1);
    }
}
