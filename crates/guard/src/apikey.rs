//! API keys: how they are made, recognised, stored and verified.
//!
//! A key is `cs_live_` or `cs_test_`, 43 characters that carry 256 random bits, and six characters of checksum, so that
//! garbage is refused without a query and a scanner can tell a key from a word that looks like one. What is stored is a
//! prefix to find it by, a keyed digest, and the last four characters. Decides whether a key is good at a moment;
//! finding its record is the store's part. Does not protect a key that its owner publishes: rotate and revoke.

use std::time::Duration;

use conversimple_wire::{Code, CustomerId};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::refusal::Refusal;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const MARK_CHARS: usize = "cs_live_".len();
const BODY_CHARS: usize = 43;
const CHECKSUM_CHARS: usize = 6;

/// Length of a key, in characters, all of them ASCII.
pub const KEY_CHARS: usize = MARK_CHARS + BODY_CHARS + CHECKSUM_CHARS;

/// Characters of a key that it is found by: the mark and eight characters of the body (47 bits).
pub const PREFIX_CHARS: usize = MARK_CHARS + 8;

/// After how long a key is to be replaced: 90 days, as the security guide sets it.
pub const LIFETIME_DEFAULT: Duration = Duration::from_secs(90 * 86_400);

/// How long the old key lives on after a rotation.
pub const GRACE_DEFAULT: Duration = Duration::from_secs(24 * 3600);

/// What a key opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Production.
    Live,
    /// Development.
    Test,
}

impl Mode {
    /// `live` or `test`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }

    /// Reads `live` or `test`.
    pub fn find(text: &str) -> Option<Self> {
        match text {
            "live" => Some(Self::Live),
            "test" => Some(Self::Test),
            _ => None,
        }
    }

    fn mark(self) -> &'static str {
        match self {
            Self::Live => "cs_live_",
            Self::Test => "cs_test_",
        }
    }
}

/// Why a text is no key. Carries nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an API key is cs_live_ or cs_test_ and {} letters and digits, the last six of which check the others", BODY_CHARS + CHECKSUM_CHARS)]
pub struct InvalidKey;

/// An API key: cannot be printed, cloned or compared, and is overwritten when dropped.
pub struct ApiKey(Zeroizing<String>);

impl ApiKey {
    /// Makes a key of 256 random bits.
    pub fn generate(mode: Mode, random: [u8; 32]) -> Self {
        let random = Zeroizing::new(random);
        let mut text = String::with_capacity(KEY_CHARS);
        text.push_str(mode.mark());
        push_base62(&mut text, &random);
        let checksum = checksum(&text);
        text.extend(checksum.iter().map(|&b| char::from(b)));
        Self(Zeroizing::new(text))
    }

    /// Reads a key; spaces and line ends around it, as files have them, are no part of it.
    ///
    /// # Errors
    /// `InvalidKey` when mark, length, characters or checksum are wrong.
    pub fn parse(text: &str) -> Result<Self, InvalidKey> {
        let text = text.trim();
        if has_valid_checksum(text) {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err(InvalidKey)
        }
    }

    /// The whole key. To be shown once when it is made, and sent in a header; every other use is a fault.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it is for production.
    pub fn mode(&self) -> Mode {
        if self.0.starts_with(Mode::Live.mark()) {
            Mode::Live
        } else {
            Mode::Test
        }
    }

    /// The part that the key is found by. Opens nothing.
    pub fn lookup_prefix(&self) -> &str {
        &self.0[..PREFIX_CHARS]
    }

    /// The last four characters, to recognise the key by. They belong to the checksum and tell nothing of the body.
    pub fn last_four(&self) -> &str {
        &self.0[KEY_CHARS - 4..]
    }

    /// The keyed digest that is stored. The pepper is kept outside the database.
    pub fn digest(&self, pepper: &Pepper) -> [u8; 32] {
        pepper.mac(self.0.as_bytes())
    }
}

