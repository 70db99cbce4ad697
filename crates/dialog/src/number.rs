//! Numbers as they are spoken and written: "twenty five", "$1,200.50", "two hundred and fifty", "3.5 million", "5kg".
//!
//! Decides which words make a number and what it is worth. What a number is *for* is decided by `fill`.

use rust_decimal::Decimal;

use crate::words::Word;

/// A number in a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Number {
    pub(crate) value: Decimal,
    /// `USD`, `EUR`, `GBP` … where a currency was said.
    pub(crate) currency: Option<&'static str>,
    pub(crate) percent: bool,
    /// What was attached without a space, as `kg` in `5kg`.
    pub(crate) unit: Option<String>,
    /// Said in words, not digits.
    pub(crate) spoken: bool,
    /// Words from and to (exclusive).
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// All numbers of a text.
pub(crate) fn numbers(words: &[Word]) -> Vec<Number> {
    let mut out: Vec<Number> = Vec::new();
    let mut i = 0;
    while i < words.len() {
        match number_at(words, i) {
            Some(number) => {
                i = number.to;
                match out.last_mut() {
                    Some(last) if joins_as_money(last, &number, words) => join_money(last, &number),
                    _ => out.push(number),
                }
            }
            None => i += 1,
        }
    }
    out
}

/// The number that begins at a word.
pub(crate) fn number_at(words: &[Word], at: usize) -> Option<Number> {
    words.get(at)?;
    let mut number = written(words, at).or_else(|| spoken(words, at))?;
    scale(words, &mut number);
    unit(words, &mut number);
    cents(words, &mut number);
    Some(number)
}

fn written(words: &[Word], at: usize) -> Option<Number> {
    let lower = words[at].lower.as_str();
    let (negative, body) = match lower.strip_prefix('-') {
        Some(body) => (true, body),
        None => (false, lower.strip_prefix('+').unwrap_or(lower)),
    };
    let (currency, body) = currency_sign(body);
    let (negative, body) = match body.strip_prefix('-') {
        Some(body) => (true, body),
        None => (negative, body),
    };
    let len = body
        .find(|c: char| !(c.is_ascii_digit() || c == ',' || c == '.'))
        .unwrap_or(body.len());
    let (digits, tail) = body.split_at(len);
    let trimmed = digits.trim_end_matches(['.', ',']);
    if !trimmed.bytes().any(|b| b.is_ascii_digit()) || trimmed.len() > 24 {
        return None;
    }
    let groups_fit = !trimmed.contains(',')
        || trimmed.split('.').next().is_some_and(|whole| {
            whole.split(',').enumerate().all(|(i, group)| {
                group.len() == 3 || (i == 0 && !group.is_empty() && group.len() < 3)
            })
        });
    let plain = trimmed.replace(',', "");
    if !groups_fit || plain.matches('.').count() > 1 {
        return None;
    }
    let mut value: Decimal = plain.parse().ok()?;
    let tail = match tail {
        "K" if currency.is_some() => "k",
        "m" | "mn" if currency.is_some() => "million",
        "b" if currency.is_some() => "bn",
        other => other,
    };
    let (suffix_currency, percent, factor, unit) = suffix(tail)?;
    value = value.checked_mul(Decimal::from(factor))?;
    if negative {
        value = -value;
    }
    Some(Number {
        value,
        currency: currency.or(suffix_currency),
        percent,
        unit,
        spoken: false,
        from: at,
        to: at + 1,
    })
}

fn currency_sign(body: &str) -> (Option<&'static str>, &str) {
    for (sign, code) in [("$", "USD"), ("€", "EUR"), ("£", "GBP"), ("¥", "JPY")] {
        if let Some(rest) = body.strip_prefix(sign) {
            return (Some(code), rest);
        }
    }
    (None, body)
}

