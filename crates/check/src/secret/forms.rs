//! The forms in which known providers issue keys. Decides by prefix, alphabet and length, which are rows of
//! `data/keys.tsv`; leaves places and names to `scan`.

use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};
use std::sync::LazyLock;

/// Which characters the body of a key has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Alphabet {
    Hex,
    /// Letters and digits.
    Alnum,
    /// Capitals and digits.
    Upper,
    /// Letters, digits, `_` and `-`.
    Word,
    /// Letters, digits, `_`, `-` and `.`.
    Dotted,
    /// Base64 with `+`, `/` and `=`.
    Base64,
}

impl Alphabet {
    pub(crate) fn has(self, byte: u8) -> bool {
        match self {
            Self::Hex => byte.is_ascii_hexdigit(),
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Word => byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-',
            Self::Dotted => byte.is_ascii_alphanumeric() || b"_-.".contains(&byte),
            Self::Base64 => byte.is_ascii_alphanumeric() || b"+/=".contains(&byte),
        }
    }
}

/// One provider's form.
#[derive(Debug)]
pub(crate) struct Form {
    /// Whose key it is, for the message.
    pub(crate) owner: &'static str,
    pub(crate) prefix: &'static str,
    pub(crate) alphabet: Alphabet,
    /// Shortest body after the prefix, in characters.
    pub(crate) least: usize,
    /// Longest body.
    pub(crate) most: usize,
}

const TEXT: &str = include_str!("../../data/keys.tsv");

/// Every form whose prefix alone names the provider. A row that cannot be read is left out; a test reads all of them.
pub(crate) static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| rows().flatten().collect());

fn rows() -> impl Iterator<Item = Option<Form>> {
    let lines = TEXT.lines().filter(|line| !line.starts_with('#'));
    lines.map(row)
}

fn row(line: &'static str) -> Option<Form> {
    let mut columns = line.split('\t');
    let prefix = columns.next()?;
    let least = columns.next()?.parse().ok()?;
    let most = columns.next()?.parse().ok()?;
    let alphabet = StrDeserializer::<Error>::new(columns.next()?);
    Some(Form {
        owner: columns.next()?,
        prefix,
        alphabet: Alphabet::deserialize(alphabet).ok()?,
        least,
        most,
    })
}

#[cfg(test)]
mod tests {
    use super::rows;
    use std::collections::HashSet;

    #[test]
    fn every_row_of_keys_is_whole_and_stands_once() {
        let mut prefixes = HashSet::new();
        for (at, row) in rows().enumerate() {
            let form = row.unwrap_or_else(|| panic!("row {at} cannot be read"));
            assert!(form.least > 0 && form.least <= form.most, "{}", form.prefix);
            assert!(prefixes.insert(form.prefix), "{}", form.prefix);
        }
        assert!(prefixes.len() > 80);
    }
}
