//! The audit file that an agent writes (`CONVERSIMPLE_AUDIT_FILE`): its lines, and whether they are all there.
//!
//! What an entry says and how entries are chained is the guard's; here they are read and written as lines. Whoever can
//! write the whole file could write a new chain: keep its last hash elsewhere.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use conversimple_guard::audit::{Broken, Entry, Hash, Head, Verifier, Why};
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
}

/// Follows the chain of an audit file and gives the number of its entries.
///
/// # Errors
/// The first entry that is not as it was written.
pub fn verify(path: &Path) -> Result<u64, AuditError> {
    let mut verifier = Verifier::new(genesis());
    let mut later = Vec::new();
    let mut broken: Option<Broken> = None;
    for (at, line) in BufReader::new(File::open(path)?).lines().enumerate() {
        let entry = read_line(&line?).ok_or(AuditError::Line(at as u64 + 1))?;
        match &broken {
            Some(_) => later.push(entry.seq),
            None => broken = verifier.step(&entry).err(),
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
            let Head { seq, .. } = verifier.head();
            Ok(seq)
        }
    }
}

pub(crate) fn genesis() -> Hash {
    Hash::genesis("conversimple agent")
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
