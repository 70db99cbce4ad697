//! Numbers in a text: "twenty five", "$1,200.50", "two and a half thousand", "a dollar fifty", "1 250", "minus five".
//!
//! Decides which words make a number, what it is worth, and whether it has two readings ("forty two fifty" is 42.50 or
//! 4,250). What a number is *for* is decided by whoever asks. The grammar, one step after the other:
//! sign, then a part ("half a"), figures, or a cardinal; decimals; "and a half"; a scale; a second group; a unit; cents.

use rust_decimal::Decimal;

pub use crate::currency::{currency_word, currency_words};
pub use crate::digits::{digits, is_digits};
pub use crate::reading::{Naming, Number};
pub use crate::speak::{cardinal as say_cardinal, decimal as say_decimal, digits as say_digits};
pub use crate::speak::{ordinal as say_ordinal, year as say_year};

use crate::cardinal::cardinal;
use crate::currency::{hundredth_of, naming, of_hundredth, of_sign};
use crate::figures::{goes_on, is_bare, written, written_fraction};
use crate::lexicon::{Class, fraction, is_closed, number_word, ordinal_value};
use crate::view::View;
use crate::words::Word;

/// All numbers of a text. Two groups in a row ("twelve fifty") are one number where a currency follows.
#[must_use]
pub fn numbers(words: &[Word]) -> Vec<Number> {
    scan(words, Groups::Apart)
}

/// All numbers of a text that may be sums of money: two groups in a row are one number with two readings.
#[must_use]
pub fn amounts(words: &[Word]) -> Vec<Number> {
    scan(words, Groups::Joined)
}

/// The number that begins at a word.
#[must_use]
pub fn number_at(words: &[Word], at: usize) -> Option<Number> {
    read(words, at, Groups::Apart)
}

/// What two groups of a number in a row are, where nothing that follows tells.
#[derive(Clone, Copy, PartialEq)]
enum Groups {
    Apart,
    Joined,
}

fn scan(words: &[Word], groups: Groups) -> Vec<Number> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < words.len() {
        match read(words, at, groups) {
            Some(number) => {
                at = number.to.max(at + 1);
                out.push(number);
            }
            None => at += 1,
        }
    }
    out
}

fn read(words: &[Word], at: usize, groups: Groups) -> Option<Number> {
    words.get(at)?;
    let view = View::new(words, at);
    let negative = view.any(at, &["minus", "negative"]);
    let begun = begin(view, at + usize::from(negative))?;
    let mut parse = Parse {
        words,
        view,
        ..begun
    };
    parse.decimals();
    parse.and_part();
    parse.scaled();
    parse.and_part();
    parse.second_group(groups);
    parse.unit();
    parse.hundredths();
    let below = parse.below_zero();
    let mut number = parse.number;
    if negative || below {
        number.value = -number.value;
        number.other = number.other.map(|other| -other);
    }
    number.from = at;
    Some(number)
}

/// A number while it is being read.
struct Parse<'a> {
    words: &'a [Word],
    view: View<'a>,
    number: Number,
    /// What a second group of two figures may follow; 0 where none may.
    low: i64,
    /// The scale that was said last, which "and a half" is a half of.
    scale: Decimal,
    /// A scale may still follow.
    open: bool,
}