/// The secret that makes stored digests useless without it: 16 bytes at least.
pub struct Pepper(Zeroizing<Vec<u8>>);

/// A pepper of fewer than 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a pepper has at least 16 bytes")]
pub struct ShortPepper;

impl Pepper {
    /// Accepts a pepper in.
    ///
    /// # Errors
    /// `ShortPepper` below 16 bytes.
    pub fn new(mut bytes: Vec<u8>) -> Result<Self, ShortPepper> {
        if bytes.len() < 16 {
            bytes.zeroize();
            return Err(ShortPepper);
        }
        Ok(Self(Zeroizing::new(bytes)))
    }

    fn mac(&self, message: &[u8]) -> [u8; 32] {
        // HMAC takes keys of every length.
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(b"conversimple api key\0");
        mac.update(message);
        mac.finalize().into_bytes().into()
    }
}

/// Whether a text has the form of a key and its checksum is right: a real key, whoever's it is.
pub fn has_valid_checksum(text: &str) -> bool {
    let bytes = text.as_bytes();
    let marked = [Mode::Live, Mode::Test]
        .iter()
        .any(|mode| text.starts_with(mode.mark()));
    if !marked
        || bytes.len() != KEY_CHARS
        || !bytes[MARK_CHARS..].iter().all(u8::is_ascii_alphanumeric)
    {
        return false;
    }
    let (head, tail) = bytes.split_at(KEY_CHARS - CHECKSUM_CHARS);
    std::str::from_utf8(head).is_ok_and(|head| checksum(head) == tail)
}

/// Whether a key may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Yes.
    Active,
    /// Yes, until its successor has taken over everywhere.
    Rotated,
    /// No: its time is over.
    Expired,
    /// No: somebody took it back.
    Revoked,
}

impl KeyState {
    /// As the REST interface calls it: a revoked key is `expired` there.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Rotated => "rotated",
            Self::Expired | Self::Revoked => "expired",
        }
    }

    /// Whether the key opens anything.
    pub fn opens(self) -> bool {
        matches!(self, Self::Active | Self::Rotated)
    }
}

/// What is kept of a key. Times are since 1970.
#[derive(Clone)]
pub struct KeyRecord {
    /// The record's own id, which audit records name.
    pub id: String,
    /// The tenant.
    pub customer_id: CustomerId,
    /// What it opens.
    pub mode: Mode,
    /// See [`ApiKey::lookup_prefix`].
    pub prefix: String,
    /// See [`ApiKey::digest`].
    pub digest: [u8; 32],
    /// See [`ApiKey::last_four`].
    pub last_four: String,
    /// When it was made.
    pub created_at: Duration,
    /// When it ends.
    pub expires_at: Option<Duration>,
    /// When its successor was made. It then lives until `expires_at`, which rotation brings forward.
    pub rotated_at: Option<Duration>,
    /// When it was taken back.
    pub revoked_at: Option<Duration>,
}

impl KeyRecord {
    /// The record of a key made now.
    pub fn of(
        key: &ApiKey,
        id: String,
        customer_id: CustomerId,
        pepper: &Pepper,
        now: Duration,
        lifetime: Option<Duration>,
    ) -> Self {
        Self {
            id,
            customer_id,
            mode: key.mode(),
            prefix: key.lookup_prefix().to_owned(),
            digest: key.digest(pepper),
            last_four: key.last_four().to_owned(),
            created_at: now,
            expires_at: lifetime.map(|lifetime| now.saturating_add(lifetime)),
            rotated_at: None,
            revoked_at: None,
        }
    }

    /// The state at a moment.
    pub fn state(&self, now: Duration) -> KeyState {
        let past = |moment: Option<Duration>| moment.is_some_and(|moment| moment <= now);
        if self.revoked_at.is_some() {
            KeyState::Revoked
        } else if past(self.expires_at) {
            KeyState::Expired
        } else if past(self.rotated_at) {
            KeyState::Rotated
        } else {
            KeyState::Active
        }
    }

