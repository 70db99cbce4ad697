//! The agent's API key: where it is found, and that it goes nowhere but into one header.
//!
//! Decides the sources and the form. Whether the key is any good, the platform decides.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::environment::{Environment, SettingsError};

const KEY: &str = "CONVERSIMPLE_API_KEY";
const KEY_FILE: &str = "CONVERSIMPLE_API_KEY_FILE";

/// Longest key accepted, in bytes.
const LIMIT_BYTES: usize = 512;

/// An API key. There is no way to make one from a literal, to print it or to serialise it; its memory is wiped.
///
/// Does not protect against whoever can read this process's memory.
///
/// ```compile_fail
/// let key = conversimple::ApiKey::from("cs_live_in_the_source");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(Zeroizing<String>);

impl ApiKey {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let plain = !text.is_empty()
            && text.len() <= LIMIT_BYTES
            && text.bytes().all(|b| b.is_ascii_graphic());
        plain.then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The key, for the one header that it goes into.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

/// Where the key comes from.
pub(crate) enum KeySource {
    /// The environment or `.env`: read once.
    Fixed(ApiKey),
    /// A file: read before every connection, and watched.
    File(PathBuf),
}

impl KeySource {
    /// Finds the key.
    pub(crate) fn find(environment: &Environment) -> Result<Self, SettingsError> {
        match environment.either(KEY, KEY_FILE) {
            [Some(_), Some(_)] => Err(SettingsError::Wrong {
                name: KEY,
                problem: format!("{KEY_FILE} is set too: keep one of the two"),
            }),
            [Some(key), None] => {
                ApiKey::read(&key)
                    .map(Self::Fixed)
                    .ok_or_else(|| {
                        SettingsError::Wrong {
                    name: KEY,
                    problem:
                        "this is no key: a key is one word that begins with cs_live_ or cs_test_"
                            .to_owned(),
                }
                    })
            }
            [None, Some(file)] => {
                let file = PathBuf::from(file.as_str());
                read_file(&file)?;
                Ok(Self::File(file))
            }
            [None, None] => Err(SettingsError::Missing {
                name: KEY,
                advice: "Put it into the environment or into a `.env` file beside your agent (and `.env` into .gitignore), \
                         or name a file with CONVERSIMPLE_API_KEY_FILE. `conversimple keys create` makes a key.",
            }),
        }
    }

    /// The key as it is now.
    pub(crate) fn key(&self) -> Result<ApiKey, SettingsError> {
        match self {
            Self::Fixed(key) => Ok(key.clone()),
            Self::File(file) => read_file(file),
        }
    }
}

fn read_file(file: &Path) -> Result<ApiKey, SettingsError> {
    let text = std::fs::read_to_string(file).map_err(|error| SettingsError::File {
        file: file.to_owned(),
        reason: error.kind().to_string(),
    })?;
    let text = Zeroizing::new(text);
    ApiKey::read(&text).ok_or_else(|| SettingsError::Wrong {
        name: KEY_FILE,
        problem:
            "the file holds no key: it should hold one word that begins with cs_live_ or cs_test_"
                .to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn api_key_setting_is_one_visible_word() {
        let key = ApiKey::read(" cs_test_visibly_fake\n").expect("a key");
        assert_eq!(key.expose(), "cs_test_visibly_fake");
        for none in [
            "",
            "  ",
            "two words",
            "line\nbreak",
            "ключ",
            &"x".repeat(513),
        ] {
            assert!(ApiKey::read(none).is_none(), "{none}");
        }
    }

    #[test]
    fn key_file_missing_or_invalid_is_reported_without_content() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("key");
        let error = |file: &Path| {
            read_file(file)
                .err()
                .map(|e| e.to_string())
                .unwrap_or_default()
        };
        assert!(error(&file).contains("cannot be read"));
        std::fs::write(&file, "secret words").expect("written");
        assert!(error(&file).contains("holds no key") && !error(&file).contains("secret"));
    }
}
