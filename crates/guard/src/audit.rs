//! The record of every decision, chained so that a later change shows.
//!
//! Decides what a record holds, how it is chained to the one before it, and what a broken chain says. An entry's hash
//! covers the entry before it, so a changed, missing or reordered entry breaks the chain at its place. Whoever can write
//! the whole table could write a new chain; against that a head is signed from time to time and kept elsewhere. Storing
//! entries, before the answer leaves, is the store's part. Does not protect against whoever has the signing key.

mod head;

use std::fmt;
use std::time::Duration;

use conversimple_wire::{CallId, ConversationId, CustomerId, TurnId};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::canonical;
use conversimple_mask as mask;

pub use head::{
    Dispute, HeadSigningKey, HeadVerifier, HeadsError, InvalidSigningKey, SignedHead, Witness,
};

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It went ahead.
    Allowed,
    /// It did not.
    Refused,
    /// It went ahead and failed.
    Failed,
}

impl Verdict {
    /// As it stands in the record.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// One decision. What is not known is left out of the entry.
#[derive(Clone, PartialEq)]
pub struct Record {
    /// When, since 1970.
    pub at: Duration,
    /// What kind of decision: `tool_call`, `login`, `key_created`, `connection` …
    pub event: String,
    /// The tenant.
    pub customer_id: Option<CustomerId>,
    /// The conversation.
    pub conversation_id: Option<ConversationId>,
    /// The turn that asked.
    pub turn: Option<TurnId>,
    /// The call.
    pub call_id: Option<CallId>,
    /// Which tool.
    pub tool: Option<String>,
    /// The id of the key with which the other side came, never the key.
    pub key_id: Option<String>,
    /// Who: a caller's or an operator's id.
    pub who: Option<String>,
    /// What was decided.
    pub verdict: Verdict,
    /// The public code of a refusal or failure.
    pub code: Option<String>,
    /// The arguments without their secrets; masked once more when the entry is made.
    pub arguments: Option<Map<String, Value>>,
    /// Under which id the cause stands in the operator's log.
    pub cause_id: Option<String>,
    /// The cause in words, masked when the entry is made.
    pub cause: Option<String>,
}

impl fmt::Debug for Record {
    /// What was decided; neither arguments nor cause, which are masked only when the entry is made.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("event", &self.event)
            .field("call_id", &self.call_id)
            .field("verdict", &self.verdict)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

impl Record {
    /// A record with nothing known but this.
    pub fn new(at: Duration, event: impl Into<String>, verdict: Verdict) -> Self {
        Self {
            at,
            event: event.into(),
            customer_id: None,
            conversation_id: None,
            turn: None,
            call_id: None,
            tool: None,
            key_id: None,
            who: None,
            verdict,
            code: None,
            arguments: None,
            cause_id: None,
            cause: None,
        }
    }

    fn to_body(&self, seq: u64) -> String {
        let mut body = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                body.insert(name.to_owned(), value);
            }
        };
        let text = |text: &Option<String>| text.as_ref().map(|text| json!(text));
        put("seq", Some(json!(seq)));
        put(
            "at_ms",
            Some(json!(
                u64::try_from(self.at.as_millis()).unwrap_or(u64::MAX)
            )),
        );
        put("event", Some(json!(self.event)));
        put("customer_id", self.customer_id.as_ref().map(|id| json!(id)));
        put(
            "conversation_id",
            self.conversation_id.as_ref().map(|id| json!(id)),
        );
        put("turn", self.turn.map(|turn| json!(turn.0)));
        put("call_id", self.call_id.as_ref().map(|id| json!(id)));
        put("tool", text(&self.tool));
        put("key_id", text(&self.key_id));
        put("who", text(&self.who));
        put("verdict", Some(json!(self.verdict.as_str())));
        put("code", text(&self.code));
        put(
            "arguments",
            self.arguments.as_ref().map(|arguments| {
                let mut arguments = Value::Object(arguments.clone());
                mask::mask_json(&mut arguments);
                cut(&mut arguments);
                arguments
            }),
        );
        put("cause_id", text(&self.cause_id));
        put(
            "cause",
            self.cause.as_ref().map(|cause| json!(mask::mask(cause))),
        );
        canonical::map_to_text(&body)
    }
}

/// Longest text of an argument that a record keeps, in characters.
const TEXT_LIMIT_CHARS: usize = 512;

/// Most entries of a list or object that a record keeps.
const ENTRIES_LIMIT: usize = 64;

/// A refused call may be as large as a message: of what is too long only the size is kept.
fn cut(value: &mut Value) {
    match value {
        Value::String(text)
            if text.len() > TEXT_LIMIT_CHARS && text.chars().count() > TEXT_LIMIT_CHARS =>
        {
            *text = format!("[{} characters]", text.chars().count());
        }
        Value::Array(items) if items.len() > ENTRIES_LIMIT => {
            *value = json!(format!("[{} entries]", items.len()))
        }
        Value::Object(map) if map.len() > ENTRIES_LIMIT => {
            *value = json!(format!("[{} members]", map.len()))
        }
        Value::Array(items) => items.iter_mut().for_each(cut),
        Value::Object(map) => map.values_mut().for_each(cut),
        _ => {}
    }
}

