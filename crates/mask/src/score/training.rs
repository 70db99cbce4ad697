//! How the weights of the scorer are made from labelled lines, and how well they do on lines that were kept back.
//!
//! Logistic regression by stochastic gradient descent, in a fixed order, with nothing random: the same lines give
//! the same weights to the last digit on every machine, for only additions, products and quotients are used.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::data::rows;
use crate::digits::{Reading, Run, run_at};
use crate::lexicon::Topic;
use crate::token::{Token, tokens};
use crate::view::View;

use super::{Doubt, Question};

/// Passes over the lines. More change no line's side.
const PASSES: u32 = 40;
/// The step of the first pass; it falls with the passes.
const STEP: f64 = 0.2;
/// How strongly weights are drawn to zero, for each line.
const DECAY: f64 = 0.000_05;
/// How often a line is seen without its words, so that the kinds of words tell what nouns that no line has are.
const COPIES: [bool; 2] = [true, false];

/// Every question.
const QUESTIONS: [Question; 3] = [Question::Pin, Question::Address([0; 4]), Question::Code];

/// One labelled line, read.
struct Example {
    question: Question,
    secret: bool,
    text: String,
    tokens: Vec<Token>,
    name: usize,
    from: usize,
    to: usize,
}

/// The weights as the table that `data/weights.tsv` holds.
#[must_use]
pub fn train() -> String {
    let mut out = String::from(
        "# Weights of the scorer: question, feature, thousandths. Made by `cargo xtask train-mask` from training/lines.tsv: no row is by hand.\n",
    );
    for question in QUESTIONS {
        for (feature, weight) in weights(question) {
            let thousandths = (weight * 1000.0).round();
            if thousandths.abs() >= 1.0 {
                let _ = writeln!(out, "{}\t{feature}\t{thousandths}", question.name());
            }
        }
    }
    out
}

fn weights(question: Question) -> BTreeMap<String, f64> {
    let lines = include_str!("../../training/lines.tsv");
    let mut lines: Vec<Example> = examples(lines, question).collect();
    // Labels stand together in the table; mixed, no label has the last word.
    lines.sort_by_key(|example| mixed(&example.text));
    let seen: Vec<(bool, Vec<String>)> = lines
        .iter()
        .flat_map(|example| COPIES.map(|words| (example.secret, example.features(words))))
        .collect();
    let mut weights = BTreeMap::new();
    for (_, features) in &seen {
        for feature in features {
            weights.entry(feature.clone()).or_insert(0.0);
        }
    }
    for pass in 0..PASSES {
        let step = STEP / (1.0 + f64::from(pass) / 8.0);
        for (secret, features) in &seen {
            let sum: f64 = features.iter().map(|feature| weights[feature]).sum();
            let wanted = if *secret { 1.0 } else { 0.0 };
            let change = step * (wanted - sigmoid(sum));
            for feature in features {
                if let Some(weight) = weights.get_mut(feature) {
                    *weight += change - DECAY * *weight;
                }
            }
        }
    }
    weights
}

