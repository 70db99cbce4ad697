//! The open database: migrations, checkpoints, health, and what the other files need of it. How connections are made is
//! decided by `pool`; what is asked of the database is in the other files.

use std::sync::{Arc, Weak};
use std::time::Duration;

use conversimple_guard::seal::KeyRing;
use sqlx::any::Any;
use sqlx::{AnyConnection, AnyPool, Row, Transaction};

use crate::address::{Address, Kind, Place};
use crate::appender::Appender;
use crate::cells::{self, Keys};
use crate::error::{Error, Result};
use crate::head_signer::{SignerSlot, Unsigned};
use crate::pending_uses::PendingUses;
use crate::pool::{begin, install_drivers, postgres_pool, sqlite_pools};
use crate::schema;

/// How often what was counted is written and the write-ahead log is folded into the database file.
const HOUSEKEEPING: Duration = Duration::from_secs(2);

/// The database. Clones share it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    kind: Kind,
    write: AnyPool,
    read: AnyPool,
    appender: Appender,
    unsigned: Arc<Unsigned>,
    signer: SignerSlot,
    uses: PendingUses,
    keys: Keys,
}

/// A store that does not stay open for whoever has this.
pub(crate) struct WeakStore(Weak<Inner>);

impl WeakStore {
    /// The store, while it is open.
    pub(crate) fn upgrade(&self) -> Option<Store> {
        let store = Store {
            inner: self.0.upgrade()?,
        };
        (!store.is_closed()).then_some(store)
    }
}

/// What [`Store::health`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// Which database it is.
    pub kind: Kind,
    /// Version of its schema.
    pub schema: i64,
}

impl Store {
    /// Opens the database, makes it where it is not there, and brings its schema up to date. The ring seals what people
    /// said and configured, and opens it.
    ///
    /// Must be called within a tokio runtime: what is counted is written in the background, and audit records that
    /// come together are committed together.
    ///
    /// # Errors
    /// Each says what to do: a folder that cannot be written, a full disk, a lock, a damaged file, a server that does
    /// not answer or does not let us in, a database of a newer release, a key that is missing on the ring.
    pub async fn open(address: &Address, ring: KeyRing) -> Result<Self> {
        install_drivers();
        let (write, read) = match address.place() {
            Place::Sqlite { file, durability } => sqlite_pools(file, *durability).await?,
            Place::Postgres(url) => {
                let pool = postgres_pool(url).await?;
                (pool.clone(), pool)
            }
        };
        let kind = address.kind();
        let unsigned = Arc::new(Unsigned::default());
        let store = Self {
            inner: Arc::new(Inner {
                kind,
                appender: Appender::start(kind, write.clone(), unsigned.clone()),
                unsigned,
                signer: SignerSlot::default(),
                write,
                read,
                uses: PendingUses::default(),
                keys: Keys::new(ring),
            }),
        };
        store.migrate().await?;
        tokio::spawn(keep_house(store.downgrade()));
        Ok(store)
    }

    /// Asks the database whether it reads and takes writes.
    ///
    /// # Errors
    /// Whatever keeps it from doing so.
    pub async fn health(&self) -> Result<Health> {
        let row = sqlx::query("SELECT version FROM schema_version")
            .fetch_one(self.read())
            .await?;
        self.begin().await?.rollback().await?;
        Ok(Health {
            kind: self.inner.kind,
            schema: row.try_get("version")?,
        })
    }

    /// Folds the write-ahead log of SQLite into the database file without making anybody wait.
    ///
    /// # Errors
    /// A full disk, above all.
    pub async fn checkpoint(&self) -> Result<()> {
        if self.inner.kind == Kind::Sqlite {
            sqlx::query("PRAGMA wal_checkpoint(PASSIVE)")
                .fetch_all(self.read())
                .await?;
        }
        Ok(())
    }

