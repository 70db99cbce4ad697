//! Where a password begins that is said after its name: "password is", "password for my account, uh, is", "password Welcome2026".
//!
//! Decides whether a value follows at all, word by word.

use super::word::is_spelled;
use crate::lexicon::{COPULA, NATO, NO_VALUE, Number};
use crate::phrases::Words;
use crate::place::Place;
use crate::token::{COLON, EQUALS, LINE, OTHER, PAREN, QUOTE, SLASH, SPACE, STOP};
use crate::view::View;

/// Words between a name and its value.
const BETWEEN: usize = 12;
/// How far back a user's name or a verb is looked for.
const BEFORE: usize = 6;
/// How much of a typed word is looked at.
const TYPED_BYTES: usize = 40;

/// What one word after the name says.
enum Step {
    /// The value begins here.
    Value,
    /// No value follows.
    Nothing,
    /// Go on after so many words.
    On(usize),
}

/// The way from a name to its value.
struct Walk<'t> {
    view: View<'t>,
    /// The name.
    at: usize,
    here: usize,
    /// "is" or a colon was passed.
    said: bool,
    /// "change my password": "to" announces the value.
    set: bool,
}

/// The token where the value begins, if a value follows.
pub(super) fn value_after(place: &Place<'_, '_>) -> Option<usize> {
    let (view, at) = (place.view, place.at);
    let mut walk = Walk {
        view,
        at,
        here: at + 1,
        said: view.text_of(at).ends_with("'s"),
        set: view.any_before(at, BEFORE, Words::Sets),
    };
    while walk.here < view.tokens.len() && walk.here - at <= BETWEEN {
        match walk.step() {
            Step::Value => return Some(walk.here),
            Step::Nothing => return None,
            Step::On(words) => walk.here += words,
        }
    }
    None
}

impl Walk<'_> {
    fn step(&mut self) -> Step {
        let (view, here) = (self.view, self.here);
        if self.is_over() {
            return Step::Nothing;
        }
        self.said |= view.has(here, COLON | EQUALS);
        let tells =
            view.within(here, Words::Said) || self.set && view.within(here, Words::ToAsFrom);
        if tells {
            self.said = true;
            return Step::On(1);
        }
        match self.said {
            true => self.after_is(),
            false => self.before_is(),
        }
    }

    /// Something else began.
    fn is_over(&self) -> bool {
        let (view, here) = (self.view, self.here);
        let answers = || view.within(here, Words::Its) && view.between(here).contains('?');
        let ended = view.has(here, STOP | LINE) && !self.said && !answers();
        ended || view.has(here, OTHER | PAREN | SLASH)
    }

    /// A word after "is": the value, or none, or a word that leads to it.
    fn after_is(&self) -> Step {
        let (view, here) = (self.view, self.here);
        if self.is_zero() {
            return Step::Value;
        }
        if let Some(words) = self.hesitation() {
            return Step::On(words);
        }
        if self.is_typed_correct() || view.within(here, Words::Spelling) {
            return Step::Value;
        }
        let next = view.token(here + 1);
        let softens = view.within(here, Words::Softens) && next.is_some_and(|t| !t.is(NO_VALUE));
        if softens {
            return Step::On(1);
        }
        let letter = view.len(here) == 1 && !view.says(here, "a") && !view.says(here, "i");
        let value = !view.is(here, NO_VALUE) || letter || is_spelled(view, here);
        if value { Step::Value } else { Step::Nothing }
    }

    /// "oh four one" begins with a zero.
    fn is_zero(&self) -> bool {
        self.view.says(self.here, "oh") && self.view.number(self.here + 1) == Number::Unit
    }

    /// "correct horse battery staple".
    fn is_typed_correct(&self) -> bool {
        let next = self.view.token(self.here + 1);
        let plain = next.is_some_and(|t| t.is_plain() && t.gap == SPACE);
        plain && self.view.says(self.here, "correct")
    }

    /// "uh", "let me see", "I think", "hold on": how many words.
    fn hesitation(&self) -> Option<usize> {
        let (view, here) = (self.view, self.here);
        if view.within(here, Words::Hums) {
            return Some(1);
        }
        if view.says(here, "let") {
            return Some(3);
        }
        let believes = view.says(here, "i") && view.next_in(here, Words::Believes);
        let holds = view.within(here, Words::HoldOn) && view.next(here, "on");
        (believes || holds).then_some(2)
    }

    /// A word before any "is".
    fn before_is(&self) -> Step {
        let (view, here) = (self.view, self.here);
        let answer = view.says(here, "it") && view.has(here, STOP);
        let leads = [
            Words::Hums,
            Words::ForWhat,
            Words::Chose,
            Words::BetweenName,
        ];
        if answer || leads.iter().any(|set| view.within(here, *set)) {
            return Step::On(1);
        }
        if here != self.at + 1 {
            return Step::Nothing;
        }
        let typed = view.gap(here) & !(SPACE | QUOTE) == 0 && looks_typed(view, here);
        let named = view.any_before(self.at, BEFORE, Words::Users);
        let value = || !view.is(here, NO_VALUE | COPULA) || is_spelled(view, here);
        if typed || named && value() {
            return Step::Value;
        }
        Step::Nothing
    }
}

/// "password Welcome2026!", "password capital t i g e r": nothing stands between, and no word of a sentence looks like this.
fn looks_typed(view: View<'_>, at: usize) -> bool {
    let spelling = view.within(at, Words::Capitals) && view.len(at + 1) == 1;
    let nato = view.is(at, NATO) && view.is(at + 1, NATO);
    spelling || nato || is_mixed(view, at)
}

/// Letters and digits in one word that is no technical one ("sha256").
fn is_mixed(view: View<'_>, at: usize) -> bool {
    let token = &view.tokens[at];
    let rest = view.bytes()[token.start..].iter().take(TYPED_BYTES);
    let word = rest.take_while(|b| !b.is_ascii_whitespace());
    let (mut len, mut digit, mut letter) = (0, false, false);
    for b in word {
        len += 1;
        digit |= b.is_ascii_digit();
        letter |= b.is_ascii_alphabetic();
    }
    let text = view.text_of(at);
    let name = text.split(|c: char| c.is_ascii_digit()).next();
    let technical = name.is_some_and(|n| n.len() < text.len() && Words::Technical.has(n));
    (token.is_mixed() || digit && letter) && len >= 5 && !technical
}
