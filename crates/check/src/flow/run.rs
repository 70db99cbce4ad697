//! The entry: one pass through one file.

use super::state::{FileFacts, Flow, Observer};
use crate::code::Language;
use crate::code::ir::{Function, Stmt};
use std::collections::HashMap;

/// Goes through a file and tells `observer` of everything that it meets.
pub(crate) fn follow<'a>(
    language: Language,
    facts: &'a FileFacts,
    functions: &'a HashMap<&'a str, &'a Function>,
    body: &'a [Stmt],
    observer: &'a dyn Observer,
) {
    let mut flow = Flow::new(language, facts, functions, observer);
    flow.learn_types(body);
    flow.block(body);
}
