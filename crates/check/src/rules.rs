//! Which rule looks at what: `flow` tells here what it meets in code, and each event goes to the rules that care.
//! Decides nothing itself. Rules over whole files, configuration and git stand in modules of their own.

pub(crate) mod code;
pub(crate) mod crypto;
pub(crate) mod data;
pub(crate) mod errors;
pub(crate) mod keys;
pub(crate) mod sql;
pub(crate) mod tools;
pub(crate) mod transport;

use crate::code::ir::{Class, Expr, Function, Span};
use crate::flow::{Flow, Site, Value};

/// A text literal that stands alone.
pub(crate) fn literal(flow: &mut Flow<'_>, text: &str, span: Span) {
    transport::literal(flow, text, span);
    data::literal(flow, text, span);
    keys::literal(flow, text, span);
}

/// A text that was put together.
pub(crate) fn text(flow: &mut Flow<'_>, value: &Value, span: Span) {
    sql::built(flow, value, span);
    keys::built(flow, value, span);
    transport::built(flow, value, span);
}

/// A name that gets a value: a variable, an attribute, a field, a named argument.
pub(crate) fn assigned(
    flow: &mut Flow<'_>,
    name: &str,
    target: &Expr,
    written: &Expr,
    value: &mut Value,
) {
    keys::assigned(flow, name, target, written, value);
    transport::assigned(flow, name, written, value);
    crypto::assigned(flow, name, written, value);
    data::assigned(flow, name, written);
}

/// A parameter's default.
pub(crate) fn defaulted(flow: &mut Flow<'_>, name: &str, written: &Expr, value: &Value) {
    keys::defaulted(flow, name, written, value);
}

/// `a or b`.
pub(crate) fn fallback(flow: &mut Flow<'_>, parts: &[Expr], values: &[Value]) {
    keys::fallback(flow, parts, values);
}

/// A comparison.
pub(crate) fn compared(flow: &mut Flow<'_>, parts: &[Expr]) {
    keys::compared(flow, parts);
}

/// A name or path that is used.
pub(crate) fn mentioned(flow: &mut Flow<'_>, path: &str, span: Span) {
    transport::mentioned(flow, path, span);
    crypto::mentioned(flow, path, span);
}

/// A call.
pub(crate) fn called(flow: &mut Flow<'_>, site: &Site<'_>) {
    sql::called(flow, site);
    data::called(flow, site);
    keys::called(flow, site);
    transport::called(flow, site);
    crypto::called(flow, site);
    code::called(flow, site);
    errors::called(flow, site);
}

/// What a function gives back.
pub(crate) fn returned(flow: &mut Flow<'_>, written: &Expr, value: &Value) {
    errors::returned(flow, written, value);
    data::returned(flow, written, value);
    keys::returned(flow, written, value);
}

/// What is put where a framework takes its answer from.
pub(crate) fn answered(flow: &mut Flow<'_>, written: &Expr, value: &Value) {
    errors::answered(flow, written, value);
    data::answered(flow, written, value);
}

/// A function, before it is gone through.
pub(crate) fn function(flow: &mut Flow<'_>, function: &Function) {
    crypto::function(flow, function);
}

/// A class or struct.
pub(crate) fn class(flow: &mut Flow<'_>, class: &Class) {
    keys::class(flow, class);
    data::class(flow, class);
    transport::class(flow, class);
}