type Suffix = (Option<&'static str>, bool, i64, Option<String>);

/// What may follow the digits in the same word. `None`: this is no number but a code such as `4b-7x`.
fn suffix(tail: &str) -> Option<Suffix> {
    match tail {
        "" => Some((None, false, 1, None)),
        "%" => Some((None, true, 1, None)),
        "$" => Some((Some("USD"), false, 1, None)),
        "€" => Some((Some("EUR"), false, 1, None)),
        "£" => Some((Some("GBP"), false, 1, None)),
        "k" => Some((None, false, 1_000, None)),
        "million" => Some((None, false, 1_000_000, None)),
        "bn" => Some((None, false, 1_000_000_000, None)),
        "st" | "nd" | "rd" | "th" => None,
        _ => {
            let letters = tail.chars().filter(|c| c.is_alphabetic()).count();
            let digits = tail.chars().filter(char::is_ascii_digit).count();
            let first = tail.chars().next()?;
            let fits = (first.is_alphabetic() || "°-".contains(first))
                && letters <= 8
                && digits <= 1
                && letters > digits;
            fits.then(|| {
                (
                    None,
                    false,
                    1,
                    Some(tail.trim_start_matches(['-', '°']).to_owned()),
                )
            })
        }
    }
}

fn spoken(words: &[Word], at: usize) -> Option<Number> {
    let mut run = Run::default();
    let mut i = at;
    let negative = matches!(words[i].lower.as_str(), "minus" | "negative");
    if negative {
        i += 1;
    }
    if words
        .get(i)
        .is_some_and(|w| w.lower == "a" || w.lower == "an")
        && words
            .get(i + 1)
            .is_some_and(|w| matches!(w.lower.as_str(), "hundred" | "thousand" | "million"))
    {
        run.add(1);
        i += 1;
    }
    while let Some(word) = words.get(i) {
        if i > at && words[i - 1].ends_clause {
            break;
        }
        if word.lower == "and" {
            let follows = words.get(i + 1).and_then(|next| small(&next.lower));
            if run.after_scale && follows.is_some() {
                i += 1;
                continue;
            }
            break;
        }
        if !run.take(&word.lower) {
            break;
        }
        i += 1;
    }
    if !run.any {
        return None;
    }
    let mut value = Decimal::from(run.total.checked_add(run.part)?);
    if words.get(i).is_some_and(|w| w.lower == "point") {
        let digits: String = words[i + 1..]
            .iter()
            .map_while(|w| digit(&w.lower))
            .take(8)
            .collect();
        if !digits.is_empty() {
            value = format!("{value}.{digits}").parse().ok()?;
            i += 1 + digits.len();
        }
    } else if words.get(i).is_some_and(|w| w.lower == "and")
        && words.get(i + 1).is_some_and(|w| w.lower == "a")
        && words.get(i + 2).is_some_and(|w| w.lower == "half")
    {
        value = value.checked_add(Decimal::new(5, 1))?;
        i += 3;
    }
    Some(Number {
        value: if negative { -value } else { value },
        currency: None,
        percent: false,
        unit: None,
        spoken: true,
        from: at,
        to: i,
    })
}

/// The sum of a spoken number so far: "two hundred fifty" is 2, then 200, then 250.
#[derive(Default)]
struct Run {
    total: i64,
    part: i64,
    any: bool,
    /// Smallest place that is still free in `part`: a unit may follow a ten, a ten may follow a hundred.
    room: i64,
    after_scale: bool,
}

impl Run {
    fn add(&mut self, value: i64) {
        self.part += value;
        self.any = true;
    }

    fn take(&mut self, lower: &str) -> bool {
        if let Some(value) = small(lower) {
            let fits = !self.any
                || (self.room == 10 && (1..10).contains(&value))
                || (self.room >= 100 && value > 0);
            if !fits {
                return false;
            }
            self.add(value);
            self.room = if value >= 20 { 10 } else { 0 };
            self.after_scale = false;
            return true;
        }
        let scale = match lower {
            "hundred" if self.any && (1..100).contains(&self.part) => {
                self.part *= 100;
                self.room = 100;
                self.after_scale = true;
                return true;
            }
            "thousand" => 1_000,
            "million" => 1_000_000,
            "billion" => 1_000_000_000,
            _ => return false,
        };
        if !self.any || self.part == 0 || self.total % (scale * 1000) != 0 && self.total < scale {
            return false;
        }
        let Some(sum) = self
            .part
            .checked_mul(scale)
            .and_then(|p| self.total.checked_add(p))
        else {
            return false;
        };
        (self.total, self.part, self.room, self.after_scale) = (sum, 0, scale, true);
        true
    }
}

/// A spoken number from 0 to 90 in one word.
pub(crate) fn small(lower: &str) -> Option<i64> {
    const WORDS: [(&str, i64); 29] = [
        ("zero", 0),
        ("one", 1),
        ("two", 2),
        ("three", 3),
        ("four", 4),
        ("five", 5),
        ("six", 6),
        ("seven", 7),
        ("eight", 8),
        ("nine", 9),
        ("ten", 10),
        ("eleven", 11),
        ("twelve", 12),
        ("thirteen", 13),
        ("fourteen", 14),
        ("fifteen", 15),
        ("sixteen", 16),
        ("seventeen", 17),
        ("eighteen", 18),
        ("nineteen", 19),
        ("twenty", 20),
        ("thirty", 30),
        ("forty", 40),
        ("fourty", 40),
        ("fifty", 50),
        ("sixty", 60),
        ("seventy", 70),
        ("eighty", 80),
        ("ninety", 90),
    ];
    WORDS
        .iter()
        .find(|(word, _)| *word == lower)
        .map(|(_, value)| *value)
}

fn digit(lower: &str) -> Option<char> {
    match lower {
        "oh" | "o" => Some('0'),
        _ => match small(lower) {
            Some(value) if value < 10 => char::from_digit(u32::try_from(value).ok()?, 10),
            Some(_) => None,
            None => {
                let mut chars = lower.chars();
                chars
                    .next()
                    .filter(|c| c.is_ascii_digit() && chars.next().is_none())
            }
        },
    }
}

/// "3 million", "1.2 billion", "5 hundred".
fn scale(words: &[Word], number: &mut Number) {
    if number.spoken {
        return;
    }
    while let Some(word) = words.get(number.to) {
        let factor = match word.lower.as_str() {
            "hundred" => 100,
            "thousand" => 1_000,
            "million" => 1_000_000,
            "billion" => 1_000_000_000,
            "trillion" => 1_000_000_000_000_i64,
            _ => return,
        };
        let Some(value) = number.value.checked_mul(Decimal::from(factor)) else {
            return;
        };
        number.value = value;
        number.to += 1;
    }
}

fn unit(words: &[Word], number: &mut Number) {
    let lower = |at: usize| words.get(at).map(|word| word.lower.as_str());
    if words.get(number.to - 1).is_none_or(|word| word.ends_clause) {
        return;
    }
    if matches!(lower(number.to), Some("us" | "american"))
        && lower(number.to + 1).and_then(currency_word).is_some()
    {
        number.to += 1;
    }
    match lower(number.to) {
        Some("percent" | "%") => {
            number.percent = true;
            number.to += 1;
        }
        Some("per") if lower(number.to + 1) == Some("cent") => {
            number.percent = true;
            number.to += 2;
        }
        Some("cents" | "cent" | "pence") if number.currency.is_none() => {
            let code = if lower(number.to) == Some("pence") {
                "GBP"
            } else {
                "USD"
            };
            number.value = number
                .value
                .checked_div(Decimal::ONE_HUNDRED)
                .unwrap_or_default();
            number.currency = Some(code);
            number.to += 1;
        }
        Some(word) => {
            if let Some(code) = currency_word(word) {
                number.currency = Some(code);
                number.to += 1;
            }
        }
        None => {}
    }
}

/// The currency that words name, and how many words that takes: "Canadian dollars", "US dollars", "euros".
pub(crate) fn currency_words(words: &[Word], at: usize) -> Option<(&'static str, usize)> {
    let lower = |at: usize| words.get(at).map_or("", |word| word.lower.as_str());
    let dollars = matches!(lower(at + 1), "dollar" | "dollars");
    let code = match lower(at) {
        "us" | "american" if dollars => "USD",
        "canadian" if dollars => "CAD",
        "australian" if dollars => "AUD",
        "singapore" | "singaporean" if dollars => "SGD",
        "british" if lower(at + 1).starts_with("pound") => "GBP",
        "japanese" if lower(at + 1) == "yen" => "JPY",
        "swiss" if lower(at + 1).starts_with("franc") => "CHF",
        "indian" if lower(at + 1).starts_with("rupee") => "INR",
        "chinese" if lower(at + 1) == "yuan" => "CNY",
        _ => return currency_word(lower(at)).map(|code| (code, 1)),
    };
    Some((code, 2))
}

/// The currency that a word names.
pub(crate) fn currency_word(lower: &str) -> Option<&'static str> {
    Some(match lower {
        "dollar" | "dollars" | "buck" | "bucks" | "usd" | "$" => "USD",
        "euro" | "euros" | "eur" | "€" => "EUR",
        "pound" | "pounds" | "quid" | "gbp" | "sterling" | "£" => "GBP",
        "yen" | "jpy" => "JPY",
        "franc" | "francs" | "chf" => "CHF",
        "rupee" | "rupees" | "inr" => "INR",
        "yuan" | "cny" | "renminbi" => "CNY",
        "cad" => "CAD",
        "aud" => "AUD",
        "peso" | "pesos" | "mxn" => "MXN",
        "krw" => "KRW",
        _ => return None,
    })
}

