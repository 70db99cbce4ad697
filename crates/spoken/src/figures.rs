//! Numbers in figures, in one written word: "1,250.50", "1.250,50", "$5k", "-3", "20%", "5kg", "1/2", "2½".
//!
//! Which mark stands between thousands and which before the decimals is read from their places. Where both are possible
//! ("1.250"), the number has two readings.

use rust_decimal::Decimal;

use crate::currency::{of_sign, sign_before};
use crate::lexicon::fraction;
use crate::reading::{Naming, Number};

/// Longest run of figures that is an amount and no id.
const LONGEST: usize = 24;

/// The number that a word is. `money`: a currency follows, so a comma may stand before the decimals.
pub(crate) fn written(lower: &str, at: usize, money: bool) -> Option<Number> {
    let (negative, body) = sign(lower);
    let signed = sign_before(body);
    let body = signed.map_or(body, |(.., rest)| rest);
    let (minus, body) = sign(body);
    let len = body
        .find(|c: char| !(c.is_ascii_digit() || c == ',' || c == '.'))
        .unwrap_or(body.len());
    let (digits, tail) = body.split_at(len);
    let (tail, part) = part_of(digits, tail)?;
    let suffix = suffix(tail, signed.is_some())?;
    let money = money || signed.is_some() || suffix.currency.is_some();
    let (whole, other) = worth(digits, money)?;
    let negative = negative || minus;
    let scaled = |value: Decimal| {
        let value = value
            .checked_add(part)?
            .checked_mul(Decimal::from(suffix.factor))?;
        Some(if negative { -value } else { value })
    };
    let mut number = Number::plain(scaled(whole)?, at, at + 1);
    number.other = other.and_then(scaled);
    let named = signed
        .map(|(code, naming, _)| (code, naming))
        .or(suffix.currency);
    (number.currency, number.naming) = (named.map(|(code, _)| code), named.unwrap_or_default().1);
    number.percent = suffix.percent;
    number.unit = suffix.unit;
    Some(number)
}

/// The worth of figures; of none before "½", nothing.
fn worth(digits: &str, money: bool) -> Option<(Decimal, Option<Decimal>)> {
    if digits.is_empty() {
        Some((Decimal::ZERO, None))
    } else {
        figures(digits, money)
    }
}

fn sign(body: &str) -> (bool, &str) {
    match body.strip_prefix(['-', '−', '–']) {
        Some(rest) => (true, rest),
        None => (false, body.strip_prefix('+').unwrap_or(body)),
    }
}

/// The part of one that is written behind the figures, as "½" of "2½" or "/2" of "1/2", and what is left of the word.
fn part_of<'a>(digits: &str, tail: &'a str) -> Option<(&'a str, Decimal)> {
    const SIGNS: [(char, i64, u32); 4] = [('½', 5, 1), ('¼', 25, 2), ('¾', 75, 2), ('⅛', 125, 3)];
    for (sign, digits, places) in SIGNS {
        if let Some(rest) = tail.strip_prefix(sign) {
            return Some((rest, Decimal::new(digits, places)));
        }
    }
    (!digits.is_empty()).then_some((tail, Decimal::ZERO))
}

/// "1/2", "3/4": a part of one.
pub(crate) fn written_fraction(lower: &str) -> Option<Decimal> {
    let (above, below) = lower.split_once('/')?;
    let (above, below): (i64, i64) = (above.parse().ok()?, below.parse().ok()?);
    let known = [2, 3, 4, 5, 6, 8, 10].contains(&below);
    (known && (1..below).contains(&above))
        .then(|| Decimal::from(above).checked_div(Decimal::from(below)))?
}

/// The worth of figures with their marks, and the other worth where they have two.
fn figures(digits: &str, money: bool) -> Option<(Decimal, Option<Decimal>)> {
    let trimmed = digits.trim_end_matches(['.', ',']);
    if trimmed.len() > LONGEST {
        return None;
    }
    let value = normal(trimmed, money)?.parse().ok()?;
    // One dot before exactly three figures may stand between thousands as well.
    let other = grouped(trimmed, '.', None).filter(|_| is_ambiguous(trimmed));
    Some((value, other.and_then(|other| other.parse().ok())))
}

fn is_ambiguous(figures: &str) -> bool {
    !figures.starts_with('0') && !figures.contains(',') && figures.matches('.').count() == 1
}

