//! Goes through statements, classes and functions in the order in which they run, and binds names to values. Branches
//! are gone through one after the other.

use super::event::FlowEvent;
use super::known::{self, is_context, is_number_type, is_wrapped};
use super::request;
use super::state::{DEPTH_LIMIT, Flow, Frame};
use super::value::Value;
use crate::code::ir::{Arm, Class, Expr, Function, Kind, Param, Stmt};
use crate::facts::Fact;
use crate::names::Labels;
use std::collections::HashMap;
use std::rc::Rc;

/// What comes in by the parameters of a function.
#[derive(Clone, Copy)]
struct Takes {
    is_tool: bool,
    /// It serves requests.
    serves: bool,
    /// It hands tool calls on.
    dispatches: bool,
}

impl Flow<'_> {
    /// Runs statements; the value is that of the last expression, as in Rust.
    pub(super) fn block(&mut self, body: &[Stmt]) -> Value {
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
                    self.emit(FlowEvent::Built {
                        value: &found,
                        span: target.span,
                    });
                }
                self.assign(target, value, &mut found);
                Value::default()
            }
            Stmt::Expr(expr) => self.eval(expr),
            Stmt::Return(expr) => {
                let value = self.eval(expr);
                self.emit(FlowEvent::Returned {
                    written: expr,
                    value: &value,
                });
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
        if reads_socket(target, written) {
            value.labels |= Labels::PAYLOAD;
        }
        match &target.kind {
            Kind::Name(name) => {
                self.take_name(name, name, target, written, value);
                self.bind(name, value.clone());
            }
            Kind::Member(base, name) => self.assign_member(base, name, target, written, value),
            Kind::Index(base, key) => self.assign_index(base, key, target, written, value),
            Kind::List(parts) | Kind::Other(parts) => {
                for part in parts {
                    self.assign(part, written, &mut Value::labelled(value.labels));
                }
            }
            Kind::Map(entries) => self.take_apart(entries, written, value),
            _ => {}
        }
    }

    /// A value learns what its new name says of it; `path` is the whole of the name.
    fn take_name(
        &mut self,
        name: &str,
        path: &str,
        target: &Expr,
        written: &Expr,
        value: &mut Value,
    ) {
        self.named(name, target, written, value);
        if request::is_answer_body(path) {
            self.emit(FlowEvent::Answered { written, value });
        }
        if !value.labels.any(Labels::SAFE | Labels::ERROR) {
            value.labels |= self.meaning(name);
        }
    }

    fn assign_member(
        &mut self,
        base: &Expr,
        name: &str,
        target: &Expr,
        written: &Expr,
        value: &mut Value,
    ) {
        let path = target.path();
        self.take_name(name, &path, target, written, value);
        // An attribute of `self` is seen by the other methods, so it lives in the scope of the class.
        let is_own = Fact::Receiver.has(base.last_name());
        let level = if is_own && self.scopes.len() > 2 {
            self.scopes.len() - 2
        } else {
            self.scopes.len() - 1
        };
        self.scopes[level].insert(path, value.clone());
    }

    fn assign_index(
        &mut self,
        base: &Expr,
        key: &Expr,
        target: &Expr,
        written: &Expr,
        value: &mut Value,
    ) {
        self.eval(base);
        let key = self.eval(key);
        let Some(key) = key.constant() else { return };
        self.named(key, target, written, value);
        if value.skeleton.is_none() && !value.labels.any(Labels::SAFE | Labels::NUMBER) {
            value.labels |= self.meaning(key);
        }
        self.put(base, key, value);
    }

    /// `const { exec, card } = …`.
    fn take_apart(
        &mut self,
        entries: &[(Option<String>, Expr)],
        written: &Expr,
        value: &mut Value,
    ) {
        let from_shell = is_shell_module(written);
        for (key, part) in entries {
            let key = key.as_deref();
            let mut field = key.map_or_else(Value::default, |key| self.field(value, key));
            if from_shell && matches!(key, Some("exec" | "execSync")) {
                field.labels |= Labels::SHELL;
            }
            self.assign(part, written, &mut field);
        }
    }

    fn class(&mut self, class: &Class) {
        for decorator in &class.decorators {
            self.eval(decorator);
        }
        self.emit(FlowEvent::Class { class });
        self.scopes.push(HashMap::new());
        // The method that sets the attributes goes first.
        let is_setup = |stmt: &&Stmt| matches!(stmt, Stmt::Function(function) if Fact::SetupMethod.has(function.name.as_str()));
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

    /// What is known of a parameter by its name, its type and what its function takes.
    fn param_labels(&self, param: &Param, takes: Takes) -> Labels {
        let mut labels = self.meaning(&param.name);
        if is_wrapped(&param.kind) {
            labels = labels.made_safe();
        }
        let is_filled = takes.is_tool
            || takes.serves
                && request::is_filled(self.language, &param.kind, param.default.as_ref());
        if takes.dispatches && request::is_arguments(&param.name) {
            labels |= Labels::INPUT | Labels::PAYLOAD;
        } else if is_context(&param.name, &param.kind) {
            // The framework fills it.
        } else if is_filled {
            labels |= Labels::INPUT;
        } else if self.facts.is_agent {
            labels |= Labels::ARGUMENT;
        }
        if takes.serves && Fact::BodyParam.has(&param.name) {
            labels |= Labels::PAYLOAD;
        }
        if is_number_type(&param.kind, self.language) {
            labels |= Labels::NUMBER;
        }
        labels | self.shown_by(&param.kind) | known::thrown(&param.kind)
    }

    fn bind_param(&mut self, param: &Param, labels: Labels) {
        let mut value = Value::labelled(labels);
        value.origin = Some(Rc::from(param.name.as_str()));
        if let Some(default) = &param.default {
            let written = self.eval(default);
            self.emit(FlowEvent::Defaulted {
                name: &param.name,
                written: default,
                value: &written,
            });
        }
        self.bind(&param.name, value);
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
        self.emit(FlowEvent::Declared { function });
        self.scopes.push(HashMap::new());
        let takes = Takes {
            is_tool,
            serves,
            dispatches,
        };
        for (index, param) in function.params.iter().enumerate() {
            let mut labels = self.param_labels(param, takes);
            if index == 0 {
                labels |= given;
                if request::takes_error(function) {
                    labels |= Labels::ERROR;
                }
            }
            self.bind_param(param, labels);
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

/// `require('child_process')`, whose functions may get other names.
fn is_shell_module(written: &Expr) -> bool {
    matches!(&written.kind, Kind::Call(call) if call.callee.last_name() == "require"
        && matches!(call.args.first().map(|arg| &arg.value.kind),
            Some(Kind::Text(module)) if module.ends_with("child_process")))
}

/// `async for message in websocket`.
fn reads_socket(target: &Expr, written: &Expr) -> bool {
    let (Kind::Name(_), Kind::Other(from)) = (&target.kind, &written.kind) else {
        return false;
    };
    matches!(from.as_slice(), [Expr { kind: Kind::Name(socket), .. }] if request::is_socket_name(socket))
}
