//! A clause's words from one word on, so that a number never goes on behind a comma.

use crate::words::Word;

/// A number has no more words than these; the bound keeps reading linear.
const LONGEST: usize = 40;

/// The words up to the end of the clause that a word stands in.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    words: &'a [Word],
    end: usize,
}

impl<'a> View<'a> {
    pub(crate) fn new(words: &'a [Word], at: usize) -> Self {
        let reach = words.len().min(at.saturating_add(LONGEST));
        let ended = (at..reach).find(|i| words[*i].ends_clause);
        Self {
            words,
            end: ended.map_or(reach, |last| last + 1),
        }
    }

    /// The word in lower case; empty behind the clause's end.
    pub(crate) fn lower(&self, at: usize) -> &'a str {
        match self.words.get(at) {
            Some(word) if at < self.end => &word.lower,
            _ => "",
        }
    }

    /// Whether a word stands there, written as it begins a name.
    pub(crate) fn capital(&self, at: usize) -> bool {
        at < self.end && self.words.get(at).is_some_and(|word| word.capital)
    }

    pub(crate) fn any(&self, at: usize, known: &[&str]) -> bool {
        known.contains(&self.lower(at))
    }
}
