//! Finds ranges of words that belong together: runs of capitals, quotes, enumerations, addresses, noun phrases.

use super::Utterance;
use crate::lexicon::JOINS;
use crate::number::number_at;
use crate::words::is_function_word;

/// A range of words: from, and to (exclusive).
pub(super) type Span = (usize, usize);

/// The run of capitals around a word that is a capital itself.
pub(super) fn capital_run(utterance: &Utterance<'_>, at: usize) -> Option<Span> {
    let capital = |at: usize| {
        utterance
            .words
            .get(at)
            .is_some_and(|word| word.capital && utterance.free(at, at + 1))
    };
    if !capital(at) || utterance.words[at].initial {
        return None;
    }
    let mut from = at;
    while from > 0
        && capital(from - 1)
        && !utterance.words[from - 1].initial
        && !utterance.words[from - 1].ends_clause
    {
        from -= 1;
    }
    phrase(utterance, from).filter(|(_, to)| *to > at)
}

pub(super) fn is_quoted(utterance: &Utterance<'_>, at: usize) -> bool {
    let Some(word) = utterance.words.get(at) else {
        return false;
    };
    let before = &utterance.text[..word.start];
    let Some(sign) = before.chars().next_back() else {
        return false;
    };
    let outside = before[..before.len() - sign.len_utf8()].chars().next_back();
    "'\"“‘".contains(sign) && outside.is_none_or(|c| !c.is_alphanumeric())
}

pub(super) fn quote_at(utterance: &Utterance<'_>, from: usize) -> Option<Span> {
    let closes = |at: &usize| {
        let after =
            utterance.text[utterance.words[*at].end..].trim_start_matches([',', '.', '?', '!']);
        after.starts_with(['\'', '"', '”', '’'])
    };
    let close = (from..utterance.words.len().min(from + 14)).find(closes)?;
    utterance.free(from, close + 1).then_some((from, close + 1))
}

/// The quote that ends right before a word: "the 'Get Weird' album".
pub(super) fn quote_before(utterance: &Utterance<'_>, at: usize) -> Option<Span> {
    let from = (at.saturating_sub(8)..at)
        .rev()
        .find(|from| is_quoted(utterance, *from))?;
    quote_at(utterance, from).filter(|(_, to)| *to == at)
}

/// "Including timings, exhibitions, and accessibility".
pub(super) fn enumerated(utterance: &Utterance<'_>) -> Option<Span> {
    let at = (0..utterance.words.len()).find(|at| {
        matches!(utterance.lower(*at), "including" | "include" | "includes")
            || (utterance.lower(*at) == "such" && utterance.lower(at + 1) == "as")
    })?;
    let from = at + 1 + usize::from(utterance.lower(at) == "such");
    let mut to = from;
    while to < utterance.words.len() && utterance.free(to, to + 1) && to - from < 16 {
        to += 1;
        if utterance.text[utterance.words[to - 1].end..].starts_with(['.', '?', '!']) {
            break;
        }
    }
    (to > from).then_some((from, to))
}

pub(super) fn skip_article(utterance: &Utterance<'_>, at: usize) -> usize {
    at + usize::from(matches!(utterance.lower(at), "the" | "a" | "an"))
}

/// "123 White Street, San Jose": a number, capitals, and capitals after commas.
pub(super) fn address(utterance: &Utterance<'_>, from: usize) -> Option<Span> {
    let number = utterance
        .words
        .get(from)?
        .lower
        .bytes()
        .all(|b| b.is_ascii_digit());
    let capital = |at: usize| {
        utterance
            .words
            .get(at)
            .is_some_and(|word| word.capital && !word.initial && utterance.free(at, at + 1))
    };
    if !number || !utterance.free(from, from + 1) || !capital(from + 1) {
        return None;
    }
    let to = (from + 1..(from + 9).min(utterance.words.len()))
        .take_while(|at| capital(*at))
        .last()?;
    Some((from, to + 1))
}

/// A noun phrase that begins at a word: capitals and what joins them, or plain words up to the next word that ends one.
pub(super) fn phrase(utterance: &Utterance<'_>, from: usize) -> Option<Span> {
    let first = utterance.words.get(from)?;
    if !utterance.free(from, from + 1) || (is_function_word(&first.lower) && !first.capital) {
        return None;
    }
    let mut to = from + 1;
    while to < utterance.words.len() && to - from < 8 && utterance.free(to, to + 1) {
        let (previous, word) = (&utterance.words[to - 1], &utterance.words[to]);
        let region = first.capital && word.capital && word.lower.len() == 2 && !word.initial;
        if previous.ends_clause && !region {
            break;
        }
        let joins = first.capital
            && JOINS.has(&word.lower)
            && utterance.words.get(to + 1).is_some_and(|next| next.capital);
        let goes_on = if first.capital {
            word.capital || joins
        } else {
            !ends_phrase(utterance, to)
        };
        if !goes_on || utterance.text[previous.start..previous.end].ends_with("'s") {
            break;
        }
        to += 1;
    }
    Some((from, to))
}

fn ends_phrase(utterance: &Utterance<'_>, at: usize) -> bool {
    let lower = utterance.lower(at);
    is_function_word(lower)
        || number_at(&utterance.words, at).is_some()
        || matches!(
            lower,
            "today" | "tomorrow" | "tonight" | "yesterday" | "next" | "thanks" | "weather"
        )
}
