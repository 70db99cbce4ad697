//! What single words look like in and around a password.

use crate::lexicon::Number;
use crate::view::View;

/// A single letter or digit, then another.
pub(super) fn is_spelled(view: View<'_>, at: usize) -> bool {
    is_piece(view, at) && is_piece(view, at + 1)
}

fn is_piece(view: View<'_>, at: usize) -> bool {
    view.len(at) == 1 || view.number(at) != Number::None
}

/// A letter, or a number.
pub(super) fn is_small(view: View<'_>, at: usize) -> bool {
    is_piece(view, at) || view.is_digits(at)
}

/// `settings.password`, `os.environ[`, `crate::read(`: code that fetches a value is none.
pub(super) fn is_code(bytes: &[u8], text: &str, to: usize) -> bool {
    let words = |b: u8| b.is_ascii_alphabetic() || matches!(b, b'_' | b'.' | b':' | b'&');
    let joined = text.contains("::") || text.trim_end_matches('.').contains('.');
    let path = joined && text.bytes().all(words);
    path || text.contains(['[', '(']) || matches!(bytes.get(to), Some(b'[' | b'('))
}