/// Figures without marks between thousands and with a dot before the decimals.
pub(crate) fn normal(text: &str, money: bool) -> Option<String> {
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    match (text.matches(',').count(), text.matches('.').count()) {
        (0, 0 | 1) => Some(text.to_owned()),
        (0, _) if money => grouped(text, '.', None),
        (0, _) => None,
        (1, 0) if money && decimals_behind(text, ',') => Some(text.replace(',', ".")),
        (_, 0) => grouped(text, ',', None),
        _ if text.rfind(',') > text.rfind('.') => grouped(text, '.', Some(',')),
        _ => grouped(text, ',', Some('.')),
    }
}

fn decimals_behind(text: &str, mark: char) -> bool {
    let decimals = text.split(mark).next_back();
    decimals.is_some_and(|part| (1..=2).contains(&part.len()))
}

/// Groups of three (or of two before the last, as in India) with a mark between them, then decimals behind another mark.
fn grouped(text: &str, between: char, before_decimals: Option<char>) -> Option<String> {
    let (whole, decimals) = match before_decimals {
        Some(mark) => text.split_once(mark)?,
        None => (text, ""),
    };
    let groups: Vec<&str> = whole.split(between).collect();
    let plain_decimals = decimals.bytes().all(|b| b.is_ascii_digit());
    if groups.len() > 1 && !fit(&groups) || !plain_decimals {
        return None;
    }
    let joined = groups.concat();
    Some(
        format!("{joined}.{decimals}")
            .trim_end_matches('.')
            .to_owned(),
    )
}

fn fit(groups: &[&str]) -> bool {
    let [first, middle @ .., last] = groups else {
        return false;
    };
    let sized = |len: usize| middle.iter().all(|group| group.len() == len);
    (1..=3).contains(&first.len()) && last.len() == 3 && (sized(3) || sized(2) && first.len() < 3)
}

/// What follows the figures in the same word.
#[derive(Default)]
struct Suffix {
    currency: Option<(&'static str, Naming)>,
    percent: bool,
    factor: i64,
    unit: Option<String>,
}

/// `None`: this is no number but a code such as `4b-7x`, or an ordinal.
fn suffix(tail: &str, money: bool) -> Option<Suffix> {
    let none = Suffix {
        factor: 1,
        ..Suffix::default()
    };
    if let Some(factor) = factor(tail, money) {
        return Some(Suffix { factor, ..none });
    }
    if let Some(currency) = of_sign(tail) {
        return Some(Suffix {
            currency: Some(currency),
            ..none
        });
    }
    match tail {
        "" => Some(none),
        "%" => Some(Suffix {
            percent: true,
            ..none
        }),
        "st" | "nd" | "rd" | "th" => None,
        _ => attached_unit(tail).map(|unit| Suffix {
            unit: Some(unit),
            ..none
        }),
    }
}

/// What a suffix multiplies with: "k" always; "K", "m" and "b" only sums of money, else they are units.
pub(crate) fn factor(tail: &str, money: bool) -> Option<i64> {
    const ALWAYS: [(&str, i64); 4] = [
        ("k", 1_000),
        ("million", 1_000_000),
        ("bn", 1_000_000_000),
        ("tn", 1_000_000_000_000),
    ];
    const MONEY: [(&str, i64); 4] = [
        ("K", 1_000),
        ("m", 1_000_000),
        ("mn", 1_000_000),
        ("b", 1_000_000_000),
    ];
    let money: &[(&str, i64)] = if money { &MONEY } else { &[] };
    let mut known = ALWAYS.iter().chain(money);
    known
        .find(|(name, _)| *name == tail)
        .map(|(_, factor)| *factor)
}

fn attached_unit(tail: &str) -> Option<String> {
    let letters = tail.chars().filter(|c| c.is_alphabetic()).count();
    let digits = tail.chars().filter(char::is_ascii_digit).count();
    let first = tail.chars().next()?;
    let fits = (first.is_alphabetic() || "°-".contains(first))
        && letters <= 8
        && digits <= 1
        && letters > digits;
    fits.then(|| tail.trim_start_matches(['-', '°']).to_owned())
}

/// Whether a word is figures and nothing else, as many as `count` says.
pub(crate) fn is_bare(lower: &str, count: std::ops::RangeInclusive<usize>) -> bool {
    count.contains(&lower.len()) && lower.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a word goes on with a number whose thousands stand apart: "250", "250.50", "000€".
pub(crate) fn goes_on(lower: &str) -> bool {
    let len = lower.bytes().take_while(u8::is_ascii_digit).count();
    let tail = lower.get(len..).unwrap_or_default();
    len == 3 && !tail.starts_with(char::is_alphabetic) && fraction(tail).is_none()
}
