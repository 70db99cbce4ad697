//! Gives numbers to numeric arguments, by the words around each number, then by order.

use std::collections::BTreeMap;

use conversimple_wire::tool::Argument;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::{Utterance, is_numeric, json_number};
use crate::calendar::ordinal_word;
use crate::number::{Number, numbers};
use crate::shape::{Shape, fits};
use crate::words::{identifier_words, is_function_word, limited, stem, words};

/// A cue this strong gives a number to an argument.
const CUE_SURE: f32 = 1.0;

/// Strength of a word of an argument's name, and of its description.
const NAMED: f32 = 1.0;
const DESCRIBED: f32 = 0.5;

pub(super) fn fill(
    open: &[(Argument<'_>, Shape)],
    utterance: &mut Utterance<'_>,
    out: &mut Map<String, Value>,
) {
    let found = candidates(open, utterance);
    let mut taken = vec![false; found.len()];
    lists(open, utterance, &found, &mut taken, out);
    let wanted: Vec<Wanted<'_>> = open
        .iter()
        .filter(|(argument, shape)| is_numeric(shape) && !out.contains_key(argument.name))
        .map(|(argument, shape)| Wanted::new(argument, shape))
        .collect();
    let mut given = by_cues(&wanted, utterance, &found, &mut taken);
    in_order(&wanted, &found, &mut taken, &mut given);
    straighten(&wanted, &mut given);
    for (a, n) in given {
        if let Some(value) = wanted[a].value(&found[n]) {
            out.insert(wanted[a].argument.name.to_owned(), value);
            let to = found[n].to;
            let unit = strength(&wanted[a].cues, utterance.lower(to), true).is_some();
            utterance.take(
                found[n].from,
                to + usize::from(unit && !utterance.words[to - 1].ends_clause),
            );
        }
    }
    single_units(&wanted, utterance, out);
}

/// A numeric argument and the words that speak for it.
struct Wanted<'a> {
    argument: Argument<'a>,
    shape: Shape,
    cues: BTreeMap<String, f32>,
    is_year: bool,
}

impl<'a> Wanted<'a> {
    fn new(argument: &Argument<'a>, shape: &Shape) -> Self {
        let is_year = identifier_words(argument.name)
            .last()
            .is_some_and(|part| part.trim_end_matches(|c: char| c.is_ascii_digit()) == "year");
        Self {
            argument: *argument,
            shape: shape.clone(),
            cues: cues(argument),
            is_year,
        }
    }

    fn value(&self, number: &Number) -> Option<Value> {
        let described = self
            .argument
            .schema
            .get("description")
            .and_then(Value::as_str)
            .unwrap_or_default();
        // "8 %" is 0.08 for a number whose declaration does not speak of percent.
        let share = number.percent
            && self.shape != Shape::Integer
            && !described.to_lowercase().contains("percent")
            && !self.argument.name.to_lowercase().contains("percent");
        let value = if share {
            number.value.checked_div(Decimal::ONE_HUNDRED)?
        } else {
            number.value
        };
        let json = json_number(value)?;
        (self.shape != Shape::Integer || json.is_i64()).then_some(json)
    }

    /// How well a number's own kind fits the argument.
    fn kind_score(&self, number: &Number, utterance: &Utterance<'_>) -> f32 {
        let year = is_year(number)
            && (number.from == 0 || YEAR_LEADS.contains(&utterance.lower(number.from - 1)));
        let mut score = match (&self.shape, number.currency) {
            (Shape::Money, Some(_)) => 1.0,
            (Shape::Money, None) => 0.2,
            (_, Some(_)) => -0.3,
            _ => 0.0,
        };
        if self.is_year && is_year(number) {
            score += 1.6;
        } else if self.is_year || year {
            score -= 0.9;
        }
        score
    }
}

const YEAR_LEADS: &[&str] = &[
    "in", "since", "year", "from", "to", "until", "of", "for", "and", "by",
];

fn is_year(number: &Number) -> bool {
    number.value >= Decimal::from(1000)
        && number.value < Decimal::from(2200)
        && number.value.fract() == Decimal::ZERO
        && number.currency.is_none()
        && number.unit.is_none()
}

/// The numbers that no argument has yet; where some argument counts in order ("18th century"), ordinals as well.
fn candidates(open: &[(Argument<'_>, Shape)], utterance: &Utterance<'_>) -> Vec<Number> {
    let mut found: Vec<Number> = numbers(&utterance.words)
        .into_iter()
        .filter(|number| utterance.free(number.from, number.to) && !is_pronoun(utterance, number))
        .collect();
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
        let Some(value) = ordinal(utterance.lower(at)) else {
            continue;
        };
        let counted =
            (at + 1..at + 6).any(|next| cues.iter().any(|own| own == utterance.stem(next)));
        if counted && utterance.free(at, at + 1) {
            found.push(Number::plain(Decimal::from(value), at, at + 1));
        }
    }
    found.sort_by_key(|number| number.from);
    found
}

fn ordinal(lower: &str) -> Option<u16> {
    let digits = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|end| lower.strip_suffix(end));
    digits
        .and_then(|digits| digits.parse().ok())
        .or_else(|| ordinal_word(lower).filter(|_| lower != "second"))
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
            let Some(value) = want.value(number).filter(|_| !taken[n]) else {
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
    found: &[Number],
    taken: &mut [bool],
    given: &mut BTreeMap<usize, usize>,
) {
    for (a, want) in wanted.iter().enumerate() {
        if given.contains_key(&a) || !want.argument.required {
            continue;
        }
        let next = (0..found.len()).find(|n| {
            !taken[*n] && want.value(&found[*n]).is_some() && (!want.is_year || is_year(&found[*n]))
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
        if out.contains_key(want.argument.name) || !want.argument.required {
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

/// Stems that speak for an argument, with their strength.
fn cues(argument: &Argument<'_>) -> BTreeMap<String, f32> {
    let mut out = BTreeMap::new();
    let description = argument
        .schema
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default();
    for word in words(limited(description, 300)) {
        if !is_function_word(&word.lower) {
            out.insert(stem(&word.lower), DESCRIBED);
        }
    }
    for part in identifier_words(argument.name) {
        let plain = part.trim_end_matches(|c: char| c.is_ascii_digit());
        if !matches!(plain, "number" | "value" | "num" | "") {
            out.insert(stem(plain), NAMED);
        }
    }
    out
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

/// How strongly a word speaks for an argument; a long word may be misspelled at its end, a unit abbreviated.
fn strength(cues: &BTreeMap<String, f32>, lower: &str, unit: bool) -> Option<f32> {
    let stem_of = stem(lower);
    if let Some(strength) = cues.get(&stem_of) {
        return Some(*strength);
    }
    if unit {
        let measured = unit_measures(lower)
            .iter()
            .any(|name| cues.contains_key(&stem(name)));
        if measured {
            return Some(0.9);
        }
    }
    let long = stem_of.len() >= 6 && stem_of.is_ascii();
    let near = |cue: &&String| {
        cue.len().abs_diff(stem_of.len()) <= 2
            && cue.is_ascii()
            && cue.len() >= 6
            && cue[..5] == stem_of[..5]
    };
    long.then(|| {
        cues.iter()
            .find(|(cue, _)| near(cue))
            .map(|(_, strength)| strength * 0.7)
    })
    .flatten()
}

/// What a unit measures, and its full name.
fn unit_measures(lower: &str) -> &'static [&'static str] {
    match lower {
        "K" | "k" | "kelvin" | "c" | "°c" | "celsius" | "f" | "°f" | "fahrenheit" | "degrees" => {
            &[
                "temperature",
                "temp",
                "kelvin",
                "celsius",
                "fahrenheit",
                "angle",
            ]
        }
        "m" | "meters" | "metres" | "meter" | "km" | "kilometers" | "miles" | "mile" | "cm"
        | "mm" | "feet" | "ft" | "inches" => &[
            "distance",
            "length",
            "height",
            "width",
            "radius",
            "depth",
            "meter",
            "kilometer",
        ],
        "kg" | "kilograms" | "g" | "grams" | "lbs" | "lb" | "pounds" | "pound" => {
            &["weight", "mass", "kilogram", "gram", "pound"]
        }
        "s" | "sec" | "seconds" | "second" | "minutes" | "minute" | "min" | "hours" | "hour"
        | "h" | "days" | "day" | "weeks" | "months" | "years" | "nights" => {
            &["time", "duration", "period", "term", "timeframe", "stay"]
        }
        "mph" | "mps" | "kmh" => &["speed", "velocity"],
        "moles" | "mole" | "mol" | "pieces" | "items" | "units" => &["quantity", "count"],
        "volts" | "v" => &["voltage", "volt"],
        "amps" | "amperes" | "ampere" => &["current"],
        "ohms" => &["resistance"],
        _ => &[],
    }
}

/// Runs of numbers ("12, 24 and 36", "[1, 2]", "(3, 4)") fill arguments that take lists of numbers.
fn lists(
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
                Some((Wanted::new(argument, inner), (**inner).clone()))
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
        let items: Vec<Value> = run.iter().filter_map(|n| want.value(&found[*n])).collect();
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
