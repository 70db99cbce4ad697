//! Digits read another way: with what was taken back left out, or words cut elsewhere.
//!
//! Decides only where check digits prove it.

use crate::checks::is_card;
use crate::digits::Run;

/// How many doubtful places of one number are tried both ways.
const DOUBTS: usize = 8;
/// How many digits a correction takes back at most.
const TAKEN_BACK: usize = 6;

/// The digits read another way where words leave a doubt, if that makes a card: "ninety eight" as 90 and 8, "ninety, uh, eight" as 98,
/// "four thousand eleven" as 4000 and 11.
pub(crate) fn reread(run: &Run, from: usize, to: usize) -> Option<Vec<u8>> {
    if !(12..=24).contains(&run.count(from, to)) {
        return None;
    }
    // A tens word and a unit with a pause between are most often one number.
    let paused = (from..to).filter(|at| *at + 1 < to && joins(run, *at));
    let cut = (from..to).filter(|at| run.items[*at].tail > 0);
    let doubts: Vec<usize> = paused.chain(cut).take(DOUBTS).collect();
    (1_u32..1 << doubts.len()).find_map(|choice| {
        let other = |at: usize| {
            let doubt = doubts.iter().position(|d| *d == at);
            doubt.is_some_and(|d| choice & 1 << d != 0)
        };
        let mut digits = Vec::with_capacity(run.total() + DOUBTS * 2);
        for at in from..to {
            match other(at) {
                true => otherwise(run, at, &mut digits),
                false => digits.extend_from_slice(run.digits_of(at, at + 1)),
            }
        }
        (matches!(digits.len(), 14..=19) && is_card(&digits)).then_some(digits)
    })
}

/// "ninety, uh, eight".
fn joins(run: &Run, at: usize) -> bool {
    let item = &run.items[at];
    let tens = !item.written && item.tail == 0 && item.len >= 2;
    let round = run.digits_of(at, at + 1).ends_with(&[0]);
    let unit = run.items.get(at + 1).filter(|n| n.single && n.glued);
    tens && round && unit.is_some_and(|n| n.len == 1 && run.digits[n.at] > 0)
}

/// The digits of a doubtful item, read the other way.
fn otherwise(run: &Run, at: usize, digits: &mut Vec<u8>) {
    let said = run.digits_of(at, at + 1);
    let tail = run.items[at].tail;
    if tail == 0 {
        digits.extend_from_slice(&said[..said.len() - 1]);
        return;
    }
    let (head, rest) = said.split_at(said.len() - tail);
    digits.extend_from_slice(head);
    digits.extend(std::iter::repeat_n(0, tail));
    digits.extend_from_slice(rest);
}

/// Whether dropping up to six digits before a correction leaves a valid card.
pub(super) fn luhn_after_correction(run: &Run, from: usize, to: usize) -> bool {
    corrected(run, from, to, is_card).is_some()
}

/// The digits of items `from..to` with those taken back before the first correction, if `fits` accepts any choice.
pub(crate) fn corrected(
    run: &Run,
    from: usize,
    to: usize,
    fits: impl Fn(&[u8]) -> bool,
) -> Option<Vec<u8>> {
    let at = (from + 1..to).find(|at| run.items[*at].corrected)?;
    let (before, after) = (run.digits_of(from, at), run.digits_of(at, to));
    (0..=before.len().min(TAKEN_BACK)).find_map(|taken| {
        let digits = [&before[..before.len() - taken], after].concat();
        fits(&digits).then_some(digits)
    })
}