/// A number that has nothing to do with the label (FNV-1a).
fn mixed(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The logistic function; e to the power of x is (1 + x/1024) to the power of 1024, near enough and the same everywhere.
fn sigmoid(x: f64) -> f64 {
    let mut power = 1.0 + x.clamp(-30.0, 30.0) / 1024.0;
    for _ in 0..10 {
        power *= power;
    }
    power / (1.0 + power)
}

fn examples(table: &'static str, question: Question) -> impl Iterator<Item = Example> {
    rows(table)
        .filter(move |[name, _, _]| *name == question.name())
        .filter_map(move |[_, label, line]| Example::parse(question, label, line))
}

/// The four numbers of an address.
fn octets(number: &str) -> [u32; 4] {
    let mut octets = [0; 4];
    for (octet, text) in octets.iter_mut().zip(number.split('.')) {
        *octet = text.parse().unwrap_or(0);
    }
    octets
}

impl Example {
    /// The line of a row; none when its braces hold no number.
    fn parse(question: Question, label: &str, line: &str) -> Option<Self> {
        let (before, rest) = line.split_once('{')?;
        let (number, after) = rest.split_once('}')?;
        let text = format!("{before}{number}{after}");
        let tokens = tokens(&text);
        let from = tokens.iter().position(|t| t.start >= before.len())?;
        let end = before.len() + number.len();
        let to = tokens.iter().position(|t| t.start >= end);
        let to = to.unwrap_or(tokens.len());
        let mut run = Run::default();
        run_at(View::new(&text, &tokens), from, Reading::VALUE, &mut run).then_some(())?;
        let is = |topic| move |t: &Token| t.topic() == topic;
        let before = |topic| tokens[..from].iter().rposition(is(topic));
        let behind = |topic| Some(to + tokens[to..].iter().position(is(topic))?);
        let name = match question {
            Question::Pin => before(Topic::Pin)?,
            Question::Address(_) => from,
            Question::Code => before(Topic::Code).or_else(|| behind(Topic::Code))?,
        };
        let question = match question {
            Question::Address(_) => Question::Address(octets(number)),
            other => other,
        };
        Some(Self {
            question,
            secret: label == "yes",
            text,
            tokens,
            name,
            from,
            to,
        })
    }

    fn doubt(&self) -> Doubt<'_> {
        Doubt {
            view: View::new(&self.text, &self.tokens),
            question: self.question,
            name: self.name,
            from: self.from,
            to: self.to,
        }
    }

    fn features(&self, words: bool) -> Vec<String> {
        let mut out = Vec::new();
        self.doubt()
            .features(words, &mut |feature| out.push(feature.to_owned()));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many lines of one question and label a table has, and which are judged wrong.
    fn judged(table: &'static str, question: Question, secret: bool) -> (usize, Vec<String>) {
        let lines = examples(table, question).filter(|example| example.secret == secret);
        let lines: Vec<Example> = lines.collect();
        let wrong = lines
            .iter()
            .filter(|example| example.doubt().is_secret() != secret)
            .map(|example| example.text.clone());
        (lines.len(), wrong.collect())
    }

    fn check(table: &'static str, least: &[(Question, bool, usize)]) {
        let mut weak = Vec::new();
        for (question, secret, least) in least {
            let (all, wrong) = judged(table, *question, *secret);
            let right = all - wrong.len();
            if right * 100 < all * least {
                weak.push(format!(
                    "{question:?} {secret}: {right} of {all}: {wrong:#?}"
                ));
            }
        }
        assert!(weak.is_empty(), "{}", weak.join("\n"));
    }

    #[test]
    fn every_labelled_line_has_a_number_and_its_name() {
        for table in [
            include_str!("../../training/lines.tsv"),
            include_str!("../../training/held_out.tsv"),
            include_str!("../../training/fresh.tsv"),
        ] {
            let lines = table.lines().filter(|line| !line.starts_with('#')).count();
            let read: usize = QUESTIONS.map(|q| examples(table, q).count()).iter().sum();
            assert_eq!(read, lines);
        }
    }

    #[test]
    fn training_again_reproduces_the_weights() {
        assert!(
            train() == include_str!("../../data/weights.tsv"),
            "run `cargo xtask train-mask`"
        );
    }

    #[test]
    fn nouns_unseen_in_training_are_judged_right() {
        // A secret that is missed weighs more than a number that is masked.
        check(
            include_str!("../../training/held_out.tsv"),
            &[
                (Question::Pin, true, 97),
                (Question::Pin, false, 90),
                (Question::Address([0; 4]), true, 97),
                (Question::Address([0; 4]), false, 90),
                (Question::Code, true, 75),
                (Question::Code, false, 80),
            ],
        );
    }

    #[test]
    fn lines_never_looked_at_are_judged_right() {
        check(
            include_str!("../../training/fresh.tsv"),
            &[
                (Question::Pin, true, 90),
                (Question::Pin, false, 85),
                (Question::Address([0; 4]), true, 90),
                (Question::Address([0; 4]), false, 85),
                (Question::Code, true, 70),
                (Question::Code, false, 90),
            ],
        );
    }
}
