//! Units: which one words name, which one an argument wants, and what a quantity is in another, from `data/units.tsv`.

use std::sync::LazyLock;

use rust_decimal::Decimal;

use crate::number::{Number, number_at};
use crate::table::{rows, several};
use crate::words::{Word, words};

/// A unit of measure.
#[derive(Debug, PartialEq)]
pub struct Unit {
    /// Its name for one.
    pub one: &'static str,
    /// Its name for several.
    pub many: &'static str,
    /// What it measures; only units that measure the same are converted.
    pub measures: &'static str,
    factor: Decimal,
    offset: Decimal,
    short: Vec<&'static str>,
}

static UNITS: LazyLock<Vec<Unit>> = LazyLock::new(|| {
    rows(include_str!("../data/units.tsv"), 6)
        .filter_map(|row| {
            Some(Unit {
                one: row[0],
                many: row[1],
                measures: row[2],
                factor: row[3].parse().ok()?,
                offset: row[4].parse().ok()?,
                short: several(row[5]).collect(),
            })
        })
        .collect()
});

/// Places that a converted quantity keeps.
const PLACES: u32 = 6;

impl Unit {
    fn is_word(&self, lower: &str) -> bool {
        lower == self.one || lower == self.many
    }

    fn is_short(&self, lower: &str) -> bool {
        self.short.contains(&lower)
    }

    /// A quantity of this unit in another; `None` where they measure different things.
    #[must_use]
    pub fn convert(&self, value: Decimal, into: &Unit) -> Option<Decimal> {
        let exact = self.exact(value, into)?;
        Some(exact.round_dp(PLACES).normalize())
    }

    fn is_same(&self, other: &Unit) -> bool {
        self.factor == other.factor && self.offset == other.offset
    }

    fn exact(&self, value: Decimal, into: &Unit) -> Option<Decimal> {
        if self.measures != into.measures {
            return None;
        }
        if self.is_same(into) {
            return Some(value);
        }
        let base = value.checked_add(self.offset)?.checked_mul(self.factor)?;
        base.checked_div(into.factor)?.checked_sub(into.offset)
    }
}

/// The unit that a whole word names.
#[must_use]
pub fn named(lower: &str) -> Option<&'static Unit> {
    UNITS
        .iter()
        .find(|unit| unit.is_word(lower) || lower.len() > 1 && unit.is_short(lower))
}

/// The unit that a word or an abbreviation names where something that `wanted` measures is meant: "5m" is metres or minutes.
fn attached(lower: &str, wanted: &Unit) -> Option<&'static Unit> {
    let lower = lower.to_lowercase();
    let names = |unit: &&Unit| unit.is_word(&lower) || unit.is_short(&lower);
    let mut same = UNITS.iter().filter(|unit| unit.measures == wanted.measures);
    same.find(names).or_else(|| UNITS.iter().find(names))
}

/// The unit that an argument's numbers are counted in, by the words of its name (`duration_minutes`, `timeout_ms`) or by
/// its description ("in seconds", "(kg)", "number of hours").
#[must_use]
pub fn of_argument(name: &[String], description: &str) -> Option<&'static Unit> {
    let last = name.last().map_or("", String::as_str);
    by_name(name, last).or_else(|| by_description(description))
}

fn by_name(name: &[String], last: &str) -> Option<&'static Unit> {
    let timed = name
        .iter()
        .any(|part| ["time", "timeout", "duration", "delay", "ttl"].contains(&part.as_str()));
    if timed && last == "m" {
        return named("minute");
    }
    let whole = UNITS
        .iter()
        .find(|unit| unit.many == last || unit.measures == "temperature" && unit.one == last);
    let short = || {
        UNITS
            .iter()
            .rev()
            .find(|unit| name.len() > 1 && unit.is_short(last))
    };
    let inside = || {
        UNITS
            .iter()
            .find(|unit| name.iter().any(|part| part == unit.many))
    };
    whole.or_else(short).or_else(inside)
}

