//! The guide agent as a process, driven from outside through every row of its contract.

#[path = "../../../../crates/sdk/tests/platform/mod.rs"]
mod platform;

mod answers;
mod arguments;
mod injection;
mod page;
mod process;
mod rig;
mod secrets;
mod twin;
