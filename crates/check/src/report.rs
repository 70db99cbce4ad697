//! The outcome for people and for machines. Decides words, order and colour; holds no finding back and adds none.

mod github;
mod json;
mod sarif;
mod text;

use crate::run::Outcome;

/// How an outcome is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people, grouped by the nine boxes.
    Text {
        /// With terminal colours.
        colour: bool,
    },
    /// One object.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands that GitHub shows beside the lines.
    Github,
}

impl Format {
    /// Reads `text`, `json`, `sarif` or `github`; text comes without colour.
    pub fn find(name: &str) -> Option<Self> {
        match name {
            "text" => Some(Self::Text { colour: false }),
            "json" => Some(Self::Json),
            "sarif" => Some(Self::Sarif),
            "github" => Some(Self::Github),
            _ => None,
        }
    }
}

impl Outcome {
    /// The outcome in a format, with a line end at its end.
    pub fn render(&self, format: Format) -> String {
        match format {
            Format::Text { colour } => text::render(self, colour),
            Format::Json => json::render(self),
            Format::Sarif => sarif::render(self),
            Format::Github => github::render(self),
        }
    }
}
