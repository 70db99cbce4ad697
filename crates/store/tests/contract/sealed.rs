//! Columns of sealed values that are sealed anew, in databases that are not the platform's.

use conversimple_guard::seal::{Cell, KeyRing};
use conversimple_store::*;
use sqlx::{AnyPool, Row};

use crate::common::ring;

/// The columns that a customer could have, made under the first key.
const FERNET: SealedTable = SealedTable {
    create: "CREATE TABLE cards (id TEXT PRIMARY KEY NOT NULL, owner TEXT, number TEXT)",
    insert: "INSERT INTO cards (id, owner, number) VALUES ($1, $2, $3)",
};
const BOUND: SealedTable = SealedTable {
    create: "CREATE TABLE \"my \"\"cards\" (\"the id\" BIGINT PRIMARY KEY NOT NULL, owner TEXT NOT NULL, number VARCHAR(400))",
    insert: "INSERT INTO \"my \"\"cards\" (\"the id\", owner, number) VALUES (CAST($1 AS BIGINT), $2, $3)",
};

struct SealedTable {
    create: &'static str,
    insert: &'static str,
}

/// Random bytes that are not, and never the same twice.
fn counter() -> impl FnMut() -> Option<[u8; 24]> + Send {
    let mut count = 0_u64;
    move || {
        count += 1;
        let mut bytes = [0; 24];
        bytes[..8].copy_from_slice(&count.to_be_bytes());
        Some(bytes)
    }
}

fn column(table: &str, customer: BoundTo) -> SealedColumn {
    SealedColumn {
        table: table.into(),
        column: "number".into(),
        row: None,
        customer,
        bound_as: (None, None),
    }
}

fn by_owner() -> BoundTo {
    BoundTo::Column("owner".into())
}

async fn connect(url: &str) -> AnyPool {
    sqlx::any::install_default_drivers();
    let url = match url.strip_prefix("sqlite:") {
        Some(file) => format!("sqlite://{file}?mode=rwc"),
        None => url.to_owned(),
    };
    AnyPool::connect(&url).await.unwrap()
}

async fn fill(pool: &AnyPool, table: &SealedTable, rows: u32, seal: impl Fn(u32) -> String) {
    sqlx::query(table.create).execute(pool).await.unwrap();
    let mut transaction = pool.begin().await.unwrap();
    for number in 0..rows {
        sqlx::query(table.insert)
            .bind(number.to_string())
            .bind(owner(number))
            .bind(seal(number))
            .execute(&mut *transaction)
            .await
            .unwrap();
    }
    transaction.commit().await.unwrap();
}

fn owner(number: u32) -> &'static str {
    if number.is_multiple_of(2) {
        "ann"
    } else {
        "bob"
    }
}

fn plain(number: u32) -> String {
    format!("value {number}")
}

fn bound(ring: &KeyRing, number: u32) -> String {
    let row = number.to_string();
    ring.seal(&bound_cell(&row, number), plain(number).as_bytes(), [1; 24])
}

fn bound_cell(row: &str, number: u32) -> Cell<'_> {
    Cell {
        tenant: owner(number),
        table: "my \"cards",
        column: "number",
        row,
    }
}

fn fernet(ring: &KeyRing, number: u32) -> String {
    ring.seal_fernet(plain(number).as_bytes(), [1; 16], std::time::Duration::ZERO)
}

async fn open(url: &str, column: &SealedColumn) -> Result<EncryptionRotation, RewrapError> {
    EncryptionRotation::open(&Address::parse(url).unwrap(), column).await
}

/// Takes steps to the end and adds up what they did.
async fn finish(rewrap: &mut EncryptionRotation, ring: &KeyRing) -> Batch {
    let mut all = Batch::default();
    while let Some(batch) = rewrap.step(ring, &mut counter()).await.unwrap() {
        all.rewrapped += batch.rewrapped;
        all.already_new += batch.already_new;
        all.busy += batch.busy;
        all.closed.extend(batch.closed);
    }
    all
}

fn done(rewrapped: u64, already_new: u64) -> Batch {
    Batch {
        rewrapped,
        already_new,
        ..Batch::default()
    }
}

