//! Cards at rest: sealed before they reach the database, opened nowhere but to see that the key fits.

use anyhow::{Context, anyhow, bail};
use conversimple::{CardNumber, Environment, Reply, SealKeys};

use crate::database::{Card, Database};

const ADVICE: &str =
    "Cards are stored sealed: set ENCRYPTION_KEY in the environment or in .env. This makes a key:";

/// The keys, if there are any.
pub struct Vault {
    keys: Option<SealKeys>,
}

impl Vault {
    /// Reads `ENCRYPTION_KEY`. Without one no card can be stored.
    ///
    /// # Errors
    /// A key that is none; the text says how to make one.
    pub fn open(environment: &Environment) -> anyhow::Result<Self> {
        let keys = SealKeys::from_environment(environment)?;
        Ok(Self { keys })
    }

    /// The keys, or what to set.
    pub(crate) fn required(&self) -> anyhow::Result<&SealKeys> {
        self.keys.as_ref().with_context(|| {
            format!(
                "ENCRYPTION_KEY is not set. {ADVICE} {}",
                SealKeys::HOW_TO_MAKE
            )
        })
    }

    /// Whether what is stored opens. Without cards no key is needed yet.
    ///
    /// # Errors
    /// Cards that the key does not open.
    pub async fn check(&self, database: &Database) -> anyhow::Result<()> {
        let Some(card) = database.any_card().await? else {
            if self.keys.is_none() {
                tracing::warn!("ENCRYPTION_KEY is not set: no card can be stored");
            }
            return Ok(());
        };
        if self
            .required()?
            .open::<CardNumber>(&card.number_sealed)
            .is_err()
        {
            bail!(
                "ENCRYPTION_KEY does not open the cards in the database: set the key that they were stored with (several keys \
                 are separated by commas, the newest first)"
            );
        }
        Ok(())
    }

    /// Seals a card that a caller gave.
    pub(crate) fn seal(&self, card: &CardNumber) -> Reply<Card> {
        let Some(keys) = &self.keys else {
            return Err("ENCRYPTION_KEY is not set")?;
        };
        Ok(Card {
            id: conversimple::fresh_id("card")?,
            number_sealed: keys.seal(card)?,
            last_four: card.last_four().to_owned(),
            brand: card.brand().to_owned(),
        })
    }

    /// Seals a card of the demo data.
    pub(crate) fn seal_demo(&self, card: &CardNumber) -> anyhow::Result<Card> {
        self.required()?;
        self.seal(card)
            .map_err(|failure| anyhow!("a card could not be sealed: {failure:?}"))
    }
}
