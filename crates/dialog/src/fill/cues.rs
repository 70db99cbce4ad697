//! Which words around a number speak for an argument, and how strongly: those of its name, of its description, and units.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use conversimple_wire::tool::Argument;
use serde_json::Value;

use crate::words::{identifier_words, is_function_word, limited, stem, words};

/// Strength of a word of an argument's name, and of its description.
pub(super) const NAMED: f32 = 1.0;
const DESCRIBED: f32 = 0.5;

/// What each unit measures, by `data/measures.tsv`.
static MEASURES: LazyLock<Vec<(&'static str, Vec<String>)>> = LazyLock::new(|| {
    let rows = include_str!("../../data/measures.tsv").lines();
    let rows = rows.filter_map(|row| row.split_once('\t'));
    rows.map(|(unit, names)| (unit, names.split(',').map(stem).collect()))
        .collect()
});

/// Stems that speak for an argument, with their strength.
pub(super) fn cues(argument: &Argument<'_>) -> BTreeMap<String, f32> {
    let mut out = BTreeMap::new();
    for word in words(limited(description(argument), 300)) {
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

/// How strongly a word speaks for an argument; a long word may be misspelled at its end, a unit abbreviated.
pub(super) fn strength(cues: &BTreeMap<String, f32>, lower: &str, unit: bool) -> Option<f32> {
    let stem_of = stem(lower);
    if let Some(strength) = cues.get(&stem_of) {
        return Some(*strength);
    }
    if unit {
        let names = MEASURES.iter().find(|(unit, _)| *unit == lower);
        let measured =
            names.is_some_and(|(_, names)| names.iter().any(|name| cues.contains_key(name)));
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

/// What an argument's declaration says of it.
pub(super) fn description<'a>(argument: &Argument<'a>) -> &'a str {
    argument
        .schema
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_row_names_what_it_measures() {
        let rows = include_str!("../../data/measures.tsv").lines();
        assert_eq!(
            MEASURES.len(),
            rows.filter(|row| !row.starts_with('#')).count()
        );
        assert!(MEASURES.iter().all(|(_, names)| !names.is_empty()));
    }
}
