//! Takes a whole request apart: "pay twenty dollars to bob tomorrow" fills several arguments at once.
//!
//! The surest kinds come first (tokens, addresses, days, choices), then numbers by the words around them, then names
//! and free text from what is left.

use conversimple_wire::tool::Argument;
use conversimple_wire::{Contacts, ToolSpec};
use serde_json::{Map, Value};
use time::Date;

use super::{
    Utterance, answer, choices, contact_of, free_text, is_token_of, json_date, json_number,
    json_time, numeric, textual,
};
use crate::calendar::{Found, days, times};
use crate::lexicon::COUNTS;
use crate::number::{currency_words, numbers};
use crate::shape::{Shape, shape};
use crate::words::{identifier_words, is_function_word, stem, weight};

/// Most arguments of one tool that are looked for.
const ARGUMENTS_LIMIT: usize = 40;

/// Deepest object that is filled.
const DEPTH_LIMIT: usize = 3;

/// The values that an utterance gives to those arguments of a tool that are not `known` yet.
pub(crate) fn fill(
    spec: &ToolSpec,
    utterance: &mut Utterance<'_>,
    known: &Map<String, Value>,
) -> Map<String, Value> {
    fill_at(spec, utterance, known, 0)
}

fn fill_at(
    spec: &ToolSpec,
    utterance: &mut Utterance<'_>,
    known: &Map<String, Value>,
    depth: usize,
) -> Map<String, Value> {
    let mut out = Map::new();
    let open: Vec<(Argument<'_>, Shape)> = spec
        .arguments()
        .take(ARGUMENTS_LIMIT)
        .filter(|argument| !known.contains_key(argument.name))
        .map(|argument| (argument, shape(&argument)))
        .collect();
    if depth == 0 {
        free_text::fill(&open, utterance, &mut out);
    }
    tokens(spec, &open, utterance, &mut out);
    addresses(&open, utterance, &mut out);
    dates(&open, utterance, &mut out);
    currencies(&open, utterance, &mut out);
    choices::fill(&open, utterance, &mut out);
    counts(&open, utterance, &mut out);
    numeric::fill(spec, &open, utterance, &mut out);
    booleans(&open, utterance, &mut out);
    objects(&open, utterance, depth, &mut out);
    textual::fill(spec, &open, utterance, &mut out);
    out
}

/// A number right before what is asked for counts it: "three pizzas". Where the count must be given, it is looked for anyway.
fn counts(
    open: &[(Argument<'_>, Shape)],
    utterance: &mut Utterance<'_>,
    out: &mut Map<String, Value>,
) {
    let is_count = |(argument, shape): &&(Argument<'_>, Shape)| {
        let parts = identifier_words(argument.name);
        // An order_number counts nothing.
        let is_number_of = parts.starts_with(&["number".to_owned(), "of".to_owned()]);
        let counts = is_number_of || parts.iter().any(|part| COUNTS.has(part));
        *shape == Shape::Integer && counts && !argument.required && !out.contains_key(argument.name)
    };
    let Some((argument, _)) = open.iter().find(is_count) else {
        return;
    };
    let found = numbers(&utterance.words).into_iter().find(|number| {
        let is_plain = number.currency.is_none() && number.unit.is_none() && !number.percent;
        let ends = utterance.words[number.to - 1].ends_clause;
        let is_counted = !ends && weight(utterance.lower(number.to)) > 0.9;
        is_plain
            && is_counted
            && number.value.is_integer()
            && utterance.free(number.from, number.to)
    });
    if let Some(number) = found
        && let Some(value) = json_number(number.value)
    {
        out.insert(argument.name.to_owned(), value);
        utterance.take(number.from, number.to);
    }
}

/// An object's properties are filled like a tool's arguments.
fn objects(
    open: &[(Argument<'_>, Shape)],
    utterance: &mut Utterance<'_>,
    depth: usize,
    out: &mut Map<String, Value>,
) {
    for (argument, shape) in open {
        if *shape != Shape::Object
            || depth >= DEPTH_LIMIT
            || argument.schema.get("properties").is_none()
        {
            continue;
        }
        let mut parameters = argument.schema.clone();
        if let (None, Some(properties)) = (
            parameters.get("required"),
            parameters["properties"].as_object(),
        ) {
            let names: Vec<Value> = properties
                .keys()
                .map(|name| Value::from(name.as_str()))
                .collect();
            parameters["required"] = Value::Array(names);
        }
        let inner = ToolSpec {
            name: String::new(),
            description: String::new(),
            parameters,
        };
        let found = fill_at(&inner, utterance, &Map::new(), depth + 1);
        let complete = inner
            .arguments()
            .filter(|inside| inside.required)
            .all(|inside| found.contains_key(inside.name));
        if complete && !found.is_empty() {
            out.insert(argument.name.to_owned(), Value::Object(found));
        }
    }
}

fn tokens(
    spec: &ToolSpec,
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
    contacts(spec, open, utterance, out);
    // A secret that no argument takes is still no word of any other value. An address may be part of a text.
    for at in 0..utterance.words.len() {
        let lower = utterance.lower(at);
        if lower.starts_with('⟨') && contact_of(lower).is_none() {
            utterance.take(at, at + 1);
        }
    }
}

/// Addresses go to the arguments that take them: first to those that take nothing else, then to those that are needed.
fn contacts(
    spec: &ToolSpec,
    open: &[(Argument<'_>, Shape)],
    utterance: &mut Utterance<'_>,
    out: &mut Map<String, Value>,
) {
    let said = |word: &crate::words::Word| contact_of(&word.lower).is_some();
    if !utterance.words.iter().any(said) {
        return;
    }
    let mut takers: Vec<_> = open
        .iter()
        .filter(|(_, shape)| !matches!(shape, Shape::Secret(_) | Shape::Own(_) | Shape::Query))
        .map(|(argument, shape)| {
            let takes = Contacts::of(spec, argument.name, argument.schema);
            (argument, shape, takes)
        })
        .filter(|(_, _, takes)| !takes.is_none())
        .collect();
    takers.sort_by_key(|(argument, _, takes)| (takes.only().is_none(), !argument.required));
    for (argument, shape, takes) in takers {
        let fits = |utterance: &Utterance<'_>, at: usize| {
            let contact = contact_of(utterance.lower(at));
            utterance.free(at, at + 1) && contact.is_some_and(|contact| takes.takes(contact))
        };
        let several = matches!(shape, Shape::List(_));
        let mut found = Vec::new();
        while let Some(at) = (0..utterance.words.len()).find(|at| fits(utterance, *at)) {
            found.push(Value::from(utterance.span(at, at + 1)));
            utterance.take(at, at + 1);
            if !several {
                break;
            }
        }
        let value = match (found.first(), several) {
            (None, _) => continue,
            (Some(first), false) => first.clone(),
            (Some(_), true) => Value::Array(found),
        };
        out.insert(argument.name.to_owned(), value);
    }
}

fn addresses(
    open: &[(Argument<'_>, Shape)],
    utterance: &mut Utterance<'_>,
    out: &mut Map<String, Value>,
) {
    for (argument, shape) in open {
        if out.contains_key(argument.name) {
            continue;
        }
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
        let found = surest(found, day_arguments.len(), utterance);
        for ((argument, _), found) in day_arguments.iter().zip(found) {
            out.insert(
                argument.name.to_owned(),
                json_date(found.value, argument.schema),
            );
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

/// Currencies in the order of their arguments: "from euros to dollars". Where one stands after "to" or "in", it is the
/// one to end with.
fn currencies(
    open: &[(Argument<'_>, Shape)],
    utterance: &Utterance<'_>,
    out: &mut Map<String, Value>,
) {
    let wanted: Vec<&Argument<'_>> = open
        .iter()
        .filter(|(_, shape)| *shape == Shape::Currency)
        .map(|(argument, _)| argument)
        .collect();
    if wanted.is_empty() {
        return;
    }
    let mut found: Vec<(&str, bool)> = Vec::new();
    let mut at = 0;
    while at < utterance.words.len() {
        let signed = crate::number::number_at(&utterance.words, at)
            .and_then(|number| Some((number.currency?, number.to - at)));
        let Some((code, len)) = signed.or_else(|| currency_words(&utterance.words, at)) else {
            at += 1;
            continue;
        };
        let last = at > 0 && matches!(utterance.lower(at - 1), "to" | "in" | "into");
        if found.iter().all(|(other, _)| *other != code) {
            found.push((code, last));
        }
        at += len;
    }
    found.sort_by_key(|(_, last)| *last);
    for (argument, (code, _)) in wanted.iter().zip(found) {
        out.insert(argument.name.to_owned(), Value::from(code));
    }
}

/// Where more days were said than are wanted, the ones with a date in figures count: "for tomorrow, June 1st".
fn surest(found: Vec<Found<Date>>, wanted: usize, utterance: &Utterance<'_>) -> Vec<Found<Date>> {
    let dated = |found: &Found<Date>| {
        utterance.words[found.from..found.to]
            .iter()
            .any(|word| word.lower.bytes().any(|b| b.is_ascii_digit()))
    };
    let sure = found.iter().filter(|found| dated(found)).count();
    if found.len() > wanted && sure >= wanted {
        return found.into_iter().filter(dated).collect();
    }
    found
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
        let at = (0..utterance.words.len())
            .find(|at| telling.iter().any(|own| own == utterance.stem(*at)));
        if let Some(at) = at {
            let before = at.saturating_sub(3)..at;
            let negated = before.into_iter().any(|at| {
                matches!(
                    utterance.lower(at),
                    "no" | "non" | "not" | "without" | "don't" | "exclude" | "excluding"
                )
            });
            out.insert(argument.name.to_owned(), Value::Bool(!negated));
        }
    }
}
