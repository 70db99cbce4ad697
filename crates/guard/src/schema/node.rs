//! A compiled schema: the tree that a value is checked against.
//!
//! Decides the shape of the tree and how types are told apart. What it is made of is decided in `compile`, what a value
//! must be in `check`.

use regex::Regex;
use serde_json::Value;

use super::format::Format;
use super::number::Bounds;
use super::relation::Relation;
use crate::text::Rule;

/// A set of JSON types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Types(u8);

impl Types {
    pub(super) const NONE: Self = Self(0);
    pub(super) const NULL: Self = Self(1);
    pub(super) const BOOLEAN: Self = Self(2);
    pub(super) const INTEGER: Self = Self(4);
    /// Numbers that are not whole, or are written with a fraction.
    pub(super) const FRACTION: Self = Self(8);
    pub(super) const STRING: Self = Self(16);
    pub(super) const ARRAY: Self = Self(32);
    pub(super) const OBJECT: Self = Self(64);
    /// Everything but null, which must be named.
    pub(super) const ANY: Self = Self(127 - 1);

    pub(super) fn find(name: &str) -> Option<Self> {
        Some(match name {
            "null" => Self::NULL,
            "boolean" => Self::BOOLEAN,
            "integer" => Self::INTEGER,
            "number" => Self(Self::INTEGER.0 | Self::FRACTION.0),
            "string" => Self::STRING,
            "array" => Self::ARRAY,
            "object" => Self::OBJECT,
            _ => return None,
        })
    }

    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::NULL,
            Value::Bool(_) => Self::BOOLEAN,
            Value::Number(number) if number.is_f64() => Self::FRACTION,
            Value::Number(_) => Self::INTEGER,
            Value::String(_) => Self::STRING,
            Value::Array(_) => Self::ARRAY,
            Value::Object(_) => Self::OBJECT,
        }
    }

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// How to say which type is expected.
    pub(super) fn expected(self) -> &'static str {
        match Self(self.0 & Self::ANY.0) {
            Self::BOOLEAN => "must be true or false",
            Self::INTEGER => "must be a whole number",
            Self(12) => "must be a number",
            Self::STRING => "must be a text",
            Self::ARRAY => "must be a list",
            Self::OBJECT => "must be an object",
            _ => "must be a value of another type",
        }
    }
}

/// What is answered for a broken bound.
#[derive(Debug, Clone)]
pub(super) struct Declared {
    pub(super) bound: String,
    pub(super) code: String,
    pub(super) message: Option<String>,
}

/// One place of a schema.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) types: Types,
    pub(super) choices: Option<Vec<Value>>,
    pub(super) bounds: Bounds,
    pub(super) text: Text,
    pub(super) list: Option<Box<List>>,
    pub(super) object: Option<Box<Object>>,
    pub(super) all: Vec<Node>,
    pub(super) any: Vec<Node>,
    pub(super) one: Vec<Node>,
    pub(super) not: Option<Box<Node>>,
    pub(super) condition: Option<Box<Condition>>,
    pub(super) default: Option<Value>,
    pub(super) refuse: Vec<Declared>,
}

/// Bounds of a text.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub(super) rule: Rule,
    pub(super) least: usize,
    pub(super) most: usize,
    pub(super) pattern: Option<Regex>,
    pub(super) format: Option<Format>,
}

/// Bounds of a list.
#[derive(Debug, Clone)]
pub(super) struct List {
    pub(super) first: Vec<Node>,
    pub(super) items: Option<Node>,
    pub(super) least: usize,
    pub(super) most: usize,
    pub(super) unique: bool,
}

/// Bounds of an object.
#[derive(Debug, Clone)]
pub(super) struct Object {
    pub(super) properties: Vec<Property>,
    /// Names that must be there and are not among the properties.
    pub(super) required: Vec<String>,
    pub(super) rest: Rest,
    pub(super) names: Option<Node>,
    pub(super) least: usize,
    pub(super) most: usize,
    pub(super) dependent: Vec<(String, Vec<String>)>,
    pub(super) relations: Vec<Relation>,
}

/// One named member.
#[derive(Debug, Clone)]
pub(super) struct Property {
    pub(super) name: String,
    pub(super) node: Node,
    pub(super) required: bool,
}

/// What of members that are not named.
#[derive(Debug, Clone)]
pub(super) enum Rest {
    Refused,
    Any,
    Node(Box<Node>),
    /// Only these, which are declared elsewhere in the same object.
    Known(Vec<String>),
}

impl Rest {
    /// Members that branches name, and no others.
    pub(super) fn only(names: Vec<String>) -> Self {
        match names.is_empty() {
            true => Self::Refused,
            false => Self::Known(names),
        }
    }
}

/// `if`, `then` and `else`.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    pub(super) when: Node,
    pub(super) then: Option<Node>,
    pub(super) otherwise: Option<Node>,
}

impl Node {
    /// `anyOf: [{…}, {"type": "null"}]` without a type of its own allows null although nothing here names it.
    pub(super) fn admit_null_of_branches(&mut self) {
        let mut branches = self.any.iter().chain(&self.one).chain(&self.all);
        if branches.any(|branch| branch.types.has(Types::NULL)) {
            self.types = self.types.or(Types::NULL);
        }
    }
}
