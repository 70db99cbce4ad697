//! Fills a tool's arguments from an utterance: which part of what was said is the value of which argument.
//!
//! Own things are not filled here (see `own`), and a secret only by its token.

mod answer;
mod choices;
mod cues;
mod doubt;
mod free_text;
mod numeric;
mod request;
mod sound;
mod span;
mod spelled;
mod textual;
mod wanted;

use std::collections::BTreeMap;

use conversimple_wire::Contact;
use conversimple_wire::tool::Argument;
use serde_json::{Map, Number, Value};
use time::Date;

pub(crate) use answer::answer;
pub(crate) use choices::one_of;
pub(crate) use doubt::Doubt;
pub(crate) use free_text::beginning as free_text_beginning;
pub(crate) use request::fill;

use crate::calendar::Clock;
use crate::shape::{Shape, quoted_options};
use crate::words::{Word, stem, words};

/// An utterance being taken apart: which of its words already belong to an argument.
pub(crate) struct Utterance<'a> {
    pub(crate) text: &'a str,
    pub(crate) words: Vec<Word>,
    /// The stem of each word.
    stems: Vec<String>,
    pub(crate) used: Vec<bool>,
    pub(crate) today: Date,
    /// What was heard for an argument and has to be asked, by the argument's name.
    pub(crate) doubts: BTreeMap<String, Doubt>,
}

impl<'a> Utterance<'a> {
    pub(crate) fn new(text: &'a str, today: Date) -> Self {
        let text = crate::words::limited(text, crate::words::TEXT_LIMIT_BYTES);
        let words = words(text);
        Self {
            text,
            used: vec![false; words.len()],
            stems: words.iter().map(|word| stem(&word.lower)).collect(),
            words,
            today,
            doubts: BTreeMap::new(),
        }
    }

    fn lower(&self, at: usize) -> &str {
        self.words.get(at).map_or("", |word| word.lower.as_str())
    }

    /// The stem of a word; empty beyond the end.
    fn stem(&self, at: usize) -> &str {
        self.stems.get(at).map_or("", String::as_str)
    }

    fn free(&self, from: usize, to: usize) -> bool {
        self.used
            .get(from..to)
            .is_some_and(|used| !used.contains(&true))
    }

    /// How many of the addresses that were said an argument took, and how many none did.
    pub(crate) fn contacts(&self) -> (usize, usize) {
        let words = self.words.iter().zip(&self.used);
        let used = words
            .filter(|(word, _)| contact_of(&word.lower).is_some())
            .map(|(_, used)| *used);
        let (taken, left): (Vec<bool>, Vec<bool>) = used.partition(|used| *used);
        (taken.len(), left.len())
    }

    fn take(&mut self, from: usize, to: usize) {
        let end = to.min(self.used.len());
        if let Some(used) = self.used.get_mut(from.min(end)..end) {
            used.fill(true);
        }
    }

    /// The text of words as it was said.
    fn span(&self, from: usize, to: usize) -> &'a str {
        match (
            self.words.get(from),
            to.checked_sub(1).and_then(|last| self.words.get(last)),
        ) {
            (Some(first), Some(last)) if first.start < last.end => {
                &self.text[first.start..last.end]
            }
            _ => "",
        }
    }
}

/// The kind of a token: `password` of `⟨password 1⟩`.
fn token_kind(lower: &str) -> Option<&str> {
    let inner = lower.strip_prefix('⟨')?.strip_suffix('⟩')?;
    inner.rsplit_once(' ').map(|(kind, _)| kind)
}

/// A token that stands for a secret of a kind, such as `⟨password 1⟩`.
fn is_token_of(lower: &str, kind: &str) -> bool {
    token_kind(lower) == Some(kind)
}

/// What somebody is reached by, where a word is a token for that: `⟨email 1⟩`.
fn contact_of(lower: &str) -> Option<Contact> {
    token_kind(lower).and_then(Contact::from_name)
}

