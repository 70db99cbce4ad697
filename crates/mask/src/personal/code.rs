//! Codes: "the code they texted me is 448177", "448177 is my code", but not a voucher's, a gate's or an error's.
//!
//! Decides which number belongs to the word "code"; whether it works once is asked of `score`.

use super::form::{Value, digits, total};
use crate::kind::{Kind, Span};
use crate::lexicon::{MEASURE, Topic};
use crate::phrases::Words;
use crate::place::Place;
use crate::score::{Doubt, Question};
use crate::token::{LINE, OTHER, STOP};
use crate::view::View;

/// How far a code may stand from its name, in tokens.
const NEAR: usize = 10;
/// The most digits of a code.
const MOST: usize = 9;

/// The one-time code of at least so many digits that the word "code" at a place names.
pub(crate) fn code(place: &Place<'_, '_>, least: usize) -> Option<Span> {
    let (view, at) = (place.view, place.at);
    // "pin code of my area", "reference code AB12 3456": a name of its own, or a value that is no number.
    if view.topic(at) != Topic::Code || view.before_in(at, Words::PinHeard) {
        return None;
    }
    let value = after(view, at, least).or_else(|| before(view, at, least))?;
    let doubt = Doubt {
        view,
        question: Question::Code,
        name: at,
        from: value.from,
        to: value.to,
    };
    doubt.is_secret().then(|| Span {
        start: view.tokens[value.from].start,
        end: view.tokens[value.to - 1].end(),
        kind: Kind::OneTimeCode,
    })
}

/// The number behind the name.
fn after(view: View<'_>, at: usize, least: usize) -> Option<Value> {
    for from in at + 1..at + NEAR {
        if ends(view, from) {
            return None;
        }
        if let Some(to) = digits(view, from, least, MOST) {
            return (!view.is(to, MEASURE)).then_some(Value { from, to });
        }
        if total(view, from) > 3 || view.token(from)?.is_mixed() {
            return None;
        }
    }
    None
}

/// Another sentence, or another name of a number, begins at `at`.
fn ends(view: View<'_>, at: usize) -> bool {
    let Some(token) = view.token(at) else {
        return true;
    };
    let asked = view.between(at).contains('?');
    let ended = token.has(STOP | LINE) && !asked || token.has(OTHER);
    let free = matches!(token.topic(), Topic::None | Topic::Call | Topic::Number);
    ended || !free && !view.is_number(at)
}

/// The number before the name: "448177 is the code".
fn before(view: View<'_>, at: usize, least: usize) -> Option<Value> {
    let near = at.saturating_sub(NEAR * 2)..at;
    let mut back = near.clone().rev();
    let is = back.find(|j| view.within(*j, Words::IsSaid))?;
    let close = at - is <= 4 && !(is..=at).any(|j| view.has(j, STOP | LINE));
    let begins = |from: &usize| {
        !view.is_number(from.wrapping_sub(1)) && digits(view, *from, least, MOST) == Some(is)
    };
    let from = (near.start..is).find(begins)?;
    close.then_some(Value { from, to: is })
}
