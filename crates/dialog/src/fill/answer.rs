//! Reads the answer to a question for one argument: everything that was said is about that argument.

use conversimple_wire::tool::Argument;
use conversimple_wire::{Contact, ToolSpec};
use serde_json::Value;

use super::spelled::spelled;
use super::{
    Utterance, choices, contact_of, holds_secret, is_numeric, is_token_of, json_date, json_number,
    json_time, numeric, soft_options, unspell,
};
use crate::calendar::{days, times};
use crate::lexicon::{ANSWER_LEADS, NO_USERNAMES};
use crate::number::{currency_word, currency_words, digits, numbers};
use crate::shape::{Shape, shape};
use crate::talk::{Answer, yes_no};
use crate::words::{Word, is_function_word};

/// The value that an answer gives to the argument that was asked for; its words are used up. `None`: it gives none.
pub(crate) fn answer(
    spec: &ToolSpec,
    argument: &Argument<'_>,
    utterance: &mut Utterance<'_>,
) -> Option<Value> {
    let shape = shape(argument);
    if is_numeric(&shape) {
        let said = numeric::answer(spec, argument, &shape, utterance);
        let doubted = utterance.doubts.contains_key(argument.name);
        return said.or_else(|| misheard(utterance).filter(|_| !doubted));
    }
    let value = read(&shape, argument.schema, utterance)?;
    let range = match &shape {
        // The word for a currency still belongs to the amount beside it.
        Shape::Choice(values) => choices::one_of(utterance, values)
            .map(|(_, from, to)| (from, to))
            .filter(|(from, _)| currency_word(utterance.lower(*from)).is_none()),
        Shape::Date => days(&utterance.words, utterance.today)
            .first()
            .map(|found| (found.from, found.to)),
        Shape::Time => times(&utterance.words, true)
            .first()
            .map(|found| (found.from, found.to)),
        _ => None,
    };
    if let Some((from, to)) = range {
        utterance.take(from, to);
    }
    Some(value)
}

fn read(shape: &Shape, schema: &Value, utterance: &Utterance<'_>) -> Option<Value> {
    let list = &utterance.words;
    match shape {
        Shape::Secret(kind) => {
            let token = list.iter().find(|word| is_token_of(&word.lower, kind))?;
            Some(Value::String(
                utterance.text[token.start..token.end].to_owned(),
            ))
        }
        Shape::Own(_) | Shape::Object => None,
        Shape::Currency => (0..list.len())
            .find_map(|at| currency_words(list, at))
            .map(|(code, _)| Value::from(code))
            .or_else(|| words_of_answer(utterance).map(Value::String)),
        Shape::Choice(values) => choices::one_of(utterance, values)
            .map(|(value, ..)| value)
            .or_else(|| choices::sounding_like(utterance, values)),
        Shape::Money | Shape::Number => number(list).or_else(|| misheard(utterance)),
        Shape::Integer => number(list)
            .or_else(|| misheard(utterance))
            .filter(Value::is_i64),
        Shape::Boolean => match yes_no(utterance.text) {
            Some(Answer::Yes) => Some(Value::Bool(true)),
            Some(Answer::No) => Some(Value::Bool(false)),
            None => None,
        },
        Shape::Date => days(list, utterance.today)
            .first()
            .map(|found| json_date(found.value, schema)),
        Shape::Time => times(list, true)
            .first()
            .map(|found| json_time(found.value)),
        Shape::List(inner) => {
            let items = list_items(inner, schema, utterance);
            (!items.is_empty()).then_some(Value::Array(items))
        }
        _ => read_text(shape, schema, utterance),
    }
}

/// The text that an answer gives.
fn read_text(shape: &Shape, schema: &Value, utterance: &Utterance<'_>) -> Option<Value> {
    // Whether the argument gets the address or the token is the guard's to decide; it is the answer in any case.
    let contact = |fits: fn(Contact) -> bool| {
        let found = utterance
            .words
            .iter()
            .find(|word| contact_of(&word.lower).is_some_and(fits));
        found.map(|word| Value::from(&utterance.text[word.start..word.end]))
    };
    match shape {
        Shape::Email => contact(|contact| contact == Contact::Email)
            .or_else(|| email(utterance).map(Value::String)),
        Shape::Phone => contact(|contact| contact == Contact::Phone)
            .or_else(|| phone(utterance).map(Value::String)),
        Shape::Id => contact(|_| true).or_else(|| id(schema, utterance).map(Value::String)),
        Shape::Username => contact(|_| true).or_else(|| username(utterance).map(Value::String)),
        Shape::Place | Shape::Person if contact(|_| true).is_some() => contact(|_| true),
        _ => {
            if let Some((value, ..)) = choices::one_of(utterance, &soft_options(schema)) {
                return Some(value);
            }
            words_of_answer(utterance).map(Value::String)
        }
    }
}

