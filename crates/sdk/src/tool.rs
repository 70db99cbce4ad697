//! A declared tool: its specification, the lookups of the caller's own things, and the body that runs.
//!
//! How a tool is declared is decided by `declaration`, what its parameters can be by `parameter`. A body gets its parameters out of a [`Permitted`] call, which holds the guard's
//! permit and which nothing but the dispatcher makes: a tool cannot run without one.

use std::any::Any;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use conversimple_guard::call::{Caller, Claim, Permit, Proof};
use conversimple_wire::tool::OwnThing;
use conversimple_wire::{Code, ToolSpec};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::conversation::Conversation;
use crate::failure::{Failure, Reply};
use crate::input::Argument;
use crate::login::Login;

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

/// Lists the things of one kind.
pub(crate) struct Lister<A> {
    pub(crate) kind: &'static str,
    pub(crate) list: List<A>,
}

pub(crate) type List<A> = fn(Arc<A>, Caller) -> BoxFuture<Reply<Vec<OwnThing>>>;

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
