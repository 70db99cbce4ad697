//! A numeric argument: what it counts, which currencies it takes, and what a number that was said gives it, or why it is
//! asked.

use std::collections::BTreeMap;

use conversimple_spoken::currency::{by_code, counts_hundredths, declared, may_mean};
use conversimple_spoken::money::{figures, offered};
use conversimple_spoken::unit::{Unit, of_argument, quantity};
use conversimple_wire::ToolSpec;
use conversimple_wire::tool::{Argument, tool_key};
use rust_decimal::Decimal;
use serde_json::Value;

use super::cues::{cues, description, strength};
use super::doubt::Doubt;
use super::{Utterance, json_number};
use crate::number::Number;
use crate::shape::{Shape, fits, is_money, shape};
use crate::words::{Word, identifier_words, limited};

/// What an argument's numbers count.
pub(super) enum Counted {
    Plain,
    Unit(&'static Unit),
    /// Hundredths of a currency.
    Cents,
}

/// A numeric argument and the words that speak for it.
pub(super) struct Wanted<'a> {
    pub(super) argument: Argument<'a>,
    pub(super) shape: Shape,
    pub(super) cues: BTreeMap<String, f32>,
    pub(super) is_year: bool,
    /// It is a sum of money.
    pub(super) is_sum: bool,
    pub(super) counted: Counted,
    /// The currencies that it takes; none where the declaration names none.
    pub(super) taken: Vec<String>,
}

impl<'a> Wanted<'a> {
    pub(super) fn new(spec: &ToolSpec, argument: &Argument<'a>, shape: &Shape) -> Self {
        let name = identifier_words(argument.name);
        let is_year = name
            .last()
            .is_some_and(|part| part.trim_end_matches(|c: char| c.is_ascii_digit()) == "year");
        let described = limited(description(argument), 300);
        let money = is_money(argument.name, argument.schema) || *shape == Shape::Money;
        let hundredths = counts_hundredths(&name, described);
        let counted = match of_argument(&name, described) {
            _ if hundredths => Counted::Cents,
            Some(unit) if !money => Counted::Unit(unit),
            _ => Counted::Plain,
        };
        let is_sum = money || hundredths;
        Self {
            argument: *argument,
            shape: shape.clone(),
            cues: cues(argument),
            is_year,
            is_sum,
            counted,
            taken: if is_sum {
                currencies(spec, &name, described)
            } else {
                Vec::new()
            },
        }
    }

    /// What a number gives this argument, in its likeliest reading.
    pub(super) fn value(&self, words: &[Word], number: &Number) -> Option<Value> {
        let mut readings = self
            .readings(words, number)
            .into_iter()
            .map(|(value, _)| value);
        if self.is_year {
            let year = |value: &Value| {
                value
                    .as_i64()
                    .is_some_and(|year| (1000..2200).contains(&year))
            };
            return readings.clone().find(year).or_else(|| readings.next());
        }
        readings.next()
    }

    /// All values that a number can give this argument, and how each is said.
    pub(super) fn readings(&self, words: &[Word], number: &Number) -> Vec<(Value, String)> {
        let code = number.currency.or(match self.taken.as_slice() {
            [only] => Some(only.as_str()),
            _ => None,
        });
        let mut out = Vec::new();
        for value in number.readings() {
            let said = if self.is_sum {
                offered(value, code)
            } else {
                figures(value)
            };
            out.extend(
                self.converted(words, number, value)
                    .map(|value| (value, said)),
            );
        }
        // Twelve, where cents are counted, is twelve of the whole or twelve of its hundredths.
        let bare = number.currency.is_none() && number.other.is_none();
        if matches!(self.counted, Counted::Cents) && bare && number.value.fract() == Decimal::ZERO {
            let known = code.and_then(by_code).or_else(|| by_code("USD"));
            let (whole, part) = known.map_or(("", ""), |known| {
                (known.many, known.hundredth.map_or("", |(_, many)| many))
            });
            let said = |unit: &str| format!("{} {unit}", figures(number.value));
            out = out
                .into_iter()
                .map(|(value, _)| (value, said(whole)))
                .collect();
            out.extend(json_number(number.value).map(|value| (value, said(part))));
        }
        out.retain(|(value, _)| self.shape != Shape::Integer || value.is_i64());
        out.dedup_by(|a, b| a.0 == b.0);
        out
    }

    /// A reading in the unit that the argument counts in. `None`: it measures something else.
    pub(super) fn converted(
        &self,
        words: &[Word],
        number: &Number,
        value: Decimal,
    ) -> Option<Value> {
        let value = match self.counted {
            Counted::Cents => value.checked_mul(Decimal::ONE_HUNDRED)?,
            Counted::Unit(unit) => match quantity(
                words,
                &Number {
                    value,
                    ..number.clone()
                },
                unit,
            ) {
                Some(said) => said.unit.convert(said.value, unit)?,
                None if number.currency.is_some() => return None,
                None => value,
            },
            Counted::Plain if self.is_share(number) => value.checked_div(Decimal::ONE_HUNDRED)?,
            Counted::Plain => value,
        };
        json_number(value)
    }

