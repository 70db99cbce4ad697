//! International bank account numbers, written and spelled: "GB29 NWBK …", "G B two nine N W B K …".
//!
//! Decides by country, length and check digits; one that is named as such may have a slip in it.

use crate::checks::{iban_checks, iban_length};
use crate::digits::{Reading, Run, run_at};
use crate::kind::{Kind, Span};
use crate::lead::Expectation;
use crate::lexicon::NATO;
use crate::place::Place;
use crate::token::{AT_SIGN, POINT, Token};
use crate::view::View;

/// The longest number that any country has.
const LONGEST: usize = 34;

/// A number that begins at a place: two letters and two digits.
pub(crate) fn written_iban(place: &Place<'_, '_>) -> Option<Span> {
    let rest = place.rest();
    if !is_coded(&rest[..place.token().len as usize]) || place.token().has(POINT) {
        return None;
    }
    let announced = place.lead.want == Expectation::Iban;
    let len = whole(rest, announced).or_else(|| {
        let (len, letters) = part(rest)?;
        (place.view.is_live() && (announced || letters >= 8)).then_some(len)
    })?;
    Some(place.span(place.start() + len, Kind::Iban))
}

fn is_coded(head: &[u8]) -> bool {
    let [a, b, c, d, ..] = head else {
        return false;
    };
    let letters = a.is_ascii_alphabetic() && b.is_ascii_alphabetic();
    letters && c.is_ascii_digit() && d.is_ascii_digit()
}

/// Whether a number at a place goes on to the end of the text, and may go on in the next turn.
pub(crate) fn is_open(place: &Place<'_, '_>) -> bool {
    part(place.rest()).is_some()
}

/// The length of a number that `rest` begins with; `announced` takes one whose check digits fail.
fn whole(rest: &[u8], announced: bool) -> Option<usize> {
    let wanted = iban_length(rest)?;
    // One that is named as such or checks, though it has lost or won a letter.
    let solid = rest.iter().take(LONGEST + 6);
    let solid = solid.take_while(|b| b.is_ascii_alphanumeric()).count();
    let slipped = (15..=LONGEST).contains(&solid) && solid != wanted;
    if slipped && (announced || iban_checks(&rest[..solid].to_ascii_uppercase())) {
        return Some(solid);
    }
    let (letters, end) = letters(rest, wanted)?;
    let ends = rest.get(end).is_none_or(|b| !b.is_ascii_alphanumeric());
    let checked = letters[2..4].iter().all(u8::is_ascii_digit) && ends;
    (checked && (announced || iban_checks(&letters))).then_some(end)
}

/// The first `wanted` letters and digits of groups, and where they end.
fn letters(rest: &[u8], wanted: usize) -> Option<(Vec<u8>, usize)> {
    let (mut letters, mut at) = (Vec::with_capacity(LONGEST), 0);
    while letters.len() < wanted {
        let goes_on = || rest.get(at + 1).is_some_and(u8::is_ascii_alphanumeric);
        match rest.get(at)? {
            b if b.is_ascii_alphanumeric() => letters.push(b.to_ascii_uppercase()),
            b' ' | b'-' | b'\n' if !letters.is_empty() && goes_on() => {}
            _ => return None,
        }
        at += 1;
    }
    Some((letters, at))
}

/// The length of the beginning of a number that goes on to the end of the text, and how many characters it has.
fn part(rest: &[u8]) -> Option<(usize, usize)> {
    let wanted = iban_length(rest)?;
    if rest.len() > wanted * 2 {
        return None;
    }
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'-' | b'\n');
    let letters = rest.iter().filter(|b| b.is_ascii_alphanumeric()).count();
    let end = rest.iter().rposition(u8::is_ascii_alphanumeric)? + 1;
    let checks = rest.get(2..4)?.iter().all(u8::is_ascii_digit);
    let sized = (4..wanted).contains(&letters);
    (sized && checks && rest.iter().all(plain)).then_some((end, letters))
}