/// Whether a text holds a token that stands for a secret: anything but an address.
pub(crate) fn holds_secret(text: &str) -> bool {
    text.contains('⟨')
        && words(text)
            .iter()
            .any(|word| word.lower.starts_with('⟨') && contact_of(&word.lower).is_none())
}

/// A number in JSON: whole where it is whole.
fn json_number(value: rust_decimal::Decimal) -> Option<Value> {
    let value = value.normalize();
    if value.scale() == 0 {
        return i64::try_from(value).ok().map(Value::from);
    }
    Number::from_f64(value.to_string().parse().ok()?).map(Value::Number)
}

/// A day in the form that the argument's description names ("MM/DD/YYYY"), or year, month, day.
fn json_date(date: Date, schema: &Value) -> Value {
    let description = schema
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let form = day_form(crate::words::limited(description, 600));
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    let text = form
        .replace("yyyy", &format!("{year:04}"))
        .replace("mm", &format!("{month:02}"))
        .replace("dd", &format!("{day:02}"))
        .replace("yy", &format!("{:02}", year % 100));
    Value::String(text)
}

/// The form of a date that a description names, in lower case.
fn day_form(description: &str) -> String {
    let letters = |c: char| "ymd".contains(c);
    let lower = description.to_lowercase();
    let forms = lower
        .split(|c: char| !(letters(c) || "/-.".contains(c)))
        .map(|part| part.trim_matches(['/', '-', '.']));
    let mut named = forms.filter(|part| {
        let bare: String = part.chars().filter(|c| letters(*c)).collect();
        matches!(
            bare.as_str(),
            "yyyymmdd" | "mmddyyyy" | "ddmmyyyy" | "mmddyy" | "ddmmyy"
        )
    });
    named.next().unwrap_or("yyyy-mm-dd").to_owned()
}

fn json_time(clock: Clock) -> Value {
    Value::String(format!("{:02}:{:02}", clock.hour, clock.minute))
}

/// Options that an argument's description names, for text without a declared list.
fn soft_options(schema: &Value) -> Vec<Value> {
    let description = schema
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default();
    quoted_options(crate::words::limited(description, 600))
        .into_iter()
        .map(Value::String)
        .collect()
}

/// Joins what was spelled: "a l i c e" and "A-L-I-C-E" are "alice". Other words stay as they are.
fn unspell(list: &[Word]) -> Option<String> {
    let letters: Vec<&str> = list.iter().map(|word| word.lower.as_str()).collect();
    let single = letters
        .iter()
        .filter(|word| word.chars().count() == 1)
        .count();
    (letters.len() > 1 && single == letters.len()).then(|| letters.concat())
}

/// Whether a shape is filled with numbers.
fn is_numeric(shape: &Shape) -> bool {
    matches!(shape, Shape::Money | Shape::Number | Shape::Integer)
}

/// The arguments among these that nothing fills yet, but for those that take numbers.
fn still_open<'s, 'a>(
    open: &'s [(Argument<'a>, Shape)],
    out: &'s Map<String, Value>,
) -> impl Iterator<Item = &'s (Argument<'a>, Shape)> {
    open.iter()
        .filter(move |(argument, shape)| !out.contains_key(argument.name) && !is_numeric(shape))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn date_is_formatted_as_description_says() {
        let date =
            Date::from_calendar_date(2026, time::Month::May, 4).expect("a day of the calendar");
        for (description, expected) in [
            ("The day.", "2026-05-04"),
            ("In the format MM/DD/YYYY.", "05/04/2026"),
            ("dd.mm.yyyy", "04.05.2026"),
            ("as YYYYMMDD", "20260504"),
            ("Date in 'YYYY-MM-DD' form; my dad's mad", "2026-05-04"),
        ] {
            assert_eq!(
                json_date(date, &json!({"description": description})),
                expected,
                "{description}"
            );
        }
    }
}
