//! What the readers of configuration formats give: settings with their places, and pieces of shell.

use crate::code::ir::Span;

/// A name with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) name: String,
    pub(crate) value: String,
    /// Where the value stands.
    pub(crate) span: Span,
}

/// What a configuration file holds.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    pub(crate) settings: Vec<Setting>,
    /// Pieces of shell.
    pub(crate) commands: Vec<(String, Span)>,
}
