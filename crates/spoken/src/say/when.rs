//! Dates, times of day and years as they are written: "2026-03-15", "15.03.2026", "March 3", "9:05 am", "1990s".

use std::ops::RangeInclusive;

use super::token::Cursor;
use crate::calendar::month_number;
use crate::lexicon::{Class, word_of};
use crate::speak::{cardinal, ordinal, year};

type Read<'a> = Option<(String, Cursor<'a>)>;

fn parsed(text: &str) -> u64 {
    text.parse().unwrap_or(0)
}

/// A day, and the time of day behind it.
pub(super) fn date<'a>(at: Cursor<'a>) -> Read<'a> {
    let (day, at) = year_first(at)
        .or_else(|| year_last(at))
        .or_else(|| month_first(at))
        .or_else(|| day_first(at))?;
    let mut next = at;
    let joined = next.word_if(|word| word == "T").is_some() || next.space();
    match clock(next).filter(|_| joined) {
        Some((time, end)) => Some((format!("{day} at {time}"), zone(end))),
        None => Some((day, at)),
    }
}

/// "Z" or "+01:00" behind a time.
fn zone(at: Cursor<'_>) -> Cursor<'_> {
    let mut next = at;
    if next.word_if(|word| word == "Z").is_some() {
        return next;
    }
    let mut next = at;
    let offset = next.sign("+-").is_some() && next.digits(2..=4).is_some();
    if offset && next.sign(":").is_some() {
        next.digits(2..=2);
    }
    if offset { next } else { at }
}

fn year_first(mut at: Cursor<'_>) -> Read<'_> {
    let (year, _, month, day) = three(&mut at, 4..=4, 1..=2)?;
    // "2026-03-15T14:30"
    let ends = at.ends() || at.text().starts_with('T');
    let said = full(parsed(month), parsed(day), None, Some(year));
    said.filter(|_| ends).map(|said| (said, at))
}

/// "03/15/2026" has the month first where it can, "15.03.2026" the day.
fn year_last(mut at: Cursor<'_>) -> Read<'_> {
    let (first, mark, second, year) = three(&mut at, 1..=2, 2..=4)?;
    let short = mark == "/" && year.len() == 2;
    let (first, second) = (parsed(first), parsed(second));
    let day_first = mark == "." || first > 12;
    let (month, day) = if day_first {
        (second, first)
    } else {
        (first, second)
    };
    let said = full(month, day, None, Some(year)).filter(|_| short || year.len() == 4);
    said.filter(|_| at.ends()).map(|said| (said, at))
}

/// Three groups of figures with the same mark between them: the first, the mark, the second and the third.
fn three<'a>(
    at: &mut Cursor<'a>,
    first: RangeInclusive<usize>,
    last: RangeInclusive<usize>,
) -> Option<(&'a str, &'a str, &'a str, &'a str)> {
    let begins = at.begins();
    let first = at.digits(first).filter(|_| begins)?;
    let mark = at.sign("-/.")?;
    let second = at.digits(1..=2)?;
    at.sign(mark)?;
    Some((first, mark, second, at.digits(last)?))
}

fn month(at: &mut Cursor<'_>) -> Option<u64> {
    let mut next = *at;
    let capital = |word: &str| word.starts_with(|c: char| c.is_ascii_uppercase());
    let name = next.word_if(capital)?;
    let month = month_number(&name.to_lowercase())?;
    if name.len() <= 4 {
        next.sign(".");
    }
    next.space().then(|| {
        *at = next;
        u64::from(month)
    })
}

fn month_first(mut at: Cursor<'_>) -> Read<'_> {
    let begins = at.begins();
    let month = month(&mut at).filter(|_| begins)?;
    let mut alone = at;
    if let Some(figures) = alone.digits(4..=4).filter(|_| alone.ends()) {
        return Some((
            format!("{} {}", month_name(month)?, year(parsed(figures))),
            alone,
        ));
    }
    let day = day(&mut at)?;
    let until = day_until(&mut at, day);
    let year = year_behind(&mut at);
    full(month, day, until, year).map(|said| (said, at))
}

/// "-7" behind a day: the last of several.
fn day_until(at: &mut Cursor<'_>, first: u64) -> Option<u64> {
    let mut next = *at;
    next.space();
    next.sign("-")?;
    next.space();
    let until = day(&mut next).filter(|until| *until > first)?;
    *at = next;
    Some(until)
}

fn day_first(mut at: Cursor<'_>) -> Read<'_> {
    let begins = at.begins();
    let day = day(&mut at).filter(|_| begins)?;
    let until = day_until(&mut at, day);
    at.space();
    if at.word_if(|word| word == "of").is_some() {
        at.space();
    }
    let mut named = at;
    let month = month(&mut named).or_else(|| {
        let name = named.word()?;
        let month = month_number(&name.to_lowercase()).map(u64::from);
        month.filter(|_| name.starts_with(|c: char| c.is_ascii_uppercase()))
    })?;
    // The month took the space behind it; the year may follow at once.
    let mut with_year = named;
    let figures = with_year.digits(4..=4).filter(|_| with_year.ends());
    let figures = figures.or_else(|| year_behind(&mut with_year));
    let end = if figures.is_some() { with_year } else { named };
    full(month, day, until, figures).map(|said| (format!("{said} "), end))
}

fn day(at: &mut Cursor<'_>) -> Option<u64> {
    let mut next = *at;
    let day = parsed(next.digits(1..=2)?);
    next.word_if(|word| matches!(word, "st" | "nd" | "rd" | "th"));
    let fits = (1..=31).contains(&day) && next.ends();
    fits.then(|| {
        *at = next;
        day
    })
}

fn year_behind<'a>(at: &mut Cursor<'a>) -> Option<&'a str> {
    let mut next = *at;
    next.sign(",");
    let figures = next
        .spaced(|next| next.digits(4..=4))
        .filter(|_| next.ends())?;
    *at = next;
    Some(figures)
}

fn full(month: u64, day: u64, until: Option<u64>, figures: Option<&str>) -> Option<String> {
    let name = month_name(month).filter(|_| (1..=31).contains(&day))?;
    let days = match until {
        Some(until) => format!("{} to {}", ordinal(day), ordinal(until)),
        None => ordinal(day),
    };
    let figures = figures.map(|text| {
        if text.len() == 2 {
            2000 + parsed(text)
        } else {
            parsed(text)
        }
    });
    Some(match figures {
        Some(figures) => format!("{name} {days}, {}", year(figures)),
        None => format!("{name} {days}"),
    })
}

fn month_name(month: u64) -> Option<&'static str> {
    crate::calendar::month_name(usize::try_from(month).ok()?)
}

/// A time of day: "14:30", "9:05 a.m.", "3pm".
pub(super) fn clock(at: Cursor<'_>) -> Read<'_> {
    let mut next = at;
    let begins = next.begins() || next.before().is_some_and(|token| token.text == "T");
    let hour = parsed(next.digits(1..=2).filter(|_| begins)?);
    let minute = minute(&mut next);
    let half = next.spaced(half_of_day);
    let ends = next.ends() || half.is_none() && next.text() == "Z";
    let fits = ends && is_time(hour, minute.is_some(), half.is_some());
    fits.then(|| (time(hour, minute.unwrap_or(0), half), next))
}

/// An hour alone is a time only with its half of the day.
fn is_time(hour: u64, minute: bool, half: bool) -> bool {
    hour < 24 && (minute || half && (1..=12).contains(&hour))
}

/// ":30" and the seconds behind it, which are not said.
fn minute(at: &mut Cursor<'_>) -> Option<u64> {
    let mut next = *at;
    next.sign(":")?;
    let minute = parsed(next.digits(2..=2)?);
    *at = next;
    seconds(at);
    (minute < 60).then_some(minute)
}

/// Seconds and what is smaller behind a minute.
fn seconds<'a>(at: &mut Cursor<'a>) -> Option<&'a str> {
    let mut next = *at;
    next.sign(":")?;
    next.digits(2..=2)?;
    *at = next;
    next.sign(".")?;
    let parts = next.digits(1..=9)?;
    *at = next;
    Some(parts)
}

