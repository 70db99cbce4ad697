//! What a database says of a table: that it is there, its columns, and by which of them its rows are told apart.
//!
//! Only what the catalogue answered becomes a [`Name`]. Types are told by a closed list; what is not on it is refused.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::statement::Name;
use crate::address::Kind;
use crate::row::{flag, int, text};
use crate::sealed_column::{BoundTo, RewrapError, SealedColumn};

/// A table of a customer's database, as far as its sealed cells go.
pub(super) struct Table {
    /// The table's own name.
    pub(super) name: Name,
    /// Its schema, on PostgreSQL.
    pub(super) schema: Option<Name>,
    /// The column of sealed values.
    pub(super) column: Name,
    /// How a cell of that column is read and compared.
    pub(super) cell: CellKind,
    /// The column that names the row.
    pub(super) row: Name,
    /// The column by which rows are walked through and found again, and the type of it.
    pub(super) cursor: (Name, Cast),
    /// The column that names the customer.
    pub(super) customer: Option<Name>,
}

/// How sealed values are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellKind {
    /// SQLite: each cell has its own type.
    Sqlite,
    /// PostgreSQL, text.
    Text,
    /// PostgreSQL, bytes.
    Bytes,
}

/// How a key that is bound as text becomes one of the column's type.
pub(super) type Cast = &'static str;

/// One column as the catalogue has it.
struct Column {
    name: Name,
    kind: String,
    is_key: bool,
    is_unique: bool,
    is_generated: bool,
}

impl Table {
    /// Finds the table and its columns.
    ///
    /// # Errors
    /// [`RewrapError`], by what is not there or does not serve.
    pub(super) async fn find(
        kind: Kind,
        connection: &mut AnyConnection,
        place: &SealedColumn,
    ) -> Result<Self, RewrapError> {
        match kind {
            Kind::Sqlite => sqlite(connection, place).await,
            Kind::Postgres => postgres(connection, place).await,
        }
    }
}

async fn sqlite(
    connection: &mut AnyConnection,
    place: &SealedColumn,
) -> Result<Table, RewrapError> {
    let (name, has_rowid) = sqlite_table(connection, place).await?;
    let columns = sqlite_columns(connection, &name).await?;
    let column = sealed(&columns, place, same_in_sqlite)?;
    let customer = customer(&columns, place, same_in_sqlite)?;
    let (row, cursor) = match has_rowid {
        true => by_rowid(&columns, place)?,
        false => by_key(&columns, place)?,
    };
    Ok(Table {
        name,
        schema: None,
        column: column.name.clone(),
        cell: CellKind::Sqlite,
        row,
        cursor,
        customer,
    })
}

/// A table's name, and whether SQLite numbers its rows.
async fn sqlite_table(
    connection: &mut AnyConnection,
    place: &SealedColumn,
) -> Result<(Name, bool), RewrapError> {
    let found = sqlx::query(
        "SELECT name, wr FROM pragma_table_list
         WHERE schema = 'main' AND type = 'table' AND name = $1 COLLATE NOCASE",
    )
    .bind(&place.table)
    .fetch_optional(connection)
    .await?
    .ok_or(RewrapError::Table)?;
    Ok((
        Name::from_catalogue(&found, "name")?,
        int(&found, "wr")? == 0,
    ))
}

/// SQLite does not tell capitals in names.
fn same_in_sqlite(column: &Column, asked: &str) -> bool {
    column.name.as_str().eq_ignore_ascii_case(asked)
}

/// The column that names a row and by which the table is walked through.
fn by_key(columns: &[Column], place: &SealedColumn) -> Result<(Name, (Name, Cast)), RewrapError> {
    let key = key(columns, place, same_in_sqlite)?;
    Ok((key.name.clone(), (key.name.clone(), sqlite_cast(key)?)))
}

/// The column that names a row, and the number that SQLite gives each row as the one to walk by.
fn by_rowid(columns: &[Column], place: &SealedColumn) -> Result<(Name, (Name, Cast)), RewrapError> {
    let rowid = rowid(columns)?;
    let row = match &place.row {
        Some(asked) => columns.iter().find(|column| same_in_sqlite(column, asked)),
        None => only_key(columns),
    };
    let row = match (row, &place.row) {
        (Some(row), _) => row.name.clone(),
        // The number itself, under whichever of its names was asked for.
        (None, None) => rowid.clone(),
        (None, Some(asked)) if asked.eq_ignore_ascii_case(rowid.as_str()) => rowid.clone(),
        (None, Some(_)) => return Err(RewrapError::Column("--id")),
    };
    Ok((row, (rowid, "CAST({key} AS INTEGER)")))
}

