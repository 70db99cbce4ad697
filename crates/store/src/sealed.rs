//! Sealing anew: a column of sealed values in a customer's own database, from older keys to the newest.
//!
//! Goes through the rows in the order of a key, a batch at a time; each batch is one transaction. What the newest key sealed
//! already is left alone, so whoever stops in the middle goes on by starting again. A cell is replaced only while it still holds
//! what was read, so a program that writes at the same time loses nothing. How a value is sealed is the guard's; the names of
//! tables and columns are believed only when the database's catalogue has them. Random bytes are an argument. Does not
//! know when every program that writes there has the new key: until then an older key may seal behind us.

mod catalogue;
mod statement;

use conversimple_guard::seal::{Cell, Form, KeyRing, NONCE_BYTES, SealError};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions, AnyRow, AnyTypeInfoKind};
use sqlx::{AnyConnection, AnyPool, Connection, Row, SqlStr, ValueRef};

use crate::address::{Address, Kind, Place, sqlite_url_of_existing};
use crate::error::Error;
use crate::pool::{begin, install_drivers};
use crate::row::{count, maybe_text, text};
use crate::sealed_column::{BATCH_CELLS, Batch, BoundTo, ClosedRow, RewrapError, SealedColumn};
use catalogue::{CellKind, Table};
use statement::{Fill, statement};

/// How often a cell that somebody else changed meanwhile is read again within a batch.
const TRIES: u32 = 3;

/// Makes random bytes; `None` when the system has none.
pub type RandomBytes<'a> = &'a mut (dyn FnMut() -> Option<[u8; NONCE_BYTES]> + Send);

/// A column on its way to the newest key.
pub struct EncryptionRotation {
    kind: Kind,
    pool: AnyPool,
    statements: Statements,
    bound: (String, String),
    customer: BoundTo,
    /// The key of the last row that was looked at.
    at: Option<String>,
    is_done: bool,
}

struct Statements {
    count: SqlStr,
    first: SqlStr,
    next: SqlStr,
    one: SqlStr,
    replace: SqlStr,
}

/// A cell as it was read.
struct Found {
    at: String,
    row: String,
    customer: String,
    value: Value,
}

/// A cell, and the value that shall stand in it.
struct Change {
    cell: Found,
    new: String,
}

/// What a batch is done with, and what came of it so far.
struct Work<'a, 'r> {
    ring: &'a KeyRing,
    random: RandomBytes<'r>,
    batch: Batch,
}

enum Value {
    Text(String),
    Bytes(Vec<u8>),
}

impl Value {
    fn read(row: &AnyRow) -> Result<Self, RewrapError> {
        let is_bytes = row.try_get_raw("sealed")?.type_info().kind() == AnyTypeInfoKind::Blob;
        Ok(match is_bytes {
            true => Self::Bytes(row.try_get("sealed")?),
            false => Self::Text(text(row, "sealed")?),
        })
    }

    /// The value as text, where it has one of the forms of sealed values.
    fn form(&self) -> Option<(&str, Form)> {
        let text = self.as_text()?;
        Some((text, Form::of(text)?))
    }

    fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Bytes(bytes) => bytes.is_empty(),
        }
    }
}

impl EncryptionRotation {
    /// Opens the database and finds the column. Nothing is changed, and no database is made.
    ///
    /// # Errors
    /// [`RewrapError`], by what is not there or does not serve.
    pub async fn open(address: &Address, column: &SealedColumn) -> Result<Self, RewrapError> {
        install_drivers();
        let options = options_of(address)?;
        // As the store does: a pool would try a faulty address until its time is over.
        let mut first = AnyConnection::connect_with(&options).await?;
        let kind = address.kind();
        let table = Table::find(kind, &mut first, column).await?;
        check_names(&mut first, &table).await?;
        first.close().await?;
        Ok(Self {
            kind,
            pool: AnyPoolOptions::new()
                .max_connections(1)
                .connect_lazy_with(options),
            statements: Statements::of(&table)?,
            bound: (
                or_else(&column.bound_as.0, table.name.as_str()),
                or_else(&column.bound_as.1, table.column.as_str()),
            ),
            customer: column.customer.clone(),
            at: None,
            is_done: false,
        })
    }

    /// How many cells there are to look at.
    ///
    /// # Errors
    /// The database's own.
    pub async fn count(&self) -> Result<u64, RewrapError> {
        let row = sqlx::query(self.statements.count.clone())
            .fetch_one(&self.pool)
            .await?;
        Ok(count(&row, "n")?)
    }

    /// Does the next batch, as one transaction; `None` when there is nothing more.
    ///
    /// # Errors
    /// `Unbound`, `Random`, the database's own: what this batch did is then undone, and what was done before stays.
    pub async fn step(
        &mut self,
        ring: &KeyRing,
        random: RandomBytes<'_>,
    ) -> Result<Option<Batch>, RewrapError> {
        if self.is_done {
            return Ok(None);
        }
        let cells = self.read().await?;
        let Some(last) = cells.last().map(|cell| cell.at.clone()) else {
            self.is_done = true;
            return Ok(None);
        };
        let batch = self.write(ring, cells, random).await?;
        self.at = Some(last);
        Ok(Some(batch))
    }