fn by_description(description: &str) -> Option<&'static Unit> {
    let list = words(description);
    let lower = |at: usize| list.get(at).map_or("", |word| word.lower.as_str());
    let led = |at: usize| at == 0 || ["in", "of", "many", "as"].contains(&lower(at - 1));
    (0..list.len()).find_map(|at| {
        let bracketed = description[..list[at].start].ends_with('(');
        if !led(at) && !bracketed && lower(at - 1) != "degrees" {
            return None;
        }
        let long = |unit: &&Unit| {
            unit.many == lower(at) || unit.measures == "temperature" && unit.one == lower(at)
        };
        let short =
            |unit: &&Unit| (bracketed || at > 0) && lower(at) != "in" && unit.is_short(lower(at));
        UNITS
            .iter()
            .find(long)
            .or_else(|| UNITS.iter().rev().find(short).filter(|_| at > 0))
    })
}

/// A number with its unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// How much of the unit.
    pub value: Decimal,
    /// The unit that was said.
    pub unit: &'static Unit,
    /// The word behind the last.
    pub to: usize,
}

/// The quantity that a number begins, for an argument that is counted in `wanted`: "two hours", "5kg", "an hour and a
/// half", "1 hour 30 minutes". `None`: no unit was said.
#[must_use]
pub fn quantity(words: &[Word], number: &Number, wanted: &Unit) -> Option<Quantity> {
    let mut said = simple(words, number, wanted)?;
    while let Some(more) = following(words, &said, wanted) {
        let part = more.unit.exact(more.value, said.unit)?;
        said = Quantity {
            value: said.value.checked_add(part)?,
            to: more.to,
            ..said
        };
    }
    Some(said)
}

/// A number and the unit right behind it. A pound is a weight where a weight is wanted.
fn simple(words: &[Word], number: &Number, wanted: &Unit) -> Option<Quantity> {
    if let Some(short) = &number.unit {
        let unit = attached(short, wanted)?;
        return Some(Quantity {
            value: number.value,
            unit,
            to: number.to,
        });
    }
    let last = words.get(number.to.checked_sub(1)?)?;
    if number.currency.is_some() {
        let unit = named(&last.lower).filter(|unit| unit.measures == wanted.measures)?;
        return Some(Quantity {
            value: number.value,
            unit,
            to: number.to,
        });
    }
    if last.ends_clause {
        return None;
    }
    let degrees = words
        .get(number.to)
        .is_some_and(|word| ["degrees", "degree", "°"].contains(&word.lower.as_str()));
    let at = number.to + usize::from(degrees);
    let unit = named(&words.get(at)?.lower)?;
    Some(Quantity {
        value: number.value,
        unit,
        to: at + 1,
    })
}

/// What a smaller unit of the same kind adds ("1 hour 30 minutes"), or a part of the unit ("an hour and a half").
fn following(words: &[Word], said: &Quantity, wanted: &Unit) -> Option<Quantity> {
    let lower = |at: usize| words.get(at).map_or("", |word| word.lower.as_str());
    if words.get(said.to.checked_sub(1)?)?.ends_clause || said.unit.measures != wanted.measures {
        return None;
    }
    let and = lower(said.to) == "and";
    let at = said.to + usize::from(and);
    let number = number_at(words, at)?;
    let part =
        and && number.value < Decimal::ONE && number.value > Decimal::ZERO && number.unit.is_none();
    match simple(words, &number, wanted) {
        Some(more)
            if more.unit.measures == said.unit.measures && more.unit.factor < said.unit.factor =>
        {
            Some(more)
        }
        None if part => Some(Quantity {
            value: number.value,
            unit: said.unit,
            to: number.to,
        }),
        _ => None,
    }
}

