//! A task: one tool on its way to being called.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::fill::{Doubt, Utterance};
use crate::number::digits;
use crate::words::{limited, words};

/// One tool being filled or called.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// Place in the index.
    pub(super) tool: usize,
    pub(super) arguments: Map<String, Value>,
    /// The request's words, for own things whose list is not known yet.
    pub(super) request: String,
    /// The argument that was asked for.
    pub(super) asked: Option<String>,
    /// The arguments that answers gave, the last one at the end.
    pub(super) answered: Vec<String>,
    /// Answers in a row that did not give it.
    pub(super) tries: u8,
    /// What was heard for an argument and has to be asked.
    pub(super) doubts: BTreeMap<String, Doubt>,
}

/// A question that is not about an argument.
#[derive(Debug, Clone)]
pub(super) enum Question {
    /// Which of two tools the words asked for.
    Which(usize, usize, String),
    /// Whether to go on with the task put aside last.
    Resume,
}

/// A wish that waits for another one to be done.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) text: String,
    /// The caller's day when it was said.
    pub(super) today: time::Date,
}

/// How much of a request is kept, in bytes.
const REQUEST_LIMIT_BYTES: usize = 400;

impl Frame {
    pub(super) fn new(tool: usize, request: &str) -> Self {
        Self {
            tool,
            arguments: Map::new(),
            request: limited(request, REQUEST_LIMIT_BYTES).to_owned(),
            asked: None,
            answered: Vec::new(),
            tries: 0,
            doubts: BTreeMap::new(),
        }
    }

    /// What an utterance leaves in doubt is asked, and has no value until then. Whether there is any.
    pub(super) fn take_doubts(&mut self, utterance: &mut Utterance<'_>) -> bool {
        let doubts = std::mem::take(&mut utterance.doubts);
        for name in doubts.keys() {
            self.arguments.remove(name);
        }
        let any = !doubts.is_empty();
        self.doubts.extend(doubts);
        any
    }

    /// Some of its words are a secret's: they go, and so does every value that was made of them.
    pub(super) fn hide(&mut self, hidden: &str, token: &str) {
        self.request = self.request.replace(hidden, token);
        let figures = digits(&words(hidden), true);
        let lower = hidden.to_lowercase();
        self.arguments.retain(|_, value| {
            let said = match value {
                Value::String(text) => text.to_lowercase(),
                other => other.to_string(),
            };
            let same: String = said.chars().filter(char::is_ascii_digit).collect();
            !said.contains(&lower) && (figures.is_empty() || same != figures)
        });
    }

    /// Other words now speak for the own things that are not chosen yet.
    pub(super) fn retell(&mut self, words: &str) {
        limited(words, REQUEST_LIMIT_BYTES).clone_into(&mut self.request);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn arguments_from_redacted_words_are_forgotten() {
        let mut task = Frame::new(0, "pay four one one one to bob");
        let given = json!({"amount": 4111, "code": "4111", "note": "four one one one", "to": "bob", "count": 41});
        task.arguments = given.as_object().cloned().expect("an object");
        task.hide("four one one one", "⟨card 1⟩");
        assert_eq!(task.request, "pay ⟨card 1⟩ to bob");
        assert_eq!(
            Value::Object(task.arguments),
            json!({"to": "bob", "count": 41})
        );
    }
}
