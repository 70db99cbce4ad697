//! The dialog's words by what they are used for: lists of words and phrases, read from the tables of `data`.
//!
//! A list has a name; each row of a table names its list, a word or phrase in lower case and, for some lists, what it
//! stands for. What follows from a word is decided by whoever asks; a new word is a new row.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The tables.
const TABLES: &[&str] = &[
    include_str!("../data/answers.tsv"),
    include_str!("../data/declarations.tsv"),
    include_str!("../data/negation.tsv"),
    include_str!("../data/spans.tsv"),
    include_str!("../data/talk.tsv"),
    include_str!("../data/verbs.tsv"),
    include_str!("../data/words.tsv"),
];

/// Words and phrases that are used alike.
pub(crate) struct List {
    /// In the order of the table.
    rows: Vec<(&'static str, &'static str)>,
    /// What each stands for; nothing where the table does not say.
    meanings: BTreeMap<&'static str, &'static str>,
    /// Words of the longest phrase.
    longest: usize,
}

impl List {
    fn named(name: &str) -> Self {
        let rows: Vec<_> = rows()
            .filter(|(list, ..)| *list == name)
            .map(|(_, phrase, meaning)| (phrase, meaning))
            .collect();
        Self {
            meanings: rows.iter().copied().collect(),
            longest: rows
                .iter()
                .map(|(phrase, _)| phrase.split(' ').count())
                .max()
                .unwrap_or(0),
            rows,
        }
    }

    /// Whether a word or phrase is in the list.
    pub(crate) fn has(&self, phrase: &str) -> bool {
        self.meanings.contains_key(phrase)
    }

    /// What a word or phrase stands for.
    pub(crate) fn get(&self, phrase: &str) -> Option<&'static str> {
        self.meanings.get(phrase).copied()
    }

    /// The longest phrase that a sequence of words begins with: how many words it takes, and what it stands for.
    pub(crate) fn longest<'a>(
        &self,
        words: impl Iterator<Item = &'a str>,
    ) -> Option<(usize, &'static str)> {
        let (mut joined, mut found) = (String::new(), None);
        for (at, word) in words.take(self.longest).enumerate() {
            if at > 0 {
                joined.push(' ');
            }
            joined.push_str(word);
            if let Some(meaning) = self.get(&joined) {
                found = Some((at + 1, meaning));
            }
        }
        found
    }

    /// The words and phrases with what they stand for, in the order of the table.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.rows.iter().copied()
    }

    /// The words and phrases, in the order of the table.
    pub(crate) fn phrases(&self) -> impl Iterator<Item = &'static str> {
        self.rows.iter().map(|(phrase, _)| *phrase)
    }
}

fn rows() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let lines = TABLES.iter().flat_map(|table| table.lines());
    lines.filter_map(|line| {
        if line.starts_with('#') {
            return None;
        }
        let mut cells = line.split('\t');
        Some((
            cells.next()?,
            cells.next()?,
            cells.next().unwrap_or_default(),
        ))
    })
}

macro_rules! lists {
    ($($name:ident)*) => {
        $(pub(crate) static $name: LazyLock<List> = LazyLock::new(|| List::named(stringify!($name)));)*

        #[cfg(test)]
        const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

// What each list is for stands in its table, above its rows.
lists! {
    ADVICE
    AMENDS
    ANSWER_LEADS
    CANONICAL
    CHANGES_MIND
    CORRECTION_FILLERS
    COUNTS
    COURTESY
    DIRECTIONS
    ENDINGS
    FILLERS
    FORBIDDING
    FREE_TEXTS
    FUNCTION_WORDS
    GENERIC_WORDS
    GETTING
    HANDOFF_NOUNS
    HANDOFF_TOOLS
    HANDOFF_WORDS
    HESITATIONS
    INSTEAD
    IRREGULAR
    JOINS
    LETTERS
    LEAD_IN
    LOOSE_CORRECTION
    MONEY_KEYS
    MONEY_NAMES
    NAMELESS
    NAME_SHAPES
    NEUTRAL
    NO
    NO_NAMES
    NO_USERNAMES
    NO_VERB
    OPEN_ENDS
    PLAIN_CORRECTION
    PLACEHOLDERS
    PLAIN_MODIFIERS
    QUESTIONS
    QUOTES
    REQUEST_WORDS
    SIGNS
    SKIPPED
    SMALL_TALK
    SPOKEN_VERBS
    TELLS
    UNSAID
    UNWANTED
    USERNAME_LEADS
    VERBS
    WISH_JOINS
    YES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_belongs_to_a_list_and_every_list_has_rows() {
        for (list, phrase, _) in rows() {
            assert!(NAMES.contains(&list), "{list}\t{phrase}");
        }
        for name in NAMES {
            assert!(!List::named(name).rows.is_empty(), "{name}");
        }
    }

    #[test]
    fn rows_are_plain_and_stand_once_in_their_list() {
        let mut seen = std::collections::BTreeSet::new();
        for (list, phrase, meaning) in rows() {
            assert!(seen.insert((list, phrase)), "twice: {list}\t{phrase}");
            for cell in [phrase, meaning] {
                assert_eq!(cell, cell.trim(), "{list}\t{phrase}");
            }
            assert_eq!(phrase, phrase.to_lowercase(), "{list}");
        }
    }

    #[test]
    fn longest_phrase_is_found() {
        let words = ["no", "thank", "you", "bye"];
        assert_eq!(NO.longest(words.into_iter()), Some((3, "")));
        assert_eq!(YES.longest(words.into_iter()), None);
    }
}
