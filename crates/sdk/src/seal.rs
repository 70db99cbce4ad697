//! Secrets at rest for an agent's own database: the keys of `ENCRYPTION_KEY`, with a clock and random bytes.
//!
//! How a value is sealed is the guard's. A Fernet token is one that Python's `cryptography` makes and opens with the same
//! key; a value that is sealed for a cell opens in no other. Does not protect against whoever has the keys.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use conversimple_guard::seal::{Cell, KeyRing};
use zeroize::Zeroizing;

use crate::agent::random;
use crate::environment::{Environment, SettingsError};
use crate::failure::Reply;
use crate::secret::CardNumber;

const NAME: &str = "ENCRYPTION_KEY";

/// The keys with which an agent seals what it stores: newest first, and every one of them opens.
pub struct SealKeys(KeyRing);

impl SealKeys {
    /// Reads `ENCRYPTION_KEY`; `None` when it is not set.
    ///
    /// # Errors
    /// `Wrong` when it is set and is no key, with what one looks like.
    pub fn from_environment(environment: &Environment) -> Result<Option<Self>, SettingsError> {
        let Some(text) = environment.text(NAME) else {
            return Ok(None);
        };
        KeyRing::parse(&text)
            .map(|ring| Some(Self(ring)))
            .map_err(|error| SettingsError::Wrong {
                name: NAME,
                problem: format!("{error}. Make one with: {}", Self::HOW_TO_MAKE),
            })
    }

    /// A command that makes a key.
    pub const HOW_TO_MAKE: &str = "openssl rand -base64 32 | tr '+/' '-_'";

    /// Seals a card number as a Fernet token.
    ///
    /// # Errors
    /// A failure when the system has no random numbers.
    pub fn seal_card(&self, card: &CardNumber) -> Reply<String> {
        self.seal_text(card.expose())
    }

    /// Seals a text as a Fernet token.
    ///
    /// # Errors
    /// A failure when the system has no random numbers.
    pub fn seal_text(&self, plain: &str) -> Reply<String> {
        Ok(self.0.seal_fernet(plain.as_bytes(), random()?, now()))
    }

    /// Opens a Fernet token.
    ///
    /// # Errors
    /// A failure when no key opens it, or it holds no text.
    pub fn open_text(&self, token: &str) -> Reply<Zeroizing<String>> {
        let opened = self.0.open_fernet(token)?;
        Ok(Zeroizing::new(
            std::str::from_utf8(opened.expose())?.to_owned(),
        ))
    }

    /// Seals a text for one cell: a tenant, a table, a column and a row.
    ///
    /// # Errors
    /// A failure when the system has no random numbers.
    pub fn seal_in(&self, cell: &Cell<'_>, plain: &str) -> Reply<String> {
        Ok(self.0.seal(cell, plain.as_bytes(), random()?))
    }

    /// Opens what was sealed for this very cell.
    ///
    /// # Errors
    /// A failure when it was sealed for another cell or with an unknown key, or holds no text.
    pub fn open_in(&self, cell: &Cell<'_>, sealed: &str) -> Reply<Zeroizing<String>> {
        let opened = self.0.open(cell, sealed)?;
        Ok(Zeroizing::new(
            std::str::from_utf8(opened.expose())?.to_owned(),
        ))
    }
}

fn now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}
