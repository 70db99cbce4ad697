//! ASCII for every letter and sign that has it. A run of letters of a script that is not romanised is said by its script.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::table::rows;

static LETTERS: LazyLock<HashMap<char, &'static str>> = LazyLock::new(|| {
    let table = include_str!("../../data/letters.tsv");
    let row = |row: Vec<&'static str>| Some((row[0].chars().next()?, row[1]));
    rows(table, 2).filter_map(row).collect()
});

static SCRIPTS: LazyLock<Vec<(u32, u32, &'static str)>> = LazyLock::new(|| {
    let code = |cell: &str| u32::from_str_radix(cell, 16).ok();
    rows(include_str!("../../data/scripts.tsv"), 3)
        .filter_map(|row| Some((code(row[0])?, code(row[1])?, row[2])))
        .collect()
});

fn script(c: char) -> Option<&'static str> {
    let code = u32::from(c);
    let mut known = SCRIPTS.iter();
    known
        .find(|(from, to, _)| (*from..=*to).contains(&code))
        .map(|(.., said)| *said)
}

/// The text in ASCII and the signs that the speaker knows; what cannot be said is a space.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut foreign = None;
    for c in text.chars() {
        let known = foreign_script(c);
        if foreign.is_some() {
            if known == foreign || c == ' ' {
                continue;
            }
            out.push(' ');
        }
        foreign = known;
        match known {
            Some(said) => out.push_str(&format!(" {said}")),
            None => push(c, &mut out),
        }
    }
    out
}

/// What is said of a letter's script, where the letter has no other form.
fn foreign_script(c: char) -> Option<&'static str> {
    let written = c.is_ascii() || LETTERS.contains_key(&c);
    if written { None } else { script(c) }
}

fn push(c: char, out: &mut String) {
    match c {
        '\n' | '\r' => out.push_str(" , "),
        '`' => out.push('\''),
        ' '..='~' => out.push(c),
        _ => {
            let unknown = if is_mark(c) { "" } else { " " };
            out.push_str(LETTERS.get(&c).copied().unwrap_or(unknown));
        }
    }
}

/// A mark that belongs to the letter before, or something that is not seen.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x300..=0x36F | 0x200B..=0x200F | 0x2060 | 0xFE00..=0xFE0F | 0xFEFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_letters_and_scripts_is_read() {
        let count = |text: &str| text.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(LETTERS.len(), count(include_str!("../../data/letters.tsv")));
        assert_eq!(SCRIPTS.len(), count(include_str!("../../data/scripts.tsv")));
    }
}