    /// Marks the key as replaced: it lives on for `grace`, or to its own end if that is sooner.
    pub fn rotate(&mut self, now: Duration, grace: Duration) {
        let end = now.saturating_add(grace);
        self.rotated_at = Some(now);
        self.expires_at = Some(self.expires_at.map_or(end, |own| own.min(end)));
    }

    /// Accepts the key back, at once.
    pub fn revoke(&mut self, now: Duration) {
        self.revoked_at = Some(self.revoked_at.map_or(now, |earlier| earlier.min(now)));
    }
}

impl std::fmt::Debug for KeyRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyRecord")
            .field("id", &self.id)
            .field("customer_id", &self.customer_id)
            .finish_non_exhaustive()
    }
}

/// Verifies a key against the record that its prefix found. All candidates are looked at and an unknown key costs the
/// same digest and comparison as a known one.
///
/// # Errors
/// `auth_invalid_key` for an unknown key; `auth_key_revoked` for one that is known and over.
pub fn verify<'r>(
    key: &ApiKey,
    candidates: &'r [KeyRecord],
    pepper: &Pepper,
    now: Duration,
) -> Result<&'r KeyRecord, Refusal> {
    let digest = key.digest(pepper);
    let decoy = [0_u8; 32];
    let mut found = None;
    for candidate in candidates {
        if bool::from(candidate.digest.ct_eq(&digest)) {
            found = Some(candidate);
        }
    }
    if candidates.is_empty() {
        // Nobody's digest is all zeros; the comparison is there for its time.
        let _ = bool::from(std::hint::black_box(decoy.ct_eq(&digest)));
    }
    match found {
        Some(record) if record.state(now).opens() => Ok(record),
        Some(_) => Err(Code::AuthKeyRevoked.into()),
        None => Err(Code::AuthInvalidKey.into()),
    }
}

/// Appends 32 bytes as 43 characters of base 62, the highest digit first: 62⁴³ is just above 2²⁵⁶.
fn push_base62(out: &mut String, bytes: &[u8; 32]) {
    let mut number = Zeroizing::new(*bytes);
    let mut digits = Zeroizing::new([0_u8; BODY_CHARS]);
    for digit in digits.iter_mut().rev() {
        let mut rest = 0_u32;
        for byte in number.iter_mut() {
            let value = (rest << 8) | u32::from(*byte);
            // Both fit: the quotient of a number below 62 × 256 by 62 is below 256.
            *byte = (value / 62) as u8;
            rest = value % 62;
        }
        *digit = BASE62[rest as usize];
    }
    out.extend(digits.iter().map(|&digit| char::from(digit)));
}

