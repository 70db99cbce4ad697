//! Customers: who they are and whether they may use the platform at present. Only the operator asks here.

use conversimple_wire::CustomerId;
use sqlx::any::AnyRow;

use crate::error::Result;
use crate::row::{Listed, Slice, cell, flag, id, text, time};
use crate::stamp::{Moment, millis};
use crate::store::Store;
use crate::tenant::Operator;

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// Its name; no two have the same.
    pub name: String,
    /// Whether it may not use the platform at present.
    pub suspended: bool,
    /// Since when it is known.
    pub created_at: Moment,
}

impl Store {
    /// The customer of that name; made with the id `fresh` where there is none.
    ///
    /// # Errors
    /// [`crate::Error::Text`] for a name that cannot be stored.
    pub async fn ensure_customer(
        &self,
        operator: &Operator,
        name: &str,
        fresh: CustomerId,
        now: Moment,
    ) -> Result<Customer> {
        sqlx::query(
            "INSERT INTO customers (id, name, suspended, created_at) VALUES ($1, $2, 0, $3) ON CONFLICT (name) DO NOTHING",
        )
        .bind(fresh.as_str())
        .bind(cell(name)?)
        .bind(millis(now))
        .execute(self.write())
        .await?;
        let found = self.customer_by_name(operator, name).await?;
        found.ok_or(crate::Error::Missing)
    }

    /// The customer of that name.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn customer_by_name(&self, _: &Operator, name: &str) -> Result<Option<Customer>> {
        sqlx::query("SELECT id, name, suspended, created_at FROM customers WHERE name = $1")
            .bind(cell(name)?)
            .fetch_optional(self.read())
            .await?
            .map(|row| customer(&row))
            .transpose()
    }

    /// The customer of that id.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn customer(&self, _: &Operator, id: &CustomerId) -> Result<Option<Customer>> {
        sqlx::query("SELECT id, name, suspended, created_at FROM customers WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(self.read())
            .await?
            .map(|row| customer(&row))
            .transpose()
    }

    /// All customers, by name.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn customers(&self, _: &Operator, slice: Slice) -> Result<Listed<Customer>> {
        let count = sqlx::query("SELECT COUNT(*) AS n FROM customers")
            .fetch_one(self.read())
            .await?;
        let rows = sqlx::query(
            "SELECT id, name, suspended, created_at FROM customers ORDER BY name, id LIMIT $1 OFFSET $2",
        )
        .bind(slice.limit())
        .bind(slice.offset())
        .fetch_all(self.read())
        .await?;
        Listed::new(rows.iter().map(customer).collect::<Result<_>>()?, &count)
    }

    /// Suspends a customer or lets it in again; false when there is none.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn set_suspended(
        &self,
        _: &Operator,
        id: &CustomerId,
        suspended: bool,
    ) -> Result<bool> {
        let done = sqlx::query("UPDATE customers SET suspended = $2 WHERE id = $1")
            .bind(id.as_str())
            .bind(i64::from(suspended))
            .execute(self.write())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

fn customer(row: &AnyRow) -> Result<Customer> {
    Ok(Customer {
        id: id(row, "id")?,
        name: text(row, "name")?,
        suspended: flag(row, "suspended")?,
        created_at: time(row, "created_at")?,
    })
}
