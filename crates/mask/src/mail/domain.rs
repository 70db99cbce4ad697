//! The part of an address behind its "at": "gmail dot com", "acme dash corp dot co dot u k".
//!
//! Decides whether what follows an "at" is a domain and where it ends.

use super::ends::Ends;
use crate::lexicon::{DOT, JOIN, PROVIDER, TLD};
use crate::phrases::Words;
use crate::token::{COMMA, DASH, POINT, SPACE, Token, UNDER};

/// Tokens looked at behind an "at".
const REACH: usize = 40;
/// Words of a host before its first dot, and letters where it is spelled.
const WORDS: usize = 5;
const LETTERS: usize = 16;
/// Letters of a label that is spelled: "dot c o m".
const LABEL_LETTERS: usize = 4;

/// A domain that was found.
pub(super) struct Domain {
    pub(super) end: usize,
    /// Plain words before the first dot.
    pub(super) words: usize,
    pub(super) provider: bool,
}

/// The labels behind the first dot.
struct Labels {
    end: usize,
    last: usize,
    spelled: bool,
}

impl Ends<'_> {
    /// A domain that begins at token `at`: words, then "dot" and a label at least once.
    ///
    /// After a name that is joined ("mary dot smith at …") any word may begin the host.
    pub(super) fn domain(&self, at: usize, joined: bool) -> Option<Domain> {
        let (dot, provider) = self.host(at, joined)?;
        // "we met at a dot com".
        let lone = dot == at + 1 && self.view.says(at, "a");
        if self.flag(at, DOT) || lone && !joined && !self.announced() {
            return None;
        }
        let labels = self.labels(at, dot)?;
        let known = labels.spelled || self.is_top_level(labels.last);
        known.then_some(Domain {
            end: labels.end,
            words: dot - at,
            provider,
        })
    }

    /// The host: up to four words ("hot mail", "acme dash corp"), or spelled letters. The token of the first dot, and whether
    /// the host is a provider's.
    fn host(&self, at: usize, joined: bool) -> Option<(usize, bool)> {
        let (mut here, mut provider) = (at, false);
        loop {
            let token = self.view.token(here)?;
            if here > at && self.hesitates(here) && token.gap & !(SPACE | COMMA) == 0 {
                here += 1;
                continue;
            }
            if token.is_atom() || here > at && !self.host_goes_on(at, here) {
                return None;
            }
            if here > at && self.is_dot(here) {
                return Some((here, provider));
            }
            if self.ends_host(at, here, joined) {
                return None;
            }
            provider |= token.is(PROVIDER);
            here += 1;
        }
    }

    fn host_goes_on(&self, at: usize, here: usize) -> bool {
        let hesitated = here > at && self.hesitates(here - 1);
        let commas = if hesitated { COMMA } else { 0 };
        self.only(here, SPACE | DASH | POINT | UNDER | commas)
    }

    fn is_dot(&self, at: usize) -> bool {
        self.view.has(at, POINT) || self.flag(at, DOT) || self.is_full_stop(at)
    }

    /// No host has such a word, or so many.
    fn ends_host(&self, at: usize, here: usize, joined: bool) -> bool {
        let compound = self.flag(here + 1, JOIN) || joined && here == at;
        let len = self.view.len(here);
        let article = !compound && len > 1 && self.view.within(here, Words::Articles);
        let most = if len == 1 { LETTERS } else { WORDS };
        article || here - at >= most
    }

    fn labels(&self, at: usize, dot: usize) -> Option<Labels> {
        let (mut here, mut found) = (dot, None);
        while let Some(label) = self.label_at(here) {
            let word = self.view.token(label)?;
            found = Some(Labels {
                end: word.end(),
                last: label,
                spelled: false,
            });
            here = label + 1;
            if word.is_single() && !word.is_digits() {
                return self.spelled_label(label);
            }
            if here - at > REACH {
                break;
            }
        }
        found
    }

    /// The token of the label whose dot is at `here`, or stands before it.
    fn label_at(&self, here: usize) -> Option<usize> {
        let token = self.view.token(here)?;
        let spoken = token.is(DOT) && self.only(here, SPACE | COMMA);
        let label = if self.is_full_stop(here) {
            here + 2
        } else if token.has(POINT) && !token.is(DOT) {
            here
        } else if spoken {
            here + 1
        } else {
            return None;
        };
        self.view.token(label).filter(|t| !t.is_atom())?;
        self.only(label, SPACE | POINT).then_some(label)
    }

    /// "dot c o m", "dot u k": a label in letters.
    fn spelled_label(&self, label: usize) -> Option<Labels> {
        let letter = |t: &Token| t.is_single() && t.gap & !SPACE == 0 && !t.is_digits();
        let more = (label + 1..label + LABEL_LETTERS)
            .take_while(|at| self.view.token(*at).is_some_and(letter))
            .count();
        let last = self.view.token(label + more)?;
        (more > 0).then_some(Labels {
            end: last.end(),
            last: label,
            spelled: true,
        })
    }

    fn is_top_level(&self, last: usize) -> bool {
        let word = |t: &Token| !t.is_digits() && t.len >= 2;
        let announced = self.announced() && self.view.token(last).is_some_and(word);
        announced || self.flag(last, TLD)
    }
}
