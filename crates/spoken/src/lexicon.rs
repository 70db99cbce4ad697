//! The words of numbers: what each is worth, read from `data/numbers.tsv`, `data/ordinals.tsv` and `data/fractions.tsv`.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::table::rows;

/// What a word does in a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// 0 to 19.
    Small,
    /// 20, 30 … 90.
    Ten,
    Hundred,
    /// It multiplies what stands before it.
    Scale,
    /// A scale that nothing is added to: "two dozen".
    Dozen,
    /// "a couple".
    Couple,
    /// A zero in the middle of digits: "one oh five".
    Zero,
    /// How often the next digit is said.
    Repeat,
    /// A word that recognisers write for a digit.
    Misheard,
}

const CLASSES: [(&str, Class); 9] = [
    ("small", Class::Small),
    ("ten", Class::Ten),
    ("hundred", Class::Hundred),
    ("scale", Class::Scale),
    ("dozen", Class::Dozen),
    ("couple", Class::Couple),
    ("zero", Class::Zero),
    ("repeat", Class::Repeat),
    ("misheard", Class::Misheard),
];

type Words = Vec<(&'static str, Class, i64)>;

static NUMBERS: LazyLock<Words> = LazyLock::new(|| {
    let class = |name: &str| CLASSES.iter().find(|(known, _)| *known == name);
    rows(include_str!("../data/numbers.tsv"), 3)
        .filter_map(|row| Some((row[0], class(row[1])?.1, row[2].parse().ok()?)))
        .collect()
});

static BY_WORD: LazyLock<HashMap<&'static str, (Class, i64)>> = LazyLock::new(|| {
    let known = NUMBERS.iter();
    known
        .map(|(word, class, value)| (*word, (*class, *value)))
        .collect()
});

static ORDINALS: LazyLock<Vec<(&'static str, i64)>> = LazyLock::new(|| {
    rows(include_str!("../data/ordinals.tsv"), 2)
        .filter_map(|row| Some((row[0], row[1].parse().ok()?)))
        .collect()
});

static FRACTIONS: LazyLock<Vec<(&'static str, &'static str, i64)>> = LazyLock::new(|| {
    rows(include_str!("../data/fractions.tsv"), 3)
        .filter_map(|row| Some((row[0], row[1], row[2].parse().ok()?)))
        .collect()
});

static CLOSED: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    rows(include_str!("../data/closed.tsv"), 1)
        .map(|row| row[0])
        .collect()
});

/// What a word does in a number, and its worth.
pub(crate) fn number_word(lower: &str) -> Option<(Class, i64)> {
    BY_WORD.get(lower).copied()
}

/// The word by which a value of a class is spoken.
pub(crate) fn word_of(class: Class, value: i64) -> Option<&'static str> {
    let mut known = NUMBERS.iter();
    known
        .find(|(_, c, v)| *c == class && *v == value)
        .map(|(word, ..)| *word)
}

/// The value of an ordinal word.
pub(crate) fn ordinal_value(lower: &str) -> Option<i64> {
    let mut known = ORDINALS.iter();
    known
        .find(|(word, _)| *word == lower)
        .map(|(_, value)| *value)
}

/// The ordinal word of a value.
pub(crate) fn ordinal_of(value: i64) -> Option<&'static str> {
    let mut known = ORDINALS.iter();
    known
        .find(|(_, known)| *known == value)
        .map(|(word, _)| *word)
}

/// Into how many parts a word of a fraction divides, and whether it stands for several of them.
pub(crate) fn fraction(lower: &str) -> Option<(i64, bool)> {
    FRACTIONS.iter().find_map(|(one, many, parts)| match lower {
        _ if lower == *one => Some((*parts, false)),
        _ if lower == *many => Some((*parts, true)),
        _ => None,
    })
}

/// The word for one or several of as many parts.
pub(crate) fn fraction_word(parts: u64, many: bool) -> Option<&'static str> {
    let mut known = FRACTIONS.iter();
    let (one, several, _) = known.find(|(.., known)| u64::try_from(*known) == Ok(parts))?;
    Some(if many { several } else { one })
}

/// Whether a part has a word of its own.
pub(crate) fn is_fraction(parts: u64) -> bool {
    fraction_word(parts, false).is_some()
}

/// Whether a word belongs to a closed class that may follow an amount.
pub(crate) fn is_closed(lower: &str) -> bool {
    CLOSED.contains(&lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_tables_is_read() {
        let count = |text: &str| text.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(NUMBERS.len(), count(include_str!("../data/numbers.tsv")));
        assert_eq!(BY_WORD.len(), NUMBERS.len(), "a word has one meaning");
        assert_eq!(ORDINALS.len(), count(include_str!("../data/ordinals.tsv")));
        assert_eq!(
            FRACTIONS.len(),
            count(include_str!("../data/fractions.tsv"))
        );
        assert_eq!(CLOSED.len(), count(include_str!("../data/closed.tsv")));
    }
}
