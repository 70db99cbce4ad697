//! The one writer of the audit chains.
//!
//! The appender takes what waits, commits it in one transaction and only then answers those who wait. A number of a chain is
//! used once, by the table's primary key, so two programs on one database cannot fork a chain: the second tries again behind
//! the first. What a record holds is decided by `conversimple_guard::audit`.

use std::collections::HashMap;
use std::sync::Arc;

use conversimple_guard::audit::{self, Head, Record};
use sqlx::AnyPool;
use tokio::sync::{mpsc, oneshot};

use crate::address::Kind;
use crate::chain::{Chain, Link, read_head};
use crate::error::{Error, Result};
use crate::head_signer::Unsigned;
use crate::pool::begin;
use crate::row::cell;

/// Records that are committed together at most.
const BATCH_LIMIT: usize = 256;

/// Records that wait at most; who comes later waits to be let in.
const QUEUE_LIMIT: usize = 1024;

/// Heads kept in memory. One more is one more query for the next record of that chain.
const HEADS_LIMIT: usize = 4096;

/// How often a batch is tried again behind another program's.
const TRIES: u32 = 20;

/// The sending end of the appender's queue.
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
        let task = AppenderTask {
            kind,
            pool,
            unsigned,
            heads: HashMap::new(),
        };
        tokio::spawn(task.serve(orders));
        Self(sender)
    }

    /// Adds a record and waits until it is committed.
    pub(crate) async fn append(&self, chain: Chain, record: Record) -> Result<Link> {
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

/// The task that writes, and what it knows of the ends of the chains.
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
        answer(batch, result);
    }

    /// Writes a batch in one transaction; a batch of one is a transaction by itself. The heads move on when it is
    /// committed, and are read again after any failure.
    async fn write(&mut self, batch: &[Append]) -> Result<Vec<Link>> {
        let mut heads = std::mem::take(&mut self.heads);
        if heads.len() > HEADS_LIMIT {
            heads.clear();
        }
        let links = match batch {
            [append] => self.write_one(append, &mut heads).await?,
            batch => self.write_all(batch, &mut heads).await?,
        };
        self.unsigned
            .note(batch.iter().map(|append| &append.chain), &heads);
        self.heads = heads;
        Ok(links)
    }

    async fn write_one(
        &self,
        append: &Append,
        heads: &mut HashMap<Chain, Head>,
    ) -> Result<Vec<Link>> {
        let mut connection = self.pool.acquire().await?;
        Ok(vec![write_link(&mut connection, heads, append).await?])
    }

    async fn write_all(
        &self,
        batch: &[Append],
        heads: &mut HashMap<Chain, Head>,
    ) -> Result<Vec<Link>> {
        let mut links = Vec::with_capacity(batch.len());
        let mut transaction = begin(self.kind, &self.pool).await?;
        for append in batch {
            links.push(write_link(&mut transaction, heads, append).await?);
        }
        transaction.commit().await?;
        Ok(links)
    }
}

/// Gives each record its receipt. Whoever stopped waiting needs none.
fn answer(batch: Vec<Append>, result: Result<Vec<Link>>) {
    match result {
        Ok(links) => {
            for (append, link) in batch.into_iter().zip(links) {
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
