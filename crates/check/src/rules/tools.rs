//! What a tool must ask for: validated arguments, a caller, an owner check, a limit, a confirmation. Decides which tools
//! of a file are looked at by which of the files beside this one; in Rust the types' guarantees are listed as kept and not
//! asked for again.

mod access;
mod declared;
mod effect;
mod evidence;
mod guarantees;
mod inputs;
mod tool;

pub(crate) use declared::declared;
pub(crate) use tool::Tool;

use super::loosened;
use crate::code::Language;
use crate::code::ir::Function;
use crate::facts::Fact;
use crate::finding::Draft;
use evidence::Body;
use serde::Serialize;
use std::collections::HashMap;

/// Something that a Rust tool's types guarantee.
#[derive(Clone, Debug, Serialize)]
pub struct Kept {
    /// Path from the checked folder.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// The tool.
    pub tool: String,
    /// What is kept, and by what.
    pub what: String,
}

/// Checks every tool of a file; `kept` takes what the types guarantee, with the place of the tool's name.
pub(crate) fn check(
    language: Language,
    text: &str,
    tools: &[Tool<'_>],
    functions: &HashMap<&str, &Function>,
    kept: &mut Vec<(usize, String, String)>,
) -> Vec<Draft> {
    let mut drafts = Vec::new();
    // A limiter that stands before all routes limits each of them.
    let limits_routes = Fact::RouteLimiter.inside(text);
    let mut bodies: Vec<Body> = tools.iter().map(|tool| Body::of(tool, functions)).collect();
    let confirms_elsewhere = bodies.iter().any(|body| body.confirms);
    for (tool, body) in tools.iter().zip(&mut bodies) {
        body.limits |= limits_routes && tool.is_route;
        drafts.extend(tool.args().filter_map(loosened::word));
        drafts.extend(inputs::check(language, text, tool, functions, body));
        drafts.extend(access::check(
            language,
            tool,
            functions,
            body,
            confirms_elsewhere,
        ));
        if language == Language::Rust {
            let place = tool.function.name_span.start;
            let whats = guarantees::guaranteed(tool).into_iter();
            kept.extend(whats.map(|what| (place, tool.name.clone(), what)));
        }
    }
    drafts
}
