//! Sums of money in words: "twelve euros and fifty cents". What is said here, `number` understands as the same sum.

use rust_decimal::Decimal;

use crate::currency::{Currency, by_code};
use crate::speak::{cardinal, decimal};

/// A number in figures with its thousands apart; a fraction has two places at least: "4,250", "42.50".
#[must_use]
pub fn figures(value: Decimal) -> String {
    let value = value.normalize();
    let places = if value.scale() == 1 { 2 } else { value.scale() };
    let text = format!("{:.*}", usize::try_from(places).unwrap_or(0), value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let minus = if value < Decimal::ZERO { "minus " } else { "" };
    let whole = thousands(whole);
    if fraction.is_empty() {
        format!("{minus}{whole}")
    } else {
        format!("{minus}{whole}.{fraction}")
    }
}

/// Figures with commas between the thousands.
#[must_use]
pub fn thousands(figures: &str) -> String {
    let mut out = String::with_capacity(figures.len() * 4 / 3);
    for (at, digit) in figures.chars().enumerate() {
        if at > 0 && (figures.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A sum as it is offered for choice: in figures, with its hundredths by name: "42 dollars and 50 cents", "4,250".
#[must_use]
pub fn offered(value: Decimal, code: Option<&str>) -> String {
    let cents = (value.abs().fract() * Decimal::ONE_HUNDRED).normalize();
    let known = code
        .and_then(by_code)
        .and_then(|known| Some((known, known.hundredth?)));
    let in_cents = cents != Decimal::ZERO && cents.fract() == Decimal::ZERO;
    let Some((currency, (one, many))) = known.filter(|_| in_cents) else {
        return figures(value);
    };
    let part = format!("{cents} {}", if cents == Decimal::ONE { one } else { many });
    let whole = value.trunc();
    if whole == Decimal::ZERO {
        return part;
    }
    format!(
        "{} {} and {part}",
        figures(whole),
        name_for(currency, whole)
    )
}

fn name_for(currency: &Currency, whole: Decimal) -> &'static str {
    let one = whole.abs() == Decimal::ONE;
    if one { currency.one } else { currency.many }
}

/// A sum in words; one of no known currency is a number alone.
#[must_use]
pub fn say(amount: Decimal, code: &str) -> String {
    let amount = amount.normalize();
    let sign = if amount < Decimal::ZERO { "minus " } else { "" };
    let amount = amount.abs();
    let Some(currency) = by_code(code) else {
        return format!("{sign}{}", decimal(&amount.to_string()));
    };
    let said = in_units(amount, currency);
    let said =
        said.unwrap_or_else(|| format!("{} {}", decimal(&amount.to_string()), currency.many));
    format!("{sign}{said}")
}

/// A sum in whole units and hundredths, where it has no smaller parts.
fn in_units(amount: Decimal, currency: &Currency) -> Option<String> {
    let whole = u64::try_from(amount.trunc()).ok()?;
    if amount.scale() == 0 {
        return Some(counted(whole, currency.one, currency.many));
    }
    let (one, many) = currency.hundredth.filter(|_| amount.scale() <= 2)?;
    let cents = u64::try_from(amount.fract() * Decimal::ONE_HUNDRED).ok()?;
    Some(in_two(currency, whole, &counted(cents, one, many)))
}

fn in_two(currency: &Currency, whole: u64, part: &str) -> String {
    if whole == 0 {
        return part.to_owned();
    }
    format!("{} and {part}", counted(whole, currency.one, currency.many))
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        cardinal(count),
        if count == 1 { one } else { many }
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::number::{amounts, numbers};
    use crate::words::words;

    #[test]
    fn sum_is_said_in_its_units() {
        for (amount, code, expected) in [
            ("20", "USD", "twenty dollars"),
            ("1", "EUR", "one euro"),
            ("12.50", "EUR", "twelve euros and fifty cents"),
            ("0.01", "GBP", "one penny"),
            ("-5.25", "USD", "minus five dollars and twenty five cents"),
            ("1234", "JPY", "one thousand two hundred thirty four yen"),
            ("2.5", "BTC", "two point five bitcoins"),
            ("1.005", "USD", "one point zero zero five dollars"),
            ("7", "XXX", "seven"),
        ] {
            let amount: Decimal = amount.parse().expect("a number");
            assert_eq!(say(amount, code), expected);
        }
    }

    #[test]
    fn sum_offered_for_choice_has_figures_and_named_hundredths() {
        for (value, code, expected) in [
            ("42.5", Some("USD"), "42 dollars and 50 cents"),
            ("1.05", Some("EUR"), "1 euro and 5 cents"),
            ("0.5", Some("GBP"), "50 pence"),
            ("4250", Some("USD"), "4,250"),
            ("-1234567", None, "minus 1,234,567"),
            ("42.5", None, "42.50"),
            ("0.125", Some("USD"), "0.125"),
        ] {
            assert_eq!(offered(value.parse().expect("a number"), code), expected);
        }
    }

    proptest! {
        #[test]
        fn sum_that_is_said_is_understood_as_that_sum(
            cents in prop_oneof![1_i64..100_000, 1_i64..1_000_000_000_000],
            code in prop::sample::select(vec!["USD", "EUR", "GBP", "CHF", "CAD", "INR", "NZD"]),
            negative in any::<bool>(),
        ) {
            let amount = Decimal::new(if negative { -cents } else { cents }, 2);
            let said = say(amount, code);
            let list = words(&format!("please pay {said} to Bob"));
            for found in [numbers(&list), amounts(&list)] {
                let heard: Vec<_> = found.iter().map(|n| (n.value.normalize(), n.other)).collect();
                prop_assert_eq!(heard, vec![(amount.normalize(), None)], "{}", said);
                let currency = found[0].currency.unwrap_or_default();
                prop_assert!(crate::currency::may_mean(currency, found[0].naming, code), "{said} {currency}");
            }
        }

        #[test]
        fn number_that_is_said_is_understood_as_that_number(number in prop_oneof![0_u64..10_000, 0_u64..1_000_000_000_000]) {
            let said = crate::speak::cardinal(number);
            let found = amounts(&words(&said));
            prop_assert_eq!(found.len(), 1, "{}", &said);
            prop_assert_eq!(found[0].readings().collect::<Vec<_>>(), vec![Decimal::from(number)], "{}", said);
        }
    }
}
