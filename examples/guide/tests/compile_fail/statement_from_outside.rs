//! Whoever has the guide agent's database may ask its questions, and has no connection to ask others on.

use conversimple_guide::database::Database;

async fn everybody(database: &Database) -> sqlx::Result<Vec<(String,)>> {
    sqlx::query_as("SELECT password_hash FROM users")
        .fetch_all(&database.pool)
        .await
}

fn main() {}
