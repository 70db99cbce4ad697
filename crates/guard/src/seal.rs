//! Secrets at rest: what stands in a database instead of a value.
//!
//! Two forms. A Fernet token, which Python's `cryptography` makes and opens with the same key, and a form of our own
//! whose associated data binds tenant, table, column and row, so that a ciphertext copied into another cell does not
//! open. Keys come from `ENCRYPTION_KEY`, the newest first: the first one seals, all of them open, and what an older
//! one sealed says so, to be sealed anew. Decides nothing about where ciphertexts are stored. Does not hide the length
//! of a value, does not protect against whoever has the keys, and cannot tell an older ciphertext put back into its own
//! cell from the newest.

mod aead;
mod fernet;

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

pub use aead::NONCE_BYTES;
pub use fernet::SealError;

/// Random bytes that a Fernet token takes: its initialisation vector.
pub const FERNET_RANDOM_BYTES: usize = 16;

/// Why a text is no key ring. Carries nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingError {
    /// No key in it.
    #[error(
        "ENCRYPTION_KEY is empty; a key is 32 random bytes in base64url, as Python's Fernet.generate_key() makes it"
    )]
    Empty,
    /// A key that is not 32 bytes in base64url.
    #[error("key {0} of ENCRYPTION_KEY is no Fernet key: 32 bytes in base64url, 44 characters")]
    Key(usize),
    /// The same key twice.
    #[error("key {0} of ENCRYPTION_KEY stands there twice")]
    Twice(usize),
}

/// A name for a key that tells nothing of it: eight hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId([u8; 4]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

struct Key {
    bytes: Zeroizing<[u8; 32]>,
    id: KeyId,
}

/// The keys, newest first. Cannot be printed.
///
/// ```
/// use conversimple_guard::seal::{Cell, KeyRing};
///
/// // A real key, and a nonce for each value, come from the operating system's random bytes.
/// let ring = KeyRing::parse(&KeyRing::new_key([7; 32].into()))?;
/// let cell = |row| Cell { tenant: "cust_1", table: "cards", column: "number", row };
/// let sealed = ring.seal(&cell("1"), b"not a real card", [1; 24]);
/// assert!(ring.open(&cell("1"), &sealed).is_ok());
/// assert!(ring.open(&cell("2"), &sealed).is_err(), "it was copied into another row");
/// # Ok::<(), conversimple_guard::seal::KeyRingError>(())
/// ```
pub struct KeyRing(Vec<Key>);

impl KeyRing {
    /// Reads `ENCRYPTION_KEY`: one or more Fernet keys, newest first, separated by commas or spaces.
    ///
    /// # Errors
    /// `KeyRingError`, with the number of the key at fault, from 1.
    pub fn parse(text: &str) -> Result<Self, KeyRingError> {
        let mut keys: Vec<Key> = Vec::new();
        let parts = text
            .split(|c: char| c == ',' || c.is_whitespace())
            .filter(|part| !part.is_empty());
        for (i, part) in parts.enumerate() {
            let bytes = fernet::key_bytes(part).ok_or(KeyRingError::Key(i + 1))?;
            let key = Key::new(bytes);
            if keys.iter().any(|other| *other.bytes == *key.bytes) {
                return Err(KeyRingError::Twice(i + 1));
            }
            keys.push(key);
        }
        if keys.is_empty() {
            Err(KeyRingError::Empty)
        } else {
            Ok(Self(keys))
        }
    }

