//! The words that matter to the mask: what each spoken word can be (a digit, a filler, the lead of a secret, a word that
//! ends a password …).
//!
//! Decides nothing: a word may have several roles, and the grammar in `digits`, `leads`, `mail` and `password` chooses.
//! Look-up is one multiplication and one comparison of a word of at most sixteen bytes; longer words are never known.

use std::sync::LazyLock;

use super::data::rows;
use super::phrases::{Words, sets};

/// What a word can be inside a run of digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Number {
    #[default]
    None,
    /// One digit, without doubt ("four").
    Unit,
    /// One digit only beside other digits ("oh", "for", "to", "won", "ate").
    Soft,
    /// Ten to nineteen.
    Teen,
    /// Twenty to ninety.
    Tens,
    Hundred,
    Thousand,
    /// A quantity, never part of a number that identifies ("million").
    Big,
    /// "double", "triple": repeats the digit that follows.
    Repeat,
    /// "sevens": repeated as often as the digit before it says.
    Plural,
}

/// What a word announces, alone or with its neighbours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Topic {
    #[default]
    None,
    Card,
    /// A brand name; it is a lead only before a number.
    Brand,
    Code,
    Cvv,
    Expiry,
    Ssn,
    Social,
    Phone,
    /// "call", "reach", "text": a lead with "me", "at" or "on".
    Call,
    Email,
    Iban,
    Pin,
    /// "pen", which speech recognition writes for "pin".
    Pen,
    Password,
    /// A number with a word of its own: order, tracking, flight.
    Order,
    /// A number that is somebody's but not one of ours: account, member.
    Account,
    Back,
    Number,
    Ending,
    Last,
    /// "thru" after "valid" or "good".
    Thru,
    /// "word", "answer": a lead after "memorable" or "secret".
    Answer,
    /// "strip" after "signature".
    Strip,
    /// "desk", "office": a lead before a colon.
    Desk,
    /// "digits" after "security".
    Digits,
}

pub(super) const FILLER: u32 = 1;
pub(super) const CORRECT: u32 = 1 << 1;
pub(super) const SEP: u32 = 1 << 2;
pub(super) const LINK: u32 = 1 << 3;
pub(super) const COPULA: u32 = 1 << 4;
pub(super) const MEASURE: u32 = 1 << 5;
pub(super) const MONTH: u32 = 1 << 6;
pub(super) const NO_VALUE: u32 = 1 << 7;
pub(super) const CLAUSE: u32 = 1 << 8;
pub(super) const MAIL_STOP: u32 = 1 << 9;
pub(super) const MAIL_PLACE: u32 = 1 << 10;
pub(super) const DOT: u32 = 1 << 11;
pub(super) const JOIN: u32 = 1 << 12;
pub(super) const AT: u32 = 1 << 13;
pub(super) const TLD: u32 = 1 << 14;
pub(super) const KEY_START: u32 = 1 << 15;
pub(super) const SECRET_NAME: u32 = 1 << 16;
pub(super) const OFFER: u32 = 1 << 17;
pub(super) const PROVIDER: u32 = 1 << 18;
pub(super) const NOT_PAY_CARD: u32 = 1 << 19;
pub(super) const OTHER_CODE: u32 = 1 << 20;
pub(super) const SPEAKS: u32 = 1 << 21;
pub(super) const WAIT: u32 = 1 << 22;
/// May stand between the parts of a number, and nowhere else ("huh", "the rest").
pub(super) const GLUE: u32 = 1 << 23;
/// Who speaks, before a colon.
pub(super) const SPEAKER: u32 = 1 << 24;
/// A letter of the spelling alphabet: its own first one.
pub(super) const NATO: u32 = 1 << 25;
/// A mailbox that every company has.
pub(super) const ROLE: u32 = 1 << 26;
/// "first" to "twelfth"; its value is the month.
pub(super) const ORDINAL: u32 = 1 << 27;
pub(super) const HESITATION: u32 = 1 << 28;
/// A command whose options may hold a password.
pub(super) const COMMAND: u32 = 1 << 30;
/// Says how many digits follow: "first four", "the next three".
pub(super) const COUNTS: u32 = 1 << 29;

/// One known word.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Word {
    pub(super) number: Number,
    pub(super) value: u8,
    pub(super) topic: Topic,
    pub(super) flags: u32,
    /// The sets of `phrases` that have it.
    sets: u128,
}

impl Word {
    #[inline]
    pub(super) fn in_set(&self, words: Words) -> bool {
        self.sets & words.bit() != 0
    }

    #[inline]
    pub(super) fn is(&self, flags: u32) -> bool {
        self.flags & flags != 0
    }
}

/// Numbers of the words that every text has.
pub(super) const PLAIN: u16 = 0;
pub(super) const DIGITS: u16 = 1;
pub(super) const MIXED: u16 = 2;
pub(super) const ATOM: u16 = 3;
/// From here on words have no role of their own: only sets have them.
pub(super) const SET_ONLY: u16 = 1 << 15;

const SLOTS: usize = 8192;

/// The table of known words.
pub(super) struct Lexicon {
    words: Vec<Word>,
    keys: Vec<u128>,
    slots: Vec<u16>,
    /// How many words have a role.
    roles: u16,
}

/// The one lexicon of the process, built at first use.
pub(super) static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::build);

