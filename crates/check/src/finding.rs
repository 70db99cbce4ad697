//! What a rule reports. Decides the shape of a finding and how its line is shown without any secret; leaves where it
//! is printed to `report`.

use crate::catalogue::rule::{Area, Rule, Severity};
use crate::code::ir::Span;
use serde::Serialize;

/// Something that would fail a security review, where, and what to write instead; it never holds a secret.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// The rule.
    pub id: &'static str,
    /// Path from the checked folder, with `/`.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    /// In characters, one past the end, on the same line.
    pub end_column: usize,
    /// How much it weighs.
    pub severity: Severity,
    /// The guide's section.
    pub section: &'static str,
    /// The guide's box that stays open because of it.
    #[serde(rename = "box")]
    pub area: Area,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub fix: String,
    /// The line with secrets masked.
    pub excerpt: String,
    /// Names this finding through moves of its line; 16 hex digits.
    pub fingerprint: String,
    #[serde(skip)]
    pub(crate) edit: Option<Edit>,
}

/// A repair that `--fix` can make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    /// Replace the literal at these bytes by a reading of the environment, and move its value to `.env`.
    MoveToEnv {
        span: Span,
        name: String,
        value: String,
    },
    /// Write the ignore rules.
    IgnoreEnv,
}

/// A finding before its place and line are worked out.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) rule: &'static Rule,
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) fix: Option<String>,
    pub(crate) severity: Option<Severity>,
    pub(crate) edit: Option<Edit>,
    /// Bytes to mask wherever the line is shown.
    pub(crate) secret: Option<Span>,
    /// A secret beyond doubt, which counts in tests and examples too.
    pub(crate) is_certain: bool,
}

impl Draft {
    pub(crate) fn new(rule: &'static Rule, span: Span, message: impl Into<String>) -> Self {
        Self {
            rule,
            span,
            message: message.into(),
            fix: None,
            severity: None,
            edit: None,
            secret: None,
            is_certain: false,
        }
    }

    pub(crate) fn secret(mut self, span: Span) -> Self {
        self.secret = Some(span);
        self
    }

    pub(crate) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    pub(crate) fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    pub(crate) fn edit(mut self, edit: Edit) -> Self {
        self.edit = Some(edit);
        self
    }
}
