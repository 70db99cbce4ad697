//! What is done about one argument: whether its range, form or length is looked at. Decides from the schema of the
//! declaration, from the conditions and calls of the body, and from the functions of the file that get the argument.

use super::super::tool::Tool;
use super::places::{DEPTH, is_constant_name, is_length, mentions, param_at, passed, takes};
use crate::code::ir::{Call, Expr, Function, Kind, Stmt};
use crate::facts::Fact;
use crate::names::words;
use std::collections::{HashMap, HashSet};

/// Names under which one argument is followed.
const NAMES: usize = 12;

/// What is done about one argument.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    /// Its type, range or choice is looked at.
    pub(crate) is_validated: bool,
    /// Its length is limited, or it can only be one of a set.
    pub(crate) is_bounded: bool,
}

/// The functions of the file, and how deep the walk is among them.
#[derive(Clone, Copy)]
struct Around<'f> {
    functions: &'f HashMap<&'f str, &'f Function>,
    depth: usize,
}

impl Checks {
    /// Looks through a function and the functions of its file that get the argument.
    pub(crate) fn of(
        name: &str,
        function: &Function,
        functions: &HashMap<&str, &Function>,
    ) -> Self {
        let mut checks = Self::default();
        let around = Around {
            functions,
            depth: 0,
        };
        checks.read(name, function, around);
        checks
    }

    /// Takes the schema of the declaration into account.
    pub(crate) fn add_schema(&mut self, tool: &Tool<'_>, name: &str, text: &str) {
        if let Some(written) = schema_of(tool, name, text) {
            let written = written.to_lowercase();
            let formed = Fact::FormMark.inside(&written);
            self.is_validated |= formed || Fact::RangeMark.inside(&written);
            self.is_bounded |= formed;
        }
    }

    fn read(&mut self, name: &str, function: &Function, around: Around<'_>) {
        let mut params = function.params.iter();
        if let Some(param) = params.find(|param| param.name == name) {
            self.settle(Fact::NarrowType.inside(&param.kind));
        }
        let mut names = HashSet::from([name.to_owned()]);
        self.stmts(&function.body, &mut names, around);
    }

    /// The argument is validated and bounded at once.
    fn settle(&mut self, is_so: bool) {
        self.is_validated |= is_so;
        self.is_bounded |= is_so;
    }

    fn stmts(&mut self, body: &[Stmt], names: &mut HashSet<String>, around: Around<'_>) {
        for stmt in body {
            self.stmt(stmt, names, around);
        }
    }

    fn stmt(&mut self, stmt: &Stmt, names: &mut HashSet<String>, around: Around<'_>) {
        match stmt {
            Stmt::Assign { target, value, .. } => {
                self.expr(value, names, around);
                // A copy or a cleaned form of the argument is followed under its own name.
                if mentions(value, names)
                    && names.len() < NAMES
                    && let Kind::Name(name) = &target.kind
                {
                    names.insert(name.clone());
                }
            }
            Stmt::Expr(expr) | Stmt::Return(expr) | Stmt::Raise(expr) => {
                self.expr(expr, names, around);
            }
            Stmt::Branch { condition, arms } => {
                if let Some(condition) = condition {
                    self.condition(condition, names);
                    self.expr(condition, names, around);
                }
                for arm in arms {
                    self.stmts(&arm.body, names, around);
                }
            }
            Stmt::Function(function) => self.stmts(&function.body, names, around),
            Stmt::Class(_) => {}
        }
    }

    fn condition(&mut self, condition: &Expr, names: &HashSet<String>) {
        // `if not text` alone says nothing about what the text may be.
        let is_bare = match &condition.kind {
            Kind::Compare(parts) => parts.len() == 1 && matches!(parts[0].kind, Kind::Name(_)),
            Kind::Name(_) => true,
            _ => false,
        };
        self.is_validated |= mentions(condition, names) && !is_bare;
    }

    fn expr(&mut self, expr: &Expr, names: &HashSet<String>, around: Around<'_>) {
        let mut handed: Vec<(&str, usize)> = Vec::new();
        expr.walk(&mut |part| match &part.kind {
            Kind::Compare(parts) => self.comparison(parts, names),
            Kind::Slice(base) => self.settle(mentions(base, names)),
            Kind::Index(base, key) => {
                self.settle(mentions(key, names) && is_constant_name(base));
            }
            Kind::Call(call) => {
                self.call(call, names);
                let last = call.callee.last_name();
                handed.extend(passed(call, names).map(|position| (last, position)));
            }
            _ => {}
        });
        if around.depth >= DEPTH {
            return;
        }
        let deeper = Around {
            depth: around.depth + 1,
            ..around
        };
        for (callee, position) in handed {
            if let Some(function) = around.functions.get(callee)
                && let Some(param) = param_at(function, position)
            {
                self.read(&param.name, function, deeper);
            }
        }
    }

    fn comparison(&mut self, parts: &[Expr], names: &HashSet<String>) {
        if parts.len() < 2 || !parts.iter().any(|part| mentions(part, names)) {
            return;
        }
        self.is_validated = true;
        self.is_bounded |=
            parts.iter().skip(1).any(is_choice) || parts.iter().any(|part| is_length(part, names));
    }

    fn call(&mut self, call: &Call, names: &HashSet<String>) {
        let takes = takes(call, names);
        let on_it = matches!(&call.callee.kind, Kind::Member(base, _) if mentions(base, names));
        let bounds = takes && bounds_argument(call) || on_it && bounds_receiver(call);
        let last = call.callee.last_name();
        self.settle(bounds);
        self.is_validated |= takes && (Fact::Converter.has(last) || Fact::Look.has(last));
    }
}

/// Whether a part of a comparison is a set of what is wanted.
fn is_choice(part: &Expr) -> bool {
    let is_choice_call =
        matches!(&part.kind, Kind::Call(call) if Fact::ChoiceCall.has(call.callee.last_name()));
    matches!(part.kind, Kind::List(_) | Kind::Member(..) | Kind::Map(_))
        || is_constant_name(part)
        || is_choice_call
}

/// Whether a call holds its argument against a form or a set, or cuts it.
fn bounds_argument(call: &Call) -> bool {
    let last = call.callee.last_name();
    let name = words(last);
    // A look-up in a table of the program's own gives nothing for what is not in it.
    let is_looked_up = Fact::TableLookup.has(last)
        && matches!(&call.callee.kind, Kind::Member(base, _) if is_constant_name(base));
    Fact::ValidatorWord.in_words(&name)
        || Fact::Matcher.has(last)
        || Fact::CutWord.in_words(&name)
        || Fact::Clamp.has(last)
        || is_looked_up
}

/// Whether a method of the argument holds it against a form, or cuts it.
fn bounds_receiver(call: &Call) -> bool {
    let last = call.callee.last_name();
    Fact::FormMethod.has(last) || Fact::CutMethod.has(last)
}

/// What the declaration's schema says about an argument, as written.
pub(crate) fn schema_of<'t>(tool: &Tool<'_>, name: &str, text: &'t str) -> Option<&'t str> {
    let mut found = None;
    for schema in &tool.schemas {
        schema.walk(&mut |expr| {
            let Kind::Map(entries) = &expr.kind else {
                return;
            };
            for (key, value) in entries {
                if key.as_deref() == Some(name) {
                    found = found.or_else(|| text.get(value.span.start..value.span.end));
                }
            }
        });
    }
    found
}
