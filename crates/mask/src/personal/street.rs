//! Postal addresses: "42 Maple Street, Springfield, IL 62704", "flat 3, 12 Oak Lane", "PO box 1234".
//!
//! Decides where an address begins (a house number before a name and a word such as "street") and ends.

use crate::digits::{Reading, Run, run_at};
use crate::lexicon::{CLAUSE, COPULA, FILLER, MEASURE};
use crate::phrases::Words;
use crate::token::{COMMA, LINE, OTHER, STOP, Token};
use crate::view::View;

/// Words of a street's name.
const NAME: usize = 4;
/// Words of one part behind a comma, and parts.
const PART: usize = 4;
const PARTS: usize = 4;
/// Digits of a house number.
const HOUSE: usize = 6;

/// The token after the address that begins at `at`.
pub(super) fn read(view: View<'_>, at: usize) -> Option<usize> {
    let house = unit(view, at).unwrap_or(at);
    let street = street(view, house).or_else(|| post_box(view, at))?;
    let street = street + usize::from(is_direction(view, street));
    let mut end = unit(view, street).unwrap_or(street);
    for _ in 0..PARTS {
        match part(view, end) {
            Some(next) => end = next,
            None => break,
        }
    }
    Some(end)
}

/// "flat 3", "apartment four b".
fn unit(view: View<'_>, at: usize) -> Option<usize> {
    if !view.within(at, Words::Dwellings) {
        return None;
    }
    let skip = usize::from(view.next(at, "number"));
    number(view, at + 1 + skip).or_else(|| (view.len(at + 1) == 1).then_some(at + 2))
}

/// A house number: "42", "221B", "two twenty one".
fn number(view: View<'_>, at: usize) -> Option<usize> {
    let token = view.token(at)?;
    let begins = |t: &Token| view.bytes()[t.start].is_ascii_digit();
    let mut run = Run::default();
    let how = Reading {
        announced: false,
        lines: false,
    };
    let next = if token.is_mixed() && begins(token) && token.len <= 5 {
        at + 1
    } else if run_at(view, at, how, &mut run) && run.total() <= HOUSE {
        run.next()
    } else {
        return None;
    };
    let letter = view.len(next) == 1 && !view.within(next, Words::Articles);
    Some(next + usize::from(letter && view.gap(next) & (STOP | COMMA) == 0))
}

/// "42 Maple Street".
fn street(view: View<'_>, at: usize) -> Option<usize> {
    let name = number(view, at)?;
    if view.within(name, Words::StreetsFirst) {
        return foreign(view, name);
    }
    for here in name..=name + NAME {
        if here > name && view.within(here, Words::Streets) {
            return Some(here + 1);
        }
        let over = view.has(here, STOP | LINE | OTHER) && here > name;
        if over || view.token(here)?.is_atom() || is_no_name(view, here) {
            return None;
        }
    }
    None
}

/// A unit, or a word that stands in no street's name: "5 minutes away from the street".
fn is_no_name(view: View<'_>, at: usize) -> bool {
    let grammar = [Words::Determiners, Words::Prepositions, Words::Owners];
    view.is(at, MEASURE | COPULA) || grammar.iter().any(|set| view.within(at, *set))
}

/// "12 rue de la Paix".
fn foreign(view: View<'_>, at: usize) -> Option<usize> {
    let ends = |j: &usize| view.token(*j).is_none_or(|t| is_over(t) || t.has(COMMA));
    let end = (at + 1..=at + NAME).find(ends).unwrap_or(at + NAME);
    (end > at + 1).then_some(end)
}

/// "NW", "south".
fn is_direction(view: View<'_>, at: usize) -> bool {
    let close = view.gap(at) & (STOP | COMMA | LINE) == 0;
    close && view.within(at, Words::Directions)
}

/// "PO box 1234".
fn post_box(view: View<'_>, at: usize) -> Option<usize> {
    let box_at = (at..at + 3).find(|j| view.says(*j, "box"))?;
    let po = view.says(at, "po") || view.says(at, "p") && view.next(at, "o");
    number(view, box_at + 1).filter(|_| po)
}

/// A part behind a comma or "in": a city, a state with its code, a country.
fn part(view: View<'_>, at: usize) -> Option<usize> {
    let token = view.token(at).filter(|t| !is_over(t))?;
    let code = view.is_digits(at) && view.len(at) == 5 || token.is_mixed();
    let place = view.says(at, "in");
    if !token.has(COMMA) && !code && !place {
        return None;
    }
    let ends = |j: &usize| view.token(*j).is_none_or(|t| is_over(t) || t.has(COMMA));
    let end = (at + 1..at + PART).find(ends).unwrap_or(at + PART);
    (!place || end > at + 1).then_some(end)
}

/// Something else begins.
fn is_over(token: &Token) -> bool {
    token.has(STOP | LINE | OTHER) || token.is_atom() || token.is(CLAUSE | FILLER) && token.len > 1
}
