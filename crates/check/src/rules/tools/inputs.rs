//! Which arguments of a tool nothing validates or bounds. Decides from their types and names, from the schema of the
//! declaration and from what the body does with them.

use super::evidence::{Body, Checks, schema_of};
use super::tool::Tool;
use crate::catalogue::input::{UNBOUNDED, UNVALIDATED};
use crate::code::Language;
use crate::code::ir::{Function, Param};
use crate::facts::Fact;
use crate::finding::Draft;
use crate::flow::is_context;
use crate::names::words;
use std::collections::HashMap;

/// What kind of value a parameter takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// Checked by its type, or looked up and found or not.
    Settled,
    /// Free text.
    Text,
    /// Anything that has a range or a set of allowed values.
    Ranged,
}

/// Checks the arguments of a tool.
pub(super) fn check(
    language: Language,
    text: &str,
    tool: &Tool<'_>,
    functions: &HashMap<&str, &Function>,
    body: &Body,
) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let mut open = Vec::new();
    for param in &tool.function.params {
        let is_checked = param.is_bounded || body.validates_all;
        if is_checked || is_context(&param.name, &param.kind) {
            continue;
        }
        let sort = sort(language, param, declared_kind(language, text, tool, param));
        if sort == Sort::Settled {
            continue;
        }
        let mut checks = Checks::of(&param.name, tool.function, functions);
        checks.add_schema(tool, &param.name, text);
        if sort == Sort::Text && !checks.is_bounded {
            let (name, tool) = (&param.name, &tool.name);
            let message = format!("the text `{name}` of tool `{tool}` has no length");
            drafts.push(Draft::new(&UNBOUNDED, param.span, message));
        } else if sort == Sort::Ranged && !checks.is_validated {
            open.push(param);
        }
    }
    drafts.extend(unvalidated(tool, &open));
    drafts
}

/// One finding for all arguments that nothing validates.
fn unvalidated(tool: &Tool<'_>, open: &[&Param]) -> Option<Draft> {
    let first = open.first()?;
    let names = open.iter().map(|param| format!("`{}`", param.name));
    let names = names.collect::<Vec<_>>().join(", ");
    let message = format!("nothing validates {names} of tool `{}`", tool.name);
    Some(Draft::new(&UNVALIDATED, first.span, message))
}

/// What the schema of the declaration says where the language says nothing.
fn declared_kind(
    language: Language,
    text: &str,
    tool: &Tool<'_>,
    param: &Param,
) -> Option<&'static str> {
    if !param.kind.is_empty() || language == Language::Rust {
        return None;
    }
    let written = schema_of(tool, &param.name, text)?;
    ["string", "number"].into_iter().find(|kind| {
        let zod = written.strip_prefix("z.");
        let quoted = |quote: char| written.contains(&format!("{quote}{kind}{quote}"));
        zod.is_some_and(|made| made.starts_with(kind)) || quoted('\'') || quoted('"')
    })
}

/// A type without what is around it that says nothing of its content.
pub(super) fn bare_kind(kind: &str) -> String {
    let mut bare = kind.to_owned();
    for wrapper in Fact::TypeWrapper.patterns() {
        bare = bare.replace(wrapper, "");
    }
    bare.trim_matches(|c: char| "]>& ".contains(c)).to_owned()
}

/// What kind of value a parameter takes.
pub(super) fn sort(language: Language, param: &Param, declared: Option<&str>) -> Sort {
    let kind = bare_kind(declared.unwrap_or(param.kind.as_str()));
    let name = words(&param.name);
    if language == Language::Rust {
        return rust_sort(&kind, &name);
    }
    let is_looked_up = Fact::LookedUpWord.in_words(&name);
    if Fact::FlagType.has(&kind) {
        Sort::Settled
    } else if kind.is_empty() {
        untyped_sort(&name)
    } else if is_looked_up {
        Sort::Settled
    } else if Fact::TextType.has(&kind) {
        text_sort(&name)
    } else if Fact::OpenType.has(&kind) {
        Sort::Ranged
    } else {
        Sort::Settled
    }
}

fn rust_sort(kind: &str, name: &[String]) -> Sort {
    if Fact::RustOpenType.has(kind) {
        Sort::Ranged
    } else if Fact::RustTextType.has(kind) && !Fact::LookedUpWord.in_words(name) {
        Sort::Text
    } else {
        Sort::Settled
    }
}

fn text_sort(name: &[String]) -> Sort {
    if Fact::FormWord.in_words(name) || Fact::AmountWord.in_words(name) {
        Sort::Ranged
    } else {
        Sort::Text
    }
}

/// Without a type the name has to say what is taken.
fn untyped_sort(name: &[String]) -> Sort {
    if Fact::AmountWord.in_words(name) {
        Sort::Ranged
    } else if Fact::TextWord.in_words(name) && !Fact::LookedUpWord.in_words(name) {
        Sort::Text
    } else if Fact::FormedWord.in_words(name) {
        Sort::Ranged
    } else {
        Sort::Settled
    }
}
