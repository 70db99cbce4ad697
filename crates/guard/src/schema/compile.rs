//! From JSON Schema to a tree that can be checked.
//!
//! Decides which keywords are known and what they compile to. A reference into the same document is put in place; a
//! schema that contains itself is refused. What a value must be is decided in `check`.

use std::collections::HashMap;

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::check;
use super::error::SchemaError;
use super::format::Format;
use super::node::{Condition, Declared, List, Node, Object, Property, Rest, Text, Types};
use super::number::{self, Bounds};
use super::pattern::Patterns;
use super::relation::Relation;
use crate::text::{Rule, TEXT_LIMIT_CHARS};

/// Most nodes of one schema; tools have dozens.
const NODES_LIMIT: usize = 1000;

/// Deepest nesting of a schema.
const DEPTH_LIMIT: usize = 16;

/// How deep alternatives may lie within alternatives: each level is tried more than once.
const ALTERNATIVES_LIMIT: usize = 4;

/// Keywords whose schemas are tried on a copy of the value.
const TRIES: &[&str] = &["anyOf", "oneOf", "not", "if"];

/// What an object without `additionalProperties` does with members that it does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// Refuses them: the arguments, and objects that name members.
    Closed,
    /// Leaves them to the schema of which this one is a part.
    Partial,
}

/// Longest list of a declaration that names no length.
pub const ITEMS_LIMIT: usize = 256;

/// What a schema is compiled to.
#[derive(Debug, Clone)]
pub(super) struct Compiled {
    pub(super) root: Node,
    /// Nothing in it tries alternatives, so that one pass gives the normal form.
    pub(super) is_steady: bool,
    /// Keywords that are not enforced.
    pub(super) ignored: Vec<String>,
}

/// The compiler of one document.
pub(super) struct Compiler {
    lenient: bool,
    nodes: usize,
    ignored: Vec<String>,
    definitions: HashMap<String, Value>,
    open_references: Vec<String>,
    /// Alternatives around the present place.
    alternatives: usize,
    patterns: Patterns,
    /// No combinator was met.
    is_steady: bool,
}

impl Compiler {
    pub(super) fn strict() -> Self {
        Self {
            lenient: false,
            nodes: 0,
            ignored: Vec::new(),
            definitions: HashMap::new(),
            open_references: Vec::new(),
            alternatives: 0,
            patterns: Patterns::new(),
            is_steady: true,
        }
    }

    pub(super) fn lenient() -> Self {
        Self {
            lenient: true,
            ..Self::strict()
        }
    }

    pub(super) fn arguments(self, schema: &Value) -> Result<Compiled, SchemaError> {
        let mut schema = schema.clone();
        match &mut schema {
            Value::Null if self.lenient => schema = serde_json::json!({"type": "object"}),
            Value::Object(map) => {
                let kind = map.entry("type").or_insert_with(|| "object".into());
                if *kind != "object" {
                    return Err(shape("$", "type"));
                }
                map.entry("additionalProperties")
                    .or_insert(Value::Bool(false));
                // A combinator that names arguments needs them to be known here.
                if combines(map) {
                    map.entry("properties")
                        .or_insert_with(|| Value::Object(Map::new()));
                }
            }
            _ => return Err(shape("$", "type")),
        }
        self.value(&schema)
    }

    pub(super) fn value(mut self, schema: &Value) -> Result<Compiled, SchemaError> {
        for key in ["$defs", "definitions"] {
            for (name, inner) in schema
                .get(key)
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
            {
                self.definitions
                    .insert(format!("#/{key}/{name}"), inner.clone());
            }
        }
        let root = self.node(schema, "$", 0, Scope::Closed)?;
        Ok(Compiled {
            root,
            is_steady: self.is_steady,
            ignored: self.ignored,
        })
    }

