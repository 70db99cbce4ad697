//! The guide agent's database: every SQL statement stands here, each a literal with bound values.
//!
//! sqlx takes a statement only as `&'static str`, so that a formatted string with somebody's words in it does not
//! compile. What may be asked for whom is not decided here: callers come as the id that the login gave them.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, bail};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::money::Money;

/// Where the data is when `DATABASE_URL` says nothing.
const DEFAULT_URL: &str = "sqlite:guide.db";

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS users (
    id TEXT PRIMARY KEY, username TEXT NOT NULL UNIQUE COLLATE NOCASE, password_hash TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS accounts (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users(id), kind TEXT NOT NULL, balance_cents INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS customers (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users(id), name TEXT NOT NULL, email TEXT NOT NULL,
    phone TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS cards (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users(id), number_sealed TEXT NOT NULL,
    last_four TEXT NOT NULL, brand TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS products (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, price_cents INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS charges (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users(id), amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
    currency TEXT NOT NULL, made_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ'))) STRICT;
CREATE INDEX IF NOT EXISTS accounts_user ON accounts(user_id);
CREATE INDEX IF NOT EXISTS cards_user ON cards(user_id);
";

/// The database.
#[derive(Clone)]
pub struct Database {
    pool: SqlitePool,
}

/// Somebody who can log in.
pub struct User {
    /// Its id.
    pub id: String,
    /// The name that it logs in with, unique whatever its case.
    pub username: String,
    /// Its password as an argon2id hash.
    pub password_hash: String,
}

/// An account.
#[derive(Clone)]
pub struct Account {
    /// Its id.
    pub id: String,
    /// "checking" or "savings".
    pub kind: String,
    /// What is on it.
    pub balance: Money,
}

/// A customer's record.
#[derive(Clone)]
pub struct Customer {
    /// Its id.
    pub id: String,
    /// The whole name.
    pub name: String,
    /// The e-mail address, whole: it is masked where it is shown.
    pub email: String,
    /// The phone number, whole: it is masked where it is shown.
    pub phone: String,
}

/// A stored card. Its number stays sealed.
pub struct Card {
    /// Its id.
    pub id: String,
    /// The number as a Fernet token.
    pub number_sealed: String,
    /// The number's last four digits.
    pub last_four: String,
    /// The brand in small letters, such as "visa".
    pub brand: String,
}

/// Something to buy.
pub struct Product {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it costs.
    pub price: Money,
}

impl Database {
    /// Opens the database, and makes its tables where they are missing.
    ///
    /// # Errors
    /// An address that is no `sqlite:` file, or a file that cannot be opened; the text says what to write.
    pub async fn open(url: Option<&str>) -> anyhow::Result<Self> {
        let url = url.unwrap_or(DEFAULT_URL);
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            bail!(
                "DATABASE_URL: the guide agent keeps its data in SQLite. Write sqlite:guide.db, or leave it out"
            );
        }
        if !url.starts_with("sqlite:") {
            bail!("DATABASE_URL: write sqlite: and a file name, such as sqlite:guide.db");
        }
        let options = SqliteConnectOptions::from_str(url)
            .map_err(|_| {
                anyhow::anyhow!(
                    "DATABASE_URL: write sqlite: and a file name, such as sqlite:guide.db"
                )
            })?
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5))
            // A stored card that is deleted leaves nothing behind, and a small cache keeps the process small.
            .pragma("secure_delete", "ON")
            .pragma("cache_size", "-256");
        if !url.contains(":memory:") {
            create_private(options.get_filename())?;
        }
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options)
            .await
            .context("DATABASE_URL: the database file cannot be opened; does its folder exist, and may it be written?")?;
        sqlx::raw_sql(TABLES).execute(&pool).await?;
        Ok(Self { pool })
    }

    /// Whether nobody can log in yet.
    pub async fn is_empty(&self) -> sqlx::Result<bool> {
        let (count,): (i64,) = sqlx::query_as("SELECT count(*) FROM users")
            .fetch_one(&self.pool)
            .await?;
        Ok(count == 0)
    }

    /// A user by name, whatever its case.
    pub async fn user(&self, username: &str) -> sqlx::Result<Option<User>> {
        let row: Option<(String, String, String)> =
            sqlx::query_as("SELECT id, username, password_hash FROM users WHERE username = ?1")
                .bind(username)
                .fetch_optional(&self.pool)
                .await?;
        Ok(row.map(|(id, username, password_hash)| User {
            id,
            username,
            password_hash,
        }))
    }

    /// Makes a user.
    pub async fn add_user(&self, user: &User) -> sqlx::Result<()> {
        sqlx::query("INSERT INTO users (id, username, password_hash) VALUES (?1, ?2, ?3)")
            .bind(&user.id)
            .bind(&user.username)
            .bind(&user.password_hash)
            .execute(&self.pool)
            .await
            .map(drop)
    }

    /// Makes an account.
    pub async fn add_account(&self, user: &str, account: &Account) -> sqlx::Result<()> {
        sqlx::query(
            "INSERT INTO accounts (id, user_id, kind, balance_cents) VALUES (?1, ?2, ?3, ?4)",
        )
        .bind(&account.id)
        .bind(user)
        .bind(&account.kind)
        .bind(account.balance.cents)
        .execute(&self.pool)
        .await
        .map(drop)
    }

    /// The accounts of a user.
    pub async fn accounts(&self, user: &str) -> sqlx::Result<Vec<Account>> {
        let rows: Vec<(String, String, i64)> = sqlx::query_as(
            "SELECT id, kind, balance_cents FROM accounts WHERE user_id = ?1 ORDER BY id",
        )
        .bind(user)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(account).collect())
    }

    /// One account of a user. Another user's is as absent as one that is not there.
    pub async fn account(&self, user: &str, id: &str) -> sqlx::Result<Option<Account>> {
        let row: Option<(String, String, i64)> = sqlx::query_as(
            "SELECT id, kind, balance_cents FROM accounts WHERE id = ?1 AND user_id = ?2",
        )
        .bind(id)
        .bind(user)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(account))
    }

    /// Makes a customer's record.
    pub async fn add_customer(&self, user: &str, customer: &Customer) -> sqlx::Result<()> {
        sqlx::query(
            "INSERT INTO customers (id, user_id, name, email, phone) VALUES (?1, ?2, ?3, ?4, ?5)",
        )
        .bind(&customer.id)
        .bind(user)
        .bind(&customer.name)
        .bind(&customer.email)
        .bind(&customer.phone)
        .execute(&self.pool)
        .await
        .map(drop)
    }

    /// The records of a user.
    pub async fn customers(&self, user: &str) -> sqlx::Result<Vec<Customer>> {
        let rows: Vec<(String, String, String, String)> = sqlx::query_as(
            "SELECT id, name, email, phone FROM customers WHERE user_id = ?1 ORDER BY id",
        )
        .bind(user)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(customer).collect())
    }

    /// One record of a user.
    pub async fn customer(&self, user: &str, id: &str) -> sqlx::Result<Option<Customer>> {
        let row: Option<(String, String, String, String)> = sqlx::query_as(
            "SELECT id, name, email, phone FROM customers WHERE id = ?1 AND user_id = ?2",
        )
        .bind(id)
        .bind(user)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(customer))
    }

    /// Stores a card whose number is sealed already.
    pub async fn add_card(&self, user: &str, card: &Card) -> sqlx::Result<()> {
        sqlx::query(
            "INSERT INTO cards (id, user_id, number_sealed, last_four, brand) VALUES (?1, ?2, ?3, ?4, ?5)",
        )
        .bind(&card.id)
        .bind(user)
        .bind(&card.number_sealed)
        .bind(&card.last_four)
        .bind(&card.brand)
        .execute(&self.pool)
        .await
        .map(drop)
    }

    /// The cards of a user, in the order in which they were stored.
    pub async fn cards(&self, user: &str) -> sqlx::Result<Vec<Card>> {
        let rows: Vec<(String, String, String, String)> = sqlx::query_as(
            "SELECT id, number_sealed, last_four, brand FROM cards WHERE user_id = ?1 ORDER BY rowid",
        )
        .bind(user)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(card).collect())
    }

    /// Any stored card: whether the key that was given opens what is stored.
    pub async fn any_card(&self) -> sqlx::Result<Option<Card>> {
        let row: Option<(String, String, String, String)> = sqlx::query_as(
            "SELECT id, number_sealed, last_four, brand FROM cards ORDER BY rowid DESC LIMIT 1",
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(card))
    }

    /// Makes a product.
    pub async fn add_product(&self, product: &Product) -> sqlx::Result<()> {
        sqlx::query("INSERT INTO products (id, name, price_cents) VALUES (?1, ?2, ?3)")
            .bind(&product.id)
            .bind(&product.name)
            .bind(product.price.cents)
            .execute(&self.pool)
            .await
            .map(drop)
    }

    /// The products that have the most of the words in their names, ten at most. A word finds what begins with it, with
    /// or without a plural's s; a word of one or two letters finds itself alone.
    pub async fn search(&self, words: &[String]) -> sqlx::Result<Vec<Product>> {
        let words = serde_json::to_string(words).map_err(|e| sqlx::Error::Encode(e.into()))?;
        let rows: Vec<(String, String, i64)> = sqlx::query_as(
            "WITH wanted AS (
                 SELECT DISTINCT ' ' || CASE
                     WHEN length(value) < 3 THEN value || ' '
                     WHEN length(value) > 3 AND value LIKE '%s' THEN substr(value, 1, length(value) - 1)
                     ELSE value END AS word
                 FROM json_each(?1)),
             scored AS (
                 SELECT id, name, price_cents,
                        (SELECT count(*) FROM wanted WHERE instr(' ' || lower(name) || ' ', word) > 0) AS score
                 FROM products)
             SELECT id, name, price_cents FROM scored
             WHERE score > 0 AND score = (SELECT max(score) FROM scored) ORDER BY id LIMIT 10",
        )
        .bind(words)
        .fetch_all(&self.pool)
        .await?;
        let product = |(id, name, cents)| Product {
            id,
            name,
            price: Money { cents },
        };
        Ok(rows.into_iter().map(product).collect())
    }

    /// Notes a charge.
    pub async fn add_charge(
        &self,
        id: &str,
        user: &str,
        amount: Money,
        currency: &str,
    ) -> sqlx::Result<()> {
        sqlx::query(
            "INSERT INTO charges (id, user_id, amount_cents, currency) VALUES (?1, ?2, ?3, ?4)",
        )
        .bind(id)
        .bind(user)
        .bind(amount.cents)
        .bind(currency)
        .execute(&self.pool)
        .await
        .map(drop)
    }
}

