//! Written text as it is said: money, numbers, dates, times, ids, masks, addresses and abbreviations become words.
//!
//! What comes out is words and the marks that shape a sentence, and nothing else. How the words sound is decided elsewhere.
//! The text is cut into tokens (`token`), and at each of them the forms of a table are tried, the longer and surer first.

mod code;
mod layout;
mod letters;
mod measure;
mod spelling;
mod sum;
mod token;
mod when;
mod word;

use crate::speak::year;
use token::{Cursor, Kind, cut};

/// The words of `text` as a person would read them aloud.
#[must_use]
pub fn say(text: &str) -> String {
    let plain = letters::plain(&layout::strip(text))
        .replace(">=", "≥")
        .replace("<=", "≤");
    let tokens = cut(&plain);
    let mut out = String::with_capacity(plain.len() * 2);
    let mut at = Cursor::new(&tokens, 0);
    while let Some(token) = at.peek() {
        let found = FORMS
            .iter()
            .find_map(|form| form(at))
            .filter(|(_, end)| end.at > at.at);
        at = match found {
            Some((said, end)) => {
                // What belongs to the value stays with it: "the 90's".
                let gap = if end.text() == "'" { "" } else { " " };
                out.push_str(&format!(" {said}{gap}"));
                end
            }
            None => {
                out.push_str(&by_itself(token.kind, token.text, at));
                at.next();
                at
            }
        };
    }
    tidy(&out)
}

/// The text of what a model or a tool wrote with layout: its lines as sentences, without headings, bullets, emphasis, links.
#[must_use]
pub fn without_layout(text: &str) -> String {
    let plain = layout::strip(text);
    let lines = plain
        .lines()
        .map(|line| line.trim().trim_start_matches(", "))
        .filter(|line| !line.is_empty());
    let mut out = String::with_capacity(plain.len());
    for line in lines {
        if !out.is_empty() {
            out.push_str(if out.ends_with(['.', ',', ';', ':', '?', '!']) {
                " "
            } else {
                ", "
            });
        }
        out.push_str(line);
    }
    out
}

type Form = for<'a> fn(Cursor<'a>) -> Option<(String, Cursor<'a>)>;

/// What is tried at each token, in this order.
const FORMS: [Form; 15] = [
    code::link,
    code::email,
    code::domain,
    code::mask,
    code::fixed,
    when::date,
    code::grouped,
    values,
    code::version,
    code::identifier,
    code::code,
    plain_number,
    when::weekdays,
    word::abbreviation,
    word::initials,
];

/// A token that no form begins with.
fn by_itself(kind: Kind, text: &str, at: Cursor<'_>) -> String {
    match kind {
        Kind::Word => spelling::word(text),
        Kind::Digits => crate::speak::digits(text),
        Kind::Space => " ".to_owned(),
        Kind::Sign => word::sign(text, at),
    }
}

/// A kind of value of which two may be the ends of a range.
#[derive(Clone, Copy, PartialEq)]
enum Class {
    Clock,
    Sum,
    Percent,
    Measure,
    Number,
}

/// The words of a value, its kind, its figures where it is a plain number, and the place behind it.
type Value<'a> = (String, Class, String, Cursor<'a>);

