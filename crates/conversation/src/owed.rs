//! What the caller is owed of a call that was sent: its outcome, or what was said of it and not heard. When it is told is decided in
//! `machine/owed.rs`.

use conversimple_guard::consent::ArgumentsDigest;
use conversimple_wire::ToolOutcome;
use serde_json::{Map, Value};

use crate::engine::EngineEvent;

/// What a caller hears who asks for, or waits for, the outcome of a call that is open.
pub const STILL_BEING_DONE: &str = "That is still being done.";

/// The outcome of a call, on its way to the engine.
#[derive(Debug)]
pub(crate) struct Owed {
    pub(crate) tool: String,
    pub(crate) arguments: Map<String, Value>,
    pub(crate) outcome: ToolOutcome,
    pub(crate) changes: bool,
    /// What identifies the call, if it was sent and must not be made twice by mistake.
    pub(crate) digest: Option<ArgumentsDigest>,
    /// Its turn is over, so that what the caller was asked since stays asked.
    pub(crate) late: bool,
    /// The engine has begun to tell it.
    pub(crate) told: bool,
}

impl Owed {
    /// What the engine is asked about it.
    pub(crate) fn event(&self) -> EngineEvent {
        EngineEvent::outcome(&self.tool, &self.arguments, &self.outcome)
    }
}

/// What an engine said of an outcome.
#[derive(Debug)]
pub(crate) struct Told {
    /// The sentence, from its beginning.
    pub(crate) words: String,
    pub(crate) digest: Option<ArgumentsDigest>,
}

/// What no living turn tells.
#[derive(Debug)]
pub(crate) enum Untold {
    /// An outcome that the engine was not asked about, or in vain.
    Outcome(Owed),
    /// What it said of one, which the caller did not hear.
    Words(Told),
}

impl Untold {
    /// What identifies the call.
    pub(crate) fn digest(&self) -> Option<ArgumentsDigest> {
        match self {
            Self::Outcome(owed) => owed.digest,
            Self::Words(told) => told.digest,
        }
    }
}