/// The first number of words.
fn number(words: &[Word]) -> Option<Value> {
    json_number(numbers(words).first()?.value)
}

/// The number that a single word is which recognisers write for one ("for", "to", "won").
fn misheard(utterance: &Utterance<'_>) -> Option<Value> {
    let filler = |word: &&Word| {
        !matches!(
            word.lower.as_str(),
            "please" | "dollars" | "euros" | "pounds" | "percent"
        )
    };
    let mut telling = utterance.words.iter().filter(filler);
    let (Some(only), None) = (telling.next(), telling.next()) else {
        return None;
    };
    let heard = digits(std::slice::from_ref(only), true).parse::<i64>();
    heard.ok().map(Value::from)
}

/// An e-mail address, written or spoken: "alice at example dot com".
pub(super) fn email(utterance: &Utterance<'_>) -> Option<String> {
    let written = utterance.words.iter().find(|word| {
        let (name, host) = word.lower.split_once('@').unwrap_or_default();
        !name.is_empty() && host.contains('.') && !host.starts_with('.')
    });
    if let Some(word) = written {
        return Some(
            utterance.text[word.start..word.end]
                .trim_end_matches('.')
                .to_owned(),
        );
    }
    let at = utterance.words.iter().position(|word| word.lower == "at")?;
    let dot = utterance
        .words
        .iter()
        .rposition(|word| word.lower == "dot" || word.lower.contains('.'))?;
    let first = spoken_start(utterance, at);
    if at == 0 || dot <= at || first >= at {
        return None;
    }
    let out = written_out(&utterance.words[first..]);
    let (name, host) = out.split_once('@')?;
    (!name.is_empty() && host.contains('.') && !host.ends_with('.')).then_some(out)
}

/// The signs and words of a spoken address in writing.
fn written_out(list: &[Word]) -> String {
    let mut out = String::new();
    for word in list.iter().take(20) {
        match word.lower.as_str() {
            "at" if !out.contains('@') => out.push('@'),
            "dot" => out.push('.'),
            "underscore" => out.push('_'),
            "dash" | "hyphen" => out.push('-'),
            "and" | "please" | "thanks" if out.contains('.') => break,
            other => match crate::number::small(other) {
                Some(value) => out.push_str(&value.to_string()),
                None => out.push_str(other),
            },
        }
    }
    out
}

fn spoken_start(utterance: &Utterance<'_>, at: usize) -> usize {
    let is_lead = |word: &str| {
        matches!(
            word,
            "is" | "it's" | "to" | "email" | "address" | "that's" | "my" | "mail"
        )
    };
    (0..at)
        .rev()
        .find(|i| is_lead(utterance.lower(*i)))
        .map_or(0, |i| i + 1)
}

pub(super) fn phone(utterance: &Utterance<'_>) -> Option<String> {
    let plus = utterance
        .words
        .iter()
        .any(|word| word.lower.starts_with('+') || word.lower == "plus");
    let heard = digits(&utterance.words, false);
    (heard.len() >= 5 && heard.len() <= 15).then(|| if plus { format!("+{heard}") } else { heard })
}

/// A code: one written word with a digit in it, letters and digits said one by one, or the last word.
fn id(schema: &Value, utterance: &Utterance<'_>) -> Option<String> {
    if let Some(found) = spelled(utterance) {
        return Some(found.as_declared(schema));
    }
    let list = &utterance.words;
    let coded = list.iter().find(|word| {
        let digit = word.lower.bytes().any(|b| b.is_ascii_digit());
        digit
            && word
                .lower
                .bytes()
                .any(|b| b.is_ascii_alphabetic() || b"-_".contains(&b))
            && !word.lower.starts_with('⟨')
    });
    if let Some(word) = coded {
        return Some(utterance.text[word.start..word.end].to_owned());
    }
    let spelled: String = list
        .iter()
        .filter(|word| word.lower != "a" || list.len() < 12)
        .filter_map(|word| {
            let lower = word.lower.as_str();
            if lower.chars().count() == 1 && lower.chars().all(char::is_alphanumeric) {
                return Some(lower.to_uppercase());
            }
            let heard = digits(std::slice::from_ref(word), false);
            (!heard.is_empty()).then_some(heard)
        })
        .collect();
    if spelled.chars().any(|c| c.is_ascii_digit()) {
        return Some(spelled);
    }
    let meaningful: Vec<_> = list
        .iter()
        .filter(|word| !is_function_word(&word.lower))
        .collect();
    match meaningful.as_slice() {
        [word] => Some(utterance.text[word.start..word.end].to_owned()),
        _ if spelled.len() > 1 => Some(spelled),
        _ => None,
    }
}

