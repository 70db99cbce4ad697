//! Secrets at rest for an agent's own database: the keys of `ENCRYPTION_KEY`, with a clock and random bytes.
//!
//! How a value is sealed is the guard's. A Fernet token is one that Python's `cryptography` makes and opens with the same
//! key; a value that is sealed for a cell opens in no other. Does not protect against whoever has the keys.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use conversimple_guard::seal::{Cell, KeyRing, SealError, Sealable};

use crate::environment::{Environment, SettingsError};
use crate::failure::Reply;
use crate::random::random;

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

    /// Seals a value as a Fernet token. A card's security code does not compile here: it must not be stored at all.
    ///
    /// # Errors
    /// A failure when the system has no random numbers.
    pub fn seal<T: Sealable>(&self, value: &T) -> Reply<String> {
        Ok(self.0.seal_fernet(&value.to_plain(), random()?, now()))
    }

    /// Opens a Fernet token.
    ///
    /// # Errors
    /// A failure when no key opens it, or it holds no value of the type.
    pub fn open<T: Sealable>(&self, token: &str) -> Reply<T> {
        let opened = self.0.open_fernet(token)?;
        Ok(T::from_plain(opened.expose()).ok_or(SealError::Kind)?)
    }

    /// Seals a value for one cell: a tenant, a table, a column and a row.
    ///
    /// # Errors
    /// A failure when the system has no random numbers.
    pub fn seal_in<T: Sealable>(&self, cell: &Cell<'_>, value: &T) -> Reply<String> {
        Ok(self.0.seal(cell, &value.to_plain(), random()?))
    }

    /// Opens what was sealed for this very cell.
    ///
    /// # Errors
    /// A failure when it was sealed for another cell or with an unknown key, or holds no value of the type.
    pub fn open_in<T: Sealable>(&self, cell: &Cell<'_>, sealed: &str) -> Reply<T> {
        let opened = self.0.open(cell, sealed)?;
        Ok(T::from_plain(opened.expose()).ok_or(SealError::Kind)?)
    }
}

fn now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use conversimple_guard::card::CardNumber;
    use zeroize::Zeroizing;

    fn keys() -> SealKeys {
        let random = Zeroizing::new(random().expect("random bytes"));
        SealKeys(KeyRing::parse(&KeyRing::new_key(random)).expect("a key"))
    }

    #[test]
    fn sealed_value_opens_only_with_its_key_and_cell() {
        let (keys, others) = (self::keys(), self::keys());
        let card = CardNumber::parse("4242 4242 4242 4242").expect("a card");
        let token = keys.seal(&card).expect("sealed");
        assert!(!token.contains("4242"));
        let opened: CardNumber = keys.open(&token).expect("opened");
        assert_eq!(opened.last_four(), "4242");
        assert!(others.open::<CardNumber>(&token).is_err());
        let cell = |row| Cell {
            tenant: "t",
            table: "cards",
            column: "number",
            row,
        };
        let sealed = keys
            .seal_in(&cell("1"), &"made up".to_owned())
            .expect("sealed");
        assert_eq!(
            keys.open_in::<String>(&cell("1"), &sealed).ok().as_deref(),
            Some("made up")
        );
        assert!(keys.open_in::<String>(&cell("2"), &sealed).is_err());
    }
}
