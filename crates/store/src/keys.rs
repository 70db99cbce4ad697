//! API keys: their records, rotation and revocation, and how often each is used.
//!
//! A key itself is not here: what is stored is a prefix to find the record by and a keyed digest. Whether a key that
//! was presented is the record's, and whether it may be used now, is decided by `conversimple_guard::apikey`.

use std::collections::HashMap;
use std::time::Duration;

use conversimple_guard::Refusal;
use conversimple_guard::apikey::{self, ApiKey, KeyRecord, Mode, Pepper};
use conversimple_wire::Code;
use sqlx::any::AnyRow;

use crate::error::{Error, Result};
use crate::pending_uses::{Pending, hour};
use crate::row::{cell, flag, hex, id, int, maybe_text, maybe_time, read, text, time, unhex};
use crate::stamp::{Moment, millis};
use crate::store::Store;
use crate::tenant::{Operator, Tenant};

/// A key's record and what is known of its use.
#[derive(Debug, Clone)]
pub struct StoredKey {
    /// The record.
    pub record: KeyRecord,
    /// The record of the key that takes its place.
    pub rotated_to: Option<String>,
    /// When it was used last, to within a few seconds.
    pub last_used_at: Option<Moment>,
    /// Whether the customer may not use the platform at present.
    pub suspended: bool,
}

/// A key that was presented and found good: the one way from a request to a [`Tenant`].
#[derive(Debug, Clone)]
pub struct Verified {
    tenant: Tenant,
    key: StoredKey,
}

impl Verified {
    /// Whose key it is.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// Its record.
    pub fn key(&self) -> &StoredKey {
        &self.key
    }
}

/// How often a key was used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Requests since the time asked for, which counts as the start of its hour.
    pub requests: u64,
}

macro_rules! columns {
    () => {
        "k.id, k.customer_id, k.mode, k.prefix, k.digest, k.last_four, k.created_at, k.expires_at, k.rotated_at,
         k.rotated_to, k.revoked_at, k.last_used_at, c.suspended FROM api_keys k JOIN customers c ON c.id = k.customer_id"
    };
}

