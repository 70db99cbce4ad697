//! What goes into the channel and what comes out of it: moments, orders, and what is worth a line in the log.

use std::fmt;
use std::time::Duration;

use conversimple_wire::tool::ToolCall;
use conversimple_wire::{AgentId, ConversationId, ToolSpec};

use super::{Backoff, Stop};

/// One of the sockets of this agent; numbers are never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(pub u64);

/// When something happened.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Time since the agent started.
    pub now: Duration,
    /// A random number from 0 to 1, for pauses.
    pub jitter: f64,
}

/// What the driver is to do. Its `Debug` says nothing of what is sent.
#[derive(Clone, PartialEq)]
pub enum Order {
    /// Connect a socket with the newest key.
    Open(SocketId),
    /// Send a text.
    Send(SocketId, String),
    /// Close a socket, after what was sent before.
    Close(SocketId),
    /// Run a call and report its answer.
    Run(ToolCall),
    /// A conversation began.
    Began(ConversationId),
    /// A conversation ended: drop whatever belongs to it.
    Ended(ConversationId),
    /// Tell the log.
    Tell(Notice),
    /// Stop for good.
    Stop(Stop),
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(socket) => f.debug_tuple("Open").field(socket).finish(),
            Self::Send(socket, _) => f.debug_tuple("Send").field(socket).finish_non_exhaustive(),
            Self::Close(socket) => f.debug_tuple("Close").field(socket).finish(),
            Self::Run(call) => f.debug_tuple("Run").field(call).finish(),
            Self::Began(conversation) => f.debug_tuple("Began").field(conversation).finish(),
            Self::Ended(conversation) => f.debug_tuple("Ended").field(conversation).finish(),
            Self::Tell(notice) => f.debug_tuple("Tell").field(notice).finish(),
            Self::Stop(stop) => f.debug_tuple("Stop").field(stop).finish(),
        }
    }
}

/// What is worth a line in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The agent is joined on this socket.
    Joined,
    /// A try failed or a connection was lost; the next try is after this pause.
    Retry {
        /// One word for the reason.
        reason: String,
        /// The pause.
        pause: Duration,
    },
    /// A new key was refused; the connection with the old one goes on.
    KeyRefused(Stop),
    /// The platform refused a registration, for this reason.
    RegistrationRefused(String),
    /// A message could not be read and had no address.
    Unreadable,
    /// The platform says something.
    Warning(String),
    /// More conversations than [`CONVERSATIONS_LIMIT`].
    TooManyConversations,
}

/// What stays the same for the life of an agent.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The topic: `customer:…`.
    pub topic: String,
    /// The agents that this process serves.
    pub agents: Vec<AgentId>,
    /// The tools that are registered in each conversation.
    pub tools: Vec<ToolSpec>,
    /// How often the agent says that it is alive.
    pub heartbeat: Duration,
    /// Pauses between tries.
    pub backoff: Backoff,
}