fn begin(view: View<'_>, at: usize) -> Option<Parse<'_>> {
    let begun = |number: Number, low, scale, open| Parse {
        words: &[],
        view,
        number,
        low,
        scale,
        open,
    };
    let said = |value: Decimal, to| Number {
        spoken: true,
        ..Number::plain(value, at, to)
    };
    if let Some((value, to)) = leading_part(view, at) {
        return Some(begun(said(value, to), 0, Decimal::ONE, true));
    }
    if let Some(number) = in_figures(view, at) {
        let low = low_of(view, &number);
        return Some(begun(number, low, Decimal::ONE, true));
    }
    if let Some(number) = cardinal(view, at) {
        let value = said(number.value.into(), number.to);
        return Some(begun(value, number.free_low(), number.scale.into(), false));
    }
    let (value, to) = in_words_besides(view, at)?;
    Some(begun(said(value, to), 0, Decimal::ONE, true))
}

/// What a second group may follow: one or two figures that stand alone.
fn low_of(view: View<'_>, number: &Number) -> i64 {
    let bare = is_bare(view.lower(number.from), 1..=2) && number.to == number.from + 1;
    let value = i64::try_from(number.value).unwrap_or(0);
    if bare { value } else { 0 }
}

/// "a couple (of)", "a dollar", "point five", "hundred dollars".
fn in_words_besides(view: View<'_>, at: usize) -> Option<(Decimal, usize)> {
    couple(view, at)
        .or_else(|| one_sum(view, at))
        .or_else(|| pointed(view, at))
        .or_else(|| bare_scale(view, at))
}

fn couple(view: View<'_>, at: usize) -> Option<(Decimal, usize)> {
    let word = at + usize::from(view.any(at, &["a", "an"]));
    let (Class::Couple, _) = number_word(view.lower(word))? else {
        return None;
    };
    let to = word + 1 + usize::from(view.lower(word + 1) == "of");
    (!view.lower(to).is_empty()).then_some((Decimal::TWO, to))
}

fn one_sum(view: View<'_>, at: usize) -> Option<(Decimal, usize)> {
    let article = view.any(at, &["a", "an"]);
    (article && one_of_currency(view, at + 1)).then_some((Decimal::ONE, at + 1))
}

/// "point five", "oh point five": the decimals are read next.
fn pointed(view: View<'_>, at: usize) -> Option<(Decimal, usize)> {
    let point = at + usize::from(is_zero(view.lower(at)));
    let any = view.lower(point) == "point" && !decimals_at(view, point + 1).0.is_empty();
    any.then_some((Decimal::ZERO, point))
}

/// "hundred dollars" without its article.
fn bare_scale(view: View<'_>, at: usize) -> Option<(Decimal, usize)> {
    let (Class::Hundred | Class::Scale, _) = number_word(view.lower(at))? else {
        return None;
    };
    let counted = view.lower(at).len() > 3 && currency_word(view.lower(at + 1)).is_some();
    counted.then_some((Decimal::ONE, at))
}

/// "a dollar", "a buck" as a sum: not "a dollar account".
fn one_of_currency(view: View<'_>, at: usize) -> bool {
    let after = view.lower(at + 1);
    let number = matches!(
        number_word(after),
        Some((Class::Small | Class::Ten | Class::Zero, _))
    );
    let ended = after.is_empty() || is_closed(after) || number || is_bare(after, 1..=2);
    ended && currency_word(view.lower(at)).is_some()
}

fn is_zero(lower: &str) -> bool {
    matches!(
        number_word(lower),
        Some((Class::Zero, _) | (Class::Small, 0))
    )
}

/// Figures in one word, or in several where the thousands stand apart: "1 250", "2 1/2".
fn in_figures(view: View<'_>, at: usize) -> Option<Number> {
    if let Some(value) = written_fraction(view.lower(at)) {
        return Some(Number::plain(value, at, at + 1));
    }
    if let Some((code, naming)) = of_sign(view.lower(at)) {
        let number = in_figures(view, at + 1).filter(|number| number.currency.is_none())?;
        return Some(Number {
            currency: Some(code),
            naming,
            ..number
        });
    }
    let money = |after: usize| currency_word(view.lower(after)).is_some();
    let mut to = at + 1;
    let mut joined = String::new();
    if is_bare(
        view.lower(at).trim_start_matches(['$', '€', '£', '₹', '¥']),
        1..=3,
    ) && goes_on(view.lower(to))
        && !view.lower(at).starts_with('0')
    {
        joined.push_str(view.lower(at));
        while goes_on(view.lower(to)) && joined.len() < 20 {
            joined.push_str(view.lower(to));
            to += 1;
        }
    }
    let last = view.lower(to - 1);
    let first_of_three = joined.len() > 3 && is_bare(view.lower(at), 3..=3);
    let sure = !first_of_three || money(to) || !last.bytes().all(|b| b.is_ascii_digit());
    let apart = (!joined.is_empty() && sure)
        .then(|| written(&joined, at, true))
        .flatten();
    if let Some(number) = apart {
        return Some(Number { to, ..number });
    }
    let mut number = written(view.lower(at), at, money(at + 1))?;
    if let (true, Some(part)) = (
        is_bare(view.lower(at), 1..=3),
        written_fraction(view.lower(at + 1)),
    ) {
        number.value += part;
        number.to += 1;
    }
    Some(number)
}

/// "half a", "a quarter of a", "three quarters", "one third": what a scale or a unit may follow.
fn leading_part(view: View<'_>, at: usize) -> Option<(Decimal, usize)> {
    let (value, to) = part(view, at)?;
    let of = usize::from(view.lower(to) == "of");
    let article = view.any(to + of, &["a", "an"]);
    if article {
        return Some((value, to + of + 1));
    }
    let scaled = matches!(
        number_word(view.lower(to)),
        Some((Class::Scale | Class::Dozen, _))
    );
    let counted = to > at + 1 && !view.any(to, &["past", "to", "after"]);
    (scaled || counted).then_some((value, to))
}

/// A part of one: "half", "a quarter", "three quarters".
fn part(view: View<'_>, at: usize) -> Option<(Decimal, usize)> {
    let lower = view.lower(at);
    let (count, word) = match number_word(lower) {
        Some((Class::Small, count)) if count > 0 => (count, at + 1),
        _ if matches!(lower, "a" | "an") => (1, at + 1),
        _ => (1, at),
    };
    let (parts, many) = fraction(view.lower(word))?;
    let ordinal = word == at && ordinal_value(view.lower(word)).is_some();
    let article = lower == "a" && ordinal_value(view.lower(word)).is_some();
    if many != (count > 1) || ordinal || article && !view.any(word + 1, &["of"]) {
        return None;
    }
    let value = Decimal::from(count).checked_div(Decimal::from(parts))?;
    Some((value, word + 1))
}

/// The figure that a word is: "five", "oh".
fn digit_word(lower: &str) -> Option<char> {
    let (class, value) = number_word(lower)?;
    let digit = matches!(class, Class::Small | Class::Zero) && value < 10;
    char::from_digit(u32::try_from(value).ok()?, 10).filter(|_| digit)
}

/// The figures behind "point", and how many words they take.
fn decimals_at(view: View<'_>, at: usize) -> (String, usize) {
    if let Some(whole) = cardinal(view, at).filter(|c| (10..100).contains(&c.value)) {
        return (whole.value.to_string(), whole.to - at);
    }
    if is_bare(view.lower(at), 1..=8) {
        return (view.lower(at).to_owned(), 1);
    }
    let digit = |at: usize| digit_word(view.lower(at));
    let figures: String = (at..at + 8).map_while(digit).collect();
    let count = figures.len();
    (figures, count)
}

impl Parse<'_> {
    fn next(&self) -> &str {
        self.view.lower(self.number.to)
    }

    fn decimals(&mut self) {
        if self.next() != "point" || self.number.value.fract() != Decimal::ZERO {
            return;
        }
        let (figures, count) = decimals_at(self.view, self.number.to + 1);
        let value = format!("{}.{figures}", self.number.value.normalize()).parse();
        if let (false, Ok(value)) = (figures.is_empty(), value) {
            self.number.value = value;
            self.number.to += 1 + count;
            self.close();
        }
    }

    /// No second group of figures follows, but a scale may.
    fn close(&mut self) {
        (self.low, self.open) = (0, true);
        self.number.other = None;
    }

    /// "Two and a half", "a million and a half".
    fn and_part(&mut self) {
        let whole = self.number.value.fract() == Decimal::ZERO && self.number.value >= Decimal::ONE;
        if self.next() != "and" || !whole {
            return;
        }
        let Some((part, to)) = part(self.view, self.number.to + 1) else {
            return;
        };
        let sum = part
            .checked_mul(self.scale)
            .and_then(|part| self.number.value.checked_add(part));
        if let Some(value) = sum {
            (self.number.value, self.number.to) = (value, to);
            self.close();
        }
    }

    /// "3 million", "1.2 billion", "two and a half thousand", "half a grand", "2 dozen".
    fn scaled(&mut self) {
        while self.open {
            let next = self.next();
            let unit = next.len() == 1 && self.view.capital(self.number.to);
            let factor = match number_word(next) {
                Some((Class::Hundred | Class::Scale | Class::Dozen, factor)) if !unit => factor,
                _ => return,
            };
            let factor = Decimal::from(factor);
            let Some(value) = self.number.value.checked_mul(factor) else {
                return;
            };
            self.number.other = self
                .number
                .other
                .and_then(|other| other.checked_mul(factor));
            (self.number.value, self.scale, self.low) = (value, factor, 0);
            self.number.to += 1;
        }
    }

    /// "Twelve fifty", "one oh five", "two fifty thousand": two groups whose sum has two readings.
    fn second_group(&mut self, groups: Groups) {
        let plain =
            self.number.currency.is_none() && !self.number.percent && self.number.unit.is_none();
        if self.low == 0 || !plain {
            return;
        }
        let Some(second) = self.group_at(self.number.to) else {
            return;
        };
        let hundreds = self.hundreds(second.value);
        let cents = self.number.value + Decimal::new(second.value, 2);
        let readings = match (self.behind(second.to), hundreds) {
            (Behind::Scale(factor), Some(hundreds)) => {
                (hundreds.checked_mul(factor), None, second.to + 1)
            }
            (Behind::Percent, Some(hundreds)) => (Some(hundreds), None, second.to),
            (Behind::Number | Behind::Noun | Behind::Scale(_) | Behind::Percent, _) => return,
            (Behind::End, None) if groups == Groups::Apart => return,
            (Behind::Currency, _) | (Behind::End, None) => (Some(cents), hundreds, second.to),
            (Behind::End, Some(_)) if second.zero => (hundreds, Some(cents), second.to),
            (Behind::End, Some(_)) if groups == Groups::Joined => {
                (Some(cents), hundreds, second.to)
            }
            (Behind::End, Some(_)) => return,
        };
        if let (Some(value), other, to) = readings {
            (self.number.value, self.number.other, self.number.to) = (value, other, to);
            self.low = 0;
        }
    }

    fn hundreds(&self, second: i64) -> Option<Decimal> {
        let low = self.low.checked_mul(99).filter(|_| self.low < 100)?;
        self.number.value.checked_add(Decimal::from(low + second))
    }

    /// A group of two figures: "fifty", "oh five", "50".
    fn group_at(&self, at: usize) -> Option<Group> {
        let lower = self.view.lower(at);
        if !self.number.spoken {
            let value = is_bare(lower, 2..=2)
                .then(|| lower.parse().ok())
                .flatten()?;
            return (value > 0).then_some(Group {
                value,
                to: at + 1,
                zero: value < 10,
            });
        }
        let zero = is_zero(lower);
        let (value, to) = below_hundred(self.view, at + usize::from(zero))?;
        let fits = if zero { 1..10 } else { 10..100 };
        fits.contains(&value).then_some(Group { value, to, zero })
    }

    /// What stands behind the second group.
    fn behind(&self, at: usize) -> Behind {
        let lower = self.view.lower(at);
        match number_word(lower) {
            Some((Class::Scale, factor)) if lower.len() > 1 => return Behind::Scale(factor.into()),
            Some((Class::Misheard | Class::Repeat, _)) | None => {}
            Some(_) => return Behind::Number,
        }
        if naming(self.words, at).is_some_and(|_| !lower.is_empty()) {
            Behind::Currency
        } else if of_hundredth(lower).is_some() || percent(self.view, at) > 0 {
            Behind::Percent
        } else if lower.is_empty() || is_closed(lower) {
            Behind::End
        } else if lower.bytes().any(|b| b.is_ascii_digit()) {
            Behind::Number
        } else {
            Behind::Noun
        }
    }

    fn unit(&mut self) {
        let to = self.number.to;
        let percent = percent(self.view, to);
        if percent > 0 {
            self.number.percent = true;
            self.number.to += percent;
        } else if let Some(code) =
            of_hundredth(self.next()).filter(|_| self.number.currency.is_none())
        {
            self.number.value = self
                .number
                .value
                .checked_div(Decimal::ONE_HUNDRED)
                .unwrap_or_default();
            self.number.other = None;
            (self.number.currency, self.number.naming) = (Some(code), Naming::Hundredth);
            self.number.to += 1;
        } else if !self.next().is_empty()
            && let Some((code, len, naming)) = naming(self.words, to)
        {
            (self.number.currency, self.number.naming) = (Some(code), naming);
            self.number.to += len;
        }
    }

    /// "Twenty dollars and fifty cents", "a dollar fifty", "twelve and fifty cents".
    fn hundredths(&mut self) {
        let whole = self.number.other.unwrap_or(self.number.value);
        if self.number.percent || whole.fract() != Decimal::ZERO || self.number.unit.is_some() {
            return;
        }
        let joined = self.next() == "and";
        let Some((part, to, zero)) = self.part_at(self.number.to + usize::from(joined)) else {
            return;
        };
        let word = self.view.lower(to);
        let named = match self.number.currency {
            Some(code) => hundredth_of(code, word).then_some(code),
            None if joined => of_hundredth(word),
            None => None,
        };
        let to = match named {
            Some(_) => to + 1,
            None if !joined && self.ends_sum(part, to, zero) => to,
            None => return,
        };
        if let Some(value) = whole.checked_add(Decimal::new(part, 2)) {
            if self.number.currency.is_none() {
                (self.number.currency, self.number.naming) = (named, Naming::Hundredth);
            }
            (self.number.value, self.number.other, self.number.to) = (value, None, to);
        }
    }

    /// Whether a bare number behind a currency's name can be nothing but its hundredths: "a dollar fifty to Bob".
    fn ends_sum(&self, part: i64, to: usize, zero: bool) -> bool {
        let word = self.view.lower(self.number.to - 1);
        let named = currency_word(word).is_some() && word.chars().all(char::is_alphabetic);
        let after = self.view.lower(to);
        named && (part >= 10 || zero) && (after.is_empty() || is_closed(after))
    }

    /// A number of hundredths, and whether a zero was said before it.
    fn part_at(&self, at: usize) -> Option<(i64, usize, bool)> {
        let lower = self.view.lower(at);
        if is_bare(lower, 1..=2) {
            return Some((lower.parse().ok()?, at + 1, lower.starts_with('0')));
        }
        let zero = is_zero(lower) && cardinal(self.view, at + 1).is_some();
        let part = cardinal(self.view, at + usize::from(zero))?;
        (1..100)
            .contains(&part.value)
            .then_some((part.value, part.to, zero))
    }

    /// "Five below zero", "five degrees below zero".
    fn below_zero(&mut self) -> bool {
        let degrees = usize::from(self.view.any(self.number.to, &["degree", "degrees"]));
        let at = self.number.to + degrees;
        let below = self.view.lower(at) == "below" && is_zero(self.view.lower(at + 1));
        if below {
            self.number.to = at + 2;
        }
        below
    }
}