    /// Closes the database.
    pub async fn close(self) {
        self.pool.close().await;
    }

    async fn read(&self) -> Result<Vec<Found>, RewrapError> {
        let query = match &self.at {
            None => sqlx::query(self.statements.first.clone()),
            Some(at) => sqlx::query(self.statements.next.clone()).bind(at),
        };
        let query = query.bind(i64::from(BATCH_CELLS));
        let rows = query.fetch_all(&self.pool).await?;
        rows.iter().map(|row| self.found(row)).collect()
    }

    /// Replaces what is to be replaced. Reading was outside of the transaction, so that it is short; what changed since
    /// then does not compare equal any more, and is read again.
    async fn write(
        &self,
        ring: &KeyRing,
        cells: Vec<Found>,
        random: RandomBytes<'_>,
    ) -> Result<Batch, RewrapError> {
        let mut work = Work {
            ring,
            random,
            batch: Batch::default(),
        };
        let mut changes = Vec::new();
        for cell in cells {
            changes.extend(self.change(cell, &mut work)?);
        }
        if changes.is_empty() {
            return Ok(work.batch);
        }
        let mut transaction = begin(self.kind, &self.pool).await?;
        for change in changes {
            self.make(change, &mut transaction, &mut work).await?;
        }
        transaction.commit().await?;
        Ok(work.batch)
    }

    /// What shall be changed in a cell; nothing where it stays as it is.
    fn change(&self, cell: Found, work: &mut Work<'_, '_>) -> Result<Option<Change>, RewrapError> {
        let new = self.renewed(&cell, work)?;
        Ok(new.map(|new| Change { cell, new }))
    }

    /// Makes a change. A cell that changed meanwhile is read and sealed again, a few times.
    async fn make(
        &self,
        mut change: Change,
        connection: &mut AnyConnection,
        work: &mut Work<'_, '_>,
    ) -> Result<(), RewrapError> {
        for _ in 0..TRIES {
            if self.replace(connection, &change.cell, &change.new).await? {
                work.batch.rewrapped += 1;
                return Ok(());
            }
            let Some(cell) = self.read_again(connection, &change.cell.at).await? else {
                return Ok(());
            };
            match self.change(cell, work)? {
                Some(again) => change = again,
                None => return Ok(()),
            }
        }
        work.batch.busy += 1;
        Ok(())
    }

    /// The value that shall stand in a cell, or a note in the batch why there is none.
    fn renewed(
        &self,
        found: &Found,
        work: &mut Work<'_, '_>,
    ) -> Result<Option<String>, RewrapError> {
        let renewed = match found.value.is_empty() {
            true => Ok(None),
            false => self.sealed_anew(found, work)?,
        };
        match renewed {
            Ok(Some(new)) => return Ok(Some(new)),
            Ok(None) => work.batch.already_new += 1,
            Err(_) => work.batch.closed.push(ClosedRow {
                row: found.row.clone(),
                is_sealed: found.value.form().is_some(),
            }),
        }
        Ok(None)
    }

    /// The value under the newest key; nothing where that key sealed it already, and the guard's error where none opens it.
    fn sealed_anew(
        &self,
        found: &Found,
        work: &mut Work<'_, '_>,
    ) -> Result<Result<Option<String>, SealError>, RewrapError> {
        let fresh = (work.random)().ok_or(RewrapError::Random)?;
        Ok(match found.value.form() {
            Some((text, Form::Fernet)) => {
                let (iv, _) = fresh.split_first_chunk().ok_or(RewrapError::Random)?;
                work.ring.rewrap_fernet(text, *iv)
            }
            Some((text, Form::Bound)) => work.ring.rewrap(&self.cell(found)?, text, fresh),
            None => Err(SealError::Closed),
        })
    }

    fn cell<'a>(&'a self, found: &'a Found) -> Result<Cell<'a>, RewrapError> {
        Ok(Cell {
            tenant: match &self.customer {
                BoundTo::Nobody => return Err(RewrapError::Unbound),
                BoundTo::Id(id) => id,
                BoundTo::Column(_) => &found.customer,
            },
            table: &self.bound.0,
            column: &self.bound.1,
            row: &found.row,
        })
    }

    async fn replace(
        &self,
        connection: &mut AnyConnection,
        found: &Found,
        new: &str,
    ) -> Result<bool, RewrapError> {
        let query = sqlx::query(self.statements.replace.clone());
        let query = match &found.value {
            Value::Text(old) => query.bind(new).bind(&found.at).bind(old),
            Value::Bytes(old) => query
                .bind(new.as_bytes())
                .bind(&found.at)
                .bind(old.as_slice()),
        };
        Ok(query.execute(connection).await?.rows_affected() > 0)
    }

    async fn read_again(
        &self,
        connection: &mut AnyConnection,
        at: &str,
    ) -> Result<Option<Found>, RewrapError> {
        sqlx::query(self.statements.one.clone())
            .bind(at)
            .fetch_optional(connection)
            .await?
            .map(|row| self.found(&row))
            .transpose()
    }

