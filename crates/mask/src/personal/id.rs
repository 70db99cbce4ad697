//! Numbers with letters in them, as states and posts give them: "QQ 12 34 56 C", "x one two three four five six seven".
//!
//! Decides where such a number ends.

use crate::digits::{Reading, Run, run_at};
use crate::lexicon::NATO;
use crate::token::{COMMA, DASH, POINT, SPACE, Token};
use crate::view::View;

/// The longest group of capitals in one.
const CAPITALS: usize = 4;

/// The token after a number of so many letters and digits that begins at `at`.
pub(super) fn read(view: View<'_>, at: usize, least: usize, most: usize) -> Option<usize> {
    let (mut here, mut size, mut digits) = (at, 0, 0);
    while let Some(piece) = piece(view, here, here == at) {
        if size + piece.size > most {
            break;
        }
        here = piece.next;
        size += piece.size;
        digits += piece.digits;
    }
    ((least..=most).contains(&size) && digits >= 2).then_some(here)
}

/// A group of letters or digits.
struct Piece {
    next: usize,
    size: usize,
    digits: usize,
}

fn piece(view: View<'_>, at: usize, first: bool) -> Option<Piece> {
    let token = view.token(at).filter(|t| !t.is_atom())?;
    if !first && token.gap & !(SPACE | DASH | POINT | COMMA) != 0 {
        return None;
    }
    let one = |size: usize, digits: usize| {
        Some(Piece {
            next: at + 1,
            size,
            digits,
        })
    };
    if token.is_mixed() {
        let text = view.text_of(at).bytes();
        return one(view.len(at), text.filter(u8::is_ascii_digit).count());
    }
    if is_letter(view, at, token, first) {
        return one(1, 0);
    }
    if is_group(view, at) {
        return one(view.len(at), 0);
    }
    number(view, at)
}

/// A run of digits.
fn number(view: View<'_>, at: usize) -> Option<Piece> {
    let how = Reading {
        announced: view.value(at) == 0,
        lines: false,
    };
    let mut run = Run::default();
    let found = view.is_number(at) && run_at(view, at, how, &mut run);
    found.then(|| Piece {
        next: run.next(),
        size: run.total(),
        digits: run.total(),
    })
}

/// One letter, or the word that stands for it; a small "a" or "i" only beside others.
fn is_letter(view: View<'_>, at: usize, token: &Token, first: bool) -> bool {
    let spelled = token.is_single() && view.bytes()[token.start].is_ascii_alphabetic();
    let word = matches!(view.text_of(at), "a" | "i" | "I");
    let beside = view.is_number(at + 1) || view.len(at + 1) == 1;
    (spelled || token.is(NATO)) && (!(word || first) || beside)
}

/// "QQ", "NWBK".
fn is_group(view: View<'_>, at: usize) -> bool {
    let text = view.text_of(at).as_bytes();
    text.len() <= CAPITALS && text.len() > 1 && text.iter().all(u8::is_ascii_uppercase)
}