/// "twenty dollars and fifty cents", "20 dollars 50".
fn cents(words: &[Word], number: &mut Number) {
    if number.currency.is_none()
        || number.value.fract() != Decimal::ZERO
        || number.to == number.from + 1 && number.spoken
    {
        return;
    }
    let said_in_words = words
        .get(number.to - 1)
        .is_some_and(|w| currency_word(&w.lower).is_some());
    let mut at = number.to;
    if words.get(at).is_some_and(|w| w.lower == "and") {
        at += 1;
    }
    if !said_in_words || at >= words.len() {
        return;
    }
    let Some(part) = written(words, at).or_else(|| spoken(words, at)) else {
        return;
    };
    let named = words
        .get(part.to)
        .is_some_and(|w| matches!(w.lower.as_str(), "cents" | "cent" | "pence"));
    let fits = part.value > Decimal::ZERO
        && part.value < Decimal::ONE_HUNDRED
        && part.value.fract() == Decimal::ZERO;
    if fits && part.currency.is_none() && named {
        number.value += part.value / Decimal::ONE_HUNDRED;
        number.to = part.to + 1;
    }
}

/// "twelve fifty" is 12.50 when dollars follow or nothing else does.
fn joins_as_money(last: &Number, next: &Number, words: &[Word]) -> bool {
    let plain = |n: &Number| n.spoken && !n.percent && n.value.fract() == Decimal::ZERO;
    last.to == next.from
        && !words[last.to - 1].ends_clause
        && plain(last)
        && plain(next)
        && last.currency.is_none()
        && last.value < Decimal::ONE_HUNDRED
        && last.value >= Decimal::ONE
        && next.value >= Decimal::TEN
        && next.value < Decimal::ONE_HUNDRED
        && next.currency.is_some()
}

