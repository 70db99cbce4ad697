//! A column of sealed values as the operator names it, what sealing it anew did, and why it cannot be done.

use crate::error::Error;

/// Cells of one batch: small enough that nobody who writes waits for long.
pub const BATCH_CELLS: u32 = 250;

/// Which column, as the operator names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedColumn {
    /// The table; on PostgreSQL also as `schema.table`.
    pub table: String,
    /// The column of sealed values: text or bytes.
    pub column: String,
    /// The column that names the row; the primary key where none is named, or SQLite's own row number.
    pub row: Option<String>,
    /// Whose the rows are, which values of the bound form were sealed for.
    pub customer: BoundTo,
    /// Under which names of table and column values of the bound form were sealed, where it was not under these.
    pub bound_as: (Option<String>, Option<String>),
}

/// For which customer values of the bound form were sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BoundTo {
    /// There are only Fernet tokens, which are bound to nothing.
    Nobody,
    /// One for all rows.
    Id(String),
    /// Each row says it in this column.
    Column(String),
}

/// Why a column cannot be sealed anew.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RewrapError {
    /// The database's own.
    #[error(transparent)]
    Store(#[from] Error),
    /// There is no such file, and none is made.
    #[error("the database file is not there: check the path after sqlite:")]
    NoFile,
    /// No such table.
    #[error("the database has no table of that name (--table)")]
    Table,
    /// No such column; the option that names it.
    #[error("the table has no column of that name ({0})")]
    Column(&'static str),
    /// The column cannot hold sealed values.
    #[error("that column holds neither text nor bytes of its own, so no sealed values (--column)")]
    ColumnType,
    /// No primary key of one column.
    #[error(
        "the table has no primary key of one column: name one that is unique by itself with --id"
    )]
    NoKey,
    /// Rows cannot be told apart by the column.
    #[error("that column is not unique by itself, so it does not tell the rows apart (--id)")]
    NotUnique,
    /// Rows cannot be walked through by the column.
    #[error("rows cannot be walked through by a key of that type: name another column with --id")]
    KeyType,
    /// Rows that nothing names.
    #[error(
        "{0} rows with a sealed value have no id or no customer: give them one, or name another column"
    )]
    Nameless(u64),
    /// Values of the bound form, and nobody said whose.
    #[error(
        "the column has values that are bound to a customer: say whose with --customer ID or --customer-column COLUMN"
    )]
    Unbound,
    /// No random bytes.
    #[error("the system gives no random bytes")]
    Random,
}

impl From<sqlx::Error> for RewrapError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What one batch did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// Values sealed anew.
    pub rewrapped: u64,
    /// Values that the newest key sealed already, and cells that are empty.
    pub already_new: u64,
    /// Values that somebody else changed again and again meanwhile; another run finds them.
    pub busy: u64,
    /// Rows whose value does not open; their values are as they were.
    pub closed: Vec<ClosedRow>,
}

/// A row whose value does not open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedRow {
    /// Its id.
    pub row: String,
    /// Whether it looks like a sealed value at all.
    pub is_sealed: bool,
}