    fn node(
        &mut self,
        schema: &Value,
        path: &str,
        depth: usize,
        scope: Scope,
    ) -> Result<Node, SchemaError> {
        self.nodes += 1;
        if self.nodes > NODES_LIMIT || depth > DEPTH_LIMIT {
            return Err(SchemaError::TooLarge);
        }
        let anything = Map::new();
        let map = match schema {
            Value::Object(map) => map,
            Value::Bool(true) if self.lenient => &anything,
            _ => return Err(shape(path, "schema")),
        };
        if let Some(reference) = map.get("$ref") {
            return self.reference(map, reference, path, depth, scope);
        }
        self.keywords(map, path)?;
        let mut types = self.types(map, path)?;
        if scope == Scope::Partial && untyped(map) == Types::ANY && !map.contains_key("type") {
            // Whether null is allowed is for the schema of which this is a part.
            types = types.or(Types::NULL);
        }
        let tries = self.enter_alternatives(map)?;
        let mut node = self.parts(map, path, depth, scope, types)?;
        self.alternatives -= tries;
        if !map.contains_key("type") {
            node.admit_null_of_branches();
        }
        self.settle_default(&mut node, path)?;
        Ok(node)
    }

    /// Counts the alternatives that the schema of a node opens, which are tried one after the other: nested, their number
    /// multiplies.
    fn enter_alternatives(&mut self, map: &Map<String, Value>) -> Result<usize, SchemaError> {
        let tries = TRIES.iter().any(|key| map.contains_key(*key));
        self.is_steady &= !tries && !combines(map);
        self.alternatives += usize::from(tries);
        match self.alternatives > ALTERNATIVES_LIMIT {
            true => Err(SchemaError::TooLarge),
            false => Ok(usize::from(tries)),
        }
    }

    /// What the keywords of a node say, each by itself.
    fn parts(
        &mut self,
        map: &Map<String, Value>,
        path: &str,
        depth: usize,
        scope: Scope,
        types: Types,
    ) -> Result<Node, SchemaError> {
        // Read whatever the type is, so that a mistake in them is found.
        let list = Some(self.list(map, path, depth)?).filter(|_| types.has(Types::ARRAY));
        let object = self.object(map, path, depth, scope)?;
        let object = Some(object).filter(|_| types.has(Types::OBJECT));
        Ok(Node {
            types,
            choices: self.choices(map, path)?,
            bounds: self.bounds(map, path)?,
            text: self.text(map, path)?,
            list: list.map(Box::new),
            object: object.map(Box::new),
            all: self.branches(map, "allOf", path, depth, Scope::Partial)?,
            any: self.branches(map, "anyOf", path, depth, branch_scope(map))?,
            one: self.branches(map, "oneOf", path, depth, branch_scope(map))?,
            not: self.inner(map, "not", path, depth)?.map(Box::new),
            condition: self.condition(map, path, depth)?,
            default: map.get("default").cloned(),
            refuse: self.refuse(map, path)?,
        })
    }

    /// Brings the default into normal form: what is filled in is like what is given. One that does not fit is none in a lenient
    /// schema, because `x: str = None` is how Python writes an argument that may be left out.
    fn settle_default(&self, node: &mut Node, path: &str) -> Result<(), SchemaError> {
        let Some(default) = node.default.take() else {
            return Ok(());
        };
        node.default = check::settled(node, default, self.is_steady).ok();
        match node.default.is_none() && !self.lenient {
            true => Err(shape(path, "default")),
            false => Ok(()),
        }
    }

    /// A reference is replaced by what it names; what stands beside it (a default, a policy key) is added.
    fn reference(
        &mut self,
        map: &Map<String, Value>,
        reference: &Value,
        path: &str,
        depth: usize,
        scope: Scope,
    ) -> Result<Node, SchemaError> {
        let target = reference.as_str().ok_or_else(|| shape(path, "$ref"))?;
        if self.open_references.iter().any(|open| open == target) {
            return Err(SchemaError::TooLarge);
        }
        let mut merged = match self.definitions.get(target) {
            Some(Value::Object(found)) => found.clone(),
            _ => {
                self.ignore(path, "$ref")?;
                Map::new()
            }
        };
        for (key, value) in map.iter().filter(|(key, _)| *key != "$ref") {
            merged.insert(key.clone(), value.clone());
        }
        self.open_references.push(target.to_owned());
        let node = self.node(&Value::Object(merged), path, depth + 1, scope);
        self.open_references.pop();
        node
    }

