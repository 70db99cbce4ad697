//! Text by kind: which characters it may have, in which normal form it is kept, and how long it may be.
//!
//! Decides what is a name, an id, free text and search words. A text that hides something (control characters,
//! direction marks, characters without width) is refused, never cleaned: what a reviewer sees must be what runs. What a
//! type normalises, its documentation says; nothing else is changed. The same rule serves the type and the schema that
//! describes it, by the key `x-text`, so that one cannot accept what the other refuses. Confusable letters of different
//! scripts are not looked for.

mod formed;

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{UnicodeNormalization, is_nfc};

pub use formed::{Date, EmailAddress, PhoneNumber};

/// Longest text of a declaration that names no length, in characters.
pub const TEXT_LIMIT_CHARS: usize = 4096;

/// Longest name, in characters.
pub const NAME_LIMIT_CHARS: usize = 100;

/// Longest id, in characters.
pub const ID_LIMIT_CHARS: usize = 64;

/// Longest search, in characters, as the security guide sets it.
pub const SEARCH_LIMIT_CHARS: usize = 100;

/// Why a text is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Control, direction or zero-width characters.
    #[error("has characters that cannot be seen")]
    Hidden,
    /// A character that this kind of text does not have.
    #[error("has characters that are not allowed here")]
    Character,
    /// Nothing, or less than the least length.
    #[error("is too short")]
    TooShort,
    /// More than the greatest length.
    #[error("is too long")]
    TooLong,
    /// Another form than this kind of text has.
    #[error("has another form than expected")]
    Form,
}

/// The kinds of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Nothing hidden; kept as it is. For passwords and other secrets.
    Verbatim,
    /// One line: nothing hidden; NFC.
    Line,
    /// Several lines: as `Line`, and line feeds and tabs are allowed.
    Lines,
    /// A name: letters, marks, digits, spaces and `'’-.,&()/`; NFC; spaces at the ends are dropped and several in a
    /// row become one.
    Name,
    /// An id: ASCII letters, digits, `-` and `_`.
    Id,
    /// Search words: NFKC; only letters, digits and spaces take part, everything else that can be seen is left out.
    Search,
}

impl Rule {
    /// The rule of a name in `x-text`.
    pub fn find(name: &str) -> Option<Self> {
        match name {
            "verbatim" => Some(Self::Verbatim),
            "line" => Some(Self::Line),
            "lines" => Some(Self::Lines),
            "name" => Some(Self::Name),
            "id" => Some(Self::Id),
            "search" => Some(Self::Search),
            _ => None,
        }
    }

    /// The text in its normal form, if it obeys the rule and has `least` to `most` characters. The greatest length
    /// holds before and after normalisation, the least one after.
    ///
    /// # Errors
    /// The first of `TextError`'s reasons that holds.
    pub fn apply(self, text: &str, least: usize, most: usize) -> Result<Cow<'_, str>, TextError> {
        // A character has at most four bytes, so most texts need no counting.
        if text.len() > most && text.chars().take(most + 1).count() > most {
            return Err(TextError::TooLong);
        }
        let normal = self.normalise(text)?;
        if normal.len() > most && normal.chars().take(most + 1).count() > most {
            return Err(TextError::TooLong);
        }
        if least > 0 && normal.chars().take(least).count() < least {
            return Err(TextError::TooShort);
        }
        Ok(normal)
    }

    fn normalise(self, text: &str) -> Result<Cow<'_, str>, TextError> {
        let lines = self == Self::Lines;
        if text
            .chars()
            .any(|c| is_hidden(c) && !(lines && matches!(c, '\n' | '\t')))
        {
            return Err(TextError::Hidden);
        }
        match self {
            Self::Verbatim => Ok(Cow::Borrowed(text)),
            Self::Line | Self::Lines => Ok(nfc(text)),
            Self::Name => name(text),
            Self::Id
                if text
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') =>
            {
                Ok(Cow::Borrowed(text))
            }
            Self::Id => Err(TextError::Character),
            Self::Search => Ok(search(text)),
        }
    }
}

/// Whether a character shows nothing of itself: control and format characters (all of Unicode's categories Cc and Cf), line
/// and paragraph separators, direction marks, characters without width, variation selectors, tags, fillers and
/// non-characters. The replacement character counts too: it says that somebody decoded bytes that were no text.
pub fn is_hidden(c: char) -> bool {
    if c < '\u{7f}' {
        return c < ' ';
    }
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
            | '\u{890}' | '\u{891}' | '\u{8e2}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{ffff}' | '\u{fdd0}'..='\u{fdef}'
            | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{16fe4}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || (u32::from(c) & 0xfffe) == 0xfffe
}

fn nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

fn name(text: &str) -> Result<Cow<'_, str>, TextError> {
    let text = nfc(text);
    let allowed = |c: char| {
        c.is_alphanumeric() || c.is_whitespace() || is_combining_mark(c) || "'’-.,&()/".contains(c)
    };
    if !text.chars().all(allowed) {
        return Err(TextError::Character);
    }
    if !text.chars().any(char::is_alphanumeric) {
        return Err(TextError::TooShort);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    Ok(Cow::Owned(words.join(" ")))
}

fn search(text: &str) -> Cow<'_, str> {
    let kept = text.nfkc().filter(|&c| takes_part(c));
    let spaced: String = kept
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect();
    // Leaving something out can bring a letter and a mark together that have a composed form.
    Cow::Owned(spaced.nfkc().collect())
}

