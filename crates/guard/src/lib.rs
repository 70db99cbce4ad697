//! Pure security decisions: what may be called, by whom, with what, how often, and what may be said of it.
//!
//! Everything here is a function of its arguments: no clock, no socket, no file, no environment, no generator. `now` is
//! a `Duration` since a fixed moment and random bytes are arguments, so that every decision can be repeated in a test.
//! (The hash maps of the standard library seed themselves; no decision depends on their order.) The SDK and the
//! platform use the same code, one behind the other.

pub mod apikey;
pub mod audit;
pub mod call;
pub mod canonical;
pub mod capture;
pub mod card;
pub mod consent;
pub mod manifest;
pub mod quota;
pub mod refusal;
pub mod reply;
pub mod schema;
pub mod seal;
pub mod secret;
pub mod text;

pub use refusal::{FieldProblem, Refusal};
pub use schema::Schema;
pub use secret::Secret;
