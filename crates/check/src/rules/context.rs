//! What a rule sees of the flow at an event, and where it puts what it finds.

use crate::catalogue::input::{CODE_FROM_INPUT, REQUEST_TO_ARGUMENT, SHELL_FROM_INPUT};
use crate::code::Language;
use crate::finding::Draft;
use crate::flow::{FileFacts, Flow, Frame, Value};
use crate::names::Labels;
use std::cell::RefCell;

/// The findings of one file, in the order in which they were made.
#[derive(Debug, Default)]
pub(crate) struct Found {
    drafts: RefCell<Vec<Draft>>,
    /// How many findings there were when each function that is still open was entered from a call.
    entered: RefCell<Vec<usize>>,
}

impl Found {
    pub(crate) fn into_drafts(self) -> Vec<Draft> {
        self.drafts.into_inner()
    }

    /// A function of the file is entered from a call.
    pub(super) fn enter(&self) {
        self.entered.borrow_mut().push(self.drafts.borrow().len());
    }

    /// The entered function ends. Only what the caller's argument does is kept; the rest is found where it stands.
    pub(super) fn leave(&self, answers: bool) {
        let Some(before) = self.entered.borrow_mut().pop() else {
            return;
        };
        let mut drafts = self.drafts.borrow_mut();
        let count = drafts.len();
        let mut inside = drafts.split_off(before.min(count));
        inside.retain(|draft| {
            answers
                && [&CODE_FROM_INPUT, &SHELL_FROM_INPUT, &REQUEST_TO_ARGUMENT]
                    .iter()
                    .any(|rule| rule.id == draft.rule.id)
        });
        drafts.extend(inside);
    }
}

/// The flow at an event, for a rule.
pub(crate) struct Context<'v, 'f> {
    pub(super) flow: &'v Flow<'f>,
    pub(super) found: &'v Found,
}

impl<'f> Context<'_, 'f> {
    pub(super) fn report(&self, draft: Draft) {
        self.found.drafts.borrow_mut().push(draft);
    }

    pub(super) fn language(&self) -> Language {
        self.flow.language
    }

    pub(super) fn facts(&self) -> &'f FileFacts {
        self.flow.facts
    }

    /// How many comparisons stand around the event.
    pub(super) fn comparing(&self) -> usize {
        self.flow.comparing
    }

    /// The function around, or the module.
    pub(super) fn frame(&self) -> &Frame {
        self.flow.frame()
    }

    /// What a name says about the value behind it.
    pub(super) fn meaning(&self, name: &str) -> Labels {
        self.flow.meaning(name)
    }

    /// The value that a name holds here.
    pub(super) fn lookup(&self, name: &str) -> Option<&Value> {
        self.flow.lookup(name)
    }
}
