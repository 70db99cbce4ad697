//! A tool and what its declaration says: options, flags and the keys of its schema. Decides nothing about them.

use crate::code::ir::{Arg, Call, Expr, Function, Kind, Stmt};
use crate::facts::Fact;

/// A tool.
#[derive(Debug)]
pub(crate) struct Tool<'a> {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) function: &'a Function,
    /// The decorator, or the call that registers it.
    pub(crate) call: Option<&'a Call>,
    /// Where the argument schema is looked for.
    pub(crate) schemas: Vec<&'a Expr>,
    /// It is reached through a path of a web framework.
    pub(crate) is_route: bool,
}

impl<'a> Tool<'a> {
    /// A tool of which nothing but its name and its function is known.
    pub(super) fn named(name: String, function: &'a Function) -> Self {
        Self {
            name,
            description: String::new(),
            function,
            call: None,
            schemas: Vec::new(),
            is_route: false,
        }
    }

    /// Adds the call that declares it; its arguments may hold the schema.
    pub(super) fn declared_by(mut self, call: Option<&'a Call>, described_at: usize) -> Self {
        let args = call.map_or(&[][..], |call| &call.args);
        self.description = call
            .and_then(|call| text_argument(call, described_at))
            .unwrap_or_default();
        self.schemas = args.iter().map(|arg| &arg.value).collect();
        self.call = call;
        self
    }

    /// Marks it as reached through the path that `call` registers.
    pub(super) fn routed_by(mut self, call: &'a Call) -> Self {
        self.call = Some(call);
        self.is_route = true;
        self
    }

    /// What it does in words: its description, or else the first text of its body.
    pub(super) fn words(&self) -> &str {
        match self.function.body.first() {
            Some(Stmt::Expr(Expr {
                kind: Kind::Text(text),
                ..
            })) if self.description.is_empty() => text,
            _ => &self.description,
        }
    }

    /// A text option of the declaration, such as `limit = "5/min"`.
    pub(super) fn option(&self, name: &str) -> Option<&str> {
        let mut named = self.args().filter(|arg| arg.name.as_deref() == Some(name));
        named.find_map(|arg| match &arg.value.kind {
            Kind::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// Whether the declaration has a flag or an option of this fact that is not off.
    pub(super) fn has(&self, flag: Fact) -> bool {
        self.args().any(|arg| has_flag(arg, flag))
            || self
                .entries()
                .any(|(key, value)| flag.has(key) && is_on(value))
    }

    /// The text of a policy key of the declaration.
    pub(super) fn policy(&self, key: &str) -> Option<&str> {
        let mut found = self.entries().filter(|(known, _)| *known == key);
        found.find_map(|(_, value)| match &value.kind {
            Kind::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// The arguments of the declaration.
    pub(super) fn args(&self) -> impl Iterator<Item = &'a Arg> {
        self.call.into_iter().flat_map(|call| &call.args)
    }

    /// The policy keys that stand anywhere in the declaration.
    fn entries(&self) -> impl Iterator<Item = (&'a str, &'a Expr)> {
        let mut found = Vec::new();
        for schema in &self.schemas {
            schema.walk(&mut |part| {
                if let Kind::Map(entries) = &part.kind {
                    let keyed = entries
                        .iter()
                        .filter_map(|(key, value)| Some((key.as_deref()?, value)));
                    found.extend(keyed.filter(|(key, _)| key.starts_with("x-")));
                }
            });
        }
        found.into_iter()
    }
}

/// Whether an argument of a declaration is a flag: `confirm`, `confirm=True` or `{ confirm: true }`.
fn has_flag(arg: &Arg, flag: Fact) -> bool {
    match (&arg.name, &arg.value.kind) {
        (Some(name), _) => flag.has(name) && is_on(&arg.value),
        (None, Kind::Name(name)) => flag.has(name),
        (None, Kind::Map(entries)) => entries
            .iter()
            .any(|(key, _)| key.as_deref().is_some_and(|key| flag.has(key))),
        _ => false,
    }
}

/// Whether what is written is neither false nor none.
fn is_on(written: &Expr) -> bool {
    match &written.kind {
        Kind::Literal(text) | Kind::Name(text) | Kind::Text(text) => !Fact::OffWord.has(text),
        _ => true,
    }
}

/// The text that stands at a place among the arguments of a call.
pub(super) fn text_argument(call: &Call, index: usize) -> Option<String> {
    match &call.args.get(index)?.value.kind {
        Kind::Text(text) => Some(text.clone()),
        _ => None,
    }
}