async fn values(pool: &AnyPool, select: &'static str) -> Vec<(u32, String)> {
    let rows = sqlx::query(select).fetch_all(pool).await.unwrap();
    rows.iter()
        .map(|row| (row.get::<String, _>(0).parse().unwrap(), row.get(1)))
        .collect()
}

const CARDS: &str = "SELECT id, number FROM cards";
const BOUND_CARDS: &str = "SELECT CAST(\"the id\" AS TEXT) AS id, number FROM \"my \"\"cards\"";

pub(crate) async fn stopped_rewrap_resumes_where_it_was(url: String) {
    let pool = connect(&url).await;
    let (old, both, new) = (ring(&[1]), ring(&[2, 1]), ring(&[2]));
    fill(&pool, &FERNET, 1_000, |number| fernet(&old, number)).await;
    let column = column("cards", BoundTo::Nobody);
    let mut first = open(&url, &column).await.unwrap();
    assert_eq!(first.count().await.unwrap(), 1_000);
    let mut random = counter();
    for _ in 0..2 {
        let batch = first.step(&both, &mut random).await.unwrap().unwrap();
        assert_eq!(batch, done(u64::from(BATCH_CELLS), 0));
    }
    drop(first);
    // Whoever has the old key alone, and whoever has both, reads on in the meantime.
    let twice = u64::from(2 * BATCH_CELLS);
    let mut second = open(&url, &column).await.unwrap();
    assert_eq!(finish(&mut second, &both).await, done(1_000 - twice, twice));
    let mut third = open(&url, &column).await.unwrap();
    assert_eq!(finish(&mut third, &both).await, done(0, 1_000));
    let cells = values(&pool, CARDS).await;
    assert_eq!(cells.len(), 1_000);
    for (number, token) in cells {
        let opened = new.open_fernet(&token).unwrap();
        assert_eq!(opened.expose(), plain(number).as_bytes());
    }
    pool.close().await;
}

pub(crate) async fn rewrap_keeps_bound_values_in_cells_and_allows_mixed_forms(url: String) {
    let pool = connect(&url).await;
    let (old, both, new) = (ring(&[1]), ring(&[2, 1]), ring(&[2]));
    fill(&pool, &BOUND, 300, |number| match number % 3 {
        0 => fernet(&old, number),
        1 => bound(&old, number),
        _ => bound(&both, number),
    })
    .await;
    let unbound = column("my \"cards", BoundTo::Nobody);
    let mut unbound = open(&url, &unbound).await.unwrap();
    let refused = unbound.step(&both, &mut counter()).await;
    assert_eq!(refused, Err(RewrapError::Unbound));
    let mut rewrap = open(&url, &column("my \"cards", by_owner())).await.unwrap();
    assert_eq!(finish(&mut rewrap, &both).await, done(200, 100));
    for (number, value) in values(&pool, BOUND_CARDS).await {
        let opened = if number % 3 == 0 {
            new.open_fernet(&value).unwrap()
        } else {
            new.open(&bound_cell(&number.to_string(), number), &value)
                .unwrap()
        };
        assert_eq!(opened.expose(), plain(number).as_bytes());
    }
    pool.close().await;
}

pub(crate) async fn rewrap_names_unopenable_values_and_leaves_them(url: String) {
    let pool = connect(&url).await;
    let (old, lost, both) = (ring(&[1]), ring(&[9]), ring(&[2, 1]));
    fill(&pool, &FERNET, 10, |number| match number {
        3 => fernet(&lost, number),
        7 => "4111111111111111".into(),
        8 => String::new(),
        _ => fernet(&old, number),
    })
    .await;
    sqlx::query("UPDATE cards SET number = NULL WHERE id = '9'")
        .execute(&pool)
        .await
        .unwrap();
    let before = values(&pool, "SELECT id, number FROM cards WHERE id IN ('3', '7')").await;
    let mut rewrap = open(&url, &column("cards", BoundTo::Nobody)).await.unwrap();
    let closed = |row: &str, is_sealed| ClosedRow {
        row: row.into(),
        is_sealed,
    };
    let expected = Batch {
        closed: vec![closed("3", true), closed("7", false)],
        ..done(6, 1)
    };
    assert_eq!(finish(&mut rewrap, &both).await, expected);
    let after = values(&pool, "SELECT id, number FROM cards WHERE id IN ('3', '7')").await;
    assert_eq!(before, after);
    pool.close().await;
}

