//! All of the platform's own sealed cells, one after the other: sealed anew with the newest key, or for the first time.
//!
//! Decides in which order they are walked and that a cell is replaced only while it holds what was read. Each batch is one
//! transaction; whoever stops in the middle goes on by starting again.

use conversimple_guard::seal::{Form, KeyRing};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AnyPool};

use super::{Column, Opening, Sealing, nonce, note};
use crate::error::Result;
use crate::row::{int, text};
use crate::sealed_column::{BATCH_CELLS, Batch, ClosedRow};

/// The statements for one column.
struct Walk {
    column: Column,
    count: &'static str,
    next: &'static str,
    replace: &'static str,
    /// A key before all others.
    start: (&'static str, &'static str),
}

/// How the second part of a key is bound as text and compared as what it is.
macro_rules! part {
    (text $number:literal) => {
        concat!("$", $number)
    };
    (number $number:literal) => {
        concat!("CAST(CAST($", $number, " AS TEXT) AS BIGINT)")
    };
}

macro_rules! start {
    (text) => {
        ("", "")
    };
    (number) => {
        ("", "-1")
    };
}

macro_rules! walk {
    ($column:expr, $table:literal $cell:literal, from $from:literal, owner $owner:literal, key $one:literal $two:literal $kind:ident) => {
        Walk {
            column: $column,
            count: concat!("SELECT COUNT(*) AS n FROM ", $table, " WHERE ", $cell, " IS NOT NULL"),
            next: concat!(
                "SELECT ", $owner, " AS owner, t.", $one, " AS one, CAST(t.", $two, " AS TEXT) AS two, t.", $cell,
                " AS value FROM ", $from, " WHERE (t.", $one, ", t.", $two, ") > ($1, ", part!($kind 2), ") AND t.", $cell,
                " IS NOT NULL ORDER BY t.", $one, ", t.", $two, " LIMIT $3"
            ),
            replace: concat!(
                "UPDATE ", $table, " SET ", $cell, " = $1 WHERE ", $one, " = $2 AND ", $two, " = ", part!($kind 3), " AND ",
                $cell, " = $4"
            ),
            start: start!($kind),
        }
    };
    (turns $column:expr, $cell:literal) => {
        walk!($column, "turns" $cell, from "turns t JOIN conversations c ON c.id = t.conversation_id",
            owner "c.customer_id", key "conversation_id" "turn" number)
    };
}

const WALKS: &[Walk] = &[
    walk!(turns super::HEARD, "heard"),
    walk!(turns super::SAID, "said"),
    walk!(super::ARGUMENTS, "calls" "arguments", from "calls t JOIN conversations c ON c.id = t.conversation_id",
        owner "c.customer_id", key "conversation_id" "call_id" text),
    walk!(super::SPEC, "agents" "spec", from "agents t", owner "t.customer_id", key "customer_id" "id" text),
    walk!(super::AGENT_CONFIG, "agents" "agent_config", from "agents t", owner "t.customer_id",
        key "customer_id" "id" text),
    walk!(super::CHANNEL_CONFIG, "deployments" "channel_config", from "deployments t", owner "t.customer_id",
        key "customer_id" "id" text),
    walk!(super::ENGAGEMENT_RULES, "deployments" "engagement_rules", from "deployments t", owner "t.customer_id",
        key "customer_id" "id" text),
    walk!(super::SETTING, "settings" "value", from "settings t", owner "t.owner", key "owner" "name" text),
];

/// How far a walk is.
#[derive(Default)]
pub(crate) struct Place {
    walk: usize,
    after: Option<(String, String)>,
}

/// How many sealed cells there are.
pub(crate) async fn count(pool: &AnyPool) -> Result<u64> {
    let mut all = 0;
    for walk in WALKS {
        let row = sqlx::query(walk.count).fetch_one(pool).await?;
        all += int(&row, "n")?.max(0).unsigned_abs();
    }
    Ok(all)
}

/// Seals what a database from before this had in clear, for its first start with a key.
pub(crate) async fn seal_what_is_plain(
    connection: &mut AnyConnection,
    ring: &KeyRing,
) -> Result<()> {
    note(connection, ring).await?;
    let mut place = Place::default();
    while place.step(connection, ring, sealed_first).await?.is_some() {}
    Ok(())
}