async fn sqlite_columns(
    connection: &mut AnyConnection,
    table: &Name,
) -> Result<Vec<Column>, RewrapError> {
    let rows = sqlx::query(
        "SELECT c.name AS name, c.type AS type, c.pk AS pk, c.hidden AS hidden, EXISTS (
             SELECT 1 FROM pragma_index_list($1) AS i WHERE i.\"unique\" = 1 AND i.partial = 0
             AND (SELECT COUNT(*) FROM pragma_index_info(i.name)) = 1
             AND (SELECT MAX(k.name) FROM pragma_index_info(i.name) AS k) = c.name) AS sole
         FROM pragma_table_xinfo($1) AS c",
    )
    .bind(table.as_str())
    .fetch_all(connection)
    .await?;
    let keys = rows
        .iter()
        .filter(|row| int(row, "pk").is_ok_and(|pk| pk > 0))
        .count();
    let is_alone = keys == 1;
    rows.iter()
        .map(|row| sqlite_column(row, is_alone))
        .collect()
}

/// A column from its row. One of several columns of a primary key tells no rows apart by itself.
fn sqlite_column(row: &AnyRow, is_alone: bool) -> Result<Column, RewrapError> {
    let is_key = is_alone && int(row, "pk")? > 0;
    Ok(Column {
        name: Name::from_catalogue(row, "name")?,
        kind: text(row, "type")?.to_ascii_uppercase(),
        is_key,
        is_unique: is_key || flag(row, "sole")?,
        is_generated: int(row, "hidden")? > 1,
    })
}

/// The row's number has three names, and a column that takes one of them hides it.
fn rowid(columns: &[Column]) -> Result<Name, RewrapError> {
    let free = ["rowid", "_rowid_", "oid"].into_iter().find(|name| {
        !columns
            .iter()
            .any(|column| column.name.as_str().eq_ignore_ascii_case(name))
    });
    Ok(Name::builtin(free.ok_or(RewrapError::KeyType)?)?)
}

/// By the column's affinity (sqlite.org/datatype3.html, 3.1): a text is compared with a number only when it is made one.
fn sqlite_cast(key: &Column) -> Result<Cast, RewrapError> {
    let has = |word: &str| key.kind.contains(word);
    if has("INT") {
        Ok("CAST({key} AS INTEGER)")
    } else if has("CHAR") || has("CLOB") || has("TEXT") {
        Ok("CAST({key} AS TEXT)")
    } else {
        Err(RewrapError::KeyType)
    }
}

async fn postgres(
    connection: &mut AnyConnection,
    place: &SealedColumn,
) -> Result<Table, RewrapError> {
    let (schema, name, columns) = postgres_table(connection, place).await?;
    let same = |column: &Column, asked: &str| column.name.as_str() == asked;
    let column = sealed(&columns, place, same)?;
    let key = key(&columns, place, same)?;
    Ok(Table {
        name,
        schema: Some(schema),
        column: column.name.clone(),
        cell: cell_kind(column)?,
        row: key.name.clone(),
        cursor: (key.name.clone(), postgres_cast(key)?),
        customer: customer(&columns, place, same)?,
    })
}

fn cell_kind(column: &Column) -> Result<CellKind, RewrapError> {
    match column.kind.as_str() {
        "text" | "character varying" => Ok(CellKind::Text),
        "bytea" => Ok(CellKind::Bytes),
        _ => Err(RewrapError::ColumnType),
    }
}

/// A table's schema, name and columns.
async fn postgres_table(
    connection: &mut AnyConnection,
    place: &SealedColumn,
) -> Result<(Name, Name, Vec<Column>), RewrapError> {
    let (schema, table) = place.table.split_once('.').unwrap_or(("", ""));
    let found = sqlx::query(
        "SELECT CAST(c.oid AS BIGINT) AS oid, CAST(n.nspname AS TEXT) AS schema, CAST(c.relname AS TEXT) AS name
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p') AND ((CAST(c.relname AS TEXT) = $1 AND pg_catalog.pg_table_is_visible(c.oid))
             OR (CAST(n.nspname AS TEXT) = $2 AND CAST(c.relname AS TEXT) = $3))
         ORDER BY (CAST(c.relname AS TEXT) = $1) DESC LIMIT 1",
    )
    .bind(&place.table)
    .bind(schema)
    .bind(table)
    .fetch_optional(&mut *connection)
    .await?
    .ok_or(RewrapError::Table)?;
    let columns = postgres_columns(connection, int(&found, "oid")?).await?;
    let name = |column| Name::from_catalogue(&found, column);
    Ok((name("schema")?, name("name")?, columns))
}

