//! Runs of digits, written and spoken: "4111 1111", "four one one one", "forty-one hundred", "double four, uh, triple oh".
//!
//! Decides which tokens are one number and what its digits are; whether that number is a secret is for `judge`.

use super::lexicon::{COPULA, CORRECT, COUNTS, FILLER, GLUE, Number, SEP, SPEAKER, Topic, WAIT};
use super::phrases::Words;
use super::token::{
    AT_SIGN, COLON, COMMA, DASH, EQUALS, LINE, MONEY, OTHER, QUOTE, SPACE, STOP, Token, UNDER,
    digit_of,
};

/// More digits than this are no run of ours: the rest begins a new one, so that work stays linear.
const RUN_DIGITS: usize = 256;
/// A written number longer than this identifies nothing that the mask knows.
const LONGEST_NUMBER: u32 = 64;
/// Filler words allowed between two digits ("uh sorry let me see").
const GLUE_WORDS: usize = 8;
const BREAKS: u16 = COLON | EQUALS | AT_SIGN | MONEY | OTHER | UNDER | QUOTE;

/// Something that gave one or more digits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// First token, and the one after the last.
    pub(super) first: usize,
    pub(super) next: usize,
    /// Where its digits lie in the run's.
    pub(super) at: usize,
    pub(super) len: usize,
    pub(super) written: bool,
    /// One spoken word for one digit.
    pub(super) single: bool,
    /// How many of its last digits may be a number of their own: "ninety eight", "four thousand eleven".
    pub(super) tail: usize,
    /// All separators between the item before and this one.
    pub(super) gap: u16,
    /// A word such as "sorry" stood before this one.
    pub(super) corrected: bool,
    /// Filler words stood before this one.
    pub(super) glued: bool,
}

/// A maximal row of items with nothing between but separators and fillers.
#[derive(Debug, Default)]
pub(super) struct Run {
    pub(super) items: Vec<Item>,
    pub(super) digits: Vec<u8>,
    /// "million": a quantity.
    pub(super) quantity: bool,
}

impl Run {
    pub(super) fn next(&self) -> usize {
        self.items.last().map_or(0, |item| item.next)
    }

    /// Accepts the last item away.
    pub(super) fn pop(&mut self) {
        if let Some(item) = self.items.pop() {
            self.digits.truncate(item.at);
        }
    }

    pub(super) fn total(&self) -> usize {
        self.digits.len()
    }

    /// The digits of items `from..to`.
    pub(super) fn digits_of(&self, from: usize, to: usize) -> &[u8] {
        let start = self
            .items
            .get(from)
            .map_or(self.digits.len(), |item| item.at);
        let end = self.items.get(to).map_or(self.digits.len(), |item| item.at);
        &self.digits[start..end]
    }
}

/// How a run is read.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    /// A doubtful word ("for") may begin it.
    pub(super) announced: bool,
    /// It may go on in the next line.
    pub(super) lines: bool,
}

impl Reading {
    /// A word that is read for its digits only.
    pub(super) const WORD: Self = Self {
        announced: true,
        lines: false,
    };
    /// A value that is known to be one.
    pub(super) const VALUE: Self = Self {
        announced: true,
        lines: true,
    };
}

/// Whether token `at` only says how many digits follow: "first four", "the next three are".
pub(super) fn counts(text: &str, tokens: &[Token], at: usize) -> bool {
    let reader = Reader {
        text,
        tokens,
        lines: false,
    };
    reader.counts(at)
}