    /// Writes what is pending, signs the ends of the audit chains where there is a signer, and closes the database.
    pub async fn close(&self) {
        if let Err(error) = self.flush_uses().await {
            tracing::warn!(
                code = error.code(),
                "what keys were used for could not be written"
            );
        }
        self.inner.appender.stop().await;
        self.sign_what_is_unsigned().await;
        self.inner.read.close().await;
        self.inner.write.close().await;
    }

    pub(crate) fn read(&self) -> &AnyPool {
        &self.inner.read
    }

    pub(crate) fn write(&self) -> &AnyPool {
        &self.inner.write
    }

    pub(crate) fn unsigned(&self) -> &Arc<Unsigned> {
        &self.inner.unsigned
    }

    pub(crate) fn signer(&self) -> &SignerSlot {
        &self.inner.signer
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.inner.write.is_closed()
    }

    pub(crate) fn downgrade(&self) -> WeakStore {
        WeakStore(Arc::downgrade(&self.inner))
    }

    pub(crate) fn appender(&self) -> &Appender {
        &self.inner.appender
    }

    pub(crate) fn uses(&self) -> &PendingUses {
        &self.inner.uses
    }

    pub(crate) fn keys_of_cells(&self) -> &Keys {
        &self.inner.keys
    }

    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Any>> {
        begin(self.inner.kind, &self.inner.write).await
    }

    async fn migrate(&self) -> Result<()> {
        let mut transaction = self.begin_alone().await?;
        let found = take_steps(&mut transaction).await?;
        let was_plain = (1..schema::SEALED_SINCE).contains(&found);
        self.check_cells(&mut transaction, was_plain).await?;
        transaction.commit().await?;
        if was_plain {
            self.wipe_what_was_plain().await;
        }
        Ok(())
    }

    /// Refuses a start without a key that sealed cells need, and seals what a platform before sealing left in clear.
    async fn check_cells(&self, connection: &mut AnyConnection, was_plain: bool) -> Result<()> {
        let ring = self.inner.keys.ring();
        cells::check_keys(connection, ring).await?;
        if was_plain {
            cells::seal_what_is_plain(connection, ring).await?;
        }
        Ok(())
    }

    /// Begins a transaction in which no other platform migrates: two that start at once take turns.
    async fn begin_alone(&self) -> Result<Transaction<'static, Any>> {
        let mut transaction = self.begin().await?;
        // The writer of an SQLite file is alone by itself; PostgreSQL has a lock for it, whose number is this program's own.
        if self.inner.kind == Kind::Postgres {
            sqlx::query("SELECT pg_advisory_xact_lock(5065418001)")
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction)
    }

    /// Wipes pages of the file that still hold what is sealed by now. That another program kept the file busy is no reason not
    /// to start.
    async fn wipe_what_was_plain(&self) {
        if let Err(error) = self.wipe_free_pages().await {
            tracing::warn!(
                code = error.code(),
                "what was in clear may still stand in free pages of the database: run VACUUM on it"
            );
        }
    }

    /// What was replaced leaves the file too: SQLite keeps it in free pages and in the log. PostgreSQL frees it in its own time.
    async fn wipe_free_pages(&self) -> Result<()> {
        if self.inner.kind == Kind::Sqlite {
            for statement in ["VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"] {
                let statement: &'static str = statement;
                sqlx::query(statement).fetch_all(self.write()).await?;
            }
        }
        Ok(())
    }
}

/// Brings the schema to the version of this program; the version that was found.
async fn take_steps(connection: &mut AnyConnection) -> Result<i64> {
    let found = schema_version(connection).await?;
    for step in steps_behind(found)? {
        take_step(connection, step).await?;
    }
    if found < schema::VERSION {
        sqlx::query("UPDATE schema_version SET version = $1")
            .bind(schema::VERSION)
            .execute(connection)
            .await?;
    }
    Ok(found)
}

/// The steps that a schema of a version lacks. One of a newer program is left alone.
fn steps_behind(found: i64) -> Result<&'static [schema::Step]> {
    if found > schema::VERSION {
        return Err(Error::Newer {
            found,
            known: schema::VERSION,
        });
    }
    let done = usize::try_from(found).map_err(|_| Error::Unreadable("schema version"))?;
    Ok(&schema::STEPS[done..])
}

