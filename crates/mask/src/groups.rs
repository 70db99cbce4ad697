//! A card in four groups with small talk between: "four one one one, nice weather, one one one one, …".
//!
//! Decides by brand and Luhn over the last few groups, none far from the next. Keeps four groups, and no text.

use super::checks::is_card;
use super::kind::Span;

/// The most groups of a card.
const COUNT: usize = 4;
/// How far a group may stand from the next, in tokens.
const NEAR: usize = 16;
/// Lengths of a card's groups, and of two or three that were said together.
const LENGTHS: [usize; 5] = [4, 5, 6, 8, 12];

/// Digits that were said by themselves.
#[derive(Clone, Debug)]
pub(super) struct Group {
    first: usize,
    next: usize,
    span: Span,
    digits: Vec<u8>,
}

impl Group {
    /// A group of these digits, if it may be one of a card's.
    pub(super) fn new(digits: &[u8], (first, next): (usize, usize), span: Span) -> Option<Self> {
        LENGTHS.contains(&digits.len()).then(|| Self {
            first,
            next,
            span,
            digits: digits.to_vec(),
        })
    }
}

/// The last groups.
#[derive(Default)]
pub(super) struct Groups {
    last: Vec<Group>,
}

impl Groups {
    /// Adds a group; the spans of the card that it completes.
    pub(super) fn join(&mut self, group: Group) -> Vec<Span> {
        let near = |last: &Group| group.first.saturating_sub(last.next) <= NEAR;
        if !self.last.last().is_some_and(near) {
            self.last.clear();
        }
        if self.last.len() == COUNT {
            self.last.remove(0);
        }
        self.last.push(group);
        let whole = (0..self.last.len()).find(|from| is_whole(&self.last[*from..]));
        let groups = whole.map(|from| self.last.drain(from..).collect::<Vec<_>>());
        let groups = groups.unwrap_or_default();
        groups.into_iter().map(|group| group.span).collect()
    }
}

/// Fifteen or sixteen digits of a card.
fn is_whole(groups: &[Group]) -> bool {
    let digits: Vec<u8> = groups
        .iter()
        .flat_map(|group| group.digits.clone())
        .collect();
    groups.len() > 1 && matches!(digits.len(), 15 | 16) && is_card(&digits)
}
