//! Days and times of day as they are said and written: "next Monday", "May 5th", "in three days", "half past two".

use std::sync::LazyLock;

use time::{Date, Duration, Month, Weekday};

use crate::lexicon::ordinal_value;
use crate::number::{number_at, ordinal_at, small};
use crate::table::{rows, several};
use crate::words::Word;

static MONTHS: LazyLock<Vec<Vec<String>>> =
    LazyLock::new(|| names(include_str!("../data/months.tsv")));

static WEEKDAYS: LazyLock<Vec<Vec<String>>> =
    LazyLock::new(|| names(include_str!("../data/weekdays.tsv")));

/// Days that are named from today.
static RELATIVE: LazyLock<Vec<(Vec<&'static str>, i64)>> = LazyLock::new(|| {
    rows(include_str!("../data/relative.tsv"), 2)
        .filter_map(|row| Some((row[0].split(' ').collect(), row[1].parse().ok()?)))
        .collect()
});

/// The names of each row, in lower case.
fn names(table: &'static str) -> Vec<Vec<String>> {
    let row = |row: Vec<&'static str>| {
        let short = several(row[1]).map(str::to_lowercase);
        std::iter::once(row[0].to_lowercase())
            .chain(short)
            .collect()
    };
    rows(table, 3).map(row).collect()
}

/// A day or a time in a text, with the words that it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Found<T> {
    /// The day or the time.
    pub value: T,
    /// Its first word.
    pub from: usize,
    /// The word behind its last.
    pub to: usize,
}

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
}

/// All days of a text.
#[must_use]
pub fn days(words: &[Word], today: Date) -> Vec<Found<Date>> {
    scan(words, |words, at| day_at(words, at, today))
}

/// All times of day of a text. `expected`: a bare "at seven" or "seven" counts as well.
#[must_use]
pub fn times(words: &[Word], expected: bool) -> Vec<Found<Clock>> {
    scan(words, |words, at| clock_at(words, at, expected))
}

fn scan<T>(words: &[Word], read: impl Fn(&[Word], usize) -> Option<(T, usize)>) -> Vec<Found<T>> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < words.len() {
        match read(words, at) {
            Some((value, to)) if to > at => {
                out.push(Found {
                    value,
                    from: at,
                    to,
                });
                at = to;
            }
            _ => at += 1,
        }
    }
    out
}

fn lower(words: &[Word], at: usize) -> &str {
    words.get(at).map_or("", |word| word.lower.as_str())
}

fn day_at(words: &[Word], at: usize, today: Date) -> Option<(Date, usize)> {
    relative(words, at, today)
        .or_else(|| written(lower(words, at)).map(|date| (date, at + 1)))
        .or_else(|| month_first(words, at, today))
        .or_else(|| day_first(words, at, today))
}

fn relative(words: &[Word], at: usize, today: Date) -> Option<(Date, usize)> {
    let (days, to) = match lower(words, at) {
        "in" => counted(words, at + 1)?,
        "next" if lower(words, at + 1) == "week" => (7, at + 2),
        word @ ("next" | "this" | "coming" | "last") => {
            let ahead = days_ahead(today.weekday(), weekday(lower(words, at + 1))?);
            (
                i64::from(ahead) - if word == "last" { 7 } else { 0 },
                at + 2,
            )
        }
        word => match named_day(words, at) {
            Some(named) => named,
            None => (
                i64::from(days_ahead(today.weekday(), weekday(word)?)),
                at + 1,
            ),
        },
    };
    Some((today.checked_add(Duration::days(days))?, to))
}

/// "today", "the day after tomorrow": days from today, and the word behind them.
fn named_day(words: &[Word], at: usize) -> Option<(i64, usize)> {
    RELATIVE.iter().find_map(|(name, days)| {
        let fits = name
            .iter()
            .enumerate()
            .all(|(i, word)| lower(words, at + i) == *word);
        fits.then_some((*days, at + name.len()))
    })
}

/// "three days", "a week": in how many days.
fn counted(words: &[Word], at: usize) -> Option<(i64, usize)> {
    let number = number_at(words, at)
        .and_then(|number| Some((i64::try_from(number.value).ok()?, number.to)));
    let one = || (lower(words, at) == "a").then_some((1, at + 1));
    let (count, to) = number.or_else(one)?;
    let days = count.checked_mul(days_of(lower(words, to))?)?;
    (-40_000..40_000).contains(&days).then_some((days, to + 1))
}