async fn take_step(connection: &mut AnyConnection, step: schema::Step) -> Result<()> {
    for statement in step {
        let statement: &'static str = statement;
        sqlx::query(statement).execute(&mut *connection).await?;
    }
    Ok(())
}

async fn schema_version(connection: &mut AnyConnection) -> Result<i64> {
    sqlx::query("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)")
        .execute(&mut *connection)
        .await?;
    let row = sqlx::query("SELECT version FROM schema_version")
        .fetch_optional(&mut *connection)
        .await?;
    if let Some(row) = row {
        return Ok(row.try_get("version")?);
    }
    sqlx::query("INSERT INTO schema_version (version) VALUES (0)")
        .execute(connection)
        .await?;
    Ok(0)
}

async fn keep_house(store: WeakStore) {
    loop {
        tokio::time::sleep(HOUSEKEEPING).await;
        let Some(store) = store.upgrade() else { return };
        if let Err(error) = store.flush_uses().await {
            tracing::warn!(
                code = error.code(),
                "what keys were used for could not be written"
            );
        }
        if let Err(error) = store.checkpoint().await {
            tracing::warn!(
                code = error.code(),
                "the database could not be checkpointed"
            );
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
pub(crate) mod tests {
    use std::path::Path;

    use super::*;

    pub(crate) fn ring() -> KeyRing {
        KeyRing::parse(&KeyRing::new_key([9; 32].into())).unwrap()
    }

    async fn refused(file: &Path) -> Error {
        Store::open(&Address::file(file), ring())
            .await
            .map(drop)
            .unwrap_err()
    }

    #[tokio::test]
    async fn database_file_fault_has_its_own_error() {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("notes.txt");
        std::fs::write(
            &text,
            "these are notes and no database; they are longer than the header of one, which has \
                               a hundred bytes, so that nothing is missing but the right words",
        )
        .unwrap();
        assert_eq!(refused(&text).await, Error::Corrupt);
        // Root may write everywhere, so what stands in the way is a file where a folder should be.
        assert_eq!(refused(&text.join("a.db")).await, Error::Folder(text));
        assert_eq!(refused(folder.path()).await, Error::Unwritable);
    }

    #[tokio::test]
    async fn database_folders_are_created_and_file_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a folder/with ?#%'é/a.db");
        let store = Store::open(&Address::file(&file), ring()).await.unwrap();
        assert_eq!(store.health().await.unwrap().kind, Kind::Sqlite);
        #[cfg(unix)]
        for entry in std::fs::read_dir(file.parent().unwrap()).unwrap() {
            let mode = std::os::unix::fs::PermissionsExt::mode(
                &entry.unwrap().metadata().unwrap().permissions(),
            );
            assert_eq!(mode & 0o077, 0);
        }
    }

    #[tokio::test]
    async fn sqlite_pragmas_match_documentation() {
        let folder = tempfile::tempdir().unwrap();
        for (address, synchronous) in [("a.db", 1), ("b.db?sync=full", 2)] {
            let url = format!("sqlite:{}/{address}", folder.path().display());
            let store = Store::open(&Address::parse(&url).unwrap(), ring())
                .await
                .unwrap();
            let mode = sqlx::query("PRAGMA journal_mode")
                .fetch_one(store.write())
                .await
                .unwrap();
            assert_eq!(mode.try_get::<String, _>(0).unwrap(), "wal");
            for (row, expected) in [
                (
                    sqlx::query("PRAGMA synchronous")
                        .fetch_one(store.write())
                        .await,
                    synchronous,
                ),
                (
                    sqlx::query("PRAGMA foreign_keys")
                        .fetch_one(store.write())
                        .await,
                    1,
                ),
                (
                    sqlx::query("PRAGMA foreign_keys")
                        .fetch_one(store.read())
                        .await,
                    1,
                ),
            ] {
                assert_eq!(row.unwrap().try_get::<i64, _>(0).unwrap(), expected);
            }
        }
    }
}
