//! Connections to the database: how many there are, and how each is set up.
//!
//! SQLite has one connection that writes and a few that read, so that writers queue here, in order, and not in the
//! file's lock. PostgreSQL has one pool for both.

use std::path::Path;
use std::sync::Once;
use std::time::Duration;

use sqlx::any::{Any, AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, AnyPool, ConnectOptions, Connection, Transaction};

use crate::address::{Durability, Kind, sqlite_url};
use crate::error::{Error, Result};

/// How long a request waits for a connection.
const ACQUIRE_LIMIT: Duration = Duration::from_secs(10);

/// Begins a transaction that writes. SQLite takes its lock at once, so that what was read is still true at the write.
pub(crate) async fn begin(kind: Kind, pool: &AnyPool) -> Result<Transaction<'static, Any>> {
    Ok(match kind {
        Kind::Sqlite => pool.begin_with("BEGIN IMMEDIATE").await?,
        Kind::Postgres => pool.begin().await?,
    })
}

/// Makes both kinds of database known to sqlx, once.
pub(crate) fn install_drivers() {
    static ONCE: Once = Once::new();
    ONCE.call_once(sqlx::any::install_default_drivers);
}

/// The pool that writes and the pool that reads an SQLite file, which is made where it is not there.
pub(crate) async fn sqlite_pools(
    file: &Path,
    durability: Durability,
) -> Result<(AnyPool, AnyPool)> {
    prepare_file(file)?;
    let options = AnyConnectOptions::from_url(&sqlite_url(file)?)?;
    // A pool tries again for as long as it may, and then knows no more than that it took too long. So the first
    // connection, which meets every fault that there is, is made without one.
    let mut first = AnyConnection::connect_with(&options).await?;
    set_up_writer(&mut first, durability).await?;
    first.close().await?;
    let pool = || {
        AnyPoolOptions::new()
            .acquire_timeout(ACQUIRE_LIMIT)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
    };
    let write = pool()
        .max_connections(1)
        .after_connect(move |connection, _| Box::pin(set_up_writer(connection, durability)));
    let read = pool()
        .max_connections(2)
        .after_connect(|connection, _| Box::pin(set_up_reader(connection)));
    Ok((
        write.connect_lazy_with(options.clone()),
        read.connect_lazy_with(options),
    ))
}

async fn set_up_writer(connection: &mut AnyConnection, durability: Durability) -> sqlx::Result<()> {
    into_wal(connection).await?;
    let synchronous = match durability {
        Durability::Normal => "PRAGMA synchronous = NORMAL",
        Durability::Full => "PRAGMA synchronous = FULL",
    };
    sqlx::raw_sql(synchronous).execute(&mut *connection).await?;
    // A checkpoint waits for the disk, so it is done beside the writer every few seconds; the limit here (pages of
    // 4,096 bytes) is for when that cannot keep up.
    sqlx::raw_sql(
        "PRAGMA foreign_keys = ON; PRAGMA cache_size = -1024; PRAGMA temp_store = MEMORY;
         PRAGMA secure_delete = FAST; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;
         PRAGMA wal_autocheckpoint = 8000; PRAGMA journal_size_limit = 16777216",
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn set_up_reader(connection: &mut AnyConnection) -> sqlx::Result<()> {
    sqlx::raw_sql(
        "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -512; PRAGMA temp_store = MEMORY;
         PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON",
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Changes a new file to write-ahead logging. The change does not wait for other programs that open the same file at
/// the same moment, so it is tried again.
async fn into_wal(connection: &mut AnyConnection) -> sqlx::Result<()> {
    let mut tries = 0;
    loop {
        match sqlx::raw_sql("PRAGMA journal_mode = WAL")
            .execute(&mut *connection)
            .await
        {
            Err(error) if tries < 50 && Error::is_lock(&error) => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            done => return done.map(drop),
        }
    }
}

/// Makes the folder and an empty file that only its owner reads, and finds out whether it can be written.
fn prepare_file(file: &Path) -> Result<()> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let refused = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Error::Full,
        _ => Error::Folder(folder.to_owned()),
    };
    std::fs::create_dir_all(folder).map_err(refused)?;
    if file.is_dir() {
        return Err(Error::Unwritable);
    }
    let is_new = !file.exists();
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map_err(|error| match error.kind() {
        _ if is_new => refused(error),
        _ => Error::Unwritable,
    })?;
    Ok(())
}

/// The pool for a PostgreSQL server.
pub(crate) async fn postgres_pool(url: &url::Url) -> Result<AnyPool> {
    let options = AnyConnectOptions::from_url(url)?;
    let first = AnyConnection::connect_with(&options).await?;
    first.close().await?;
    Ok(AnyPoolOptions::new()
        .max_connections(8)
        .acquire_timeout(ACQUIRE_LIMIT)
        .after_connect(|connection, _| Box::pin(set_up_session(connection)))
        .connect_lazy_with(options))
}

async fn set_up_session(connection: &mut AnyConnection) -> sqlx::Result<()> {
    sqlx::raw_sql(
        "SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '30s';
         SET standard_conforming_strings = on",
    )
    .execute(connection)
    .await?;
    Ok(())
}
