//! What may stand between the items of a run, and what may begin one.
//!
//! Decides where a run goes on: over separators, hesitations, corrections, and the other side's "uh huh".

use super::reader::Reader;
use crate::lexicon::{CORRECT, COUNTS, FILLER, GLUE, Number, SEP, SPEAKER, Topic};
use crate::phrases::Words;
use crate::token::{AT_SIGN, COLON, COMMA, EQUALS, LINE, MONEY, OTHER, QUOTE, STOP, UNDER};

/// Filler words allowed between two digits ("uh sorry let me see").
const GLUE_WORDS: usize = 8;
const BREAKS: u16 = COLON | EQUALS | AT_SIGN | MONEY | OTHER | UNDER | QUOTE;
/// The longest group of a written number that goes on in the next line.
const GROUP: usize = 6;

/// What stands between two items.
pub(super) struct Joint {
    /// The next item's token.
    pub(super) next: usize,
    pub(super) gap: u16,
    pub(super) corrected: bool,
    pub(super) words: usize,
    /// A speaker's name was just passed.
    labelled: bool,
}

impl Joint {
    pub(super) fn at(next: usize) -> Self {
        Self {
            next,
            gap: 0,
            corrected: false,
            words: 0,
            labelled: false,
        }
    }
}

/// What one more token makes of a joint.
enum Step {
    Break,
    Item,
    On(usize),
}

impl Reader<'_> {
    /// Whether a run begins with token `at`.
    pub(super) fn may_begin(&self, at: usize, announced: bool) -> bool {
        if self.counts(at) {
            return false;
        }
        if self.is_hard(at) {
            return true;
        }
        if !self.is_soft(at) || self.exclaims(at) {
            return false;
        }
        self.misheard(at)
            || self.begins_with_zero(at, announced)
            || self.begins_softly(at, announced)
    }

    /// "oh four", or "oh oh".
    fn begins_with_zero(&self, at: usize, announced: bool) -> bool {
        let goes_on = || announced && self.joint(at + 1, false).is_some();
        self.is_zero_like(at) && (self.is_zero_like(at + 1) || goes_on())
    }

    /// "for one": a doubtful word before a digit.
    fn begins_softly(&self, at: usize, announced: bool) -> bool {
        // "fax it to four one five".
        let whom = matches!(self.view.value(at), 2 | 4) && self.view.before_in(at, Words::Things);
        let digit = self.is_hard(at + 1) || announced && self.is_soft(at + 1);
        !whom && digit && self.close(at + 1) && (announced || self.is_zero_like(at))
    }

    /// "oh yes it's", "oh no": an exclamation.
    fn exclaims(&self, at: usize) -> bool {
        self.view.len(at) == 2 && self.view.next_in(at, Words::Exclaims)
    }

    /// "number for one one one": "four", as speech recognition writes it.
    fn misheard(&self, at: usize) -> bool {
        let named = self.view.topic(at.wrapping_sub(1)) == Topic::Number;
        let digit = |j: usize| {
            let hard = matches!(self.number(j), Number::Unit | Number::Repeat) && self.is_hard(j);
            hard && self.close(j)
        };
        named && self.close(at) && (at + 1..at + 5).all(digit)
    }

    /// What may stand between two items; none where the run ends.
    ///
    /// `dictated` digits go on in the next line, with the other side's "uh huh" between.
    pub(super) fn joint(&self, from: usize, dictated: bool) -> Option<Joint> {
        let mut joint = Joint::at(from);
        loop {
            match self.step(from, dictated, &mut joint) {
                Step::Break => return None,
                Step::Item => return Some(joint),
                Step::On(tokens) => joint.next += tokens,
            }
        }
    }

    /// Looks at one token between two items.
    fn step(&self, from: usize, dictated: bool, joint: &mut Joint) -> Step {
        let at = joint.next;
        if self.breaks(from, dictated, joint) {
            return Step::Break;
        }
        joint.gap |= self.view.gap(at);
        joint.labelled = self.view.is(at, SPEAKER) && self.view.has(at + 1, COLON);
        if joint.labelled {
            return Step::On(1);
        }
        let counts = self.counts(at);
        if !counts && self.continues(at, joint.words) {
            return Step::Item;
        }
        let wait = self.is_wait(at);
        let fills = wait || counts || self.fills(at);
        if !fills || self.is_hour(at) || joint.words == GLUE_WORDS {
            return Step::Break;
        }
        joint.corrected |= self.view.is(at, CORRECT);
        joint.words += 1;
        Step::On(1 + usize::from(wait))
    }

    /// A sign or a line's end before the next token ends the run.
    fn breaks(&self, from: usize, dictated: bool, joint: &Joint) -> bool {
        let at = joint.next;
        let Some(token) = self.view.token(at) else {
            return true;
        };
        let ends = |at| !self.lines && !dictated && !self.wraps(from, at);
        let signs = if joint.labelled {
            BREAKS & !COLON
        } else {
            BREAKS
        };
        let signs = if self.is_underscored(from, at) {
            0
        } else {
            signs
        };
        token.has(signs) || token.has(LINE) && ends(at)
    }

    /// `4111_1111_1111_1111`.
    fn is_underscored(&self, from: usize, at: usize) -> bool {
        let group = |j: usize| self.view.is_digits(j) && self.view.len(j) >= GROUP - 2;
        from == at && at > 0 && self.view.gap(at) == UNDER && group(at) && group(at - 1)
    }

    /// A word that may stand between digits.
    fn fills(&self, at: usize) -> bool {
        let filler = self.view.is(at, FILLER | CORRECT | SEP | GLUE);
        (filler || self.is_the(at)) && !self.view.is_atom(at)
    }

    /// "… after five": when to ring, and no more digits.
    fn is_hour(&self, at: usize) -> bool {
        let more = self.is_hard(at + 2) || self.is_soft(at + 2);
        self.view.says(at, "after") && self.close(at + 1) && self.is_hard(at + 1) && !more
    }

    /// "of" with nothing but a space before it.
    pub(super) fn is_of(&self, at: usize) -> bool {
        self.close(at) && self.view.says(at, "of")
    }

    /// "the rest", "the next four".
    fn is_the(&self, at: usize) -> bool {
        self.view.says(at, "the") && self.view.is(at + 1, GLUE | COUNTS)
    }

    /// Written groups go on in the next line where a text was wrapped.
    fn wraps(&self, from: usize, at: usize) -> bool {
        let group = |j: usize| self.view.is_digits(j) && self.view.len(j) <= GROUP;
        from == at && at > 0 && group(at) && group(at - 1) && !self.view.has(at, STOP)
    }

    /// Whether the run goes on with token `at`, `words` fillers after its last item.
    fn continues(&self, at: usize, words: usize) -> bool {
        match self.number(at) {
            Number::Soft => self.softly_continues(at, words),
            Number::Plural => self.is_digit_with_is(at) && words == 0 && self.close(at),
            _ => self.is_hard(at),
        }
    }

    fn softly_continues(&self, at: usize, words: usize) -> bool {
        let digit = self.is_hard(at + 1) || self.is_soft(at + 1);
        let digit_next = self.close(at + 1) && digit;
        let next = self.view.token(at + 1);
        let at_end = next.is_none_or(|next| next.has(STOP | COMMA));
        let plain = words == 0 && self.close(at);
        if !self.is_zero_like(at) {
            return plain && (digit_next || at_end);
        }
        // "oh" is a zero unless it begins something else ("oh, my other card").
        let single = self.view.len(at) == 1;
        single || plain || digit_next || at_end || self.view.is(at + 1, FILLER | CORRECT)
    }
}
