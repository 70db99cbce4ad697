async fn customer(pool: &sqlx::SqlitePool, customer_id: &str) -> sqlx::Result<Vec<(String,)>> {
    let query = format!("SELECT name FROM customers WHERE id = '{customer_id}'");
    sqlx::query_as(&query).fetch_all(pool).await
}

fn main() {}
