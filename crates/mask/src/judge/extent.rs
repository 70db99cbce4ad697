//! From where to where a number reaches in the text: with its plus, its extension, and what lists of cards have behind it.
//!
//! Decides the bytes of a secret whose items are known.

use crate::digits::{Reading, Run, run_at};
use crate::kind::{Kind, Span};
use crate::phrases::Words;
use crate::token::{COLON, LINE};
use crate::view::View;

/// The spans of one secret, and the token and byte to go on with.
pub(super) struct Extent {
    pub(super) spans: Vec<Span>,
    pub(super) next: usize,
    pub(super) skip: usize,
}

/// Where items `from..to` of `run` stand.
pub(super) fn extent(view: View<'_>, run: &Run, (from, to, kind): (usize, usize, Kind)) -> Extent {
    let mut found = Extent {
        spans: Vec::new(),
        next: run.next(),
        skip: 0,
    };
    let token = |at: usize| run.items[at].first;
    let mut start = match kind {
        Kind::Phone => phone_start(view, token(from)),
        _ => view.tokens[token(from)].start,
    };
    // The other side's "uh huh" between two parts is no secret.
    for at in from + 1..to {
        if run.items[at].has(COLON) {
            let end = view.tokens[run.items[at - 1].next - 1].end();
            found.spans.push(Span { start, end, kind });
            start = view.tokens[token(at)].start;
        }
    }
    let last = &run.items[to - 1];
    let mut end = view.tokens[last.next - 1].end();
    let extended =
        || (kind == Kind::Phone && to == run.items.len()).then(|| extension(view, last.next));
    if let Some(after) = extended().flatten() {
        (end, found.next) = (view.tokens[after - 1].end(), after);
    }
    found.spans.push(Span { start, end, kind });
    if kind == Kind::Card && last.written {
        after_pan(view, end, &mut found);
    }
    found
}

/// Where a phone number begins whose first digits are token `first`: with its plus or bracket.
fn phone_start(view: View<'_>, first: usize) -> usize {
    if view.before(first, "plus") {
        return view.tokens[first - 1].start;
    }
    let start = view.tokens[first].start;
    let signs = view.bytes()[..start].iter().rev().take(2);
    start - signs.take_while(|b| matches!(b, b'(' | b'+')).count()
}

/// "extension four oh two", "x402" after a phone number: the token after it.
fn extension(view: View<'_>, at: usize) -> Option<usize> {
    let token = view.token(at).filter(|t| !t.has(LINE))?;
    if token.is_mixed() && is_glued_extension(view.text_of(at)) {
        return Some(at + 1);
    }
    if !view.within(at, Words::Extensions) {
        return None;
    }
    let skip = usize::from(view.next_in(at, Words::ExtensionIs));
    let mut run = Run::default();
    let found = run_at(view, at + 1 + skip, Reading::WORD, &mut run);
    (found && run.total() <= 6).then(|| run.next())
}

/// `x402`, `ext402`.
fn is_glued_extension(text: &str) -> bool {
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (name, number) = text.split_at(letters);
    let named = ["x", "ext"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known));
    named && (1..=6).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit())
}

/// `4111111111111111|09|2027|123`: what lists of stolen cards have after the number.
fn after_pan(view: View<'_>, end: usize, found: &mut Extent) {
    let bytes = view.bytes();
    if bytes.get(end) != Some(&b'|') {
        return;
    }
    let Some((month, month_end)) = field(bytes, end) else {
        return;
    };
    let year = field(bytes, month_end);
    let year = year.filter(|(from, to)| matches!(to - from, 2 | 4) && month_end - month <= 2);
    let expiry_end = match year {
        Some((_, to)) => to,
        None if month_end - month == 4 => month_end,
        None => return,
    };
    let code = field(bytes, expiry_end).filter(|(from, to)| matches!(to - from, 3 | 4));
    found.spans.push(Span {
        start: month,
        end: expiry_end,
        kind: Kind::Expiry,
    });
    found.skip = code.map_or(expiry_end, |(_, to)| to);
    found.spans.extend(code.map(|(start, end)| Span {
        start,
        end,
        kind: Kind::SecurityCode,
    }));
}

/// The digits after the sign at `at`.
fn field(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let sign = bytes
        .get(at)
        .is_some_and(|b| matches!(b, b'|' | b'/' | b':'));
    let digits = bytes.get(at + 1..)?.iter().take(5);
    let len = digits.take_while(|b| b.is_ascii_digit()).count();
    (sign && len > 0).then_some((at + 1, at + 1 + len))
}
