//! Where names and parameters stand in expressions, as the other files of the evidence ask for it.

use crate::code::ir::{Call, Expr, Function, Kind, Param};
use crate::facts::Fact;
use crate::names::words;
use std::collections::HashSet;

/// How many functions deep an argument is followed.
pub(super) const DEPTH: usize = 2;

/// Whether one of these names occurs in an expression.
pub(super) fn mentions(expr: &Expr, names: &HashSet<String>) -> bool {
    let mut found = false;
    expr.walk(&mut |part| {
        if let Kind::Name(name) = &part.kind {
            found |= names.contains(name);
        }
    });
    found
}

/// Whether an expression is the length of one of these names.
pub(super) fn is_length(expr: &Expr, names: &HashSet<String>) -> bool {
    match &expr.kind {
        Kind::Call(call) => {
            Fact::LengthCall.has(call.callee.last_name())
                && (takes(call, names) || mentions(&call.callee, names))
        }
        Kind::Member(base, name) => Fact::LengthMember.has(name) && mentions(base, names),
        Kind::Compare(parts) => parts.iter().any(|part| is_length(part, names)),
        _ => false,
    }
}

/// Whether a name is that of a constant or of a set of the program's own.
pub(super) fn is_constant_name(expr: &Expr) -> bool {
    let name = expr.last_name();
    let is_capital = |c: char| c.is_uppercase() || c == '_' || c.is_ascii_digit();
    name.len() > 1 && name.chars().all(is_capital) || Fact::ConstantWord.in_words(&words(name))
}

/// Whether an argument of a call mentions one of these names.
pub(super) fn takes(call: &Call, names: &HashSet<String>) -> bool {
    call.args.iter().any(|arg| mentions(&arg.value, names))
}

/// The places among the arguments of a call at which one of these names stands alone.
pub(super) fn passed<'c>(
    call: &'c Call,
    names: &'c HashSet<String>,
) -> impl Iterator<Item = usize> {
    let args = call.args.iter().enumerate();
    args.filter(|(_, arg)| matches!(&arg.value.kind, Kind::Name(name) if names.contains(name)))
        .map(|(position, _)| position)
}

/// The parameter that takes the argument at a place.
pub(super) fn param_at(function: &Function, position: usize) -> Option<&Param> {
    let mut params = function
        .params
        .iter()
        .filter(|param| !Fact::Receiver.has(&param.name));
    params.nth(position)
}
