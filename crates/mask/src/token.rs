//! Cuts a text into words, numbers and what stands between them, in one pass.
//!
//! Decides only where a token begins and ends. What was masked before (`****1111`, `[email]`) and a vault's token
//! (`⟨card 1⟩`) come out as one token each, an atom, so that a masked text is never masked again.

use super::kind::Kind;
use super::lexicon::{ATOM, DIGITS, LEXICON, MIXED, PLAIN, Word};

pub(super) const SPACE: u16 = 1;
pub(super) const DASH: u16 = 1 << 1;
pub(super) const POINT: u16 = 1 << 2;
pub(super) const COMMA: u16 = 1 << 3;
pub(super) const SLASH: u16 = 1 << 4;
pub(super) const PAREN: u16 = 1 << 5;
pub(super) const PLUS: u16 = 1 << 6;
pub(super) const LINE: u16 = 1 << 7;
/// A full stop, question or exclamation mark before a space or the end.
pub(super) const STOP: u16 = 1 << 8;
pub(super) const COLON: u16 = 1 << 9;
pub(super) const EQUALS: u16 = 1 << 10;
pub(super) const QUOTE: u16 = 1 << 11;
pub(super) const AT_SIGN: u16 = 1 << 12;
pub(super) const MONEY: u16 = 1 << 13;
pub(super) const UNDER: u16 = 1 << 14;
pub(super) const OTHER: u16 = 1 << 15;

/// One word, number or atom, with the separators (`gap`) that stand before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) start: usize,
    pub(super) len: u32,
    pub(super) word: u16,
    pub(super) gap: u16,
}

impl Token {
    pub(super) fn end(&self) -> usize {
        self.start + self.len as usize
    }

    pub(super) fn info(&self) -> &'static Word {
        LEXICON.word(self.word)
    }

    pub(super) fn is_digits(&self) -> bool {
        self.word == DIGITS
    }

    pub(super) fn is_atom(&self) -> bool {
        self.word == ATOM
    }

    pub(super) fn has(&self, gap: u16) -> bool {
        self.gap & gap != 0
    }
}

/// The value of a decimal digit in the scripts that a keyboard or an attacker may use.
pub(super) fn digit_of(c: char) -> Option<u8> {
    let base = match c {
        '0'..='9' => '0',
        '\u{FF10}'..='\u{FF19}' => '\u{FF10}',
        '\u{0660}'..='\u{0669}' => '\u{0660}',
        '\u{06F0}'..='\u{06F9}' => '\u{06F0}',
        '\u{0966}'..='\u{096F}' => '\u{0966}',
        '\u{09E6}'..='\u{09EF}' => '\u{09E6}',
        '\u{1D7CE}'..='\u{1D7FF}' => return u8::try_from((c as u32 - 0x1D7CE) % 10).ok(),
        _ => return None,
    };
    u8::try_from(c as u32 - base as u32).ok()
}

/// Zero-width characters, which separate nothing that an eye can see.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{00AD}' | '\u{202A}'..='\u{202E}')
}

#[derive(Clone, Copy, PartialEq)]
enum Byte {
    Letter,
    Digit,
    Wide,
    Gap(u16),
}

const BYTES: [Byte; 256] = byte_table();

const fn byte_table() -> [Byte; 256] {
    let mut table = [Byte::Gap(OTHER); 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        table[at] = match byte {
            b'a'..=b'z' | b'A'..=b'Z' => Byte::Letter,
            b'0'..=b'9' => Byte::Digit,
            b' ' | b'\t' => Byte::Gap(SPACE),
            b'\n' | b'\r' => Byte::Gap(LINE),
            b'-' => Byte::Gap(DASH),
            b',' | b';' => Byte::Gap(COMMA),
            b'/' => Byte::Gap(SLASH),
            b'(' | b')' => Byte::Gap(PAREN),
            b'+' => Byte::Gap(PLUS),
            b':' => Byte::Gap(COLON),
            b'=' => Byte::Gap(EQUALS),
            b'"' | b'\'' | b'`' => Byte::Gap(QUOTE),
            b'@' => Byte::Gap(AT_SIGN),
            b'$' => Byte::Gap(MONEY),
            b'_' => Byte::Gap(UNDER),
            b'.' | b'?' | b'!' => Byte::Gap(POINT),
            128.. => Byte::Wide,
            _ => Byte::Gap(OTHER),
        };
        at += 1;
    }
    table
}

/// All tokens of a text, in order; each byte is looked at a fixed number of times.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len() / 5 + 1);
    let (mut at, mut gap) = (0, 0_u16);
    while at < bytes.len() {
        let byte = bytes[at];
        match BYTES[usize::from(byte)] {
            Byte::Letter | Byte::Digit => {}
            Byte::Gap(POINT) => {
                let stop = byte != b'.'
                    || bytes
                        .get(at + 1)
                        .is_none_or(|next| !next.is_ascii_alphanumeric());
                gap |= if stop { STOP } else { POINT };
                at += 1;
                continue;
            }
            Byte::Gap(bits) => {
                if let Some(end) = atom(text, at) {
                    out.push(Token {
                        start: at,
                        len: len_of(at, end),
                        word: ATOM,
                        gap,
                    });
                    (at, gap) = (end, 0);
                } else {
                    gap |= bits;
                    at += 1;
                }
                continue;
            }
            Byte::Wide => {
                let Some(c) = text[at..].chars().next() else {
                    break;
                };
                if !(c.is_alphabetic() || digit_of(c).is_some()) {
                    if let Some(end) = atom(text, at) {
                        out.push(Token {
                            start: at,
                            len: len_of(at, end),
                            word: ATOM,
                            gap,
                        });
                        (at, gap) = (end, 0);
                    } else {
                        gap |= wide_gap(c);
                        at += c.len_utf8();
                    }
                    continue;
                }
            }
        }
        let after_group = out.last().is_some_and(|t: &Token| {
            t.is_digits() && t.len == 3 && gap & !(DASH | POINT | SPACE | PAREN) == 0
        });
        let (end, word) = match before_extension(bytes, at, after_group) {
            Some(end) => (end, DIGITS),
            None => word_at(text, at),
        };
        out.push(Token {
            start: at,
            len: len_of(at, end),
            word,
            gap,
        });
        (at, gap) = (end, 0);
    }
    out
}

