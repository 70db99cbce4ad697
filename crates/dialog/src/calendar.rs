//! Days and times of day as they are spoken and written: "next Monday", "May 5th", "in three days", "half past two".

use time::{Date, Duration, Month, Weekday};

use crate::number::number_at;
use crate::words::Word;

/// A day or a time in a text, with the words that it takes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found<T> {
    pub(crate) value: T,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clock {
    pub(crate) hour: u8,
    pub(crate) minute: u8,
}

/// All days of a text.
pub(crate) fn days(words: &[Word], today: Date) -> Vec<Found<Date>> {
    scan(words, |words, at| day_at(words, at, today))
}

/// All times of day of a text. `expected`: a bare "at seven" or "seven" counts as well.
pub(crate) fn times(words: &[Word], expected: bool) -> Vec<Found<Clock>> {
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
    let shift = |days: i64| today.checked_add(Duration::days(days));
    let word = lower(words, at);
    let next = lower(words, at + 1);
    Some(match word {
        "today" | "tonight" => (today, at + 1),
        "tomorrow" => (shift(1)?, at + 1),
        "yesterday" => (shift(-1)?, at + 1),
        "day" if next == "after" && lower(words, at + 2) == "tomorrow" => (shift(2)?, at + 3),
        "day" if next == "before" && lower(words, at + 2) == "yesterday" => (shift(-2)?, at + 3),
        "in" => {
            let number = number_at(words, at + 1).filter(|_| at + 1 < words.len());
            let count = match (&number, next) {
                (Some(number), _) => number.value.try_into().ok()?,
                (None, "a") => 1_i64,
                _ => return None,
            };
            let unit_at = number.map_or(at + 2, |number| number.to);
            let days = match lower(words, unit_at) {
                "day" | "days" => count,
                "week" | "weeks" => count.checked_mul(7)?,
                _ => return None,
            };
            if !(-40_000..40_000).contains(&days) {
                return None;
            }
            (shift(days)?, unit_at + 1)
        }
        "next" | "this" | "coming" | "last" => {
            if word == "next" && next == "week" {
                return Some((shift(7)?, at + 2));
            }
            let day = weekday(next)?;
            let ahead = days_ahead(today.weekday(), day);
            let days = match word {
                "last" => i64::from(ahead) - 7,
                _ => i64::from(ahead),
            };
            (shift(days)?, at + 2)
        }
        _ => {
            let day = weekday(word)?;
            (shift(i64::from(days_ahead(today.weekday(), day)))?, at + 1)
        }
    })
}

/// Days from one weekday to the next of another name, 1 to 7.
fn days_ahead(from: Weekday, to: Weekday) -> u8 {
    let gap = (7 + to.number_days_from_monday() - from.number_days_from_monday()) % 7;
    if gap == 0 { 7 } else { gap }
}

fn weekday(lower: &str) -> Option<Weekday> {
    Some(match lower {
        "monday" | "mon" => Weekday::Monday,
        "tuesday" | "tue" => Weekday::Tuesday,
        "wednesday" | "wed" => Weekday::Wednesday,
        "thursday" | "thu" => Weekday::Thursday,
        "friday" | "fri" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        "sunday" => Weekday::Sunday,
        _ => return None,
    })
}

/// `2024-05-05`, `05/31/2024`, `31.05.2024`, `2024/5/5`.
fn written(lower: &str) -> Option<Date> {
    let parts: Vec<&str> = lower.split(['-', '/', '.']).collect();
    let [a, b, c] = parts.as_slice() else {
        return None;
    };
    let number = |text: &str| text.parse::<u16>().ok();
    let (a, b, c, first_len, last_len) = (number(a)?, number(b)?, number(c)?, a.len(), c.len());
    if first_len == 4 {
        return date(a, b, c);
    }
    if last_len != 4 {
        return None;
    }
    if lower.contains('.') {
        return date(c, b, a);
    }
    date(c, a, b).or_else(|| date(c, b, a))
}

