//! What stands between words: the signs, as bits of a token's gap, and the characters that are digits.
//!
//! Decides the class of each character; where a token begins and ends is decided by `token`.

pub(crate) const SPACE: u16 = 1;
pub(crate) const DASH: u16 = 1 << 1;
pub(crate) const POINT: u16 = 1 << 2;
pub(crate) const COMMA: u16 = 1 << 3;
pub(crate) const SLASH: u16 = 1 << 4;
pub(crate) const PAREN: u16 = 1 << 5;
pub(crate) const PLUS: u16 = 1 << 6;
pub(crate) const LINE: u16 = 1 << 7;
/// A full stop, question or exclamation mark before a space or the end.
pub(crate) const STOP: u16 = 1 << 8;
pub(crate) const COLON: u16 = 1 << 9;
pub(crate) const EQUALS: u16 = 1 << 10;
pub(crate) const QUOTE: u16 = 1 << 11;
pub(crate) const AT_SIGN: u16 = 1 << 12;
pub(crate) const MONEY: u16 = 1 << 13;
pub(crate) const UNDER: u16 = 1 << 14;
pub(crate) const OTHER: u16 = 1 << 15;

/// The class of a byte.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Byte {
    Letter,
    Digit,
    Wide,
    Gap(u16),
}

/// The signs of ASCII and their bits; every other sign is `OTHER`.
const SIGNS: [(u8, u16); 25] = [
    (b' ', SPACE),
    (b'\t', SPACE),
    (b'\n', LINE),
    (b'\r', LINE),
    (b'-', DASH),
    (b',', COMMA),
    (b';', COMMA),
    (b'/', SLASH),
    (b'(', PAREN),
    (b')', PAREN),
    (b'+', PLUS),
    (b':', COLON),
    (b'=', EQUALS),
    (b'"', QUOTE),
    (b'\'', QUOTE),
    (b'`', QUOTE),
    (b'@', AT_SIGN),
    (b'$', MONEY),
    (b'_', UNDER),
    (b'.', POINT),
    (b'?', POINT),
    (b'!', POINT),
    (b'~', OTHER),
    (b'|', OTHER),
    (b'%', OTHER),
];

pub(super) const BYTES: [Byte; 256] = byte_table();

const fn byte_table() -> [Byte; 256] {
    let mut table = [Byte::Gap(OTHER); 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        if byte.is_ascii_alphabetic() {
            table[at] = Byte::Letter;
        } else if byte.is_ascii_digit() {
            table[at] = Byte::Digit;
        } else if !byte.is_ascii() {
            table[at] = Byte::Wide;
        }
        at += 1;
    }
    let mut row = 0;
    while row < SIGNS.len() {
        table[SIGNS[row].0 as usize] = Byte::Gap(SIGNS[row].1);
        row += 1;
    }
    table
}

/// Where digits stand in Unicode: first and last character and the value of the first. Sources: general category Nd, and the
/// digits of category No that a phone's keyboard offers (superscript, subscript, circled, in brackets, with a full stop).
const DIGITS: [(char, char, u8); 33] = [
    ('\u{00B2}', '\u{00B3}', 2),
    ('\u{00B9}', '\u{00B9}', 1),
    ('\u{0660}', '\u{0669}', 0),
    ('\u{06F0}', '\u{06F9}', 0),
    ('\u{07C0}', '\u{07C9}', 0),
    ('\u{0966}', '\u{096F}', 0),
    ('\u{09E6}', '\u{09EF}', 0),
    ('\u{0A66}', '\u{0A6F}', 0),
    ('\u{0AE6}', '\u{0AEF}', 0),
    ('\u{0B66}', '\u{0B6F}', 0),
    ('\u{0BE6}', '\u{0BEF}', 0),
    ('\u{0C66}', '\u{0C6F}', 0),
    ('\u{0CE6}', '\u{0CEF}', 0),
    ('\u{0D66}', '\u{0D6F}', 0),
    ('\u{0E50}', '\u{0E59}', 0),
    ('\u{0ED0}', '\u{0ED9}', 0),
    ('\u{0F20}', '\u{0F29}', 0),
    ('\u{1040}', '\u{1049}', 0),
    ('\u{17E0}', '\u{17E9}', 0),
    ('\u{1810}', '\u{1819}', 0),
    ('\u{2070}', '\u{2070}', 0),
    ('\u{2074}', '\u{2079}', 4),
    ('\u{2080}', '\u{2089}', 0),
    ('\u{2460}', '\u{2468}', 1),
    ('\u{2474}', '\u{247C}', 1),
    ('\u{2488}', '\u{2490}', 1),
    ('\u{24EA}', '\u{24EA}', 0),
    ('\u{24F5}', '\u{24FD}', 1),
    ('\u{24FF}', '\u{24FF}', 0),
    ('\u{2776}', '\u{277E}', 1),
    ('\u{2780}', '\u{2788}', 1),
    ('\u{278A}', '\u{2792}', 1),
    ('\u{FF10}', '\u{FF19}', 0),
];

/// The value of a decimal digit in the scripts and shapes that a keyboard or an attacker may use.
pub(crate) fn digit_of(c: char) -> Option<u8> {
    if c.is_ascii() {
        return c.is_ascii_digit().then(|| c as u8 - b'0');
    }
    let value = match c {
        '\u{1D7CE}'..='\u{1D7FF}' => (c as u32 - 0x1D7CE) % 10,
        '\u{1FBF0}'..='\u{1FBF9}' => c as u32 - 0x1FBF0,
        _ => {
            let row = DIGITS.partition_point(|(_, last, _)| *last < c);
            let (first, _, value) = DIGITS.get(row).filter(|(first, _, _)| *first <= c)?;
            c as u32 - *first as u32 + u32::from(*value)
        }
    };
    u8::try_from(value).ok()
}

/// Characters that separate nothing that an eye can see: of no width, and those that make a keycap of a digit.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{00AD}' | '\u{202A}'..='\u{202E}' | '\u{FE00}'..='\u{FE0F}' | '\u{20D0}'..='\u{20F0}')
}

/// The bit of a character beyond ASCII that is no part of a word.
pub(super) fn wide_gap(c: char) -> u16 {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_digits_are_sorted_and_each_is_a_digit() {
        assert!(DIGITS.is_sorted_by(|a, b| a.1 < b.0));
        for (first, last, value) in DIGITS {
            let span = last as u32 - first as u32 + u32::from(value);
            assert_eq!(digit_of(first), Some(value), "{first}");
            assert_eq!(digit_of(last).map(u32::from), Some(span), "{last}");
            assert!(span <= 9, "{first}");
        }
    }
}
