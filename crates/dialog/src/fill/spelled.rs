//! What is said letter by letter and figure by figure: "A as in alpha, B as in bravo, one two", "double oh seven",
//! "acc underscore one zero zero two".

use serde_json::Value;

use super::Utterance;
use super::span::Span;
use crate::lexicon::{LETTERS, SIGNS};
use crate::number::digits;

/// Fewest characters that are taken for a code although nobody asked for one.
const LEAST: usize = 2;

/// A code and the words that said it.
#[derive(Debug, PartialEq)]
pub(super) struct Spelled {
    pub(super) text: String,
    pub(super) span: Span,
}

impl Spelled {
    /// The code with its letters as the declaration writes such codes; large where it shows none.
    pub(super) fn as_declared(&self, schema: &Value) -> String {
        let text = |name: &str| schema.get(name).and_then(Value::as_str).unwrap_or_default();
        let is_code = |word: &&str| word.bytes().any(|b| b.is_ascii_digit());
        let shown = text("description").split(|c: char| !(c.is_alphanumeric() || "_-".contains(c)));
        let shown = shown
            .filter(is_code)
            .any(|code| code.bytes().any(|b| b.is_ascii_lowercase()));
        let pattern = text("pattern");
        let is_small = shown || pattern.contains("a-z") && !pattern.contains("A-Z");
        match is_small {
            true => self.text.to_lowercase(),
            false => self.text.clone(),
        }
    }
}

/// The longest code that was spelled among words that nothing has taken.
pub(super) fn spelled(utterance: &Utterance<'_>) -> Option<Spelled> {
    let mut best: Option<Spelled> = None;
    let mut at = 0;
    while at < utterance.words.len() {
        let found = run(utterance, at);
        at = found.as_ref().map_or(at + 1, |found| found.span.1);
        if let Some(found) = found
            && best
                .as_ref()
                .is_none_or(|best| found.text.len() > best.text.len())
        {
            best = Some(found);
        }
    }
    best.filter(|found| found.text.chars().count() >= LEAST)
}

/// The code that begins at a word.
fn run(utterance: &Utterance<'_>, from: usize) -> Option<Spelled> {
    let mut text = String::new();
    let (mut at, mut singles) = (from, 0);
    while at < utterance.words.len() && utterance.free(at, at + 1) {
        let Some((piece, next)) = piece(utterance, at, !text.is_empty()) else {
            break;
        };
        singles += 1;
        text.push_str(&piece);
        at = next;
    }
    // One letter or number by itself is spelled by nobody.
    (singles > 1).then_some(Spelled {
        text,
        span: (from, at),
    })
}

/// What one or a few words stand for: a letter, figures, a sign between them.
fn piece(utterance: &Utterance<'_>, at: usize, is_inside: bool) -> Option<(String, usize)> {
    let lower = |at: usize| utterance.lower(at);
    if let Some(times) = times(lower(at)) {
        let (one, next) = piece(utterance, at + 1, true)?;
        return (one.chars().count() == 1).then(|| (one.repeat(times), next));
    }
    let word = utterance.words.get(at)?;
    let is_letter = word.lower.chars().count() == 1 && word.lower.chars().all(char::is_alphabetic);
    if is_letter {
        let example = (lower(at + 1) == "as" && lower(at + 2) == "in").then_some(at + 3);
        let example = example.or_else(|| (lower(at + 1) == "for").then_some(at + 2));
        let is_example =
            |from: usize| lower(from).starts_with(&word.lower) && lower(from).len() > 1;
        let next = example
            .filter(|from| is_example(*from))
            .map_or(at + 1, |from| from + 1);
        // "A" and "I" are words as well, and letters only among others.
        let is_word = matches!(lower(at), "a" | "i") && next == at + 1 && !is_inside;
        let is_followed = piece_follows(utterance, at + 1);
        return (!is_word || is_followed).then(|| (word.lower.to_uppercase(), next));
    }
    if let Some(letter) = LETTERS.get(lower(at)) {
        return Some((letter.to_uppercase(), at + 1));
    }
    if let Some(sign) = SIGNS.get(lower(at)).filter(|_| is_inside) {
        return Some((sign.to_owned(), at + 1));
    }
    // A word that a sign follows is part of the code as it was said: "acc underscore …".
    if SIGNS.get(lower(at + 1)).is_some() && !is_inside && at + 2 < utterance.words.len() {
        return Some((word.lower.clone(), at + 1));
    }
    let figures = digits(std::slice::from_ref(word), is_inside);
    (!figures.is_empty()).then_some((figures, at + 1))
}

fn piece_follows(utterance: &Utterance<'_>, at: usize) -> bool {
    let lower = utterance.lower(at);
    let is_letter = lower.chars().count() == 1 && lower.chars().all(char::is_alphabetic);
    is_letter && !matches!(lower, "a" | "i") || LETTERS.has(lower)
}

fn times(lower: &str) -> Option<usize> {
    match lower {
        "double" => Some(2),
        "triple" => Some(3),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_put_together_from_letters_figures_and_signs() {
        let today = time::Date::from_calendar_date(2026, time::Month::May, 4).expect("a day");
        for (said, expected) in [
            ("A as in alpha B as in bravo one two", Some("AB12")),
            ("it is b for bob, seven, seven, x", Some("B77X")),
            ("double oh seven", Some("007")),
            ("acc underscore one zero zero two", Some("acc_1002")),
            ("S M Y T H E", Some("SMYTHE")),
            ("alpha tango nine", Some("AT9")),
            ("triple five dash two", Some("555-2")),
            ("a b c", Some("ABC")),
            ("I want a pizza", None),
            ("a large one", None),
            ("find my order", None),
        ] {
            let found = spelled(&Utterance::new(said, today)).map(|found| found.text);
            assert_eq!(found.as_deref(), expected, "{said}");
        }
    }
}