fn date(year: u16, month: u16, day: u16) -> Option<Date> {
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()
}

fn month(lower: &str) -> Option<u16> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let short = |name: &str| lower.len() == 3 && name.starts_with(lower) || name == lower;
    let at = NAMES.iter().position(|name| short(name))?;
    u16::try_from(at + 1).ok()
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
    let this_year = date(u16::try_from(today.year()).ok()?, month, day);
    match this_year {
        Some(date) if date >= today => Some((date, at)),
        _ => Some((date(u16::try_from(today.year() + 1).ok()?, month, day)?, at)),
    }
}

fn year(words: &[Word], at: usize) -> Option<(u16, usize)> {
    let word = lower(words, at);
    if word.len() == 4
        && let Ok(year) = word.parse::<u16>()
    {
        return (1000..3000).contains(&year).then_some((year, at + 1));
    }
    let first = number_at(words, at).filter(|number| number.spoken && at < words.len())?;
    let value: u16 = first.value.try_into().ok()?;
    if (1900..2200).contains(&value) {
        return Some((value, first.to));
    }
    let second = (first.to < words.len())
        .then(|| number_at(words, first.to))
        .flatten()?;
    let rest: u16 = second.value.try_into().ok()?;
    ((17..22).contains(&value) && (10..100).contains(&rest))
        .then_some((value * 100 + rest, second.to))
}

/// A day of the month: `5`, `5th`, "fifth", "twenty first".
fn ordinal(words: &[Word], at: usize) -> Option<(u16, usize)> {
    let word = lower(words, at);
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if let Ok(day) = digits.parse::<u16>() {
        let tail = &word[digits.len()..];
        let fits = matches!(tail, "" | "st" | "nd" | "rd" | "th") && (1..32).contains(&day);
        return fits.then_some((day, at + 1));
    }
    if let Some(day) = ordinal_word(word) {
        return Some((day, at + 1));
    }
    let tens = match word {
        "twenty" => 20,
        "thirty" => 30,
        _ => {
            return crate::number::small(word)
                .and_then(|day| Some((u16::try_from(day).ok().filter(|d| *d > 0)?, at + 1)));
        }
    };
    match ordinal_word(lower(words, at + 1))
        .or_else(|| crate::number::small(lower(words, at + 1)).and_then(|d| u16::try_from(d).ok()))
    {
        Some(unit) if (1..10).contains(&unit) => Some((tens + unit, at + 2)),
        _ => Some((tens, at + 1)),
    }
}

/// "first" to "nineteenth", "twentieth", "thirtieth".
pub(crate) fn ordinal_word(lower: &str) -> Option<u16> {
    const WORDS: [&str; 20] = [
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
        "twelfth",
        "thirteenth",
        "fourteenth",
        "fifteenth",
        "sixteenth",
        "seventeenth",
        "eighteenth",
        "nineteenth",
        "twentieth",
    ];
    if lower == "thirtieth" {
        return Some(30);
    }
    let at = WORDS.iter().position(|word| *word == lower)?;
    u16::try_from(at + 1).ok()
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
    let hour = crate::number::small(word).filter(|hour| *hour <= 12)?;
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

fn past_or_to(words: &[Word], at: usize) -> Option<(Clock, usize)> {
    let half = lower(words, at) == "half";
    let past = match lower(words, at + 1) {
        "past" | "after" => true,
        "to" if !half => false,
        _ => return None,
    };
    let (hour, _, to, _) = hour_and_minute(words, at + 2)?;
    let (hour, to, _) = half_of_day(words, to, hour);
    let (hour, minute) = match (half, past) {
        (true, _) => (hour, 30),
        (false, true) => (hour, 15),
        (false, false) => (hour.checked_sub(1).unwrap_or(23), 45),
    };
    (hour < 24).then_some((Clock { hour, minute }, to))
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
