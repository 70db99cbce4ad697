//! The protocol, and nothing else.
//!
//! This crate is the one place that knows what goes over the platform's sockets and its REST interface: ids, the
//! envelope of the agent socket, the messages of agents and browsers, audio frames, tool specifications with their
//! policy keys, REST bodies and the table of public codes. It decides shape only. Whether a message is *allowed* is
//! decided by `conversimple-guard`; who is at the other end, by the server.

pub mod agent;
pub mod code;
pub mod contact;
pub mod effect;
pub mod frame;
pub mod id;
pub mod json;
pub mod media;
pub mod policy;
pub mod rest;
pub mod tool;

pub use code::Code;
pub use contact::{Contact, Contacts};
pub use effect::Effect;
pub use frame::{Form, Frame};
pub use id::{AgentId, CallId, ConversationId, CustomerId, TurnId};
pub use tool::{ToolOutcome, ToolSpec};
