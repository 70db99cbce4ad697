//! The rules over code. `checklist` says which rule looks at which event of the flow; `tools` looks at whole tools.
//! Rules over files, configuration and git stand in modules of their own.

mod checklist;
mod code;
mod context;
mod crypto;
mod data;
mod errors;
pub(crate) mod keys;
pub(crate) mod loosened;
mod sql;
pub(crate) mod tools;
mod transport;

pub(crate) use context::Found;
