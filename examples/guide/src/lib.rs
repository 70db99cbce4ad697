//! The guide agent as a library: its tools, its data and its demo, for the program `guide-agent` and for tests that look below
//! the guard.
//!
//! Decides only what of them can be seen from outside. The program is `main.rs`.

pub mod database;
pub mod demo;
mod guide;
pub mod money;
mod payments;
pub mod vault;

pub use guide::Guide;