impl Lexicon {
    /// The number of a word, `PLAIN` when it is not known. Case of ASCII letters does not matter.
    #[inline]
    pub(super) fn number_of(&self, word: &[u8]) -> u16 {
        if word.len() > 16 {
            return PLAIN;
        }
        match self.find(key(word)) {
            None => PLAIN,
            Some(number) if number >= self.roles => number | SET_ONLY,
            Some(number) => number,
        }
    }

    #[inline]
    pub(super) fn word(&self, number: u16) -> &Word {
        &self.words[usize::from(number & !SET_ONLY)]
    }

    fn find(&self, key: u128) -> Option<u16> {
        let mut slot = slot(key);
        loop {
            match self.slots[slot] {
                0 => return None,
                number if self.keys[usize::from(number)] == key => return Some(number),
                _ => slot = (slot + 1) % SLOTS,
            }
        }
    }

    fn entry(&mut self, text: &str) -> &mut Word {
        let key = key(text.as_bytes());
        let number = match self.find(key) {
            Some(number) => usize::from(number),
            None => {
                let number = self.words.len();
                self.words.push(Word::default());
                self.keys.push(key);
                let mut at = slot(key);
                while self.slots[at] != 0 {
                    at = (at + 1) % SLOTS;
                }
                self.slots[at] = u16::try_from(number).unwrap_or(PLAIN);
                number
            }
        };
        &mut self.words[number]
    }

    fn build() -> Self {
        let mut lexicon = Self {
            words: vec![Word::default(); 4],
            keys: vec![0; 4],
            slots: vec![0; SLOTS],
            roles: u16::MAX,
        };
        for [role, words, _] in rows(include_str!("../data/lexicon.tsv")) {
            if let Some((_, role)) = ROLES.iter().find(|(name, _)| *name == role) {
                lexicon.add(*role, words);
            }
        }
        lexicon.roles = u16::try_from(lexicon.words.len()).unwrap_or(u16::MAX);
        for (set, word) in sets().filter(|(_, word)| word.len() <= 16) {
            lexicon.entry(word).sets |= set.bit();
        }
        lexicon
    }

    fn add(&mut self, role: Role, words: &str) {
        for text in words.split(' ') {
            let (text, value) = text.split_once('=').unwrap_or((text, ""));
            let entry = self.entry(text);
            if let Ok(value) = value.parse() {
                entry.value = value;
            }
            match role {
                Role::Number(number) => entry.number = number,
                Role::Topic(topic) => entry.topic = topic,
                Role::Flag(flag) => entry.flags |= flag,
            }
            self.add_is(role, text);
        }
    }

    /// "the expiration's", "the token's": the word with its "is".
    fn add_is(&mut self, role: Role, text: &str) {
        if text.len() > 14 {
            return;
        }
        match role {
            Role::Topic(topic) if !text.contains('\'') && topic != Topic::Thru => {
                let said = self.entry(&format!("{text}'s"));
                said.topic = topic;
                said.flags |= COPULA;
            }
            Role::Flag(OFFER) => self.entry(&format!("{text}'s")).flags |= OFFER,
            _ => {}
        }
    }
}

impl Words {
    /// Whether `word` is in the set. Case of ASCII letters does not matter.
    pub(super) fn has(self, word: &str) -> bool {
        LEXICON
            .word(LEXICON.number_of(word.as_bytes()))
            .in_set(self)
    }
}

fn key(word: &[u8]) -> u128 {
    let mut bytes = [0_u8; 16];
    for (to, from) in bytes.iter_mut().zip(word) {
        *to = from | 0x20;
    }
    u128::from_le_bytes(bytes)
}

fn slot(key: u128) -> usize {
    let folded = (key as u64) ^ ((key >> 64) as u64).rotate_left(29);
    (folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 51) as usize
}

/// What a row of the table gives to its words.
#[derive(Clone, Copy)]
enum Role {
    Number(Number),
    Topic(Topic),
    Flag(u32),
}

macro_rules! roles {
    (numbers: $($number:ident)*; topics: $($topic:ident)*; flags: $($flag:ident)*;) => {
        /// The roles by their names in the table.
        const ROLES: &[(&str, Role)] = &[
            $((concat!("Number", stringify!($number)), Role::Number(Number::$number)),)*
            $((concat!("Topic", stringify!($topic)), Role::Topic(Topic::$topic)),)*
            $((stringify!($flag), Role::Flag($flag)),)*
        ];
    };
}

roles! {
    numbers: Unit Soft Teen Tens Hundred Thousand Big Repeat Plural;
    topics: Card Brand Code Cvv Expiry Ssn Social Phone Call Desk Email Iban Pin Pen Password Order Account Back Number Digits Ending Last Thru Answer Strip;
    flags: FILLER CORRECT SEP LINK COPULA MEASURE WAIT NO_VALUE CLAUSE MAIL_STOP MAIL_PLACE DOT JOIN AT TLD PROVIDER KEY_START SECRET_NAME OFFER NOT_PAY_CARD GLUE SPEAKER NATO ROLE HESITATION COMMAND COUNTS OTHER_CODE SPEAKS ORDINAL MONTH;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_known_role_and_words_that_can_be_looked_up() {
        for [role, words, _] in rows(include_str!("../data/lexicon.tsv")) {
            assert!(ROLES.iter().any(|(name, _)| *name == role), "{role}");
            for word in words.split(' ') {
                let word = word.split('=').next().unwrap_or_default();
                assert_ne!(
                    LEXICON.number_of(word.as_bytes()),
                    PLAIN,
                    "{role}: {word:?}"
                );
            }
        }
    }
}