impl Store {
    /// Finds the record of a key that was presented and verifies it. Nothing is counted yet: see
    /// [`Store::note_use`].
    ///
    /// # Errors
    /// The database's own outside; inside, the refusal: `auth_invalid_key`, `auth_key_revoked`, `customer_suspended`.
    pub async fn authenticate(
        &self,
        key: &ApiKey,
        pepper: &Pepper,
        now: Moment,
    ) -> Result<std::result::Result<Verified, Refusal>> {
        let found = self.keys_by_prefix(key.lookup_prefix()).await?;
        let records: Vec<KeyRecord> = found.iter().map(|key| key.record.clone()).collect();
        let record = match apikey::verify(key, &records, pepper, now) {
            Ok(record) => record,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let key = found.into_iter().find(|found| found.record.id == record.id);
        let key = key.ok_or(Error::Unreadable("key"))?;
        if key.suspended {
            return Ok(Err(Code::CustomerSuspended.into()));
        }
        Ok(Ok(Verified {
            tenant: Tenant::new(key.record.customer_id.clone()),
            key,
        }))
    }

    /// The records with this public part: usually one or none. Revoked and expired ones are among them, so that the
    /// answer to their use can say so.
    async fn keys_by_prefix(&self, prefix: &str) -> Result<Vec<StoredKey>> {
        sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " WHERE k.prefix = $1 ORDER BY k.created_at DESC, k.id LIMIT 8"
        ))
        .bind(cell(prefix)?)
        .fetch_all(self.read())
        .await?
        .iter()
        .map(stored_key)
        .collect()
    }

    /// Keeps the record of a new key of the tenant.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is no such customer or the record is another's, [`Error::Conflict`] for an id
    /// that was used.
    pub async fn create_key(&self, tenant: &Tenant, new: &KeyRecord) -> Result<()> {
        insert_key(&mut *self.write().acquire().await?, tenant, new).await
    }

    /// The tenant's key with this record id.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn key(&self, tenant: &Tenant, id: &str) -> Result<Option<StoredKey>> {
        sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " WHERE k.customer_id = $1 AND k.id = $2"
        ))
        .bind(tenant.as_str())
        .bind(cell(id)?)
        .fetch_optional(self.read())
        .await?
        .map(|row| stored_key(&row))
        .transpose()
    }

    /// The key with this record id, whoever's it is.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn key_of_any(&self, _: &Operator, id: &str) -> Result<Option<StoredKey>> {
        sqlx::query(concat!("SELECT ", columns!(), " WHERE k.id = $1"))
            .bind(cell(id)?)
            .fetch_optional(self.read())
            .await?
            .map(|row| stored_key(&row))
            .transpose()
    }

    /// The tenant's keys, the newest first, at most a thousand.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn keys(&self, tenant: &Tenant) -> Result<Vec<StoredKey>> {
        sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " WHERE k.customer_id = $1 ORDER BY k.created_at DESC, k.id LIMIT 1000"
        ))
        .bind(tenant.as_str())
        .fetch_all(self.read())
        .await?
        .iter()
        .map(stored_key)
        .collect()
    }

    /// Puts a new key in the place of another, which goes on working for `grace`, or to its own end if that is sooner.
    ///
    /// # Errors
    /// [`Error::Missing`] when the tenant has no such key, or it was revoked or has a successor already.
    pub async fn rotate_key(
        &self,
        tenant: &Tenant,
        old: &str,
        new: &KeyRecord,
        grace: Duration,
        now: Moment,
    ) -> Result<()> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "UPDATE api_keys SET rotated_to = $3, rotated_at = $4,
                expires_at = CASE WHEN expires_at < $5 THEN expires_at ELSE $5 END
             WHERE customer_id = $1 AND id = $2 AND rotated_to IS NULL AND revoked_at IS NULL",
        )
        .bind(tenant.as_str())
        .bind(cell(old)?)
        .bind(cell(&new.id)?)
        .bind(millis(now))
        .bind(millis(now.saturating_add(grace)))
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() != 1 {
            return Err(Error::Missing);
        }
        // Two live keys are enough to change from one to the other: the one before them ends now.
        sqlx::query(
            "UPDATE api_keys SET revoked_at = $3 WHERE customer_id = $1 AND rotated_to = $2 AND revoked_at IS NULL",
        )
        .bind(tenant.as_str())
        .bind(cell(old)?)
        .bind(millis(now))
        .execute(&mut *transaction)
        .await?;
        insert_key(&mut transaction, tenant, new).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Revokes a key; false when the tenant has none of that id that was not revoked before.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn revoke_key(&self, tenant: &Tenant, id: &str, now: Moment) -> Result<bool> {
        let done = sqlx::query(
            "UPDATE api_keys SET revoked_at = $3 WHERE customer_id = $1 AND id = $2 AND revoked_at IS NULL",
        )
        .bind(tenant.as_str())
        .bind(cell(id)?)
        .bind(millis(now))
        .execute(self.write())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Counts a request of the key with this record id. It is written within seconds, with others.
    pub fn note_use(&self, key_id: &str, now: Moment) {
        self.uses().note(key_id, now);
    }

    /// Writes what [`Store::note_use`] counted. The store does so by itself every few seconds.
    ///
    /// # Errors
    /// The database's own; what could not be written is kept for the next time.
    pub async fn flush_uses(&self) -> Result<()> {
        let batch = self.uses().take();
        if batch.is_empty() {
            return Ok(());
        }
        let written = self.write_uses(&batch).await;
        if written.is_err() {
            self.uses().put_back(batch);
        }
        written
    }

    async fn write_uses(&self, batch: &HashMap<(String, i64), Pending>) -> Result<()> {
        let mut transaction = self.begin().await?;
        for ((key_id, hour), pending) in batch {
            // A key that was deleted meanwhile has nothing to count for.
            sqlx::query(
                "INSERT INTO key_uses (key_id, hour, requests) SELECT id, $2, $3 FROM api_keys WHERE id = $1
                 ON CONFLICT (key_id, hour) DO UPDATE SET requests = key_uses.requests + excluded.requests",
            )
            .bind(key_id)
            .bind(*hour)
            .bind(pending.requests)
            .execute(&mut *transaction)
            .await?;
            sqlx::query(
                "UPDATE api_keys SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
            )
            .bind(key_id)
            .bind(pending.last_millis)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// How often the tenant's key was used since a time, what is not written yet included.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn usage(&self, tenant: &Tenant, key_id: &str, since: Moment) -> Result<Usage> {
        let row = sqlx::query(
            "SELECT CAST(COALESCE(SUM(u.requests), 0) AS BIGINT) AS n FROM key_uses u
             JOIN api_keys k ON k.id = u.key_id WHERE k.customer_id = $1 AND k.id = $2 AND u.hour >= $3",
        )
        .bind(tenant.as_str())
        .bind(cell(key_id)?)
        .bind(hour(since))
        .fetch_one(self.read())
        .await?;
        let written = int(&row, "n")?.max(0).unsigned_abs();
        Ok(Usage {
            requests: written + self.uses().count(key_id, hour(since)),
        })
    }
}

async fn insert_key(
    connection: &mut sqlx::AnyConnection,
    tenant: &Tenant,
    new: &KeyRecord,
) -> Result<()> {
    if &new.customer_id != tenant.customer_id() {
        return Err(Error::Missing);
    }
    sqlx::query(
        "INSERT INTO api_keys (id, customer_id, mode, prefix, digest, last_four, created_at, expires_at, rotated_at,
            revoked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(cell(&new.id)?)
    .bind(tenant.as_str())
    .bind(new.mode.as_str())
    .bind(cell(&new.prefix)?)
    .bind(hex(&new.digest))
    .bind(cell(&new.last_four)?)
    .bind(millis(new.created_at))
    .bind(new.expires_at.map(millis))
    .bind(new.rotated_at.map(millis))
    .bind(new.revoked_at.map(millis))
    .execute(connection)
    .await?;
    Ok(())
}

fn stored_key(row: &AnyRow) -> Result<StoredKey> {
    let record = key_record(row)?;
    read!(row => StoredKey {
        rotated_to: maybe_text,
        last_used_at: maybe_time,
        suspended: flag,
        ; record,
    })
}

fn key_record(row: &AnyRow) -> Result<KeyRecord> {
    read!(row => KeyRecord {
        id: text,
        customer_id: id,
        mode: mode,
        prefix: text,
        digest: digest,
        last_four: text,
        created_at: time,
        expires_at: maybe_time,
        rotated_at: maybe_time,
        revoked_at: maybe_time,
    })
}

fn mode(row: &AnyRow, column: &'static str) -> Result<Mode> {
    Mode::find(&text(row, column)?).ok_or(Error::Unreadable(column))
}

fn digest(row: &AnyRow, column: &'static str) -> Result<[u8; 32]> {
    unhex(&text(row, column)?).ok_or(Error::Unreadable(column))
}
