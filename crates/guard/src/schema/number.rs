//! Numbers without rounding: what a JSON number is exactly, and the bounds on it.

use rust_decimal::Decimal;
use serde_json::{Number, Value};

/// The exact decimal that a JSON number stands for, by the shortest text that means it. `None` for what a `Decimal` does
/// not hold: 1e300, and 1e-300, which rounding would make a zero.
pub(super) fn exact(number: &Number) -> Option<Decimal> {
    if let Some(whole) = number.as_i64() {
        return Some(Decimal::from(whole));
    }
    if let Some(whole) = number.as_u64() {
        return Some(Decimal::from(whole));
    }
    let float = number.as_f64().filter(|float| float.is_finite())?;
    Decimal::from_str_exact(&format!("{float}")).ok()
}

/// Bounds of a number.
#[derive(Debug, Clone, Default)]
pub(super) struct Bounds {
    pub(super) minimum: Option<Decimal>,
    pub(super) maximum: Option<Decimal>,
    pub(super) above: Option<Decimal>,
    pub(super) below: Option<Decimal>,
    pub(super) multiple_of: Option<Decimal>,
}

impl Bounds {
    /// The first bound that is broken, with how to say it.
    pub(super) fn broken(&self, number: Decimal) -> Option<(&'static str, String)> {
        if let Some(least) = self.minimum.filter(|least| number < *least) {
            return Some(("minimum", format!("must be at least {least}")));
        }
        if let Some(above) = self.above.filter(|above| number <= *above) {
            return Some(("exclusiveMinimum", format!("must be more than {above}")));
        }
        if let Some(most) = self.maximum.filter(|most| number > *most) {
            return Some(("maximum", format!("must be at most {most}")));
        }
        if let Some(below) = self.below.filter(|below| number >= *below) {
            return Some(("exclusiveMaximum", format!("must be less than {below}")));
        }
        self.broken_step(number)
    }

    /// The bound that a number breaks which is too large or too small for a `Decimal`: on which side of a bound it lies
    /// is still certain.
    pub(super) fn broken_by_far(&self, number: f64) -> Option<(&'static str, String)> {
        let side = if number.abs() < 1.0 {
            Decimal::ZERO
        } else if number > 0.0 {
            Decimal::MAX
        } else {
            Decimal::MIN
        };
        let near = Self {
            multiple_of: None,
            ..self.clone()
        };
        // A number just above or below zero is not zero, and lies strictly on one side of every other bound.
        match near.broken(side) {
            Some(("exclusiveMinimum", _))
                if side.is_zero() && number > 0.0 && self.above == Some(side) =>
            {
                None
            }
            Some(("exclusiveMaximum", _))
                if side.is_zero() && number < 0.0 && self.below == Some(side) =>
            {
                None
            }
            None if side.is_zero() && number < 0.0 && self.minimum == Some(side) => {
                Some(("minimum", format!("must be at least {side}")))
            }
            None if side.is_zero() && number > 0.0 && self.maximum == Some(side) => {
                Some(("maximum", format!("must be at most {side}")))
            }
            broken => broken,
        }
    }

    fn broken_step(&self, number: Decimal) -> Option<(&'static str, String)> {
        let step = self.multiple_of?;
        let rest = number.checked_rem(step)?;
        (!rest.is_zero()).then(|| ("multipleOf", format!("must be a multiple of {step}")))
    }
}

/// Equality as JSON Schema has it for `enum` and `const`, except that 1 and 1.0 differ.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    a == b
}
