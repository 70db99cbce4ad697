//! Puts something in place of each secret: its last four, or the name of its kind.

use std::borrow::Cow;

use super::digits::digits_in;
use super::find::find_kinds;
use super::kind::{Kind, Kinds, Span};

/// How often a masked text is looked at again: replacing a secret can only bring its neighbours closer together once or twice.
const ROUNDS: usize = 4;

/// `text` with every secret replaced: cards and phones by their last four (`****1111`), the rest by their kind (`[email]`).
///
/// Masking a masked text changes nothing.
///
/// ```
/// use conversimple_mask::mask;
///
/// assert_eq!(mask("call (415) 555-2671 now"), "call ****2671 now");
/// assert_eq!(mask("see clause 10.4.2.1"), "see clause 10.4.2.1");
/// ```
#[must_use]
pub fn mask(text: &str) -> Cow<'_, str> {
    mask_kinds(text, Kinds::ALL)
}

/// `text` with every secret of some kinds replaced.
#[must_use]
pub fn mask_kinds(text: &str, kinds: Kinds) -> Cow<'_, str> {
    let spans = find_kinds(text, kinds);
    if spans.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = replace(text, &spans);
    for _ in 1..ROUNDS {
        let spans = find_kinds(&masked, kinds);
        if spans.is_empty() {
            break;
        }
        masked = replace(&masked, &spans);
    }
    Cow::Owned(masked)
}

/// `text` with `spans` (sorted, not overlapping) replaced as `mask` does.
#[must_use]
pub fn replace(text: &str, spans: &[Span]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for span in spans {
        let (Some(before), Some(secret)) =
            (text.get(at..span.start), text.get(span.start..span.end))
        else {
            continue;
        };
        out.push_str(before);
        out.push_str(&stand_in(secret, span.kind));
        at = span.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// What is shown in place of `secret`. The last four are kept only where enough is hidden before them.
pub(super) fn stand_in(secret: &str, kind: Kind) -> Cow<'static, str> {
    let shown = match kind {
        Kind::Card => 12,
        Kind::Phone => 10,
        _ => return Cow::Borrowed(kind.label()),
    };
    let digits = digits_in(secret);
    if digits.len() < shown {
        return Cow::Borrowed(kind.label());
    }
    let last: String = digits[digits.len() - 4..]
        .iter()
        .map(|d| char::from(b'0' + d))
        .collect();
    Cow::Owned(format!("****{last}"))
}
