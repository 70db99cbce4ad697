//! A value against a compiled schema: in order and in normal form, or every fault with its place.
//!
//! Decides nothing that the schema does not say. A name that the schema does not know is never repeated in a fault,
//! since whoever chose it may have put a secret there.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write;

use conversimple_wire::Code;
use serde_json::{Map, Value};

use super::node::{List, Node, Object, Rest, Text, Types};
use super::number;
use crate::canonical;
use crate::refusal::FieldProblem;
use crate::text::{Rule, TEXT_LIMIT_CHARS, TextError};

/// How a name that the schema does not know stands in a path.
const UNKNOWN: &str = "(unknown)";

/// How many places of a schema one value is held against, at most: arguments of the greatest size (8,192 values) with two dozen
/// places each. Alternatives within alternatives multiply; 8,000 numbers against 900 places took seconds without this.
const STEPS_LIMIT: u32 = 200_000;

/// How often a value is looked at until its normal form stays as it is.
const ROUNDS: usize = 4;

/// Most faults that one refusal names.
pub const FAULTS_LIMIT: usize = 32;

/// Checks a value and gives the normal form that the same check takes again and leaves as it is: the agent checks what the
/// platform has checked. Where alternatives could read a normal form differently (`is_steady` is false), it is looked at
/// until it stays; a value for which it never does is refused.
pub(super) fn settled(
    root: &Node,
    value: Value,
    is_steady: bool,
) -> Result<Value, Vec<FieldProblem>> {
    let mut normal = check(root, value)?;
    if is_steady {
        return Ok(normal);
    }
    for _ in 1..ROUNDS {
        let again = check(root, normal.clone())?;
        if again == normal {
            return Ok(normal);
        }
        normal = again;
    }
    let mut walk = Walk::default();
    let detail = "can be read in more than one way";
    walk.fault(root, "type", Code::InvalidParameters, detail);
    Err(walk.faults)
}

/// Checks a value and gives its normal form.
fn check(root: &Node, value: Value) -> Result<Value, Vec<FieldProblem>> {
    let mut walk = Walk::default();
    let value = walk.node(root, value);
    if walk.faults.is_empty() {
        Ok(value)
    } else {
        Err(walk.faults)
    }
}

#[derive(Clone, Copy)]
enum Step<'s> {
    Name(&'s str),
    Item(usize),
}

struct Walk<'s> {
    trail: Vec<Step<'s>>,
    faults: Vec<FieldProblem>,
    /// Steps that are left.
    steps: u32,
}

impl Default for Walk<'_> {
    fn default() -> Self {
        Self {
            trail: Vec::new(),
            faults: Vec::new(),
            steps: STEPS_LIMIT,
        }
    }
}

impl<'s> Walk<'s> {
    /// What a schema makes of a value, without telling its faults.
    fn tried(&mut self, node: &'s Node, value: &Value) -> Option<Value> {
        // Copying a value that nobody will look at costs too.
        if self.steps == 0 {
            return None;
        }
        let mut inner = Walk {
            steps: self.steps,
            ..Walk::default()
        };
        let normal = inner.node(node, value.clone());
        self.steps = inner.steps;
        inner.faults.is_empty().then_some(normal)
    }

    fn node(&mut self, node: &'s Node, value: Value) -> Value {
        // No further fault would be told.
        if self.faults.len() >= FAULTS_LIMIT {
            return value;
        }
        let Some(steps) = self.steps.checked_sub(1) else {
            let detail = "is too large to be looked at";
            self.fault(node, "type", Code::InvalidParameters, detail);
            return value;
        };
        self.steps = steps;
        if !node.types.has(Types::of(&value)) {
            self.fault(node, "type", Code::InvalidType, node.types.expected());
            return value;
        }
        if let Some(choices) = &node.choices
            && !choices.iter().any(|choice| number::same(choice, &value))
        {
            let bound = if choices.len() == 1 { "const" } else { "enum" };
            self.fault(node, bound, Code::InvalidParameters, &one_of(choices));
            return value;
        }
        // One of the declared choices is what the tool expects, letter by letter.
        let chosen = node.choices.is_some().then(|| value.clone());
        let before = self.faults.len();
        let value = match value {
            Value::Number(number) => {
                self.number(node, &number);
                Value::Number(number)
            }
            Value::String(text) => Value::String(self.text(node, &node.text, text)),
            Value::Array(items) => match &node.list {
                Some(list) => Value::Array(self.list(node, list, items)),
                None => Value::Array(items),
            },
            Value::Object(map) => match &node.object {
                Some(object) => Value::Object(self.object(node, object, map)),
                None => Value::Object(map),
            },
            plain => plain,
        };
        if self.faults.len() > before {
            return value;
        }
        let value = self.combined(node, value);
        chosen.unwrap_or(value)
    }

