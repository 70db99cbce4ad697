//! Cuts a text into words, numbers and what stands between them, in one pass.
//!
//! Decides only where a token begins and ends. What was masked before (`****1111`, `[email]`) and a vault's token
//! (`⟨card 1⟩`) come out as one token each, an atom, so that a masked text is never masked again.

mod atom;
mod sign;

use super::lexicon::{ATOM, DIGITS, LEXICON, MIXED, Number, PLAIN, SET_ONLY, Topic, Word};
use super::phrases::Words;
use atom::atom;
pub(super) use sign::{
    AT_SIGN, COLON, COMMA, DASH, EQUALS, LINE, MONEY, OTHER, PAREN, PLUS, POINT, QUOTE, SLASH,
    SPACE, STOP, UNDER, digit_of,
};
use sign::{BYTES, Byte, wide_gap};

/// One word, number or atom, with the separators (`gap`) that stand before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) start: usize,
    pub(super) len: u32,
    word: u16,
    pub(super) gap: u16,
}

impl Token {
    #[inline]
    pub(super) fn end(&self) -> usize {
        self.start + self.len as usize
    }

    #[inline]
    pub(super) fn info(&self) -> &'static Word {
        LEXICON.word(self.word)
    }

    #[inline]
    pub(super) fn is_digits(&self) -> bool {
        self.word == DIGITS
    }

    /// Letters and digits in one, and no word of the lexicon.
    #[inline]
    pub(super) fn is_mixed(&self) -> bool {
        self.word == MIXED
    }

    /// A word that the lexicon has no role for.
    #[inline]
    pub(super) fn is_plain(&self) -> bool {
        self.word == PLAIN || self.word >= SET_ONLY
    }

    #[inline]
    pub(super) fn is_atom(&self) -> bool {
        self.word == ATOM
    }

    #[inline]
    pub(super) fn has(&self, gap: u16) -> bool {
        self.gap & gap != 0
    }

    #[inline]
    pub(super) fn is(&self, flags: u32) -> bool {
        self.info().is(flags)
    }

    #[inline]
    pub(super) fn number(&self) -> Number {
        self.info().number
    }

    #[inline]
    pub(super) fn topic(&self) -> Topic {
        self.info().topic
    }

    /// A number word of any kind.
    #[inline]
    pub(super) fn is_number(&self) -> bool {
        self.number() != Number::None
    }

    /// One character, most often a letter of a word that is spelled.
    #[inline]
    pub(super) fn is_single(&self) -> bool {
        self.len == 1
    }

    /// Whether the word is in a set; `text` is the whole text.
    #[inline]
    pub(super) fn within(&self, text: &str, words: Words) -> bool {
        match self.word {
            DIGITS | MIXED => words.has(&text[self.start..self.end()]),
            _ => self.info().in_set(words),
        }
    }
}

/// All tokens of a text, in order; each byte is looked at a fixed number of times.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut cutter = Cutter {
        text,
        at: 0,
        gap: 0,
        out: Vec::with_capacity(text.len() / 5 + 1),
    };
    while let Some(byte) = text.as_bytes().get(cutter.at) {
        match BYTES[usize::from(*byte)] {
            Byte::Letter | Byte::Digit => cutter.word(),
            Byte::Gap(POINT) => cutter.point(*byte),
            Byte::Gap(bits) => cutter.sign(bits, 1),
            Byte::Wide => cutter.wide(),
        }
    }
    cutter.out
}

struct Cutter<'t> {
    text: &'t str,
    at: usize,
    /// The signs since the last token.
    gap: u16,
    out: Vec<Token>,
}