/// How many days a unit of the calendar has.
fn days_of(lower: &str) -> Option<i64> {
    match lower {
        "day" | "days" => Some(1),
        "week" | "weeks" => Some(7),
        _ => None,
    }
}

/// Days from one weekday to the next of another name, 1 to 7.
fn days_ahead(from: Weekday, to: Weekday) -> u8 {
    let gap = (7 + to.number_days_from_monday() - from.number_days_from_monday()) % 7;
    if gap == 0 { 7 } else { gap }
}

fn weekday(lower: &str) -> Option<Weekday> {
    let named = WEEKDAYS
        .iter()
        .position(|names| names.iter().any(|name| name == lower))?;
    Some(Weekday::Monday.nth_next(u8::try_from(named).ok()?))
}

/// `2024-05-05`, `05/31/2024`, `31.05.2024`, `2024/5/5`.
fn written(lower: &str) -> Option<Date> {
    let parts: Vec<&str> = lower.split(['-', '/', '.']).collect();
    let [a, b, c] = parts.as_slice() else {
        return None;
    };
    let number = |text: &str| text.parse::<u16>().ok();
    let (first, second, third) = (number(a)?, number(b)?, number(c)?);
    match (a.len(), c.len(), lower.contains('.')) {
        (4, ..) => date(first, second, third),
        (_, 4, true) => date(third, second, first),
        (_, 4, false) => date(third, first, second).or_else(|| date(third, second, first)),
        _ => None,
    }
}

fn date(year: u16, month: u16, day: u16) -> Option<Date> {
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()
}

fn month(lower: &str) -> Option<u16> {
    month_number(lower).map(u16::from)
}

/// The number of a month by its name or abbreviation in lower case.
pub(crate) fn month_number(lower: &str) -> Option<u8> {
    let named = MONTHS
        .iter()
        .position(|names| names.iter().any(|name| name == lower))?;
    u8::try_from(named + 1).ok()
}

/// The name of a day of the week that an abbreviation or a name stands for.
pub(crate) fn weekday_name(word: &str) -> Option<&'static str> {
    let lower = word.to_lowercase();
    let at = WEEKDAYS.iter().position(|names| {
        names.contains(&lower)
            || lower.len() == 3 && names.iter().any(|name| name.starts_with(&lower))
    })?;
    rows(include_str!("../data/weekdays.tsv"), 3)
        .nth(at)
        .map(|row| row[0])
}

/// The name of a month by its number.
pub(crate) fn month_name(number: usize) -> Option<&'static str> {
    let mut months = rows(include_str!("../data/months.tsv"), 3);
    months.nth(number.checked_sub(1)?).map(|row| row[0])
}

fn month_first(words: &[Word], at: usize, today: Date) -> Option<(Date, usize)> {
    let month = month(lower(words, at))?;
    let skip = usize::from(lower(words, at + 1) == "the");
    let (day, to) = ordinal(words, at + 1 + skip)?;
    with_year(words, to, month, day, today)
}

fn day_first(words: &[Word], at: usize, today: Date) -> Option<(Date, usize)> {
    let (day, to) = ordinal(words, at)?;
    let skip = usize::from(lower(words, to) == "of");
    let month = month(lower(words, to + skip))?;
    with_year(words, to + skip + 1, month, day, today)
}

fn with_year(
    words: &[Word],
    at: usize,
    month: u16,
    day: u16,
    today: Date,
) -> Option<(Date, usize)> {
    let skip = usize::from(lower(words, at) == "of" || lower(words, at) == "in");
    if let Some((year, to)) = year(words, at + skip) {
        return Some((date(year, month, day)?, to));
    }
    coming(month, day, today).map(|date| (date, at))
}

/// The next day of that name from today on.
fn coming(month: u16, day: u16, today: Date) -> Option<Date> {
    let this_year = u16::try_from(today.year()).ok()?;
    let date_of = |year: u16| date(year, month, day);
    let found = date_of(this_year).filter(|date| *date >= today);
    found.or_else(|| date_of(this_year + 1))
}

