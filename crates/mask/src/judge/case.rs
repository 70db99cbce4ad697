//! One run of digits with what surrounds it, and what was found in it so far.

use super::sight::Sight;
use crate::digits::{Item, Run};
use crate::kind::Kind;
use crate::lead::Lead;
use crate::token::{COMMA, SLASH, STOP};
use crate::view::View;

/// A run that is judged.
pub(super) struct Case<'r> {
    pub(super) run: &'r Run,
    pub(super) sight: Sight,
    pub(super) view: View<'r>,
    /// Items `from..to` are a secret of a kind.
    pub(super) out: Vec<(usize, usize, Kind)>,
}

impl Case<'_> {
    pub(super) fn push(&mut self, from: usize, to: usize, kind: Kind) {
        self.out.push((from, to, kind));
    }

    /// The whole run is a secret.
    pub(super) fn take_all(&mut self, kind: Kind) -> bool {
        self.push(0, self.all(), kind);
        true
    }

    /// The number of items.
    pub(super) fn all(&self) -> usize {
        self.run.items.len()
    }

    /// The number of digits.
    pub(super) fn total(&self) -> usize {
        self.run.total()
    }

    pub(super) fn digits(&self, from: usize, to: usize) -> &[u8] {
        self.run.digits_of(from, to)
    }

    pub(super) fn count(&self, from: usize, to: usize) -> usize {
        self.run.count(from, to)
    }

    pub(super) fn item(&self, at: usize) -> Option<&Item> {
        self.run.items.get(at)
    }

    pub(super) fn has_slash(&self) -> bool {
        self.run.has_slash(SLASH)
    }

    /// The other side may say more.
    pub(super) fn is_live(&self) -> bool {
        self.view.is_live()
    }

    /// More digits may come with the next word.
    pub(super) fn is_growing(&self) -> bool {
        self.view.is_growing()
    }

    /// A comma or the end of a sentence stands before item `at`, or the run ends there.
    pub(super) fn is_seam(&self, at: usize) -> bool {
        self.item(at).is_none_or(|item| item.has(STOP | COMMA))
    }

    /// Whether the number of digits is right; what may still grow is held back early, from `at_end` digits on.
    pub(super) fn fits(&self, lead: &Lead, least: usize, most: usize, at_end: usize) -> bool {
        let early = match (self.sight.ends, self.is_growing()) {
            (true, true) if lead.is_near() => Some(at_end.min(3)),
            (true, _) if lead.is_said() => Some(at_end),
            _ => None,
        };
        (early.unwrap_or(least)..=most).contains(&self.total())
    }
}
