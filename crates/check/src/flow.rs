//! Follows values through a file: what a name holds, what a text is made of, where an argument, a secret or an error
//! goes. Decides no fault itself: it tells `rules` about calls, assignments, texts and returns as it meets them.
//! Branches are gone through one after the other and functions are not entered from their calls, so a value is
//! followed within its function, its class's attributes and the file's constants.

mod result;
mod value;

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
    /// Whether somewhere a scheme is compared, so that a configured address is not taken blindly.
    pub(crate) checks_scheme: bool,
}

/// A walk through one file.
pub(crate) struct Flow<'a> {
    pub(crate) language: Language,
    pub(crate) facts: &'a FileFacts,
    pub(crate) frames: Vec<Frame>,
    pub(crate) drafts: Vec<Draft>,
    scopes: Vec<HashMap<String, Value>>,
    meanings: HashMap<String, Labels>,
    depth: usize,
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
pub(crate) fn check(language: Language, facts: &FileFacts, body: &[Stmt]) -> Vec<Draft> {
    let mut flow = Flow {
        language,
        facts,
        frames: vec![Frame::default()],
        drafts: Vec::new(),
        scopes: vec![HashMap::new()],
        meanings: HashMap::new(),
        depth: 0,
        comparing: 0,
    };
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
        self.meanings.insert(name.to_owned(), labels);
        labels
    }

    fn lookup(&self, name: &str) -> Option<&Value> {
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

    /// Names that a condition compares with a list or with another value have been checked from there on; a look at
    /// a length or a number says nothing about where an address leads.
    fn mark_checked(&mut self, condition: &Expr) {
        let mut names = HashSet::new();
        condition.walk(&mut |expr| match &expr.kind {
            Kind::Compare(parts)
                if parts.len() > 1
                    && !parts
                        .iter()
                        .any(|part| matches!(part.kind, Kind::Literal(_))) =>
            {
                for part in parts.iter().filter(|part| !is_measure(part)) {
                    collect_names(part, &mut names);
                }
            }
            Kind::Call(call) if is_choice(call) => {
                collect_names(&call.callee, &mut names);
                for arg in &call.args {
                    collect_names(&arg.value, &mut names);
                }
            }
            _ => {}
        });
        for name in names {
            if let Some(value) = self.lookup(&name)
                && value.labels.any(Labels::INPUT | Labels::ARGUMENT)
            {
                let mut value = value.clone();
                value.labels |= Labels::CHECKED;
                // What a part of it was taken from counts as checked with it.
                if let Some(origin) = value
                    .origin
                    .clone()
                    .filter(|origin| origin.as_ref() != name)
                    && let Some(from) = self.lookup(&origin)
                {
                    let mut from = from.clone();
                    from.labels |= Labels::CHECKED;
                    self.bind(&origin, from);
                }
                self.bind(&name, value);
            }
        }
    }

    fn assign(&mut self, target: &Expr, written: &Expr, value: &mut Value) {
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
                for (key, part) in entries {
                    let mut field = key
                        .as_deref()
                        .map_or_else(Value::default, |key| self.field(value, key));
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

    /// A part of a variable gets a value.
    fn put(&mut self, base: &Expr, key: &str, value: &Value) {
        let name = base.path();
        let Some(before) = self.lookup(&name).cloned() else {
            return;
        };
        let mut fields: Vec<(Option<String>, Value)> = before
            .fields
            .as_ref()
            .map_or_else(Vec::new, |fields| fields.as_ref().clone());
        fields.retain(|(known, _)| known.as_deref() != Some(key));
        if fields.len() < 64 {
            fields.push((Some(key.to_owned()), value.clone()));
        }
        let labels = before.labels.without(Labels::SAFE | Labels::NUMBER)
            | value.labels.without(Labels::SAFE | Labels::NUMBER);
        self.bind(
            &name,
            Value {
                labels,
                fields: Some(Rc::new(fields)),
                ..before
            },
        );
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
        rules::function(self, function);
        self.scopes.push(HashMap::new());
        for (index, param) in function.params.iter().enumerate() {
            let mut labels = self.meaning(&param.name);
            if is_wrapped(&param.kind) {
                labels = labels.made_safe();
            }
            if is_tool && !is_context(&param.name, &param.kind) {
                labels |= Labels::INPUT;
            } else if self.facts.is_agent && !is_context(&param.name, &param.kind) {
                labels |= Labels::ARGUMENT;
            }
            if is_number_type(&param.kind, self.language) {
                labels |= Labels::NUMBER;
            }
            if index == 0 {
                labels |= given;
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
            handlers,
        });
        let result = self.block(&function.body);
        self.frames.pop();
        self.scopes.pop();
        self.depth -= 1;
        result
    }

    /// What an expression is worth.
    pub(crate) fn eval(&mut self, expr: &Expr) -> Value {
        if self.depth > DEPTH_LIMIT {
            return Value::default();
        }
        self.depth += 1;
        let mut value = self.eval_kind(expr);
        value.at = expr.span;
        self.depth -= 1;
        value
    }

    fn eval_kind(&mut self, expr: &Expr) -> Value {
        match &expr.kind {
            Kind::Text(text) => {
                let value = Value::text(text, expr.span);
                rules::literal(self, text, expr.span);
                value
            }
            Kind::Literal(written) => Value {
                number: written.parse().ok(),
                ..Value::labelled(Labels::NUMBER | Labels::SAFE)
            },
            Kind::Name(name) => self.name(name, expr),
            Kind::Member(base, name) => self.member(expr, base, name),
            Kind::Index(base, key) => {
                let base = self.eval(base);
                let key = self.eval(key);
                self.index(&base, &key)
            }
            Kind::Slice(base) => {
                let base = self.eval(base);
                let mut labels = base.labels.made_safe();
                labels = labels.without(Labels::NUMBER);
                Value {
                    origin: base.origin,
                    ..Value::labelled(labels)
                }
            }
            Kind::Call(call) => self.call(call, expr.span),
            Kind::Joined(parts) => {
                let values: Vec<Value> = parts.iter().map(|part| self.part(part)).collect();
                let mut value = Value::concat(&values, expr.span);
                if value.labels.any(Labels::ERROR) {
                    value.labels |= Labels::ERROR_TEXT;
                }
                rules::text(self, &value, expr.span);
                value
            }
            Kind::Sum(parts) => {
                let values: Vec<Value> = parts.iter().map(|part| self.eval(part)).collect();
                let is_text = values.iter().any(|value| value.skeleton.is_some());
                if !is_text {
                    let labels = values
                        .iter()
                        .map(|value| value.labels)
                        .reduce(Labels::joined);
                    return Value::labelled(labels.unwrap_or_default());
                }
                let value = Value::concat(&values, expr.span);
                rules::text(self, &value, expr.span);
                value
            }
            Kind::Binary(operator, left, right) => self.binary(expr, operator, left, right),
            Kind::Compare(parts) => {
                self.comparing += 1;
                for part in parts {
                    self.eval(part);
                }
                self.comparing -= 1;
                self.mark_checked(expr);
                rules::compared(self, parts);
                Value::labelled(Labels::NUMBER | Labels::SAFE)
            }
            Kind::Either(parts) => {
                let values: Vec<Value> = parts.iter().map(|part| self.eval(part)).collect();
                rules::fallback(self, parts, &values);
                let tests: Vec<Value> = parts
                    .iter()
                    .zip(&values)
                    .filter(|(part, _)| !matches!(part.kind, Kind::Compare(_)))
                    .map(|(_, value)| value.clone())
                    .collect();
                Value::either(&tests)
            }
            Kind::List(parts) => {
                let fields: Vec<(Option<String>, Value)> =
                    parts.iter().map(|part| (None, self.eval(part))).collect();
                Value::collection(fields)
            }
            Kind::Map(entries) => self.map(entries),
            Kind::Function(function) => self.function(function, Labels::NONE),
            Kind::Block(body) => self.block(body),
            Kind::Other(parts) => {
                let labels = parts
                    .iter()
                    .map(|part| self.eval(part).labels)
                    .reduce(Labels::joined);
                Value::labelled(labels.unwrap_or_default())
            }
        }
    }

    /// A piece of a joined text: plain pieces are no literals of their own.
    fn part(&mut self, part: &Expr) -> Value {
        match &part.kind {
            Kind::Text(text) => Value::text(text, part.span),
            _ => self.eval(part),
        }
    }

    fn name(&mut self, name: &str, expr: &Expr) -> Value {
        rules::mentioned(self, name, expr.span);
        if let Some(value) = self.lookup(name) {
            return value.clone();
        }
        let labels = self.meaning(name);
        let is_constant = labels == Labels::NONE
            && name.len() > 1
            && name
                .chars()
                .all(|c| c.is_uppercase() || c == '_' || c.is_ascii_digit());
        Value::labelled(if is_constant { Labels::NUMBER } else { labels })
    }

    fn member(&mut self, expr: &Expr, base: &Expr, name: &str) -> Value {
        let path = expr.path();
        rules::mentioned(self, &path, expr.span);
        if let Some(value) = self.lookup(&path) {
            return value.clone();
        }
        if matches!(base.last_name(), "self" | "this" | "cls")
            && let Some(value) = self.lookup(name)
        {
            return value.clone();
        }
        if matches!(path.as_str(), "sys.argv" | "process.argv") {
            return Value::labelled(Labels::ARGV);
        }
        let value = self.eval(base);
        if let Some(field) = value.field(name) {
            return field.clone();
        }
        let mut labels = self.field(&value, name).labels;
        if labels == Labels::NONE || !labels.any(Labels::SENSITIVE) {
            labels |= self.meaning(&format!("{}_{name}", base.last_name()));
        }
        if matches!(
            name,
            "length" | "size" | "__name__" | "__class__" | "__len__" | "constructor"
        ) {
            labels = Labels::NUMBER | Labels::SAFE;
        }
        Value {
            origin: value.origin,
            ..Value::labelled(labels)
        }
    }

    /// What a part with this name says, and what it keeps of the whole.
    fn field(&mut self, whole: &Value, name: &str) -> Value {
        if let Some(field) = whole.field(name) {
            return field.clone();
        }
        let mut labels = self.meaning(name);
        labels |= whole.labels.only(
            Labels::INPUT | Labels::ARGUMENT | Labels::CHECKED | Labels::ARGV | Labels::SHELL,
        );
        if whole.labels.any(Labels::ERROR) {
            match name {
                "message" | "args" | "msg" | "detail" | "details" | "reason" | "strerror"
                | "stderr" | "description" | "stdout" | "text" | "sqlMessage" | "cause"
                | "__cause__" | "response" | "body" => {
                    labels |= Labels::ERROR | Labels::ERROR_TEXT;
                }
                "stack" | "__traceback__" | "stackTrace" => {
                    labels |= Labels::ERROR | Labels::ERROR_TEXT | Labels::TRACE;
                }
                _ => {}
            }
        }
        Value {
            origin: whole.origin.clone(),
            ..Value::labelled(labels)
        }
    }

    fn index(&mut self, base: &Value, key: &Value) -> Value {
        match key.constant() {
            Some(name) => self.field(base, name),
            None => {
                if let (Some(fields), Some(at)) = (&base.fields, key.number)
                    && let Some((_, value)) = fields.get(at as usize)
                {
                    return value.clone();
                }
                Value {
                    origin: base.origin.clone(),
                    ..Value::labelled(base.labels.without(Labels::PAYLOAD))
                }
            }
        }
    }

    fn map(&mut self, entries: &[(Option<String>, Expr)]) -> Value {
        let mut fields = Vec::new();
        for (key, written) in entries {
            let mut value = self.eval(written);
            if let Some(key) = key {
                rules::assigned(self, key, written, written, &mut value);
                let labels = self.meaning(key);
                let is_plain =
                    value.skeleton.is_some() || value.labels.any(Labels::SAFE | Labels::NUMBER);
                if !is_plain && !matches!(written.kind, Kind::Function(_)) {
                    value.labels |= labels;
                }
            }
            fields.push((key.clone(), value));
        }
        Value::collection(fields)
    }

    fn binary(&mut self, expr: &Expr, operator: &str, left: &Expr, right: &Expr) -> Value {
        let format = self.eval(left);
        let values = self.eval(right);
        if operator == "%"
            && let Some(skeleton) = &format.skeleton
        {
            let value = value::percent(skeleton, &values, expr.span);
            rules::text(self, &value, expr.span);
            return value;
        }
        if operator == "*" && (format.constant().is_some() || values.constant().is_some()) {
            let text = if format.constant().is_some() {
                format
            } else {
                values
            };
            return Value {
                labels: Labels::NUMBER,
                ..text
            };
        }
        if operator == "*" && format.fields.is_some() {
            return format;
        }
        let labels = format.labels.joined(values.labels);
        let is_number = matches!(
            operator,
            "-" | "*" | "//" | "<<" | ">>" | "&" | "^" | "**" | "mod"
        );
        Value::labelled(if is_number {
            labels | Labels::NUMBER
        } else {
            labels
        })
    }

    fn call(&mut self, call: &Call, span: Span) -> Value {
        let receiver = match &call.callee.kind {
            Kind::Member(base, _) => self.eval(base),
            Kind::Name(_) => Value::default(),
            other => {
                if !matches!(other, Kind::Text(_)) {
                    self.eval(&call.callee);
                }
                Value::default()
            }
        };
        let path = call.callee.path();
        rules::mentioned(self, &path, call.callee.span);
        let last = call.callee.last_name();
        let handles_error = matches!(
            last,
            "map_err" | "catch" | "or_else" | "unwrap_or_else" | "inspect_err" | "except" | "fail"
        );
        let is_error_event = last == "on"
            && matches!(call.args.first().map(|arg| &arg.value.kind), Some(Kind::Text(name)) if name == "error");
        let mut args = Vec::new();
        for arg in &call.args {
            let mut value = match &arg.value.kind {
                Kind::Function(function) if handles_error || is_error_event => {
                    self.function(function, Labels::ERROR)
                }
                Kind::Joined(parts) if call.tagged => {
                    for part in parts {
                        self.part(part);
                    }
                    Value::default()
                }
                _ => self.eval(&arg.value),
            };
            value.at = arg.value.span;
            if let Some(name) = &arg.name {
                rules::assigned(self, name, &arg.value, &arg.value, &mut value);
                let labels = self.meaning(name);
                let is_plain =
                    value.skeleton.is_some() || value.labels.any(Labels::SAFE | Labels::NUMBER);
                if !is_plain {
                    // A field that is called `arguments` may well take a masked copy of them.
                    value.labels |= labels.without(Labels::PAYLOAD);
                }
            }
            args.push(value);
        }
        let site = Site {
            call,
            span,
            path: path.to_lowercase(),
            last,
            receiver,
            args,
        };
        rules::called(self, &site);
        let value = result::of(self, &site);
        if matches!(last, "join" | "concat") {
            rules::text(self, &value, span);
        }
        self.mutate(&site);
        value
    }

    /// Calls that put something into their receiver.
    fn mutate(&mut self, site: &Site<'_>) {
        if crate::names::words(site.last)
            .iter()
            .any(|word| matches!(word.as_str(), "mask" | "redact" | "scrub" | "censor"))
        {
            for arg in &site.call.args {
                if let Kind::Name(name) = &arg.value.kind
                    && let Some(value) = self.lookup(name).cloned()
                {
                    // A mask that gives nothing back works in place; one that does loses nothing by this.
                    let labels = value.labels.made_safe();
                    self.bind(
                        name,
                        Value {
                            labels,
                            fields: None,
                            ..value
                        },
                    );
                }
            }
        }
        let Kind::Member(base, _) = &site.call.callee.kind else {
            return;
        };
        let is_text = matches!(site.last, "push_str" | "write_str" | "concat");
        let is_adding = is_text
            || matches!(
                site.last,
                "append" | "push" | "extend" | "add" | "update" | "insert" | "arg" | "args"
            );
        if !is_adding || site.args.is_empty() {
            return;
        }
        let name = base.path();
        let Some(before) = self.lookup(&name).cloned() else {
            return;
        };
        let value = if before.skeleton.is_some() && (is_text || site.last == "push") {
            let mut parts = vec![before];
            parts.extend(site.args.iter().cloned());
            let value = Value::concat(&parts, site.span);
            rules::text(self, &value, site.span);
            value
        } else {
            let labels = before.labels.without(Labels::SAFE)
                | site.union().without(Labels::SAFE | Labels::NUMBER);
            let mut fields: Vec<(Option<String>, Value)> = before
                .fields
                .as_ref()
                .map_or_else(Vec::new, |fields| fields.as_ref().clone());
            if fields.len() < 64 {
                fields.extend(site.args.iter().map(|value| (None, value.clone())));
            }
            Value {
                fields: Some(Rc::new(fields)),
                ..Value::labelled(labels)
            }
        };
        self.bind(&name, value);
    }
}

fn collect_names(expr: &Expr, names: &mut HashSet<String>) {
    expr.walk(&mut |part| {
        if let Kind::Name(name) = &part.kind {
            names.insert(name.clone());
        }
    });
}

fn is_measure(expr: &Expr) -> bool {
    matches!(
        expr.last_name(),
        "len" | "length" | "size" | "typeof" | "type"
    )
}

/// A call that says whether a value is one of those that are wanted.
fn is_choice(call: &Call) -> bool {
    let last = call.callee.last_name();
    let by_name = crate::names::words(last).iter().any(|word| {
        matches!(
            word.as_str(),
            "includes"
                | "has"
                | "contains"
                | "allowed"
                | "valid"
                | "validate"
                | "permitted"
                | "trusted"
                | "safe"
                | "check"
                | "verify"
        )
    });
    let is_prefix = matches!(
        last,
        "startswith" | "startsWith" | "starts_with" | "endswith" | "endsWith" | "ends_with"
    ) && call.args.iter().any(|arg| match &arg.value.kind {
        // A scheme alone leaves the host open.
        Kind::Text(text) => !text.ends_with("//") && text.len() > 7,
        _ => true,
    });
    by_name || is_prefix
}

/// Whether a parameter is the framework's rather than the model's.
pub(crate) fn is_context(name: &str, kind: &str) -> bool {
    const KINDS: &[&str] = &[
        "Caller",
        "Owned",
        "Context",
        "RunContext",
        "ToolContext",
        "State",
        "Session",
        "Request",
        "ToolRuntime",
        "AuthenticatedUser",
        "Principal",
        "RunContextWrapper",
    ];
    let bare = kind.trim_start_matches(['&', ' ']);
    let head = bare
        .split(['<', '[', '('])
        .next()
        .unwrap_or("")
        .rsplit(['.', ':'])
        .next()
        .unwrap_or("")
        .trim();
    KINDS.contains(&head)
        || matches!(
            name,
            "self"
                | "cls"
                | "this"
                | "ctx"
                | "context"
                | "caller"
                | "state"
                | "session"
                | "_"
                | "request"
                | "_args"
                | "_ctx"
                | "conversation"
                | "run_context"
                | "current_user"
                | "extra"
                | "_context"
                | "_input"
                | "_params"
                | "config"
        )
}

/// Types that keep their content to themselves.
fn is_wrapped(kind: &str) -> bool {
    [
        "Sealed<",
        "Secret<",
        "Masked<",
        "SecretString",
        "SecretBox",
        "SecretStr",
        "Protected<",
        "ApiKey",
        "CardNumber",
        "Redacted<",
    ]
    .iter()
    .any(|wrapper| kind.contains(wrapper))
}

/// Types that hold a number, whatever comes in. Python and TypeScript check nothing at run time.
fn is_number_type(kind: &str, language: Language) -> bool {
    let bare = kind.trim_start_matches(['&', ' ']);
    language == Language::Rust
        && matches!(
            bare,
            "u8" | "u16"
                | "u32"
                | "u64"
                | "u128"
                | "usize"
                | "i8"
                | "i16"
                | "i32"
                | "i64"
                | "i128"
                | "isize"
                | "f32"
                | "f64"
                | "bool"
                | "Decimal"
                | "Uuid"
        )
}

/// Whether a text has a place that is filled at run time.
pub(crate) fn has_hole(text: &str) -> bool {
    text.contains(HOLE)
}
