//! Abbreviations, initials, and what signs between words are called.

use std::sync::LazyLock;

use super::spelling::letters;
use super::sum::SIGNS;
use super::token::{Cursor, Kind};
use crate::table::rows;

type Read<'a> = Option<(String, Cursor<'a>)>;

/// Abbreviations, how they are said, and whether they count without a full stop.
static ABBREVIATIONS: LazyLock<Vec<(&'static str, &'static str, bool)>> = LazyLock::new(|| {
    rows(include_str!("../../data/abbreviations.tsv"), 3)
        .map(|row| (row[0], row[1], row[2] == "yes"))
        .collect()
});

/// Signs, whether they count only before a number, and what they are called.
static SAID: LazyLock<Vec<(&'static str, bool, &'static str)>> = LazyLock::new(|| {
    rows(include_str!("../../data/signs.tsv"), 3)
        .map(|row| (row[0], row[1] == "number", row[2]))
        .collect()
});

static YEAR_LEADS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    rows(include_str!("../../data/year_leads.tsv"), 1)
        .map(|row| row[0])
        .collect()
});

/// Whether four figures behind a word are a year.
pub(super) fn leads_to_year(lower: &str) -> bool {
    YEAR_LEADS.contains(&lower)
}

/// "Mr.", "approx.", "e.g.": what they stand for.
pub(super) fn abbreviation(at: Cursor<'_>) -> Read<'_> {
    if !at.begins() {
        return None;
    }
    let mut next = at;
    let word = next.word()?;
    let mut dotted = next;
    let pair = dotted
        .sign(".")
        .and_then(|_| dotted.word())
        .map(|last| format!("{word}.{last}"));
    let find = |written: &str| ABBREVIATIONS.iter().find(|(known, ..)| *known == written);
    let (found, mut end) = match pair.as_deref().and_then(find) {
        Some(found) => (found, dotted),
        None => (find(word)?, next),
    };
    let stop = end.sign(".").is_some();
    let closed = end
        .peek()
        .is_none_or(|token| token.kind == Kind::Space || token.text == ",");
    if !(stop && closed || found.2 && end.ends()) {
        return None;
    }
    let saint = word == "St" && end.peek().is_some_and(|token| token.kind == Kind::Space);
    Some((if saint { "Saint" } else { found.1 }.to_owned(), end))
}

/// "U.S." letter by letter.
pub(super) fn initials(at: Cursor<'_>) -> Read<'_> {
    let mut next = at;
    let mut count = 0;
    let capital = |word: &str| word.len() == 1 && word.bytes().all(|b| b.is_ascii_uppercase());
    let mut end = at;
    while next.word_if(capital).is_some() && next.sign(".").is_some() {
        count += 1;
        end = next;
    }
    (count > 1 && at.begins()).then(|| (letters(&at.until(end)), end))
}

/// What a sign between words is called; a mark of the sentence stays, and what nobody says is a space.
pub(super) fn sign(text: &str, at: Cursor<'_>) -> String {
    let inside = at
        .before()
        .is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Digits));
    if text == "'" && !inside {
        return " ".to_owned();
    }
    if matches!(text, "." | "," | "?" | "!" | ";" | ":" | "'") {
        return text.to_owned();
    }
    if text == "/" {
        return slash(at).to_owned();
    }
    let before_number = {
        let mut next = at;
        next.next();
        next.sign("=");
        next.space();
        next.peek().is_some_and(|token| {
            token.kind == Kind::Digits || SIGNS.contains(token.text) || "-.".contains(token.text)
        })
    };
    let known = SAID
        .iter()
        .find(|(sign, needs, _)| *sign == text && (before_number || !needs));
    known.map_or_else(|| " ".to_owned(), |(.., said)| format!(" {said} "))
}

/// "a/b" is a or b; "and/or" is both words.
fn slash(at: Cursor<'_>) -> &'static str {
    let word = |token: Option<super::token::Token<'_>>| {
        token.is_some_and(|token| token.kind == Kind::Word)
    };
    let (mut before, mut after) = (at, at);
    after.next();
    after.space();
    if before
        .before()
        .is_some_and(|token| token.kind == Kind::Space)
    {
        before.back();
    }
    let and = before
        .before()
        .is_some_and(|token| token.text.eq_ignore_ascii_case("and"));
    if word(before.before()) && word(after.peek()) && !and {
        " or "
    } else {
        " "
    }
}