fn len_of(start: usize, end: usize) -> u32 {
    u32::try_from(end - start).unwrap_or(u32::MAX)
}

fn wide_gap(c: char) -> u16 {
    match c {
        _ if is_invisible(c) => 0,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}' => DASH,
        '\u{2018}' | '\u{2019}' | '\u{201C}' | '\u{201D}' => QUOTE,
        '£' | '€' | '¥' | '₹' => MONEY,
        '…' | '。' => STOP,
        '，' | '、' => COMMA,
        '\u{2028}' | '\u{2029}' => LINE,
        _ if c.is_whitespace() => SPACE,
        _ => OTHER,
    }
}

/// The end of the word or number that begins here, and its number in the lexicon.
fn word_at(text: &str, start: usize) -> (usize, u16) {
    let bytes = text.as_bytes();
    let (mut at, mut letters, mut digits, mut curly) = (start, false, false, false);
    while at < bytes.len() {
        match BYTES[usize::from(bytes[at])] {
            Byte::Letter => letters = true,
            Byte::Digit => digits = true,
            Byte::Gap(QUOTE) if bytes[at] == b'\'' && letters && next_is_letter(bytes, at + 1) => {}
            Byte::Wide => {
                let Some(c) = text[at..].chars().next() else {
                    break;
                };
                if c == '\u{2019}' && letters && next_is_letter(bytes, at + 3) {
                    curly = true;
                } else if c.is_alphabetic() {
                    letters = true;
                } else if digit_of(c).is_some() {
                    digits = true;
                } else {
                    break;
                }
                at += c.len_utf8();
                continue;
            }
            Byte::Gap(_) => break,
        }
        at += 1;
    }
    let word = match (letters, digits) {
        (false, _) => DIGITS,
        (true, true) => match LEXICON.number_of(&bytes[start..at]) {
            PLAIN => MIXED,
            known => known,
        },
        (true, false) if curly => {
            LEXICON.number_of(text[start..at].replace('\u{2019}', "'").as_bytes())
        }
        (true, false) => LEXICON.number_of(&bytes[start..at]),
    };
    (at, word)
}

/// `555-2671x402`, `4155552671x402`: the end of the digits before an extension, which is a word of its own.
fn before_extension(bytes: &[u8], start: usize, after_group: bool) -> Option<usize> {
    let count = |from: usize, most: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        rest.iter()
            .take(most)
            .take_while(|b| b.is_ascii_digit())
            .count()
    };
    let digits = count(start, 14);
    let end = start + digits;
    if !matches!(bytes.get(end), Some(b'x' | b'X'))
        || !(after_group && digits == 4 || (10..14).contains(&digits))
    {
        return None;
    }
    let extension = count(end + 1, 7);
    let ends = bytes
        .get(end + 1 + extension)
        .is_none_or(|b| !b.is_ascii_alphanumeric());
    ((1..7).contains(&extension) && ends).then_some(end)
}

fn next_is_letter(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(u8::is_ascii_alphabetic)
}

/// The end of an atom that begins here: `****1111`, `[card]`, `⟨card 1⟩`.
fn atom(text: &str, start: usize) -> Option<usize> {
    let rest = &text.as_bytes()[start..];
    match rest {
        [b'*', b'*', b'*', b'*', tail @ ..] => {
            let digits = tail
                .iter()
                .take(5)
                .take_while(|b| b.is_ascii_digit())
                .count();
            let joined = tail.get(digits).is_some_and(|b| b.is_ascii_alphanumeric());
            (digits == 4
                && !joined
                && start
                    .checked_sub(1)
                    .is_none_or(|p| text.as_bytes()[p] != b'*'))
            .then_some(start + 8)
        }
        [b'[', tail @ ..] => {
            let end = tail.iter().take(16).position(|b| *b == b']')?;
            let name = std::str::from_utf8(&tail[..end]).ok()?;
            Kind::from_name(name)?;
            Some(start + end + 2)
        }
        _ if rest.starts_with("⟨".as_bytes()) => {
            let tail = &rest[3..];
            let end = tail.iter().take(24).position(|b| *b == 0xE2)?;
            let inside = std::str::from_utf8(&tail[..end]).ok()?;
            let (name, number) = inside.split_once(' ')?;
            Kind::from_name(name)?;
            let plain =
                (1..=5).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
            (plain && tail[end..].starts_with("⟩".as_bytes())).then_some(start + 3 + end + 3)
        }
        _ => None,
    }
}