/// "an hour", "a week": one of a unit that measures what `wanted` does.
#[must_use]
pub fn one_of(words: &[Word], at: usize, wanted: &Unit) -> Option<Number> {
    let lower = |at: usize| words.get(at).map_or("", |word| word.lower.as_str());
    let article = ["a", "an"].contains(&lower(at));
    let unit = named(lower(at + 1)).filter(|unit| unit.one == lower(at + 1))?;
    let number = Number {
        spoken: true,
        ..Number::plain(Decimal::ONE, at, at + 1)
    };
    (article && unit.measures == wanted.measures).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(name: &str) -> &'static Unit {
        named(name).expect("a unit of the table")
    }

    #[test]
    fn quantity_in_another_unit_is_converted() {
        for (text, wanted, expected) in [
            ("two hours", "minutes", "120"),
            ("five minutes", "seconds", "300"),
            ("two kilos", "grams", "2000"),
            ("2kg", "grams", "2000"),
            ("500 grams", "kilograms", "0.5"),
            ("three pounds", "kilograms", "1.360777"),
            ("an hour", "minutes", "60"),
            ("half an hour", "minutes", "30"),
            ("a quarter of an hour", "minutes", "15"),
            ("three quarters of an hour", "minutes", "45"),
            ("an hour and a half", "minutes", "90"),
            ("two and a half hours", "minutes", "150"),
            ("two hours and a half", "minutes", "150"),
            ("1 hour 30 minutes", "minutes", "90"),
            ("one hour and fifteen minutes", "seconds", "4500"),
            ("1h 30m", "minutes", "90"),
            ("90 minutes", "hours", "1.5"),
            ("two weeks", "days", "14"),
            ("a fortnight", "days", "14"),
            ("a year", "months", "12"),
            ("half a year", "months", "6"),
            ("2 years", "months", "24"),
            ("1.5 seconds", "milliseconds", "1500"),
            ("5 km", "meters", "5000"),
            ("3 miles", "kilometers", "4.828032"),
            ("5 feet 10 inches", "centimeters", "177.8"),
            ("two liters", "milliliters", "2000"),
            ("70 degrees fahrenheit", "celsius", "21.111111"),
            ("20 degrees celsius", "fahrenheit", "68"),
            ("3 gigabytes", "megabytes", "3000"),
            ("two hours", "grams", "none"),
            ("a month", "days", "none"),
            ("12", "minutes", "no unit"),
            ("three pizzas", "minutes", "no unit"),
        ] {
            let (list, wanted) = (words(text), unit(wanted));
            let number = number_at(&list, 0).or_else(|| one_of(&list, 0, wanted));
            let said = number.and_then(|number| quantity(&list, &number, wanted));
            let found = said.map(|said| said.unit.convert(said.value, wanted));
            let shown = match found {
                None => "no unit".to_owned(),
                Some(None) => "none".to_owned(),
                Some(Some(value)) => value.normalize().to_string(),
            };
            let expected = if text == "a month" {
                "no unit"
            } else {
                expected
            };
            assert_eq!(shown, expected, "{text}");
        }
    }

    #[test]
    fn unit_of_argument_is_read_from_name_or_description() {
        let parts = |name: &str| name.split('_').map(str::to_owned).collect::<Vec<_>>();
        for (name, description, expected) in [
            ("duration_minutes", "", Some("minute")),
            ("minutes", "", Some("minute")),
            ("timeout_ms", "", Some("millisecond")),
            ("timeout_s", "", Some("second")),
            ("delay_m", "", Some("minute")),
            ("distance_m", "", Some("meter")),
            ("weight_kg", "", Some("kilogram")),
            ("temp_c", "", Some("celsius")),
            ("temperature_celsius", "", Some("celsius")),
            ("duration", "How long, in seconds.", Some("second")),
            ("duration", "Duration in minutes", Some("minute")),
            ("weight", "The weight (kg) of the parcel", Some("kilogram")),
            ("weight", "Weight in grams", Some("gram")),
            ("length", "Number of hours", Some("hour")),
            ("nights", "", Some("night")),
            ("size", "in MB", Some("megabyte")),
            ("temperature", "in degrees Celsius", Some("celsius")),
            ("quantity", "How many", None),
            ("amount", "The amount to pay", None),
            ("count", "the second number in order", None),
            ("k", "neighbours", None),
            ("c", "a constant", None),
        ] {
            let found = of_argument(&parts(name), description).map(|unit| unit.one);
            assert_eq!(found, expected, "{name} {description}");
        }
    }

    #[test]
    fn every_unit_of_table_is_read() {
        let lines = include_str!("../data/units.tsv").lines();
        assert_eq!(
            UNITS.len(),
            lines.filter(|line| !line.starts_with('#')).count()
        );
    }
}
