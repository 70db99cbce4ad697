//! The forms that a value has: so many digits, letters and digits, a date, an address, a name.
//!
//! Decides where a value of a form ends.

use super::{date, id, street};
use crate::digits::{Reading, Run, run_at};
use crate::lexicon::{CLAUSE, FILLER, LINK, NO_VALUE};
use crate::token::{COMMA, LINE, SPACE, STOP, Token};
use crate::view::View;

/// A value: its tokens.
pub(super) struct Value {
    pub(super) from: usize,
    pub(super) to: usize,
}

/// What a value looks like.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// So many digits.
    Digits(usize, usize),
    /// So many letters and digits.
    Id(usize, usize),
    Date,
    Street,
    /// A word or a few that are no others.
    Name,
    /// The same with a capital.
    Proper,
}

impl Form {
    /// A form by its name in the table: "digits 4 8", "date".
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let name = parts.next()?;
        let mut size = || parts.next().and_then(|n| n.parse().ok()).unwrap_or(0);
        let sizes = (size(), size());
        match name {
            "digits" => Some(Self::Digits(sizes.0, sizes.1)),
            "id" => Some(Self::Id(sizes.0, sizes.1)),
            "date" => Some(Self::Date),
            "street" => Some(Self::Street),
            "name" => Some(Self::Name),
            "proper" => Some(Self::Proper),
            _ => None,
        }
    }

    /// The token after the value that begins at `at`.
    pub(super) fn read(self, view: View<'_>, at: usize) -> Option<usize> {
        match self {
            Self::Digits(least, most) => digits(view, at, least, most),
            Self::Id(least, most) => id::read(view, at, least, most),
            Self::Date => date::read(view, at),
            Self::Street => street::read(view, at),
            Self::Name => name(view, at, false),
            Self::Proper => name(view, at, true),
        }
    }

    /// Whether a value may begin at `at` that stands before its name.
    pub(super) fn begins(self, view: View<'_>, at: usize) -> bool {
        let inside = |j: usize| view.is_number(j) || view.token(j).is_some_and(Token::is_mixed);
        match self {
            Self::Digits(..) => !inside(at.wrapping_sub(1)),
            Self::Name => view.token(at).is_some_and(Token::is_plain),
            Self::Id(..) | Self::Date | Self::Street | Self::Proper => true,
        }
    }
}

/// How many digits the run that begins at `at` has.
pub(super) fn total(view: View<'_>, at: usize) -> usize {
    let how = Reading {
        announced: false,
        lines: false,
    };
    let mut run = Run::default();
    let found = view.is_number(at) && run_at(view, at, how, &mut run);
    if found { run.total() } else { 0 }
}

/// A run of so many digits, or its part before a comma or the end of a sentence.
pub(super) fn digits(view: View<'_>, at: usize, least: usize, most: usize) -> Option<usize> {
    let how = Reading {
        announced: view.value(at) == 0,
        lines: false,
    };
    let mut run = Run::default();
    if view.is_atom(at) || !view.is_number(at) || !run_at(view, at, how, &mut run) {
        return None;
    }
    let sizes = least..=most;
    let items = run.items.len();
    let seam = |to: &usize| {
        run.items
            .get(*to)
            .is_none_or(|i| i.has(STOP | COMMA | LINE))
    };
    let fits = |to: &usize| sizes.contains(&run.count(0, *to)) && seam(to);
    let to = (1..=items).rev().find(fits)?;
    Some(run.items[to - 1].next)
}

/// Up to three words that are a name: "Fluffy", "St Mary's".
fn name(view: View<'_>, at: usize, proper: bool) -> Option<usize> {
    let first = view.token(at)?;
    let capital = |t: &Token| view.bytes()[t.start].is_ascii_uppercase();
    let other = first.is_atom() || view.is_number(at);
    let common = first.is(NO_VALUE | CLAUSE | LINK | FILLER) && !capital(first);
    if other || common || proper && !capital(first) || first.len < 2 {
        return None;
    }
    let goes_on = |t: &Token| t.gap & !SPACE == 0 && capital(t) && !t.is(CLAUSE);
    let more = view.tokens[at + 1..].iter().take(2);
    Some(at + 1 + more.take_while(|t| goes_on(t)).count())
}