/// Reads the run that begins at token `at`.
pub(super) fn run_at(text: &str, tokens: &[Token], at: usize, how: Reading, run: &mut Run) -> bool {
    run.items.clear();
    run.digits.clear();
    run.quantity = false;
    let reader = Reader {
        text,
        tokens,
        lines: how.lines,
    };
    if !reader.may_begin(at, how.announced) {
        return false;
    }
    let (mut here, mut gap, mut corrected, mut glued) = (at, 0, false, false);
    let mut singles = 0;
    while run.digits.len() < RUN_DIGITS {
        let start = run.digits.len();
        let Some(read) = reader.item(here, &mut run.digits) else {
            break;
        };
        run.items.push(Item {
            first: here,
            next: read.next,
            at: start,
            len: run.digits.len() - start,
            written: tokens[here].is_digits(),
            single: read.single,
            tail: read.tail,
            gap,
            corrected,
            glued,
        });
        here = read.next;
        singles = if read.single { singles + 1 } else { 0 };
        if reader.number(here) == Number::Big {
            run.quantity = true;
        }
        let dictated = singles >= 3;
        // "nine of twenty nine": a month and its year.
        let of = run.digits.len() <= 2 && reader.is_of(here);
        let Some(glue) = reader.glue(here + usize::from(of), dictated) else {
            break;
        };
        // "member 99812, six three six …": two numbers.
        let switches = tokens[here - 1].is_digits() != tokens[glue.next].is_digits();
        let solid = [here - 1, glue.next]
            .into_iter()
            .any(|at| tokens[at].is_digits() && tokens[at].len >= 5);
        if switches && solid && glue.gap & COMMA != 0 {
            break;
        }
        (here, gap, corrected, glued) = (glue.next, glue.gap, glue.corrected, glue.words > 0);
    }
    !run.items.is_empty()
}

struct Read {
    next: usize,
    single: bool,
    tail: usize,
}

struct Glue {
    next: usize,
    gap: u16,
    corrected: bool,
    words: usize,
}

struct Reader<'t> {
    text: &'t str,
    tokens: &'t [Token],
    lines: bool,
}

