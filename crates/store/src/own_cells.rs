//! The sealed cells of an open store: sealing and opening one row's, and walking through all of them to the newest key.
//!
//! How a value is sealed for its cell is decided by `cells`, in which order cells are walked by `cells::reseal`.

use crate::cells::{Opening, Place, Sealing, count, renewed};
use crate::error::Result;
use crate::sealed_column::Batch;
use crate::store::Store;
use crate::tenant::Operator;

/// The platform's own sealed cells on their way to the newest key.
pub struct OwnCells {
    store: Store,
    place: Place,
}

impl Store {
    /// The sealed cells of a row, to be written. A row is named by whose it is and by its key, in two parts.
    pub(crate) async fn sealing<'a>(
        &'a self,
        owner: &'a str,
        one: &str,
        two: &str,
    ) -> Result<Sealing<'a>> {
        self.keys_of_cells().note(self.write()).await?;
        Ok(Sealing(self.opening(owner, one, two)))
    }

    /// The sealed cells of a row, to be read.
    pub(crate) fn opening<'a>(&'a self, owner: &'a str, one: &str, two: &str) -> Opening<'a> {
        Opening::of(self.keys_of_cells().ring(), owner, one, two)
    }
}

impl Store {
    /// The platform's own sealed cells, from the first.
    pub fn own_cells(&self, _: &Operator) -> OwnCells {
        OwnCells {
            store: self.clone(),
            place: Place::default(),
        }
    }

    /// Notes that no other key than the newest is needed any more. To be said when all cells were walked through and the newest
    /// had sealed every one.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn need_only_the_newest_key(&self, _: &Operator) -> Result<()> {
        let newest = self.keys_of_cells().ring().ids().next();
        sqlx::query("DELETE FROM sealing_keys WHERE id <> $1")
            .bind(newest.map(|id| id.to_string()).unwrap_or_default())
            .execute(self.write())
            .await?;
        Ok(())
    }
}

impl OwnCells {
    /// How many there are.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn count(&self) -> Result<u64> {
        count(self.store.read()).await
    }

    /// Seals the next batch anew, as one transaction; `None` when there is nothing more. What does not open is named by
    /// table, column and row.
    ///
    /// # Errors
    /// [`crate::Error::Random`], the database's own: what this batch did is then undone, and what was done before stays.
    pub async fn step(&mut self) -> Result<Option<Batch>> {
        let keys = self.store.keys_of_cells();
        keys.note(self.store.write()).await?;
        let mut transaction = self.store.begin().await?;
        let batch = self
            .place
            .step(&mut transaction, keys.ring(), renewed)
            .await?;
        transaction.commit().await?;
        Ok(batch)
    }
}