/// Six characters over mark and body. It finds typing errors and look-alikes; it proves nothing.
fn checksum(head: &str) -> [u8; CHECKSUM_CHARS] {
    let hash = Sha256::digest(head.as_bytes());
    let mut number = hash
        .iter()
        .take(5)
        .fold(0_u64, |number, &byte| (number << 8) | u64::from(byte));
    let mut out = [0; CHECKSUM_CHARS];
    for place in out.iter_mut().rev() {
        *place = BASE62[(number % 62) as usize];
        number /= 62;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pepper() -> Pepper {
        Pepper::new(vec![7; 16]).expect("pepper")
    }

    fn record(key: &ApiKey) -> KeyRecord {
        let customer = CustomerId::parse("cust_1").expect("id");
        KeyRecord::of(
            key,
            "key_1".into(),
            customer,
            &pepper(),
            Duration::from_secs(1000),
            Some(LIFETIME_DEFAULT),
        )
    }

    #[test]
    fn generated_api_key_has_its_format_and_parses_back() {
        let key = ApiKey::generate(Mode::Live, [0xff; 32]);
        assert!(key.expose().starts_with("cs_live_"));
        assert_eq!(key.expose().len(), KEY_CHARS);
        let again = ApiKey::parse(&format!(" {}\n", key.expose())).expect("key");
        assert_eq!(again.expose(), key.expose());
        assert_eq!(key.lookup_prefix().len(), 16);
        assert!(key.expose().ends_with(key.last_four()));
        assert_eq!(ApiKey::generate(Mode::Test, [0; 32]).mode(), Mode::Test);
    }

    #[test]
    fn malformed_api_key_fails_checksum() {
        let good = ApiKey::generate(Mode::Live, [9; 32]);
        let swapped = good.expose().replacen("cs_live_", "cs_test_", 1);
        for bad in [
            "",
            "cs_live_",
            "cs_live_abc123xyz",
            "cs_live_your_key_here",
            &swapped,
            &good.expose()[1..],
            &format!("{}0", good.expose()),
            &"é".repeat(28),
        ] {
            assert!(!has_valid_checksum(bad), "{bad}");
        }
    }

    #[test]
    fn api_key_is_verified_by_digest_and_state() {
        let (key, other) = (
            ApiKey::generate(Mode::Live, [1; 32]),
            ApiKey::generate(Mode::Live, [2; 32]),
        );
        let now = Duration::from_secs(2000);
        let mut rows = vec![record(&other), record(&key)];
        assert_eq!(
            verify(&key, &rows, &pepper(), now).expect("good").digest,
            key.digest(&pepper())
        );
        let code = |rows: &[KeyRecord], now| {
            verify(&key, rows, &pepper(), now)
                .expect_err("refused")
                .code
        };
        assert_eq!(code(&[], now), "auth_invalid_key");
        assert_eq!(code(&rows[..1], now), "auth_invalid_key");
        assert_eq!(
            code(&rows, Duration::from_secs(1000) + LIFETIME_DEFAULT),
            "auth_key_revoked"
        );
        let other_pepper = Pepper::new(vec![8; 16]).expect("pepper");
        assert!(verify(&key, &rows, &other_pepper, now).is_err());
        rows[1].revoke(now);
        assert_eq!(code(&rows, Duration::ZERO), "auth_key_revoked");
    }

    #[test]
    fn rotated_key_is_valid_until_grace_ends() {
        let mut row = record(&ApiKey::generate(Mode::Live, [1; 32]));
        let now = Duration::from_secs(5000);
        row.rotate(now, GRACE_DEFAULT);
        assert_eq!(row.state(now), KeyState::Rotated);
        assert_eq!(row.state(now + GRACE_DEFAULT), KeyState::Expired);
        assert_eq!(row.state(Duration::from_secs(4000)), KeyState::Active);
        row.revoke(now);
        assert_eq!(row.state(now), KeyState::Revoked);
        assert!(!format!("{row:?}").contains("digest"));
    }

    #[test]
    fn pepper_under_16_bytes_is_refused() {
        assert!(Pepper::new(vec![1; 15]).is_err());
    }

    proptest! {
        #[test]
        fn api_key_with_one_wrong_character_fails_checksum(a: [u8; 32], b: [u8; 32], place in 8usize..57, c in "[0-9A-Za-z]") {
            let (one, other) = (ApiKey::generate(Mode::Live, a), ApiKey::generate(Mode::Live, b));
            prop_assert_eq!(a == b, one.expose() == other.expose());
            prop_assert!(has_valid_checksum(one.expose()));
            let mut text = one.expose().to_owned();
            text.replace_range(place..=place, &c);
            // A checksum of 35 bits: one in 10¹⁰ of wrong keys passes it.
            prop_assert_eq!(has_valid_checksum(&text), text == one.expose());
        }

        #[test]
        fn api_key_parse_of_any_text_is_error_not_panic(text in ".{0,80}") {
            prop_assert!(ApiKey::parse(&text).is_err());
        }
    }
}
