//! Follows values through a file: what a name holds, what a text is made of, where an argument, a secret or an error
//! goes. Decides no fault itself: it tells `rules` about calls, assignments, texts and returns as it meets them.
//! Branches are gone through one after the other. A value is followed within its function, its class's attributes, the
//! file's constants, and through functions of the same file two calls deep.

mod call;
mod eval;
mod inline;
mod known;
mod request;
mod result;
mod value;

pub(crate) use known::is_context;
use known::{is_number_type, is_wrapped};
pub(crate) use request::{is_answer, is_route};
pub(crate) use result::is_hash;
pub(crate) use value::{Skeleton, Value};

use crate::code::Language;
use crate::code::ir::{Arm, Call, Class, Expr, Function, Kind, Span, Stmt};
use crate::finding::Draft;
use crate::names::{Labels, meaning};
use crate::rules;
use crate::secret::url::HOLE;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// The function that is being gone through.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    pub(crate) name: String,
    pub(crate) is_tool: bool,
    /// It answers a request or hands tool calls on, so what it gives back leaves the agent.
    pub(crate) answers: bool,
    /// What it gave back so far.
    pub(crate) returns: Vec<Value>,
    /// How many error handlers stand around the current statement.
    pub(crate) handlers: usize,
}

/// What is known of the file as a whole.
#[derive(Debug, Default)]
pub(crate) struct FileFacts {
    /// Where the names of the functions stand that are tools.
    pub(crate) tools: HashSet<usize>,
    /// Whether this is part of a voice agent.
    pub(crate) is_agent: bool,
    /// Whether its functions may answer requests: an agent's tools, or handlers of a web framework.
    pub(crate) answers: bool,
    /// Whether somewhere a scheme is compared, so that a configured address is not taken blindly.
    pub(crate) checks_scheme: bool,
    /// Whether the file has to do with connections; elsewhere `verify=False` turns off something else.
    pub(crate) speaks_to_others: bool,
}

/// A walk through one file.
pub(crate) struct Flow<'a> {
    pub(crate) language: Language,
    pub(crate) facts: &'a FileFacts,
    pub(crate) frames: Vec<Frame>,
    pub(crate) drafts: Vec<Draft>,
    scopes: Vec<HashMap<String, Value>>,
    meanings: HashMap<String, Labels>,
    /// What a whole value of each declared type shows when it is printed.
    types: HashMap<String, Labels>,
    depth: usize,
    /// The functions of the file by name, and how much of them is still entered from calls.
    functions: &'a HashMap<&'a str, &'a Function>,
    inlining: inline::Budget,
    /// How many comparisons stand around the current expression.
    pub(crate) comparing: usize,
}

/// A call with its values.
pub(crate) struct Site<'e> {
    pub(crate) call: &'e Call,
    pub(crate) span: Span,
    /// The callee with dots, lower case.
    pub(crate) path: String,
    /// The last name of the callee, as written.
    pub(crate) last: &'e str,
    pub(crate) receiver: Value,
    /// One for each argument of the call, in order.
    pub(crate) args: Vec<Value>,
}

impl Site<'_> {
    /// The value of the argument with this name.
    pub(crate) fn named(&self, name: &str) -> Option<(&Expr, &Value)> {
        let at = self
            .call
            .args
            .iter()
            .position(|arg| arg.name.as_deref() == Some(name))?;
        Some((&self.call.args[at].value, &self.args[at]))
    }

    /// The value of the argument at this place, names apart.
    pub(crate) fn at(&self, index: usize) -> Option<(&Expr, &Value)> {
        let (at, arg) = self
            .call
            .args
            .iter()
            .enumerate()
            .filter(|(_, arg)| arg.name.is_none())
            .nth(index)?;
        Some((&arg.value, &self.args[at]))
    }

    pub(crate) fn union(&self) -> Labels {
        self.args
            .iter()
            .map(|value| value.labels)
            .reduce(Labels::joined)
            .unwrap_or_default()
    }
}