fn takes_part(c: char) -> bool {
    c.is_alphanumeric() || c.is_whitespace() || is_combining_mark(c)
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $rule:expr, $key:literal, $least:expr, $most:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Accepts a text in its normal form.
            ///
            /// # Errors
            /// `TextError` for what this kind of text does not allow.
            pub fn parse(text: &str) -> Result<Self, TextError> {
                $rule.apply(text, $least, $most).map(|text| Self(text.into_owned()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The JSON Schema that accepts exactly what this type accepts.
            pub fn schema() -> Value {
                json!({"type": "string", "minLength": $least, "maxLength": $most, "x-text": $key})
            }
        }

        impl TryFrom<String> for $name {
            type Error = TextError;
            fn try_from(text: String) -> Result<Self, TextError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> String {
                text.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            /// The kind and length alone: what a person said is not for a log.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({} bytes)"), self.0.len())
            }
        }
    };
}

text_type!(
    /// What a person, thing or company is called: see [`Rule::Name`]; 1 to 100 characters.
    Name,
    Rule::Name,
    "name",
    1,
    NAME_LIMIT_CHARS
);
text_type!(
    /// An id of the customer's own system: see [`Rule::Id`]; 1 to 64 characters.
    IdText,
    Rule::Id,
    "id",
    1,
    ID_LIMIT_CHARS
);
text_type!(
    /// What somebody says in their own words, on one line: see [`Rule::Line`]; at most 1,000 characters.
    FreeText,
    Rule::Line,
    "line",
    0,
    1000
);
text_type!(
    /// Words to search for: see [`Rule::Search`]; at most 100 characters. Leaving punctuation out is this type's
    /// normal form, as the security guide asks; whoever wants to say so compares with what came in. May be empty.
    SearchWords,
    Rule::Search,
    "search",
    0,
    SEARCH_LIMIT_CHARS
);

impl SearchWords {
    /// The words, without the spaces between them.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.split_whitespace()
    }

    /// Whether nothing is left to search for.
    pub fn is_empty(&self) -> bool {
        self.words().next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_with_hidden_characters_is_refused_by_every_rule() {
        let rules = [
            Rule::Verbatim,
            Rule::Line,
            Rule::Lines,
            Rule::Name,
            Rule::Id,
            Rule::Search,
        ];
        let hidden = [
            '\0',
            '\u{7}',
            '\r',
            '\u{1b}',
            '\u{7f}',
            '\u{85}',
            '\u{ad}',
            '\u{600}',
            '\u{6dd}',
            '\u{70f}',
            '\u{890}',
            '\u{8e2}',
            '\u{2800}',
            '\u{110cd}',
            '\u{13430}',
            '\u{1343f}',
            '\u{16fe4}',
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{202e}',
            '\u{2028}',
            '\u{2066}',
            '\u{feff}',
            '\u{fe0f}',
            '\u{e0041}',
            '\u{fffd}',
            '\u{fffe}',
            '\u{10ffff}',
        ];
        for rule in rules {
            for c in hidden {
                let text = format!("a{c}b");
                assert_eq!(
                    rule.apply(&text, 0, 100),
                    Err(TextError::Hidden),
                    "{rule:?} {c:?}"
                );
            }
        }
        assert!(Rule::Lines.apply("a\n\tb", 0, 9).is_ok());
        assert!(Rule::Line.apply("a\nb", 0, 9).is_err());
    }

    #[test]
    fn search_words_keep_only_letters_digits_and_spaces() {
        let check = |text: &str, expected: &str| {
            let words = SearchWords::parse(text).expect(text);
            assert_eq!(words.as_str(), expected, "{text}");
        };
        check("wireless headphones", "wireless headphones");
        check(
            "headphones'; DROP TABLE products;--",
            "headphones DROP TABLE products",
        );
        check("100% wool_x (new)", "100 woolx new");
        check("ｆｕｌｌ café", "full café");
        check("cafe\u{301}", "café");
        check("e'\u{301}", "é");
        check("!!!", "");
        assert_eq!(
            SearchWords::parse(&"x".repeat(101)),
            Err(TextError::TooLong)
        );
        assert!(SearchWords::parse(&"é".repeat(100)).is_ok());
    }

    #[test]
    fn name_and_id_accept_only_their_characters() {
        for (text, expected) in [
            ("Anna-Lena O'Neil", "Anna-Lena O'Neil"),
            ("  Zoe\u{308}   Smith ", "Zoë Smith"),
            ("Smith & Sons (UK)", "Smith & Sons (UK)"),
            ("नमस्ते", "नमस्ते"),
        ] {
            assert_eq!(Name::parse(text).expect(text).as_str(), expected);
        }
        for bad in [
            "",
            "   ",
            "--",
            "a;b",
            "<b>",
            "a=b",
            "Robert\"); DROP",
            "😀",
        ] {
            assert!(Name::parse(bad).is_err(), "{bad:?}");
        }
        for bad in ["", "a b", "é", "a.b", "../x", "'", &"a".repeat(65)] {
            assert!(IdText::parse(bad).is_err(), "{bad:?}");
        }
        assert!(IdText::parse("acc_1001").is_ok());
    }

    proptest! {
        #[test]
        fn text_normalisation_is_idempotent(text in "\\PC{0,40}") {
            for rule in [Rule::Line, Rule::Lines, Rule::Name, Rule::Id, Rule::Search] {
                if let Ok(once) = rule.apply(&text, 0, 200) {
                    let twice = rule.apply(&once, 0, 200);
                    prop_assert_eq!(twice.as_deref(), Ok(once.as_ref()), "{:?}", rule);
                }
            }
        }
    }
}
