//! The words around an "at", as the two ends of an address see them.

use crate::lead::Expectation;
use crate::lexicon::{AT, DOT, HESITATION};
use crate::place::Place;
use crate::token::{LINE, OTHER, PAREN};
use crate::view::View;

/// Looks at the words around an "at".
#[derive(Clone, Copy)]
pub(super) struct Ends<'t> {
    pub(super) view: View<'t>,
    /// An address was announced, by a word that begins at this byte.
    pub(super) lead: Option<usize>,
}

impl<'t> Ends<'t> {
    pub(super) fn new(place: &Place<'_, 't>) -> Self {
        let announced = place.lead.want == Expectation::Email;
        Self {
            view: place.view,
            lead: announced.then_some(place.lead.start),
        }
    }

    pub(super) fn announced(&self) -> bool {
        self.lead.is_some()
    }

    pub(super) fn flag(&self, at: usize, flag: u32) -> bool {
        self.view.is(at, flag)
    }

    /// "full stop", the dot of Britain, begins at token `at`.
    pub(super) fn is_full_stop(&self, at: usize) -> bool {
        self.view.says(at, "full") && self.view.next(at, "stop")
    }

    pub(super) fn hesitates(&self, at: usize) -> bool {
        self.flag(at, HESITATION)
    }

    /// "(at)", "[dot]": a sign in brackets, so that no robot reads it.
    fn is_bracketed(&self, at: usize) -> bool {
        let Some(token) = self.view.token(at).filter(|t| t.is(AT | DOT)) else {
            return false;
        };
        let bytes = self.view.bytes();
        let around = (
            bytes.get(token.start.wrapping_sub(1)),
            bytes.get(token.end()),
        );
        matches!(
            around,
            (Some(b'('), Some(b')')) | (Some(b'['), Some(b']')) | (Some(b'{'), Some(b'}'))
        )
    }

    /// The signs before token `at`, without the brackets around a sign.
    pub(super) fn gap(&self, at: usize) -> u16 {
        // Two turns of one conversation are joined by a line's end.
        let line = if self.view.is_live() { LINE } else { 0 };
        let gap = self.view.gap(at) & !line;
        if gap & (PAREN | OTHER) == 0 {
            return gap;
        }
        let signs = self.is_bracketed(at) || self.is_bracketed(at.wrapping_sub(1));
        if signs { gap & !(PAREN | OTHER) } else { gap }
    }

    /// Only these signs stand before token `at`.
    pub(super) fn only(&self, at: usize, allowed: u16) -> bool {
        self.gap(at) & !allowed == 0
    }
}
