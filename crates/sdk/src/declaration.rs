//! A tool while it is declared: the specification that is registered, and the policy keys that the guard enforces.
//!
//! The macros write calls into this file. Whether declarations can work together is decided by `toolbox`.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::Arc;

use conversimple_wire::ToolSpec;
use conversimple_wire::tool::{argument_key, tool_key};
use serde_json::{Map, Value, json};

use crate::failure::Reply;
use crate::input::Property;
use crate::tool::{Answered, BoxFuture, Finder, Lister, Permitted, Tool};

/// A rule between arguments while it is declared.
struct Relation {
    rule: &'static str,
    of: Vec<&'static str>,
    row: Value,
}

impl Relation {
    /// Why the rule can never hold, or is none at all, for these arguments.
    fn problem(&self, properties: &[Property]) -> Option<String> {
        let of = || {
            properties
                .iter()
                .filter(|p| self.of.contains(&p.name.as_str()))
        };
        if matches!(self.rule, "exactly_one" | "at_least_one" | "together") {
            let always = of().find(|p| p.required || p.schema.contains_key("default"))?;
            return Some(format!(
                "`{}` counts which arguments are given, and `{}` always is: make it an Option",
                self.rule, always.name
            ));
        }
        let kinds: Vec<_> = of().map(|p| kind(&p.schema)).collect();
        kinds.windows(2).any(|two| two[0] != two[1]).then(|| {
            format!(
                "`{}` compares {}, which are of different types",
                self.rule,
                self.of.join(" and ")
            )
        })
    }
}

/// What can be compared with what: numbers with numbers, texts with texts of the same form.
fn kind(schema: &Map<String, Value>) -> (Option<&str>, Option<&Value>) {
    match schema.get("type").and_then(Value::as_str) {
        Some("integer") => (Some("number"), None),
        kind => (kind, schema.get("format")),
    }
}

/// A tool while it is declared.
pub struct Declaration<A> {
    spec: ToolSpec,
    properties: Vec<Property>,
    relations: Vec<Relation>,
    keys: Map<String, Value>,
    finders: HashMap<String, Finder<A>>,
    listers: Vec<Lister<A>>,
    problem: Option<String>,
    of: PhantomData<fn() -> A>,
}

