//! Whether words ask how something goes that was set off before: "did it work?", "hello, are you there?".
//!
//! It is asked only while a call is open or its outcome was not heard. Each word belongs to a class of
//! `data/status.tsv`; words that all do, with one among them that asks, or an auxiliary and a deed, are such a question. A
//! word of no class makes it something else, and an engine decides.

/// A row is a class and a word.
const WORDS: &str = include_str!("../data/status.tsv");

/// Questions are short; what is longer tells more.
const WORDS_LIMIT: usize = 12;

/// Whether these words ask how a call goes that the caller agreed to.
pub(crate) fn asks_how_it_goes(text: &str) -> bool {
    let text = text.to_lowercase().replace('’', "'");
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty())
        .take(WORDS_LIMIT + 1)
        .collect();
    let classes: Option<Vec<&str>> = words.iter().map(|word| class(word)).collect();
    let Some(classes) = classes.filter(|_| words.len() <= WORDS_LIMIT) else {
        return false;
    };
    let has = |class| classes.contains(&class);
    has("asks") || has("aux") && has("deed")
}

fn class(word: &str) -> Option<&'static str> {
    rows().find(|(_, it)| *it == word).map(|(class, _)| class)
}

fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = WORDS.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_has_each_word_once_in_a_known_class() {
        let mut seen = std::collections::BTreeSet::new();
        for (class, word) in rows() {
            assert!(matches!(class, "asks" | "aux" | "deed" | "may"), "{class}");
            assert!(seen.insert(word), "{word}");
        }
        assert!(seen.len() > 50);
    }

    #[test]
    fn question_about_outcome_is_told_from_other_words() {
        for (text, expected) in [
            ("hello, did it work?", true),
            ("Did it work?", true),
            ("what happened", true),
            ("hello?", true),
            ("Hello? Are you there?", true),
            ("is it done yet", true),
            ("has the payment gone through?", true),
            ("so did you send it", true),
            ("was the transfer successful", true),
            ("did that go through okay", true),
            ("how's it going", true),
            ("are you still working on it", true),
            ("um, and, is it finished now?", true),
            ("what is my balance", false),
            ("pay twenty dollars", false),
            ("did it work for alice", false),
            ("cancel that", false),
            ("no", false),
            ("yes", false),
            ("it is fifty", false),
            ("send it to Tom", false),
            ("", false),
            ("the payment", false),
        ] {
            assert_eq!(asks_how_it_goes(text), expected, "{text}");
        }
    }
}
