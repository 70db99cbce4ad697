//! What people say about themselves and only its name gives away: one-time codes, bank accounts, dates of birth, numbers of a
//! state, postal addresses, answers to security questions.
//!
//! Decides by the names in `data/personal.tsv` and the form that each row gives to the value, which may stand behind its name
//! ("my sort code is 12-34-56") or before it ("12-34-56 is my sort code"). A new name is a row. A code that only the words
//! around it tell from a voucher's or a gate's is asked of `score` (`code`).

mod code;
mod date;
mod form;
mod id;
mod street;

use std::collections::HashMap;
use std::sync::LazyLock;

use super::data::rows;
use super::kind::{Kind, Kinds, Span};
use super::lexicon::{COPULA, CORRECT, FILLER, LINK, MEASURE, Topic};
use super::phrases::Words;
use super::place::Place;
use super::token::{LINE, OTHER, STOP};
use super::view::View;
pub(super) use code::code;
use form::{Form, Value};

/// Words between a name and its value.
const BETWEEN: usize = 8;
/// How far around a bank is looked for, in words.
const BANK: usize = 16;
/// How far before its name a value may begin, in tokens.
const BEHIND: usize = 24;

/// A name, word by word, and what its value is.
struct Row {
    kind: Kind,
    words: Vec<Word>,
    form: Form,
    /// Only where a bank is spoken of.
    banked: bool,
}

/// One word of a name.
struct Word {
    any_of: Vec<&'static str>,
    optional: bool,
}

impl Row {
    fn parse([kind, words, form, _]: [&'static str; 4]) -> Option<Self> {
        let banked = form.strip_prefix("banked ");
        Some(Self {
            kind: Kind::from_name(kind)?,
            words: words.split(' ').map(Word::parse).collect(),
            form: Form::parse(banked.unwrap_or(form))?,
            banked: banked.is_some(),
        })
    }

    /// The token after the name that begins at `at`.
    fn end(&self, view: View<'_>, at: usize) -> Option<usize> {
        let mut here = at;
        for word in &self.words {
            if word.any_of.iter().any(|known| view.says(here, known)) {
                here += 1;
            } else if !word.optional {
                return None;
            }
        }
        Some(here)
    }
}

impl Word {
    fn parse(word: &'static str) -> Self {
        let plain = word.strip_suffix('?');
        Self {
            any_of: plain.unwrap_or(word).split('|').collect(),
            optional: plain.is_some(),
        }
    }
}

/// The rows by the first words of their names.
static ROWS: LazyLock<HashMap<&str, Vec<Row>>> = LazyLock::new(|| {
    let mut by_word: HashMap<&str, Vec<Row>> = HashMap::new();
    for row in rows(include_str!("../data/personal.tsv")) {
        let first = row[1].split(' ').next().unwrap_or_default();
        for word in first.split('|') {
            by_word.entry(word).or_default().extend(Row::parse(row));
        }
    }
    by_word
});

/// A value whose name begins at a place.
pub(super) fn named(place: &Place<'_, '_>, kinds: Kinds) -> Option<Span> {
    let (view, at) = (place.view, place.at);
    if !view.within(at, Words::Personal) {
        return None;
    }
    let word = view.text_of(at).to_ascii_lowercase();
    let rows = ROWS.get(word.as_str())?.iter();
    rows.filter(|row| kinds.has(row.kind))
        .filter_map(|row| Some((row.end(view, at)?, row)))
        .filter(|(end, row)| !row.banked || is_banked(view, at, *end))
        .filter_map(|(end, row)| {
            let value = after(view, end, row.form).or_else(|| before(view, at, row.form))?;
            Some((end, value, row.kind))
        })
        .max_by_key(|(end, _, _)| *end)
        .map(|(_, value, kind)| span(view, value, kind))
}

fn span(view: View<'_>, value: Value, kind: Kind) -> Span {
    Span {
        start: view.tokens[value.from].start,
        end: view.tokens[value.to - 1].end(),
        kind,
    }
}

/// A bank, or the other half of an account's number, is spoken of near the name.
fn is_banked(view: View<'_>, at: usize, end: usize) -> bool {
    view.any_before(at, BANK, Words::Banks) || view.any_in(end..end + BANK, Words::Banks)
}

/// The value that follows the name, which ends before token `from`.
fn after(view: View<'_>, from: usize, form: Form) -> Option<Value> {
    for at in from..from + BETWEEN {
        view.token(at)?;
        if stops(view, at) {
            return None;
        }
        if let Some(to) = form.read(view, at) {
            let measured = view.is(to, MEASURE) && !view.has(to, STOP);
            return (!measured).then_some(Value { from: at, to });
        }
        if !leads_on(view, at) {
            return None;
        }
    }
    None
}

/// A new sentence begins, and the one before asked for nothing; or a sign that joins nothing.
fn stops(view: View<'_>, at: usize) -> bool {
    let ends = view.has(at, STOP | LINE);
    let asks = ends && (view.between(at).contains('?') || view.before_in(at, Words::IsSaid));
    ends && !asks || view.has(at, OTHER)
}

/// A word between a name and its value.
fn leads_on(view: View<'_>, at: usize) -> bool {
    let link = view.is(at, COPULA | LINK | FILLER | CORRECT) || view.within(at, Words::Between);
    let another = matches!(view.topic(at), Topic::Card | Topic::Pin | Topic::Phone);
    link && !another
}

/// The value before the name, which begins at token `at`: "448177 is the code".
fn before(view: View<'_>, at: usize, form: Form) -> Option<Value> {
    let owned = at - usize::from(at > 0 && view.before_in(at, Words::Whose));
    let to = owned.checked_sub(1)?;
    if to == 0 || !view.within(to, Words::IsSaid) || stops(view, to) {
        return None;
    }
    let mut starts = to.saturating_sub(BEHIND)..to;
    let from =
        starts.find(|from| form.begins(view, *from) && form.read(view, *from) == Some(to))?;
    Some(Value { from, to })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_kind_and_a_form_and_begins_with_a_word() {
        for row in rows(include_str!("../data/personal.tsv")) {
            let parsed = Row::parse(row);
            assert!(parsed.is_some_and(|row| !row.words[0].optional), "{row:?}");
        }
    }
}