impl<A: Send + Sync + 'static> Declaration<A> {
    /// A tool with a name and what it does.
    pub fn new(name: &'static str, description: &'static str) -> Self {
        Self {
            spec: ToolSpec {
                name: name.to_owned(),
                description: description.to_owned(),
                parameters: Value::Null,
            },
            properties: Vec::new(),
            relations: Vec::new(),
            keys: Map::new(),
            finders: HashMap::new(),
            listers: Vec::new(),
            problem: None,
            of: PhantomData,
        }
    }

    /// How often in one conversation.
    pub fn limit(self, limit: &str) -> Self {
        self.key(tool_key::LIMIT, json!(limit))
    }
    /// How often by one caller, over all conversations.
    pub fn caller_limit(self, limit: &str) -> Self {
        self.key(tool_key::CALLER_LIMIT, json!(limit))
    }
    /// How much of an argument in sum.
    pub fn sum(self, argument: &str, limit: &str) -> Self {
        self.key(tool_key::SUM, json!({"argument": argument, "limit": limit}))
    }
    /// The caller must say yes.
    pub fn confirm(self) -> Self {
        self.key(tool_key::CONFIRM, json!(true))
    }
    /// The caller must say exactly these words, or press a key where the words are `keys`.
    pub fn confirm_with(self, words: &str) -> Self {
        self.key(tool_key::CONFIRM, json!(words))
    }
    /// No yes is needed, whatever the effect.
    pub fn no_confirm(self) -> Self {
        self.key(tool_key::CONFIRM, json!(false))
    }
    /// Anybody may call it, whatever the effect.
    pub fn public(self) -> Self {
        self.key(tool_key::PUBLIC, json!(true))
    }
    /// What it does to the world.
    pub fn effect(self, effect: &str) -> Self {
        self.key(tool_key::EFFECT, json!(effect))
    }
    /// What it is to the conversation.
    pub fn role(self, role: &str) -> Self {
        self.key(tool_key::ROLE, json!(role))
    }
    /// Sentences with which callers ask for it.
    pub fn examples(self, sentences: &[&str]) -> Self {
        self.key(tool_key::EXAMPLES, json!(sentences))
    }
    /// How its result is said.
    pub fn say(self, sentence: &str) -> Self {
        self.key(tool_key::SAY, json!(sentence))
    }
    /// The currency of amounts in its result.
    pub fn currency(self, currency: &str) -> Self {
        self.key(tool_key::CURRENCY, json!(currency))
    }
    /// How old the login may be.
    pub fn step_up(self, age: &str) -> Self {
        self.key(tool_key::STEP_UP, json!(age))
    }

    /// Changes an argument that was declared before.
    pub fn amend(
        &mut self,
        parameter: &str,
        argument: Option<String>,
        change: impl FnOnce(Property) -> Property,
    ) {
        let at = argument.and_then(|name| self.properties.iter().position(|p| p.name == name));
        match at {
            Some(at) => {
                let property = self.properties.remove(at);
                self.properties.insert(at, change(property));
            }
            None => {
                self.problem.get_or_insert(format!(
                    "#[input] on `{parameter}` has no effect: it is not one argument. Write it on the fields of its type"
                ));
            }
        }
    }

    /// The declaration with its body.
    pub fn body<F>(mut self, body: F) -> Tool<A>
    where
        F: Fn(Arc<A>, Permitted) -> BoxFuture<Reply<Answered>> + Send + Sync + 'static,
    {
        self.spec.parameters = self.parameters();
        Tool {
            spec: self.spec,
            finders: self.finders,
            listers: self.listers,
            body: Arc::new(body),
            problem: self.problem,
        }
    }

    fn parameters(&mut self) -> Value {
        let relations = std::mem::take(&mut self.relations);
        for relation in &relations {
            if let Some(problem) = relation.problem(&self.properties) {
                self.problem.get_or_insert(problem);
            }
        }
        if !relations.is_empty() {
            let rows = relations.into_iter().map(|relation| relation.row);
            self.set(tool_key::RULES, rows.collect());
        }
        let required: Vec<String> = self
            .properties
            .iter()
            .filter(|property| property.required)
            .map(|property| property.name.clone())
            .collect();
        let properties: Map<String, Value> = self
            .properties
            .drain(..)
            .map(|property| (property.name, Value::Object(property.schema)))
            .collect();
        let mut parameters = Map::new();
        parameters.insert("type".into(), json!("object"));
        parameters.insert("properties".into(), Value::Object(properties));
        parameters.insert("required".into(), json!(required));
        parameters.insert("additionalProperties".into(), json!(false));
        parameters.append(&mut self.keys);
        Value::Object(parameters)
    }

    fn key(mut self, key: &str, value: Value) -> Self {
        self.set(key, value);
        self
    }
}

impl<A> Declaration<A> {
    /// Declares an argument.
    pub fn property(&mut self, property: Property) {
        if self.properties.iter().any(|p| p.name == property.name) {
            self.problem.get_or_insert(format!(
                "the argument `{}` is declared twice",
                property.name
            ));
            return;
        }
        self.properties.push(property);
    }

    /// Declares a rule between arguments that were declared before.
    pub fn relate(
        &mut self,
        rule: &'static str,
        of: &[&'static str],
        code: Option<&str>,
        say: Option<&str>,
    ) {
        let mut row = json!({"rule": rule, "of": of});
        for (key, text) in [("code", code), ("message", say)] {
            if let Some(text) = text {
                row[key] = json!(text);
            }
        }
        self.relations.push(Relation {
            rule,
            of: of.to_vec(),
            row,
        });
    }

    pub(crate) fn set(&mut self, key: &str, value: Value) {
        self.keys.insert(key.to_owned(), value);
    }

    /// Declares an argument that names a thing of the caller's own.
    pub(crate) fn own(&mut self, name: &str, schema: Value, finder: Finder<A>, lister: Lister<A>) {
        self.finders.insert(name.to_owned(), finder);
        self.listers.push(lister);
        self.property(Property::with(name, schema, true));
    }
}

/// The schema of an argument that names a thing of the caller's own: any short line, because what is no id is not there.
pub(crate) fn own_schema(kind: &str) -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": 64, "x-text": "line", argument_key::OWN: kind})
}
