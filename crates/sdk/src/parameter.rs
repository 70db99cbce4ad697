//! What a parameter of a tool can be: an argument, the caller, the conversation. `Owned<T>` is added by `own`.

use conversimple_guard::call::Caller;
use conversimple_wire::Code;
use conversimple_wire::tool::tool_key;
use serde_json::json;

use crate::conversation::Conversation;
use crate::declaration::Declaration;
use crate::failure::Failure;
use crate::input::{Argument, Property};
use crate::tool::Permitted;

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
