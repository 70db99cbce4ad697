//! An agent's connection as the rest of the platform holds it: a bounded outbox, and a way to have it closed.
//!
//! Which conversations the connection serves is decided by the registry; its frames are `gateway::agent`'s.

use std::sync::Arc;

use conversimple_conversation::calls::SocketId;
use conversimple_wire::agent::ToAgent;
use tokio::sync::{mpsc, watch};

/// Messages that wait for a slow agent. Beyond, the socket is closed: it would only get slower.
const OUTBOX_LIMIT: usize = 256;

/// An agent's connection, as the rest of the platform sees it.
#[derive(Debug, Clone)]
pub(crate) struct AgentSocket {
    /// Which.
    pub(crate) id: SocketId,
    /// The record of the key that it was opened with.
    pub(crate) key_id: Arc<str>,
    outbox: mpsc::Sender<ToAgent>,
    /// Beside the outbox, so that one who does not read is closed too.
    closed: Arc<watch::Sender<bool>>,
}

impl AgentSocket {
    /// A socket, and what is to be sent on it.
    pub(crate) fn new(id: SocketId, key_id: Arc<str>) -> (Self, mpsc::Receiver<ToAgent>) {
        let (outbox, inbox) = mpsc::channel(OUTBOX_LIMIT);
        let socket = Self {
            id,
            key_id,
            outbox,
            closed: Arc::default(),
        };
        (socket, inbox)
    }

    /// Sends a message; false when the agent is gone, or so slow that its socket is closed.
    pub(crate) fn send(&self, message: ToAgent) -> bool {
        let sent = self.outbox.try_send(message).is_ok();
        if !sent {
            self.close();
        }
        sent
    }

    /// Has the socket closed, before anything that still waits for it.
    pub(crate) fn close(&self) {
        self.closed.send_replace(true);
    }

    /// Whether the socket is to be closed.
    #[cfg(test)]
    pub(crate) fn is_closed(&self) -> bool {
        *self.closed.borrow()
    }

    /// Waits until the socket is to be closed.
    pub(crate) async fn closed(&self) {
        let mut closed = self.closed.subscribe();
        let _closed = closed.wait_for(|closed| *closed).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn socket_that_does_not_read_is_closed_when_its_outbox_is_full() {
        let (slow, _unread) = AgentSocket::new(SocketId(1), "key".into());
        let warning = || ToAgent::ConnectionWarning {
            message: "x".into(),
        };
        assert_eq!(
            (0..300).filter(|_| slow.send(warning())).count(),
            OUTBOX_LIMIT
        );
        assert!(slow.is_closed());
    }
}