    /// "8 %" is 0.08 for a number whose declaration does not speak of percent.
    pub(super) fn is_share(&self, number: &Number) -> bool {
        let percent = |text: &str| text.to_lowercase().contains("percent");
        number.percent
            && self.shape != Shape::Integer
            && !percent(description(&self.argument))
            && !percent(self.argument.name)
    }

    /// The one value that a number gives, or why it is asked. `partner`: another number that was offered in its place.
    pub(super) fn settle(
        &self,
        words: &[Word],
        number: &Number,
        partner: Option<&Number>,
    ) -> Result<Value, Doubt> {
        if let Some(said) = number.currency
            && !self.taken.is_empty()
            && !self
                .taken
                .iter()
                .any(|code| may_mean(said, number.naming, code))
        {
            return Err(Doubt::Currency(said, self.taken.clone()));
        }
        let mut readings = match partner {
            Some(partner) if partner.from < number.from => self.readings(words, partner),
            _ => self.readings(words, number),
        };
        match partner {
            Some(partner) if partner.from > number.from => {
                readings.extend(self.readings(words, partner))
            }
            Some(_) => readings.extend(self.readings(words, number)),
            None if !self.is_sum && self.is_year => {
                return Ok(self.value(words, number).unwrap_or_default());
            }
            None => {}
        }
        let fitting = |(value, _): &&(Value, String)| fits(self.argument.schema, value);
        let kept: Vec<_> = readings.iter().filter(fitting).cloned().collect();
        match (kept.as_slice(), readings.as_slice()) {
            ([(value, _)], _) | ([], [(value, _)]) => Ok(value.clone()),
            ([], _) => Err(Doubt::Either(readings)),
            _ => Err(Doubt::Either(kept)),
        }
    }

    /// The unit that it counts in, where no other argument counts what that measures.
    pub(super) fn only_of_its_kind(&self, wanted: &[Self]) -> Option<&'static Unit> {
        let Counted::Unit(unit) = self.counted else {
            return None;
        };
        let same = |want: &&Self| matches!(want.counted, Counted::Unit(other) if other.measures == unit.measures);
        (wanted.iter().filter(same).count() == 1).then_some(unit)
    }

    /// The word behind a number and its unit.
    pub(super) fn end(&self, utterance: &Utterance<'_>, number: &Number) -> usize {
        if let Counted::Unit(unit) = self.counted
            && let Some(said) = quantity(&utterance.words, number, unit)
        {
            return said.to;
        }
        let to = number.to;
        let unit = strength(&self.cues, utterance.lower(to), true).is_some();
        to + usize::from(unit && !utterance.words[to - 1].ends_clause)
    }

    /// How well a number's own kind fits the argument.
    pub(super) fn kind_score(&self, number: &Number, utterance: &Utterance<'_>) -> f32 {
        let year = is_year(number)
            && (number.from == 0 || YEAR_LEADS.contains(&utterance.lower(number.from - 1)));
        let mut score = match (self.is_sum, number.currency) {
            (true, Some(_)) => 1.0,
            (true, None) => 0.2,
            (_, Some(_)) => -0.3,
            _ => 0.0,
        };
        if let Counted::Unit(unit) = self.counted
            && quantity(&utterance.words, number, unit).is_some()
        {
            score += 1.0;
        }
        if self.is_year && is_year(number) {
            score += 1.6;
        } else if self.is_year || year {
            score -= 0.9;
        }
        score
    }
}

/// The currencies that a sum of a tool takes: those of its argument for the currency, the tool's own, or those that the
/// sum's own declaration speaks of. None: the declaration names none, or takes any.
pub(super) fn currencies(spec: &ToolSpec, name: &[String], description: &str) -> Vec<String> {
    let names_currency = |argument: &Argument<'_>| {
        identifier_words(argument.name)
            .iter()
            .any(|word| word == "currency")
    };
    let mut listed = Vec::new();
    for argument in spec.arguments().filter(names_currency) {
        match shape(&argument) {
            Shape::Choice(values) => {
                listed.extend(values.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            _ => return Vec::new(),
        }
    }
    let tool = || {
        let declared = spec.parameters.get(tool_key::CURRENCY)?;
        declared.as_str().map(|code| vec![code.to_owned()])
    };
    if !listed.is_empty() {
        return listed;
    }
    tool().unwrap_or_else(|| {
        declared(name, description)
            .into_iter()
            .map(str::to_owned)
            .collect()
    })
}

const YEAR_LEADS: &[&str] = &[
    "in", "since", "year", "from", "to", "until", "of", "for", "and", "by",
];

pub(super) fn is_year(number: &Number) -> bool {
    let year = |value: Decimal| {
        value >= Decimal::from(1000)
            && value < Decimal::from(2200)
            && value.fract() == Decimal::ZERO
    };
    number.readings().any(year) && number.currency.is_none() && number.unit.is_none()
}