fn value(at: Cursor<'_>) -> Option<Value<'_>> {
    if let Some(found) = surely_a_value(at) {
        return Some(found);
    }
    if let Some((said, end)) = measure::out_of(at) {
        return Some((said, Class::Measure, String::new(), end));
    }
    let (said, figures, end) = sum::number(at)?;
    Some((said, Class::Number, figures, end))
}

/// A value that cannot be a code: it has a unit, a sign or a form of its own.
fn surely_a_value(at: Cursor<'_>) -> Option<Value<'_>> {
    const SURE: [(Class, Form); 11] = [
        (Class::Clock, when::clock),
        (Class::Number, when::decade),
        (Class::Number, when::place),
        (Class::Measure, measure::duration),
        (Class::Measure, measure::dimensions),
        (Class::Measure, measure::fraction),
        (Class::Percent, sum::percent),
        (Class::Sum, sum::sum),
        (Class::Number, sum::scaled),
        (Class::Measure, measure::degrees),
        (Class::Measure, measure::measure),
    ];
    SURE.iter().find_map(|(class, form)| {
        let (said, end) = form(at)?;
        Some((said, *class, String::new(), end))
    })
}

/// A value, or two with a dash between them.
fn values(at: Cursor<'_>) -> Option<(String, Cursor<'_>)> {
    if at.begins()
        && let Some(range) = range(at)
    {
        return Some(range);
    }
    let (said, _, _, end) = surely_a_value(at)?;
    Some((said, end))
}

/// "$10-$20", "9:00-17:00", "2019-2021", "2-3 days".
fn range(at: Cursor<'_>) -> Option<(String, Cursor<'_>)> {
    let (first, one, from, mut between) = value(at)?;
    let spaced = between.space();
    between.sign("-")?;
    let joined = between.space() == spaced;
    let (second, other, to, end) = value(between)?;
    let mut behind = end;
    let goes_on = behind.sign("-/").is_some()
        && behind
            .peek()
            .is_some_and(|token| token.kind == Kind::Digits);
    let alike = one == other || one == Class::Number || other == Class::Number;
    if !joined || goes_on || !alike || !end.ends() || !fit(&from) || !fit(&to) {
        return None;
    }
    if when::is_year(&from) && (when::is_year(&to) || to.len() == 2) {
        let parsed = |figures: &str| figures.parse().unwrap_or(0);
        let until = if to.len() == 2 {
            second
        } else {
            year(parsed(&to))
        };
        return Some((format!("{} to {until}", year(parsed(&from))), end));
    }
    Some((format!("{first} to {second}"), end))
}

/// Whether plain figures may be the end of a range: a code has more of them, or a zero before.
fn fit(figures: &str) -> bool {
    let led = figures.len() > 1 && figures.starts_with('0') && !figures.starts_with("0.");
    !led && figures.len() <= 6
}

/// A number, or a year behind a word that leads to one.
fn plain_number(at: Cursor<'_>) -> Option<(String, Cursor<'_>)> {
    if let Some(found) = measure::out_of(at) {
        return Some(found);
    }
    let (said, figures, end) = sum::number(at)?;
    if is_led_year(at, &figures, end) {
        return Some((year(figures.parse().unwrap_or(0)), end));
    }
    Some((said, end))
}

/// "in 2019", "since 1990".
fn is_led_year(at: Cursor<'_>, figures: &str, end: Cursor<'_>) -> bool {
    let before = at.words_before().next().map(str::to_lowercase);
    let led = before.is_some_and(|word| word::leads_to_year(&word));
    led && when::is_year(figures) && end.ends() && end.text() != "%"
}

/// One space between words, marks at the end of the word before, none twice, none at the start.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '.' | ',' | '?' | '!' | ';' | ':' => mark(letter, &mut out),
            'a'..='z' | 'A'..='Z' | '0'..='9' | '\'' => {
                if out.ends_with(['.', ',', '?', '!', ';', ':']) {
                    out.push(' ');
                }
                out.push(letter);
            }
            _ => gap(&mut out),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// One space, none at the start.
fn gap(out: &mut String) {
    if !(out.is_empty() || out.ends_with(' ')) {
        out.push(' ');
    }
}

/// A mark goes to the word before; the stronger of two stays.
fn mark(letter: char, out: &mut String) {
    while out.ends_with(' ') {
        out.pop();
    }
    match out.chars().last() {
        None => {}
        Some(',' | ';' | ':') if matches!(letter, '.' | '?' | '!') => {
            out.pop();
            out.push(letter);
        }
        Some('.' | ',' | '?' | '!' | ';' | ':') => {}
        Some(_) => out.push(letter),
    }
}

#[cfg(test)]
mod tests;
