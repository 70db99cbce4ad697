//! Reading columns, and the shapes that many queries share: a page of a list, a search text.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::error::{Error, Result};
use crate::stamp::{self, Moment};

/// Longest text of one cell, in bytes: ten times what the largest message of the protocol holds.
const CELL_LIMIT_BYTES: usize = 10 * 1024 * 1024;

/// Longest search text, in characters.
pub const SEARCH_LIMIT_CHARS: usize = 200;

/// Most things of one page.
pub const PER_PAGE_LIMIT: u32 = 100;

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    page: u32,
    per_page: u32,
}

impl Slice {
    /// The part `page`, counted from 1, of `per_page` things each. Out of range, each counts as its nearest bound:
    /// `per_page` is 1 to [`PER_PAGE_LIMIT`].
    pub fn new(page: u32, per_page: u32) -> Self {
        Self {
            page: page.max(1),
            per_page: per_page.clamp(1, PER_PAGE_LIMIT),
        }
    }

    /// From 1.
    pub fn page(self) -> u32 {
        self.page
    }

    /// Things a page.
    pub fn per_page(self) -> u32 {
        self.per_page
    }

    pub(crate) fn limit(self) -> i64 {
        i64::from(self.per_page)
    }

    pub(crate) fn offset(self) -> i64 {
        i64::from(self.page - 1) * i64::from(self.per_page)
    }
}

impl Default for Slice {
    fn default() -> Self {
        Self::new(1, 20)
    }
}

/// A part of a list, and how long the list is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<T> {
    /// The things of this part.
    pub items: Vec<T>,
    /// Things in all.
    pub total_count: u64,
}

impl<T> Listed<T> {
    pub(crate) fn new(items: Vec<T>, count: &AnyRow) -> Result<Self> {
        Ok(Self {
            items,
            total_count: self::count(count, "n")?,
        })
    }
}

pub(crate) fn text(row: &AnyRow, column: &str) -> Result<String> {
    Ok(row.try_get(column)?)
}

pub(crate) fn maybe_text(row: &AnyRow, column: &str) -> Result<Option<String>> {
    Ok(row.try_get(column)?)
}

pub(crate) fn int(row: &AnyRow, column: &str) -> Result<i64> {
    Ok(row.try_get(column)?)
}

pub(crate) fn maybe_int(row: &AnyRow, column: &str) -> Result<Option<i64>> {
    Ok(row.try_get(column)?)
}

/// A number that is never negative.
pub(crate) fn count(row: &AnyRow, column: &str) -> Result<u64> {
    Ok(int(row, column)?.max(0).unsigned_abs())
}

pub(crate) fn flag(row: &AnyRow, column: &str) -> Result<bool> {
    Ok(int(row, column)? != 0)
}

pub(crate) fn time(row: &AnyRow, column: &str) -> Result<Moment> {
    Ok(stamp::time(int(row, column)?))
}

pub(crate) fn maybe_time(row: &AnyRow, column: &str) -> Result<Option<Moment>> {
    Ok(maybe_int(row, column)?.map(stamp::time))
}

pub(crate) fn id<T: TryFrom<String>>(row: &AnyRow, column: &'static str) -> Result<T> {
    T::try_from(text(row, column)?).map_err(|_| Error::Unreadable(column))
}

/// Checks a text on its way in. PostgreSQL knows no NUL, and both shall take the same.
pub(crate) fn cell(text: &str) -> Result<&str> {
    if text.len() > CELL_LIMIT_BYTES || text.contains('\0') {
        return Err(Error::Text);
    }
    Ok(text)
}

/// The text that searches look through: what both databases would fold differently is folded here.
pub(crate) fn folded(parts: &[&str]) -> String {
    parts.join("\n").to_lowercase()
}

/// A pattern that finds `words` anywhere, its own wildcards taken as plain characters.
pub(crate) fn pattern(words: &str) -> Result<String> {
    if words.chars().count() > SEARCH_LIMIT_CHARS {
        return Err(Error::Text);
    }
    let mut out = String::from("%");
    for c in cell(words)?.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('%');
    Ok(out)
}

/// Writes bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads 32 bytes written by [`hex`].
pub(crate) fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, pair) in out.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(out)
}

/// A struct read from a row: each field from the column of its name, by the reader beside it; behind a semicolon, fields whose
/// values are there already.
macro_rules! read {
    ($row:expr => $name:ident { $($field:ident: $reader:path,)* $(; $($made:ident,)*)? }) => {
        Ok($name {
            $($field: $reader($row, stringify!($field))?,)*
            $($($made,)*)?
        })
    };
}
pub(crate) use read;

/// An enum whose values are words of the database.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$word_doc])* $word,)* }

        impl $name {
            /// Every value.
            pub const ALL: &'static [$name] = &[$($name::$word,)*];

            /// The word.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$word => $text,)* }
            }

            /// Reads the word; `None` for another one.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some($name::$word),)* _ => None }
            }
        }

        impl TryFrom<String> for $name {
            type Error = ();
            fn try_from(text: String) -> std::result::Result<Self, ()> {
                Self::parse(&text).ok_or(())
            }
        }
    };
}
pub(crate) use words;