pub(crate) async fn rewrap_does_not_overwrite_concurrently_changed_value(url: String) {
    let pool = connect(&url).await;
    let (old, both, new) = (ring(&[1]), ring(&[2, 1]), ring(&[2]));
    fill(&pool, &FERNET, 4, |number| fernet(&old, number)).await;
    let mut rewrap = open(&url, &column("cards", BoundTo::Nobody)).await.unwrap();
    // Random bytes are asked for between reading and writing: that is when somebody else changes two values and
    // takes a third away.
    let (sender, changes) = std::sync::mpsc::channel();
    let (made, wait) = std::sync::mpsc::channel::<()>();
    let writer = {
        let (pool, newer, older) = (pool.clone(), fernet(&new, 100), fernet(&old, 101));
        tokio::spawn(async move {
            tokio::task::block_in_place(|| changes.recv()).unwrap();
            for (statement, value) in [
                ("UPDATE cards SET number = $1 WHERE id = '0'", &newer),
                ("UPDATE cards SET number = $1 WHERE id = '1'", &older),
                ("DELETE FROM cards WHERE id = '2' AND '' <> $1", &older),
            ] {
                sqlx::query(statement)
                    .bind(value)
                    .execute(&pool)
                    .await
                    .unwrap();
            }
            made.send(()).unwrap();
        })
    };
    let mut bytes = counter();
    let mut is_first = true;
    let mut random = move || {
        if std::mem::take(&mut is_first) {
            sender.send(()).unwrap();
            tokio::task::block_in_place(|| wait.recv()).unwrap();
        }
        bytes()
    };
    let batch = rewrap.step(&both, &mut random).await.unwrap().unwrap();
    writer.await.unwrap();
    assert_eq!(batch, done(2, 1));
    let mut opened: Vec<(u32, Vec<u8>)> = values(&pool, CARDS)
        .await
        .into_iter()
        .map(|(id, token)| (id, new.open_fernet(&token).unwrap().expose().to_vec()))
        .collect();
    opened.sort();
    assert_eq!(
        opened,
        [(0, plain(100)), (1, plain(101)), (3, plain(3))].map(|(id, text)| (id, text.into_bytes()))
    );
    pool.close().await;
}

pub(crate) async fn rewrap_accepts_only_names_in_catalogue(url: String) {
    let pool = connect(&url).await;
    let old = ring(&[1]);
    fill(&pool, &FERNET, 1, |number| fernet(&old, number)).await;
    for statement in [
        "CREATE TABLE pairs (a TEXT NOT NULL, b TEXT NOT NULL, number TEXT, amount INTEGER, PRIMARY KEY (a, b))",
        "INSERT INTO pairs (a, b, number) VALUES ('x', 'y', 'z')",
        "CREATE VIEW seen AS SELECT * FROM cards",
    ] {
        sqlx::query(statement).execute(&pool).await.unwrap();
    }
    let cards = column("cards", BoundTo::Nobody);
    let with = |change: &dyn Fn(&mut SealedColumn)| {
        let mut changed = cards.clone();
        change(&mut changed);
        changed
    };
    let mut asked = vec![
        (
            with(&|c| c.table = "cards; DROP TABLE cards".into()),
            RewrapError::Table,
        ),
        (with(&|c| c.table = "\"cards\"".into()), RewrapError::Table),
        (with(&|c| c.table = "seen".into()), RewrapError::Table),
        (
            with(&|c| c.column = "number = ''; --".into()),
            RewrapError::Column("--column"),
        ),
        (
            with(&|c| c.row = Some("1".into())),
            RewrapError::Column("--id"),
        ),
        (
            with(&|c| c.customer = BoundTo::Column("nobody".into())),
            RewrapError::Column("--customer-column"),
        ),
    ];
    if url.starts_with("postgres") {
        asked.push((with(&|c| c.table = "pairs".into()), RewrapError::NoKey));
        asked.push((
            with(&|c| (c.table, c.row) = ("pairs".into(), Some("a".into()))),
            RewrapError::NotUnique,
        ));
        asked.push((
            with(&|c| (c.column, c.row) = ("amount".into(), None)),
            RewrapError::Column("--column"),
        ));
    }
    for (column, error) in asked {
        assert_eq!(open(&url, &column).await.err(), Some(error), "{column:?}");
    }
    sqlx::query("UPDATE cards SET owner = NULL")
        .execute(&pool)
        .await
        .unwrap();
    let nameless = with(&|c| c.customer = by_owner());
    assert_eq!(
        open(&url, &nameless).await.err(),
        Some(RewrapError::Nameless(1))
    );
    pool.close().await;
}

