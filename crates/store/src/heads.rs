//! Signed heads of the audit chains: when they are signed, and where they are kept.
//!
//! A signer beside the appender signs how far each chain has come: soon after the first record of a quiet time, then once a minute
//! while there is anything new or when there is much of it, and when the store is closed. No record waits for it. A head goes into the database and into a file outside of
//! it, because whoever may write the database could take both out of it. What a head is and when a chain disagrees with one is the
//! guard's. Records behind the last head are not vouched for: after kill -9 that is at most a minute's, until the next
//! start signs them.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use conversimple_guard::audit::{Head, SignedHead};
use sqlx::any::AnyRow;

use crate::chain::{Chain, read_head};
use crate::error::{Error, Result};
use crate::head_signer::{HeadSigner, Unsigned};
use crate::row::{count, read, text};
use crate::store::{Store, WeakStore};
use crate::tenant::Operator;

/// How long a record waits at most to be vouched for.
const EVERY: Duration = Duration::from_secs(60);

/// How long after the first record of a quiet time, for what comes with it.
const SOON: Duration = Duration::from_secs(1);

impl Store {
    /// Has the ends of the audit chains signed from now on, and with it what was written since they were signed last.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn sign_audit(&self, signer: HeadSigner) -> Result<()> {
        let key = signer.signer.public_key();
        let unsigned = self.unsigned_ends(&key).await?;
        self.unsigned().put_back(unsigned);
        self.unsigned()
            .enough
            .store(signer.records, Ordering::Relaxed);
        *self.signer().lock().await = Some(signer);
        self.sign_what_is_unsigned().await;
        tokio::spawn(keep_signing(self.downgrade(), self.unsigned().clone()));
        Ok(())
    }

    /// The ends of the chains that went on since this key signed them last.
    async fn unsigned_ends(&self, key: &str) -> Result<Vec<(Chain, Head)>> {
        let mut unsigned = Vec::new();
        for chain in self.audit_chains(&Operator::acting()).await? {
            let head = read_head(&mut *self.read().acquire().await?, &chain).await?;
            let signed = self.last_signed(&chain, key).await?;
            if !signed.is_some_and(|signed| reaches(&signed, &chain, &head)) {
                unsigned.push((chain, head));
            }
        }
        Ok(unsigned)
    }

    /// The signed heads that the database has of a chain, in their order.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn signed_heads(&self, chain: &Chain) -> Result<Vec<SignedHead>> {
        sqlx::query(
            "SELECT chain, signing_key, seq, hash, at, signature FROM audit_heads WHERE chain = $1 ORDER BY seq",
        )
        .bind(chain.as_str())
        .fetch_all(self.read())
        .await?
        .iter()
        .map(signed_head)
        .collect()
    }

    async fn last_signed(&self, chain: &Chain, key: &str) -> Result<Option<SignedHead>> {
        sqlx::query(
            "SELECT chain, signing_key, seq, hash, at, signature FROM audit_heads
             WHERE chain = $1 AND signing_key = $2 ORDER BY seq DESC LIMIT 1",
        )
        .bind(chain.as_str())
        .bind(key)
        .fetch_optional(self.read())
        .await?
        .map(|row| signed_head(&row))
        .transpose()
    }

    /// Signs and keeps how far the chains have come. What cannot be kept is tried again the next time.
    pub(crate) async fn sign_what_is_unsigned(&self) {
        let mut desk = self.signer().lock().await;
        let Some(signer) = desk.take() else { return };
        let heads = self.unsigned().take();
        let (signer, kept) = self.keep(signer, &heads).await;
        *desk = signer;
        if let Err(error) = kept {
            tracing::error!(
                code = error.code(),
                "the heads of the audit trail could not be kept; they are signed again later"
            );
            self.unsigned().put_back(heads);
        }
    }

    async fn keep(
        &self,
        mut signer: HeadSigner,
        heads: &HashMap<Chain, Head>,
    ) -> (Option<HeadSigner>, Result<()>) {
        if heads.is_empty() {
            return (Some(signer), Ok(()));
        }
        // A head must not speak of a record that a power cut could still take: this brings the log to the disk.
        if let Err(error) = self.checkpoint().await {
            return (Some(signer), Err(error));
        }
        let now = (signer.now)();
        let mut signed: Vec<SignedHead> = heads
            .iter()
            .map(|(chain, head)| signer.signer.sign(chain.as_str(), *head, now))
            .collect();
        signed.sort_by(|one, other| one.chain.cmp(&other.chain));
        if let Err(error) = self.keep_in_database(&signed).await {
            return (Some(signer), Err(error));
        }
        // Waiting for the disk is no work for a thread that serves.
        let written = tokio::task::spawn_blocking(move || {
            let written = signer.file.append(&signed);
            (signer, written)
        });
        match written.await {
            Ok((signer, written)) => (Some(signer), written.map_err(|_| Error::HeadsFile)),
            Err(_) => (None, Err(Error::HeadsFile)),
        }
    }

    async fn keep_in_database(&self, heads: &[SignedHead]) -> Result<()> {
        let mut transaction = self.begin().await?;
        for head in heads {
            sqlx::query(
                "INSERT INTO audit_heads (chain, signing_key, seq, hash, at, signature) VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (chain, signing_key, seq) DO NOTHING",
            )
            .bind(&head.chain)
            .bind(&head.key)
            .bind(i64::try_from(head.seq).map_err(|_| Error::Unreadable("audit number"))?)
            .bind(&head.hash)
            .bind(i64::try_from(head.at_ms).unwrap_or(i64::MAX))
            .bind(&head.signature)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

async fn keep_signing(store: WeakStore, unsigned: Arc<Unsigned>) {
    loop {
        // Whether something came or not: a store that was closed meanwhile is noticed.
        if tokio::time::timeout(EVERY, unsigned.some.notified())
            .await
            .is_ok()
        {
            let _either = tokio::time::timeout(SOON, unsigned.much.notified()).await;
        }
        match store.upgrade() {
            Some(store) => store.sign_what_is_unsigned().await,
            None => return,
        }
        let _either = tokio::time::timeout(EVERY, unsigned.much.notified()).await;
    }
}

/// Whether a signed head stands at the end of its chain. Where it stands beyond the end, or has another hash there, the chain
/// was cut or written anew; that is told, and not signed over.
fn reaches(signed: &SignedHead, chain: &Chain, head: &Head) -> bool {
    if signed.seq < head.seq {
        return false;
    }
    if signed.seq > head.seq || signed.hash != head.hash.to_string() {
        tracing::error!(
            chain = chain.as_str(),
            record = signed.seq,
            "the audit trail does not hold what was signed: see `conversimple audit verify`"
        );
    }
    true
}

fn signed_head(row: &AnyRow) -> Result<SignedHead> {
    let (at_ms, key) = (count(row, "at")?, text(row, "signing_key")?);
    read!(row => SignedHead {
        chain: text,
        seq: count,
        hash: text,
        signature: text,
        ; at_ms, key,
    })
}
