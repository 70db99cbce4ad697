//! Sums of money, amounts and percentages as they are written: "$1,250.50", "50 €", "€1.234,56", "$3.5bn", "$5/month", "-40".

use rust_decimal::Decimal;

use super::token::{Cursor, Kind};
use crate::currency::{Currency, by_code, of_sign};
use crate::figures::{factor, normal};
use crate::lexicon::{Class, number_word, word_of};
use crate::money;
use crate::speak::decimal;

/// "3.5M", "1.2bn", "5k": figures with what multiplies them right behind.
pub(super) fn scaled(mut at: Cursor<'_>) -> Option<(String, Cursor<'_>)> {
    let minus = minus(&mut at);
    let begins = at.begins();
    let (written, mut at) = amount(at, false).filter(|_| begins)?;
    let suffix = at
        .word_if(|word| matches!(word, "k" | "M" | "mn" | "bn" | "tn"))
        .filter(|_| at.ends())?;
    let scale = word_of(Class::Scale, factor(&suffix.to_lowercase(), true)?)?;
    Some((format!("{minus}{} {scale}", decimal(&written)), at))
}

/// The signs of currencies, as the speaker keeps them.
pub(super) const SIGNS: &str = "$€£¥₹₩₿₽₺₪฿";

/// An amount has no more groups of figures than this; the bound keeps reading linear.
const GROUPS: usize = 8;

/// An amount in figures, without marks between thousands: "1250.50".
pub(super) fn amount<'a>(mut at: Cursor<'a>, money: bool) -> Option<(String, Cursor<'a>)> {
    if at.text() == "." {
        return bare_decimals(at);
    }
    let first = at.digits(1..=40)?;
    let mut written = first.to_owned();
    let mut best = Some((written.clone(), at));
    for _ in 0..GROUPS {
        let (Some(mark), Some(digits)) = (at.sign(",."), at.digits(1..=20)) else {
            break;
        };
        written = format!("{written}{mark}{digits}");
        best = normal(&written, money).map(|normal| (normal, at)).or(best);
    }
    best
}

/// ".75"
fn bare_decimals<'a>(mut at: Cursor<'a>) -> Option<(String, Cursor<'a>)> {
    let begins = at.begins();
    at.sign(".").filter(|_| begins)?;
    let digits = at.digits(1..=20)?;
    Some((format!(".{digits}"), at))
}

/// An amount whose thousands stand apart by spaces: "1 250,50". Only sums of money are written like that.
fn amount_apart<'a>(mut at: Cursor<'a>) -> Option<(String, Cursor<'a>)> {
    let mut written = at.digits(1..=3)?.to_owned();
    let mut groups = 0;
    while let Some(group) = at.spaced(|at| at.digits(3..=3)).filter(|_| groups < 6) {
        written.push_str(group);
        groups += 1;
    }
    let mut behind = at;
    if let (Some(_), Some(cents)) = (behind.sign(",."), behind.digits(1..=2)) {
        written = format!("{written}.{cents}");
        at = behind;
    }
    (groups > 0 && at.ends()).then_some((written, at))
}