pub(crate) async fn rewrap_walks_rows_by_any_usual_key_type(url: String) {
    let pool = connect(&url).await;
    let (old, both) = (ring(&[1]), ring(&[2, 1]));
    let is_postgres = url.starts_with("postgres");
    let mut tables: Vec<(&'static str, &'static str, &'static str)> = vec![
        (
            "t1",
            "CREATE TABLE t1 (id INTEGER PRIMARY KEY, number TEXT)",
            "INSERT INTO t1 VALUES (CAST($1 AS INTEGER), $2)",
        ),
        (
            "t2",
            "CREATE TABLE t2 (id VARCHAR(40) UNIQUE, number TEXT)",
            "INSERT INTO t2 VALUES ('k' || $1, $2)",
        ),
    ];
    if is_postgres {
        tables.extend([
            ("t3", "CREATE TABLE t3 (id UUID PRIMARY KEY, number BYTEA)",
             "INSERT INTO t3 VALUES (CAST('00000000-0000-0000-0000-' || lpad($1, 12, '0') AS uuid), convert_to($2, 'UTF8'))"),
            ("t4", "CREATE TABLE t4 (id NUMERIC PRIMARY KEY, number TEXT)", "INSERT INTO t4 VALUES (CAST($1 AS numeric) / 7, $2)"),
            ("odd.Names", "CREATE SCHEMA odd CREATE TABLE \"Names\" (id SMALLINT PRIMARY KEY, number TEXT)",
             "INSERT INTO odd.\"Names\" VALUES (CAST($1 AS smallint), $2)"),
        ]);
    } else {
        tables.extend([
            (
                "t3",
                "CREATE TABLE t3 (rowid TEXT, number TEXT)",
                "INSERT INTO t3 VALUES ('same', $2)",
            ),
            (
                "t4",
                "CREATE TABLE t4 (id TEXT PRIMARY KEY, number BLOB) WITHOUT ROWID",
                "INSERT INTO t4 VALUES ($1, CAST($2 AS BLOB))",
            ),
            (
                "t5",
                "CREATE TABLE t5 (id INTEGER PRIMARY KEY, number) WITHOUT ROWID",
                "INSERT INTO t5 VALUES (CAST($1 AS INTEGER), $2)",
            ),
            (
                "T6",
                "CREATE TABLE t6 (id BLOB PRIMARY KEY, Number TEXT COLLATE NOCASE)",
                "INSERT INTO t6 VALUES (CAST('k' || $1 AS BLOB), $2)",
            ),
        ]);
    }
    for (table, create, insert) in tables {
        sqlx::query(create).execute(&pool).await.unwrap();
        let mut transaction = pool.begin().await.unwrap();
        for number in 1..=300 {
            sqlx::query(insert)
                .bind(number.to_string())
                .bind(fernet(&old, number))
                .execute(&mut *transaction)
                .await
                .unwrap();
        }
        transaction.commit().await.unwrap();
        let mut column = column(table, BoundTo::Nobody);
        column.row = (table == "t2").then(|| "id".into());
        let mut rewrap = open(&url, &column)
            .await
            .unwrap_or_else(|error| panic!("{table}: {error}"));
        assert_eq!(finish(&mut rewrap, &both).await, done(300, 0), "{table}");
        let mut rewrap = open(&url, &column).await.unwrap();
        assert_eq!(
            finish(&mut rewrap, &ring(&[2])).await,
            done(0, 300),
            "{table}"
        );
    }
    pool.close().await;
}
