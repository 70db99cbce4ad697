//! How long the silence must be that ends a turn, by the words that were heard and by their sound.
//!
//! Nobody knows whether a caller goes on. What an engine makes of the words, what the grammar of their end says and what the
//! melody of the voice says are three hints; this file weighs them. It understands nothing else of the words.

use std::time::Duration;

use crate::engine::EndOfTurn;

/// Silence that ends a turn whose words are complete. Pauses inside a sentence last 0.2 s at the median (Stivers et
/// al., PNAS 2009: answers follow after 0.2 s too), but those stand in front of words that are missing.
const SHORT_SILENCE: Duration = Duration::from_millis(256);

/// Silence that ends a turn whose words ask for more: longer than the pauses of 0.4 s that people make in the middle.
pub(crate) const LONG_SILENCE: Duration = Duration::from_millis(480);

/// Silence that ends a turn which is plainly not over: people who search for a word pause for a second and more.
const OPEN_SILENCE: Duration = Duration::from_millis(1_600);

/// From here on the sound says that an utterance is complete. The model gave at least this to 0.84 of 120 complete orders of real
/// callers, and to 0.39 of the same orders cut in a pause (2026-11-27).
const SOUNDS_COMPLETE: f32 = 0.5;

/// From here on the sound outweighs words that ask for more.
const SOUNDS_SURE: f32 = 0.95;

const OPEN_ENDINGS: &str = include_str!("../data/open_endings.tsv");

/// Words with which a question begins that may end in a preposition.
const QUESTION_WORDS: [&str; 7] = ["what", "who", "where", "which", "when", "how", "whose"];

/// How long the silence must be. `sounds` is the probability that the utterance is complete by its sound, where it is known.
pub(crate) fn wanted_silence(end: EndOfTurn, words: &str, sounds: Option<f32>) -> Duration {
    let sound = sounds.map(|probability| probability >= SOUNDS_COMPLETE);
    if is_open(words) && end != EndOfTurn::Incomplete {
        return match sounds.is_some_and(|probability| probability >= SOUNDS_SURE) {
            true => LONG_SILENCE,
            false => OPEN_SILENCE,
        };
    }
    match (end, sound) {
        (EndOfTurn::Likely, Some(true) | None) => SHORT_SILENCE,
        (EndOfTurn::Likely, Some(false)) | (EndOfTurn::Unlikely, Some(true) | None) => LONG_SILENCE,
        (EndOfTurn::Unlikely, Some(false)) | (EndOfTurn::Incomplete, _) => OPEN_SILENCE,
    }
}

/// Whether the grammar of the last words asks for more.
fn is_open(words: &str) -> bool {
    let words: Vec<String> = words
        .split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '⟨' && c != '⟩')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let is_question = words
        .first()
        .is_some_and(|word| QUESTION_WORDS.contains(&word.as_str()));
    OPEN_ENDINGS
        .lines()
        .filter_map(ending)
        .any(|(ending, when)| {
            let ending: Vec<&str> = ending.split(' ').collect();
            let counts = match when {
                "always" => true,
                "statement" => !is_question || words.len() == ending.len(),
                _ => words.len() == ending.len(),
            };
            counts && ends_with(&words, &ending)
        })
}

fn ending(line: &str) -> Option<(&str, &str)> {
    line.split_once('\t').filter(|_| !line.starts_with('#'))
}

fn ends_with(words: &[String], ending: &[&str]) -> bool {
    words.len() >= ending.len()
        && words[words.len() - ending.len()..]
            .iter()
            .zip(ending)
            .all(|(word, expected)| word == expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_known_condition() {
        for line in OPEN_ENDINGS.lines().filter(|line| !line.starts_with('#')) {
            let (ending, when) = line.split_once('\t').expect("two columns");
            assert!(["always", "statement", "whole"].contains(&when), "{line}");
            assert!(is_open(ending), "{line}");
        }
    }

    #[test]
    fn unfinished_words_are_open_and_finished_ones_are_not() {
        for words in [
            "Can you tell me the",
            "I am looking for a",
            "search for",
            "Transfer fifty dollars from savings to",
            "I'd like",
            "what's",
            "pay twenty dollars and",
            "My name is",
            "So",
            "I would like to",
            "give me",
        ] {
            assert!(is_open(words), "{words}");
        }
        for words in [
            "",
            "What is it for?",
            "Who is this from",
            "Log me in",
            "Hold on",
            "Cancel that please",
            "Yes",
            "I do",
            "Tell me a joke",
            "That is what it is",
            "Transfer fifty dollars to ⟨account 1⟩",
        ] {
            assert!(!is_open(words), "{words}");
        }
    }

    #[test]
    fn silence_grows_with_each_hint_that_more_will_come() {
        let whole = "what is my balance";
        for (end, words, sounds, silence) in [
            (EndOfTurn::Likely, whole, None, SHORT_SILENCE),
            (EndOfTurn::Likely, whole, Some(0.9), SHORT_SILENCE),
            (EndOfTurn::Likely, whole, Some(0.2), LONG_SILENCE),
            (EndOfTurn::Unlikely, whole, Some(0.9), LONG_SILENCE),
            (EndOfTurn::Unlikely, whole, None, LONG_SILENCE),
            (EndOfTurn::Unlikely, whole, Some(0.2), OPEN_SILENCE),
            (EndOfTurn::Incomplete, whole, Some(0.99), OPEN_SILENCE),
            (EndOfTurn::Likely, "what is the", None, OPEN_SILENCE),
            (EndOfTurn::Likely, "what is the", Some(0.99), LONG_SILENCE),
        ] {
            assert_eq!(
                wanted_silence(end, words, sounds),
                silence,
                "{words} {sounds:?}"
            );
        }
    }
}
