//! Days: "04/28/1984", "1984-04-28", "march third nineteen eighty four", "the 4th of July, 1970".
//!
//! Decides where a day ends, and that it is one: a month's name with a number, or at least five digits. A year alone is none.

use crate::lexicon::{MONTH, Number, ORDINAL};
use crate::phrases::Words;
use crate::token::{COMMA, DASH, POINT, SLASH, SPACE, Token};
use crate::view::View;

/// No day has more words: "the twenty first of september nineteen hundred and ninety eight".
const WORDS: usize = 12;

/// The token after the day that begins at `at`.
pub(super) fn read(view: View<'_>, at: usize) -> Option<usize> {
    let (mut month, mut digits, mut end) = (false, 0, at);
    for here in at..at + WORDS {
        if here > at && !view.only(here, SPACE | COMMA | DASH | SLASH | POINT) {
            break;
        }
        let number = digits_at(view, here);
        let named = view.is(here, MONTH) && !is_verb(view, here);
        if number.is_some() || named {
            digits += number.unwrap_or(0);
            (month, end) = (month | named, here + 1);
        } else if !view.within(here, Words::DateLinks) {
            break;
        }
    }
    let day = month && digits > 0 || digits >= 5;
    (day && (digits <= 12) && end > at).then_some(end)
}

/// "may" before a verb.
fn is_verb(view: View<'_>, at: usize) -> bool {
    let number = view.is_number(at + 1) || view.is_number(at.wrapping_sub(1));
    view.text_of(at) == "may" && !number && !view.before(at, "of")
}

/// How many digits the word at `at` stands for, if it is a number. A year in words has four.
fn digits_at(view: View<'_>, at: usize) -> Option<usize> {
    let token = view.token(at)?;
    if token.is_digits() {
        return Some(token.len as usize);
    }
    if token.is(ORDINAL) || view.within(at, Words::Ordinals) || is_ordinal(view, at, token) {
        return Some(2);
    }
    match token.number() {
        // "seventy five" are two digits in all.
        Number::Unit if view.number(at.wrapping_sub(1)) == Number::Tens => Some(0),
        Number::Unit => Some(1),
        Number::Teen | Number::Tens => Some(2),
        Number::Hundred | Number::Thousand => Some(0),
        Number::Soft if token.info().value == 0 => Some(1),
        _ => None,
    }
}

/// "3rd", "21st".
fn is_ordinal(view: View<'_>, at: usize, token: &Token) -> bool {
    let text = view.text_of(at);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let ending = text.get(digits..).unwrap_or_default();
    token.is_mixed() && (1..=2).contains(&digits) && Words::OrdinalEnds.has(ending)
}
