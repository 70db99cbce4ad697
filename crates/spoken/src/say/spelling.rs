//! What is read letter by letter and figure by figure: ids, addresses, versions, words that nobody can pronounce.

use std::sync::LazyLock;

use crate::speak::{decimal, digits};
use crate::table::rows;

static SHORT_WORDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    rows(include_str!("../../data/short_words.tsv"), 1)
        .map(|row| row[0])
        .collect()
});

static SAID_AS_WORD: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    rows(include_str!("../../data/said_as_word.tsv"), 1)
        .map(|row| row[0])
        .collect()
});

/// What the marks of an address are called.
const MARKS: [(char, &str); 5] = [
    ('.', "dot"),
    ('-', "dash"),
    ('_', "underscore"),
    ('/', "slash"),
    ('+', "plus"),
];

/// Words as words, short or vowelless runs of letters by letter, digits by digit, and nothing for what joins them.
pub(super) fn id(text: &str) -> String {
    let said: Vec<String> = runs(text)
        .map(|part| match part.as_bytes() {
            [b'0'..=b'9', ..] => digits(part),
            _ if is_word(part) => camel(part),
            _ => letters(part),
        })
        .collect();
    said.join(" ")
}

/// An e-mail address, a host or a version: its parts with the marks between them by name.
pub(super) fn address(text: &str) -> String {
    let mut said = Vec::new();
    for part in text.split_inclusive(['.', '-', '_', '/', '+', '*']) {
        let (name, mark) = match part.char_indices().next_back() {
            Some((at, mark)) if !mark.is_ascii_alphanumeric() => (&part[..at], Some(mark)),
            _ => (part, None),
        };
        said.extend(runs(name).map(part_of_address));
        let named = MARKS.iter().find(|(sign, _)| Some(*sign) == mark);
        said.extend(named.map(|(_, name)| (*name).to_owned()));
    }
    said.join(" ")
}

fn part_of_address(run: &str) -> String {
    let figures = run.starts_with(|c: char| c.is_ascii_digit());
    match (figures, run.len()) {
        (true, ..=2) => decimal(run),
        (true, _) => digits(run),
        (false, 2..) if has_vowel(run) => run.to_owned(),
        _ => letters(run),
    }
}

/// The runs of letters and of digits; everything else only separates.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric())
        .flat_map(|word| {
            word.as_bytes()
                .chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit())
                .filter_map(|run| std::str::from_utf8(run).ok())
        })
}

/// Long enough, with a vowel and not shouted: it can be read as a word.
fn is_word(run: &str) -> bool {
    run.len() > 3 && has_vowel(run) || SHORT_WORDS.contains(&run)
}

fn has_vowel(run: &str) -> bool {
    run.bytes().any(|b| b"aeiouyAEIOUY".contains(&b))
}

/// Letters by name. A lone "a" would be taken for the article.
pub(super) fn letters(text: &str) -> String {
    let name = |letter: char| match letter.to_ascii_uppercase() {
        'A' => "ay".to_owned(),
        other => other.to_string(),
    };
    let named: Vec<String> = text
        .chars()
        .filter(char::is_ascii_alphabetic)
        .map(name)
        .collect();
    named.join(" ")
}

/// "processPayment" as two words.
pub(super) fn camel(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    let mut before = 'A';
    for letter in text.chars() {
        if letter.is_ascii_uppercase() && before.is_ascii_lowercase() {
            out.push(' ');
        }
        out.push(letter);
        before = letter;
    }
    out
}

/// A word as it is said: apart where it is written together, by letter where it cannot be pronounced.
pub(super) fn word(text: &str) -> String {
    let inner_capital = text.bytes().skip(1).any(|b| b.is_ascii_uppercase());
    let shouted = text.bytes().all(|b| b.is_ascii_uppercase());
    if text.starts_with(|c: char| c.is_ascii_lowercase()) && inner_capital {
        return camel(text);
    }
    let vowelless = text.starts_with(|c: char| c.is_ascii_uppercase()) && !has_vowel(text);
    let spelled =
        vowelless && (2..=6).contains(&text.len()) || shouted && text.len() > 1 && !has_vowel(text);
    if spelled && !SAID_AS_WORD.contains(&text) {
        letters(text)
    } else {
        text.to_owned()
    }
}
