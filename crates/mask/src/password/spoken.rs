//! The password that is said after, or before, its name: "my password is sunflower", "capital t i g e r", "sunflower is my password".
//!
//! Decides where it begins and ends. "my password is not working" has no value.

use super::value::value_after;
use super::word::{is_code, is_small};
use crate::kind::{Kind, Span};
use crate::lexicon::{CLAUSE, FILLER, NATO, Number, SPEAKS};
use crate::phrases::Words;
use crate::place::Place;
use crate::token::{COLON, COMMA, DASH, EQUALS, LINE, OTHER, PAREN, QUOTE, SPACE, STOP, Token};
use crate::view::View;

/// A spoken password longer than this goes on without us.
const WORDS: usize = 12;
/// One that is spelled.
const SPELLED: usize = 40;
/// A longer word is no path to a value in code.
const PATH_BYTES: usize = 256;

/// The password that is said after the word "password" at a place.
pub(crate) fn spoken(place: &Place<'_, '_>) -> Option<Span> {
    let (view, at) = (place.view, place.at);
    let Some(from) = value_after(place) else {
        return value_before(view, at);
    };
    let first = view.token(from)?;
    if first.is_atom() || is_written(view, at, from, first) {
        return None;
    }
    let last = last_word(view, from);
    let end = glyphs_after(view.text, view.tokens[last].end());
    let digit = |t: &Token| t.is_digits() || t.is_number() || t.is(FILLER);
    let mut words = view.tokens[from..].iter().take_while(|t| t.start < end);
    let digits = words.all(digit) && view.within(at, Words::PassCode);
    Some(Span {
        start: first.start,
        end,
        kind: if digits { Kind::Pin } else { Kind::Password },
    })
}

/// A written value right after the name was decided by `named`.
fn is_written(view: View<'_>, at: usize, from: usize, first: &Token) -> bool {
    let beside = from == at + 1 && first.has(COLON);
    let path = || {
        let word = word_at(view.text, first.start);
        is_code(view.bytes(), word, first.start + word.len())
    };
    let typed = || first.is_plain() && view.within(from, Words::Types);
    let code = first.has(EQUALS) || is_code(view.bytes(), "", first.end());
    code || beside && (path() || typed())
}

/// The last word of the password whose first is token `from`.
fn last_word(view: View<'_>, from: usize) -> usize {
    let quoted = view.has(from, QUOTE);
    let mut end = from;
    while end < view.tokens.len() && end - from < SPELLED {
        let token = &view.tokens[end];
        let spelled = token.is_single() || token.is_number() || token.is(SPEAKS | NATO);
        let over = end - from >= WORDS && !spelled;
        if over || end > from && (token.is_atom() || ends(view, end, from, quoted)) {
            break;
        }
        end += 1;
    }
    // Fillers at the end belong to nobody.
    let filler = |t: &Token| t.is(FILLER) && !t.is_number() && (2..=3).contains(&t.len);
    while end > from + 1 && filler(&view.tokens[end - 1]) {
        end -= 1;
    }
    end.max(from + 1) - 1
}

/// Whether the password ends before token `here`; "change it from … to …" has two of them.
fn ends(view: View<'_>, here: usize, from: usize, quoted: bool) -> bool {
    let both = view.before(from, "from") && view.next(here, "to");
    !both && ends_before(view, here, from, quoted)
}

/// What stands between signs that end a written word, and no more of it than a path of code has.
fn word_at(text: &str, start: usize) -> &str {
    let rest = &text[start..];
    let window = &rest.as_bytes()[..rest.len().min(PATH_BYTES)];
    let ends = |b: &u8| b" ,;)\n\"".contains(b);
    let mut end = window.iter().position(ends).unwrap_or(window.len());
    while !rest.is_char_boundary(end) {
        end -= 1;
    }
    &rest[..end]
}

/// `hunter2!` and `p@ss#`: signs glued to the last word are part of a written password.
fn glyphs_after(text: &str, end: usize) -> usize {
    let rest = text.as_bytes()[end..].iter().take(8);
    let signs = rest.take_while(|b| b"#$%^&*@+=_~".contains(b)).count();
    let word = text[..end].bytes().rev();
    let mut word = word.take_while(u8::is_ascii_alphanumeric);
    let bang = text.as_bytes()[end + signs..].starts_with(b"!");
    end + signs + usize::from(bang && word.any(|b| b.is_ascii_digit()))
}

/// "sunflower is my password": the one word before.
fn value_before(view: View<'_>, at: usize) -> Option<Span> {
    let [word, is, _] = view.tokens.get(at.checked_sub(3)?..at)? else {
        return None;
    };
    let said = view.before_in(at, Words::Whose) && view.within(at - 2, Words::IsSaid);
    let unknown = (word.is_plain() || word.is_mixed()) && word.len > 2;
    let close = is.gap & !(SPACE | COMMA) == 0;
    (said && unknown && close).then_some(Span {
        start: word.start,
        end: word.end(),
        kind: Kind::Password,
    })
}

/// Whether the password ends before token `here`.
fn ends_before(view: View<'_>, here: usize, from: usize, quoted: bool) -> bool {
    let token = &view.tokens[here];
    let spelling = is_small(view, here) && is_small(view, here - 1);
    if token.has(LINE) || quoted && token.has(QUOTE) {
        return true;
    }
    let pause = token.has(STOP | COMMA | COLON | EQUALS | PAREN | OTHER);
    if pause && token.has(SPACE | LINE) {
        return !spelling || token.has(STOP);
    }
    if is_joined(token) || is_spoken_sign(token, here - from, spelling) {
        return false;
    }
    token.is(CLAUSE) && !(spelling && token.is_single())
}

/// Nothing that separates words stands before it.
fn is_joined(token: &Token) -> bool {
    token.gap & SPACE == 0 || token.has(DASH)
}

/// A digit, or a word by which a password is spelled.
fn is_spoken_sign(token: &Token, place: usize, spelling: bool) -> bool {
    match token.number() {
        Number::None => {}
        Number::Soft if !spelling => {}
        _ => return true,
    }
    let sign = token.is(SPEAKS) && token.gap == SPACE && !token.is(CLAUSE);
    sign && place < SPELLED
}
