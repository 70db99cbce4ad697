//! Calls: decides in which order callee, arguments and rules are looked at and what a call does to its receiver;
//! leaves its result to `result`.

use super::event::FlowEvent;
use super::result;
use super::site::Site;
use super::state::Flow;
use super::value::Value;
use crate::code::ir::{Arg, Call, Expr, Kind, Span};
use crate::facts::Fact;
use crate::names::Labels;
use std::cell::OnceCell;
use std::rc::Rc;

impl Flow<'_> {
    pub(super) fn call(&mut self, call: &Call, span: Span) -> Value {
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
        self.emit(FlowEvent::Mentioned {
            path: &path,
            span: call.callee.span,
        });
        let last = call.callee.last_name();
        let given = given_to_functions(call);
        let args = call
            .args
            .iter()
            .map(|arg| self.argument(call, arg, given))
            .collect();
        let site = Site {
            call,
            span,
            path: path.to_lowercase(),
            last,
            receiver,
            cut: OnceCell::new(),
            args,
        };
        self.emit(FlowEvent::Called { site: &site });
        let mut value = result::of(self, &site);
        if let Some(entered) = self.inline(&site) {
            value.learn(&entered);
        }
        if Fact::Joiner.has(last) {
            self.emit(FlowEvent::Built {
                value: &value,
                span,
            });
        }
        self.mutate(&site);
        value
    }

    /// The value of an argument; `given` is what functions among the arguments are called with.
    fn argument(&mut self, call: &Call, arg: &Arg, given: Option<Labels>) -> Value {
        let mut value = match (&arg.value.kind, given) {
            (Kind::Function(function), Some(given)) => self.function(function, given),
            (Kind::Joined(parts), _) if call.tagged => {
                for part in parts {
                    self.part(part);
                }
                Value::default()
            }
            _ => self.eval(&arg.value),
        };
        value.at = arg.value.span;
        if let Some(name) = &arg.name {
            self.named(name, &arg.value, &arg.value, &mut value);
            let labels = self.meaning(name);
            let is_plain =
                value.skeleton.is_some() || value.labels.any(Labels::SAFE | Labels::NUMBER);
            if !is_plain {
                // A field that is called `arguments` may well take a masked copy of them.
                value.labels |= labels.without(Labels::PAYLOAD);
            }
        }
        value
    }

    /// Calls that put something into their receiver or their arguments.
    fn mutate(&mut self, site: &Site<'_>) {
        let mut args = site.args.iter();
        if Fact::InPlaceMask.in_words(site.words()) {
            // A mask that gives nothing back works in place; one that does loses nothing by this.
            self.change_arguments(site, |value| Value {
                labels: value.labels.made_safe(),
                fields: None,
                ..value
            });
        }
        if args.any(|value| value.labels.any(Labels::FIXED)) && fills(site.last) {
            self.change_arguments(site, |value| Value {
                labels: value.labels.without(Labels::FIXED),
                ..value
            });
        }
        let adds = Fact::TextAdder.has(site.last) || Fact::Adder.has(site.last);
        if let Kind::Member(base, _) = &site.call.callee.kind
            && adds
            && !site.args.is_empty()
        {
            self.add(&base.path(), site);
        }
    }

    /// Changes the variables among the arguments of a call.
    fn change_arguments(&mut self, site: &Site<'_>, change: impl Fn(Value) -> Value) {
        for arg in &site.call.args {
            if let Kind::Name(name) = &arg.value.kind
                && let Some(value) = self.lookup(name).cloned()
            {
                self.bind(name, change(value));
            }
        }
    }

    /// Adds the arguments of a call to a variable.
    fn add(&mut self, name: &str, site: &Site<'_>) {
        let Some(before) = self.lookup(name).cloned() else {
            return;
        };
        let is_text = Fact::TextAdder.has(site.last) || site.last == "push";
        let value = if before.skeleton.is_some() && is_text {
            let parts: Vec<Value> = std::iter::once(&before)
                .chain(&site.args)
                .cloned()
                .collect();
            let value = Value::concat(&parts, site.span);
            self.emit(FlowEvent::Built {
                value: &value,
                span: site.span,
            });
            value
        } else {
            with_parts(&before, site)
        };
        self.bind(name, value);
    }

    /// A part of a variable gets a value.
    pub(super) fn put(&mut self, base: &Expr, key: &str, value: &Value) {
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
}

/// What a call hands to the functions that it is given: an error, or a message.
fn given_to_functions(call: &Call) -> Option<Labels> {
    let last = call.callee.last_name();
    let event = match call.args.first().map(|arg| &arg.value.kind) {
        Some(Kind::Text(event)) => event.as_str(),
        _ => "",
    };
    if Fact::ErrorTaker.has(last) || last == "on" && event == "error" {
        Some(Labels::ERROR)
    } else if Fact::EventTaker.has(last) && event == "message" {
        Some(Labels::PAYLOAD)
    } else {
        None
    }
}

/// A collection with the arguments of a call besides.
fn with_parts(before: &Value, site: &Site<'_>) -> Value {
    let labels =
        before.labels.without(Labels::SAFE) | site.union().without(Labels::SAFE | Labels::NUMBER);
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
}

/// Calls that write random or received bytes into a buffer.
fn fills(name: &str) -> bool {
    Fact::Filler.in_words(&crate::names::words(name))
}
