//! What can go wrong in the store, in words that an operator can act on.
//!
//! A database's own message is never passed on: it may quote a value or a password. What is kept of it is its class
//! and its code.

use std::path::PathBuf;

/// Why the store could not do what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address of the database has another form than the two that are known.
    #[error(
        "the database URL cannot be read: it is sqlite:PATH or postgres://USER@HOST/NAME (CONVERSIMPLE_DATABASE_URL)"
    )]
    Address,
    /// The address says something that this store does not know.
    #[error("the database URL has a setting that is not known: {0}")]
    Setting(&'static str),
    /// The database is on another machine and the connection would not be protected.
    #[error(
        "the database is on another machine and its certificate would not be checked: add sslmode=verify-full to the URL"
    )]
    InClear,
    /// The folder of the database cannot be made or written.
    #[error(
        "cannot write to {0}: check that it is a folder and who owns it, or choose another with --data-dir"
    )]
    Folder(PathBuf),
    /// The file of the database cannot be opened or written.
    #[error(
        "the database file cannot be opened for writing: check the rights of the file and of its folder"
    )]
    Unwritable,
    /// The file of signed heads cannot be written.
    #[error(
        "the file of the audit trail's signed heads cannot be written: check its rights and the room on its disk (CONVERSIMPLE_AUDIT_HEADS)"
    )]
    HeadsFile,
    /// No room is left.
    #[error(
        "the disk of the database is full: free some room, nothing that was acknowledged is lost"
    )]
    Full,
    /// Another program holds the database.
    #[error(
        "the database is locked by another program: is a second platform running on the same data?"
    )]
    Locked,
    /// The file is damaged or is no database.
    #[error("the database file is damaged or is not a database: restore it from a backup")]
    Corrupt,
    /// The database server does not answer.
    #[error("the database server does not answer: is it running, and are host and port right?")]
    Unreachable,
    /// The database server refuses the name or password.
    #[error("the database server refuses the login: check user and password")]
    Login,
    /// The database server has no database of that name.
    #[error("the database server has no database of that name: create it first")]
    NoDatabase,
    /// A newer release wrote this database.
    #[error(
        "the database has schema {found} and this program knows up to {known}: it was used by a newer release, run that one"
    )]
    Newer {
        /// The version found.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// Something with that name or id is there already.
    #[error("something with that name or id exists already")]
    Conflict,
    /// What it should belong to is not there.
    #[error("what this belongs to does not exist")]
    Missing,
    /// A text cannot be stored as it is.
    #[error("the text cannot be stored: it holds a NUL character or is too long")]
    Text,
    /// A stored row does not read as what it should be.
    #[error("a stored {0} cannot be read: the database was changed by another program")]
    Unreadable(&'static str),
    /// A sealed value does not open: it was changed, moved here from another cell, or never sealed.
    #[error(
        "a stored {0} does not open: it was changed or moved by another program, or was not sealed by this platform"
    )]
    Sealed(&'static str),
    /// A key that sealed something here is not there; its id.
    #[error(
        "the database holds values that were sealed with key {0}, which is neither in ENCRYPTION_KEY nor in secrets/encryption-key of the data folder: add it there, behind the newest; nothing was changed"
    )]
    NoKey(String),
    /// No random bytes to seal with.
    #[error("the system gives no random bytes")]
    Random,
    /// The store is closing.
    #[error("the database connection is closed")]
    Closed,
    /// All connections were in use for too long.
    #[error("all database connections are busy")]
    Busy,
    /// Something else; the code is the database's own.
    #[error("the database failed with code {0}")]
    Database(String),
}

impl Error {
    /// A stable name for logs and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address | Self::Setting(_) => "store_address",
            Self::InClear => "store_in_clear",
            Self::Folder(_) | Self::Unwritable => "store_unwritable",
            Self::HeadsFile => "store_heads",
            Self::Full => "store_full",
            Self::Locked => "store_locked",
            Self::Corrupt | Self::Unreadable(_) => "store_corrupt",
            Self::Sealed(_) => "store_sealed",
            Self::NoKey(_) => "store_no_key",
            Self::Random => "store_random",
            Self::Unreachable | Self::Closed => "store_unreachable",
            Self::Login => "store_login",
            Self::NoDatabase => "store_no_database",
            Self::Newer { .. } => "store_newer",
            Self::Conflict => "store_conflict",
            Self::Missing => "store_missing",
            Self::Text => "store_text",
            Self::Busy => "store_busy",
            Self::Database(_) => "store_database",
        }
    }

    pub(crate) fn is_lock(error: &sqlx::Error) -> bool {
        matches!(error, sqlx::Error::Database(inner) if from_database(&**inner) == Self::Locked)
    }
}

