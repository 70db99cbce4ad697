//! Runs of digits, written and spoken: "4111 1111", "four one one one", "forty-one hundred", "double four, uh, triple oh".
//!
//! Decides which tokens are one number and what its digits are; whether that number is a secret is for `judge`.

mod count;
mod joint;
mod reader;
mod run;

use super::lexicon::Number;
use super::token::{COMMA, tokens};
use super::view::View;
use joint::Joint;
use reader::Reader;
pub(super) use run::{Item, Run};

/// More digits than this are no run of ours: the rest begins a new one, so that work stays linear.
const RUN_DIGITS: usize = 256;
/// Digits of as many words as this, one by one, are dictated.
const DICTATED: usize = 3;
/// A number of so many digits in one piece is whole.
const SOLID: usize = 5;

/// How a run is read.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    /// A doubtful word ("for") may begin it.
    pub(super) announced: bool,
    /// It may go on in the next line.
    pub(super) lines: bool,
}

impl Reading {
    /// A word that is read for its digits only.
    pub(super) const WORD: Self = Self {
        announced: true,
        lines: false,
    };
    /// A value that is known to be one.
    pub(super) const VALUE: Self = Self {
        announced: true,
        lines: true,
    };
}

/// Whether token `at` only says how many digits follow: "first four", "the next three are".
pub(super) fn counts(view: View<'_>, at: usize) -> bool {
    Reader { view, lines: false }.counts(at)
}

/// The digits that a written or spoken number stands for, each 0 to 9, corrections not applied.
pub fn digits_in(text: &str) -> Vec<u8> {
    let tokens = tokens(text);
    let view = View::new(text, &tokens);
    let (mut out, mut at, mut run) = (Vec::new(), 0, Run::default());
    while at < tokens.len() {
        if run_at(view, at, Reading::VALUE, &mut run) {
            out.extend_from_slice(&run.digits);
            at = run.next();
        } else {
            at += 1;
        }
    }
    out
}

/// Reads the run that begins at token `at`.
pub(super) fn run_at(view: View<'_>, at: usize, how: Reading, run: &mut Run) -> bool {
    run.clear();
    let reader = Reader {
        view,
        lines: how.lines,
    };
    if !reader.may_begin(at, how.announced) {
        return false;
    }
    let (mut joint, mut singles) = (Some(Joint::at(at)), 0);
    while let Some(here) = joint {
        let Some(single) = push(reader, &here, run) else {
            break;
        };
        singles = if single { singles + 1 } else { 0 };
        joint = next(reader, run, singles >= DICTATED);
    }
    !run.items.is_empty()
}

/// Reads the item at `here`; whether it is one word for one digit.
fn push(reader: Reader<'_>, here: &Joint, run: &mut Run) -> Option<bool> {
    let start = run.digits.len();
    let read = reader.item(here.next, &mut run.digits)?;
    run.items.push(Item {
        first: here.next,
        next: read.next,
        at: start,
        len: run.digits.len() - start,
        written: reader.view.is_digits(here.next),
        single: read.single,
        tail: read.tail,
        gap: here.gap,
        corrected: here.corrected,
        glued: here.words > 0,
    });
    Some(read.single)
}

/// Where the run goes on after its last item.
fn next(reader: Reader<'_>, run: &mut Run, dictated: bool) -> Option<Joint> {
    let (here, total) = (run.next(), run.total());
    run.quantity |= reader.view.number(here) == Number::Big;
    // "nine of twenty nine": a month and its year.
    let of = total <= 2 && reader.is_of(here);
    let joint = reader.joint(here + usize::from(of), dictated)?;
    let apart = joint.gap & COMMA != 0 && switches(reader.view, here - 1, joint.next);
    (total < RUN_DIGITS && !apart).then_some(joint)
}

/// "member 99812, six three six …": two numbers.
fn switches(view: View<'_>, last: usize, next: usize) -> bool {
    let solid = |at: usize| view.is_digits(at) && view.len(at) >= SOLID;
    view.is_digits(last) != view.is_digits(next) && (solid(last) || solid(next))
}
