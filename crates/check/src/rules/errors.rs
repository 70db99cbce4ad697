//! The text of an exception on its way out. Decides for returns of tools and for calls that send; logging an
//! exception is not a fault.

use super::context::Context;
use crate::catalogue::errors::ERROR_RETURNED;
use crate::code::Language;
use crate::code::ir::{Expr, Kind, Span};
use crate::facts::Fact;
use crate::finding::Draft;
use crate::flow::{Site, Value, is_answer};
use crate::names::{Labels, words};

/// A return, in a tool or in a function beside tools.
pub(crate) fn returned(cx: &Context<'_, '_>, written: &Expr, value: &Value) {
    let frame = cx.frame();
    let labels = details(value, 0);
    if labels == Labels::NONE {
        return;
    }
    let in_handler = frame.handlers > 0;
    let has_tools = !cx.facts().tools.is_empty();
    let has_parts = matches!(written.kind, Kind::Map(_)) || value.fields.is_some();
    let is_wrapped_error =
        cx.language() == Language::Rust && !labels.any(Labels::ERROR_TEXT | Labels::TRACE);
    if is_wrapped_error {
        return;
    }
    let is_exposed = frame.is_tool
        || frame.answers
        || (has_tools && in_handler && has_parts)
        || (labels.any(Labels::TRACE) && has_parts && !matches!(written.kind, Kind::List(_)));
    if is_exposed {
        report(cx, labels, first_detail(value, written.span, 0));
    }
}

/// A call that sends something out, in an agent.
pub(crate) fn called(cx: &Context<'_, '_>, site: &Site<'_>) {
    if cx.frame().is_tool && is_error_closure(site) && cx.language() == Language::Rust {
        for value in &site.args {
            if value.labels.any(Labels::ERROR_TEXT) {
                report(cx, value.labels, value.at);
            }
        }
    }
    let refuses = cx.language() == Language::Rust
        && cx.frame().is_tool
        && site.path.starts_with("failure.")
        && !Fact::PlainFailure.has(site.last);
    if refuses
        && let Some(value) = site
            .args
            .iter()
            .find(|value| value.labels.any(Labels::ERROR_TEXT))
    {
        report(cx, value.labels, value.at);
    }
    let name = if cx.facts().is_agent {
        words(site.last)
    } else {
        Vec::new()
    };
    let sends = Fact::SendingWord.in_words(&name) && !Fact::InternalWord.in_words(&name);
    let is_response = is_answer(site);
    if !sends && !is_response {
        return;
    }
    for value in &site.args {
        let labels = details(value, 0);
        if labels.any(Labels::ERROR_TEXT | Labels::TRACE) {
            report(cx, labels, value.at);
            return;
        }
    }
}

/// What a framework sends as an answer.
pub(crate) fn answered(cx: &Context<'_, '_>, written: &Expr, value: &Value) {
    let labels = details(value, 0);
    if labels.any(Labels::ERROR_TEXT | Labels::TRACE) {
        report(cx, labels, first_detail(value, written.span, 0));
    }
}

fn is_error_closure(site: &Site<'_>) -> bool {
    Fact::ErrorClosure.has(site.last)
}

fn report(cx: &Context<'_, '_>, labels: Labels, span: Span) {
    let what = if labels.any(Labels::TRACE) {
        "a stack trace"
    } else {
        "the text of an exception"
    };
    cx.report(Draft::new(
        &ERROR_RETURNED,
        span,
        format!("{what} leaves the agent"),
    ));
}

fn details(value: &Value, depth: usize) -> Labels {
    let mut labels = value
        .labels
        .only(Labels::ERROR | Labels::ERROR_TEXT | Labels::TRACE);
    if value.labels.any(Labels::SAFE | Labels::NUMBER) && !labels.any(Labels::ERROR_TEXT) {
        labels = Labels::NONE;
    }
    if let Some(fields) = value.fields.as_ref().filter(|_| depth < 6) {
        for (_, field) in fields.iter() {
            labels |= details(field, depth + 1);
        }
    }
    labels
}

/// Where the detail stands in what is returned.
fn first_detail(value: &Value, span: Span, depth: usize) -> Span {
    let here = if value.at.end > 0 { value.at } else { span };
    if let Some(fields) = value.fields.as_ref().filter(|_| depth < 6) {
        for (_, field) in fields.iter() {
            if details(field, depth + 1) != Labels::NONE {
                return first_detail(field, here, depth + 1);
            }
        }
    }
    here
}