/// "five", "fifty", "fifty five": no more than two figures.
fn below_hundred(view: View<'_>, at: usize) -> Option<(i64, usize)> {
    match number_word(view.lower(at))? {
        (Class::Small, value) => Some((value, at + 1)),
        (Class::Ten, ten) => match number_word(view.lower(at + 1)) {
            Some((Class::Small, unit)) if (1..10).contains(&unit) => Some((ten + unit, at + 2)),
            _ => Some((ten, at + 1)),
        },
        _ => None,
    }
}

struct Group {
    value: i64,
    to: usize,
    zero: bool,
}

enum Behind {
    Scale(Decimal),
    Percent,
    Currency,
    Number,
    Noun,
    /// The clause's end, or a word that begins something else.
    End,
}

/// How many words say "percent" there.
fn percent(view: View<'_>, at: usize) -> usize {
    match view.lower(at) {
        "percent" | "%" => 1,
        "per" if view.lower(at + 1) == "cent" => 2,
        _ => 0,
    }
}

/// A spoken number from 0 to 90 in one word.
#[must_use]
pub fn small(lower: &str) -> Option<i64> {
    match number_word(lower) {
        Some((Class::Small | Class::Ten, value)) => Some(value),
        _ => None,
    }
}

/// The place in an order that words name, and the word behind it: "21st", "third", "twenty first".
#[must_use]
pub fn ordinal_at(words: &[Word], at: usize) -> Option<(i64, usize)> {
    let view = View::new(words, at);
    let lower = view.lower(at);
    let one_word = ordinal_figures(lower).or_else(|| ordinal_value(lower));
    if let Some(value) = one_word {
        return Some((value, at + 1));
    }
    let (Class::Ten, ten) = number_word(lower)? else {
        return None;
    };
    let unit = ordinal_value(view.lower(at + 1)).filter(|unit| (1..10).contains(unit))?;
    Some((ten + unit, at + 2))
}

/// "21st".
fn ordinal_figures(lower: &str) -> Option<i64> {
    let digits = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let ending = ["st", "nd", "rd", "th"].contains(&&lower[digits.len()..]);
    digits.parse().ok().filter(|_| ending)
}

#[cfg(test)]
mod tests;