/// What multiplies a sum: "k" and "bn" right behind it, "million" behind a space as well.
fn scale(at: &mut Cursor<'_>) -> Option<&'static str> {
    let mut next = *at;
    let spaced = next.space();
    let word = next.word()?;
    let lower = word.to_lowercase();
    let short = factor(&lower, true).filter(|_| !spaced || lower.len() > 2);
    let long = number_word(&lower).filter(|(class, _)| *class == Class::Scale && lower.len() > 3);
    let said = word_of(Class::Scale, short.or(long.map(|(_, factor)| factor))?)?;
    next.ends().then(|| {
        *at = next;
        said
    })
}

/// The currency that stands there, by its code, its name, or (`sign`) its sign.
fn named(at: &mut Cursor<'_>) -> Option<&'static Currency> {
    let code = |word: &str| {
        let shouted = word.len() == 3 && word.bytes().all(|b| b.is_ascii_uppercase());
        by_code(word).filter(|_| shouted)
    };
    let by_name = |word: &str| {
        let known = crate::currency::currency_word(word).and_then(by_code);
        known.filter(|known| known.one == word || known.many == word)
    };
    let mut next = *at;
    let word = next.word()?;
    let found = code(word)
        .or_else(|| by_name(word))
        .filter(|_| next.ends())?;
    *at = next;
    Some(found)
}

/// The letters of a country before a dollar sign, and those of the currency's own sign.
const LANDS: [(&str, &str); 9] = [
    ("US", ""),
    ("C", "C"),
    ("CA", "C"),
    ("A", "A"),
    ("AU", "A"),
    ("NZ", "NZ"),
    ("HK", "HK"),
    ("S", "S"),
    ("R", "R"),
];

fn signed(at: &mut Cursor<'_>) -> Option<&'static Currency> {
    let mut next = *at;
    let land = next.word_if(|word| LANDS.iter().any(|(land, _)| *land == word));
    let sign = next.sign(SIGNS)?;
    let own = LANDS.iter().find(|(name, _)| Some(*name) == land);
    let own = own.and_then(|(_, letters)| of_sign(&format!("{letters}{sign}")));
    let (code, _) = own.or_else(|| of_sign(sign))?;
    *at = next;
    by_code(code)
}

/// A sum of money with its sign or name before or behind it.
pub(super) fn sum<'a>(mut at: Cursor<'a>) -> Option<(String, Cursor<'a>)> {
    if !at.begins() {
        return None;
    }
    let (negative, currency) = before(&mut at);
    at.space();
    let (written, mut at) = figures(at, currency.is_some())?;
    if currency.is_none() && at.spaced(|at| at.sign("¢")).is_some() {
        return cents(&written, negative).map(|said| (said, at));
    }
    let scale = scale(&mut at);
    let behind = at.spaced(|at| named(at).or_else(|| signed(at)));
    let said = said(currency.or(behind)?, &written, scale, negative);
    let per = per(&mut at).map(|unit| format!(" per {unit}"));
    Some((said + &per.unwrap_or_default(), at))
}

/// The figures of a sum; thousands stand apart only beside a currency.
fn figures<'a>(at: Cursor<'a>, named: bool) -> Option<(String, Cursor<'a>)> {
    let apart = amount_apart(at).filter(|(_, end)| named || is_currency_next(*end));
    apart.or_else(|| amount(at, true))
}

/// What stands before the figures: a dash, and the currency.
fn before(at: &mut Cursor<'_>) -> (bool, Option<&'static Currency>) {
    let dash = at.stands_free() && at.sign("-").is_some();
    let currency = signed(at).or_else(|| named(at).filter(|_| at.space()));
    (at.sign("-").is_some() || dash, currency)
}

/// "50¢".
fn cents(written: &str, negative: bool) -> Option<String> {
    let value = written
        .parse::<Decimal>()
        .ok()?
        .checked_div(Decimal::ONE_HUNDRED)?;
    Some(money::say(if negative { -value } else { value }, "USD"))
}

fn is_currency_next(mut at: Cursor<'_>) -> bool {
    at.spaced(|at| named(at).or_else(|| signed(at))).is_some()
}

/// "/month" behind a sum.
fn per<'a>(at: &mut Cursor<'a>) -> Option<&'a str> {
    let mut next = *at;
    next.sign("/")?;
    let unit = next.word_if(|word| word.len() > 1)?;
    *at = next;
    Some(crate::unit::named(&unit.to_lowercase()).map_or(unit, |known| known.one))
}

fn said(currency: &Currency, written: &str, scale: Option<&str>, negative: bool) -> String {
    let minus = if negative { "minus " } else { "" };
    if let Some(scale) = scale {
        return format!("{minus}{} {scale} {}", decimal(written), currency.many);
    }
    let places = written
        .split_once('.')
        .map_or(0, |(_, decimals)| decimals.len());
    match written.parse::<Decimal>() {
        Ok(value) if places <= 2 && written.len() <= 15 => {
            format!("{minus}{}", money::say(value, currency.code))
        }
        _ => format!("{minus}{} {}", decimal(written), currency.many),
    }
}

/// "minus" where a dash stands before a figure and behind nothing.
pub(super) fn minus<'a>(at: &mut Cursor<'a>) -> &'static str {
    let mut next = *at;
    let dash = at.stands_free() && next.sign("-").is_some();
    let figure = next
        .peek()
        .is_some_and(|token| token.kind == Kind::Digits || token.text == ".");
    if !(dash && figure) {
        return "";
    }
    *at = next;
    "minus "
}

/// "3.5%", "50 %".
pub(super) fn percent<'a>(mut at: Cursor<'a>) -> Option<(String, Cursor<'a>)> {
    let minus = minus(&mut at);
    let (written, mut at) = amount(at, false)?;
    at.spaced(|at| at.sign("%"))?;
    Some((format!("{minus}{} percent", decimal(&written)), at))
}

/// A plain number; its figures are given too.
pub(super) fn number<'a>(mut at: Cursor<'a>) -> Option<(String, String, Cursor<'a>)> {
    let minus = minus(&mut at);
    let (written, at) = amount(at, false)?;
    Some((format!("{minus}{}", decimal(&written)), written, at))
}