fn join_money(last: &mut Number, next: &Number) {
    last.value += next.value / Decimal::ONE_HUNDRED;
    last.currency = next.currency;
    last.to = next.to;
}

/// Reads digits said one by one or in groups, as for a PIN, a telephone or an order number: "four two, double one",
/// "for to one one", "12 34". `loose` takes the words that recognisers write for digits ("for", "to", "won", "ate").
pub(crate) fn digits(words: &[Word], loose: bool) -> String {
    let mut out = String::new();
    let mut repeat = 1;
    for word in words {
        let lower = word.lower.as_str();
        let found = match lower {
            "double" => {
                repeat = 2;
                continue;
            }
            "triple" => {
                repeat = 3;
                continue;
            }
            "oh" | "o" => Some("0".to_owned()),
            "for" | "fore" if loose => Some("4".to_owned()),
            "to" | "too" if loose => Some("2".to_owned()),
            "won" if loose => Some("1".to_owned()),
            "ate" if loose => Some("8".to_owned()),
            "tree" if loose => Some("3".to_owned()),
            "sex" | "sics" if loose => Some("6".to_owned()),
            _ => small(lower).map(|value| value.to_string()).or_else(|| {
                let kept: String = lower.chars().filter(char::is_ascii_digit).collect();
                let others = lower
                    .chars()
                    .any(|c| !(c.is_ascii_digit() || "-.()+/,".contains(c)));
                (!kept.is_empty() && !others).then_some(kept)
            }),
        };
        if let Some(found) = found {
            push_group(&mut out, &found, repeat);
            repeat = 1;
        }
        if out.len() > 40 {
            break;
        }
    }
    out
}