/// "am", "p.m.": what is said for it.
fn half_of_day(at: &mut Cursor<'_>) -> Option<&'static str> {
    let mut next = *at;
    let word = next.word()?.to_lowercase();
    let dotted = word.len() == 1;
    let (.., said) = HALVES
        .iter()
        .find(|(short, long, _)| word == *short || word == *long)?;
    if dotted {
        dotted_m(&mut next)?;
    }
    *at = next;
    Some(said)
}

const HALVES: [(&str, &str, &str); 2] = [("a", "am", " AM"), ("p", "pm", " PM")];

/// ".m." behind an a or a p.
fn dotted_m<'a>(at: &mut Cursor<'a>) -> Option<&'a str> {
    at.sign(".")?;
    at.word_if(|word| word.eq_ignore_ascii_case("m"))?;
    at.sign(".")
}

fn time(hour: u64, minute: u64, half: Option<&'static str>) -> String {
    let half = half.unwrap_or(if hour > 12 { " PM" } else { "" });
    let on_clock = if hour > 12 { hour - 12 } else { hour };
    match (hour, minute) {
        (0, _) => format!("twelve{} AM", minutes(minute)),
        (_, 0) if half.is_empty() => format!("{} o'clock", cardinal(on_clock)),
        _ => format!("{}{}{half}", cardinal(on_clock), minutes(minute)),
    }
}

fn minutes(minute: u64) -> String {
    match minute {
        0 => String::new(),
        1..=9 => format!(" oh {}", cardinal(minute)),
        _ => format!(" {}", cardinal(minute)),
    }
}

/// "1990s", "90s", "2000s".
pub(super) fn decade(mut at: Cursor<'_>) -> Read<'_> {
    let begins = at.begins();
    let figures = at
        .digits(2..=4)
        .filter(|figures| begins && figures.len() != 3 && figures.ends_with('0'))?;
    at.sign("'");
    at.word_if(|word| word == "s").filter(|_| at.ends())?;
    let said = ten(parsed(figures)).unwrap_or_else(|| year(parsed(figures)));
    Some((plural(&said), at))
}

/// "nineties", "hundreds".
fn plural(said: &str) -> String {
    match said.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{said}s"),
    }
}

fn ten(number: u64) -> Option<String> {
    word_of(Class::Ten, i64::try_from(number).ok()?).map(str::to_owned)
}

/// "21st".
pub(super) fn place(mut at: Cursor<'_>) -> Read<'_> {
    let begins = at.begins();
    let figures = at.digits(1..=9).filter(|_| begins)?;
    at.word_if(|word| matches!(word, "st" | "nd" | "rd" | "th"))?;
    at.ends().then(|| (ordinal(parsed(figures)), at))
}

/// "Mon-Fri": from one day of the week to another.
pub(super) fn weekdays(mut at: Cursor<'_>) -> Read<'_> {
    let begins = at.begins();
    let first = crate::calendar::weekday_name(at.word().filter(|_| begins)?)?;
    at.space();
    at.sign("-")?;
    at.space();
    let last = crate::calendar::weekday_name(at.word()?)?;
    Some((format!("{first} to {last}"), at))
}

/// Whether figures may be a year of which people speak.
pub(super) fn is_year(figures: &str) -> bool {
    figures.len() == 4 && (1500..2100).contains(&parsed(figures))
}