    fn number(&mut self, node: &'s Node, number: &serde_json::Number) {
        let exact = number::exact(number);
        let broken = match exact {
            Some(exact) => node.bounds.broken(exact),
            None => node.bounds.broken_by_far(number.as_f64().unwrap_or(0.0)),
        };
        if let Some((bound, detail)) = broken {
            self.fault(node, bound, Code::InvalidParameters, &detail);
        } else if exact.is_none() {
            self.fault(
                node,
                "type",
                Code::InvalidType,
                "must be a number of ordinary size",
            );
        }
    }

    fn text(&mut self, node: &'s Node, bounds: &'s Text, text: String) -> String {
        let normal = match bounds.rule.apply(&text, bounds.least, bounds.most) {
            Ok(Cow::Borrowed(_)) => None,
            Ok(Cow::Owned(normal)) => Some(normal),
            Err(error) => {
                let (bound, detail) = text_fault(error, bounds);
                self.fault(node, bound, Code::InvalidParameters, &detail);
                return text;
            }
        };
        let text = normal.unwrap_or(text);
        if bounds
            .pattern
            .as_ref()
            .is_some_and(|pattern| !pattern.is_match(&text))
        {
            self.fault(
                node,
                "pattern",
                Code::InvalidParameters,
                "has another form than expected",
            );
        } else if let Some(format) = bounds.format.filter(|format| !format.matches(&text)) {
            self.fault(node, "format", Code::InvalidParameters, format.expected());
        }
        text
    }

    fn list(&mut self, node: &'s Node, list: &'s List, items: Vec<Value>) -> Vec<Value> {
        if items.len() < list.least {
            let detail = format!("must have at least {} entries", list.least);
            self.fault(node, "minItems", Code::InvalidParameters, &detail);
        }
        if items.len() > list.most {
            let detail = format!("must have at most {} entries", list.most);
            self.fault(node, "maxItems", Code::InvalidParameters, &detail);
            return items;
        }
        let checked = items.into_iter().enumerate().map(|(i, item)| {
            self.trail.push(Step::Item(i));
            let item = match list.first.get(i).or(list.items.as_ref()) {
                Some(inner) => self.node(inner, item),
                None => self.free(node, item),
            };
            self.trail.pop();
            item
        });
        let items: Vec<Value> = checked.collect();
        // Two texts may differ and have the same normal form.
        if list.unique && !all_different(&items) {
            self.fault(
                node,
                "uniqueItems",
                Code::InvalidParameters,
                "must not have the same entry twice",
            );
        }
        items
    }

    fn object(
        &mut self,
        node: &'s Node,
        object: &'s Object,
        mut map: Map<String, Value>,
    ) -> Map<String, Value> {
        let (given, before) = (map.len(), self.faults.len());
        let mut out = Map::with_capacity(object.properties.len());
        for property in &object.properties {
            self.trail.push(Step::Name(&property.name));
            match map.remove(&property.name) {
                Some(value) => {
                    let value = self.node(&property.node, value);
                    out.insert(property.name.clone(), value);
                }
                None if property.required => {
                    self.fault(
                        &property.node,
                        "required",
                        Code::InvalidParameters,
                        "is missing",
                    );
                }
                None => {
                    if let Some(default) = &property.node.default {
                        out.insert(property.name.clone(), default.clone());
                    }
                }
            }
            self.trail.pop();
        }
        for name in object
            .required
            .iter()
            .filter(|name| !map.contains_key(*name))
        {
            self.trail.push(Step::Name(name));
            self.fault(node, "required", Code::InvalidParameters, "is missing");
            self.trail.pop();
        }
        self.rest(node, object, map, &mut out);
        self.count(node, object, given, chosen(object, &out));
        if self.faults.len() == before {
            self.relations(node, object, &out);
        }
        out
    }

