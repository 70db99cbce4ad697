//! Speech as it would be typed: digits of a number with its corrections applied, and words with their spoken signs.
//!
//! Decides nothing about secrets; `capture` uses it for the value that a tool receives.

use super::phrases::Words;
use std::sync::LazyLock;

use super::Kind;
use super::checks::{is_card, is_ssn};
use super::data::rows;
use super::digits::{Item, Reading, Run, digits_in, run_at};
use super::judge::{corrected, reread};
use super::token::{Token, tokens};
use super::view::View;

/// The digits that `words` stand for as a value of `kind`, each 0 to 9.
pub fn spoken_digits(kind: Kind, words: &str) -> Vec<u8> {
    let tokens = tokens(words);
    let view = View::new(words, &tokens);
    let mut run = Run::default();
    let mut start = 0;
    while start < tokens.len() && !run_at(view, start, Reading::VALUE, &mut run) {
        start += 1;
    }
    let whole = digits_in(words);
    if kind == Kind::Card
        && run.digits.len() == whole.len()
        && !is_card(&whole)
        && let Some(apart) = reread(&run, 0, run.items.len())
    {
        return apart;
    }
    if run.digits.len() != whole.len() || !run.items.iter().any(|item: &Item| item.corrected) {
        return whole;
    }
    let fits = |digits: &[u8]| match kind {
        Kind::Card => is_card(digits),
        Kind::Ssn => is_ssn(digits),
        Kind::Phone => matches!(digits.len(), 10 | 11),
        Kind::Pin => digits.len() == 4,
        Kind::SecurityCode => digits.len() == 3,
        Kind::Expiry => matches!(digits.len(), 4),
        _ => false,
    };
    if fits(&whole) {
        whole
    } else {
        corrected(&run, 0, run.items.len(), fits).unwrap_or(whole)
    }
}

/// Spoken signs and what is typed for them; two words where the second only says "sign" or "mark".
static SIGNS: LazyLock<Vec<(&str, char)>> = LazyLock::new(|| {
    let rows = rows(include_str!("../data/signs.tsv"));
    rows.filter_map(|[name, sign, _]| Some((name, sign.chars().next()?)))
        .collect()
});

/// `words` as one would type them, lower case: letters spelled one by one are joined, number words are digits, signs are signs. With
/// `spaced`, plain words keep one space between them.
pub fn spoken_text(words: &str, spaced: bool) -> String {
    let tokens = tokens(words);
    let view = View::new(words, &tokens);
    let mut out = String::with_capacity(words.len());
    let (mut at, mut glue, mut capital) = (0, true, false);
    let mut run = Run::default();
    while let Some(token) = tokens.get(at) {
        let text = &words[token.start..token.end()];
        let lower = text.to_lowercase();
        let joined = token.gap == 0 && at > 0;
        if let Some(sign) = sign(words, &tokens, at, spaced) {
            out.push(sign.0);
            (at, glue) = (sign.1, true);
            continue;
        }
        push_written_gap(words, &tokens, at, &mut out, &mut glue);
        if Words::Capital.has(&lower) && at + 1 < tokens.len() {
            (capital, at) = (true, at + 1);
            continue;
        }
        if Words::Uttered.has(&lower) && tokens.len() > 1 {
            at += 1;
            continue;
        }
        if run_at(view, at, Reading::VALUE, &mut run) {
            // Only the first item: a filler or sign after it is looked at on its own.
            let item = run.items[0];
            out.extend(run.digits_of(0, 1).iter().map(|d| char::from(b'0' + d)));
            (at, glue) = (item.next, true);
            continue;
        }
        let letter = text.chars().count() == 1;
        let follows_letter = at > 0 && tokens[at - 1].len == 1;
        let apart = !(joined || glue || letter && follows_letter);
        if spaced && apart {
            out.push(' ');
        }
        if capital {
            out.extend(text.chars().take(1).flat_map(char::to_uppercase));
            out.extend(lower.chars().skip(1));
        } else {
            out.push_str(&lower);
        }
        (glue, capital) = (false, false);
        at += 1;
    }
    out
}

/// The sign that the word at `at` says, and the token after it. Signs are only said between other things.
fn sign(words: &str, tokens: &[Token], at: usize, spaced: bool) -> Option<(char, usize)> {
    let text = |j: usize| {
        tokens
            .get(j)
            .map_or("", |t: &Token| &words[t.start..t.end()])
    };
    let word = text(at).to_lowercase();
    if word == "under" && text(at + 1) == "score" {
        return Some(('_', at + 2));
    }
    let sign = SIGNS.iter().find(|(name, _)| *name == word)?.1;
    let marked = Words::Marks.has(text(at + 1));
    if spaced && !marked && Words::DoubtfulSigns.has(&word) {
        return None;
    }
    Some((sign, if marked { at + 2 } else { at + 1 }))
}

/// A written sign between two tokens with no space stays ("john.smith", "p@ss").
fn push_written_gap(words: &str, tokens: &[Token], at: usize, out: &mut String, glue: &mut bool) {
    let Some(before) = at.checked_sub(1).and_then(|j| tokens.get(j)) else {
        return;
    };
    let gap = &words[before.end()..tokens[at].start];
    let spelled = tokens[at].len == 1 && before.len == 1;
    if !gap.is_empty() && !gap.contains(' ') && !spelled {
        out.push_str(gap);
        *glue = true;
    }
}