/// A name to log in with: lower case, spelled letters joined, lead words gone.
pub(super) fn username(utterance: &Utterance<'_>) -> Option<String> {
    let from = lead_end(utterance);
    let list: Vec<_> = utterance.words[from..]
        .iter()
        .filter(|word| {
            !word.lower.starts_with('⟨')
                && !matches!(word.lower.as_str(), "um" | "uh" | "please" | "thanks")
        })
        .cloned()
        .collect();
    if let Some(joined) = unspell(&list) {
        return Some(joined);
    }
    let singles = list
        .iter()
        .rposition(|word| word.lower.chars().count() > 1)
        .map_or(0, |at| at + 1);
    if list.len() - singles > 2
        && let Some(joined) = unspell(&list[singles..])
    {
        return Some(joined);
    }
    let telling = list
        .iter()
        .filter(|word| !is_function_word(&word.lower))
        .count();
    if telling > 2 || list.iter().any(|word| NO_USERNAMES.has(&word.lower)) {
        return None;
    }
    let first = list
        .iter()
        .find(|word| !is_function_word(&word.lower) || list.len() == 1)?;
    let plain = first
        .lower
        .trim_matches(|c: char| !(c.is_alphanumeric() || "._-@".contains(c)));
    (!plain.is_empty()).then(|| plain.trim_end_matches('.').to_owned())
}

fn list_items(inner: &Shape, schema: &Value, utterance: &Utterance<'_>) -> Vec<Value> {
    match inner {
        Shape::Money | Shape::Number | Shape::Integer => numbers(&utterance.words)
            .iter()
            .filter_map(|number| json_number(number.value))
            .take(100)
            .collect(),
        _ => {
            let Some(text) = words_of_answer(utterance) else {
                return Vec::new();
            };
            let parts = text.replace(" and ", ",");
            let items = schema.get("items").unwrap_or(&Value::Null);
            let part = |part: &str| {
                let part = part.trim();
                let inside = Utterance::new(part, utterance.today);
                match inner {
                    Shape::Text | Shape::Query => {
                        (!part.is_empty()).then(|| Value::String(part.to_owned()))
                    }
                    other => read(other, items, &inside),
                }
            };
            parts.split(',').take(50).filter_map(part).collect()
        }
    }
}

/// The words of an answer without "it's", "I said", "please" and the like.
fn words_of_answer(utterance: &Utterance<'_>) -> Option<String> {
    let from = lead_end(utterance);
    let mut to = utterance.words.len();
    while to > from
        && matches!(
            utterance.lower(to - 1),
            "please" | "thanks" | "um" | "uh" | "thank" | "you"
        )
    {
        to -= 1;
    }
    if let Some(joined) = unspell(&utterance.words[from..to]) {
        let mut letters = joined.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        return Some(first.chain(letters).collect());
    }
    let text = utterance.span(from, to).trim();
    // A text may hold a secret's token among its words; a token alone was meant for another question.
    let secret = holds_secret(text) && utterance.words[from..to].len() < 2;
    let plain: String = text.chars().filter(|c| !c.is_control()).take(300).collect();
    (!plain.is_empty() && !secret).then_some(plain)
}

/// How many words at the beginning only introduce an answer.
fn lead_end(utterance: &Utterance<'_>) -> usize {
    let count = utterance.words.len();
    let mut from = 0;
    // The last word is never only an introduction.
    while let Some(rest) = utterance.words.get(from..count.saturating_sub(1)) {
        let words = rest.iter().map(|word| word.lower.as_str());
        match ANSWER_LEADS.longest(words) {
            Some((len, _)) => from += len,
            None => break,
        }
    }
    from
}