    fn rest(
        &mut self,
        node: &'s Node,
        object: &'s Object,
        map: Map<String, Value>,
        out: &mut Map<String, Value>,
    ) {
        for (name, value) in map {
            self.trail.push(Step::Name(UNKNOWN));
            let fine_name = match &object.names {
                Some(names) => self.tried(names, &Value::String(name.clone())).is_some(),
                None => Rule::Verbatim.apply(&name, 0, 256).is_ok(),
            };
            if !fine_name {
                self.fault(
                    node,
                    "propertyNames",
                    Code::InvalidParameters,
                    "has a name that is not allowed",
                );
            }
            match &object.rest {
                Rest::Any => {
                    let value = self.free(node, value);
                    out.insert(name, value);
                }
                Rest::Node(inner) => {
                    let value = self.node(inner, value);
                    out.insert(name, value);
                }
                // The branch that names it looks at it more closely, if it is the branch that applies.
                Rest::Known(names) if names.contains(&name) => {
                    let value = self.free(node, value);
                    out.insert(name, value);
                }
                Rest::Known(_) | Rest::Refused => {
                    self.fault(
                        node,
                        "additionalProperties",
                        Code::InvalidParameters,
                        "is not expected here",
                    );
                }
            }
            self.trail.pop();
        }
    }

    fn count(&mut self, node: &'s Node, object: &'s Object, given: usize, chosen: usize) {
        if given < object.least {
            let detail = format!("must have at least {} members", object.least);
            self.fault(node, "minProperties", Code::InvalidParameters, &detail);
        }
        if chosen > object.most {
            let detail = format!("must have at most {} members", object.most);
            self.fault(node, "maxProperties", Code::InvalidParameters, &detail);
        }
    }

    fn relations(&mut self, node: &'s Node, object: &'s Object, out: &Map<String, Value>) {
        for (name, needed) in &object.dependent {
            for missing in needed
                .iter()
                .filter(|needed| out.contains_key(name) && !out.contains_key(*needed))
            {
                self.trail.push(Step::Name(missing));
                let detail = format!("is needed together with {name}");
                self.fault(node, "dependentRequired", Code::InvalidParameters, &detail);
                self.trail.pop();
            }
        }
        for relation in object
            .relations
            .iter()
            .filter(|relation| !relation.holds(out))
        {
            self.trail.push(Step::Name(&relation.of[0]));
            let detail = relation.detail();
            match &relation.code {
                Some(code) => self.push(code.clone(), relation.message.clone(), &detail),
                None => self.fault(node, "x-rules", Code::InvalidParameters, &detail),
            }
            self.trail.pop();
        }
    }

    /// A value that no schema describes: still nothing hidden in it, and no text without end.
    fn free(&mut self, node: &'s Node, value: Value) -> Value {
        if let Some(error) = free_fault(&value) {
            self.fault(
                node,
                "characters",
                Code::InvalidParameters,
                &error.to_string(),
            );
        }
        value
    }

    fn combined(&mut self, node: &'s Node, mut value: Value) -> Value {
        for part in &node.all {
            value = self.node(part, value);
        }
        if !node.any.is_empty() {
            let normal = node.any.iter().find_map(|part| self.tried(part, &value));
            value = normal.unwrap_or_else(|| self.none_of(node, &node.any, "anyOf", value));
        }
        if !node.one.is_empty() {
            let branches = &mut node.one.iter();
            let normal = branches.find_map(|part| self.tried(part, &value));
            if normal.is_some() && branches.any(|part| self.tried(part, &value).is_some()) {
                self.fault(
                    node,
                    "oneOf",
                    Code::InvalidParameters,
                    "fits more than one of the alternatives",
                );
            }
            value = normal.unwrap_or_else(|| self.none_of(node, &node.one, "oneOf", value));
        }
        if let Some(not) = &node.not
            && self.tried(not, &value).is_some()
        {
            self.fault(node, "not", Code::InvalidParameters, "is not allowed");
        }
        if let Some(condition) = &node.condition {
            let holds = self.tried(&condition.when, &value).is_some();
            let branch = if holds {
                &condition.then
            } else {
                &condition.otherwise
            };
            if let Some(branch) = branch {
                value = self.node(branch, value);
            }
        }
        value
    }

