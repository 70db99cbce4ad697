//! What was masked before, `****1111` and `[card]`, and the tokens of a vault, `⟨card 1⟩`.
//!
//! Decides where such an atom ends; nothing in one is looked at again.

use crate::kind::Kind;

/// Names of kinds are shorter than this.
const NAME_BYTES: usize = 20;
/// A vault's token is shorter than this.
const TOKEN_BYTES: usize = 28;

/// The end of an atom that begins at `start`.
pub(super) fn atom(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    match bytes[start] {
        b'*' => last_four(bytes, start),
        b'[' => label(&bytes[start + 1..]).map(|len| start + len + 2),
        0xE2 => vault_token(&text[start..]).map(|len| start + len),
        _ => None,
    }
}

/// `****1111`.
fn last_four(bytes: &[u8], start: usize) -> Option<usize> {
    let tail = bytes[start..].strip_prefix(b"****")?;
    let digits = tail.iter().take(5);
    let digits = digits.take_while(|b| b.is_ascii_digit()).count();
    let joined = tail.get(digits).is_some_and(u8::is_ascii_alphanumeric);
    let begins = start == 0 || bytes[start - 1] != b'*';
    (digits == 4 && !joined && begins).then_some(start + 8)
}

/// The length of the name in `[card]`, whose bracket was read.
fn label(tail: &[u8]) -> Option<usize> {
    let end = tail.iter().take(NAME_BYTES).position(|b| *b == b']')?;
    let name = std::str::from_utf8(&tail[..end]).ok()?;
    Kind::from_name(name).map(|_| end)
}

/// The length of `⟨card 1⟩`.
fn vault_token(rest: &str) -> Option<usize> {
    let tail = rest.strip_prefix('⟨')?.as_bytes();
    let end = tail.iter().take(TOKEN_BYTES).position(|b| *b == 0xE2)?;
    let inside = std::str::from_utf8(&tail[..end]).ok()?;
    let (name, number) = inside.split_once(' ')?;
    Kind::from_name(name)?;
    let plain = (1..=5).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    let closed = tail[end..].starts_with("⟩".as_bytes());
    (plain && closed).then_some(3 + end + 3)
}
