//! The audit chains: one for each tenant and one for the platform. Records are added at the end and never changed.
//!
//! Here is decided who writes: one clerk takes
//! what waits, commits it in one transaction and only then tells those who wait. A number of a chain is used once, by
//! the table's primary key, so two programs on one database cannot fork a chain: the second tries again behind the
//! first. This does not protect against somebody who may write to the database; that is what verifying is for.

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use sqlx::AnyPool;
use sqlx::any::AnyRow;
use tokio::sync::{mpsc, oneshot};

use crate::address::Kind;
use crate::error::{Error, Result};
use crate::row::{cell, hex, int, text};
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
    /// What it says, JSON.
    pub body: String,
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
    /// A record, its place or its link to the one before was changed.
    Changed {
        /// Its number.
        seq: u64,
    },
}

impl Store {
    /// Adds a record to a chain. It is on disk (see [`crate::Durability`]) when this returns.
    ///
    /// A caller who stops waiting does not stop the record from being written.
    ///
    /// # Errors
    /// The database's own: the record may be there or not. [`Error::Text`], [`Error::Closed`].
    pub async fn append_audit(&self, chain: &Chain, body: String) -> Result<Link> {
        cell(&body)?;
        self.clerk().append(chain.clone(), body).await
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
    /// Records that were cut off at its end are not noticed: that takes a copy of the head kept elsewhere.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn verify_audit(&self, chain: &Chain) -> Result<Verdict> {
        let mut head = Head::none();
        loop {
            let links = self.audit_links(chain, head.seq, VERIFY_PAGE).await?;
            if links.is_empty() {
                return Ok(Verdict::Whole { length: head.seq });
            }
            for link in links {
                let seq = head.seq + 1;
                if link.seq != seq {
                    return Ok(Verdict::Missing { seq });
                }
                if link != join(chain, &head, link.body.clone()) {
                    return Ok(Verdict::Changed { seq });
                }
                head = Head {
                    seq,
                    hash: link.hash,
                };
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
        sqlx::query("SELECT DISTINCT chain FROM audit ORDER BY chain")
            .fetch_all(self.read())
            .await?
            .iter()
            .map(|row| text(row, "chain").map(Chain))
            .collect()
    }
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
pub(crate) struct Clerk(mpsc::Sender<Order>);

enum Order {
    Append(Append),
    Stop(oneshot::Sender<()>),
}

struct Append {
    chain: Chain,
    body: String,
    receipt: oneshot::Sender<Result<Link>>,
}

impl Clerk {
    pub(crate) fn start(kind: Kind, pool: AnyPool) -> Self {
        let (sender, orders) = mpsc::channel(QUEUE_LIMIT);
        let desk = Desk {
            kind,
            pool,
            heads: HashMap::new(),
        };
        tokio::spawn(desk.serve(orders));
        Self(sender)
    }

    async fn append(&self, chain: Chain, body: String) -> Result<Link> {
        let (receipt, wait) = oneshot::channel();
        let order = Order::Append(Append {
            chain,
            body,
            receipt,
        });
        self.0.send(order).await.map_err(|_| Error::Closed)?;
        wait.await.map_err(|_| Error::Closed)?
    }

    /// Writes what waits and takes nothing more.
    pub(crate) async fn stop(&self) {
        let (done, wait) = oneshot::channel();
        if self.0.send(Order::Stop(done)).await.is_ok() {
            // The other end goes away when the clerk is done; either way there is nothing to wait for any more.
            let _ = wait.await;
        }
    }
}

/// Where the clerk sits: what it knows of the ends of the chains.
struct Desk {
    kind: Kind,
    pool: AnyPool,
    heads: HashMap<Chain, Head>,
}

/// The last record of a chain.
#[derive(Clone)]
struct Head {
    seq: u64,
    hash: String,
}

impl Head {
    /// Before the first record.
    fn none() -> Self {
        Self {
            seq: 0,
            hash: String::new(),
        }
    }
}

impl Desk {
    async fn serve(mut self, mut orders: mpsc::Receiver<Order>) {
        let mut waiting = Vec::new();
        while orders.recv_many(&mut waiting, BATCH_LIMIT).await > 0 {
            let mut batch = Vec::with_capacity(waiting.len());
            let mut stop = None;
            for order in waiting.drain(..) {
                match order {
                    Order::Append(append) => batch.push(append),
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
        Some(head) => head.clone(),
        None => read_head(connection, &append.chain).await?,
    };
    let link = join(&append.chain, &head, append.body.clone());
    sqlx::query("INSERT INTO audit (chain, seq, prev, hash, body) VALUES ($1, $2, $3, $4, $5)")
        .bind(append.chain.as_str())
        .bind(i64::try_from(link.seq).map_err(|_| Error::Unreadable("audit number"))?)
        .bind(&link.prev)
        .bind(&link.hash)
        .bind(&link.body)
        .execute(connection)
        .await?;
    heads.insert(
        append.chain.clone(),
        Head {
            seq: link.seq,
            hash: link.hash.clone(),
        },
    );
    Ok(link)
}

async fn read_head(connection: &mut sqlx::AnyConnection, chain: &Chain) -> Result<Head> {
    let row = sqlx::query(
        "SELECT seq, prev, hash, body FROM audit WHERE chain = $1 ORDER BY seq DESC LIMIT 1",
    )
    .bind(chain.as_str())
    .fetch_optional(connection)
    .await?;
    let last = row.map(|row| link(&row)).transpose()?;
    Ok(last.map_or_else(Head::none, |link| Head {
        seq: link.seq,
        hash: link.hash,
    }))
}

fn join(chain: &Chain, head: &Head, body: String) -> Link {
    let seq = head.seq + 1;
    Link {
        seq,
        hash: seal(chain, seq, &head.hash, &body),
        prev: head.hash.clone(),
        body,
    }
}

/// What a link's hash covers: the chain's name, its place, the link before and what it says.
fn seal(chain: &Chain, seq: u64, prev: &str, body: &str) -> String {
    let mut hash = Sha256::new();
    for part in [chain.as_str(), &seq.to_string(), prev, body] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hex(&hash.finalize())
}