impl Reader<'_> {
    fn number(&self, at: usize) -> Number {
        self.tokens
            .get(at)
            .map_or(Number::None, |token| token.info().number)
    }

    fn value(&self, at: usize) -> u8 {
        self.tokens.get(at).map_or(0, |token| token.info().value)
    }

    /// Whether token `at` follows the one before with nothing but spaces or hyphens.
    fn close(&self, at: usize) -> bool {
        self.tokens
            .get(at)
            .is_some_and(|token| token.gap & !(SPACE | DASH | LINE) == 0)
    }

    fn is_written(&self, at: usize) -> bool {
        self.tokens
            .get(at)
            .is_some_and(|token| token.is_digits() && token.len <= LONGEST_NUMBER)
    }

    fn is_zero_like(&self, at: usize) -> bool {
        self.number(at) == Number::Soft && self.value(at) == 0
    }

    /// A digit without doubt.
    fn is_hard(&self, at: usize) -> bool {
        match self.number(at) {
            Number::Unit => !self.is_wait(at),
            Number::Teen | Number::Tens => true,
            Number::Repeat => self.repeats(at),
            _ => self.is_written(at),
        }
    }

    /// "one second", "one moment": no digit.
    fn is_wait(&self, at: usize) -> bool {
        self.value(at) == 1
            && self.close(at + 1)
            && self.tokens.get(at + 1).is_some_and(|t| t.info().is(WAIT))
    }

    fn repeats(&self, at: usize) -> bool {
        self.close(at + 1)
            && match self.number(at + 1) {
                Number::Unit | Number::Soft => true,
                _ => self
                    .tokens
                    .get(at + 1)
                    .is_some_and(|t| t.is_digits() && t.len == 1),
            }
    }

    fn may_begin(&self, at: usize, announced: bool) -> bool {
        if self.counts(at) {
            return false;
        }
        if self.is_hard(at) {
            return true;
        }
        if self.number(at) == Number::Soft && (self.exclaims(at) || self.misheard(at)) {
            return !self.exclaims(at);
        }
        if announced && self.is_zero_like(at) && self.glue(at + 1, false).is_some() {
            return true;
        }
        if self.is_zero_like(at) && self.is_zero_like(at + 1) {
            return true;
        }
        // "fax it to four one five".
        let whom = self.number(at) == Number::Soft
            && at.checked_sub(1).is_some_and(|j| {
                let before = &self.text[self.tokens[j].start..self.tokens[j].end()];
                Words::Things.has(before)
            });
        if whom && matches!(self.value(at), 2 | 4) {
            return false;
        }
        let follows = self.close(at + 1)
            && (self.is_hard(at + 1) || announced && self.number(at + 1) == Number::Soft);
        self.number(at) == Number::Soft && follows && (announced || self.is_zero_like(at))
    }

    fn item(&self, at: usize, digits: &mut Vec<u8>) -> Option<Read> {
        let one = |next| {
            Some(Read {
                next,
                single: true,
                tail: 0,
            })
        };
        match self.number(at) {
            Number::Repeat if self.repeats(at) => {
                let digit = self.single_digit(at + 1)?;
                digits.extend(std::iter::repeat_n(digit, usize::from(self.value(at))));
                one(at + 2)
            }
            Number::Unit if self.is_wait(at) => None,
            Number::Unit
                if self.number(at + 1) == Number::Plural
                    && self.close(at + 1)
                    && self.value(at) > 1 =>
            {
                digits.extend(std::iter::repeat_n(
                    self.value(at + 1),
                    usize::from(self.value(at)),
                ));
                one(at + 2)
            }
            Number::Unit if self.is_big(at + 1) && self.value(at) > 0 => {
                self.large(at, u32::from(self.value(at)), at + 1, digits)
            }
            Number::Unit | Number::Soft => {
                digits.push(self.value(at));
                one(at + 1)
            }
            Number::Teen | Number::Tens => {
                let (value, next) = self.below_hundred(at)?;
                self.large(at, value, next, digits)
            }
            // "one's my pin": the last digit with an "is".
            Number::Plural if self.text[..self.tokens[at].end()].ends_with("'s") => {
                digits.push(self.value(at));
                one(at + 1)
            }
            Number::None if self.is_written(at) => {
                let token = self.tokens[at];
                digits.extend(
                    self.text[token.start..token.end()]
                        .chars()
                        .filter_map(digit_of),
                );
                Some(Read {
                    next: at + 1,
                    single: false,
                    tail: 0,
                })
            }
            _ => None,
        }
    }

    fn single_digit(&self, at: usize) -> Option<u8> {
        match self.number(at) {
            Number::Unit | Number::Soft => Some(self.value(at)),
            _ => self.text[self.tokens.get(at)?.start..]
                .chars()
                .next()
                .and_then(digit_of),
        }
    }

    fn is_big(&self, at: usize) -> bool {
        matches!(self.number(at), Number::Hundred | Number::Thousand) && self.close(at)
    }

    /// "forty one", "eleven", "four": a value below one hundred and the token after it.
    fn below_hundred(&self, at: usize) -> Option<(u32, usize)> {
        let value = u32::from(self.value(at));
        match self.number(at) {
            Number::Unit | Number::Teen => Some((value, at + 1)),
            Number::Tens
                if self.number(at + 1) == Number::Unit
                    && self.value(at + 1) > 0
                    && self.close(at + 1)
                    && !self.is_wait(at + 1) =>
            {
                // "twenty two sevens" is 20 and 77, not 22 and a stray word.
                if self.number(at + 2) == Number::Plural {
                    return Some((value, at + 1));
                }
                Some((value + u32::from(self.value(at + 1)), at + 2))
            }
            Number::Tens => Some((value, at + 1)),
            _ => None,
        }
    }

    /// The hundreds and thousands after `value`, if any, and all digits of the whole.
    fn large(&self, first: usize, value: u32, next: usize, digits: &mut Vec<u8>) -> Option<Read> {
        let (mut value, mut next) = (value, next);
        let mut small = if value > 20 { value % 10 } else { 0 };
        if self.number(next) == Number::Hundred && self.close(next) {
            let base = value * 100;
            (value, next) = self.tail(base, next + 1, value < 10, false);
            small = value - base;
        }
        if self.number(next) == Number::Thousand && self.close(next) && value < 1000 {
            next += 1;
            value *= 1000;
            if self.number(next) == Number::Unit
                && self.number(next + 1) == Number::Hundred
                && self.close(next)
                && self.close(next + 1)
            {
                value += u32::from(self.value(next)) * 100;
                next += 2;
            }
            let base = value;
            (value, next) = self.tail(base, next, true, true);
            small = value - base;
        }
        digits.extend(value.to_string().bytes().map(|b| b - b'0'));
        Some(Read {
            next,
            single: next == first + 1 && value < 10,
            tail: match small {
                0 => 0,
                1..10 => 1,
                _ => 2,
            },
        })
    }

    /// The part below one hundred after "hundred" or "thousand": always after "and", else only where `open`.
    fn tail(&self, value: u32, next: usize, open: bool, last: bool) -> (u32, usize) {
        let and = self.close(next)
            && self
                .tokens
                .get(next)
                .is_some_and(|t| &self.text[t.start..t.end()] == "and");
        let at = if and { next + 1 } else { next };
        if !(and || open) || !self.close(at) {
            return (value, next);
        }
        match self.below_hundred(at) {
            // "four hundred one one": the digits go on one by one.
            Some((_, after))
                if self.number(at) == Number::Unit && self.number(after) == Number::Unit =>
            {
                (value, next)
            }
            // "four thousand three thousand": another number.
            Some((_, after)) if last && self.is_big(after) => (value, next),
            Some((small, after)) if small > 0 => (value + small, after),
            _ => (value, next),
        }
    }

    /// What may stand between two items; the next item's token.
    ///
    /// `dictated` digits go on in the next line, with the other side's "uh huh" between.
    fn glue(&self, from: usize, dictated: bool) -> Option<Glue> {
        let mut glue = Glue {
            next: from,
            gap: 0,
            corrected: false,
            words: 0,
        };
        let mut labelled = false;
        loop {
            let token = self.tokens.get(glue.next)?;
            let new_line =
                token.has(LINE) && !self.lines && !dictated && !self.wraps(from, glue.next);
            let breaks = if labelled { BREAKS & !COLON } else { BREAKS };
            if token.gap & breaks != 0 || new_line {
                return None;
            }
            glue.gap |= token.gap;
            labelled = token.info().is(SPEAKER)
                && self.tokens.get(glue.next + 1).is_some_and(|t| t.has(COLON));
            if labelled {
                glue.next += 1;
                continue;
            }
            let counts = self.counts(glue.next);
            if !counts && self.continues(glue.next, glue.words) {
                return Some(glue);
            }
            let word = token.info();
            let the = self.is_the(glue.next);
            if self.is_hour(glue.next) {
                return None;
            }
            if !word.is(FILLER | CORRECT | SEP | GLUE)
                && !self.is_wait(glue.next)
                && !counts
                && !the
                || token.is_atom()
                || glue.words == GLUE_WORDS
            {
                return None;
            }
            glue.corrected |= word.is(CORRECT);
            glue.next += if self.is_wait(glue.next) { 2 } else { 1 };
            glue.words += 1;
        }
    }

    /// "… after five": when to ring, and no more digits.
    fn is_hour(&self, at: usize) -> bool {
        let token = &self.tokens[at];
        token.len == 5
            && self.text[token.start..token.end()].eq_ignore_ascii_case("after")
            && self.close(at + 1)
            && self.is_hard(at + 1)
            && !self.is_hard(at + 2)
            && self.number(at + 2) != Number::Soft
    }

    fn is_of(&self, at: usize) -> bool {
        self.close(at)
            && self
                .tokens
                .get(at)
                .is_some_and(|t| self.text[t.start..t.end()].eq_ignore_ascii_case("of"))
    }

    /// "the rest", "the next four".
    fn is_the(&self, at: usize) -> bool {
        let token = &self.tokens[at];
        self.text[token.start..token.end()].eq_ignore_ascii_case("the")
            && self
                .tokens
                .get(at + 1)
                .is_some_and(|next| next.info().is(GLUE | COUNTS))
    }

    /// Whether token `at` only says how many digits follow: "first four", "the next three are".
    fn counts(&self, at: usize) -> bool {
        if self.is_named(at) {
            return true;
        }
        let count = match self.number(at) {
            Number::Unit => usize::from(self.value(at)),
            _ => self
                .single_digit(at)
                .filter(|_| self.is_written(at))
                .map_or(0, usize::from),
        };
        let after = at
            .checked_sub(1)
            .is_some_and(|j| self.tokens[j].info().is(COUNTS));
        if !after || !(2..=8).contains(&count) || !self.close(at) || self.tokens[at].len > 5 {
            return false;
        }
        let mut here = at + 1;
        while here <= at + 4
            && self
                .tokens
                .get(here)
                .is_some_and(|t| Words::Counted.has(&self.text[t.start..t.end()]))
        {
            here += 1;
        }
        // "last three nine three one" is four digits; "last four" and four more are not five.
        if here == at + 1 && !matches!(count, 4 | 6 | 8) {
            return false;
        }
        if self.is_written(here) && self.tokens[here].len > 1 {
            return self.tokens[here].len as usize == count;
        }
        let (mut said, first) = (0, here);
        while said <= count
            && (here == first
                || self.close(here)
                || self
                    .tokens
                    .get(here)
                    .is_some_and(|t| t.gap & !(SPACE | COMMA) == 0))
        {
            (said, here) = match self.number(here) {
                Number::Unit | Number::Soft => (said + 1, here + 1),
                Number::Repeat if self.repeats(here) => {
                    (said + usize::from(self.value(here)), here + 2)
                }
                Number::Teen | Number::Tens => match self.below_hundred(here) {
                    Some((_, next)) => (said + 2, next),
                    None => break,
                },
                _ if self.is_written(here) => (said + self.tokens[here].len as usize, here + 1),
                _ => break,
            };
        }
        said == count
    }

    /// "the new one is", "cvv two is": part of what a number is called.
    fn is_named(&self, at: usize) -> bool {
        if self.number(at) != Number::Unit || !matches!(self.value(at), 1 | 2) {
            return false;
        }
        let said = self
            .tokens
            .get(at + 1)
            .is_some_and(|t| t.info().is(COPULA) && t.info().number == Number::None);
        let Some(before) = at.checked_sub(1).map(|j| self.tokens[j]).filter(|_| said) else {
            return false;
        };
        let word = self.text[before.start..before.end()].to_ascii_lowercase();
        self.close(at)
            && match self.value(at) {
                1 => Words::WhichOne.has(&word),
                _ => Words::CvvTwo.has(&word),
            }
    }

    /// "oh yes it's", "oh no": an exclamation.
    fn exclaims(&self, at: usize) -> bool {
        self.tokens[at].len == 2
            && self
                .tokens
                .get(at + 1)
                .is_some_and(|t| Words::Exclaims.has(&self.text[t.start..t.end()]))
    }

    /// "number for one one one": "four", as speech recognition writes it.
    fn misheard(&self, at: usize) -> bool {
        let named = at
            .checked_sub(1)
            .is_some_and(|j| self.tokens[j].info().topic == Topic::Number);
        let digit = |j: usize| {
            self.close(j)
                && (self.number(j) == Number::Unit && !self.is_wait(j)
                    || self.number(j) == Number::Repeat && self.repeats(j))
        };
        named && self.close(at) && (at + 1..at + 5).all(digit)
    }

    /// Written groups go on in the next line where a text was wrapped.
    fn wraps(&self, from: usize, at: usize) -> bool {
        let group = |j: usize| {
            self.tokens
                .get(j)
                .is_some_and(|t| t.is_digits() && t.len <= 6)
        };
        from == at && group(at) && !self.tokens[at].has(STOP) && group(at - 1)
    }

    /// Whether the run goes on with token `at`, `words` fillers after its last item.
    fn continues(&self, at: usize, words: usize) -> bool {
        if self.is_hard(at) {
            return true;
        }
        if self.number(at) == Number::Plural {
            let is = self.text[..self.tokens[at].end()].ends_with("'s");
            return is && words == 0 && self.close(at);
        }
        if self.number(at) != Number::Soft {
            return false;
        }
        let next = self.tokens.get(at + 1);
        let digit_next =
            self.close(at + 1) && (self.is_hard(at + 1) || self.number(at + 1) == Number::Soft);
        let at_end = next.is_none_or(|next| next.has(STOP | COMMA));
        if self.is_zero_like(at) {
            // "oh" is a zero unless it begins something else ("oh, my other card").
            let plain = self.tokens[at].len == 1 || words == 0 && self.close(at);
            return plain
                || digit_next
                || at_end
                || next.is_some_and(|next| next.info().is(FILLER | CORRECT));
        }
        words == 0 && self.close(at) && (digit_next || at_end)
    }
}
