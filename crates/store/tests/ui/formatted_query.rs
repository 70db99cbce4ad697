//! A query is a literal. A text with a value in it is none, however it was made.

fn main() {
    let name = String::from("x'; DROP TABLE agents; --");
    let _ = sqlx::query::<sqlx::Any>(format!("SELECT * FROM agents WHERE name = '{name}'"));
    let _ = sqlx::query::<sqlx::Any>(&format!("SELECT * FROM agents WHERE name = '{name}'"));
}
