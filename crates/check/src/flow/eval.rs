//! What expressions are worth. Decides how labels and texts pass through operators, parts and collections; leaves
//! calls to `call` and what a known function gives back to `result`.

use super::event::FlowEvent;
use super::state::{DEPTH_LIMIT, Flow};
use super::value::{self, Value};
use crate::code::ir::{Expr, Kind};
use crate::facts::Fact;
use crate::names::Labels;

impl Flow<'_> {
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
                self.emit(FlowEvent::Literal {
                    text,
                    span: expr.span,
                });
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
                self.emit(FlowEvent::Built {
                    value: &value,
                    span: expr.span,
                });
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
                self.emit(FlowEvent::Built {
                    value: &value,
                    span: expr.span,
                });
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
                self.emit(FlowEvent::Compared { parts });
                Value::labelled(Labels::NUMBER | Labels::SAFE)
            }
            Kind::Either(parts) => {
                let values: Vec<Value> = parts.iter().map(|part| self.eval(part)).collect();
                self.emit(FlowEvent::FellBack {
                    parts,
                    values: &values,
                });
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
    pub(super) fn part(&mut self, part: &Expr) -> Value {
        match &part.kind {
            Kind::Text(text) => Value::text(text, part.span),
            _ => self.eval(part),
        }
    }

    fn name(&mut self, name: &str, expr: &Expr) -> Value {
        self.emit(FlowEvent::Mentioned {
            path: name,
            span: expr.span,
        });
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
        self.emit(FlowEvent::Mentioned {
            path: &path,
            span: expr.span,
        });
        if let Some(value) = self.lookup(&path) {
            return value.clone();
        }
        if let Some(value) = self.request_part(&path) {
            return value;
        }
        if Fact::Receiver.has(base.last_name())
            && let Some(value) = self.lookup(name)
        {
            return value.clone();
        }
        if Fact::ArgvPath.has(path.as_str()) {
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
        if Fact::PlainMember.has(name) {
            labels = Labels::NUMBER | Labels::SAFE;
        }
        Value {
            origin: value.origin,
            ..Value::labelled(labels)
        }
    }

    /// What a part with this name says, and what it keeps of the whole.
    pub(super) fn field(&mut self, whole: &Value, name: &str) -> Value {
        if let Some(field) = whole.field(name) {
            return field.clone();
        }
        let mut labels = self.meaning(name);
        labels |= whole.labels.only(
            Labels::INPUT | Labels::ARGUMENT | Labels::CHECKED | Labels::ARGV | Labels::SHELL,
        );
        if whole.labels.any(Labels::ERROR) {
            if Fact::ErrorText.has(name) {
                labels |= Labels::ERROR | Labels::ERROR_TEXT;
            } else if Fact::ErrorTrace.has(name) {
                labels |= Labels::ERROR | Labels::ERROR_TEXT | Labels::TRACE;
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
                if base.is_choice() {
                    return Value::labelled(Labels::NUMBER);
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
                self.named(key, written, written, &mut value);
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
            self.emit(FlowEvent::Built {
                value: &value,
                span: expr.span,
            });
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
}