async fn postgres_columns(
    connection: &mut AnyConnection,
    oid: i64,
) -> Result<Vec<Column>, RewrapError> {
    sqlx::query(
        "SELECT CAST(a.attname AS TEXT) AS name, pg_catalog.format_type(a.atttypid, NULL) AS type,
             CAST(a.attgenerated AS TEXT) <> '' AS made, COALESCE(k.is_key, FALSE) AS is_key, k.is_key IS NOT NULL AS sole
         FROM pg_catalog.pg_attribute a LEFT JOIN (
             SELECT i.indrelid, i.indkey[0] AS attnum, bool_or(i.indisprimary) AS is_key FROM pg_catalog.pg_index i
             WHERE i.indisunique AND i.indisvalid AND i.indnkeyatts = 1 AND i.indpred IS NULL
             GROUP BY 1, 2) k ON k.indrelid = a.attrelid AND k.attnum = a.attnum
         WHERE a.attrelid = CAST($1 AS oid) AND a.attnum > 0 AND NOT a.attisdropped",
    )
    .bind(oid)
    .fetch_all(connection)
    .await?
    .iter()
    .map(postgres_column)
    .collect()
}

fn postgres_column(row: &AnyRow) -> Result<Column, RewrapError> {
    Ok(Column {
        name: Name::from_catalogue(row, "name")?,
        kind: text(row, "type")?,
        is_key: row.try_get("is_key")?,
        is_unique: row.try_get("sole")?,
        is_generated: row.try_get("made")?,
    })
}

fn postgres_cast(key: &Column) -> Result<Cast, RewrapError> {
    Ok(match key.kind.as_str() {
        "smallint" => "CAST(CAST({key} AS TEXT) AS smallint)",
        "integer" => "CAST(CAST({key} AS TEXT) AS integer)",
        "bigint" => "CAST(CAST({key} AS TEXT) AS bigint)",
        "numeric" => "CAST(CAST({key} AS TEXT) AS numeric)",
        "uuid" => "CAST(CAST({key} AS TEXT) AS uuid)",
        "text" | "character varying" => "CAST({key} AS TEXT)",
        _ => return Err(RewrapError::KeyType),
    })
}

fn sealed<'a>(
    columns: &'a [Column],
    place: &SealedColumn,
    same: impl Fn(&Column, &str) -> bool,
) -> Result<&'a Column, RewrapError> {
    let column = columns
        .iter()
        .find(|column| same(column, &place.column))
        .ok_or(RewrapError::Column("--column"))?;
    if column.is_generated {
        return Err(RewrapError::ColumnType);
    }
    Ok(column)
}

fn customer(
    columns: &[Column],
    place: &SealedColumn,
    same: impl Fn(&Column, &str) -> bool,
) -> Result<Option<Name>, RewrapError> {
    let BoundTo::Column(asked) = &place.customer else {
        return Ok(None);
    };
    let column = columns.iter().find(|column| same(column, asked));
    let column = column.ok_or(RewrapError::Column("--customer-column"))?;
    Ok(Some(column.name.clone()))
}

/// The column that tells rows apart: the one that was asked for, or the primary key.
fn key<'a>(
    columns: &'a [Column],
    place: &SealedColumn,
    same: impl Fn(&Column, &str) -> bool,
) -> Result<&'a Column, RewrapError> {
    let Some(asked) = &place.row else {
        return only_key(columns).ok_or(RewrapError::NoKey);
    };
    let column = columns.iter().find(|column| same(column, asked));
    let column = column.ok_or(RewrapError::Column("--id"))?;
    if column.is_unique {
        Ok(column)
    } else {
        Err(RewrapError::NotUnique)
    }
}

fn only_key(columns: &[Column]) -> Option<&Column> {
    columns.iter().find(|column| column.is_key)
}
