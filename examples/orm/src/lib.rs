//! Two tools of the guide agent, `search_products` and `get_customer`, written with an ORM (SeaORM) on the guide agent's own
//! database. The guide shows both ways of keeping a caller's words out of a statement; this is the second.
//!
//! ```sh
//! cargo run --release -p conversimple-guide -- --demo        # makes guide.db; see examples/guide/README.md
//! cargo run --release -p conversimple-orm                    # the same folder, the same .env
//! ```
//!
//! Where to look, to copy it: `entity.rs` says what the tables are, `queries.rs` asks for rows, and `shop.rs` is the agent. Compare
//! `queries.rs` with `database.rs` of the guide agent: the tools above them are declared alike and answer alike, which
//! `tests/same_answers.rs` holds them to.
//!
//! What an ORM does not do: it still takes a statement as text (`Statement::from_string`, `Expr::cust`), where sqlx alone would not
//! compile. This crate's `clippy.toml` closes those doors; copy it too.

pub mod entity;
pub mod queries;
mod shop;

pub use shop::Shop;
