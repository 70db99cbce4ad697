//! The part of an address before its "at": "j o h n dot smith", "mary underscore 7".
//!
//! Decides where a spoken name begins. It has no mark, so words are taken while they are joined ("dot", "underscore"), spelled,
//! or announced ("my email is").

use super::domain::Domain;
use super::ends::Ends;
use crate::lexicon::{DOT, FILLER, JOIN, LINK, MAIL_PLACE, MAIL_STOP, MEASURE, Number, ROLE};
use crate::phrases::Words;
use crate::token::{COMMA, DASH, POINT, SPACE, Token, UNDER};

/// Tokens looked at before an "at".
const REACH: usize = 40;
/// Words between a name and its spelling.
const SPELLING: usize = 4;
/// Words that may be joined to a written address.
const JOINED: usize = 6;

/// The way back from an "at".
struct Walk {
    here: usize,
    /// Where the name begins, as far as it was walked.
    start: Option<usize>,
    /// A sign stands between `here` and what was taken last.
    joined: bool,
    /// What was taken last was spelled.
    chained: bool,
    words: usize,
}

impl Ends<'_> {
    /// Where the name before "at" begins; `last` is its last token.
    pub(super) fn local(&self, last: usize, domain: &Domain) -> Option<usize> {
        let last = self.before_remark(last)?;
        if !self.may_be_name(last, domain) {
            return None;
        }
        let mut walk = Walk {
            here: last,
            start: None,
            joined: true,
            chained: false,
            words: 0,
        };
        for _ in 0..REACH {
            if self.step_back(&mut walk, domain).is_none() {
                break;
            }
        }
        walk.start.map(|start| self.said_before(start, last))
    }

    /// "jane doe, all one word, at …": the token before the remark.
    fn before_remark(&self, last: usize) -> Option<usize> {
        let before = self.view.text_of(last.wrapping_sub(1));
        let remark = match (before, self.view.text_of(last)) {
            ("one", "word") | ("all", "lowercase") => 2,
            ("lower", "case") => 3,
            _ => 0,
        };
        let last = last.checked_sub(remark)?;
        let all = remark == 2 && self.view.text_of(last) == "all";
        last.checked_sub(usize::from(all))
    }

    /// "we talked at length about dot com", "hiring at acme dot com": no name, or no host.
    fn may_be_name(&self, last: usize, domain: &Domain) -> bool {
        let Some(word) = self.view.token(last) else {
            return false;
        };
        if word.is_atom() || word.is(JOIN | DOT) {
            return false;
        }
        let alone = !self.announced() && !self.flag(last.wrapping_sub(1), DOT | JOIN);
        let piece = word.is_single() || word.is_digits() || word.is_number();
        if !alone || piece {
            return true;
        }
        let company = word.is(ROLE);
        let act = word.len > 5 && self.view.text_of(last).ends_with("ing");
        !act && (company || !self.is_vague(last, domain))
    }

    /// A host of several words that no provider has.
    fn is_vague(&self, last: usize, domain: &Domain) -> bool {
        let word = self.view.len(last + 2) > 1 && !self.flag(last + 3, JOIN);
        domain.words > 1 && !domain.provider && word
    }

    /// Goes back over one token, or what belongs to it.
    fn step_back(&self, walk: &mut Walk, domain: &Domain) -> Option<()> {
        let token = self.view.token(walk.here).filter(|t| !t.is_atom())?;
        if walk.start.is_some() && walk.here > 0 && self.hesitates(walk.here) {
            walk.here -= 1;
            return Some(());
        }
        if walk.start.is_some()
            && let Some(letter) = self.spelled_with(walk.here)
        {
            walk.start = self.view.token(letter).map(|t| t.start);
            walk.here = letter.checked_sub(1)?;
            (walk.chained, walk.joined) = (true, false);
            return Some(());
        }
        if let Some(signs) = self.signs_before(walk) {
            walk.joined = true;
            walk.here -= signs;
            return Some(());
        }
        self.take(walk, token, domain)
    }

    /// How many tokens a sign at `here` has: "dot", "full stop", "under score", "the number".
    fn signs_before(&self, walk: &Walk) -> Option<usize> {
        let here = walk.here;
        if walk.start.is_none() || here == 0 {
            return None;
        }
        // "lopez the number two at …"
        let view = self.view;
        let number = walk.chained && view.text_of(here) == "number" && here > 1;
        if number && view.text_of(here - 1) == "the" {
            return Some(2);
        }
        let under = view.text_of(here) == "score" && view.text_of(here - 1) == "under";
        let stop = self.is_full_stop(here - 1);
        let sign = stop || self.flag(here, DOT | JOIN);
        let signs = if stop || under { 2 } else { 1 };
        sign.then_some(signs.min(here))
    }

    /// Takes the word at `here` into the name, if it belongs there.
    fn take(&self, walk: &mut Walk, token: &Token, domain: &Domain) -> Option<()> {
        let small = self.is_small(walk, token);
        let before_lead = self.lead.is_some_and(|lead| token.start <= lead);
        if before_lead || !self.takes(walk, small, domain) {
            return None;
        }
        // A plain word before "dot", then "look": "look at john dot smith …" ends at "john".
        walk.start = Some(token.start);
        walk.words += usize::from(!small);
        walk.chained = small;
        walk.joined = token.gap != 0 && token.gap & !(UNDER | DASH | POINT) == 0;
        let before = walk.here.checked_sub(1)?;
        let hesitates = self.hesitates(before) || self.flag(before, DOT | JOIN);
        let commas = if small || hesitates { COMMA } else { 0 };
        if !self.only(walk.here, SPACE | UNDER | DASH | POINT | commas) {
            return None;
        }
        walk.here = before;
        Some(())
    }

    /// A letter or a digit.
    fn is_small(&self, walk: &Walk, token: &Token) -> bool {
        let number = match token.number() {
            Number::None | Number::Big => false,
            // "o" is a zero beside others.
            Number::Soft => {
                let near = walk.chained || self.is_digit(walk.here.wrapping_sub(1));
                token.info().value == 0 && near
            }
            _ => true,
        };
        number || token.is_digits() || token.is_single()
    }

    fn is_digit(&self, at: usize) -> bool {
        self.view.is_digits(at) || self.view.number(at) == Number::Unit
    }

    /// Whether the word at `here` is a part of the name.
    fn takes(&self, walk: &Walk, small: bool, domain: &Domain) -> bool {
        let here = walk.here;
        if walk.start.is_none() {
            return self.takes_first(here, small);
        }
        if walk.joined || small {
            return true;
        }
        let known = domain.provider && !self.flag(here, MAIL_PLACE);
        let follows = walk.words < 3 && (self.announced() || known);
        let stops = self.flag(here, MAIL_STOP) && self.view.len(here) > 1;
        !stops && (walk.chained || self.flag(here, ROLE) || follows)
    }

    /// The word right before "at".
    fn takes_first(&self, here: usize, small: bool) -> bool {
        let before = here.wrapping_sub(1);
        let piece = self.view.len(here) == 1 && !self.view.is_digits(here);
        let stops = self.flag(here, MAIL_STOP) && !piece && !self.flag(before, DOT | JOIN);
        if small || stops {
            return small;
        }
        let place = self.flag(here, MAIL_PLACE);
        let named = self.flag(before, JOIN) || self.flag(here, ROLE);
        self.announced() || !place || named
    }

    /// The letter of "g as in golf" whose last word is token `at`.
    fn spelled_with(&self, at: usize) -> Option<usize> {
        let before = at.checked_sub(1)?;
        let as_in = self.view.text_of(before) == "in" && self.view.before(before, "as");
        let letter = if as_in {
            at.checked_sub(3)?
        } else if self.view.within(before, Words::ForLike) {
            at.checked_sub(2)?
        } else {
            return None;
        };
        let first = self.view.text_of(at).as_bytes().first()?;
        let same = self.view.text_of(letter).as_bytes().first()?;
        let spells = self.view.len(at) > 1 && self.view.len(letter) == 1;
        (spells && same.eq_ignore_ascii_case(first)).then_some(letter)
    }

    /// "kowalski, that's k o w a l s k i, at": the name that is then spelled belongs to it.
    fn said_before(&self, start: usize, last: usize) -> usize {
        let tokens = &self.view.tokens[..=last];
        let first = tokens.partition_point(|t| t.start < start);
        let spelled: String = (first..=last)
            .filter(|at| self.view.len(*at) == 1)
            .map(|at| self.view.text_of(at))
            .collect();
        if spelled.len() < 3 {
            return start;
        }
        let between = |at: usize| self.flag(at, LINK | FILLER) || self.view.says(at, "spelled");
        for here in (first.saturating_sub(SPELLING)..first).rev() {
            if self.view.says(here, &spelled) {
                return self.view.tokens[here].start;
            }
            if !between(here) {
                break;
            }
        }
        start
    }

    /// "john dot smith@gmail.com": words joined to a written address that begins at `start`.
    pub(super) fn before_written(&self, last: usize, start: usize) -> usize {
        let mut here = last;
        while here > 0 && self.view.tokens[here].start > start {
            here -= 1;
        }
        let mut start = start;
        for _ in 0..JOINED {
            let Some(word) = self.joined_before(here) else {
                break;
            };
            start = start.min(word.start);
            here -= 2;
        }
        start
    }

    /// The word that a sign joins to token `at`.
    fn joined_before(&self, at: usize) -> Option<&Token> {
        let word = self.view.token(at.checked_sub(2)?)?;
        let sign = self.flag(at - 1, DOT | JOIN) && !self.flag(at - 1, MEASURE);
        let close = self.view.only(at, SPACE);
        (sign && close && !word.is_atom()).then_some(word)
    }
}