/// A number in letters and digits that begins at a place with a single letter.
///
/// Also whether it is whole: while a conversation goes on, one that reaches the end may go on too.
pub(crate) fn spelled_iban(place: &Place<'_, '_>) -> Option<(Span, bool)> {
    let view = place.view;
    let announced = place.lead.want == Expectation::Iban;
    let (country, next) = country(place)?;
    let wanted = iban_length(&country)?;
    let mut spelling = Spelling {
        view,
        announced,
        wanted,
        letters: country.to_ascii_uppercase(),
        here: next,
        run: Run::default(),
    };
    while spelling.letters.len() < wanted && spelling.goes_on() {}
    let (letters, here) = (&spelling.letters, spelling.here);
    let right = letters.len() == wanted && iban_checks(letters);
    let open = view.is_live() && letters.len() < wanted && here >= view.tokens.len();
    let found = right || announced && (letters.len() >= 10 || open);
    let span = place.span(view.tokens[here - 1].end(), Kind::Iban);
    found.then_some((span, !open))
}

/// The two letters of the country, and the token after them.
fn country(place: &Place<'_, '_>) -> Option<(Vec<u8>, usize)> {
    let at = place.at;
    if place.token().len == 2 {
        return Some((place.rest().get(..2)?.to_vec(), at + 1));
    }
    let (first, second) = (letter(place.view, at)?, letter(place.view, at + 1)?);
    Some((vec![first, second], at + 2))
}

/// The letter that token `at` is, or that it stands for.
fn letter(view: View<'_>, at: usize) -> Option<u8> {
    let spelled = |t: &&Token| (t.is_single() || t.is(NATO)) && !t.has(AT_SIGN);
    let token = view.token(at).filter(spelled)?;
    Some(view.bytes()[token.start]).filter(u8::is_ascii_alphabetic)
}

/// A number that is being spelled.
struct Spelling<'t> {
    view: View<'t>,
    announced: bool,
    wanted: usize,
    letters: Vec<u8>,
    here: usize,
    run: Run,
}

impl Spelling<'_> {
    fn goes_on(&mut self) -> bool {
        self.digits() || self.letter() || self.word()
    }

    /// "two nine".
    fn digits(&mut self) -> bool {
        let known = self.letters.len();
        let how = Reading {
            announced: known == 2,
            lines: true,
        };
        if !run_at(self.view, self.here, how, &mut self.run) {
            return false;
        }
        let items = self.run.items.len();
        let enough = |to: &usize| known + self.run.count(0, *to) >= self.wanted;
        let to = (1..=items).find(enough).unwrap_or(items);
        let digits = self.run.digits_of(0, to).iter();
        self.letters.extend(digits.map(|d| b'0' + d));
        self.here = self.run.items[to - 1].next;
        true
    }

    /// "N", "november".
    fn letter(&mut self) -> bool {
        let Some(b) = letter(self.view, self.here).filter(|_| self.letters.len() >= 4) else {
            return false;
        };
        self.letters.push(b.to_ascii_uppercase());
        // "x-ray" is two words.
        let ray = b.eq_ignore_ascii_case(&b'x') && self.view.next(self.here, "ray");
        self.here += 1 + usize::from(ray);
        true
    }

    /// "NWBK".
    fn word(&mut self) -> bool {
        let word = self.view.text_of(self.here).as_bytes();
        let capitals = !word.is_empty() && word.iter().all(u8::is_ascii_uppercase);
        let takes = self.announced && capitals && word.len() <= 4;
        if takes {
            self.letters.extend_from_slice(word);
            self.here += 1;
        }
        takes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iban_needs_country_length_and_check_digits() {
        for (text, end) in [
            ("GB29 NWBK 6016 1331 9268 19.", Some(27)),
            ("DE89370400440532013000", Some(22)),
            ("de89 3704 0044 0532 0130 00", Some(27)),
            ("GB29 NWBK 6016 1331 9268 18", None),
            ("GB29 NWBK 6016 1331", None),
            ("ZZ29 NWBK 6016 1331 9268 19", None),
        ] {
            assert_eq!(whole(text.as_bytes(), false), end, "{text}");
        }
    }
}