/// A SHA-256 hash; shown as hex.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The hash before the first entry of a chain. The name keeps chains of different installations apart.
    pub fn genesis(name: &str) -> Self {
        Self(
            Sha256::new()
                .chain_update(b"conversimple audit genesis\0")
                .chain_update(name)
                .finalize()
                .into(),
        )
    }

    /// Accepts the bytes of a stored hash.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads 64 hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    fn of(prev: Hash, body: &str) -> Self {
        Self(
            Sha256::new()
                .chain_update(b"conversimple audit v1\0")
                .chain_update(prev.0)
                .chain_update(body)
                .finalize()
                .into(),
        )
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number, from 1 without gaps.
    pub seq: u64,
    /// The hash of the entry before it.
    pub prev: Hash,
    /// Its own hash, over `prev` and `body`.
    pub hash: Hash,
    /// The record as canonical JSON, with its number.
    pub body: String,
}

/// The end of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The number of the last entry; 0 for none.
    pub seq: u64,
    /// Its hash, or the genesis.
    pub hash: Hash,
}

/// A chain to which entries are added.
#[derive(Debug, Clone)]
pub struct Chain {
    head: Head,
}

impl Chain {
    /// A chain without entries.
    pub fn start(genesis: Hash) -> Self {
        Self {
            head: Head {
                seq: 0,
                hash: genesis,
            },
        }
    }

    /// Goes on after the last stored entry.
    pub fn resume(head: Head) -> Self {
        Self { head }
    }

    /// Adds a record and gives the entry to store.
    pub fn append(&mut self, record: &Record) -> Entry {
        let seq = self.head.seq + 1;
        let body = record.to_body(seq);
        let prev = self.head.hash;
        let hash = Hash::of(prev, &body);
        self.head = Head { seq, hash };
        Entry {
            seq,
            prev,
            hash,
            body,
        }
    }

    /// The end of the chain.
    pub fn head(&self) -> Head {
        self.head
    }
}

/// What is wrong with a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The entry is not what was written.
    Changed,
    /// The entry is not there.
    Missing,
    /// The entry stands where another was.
    Reordered,
}

/// Where a chain is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("audit record {seq} {}", match why { Why::Changed => "was changed", Why::Missing => "is missing", Why::Reordered => "is out of order" })]
pub struct Broken {
    /// Which entry.
    pub seq: u64,
    /// How.
    pub why: Why,
}

/// Follows a chain from its genesis, in the order given.
///
/// # Errors
/// `Broken` with the first entry at fault.
pub fn verify(genesis: Hash, entries: impl IntoIterator<Item = Entry>) -> Result<Head, Broken> {
    let mut walk = Verifier::new(genesis);
    let mut entries = entries.into_iter();
    while let Some(entry) = entries.next() {
        match walk.step(&entry) {
            Ok(()) => {}
            // Whether the expected entry comes later tells a missing one from a reordered one.
            Err(Broken {
                seq,
                why: Why::Missing,
            }) if entries.any(|later| later.seq == seq) => {
                return Err(Broken {
                    seq,
                    why: Why::Reordered,
                });
            }
            Err(broken) => return Err(broken),
        }
    }
    Ok(walk.head())
}

/// Follows a chain entry by entry, for whoever reads it in pages.
#[derive(Debug, Clone)]
pub struct Verifier {
    head: Head,
}

impl Verifier {
    /// Starts before the first entry.
    pub fn new(genesis: Hash) -> Self {
        Self {
            head: Head {
                seq: 0,
                hash: genesis,
            },
        }
    }

    /// Accepts the next entry.
    ///
    /// # Errors
    /// `Broken`: the verifier then stays before that entry. `Missing` may also mean that the entry stands further on.
    pub fn step(&mut self, entry: &Entry) -> Result<(), Broken> {
        let broken = |seq, why| Err(Broken { seq, why });
        let expected = self.head.seq + 1;
        if Hash::of(entry.prev, &entry.body) != entry.hash {
            return broken(entry.seq, Why::Changed);
        }
        if number_of(&entry.body) != Some(entry.seq) {
            return broken(entry.seq, Why::Reordered);
        }
        if entry.seq > expected {
            return broken(expected, Why::Missing);
        }
        if entry.seq < expected {
            return broken(entry.seq, Why::Reordered);
        }
        if entry.prev != self.head.hash {
            // The entry itself is whole, so it is the one before it that is another now; before the first stands
            // nothing that could be.
            return broken(self.head.seq.max(1), Why::Changed);
        }
        self.head = Head {
            seq: entry.seq,
            hash: entry.hash,
        };
        Ok(())
    }

    /// How far the chain holds.
    pub fn head(&self) -> Head {
        self.head
    }
}

