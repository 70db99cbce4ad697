//! Numbers as English words. Which kind of number it is (an amount, a year, an id) is the caller's decision.

use crate::lexicon::{Class, ordinal_of, word_of};

fn small(number: u64) -> &'static str {
    let value = i64::try_from(number % 20).unwrap_or_default();
    word_of(Class::Small, value).unwrap_or_default()
}

/// The word for a thousand to the power of `groups`.
fn scale(groups: usize) -> &'static str {
    let power = u32::try_from(groups)
        .ok()
        .and_then(|groups| 1_000_i64.checked_pow(groups));
    power
        .filter(|power| *power > 1)
        .and_then(|power| word_of(Class::Scale, power))
        .unwrap_or_default()
}

/// 1250 as "one thousand two hundred fifty".
#[must_use]
pub fn cardinal(number: u64) -> String {
    if number == 0 {
        return small(0).to_owned();
    }
    let mut groups = Vec::new();
    let mut rest = number;
    while rest > 0 {
        groups.push(rest % 1_000);
        rest /= 1_000;
    }
    let words: Vec<String> = groups
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, group)| **group > 0)
        .map(|(power, group)| format!("{} {}", below_thousand(*group), scale(power)))
        .collect();
    words
        .iter()
        .map(|word| word.trim_end())
        .collect::<Vec<_>>()
        .join(" ")
}

/// 21 as "twenty first".
#[must_use]
pub fn ordinal(number: u64) -> String {
    let words = cardinal(number);
    let (head, last) = words
        .rsplit_once(' ')
        .map_or(("", words.as_str()), |(head, last)| (head, last));
    let last = crate::lexicon::number_word(last)
        .and_then(|(_, value)| ordinal_of(value))
        .map_or_else(|| format!("{last}th"), str::to_owned);
    if head.is_empty() {
        last
    } else {
        format!("{head} {last}")
    }
}

/// 1999 as "nineteen ninety nine", 2005 as "two thousand five".
#[must_use]
pub fn year(number: u64) -> String {
    let (century, rest) = (number / 100, number % 100);
    let round = century.is_multiple_of(10) && rest < 10;
    if round || !(10..100).contains(&century) {
        return cardinal(number);
    }
    match rest {
        0 => format!("{} hundred", cardinal(century)),
        1..=9 => format!("{} oh {}", cardinal(century), cardinal(rest)),
        _ => format!("{} {}", cardinal(century), cardinal(rest)),
    }
}

/// Each digit by itself; everything else is left out.
#[must_use]
pub fn digits(text: &str) -> String {
    let words: Vec<&str> = text
        .bytes()
        .filter(u8::is_ascii_digit)
        .map(|digit| small(u64::from(digit - b'0')))
        .collect();
    words.join(" ")
}

/// Digits with commas, a sign or a point: "1,250.5" as "one thousand two hundred fifty point five".
///
/// What is too long to be an amount, or begins with a zero, is read digit by digit.
#[must_use]
pub fn decimal(text: &str) -> String {
    let (sign, text) = match text.strip_prefix(['-', '−']) {
        Some(rest) => ("minus ", rest),
        None => ("", text),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    let spoken = whole_number(&whole);
    if fraction.is_empty() {
        format!("{sign}{spoken}")
    } else {
        format!("{sign}{spoken} point {}", digits(fraction))
    }
}

/// Figures as a number, or one by one where they are too many or begin with a zero.
fn whole_number(figures: &str) -> String {
    let led = figures.len() > 1 && figures.starts_with('0');
    let number = figures
        .parse::<u64>()
        .ok()
        .filter(|_| !led && figures.len() <= 15);
    match number {
        Some(number) => cardinal(number),
        None if figures.is_empty() => small(0).to_owned(),
        None => digits(figures),
    }
}

fn below_thousand(number: u64) -> String {
    let mut words = Vec::new();
    if number >= 100 {
        words.push(small(number / 100));
        words.push("hundred");
    }
    let rest = number % 100;
    if rest >= 20 {
        let ten = i64::try_from(rest - rest % 10).unwrap_or_default();
        words.push(word_of(Class::Ten, ten).unwrap_or_default());
        if !rest.is_multiple_of(10) {
            words.push(small(rest % 10));
        }
    } else if rest > 0 {
        words.push(small(rest));
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_years_are_spelled_in_words() {
        let check = |said: String, expected: &str| assert_eq!(said, expected);
        check(cardinal(0), "zero");
        check(cardinal(21), "twenty one");
        check(cardinal(110), "one hundred ten");
        check(cardinal(1_250), "one thousand two hundred fifty");
        check(cardinal(1_000_001), "one million one");
        check(
            cardinal(u64::MAX)
                .split(' ')
                .next()
                .unwrap_or("")
                .to_owned(),
            "eighteen",
        );
        check(ordinal(1), "first");
        check(ordinal(12), "twelfth");
        check(ordinal(20), "twentieth");
        check(ordinal(23), "twenty third");
        check(ordinal(100), "one hundredth");
        check(year(1999), "nineteen ninety nine");
        check(year(1905), "nineteen oh five");
        check(year(1900), "nineteen hundred");
        check(year(2000), "two thousand");
        check(year(2005), "two thousand five");
        check(year(2026), "twenty twenty six");
        check(digits("10-01"), "one zero zero one");
        check(
            decimal("1,250.5"),
            "one thousand two hundred fifty point five",
        );
        check(decimal("-40"), "minus forty");
        check(decimal(".75"), "zero point seven five");
        check(decimal("007"), "zero zero seven");
    }
}
