//! What a check is asked to do, and why it could not run.

use crate::baseline::Baseline;
use crate::catalogue::rule::Severity;
use crate::git::GitError;
use std::path::PathBuf;
use std::time::SystemTime;

/// What to check and how.
pub struct Options {
    /// The folder, or a single file.
    pub root: PathBuf,
    /// Only what git has staged for the next commit, as it is staged.
    pub staged: bool,
    /// Findings that are accepted.
    pub baseline: Option<Baseline>,
    /// Findings lighter than this are not reported.
    pub least: Severity,
    /// What the platform says of the key, when it could be asked; else the key's own record beside it is read.
    pub key: Option<KeyRecord>,
    /// The time that ages are counted from.
    pub now: SystemTime,
    /// How many threads read files; 0 means one a core.
    pub threads: usize,
    /// Told how many files of how many are done.
    pub progress: Option<Box<dyn Fn(usize, usize) + Send + Sync>>,
}

impl Options {
    /// A check of everything below `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            staged: false,
            baseline: None,
            least: Severity::Note,
            key: None,
            now: SystemTime::now(),
            threads: 0,
            progress: None,
        }
    }
}

/// When a key was made.
#[derive(Clone, Debug)]
pub struct KeyRecord {
    /// When.
    pub created: SystemTime,
}

/// Why a check could not run. Exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The folder is not there or may not be read.
    #[error("there is no folder or file that can be read at the given place")]
    Unreadable,
    /// `--staged` outside a repository.
    #[error("--staged needs a git repository, and there is none around this folder")]
    NoRepository,
    /// The repository is broken.
    #[error(transparent)]
    Git(#[from] GitError),
}

impl CheckError {
    /// 2.
    pub fn exit_code(&self) -> u8 {
        2
    }
}
