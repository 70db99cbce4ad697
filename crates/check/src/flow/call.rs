//! Calls: decides in which order callee, arguments and rules are looked at and what a call does to its receiver;
//! leaves its result to `result`.

use super::event::FlowEvent;
use super::result;
use super::site::Site;
use super::state::Flow;
use super::value::Value;
use crate::code::ir::{Call, Expr, Kind, Span};
use crate::facts::Fact;
use crate::names::Labels;
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
        let handles_error = Fact::ErrorTaker.has(last);
        let is_error_event = last == "on"
            && matches!(call.args.first().map(|arg| &arg.value.kind), Some(Kind::Text(name)) if name == "error");
        let is_message_event = Fact::EventTaker.has(last)
            && matches!(call.args.first().map(|arg| &arg.value.kind), Some(Kind::Text(name)) if name == "message");
        let mut args = Vec::new();
        for arg in &call.args {
            let mut value = match &arg.value.kind {
                Kind::Function(function) if handles_error || is_error_event => {
                    self.function(function, Labels::ERROR)
                }
                Kind::Function(function) if is_message_event => {
                    self.function(function, Labels::PAYLOAD)
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
                self.named(name, &arg.value, &arg.value, &mut value);
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

    /// Calls that put something into their receiver.
    fn mutate(&mut self, site: &Site<'_>) {
        if Fact::InPlaceMask.in_words(&crate::names::words(site.last)) {
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
        if site
            .args
            .iter()
            .any(|value| value.labels.any(Labels::FIXED))
            && fills(site.last)
        {
            for arg in &site.call.args {
                if let Kind::Name(name) = &arg.value.kind
                    && let Some(value) = self.lookup(name).cloned()
                {
                    let labels = value.labels.without(Labels::FIXED);
                    self.bind(name, Value { labels, ..value });
                }
            }
        }
        let Kind::Member(base, _) = &site.call.callee.kind else {
            return;
        };
        let is_text = Fact::TextAdder.has(site.last);
        let is_adding = is_text || Fact::Adder.has(site.last);
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
            self.emit(FlowEvent::Built {
                value: &value,
                span: site.span,
            });
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

/// Calls that write random or received bytes into a buffer.
fn fills(name: &str) -> bool {
    Fact::Filler.in_words(&crate::names::words(name))
}
