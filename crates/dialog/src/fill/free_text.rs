//! Where free text begins that a tool takes word for word: a message, a note, a reason. It goes to the end of the utterance, and no
//! other argument and no negation is looked for in it.

use conversimple_wire::ToolSpec;
use conversimple_wire::tool::Argument;
use serde_json::{Map, Value};

use super::Utterance;
use crate::lexicon::{FREE_TEXTS, QUOTES, TELLS};
use crate::shape::{Shape, shape};
use crate::words::{identifier_words, is_function_word};

/// How far behind "tell" a recipient may reach, in words.
const RECIPIENT_WORDS: usize = 4;

/// Gives free text to the argument that takes it.
pub(super) fn fill(
    open: &[(Argument<'_>, Shape)],
    utterance: &mut Utterance<'_>,
    out: &mut Map<String, Value>,
) {
    let Some((argument, _)) = open.iter().find(|(argument, shape)| takes(argument, shape)) else {
        return;
    };
    let Some((lead, from)) = begins(argument, utterance) else {
        return;
    };
    let text = utterance
        .text
        .get(utterance.words[from].start..)
        .unwrap_or_default();
    let text = text
        .trim()
        .trim_end_matches('.')
        .trim_matches(['"', '“', '”']);
    if text.is_empty() {
        return;
    }
    out.insert(argument.name.to_owned(), Value::from(text));
    utterance.take(lead, utterance.words.len());
}

/// The first word of the free text that a tool would take from an utterance.
pub(crate) fn beginning(spec: &ToolSpec, utterance: &Utterance<'_>) -> Option<usize> {
    let argument = spec
        .arguments()
        .find(|argument| takes(argument, &shape(argument)))?;
    begins(&argument, utterance).map(|(_, from)| from)
}

fn takes(argument: &Argument<'_>, shape: &Shape) -> bool {
    let is_text = matches!(shape, Shape::Text | Shape::Query);
    is_text
        && identifier_words(argument.name)
            .iter()
            .any(|part| FREE_TEXTS.has(part))
}

/// The first word that leads to the text, and the first word of the text.
fn begins(argument: &Argument<'_>, utterance: &Utterance<'_>) -> Option<(usize, usize)> {
    let count = utterance.words.len();
    let found = after_colon(utterance)
        .or_else(|| after_quote(utterance))
        .or_else(|| after_telling(utterance))
        .or_else(|| after_name(argument, utterance))?;
    (found.1 < count).then_some(found)
}

/// "A note for the courier: leave it at the door".
fn after_colon(utterance: &Utterance<'_>) -> Option<(usize, usize)> {
    let is_colon = |at: &usize| {
        let rest = utterance
            .text
            .get(utterance.words[*at].end..)
            .unwrap_or_default();
        rest.starts_with(':') && rest[1..].starts_with(char::is_whitespace)
    };
    let at = (0..utterance.words.len()).find(is_colon)?;
    Some((at + 1, at + 1))
}

/// "A text saying no onions please".
fn after_quote(utterance: &Utterance<'_>) -> Option<(usize, usize)> {
    let at = (1..utterance.words.len()).find(|at| QUOTES.has(utterance.lower(*at)))?;
    let lead = at - usize::from(utterance.lower(at - 1) == "that");
    Some((lead, at + 1))
}

/// "Tell Maria that dinner is ready", "text Anna I'm not coming".
fn after_telling(utterance: &Utterance<'_>) -> Option<(usize, usize)> {
    let lower = |at: usize| utterance.lower(at);
    let is_first = |at: &usize| {
        (0..*at).all(|before| is_function_word(lower(before)) || lower(before) == "please")
    };
    let at = (0..utterance.words.len()).find(|at| TELLS.has(lower(*at)) && is_first(at))?;
    let end = utterance.words.len();
    let that = (at + 2..end.min(at + 2 + RECIPIENT_WORDS)).find(|at| lower(*at) == "that");
    if let Some(that) = that {
        return Some((that, that + 1));
    }
    // "Write a review" tells nobody anything.
    if matches!(lower(at + 1), "a" | "an" | "this") {
        return None;
    }
    let owned = matches!(lower(at + 1), "my" | "our" | "the" | "to");
    let mut from = at + 2 + usize::from(owned);
    // A name may have two words; "I" begins the text.
    let is_name = |at: usize| {
        let word = utterance.words.get(at);
        word.is_some_and(|word| word.capital && word.lower != "i" && !word.lower.starts_with("i'"))
    };
    if is_name(from - 1) && is_name(from) {
        from += 1;
    }
    Some((from, from))
}

/// "With the note leave it at the door", "a message to Tom that I'm late".
fn after_name(argument: &Argument<'_>, utterance: &Utterance<'_>) -> Option<(usize, usize)> {
    let parts = identifier_words(argument.name);
    let lower = |at: usize| utterance.lower(at);
    let is_named = |at: &usize| {
        let before = lower(at.saturating_sub(1));
        let leads = matches!(
            before,
            "a" | "the" | "my" | "this" | "with" | "and" | "add" | "leave"
        );
        leads
            && parts
                .iter()
                .any(|part| FREE_TEXTS.has(part) && part == lower(*at))
    };
    let at = (1..utterance.words.len()).find(is_named)?;
    let lead = at - 1;
    if !matches!(lower(at + 1), "to" | "for" | "that") {
        return Some((lead, at + 1));
    }
    let end = utterance.words.len().min(at + 3 + RECIPIENT_WORDS);
    let that = (at + 1..end).find(|at| lower(*at) == "that")?;
    Some((that, that + 1))
}
