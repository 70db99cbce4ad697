//! An expiry that begins with a month's name, under a lead: "september twenty seven".

use super::dates::is_card_year;
use crate::digits::{Reading, Run, run_at};
use crate::kind::{Kind, Span};
use crate::lead::{Expectation, Lead};
use crate::lexicon::{FILLER, MEASURE, MONTH, Number, ORDINAL};
use crate::phrases::Words;
use crate::token::{COMMA, LINE, STOP};
use crate::view::View;

/// The expiry whose month is token `at`, and the token after it; `last` is the secret before it.
pub(crate) fn month(
    view: View<'_>,
    at: usize,
    lead: &Lead,
    last: Option<&Span>,
) -> Option<(Span, usize)> {
    let ordinal = view.is(at, ORDINAL) && view.next(at, "of");
    let named = view.is(at, MONTH) || ordinal;
    if !named || lead.want != Expectation::Expiry || !lead.is_close(3) {
        return None;
    }
    let mut next = at + 1;
    while view.within(next, Words::BeforeYear) {
        next += 1;
    }
    let mut run = Run::default();
    let end = match run_at(view, next, Reading::VALUE, &mut run) {
        true => year_end(view, &run)?,
        false => month_alone(view, at, lead, last)?,
    };
    let span = Span {
        start: view.tokens[at].start,
        end: view.tokens[end - 1].end(),
        kind: Kind::Expiry,
    };
    Some((span, end))
}

/// The token after the year that `run` begins with.
fn year_end(view: View<'_>, run: &Run) -> Option<usize> {
    let mut places = (1..=run.items.len()).rev();
    let to = places.find(|to| is_card_year(run.digits_of(0, *to)))?;
    let end = run.items[to - 1].next;
    let measures = view.number(end) == Number::None && view.is(end, MEASURE);
    (!measures).then_some(end)
}

/// "… 1111 runs out in march": the month is all that was said.
fn month_alone(view: View<'_>, at: usize, lead: &Lead, last: Option<&Span>) -> Option<usize> {
    let card = last.is_some_and(|span| span.kind == Kind::Card && span.end < lead.start);
    let next = view.token(at + 1);
    let done = next.is_none_or(|t| t.has(STOP | COMMA | LINE) || t.is(FILLER));
    let said = card && lead.is_close(2) && view.before_in(at, Words::MonthOf);
    (said && done).then_some(at + 1)
}
