//! The binaries from outside: whole conversations by text and by voice, and what goes wrong around them.
//!
//! Nothing here sleeps: what takes time is waited for by the line that says it happened.

mod agents;
mod canary;
mod chance;
mod failures;
mod floods;
mod hijacked;
mod http;
mod opened;
mod page;
mod platform;
mod python;
mod tap;
mod text;
mod untold;
mod voice;
