//! The audit file that an agent writes (`CONVERSIMPLE_AUDIT_FILE`): its lines, and whether they are all there.
//!
//! What an entry says and how entries are chained is the guard's; here they are read and written as lines. Whoever can
//! write the whole file could write a new chain, so its ends are signed where `CONVERSIMPLE_AUDIT_KEY_FILE` names a key:
//! keep the file of signed heads, or a copy of it, where whoever writes the audit file cannot.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use conversimple_guard::audit::{Broken, Dispute, Entry, Hash, Verifier, Why, Witness};
use serde_json::{Value, json};

/// Why an audit file is not in order.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// It cannot be read.
    #[error("the audit file cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// A line that is no entry, from 1.
    #[error("line {0} of the audit file is no entry")]
    Line(u64),
    /// An entry that was changed, is missing or moved.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// A chain, whole in itself, that is not the one that was signed.
    #[error(transparent)]
    Disputed(#[from] Dispute),
}

/// The name of an agent's chain in its signed heads.
pub const CHAIN: &str = "conversimple agent";

/// Where the signed heads of an audit file are, unless `CONVERSIMPLE_AUDIT_HEADS_FILE` names another place: beside it.
pub fn heads_beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".heads");
    name.into()
}

/// Follows the chain of an audit file and gives the number of its entries.
///
/// # Errors
/// The first entry that is not as it was written.
pub fn verify(path: &Path) -> Result<u64, AuditError> {
    verify_with(path, &mut Witness::new(Vec::new()))
}

/// As [`verify`], and holds the chain against the heads that were signed of it.
///
/// # Errors
/// The first entry that is not as it was written; `Disputed` for a chain that was cut off at its end or written anew.
pub fn verify_with(path: &Path, witness: &mut Witness) -> Result<u64, AuditError> {
    let mut dispute = None;
    let mut verifier = Verifier::new(genesis());
    let mut later = Vec::new();
    let mut broken: Option<Broken> = None;
    for (at, line) in BufReader::new(File::open(path)?).lines().enumerate() {
        let entry = read_line(&line?).ok_or(AuditError::Line(at as u64 + 1))?;
        match &broken {
            Some(_) => later.push(entry.seq),
            None => {
                broken = verifier.step(&entry).err();
                if broken.is_none() && dispute.is_none() {
                    dispute = witness.see(entry.seq, entry.hash).err();
                }
            }
        }
    }
    match broken {
        // Whether the expected entry comes later tells a missing one from a reordered one.
        Some(Broken {
            seq,
            why: Why::Missing,
        }) if later.contains(&seq) => Err(Broken {
            seq,
            why: Why::Reordered,
        }
        .into()),
        Some(broken) => Err(broken.into()),
        None => {
            let length = verifier.head().seq;
            match dispute.or_else(|| witness.end(length).err()) {
                None => Ok(length),
                Some(dispute) => Err(dispute.into()),
            }
        }
    }
}

pub(crate) fn genesis() -> Hash {
    Hash::genesis(CHAIN)
}

pub(crate) fn write_line(entry: &Entry) -> String {
    let mut line =
        json!({"seq": entry.seq, "prev": entry.prev.to_string(), "hash": entry.hash.to_string(),
                          "body": entry.body})
        .to_string();
    line.push('\n');
    line
}

pub(crate) fn read_line(line: &str) -> Option<Entry> {
    let value = conversimple_wire::json::parse(line, 1024 * 1024).ok()?;
    let hash = |name: &str| Hash::parse(value.get(name)?.as_str()?);
    Some(Entry {
        seq: value.get("seq").and_then(Value::as_u64)?,
        prev: hash("prev")?,
        hash: hash("hash")?,
        body: value.get("body")?.as_str()?.to_owned(),
    })
}
