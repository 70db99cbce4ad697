//! A run of digits: its items and what stood between them.

/// Something that gave one or more digits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    /// First token, and the one after the last.
    pub(crate) first: usize,
    pub(crate) next: usize,
    /// Where its digits lie in the run's.
    pub(crate) at: usize,
    pub(crate) len: usize,
    pub(crate) written: bool,
    /// One spoken word for one digit.
    pub(crate) single: bool,
    /// How many of its last digits may be a number of their own: "ninety eight", "four thousand eleven".
    pub(crate) tail: usize,
    /// All separators between the item before and this one.
    pub(crate) gap: u16,
    /// A word such as "sorry" stood before this one.
    pub(crate) corrected: bool,
    /// Filler words stood before this one.
    pub(crate) glued: bool,
}

impl Item {
    pub(crate) fn has(&self, gap: u16) -> bool {
        self.gap & gap != 0
    }

    /// Nothing but these separators, and at least one.
    pub(crate) fn only(&self, gap: u16) -> bool {
        self.gap != 0 && self.gap & !gap == 0
    }
}

/// A maximal row of items with nothing between but separators and fillers.
#[derive(Debug, Default)]
pub(crate) struct Run {
    pub(crate) items: Vec<Item>,
    pub(crate) digits: Vec<u8>,
    /// "million": a quantity.
    pub(crate) quantity: bool,
}

impl Run {
    pub(super) fn clear(&mut self) {
        self.items.clear();
        self.digits.clear();
        self.quantity = false;
    }

    /// The token after the last item.
    pub(crate) fn next(&self) -> usize {
        self.items.last().map_or(0, |item| item.next)
    }

    /// The first token.
    pub(crate) fn first(&self) -> usize {
        self.items.first().map_or(0, |item| item.first)
    }

    /// Takes the last item away.
    pub(crate) fn pop(&mut self) {
        if let Some(item) = self.items.pop() {
            self.digits.truncate(item.at);
        }
    }

    pub(crate) fn total(&self) -> usize {
        self.digits.len()
    }

    /// The digits of items `from..to`.
    pub(crate) fn digits_of(&self, from: usize, to: usize) -> &[u8] {
        let place = |at: usize| self.items.get(at).map_or(self.digits.len(), |item| item.at);
        &self.digits[place(from)..place(to)]
    }

    /// How many digits items `from..to` have.
    pub(crate) fn count(&self, from: usize, to: usize) -> usize {
        self.digits_of(from, to).len()
    }

    /// Whether one of the items was written with a slash before it.
    pub(crate) fn has_slash(&self, slash: u16) -> bool {
        self.items
            .iter()
            .any(|item| item.has(slash) && item.written)
    }

    /// Whether words such as "sorry" take something back in items `from..to`.
    pub(crate) fn is_corrected(&self, from: usize, to: usize) -> bool {
        self.items[from..to].iter().any(|item| item.corrected)
    }
}
