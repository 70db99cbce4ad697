//! Gives names, places and free text to the arguments that take them, by lead words, quotes, capitals and position.

use conversimple_wire::ToolSpec;
use conversimple_wire::tool::Argument;
use serde_json::{Map, Value};

use super::request::still_open;
use super::{Utterance, choice, soft_options};
use crate::number::number_at;
use crate::shape::Shape;
use crate::words::{identifier_words, is_function_word, stem, stems, weight};

pub(super) fn fill(
    spec: &ToolSpec,
    open: &[(Argument<'_>, Shape)],
    utterance: &mut Utterance<'_>,
    out: &mut Map<String, Value>,
) {
    let wanted: Vec<&(Argument<'_>, Shape)> = still_open(open, &out.clone())
        .filter(|(_, shape)| {
            matches!(
                shape,
                Shape::Place
                    | Shape::Person
                    | Shape::Query
                    | Shape::Text
                    | Shape::Username
                    | Shape::Id
                    | Shape::List(_)
            )
        })
        .map(|entry| open.iter().find(|other| other.0.name == entry.0.name))
        .collect::<Option<_>>()
        .unwrap_or_default();
    for (argument, _) in &wanted {
        soft_choice(argument, utterance, out);
    }
    for pass in [by_cue, by_quote, by_preposition, by_capital, by_rest] {
        for (argument, shape) in &wanted {
            if !out.contains_key(argument.name)
                && let Some((from, to)) = pass(spec, argument, shape, utterance)
            {
                put(argument, shape, utterance, from, to, out);
            }
        }
    }
}

fn put(
    argument: &Argument<'_>,
    shape: &Shape,
    utterance: &mut Utterance<'_>,
    from: usize,
    to: usize,
    out: &mut Map<String, Value>,
) {
    let text = utterance
        .span(from, to)
        .trim_matches(['"', '\'', '“', '”', ','])
        .to_owned();
    if text.is_empty() {
        return;
    }
    let value = match shape {
        Shape::Username => Value::String(text.to_lowercase()),
        Shape::Place if text.chars().all(|c| !c.is_uppercase()) => {
            Value::String(capitalised(&text))
        }
        Shape::List(_) => Value::Array(
            text.replace(" and ", ",")
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(Value::from)
                .collect(),
        ),
        _ => Value::String(text),
    };
    out.insert(argument.name.to_owned(), value);
    utterance.take(from, to);
}

fn capitalised(text: &str) -> String {
    let word = |word: &str| {
        let mut chars = word.chars();
        chars.next().map_or(String::new(), |first| {
            first.to_uppercase().chain(chars).collect()
        })
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn soft_choice(
    argument: &Argument<'_>,
    utterance: &mut Utterance<'_>,
    out: &mut Map<String, Value>,
) {
    let options = soft_options(argument.schema);
    if options.len() < 2 {
        return;
    }
    if let Some((value, from, to)) = choice(utterance, &options) {
        utterance.take(from, to);
        out.insert(argument.name.to_owned(), value);
    }
}

/// "username alice", "the title is Inception", "named Bob".
fn by_cue(
    _: &ToolSpec,
    argument: &Argument<'_>,
    shape: &Shape,
    utterance: &Utterance<'_>,
) -> Option<(usize, usize)> {
    if *shape == Shape::Username
        && let Some(from) = after_phrase(
            utterance,
            &[
                "my name is",
                "my name's",
                "i am",
                "i'm",
                "this is",
                "my user name is",
                "user name is",
                "user name",
                "username is",
                "username",
                "user is",
                "user",
                "as",
                "log in as",
                "it's",
                "name is",
            ],
        )
    {
        return username_at(utterance, from);
    }
    let parts = identifier_words(argument.name);
    let last = stem(parts.iter().rev().find(|part| weight(part) > 0.9)?);
    let at = (0..utterance.words.len())
        .find(|at| stem(utterance.lower(*at)) == last && utterance.free(*at, at + 1))?;
    let mut from = at + 1;
    let introduced = matches!(
        utterance.lower(from),
        "is" | "of" | "named" | "called" | "to" | "as" | "id" | "number" | "name" | "for"
    );
    while matches!(
        utterance.lower(from),
        "is" | "of" | "named" | "called" | "as" | "the" | "number" | "id" | "name"
    ) {
        from += 1;
    }
    let starts_name = utterance.words.get(from).is_some_and(|word| word.capital)
        || code_like(utterance.lower(from));
    if !(starts_name || introduced && utterance.lower(from - 1) != "of")
        || utterance.words[at].ends_clause
    {
        return None;
    }
    phrase(utterance, from)
}

fn username_at(utterance: &Utterance<'_>, from: usize) -> Option<(usize, usize)> {
    let mut to = from;
    while to < utterance.words.len()
        && utterance.free(to, to + 1)
        && utterance.lower(to).chars().count() == 1
        && utterance.lower(to) != "⟨"
    {
        to += 1;
    }
    if to > from + 1 {
        return Some((from, to));
    }
    let plain = !is_function_word(utterance.lower(from)) && utterance.free(from, from + 1);
    (plain && from < utterance.words.len()).then_some((from, from + 1))
}

fn after_phrase(utterance: &Utterance<'_>, phrases: &[&str]) -> Option<usize> {
    phrases.iter().find_map(|phrase| {
        let parts: Vec<&str> = phrase.split(' ').collect();
        (0..utterance.words.len())
            .find(|at| {
                parts
                    .iter()
                    .enumerate()
                    .all(|(i, part)| utterance.lower(at + i) == *part)
            })
            .map(|at| at + parts.len())
            .filter(|from| {
                *from < utterance.words.len()
                    && !matches!(
                        utterance.lower(*from),
                        "trying" | "looking" | "not" | "a" | "the" | "going"
                    )
            })
    })
}

/// What stands in quotes.
fn by_quote(
    _: &ToolSpec,
    _: &Argument<'_>,
    shape: &Shape,
    utterance: &Utterance<'_>,
) -> Option<(usize, usize)> {
    if matches!(shape, Shape::Place | Shape::Username) {
        return None;
    }
    let quoted = |at: usize| {
        let word = &utterance.words[at];
        let before = utterance.text[..word.start].chars().next_back();
        before.filter(|c| "'\"“‘".contains(*c))
    };
    for from in 0..utterance.words.len() {
        if !utterance.free(from, from + 1) || quoted(from).is_none() {
            continue;
        }
        let close = (from..utterance.words.len().min(from + 12)).find(|at| {
            let after =
                utterance.text[utterance.words[*at].end..].trim_start_matches([',', '.', '?', '!']);
            after.starts_with(['\'', '"', '”', '’'])
        });
        if let Some(close) = close {
            return Some((from, close + 1));
        }
    }
    None
}

/// "in Paris", "from Berlin", "by Leonardo da Vinci", "for headphones".
fn by_preposition(
    _: &ToolSpec,
    argument: &Argument<'_>,
    shape: &Shape,
    utterance: &Utterance<'_>,
) -> Option<(usize, usize)> {
    let parts = identifier_words(argument.name);
    let has = |list: &[&str]| parts.iter().any(|part| list.contains(&part.as_str()));
    let leads: &[&str] = if has(&[
        "origin",
        "from",
        "source",
        "start",
        "departure",
        "city1",
        "base",
    ]) {
        &["from", "between", "leaving"]
    } else if has(&[
        "destination",
        "to",
        "target",
        "end",
        "arrival",
        "city2",
        "recipient",
    ]) {
        &["to", "and", "into"]
    } else {
        match shape {
            Shape::Place => &[
                "in", "at", "near", "for", "of", "around", "to", "from", "outside",
            ],
            Shape::Person => &["by", "from", "for", "of", "with", "to", "about"],
            _ => return None,
        }
    };
    for lead in leads {
        for at in 0..utterance.words.len() {
            let from = skip_article(utterance, at + 1);
            if utterance.lower(at) != *lead
                || utterance.words[at].ends_clause
                || !utterance.words.get(from).is_some_and(|word| word.capital)
            {
                continue;
            }
            if let Some(found) = phrase(utterance, from) {
                return Some(found);
            }
        }
    }
    if *shape != Shape::Place || !argument.required {
        return None;
    }
    leads.iter().find_map(|lead| {
        let at = (0..utterance.words.len())
            .rev()
            .find(|at| utterance.lower(*at) == *lead)?;
        phrase(utterance, skip_article(utterance, at + 1))
    })
}

fn skip_article(utterance: &Utterance<'_>, at: usize) -> usize {
    at + usize::from(matches!(utterance.lower(at), "the" | "a" | "an"))
}

/// A run of capitals inside a sentence.
fn by_capital(
    spec: &ToolSpec,
    argument: &Argument<'_>,
    shape: &Shape,
    utterance: &Utterance<'_>,
) -> Option<(usize, usize)> {
    if matches!(shape, Shape::Query | Shape::List(_) | Shape::Username) || !argument.required {
        return None;
    }
    let own: Vec<String> = stems(&spec.description)
        .into_iter()
        .map(|(stem, _)| stem)
        .collect();
    (0..utterance.words.len())
        .filter(|at| utterance.free(*at, at + 1))
        .filter(|at| {
            let word = &utterance.words[*at];
            let code = *shape == Shape::Id && code_like(&word.lower);
            (word.capital
                && !word.initial
                && word.lower != "i"
                && !word.lower.starts_with("i'")
                && !own.contains(&stem(&word.lower)))
                || code
        })
        .find_map(|at| phrase(utterance, at))
}

fn code_like(lower: &str) -> bool {
    lower.bytes().any(|b| b.is_ascii_digit())
        && lower.bytes().any(|b| b.is_ascii_alphabetic())
        && !lower.starts_with('⟨')
}

/// What is left of the sentence for a text that the tool cannot do without: "search for wireless headphones".
fn by_rest(
    spec: &ToolSpec,
    argument: &Argument<'_>,
    shape: &Shape,
    utterance: &Utterance<'_>,
) -> Option<(usize, usize)> {
    let takes = match shape {
        Shape::Query => true,
        Shape::Text | Shape::List(_) => argument.required,
        _ => false,
    };
    if !takes {
        return None;
    }
    let own: Vec<String> = stems(&format!(
        "{} {}",
        identifier_words(&spec.name).join(" "),
        spec.description
    ))
    .into_iter()
    .map(|(stem, _)| stem)
    .collect();
    let passed_over = |at: usize| {
        let lower = utterance.lower(at);
        is_function_word(lower)
            || weight(lower) < 0.9
            || own.contains(&stem(lower))
            || REQUEST_WORDS.contains(&lower)
    };
    let from =
        (0..utterance.words.len()).find(|at| utterance.free(*at, at + 1) && !passed_over(*at))?;
    let mut to = from;
    while to < utterance.words.len()
        && utterance.free(to, to + 1)
        && !utterance.words[to].ends_clause
    {
        to += 1;
    }
    if to < utterance.words.len() && utterance.free(to, to + 1) {
        to += 1;
    }
    while to > from + 1
        && (is_function_word(utterance.lower(to - 1))
            || own.contains(&stem(utterance.lower(to - 1))))
    {
        to -= 1;
    }
    (to > from).then_some((from, to))
}

const REQUEST_WORDS: &[&str] = &[
    "sell",
    "carry",
    "stock",
    "buy",
    "interested",
    "searching",
    "called",
    "named",
    "kind",
    "kinds",
    "wondering",
    "wants",
    "purchase",
    "browse",
    "hoping",
    "trying",
    "able",
];

/// A noun phrase that begins at a word: capitals and what joins them, or plain words up to the next word that ends one.
fn phrase(utterance: &Utterance<'_>, from: usize) -> Option<(usize, usize)> {
    let first = utterance.words.get(from)?;
    if !utterance.free(from, from + 1) || (is_function_word(&first.lower) && !first.capital) {
        return None;
    }
    let mut to = from + 1;
    while to < utterance.words.len() && to - from < 8 && utterance.free(to, to + 1) {
        let (previous, word) = (&utterance.words[to - 1], &utterance.words[to]);
        if previous.ends_clause {
            let continues = first.capital && word.capital && word.lower.len() == 2 && !word.initial;
            if !continues {
                break;
            }
        }
        let joins = first.capital
            && matches!(
                word.lower.as_str(),
                "of" | "the" | "de" | "da" | "van" | "von" | "la" | "al"
            )
            && utterance.words.get(to + 1).is_some_and(|next| next.capital);
        let goes_on = if first.capital {
            word.capital || joins
        } else {
            !ends_phrase(utterance, to)
        };
        if !goes_on {
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
            "today" | "tomorrow" | "tonight" | "yesterday" | "next" | "thanks"
        )
}
