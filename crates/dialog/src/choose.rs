//! Chooses the tool that an utterance asks for, none, or two between which the caller must be asked.
//!
//! The weights were fitted on one half of the questions `multiple` and `irrelevance` of the Berkeley function-calling
//! leaderboard together with our own sentences (2026-11-23); `bench` reports the other half.

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

/// Below this score no tool is meant.
pub(crate) const THRESHOLD: f32 = 0.5;

/// Two tools nearer than this are asked about.
const MARGIN: f32 = 0.04;

/// Scores of all tools, 0 to 1, the best first.
pub(crate) fn ranked(index: &Index, text: &str, meaning: Option<&[f32]>) -> Vec<(usize, f32)> {
    let with_meaning = index.has_meaning() && meaning.is_some();
    let fits = index.fits(text, meaning);
    let mut scores: Vec<(usize, f32)> = fits
        .iter()
        .enumerate()
        .map(|(at, fit)| (at, score(fit, with_meaning)))
        .collect();
    scores.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    scores
}

pub(crate) fn choose(ranked: &[(usize, f32)]) -> Choice {
    match ranked {
        [] => Choice::None,
        [(_, best), ..] if *best < THRESHOLD => Choice::None,
        [(a, best), (b, second), ..] if best - second < MARGIN && *second >= THRESHOLD => {
            Choice::Between(*a, *b)
        }
        [(best, _), ..] => Choice::Tool(*best),
    }
}

fn score(fit: &Fit, with_meaning: bool) -> f32 {
    let sum = if with_meaning {
        -4.0 + 2.0 * fit.coverage
            + 1.5 * fit.strict
            + 1.0 * fit.name
            + 0.8 * fit.head
            + 2.0 * fit.example
            + 1.0 * fit.tfidf
            + 5.0 * fit.meaning
            - 1.0 * fit.chat
    } else {
        -3.0 + 2.5 * fit.coverage
            + 1.5 * fit.strict
            + 1.2 * fit.name
            + 1.0 * fit.head
            + 3.0 * fit.example
            + 1.5 * fit.tfidf
    };
    1.0 / (1.0 + (-sum).exp())
}
