//! Where settings come from: the process environment first, then a `.env` file in the working directory.
//!
//! Decides how a `.env` file is read. There is no way in from a literal in the source: a key that stands in the code is
//! what this module exists to prevent. Values are never logged and never part of an error.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// Why the settings could not be read. The text says what to do and never holds a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A line of `.env` that is no setting.
    #[error("{file}, line {line}: write NAME=value, with quotes around a value that has spaces")]
    Line {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// A file that cannot be read.
    #[error("{file} cannot be read: {reason}")]
    File {
        /// The file.
        file: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A setting that is missing.
    #[error("{name} is not set. {advice}")]
    Missing {
        /// Its name.
        name: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// A setting whose value is of no use.
    #[error("{name}: {problem}")]
    Wrong {
        /// Its name.
        name: &'static str,
        /// What is wrong, and what to write instead.
        problem: String,
    },
}

/// The settings of this process.
///
/// Does not protect against whoever may read the process's environment or its working directory.
pub struct Environment {
    file: HashMap<String, Zeroizing<String>>,
}

impl Environment {
    /// Reads `.env` in the working directory, if there is one. What the process environment says wins over it.
    ///
    /// # Errors
    /// `Line` and `File`.
    pub fn load() -> Result<Self, SettingsError> {
        Self::in_folder(Path::new("."))
    }

    /// Reads `.env` in another folder.
    ///
    /// # Errors
    /// `Line` and `File`.
    pub fn in_folder(folder: &Path) -> Result<Self, SettingsError> {
        let path = folder.join(".env");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self {
                    file: HashMap::new(),
                });
            }
            Err(error) => {
                return Err(SettingsError::File {
                    file: path,
                    reason: error.kind().to_string(),
                });
            }
        };
        let file = parse(&text).map_err(|line| SettingsError::Line { file: path, line })?;
        Ok(Self { file })
    }

    /// The value of a setting; an empty one counts as not set.
    pub fn text(&self, name: &str) -> Option<Zeroizing<String>> {
        self.process(name).or_else(|| {
            let value = self.file.get(name)?;
            (!value.is_empty()).then(|| value.clone())
        })
    }

    /// Which of two settings stands where: the process environment is asked for both before the file is.
    pub(crate) fn either(&self, one: &str, other: &str) -> [Option<Zeroizing<String>>; 2] {
        let process = [self.process(one), self.process(other)];
        if process.iter().any(Option::is_some) {
            return process;
        }
        [self.text(one), self.text(other)]
    }

    fn process(&self, name: &str) -> Option<Zeroizing<String>> {
        let value = Zeroizing::new(std::env::var(name).ok()?);
        (!value.trim().is_empty()).then_some(value)
    }
}

/// Reads the lines of a `.env` file, or gives the number of the first that is none.
fn parse(text: &str) -> Result<HashMap<String, Zeroizing<String>>, usize> {
    let mut settings = HashMap::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line
            .split_once('=')
            .and_then(|(name, value)| Some((name_of(name)?, value_of(value.trim())?)))
            .ok_or(number + 1)?;
        settings.insert(name, value);
    }
    Ok(settings)
}

fn name_of(text: &str) -> Option<String> {
    let name = text.trim();
    let plain = !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    plain.then(|| name.to_owned())
}

/// `plain # a comment`, `'as it stands'` or `"with \n and \" in it"`.
fn value_of(text: &str) -> Option<Zeroizing<String>> {
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        let end = text
            .char_indices()
            .find(|(at, c)| *c == '#' && (*at == 0 || text[..*at].ends_with(char::is_whitespace)))
            .map_or(text.len(), |(at, _)| at);
        return Some(Zeroizing::new(text[..end].trim_end().to_owned()));
    };
    let mut value = Zeroizing::new(String::with_capacity(text.len()));
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        if letter == quote {
            let rest = text[at + 1..].trim_start();
            return (rest.is_empty() || rest.starts_with('#')).then_some(value);
        }
        if letter == '\\' && quote == '"' {
            match letters.next()?.1 {
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                't' => value.push('\t'),
                other => value.push(other),
            }
        } else {
            value.push(letter);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn env_file_in_common_notation_is_parsed() {
        let settings = parse(concat!(
            "\u{feff}# a comment\n\nPLAIN=one two # three\nexport EXPORTED = 4\r\nHASH=a#b\nEMPTY=\n",
            "SINGLE='as # it \\n stands' # yes\nDOUBLE=\"a \\\"quoted\\\"\\nline\"\n",
        ))
        .expect("settings");
        for (name, value) in [
            ("PLAIN", "one two"),
            ("EXPORTED", "4"),
            ("HASH", "a#b"),
            ("EMPTY", ""),
            ("SINGLE", "as # it \\n stands"),
            ("DOUBLE", "a \"quoted\"\nline"),
        ] {
            assert_eq!(
                settings.get(name).map(|v| v.as_str()),
                Some(value),
                "{name}"
            );
        }
        assert_eq!(settings.len(), 6);
    }

    #[test]
    fn env_file_bad_line_is_named_by_number() {
        for (text, line) in [
            ("A=1\nno setting", 2),
            ("A='open", 1),
            ("A=\"shut\" more", 1),
            ("1A=2", 1),
            ("A B=2", 1),
            ("=2", 1),
        ] {
            assert_eq!(parse(text), Err(line), "{text}");
        }
    }

    proptest! {
        #[test]
        fn env_file_of_any_text_does_not_panic(text in "\\PC*") {
            let _ = parse(&text);
        }

        #[test]
        fn env_file_quoted_value_round_trips(value in "[^\n\r\"\\\\]*") {
            let settings = parse(&format!("A=\"{value}\"")).expect("a setting");
            prop_assert_eq!(settings["A"].as_str(), value.as_str());
        }
    }
}
