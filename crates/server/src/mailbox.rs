//! The events that a session receives, from its caller, its agent, its models and the platform.
//!
//! Whoever has something for a conversation sends it one of these; the order in which they are handled and what follows
//! from them is decided by the session. What a caller sends finds only so much room, and an end overtakes everything that
//! waits.

use std::sync::Arc;

use conversimple_conversation::AskId;
use conversimple_conversation::calls::SocketId;
use conversimple_conversation::engine::{Engine, Part};
use conversimple_conversation::playout::ClauseId;
use conversimple_wire::media::FromCaller;
use conversimple_wire::rest::TurnView;
use conversimple_wire::{CallId, ToolOutcome, ToolSpec};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::agent_socket::AgentSocket;
use crate::line::Line;

/// Messages of a caller that wait to be handled. While there are so many, nothing more is read from the caller.
const FROM_CALLER_LIMIT: usize = 16;

/// Typed turns over REST that wait for their result.
const TYPED_LIMIT: usize = 4;

/// Where the events of one session are sent to.
#[derive(Clone)]
pub(crate) struct Mailbox {
    events: mpsc::UnboundedSender<Event>,
    from_caller: Arc<Semaphore>,
    typed: Arc<Semaphore>,
    stop: Arc<Notify>,
}

/// Where a session takes its events from.
pub(crate) struct Inbox {
    events: mpsc::UnboundedReceiver<Event>,
    stop: Arc<Notify>,
}

/// The session is over: nobody takes anything any more.
#[derive(Debug)]
pub(crate) struct Over;

/// The mailbox of a session that begins.
pub(crate) fn mailbox() -> (Mailbox, Inbox) {
    let (events, inbox) = mpsc::unbounded_channel();
    let stop = Arc::<Notify>::default();
    let mailbox = Mailbox {
        events,
        from_caller: Arc::new(Semaphore::new(FROM_CALLER_LIMIT)),
        typed: Arc::new(Semaphore::new(TYPED_LIMIT)),
        stop: Arc::clone(&stop),
    };
    let inbox = Inbox {
        events: inbox,
        stop,
    };
    (mailbox, inbox)
}

impl Mailbox {
    /// Sends an event; an end is taken before whatever waits.
    pub(crate) fn send(&self, event: Event) -> Result<(), Over> {
        if self.events.is_closed() {
            return Err(Over);
        }
        if matches!(event, Event::Stop) {
            self.stop.notify_one();
            return Ok(());
        }
        self.events.send(event).map_err(|_| Over)
    }

    /// Sends a caller's message, when there is room for it.
    pub(crate) async fn send_from_caller(&self, message: FromCaller) -> Result<(), Over> {
        let room = Arc::clone(&self.from_caller).acquire_owned();
        let room = tokio::select! {
            room = room => room.map_err(|_| Over)?,
            () = self.events.closed() => return Err(Over),
        };
        self.send(Event::FromCaller { message, room })
    }

    /// Room for a typed turn over REST, until its result is there. None when too many wait.
    pub(crate) fn room_for_turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.typed).try_acquire_owned().ok()
    }
}

impl Inbox {
    /// An event that is there already.
    #[cfg(test)]
    pub(crate) fn try_recv(&mut self) -> Result<Event, mpsc::error::TryRecvError> {
        self.events.try_recv()
    }

    /// The next event; none when nobody can send one any more.
    pub(crate) async fn recv(&mut self) -> Option<Event> {
        tokio::select! {
            biased;
            () = self.stop.notified() => Some(Event::Stop),
            event = self.events.recv() => event,
        }
    }
}

/// What happens to a session.
pub(crate) enum Event {
    /// A caller's media socket is open.
    Line(Line),
    /// It is gone.
    LineLost,
    /// A control message from the caller.
    FromCaller {
        /// What it says.
        message: FromCaller,
        /// Its room in the mailbox, which is free again when it was handled.
        room: OwnedSemaphorePermit,
    },
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
    /// A part of what the engine decides.
    Part {
        /// Which question this answers.
        ask: AskId,
        /// The part.
        part: Part,
    },
    /// The engine has decided.
    Decided {
        /// Which question this answers.
        ask: AskId,
        /// The fork that decided; none when it broke.
        engine: Option<Box<dyn Engine>>,
    },
    /// The engine for a set of tools is ready.
    EngineReady(Option<Box<dyn Engine>>),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> FromCaller {
        FromCaller::Text {
            text: "hello".into(),
        }
    }

    #[tokio::test]
    async fn mailbox_has_room_for_some_messages_and_stop_overtakes_them() {
        let (mailbox, mut inbox) = mailbox();
        for _ in 0..FROM_CALLER_LIMIT {
            mailbox.send_from_caller(text()).await.expect("room");
        }
        let more = mailbox.send_from_caller(text());
        assert!(
            futures_util::FutureExt::now_or_never(more).is_none(),
            "there is no more room"
        );
        mailbox.send(Event::Stop).expect("a session");
        assert!(matches!(inbox.recv().await, Some(Event::Stop)));
        assert!(matches!(inbox.recv().await, Some(Event::FromCaller { .. })));
        mailbox.send_from_caller(text()).await.expect("room again");
        drop(inbox);
        assert!(mailbox.send_from_caller(text()).await.is_err());
        assert!(mailbox.send(Event::Stop).is_err());
    }

    #[tokio::test]
    async fn typed_turns_over_rest_have_bounded_room() {
        let (mailbox, _inbox) = mailbox();
        let rooms: Vec<_> = (0..TYPED_LIMIT).map(|_| mailbox.room_for_turn()).collect();
        assert!(rooms.iter().all(Option::is_some) && mailbox.room_for_turn().is_none());
        drop(rooms);
        assert!(mailbox.room_for_turn().is_some());
    }
}
