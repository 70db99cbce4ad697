//! Goes through statements, classes and functions in the order in which they run, and binds names to values. Branches
//! are gone through one after the other.

use super::event::FlowEvent;
use super::known::{self, is_context, is_number_type, is_wrapped};
use super::request;
use super::state::{DEPTH_LIMIT, Flow, Frame};
use super::value::Value;
use crate::code::ir::{Arm, Class, Expr, Function, Kind, Stmt};
use crate::facts::Fact;
use crate::names::Labels;
use std::collections::HashMap;
use std::rc::Rc;

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
                self.named(name, target, written, value);
                let labels = self.meaning(name);
                if !value.labels.any(Labels::SAFE | Labels::ERROR) {
                    value.labels |= labels;
                }
                self.bind(name, value.clone());
            }
            Kind::Member(base, name) => {
                self.named(name, target, written, value);
                let path = target.path();
                if request::is_answer_body(&path) {
                    self.emit(FlowEvent::Answered { written, value });
                }
                let labels = self.meaning(name);
                if !value.labels.any(Labels::SAFE | Labels::ERROR) {
                    value.labels |= labels;
                }
                // An attribute of `self` is seen by the other methods, so it lives in the scope of the class.
                let is_own = Fact::Receiver.has(base.last_name());
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
                    self.named(key, target, written, value);
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
            if serves && Fact::BodyParam.has(param.name.as_str()) {
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
                self.emit(FlowEvent::Defaulted {
                    name: &param.name,
                    written: default,
                    value: &written,
                });
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

/// `require('child_process')`, whose functions may get other names.
fn is_shell_module(written: &Expr) -> bool {
    matches!(&written.kind, Kind::Call(call) if call.callee.last_name() == "require"
        && matches!(call.args.first().map(|arg| &arg.value.kind),
            Some(Kind::Text(module)) if module.ends_with("child_process")))
}
