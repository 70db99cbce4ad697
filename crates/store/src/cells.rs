//! The platform's own sealed cells: which columns they are, and how a value is sealed for its cell and opened.
//!
//! What people said, what tools were called with and what customers configured stands in the database only sealed, bound to
//! its customer, table, column and row. A cell that is not sealed, or was sealed for another place, is an error and never read
//! as it stands. What is searched or sorted by is not sealed: names, ids, times, states, the audit trail. How a value is
//! sealed is the guard's; where the keys come from is decided by whoever opens the store. Which keys sealed something here is
//! noted before the first value is, so that a start without one of them fails, and not a reader long after it. Cannot tell
//! an older value put back into its own cell.

mod reseal;

use conversimple_guard::seal::{Cell, KeyRing, NONCE_BYTES};
use serde_json::Value;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AnyPool};
use tokio::sync::OnceCell;

use crate::error::{Error, Result};
use crate::row::{cell, maybe_text, text};

pub(crate) use reseal::{Place, count, renewed, seal_what_is_plain};

/// A column of sealed cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    table: &'static str,
    column: &'static str,
}

macro_rules! columns {
    ($($name:ident = $table:literal $column:literal,)*) => {
        $(pub(crate) const $name: Column = Column { table: $table, column: $column };)*
        /// Every one of them.
        #[cfg(test)]
        const COLUMNS: &[Column] = &[$($name,)*];
    };
}

columns! {
    HEARD = "turns" "heard",
    SAID = "turns" "said",
    ARGUMENTS = "calls" "arguments",
    SPEC = "agents" "spec",
    AGENT_CONFIG = "agents" "agent_config",
    CHANNEL_CONFIG = "deployments" "channel_config",
    ENGAGEMENT_RULES = "deployments" "engagement_rules",
    SETTING = "settings" "value",
}

/// A key's own cell, by which its presence is told.
const PROOF: Column = Column {
    table: "sealing_keys",
    column: "proof",
};

/// What is sealed into it.
const PROVEN: &str = "conversimple";

/// The keys of an open store.
pub(crate) struct Keys {
    ring: KeyRing,
    noted: OnceCell<()>,
}

impl Keys {
    pub(crate) fn new(ring: KeyRing) -> Self {
        Self {
            ring,
            noted: OnceCell::new(),
        }
    }

    pub(crate) fn ring(&self) -> &KeyRing {
        &self.ring
    }

    /// Notes, once, that the newest key seals here.
    pub(crate) async fn note(&self, pool: &AnyPool) -> Result<()> {
        let noted = self.noted.get_or_try_init(async || {
            let mut connection = pool.acquire().await?;
            note(&mut connection, &self.ring).await
        });
        noted.await.copied()
    }
}

/// Fails unless the ring has every key that sealed something in this database.
pub(crate) async fn check_keys(connection: &mut AnyConnection, ring: &KeyRing) -> Result<()> {
    let rows = sqlx::query("SELECT id, proof FROM sealing_keys ORDER BY id")
        .fetch_all(connection)
        .await?;
    for row in rows {
        let id = text(&row, "id")?;
        let proof = Opening::of(ring, "", "", &id).value(PROOF, &text(&row, "proof")?);
        if proof.ok().as_deref() != Some(PROVEN) {
            let is_id = id.len() == 8 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
            return Err(if is_id {
                Error::NoKey(id)
            } else {
                Error::Unreadable("key's id")
            });
        }
    }
    Ok(())
}

pub(crate) async fn note(connection: &mut AnyConnection, ring: &KeyRing) -> Result<()> {
    let Some(id) = ring.ids().next().map(|id| id.to_string()) else {
        return Err(Error::Unreadable("key's id"));
    };
    let proof = Sealing(Opening::of(ring, "", "", &id)).seal(PROOF, PROVEN)?;
    sqlx::query("INSERT INTO sealing_keys (id, proof) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING")
        .bind(id)
        .bind(proof)
        .execute(connection)
        .await?;
    Ok(())
}

/// Opens the cells of one row.
pub(crate) struct Opening<'a> {
    ring: &'a KeyRing,
    owner: &'a str,
    row: String,
}

impl<'a> Opening<'a> {
    /// The first part of a key never has a slash: it is an id of the wire.
    pub(crate) fn of(ring: &'a KeyRing, owner: &'a str, one: &str, two: &str) -> Self {
        Self {
            ring,
            owner,
            row: format!("{one}/{two}"),
        }
    }

    /// The column's text.
    pub(crate) fn text(&self, column: Column, row: &AnyRow) -> Result<String> {
        self.value(column, &text(row, column.column)?)
    }

    /// The column's JSON.
    pub(crate) fn json(&self, column: Column, row: &AnyRow) -> Result<Value> {
        parse(column, &self.text(column, row)?)
    }

    /// The column's JSON, where there is any.
    pub(crate) fn maybe_json(&self, column: Column, row: &AnyRow) -> Result<Option<Value>> {
        maybe_text(row, column.column)?
            .map(|sealed| parse(column, &self.value(column, &sealed)?))
            .transpose()
    }

    /// Only what was sealed for this very cell opens: a Fernet token, which is bound to none, does not.
    fn value(&self, column: Column, sealed: &str) -> Result<String> {
        let opened = self.ring.open(&self.cell(column), sealed);
        let opened = opened.map_err(|_| Error::Sealed(column.column))?;
        let text = std::str::from_utf8(opened.expose());
        Ok(text
            .map_err(|_| Error::Unreadable(column.column))?
            .to_owned())
    }

    fn cell(&self, column: Column) -> Cell<'_> {
        Cell {
            tenant: self.owner,
            table: column.table,
            column: column.column,
            row: &self.row,
        }
    }
}

/// Seals the cells of one row, with a key that is noted.
pub(crate) struct Sealing<'a>(pub(crate) Opening<'a>);

impl Sealing<'_> {
    /// What the column of a text holds.
    pub(crate) fn seal(&self, column: Column, value: &str) -> Result<String> {
        let plain = cell(value)?.as_bytes();
        Ok(self.0.ring.seal(&self.0.cell(column), plain, nonce()?))
    }

    /// What the column of a JSON value holds.
    pub(crate) fn seal_json(
        &self,
        column: Column,
        value: Option<&Value>,
    ) -> Result<Option<String>> {
        value
            .map(|value| self.seal(column, &value.to_string()))
            .transpose()
    }
}

fn parse(column: Column, text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|_| Error::Unreadable(column.column))
}

fn nonce() -> Result<[u8; NONCE_BYTES]> {
    let mut bytes = [0; NONCE_BYTES];
    getrandom::fill(&mut bytes).map_err(|_| Error::Random)?;
    Ok(bytes)
}
