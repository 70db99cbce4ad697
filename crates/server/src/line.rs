//! A caller's line as a session sees it: the queue that sound comes from, and the channel that answers go into.
//!
//! Which socket is behind the line is decided by `gateway::caller`; what is said on it is decided by the session.

mod sound_queue;

use std::sync::Arc;

use conversimple_wire::media::ToCaller;
use tokio::sync::mpsc;

pub(crate) use sound_queue::SoundQueue;

/// What a session sends to a caller.
#[derive(Debug)]
pub(crate) enum ToLine {
    /// A control message.
    Show(ToCaller),
    /// A frame of sound.
    Sound(Vec<i16>),
}

/// A caller's line: where sound comes from and answers go to.
pub(crate) struct Line {
    pub(crate) outbox: mpsc::Sender<ToLine>,
    pub(crate) sound: Arc<SoundQueue>,
    pub(crate) rate_hz: u32,
    pub(crate) voice: bool,
}
