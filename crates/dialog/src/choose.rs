//! Chooses the tool that an utterance asks for, none, or two between which the caller must be asked.
//!
//! A score is a log-odds: 0 is the border below which no tool is meant. Two sets of weights, for words alone and for
//! words with meaning, were fitted (logistic regression, 2026-11-23) on the even-numbered questions of `multiple` and
//! `irrelevance` of the Berkeley function-calling leaderboard and the even half of `testdata/guide.json`; `bench`
//! reports the odd half. The weights of examples, deeds and searches were set by hand, because that set has no examples.

use serde_json::Map;
use time::Date;

use crate::fill::{Utterance, fill};
use crate::index::{Fit, Index};

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
pub(crate) const INTERRUPT: f32 = 1.0;

/// For so many of the best tools it is tried how much of what they need was said.
const TRIED: usize = 8;

/// The weight of what a tool needs and was said.
const FILLED: f32 = 2.46;

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
        *score += FILLED * filled(index, *tool, text, today);
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
        -4.5 - 0.2 * fit.coverage
            + 1.05 * fit.strict
            + 2.42 * fit.name
            + 0.95 * fit.head
            + 2.15 * fit.tfidf
            + 0.53 * fit.same_deed
            + 2.63 * fit.meaning
    } else {
        -3.9 + 0.32 * fit.coverage
            + 1.34 * fit.strict
            + 2.62 * fit.name
            + 1.48 * fit.head
            + 2.19 * fit.tfidf
            + 0.56 * fit.same_deed
    };
    by_hand + fitted
}

/// How much of what a tool must be given was said, 0 to 1. Own things and secrets do not count: they are asked for.
fn filled(index: &Index, tool: usize, text: &str, today: Date) -> f32 {
    let spec = &index.tools[tool].spec;
    let needed = || {
        spec.arguments().filter(|argument| {
            argument.required && argument.own().is_none() && argument.secret().is_none()
        })
    };
    let count = needed().count();
    if count == 0 {
        return 1.0;
    }
    let found = fill(spec, &mut Utterance::new(text, today), &Map::new());
    needed()
        .filter(|argument| found.contains_key(argument.name))
        .count() as f32
        / count as f32
}
