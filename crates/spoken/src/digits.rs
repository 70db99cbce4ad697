//! Digits said one by one or in groups, as for a PIN, a telephone or an order number.

use crate::lexicon::{Class, number_word};
use crate::words::Word;

/// No run of digits is longer.
const LONGEST: usize = 40;

/// Reads digits: "four two, double one", "for to one one", "12 34". `loose` takes the words that recognisers write for
/// digits ("for", "to", "won", "ate").
#[must_use]
pub fn digits(words: &[Word], loose: bool) -> String {
    let mut out = String::new();
    let mut repeat = 1;
    for word in words {
        match number_word(&word.lower) {
            Some((Class::Repeat, times)) => repeat = usize::try_from(times).unwrap_or(1),
            known => {
                if let Some(found) = group(&word.lower, known, loose) {
                    push(&mut out, &found, std::mem::replace(&mut repeat, 1));
                }
            }
        }
        if out.len() > LONGEST {
            break;
        }
    }
    out
}

/// The figures of one word.
fn group(lower: &str, known: Option<(Class, i64)>, loose: bool) -> Option<String> {
    match known {
        Some((Class::Small | Class::Ten | Class::Zero, value)) => Some(value.to_string()),
        Some((Class::Misheard, value)) if loose => Some(value.to_string()),
        _ => {
            let kept: String = lower.chars().filter(char::is_ascii_digit).collect();
            let others = |c: char| !(c.is_ascii_digit() || "-.()+/,".contains(c));
            (!kept.is_empty() && !lower.chars().any(others)).then_some(kept)
        }
    }
}

/// "twenty five" is 25: a unit after a round ten takes the zero's place.
fn push(out: &mut String, found: &str, repeat: usize) {
    let takes_zero = repeat == 1 && is_ten(out) && is_unit(found);
    if takes_zero {
        out.pop();
    }
    for _ in 0..repeat {
        out.push_str(found);
    }
}

fn is_ten(figures: &str) -> bool {
    figures.len() == 2 && figures.ends_with('0') && figures != "00"
}

fn is_unit(figures: &str) -> bool {
    figures.len() == 1 && figures != "0"
}

/// Whether every word of a text is a digit, in figures or in words.
#[must_use]
pub fn is_digits(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut words = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .peekable();
    let digit = |word: &str| match number_word(word) {
        Some((Class::Zero, _)) => true,
        Some((Class::Small, value)) => value < 10,
        _ => word.bytes().all(|b| b.is_ascii_digit()),
    };
    words.peek().is_some() && words.all(digit)
}
