//! The audit chains: one for each tenant and one for the platform. Records are added at the end and never changed.
//!
//! What a record holds and what a link covers is decided by `conversimple_guard::audit`; how records are written, by the
//! appender. This file decides how a chain is read and verified. Verifying is what protects against somebody who may write to
//! the database.

use conversimple_guard::audit::{Broken, Dispute, Record, Verifier, Why, Witness};

use crate::chain::{Chain, Link, entry, link};
use crate::error::Result;
use crate::row::maybe_text;
use crate::store::Store;
use crate::tenant::Operator;

/// Records read at a time when a chain is verified.
const VERIFY_PAGE: u32 = 500;

/// What verifying a chain found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Every record is what was written.
    Whole {
        /// How many there are.
        length: u64,
    },
    /// A record is gone.
    Missing {
        /// Its number.
        seq: u64,
    },
    /// A record is not what was written.
    Changed {
        /// Its number.
        seq: u64,
    },
    /// A record stands where another was.
    Moved {
        /// The number of that place.
        seq: u64,
    },
}

impl Verdict {
    fn of(why: Why, seq: u64) -> Self {
        match why {
            Why::Changed => Self::Changed { seq },
            Why::Missing => Self::Missing { seq },
            Why::Reordered => Self::Moved { seq },
        }
    }
}

impl Store {
    /// Adds a record to a chain. It is on disk (see [`crate::Durability`]) when this returns.
    ///
    /// A caller who stops waiting does not stop the record from being written.
    ///
    /// # Errors
    /// The database's own: the record may be there or not. [`Error::Text`], [`Error::Closed`].
    pub async fn append_audit(&self, chain: &Chain, record: Record) -> Result<Link> {
        self.appender().append(chain.clone(), record).await
    }

    /// The records of a chain behind number `after`, in their order, at most `limit` of them.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn audit_links(&self, chain: &Chain, after: u64, limit: u32) -> Result<Vec<Link>> {
        sqlx::query(
            "SELECT seq, prev, hash, body FROM audit WHERE chain = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        )
        .bind(chain.as_str())
        .bind(i64::try_from(after).unwrap_or(i64::MAX))
        .bind(i64::from(limit))
        .fetch_all(self.read())
        .await?
        .iter()
        .map(link)
        .collect()
    }

    /// Reads a chain from its first record to its last and says where it is not what was written.
    ///
    /// Records that were cut off at its end are not noticed: that takes a head kept elsewhere, see
    /// [`Store::verify_audit_with`].
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn verify_audit(&self, chain: &Chain) -> Result<Verdict> {
        Ok(self
            .verify_audit_with(chain, &mut Witness::new(Vec::new()))
            .await?
            .0)
    }

    /// Reads a chain as [`Store::verify_audit`] does and holds it against the heads that were signed of it.
    ///
    /// A chain that was cut off at its end or written anew is whole in itself; the second part of the answer says so.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn verify_audit_with(
        &self,
        chain: &Chain,
        witness: &mut Witness,
    ) -> Result<(Verdict, Option<Dispute>)> {
        let mut dispute = None;
        let mut walk = Verifier::new(chain.genesis());
        loop {
            let links = self
                .audit_links(chain, walk.head().seq, VERIFY_PAGE)
                .await?;
            if links.is_empty() {
                let length = walk.head().seq;
                let dispute = dispute.or_else(|| witness.end(length).err());
                return Ok((Verdict::Whole { length }, dispute));
            }
            for link in links {
                // A hash that is none is a change like any other.
                let Some(entry) = entry(&link) else {
                    return Ok((Verdict::Changed { seq: link.seq }, dispute));
                };
                if let Err(Broken { seq, why }) = walk.step(&entry) {
                    return Ok((Verdict::of(why, seq), dispute));
                }
                if dispute.is_none() {
                    dispute = witness.see(entry.seq, entry.hash).err();
                }
            }
        }
    }

    /// The last records of a chain, the newest first, at most `limit` of them.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn audit_tail(&self, chain: &Chain, limit: u32) -> Result<Vec<Link>> {
        sqlx::query(
            "SELECT seq, prev, hash, body FROM audit WHERE chain = $1 ORDER BY seq DESC LIMIT $2",
        )
        .bind(chain.as_str())
        .bind(i64::from(limit))
        .fetch_all(self.read())
        .await?
        .iter()
        .map(link)
        .collect()
    }

    /// Every chain that has a record, by name.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn audit_chains(&self, operator: &Operator) -> Result<Vec<Chain>> {
        // One look into the index a chain; DISTINCT would read every record.
        let mut chains: Vec<Chain> = Vec::new();
        loop {
            let last = chains.last().map_or("", Chain::as_str);
            let row = sqlx::query("SELECT MIN(chain) AS chain FROM audit WHERE chain > $1")
                .bind(last)
                .fetch_one(self.read())
                .await?;
            match maybe_text(&row, "chain")? {
                Some(next) => chains.push(Chain::by_operator(operator, &next)),
                None => return Ok(chains),
            }
        }
    }
}
