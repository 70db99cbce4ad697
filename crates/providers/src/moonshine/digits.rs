//! The words in which a number is said digit by digit, for a search that hears nothing else: a caller who was asked for a PIN says
//! "four", not "for".

use super::tokens::{END, Vocabulary};

/// The words, one a line: digits, what makes several of them, and what stands around them.
const WORDS: &str = include_str!("../../data/digits.txt");

/// Which tokens the search may take.
pub(super) struct Digits {
    words: Vec<&'static str>,
    tokens: Vec<usize>,
}

impl Digits {
    /// Finds the tokens of which the words are made.
    pub(super) fn new(vocabulary: &Vocabulary) -> Self {
        let lines = WORDS.lines().map(str::trim);
        let words: Vec<&str> = lines
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect();
        let is_part = |token: &usize| {
            let spelling = spelling(vocabulary, *token);
            let letters = spelling.trim_start_matches(' ');
            match letters.chars().all(char::is_alphabetic) && !letters.is_empty() {
                true => words.iter().any(|word| word.contains(letters)),
                false => !spelling.is_empty() && letters.chars().all(is_punctuation),
            }
        };
        let end = usize::try_from(END).unwrap_or_default();
        let tokens = (0..vocabulary.len())
            .filter(|token| *token == end || is_part(token))
            .collect();
        Self { words, tokens }
    }

    /// All tokens that may ever follow.
    pub(super) fn tokens(&self) -> impl Iterator<Item = usize> {
        self.tokens.iter().copied()
    }

    /// Whether a token may follow where `open` is the word that may go on.
    pub(super) fn may_follow(&self, open: &str, token: usize, vocabulary: &Vocabulary) -> bool {
        if i64::try_from(token) == Ok(END) {
            return self.is_word(open);
        }
        let spelling = spelling(vocabulary, token);
        let letters = spelling.trim_start_matches(' ');
        if letters.len() < spelling.len() || !letters.starts_with(char::is_alphabetic) {
            return self.is_word(open) && self.begins(letters);
        }
        self.begins(&format!("{open}{letters}"))
    }

    fn is_word(&self, word: &str) -> bool {
        word.is_empty() || self.words.contains(&word)
    }

    fn begins(&self, letters: &str) -> bool {
        letters.chars().all(is_punctuation)
            || self.words.iter().any(|word| word.starts_with(letters))
    }
}

/// A token in lower case, with a space where a word begins.
fn spelling(vocabulary: &Vocabulary, token: usize) -> String {
    let token = i64::try_from(token).unwrap_or(END);
    vocabulary.spelling(token).to_lowercase().replace('▁', " ")
}

fn is_punctuation(letter: char) -> bool {
    matches!(letter, ',' | '.' | '-' | '\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPELLINGS: [&str; 12] = [
        "<unk>",
        "<s>",
        "</s>",
        "▁for",
        "▁four",
        "▁se",
        "ven",
        "▁seventy",
        ",",
        "4",
        "▁My",
        "▁pin",
    ];

    fn vocabulary() -> Vocabulary {
        let mut bytes = Vec::new();
        for spelling in SPELLINGS {
            bytes.push(u8::try_from(spelling.len()).expect("short"));
            bytes.extend(spelling.bytes());
        }
        Vocabulary::parse(&bytes).expect("well formed")
    }

    fn following(open: &str) -> Vec<&'static str> {
        let vocabulary = vocabulary();
        let digits = Digits::new(&vocabulary);
        let may = |token: &usize| digits.may_follow(open, *token, &vocabulary);
        digits
            .tokens()
            .filter(may)
            .map(|token| SPELLINGS[token])
            .collect()
    }

    #[test]
    fn only_words_of_numbers_may_follow() {
        assert_eq!(
            following(""),
            [
                "</s>",
                "▁for",
                "▁four",
                "▁se",
                "▁seventy",
                ",",
                "▁My",
                "▁pin"
            ]
        );
        // "for" begins "forty" and "four"; a word that is none may not end.
        assert_eq!(following("for"), [] as [&str; 0]);
        assert_eq!(following("se"), ["ven"]);
        assert_eq!(
            following("seven"),
            [
                "</s>",
                "▁for",
                "▁four",
                "▁se",
                "▁seventy",
                ",",
                "▁My",
                "▁pin"
            ]
        );
    }
}
