//! The events that a session receives, from its caller, its agent, its models and the platform.
//!
//! Whoever has something for a conversation sends it one of these; the order in which they are handled and what follows
//! from them is decided by the session.

use conversimple_conversation::AskId;
use conversimple_conversation::calls::SocketId;
use conversimple_conversation::playout::ClauseId;
use conversimple_providers::language::{Language, Step};
use conversimple_wire::media::FromCaller;
use conversimple_wire::rest::TurnView;
use conversimple_wire::{CallId, ToolOutcome, ToolSpec};
use tokio::sync::oneshot;

use crate::agent_socket::AgentSocket;
use crate::line::Line;

/// What happens to a session.
pub(crate) enum Event {
    /// A caller's media socket is open.
    Line(Line),
    /// It is gone.
    LineLost,
    /// A control message from the caller.
    FromCaller(FromCaller),
    /// A typed turn over REST.
    Typed {
        /// The words.
        text: String,
        /// Where the turn's result goes.
        done: oneshot::Sender<TurnView>,
    },
    /// An agent has registered its tools.
    Agent {
        /// Its connection.
        socket: AgentSocket,
        /// Its tools.
        tools: Vec<ToolSpec>,
        /// Whether it is the process that had the conversation before.
        remembers: bool,
    },
    /// The agent's connection is gone.
    AgentLost,
    /// The agent answered a call.
    Reply {
        /// Which.
        call_id: CallId,
        /// On which connection.
        socket: SocketId,
        /// What.
        outcome: ToolOutcome,
    },
    /// Words were recognised.
    Recognised {
        /// Which question this answers.
        ask: AskId,
        /// The words as recognised: secrets still in them.
        text: String,
    },
    /// It is known how complete an utterance sounds.
    Intonation {
        /// Which question to the recogniser it belongs to.
        ask: AskId,
        /// The probability that it is complete.
        complete: f32,
    },
    /// The engine has decided.
    Decided {
        /// Which question this answers.
        ask: AskId,
        /// The fork that decided.
        engine: Box<dyn Language>,
        /// What it wants; nothing when it failed.
        step: Option<Step>,
    },
    /// The engine for a set of tools is ready.
    EngineReady(Option<Box<dyn Language>>),
    /// A clause was synthesised.
    Synthesized {
        /// Which.
        clause: ClauseId,
        /// Its sound at the line's rate.
        samples: Vec<i16>,
    },
    /// The platform stops, or somebody ends the conversation.
    Stop,
}
