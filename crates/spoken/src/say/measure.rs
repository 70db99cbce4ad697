//! Quantities with their units as they are written: "5 km", "72°F", "1h 30m", "20×30×10 cm", "1/2 hour".

use std::sync::LazyLock;

use super::sum::{amount, minus};
use super::token::{Cursor, Kind};
use crate::lexicon::{fraction_word, is_fraction};
use crate::speak::{cardinal, decimal};
use crate::table::rows;

type Read<'a> = Option<(String, Cursor<'a>)>;

/// Units as they are written, with their names for one and for several.
static MEASURES: LazyLock<Vec<(&'static str, &'static str, &'static str)>> = LazyLock::new(|| {
    rows(include_str!("../../data/measures.tsv"), 3)
        .map(|row| (row[0], row[1], row[2]))
        .collect()
});

fn unit(at: &mut Cursor<'_>) -> Option<(&'static str, &'static str)> {
    let mut next = *at;
    let word = next.word()?;
    // "km/h" is three tokens.
    let mut with_per = next;
    let joined = with_per
        .sign("/")
        .and_then(|_| with_per.word())
        .map(|per| format!("{word}/{per}"));
    let find = |name: &str| MEASURES.iter().find(|(written, ..)| *written == name);
    let (found, end) = match joined.as_deref().and_then(find) {
        Some(found) => (found, with_per),
        None => (find(word)?, next),
    };
    end.ends().then(|| {
        *at = end;
        (found.1, found.2)
    })
}

fn counted(written: &str, (one, many): (&str, &str)) -> String {
    format!(
        "{} {}",
        decimal(written),
        if written == "1" { one } else { many }
    )
}

/// "5 km", "1 kg.", "100 mph".
pub(super) fn measure(mut at: Cursor<'_>) -> Read<'_> {
    let minus = minus(&mut at);
    let begins = at.begins();
    let (written, mut at) = amount(at, false).filter(|_| begins)?;
    let unit = at.spaced(unit)?;
    Some((format!("{minus}{}", counted(&written, unit)), at))
}

const SCALES: [(&str, &str); 2] = [("C", " Celsius"), ("F", " Fahrenheit")];

/// "72°F", "-3 °C", "90°".
pub(super) fn degrees(mut at: Cursor<'_>) -> Read<'_> {
    let minus = minus(&mut at);
    let (written, mut at) = amount(at, false)?;
    at.spaced(|at| at.sign("°"))?;
    let named = |at: &mut Cursor<'_>| {
        let letter = at.word().filter(|_| at.ends())?;
        let mut known = SCALES.iter();
        known
            .find(|(short, _)| *short == letter)
            .map(|(_, name)| *name)
    };
    let scale = at.spaced(named).unwrap_or("");
    Some((
        format!("{minus}{}{scale}", counted(&written, ("degree", "degrees"))),
        at,
    ))
}

/// "1h 30m": several units of time behind each other. An m behind hours is minutes.
pub(super) fn duration(mut at: Cursor<'_>) -> Read<'_> {
    const PARTS: [(&str, &str, &str); 4] = [
        ("d", "day", "days"),
        ("h", "hour", "hours"),
        ("m", "minute", "minutes"),
        ("s", "second", "seconds"),
    ];
    let begins = at.begins();
    let mut said = Vec::new();
    let mut from = 0;
    while let Some(part) = at.spaced(|at| {
        let figures = at.digits(1..=3)?;
        let word = at.word()?.to_lowercase();
        let first = word
            .get(..1)
            .filter(|_| word.len() == 1 || ["min", "sec", "hr"].contains(&word.as_str()))?;
        let place = PARTS.iter().position(|(name, ..)| *name == first)?;
        (place >= from).then_some((place, figures))
    }) {
        let (place, figures) = part;
        let (_, one, many) = PARTS[place];
        said.push(counted(figures, (one, many)));
        from = place + 1;
    }
    (begins && said.len() > 1 && at.ends()).then(|| (said.join(" "), at))
}

/// "20×30×10 cm", "3x5".
pub(super) fn dimensions(at: Cursor<'_>) -> Read<'_> {
    let begins = at.begins();
    let (first, mut at) = amount(at, false).filter(|_| begins)?;
    let mut said = vec![first];
    while let Some((written, end)) = by(at).filter(|_| said.len() < 4) {
        said.push(written);
        at = end;
    }
    if said.len() < 2 {
        return None;
    }
    let unit = at.spaced(unit);
    let words: Vec<String> = said.iter().map(|written| decimal(written)).collect();
    let behind = unit.map_or_else(String::new, |(_, many)| format!(" {many}"));
    Some((format!("{}{behind}", words.join(" by ")), at)).filter(|_| at.ends())
}

fn by(mut at: Cursor<'_>) -> Read<'_> {
    at.sign("×").or_else(|| at.word_if(|word| word == "x"))?;
    amount(at, false)
}

/// "1/2", "2 1/2", "3/4".
pub(super) fn fraction(mut at: Cursor<'_>) -> Read<'_> {
    let begins = at.begins();
    let mut whole = at;
    let wholes = whole.digits(1..=3).filter(|_| whole.space());
    if wholes.is_some() {
        at = whole;
    }
    let above = at.digits(1..=2).filter(|_| begins)?;
    at.sign("/")?;
    let below = at
        .digits(1..=2)
        .filter(|_| at.ends() && !at.text().starts_with('/'))?;
    let (above, below): (u64, u64) = (above.parse().ok()?, below.parse().ok()?);
    if above == 0 || above >= below || !is_fraction(below) || below > 4 {
        return None;
    }
    let part = format!("{} {}", cardinal(above), fraction_word(below, above > 1)?);
    Some((
        wholes.map_or(part.clone(), |wholes| {
            format!("{} and {part}", decimal(wholes))
        }),
        at,
    ))
}

/// "4/5": a mark out of some.
pub(super) fn out_of(mut at: Cursor<'_>) -> Read<'_> {
    let begins = at.begins();
    let first = at.digits(1..=3).filter(|_| begins)?;
    at.space();
    at.sign("/")?;
    at.space();
    let second = at.digits(1..=3).filter(|_| at.ends())?;
    let more = at
        .peek()
        .is_some_and(|token| token.kind == Kind::Sign && token.text == "/");
    (!more).then(|| (format!("{} out of {}", decimal(first), decimal(second)), at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_written_unit_has_a_name_for_one_and_several() {
        assert!(
            MEASURES
                .iter()
                .all(|(written, one, many)| ![*written, *one, *many].contains(&""))
        );
    }
}
