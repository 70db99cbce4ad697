//! What is a tool. Decides by decorator, attribute, registering call, table or tool object, as the frameworks for
//! voice agents declare them; a function with such a name alone is no tool.

use super::tool::{Tool, text_argument};
use crate::code::ir::{Arg, Call, Expr, Function, Kind, Stmt};
use crate::facts::Fact;
use crate::flow::is_route;
use crate::names::words;
use std::collections::{HashMap, HashSet};

/// All functions of a file by name, and its tools.
pub(crate) fn declared<'a>(
    body: &'a [Stmt],
    text: &str,
) -> (HashMap<&'a str, &'a Function>, Vec<Tool<'a>>) {
    let mut finder = Finder {
        speaks_of_tools: Fact::ToolMark.inside(text) || Fact::AgentMark.inside(text),
        functions: HashMap::new(),
        tools: Vec::new(),
        by_name: Vec::new(),
    };
    finder.stmts(body, 0);
    finder.resolve();
    let Finder {
        functions,
        mut tools,
        ..
    } = finder;
    let mut seen = HashSet::new();
    tools.retain(|tool| seen.insert(tool.function.name_span.start));
    (functions, tools)
}

struct Finder<'a> {
    functions: HashMap<&'a str, &'a Function>,
    tools: Vec<Tool<'a>>,
    /// Tools that are registered by the name of their function.
    by_name: Vec<(String, &'a str, Option<&'a Call>)>,
    /// The file has to do with tools, so that a table of handlers is one of theirs.
    speaks_of_tools: bool,
}

const DEPTH_LIMIT: usize = 300;

impl<'a> Finder<'a> {
    fn stmts(&mut self, body: &'a [Stmt], depth: usize) {
        if depth > DEPTH_LIMIT {
            return;
        }
        for stmt in body {
            self.stmt(stmt, depth);
        }
    }

    fn stmt(&mut self, stmt: &'a Stmt, depth: usize) {
        match stmt {
            Stmt::Function(function) => self.function(function, depth),
            Stmt::Class(class) => self.stmts(&class.body, depth + 1),
            Stmt::Branch { condition, arms } => {
                if let Some(condition) = condition {
                    self.expr(condition, "", depth + 1);
                }
                for arm in arms {
                    self.stmts(&arm.body, depth + 1);
                }
            }
            Stmt::Assign { target, value, .. } => {
                self.table(target.last_name(), value);
                self.expr(value, target.last_name(), depth + 1);
            }
            Stmt::Expr(expr) | Stmt::Return(expr) | Stmt::Raise(expr) => {
                self.expr(expr, "", depth + 1);
            }
        }
    }

    fn function(&mut self, function: &'a Function, depth: usize) {
        self.functions
            .entry(function.name.as_str())
            .or_insert(function);
        let decorated = function
            .decorators
            .iter()
            .find_map(|decorator| decorated(function, decorator));
        self.tools.extend(decorated);
        self.stmts(&function.body, depth + 1);
    }

    fn expr(&mut self, expr: &'a Expr, hint: &str, depth: usize) {
        if depth > DEPTH_LIMIT {
            return;
        }
        let next = depth + 1;
        match &expr.kind {
            Kind::Call(call) => {
                self.call(call, hint);
                expr.parts(&mut |part| self.expr(part, "", next));
            }
            Kind::Map(entries) => {
                self.object(entries, hint, None);
                for (key, value) in entries {
                    self.expr(value, key.as_deref().unwrap_or(""), next);
                }
            }
            Kind::Function(function) => self.stmts(&function.body, next),
            Kind::Block(body) => self.stmts(body, next),
            _ => expr.parts(&mut |part| self.expr(part, hint, next)),
        }
    }

    /// A call that registers a tool, or a path that serves one.
    fn call(&mut self, call: &'a Call, hint: &str) {
        if Fact::ToolMaker.has(call.callee.last_name()) {
            self.registered(call, hint);
            return;
        }
        let last = call.args.last().map(|arg| &arg.value.kind);
        if let (Some(name), Some(Kind::Function(function))) = (route_of_tool(call), last) {
            self.tools.push(Tool::named(name, function).routed_by(call));
        }
    }

    /// A table from names to functions, such as `const handlers = { pay, refund }`, or a list of functions.
    fn table(&mut self, name: &str, value: &'a Expr) {
        let is_table = matches!(value.kind, Kind::Map(_) | Kind::List(_));
        if !is_table || !self.is_of_tools(&words(name)) {
            return;
        }
        match &value.kind {
            Kind::Map(entries) => {
                for (key, value) in entries {
                    self.entry(key.as_deref().unwrap_or(""), value);
                }
            }
            Kind::List(parts) => {
                let names = parts
                    .iter()
                    .filter(|part| matches!(part.kind, Kind::Name(_)));
                self.by_name
                    .extend(names.map(|part| (String::new(), part.last_name(), None)));
            }
            _ => {}
        }
    }

