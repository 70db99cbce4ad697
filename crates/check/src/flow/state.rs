//! What the flow knows at a point of a file: scopes, the functions around, what names and types mean. Leaves the steps
//! through the file to `walk`, `eval` and `call`.

use super::event::FlowEvent;
use super::value::Value;
use crate::code::Language;
use crate::code::ir::Function;
use crate::names::{Labels, meaning};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

/// How much is entered: a file with many small helpers must not cost the square of its length.
#[derive(Debug)]
pub(super) struct Budget {
    pub(super) depth: usize,
    /// Statements that may still be gone through.
    pub(super) left: usize,
    /// Whether a function gives back a text that it puts together or picks, by where its name stands.
    pub(super) tells: HashMap<usize, bool>,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            depth: 0,
            left: 4_000,
            tells: HashMap::new(),
        }
    }
}

/// The function that is being gone through.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    pub(crate) name: String,
    pub(crate) is_tool: bool,
    /// It answers a request or hands tool calls on, so what it gives back leaves the agent.
    pub(crate) answers: bool,
    /// What it gave back so far.
    pub(crate) returns: Vec<Value>,
    /// How many error handlers stand around the current statement.
    pub(crate) handlers: usize,
}

/// What is known of the file as a whole.
#[derive(Debug, Default)]
pub(crate) struct FileFacts {
    /// Where the names of the functions stand that are tools.
    pub(crate) tools: HashSet<usize>,
    /// Whether this is part of a voice agent.
    pub(crate) is_agent: bool,
    /// Whether its functions may answer requests: an agent's tools, or handlers of a web framework.
    pub(crate) answers: bool,
    /// Whether somewhere a scheme is compared, so that a configured address is not taken blindly.
    pub(crate) checks_scheme: bool,
    /// Whether the file has to do with connections; elsewhere `verify=False` turns off something else.
    pub(crate) speaks_to_others: bool,
}

/// A walk through one file.
pub(crate) struct Flow<'a> {
    pub(crate) language: Language,
    pub(crate) facts: &'a FileFacts,
    pub(crate) frames: Vec<Frame>,
    /// Told of everything that the flow meets.
    observer: &'a dyn Observer,
    pub(super) scopes: Vec<HashMap<String, Value>>,
    meanings: RefCell<HashMap<String, Labels>>,
    /// What a whole value of each declared type shows when it is printed.
    pub(super) types: HashMap<String, Labels>,
    pub(super) depth: usize,
    /// The functions of the file by name, and how much of them is still entered from calls.
    pub(super) functions: &'a HashMap<&'a str, &'a Function>,
    pub(super) inlining: Budget,
    /// How many comparisons stand around the current expression.
    pub(crate) comparing: usize,
}

/// Takes the events of a flow.
pub(crate) trait Observer {
    /// Takes one event; `flow` shows what is known at this point.
    fn observe(&self, flow: &Flow<'_>, event: FlowEvent<'_>);
}

/// Deeper than any lowering nests; a second guard, because functions add levels of their own.
pub(super) const DEPTH_LIMIT: usize = 400;

impl<'a> Flow<'a> {
    /// The state before the first statement of a file.
    pub(super) fn new(
        language: Language,
        facts: &'a FileFacts,
        functions: &'a HashMap<&'a str, &'a Function>,
        observer: &'a dyn Observer,
    ) -> Self {
        Self {
            language,
            facts,
            frames: vec![Frame::default()],
            observer,
            scopes: vec![HashMap::new()],
            meanings: RefCell::new(HashMap::new()),
            types: HashMap::new(),
            depth: 0,
            functions,
            inlining: Budget::default(),
            comparing: 0,
        }
    }

    /// Tells the observer what the flow met.
    pub(super) fn emit(&self, event: FlowEvent<'_>) {
        self.observer.observe(self, event);
    }

    /// The function around, or the module.
    pub(crate) fn frame(&self) -> &Frame {
        // The first frame is never popped.
        &self.frames[self.frames.len() - 1]
    }

    pub(crate) fn meaning(&self, name: &str) -> Labels {
        if let Some(labels) = self.meanings.borrow().get(name) {
            return *labels;
        }
        // Only in Rust is a path one name; elsewhere `a::b` is the name of something else.
        let bare = match self.language {
            Language::Rust => name.rsplit("::").next().unwrap_or(name),
            _ => name,
        };
        let mut labels = if bare.contains([':', '/', ' ']) {
            Labels::NONE
        } else {
            meaning(bare)
        };
        if labels.any(Labels::KEY) {
            labels |= Labels::FROM_KEY;
        }
        // Every program has arguments; only an agent's are what a caller said.
        if !self.facts.is_agent && matches!(bare, "arguments" | "transcript") {
            labels = labels.without(Labels::PAYLOAD);
        }
        self.meanings.borrow_mut().insert(name.to_owned(), labels);
        labels
    }

    pub(crate) fn lookup(&self, name: &str) -> Option<&Value> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name))
    }

    pub(crate) fn bind(&mut self, name: &str, value: Value) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_owned(), value);
        }
    }
}