    /// No alternative fits. If only one is of the value's type, its faults are the ones to tell.
    fn none_of(
        &mut self,
        node: &'s Node,
        branches: &'s [Node],
        bound: &str,
        value: Value,
    ) -> Value {
        let kind = Types::of(&value);
        let mut near = branches.iter().filter(|branch| branch.types.has(kind));
        match (near.next(), near.next()) {
            (None, _) => self.fault(
                node,
                "type",
                Code::InvalidType,
                "must be a value of another type",
            ),
            (Some(only), None) => return self.node(only, value),
            _ => self.fault(
                node,
                bound,
                Code::InvalidParameters,
                "fits none of the alternatives",
            ),
        }
        value
    }

    fn fault(&mut self, node: &Node, bound: &str, fallback: Code, detail: &str) {
        let declared = node.refuse.iter().find(|declared| declared.bound == bound);
        match declared {
            Some(declared) => self.push(declared.code.clone(), declared.message.clone(), detail),
            None => self.push(fallback.as_str(), None, detail),
        }
    }

    fn push(&mut self, code: impl Into<Cow<'static, str>>, message: Option<String>, detail: &str) {
        if self.faults.len() >= FAULTS_LIMIT {
            return;
        }
        let message = message.map_or_else(|| self.sentence(detail), Cow::Owned);
        self.faults.push(FieldProblem {
            path: self.path(),
            code: code.into(),
            message,
        });
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for step in &self.trail {
            match step {
                Step::Name(name) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(name);
                }
                // Writing to a String cannot fail.
                Step::Item(i) => {
                    let _ = write!(path, "[{i}]");
                }
            }
        }
        path
    }

    /// "The card number must be a text."
    fn sentence(&self, detail: &str) -> Cow<'static, str> {
        let name = self.trail.iter().rev().find_map(|step| match step {
            Step::Name(name) if *name != UNKNOWN => Some(name.replace(['_', '-'], " ")),
            _ => None,
        });
        match (self.trail.last(), name) {
            (Some(Step::Name(UNKNOWN)), _) => format!("An argument {detail}."),
            (Some(Step::Item(_)), Some(name)) => format!("An entry of the {name} {detail}."),
            (_, Some(name)) => format!("The {name} {detail}."),
            (_, None) => format!("This {detail}."),
        }
        .into()
    }
}

fn text_fault(error: TextError, bounds: &Text) -> (&'static str, String) {
    match error {
        TextError::TooLong => (
            "maxLength",
            format!("must have at most {} characters", bounds.most),
        ),
        TextError::TooShort if bounds.least <= 1 => ("minLength", "must not be empty".to_owned()),
        TextError::TooShort => (
            "minLength",
            format!("must have at least {} characters", bounds.least),
        ),
        TextError::Hidden | TextError::Character | TextError::Form => {
            ("characters", error.to_string())
        }
    }
}

fn free_fault(value: &Value) -> Option<TextError> {
    match value {
        Value::String(text) => Rule::Lines.apply(text, 0, TEXT_LIMIT_CHARS).err(),
        Value::Array(items) => items.iter().find_map(free_fault),
        Value::Object(map) => map.iter().find_map(|(name, inner)| {
            Rule::Verbatim
                .apply(name, 0, 256)
                .err()
                .or_else(|| free_fault(inner))
        }),
        _ => None,
    }
}

/// How many members are not what a default would have filled in: those alone count against a greatest number.
fn chosen(object: &Object, members: &Map<String, Value>) -> usize {
    let filled = object.properties.iter().filter(|property| {
        let default = property.node.default.as_ref();
        default.is_some_and(|default| members.get(&property.name) == Some(default))
    });
    members.len() - filled.count()
}

fn all_different(items: &[Value]) -> bool {
    let mut seen = HashSet::with_capacity(items.len());
    items
        .iter()
        .all(|item| seen.insert(canonical::to_text(item)))
}

/// "must be one of USD, EUR, GBP", where that is short enough to say.
fn one_of(choices: &[Value]) -> String {
    let words: Vec<String> = choices
        .iter()
        .map(|choice| {
            choice
                .as_str()
                .map_or_else(|| choice.to_string(), str::to_owned)
        })
        .collect();
    match words.as_slice() {
        [only] => format!("must be {only}"),
        words if words.len() <= 12 => format!("must be one of {}", words.join(", ")),
        _ => "is not one of the allowed values".to_owned(),
    }
}
