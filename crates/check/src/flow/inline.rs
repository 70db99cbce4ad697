//! Functions of the same file, entered from their calls: decides when that is worth its time, and what of it counts.
//! A helper that formats SQL gives its text to the caller; a helper that opens an address from a tool's argument is
//! seen doing so. Everything else a helper does is found where it stands.

use super::event::FlowEvent;
use super::site::Site;
use super::state::{Flow, Frame};
use super::value::Value;
use crate::code::ir::{Function, Kind, Stmt, walk_all};
use crate::facts::Fact;
use crate::names::Labels;
use std::collections::HashMap;

/// Calls inside calls that are followed.
const DEEPEST: usize = 2;
/// Longer functions are not entered, in statements.
const LONGEST: usize = 60;

impl Flow<'_> {
    /// What the file's own function of that name gives back for these arguments, when there is one to enter.
    pub(super) fn inline(&mut self, site: &Site<'_>) -> Option<Value> {
        if self.inlining.depth >= DEEPEST {
            return None;
        }
        let function = *self.functions.get(site.last)?;
        let is_own = match &site.call.callee.kind {
            Kind::Name(_) => true,
            Kind::Member(base, _) => {
                Fact::Receiver.has(base.last_name())
                    || function.params.is_empty() && site.call.args.is_empty()
            }
            _ => false,
        };
        if !is_own || function.name.is_empty() || self.frame().name == function.name {
            return None;
        }
        let takes_input = site
            .args
            .iter()
            .any(|value| value.labels.any(Labels::INPUT) && !value.labels.any(Labels::NUMBER));
        let tells = match self.inlining.tells.get(&function.name_span.start) {
            Some(tells) => *tells,
            None => {
                let tells = puts_text_together(function);
                self.inlining.tells.insert(function.name_span.start, tells);
                tells
            }
        };
        let length = length(&function.body);
        if !(takes_input || tells) || length > LONGEST || self.inlining.left < length {
            return None;
        }
        self.inlining.left -= length;
        self.inlining.depth += 1;
        let value = self.enter(function, site);
        self.inlining.depth -= 1;
        Some(value)
    }

    fn enter(&mut self, function: &Function, site: &Site<'_>) -> Value {
        self.emit(FlowEvent::Entered);
        self.scopes.push(HashMap::new());
        let mut positional = site
            .call
            .args
            .iter()
            .zip(&site.args)
            .filter(|(arg, _)| arg.name.is_none())
            .map(|(_, value)| value.clone());
        let params = function
            .params
            .iter()
            .filter(|param| !Fact::Receiver.has(param.name.as_str()));
        for param in params {
            let given = site
                .named(&param.name)
                .map(|(_, value)| value.clone())
                .or_else(|| positional.next());
            let meaning = self.meaning(&param.name);
            let mut value = match (given, &param.default) {
                (Some(value), _) => value,
                (None, Some(default)) => self.eval(default),
                (None, None) => Value::default(),
            };
            if value.skeleton.is_none() && !value.labels.any(Labels::SAFE | Labels::NUMBER) {
                value.labels |= meaning;
            }
            self.bind(&param.name, value);
        }
        let answers = self.frame().is_tool || self.frame().answers;
        self.frames.push(Frame {
            name: function.name.clone(),
            ..Frame::default()
        });
        self.block(&function.body);
        let returns = self
            .frames
            .pop()
            .map_or_else(Vec::new, |frame| frame.returns);
        self.scopes.pop();
        self.emit(FlowEvent::Left { answers });
        let all_known =
            !returns.is_empty() && returns.iter().all(|value| value.constant().is_some());
        let mut value = Value::either(&returns);
        if all_known && returns.len() > 1 {
            // One of several texts of the program's own.
            value.labels |= Labels::NUMBER;
        }
        value
    }
}

fn length(body: &[Stmt]) -> usize {
    body.iter()
        .map(|stmt| match stmt {
            Stmt::Branch { arms, .. } => {
                1 + arms.iter().map(|arm| length(&arm.body)).sum::<usize>()
            }
            Stmt::Function(function) => 1 + length(&function.body),
            _ => 1,
        })
        .sum()
}

/// Whether a function may give back a text that it puts together, or one of several of its own.
fn puts_text_together(function: &Function) -> bool {
    let mut found = false;
    returned(&function.body, &mut |value| {
        found |= matches!(
            value,
            Kind::Text(_) | Kind::Joined(_) | Kind::Sum(_) | Kind::Either(_) | Kind::Binary(..)
        );
    });
    if found {
        return true;
    }
    let mut joins = false;
    walk_all(&function.body, &mut |expr| {
        joins |= matches!(expr.kind, Kind::Joined(_) | Kind::Sum(_));
        if let Kind::Call(call) = &expr.kind {
            joins |= Fact::TextBuilder.has(call.callee.last_name());
        }
    });
    joins
}

fn returned<'a>(body: &'a [Stmt], visit: &mut dyn FnMut(&'a Kind)) {
    for stmt in body {
        match stmt {
            Stmt::Return(expr) => visit(&expr.kind),
            Stmt::Branch { arms, .. } => {
                for arm in arms {
                    returned(&arm.body, visit);
                }
            }
            _ => {}
        }
    }
}