    /// Whether a table of this name holds tools.
    fn is_of_tools(&self, name: &[String]) -> bool {
        let is_named = Fact::ToolWord.in_words(name) && !Fact::SchemaWord.in_words(name);
        let is_dispatch = name.last().is_some_and(|last| Fact::HandlerTable.has(last));
        is_named || self.speaks_of_tools && is_dispatch
    }

    fn entry(&mut self, key: &str, value: &'a Expr) {
        match &value.kind {
            Kind::Function(function) if !key.starts_with("on") => {
                self.tools.push(Tool::named(key.to_owned(), function));
            }
            Kind::Name(_) | Kind::Member(..) => {
                self.by_name.push((key.to_owned(), value.last_name(), None));
            }
            _ => {}
        }
    }

    /// What a registering call is given: a function, an object with one, or the name of one.
    fn registered(&mut self, call: &'a Call, hint: &str) {
        let named = text_argument(call, 0);
        let called = |named: &Option<String>| {
            let name = named.clone().filter(|name| !name.is_empty());
            name.unwrap_or_else(|| hint.to_owned())
        };
        for arg in &call.args {
            match &arg.value.kind {
                Kind::Function(function) => {
                    let tool = Tool::named(called(&named), function);
                    self.tools.push(tool.declared_by(Some(call), 1));
                    return;
                }
                Kind::Map(entries) if self.object(entries, &called(&named), Some(call)) => return,
                _ => {}
            }
        }
        if let Some(arg) = call.args.iter().find(|arg| is_reference(arg)) {
            let name = arg.value.last_name();
            self.by_name
                .push((named.unwrap_or_default(), name, Some(call)));
        }
    }

    /// An object with a description and a body.
    fn object(
        &mut self,
        entries: &'a [(Option<String>, Expr)],
        hint: &str,
        call: Option<&'a Call>,
    ) -> bool {
        let keys = || entries.iter().filter_map(|(key, _)| key.as_deref());
        let is_described = call.is_some() || keys().any(|key| Fact::ToolObject.has(key));
        let body = Fact::ToolBody.patterns().find_map(|key| {
            let value = entry(entries, key)?;
            match &value.kind {
                Kind::Function(function) => Some(function),
                _ => None,
            }
        });
        let (true, Some(function)) = (is_described, body) else {
            return false;
        };
        let name = text_entry(entries, "name").unwrap_or_else(|| hint.to_owned());
        let mut tool = Tool::named(name, function);
        tool.description = text_entry(entries, "description").unwrap_or_default();
        tool.call = call;
        let values = entries.iter().map(|(_, value)| value);
        tool.schemas = values
            .filter(|value| !matches!(value.kind, Kind::Function(_)))
            .collect();
        self.tools.push(tool);
        true
    }

    /// Finds the functions of the tools that are registered by name.
    fn resolve(&mut self) {
        for (name, registered, call) in std::mem::take(&mut self.by_name) {
            if let Some(function) = self.functions.get(registered) {
                let name = if name.is_empty() {
                    registered.to_owned()
                } else {
                    name
                };
                let tool = Tool::named(name, function);
                self.tools.push(tool.declared_by(call, 1));
            }
        }
    }
}

/// The tool that a decorator makes of a function.
fn decorated<'a>(function: &'a Function, decorator: &'a Expr) -> Option<Tool<'a>> {
    let call = match &decorator.kind {
        Kind::Call(call) => Some(call.as_ref()),
        _ => None,
    };
    if let Some(call) = call
        && let Some(name) = route_of_tool(call)
    {
        return Some(Tool::named(name, function).routed_by(call));
    }
    let path = decorator.path();
    let last = path.trim_end_matches("()").rsplit('.').next()?;
    Fact::ToolMaker
        .has(last)
        .then(|| Tool::named(function.name.clone(), function).declared_by(call, 0))
}

fn entry<'a>(entries: &'a [(Option<String>, Expr)], name: &str) -> Option<&'a Expr> {
    let mut entries = entries.iter();
    let (_, value) = entries.find(|(key, _)| key.as_deref() == Some(name))?;
    Some(value)
}

fn text_entry(entries: &[(Option<String>, Expr)], name: &str) -> Option<String> {
    match &entry(entries, name)?.kind {
        Kind::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// The name of the tool that a path serves: `app.post("/tools/pay", …)`.
fn route_of_tool(call: &Call) -> Option<String> {
    if !is_route(call) {
        return None;
    }
    let path = text_argument(call, 0)?;
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    parts.find(|part| Fact::ToolPath.has(part))?;
    let name = parts.next_back()?;
    (!name.starts_with([':', '{', '<'])).then(|| name.to_owned())
}

fn is_reference(arg: &Arg) -> bool {
    matches!(arg.value.kind, Kind::Name(_) | Kind::Member(..))
}
