//! Whether a tool's body compares a thing's id with what the caller has. Decides from comparisons, from look-ups in the
//! caller's own state and from calls that say so, two functions deep.

use super::places::{DEPTH, is_constant_name, is_length, mentions, param_at, passed, takes};
use crate::code::ir::{Call, Expr, Function, Kind, walk_all};
use crate::facts::Fact;
use crate::names::words;
use std::collections::{HashMap, HashSet};

/// Whether the body compares a thing's id with what the caller has.
pub(crate) fn checks_owner(
    id: &str,
    function: &Function,
    functions: &HashMap<&str, &Function>,
) -> bool {
    owner_in(id, function, functions, 0)
}

fn owner_in(
    id: &str,
    function: &Function,
    functions: &HashMap<&str, &Function>,
    depth: usize,
) -> bool {
    let mut decorators = function.decorators.iter();
    let mut found =
        decorators.any(|decorator| Fact::OwnerDecorator.in_words(&words(&decorator.path())));
    let names = HashSet::from([id.to_owned()]);
    let mut handed: Vec<(&str, usize)> = Vec::new();
    walk_all(&function.body, &mut |expr| match &expr.kind {
        Kind::Compare(parts) => found |= compares_owner(parts, &names),
        Kind::Index(base, key) => found |= mentions(key, &names) && is_callers(&base.path()),
        Kind::Call(call) => {
            found |= takes(call, &names) && asks_owner(call, &names);
            let last = call.callee.last_name();
            handed.extend(passed(call, &names).map(|position| (last, position)));
        }
        _ => {}
    });
    if found || depth >= DEPTH {
        return found;
    }
    handed.iter().any(|(callee, position)| {
        functions.get(callee).is_some_and(|helper| {
            param_at(helper, *position)
                .is_some_and(|param| owner_in(&param.name, helper, functions, depth + 1))
        })
    })
}

/// `thing.owner == caller.id`, and the id against something that is no constant.
fn compares_owner(parts: &[Expr], names: &HashSet<String>) -> bool {
    if parts.len() < 2 {
        return false;
    }
    let is_open = |part: &Expr| {
        !matches!(part.kind, Kind::Literal(_) | Kind::Text(_)) && !is_length(part, names)
    };
    if !parts.iter().all(is_open) {
        return false;
    }
    let names_id = parts.iter().any(|part| mentions(part, names));
    let against_other =
        parts.iter().any(|part| !mentions(part, names)) && !parts.iter().any(is_constant_name);
    names_id && against_other || parts.iter().any(|part| is_owner_path(&part.path()))
}

/// `caller.owns(id)`, `authorize(id)` and `find(id, owner=user)`.
fn asks_owner(call: &Call, names: &HashSet<String>) -> bool {
    let on_caller = matches!(&call.callee.kind, Kind::Member(base, _) if is_callers(&base.path()));
    let with_caller = call.args.iter().any(|arg| {
        let by_name = arg.name.as_deref().is_some_and(is_owner_path);
        by_name || names_callers(&arg.value, names)
    });
    on_caller || with_caller || Fact::OwnerCall.in_words(&words(call.callee.last_name()))
}

/// Whether something of the caller's stands in an expression, besides the id.
fn names_callers(written: &Expr, names: &HashSet<String>) -> bool {
    let mut found = false;
    written.walk(&mut |part| {
        let is_path = matches!(part.kind, Kind::Name(_) | Kind::Member(..));
        found |= is_path && is_callers(&part.path()) && !mentions(part, names);
    });
    found
}

fn is_owner_path(path: &str) -> bool {
    let name = words(path);
    let is_id = |pair: &[String]| Fact::OwnerBeforeId.has(&pair[0]) && pair[1] == "id";
    Fact::OwnerWord.in_words(&name) || name.windows(2).any(is_id)
}

/// Whether a path names the caller or what belongs to the caller.
fn is_callers(path: &str) -> bool {
    Fact::CallersWord.in_words(&words(path))
}