    fn found(&self, row: &AnyRow) -> Result<Found, RewrapError> {
        Ok(Found {
            value: Value::read(row)?,
            at: text(row, "at")?,
            // A row that lost its name since the start is bound to no name, and so does not open.
            row: maybe_text(row, "row")?.unwrap_or_default(),
            customer: maybe_text(row, "customer")?.unwrap_or_default(),
        })
    }
}

/// How the database is reached; none is made.
fn options_of(address: &Address) -> Result<AnyConnectOptions, RewrapError> {
    let url = match address.place() {
        Place::Sqlite { file, .. } if !file.is_file() => return Err(RewrapError::NoFile),
        Place::Sqlite { file, .. } => sqlite_url_of_existing(file)?,
        Place::Postgres(url) => url.clone(),
    };
    Ok(<AnyConnectOptions as sqlx::ConnectOptions>::from_url(&url)?)
}

/// Refuses a table with rows that have no name: nothing says which row such a value is bound to.
async fn check_names(connection: &mut AnyConnection, table: &Table) -> Result<(), RewrapError> {
    let row = sqlx::query(nameless(table)?).fetch_one(connection).await?;
    match count(&row, "n")? {
        0 => Ok(()),
        nameless => Err(RewrapError::Nameless(nameless)),
    }
}

/// A column's value as it is, each in the way of its database, and whether it still is what was read.
fn dialect(cell: CellKind) -> [(&'static str, Fill<'static>); 3] {
    let (value, same, row) = match cell {
        CellKind::Sqlite => (
            "CASE typeof({column}) WHEN 'blob' THEN {column} ELSE CAST({column} AS TEXT) END",
            "{column} COLLATE BINARY = $3",
            "CASE typeof({row}) WHEN 'blob' THEN lower(hex({row})) ELSE CAST({row} AS TEXT) END",
        ),
        CellKind::Text => (
            "CAST({column} AS TEXT)",
            "CAST({column} AS TEXT) COLLATE \"C\" = $3",
            "CAST({row} AS TEXT)",
        ),
        CellKind::Bytes => ("{column}", "{column} = $3", "CAST({row} AS TEXT)"),
    };
    [
        ("value", Fill::Sql(value)),
        ("same", Fill::Sql(same)),
        ("row_name", Fill::Sql(row)),
    ]
}

const SELECT: &str = "SELECT CAST({cursor} AS TEXT) AS at, {row_name} AS row, {customer} AS customer, {value} AS sealed
    FROM {table} WHERE {column} IS NOT NULL";

impl Statements {
    fn of(table: &Table) -> Result<Self, Error> {
        let made = |template, key| statement(template, &fills(table, key));
        Ok(Self {
            count: made(
                "SELECT COUNT(*) AS n FROM {table} WHERE {column} IS NOT NULL",
                "",
            )?,
            first: made("{select} ORDER BY {cursor} LIMIT $1", "")?,
            next: made(
                "{select} AND {cursor} > {place} ORDER BY {cursor} LIMIT $2",
                "$1",
            )?,
            one: made("{select} AND {cursor} = {place}", "$1")?,
            replace: made(
                "UPDATE {table} SET {column} = $1 WHERE {cursor} = {place} AND {same}",
                "$2",
            )?,
        })
    }
}

fn nameless(table: &Table) -> Result<SqlStr, Error> {
    let template = match table.customer {
        Some(_) => {
            "SELECT COUNT(*) AS n FROM {table} WHERE {column} IS NOT NULL AND ({row} IS NULL OR {customer_column} IS NULL)"
        }
        None => "SELECT COUNT(*) AS n FROM {table} WHERE {column} IS NOT NULL AND {row} IS NULL",
    };
    statement(template, &fills(table, ""))
}

fn fills<'a>(table: &'a Table, key: &'static str) -> Vec<(&'static str, Fill<'a>)> {
    let mut fills = Vec::from(dialect(table.cell));
    fills.extend([
        ("select", Fill::Sql(SELECT)),
        ("column", Fill::Name(&table.column)),
        ("row", Fill::Name(&table.row)),
        ("cursor", Fill::Name(&table.cursor.0)),
        ("place", Fill::Sql(table.cursor.1)),
        ("key", Fill::Sql(key)),
        ("name", Fill::Name(&table.name)),
    ]);
    match &table.schema {
        Some(schema) => fills.extend([
            ("table", Fill::Sql("{schema}.{name}")),
            ("schema", Fill::Name(schema)),
        ]),
        None => fills.push(("table", Fill::Sql("{name}"))),
    }
    match &table.customer {
        Some(customer) => fills.extend([
            ("customer", Fill::Sql("CAST({customer_column} AS TEXT)")),
            ("customer_column", Fill::Name(customer)),
        ]),
        None => fills.push(("customer", Fill::Sql("CAST(NULL AS TEXT)"))),
    }
    fills
}

fn or_else(named: &Option<String>, found: &str) -> String {
    named.clone().unwrap_or_else(|| found.to_owned())
}
