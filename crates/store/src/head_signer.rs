//! Who signs the ends of the audit chains, the file that signed heads are added to, and what is not signed yet.
//!
//! When heads are signed is decided in `heads`; what a signed head is, by `conversimple_guard::audit`.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use conversimple_guard::audit::{Head, HeadSigningKey, SignedHead};
use tokio::sync::Notify;

use crate::chain::Chain;
use crate::stamp::Moment;

/// Longest line that is looked for at the end of the file, in bytes.
const LINE_LIMIT_BYTES: u64 = 64 * 1024;

/// Who signs.
pub struct HeadSigner {
    /// With the platform's signing key.
    pub signer: HeadSigningKey,
    /// Keeps what is signed outside of the database.
    pub file: HeadsFile,
    /// Tells the time.
    pub now: fn() -> Moment,
    /// After how many records heads are signed without waiting for the minute: [`HeadSigner::RECORDS`].
    pub records: u64,
}

impl HeadSigner {
    /// Often enough that little is not vouched for under load, and seldom enough that the disk hardly notices.
    pub const RECORDS: u64 = 10_000;
}

/// A file to which a line is added for each signed head.
pub struct HeadsFile {
    file: File,
}

impl HeadsFile {
    /// Opens the file, or makes one that only its owner reads. A last line that a crash cut short is dropped.
    ///
    /// # Errors
    /// The system's own.
    pub fn open(path: &Path) -> std::io::Result<Self> {
        let mut options = OpenOptions::new();
        options.create(true).read(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        let length = file.seek(SeekFrom::End(0))?;
        let from = length.saturating_sub(LINE_LIMIT_BYTES);
        file.seek(SeekFrom::Start(from))?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail)?;
        let whole = tail.iter().rposition(|byte| *byte == b'\n');
        let whole = whole.map_or(0, |at| at + 1);
        if whole < tail.len() {
            tracing::warn!("the last signed head was cut short and is dropped");
            file.set_len(from + whole as u64)?;
        }
        Ok(Self { file })
    }

    /// Adds lines and waits until they are on disk.
    pub(crate) fn append(&mut self, heads: &[SignedHead]) -> std::io::Result<()> {
        let lines: String = heads.iter().map(SignedHead::to_line).collect();
        self.file.write_all(lines.as_bytes())?;
        self.file.sync_data()
    }
}

/// How far each chain has come since it was signed last.
#[derive(Default)]
pub(crate) struct Unsigned {
    heads: Mutex<HashMap<Chain, Head>>,
    records: AtomicU64,
    /// At how many records the signer is woken; 0 while there is none.
    pub(crate) enough: AtomicU64,
    pub(crate) some: Notify,
    pub(crate) much: Notify,
}

impl Unsigned {
    /// The appender has written to these chains.
    pub(crate) fn note<'a>(
        &self,
        chains: impl ExactSizeIterator<Item = &'a Chain>,
        heads: &HashMap<Chain, Head>,
    ) {
        let count = chains.len() as u64;
        let mut unsigned = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        for chain in chains {
            if let Some(head) = heads.get(chain) {
                raise(&mut unsigned, chain, *head);
            }
        }
        drop(unsigned);
        self.some.notify_one();
        let records = self.records.fetch_add(count, Ordering::Relaxed) + count;
        let enough = self.enough.load(Ordering::Relaxed);
        if enough > 0 && records >= enough {
            self.much.notify_one();
        }
    }

    /// What is unsigned; nothing is from then on.
    pub(crate) fn take(&self) -> HashMap<Chain, Head> {
        self.records.store(0, Ordering::Relaxed);
        std::mem::take(&mut self.heads.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What could not be signed is unsigned again.
    pub(crate) fn put_back(&self, heads: impl IntoIterator<Item = (Chain, Head)>) {
        let mut unsigned = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        for (chain, head) in heads {
            raise(&mut unsigned, &chain, head);
        }
    }
}

fn raise(heads: &mut HashMap<Chain, Head>, chain: &Chain, head: Head) {
    match heads.get_mut(chain) {
        Some(known) if known.seq < head.seq => *known = head,
        Some(_) => {}
        None => {
            heads.insert(chain.clone(), head);
        }
    }
}

/// Where the signer is, if there is one; who signs holds it.
pub(crate) type SignerSlot = tokio::sync::Mutex<Option<HeadSigner>>;