    fn keywords(&mut self, map: &Map<String, Value>, path: &str) -> Result<(), SchemaError> {
        for key in map.keys() {
            if KEYWORDS.contains(&key.as_str())
                || ANNOTATIONS.contains(&key.as_str())
                || key.starts_with("x-")
            {
                continue;
            }
            self.ignore(path, key)?;
        }
        Ok(())
    }

    /// Passes over what a lenient schema may have, and refuses it in a strict one.
    fn ignore(&mut self, path: &str, keyword: &str) -> Result<(), SchemaError> {
        if !self.lenient {
            return Err(unsupported(path, keyword));
        }
        self.ignored.push(format!("{path}: {keyword}"));
        Ok(())
    }

    /// A standard keyword whose value makes no sense: no bound at all in a lenient schema.
    fn wrong<T: Default>(&mut self, path: &str, keyword: &str) -> Result<T, SchemaError> {
        if !self.lenient {
            return Err(shape(path, keyword));
        }
        self.ignored.push(format!("{path}: {keyword}"));
        Ok(T::default())
    }

    fn choices(
        &mut self,
        map: &Map<String, Value>,
        path: &str,
    ) -> Result<Option<Vec<Value>>, SchemaError> {
        match (map.get("enum"), map.get("const")) {
            (None, None) => Ok(None),
            (_, Some(only)) => Ok(Some(vec![only.clone()])),
            (Some(Value::Array(list)), None) if !list.is_empty() => Ok(Some(list.clone())),
            _ => self.wrong(path, "enum"),
        }
    }

    fn count(
        &mut self,
        map: &Map<String, Value>,
        key: &str,
        path: &str,
    ) -> Result<Option<usize>, SchemaError> {
        let Some(value) = map.get(key) else {
            return Ok(None);
        };
        match value.as_u64().and_then(|count| usize::try_from(count).ok()) {
            Some(count) => Ok(Some(count)),
            None => self.wrong(path, key),
        }
    }