fn account((id, kind, cents): (String, String, i64)) -> Account {
    Account {
        id,
        kind,
        balance: Money { cents },
    }
}

fn customer((id, name, email, phone): (String, String, String, String)) -> Customer {
    Customer {
        id,
        name,
        email,
        phone,
    }
}

fn card((id, number_sealed, last_four, brand): (String, String, String, String)) -> Card {
    Card {
        id,
        number_sealed,
        last_four,
        brand,
    }
}

/// A database that does not exist yet is made so that nobody but its owner may read it.
#[cfg_attr(
    not(unix),
    expect(unused_variables, reason = "other systems have no mode")
)]
fn create_private(path: &Path) -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(path)
            .context("DATABASE_URL: the database file cannot be opened; does its folder exist, and may it be written?")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn search_words_are_bound_as_values_not_sql() {
        let database = Database::open(Some("sqlite::memory:")).await.expect("open");
        let product = Product {
            id: "prod_1".into(),
            name: "Nimbus Wireless Headphones".into(),
            price: Money { cents: 100 },
        };
        database.add_product(&product).await.expect("made");
        for (words, found) in [
            (&["wireless", "headphone"][..], 1),
            (&["any", "headphones"], 1),
            (&["phones"], 0),
            (&["' or 1=1 --"], 0),
            (&["\"]') drop table products"], 0),
            (&["%"], 0),
            (&[], 0),
        ] {
            let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
            let products = database.search(&words).await.expect("searched");
            assert_eq!(products.len(), found, "{words:?}");
        }
    }

    #[tokio::test]
    async fn database_address_not_sqlite_is_refused_with_advice() {
        for url in ["postgres://u:hunter2@db/x", "mysql://db", "guide.db"] {
            let error = Database::open(Some(url))
                .await
                .err()
                .map(|e| format!("{e:#}"));
            let error = error.expect(url);
            assert!(
                error.contains("sqlite:guide.db") && !error.contains("hunter2"),
                "{error}"
            );
        }
    }
}