/// What every function of the store answers.
pub(crate) type Result<T> = std::result::Result<T, Error>;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match error {
            E::Database(inner) => from_database(&*inner),
            E::Io(_) | E::Tls(_) | E::Protocol(_) => Self::Unreachable,
            E::PoolTimedOut => Self::Busy,
            E::PoolClosed | E::WorkerCrashed => Self::Closed,
            E::Configuration(_) => Self::Address,
            E::ColumnNotFound(_)
            | E::ColumnDecode { .. }
            | E::Decode(_)
            | E::TypeNotFound { .. } => Self::Unreadable("row"),
            E::Encode(_) => Self::Text,
            _ => Self::Database("unknown".into()),
        }
    }
}

fn from_database(error: &dyn sqlx::error::DatabaseError) -> Error {
    let code = error.code().unwrap_or_default();
    // SQLite has numbers, whose low byte is the class (sqlite.org/rescode.html); PostgreSQL has five characters
    // (appendix A of its manual).
    if let (true, Ok(number)) = (code.len() < 5, code.parse::<u32>()) {
        return from_sqlite(number, &code);
    }
    match POSTGRES.iter().find(|(codes, _)| codes.contains(&&*code)) {
        Some((_, error)) => error.clone(),
        None => {
            let plain = code.chars().filter(char::is_ascii_alphanumeric);
            Error::Database(plain.take(8).collect())
        }
    }
}

/// What PostgreSQL's codes mean here.
const POSTGRES: &[(&[&str], Error)] = &[
    (&["23505"], Error::Conflict),
    (&["23503"], Error::Missing),
    (&["53100"], Error::Full),
    (&["55P03", "40P01", "40001"], Error::Locked),
    (&["XX001", "XX002"], Error::Corrupt),
    (&["28P01", "28000"], Error::Login),
    (&["3D000"], Error::NoDatabase),
    (&["25006", "42501"], Error::Unwritable),
    (&["22021", "22P05", "54000"], Error::Text),
    (&["57P01", "57P02", "57P03", "53300"], Error::Unreachable),
];

fn from_sqlite(number: u32, code: &str) -> Error {
    match (number, number & 0xff) {
        (1555 | 2067 | 2579, _) => Error::Conflict,
        (787, _) => Error::Missing,
        // A disk without room also shows as a failure to write or to extend a file.
        (_, 13) => Error::Full,
        (_, 5 | 6) => Error::Locked,
        (_, 11 | 26) => Error::Corrupt,
        (_, 3 | 8 | 14 | 23) => Error::Unwritable,
        (_, 18) => Error::Text,
        _ => Error::Database(code.chars().take(8).collect()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use sqlx::{AnyConnection, Connection};

    use super::*;

    async fn connect(file: &std::path::Path) -> AnyConnection {
        sqlx::any::install_default_drivers();
        let url = crate::address::sqlite_url(file).unwrap();
        AnyConnection::connect(url.as_str()).await.unwrap()
    }

    async fn run(connection: &mut AnyConnection, statements: &'static str) -> Result<()> {
        Ok(sqlx::raw_sql(statements)
            .execute(connection)
            .await
            .map(drop)?)
    }

    #[tokio::test]
    async fn full_disk_and_lock_have_their_own_errors() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        let mut one = connect(&file).await;
        run(
            &mut one,
            "CREATE TABLE t (a TEXT); PRAGMA max_page_count = 3",
        )
        .await
        .unwrap();
        let full = run(&mut one, "INSERT INTO t VALUES (hex(zeroblob(100000)))").await;
        assert_eq!(full, Err(Error::Full));
        run(&mut one, "BEGIN IMMEDIATE").await.unwrap();
        let mut two = connect(&file).await;
        run(&mut two, "PRAGMA busy_timeout = 0").await.unwrap();
        assert_eq!(run(&mut two, "BEGIN IMMEDIATE").await, Err(Error::Locked));
    }

    #[tokio::test]
    async fn unknown_database_error_keeps_code_and_no_value() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = connect(&folder.path().join("a.db")).await;
        let error = run(&mut connection, "SELECT hunter2 FROM nothing")
            .await
            .unwrap_err();
        assert_eq!(error, Error::Database("1".into()));
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }

    #[tokio::test]
    async fn missing_database_server_is_unreachable_error() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!(
            "postgres:///d?user=u&password=hunter2&host={}",
            folder.path().display()
        );
        let address = crate::Address::parse(&url).unwrap();
        let error = crate::Store::open(&address, crate::store::tests::ring())
            .await
            .map(drop)
            .unwrap_err();
        assert_eq!(error, Error::Unreachable);
    }
}
