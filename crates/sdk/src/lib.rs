//! Build guarded voice agents: tools whose security is their type.
//!
//! An agent is a type with tools. Mark its `impl` block with [`agent`], its tools with [`tool`], and serve it:
//!
//! ```no_run
//! use conversimple::prelude::*;
//!
//! struct Weather;
//!
//! #[derive(serde::Serialize)]
//! struct Report {
//!     sky: &'static str,
//! }
//!
//! #[agent]
//! impl Weather {
//!     #[tool("Get the weather in a city", say = "The sky is {sky}.")]
//!     async fn get_weather(&self, city: Name) -> Reply<Report> {
//!         let _ = city;
//!         Ok(Report { sky: "grey" })
//!     }
//! }
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), AgentError> {
//!     conversimple::log::init();
//!     Agent::from_env()?.serve(Weather).await
//! }
//! ```
//!
//! What a signature says is what holds: an argument is checked against its type before the body runs; `Caller` means that
//! somebody has logged in; `Owned<Account>` means that the account is theirs. Every tool has a limit. Every error but a
//! [`Refusal`] reaches the caller as `service_unavailable`.

mod agent;
pub mod audit;
pub mod channel;
mod conversation;
mod declaration;
mod dispatcher;
mod driver;
mod endpoint;
pub mod environment;
mod error;
mod failure;
mod heads;
pub mod input;
mod key;
pub mod log;
mod login;
mod own;
mod parameter;
mod password;
mod random;
mod record;
mod seal;
mod secret;
mod shown;
mod socket;
mod tool;
mod toolbox;
mod upgrade;

pub use agent::Agent;
pub use conversation::Conversation;
pub use conversimple_guard::Refusal;
pub use conversimple_guard::call::{Caller, Owned};
pub use conversimple_guard::card::{CardNumber, SecurityCode};
pub use conversimple_guard::seal::{Cell, Sealable};
pub use conversimple_guard::text::{
    Date, EmailAddress, FreeText, IdText, Name, PhoneNumber, SearchWords,
};
pub use conversimple_macros::{Input, agent, tool};
pub use conversimple_wire::Code;
pub use conversimple_wire::tool::OwnThing;
pub use environment::Environment;
pub use error::AgentError;
pub use failure::{Failure, Reply};
pub use input::Argument;
pub use key::ApiKey;
pub use login::{Login, Registered};
pub use own::Ownership;
pub use password::HashedPassword;
pub use random::fresh_id;
pub use rust_decimal::Decimal;
pub use seal::SealKeys;
pub use secret::{Password, Pin};
pub use shown::{LastFour, MaskedEmail, MaskedPhone};
pub use tool::{Tool, Toolset};

/// What an agent's source usually needs.
pub mod prelude {
    pub use crate::{
        Agent, AgentError, Caller, CardNumber, Code, Conversation, Decimal, Environment, Failure,
        FreeText, IdText, Input, LastFour, Login, MaskedEmail, MaskedPhone, Name, OwnThing, Owned,
        Ownership, Password, Pin, Refusal, Registered, Reply, SealKeys, SearchWords, agent, tool,
    };
}

/// What the macros write calls to. Not for use by hand, and not stable.
#[doc(hidden)]
pub mod __private {
    pub use crate::declaration::Declaration;
    pub use crate::input::{Bounded, Property, Textual, choice, refusal};
    pub use crate::parameter::Parameter;
    pub use crate::tool::{Permitted, answer, login_answer};
    pub use serde_json::{Value, json};

    use crate::{Argument, Refusal};

    /// Does not compile for what has no bounds.
    pub const fn bounded<T: Bounded>() {}
    /// Does not compile for what is no text.
    pub const fn textual<T: Textual>() {}

    /// Reads a declared default.
    ///
    /// # Errors
    /// What the type refuses.
    pub fn read_default<T: Argument>(value: Value) -> Result<T, Refusal> {
        T::read(&value)
    }
}