    /// Makes the text of a new key of 32 random bytes, for `ENCRYPTION_KEY`.
    pub fn new_key(random: Zeroizing<[u8; 32]>) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE.encode(*random))
    }

    /// The ids, newest first.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> + '_ {
        self.0.iter().map(|key| key.id)
    }

    /// Seals as a Fernet token, which Python opens.
    pub fn seal_fernet(
        &self,
        plain: &[u8],
        random: [u8; FERNET_RANDOM_BYTES],
        now: Duration,
    ) -> String {
        fernet::seal(&self.newest().bytes, plain, random, now)
    }

    /// Opens a Fernet token with whichever key made it.
    ///
    /// # Errors
    /// `Closed` when none opens it.
    pub fn open_fernet(&self, token: &str) -> Result<Opened, SealError> {
        self.fernet(|key| fernet::open(key, token))
    }

    /// Opens a Fernet token that is at most `most` old.
    ///
    /// # Errors
    /// `Closed`; `Expired` for one that is older, or more than a minute in the future, as Python's does.
    pub fn open_fernet_within(
        &self,
        token: &str,
        most: Duration,
        now: Duration,
    ) -> Result<Opened, SealError> {
        self.fernet(|key| fernet::open_within(key, token, most, now))
    }

    /// Seals for one cell.
    pub fn seal(&self, cell: &Cell<'_>, plain: &[u8], nonce: [u8; NONCE_BYTES]) -> String {
        let key = self.newest();
        let sealed = aead::seal(&key.of_tenant(cell.tenant), &cell.to_bytes(), plain, nonce);
        format!("{MARK}{}.{}", key.id, URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Opens what was sealed for this very cell.
    ///
    /// # Errors
    /// `Closed` for another cell, another tenant, an unknown key or a changed text.
    pub fn open(&self, cell: &Cell<'_>, sealed: &str) -> Result<Opened, SealError> {
        let (id, body) = split(sealed).ok_or(SealError::Closed)?;
        let bytes = URL_SAFE_NO_PAD
            .decode(body)
            .map_err(|_| SealError::Closed)?;
        // Four bytes of an id may be those of two keys.
        for (age, key) in self
            .0
            .iter()
            .enumerate()
            .filter(|(_, key)| key.id.to_string() == id)
        {
            if let Some(plain) = aead::open(&key.of_tenant(cell.tenant), &cell.to_bytes(), &bytes) {
                return Ok(Opened {
                    plain,
                    stale: age > 0,
                });
            }
        }
        Err(SealError::Closed)
    }

    /// Seals anew what an older key, or a Fernet token, holds for this cell; `None` when the newest key made it already.
    ///
    /// # Errors
    /// As [`KeyRing::open`].
    pub fn rewrap(
        &self,
        cell: &Cell<'_>,
        sealed: &str,
        nonce: [u8; NONCE_BYTES],
    ) -> Result<Option<String>, SealError> {
        let opened = if sealed.starts_with(MARK) {
            self.open(cell, sealed)?
        } else {
            self.open_fernet(sealed)?.made_stale()
        };
        Ok(opened.stale.then(|| self.seal(cell, &opened.plain, nonce)))
    }

    /// As [`KeyRing::rewrap`] for columns that Python reads too: a Fernet token stays one, and keeps the time at which
    /// it was made, as Python's `MultiFernet.rotate` keeps it.
    ///
    /// # Errors
    /// `Closed` when no key opens it.
    pub fn rewrap_fernet(
        &self,
        token: &str,
        random: [u8; FERNET_RANDOM_BYTES],
    ) -> Result<Option<String>, SealError> {
        let opened = self.open_fernet(token)?;
        if !opened.stale {
            return Ok(None);
        }
        let made = fernet::made_at(token).ok_or(SealError::Closed)?;
        Ok(Some(self.seal_fernet(&opened.plain, random, made)))
    }

    fn fernet(
        &self,
        open: impl Fn(&[u8; 32]) -> Result<Zeroizing<Vec<u8>>, SealError>,
    ) -> Result<Opened, SealError> {
        let mut error = SealError::Closed;
        for (age, key) in self.0.iter().enumerate() {
            match open(&key.bytes) {
                Ok(plain) => {
                    return Ok(Opened {
                        plain,
                        stale: age > 0,
                    });
                }
                Err(SealError::Closed) => {}
                Err(other) => error = other,
            }
        }
        Err(error)
    }

    /// A ring has one key at least: `parse` is the only way to make one.
    fn newest(&self) -> &Key {
        &self.0[0]
    }
}

/// Which of the two forms a sealed text has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A Fernet token.
    Fernet,
    /// Our own, bound to its cell.
    Bound,
}

impl Form {
    /// The form by the looks of the text, which may still not open; `None` for what is no sealed value at all.
    pub fn of(text: &str) -> Option<Self> {
        if split(text).is_some() {
            Some(Self::Bound)
        } else {
            fernet::made_at(text).map(|_| Self::Fernet)
        }
    }
}

/// Begins a ciphertext of our own form.
const MARK: &str = "cs1.";

fn split(sealed: &str) -> Option<(&str, &str)> {
    sealed.strip_prefix(MARK)?.split_once('.')
}

