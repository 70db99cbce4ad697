//! The one place where a statement is put together at run time: from literals, and from names of a customer's tables.
//!
//! A name of a table cannot be bound as a value. So a [`Name`] is made only from a row that the database's own catalogue
//! answered, never from what somebody typed, and stands in a statement quoted. Everything else of a statement is a literal of
//! this crate; values are bound. Decides nothing about which statements there are.

use sqlx::any::AnyRow;
use sqlx::{SqlSafeStr, SqlStr};

use crate::error::{Error, Result};
use crate::row::text;

/// A name that the database's catalogue has: of a table, a schema or a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    name: String,
    quoted: String,
}

impl Name {
    /// Takes the name from a row of the catalogue.
    pub(super) fn from_catalogue(row: &AnyRow, column: &str) -> Result<Self> {
        Self::quote(text(row, column)?)
    }

    /// A name that the database knows without a catalogue, such as `rowid`.
    pub(super) fn builtin(name: &'static str) -> Result<Self> {
        Self::quote(name.to_owned())
    }

    fn quote(name: String) -> Result<Self> {
        if name.is_empty() || name.contains('\0') {
            return Err(Error::Unreadable("name in the catalogue"));
        }
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        Ok(Self { name, quoted })
    }

    /// As the catalogue has it.
    pub(super) fn as_str(&self) -> &str {
        &self.name
    }
}

/// What stands for a word in braces.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fill<'a> {
    /// A name, quoted.
    Name(&'a Name),
    /// A literal, whose own words in braces are filled too.
    Sql(&'static str),
}

/// Fills the words in braces of a literal.
///
/// # Errors
/// `Unreadable` for a word that nothing stands for: a fault of this crate, which its tests would meet.
pub(super) fn statement(template: &'static str, fills: &[(&str, Fill<'_>)]) -> Result<SqlStr> {
    let mut out = String::new();
    fill(&mut out, template, fills)?;
    #[expect(
        clippy::disallowed_methods,
        reason = "the text is of literals and quoted names of the catalogue, which is what this file is for"
    )]
    let safe = sqlx::AssertSqlSafe(out);
    Ok(safe.into_sql_str())
}

fn fill(out: &mut String, template: &'static str, fills: &[(&str, Fill<'_>)]) -> Result<()> {
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (word, behind) = after
            .split_once('}')
            .ok_or(Error::Unreadable("statement"))?;
        out.push_str(before);
        match fills.iter().find(|(name, _)| *name == word) {
            Some((_, Fill::Name(name))) => out.push_str(&name.quoted),
            Some((_, Fill::Sql(sql))) => fill(out, sql, fills)?,
            None => return Err(Error::Unreadable("statement")),
        }
        rest = behind;
    }
    out.push_str(rest);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sql_identifier_with_any_text_stays_quoted() {
        let evil = Name::quote(r#"x" = ''; DROP TABLE {table}; --"#.to_owned()).expect("a name");
        let plain = Name::builtin("cards").expect("a name");
        let filled = statement(
            "SELECT {cell} FROM {table}",
            &[
                ("cell", Fill::Sql("CAST({column} AS TEXT)")),
                ("column", Fill::Name(&evil)),
                ("table", Fill::Name(&plain)),
            ],
        )
        .expect("filled");
        assert_eq!(
            filled.as_str(),
            r#"SELECT CAST("x"" = ''; DROP TABLE {table}; --" AS TEXT) FROM "cards""#
        );
        assert!(Name::quote("a\0b".to_owned()).is_err());
        assert!(statement("SELECT {nothing}", &[]).is_err());
    }
}
