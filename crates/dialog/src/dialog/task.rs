//! A task: one tool on its way to being called.

use serde_json::{Map, Value};

use crate::words::limited;

/// One tool being filled or called.
#[derive(Debug, Clone)]
pub(super) struct Task {
    /// Place in the index.
    pub(super) tool: usize,
    pub(super) arguments: Map<String, Value>,
    /// The request's words, for own things whose list is not known yet.
    pub(super) request: String,
    /// The argument that was asked for.
    pub(super) asked: Option<String>,
    /// Answers in a row that did not give it.
    pub(super) tries: u8,
}

/// A question that is not about an argument.
#[derive(Debug, Clone)]
pub(super) enum Question {
    /// Which of two tools the words asked for.
    Which(usize, usize, String),
    /// Whether to go on with the task put aside last.
    Resume,
}

/// How much of a request is kept, in bytes.
const REQUEST_LIMIT_BYTES: usize = 400;

impl Task {
    pub(super) fn new(tool: usize, request: &str) -> Self {
        Self {
            tool,
            arguments: Map::new(),
            request: limited(request, REQUEST_LIMIT_BYTES).to_owned(),
            asked: None,
            tries: 0,
        }
    }

    /// Other words now speak for the own things that are not chosen yet.
    pub(super) fn retell(&mut self, words: &str) {
        limited(words, REQUEST_LIMIT_BYTES).clone_into(&mut self.request);
    }
}