/// Goes through a file and returns what the rules found.
pub(crate) fn check<'a>(
    language: Language,
    facts: &'a FileFacts,
    functions: &'a HashMap<&'a str, &'a Function>,
    body: &'a [Stmt],
) -> Vec<Draft> {
    let mut flow = Flow {
        language,
        facts,
        frames: vec![Frame::default()],
        drafts: Vec::new(),
        scopes: vec![HashMap::new()],
        meanings: HashMap::new(),
        types: HashMap::new(),
        depth: 0,
        functions,
        inlining: inline::Budget::default(),
        comparing: 0,
    };
    flow.learn_types(body);
    flow.block(body);
    flow.drafts
}

/// Deeper than any lowering nests; a second guard, because functions add levels of their own.
const DEPTH_LIMIT: usize = 400;

impl Flow<'_> {
    pub(crate) fn report(&mut self, draft: Draft) {
        self.drafts.push(draft);
    }

    /// The function around, or the module.
    pub(crate) fn frame(&self) -> &Frame {
        // The first frame is never popped.
        &self.frames[self.frames.len() - 1]
    }

    pub(crate) fn meaning(&mut self, name: &str) -> Labels {
        if let Some(labels) = self.meanings.get(name) {
            return *labels;
        }
        // Only in Rust is a path one name; elsewhere `a::b` is the name of something else.
        let bare = match self.language {
            Language::Rust => name.rsplit("::").next().unwrap_or(name),
            _ => name,
        };
        let mut labels = if bare.contains([':', '/', ' ']) {
            Labels::NONE
        } else {
            meaning(bare)
        };
        if labels.any(Labels::KEY) {
            labels |= Labels::FROM_KEY;
        }
        // Every program has arguments; only an agent's are what a caller said.
        if !self.facts.is_agent && matches!(bare, "arguments" | "transcript") {
            labels = labels.without(Labels::PAYLOAD);
        }
        self.meanings.insert(name.to_owned(), labels);
        labels
    }

    pub(crate) fn lookup(&self, name: &str) -> Option<&Value> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name))
    }

    pub(crate) fn bind(&mut self, name: &str, value: Value) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_owned(), value);
        }
    }

    /// Runs statements; the value is that of the last expression, as in Rust.
    fn block(&mut self, body: &[Stmt]) -> Value {
        if self.depth > DEPTH_LIMIT {
            return Value::default();
        }
        self.depth += 1;
        let mut last = Value::default();
        // Functions see the whole block around them, also what stands below.
        let mut later: Vec<&Stmt> = Vec::new();
        for stmt in body {
            last = match stmt {
                Stmt::Function(_) | Stmt::Class(_) => {
                    later.push(stmt);
                    Value::default()
                }
                other => self.stmt(other),
            };
        }
        for stmt in later {
            match stmt {
                Stmt::Function(function) => {
                    self.function(function, Labels::NONE);
                }
                Stmt::Class(class) => self.class(class),
                _ => {}
            }
        }
        self.depth -= 1;
        last
    }

    fn stmt(&mut self, stmt: &Stmt) -> Value {
        match stmt {
            Stmt::Assign {
                target,
                value,
                append,
            } => {
                let mut found = self.eval(value);
                if *append {
                    let before = self.eval(target);
                    found = Value::concat(&[before, found], target.span);
                    rules::text(self, &found, target.span);
                }
                self.assign(target, value, &mut found);
                Value::default()
            }
            Stmt::Expr(expr) => self.eval(expr),
            Stmt::Return(expr) => {
                let value = self.eval(expr);
                rules::returned(self, expr, &value);
                if let Some(frame) = self.frames.last_mut()
                    && frame.returns.len() < 16
                {
                    frame.returns.push(value.clone());
                }
                value
            }
            Stmt::Raise(expr) => {
                self.eval(expr);
                Value::default()
            }
            Stmt::Branch { condition, arms } => self.branch(condition.as_ref(), arms),
            Stmt::Function(_) | Stmt::Class(_) => Value::default(),
        }
    }

    fn branch(&mut self, condition: Option<&Expr>, arms: &[Arm]) -> Value {
        let tested = condition.map(|condition| {
            self.mark_checked(condition);
            self.eval(condition)
        });
        let mut values = Vec::new();
        for arm in arms {
            if let Some(error) = &arm.error {
                if let Some(frame) = self.frames.last_mut() {
                    frame.handlers += 1;
                }
                if !error.is_empty() {
                    self.bind(error, Value::labelled(Labels::ERROR));
                }
            }
            for name in &arm.binds {
                let labels =
                    tested.as_ref().map_or(Labels::NONE, |value| value.labels) | self.meaning(name);
                self.bind(name, Value::labelled(labels));
            }
            values.push(self.block(&arm.body));
            if arm.error.is_some()
                && let Some(frame) = self.frames.last_mut()
            {
                frame.handlers -= 1;
            }
        }
        Value::either(&values)
    }

    fn assign(&mut self, target: &Expr, written: &Expr, value: &mut Value) {
        // `async for message in websocket`.
        if let (Kind::Name(_), Kind::Other(from)) = (&target.kind, &written.kind)
            && let [
                Expr {
                    kind: Kind::Name(socket),
                    ..
                },
            ] = from.as_slice()
            && request::is_socket_name(socket)
        {
            value.labels |= Labels::PAYLOAD;
        }
        match &target.kind {
            Kind::Name(name) => {
                rules::assigned(self, name, target, written, value);
                let labels = self.meaning(name);
                if !value.labels.any(Labels::SAFE | Labels::ERROR) {
                    value.labels |= labels;
                }
                self.bind(name, value.clone());
            }
            Kind::Member(base, name) => {
                rules::assigned(self, name, target, written, value);
                let path = target.path();
                if request::is_answer_body(&path) {
                    rules::answered(self, written, value);
                }
                let labels = self.meaning(name);
                if !value.labels.any(Labels::SAFE | Labels::ERROR) {
                    value.labels |= labels;
                }
                // An attribute of `self` is seen by the other methods, so it lives in the scope of the class.
                let is_own = matches!(base.last_name(), "self" | "this");
                let level = if is_own && self.scopes.len() > 2 {
                    self.scopes.len() - 2
                } else {
                    self.scopes.len() - 1
                };
                self.scopes[level].insert(path, value.clone());
            }
            Kind::Index(base, key) => {
                self.eval(base);
                let key = self.eval(key);
                if let Some(key) = key.constant() {
                    rules::assigned(self, key, target, written, value);
                    let labels = self.meaning(key);
                    if value.skeleton.is_none() && !value.labels.any(Labels::SAFE | Labels::NUMBER)
                    {
                        value.labels |= labels;
                    }
                    self.put(base, key, value);
                }
            }
            Kind::List(parts) => {
                let whole = Value::labelled(value.labels);
                for part in parts {
                    self.assign(part, written, &mut whole.clone());
                }
            }
            Kind::Map(entries) => {
                let from_shell = is_shell_module(written);
                for (key, part) in entries {
                    let mut field = key
                        .as_deref()
                        .map_or_else(Value::default, |key| self.field(value, key));
                    if from_shell && matches!(key.as_deref(), Some("exec" | "execSync")) {
                        field.labels |= Labels::SHELL;
                    }
                    self.assign(part, written, &mut field);
                }
            }
            Kind::Other(parts) => {
                for part in parts {
                    self.assign(part, written, &mut Value::labelled(value.labels));
                }
            }
            _ => {}
        }
    }

    fn class(&mut self, class: &Class) {
        for decorator in &class.decorators {
            self.eval(decorator);
        }
        rules::class(self, class);
        self.scopes.push(HashMap::new());
        // The method that sets the attributes goes first.
        let is_setup = |stmt: &&Stmt| matches!(stmt, Stmt::Function(function) if matches!(function.name.as_str(), "__init__" | "constructor" | "new"));
        for stmt in class
            .body
            .iter()
            .filter(|stmt| !matches!(stmt, Stmt::Function(_) | Stmt::Class(_)))
        {
            self.stmt(stmt);
        }
        let (setup, others): (Vec<&Stmt>, Vec<&Stmt>) = class.body.iter().partition(is_setup);
        for stmt in setup.into_iter().chain(others) {
            match stmt {
                Stmt::Function(function) => {
                    self.function(function, Labels::NONE);
                }
                Stmt::Class(inner) if self.depth < DEPTH_LIMIT => {
                    self.depth += 1;
                    self.class(inner);
                    self.depth -= 1;
                }
                _ => {}
            }
        }
        self.scopes.pop();
    }

    /// Goes through a function; `given` is what is known of its first parameter. The value is what it returns.
    pub(crate) fn function(&mut self, function: &Function, given: Labels) -> Value {
        if self.depth > DEPTH_LIMIT {
            return Value::default();
        }
        self.depth += 1;
        for decorator in &function.decorators {
            self.eval(decorator);
        }
        let is_tool = self.facts.tools.contains(&function.name_span.start);
        let is_nested_in_tool = function.name.is_empty() && self.frame().is_tool;
        let serves = request::serves(self.language, function);
        let dispatches = request::dispatches(function);
        let is_nested_in_answer = function.name.is_empty() && self.frame().answers;
        rules::function(self, function);
        self.scopes.push(HashMap::new());
        for (index, param) in function.params.iter().enumerate() {
            let mut labels = self.meaning(&param.name);
            if is_wrapped(&param.kind) {
                labels = labels.made_safe();
            }
            if dispatches && request::is_arguments(&param.name) {
                labels |= Labels::INPUT | Labels::PAYLOAD;
            } else if (is_tool
                || serves && request::is_filled(self.language, &param.kind, param.default.as_ref()))
                && !is_context(&param.name, &param.kind)
            {
                labels |= Labels::INPUT;
            } else if self.facts.is_agent && !is_context(&param.name, &param.kind) {
                labels |= Labels::ARGUMENT;
            }
            if serves && matches!(param.name.as_str(), "body" | "dto" | "data" | "event") {
                labels |= Labels::PAYLOAD;
            }
            labels |= self.shown_by(&param.kind) | known::thrown(&param.kind);
            if is_number_type(&param.kind, self.language) {
                labels |= Labels::NUMBER;
            }
            if index == 0 {
                labels |= given;
                if request::takes_error(function) {
                    labels |= Labels::ERROR;
                }
            }
            let mut value = Value::labelled(labels);
            value.origin = Some(Rc::from(param.name.as_str()));
            if let Some(default) = &param.default {
                let written = self.eval(default);
                rules::defaulted(self, &param.name, default, &written);
            }
            self.bind(&param.name, value);
        }
        let name = if function.name.is_empty() {
            self.frame().name.clone()
        } else {
            function.name.clone()
        };
        let handlers = if given.any(Labels::ERROR) { 1 } else { 0 };
        self.frames.push(Frame {
            name,
            is_tool: is_tool || is_nested_in_tool,
            answers: serves || dispatches || is_nested_in_answer,
            returns: Vec::new(),
            handlers,
        });
        let result = self.block(&function.body);
        self.frames.pop();
        self.scopes.pop();
        self.depth -= 1;
        result
    }
}

/// Whether a text has a place that is filled at run time.
pub(crate) fn has_hole(text: &str) -> bool {
    text.contains(HOLE)
}

/// `require('child_process')`, whose functions may get other names.
fn is_shell_module(written: &Expr) -> bool {
    matches!(&written.kind, Kind::Call(call) if call.callee.last_name() == "require"
        && matches!(call.args.first().map(|arg| &arg.value.kind),
            Some(Kind::Text(module)) if module.ends_with("child_process")))
}
