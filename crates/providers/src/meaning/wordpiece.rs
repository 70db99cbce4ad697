//! Cuts text into the word pieces that the model was trained on (BERT, lower case).

use std::collections::HashMap;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// More pieces than this do not count; it is how the model was trained.
const MOST_PIECES: usize = 128;
/// A longer word is unknown.
const LONGEST_WORD: usize = 100;

pub(super) struct WordPieces {
    ids: HashMap<Box<str>, u32>,
    unknown: usize,
    start: usize,
    end: usize,
}

#[derive(Deserialize)]
struct TokenizerFile {
    model: ModelPart,
}

#[derive(Deserialize)]
struct ModelPart {
    vocab: HashMap<Box<str>, u32>,
}

impl WordPieces {
    /// Reads the vocabulary of a `tokenizer.json`; `None` when it is not one of this kind.
    pub(super) fn parse(file: &[u8]) -> Option<Self> {
        let file: TokenizerFile = serde_json::from_slice(file).ok()?;
        let ids = file.model.vocab;
        let id = |piece: &str| ids.get(piece).map(|id| *id as usize);
        Some(Self {
            unknown: id("[UNK]")?,
            start: id("[CLS]")?,
            end: id("[SEP]")?,
            ids,
        })
    }

    /// The pieces of a text with the marks at its start and end.
    pub(super) fn ids(&self, text: &str) -> Vec<usize> {
        let mut ids = vec![self.start];
        for word in words(text) {
            self.word(&word, &mut ids);
            if ids.len() >= MOST_PIECES {
                break;
            }
        }
        ids.truncate(MOST_PIECES - 1);
        ids.push(self.end);
        ids
    }

    /// The longest known piece first, then the longest that goes on from there.
    fn word(&self, word: &str, ids: &mut Vec<usize>) {
        if word.chars().count() > LONGEST_WORD {
            ids.push(self.unknown);
            return;
        }
        let before = ids.len();
        let mut rest = word;
        let mut piece = String::new();
        while !rest.is_empty() {
            let ends = rest
                .char_indices()
                .map(|(at, letter)| at + letter.len_utf8())
                .rev();
            let found = ends.into_iter().find_map(|end| {
                piece.clear();
                if ids.len() > before {
                    piece.push_str("##");
                }
                piece.push_str(&rest[..end]);
                self.ids.get(piece.as_str()).map(|id| (*id as usize, end))
            });
            let Some((id, end)) = found else {
                ids.truncate(before);
                ids.push(self.unknown);
                return;
            };
            ids.push(id);
            rest = &rest[end..];
        }
    }
}

/// Lower-case words without accents; every mark and every Chinese character stands alone.
fn words(text: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for letter in text
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
    {
        let stands_alone = is_mark(letter) || is_chinese(letter);
        if stands_alone || letter.is_whitespace() {
            found.push(String::new());
        }
        if letter.is_whitespace() || letter.is_control() || letter == '\u{FFFD}' {
            continue;
        }
        if let Some(word) = found.last_mut() {
            word.push(letter);
        }
        if stands_alone {
            found.push(String::new());
        }
    }
    found.retain(|word| !word.is_empty());
    found
}

fn is_mark(letter: char) -> bool {
    letter.is_ascii_punctuation()
        || matches!(letter, '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205E}' | '\u{3001}'..='\u{3003}' | '¡' | '¿' | '«' | '»' | '·' | '§' | '¶')
}

fn is_chinese(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{2FA1F}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn small() -> WordPieces {
        let file = br###"{"model":{"vocab":{"[UNK]":0,"[CLS]":1,"[SEP]":2,"pay":3,"##ment":4,"cafe":5,"!":6,"s":7,"##s":8,"'":9}}}"###;
        WordPieces::parse(file).expect("a vocabulary")
    }

    #[test]
    fn wordpiece_splits_words_into_longest_known_pieces() {
        let pieces = small();
        let check = |text: &str, expected: &[usize]| {
            let mut whole = vec![1];
            whole.extend(expected);
            whole.push(2);
            assert_eq!(pieces.ids(text), whole, "{text}");
        };
        check("", &[]);
        check("Pay PAYMENT payments", &[3, 3, 4, 3, 4, 8]);
        check("Café!s", &[5, 6, 7]);
        check("pay's", &[3, 9, 7]);
        check("payx \u{0}pay", &[0, 3]);
        check(&"s".repeat(101), &[0]);
        assert_eq!(pieces.ids(&"pay ".repeat(500)).len(), MOST_PIECES);
        assert!(WordPieces::parse(b"{}").is_none());
    }

    proptest! {
        #[test]
        fn wordpiece_any_text_has_start_and_end_and_is_bounded(text in "\\PC*") {
            let ids = small().ids(&text);
            prop_assert!(ids.len() >= 2 && ids.len() <= MOST_PIECES);
            prop_assert_eq!((ids[0], ids[ids.len() - 1]), (1, 2));
        }
    }
}