fn year(words: &[Word], at: usize) -> Option<(u16, usize)> {
    let word = lower(words, at);
    let figures = word.parse::<u16>().ok().filter(|_| word.len() == 4);
    if let Some(year) = figures {
        return (1000..3000).contains(&year).then_some((year, at + 1));
    }
    let (value, to) = spoken_u16(words, at)?;
    if (1900..2200).contains(&value) {
        return Some((value, to));
    }
    // "twenty twenty four" is two numbers.
    let (rest, end) = spoken_u16(words, to)?;
    let fits = (17..22).contains(&value) && (10..100).contains(&rest);
    fits.then_some((value * 100 + rest, end))
}

/// A small number in words, and the word behind it.
fn spoken_u16(words: &[Word], at: usize) -> Option<(u16, usize)> {
    let number = number_at(words, at).filter(|number| number.spoken)?;
    Some((number.value.try_into().ok()?, number.to))
}

/// A day of the month: `5`, `5th`, "fifth", "twenty first", "twenty one".
fn ordinal(words: &[Word], at: usize) -> Option<(u16, usize)> {
    let word = lower(words, at);
    let (day, to) = match ordinal_at(words, at) {
        Some(found) => found,
        None if word.bytes().all(|b| b.is_ascii_digit()) => (word.parse().ok()?, at + 1),
        None => (small(word)?, at + 1),
    };
    let unit = small(lower(words, to)).filter(|unit| (1..10).contains(unit));
    let (day, to) = match unit {
        Some(unit) if to == at + 1 && small(word).is_some_and(|ten| ten >= 20) => {
            (day + unit, to + 1)
        }
        _ => (day, to),
    };
    let day = u16::try_from(day).ok()?;
    (1..=90).contains(&day).then_some((day, to))
}

/// "first" to "ninetieth", in one word.
#[must_use]
pub fn ordinal_word(lower: &str) -> Option<u16> {
    let value = ordinal_value(lower).filter(|value| (1..100).contains(value))?;
    u16::try_from(value).ok()
}

fn clock_at(words: &[Word], at: usize, expected: bool) -> Option<(Clock, usize)> {
    let word = lower(words, at);
    match word {
        "noon" | "midday" => {
            return Some((
                Clock {
                    hour: 12,
                    minute: 0,
                },
                at + 1,
            ));
        }
        "midnight" => return Some((Clock { hour: 0, minute: 0 }, at + 1)),
        "half" | "quarter" => return past_or_to(words, at),
        _ => {}
    }
    let introduced = at > 0
        && matches!(
            lower(words, at - 1),
            "at" | "by" | "around" | "until" | "till"
        );
    let (hour, minute, to, sure) = hour_and_minute(words, at)?;
    let (hour, to, named) = half_of_day(words, to, hour);
    let sure = sure || named || expected || introduced && to == words.len();
    (sure && hour < 24 && minute < 60).then_some((Clock { hour, minute }, to))
}

/// The hour and minute at a word, the word after them, and whether nothing but a time is written like that.
fn hour_and_minute(words: &[Word], at: usize) -> Option<(u8, u8, usize, bool)> {
    let word = lower(words, at);
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '.');
    if let Some((hour, minute)) = digits.split_once(':') {
        let minute = minute.split(':').next()?;
        return Some((
            tail_hour(word, hour.parse().ok()?),
            minute.parse().ok()?,
            at + 1,
            true,
        ));
    }
    if let Ok(hour) = digits.parse::<u8>() {
        let tail = word[digits.len()..].replace('.', "");
        return match tail.as_str() {
            "" => Some((hour, 0, at + 1, false)),
            "am" | "pm" => Some((tail_hour(&tail, hour), 0, at + 1, true)),
            _ => None,
        };
    }
    let hour = small(word).filter(|hour| *hour <= 12)?;
    let next = number_at(words, at + 1)
        .filter(|n| at + 1 < words.len() && n.spoken && n.currency.is_none());
    let minute = next
        .as_ref()
        .and_then(|n| u8::try_from(n.value).ok())
        .filter(|m| (10..60).contains(m));
    let to = match (&next, minute) {
        (Some(number), Some(_)) => number.to,
        _ => at + 1,
    };
    Some((u8::try_from(hour).ok()?, minute.unwrap_or(0), to, false))
}

fn tail_hour(word: &str, hour: u8) -> u8 {
    let word = word.replace('.', "");
    if word.ends_with("pm") && hour < 12 {
        hour + 12
    } else if word.ends_with("am") && hour == 12 {
        0
    } else {
        hour
    }
}

