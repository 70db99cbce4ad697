//! The caller's own things: how a customer's agent tells whose they are.
//!
//! A tool that acts on somebody's account takes `Owned<Account>`; there is no other way to name one. The agent answers one
//! trait, [`Ownership`], and the rest follows: the argument's schema, the lookup before the body runs, and the internal
//! tool from which a caller's things are offered by name. "Not yours" and "not there" are one answer.

use std::future::Future;

use conversimple_guard::call::{Caller, Owned};
use conversimple_wire::tool::{OWN_THINGS_TOOL, OwnThing, OwnThings, tool_key};
use serde_json::json;

use crate::declaration::{Declaration, own_schema};
use crate::failure::{Failure, Reply};
use crate::parameter::Parameter;
use crate::tool::{Answered, Lister, Permitted, Tool};

/// What an agent knows of the things of one kind that its callers own.
pub trait Ownership<T: Send + 'static>: Send + Sync + 'static {
    /// What kind of thing, in one word: `account`.
    const KIND: &'static str;

    /// The caller's things of this kind, in the order in which they should be offered.
    ///
    /// # Errors
    /// Any error: the caller hears that the service is not available.
    fn list(&self, caller: &Caller) -> impl Future<Output = Reply<Vec<OwnThing>>> + Send;

    /// The caller's thing of this id. `None` for what is another's, and for what is not there.
    ///
    /// # Errors
    /// Any error: the caller hears that the service is not available.
    fn find(&self, caller: &Caller, id: &str) -> impl Future<Output = Reply<Option<T>>> + Send;
}

impl<A, T> Parameter<A> for Owned<T>
where
    A: Ownership<T>,
    T: Send + 'static,
{
    /// The argument is the parameter's name with `_id` behind it, unless it ends so already.
    fn declare(name: &'static str, declaration: &mut Declaration<A>) -> Option<String> {
        let argument = argument(name);
        declaration.own(
            &argument,
            own_schema(A::KIND),
            |agent, claim| {
                Box::pin(async move {
                    let caller = claim.caller().clone();
                    let found = agent.find(&caller, claim.id()).await?;
                    let owned: Owned<T> = claim.answered(found)?;
                    let proof = owned.proof();
                    Ok((proof, Box::new(owned) as _))
                })
            },
            Lister {
                kind: A::KIND,
                list: |agent, caller| Box::pin(async move { agent.list(&caller).await }),
            },
        );
        Some(argument)
    }

    fn take(name: &'static str, permitted: &mut Permitted) -> Result<Self, Failure> {
        let owned = permitted.owned.remove(&argument(name));
        match owned.and_then(|owned| owned.downcast::<Self>().ok()) {
            Some(owned) => Ok(*owned),
            None => Err("a permitted call has a thing for every claim")?,
        }
    }
}

fn argument(parameter: &str) -> String {
    if parameter == "id" || parameter.ends_with("_id") {
        parameter.to_owned()
    } else {
        format!("{parameter}_id")
    }
}

/// The internal tool that lists a caller's own things, if any tool of the agent acts on such.
pub(crate) fn tool<A: Send + Sync + 'static>(mut listers: Vec<Lister<A>>) -> Option<Tool<A>> {
    listers.sort_by_key(|lister| lister.kind);
    listers.dedup_by_key(|lister| lister.kind);
    let kinds: Vec<&str> = listers.iter().map(|lister| lister.kind).collect();
    if kinds.is_empty() {
        return None;
    }
    let mut declaration = Declaration::<A>::new(
        OWN_THINGS_TOOL,
        "Lists the caller's own things of a kind, for the platform",
    )
    .limit("60/min");
    declaration.set(tool_key::INTERNAL, json!(true));
    declaration.set(tool_key::CALLER, json!(true));
    declaration.property(crate::input::Property::with(
        "kind",
        json!({"type": "string", "enum": kinds}),
        true,
    ));
    Some(declaration.body(move |agent, permitted| {
        let kind = permitted
            .arguments
            .get("kind")
            .and_then(|kind| kind.as_str());
        let list = listers
            .iter()
            .find(|lister| Some(lister.kind) == kind)
            .map(|lister| lister.list);
        let caller = permitted.permit.caller().cloned();
        Box::pin(async move {
            let (Some(list), Some(caller)) = (list, caller) else {
                return Err("the schema lets neither be missing")?;
            };
            let things = list(agent, caller).await?;
            Ok(Answered::Result(serde_json::to_value(OwnThings {
                things,
            })?))
        })
    }))
}
