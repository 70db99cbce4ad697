//! Tool input that becomes code, a shell command or an address. Decides from where a value came and the call that
//! takes it.

use super::context::Context;
use crate::catalogue::input::{CODE_FROM_INPUT, REQUEST_TO_ARGUMENT, SHELL_FROM_INPUT};
use crate::code::Language;
use crate::code::ir::Kind;
use crate::facts::Fact;
use crate::finding::Draft;
use crate::flow::{Site, Value};
use crate::names::Labels;
use crate::rules::transport;
use crate::secret::url::HOLE;

/// A call.
pub(crate) fn called(cx: &Context<'_, '_>, site: &Site<'_>) {
    if cx.language() != Language::Rust
        && (runs_code(cx.language(), site)
            || cx.language() == Language::Python && reads_objects(site))
        && site.args.iter().take(2).any(|value| is_input(value, 0))
    {
        cx.report(Draft::new(
            &CODE_FROM_INPUT,
            site.span,
            "an argument is run as code",
        ));
    } else if (runs_shell(site) || is_renamed_shell(cx, site))
        && site.args.iter().any(|value| is_input(value, 0))
    {
        cx.report(Draft::new(
            &SHELL_FROM_INPUT,
            site.span,
            "an argument reaches a shell",
        ));
    } else if transport::opens(site) {
        opened(cx, site);
    }
}

fn opened(cx: &Context<'_, '_>, site: &Site<'_>) {
    let address = site
        .named("url")
        .map(|(_, value)| value)
        .or_else(|| match site.last {
            "request" | "stream"
                if site.args.len() > 1
                    && site.args[0].constant().is_some_and(|verb| verb.len() < 8) =>
            {
                site.args.get(1)
            }
            _ => site.args.first(),
        });
    let Some(address) = address else { return };
    if is_chosen_host(address) {
        cx.report(Draft::new(
            &REQUEST_TO_ARGUMENT,
            site.span,
            "the address comes from an argument",
        ));
    }
}

/// Whether the host of an address is taken from input that nobody compared with anything.
fn is_chosen_host(value: &Value) -> bool {
    let is_open =
        |labels: Labels| labels.any(Labels::INPUT) && !labels.any(Labels::CHECKED | Labels::NUMBER);
    let Some(skeleton) = &value.skeleton else {
        return is_open(value.labels);
    };
    let text = &skeleton.text;
    let after = text
        .split_once("://")
        .map_or(0, |(scheme, _)| scheme.len() + 3);
    let end = text[after..]
        .find('/')
        .map_or(text.len(), |slash| after + slash);
    let mut holes = skeleton.holes.iter();
    text.char_indices()
        .filter(|(_, c)| *c == HOLE)
        .map(|(at, _)| (at, holes.next().copied().unwrap_or_default()))
        .any(|(at, labels)| at < end && is_open(labels))
}

fn is_input(value: &Value, depth: usize) -> bool {
    let labels = value.labels;
    let is_whole = labels.any(Labels::INPUT | Labels::ARGUMENT) && !labels.any(Labels::NUMBER);
    let in_parts = value.fields.as_ref().is_some_and(|fields| {
        depth < 4 && fields.iter().any(|(_, field)| is_input(field, depth + 1))
    });
    is_whole || in_parts
}

fn runs_code(language: Language, site: &Site<'_>) -> bool {
    // In JavaScript `exec` starts a program, and `compile` is a method of many things.
    if language != Language::Python && matches!(site.path.as_str(), "exec" | "compile") {
        return false;
    }
    Fact::CodeRunner.has(&site.path)
        && !(site.path == "exec" && matches!(site.call.callee.kind, Kind::Member(..)))
}

/// `const { exec: run } = require('child_process')`.
fn is_renamed_shell(cx: &Context<'_, '_>, site: &Site<'_>) -> bool {
    matches!(&site.call.callee.kind, Kind::Name(name)
        if cx.lookup(name).is_some_and(|value| value.labels.any(Labels::SHELL)))
}

/// Whether a call of a YAML reader makes objects of what it reads.
fn reads_objects(site: &Site<'_>) -> bool {
    let loader = site.named("Loader").or_else(|| site.at(1));
    match site.path.as_str() {
        "yaml.unsafe_load" | "yaml.full_load" | "jsonpickle.decode" => true,
        "yaml.load" => !loader.is_some_and(|(written, _)| written.path().contains("Safe")),
        _ => false,
    }
}

fn runs_shell(site: &Site<'_>) -> bool {
    let path = site.path.as_str();
    if Fact::ShellRunner.has(path) || site.last == "exec_command" {
        return true;
    }
    let is_spawn = Fact::Spawner.has(site.last)
        || Fact::SpawnerPath
            .patterns()
            .any(|start| path.starts_with(start));
    let is_shell_arg =
        Fact::ProgramArgument.has(site.last) && site.receiver.labels.any(Labels::SHELL);
    is_shell_arg || is_spawn && (has_shell_switch(site) || starts_shell(site))
}

/// `shell=True`.
fn has_shell_switch(site: &Site<'_>) -> bool {
    let is_on = |field: &Value| field.labels.any(Labels::NUMBER) || field.constant().is_some();
    let by_name = site
        .named("shell")
        .is_some_and(|(written, _)| matches!(&written.kind, Kind::Literal(text) if text == "True"));
    let mut args = site.args.iter();
    by_name || args.any(|value| value.field("shell").is_some_and(is_on))
}

/// Whether the program that is started is a shell.
fn starts_shell(site: &Site<'_>) -> bool {
    let Some(value) = site.args.first() else {
        return false;
    };
    let program = match &value.fields {
        Some(fields) => fields.first().and_then(|(_, value)| value.constant()),
        None => value.constant(),
    };
    program.is_some_and(|program| Fact::Shell.has(program))
}