/// "in the evening", "p.m.", "o'clock" after an hour; the flag says whether one of them was there.
fn half_of_day(words: &[Word], mut to: usize, hour: u8) -> (u8, usize, bool) {
    let mut named = false;
    if matches!(lower(words, to), "o'clock" | "oclock") {
        to += 1;
        named = true;
    }
    let afternoon = |hour: u8| if hour < 12 { hour + 12 } else { hour };
    match lower(words, to).replace('.', "").as_str() {
        "pm" => return (afternoon(hour), to + 1, true),
        "am" => return (if hour == 12 { 0 } else { hour }, to + 1, true),
        "p" | "a" if lower(words, to + 1).starts_with('m') && lower(words, to + 1).len() <= 2 => {
            let pm = lower(words, to).starts_with('p');
            return (if pm { afternoon(hour) } else { hour }, to + 2, true);
        }
        "in" if lower(words, to + 1) == "the" => match lower(words, to + 2) {
            "morning" => return (hour, to + 3, true),
            "afternoon" | "evening" => return (afternoon(hour), to + 3, true),
            _ => {}
        },
        "tonight" => return (afternoon(hour), to, true),
        _ => {}
    }
    (hour, to, named)
}

/// Words before an hour, and how many minutes they are behind it.
const BESIDE: [(&str, &str, i16); 5] = [
    ("half", "past", 30),
    ("half", "after", 30),
    ("quarter", "past", 15),
    ("quarter", "after", 15),
    ("quarter", "to", -15),
];

fn past_or_to(words: &[Word], at: usize) -> Option<(Clock, usize)> {
    let said = (lower(words, at), lower(words, at + 1));
    let (.., minutes) = BESIDE
        .iter()
        .find(|(part, side, _)| (*part, *side) == said)?;
    let (hour, _, to, _) = hour_and_minute(words, at + 2)?;
    let (hour, to, _) = half_of_day(words, to, hour);
    let of_day = (i16::from(hour) * 60 + minutes).rem_euclid(24 * 60);
    let clock = Clock {
        hour: u8::try_from(of_day / 60).ok()?,
        minute: u8::try_from(of_day % 60).ok()?,
    };
    (hour < 24).then_some((clock, to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::words;

    fn monday() -> Date {
        Date::from_calendar_date(2026, Month::November, 23).expect("a day of the calendar")
    }

    fn day(text: &str, expected: &str) {
        let found = days(&words(text), monday());
        let found = found
            .first()
            .map(|found| found.value.to_string())
            .unwrap_or_default();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn day_spoken_or_written_is_parsed() {
        day("tomorrow please", "2026-11-24");
        day("the day after tomorrow", "2026-11-25");
        day("next friday", "2026-11-27");
        day("on monday", "2026-11-30");
        day("in three days", "2026-11-26");
        day("in a week", "2026-11-30");
        day("may 5th", "2027-05-05");
        day("the fifth of december", "2026-12-05");
        day("December 13, 2019", "2019-12-13");
        day("13 december 2019", "2019-12-13");
        day("may twenty first twenty twenty four", "2024-05-21");
        day("2019-12-13", "2019-12-13");
        day("05/31/2024", "2024-05-31");
        day("31.05.2024", "2024-05-31");
        day("february 31st", "");
        day("may i ask", "");
        day("in one million weeks", "");
    }

    #[test]
    fn time_spoken_or_written_is_parsed() {
        for (text, expected, hour, minute) in [
            ("3 pm", false, 15, 0),
            ("at 15:30", false, 15, 30),
            ("half past three in the afternoon", false, 15, 30),
            ("quarter to nine", false, 8, 45),
            ("seven thirty in the evening", false, 19, 30),
            ("noon", false, 12, 0),
            ("8am", false, 8, 0),
            ("3 p.m.", false, 15, 0),
            ("seven", true, 7, 0),
            ("nine o'clock", false, 9, 0),
        ] {
            let found = times(&words(text), expected);
            assert_eq!(
                found.first().map(|f| f.value),
                Some(Clock { hour, minute }),
                "{text}"
            );
        }
        assert!(times(&words("seven apples"), false).is_empty());
        assert!(times(&words("25:99"), true).is_empty());
    }
}