impl Cutter<'_> {
    #[inline]
    fn push(&mut self, end: usize, word: u16) {
        self.out.push(Token {
            start: self.at,
            len: u32::try_from(end - self.at).unwrap_or(u32::MAX),
            word,
            gap: self.gap,
        });
        (self.at, self.gap) = (end, 0);
    }

    #[inline]
    fn point(&mut self, byte: u8) {
        let next = self.text.as_bytes().get(self.at + 1);
        let inside = byte == b'.' && next.is_some_and(u8::is_ascii_alphanumeric);
        self.gap |= if inside { POINT } else { STOP };
        self.at += 1;
    }

    #[inline]
    fn sign(&mut self, bits: u16, len: usize) {
        match atom(self.text, self.at) {
            Some(end) => self.push(end, ATOM),
            None => {
                self.gap |= bits;
                self.at += len;
            }
        }
    }

    fn wide(&mut self) {
        let Some(c) = self.text[self.at..].chars().next() else {
            self.at = self.text.len();
            return;
        };
        if is_word(c) {
            self.word();
        } else {
            self.sign(wide_gap(c), c.len_utf8());
        }
    }

    #[inline]
    fn word(&mut self) {
        let number = self
            .after_group()
            .and_then(|group| before_extension(self.text.as_bytes(), self.at, group));
        let (end, word) = match number {
            Some(end) => (end, DIGITS),
            None => word_at(self.text, self.at),
        };
        self.push(end, word);
    }

    /// Whether three digits stand right before, where digits begin.
    #[inline]
    fn after_group(&self) -> Option<bool> {
        let digits = self.text.as_bytes()[self.at].is_ascii_digit();
        let tight = self.gap & !(DASH | POINT | SPACE | PAREN) == 0;
        let group = |t: &Token| t.is_digits() && t.len == 3 && tight;
        digits.then(|| self.out.last().is_some_and(group))
    }
}

fn is_word(c: char) -> bool {
    c.is_alphabetic() || digit_of(c).is_some()
}

/// What a word is made of.
#[derive(Default)]
struct Made {
    letters: bool,
    digits: bool,
    /// It has an apostrophe that is no ASCII.
    curly: bool,
}

impl Made {
    /// The length of what stands at `at` if it belongs to the word.
    #[inline]
    fn takes(&mut self, text: &str, at: usize) -> usize {
        let bytes = text.as_bytes();
        match BYTES[usize::from(bytes[at])] {
            Byte::Letter => self.letters = true,
            Byte::Digit => self.digits = true,
            Byte::Gap(QUOTE) => {
                let inside = bytes[at] == b'\'' && self.letters && next_is_letter(bytes, at + 1);
                return usize::from(inside);
            }
            Byte::Wide => return self.takes_wide(text, at),
            Byte::Gap(_) => return 0,
        }
        1
    }

    fn takes_wide(&mut self, text: &str, at: usize) -> usize {
        let Some(c) = text[at..].chars().next() else {
            return 0;
        };
        if c == '\u{2019}' && self.letters && next_is_letter(text.as_bytes(), at + 3) {
            self.curly = true;
        } else if c.is_alphabetic() {
            self.letters = true;
        } else if digit_of(c).is_some() {
            self.digits = true;
        } else {
            return 0;
        }
        c.len_utf8()
    }

    /// The number of such a word in the lexicon.
    fn number_of(&self, word: &str) -> u16 {
        if !self.letters {
            return DIGITS;
        }
        let number = match self.curly {
            true => LEXICON.number_of(word.replace('\u{2019}', "'").as_bytes()),
            false => LEXICON.number_of(word.as_bytes()),
        };
        let unknown = number == PLAIN || number >= SET_ONLY;
        if self.digits && unknown {
            MIXED
        } else {
            number
        }
    }
}

/// The end of the word or number that begins here, and its number in the lexicon.
#[inline]
fn word_at(text: &str, start: usize) -> (usize, u16) {
    let (mut at, mut made) = (start, Made::default());
    while at < text.len() {
        let len = made.takes(text, at);
        if len == 0 {
            break;
        }
        at += len;
    }
    (at, made.number_of(&text[start..at]))
}

/// `555-2671x402`, `4155552671x402`: the end of the digits before an extension, which is a word of its own.
fn before_extension(bytes: &[u8], start: usize, after_group: bool) -> Option<usize> {
    let count = |from: usize, most: usize| {
        let rest = bytes.get(from..).unwrap_or_default().iter().take(most);
        rest.take_while(|b| b.is_ascii_digit()).count()
    };
    let digits = count(start, 14);
    let end = start + digits;
    let marked = matches!(bytes.get(end), Some(b'x' | b'X'));
    let sized = after_group && digits == 4 || (10..14).contains(&digits);
    if !(marked && sized) {
        return None;
    }
    let extension = count(end + 1, 7);
    let after = bytes.get(end + 1 + extension);
    let ends = after.is_none_or(|b| !b.is_ascii_alphanumeric());
    ((1..7).contains(&extension) && ends).then_some(end)
}

fn next_is_letter(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(u8::is_ascii_alphabetic)
}
