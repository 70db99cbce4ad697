//! The grammar of answers to a read-back: decides whether an utterance is a yes, a no, unclear or something else.
//!
//! The whole utterance must be made of phrases of the table, longest first; one unknown word and it is something else.
//! The grammar is strict on purpose. A yes that it misses costs one repeated question; a yes that it makes up costs
//! the caller's money.

use conversimple_wire::tool::Confirmation;

use super::phrases::{PHRASES, Part};
use crate::capture::InputSource;

/// More words than this are no plain answer.
const WORDS_LIMIT: usize = 12;

/// Why an answer is neither yes nor no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unclear {
    /// The caller shows that they listen: "mhm", "okay", "I see".
    Backchannel,
    /// The caller praises or thanks: "great", "good", "fine".
    Praise,
    /// The caller asks: "yes?", "what?", "is that right?".
    Question,
    /// A yes with a no, a condition or anything else beside it.
    Mixed,
    /// A yes where the tool asks for a certain word or a key.
    OtherForm,
}

/// What an utterance is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    Yes,
    No,
    Unclear(Unclear),
    Other,
}

/// Reads an utterance as an answer to a question that asks for this confirmation.
pub(super) fn read(text: &str, source: InputSource, confirmation: &Confirmation) -> Read {
    if source == InputSource::Keypad {
        return match confirmation {
            Confirmation::Keys(keys) if keys == text => Read::Yes,
            Confirmation::Keys(_) => Read::Unclear(Unclear::OtherForm),
            Confirmation::Yes | Confirmation::Word(_) => Read::Other,
        };
    }
    let plain = plain(text);
    match (confirmation, plain) {
        (Confirmation::Word(word), _) if is_word(text, word) => Read::Yes,
        (Confirmation::Word(_) | Confirmation::Keys(_), Read::Yes) => {
            Read::Unclear(Unclear::OtherForm)
        }
        _ => plain,
    }
}

/// Reads an utterance as an answer to "Shall I go ahead?".
fn plain(text: &str) -> Read {
    let list = words(text);
    let lower: Vec<&str> = list.iter().map(String::as_str).collect();
    if lower.is_empty() || lower.len() > WORDS_LIMIT {
        return Read::Other;
    }
    let Some(parts) = parts(&lower) else {
        return Read::Other;
    };
    let has = |part: Part| parts.contains(&part);
    // A recogniser writes the question mark that it heard in the voice; it may be wrong, and then the caller is asked
    // once more.
    if text.contains('?') || has(Part::Question) {
        return Read::Unclear(Unclear::Question);
    }
    let beside = has(Part::Backchannel) || has(Part::Praise);
    match (has(Part::Yes), has(Part::No)) {
        _ if has(Part::Condition) => Read::Unclear(Unclear::Mixed),
        (true, false) if !beside => Read::Yes,
        (true, _) => Read::Unclear(Unclear::Mixed),
        (false, true) => Read::No,
        (false, false) if has(Part::Praise) => Read::Unclear(Unclear::Praise),
        (false, false) => Read::Unclear(Unclear::Backchannel),
    }
}

/// Whether the utterance is the word that is asked for, with nothing but hesitation and courtesy around it.
fn is_word(text: &str, word: &str) -> bool {
    let said = words(text);
    let wanted = words(word);
    let aside = |word: &String| {
        PHRASES
            .iter()
            .any(|(part, phrases)| *part == Part::Aside && phrases.contains(&word.as_str()))
    };
    let said = said
        .iter()
        .filter(|word| wanted.contains(word) || !aside(word));
    !text.contains('?') && said.eq(wanted.iter())
}

/// The utterance as phrases of the table. None when a part of it is in no phrase.
fn parts(mut lower: &[&str]) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    while !lower.is_empty() {
        let (len, part) = longest(lower)?;
        parts.push(part);
        lower = &lower[len..];
    }
    Some(parts)
}

fn longest(lower: &[&str]) -> Option<(usize, Part)> {
    let rows = PHRASES
        .iter()
        .flat_map(|(part, phrases)| phrases.iter().map(|phrase| (*phrase, *part)));
    rows.filter_map(|(phrase, part)| Some((starts_with(lower, phrase)?, part)))
        .max_by_key(|(len, _)| *len)
}

/// How many words the phrase has, if the list begins with it.
fn starts_with(lower: &[&str], phrase: &str) -> Option<usize> {
    let mut len = 0;
    for word in phrase.split(' ') {
        if lower.get(len) != Some(&word) {
            return None;
        }
        len += 1;
    }
    Some(len)
}

/// The words in lower case. An apostrophe belongs to its word; a sign that stands for something, such as a token's
/// brackets or a currency, is a word of its own and therefore unknown.
fn words(text: &str) -> Vec<String> {
    let mut list = Vec::new();
    let mut word = String::new();
    for c in text.chars().take(400) {
        match c {
            '\'' | '’' => word.push('\''),
            c if c.is_alphanumeric() => word.extend(c.to_lowercase()),
            c => {
                let whole = std::mem::take(&mut word);
                list.extend((!whole.is_empty()).then_some(whole));
                if !c.is_whitespace() && !".,;:!?-–—…\"“”".contains(c) {
                    list.push(c.to_string());
                }
            }
        }
    }
    list.extend((!word.is_empty()).then_some(word));
    list
}
