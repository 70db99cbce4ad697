//! Tools as declared: the specification that is registered, the policy that the guard enforces, the body that runs.
//!
//! The macros write calls into this file. A body gets its parameters out of a [`Permitted`] call, which holds the guard's
//! permit and which nothing but the dispatcher makes: a tool cannot run without one.

use std::any::Any;
use std::collections::HashMap;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use conversimple_guard::call::{Caller, Claim, Permit, Proof};
use conversimple_wire::tool::{argument_key, tool_key};
use conversimple_wire::{Code, ToolSpec};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::conversation::Conversation;
use crate::failure::{Failure, Reply};
use crate::input::{Argument, Property};
use crate::login::Login;
use crate::own::Lister;

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;
pub(crate) type Body<A> =
    Arc<dyn Fn(Arc<A>, Permitted) -> BoxFuture<Reply<Answered>> + Send + Sync>;
pub(crate) type Finder<A> = fn(Arc<A>, Claim) -> BoxFuture<Reply<(Proof, Box<dyn Any + Send>)>>;

/// A type with tools. `#[agent]` writes it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no agent",
    note = "mark its `impl` block with #[agent], and its tools with #[tool(\"…\")]"
)]
pub trait Toolset: Sized + Send + Sync + 'static {
    /// The agent's name, where `CONVERSIMPLE_AGENT_ID` says nothing.
    const NAME: &'static str;
    /// Its tools.
    fn tools() -> Vec<Tool<Self>>;
}

/// A type that a parameter of a tool can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of a tool",
    label = "no caller could give this",
    note = "an argument is a number (`Decimal` for money), `bool`, `String`, `SearchWords`, `Name`, `Password`, …, or an enum \
            of words with #[derive(Input)]; several arguments are a struct with #[derive(Input)]",
    note = "`Caller`, `Owned<T>` and `Conversation` come from the conversation itself; `Owned<T>` needs `impl Ownership<T>` \
            for the agent"
)]
pub trait Parameter<A>: Sized + Send {
    /// Adds what the parameter needs to the tool's declaration, and gives the name of its argument, if it is one.
    fn declare(name: &'static str, declaration: &mut Declaration<A>) -> Option<String>;

    /// Takes the parameter out of a call that may run.
    ///
    /// # Errors
    /// A refusal for what no schema can say.
    fn take(name: &'static str, permitted: &mut Permitted) -> Result<Self, Failure>;
}

impl<A, T: Argument> Parameter<A> for T {
    fn declare(name: &'static str, declaration: &mut Declaration<A>) -> Option<String> {
        declaration.property(Property::of::<T>(name));
        Some(name.to_owned())
    }
    fn take(name: &'static str, permitted: &mut Permitted) -> Result<Self, Failure> {
        permitted.argument(name)
    }
}

impl<A> Parameter<A> for Caller {
    fn declare(_: &'static str, declaration: &mut Declaration<A>) -> Option<String> {
        declaration.set(tool_key::CALLER, json!(true));
        None
    }
    fn take(_: &'static str, permitted: &mut Permitted) -> Result<Self, Failure> {
        let caller = permitted.permit.caller().cloned();
        Ok(
            caller
                .ok_or_else(|| conversimple_guard::Refusal::from(Code::AuthenticationRequired))?,
        )
    }
}

impl<A> Parameter<A> for Conversation {
    fn declare(_: &'static str, _: &mut Declaration<A>) -> Option<String> {
        None
    }
    fn take(_: &'static str, permitted: &mut Permitted) -> Result<Self, Failure> {
        Ok(permitted.conversation.clone())
    }
}

/// A call that went through every stage of the guard.
pub struct Permitted {
    pub(crate) permit: Permit,
    pub(crate) arguments: Map<String, Value>,
    pub(crate) conversation: Conversation,
    pub(crate) owned: HashMap<String, Box<dyn Any + Send>>,
}

impl Permitted {
    /// Reads an argument.
    ///
    /// # Errors
    /// A refusal for what no schema can say, or for an argument that is missing.
    pub fn argument<T: Argument>(&mut self, name: &str) -> Result<T, Failure> {
        self.argument_or(name, || {
            T::absent().ok_or_else(|| Code::InvalidParameters.into())
        })
    }

    /// Reads an argument that may be absent.
    ///
    /// # Errors
    /// As [`Permitted::argument`].
    pub fn argument_or<T: Argument>(
        &mut self,
        name: &str,
        absent: impl FnOnce() -> Result<T, conversimple_guard::Refusal>,
    ) -> Result<T, Failure> {
        Ok(match self.arguments.get(name) {
            Some(value) => T::read(value)?,
            None => absent()?,
        })
    }
}

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

/// A declared tool.
pub struct Tool<A> {
    pub(crate) spec: ToolSpec,
    pub(crate) finders: HashMap<String, Finder<A>>,
    pub(crate) listers: Vec<Lister<A>>,
    pub(crate) body: Body<A>,
    pub(crate) problem: Option<String>,
}

/// What a tool's body gave.
pub enum Answered {
    /// A result.
    Result(Value),
    /// The answer of a login.
    Login(Login),
}

/// A type that a tool can answer with.
#[diagnostic::on_unimplemented(
    message = "a tool cannot answer with `{Self}`",
    note = "write `-> Reply<T>`, where T derives serde's Serialize; secrets do not",
    note = "`Login` is the answer of a tool with `role = \"login\"` alone"
)]
pub trait Answer {
    /// The result.
    ///
    /// # Errors
    /// A failure when the value has no JSON form.
    fn into_result(self) -> Result<Value, Failure>;
}

impl<T: Serialize> Answer for T {
    fn into_result(self) -> Result<Value, Failure> {
        Ok(serde_json::to_value(self)?)
    }
}

/// The answer of an ordinary tool.
///
/// # Errors
/// The tool's own.
pub fn answer<T: Answer>(reply: Reply<T>) -> Reply<Answered> {
    reply?.into_result().map(Answered::Result)
}

/// The answer of a login.
///
/// # Errors
/// The tool's own.
pub fn login_answer<T: Recognition>(reply: Reply<T>) -> Reply<Answered> {
    reply.map(|answer| Answered::Login(answer.login()))
}

/// A type that a login tool can answer with: [`Login`] alone.
#[diagnostic::on_unimplemented(
    message = "a tool with `role = \"login\"` cannot answer with `{Self}`",
    note = "write `-> Reply<Login>` and return `Login::by_password(…).await`, `Login::accepted(id, name)` or `Login::refused()`; \
            what the caller hears is made from it"
)]
pub trait Recognition {
    /// The answer.
    fn login(self) -> Login;
}

impl Recognition for Login {
    fn login(self) -> Login {
        self
    }
}

/// The schema of an argument that names a thing of the caller's own: any short line, because what is no id is not there.
pub(crate) fn own_schema(kind: &str) -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": 64, "x-text": "line", argument_key::OWN: kind})
}