/// What shall stand in a cell: nothing new, or a value that does not open.
pub(crate) enum Renewed {
    New(String),
    Same,
    Closed { is_sealed: bool },
}

/// What decides what shall stand in a cell.
pub(crate) type Renew = fn(&KeyRing, &Opening<'_>, Column, &str) -> Result<Renewed>;

/// The value sealed with the newest key, where it is not already.
pub(crate) fn renewed(
    ring: &KeyRing,
    row: &Opening<'_>,
    column: Column,
    value: &str,
) -> Result<Renewed> {
    let is_sealed = Form::of(value) == Some(Form::Bound);
    if !is_sealed {
        return Ok(Renewed::Closed { is_sealed });
    }
    Ok(match ring.rewrap(&row.cell(column), value, nonce()?) {
        Ok(Some(new)) => Renewed::New(new),
        Ok(None) => Renewed::Same,
        Err(_) => Renewed::Closed { is_sealed },
    })
}

fn sealed_first(ring: &KeyRing, row: &Opening<'_>, column: Column, value: &str) -> Result<Renewed> {
    let row = Opening {
        ring,
        owner: row.owner,
        row: row.row.clone(),
    };
    Sealing(row).seal(column, value).map(Renewed::New)
}

/// A cell as it was read.
struct Found {
    owner: String,
    one: String,
    two: String,
    value: String,
}

impl Place {
    /// Goes through the next batch; none when there is nothing more.
    pub(crate) async fn step(
        &mut self,
        connection: &mut AnyConnection,
        ring: &KeyRing,
        renew: Renew,
    ) -> Result<Option<Batch>> {
        while let Some(walk) = WALKS.get(self.walk) {
            let cells = walk.read(connection, self.after.as_ref()).await?;
            let Some(last) = cells.last() else {
                self.walk += 1;
                self.after = None;
                continue;
            };
            self.after = Some((last.one.clone(), last.two.clone()));
            return walk.renew(connection, ring, &cells, renew).await.map(Some);
        }
        Ok(None)
    }
}

impl Walk {
    async fn read(
        &self,
        connection: &mut AnyConnection,
        after: Option<&(String, String)>,
    ) -> Result<Vec<Found>> {
        let (one, two) = after.map_or(self.start, |(one, two)| (one, two));
        let rows = sqlx::query(self.next)
            .bind(one)
            .bind(two)
            .bind(i64::from(BATCH_CELLS))
            .fetch_all(connection)
            .await?;
        rows.iter().map(found).collect()
    }

    async fn renew(
        &self,
        connection: &mut AnyConnection,
        ring: &KeyRing,
        cells: &[Found],
        renew: Renew,
    ) -> Result<Batch> {
        let mut batch = Batch::default();
        for cell in cells {
            let row = Opening::of(ring, &cell.owner, &cell.one, &cell.two);
            match renew(ring, &row, self.column, &cell.value)? {
                Renewed::Same => batch.already_new += 1,
                Renewed::New(new) => match self.replace(connection, cell, &new).await? {
                    true => batch.rewrapped += 1,
                    false => batch.busy += 1,
                },
                Renewed::Closed { is_sealed } => {
                    let Column { table, column } = self.column;
                    batch.closed.push(ClosedRow {
                        row: format!("{table}.{column} {}", row.row),
                        is_sealed,
                    });
                }
            }
        }
        Ok(batch)
    }

    async fn replace(
        &self,
        connection: &mut AnyConnection,
        cell: &Found,
        new: &str,
    ) -> Result<bool> {
        let done = sqlx::query(self.replace)
            .bind(new)
            .bind(&cell.one)
            .bind(&cell.two)
            .bind(&cell.value)
            .execute(connection)
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

fn found(row: &AnyRow) -> Result<Found> {
    Ok(Found {
        owner: text(row, "owner")?,
        one: text(row, "one")?,
        two: text(row, "two")?,
        value: text(row, "value")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reseal_walks_every_sealed_column() {
        let walked: Vec<Column> = WALKS.iter().map(|walk| walk.column).collect();
        assert_eq!(walked, super::super::COLUMNS);
    }
}
