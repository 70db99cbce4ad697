//! A run of digits with a lead before it: it only has to be of a plausible length.
//!
//! Decides, for each thing that can be announced, whether the run is one, and which of its digits.

use super::again::luhn_after_correction;
use super::case::Case;
use super::dates::is_month_or_year;
use crate::checks::is_card;
use crate::kind::Kind;
use crate::lead::{Expectation, Lead};
use crate::token::STOP;

type Detector = fn(&mut Case<'_>, &Lead) -> bool;

/// What is tried for each thing that is expected.
const DETECTORS: [(Expectation, Detector); 10] = [
    (Expectation::Card, card),
    (Expectation::Brand, card),
    (Expectation::Cvv, security_code),
    (Expectation::Pin, pin),
    (Expectation::Pen, pen),
    (Expectation::Password, passcode),
    (Expectation::Expiry, expiry),
    (Expectation::Ssn, ssn),
    (Expectation::Phone, phone),
    (Expectation::Reach, reach),
];

/// Tries the lead's kind; false when the run does not fit it.
pub(super) fn announced(case: &mut Case<'_>, lead: &Lead) -> bool {
    if lead.want == Expectation::Secret {
        return (lead.is_near() || lead.asked) && case.take_all(Kind::Secret);
    }
    let known = DETECTORS.iter().find(|(want, _)| *want == lead.want);
    known.is_some_and(|(_, detect)| detect(case, lead))
}

fn security_code(case: &mut Case<'_>, lead: &Lead) -> bool {
    let whole = case.fits(lead, 3, 8, 2) && case.total() > 0;
    lead.is_near() && short(case, 3..=4, whole, Kind::SecurityCode)
}

fn pin(case: &mut Case<'_>, lead: &Lead) -> bool {
    let whole = case.fits(lead, 3, 12, 2);
    lead.is_near() && short(case, 3..=8, whole, Kind::Pin)
}

fn pen(case: &mut Case<'_>, lead: &Lead) -> bool {
    let whole = case.fits(lead, 4, 6, 4);
    lead.is_near() && short(case, 4..=8, whole, Kind::Pin)
}

/// "passcode seven oh seven one": nothing stands between.
fn passcode(case: &mut Case<'_>, lead: &Lead) -> bool {
    let direct = lead.strong && lead.is_direct() && lead.words() == 0;
    direct && (4..=12).contains(&case.total()) && case.take_all(Kind::Pin)
}

fn expiry(case: &mut Case<'_>, lead: &Lead) -> bool {
    let dated = case.sight.dated;
    if dated && lead.is_close(2) && is_month_or_year(&case.run.digits) {
        return case.take_all(Kind::Expiry);
    }
    lead.is_close(if dated { 2 } else { 1 }) && case.expiry(0, case.all())
}

fn ssn(case: &mut Case<'_>, lead: &Lead) -> bool {
    let total = case.total();
    let near = lead.is_near() && (case.fits(lead, 5, 13, 3) || total == 4);
    let close = lead.is_close(6) && (8..=10).contains(&total);
    (near || close) && (total > 9 && sentences(case, 9..=9, Kind::Ssn) || case.take_all(Kind::Ssn))
}

fn phone(case: &mut Case<'_>, lead: &Lead) -> bool {
    let early = if lead.strong { 3 } else { 5 };
    let near = lead.is_near() && case.fits(lead, 7, 24, early);
    let close = lead.is_close(4) && (7..=15).contains(&case.total());
    (near || close) && telephone(case)
}

fn reach(case: &mut Case<'_>, lead: &Lead) -> bool {
    lead.is_close(5) && case.fits(lead, 7, 24, 7) && telephone(case)
}

fn telephone(case: &mut Case<'_>) -> bool {
    let card = (14..=19).contains(&case.total()) && is_card(&case.run.digits);
    if card || case.has_slash() {
        return false;
    }
    let split = case.total() > 15 && sentences(case, 7..=15, Kind::Phone);
    split || case.take_all(Kind::Phone)
}

/// A short secret: the whole run where it fits, else its first sentence or clause that does.
fn short(
    case: &mut Case<'_>,
    sizes: std::ops::RangeInclusive<usize>,
    whole: bool,
    kind: Kind,
) -> bool {
    if case.has_slash() {
        return false;
    }
    if whole {
        return case.take_all(kind);
    }
    let all = case.all();
    let mut places = (1..all).take_while(|to| case.count(0, *to) <= *sizes.end());
    let part = places.find(|to| case.count(0, *to) >= *sizes.start() && case.is_seam(*to));
    let Some(to) = part else {
        return false;
    };
    case.push(0, to, kind);
    case.bare(to, all);
    true
}

/// Splits the run at sentence ends and commas and takes the parts that fit.
fn sentences(case: &mut Case<'_>, sizes: std::ops::RangeInclusive<usize>, kind: Kind) -> bool {
    let (all, mut from, mut found) = (case.all(), 0, false);
    for to in 1..=all {
        if !case.is_seam(to) {
            continue;
        }
        if sizes.contains(&case.count(from, to)) {
            case.push(from, to, kind);
            (from, found) = (to, true);
        } else if case.item(to).is_some_and(|item| item.has(STOP)) {
            from = to;
        }
    }
    found
}

/// A card that was said to be one.
fn card(case: &mut Case<'_>, lead: &Lead) -> bool {
    let (total, all) = (case.total(), case.all());
    if case.has_slash() && total <= 8 {
        return case.expiry(0, all);
    }
    if is_no_card(case, lead) {
        return false;
    }
    let corrected = case.run.is_corrected(0, all);
    if corrected && luhn_after_correction(case.run, 0, all) {
        return case.take_all(Kind::Card);
    }
    if let Some(to) = case.longest_card(0) {
        case.push(0, to, Kind::Card);
        case.after_card(to);
        return true;
    }
    let whole = total <= 19 || corrected && total <= 28;
    let to = if whole { all } else { item_after(case, 16) };
    case.push(0, to, Kind::Card);
    if to < all {
        case.after_card(to);
    }
    true
}

/// Too few digits, or a number of something else.
fn is_no_card(case: &Case<'_>, lead: &Lead) -> bool {
    let total = case.total();
    let small = lead.want == Expectation::Card && total < 5 && is_year_or_small(case);
    total < least_of_card(case, lead) || small || is_lone(case, lead)
}

/// "change the address of my card to 81292 Main Street".
fn is_lone(case: &Case<'_>, lead: &Lead) -> bool {
    let total = case.total();
    let path = case.sight.path && total < 12;
    let piece = case.all() == 1 && case.run.items[0].written && total < 8;
    let said = lead.is_said() || lead.strong || lead.asked || lead.part;
    (path || piece) && !said
}

/// How many digits are enough.
fn least_of_card(case: &Case<'_>, lead: &Lead) -> usize {
    if !lead.is_near() {
        return 11;
    }
    if lead.want == Expectation::Brand {
        let early = case.sight.ends && case.is_growing();
        return if early { 4 } else { 8 };
    }
    if lead.part {
        return 2;
    }
    if !lead.is_direct() {
        return 8;
    }
    if case.sight.ends {
        return least_at_end(case, lead);
    }
    5
}

/// The end of what was heard so far: two digits are enough where "card number is" or a question came before.
fn least_at_end(case: &Case<'_>, lead: &Lead) -> usize {
    let growing = case.is_growing() && lead.is_said();
    match (lead.strong || lead.asked || growing, lead.is_said()) {
        (true, true) => 2,
        (true, false) => 4,
        (false, _) => 5,
    }
}

fn is_year_or_small(case: &Case<'_>) -> bool {
    let digits = &case.run.digits;
    let year = digits.starts_with(&[2, 0]) || digits.starts_with(&[1, 9]);
    case.all() == 1 && (digits.len() < 4 || year)
}

/// The first item boundary at or after `count` digits.
fn item_after(case: &Case<'_>, count: usize) -> usize {
    let mut places = 1..=case.all();
    let found = places.find(|to| case.count(0, *to) >= count);
    found.unwrap_or(case.all())
}