impl Key {
    fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        let hash = Sha256::new()
            .chain_update(b"conversimple key id\0")
            .chain_update(*bytes)
            .finalize();
        Self {
            id: KeyId([hash[0], hash[1], hash[2], hash[3]]),
            bytes,
        }
    }

    /// Each tenant has a data key of its own, so that a ciphertext of one says nothing about another's.
    fn of_tenant(&self, tenant: &str) -> Zeroizing<[u8; 32]> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&*self.bytes).expect("HMAC takes a key of any length");
        mac.update(b"conversimple data key v1\0");
        mac.update(tenant.as_bytes());
        Zeroizing::new(mac.finalize().into_bytes().into())
    }
}

/// An opened value. Cannot be printed, and is overwritten when dropped.
pub struct Opened {
    plain: Zeroizing<Vec<u8>>,
    stale: bool,
}

impl Opened {
    /// The value's bytes.
    pub fn expose(&self) -> &[u8] {
        &self.plain
    }

    /// Whether an older key sealed it: time to seal it anew.
    pub fn is_stale(&self) -> bool {
        self.stale
    }

    fn made_stale(self) -> Self {
        Self {
            stale: true,
            ..self
        }
    }
}

/// Where a sealed value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell<'a> {
    /// Whose it is.
    pub tenant: &'a str,
    /// In which table.
    pub table: &'a str,
    /// In which column.
    pub column: &'a str,
    /// In which row: its primary key.
    pub row: &'a str,
}

impl Cell<'_> {
    /// Each part with its length before it, so that no two cells have the same bytes.
    fn to_bytes(self) -> Vec<u8> {
        let mut bytes = b"conversimple cell v1".to_vec();
        for part in [self.tenant, self.table, self.column, self.row] {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part.as_bytes());
        }
        bytes
    }
}

/// A type whose values may be sealed. A card's security code is none, and must never become one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` must not be stored, not even sealed",
    note = "a card's security code is used once and forgotten (PCI DSS 3.3.1); for a type of your own implement `Sealable`"
)]
pub trait Sealable: Sized {
    /// The bytes to seal.
    fn to_plain(&self) -> Zeroizing<Vec<u8>>;

    /// The value of opened bytes; `None` when they are none.
    fn from_plain(plain: &[u8]) -> Option<Self>;
}

impl Sealable for String {
    fn to_plain(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.as_bytes().to_vec())
    }

    fn from_plain(plain: &[u8]) -> Option<Self> {
        std::str::from_utf8(plain).ok().map(str::to_owned)
    }
}

impl<T: Sealable + zeroize::Zeroize> Sealable for crate::secret::Secret<T> {
    fn to_plain(&self) -> Zeroizing<Vec<u8>> {
        self.expose().to_plain()
    }

    fn from_plain(plain: &[u8]) -> Option<Self> {
        T::from_plain(plain).map(Self::new)
    }
}

/// A sealed value of a type, as a column holds it.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed<T> {
    text: String,
    #[serde(skip)]
    kind: PhantomData<fn() -> T>,
}

impl<T: Sealable> Sealed<T> {
    /// Seals a value for one cell.
    pub fn new(ring: &KeyRing, cell: &Cell<'_>, value: &T, nonce: [u8; NONCE_BYTES]) -> Self {
        Self::from_column(ring.seal(cell, &value.to_plain(), nonce))
    }

    /// Seals a value as a Fernet token, for a column that Python reads too. It is bound to no cell.
    pub fn fernet(
        ring: &KeyRing,
        value: &T,
        random: [u8; FERNET_RANDOM_BYTES],
        now: Duration,
    ) -> Self {
        Self::from_column(ring.seal_fernet(&value.to_plain(), random, now))
    }

    /// Opens the value of this cell, whichever form it has.
    ///
    /// # Errors
    /// `Closed`, and `Kind` for bytes that are no value of the type.
    pub fn open(&self, ring: &KeyRing, cell: &Cell<'_>) -> Result<T, SealError> {
        let opened = if self.text.starts_with(MARK) {
            ring.open(cell, &self.text)?
        } else {
            ring.open_fernet(&self.text)?
        };
        T::from_plain(opened.expose()).ok_or(SealError::Kind)
    }
}

impl<T> Sealed<T> {
    /// Accepts what a column holds. Whether it opens is found out by opening it.
    pub fn from_column(text: String) -> Self {
        Self {
            text,
            kind: PhantomData,
        }
    }

    /// What the column holds.
    pub fn as_column(&self) -> &str {
        &self.text
    }
}

impl<T> Clone for Sealed<T> {
    fn clone(&self) -> Self {
        Self::from_column(self.text.clone())
    }
}

impl<T> fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(..)")
    }
}

#[cfg(test)]
mod tests;
