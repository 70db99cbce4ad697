//! What is asked of the database: typed expressions, in which a caller's words are values and nothing else.
//!
//! What may be asked for whom is not decided here: callers come as the id that the login gave them.

use std::collections::BTreeSet;

use anyhow::Context;
use sea_orm::sea_query::{BinOper, CaseStatement, Expr, ExprTrait, Func, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectOptions, Database, DatabaseConnection, DbErr, EntityTrait, FromQueryResult,
    QueryFilter, QueryOrder, QuerySelect,
};

use crate::entity::{customer, product, user};

/// Most products that a search gives.
const FOUND_LIMIT: u64 = 10;

/// Opens a database that the guide agent has made.
///
/// # Errors
/// A file that is not there; the text says how to make it.
pub async fn open(url: &str) -> anyhow::Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    // SeaORM writes every statement to the log at INFO where nothing is said.
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.context(
        "DATABASE_URL: the database cannot be opened; `guide-agent --demo` makes one, in the folder in which it runs",
    )
}

/// A user by name, whatever its case: the column compares so.
///
/// # Errors
/// What the database says.
pub async fn user(database: &DatabaseConnection, name: &str) -> Result<Option<user::Model>, DbErr> {
    user::Entity::find()
        .filter(user::Column::Username.eq(name))
        .one(database)
        .await
}

/// The records of a user.
///
/// # Errors
/// What the database says.
pub async fn customers(
    database: &DatabaseConnection,
    user: &str,
) -> Result<Vec<customer::Model>, DbErr> {
    customer::Entity::find()
        .filter(customer::Column::UserId.eq(user))
        .order_by_asc(customer::Column::Id)
        .all(database)
        .await
}

/// One record of a user. Another user's is as absent as one that is not there.
///
/// # Errors
/// What the database says.
pub async fn customer(
    database: &DatabaseConnection,
    user: &str,
    id: &str,
) -> Result<Option<customer::Model>, DbErr> {
    customer::Entity::find_by_id(id)
        .filter(customer::Column::UserId.eq(user))
        .one(database)
        .await
}

/// A product, and how many of the words its name has.
#[derive(FromQueryResult)]
struct Scored {
    #[sea_orm(nested)]
    product: product::Model,
    score: i64,
}

/// The products that have the most of the words in their names, ten at most. A word finds what begins with it, with
/// or without a plural's s; a word of one or two letters finds itself alone.
///
/// # Errors
/// What the database says.
pub async fn search(
    database: &DatabaseConnection,
    words: &[String],
) -> Result<Vec<product::Model>, DbErr> {
    let wanted: BTreeSet<String> = words.iter().map(|word| beginning(word)).collect();
    let scores = wanted.into_iter().map(|beginning| -> SimpleExpr {
        let there = begins_a_word_of_the_name(beginning);
        CaseStatement::new().case(there, 1).finally(0).into()
    });
    let score = scores.fold(Expr::val(0), ExprTrait::add);
    let scored = product::Entity::find()
        .expr_as(score.clone(), "score")
        .filter(score.clone().gt(0))
        .order_by_desc(score)
        .order_by_asc(product::Column::Id)
        .limit(FOUND_LIMIT)
        .into_model::<Scored>()
        .all(database)
        .await?;
    let best = scored.first().map_or(0, |found| found.score);
    let found = scored.into_iter().take_while(|found| found.score == best);
    Ok(found.map(|found| found.product).collect())
}

/// What a word of the name begins with when it has this word, in a name with a space before and after it.
fn beginning(word: &str) -> String {
    match word.chars().count() {
        0..3 => format!(" {word} "),
        3 => format!(" {word}"),
        _ => format!(" {}", word.strip_suffix(['s', 'S']).unwrap_or(word)),
    }
}

/// `instr` has no wildcards; `contains` is a LIKE, in which a caller's `%` and `_` would be some.
fn begins_a_word_of_the_name(beginning: String) -> SimpleExpr {
    let name = Func::lower(Expr::col(product::Column::Name));
    let spaced = Expr::val(" ")
        .binary(BinOper::Custom("||"), name)
        .binary(BinOper::Custom("||"), " ");
    SimpleExpr::from(Func::cust("instr").arg(spaced).arg(beginning)).gt(0)
}
