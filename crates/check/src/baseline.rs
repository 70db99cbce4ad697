//! The baseline of an old project: findings that were there when checking began. Decides by fingerprint, which follows
//! a line when it moves; a file of fingerprints holds no code and no secret.

use crate::finding::Finding;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A baseline file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Baseline {
    /// The format, 1.
    version: u32,
    /// Fingerprint to rule and file, for people.
    findings: BTreeMap<String, String>,
}

/// A text that is no baseline.
#[derive(Debug, thiserror::Error)]
#[error("the baseline file is not one that `conversimple check --write-baseline` writes")]
pub struct BaselineError;

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// `BaselineError` when the text is none.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let baseline: Self = serde_json::from_str(text).map_err(|_| BaselineError)?;
        if baseline.version == 1 {
            Ok(baseline)
        } else {
            Err(BaselineError)
        }
    }

    /// The baseline that accepts these findings.
    pub fn of(findings: &[Finding]) -> Self {
        let findings = findings
            .iter()
            .map(|finding| {
                (
                    finding.fingerprint.clone(),
                    format!("{} {}", finding.id, finding.file),
                )
            })
            .collect();
        Self {
            version: 1,
            findings,
        }
    }

    /// Whether this finding was there.
    pub fn has(&self, finding: &Finding) -> bool {
        self.findings.contains_key(&finding.fingerprint)
    }

    /// The text of the file.
    pub fn render(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}
