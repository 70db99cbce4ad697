//! Signed heads of an agent's audit file: when its end is signed, and where the signatures go.
//!
//! With `CONVERSIMPLE_AUDIT_KEY_FILE` set, the end of the chain is signed at the first record after a minute, after 1,000
//! records, when the agent ends, and when it begins again after a crash. The heads are lines of `CONVERSIMPLE_AUDIT_HEADS_FILE`, or of
//! a file beside the audit file, which protects only once it is copied elsewhere. What a head is, the guard decides.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use conversimple_guard::audit::{Head, HeadSigningKey, SignedHead};
use zeroize::Zeroizing;

use crate::audit::{CHAIN, heads_beside};
use crate::environment::Environment;
use crate::random::random;

/// How long a record waits at most to be vouched for, while records come.
const EVERY: Duration = Duration::from_secs(60);

/// After how many records the end is signed without waiting.
const RECORDS: u32 = 1_000;

/// Longest line that is looked for at the end of the file, in bytes.
const LINE_LIMIT_BYTES: u64 = 64 * 1024;

/// The files of an agent's audit trail.
pub(crate) struct AuditFiles {
    /// The trail.
    pub(crate) trail: PathBuf,
    /// The key that signs its ends; made where it is not there.
    pub(crate) key: Option<PathBuf>,
    /// Where signed heads go.
    pub(crate) heads: PathBuf,
}

impl AuditFiles {
    /// What the settings name; none without `CONVERSIMPLE_AUDIT_FILE`.
    pub(crate) fn find(environment: &Environment) -> Option<Self> {
        let path = |name| {
            environment
                .text(name)
                .map(|text| PathBuf::from(text.as_str()))
        };
        let trail = path("CONVERSIMPLE_AUDIT_FILE")?;
        Some(Self {
            key: path("CONVERSIMPLE_AUDIT_KEY_FILE"),
            heads: path("CONVERSIMPLE_AUDIT_HEADS_FILE").unwrap_or_else(|| heads_beside(&trail)),
            trail,
        })
    }
}

/// Signs the end of the chain from time to time.
pub(crate) struct HeadSigner {
    signer: HeadSigningKey,
    file: File,
    /// The end of the chain, and how many records of it are not signed.
    head: Head,
    unsigned: u32,
    signed_at: Instant,
}

impl HeadSigner {
    /// Opens key and heads, and signs an end that was not signed before. The text of an error is for the operator.
    pub(crate) fn open(key: &Path, heads: &Path, head: Head) -> Result<Self, String> {
        let signer = signer(key).map_err(|error| format!("{}: {error}", key.display()))?;
        let failed = |error: std::io::Error| format!("{}: {}", heads.display(), error.kind());
        let (file, last) = open(heads).map_err(failed)?;
        tracing::info!(public_key = %signer.public_key(), "the audit file is signed");
        let is_signed = last.is_some_and(|last| last.seq >= head.seq);
        let mut signer = Self {
            signer,
            file,
            head,
            unsigned: u32::from(!is_signed && head.seq > 0),
            signed_at: Instant::now(),
        };
        signer.sign();
        Ok(signer)
    }

    /// A record was written.
    pub(crate) fn wrote(&mut self, head: Head) {
        self.head = head;
        self.unsigned = self.unsigned.saturating_add(1);
        if self.unsigned >= RECORDS || self.signed_at.elapsed() >= EVERY {
            self.sign();
        }
    }

    /// Signs what is not signed. A head that cannot be written is signed later; the record itself was.
    fn sign(&mut self) {
        if self.unsigned == 0 {
            return;
        }
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let line = self.signer.sign(CHAIN, self.head, now).to_line();
        self.signed_at = Instant::now();
        match self.file.write_all(line.as_bytes()) {
            Ok(()) => self.unsigned = 0,
            Err(error) => {
                tracing::error!(kind = %error.kind(), "a signed head could not be written");
            }
        }
    }
}

impl Drop for HeadSigner {
    fn drop(&mut self) {
        self.sign();
    }
}

fn signer(path: &Path) -> Result<HeadSigningKey, String> {
    let said = |error: std::io::Error| error.kind().to_string();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let seed = match options.open(path) {
        Ok(mut file) => {
            let seed = Zeroizing::new(random::<32>().map_err(|error| error.to_string())?);
            file.write_all(&*seed).map_err(said)?;
            seed
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let bytes = Zeroizing::new(std::fs::read(path).map_err(said)?);
            let seed = <[u8; 32]>::try_from(bytes.as_slice());
            Zeroizing::new(seed.map_err(|_| "no signing key: it is not 32 bytes".to_owned())?)
        }
        Err(error) => return Err(said(error)),
    };
    HeadSigningKey::from_seed(seed).map_err(|error| error.to_string())
}

/// Opens the file and reads its last head. A line that a crash cut short is dropped.
fn open(path: &Path) -> std::io::Result<(File, Option<SignedHead>)> {
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
    let last = tail[..whole]
        .split(|byte| *byte == b'\n')
        .rfind(|line| !line.is_empty());
    Ok((
        file,
        last.and_then(|line| serde_json::from_slice(line).ok()),
    ))
}
