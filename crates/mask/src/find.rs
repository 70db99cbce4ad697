//! Where the secrets in a text are.

use super::kind::{Kinds, Span};
use super::scan::{Setting, scan};

/// Texts longer than this are looked at in pieces (a secret across such a seam would be missed).
const PIECE_BYTES: usize = 1 << 30;

/// All secrets in `text`, sorted and not overlapping.
///
/// ```
/// use conversimple_mask::{Kind, find};
///
/// let text = "my pin is four two seven one";
/// let spans = find(text);
/// assert_eq!(spans[0].kind, Kind::Pin);
/// assert_eq!(&text[spans[0].start..spans[0].end], "four two seven one");
/// ```
#[must_use]
pub fn find(text: &str) -> Vec<Span> {
    find_kinds(text, Kinds::ALL)
}

/// The secrets of some kinds in `text`, sorted and not overlapping.
#[must_use]
pub fn find_kinds(text: &str, kinds: Kinds) -> Vec<Span> {
    let setting = Setting {
        kinds,
        ..Setting::default()
    };
    let mut spans = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let mut end = text.len().min(start + PIECE_BYTES);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let found = scan(&text[start..end], setting).spans;
        spans.extend(found.into_iter().map(|s| Span {
            start: s.start + start,
            end: s.end + start,
            kind: s.kind,
        }));
        start = end;
    }
    spans
}

/// The same spans with offsets in characters (Unicode scalar values) in place of bytes.
#[must_use]
pub fn in_characters(text: &str, spans: &[Span]) -> Vec<Span> {
    let (mut bytes, mut characters) = (0, 0);
    let mut count = |to: usize| {
        characters += text.get(bytes..to).map_or(0, |part| part.chars().count());
        bytes = to;
        characters
    };
    spans
        .iter()
        .map(|span| Span {
            start: count(span.start),
            end: count(span.end),
            kind: span.kind,
        })
        .collect()
}
