//! Gives numbers to numeric arguments, by the words around each number, then by order.

use std::collections::BTreeMap;

use conversimple_wire::tool::Argument;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::{Utterance, is_numeric, json_number};
use crate::number::{Number, numbers};
use crate::shape::{Shape, fits};
use crate::words::{identifier_words, is_function_word, limited, stem, words};

/// A cue this strong gives a number to an argument that is not required.
const CUE_SURE: f32 = 1.0;

pub(super) fn fill(
    open: &[(Argument<'_>, Shape)],
    utterance: &mut Utterance<'_>,
    out: &mut Map<String, Value>,
) {
    let found: Vec<Number> = numbers(&utterance.words)
        .into_iter()
        .filter(|number| utterance.free(number.from, number.to) && !is_pronoun(utterance, number))
        .collect();
    let mut taken = vec![false; found.len()];
    lists(open, utterance, &found, &mut taken, out);
    let wanted: Vec<&(Argument<'_>, Shape)> =
        open.iter().filter(|(_, shape)| is_numeric(shape)).collect();
    let mut pairs = Vec::new();
    for (a, (argument, shape)) in wanted.iter().enumerate() {
        let cues = cues(argument);
        for (n, number) in found.iter().enumerate() {
            let Some(value) = value(shape, number) else {
                continue;
            };
            if taken[n] || !fits_at_all(shape, number, &value) {
                continue;
            }
            let mut score = cue_score(utterance, number, &cues, &found) + kind_score(shape, number);
            if fits(argument.schema, &value) {
                score += 0.1;
            }
            pairs.push((score, a, n));
        }
    }
    pairs.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.2.cmp(&y.2)).then(x.1.cmp(&y.1)));
    let mut given: BTreeMap<usize, usize> = BTreeMap::new();
    for (score, a, n) in pairs {
        if score >= CUE_SURE && !taken[n] && !given.contains_key(&a) {
            given.insert(a, n);
            taken[n] = true;
        }
    }
    in_order(&wanted, &found, &mut taken, &mut given);
    for (a, n) in given {
        let (argument, shape) = wanted[a];
        if let Some(value) = value(shape, &found[n]) {
            out.insert(argument.name.to_owned(), value);
            utterance.take(found[n].from, found[n].to);
        }
    }
}

/// What is left goes to the required arguments in order.
fn in_order(
    wanted: &[&(Argument<'_>, Shape)],
    found: &[Number],
    taken: &mut [bool],
    given: &mut BTreeMap<usize, usize>,
) {
    for (a, (argument, shape)) in wanted.iter().enumerate() {
        if given.contains_key(&a) || !argument.required {
            continue;
        }
        let next = (0..found.len()).find(|n| !taken[*n] && value(shape, &found[*n]).is_some());
        if let Some(n) = next {
            taken[n] = true;
            given.insert(a, n);
        }
    }
}

/// "The savings one", "one of them", "the one": no number.
fn is_pronoun(utterance: &Utterance<'_>, number: &Number) -> bool {
    number.spoken
        && number.to == number.from + 1
        && number.value == Decimal::ONE
        && (utterance.lower(number.to) == "of"
            || number.from > 0
                && matches!(
                    utterance.lower(number.from - 1),
                    "the" | "this" | "that" | "which" | "other" | "any" | "no" | "another"
                ))
}

fn value(shape: &Shape, number: &Number) -> Option<Value> {
    let json = json_number(number.value)?;
    (*shape != Shape::Integer || json.is_i64()).then_some(json)
}

fn fits_at_all(shape: &Shape, number: &Number, value: &Value) -> bool {
    *shape != Shape::Integer || number.currency.is_none() || value.is_i64()
}

fn kind_score(shape: &Shape, number: &Number) -> f32 {
    match (shape, number.currency) {
        (Shape::Money, Some(_)) => 1.0,
        (Shape::Money, None) => 0.2,
        (_, Some(_)) => -0.3,
        _ => 0.0,
    }
}

/// Stems that speak for an argument, with their strength: those of its name, its unit and its description.
fn cues(argument: &Argument<'_>) -> BTreeMap<String, f32> {
    let mut out = BTreeMap::new();
    let description = argument
        .schema
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default();
    for word in words(limited(description, 300)) {
        if !is_function_word(&word.lower) {
            out.insert(stem(&word.lower), 0.5);
        }
    }
    for part in identifier_words(argument.name) {
        if !matches!(part.as_str(), "number" | "value" | "num") {
            out.insert(stem(&part), 1.0);
        }
    }
    out
}

/// How strongly the words around a number speak for an argument: near words more, those across another number less.
fn cue_score(
    utterance: &Utterance<'_>,
    number: &Number,
    cues: &BTreeMap<String, f32>,
    all: &[Number],
) -> f32 {
    let crossed = |from: usize, to: usize| {
        all.iter()
            .any(|other| other.from >= from && other.to <= to && other.from != number.from)
    };
    let mut best: f32 = 0.0;
    let mut total = 0.0;
    let mut look = |at: usize, distance: usize, reach: f32, crossed: bool| {
        let Some(strength) = cues.get(&stem(utterance.lower(at))) else {
            return;
        };
        let near = reach / (1.0 + 0.35 * (distance as f32 - 1.0));
        let score = strength * near * if crossed { 0.3 } else { 1.0 };
        best = best.max(score);
        total += score * 0.25;
    };
    for distance in 1..=6 {
        if let Some(at) = number.from.checked_sub(distance) {
            look(at, distance, 2.2, crossed(at, number.from));
        }
        let at = number.to + distance - 1;
        if at < utterance.words.len() {
            look(
                at,
                distance,
                2.0,
                crossed(number.to, at) || utterance.words[number.to - 1].ends_clause,
            );
        }
    }
    if let Some(unit) = &number.unit
        && let Some(strength) = cues.get(&stem(unit))
    {
        best = best.max(strength * 2.0);
    }
    best + total.min(0.5)
}

/// Runs of numbers ("12, 24 and 36", "[1, 2]", "(3, 4)") fill arguments that take lists of numbers.
fn lists(
    open: &[(Argument<'_>, Shape)],
    utterance: &mut Utterance<'_>,
    found: &[Number],
    taken: &mut [bool],
    out: &mut Map<String, Value>,
) {
    let wanted: Vec<&(Argument<'_>, Shape)> = open
        .iter()
        .filter(|(_, shape)| matches!(shape, Shape::List(inner) if is_numeric(inner)))
        .collect();
    if wanted.is_empty() {
        return;
    }
    let mut runs: Vec<Vec<usize>> = Vec::new();
    for n in 0..found.len() {
        let joins = n > 0 && same_run(utterance, &found[n - 1], &found[n]);
        match runs.last_mut() {
            Some(run) if joins => run.push(n),
            _ => runs.push(vec![n]),
        }
    }
    runs.retain(|run| run.len() > 1 || wanted.len() == 1 && found.len() == 1);
    for ((argument, shape), run) in wanted.iter().zip(runs) {
        let Shape::List(inner) = shape else { continue };
        let items: Vec<Value> = run
            .iter()
            .filter_map(|n| value(inner, &found[*n]))
            .collect();
        if items.len() == run.len() {
            for n in run {
                taken[n] = true;
                utterance.take(found[n].from, found[n].to);
            }
            out.insert(argument.name.to_owned(), Value::Array(items));
        }
    }
}

fn same_run(utterance: &Utterance<'_>, a: &Number, b: &Number) -> bool {
    let between = &utterance.words[a.to..b.from];
    let (Some(last), Some(first)) = (utterance.words.get(a.to - 1), utterance.words.get(b.from))
    else {
        return false;
    };
    let signs = &utterance.text[last.end..first.start];
    if signs.contains([')', ']', '(', '[']) {
        return false;
    }
    between.is_empty()
        || (between.len() == 1 && between[0].lower == "and" && last.end <= first.start)
}
