//! The name of an audit chain, and a record in its place as the database holds it.

use conversimple_guard::audit::{Entry, Hash, Head};
use sqlx::any::AnyRow;

use crate::error::{Error, Result};
use crate::row::{int, text};
use crate::tenant::{Operator, Tenant};

/// The chain of the platform's own decisions: no customer id has a dot.
const PLATFORM: &str = ".platform";

/// Which chain.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Chain(String);

impl Chain {
    /// The tenant's.
    pub fn of(tenant: &Tenant) -> Self {
        Self(tenant.as_str().to_owned())
    }

    /// The platform's own.
    pub fn platform(_: &Operator) -> Self {
        Self(PLATFORM.to_owned())
    }

    /// The chain of that name, named by the operator.
    pub fn by_operator(_: &Operator, name: &str) -> Self {
        Self(name.to_owned())
    }

    /// What stands before its first record.
    pub fn genesis(&self) -> Hash {
        Hash::genesis(&self.0)
    }

    /// Its name: the customer's id or `.platform`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A record in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its number in the chain, from 1.
    pub seq: u64,
    /// Hash of the record before, hexadecimal.
    pub prev: String,
    /// Its own hash, hexadecimal.
    pub hash: String,
    /// What it says: canonical JSON.
    pub body: String,
}

impl From<Entry> for Link {
    fn from(entry: Entry) -> Self {
        Self {
            seq: entry.seq,
            prev: entry.prev.to_string(),
            hash: entry.hash.to_string(),
            body: entry.body,
        }
    }
}

/// The link as the guard verifies it; none when a hash is no hash.
pub(crate) fn entry(link: &Link) -> Option<Entry> {
    Some(Entry {
        seq: link.seq,
        prev: Hash::parse(&link.prev)?,
        hash: Hash::parse(&link.hash)?,
        body: link.body.clone(),
    })
}

/// Reads a row of the audit table.
pub(crate) fn link(row: &AnyRow) -> Result<Link> {
    Ok(Link {
        seq: int(row, "seq")?.max(0).unsigned_abs(),
        prev: text(row, "prev")?,
        hash: text(row, "hash")?,
        body: text(row, "body")?,
    })
}

/// The end of a chain as the database has it.
pub(crate) async fn read_head(connection: &mut sqlx::AnyConnection, chain: &Chain) -> Result<Head> {
    let row = sqlx::query(
        "SELECT seq, prev, hash, body FROM audit WHERE chain = $1 ORDER BY seq DESC LIMIT 1",
    )
    .bind(chain.as_str())
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else {
        return Ok(Head {
            seq: 0,
            hash: chain.genesis(),
        });
    };
    let last = link(&row)?;
    Ok(Head {
        seq: last.seq,
        hash: Hash::parse(&last.hash).ok_or(Error::Unreadable("audit hash"))?,
    })
}