    fn names(
        &mut self,
        list: Option<&Value>,
        key: &str,
        path: &str,
    ) -> Result<Vec<String>, SchemaError> {
        let name = |name: &Value| name.as_str().map(str::to_owned);
        match list {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) if list.iter().all(Value::is_string) => {
                Ok(list.iter().filter_map(name).collect())
            }
            // Draft 3 wrote `"required": true` at the member itself.
            Some(_) => self.wrong(path, key),
        }
    }

    fn types(&mut self, map: &Map<String, Value>, path: &str) -> Result<Types, SchemaError> {
        let error = || shape(path, "type");
        let find = |name: &Value| name.as_str().and_then(Types::find);
        let mut types = match map.get("type") {
            None => untyped(map),
            Some(Value::Array(names)) if !names.is_empty() => {
                let mut types = Types::NONE;
                for name in names {
                    types = types.or(find(name).ok_or_else(error)?);
                }
                types
            }
            Some(name) => match find(name) {
                Some(types) => types,
                None if self.lenient => {
                    self.ignore(path, "type")?;
                    Types::ANY
                }
                None => return Err(error()),
            },
        };
        if map.get("nullable") == Some(&Value::Bool(true)) {
            types = types.or(Types::NULL);
        }
        Ok(types)
    }

    fn bounds(&mut self, map: &Map<String, Value>, path: &str) -> Result<Bounds, SchemaError> {
        let mut bounds = Bounds {
            minimum: self.decimal(map, "minimum", path)?,
            maximum: self.decimal(map, "maximum", path)?,
            multiple_of: self.decimal(map, "multipleOf", path)?,
            ..Bounds::default()
        };
        bounds.above = self.exclusive(map, "exclusiveMinimum", path, &mut bounds.minimum)?;
        bounds.below = self.exclusive(map, "exclusiveMaximum", path, &mut bounds.maximum)?;
        if bounds.multiple_of.is_some_and(|step| step <= Decimal::ZERO) {
            bounds.multiple_of = self.wrong(path, "multipleOf")?;
        }
        Ok(bounds)
    }

    /// A bound that a number may not reach. Draft 4 writes `"minimum": 0, "exclusiveMinimum": true`: then it takes the place of
    /// the other.
    fn exclusive(
        &mut self,
        map: &Map<String, Value>,
        key: &str,
        path: &str,
        inclusive: &mut Option<Decimal>,
    ) -> Result<Option<Decimal>, SchemaError> {
        match map.get(key) {
            Some(Value::Bool(true)) => Ok(inclusive.take()),
            Some(Value::Bool(false)) => Ok(None),
            _ => self.decimal(map, key, path),
        }
    }

    fn decimal(
        &mut self,
        map: &Map<String, Value>,
        key: &str,
        path: &str,
    ) -> Result<Option<Decimal>, SchemaError> {
        match map.get(key) {
            None => Ok(None),
            Some(Value::Number(value)) => match number::exact(value) {
                Some(bound) => Ok(Some(bound)),
                None if self.lenient => self.ignore(path, key).map(|()| None),
                None => Err(shape(path, key)),
            },
            Some(_) => self.wrong(path, key),
        }
    }

    fn text(&mut self, map: &Map<String, Value>, path: &str) -> Result<Text, SchemaError> {
        let rule = self.text_rule(map, path)?;
        let pattern = self.named(map, "pattern", path, |compiler, source| {
            compiler.patterns.compile(source)
        })?;
        let format = self.named(map, "format", path, |_, name| Format::find(name))?;
        let least = self.count(map, "minLength", path)?;
        let most = self.count(map, "maxLength", path)?;
        Ok(Text {
            rule,
            least: least.unwrap_or(0),
            most: most.unwrap_or(TEXT_LIMIT_CHARS),
            pattern,
            format,
        })
    }

    /// How a text is brought into its normal form. A secret is taken letter by letter.
    fn text_rule(&self, map: &Map<String, Value>, path: &str) -> Result<Rule, SchemaError> {
        if let Some(name) = map.get("x-text") {
            let rule = name.as_str().and_then(Rule::find);
            return rule.ok_or_else(|| shape(path, "x-text"));
        }
        let secret = map.get("x-secret");
        Ok(match secret {
            Some(secret) if *secret != Value::Bool(false) => Rule::Verbatim,
            _ if self.lenient => Rule::Lines,
            _ => Rule::Line,
        })
    }

    /// What a keyword names by a text; what is unknown is passed over in a lenient schema.
    fn named<T>(
        &mut self,
        map: &Map<String, Value>,
        key: &str,
        path: &str,
        find: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> Result<Option<T>, SchemaError> {
        match map.get(key) {
            None => Ok(None),
            Some(Value::String(name)) => match find(self, name) {
                Some(found) => Ok(Some(found)),
                None => self.ignore(path, key).map(|()| None),
            },
            Some(_) => self.wrong(path, key),
        }
    }

    fn list(
        &mut self,
        map: &Map<String, Value>,
        path: &str,
        depth: usize,
    ) -> Result<List, SchemaError> {
        let items = match map.get("items") {
            Some(Value::Bool(true)) | None => None,
            Some(items) => {
                Some(self.node(items, &format!("{path}.items"), depth + 1, Scope::Closed)?)
            }
        };
        Ok(List {
            first: self.branches(map, "prefixItems", path, depth, Scope::Closed)?,
            items,
            least: self.count(map, "minItems", path)?.unwrap_or(0),
            most: self.count(map, "maxItems", path)?.unwrap_or(ITEMS_LIMIT),
            unique: map.get("uniqueItems") == Some(&Value::Bool(true)),
        })
    }

    fn object(
        &mut self,
        map: &Map<String, Value>,
        path: &str,
        depth: usize,
        scope: Scope,
    ) -> Result<Object, SchemaError> {
        let empty = Map::new();
        let members = match map.get("properties") {
            None => &empty,
            Some(Value::Object(members)) => members,
            Some(_) => {
                let () = self.wrong(path, "properties")?;
                &empty
            }
        };
        let mut required = self.names(map.get("required"), "required", path)?;
        let mut properties = Vec::with_capacity(members.len());
        for (name, schema) in members {
            let node = self.node(schema, &format!("{path}.{name}"), depth + 1, Scope::Closed)?;
            let before = required.len();
            required.retain(|needed| needed != name);
            properties.push(Property {
                name: name.clone(),
                node,
                required: required.len() < before,
            });
        }
        let mut dependent = Vec::new();
        let rows = map.get("dependentRequired").and_then(Value::as_object);
        for (name, needed) in rows.into_iter().flatten() {
            let needed = self.names(Some(needed), "dependentRequired", path)?;
            dependent.push((name.clone(), needed));
        }
        let relations = self.relations(map, members, path)?;
        Ok(Object {
            rest: self.rest(map, path, depth, scope)?,
            properties,
            required,
            names: self.inner(map, "propertyNames", path, depth)?,
            least: self.count(map, "minProperties", path)?.unwrap_or(0),
            most: self
                .count(map, "maxProperties", path)?
                .unwrap_or(ITEMS_LIMIT),
            dependent,
            relations,
        })
    }

    fn rest(
        &mut self,
        map: &Map<String, Value>,
        path: &str,
        depth: usize,
        scope: Scope,
    ) -> Result<Rest, SchemaError> {
        let elsewhere = names_of_branches(map, &self.definitions);
        Ok(match map.get("additionalProperties") {
            Some(Value::Bool(true)) => Rest::Any,
            Some(schema @ Value::Object(_)) => {
                let inner = self.node(schema, &format!("{path}.*"), depth + 1, Scope::Closed)?;
                Rest::Node(Box::new(inner))
            }
            Some(Value::Bool(false)) => Rest::only(elsewhere),
            Some(_) if self.lenient => Rest::Any,
            Some(_) => return Err(shape(path, "additionalProperties")),
            None if scope == Scope::Partial => Rest::Any,
            None if map.contains_key("properties") => Rest::only(elsewhere),
            None if combines(map) || self.lenient => Rest::Any,
            None => Rest::Refused,
        })
    }

    fn relations(
        &mut self,
        map: &Map<String, Value>,
        members: &Map<String, Value>,
        path: &str,
    ) -> Result<Vec<Relation>, SchemaError> {
        let Some(rules) = map.get("x-rules") else {
            return Ok(Vec::new());
        };
        let rules = rules.as_array().ok_or_else(|| shape(path, "x-rules"))?;
        rules
            .iter()
            .map(|rule| {
                Relation::read(rule, |name| members.contains_key(name))
                    .ok_or_else(|| shape(path, "x-rules"))
            })
            .collect()
    }

    fn branches(
        &mut self,
        map: &Map<String, Value>,
        key: &str,
        path: &str,
        depth: usize,
        scope: Scope,
    ) -> Result<Vec<Node>, SchemaError> {
        let list = match map.get(key) {
            None => return Ok(Vec::new()),
            Some(Value::Array(list)) if !list.is_empty() => list,
            Some(_) => return self.wrong(path, key),
        };
        let inner = format!("{path}.{key}");
        list.iter()
            .map(|schema| self.node(schema, &inner, depth + 1, scope))
            .collect()
    }

    fn inner(
        &mut self,
        map: &Map<String, Value>,
        key: &str,
        path: &str,
        depth: usize,
    ) -> Result<Option<Node>, SchemaError> {
        map.get(key)
            .map(|schema| self.node(schema, &format!("{path}.{key}"), depth + 1, Scope::Partial))
            .transpose()
    }

    fn condition(
        &mut self,
        map: &Map<String, Value>,
        path: &str,
        depth: usize,
    ) -> Result<Option<Box<Condition>>, SchemaError> {
        let Some(when) = self.inner(map, "if", path, depth)? else {
            return Ok(None);
        };
        Ok(Some(Box::new(Condition {
            when,
            then: self.inner(map, "then", path, depth)?,
            otherwise: self.inner(map, "else", path, depth)?,
        })))
    }

    fn refuse(
        &mut self,
        map: &Map<String, Value>,
        path: &str,
    ) -> Result<Vec<Declared>, SchemaError> {
        let rows = match map.get("x-refuse") {
            None => return Ok(Vec::new()),
            Some(Value::Object(rows)) => rows,
            Some(_) => return Err(shape(path, "x-refuse")),
        };
        let mut declared = Vec::with_capacity(rows.len());
        for (bound, row) in rows {
            let code = row
                .get("code")
                .and_then(Value::as_str)
                .ok_or_else(|| shape(path, "x-refuse"))?;
            declared.push(Declared {
                bound: bound.clone(),
                code: code.to_owned(),
                message: row
                    .get("message")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            });
        }
        Ok(declared)
    }
}

