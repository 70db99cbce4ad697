//! What was understood: a number with everything that was said of it, and its other reading where what was said has two.

use rust_decimal::Decimal;

/// A number in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    /// What it is worth.
    pub value: Decimal,
    /// What the same words are worth in another reading: "two fifty" is 2.50 or 250. Whoever fills an amount asks.
    pub other: Option<Decimal>,
    /// `USD`, `EUR`, `GBP` … where a currency was said.
    pub currency: Option<&'static str>,
    /// How the currency was named.
    pub naming: Naming,
    /// A percentage.
    pub percent: bool,
    /// What was attached without a space, as `kg` in `5kg`.
    pub unit: Option<String>,
    /// Said in words, not digits.
    pub spoken: bool,
    /// Its first word.
    pub from: usize,
    /// The word behind its last.
    pub to: usize,
}

/// How a currency was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Naming {
    /// By a code, an adjective or a sign of its own: it is this one and no other.
    #[default]
    Exact,
    /// By a word or a sign that several share: "dollars", "$".
    Whole,
    /// By its hundredth: "cents".
    Hundredth,
}

impl Number {
    /// A number without anything else.
    #[must_use]
    pub fn plain(value: Decimal, from: usize, to: usize) -> Self {
        Self {
            value,
            other: None,
            currency: None,
            naming: Naming::Exact,
            percent: false,
            unit: None,
            spoken: false,
            from,
            to,
        }
    }

    /// All readings of what was said, the likelier first.
    pub fn readings(&self) -> impl Iterator<Item = Decimal> {
        std::iter::once(self.value).chain(self.other)
    }
}