fn number_of(body: &str) -> Option<u64> {
    serde_json::from_str::<Value>(body)
        .ok()?
        .get("seq")?
        .as_u64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(n: u64) -> Record {
        Record {
            tool: Some(format!("tool_{n}")),
            arguments: json!({"n": n}).as_object().cloned(),
            ..Record::new(
                Duration::from_millis(1000 + n),
                "tool_call",
                Verdict::Allowed,
            )
        }
    }

    fn entries(count: u64) -> Vec<Entry> {
        let mut chain = Chain::start(Hash::genesis("t"));
        (1..=count).map(|n| chain.append(&record(n))).collect()
    }

    fn broken(entries: Vec<Entry>) -> Option<(u64, Why)> {
        verify(Hash::genesis("t"), entries)
            .err()
            .map(|broken| (broken.seq, broken.why))
    }

    #[test]
    fn audit_entry_is_canonical_json_without_unknown_fields() {
        let entry = entries(1).remove(0);
        assert_eq!(
            entry.body,
            r#"{"arguments":{"n":1},"at_ms":1001,"event":"tool_call","seq":1,"tool":"tool_1","verdict":"allowed"}"#
        );
        assert_eq!(Hash::parse(&entry.hash.to_string()), Some(entry.hash));
    }

    #[test]
    fn audit_chain_resumes_at_its_head() {
        let all = entries(3);
        let head = verify(Hash::genesis("t"), all[..2].to_vec()).expect("whole");
        let mut chain = Chain::resume(head);
        assert_eq!(chain.append(&record(3)), all[2]);
    }

    #[test]
    fn audit_chain_tampering_is_located_and_named() {
        let all = entries(6);
        assert_eq!(broken(all.clone()), None);
        let edit = |change: &dyn Fn(&mut Vec<Entry>)| {
            let mut edited = all.clone();
            change(&mut edited);
            broken(edited)
        };
        assert_eq!(
            edit(&|e| e[2].body = e[2].body.replace("tool_3", "tool_9")),
            Some((3, Why::Changed))
        );
        assert_eq!(edit(&|e| e[2].hash = e[1].hash), Some((3, Why::Changed)));
        assert_eq!(
            edit(&|e| {
                e.remove(2);
            }),
            Some((3, Why::Missing))
        );
        assert_eq!(
            edit(&|e| {
                e.remove(0);
            }),
            Some((1, Why::Missing))
        );
        assert_eq!(edit(&|e| e.swap(2, 3)), Some((3, Why::Reordered)));
        assert_eq!(
            edit(&|e| {
                let (a, b) = (e[2].seq, e[3].seq);
                e.swap(2, 3);
                e[2].seq = a;
                e[3].seq = b;
            }),
            Some((3, Why::Reordered))
        );
        assert_eq!(
            edit(&|e| {
                let again = e[1].clone();
                e.insert(3, again);
            }),
            Some((2, Why::Reordered))
        );
        // An entry written anew, hash and all, does not fit the one after it.
        assert_eq!(
            edit(&|e| {
                e[2].body = e[2].body.replace("tool_3", "tool_9");
                e[2].hash = Hash::of(e[2].prev, &e[2].body);
            }),
            Some((3, Why::Changed))
        );
        assert_eq!(
            verify(Hash::genesis("other"), all).err().map(|b| b.why),
            Some(Why::Changed)
        );
    }

    #[test]
    fn audit_entry_masks_secrets_in_arguments_and_cause() {
        let mut chain = Chain::start(Hash::genesis("t"));
        let entry = chain.append(&Record {
            arguments: json!({"note": "card 4111 1111 1111 1111"})
                .as_object()
                .cloned(),
            cause: Some("refused for 4111111111111111".into()),
            ..record(1)
        });
        assert!(
            !entry.body.contains("4111 1111 1111") && !entry.body.contains("411111111111"),
            "{}",
            entry.body
        );
    }

    #[test]
    fn audit_entry_keeps_only_size_of_oversized_arguments() {
        let mut chain = Chain::start(Hash::genesis("t"));
        let entry = chain.append(&Record {
            arguments: json!({"a": "ä ".repeat(5000), "b": vec![0; 1000], "c": "short"})
                .as_object()
                .cloned(),
            ..record(1)
        });
        assert!(
            entry.body.starts_with(
                r#"{"arguments":{"a":"[10000 characters]","b":"[1000 entries]","c":"short"}"#
            ),
            "{}",
            entry.body
        );
    }

    proptest! {
        #[test]
        fn audit_entry_with_any_changed_byte_is_detected(at in 0usize..600, flip in 1u8..=255) {
            let mut all = entries(6);
            let entry = at % all.len();
            let mut bytes = all[entry].body.clone().into_bytes();
            let place = at % bytes.len();
            bytes[place] ^= flip;
            if let Ok(text) = String::from_utf8(bytes) {
                all[entry].body = text;
                prop_assert_eq!(broken(all), Some((entry as u64 + 1, Why::Changed)));
            }
        }
    }
}
