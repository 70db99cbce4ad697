//! A text with its tokens: what the detectors look at, and never change.
//!
//! Decides nothing. A place beyond the text is an empty word without signs before it, so that no detector asks twice.

use super::lexicon::{LEXICON, Number, PLAIN, Topic, Word};
use super::phrases::Words;
use super::token::Token;

/// Whether the text is a conversation that goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Live {
    /// A text of its own.
    #[default]
    No,
    /// A whole utterance; the next may go on with its last number.
    Utterance,
    /// An utterance that is still being spoken.
    Growing,
}

/// A text and its tokens.
#[derive(Clone, Copy)]
pub(super) struct View<'t> {
    pub(super) text: &'t str,
    pub(super) tokens: &'t [Token],
    pub(super) live: Live,
}

impl<'t> View<'t> {
    /// A text of its own.
    pub(super) fn new(text: &'t str, tokens: &'t [Token]) -> Self {
        Self {
            text,
            tokens,
            live: Live::No,
        }
    }

    pub(super) fn is_live(&self) -> bool {
        self.live != Live::No
    }

    pub(super) fn is_growing(&self) -> bool {
        self.live == Live::Growing
    }

    #[inline]
    pub(super) fn bytes(&self) -> &'t [u8] {
        self.text.as_bytes()
    }

    #[inline]
    pub(super) fn token(&self, at: usize) -> Option<&'t Token> {
        self.tokens.get(at)
    }

    /// What is known of the word at `at`.
    #[inline]
    pub(super) fn info(&self, at: usize) -> &'static Word {
        self.tokens
            .get(at)
            .map_or_else(|| LEXICON.word(PLAIN), Token::info)
    }

    #[inline]
    pub(super) fn is(&self, at: usize, flags: u32) -> bool {
        self.info(at).is(flags)
    }

    #[inline]
    pub(super) fn number(&self, at: usize) -> Number {
        self.info(at).number
    }

    #[inline]
    pub(super) fn topic(&self, at: usize) -> Topic {
        self.info(at).topic
    }

    /// The value of the number word at `at`.
    #[inline]
    pub(super) fn value(&self, at: usize) -> u8 {
        self.info(at).value
    }

    /// The signs before token `at`.
    #[inline]
    pub(super) fn gap(&self, at: usize) -> u16 {
        self.tokens.get(at).map_or(0, |t| t.gap)
    }

    #[inline]
    pub(super) fn has(&self, at: usize, gap: u16) -> bool {
        self.gap(at) & gap != 0
    }

    /// Whether there is a token with no other signs before it than these.
    #[inline]
    pub(super) fn only(&self, at: usize, gap: u16) -> bool {
        self.tokens.get(at).is_some_and(|t| t.gap & !gap == 0)
    }

    #[inline]
    pub(super) fn is_digits(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(Token::is_digits)
    }

    #[inline]
    pub(super) fn is_atom(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(Token::is_atom)
    }

    /// A number, in digits or in words.
    #[inline]
    pub(super) fn is_number(&self, at: usize) -> bool {
        let number = |t: &Token| t.is_digits() || t.is_number();
        self.tokens.get(at).is_some_and(number)
    }

    /// The length of token `at`, 0 beyond the text.
    #[inline]
    pub(super) fn len(&self, at: usize) -> usize {
        self.tokens.get(at).map_or(0, |t| t.len as usize)
    }

    #[inline]
    pub(super) fn text_of(&self, at: usize) -> &'t str {
        self.tokens
            .get(at)
            .map_or("", |t| &self.text[t.start..t.end()])
    }

    /// Whether the word at `at` is `word`.
    #[inline]
    pub(super) fn says(&self, at: usize, word: &str) -> bool {
        self.len(at) == word.len() && self.text_of(at).eq_ignore_ascii_case(word)
    }

    /// Whether the word at `at` is in a set.
    #[inline]
    pub(super) fn within(&self, at: usize, words: Words) -> bool {
        let token = self.tokens.get(at);
        token.is_some_and(|t| t.within(self.text, words))
    }

    /// Whether the word after `at` is in a set.
    #[inline]
    pub(super) fn next_in(&self, at: usize, words: Words) -> bool {
        self.within(at.wrapping_add(1), words)
    }

    /// Whether the word before `at` is in a set.
    #[inline]
    pub(super) fn before_in(&self, at: usize, words: Words) -> bool {
        self.within(at.wrapping_sub(1), words)
    }

    /// Whether the word after `at` is `word`.
    #[inline]
    pub(super) fn next(&self, at: usize, word: &str) -> bool {
        self.says(at.wrapping_add(1), word)
    }

    /// Whether the word before `at` is `word`.
    #[inline]
    pub(super) fn before(&self, at: usize, word: &str) -> bool {
        self.says(at.wrapping_sub(1), word)
    }

    /// Whether one of the words at `range` is in a set.
    pub(super) fn any_in(&self, range: std::ops::Range<usize>, words: Words) -> bool {
        range.into_iter().any(|at| self.within(at, words))
    }

    /// Whether one of the last `count` words before `at` is in a set.
    pub(super) fn any_before(&self, at: usize, count: usize, words: Words) -> bool {
        self.any_in(at.saturating_sub(count)..at, words)
    }

    /// The text between the token before `at` and token `at`.
    pub(super) fn between(&self, at: usize) -> &'t str {
        let from = at.checked_sub(1).map_or(0, |j| self.tokens[j].end());
        &self.text[from..self.tokens[at].start]
    }
}
