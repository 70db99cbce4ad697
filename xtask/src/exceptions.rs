//! What `exceptions.toml` lets pass: each line names what it is and says why.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

/// Where they stand.
pub(crate) const PATH: &str = "xtask/exceptions.toml";

/// What the rules of shape do not hold for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exceptions {
    /// Functions that may be more complex than others: package, then function, then the reason.
    #[serde(default)]
    pub(crate) complexity: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    pub(crate) ring: Vec<Ring>,
}

/// Files that may use each other in a circle.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ring {
    pub(crate) files: BTreeSet<PathBuf>,
    pub(crate) reason: String,
}

impl Exceptions {
    /// Reads the file.
    ///
    /// # Errors
    /// When it cannot be read, or an exception has no reason.
    pub(crate) fn read() -> Result<Self> {
        let text = std::fs::read_to_string(PATH).context(PATH)?;
        let read: Self = toml::from_str(&text).context(PATH)?;
        let functions = read.complexity.values().flat_map(BTreeMap::values);
        let mut reasons = functions.chain(read.ring.iter().map(|ring| &ring.reason));
        if reasons.any(|reason| reason.trim().is_empty()) {
            bail!("{PATH}: an exception has no reason");
        }
        Ok(read)
    }
}
