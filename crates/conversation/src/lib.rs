//! One conversation as one state machine, without sound devices, models, clocks or sockets.
//!
//! [`Conversation`] is told what happened ([`Input`]) and when, and says what is to be done ([`Output`]): recognise
//! these samples, ask the engine, synthesise that clause, send this frame, call that tool. It decides when a caller's
//! turn is over, when an answer gives way, which tool calls may still run and what the caller can have heard. It does
//! not decide what to say (an engine does) or whether a call is allowed (the guard does).
//!
//! Four rules are kept here whichever engine speaks: a turn that was interrupted sends nothing more, the outcome of a call
//! that was sent is told and until then not risked twice, a tool that is marked
//! `confirm` runs only after a yes to exactly the arguments that were read back and heard to the end, and a reply
//! that does not fit an open call is a [`calls::UnmatchedReply`].

pub mod calls;
pub mod clause;
mod completeness;
pub mod engine;
pub mod event;
pub mod machine;
mod owed;
pub mod playout;
mod silence;
mod status;
pub mod vad_segmenter;

pub use engine::{Act, Decision, EndOfTurn, EngineEvent, Expectation, Observation, Part};
pub use event::{AskId, Awaited, CallTerms, Input, Output, TurnRecord};
pub use machine::Conversation;
pub use owed::STILL_BEING_DONE;
pub use silence::Silence;
