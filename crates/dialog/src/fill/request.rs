//! Takes a whole request apart: "pay twenty dollars to bob tomorrow" fills several arguments at once.
//!
//! The surest kinds come first (tokens, addresses, days, choices), then numbers by the words around them, then names
//! and free text from what is left.

use conversimple_wire::ToolSpec;
use conversimple_wire::tool::Argument;
use serde_json::{Map, Value};

use super::{
    Utterance, answer, choice, is_numeric, is_token_of, json_date, json_time, numeric, textual,
};
use crate::calendar::{days, times};
use crate::number::currency_word;
use crate::shape::{Shape, shape};
use crate::words::{identifier_words, is_function_word, stem};

/// Most arguments of one tool that are looked for.
const ARGUMENTS_LIMIT: usize = 40;

/// The values that an utterance gives to those arguments of a tool that are not `known` yet.
pub(crate) fn fill(
    spec: &ToolSpec,
    utterance: &mut Utterance<'_>,
    known: &Map<String, Value>,
) -> Map<String, Value> {
    let mut out = Map::new();
    let open: Vec<(Argument<'_>, Shape)> = spec
        .arguments()
        .take(ARGUMENTS_LIMIT)
        .filter(|argument| !known.contains_key(argument.name))
        .map(|argument| (argument, shape(&argument)))
        .collect();
    tokens(&open, utterance, &mut out);
    addresses(&open, utterance, &mut out);
    dates(&open, utterance, &mut out);
    let named: Vec<_> = open
        .iter()
        .filter(|(_, shape)| matches!(shape, Shape::Choice(_)))
        .collect();
    for (argument, shape) in named {
        choices(argument, shape, utterance, &mut out);
    }
    numeric::fill(&open, utterance, &mut out);
    booleans(&open, utterance, &mut out);
    textual::fill(spec, &open, utterance, &mut out);
    out
}

fn tokens(
    open: &[(Argument<'_>, Shape)],
    utterance: &mut Utterance<'_>,
    out: &mut Map<String, Value>,
) {
    for (argument, shape) in open {
        let Shape::Secret(kind) = shape else { continue };
        let found = (0..utterance.words.len())
            .find(|at| utterance.free(*at, at + 1) && is_token_of(utterance.lower(*at), kind));
        if let Some(at) = found {
            out.insert(
                argument.name.to_owned(),
                Value::String(utterance.span(at, at + 1).to_owned()),
            );
            utterance.take(at, at + 1);
        }
    }
    // A token that no argument takes is still no word of any other value.
    for at in 0..utterance.words.len() {
        if utterance.lower(at).starts_with('⟨') {
            utterance.take(at, at + 1);
        }
    }
}

fn addresses(
    open: &[(Argument<'_>, Shape)],
    utterance: &mut Utterance<'_>,
    out: &mut Map<String, Value>,
) {
    for (argument, shape) in open {
        let value = match shape {
            Shape::Email => answer::email(utterance),
            Shape::Phone => answer::phone(utterance),
            _ => None,
        };
        let Some(value) = value else { continue };
        for at in 0..utterance.words.len() {
            let lower = utterance.lower(at);
            if lower.contains('@')
                || matches!(shape, Shape::Phone)
                    && !crate::number::digits(&utterance.words[at..=at], false).is_empty()
            {
                utterance.take(at, at + 1);
            }
        }
        out.insert(argument.name.to_owned(), Value::String(value));
    }
}

fn dates(
    open: &[(Argument<'_>, Shape)],
    utterance: &mut Utterance<'_>,
    out: &mut Map<String, Value>,
) {
    let wanted = |wanted: &Shape| {
        open.iter()
            .filter(|(_, shape)| shape == wanted)
            .collect::<Vec<_>>()
    };
    let day_arguments = wanted(&Shape::Date);
    if !day_arguments.is_empty() {
        let found: Vec<_> = days(&utterance.words, utterance.today)
            .into_iter()
            .filter(|found| utterance.free(found.from, found.to))
            .collect();
        for ((argument, _), found) in day_arguments.iter().zip(found) {
            out.insert(argument.name.to_owned(), json_date(found.value));
            utterance.take(found.from, found.to);
        }
    }
    let time_arguments = wanted(&Shape::Time);
    if !time_arguments.is_empty() {
        let found: Vec<_> = times(&utterance.words, false)
            .into_iter()
            .filter(|found| utterance.free(found.from, found.to))
            .collect();
        for ((argument, _), found) in time_arguments.iter().zip(found) {
            out.insert(argument.name.to_owned(), json_time(found.value));
            utterance.take(found.from, found.to);
        }
    }
}

fn choices(
    argument: &Argument<'_>,
    shape: &Shape,
    utterance: &mut Utterance<'_>,
    out: &mut Map<String, Value>,
) {
    let Shape::Choice(values) = shape else { return };
    let Some((value, from, to)) = choice(utterance, values) else {
        return;
    };
    // The word "dollars" names the currency and still belongs to the amount before it.
    let shared = currency_word(utterance.lower(from)).is_some()
        || utterance.lower(from).contains(['$', '€', '£']);
    if !shared && value.is_string() {
        utterance.take(from, to);
    }
    out.insert(argument.name.to_owned(), value);
}

/// A flag is set where its words are said, and cleared where a "no" or "without" stands before them.
fn booleans(
    open: &[(Argument<'_>, Shape)],
    utterance: &mut Utterance<'_>,
    out: &mut Map<String, Value>,
) {
    for (argument, shape) in open {
        if *shape != Shape::Boolean {
            continue;
        }
        let parts = identifier_words(argument.name);
        let telling: Vec<String> = parts
            .iter()
            .filter(|part| {
                !is_function_word(part)
                    && !matches!(
                        part.as_str(),
                        "include" | "get" | "show" | "with" | "enable" | "is" | "need" | "flag"
                    )
            })
            .map(|part| stem(part))
            .collect();
        let at =
            (0..utterance.words.len()).find(|at| telling.contains(&stem(utterance.lower(*at))));
        if let Some(at) = at {
            let before = at.saturating_sub(3)..at;
            let negated = before.into_iter().any(|at| {
                matches!(
                    utterance.lower(at),
                    "no" | "not" | "without" | "don't" | "exclude" | "excluding"
                )
            });
            out.insert(argument.name.to_owned(), Value::Bool(!negated));
        }
    }
}

/// The required arguments among these that nothing fills yet.
pub(super) fn still_open<'s, 'a>(
    open: &'s [(Argument<'a>, Shape)],
    out: &'s Map<String, Value>,
) -> impl Iterator<Item = &'s (Argument<'a>, Shape)> {
    open.iter()
        .filter(move |(argument, shape)| !out.contains_key(argument.name) && !is_numeric(shape))
}