/// A schema without a type takes what its choices are, else everything but null.
fn untyped(map: &Map<String, Value>) -> Types {
    let listed = map.get("enum").and_then(Value::as_array).map(Vec::as_slice);
    let single = map.get("const").map(std::slice::from_ref);
    match listed.or(single) {
        Some(values) => values
            .iter()
            .fold(Types::NONE, |types, value| types.or(Types::of(value))),
        None => Types::ANY,
    }
}

const KEYWORDS: &[&str] = &[
    "type",
    "enum",
    "const",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
    "uniqueItems",
    "properties",
    "required",
    "additionalProperties",
    "propertyNames",
    "minProperties",
    "maxProperties",
    "dependentRequired",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "default",
    "nullable",
    "$ref",
    "$defs",
    "definitions",
];

const ANNOTATIONS: &[&str] = &[
    "title",
    "description",
    "examples",
    "example",
    "deprecated",
    "readOnly",
    "writeOnly",
    "$schema",
    "$id",
    "$comment",
    "strict",
];

const COMBINATORS: &[&str] = &["allOf", "anyOf", "oneOf", "if", "then", "else"];

fn combines(map: &Map<String, Value>) -> bool {
    COMBINATORS.iter().any(|key| map.contains_key(*key))
}

/// Alternatives are whole objects, unless the schema around them names members too.
fn branch_scope(map: &Map<String, Value>) -> Scope {
    if map.contains_key("properties") {
        Scope::Partial
    } else {
        Scope::Closed
    }
}

/// Members that a combinator's branches name, one level deep.
fn names_of_branches(
    map: &Map<String, Value>,
    definitions: &HashMap<String, Value>,
) -> Vec<String> {
    let mut found = Vec::new();
    for key in COMBINATORS {
        let branches = match map.get(*key) {
            Some(Value::Array(list)) => list.as_slice(),
            Some(single) => std::slice::from_ref(single),
            None => continue,
        };
        for branch in branches {
            let target = branch
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|name| definitions.get(name));
            let members = target
                .unwrap_or(branch)
                .get("properties")
                .and_then(Value::as_object);
            found.extend(members.into_iter().flatten().map(|(name, _)| name.clone()));
        }
    }
    found
}

fn shape(path: &str, keyword: &str) -> SchemaError {
    SchemaError::Shape {
        path: path.to_owned(),
        keyword: keyword.to_owned(),
    }
}

fn unsupported(path: &str, keyword: &str) -> SchemaError {
    SchemaError::Unsupported {
        path: path.to_owned(),
        keyword: keyword.to_owned(),
    }
}
