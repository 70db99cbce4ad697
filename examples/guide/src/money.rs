//! Amounts of money: whole cents inside, a JSON number outside.
//!
//! Nothing is ever rounded: an amount that is not whole cents is no amount.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Serialize, Serializer};

/// An amount in cents.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Money {
    /// The cents.
    pub cents: i64,
}

impl Money {
    /// So many whole units and cents.
    pub const fn of(units: i64, cents: i64) -> Self {
        Self {
            cents: units * 100 + cents,
        }
    }

    /// The cents of a decimal amount, if it is whole cents and no more than fits.
    pub(crate) fn exact(amount: Decimal) -> Option<Self> {
        let cents = amount.checked_mul(Decimal::ONE_HUNDRED)?;
        let cents = cents.fract().is_zero().then(|| cents.to_i64())??;
        Some(Self { cents })
    }
}

impl Serialize for Money {
    /// 1250 cents are the number `12.5`. Up to 2⁵³ cents the number means exactly this amount.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let amount = Decimal::new(self.cents, 2);
        serializer.serialize_f64(amount.to_f64().unwrap_or(f64::NAN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_amount_converts_exactly_or_not_at_all() {
        for (text, cents, json) in [
            ("1250", Some(125_000), "1250.0"),
            ("0.01", Some(1), "0.01"),
            ("8400.50", Some(840_050), "8400.5"),
            ("310.75", Some(31_075), "310.75"),
            ("0.1", Some(10), "0.1"),
            ("0.001", None, ""),
            ("10.005", None, ""),
            ("79228162514264337593543950335", None, ""),
        ] {
            let amount = Decimal::from_str_exact(text).expect("a number");
            let money = Money::exact(amount);
            assert_eq!(money.map(|m| m.cents), cents, "{text}");
            if let Some(money) = money {
                assert_eq!(serde_json::to_string(&money).expect("json"), json);
            }
        }
    }
}
