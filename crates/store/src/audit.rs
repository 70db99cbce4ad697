//! The audit chains: one for each tenant and one for the platform. Records are added at the end and never changed.
//!
//! What a record holds and what a link covers is decided by `conversimple_guard::audit`. Here is decided who writes: one appender takes
//! what waits, commits it in one transaction and only then tells those who wait. A number of a chain is used once, by
//! the table's primary key, so two programs on one database cannot fork a chain: the second tries again behind the
//! first. This does not protect against somebody who may write to the database; that is what verifying is for.

use std::collections::HashMap;
use std::sync::Arc;

use conversimple_guard::audit::{
    self, Broken, Dispute, Entry, Hash, Head, Record, Verifier, Why, Witness,
};
use sqlx::AnyPool;
use sqlx::any::AnyRow;
use tokio::sync::{mpsc, oneshot};

use crate::address::Kind;
use crate::error::{Error, Result};
use crate::heads::Unsigned;
use crate::row::{cell, int, maybe_text, text};
use crate::store::{Store, begin};
use crate::tenant::{Operator, Tenant};

/// Records that are committed together at most.
const BATCH_LIMIT: usize = 256;

/// Records that wait at most; who comes later waits to be let in.
const QUEUE_LIMIT: usize = 1024;

/// Heads kept in memory. One more is one more query for the next record of that chain.
const HEADS_LIMIT: usize = 4096;

/// How often a batch is tried again behind another program's.
const TRIES: u32 = 20;

/// Records read at a time when a chain is verified.
const VERIFY_PAGE: u32 = 500;

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
    pub async fn audit_chains(&self, _: &Operator) -> Result<Vec<Chain>> {
        // One look into the index a chain; DISTINCT would read every record.
        let mut chains: Vec<Chain> = Vec::new();
        loop {
            let last = chains.last().map_or("", Chain::as_str);
            let row = sqlx::query("SELECT MIN(chain) AS chain FROM audit WHERE chain > $1")
                .bind(last)
                .fetch_one(self.read())
                .await?;
            match maybe_text(&row, "chain")? {
                Some(next) => chains.push(Chain(next)),
                None => return Ok(chains),
            }
        }
    }
}

fn entry(link: &Link) -> Option<Entry> {
    Some(Entry {
        seq: link.seq,
        prev: Hash::parse(&link.prev)?,
        hash: Hash::parse(&link.hash)?,
        body: link.body.clone(),
    })
}

fn link(row: &AnyRow) -> Result<Link> {
    Ok(Link {
        seq: int(row, "seq")?.max(0).unsigned_abs(),
        prev: text(row, "prev")?,
        hash: text(row, "hash")?,
        body: text(row, "body")?,
    })
}

/// Takes records in and hands receipts out.
pub(crate) struct Appender(mpsc::Sender<Order>);

enum Order {
    Append(Box<Append>),
    Stop(oneshot::Sender<()>),
}

struct Append {
    chain: Chain,
    record: Record,
    receipt: oneshot::Sender<Result<Link>>,
}

impl Appender {
    pub(crate) fn start(kind: Kind, pool: AnyPool, unsigned: Arc<Unsigned>) -> Self {
        let (sender, orders) = mpsc::channel(QUEUE_LIMIT);
        let desk = AppenderTask {
            kind,
            pool,
            unsigned,
            heads: HashMap::new(),
        };
        tokio::spawn(desk.serve(orders));
        Self(sender)
    }

    async fn append(&self, chain: Chain, record: Record) -> Result<Link> {
        let (receipt, wait) = oneshot::channel();
        let order = Order::Append(Box::new(Append {
            chain,
            record,
            receipt,
        }));
        self.0.send(order).await.map_err(|_| Error::Closed)?;
        wait.await.map_err(|_| Error::Closed)?
    }

    /// Writes what waits and takes nothing more.
    pub(crate) async fn stop(&self) {
        let (done, wait) = oneshot::channel();
        if self.0.send(Order::Stop(done)).await.is_ok() {
            // The other end goes away when the appender is done; either way there is nothing to wait for any more.
            let _ = wait.await;
        }
    }
}

/// Where the appender sits: what it knows of the ends of the chains.
struct AppenderTask {
    kind: Kind,
    pool: AnyPool,
    /// What the signer has not signed yet.
    unsigned: Arc<Unsigned>,
    /// The last record of each chain that was written to lately.
    heads: HashMap<Chain, Head>,
}

impl AppenderTask {
    async fn serve(mut self, mut orders: mpsc::Receiver<Order>) {
        let mut waiting = Vec::new();
        while orders.recv_many(&mut waiting, BATCH_LIMIT).await > 0 {
            let mut batch = Vec::with_capacity(waiting.len());
            let mut stop = None;
            for order in waiting.drain(..) {
                match order {
                    Order::Append(append) => batch.push(*append),
                    Order::Stop(done) => stop = Some(done),
                }
            }
            self.commit(batch).await;
            if let Some(done) = stop {
                orders.close();
                let _ = done.send(());
            }
        }
    }

    async fn commit(&mut self, batch: Vec<Append>) {
        if batch.is_empty() {
            return;
        }
        let mut tries = 0;
        let result = loop {
            match self.write(&batch).await {
                Err(Error::Conflict) if tries < TRIES => tries += 1,
                done => break done,
            }
        };
        match result {
            Ok(links) => {
                for (append, link) in batch.into_iter().zip(links) {
                    // Whoever stopped waiting needs no receipt.
                    let _ = append.receipt.send(Ok(link));
                }
            }
            Err(error) => {
                for append in batch {
                    let _ = append.receipt.send(Err(error.clone()));
                }
            }
        }
    }

    /// Writes a batch in one transaction; a batch of one is a transaction by itself. The heads move on when it is
    /// committed, and are read again after any failure.
    async fn write(&mut self, batch: &[Append]) -> Result<Vec<Link>> {
        let mut heads = std::mem::take(&mut self.heads);
        if heads.len() > HEADS_LIMIT {
            heads.clear();
        }
        let mut links = Vec::with_capacity(batch.len());
        if let [append] = batch {
            let mut connection = self.pool.acquire().await?;
            links.push(write_link(&mut connection, &mut heads, append).await?);
        } else {
            let mut transaction = begin(self.kind, &self.pool).await?;
            for append in batch {
                links.push(write_link(&mut transaction, &mut heads, append).await?);
            }
            transaction.commit().await?;
        }
        self.unsigned
            .note(batch.iter().map(|append| &append.chain), &heads);
        self.heads = heads;
        Ok(links)
    }
}

async fn write_link(
    connection: &mut sqlx::AnyConnection,
    heads: &mut HashMap<Chain, Head>,
    append: &Append,
) -> Result<Link> {
    let head = match heads.get(&append.chain) {
        Some(head) => *head,
        None => read_head(connection, &append.chain).await?,
    };
    let mut chain = audit::Chain::resume(head);
    let link = Link::from(chain.append(&append.record));
    sqlx::query("INSERT INTO audit (chain, seq, prev, hash, body) VALUES ($1, $2, $3, $4, $5)")
        .bind(append.chain.as_str())
        .bind(i64::try_from(link.seq).map_err(|_| Error::Unreadable("audit number"))?)
        .bind(&link.prev)
        .bind(&link.hash)
        .bind(cell(&link.body)?)
        .execute(connection)
        .await?;
    heads.insert(append.chain.clone(), chain.head());
    Ok(link)
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