/// "twenty five" is 25: a unit after a round ten takes the zero's place.
fn push_group(out: &mut String, found: &str, repeat: usize) {
    let ten = out.len() >= 2
        && out.ends_with('0')
        && !out.ends_with("00")
        && found.len() == 1
        && found != "0";
    if ten && repeat == 1 && out.len() == 2 {
        out.pop();
    }
    for _ in 0..repeat {
        out.push_str(found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::words;

    fn check(text: &str, expected: &[&str]) {
        let list = words(text);
        let found: Vec<String> = numbers(&list)
            .iter()
            .map(|n| {
                format!(
                    "{}{}{}",
                    n.value.normalize(),
                    n.currency.unwrap_or(""),
                    if n.percent { "%" } else { "" }
                )
            })
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn number_spoken_or_written_is_parsed() {
        check("pay twenty dollars", &["20USD"]);
        check("pay $50 now", &["50USD"]);
        check("20 dollars", &["20USD"]);
        check("twenty-five euros", &["25EUR"]);
        check("two hundred and fifty", &["250"]);
        check("one thousand two hundred thirty four", &["1234"]);
        check("a hundred pounds", &["100GBP"]);
        check("$1,200.50", &["1200.5USD"]);
        check("twenty dollars and fifty cents", &["20.5USD"]);
        check("fifty cents", &["0.5USD"]);
        check("twelve fifty dollars", &["12.5USD"]);
        check("three point one four", &["3.14"]);
        check("two and a half", &["2.5"]);
        check("3.5 million and 10k", &["3500000", "10000"]);
        check("5% or five percent", &["5%", "5%"]);
        check("minus five and -3", &["-5", "-3"]);
        check("5kg at 298K", &["5", "298"]);
        check("$1.2M and $5K", &["1200000USD", "5000USD"]);
        check("one, two, three", &["1", "2", "3"]);
        check("between 5 and 10", &["5", "10"]);
        check("five and ten", &["5", "10"]);
        check("acc_1001 4b7x9 rs6034464 1.2.3 1,2", &[]);
        check("nothing here", &[]);
        check("ten thousand dollars", &["10000USD"]);
        check("one million two hundred thousand", &["1200000"]);
    }

    #[test]
    fn digits_in_groups_or_misheard_are_parsed() {
        for (text, loose, expected) in [
            ("four two, double one", false, "4211"),
            ("for to won ate", true, "4218"),
            ("12 34", false, "1234"),
            ("five five five, oh one", false, "55501"),
            ("twenty five", false, "25"),
            ("555-0134", false, "5550134"),
            ("call me", true, ""),
        ] {
            assert_eq!(digits(&words(text), loose), expected, "{text}");
        }
    }

    #[test]
    fn huge_number_does_not_panic() {
        check(&"9".repeat(40), &[]);
        check(
            "999999999999999999999999 trillion",
            &["999999999999999999999999"],
        );
        let _ = numbers(&words(&"nine hundred thousand million billion ".repeat(50)));
    }
}
