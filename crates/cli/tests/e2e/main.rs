//! The binaries from outside: whole conversations by text and by voice, and what goes wrong around them.
//!
//! Nothing here sleeps: what takes time is waited for by the line that says it happened.

mod agents;
mod failures;
mod page;
mod platform;
mod python;
mod text;
mod voice;
