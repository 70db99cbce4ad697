//! Gives numbers to numeric arguments, by the words around each number, then by order.

use std::collections::BTreeMap;

use conversimple_spoken::number::{amounts, ordinal_at};
use conversimple_spoken::unit::{Unit, one_of, quantity};
use conversimple_wire::ToolSpec;
use conversimple_wire::tool::Argument;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::cues::{NAMED, strength};
use super::wanted::{Counted, Wanted, is_year};
use super::{Utterance, is_numeric};
use crate::number::{Number, numbers};
use crate::shape::{Shape, fits};
use crate::words::{Word, identifier_words, stem};

/// A cue this strong gives a number to an argument.
const CUE_SURE: f32 = 1.0;

pub(super) fn fill(
    spec: &ToolSpec,
    open: &[(Argument<'_>, Shape)],
    utterance: &mut Utterance<'_>,
    out: &mut Map<String, Value>,
) {
    let numeric = |(argument, shape): &(Argument<'_>, Shape)| {
        is_numeric(shape) && !out.contains_key(argument.name)
    };
    let wanted: Vec<Wanted<'_>> = open
        .iter()
        .filter(|open| numeric(open))
        .map(|(argument, shape)| Wanted::new(spec, argument, shape))
        .collect();
    let found = candidates(open, &wanted, utterance);
    let mut taken = vec![false; found.len()];
    lists(spec, open, utterance, &found, &mut taken, out);
    let mut given = by_cues(&wanted, utterance, &found, &mut taken);
    in_order(&wanted, utterance, &found, &mut taken, &mut given);
    straighten(&wanted, &mut given);
    for (a, n) in &given {
        let (want, number) = (&wanted[*a], &found[*n]);
        let free = |m: usize| !given.values().any(|other| *other == m);
        let partner = linked(utterance, &found, *n)
            .filter(|m| free(*m))
            .map(|m| &found[m]);
        match want.settle(&utterance.words, number, partner) {
            Ok(value) => {
                out.insert(want.argument.name.to_owned(), value);
            }
            Err(doubt) => {
                utterance
                    .doubts
                    .insert(want.argument.name.to_owned(), doubt);
            }
        }
        let ends = [Some(number), partner].into_iter().flatten();
        for (from, to) in ends
            .map(|number| (number.from, want.end(utterance, number)))
            .collect::<Vec<_>>()
        {
            utterance.take(from, to);
        }
    }
    single_units(&wanted, utterance, out);
}

/// The value that an answer to the question for a numeric argument gives; `None` where it gives none, or a doubt.
pub(super) fn answer(
    spec: &ToolSpec,
    argument: &Argument<'_>,
    shape: &Shape,
    utterance: &mut Utterance<'_>,
) -> Option<Value> {
    let want = Wanted::new(spec, argument, shape);
    let wanted = std::slice::from_ref(&want);
    let found = said(wanted, utterance);
    let corrects = |word: &Word| CORRECTS.contains(&word.lower.as_str());
    let at = if utterance.words.iter().any(corrects) {
        found.len().checked_sub(1)?
    } else {
        0
    };
    let number = found.get(at)?;
    let partner = linked(utterance, &found, at).map(|m| &found[m]);
    let settled = want.settle(&utterance.words, number, partner);
    utterance.take(number.from, number.to);
    match settled {
        Ok(value) => Some(value),
        Err(doubt) => {
            utterance.doubts.insert(argument.name.to_owned(), doubt);
            None
        }
    }
}

/// Of several numbers the last counts behind these: "no, not thirty, forty".
const CORRECTS: [&str; 5] = ["no", "not", "sorry", "mean", "actually"];

/// The number that was offered in place of another: "10 or 20", "between 10 and 20", "10 to 20".
fn linked(utterance: &Utterance<'_>, found: &[Number], n: usize) -> Option<usize> {
    let joins = |m: usize| {
        found
            .get(m)
            .zip(found.get(m + 1))
            .is_some_and(|(a, b)| offers_both(utterance, a, b))
    };
    if joins(n) {
        return Some(n + 1);
    }
    n.checked_sub(1).filter(|before| joins(*before))
}

fn offers_both(utterance: &Utterance<'_>, a: &Number, b: &Number) -> bool {
    let before = a.from.checked_sub(1).map_or("", |at| utterance.lower(at));
    let Some(between) = utterance.words.get(a.to..b.from) else {
        return false;
    };
    let rises = b.value > a.value && (a.currency.is_none() || b.currency.is_some());
    match between {
        [first, ..] if between.len() <= 2 && first.lower == "or" => true,
        [only] if only.lower == "to" => rises,
        [only] if only.lower == "and" => before == "between",
        _ => false,
    }
}

/// The numbers that were said, as the arguments that want some read them.
fn said(wanted: &[Wanted<'_>], utterance: &Utterance<'_>) -> Vec<Number> {
    let joined = wanted.iter().any(|want| want.is_sum || want.is_year);
    let mut found = if joined {
        amounts(&utterance.words)
    } else {
        numbers(&utterance.words)
    };
    for want in wanted {
        let Counted::Unit(unit) = want.counted else {
            continue;
        };
        for at in 0..utterance.words.len() {
            let covered = found
                .iter()
                .any(|number| (number.from..number.to).contains(&at));
            found.extend(one_of(&utterance.words, at, unit).filter(|_| !covered));
        }
    }
    found.retain(|number| utterance.free(number.from, number.to) && !is_pronoun(utterance, number));
    found.sort_by_key(|number| number.from);
    for unit in wanted
        .iter()
        .filter_map(|want| want.only_of_its_kind(wanted))
    {
        join_parts(&mut found, utterance, unit);
    }
    found
}

/// Where one argument takes the whole, the 30 of "1 hour 30 minutes" is no number of its own.
fn join_parts(found: &mut Vec<Number>, utterance: &Utterance<'_>, unit: &Unit) {
    let mut covered = 0;
    found.retain(|number| {
        let inside = number.from < covered;
        if let Some(said) = quantity(&utterance.words, number, unit).filter(|_| !inside) {
            covered = said.to;
        }
        !inside
    });
}

/// The numbers that no argument has yet; where some argument counts in order ("18th century"), ordinals as well.
fn candidates(
    open: &[(Argument<'_>, Shape)],
    wanted: &[Wanted<'_>],
    utterance: &Utterance<'_>,
) -> Vec<Number> {
    let mut found = said(wanted, utterance);
    let cues: Vec<String> = open
        .iter()
        .flat_map(|(argument, _)| identifier_words(argument.name))
        .map(|part| stem(&part))
        .collect();
    let names: Vec<String> = open
        .iter()
        .map(|(argument, _)| {
            argument
                .name
                .trim_end_matches(|c: char| c.is_ascii_digit() || c == '_')
                .to_owned()
        })
        .collect();
    let count = found.len();
    found.retain(|number| !is_count(&names, utterance, number, count));
    for at in 0..utterance.words.len() {
        let Some((value, to)) = ordinal_at(&utterance.words, at) else {
            continue;
        };
        let counted = (to..to + 5).any(|next| cues.iter().any(|own| own == utterance.stem(next)));
        let inside = found
            .iter()
            .any(|number| number.from < to && at < number.to);
        if counted && !inside && utterance.lower(at) != "second" && utterance.free(at, to) {
            found.push(Number::plain(Decimal::from(value), at, to));
        }
    }
    found.sort_by_key(|number| number.from);
    found
}

fn by_cues(
    wanted: &[Wanted<'_>],
    utterance: &Utterance<'_>,
    found: &[Number],
    taken: &mut [bool],
) -> BTreeMap<usize, usize> {
    let mut pairs = Vec::new();
    for (a, want) in wanted.iter().enumerate() {
        for (n, number) in found.iter().enumerate() {
            let Some(value) = want.value(&utterance.words, number).filter(|_| !taken[n]) else {
                continue;
            };
            let cue = cue_score(utterance, number, want, found);
            let bound = if fits(want.argument.schema, &value) {
                0.1
            } else {
                0.0
            };
            pairs.push((cue + want.kind_score(number, utterance) + bound, a, n));
        }
    }
    pairs.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.2.cmp(&y.2)).then(x.1.cmp(&y.1)));
    let mut given = BTreeMap::new();
    for (score, a, n) in pairs {
        if score >= CUE_SURE && !taken[n] && !given.contains_key(&a) {
            given.insert(a, n);
            taken[n] = true;
        }
    }
    given
}

/// What is left goes to the required arguments in order.
fn in_order(
    wanted: &[Wanted<'_>],
    utterance: &Utterance<'_>,
    found: &[Number],
    taken: &mut [bool],
    given: &mut BTreeMap<usize, usize>,
) {
    for (a, want) in wanted.iter().enumerate() {
        if given.contains_key(&a) || !want.argument.required {
            continue;
        }
        let next = (0..found.len()).find(|n| {
            !taken[*n]
                && want.value(&utterance.words, &found[*n]).is_some()
                && (!want.is_year || is_year(&found[*n]))
        });
        if let Some(n) = next {
            taken[n] = true;
            given.insert(a, n);
        }
    }
}

/// Arguments that differ only in a number (`side1`, `side2`) take their numbers in the order in which they were said.
fn straighten(wanted: &[Wanted<'_>], given: &mut BTreeMap<usize, usize>) {
    let base = |a: usize| {
        wanted[a]
            .argument
            .name
            .trim_end_matches(|c: char| c.is_ascii_digit() || c == '_')
            .to_owned()
    };
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for a in given.keys() {
        groups.entry(base(*a)).or_default().push(*a);
    }
    for group in groups.values().filter(|group| group.len() > 1) {
        let mut said: Vec<usize> = group.iter().filter_map(|a| given.get(a).copied()).collect();
        said.sort_unstable();
        for (a, n) in group.iter().zip(said) {
            given.insert(*a, n);
        }
    }
}

/// "The next month" is one month, "the past decade" ten years.
fn single_units(wanted: &[Wanted<'_>], utterance: &Utterance<'_>, out: &mut Map<String, Value>) {
    const LEADS: &[&str] = &[
        "next", "past", "last", "a", "an", "coming", "previous", "this",
    ];
    for want in wanted {
        let name = want.argument.name;
        let known = out.contains_key(name) || utterance.doubts.contains_key(name);
        if known || !want.argument.required {
            continue;
        }
        let unit = |at: usize| match utterance.lower(at) {
            "decade" if want.cues.contains_key("year") => Some(10),
            "century" if want.cues.contains_key("year") => Some(100),
            word if matches!(
                word,
                "year" | "month" | "week" | "day" | "hour" | "minute" | "night"
            ) =>
            {
                want.cues.get(&stem(word)).map(|_| 1)
            }
            _ => None,
        };
        let found = (1..utterance.words.len())
            .find_map(|at| unit(at).filter(|_| LEADS.contains(&utterance.lower(at - 1))));
        if let Some(count) = found {
            out.insert(want.argument.name.to_owned(), Value::from(count));
        }
    }
}

/// "Three sides" before three numbers only counts them.
fn is_count(wanted: &[String], utterance: &Utterance<'_>, number: &Number, count: usize) -> bool {
    let next = utterance.stem(number.to);
    let same = wanted.iter().filter(|name| stem(name) == next).count();
    same > 1 && number.value == Decimal::from(same) && count > same
}

/// "The savings one", "one of them", "the one": no number.
fn is_pronoun(utterance: &Utterance<'_>, number: &Number) -> bool {
    const BEFORE: &[&str] = &[
        "the", "this", "that", "which", "other", "any", "no", "another",
    ];
    number.spoken
        && number.to == number.from + 1
        && number.value == Decimal::ONE
        && (utterance.lower(number.to) == "of"
            || number.from > 0 && BEFORE.contains(&utterance.lower(number.from - 1)))
}

/// How strongly the words around a number speak for an argument: near words more, those across another number less, the
/// unit right after it most. For an argument that is not required, only its name and its unit speak.
fn cue_score(utterance: &Utterance<'_>, number: &Number, want: &Wanted<'_>, all: &[Number]) -> f32 {
    let crossed = |from: usize, to: usize| {
        all.iter()
            .any(|other| other.from >= from && other.to <= to && other.from != number.from)
    };
    let mut best: f32 = 0.0;
    let mut total = 0.0;
    let mut look = |at: usize, distance: usize, reach: f32, crossed: bool, unit: bool| {
        let Some(mut strength) = strength(&want.cues, utterance.lower(at), unit) else {
            return;
        };
        if strength < NAMED && !want.argument.required && !unit {
            return;
        }
        if unit {
            strength = strength.max(0.9);
        }
        let near = reach / (1.0 + 0.35 * (distance as f32 - 1.0));
        let score = strength * near * if crossed { 0.3 } else { 1.0 };
        best = best.max(score);
        total += score * 0.25;
    };
    for distance in 1..=6 {
        if let Some(at) = number.from.checked_sub(distance) {
            look(at, distance, 2.2, crossed(at, number.from), false);
        }
        let at = number.to + distance - 1;
        let ended = utterance.words[number.to - 1].ends_clause;
        if at < utterance.words.len() {
            look(
                at,
                distance,
                2.0,
                crossed(number.to, at) || ended,
                distance == 1 && !ended,
            );
        }
    }
    if let Some(unit) = &number.unit
        && strength(&want.cues, unit, true).is_some()
    {
        best = best.max(2.0);
    }
    best + total.min(0.5)
}

/// Runs of numbers ("12, 24 and 36", "[1, 2]", "(3, 4)") fill arguments that take lists of numbers.
fn lists(
    spec: &ToolSpec,
    open: &[(Argument<'_>, Shape)],
    utterance: &mut Utterance<'_>,
    found: &[Number],
    taken: &mut [bool],
    out: &mut Map<String, Value>,
) {
    let wanted: Vec<(Wanted<'_>, Shape)> = open
        .iter()
        .filter_map(|(argument, shape)| match shape {
            Shape::List(inner) if is_numeric(inner) => {
                Some((Wanted::new(spec, argument, inner), (**inner).clone()))
            }
            _ => None,
        })
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
    for ((want, _), run) in wanted.iter().zip(runs) {
        let items: Vec<Value> = run
            .iter()
            .filter_map(|n| want.value(&utterance.words, &found[*n]))
            .collect();
        if items.len() == run.len() {
            for n in run {
                taken[n] = true;
                utterance.take(found[n].from, found[n].to);
            }
            out.insert(want.argument.name.to_owned(), Value::Array(items));
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
    between.is_empty() || (between.len() == 1 && between[0].lower == "and")
}
