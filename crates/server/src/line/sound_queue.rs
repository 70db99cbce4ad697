//! The queue of a caller's sound, bounded: what a session cannot take in time is dropped, the oldest first.
//!
//! Sound that is late is worth nothing, so a live caller's oldest sound goes. A file is worth all of it: its sender
//! waits instead.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use conversimple_wire::media::Pace;
use tokio::sync::Notify;

/// Frames that wait: half a second.
const FRAMES_LIMIT: usize = 25;

/// A queue with one sender and one receiver.
pub(crate) struct SoundQueue {
    pace: Pace,
    state: Mutex<State>,
    filled: Notify,
    emptied: Notify,
}

#[derive(Default)]
struct State {
    frames: VecDeque<Vec<i16>>,
    dropped: u64,
}

impl SoundQueue {
    pub(crate) fn new(pace: Pace) -> Self {
        Self {
            pace,
            state: Mutex::default(),
            filled: Notify::new(),
            emptied: Notify::new(),
        }
    }

    /// Puts a frame in.
    pub(crate) async fn push(&self, frame: Vec<i16>) {
        loop {
            let emptied = self.emptied.notified();
            {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                let full = state.frames.len() >= FRAMES_LIMIT;
                if !full || self.pace == Pace::Live {
                    if full {
                        state.frames.pop_front();
                        state.dropped += 1;
                    }
                    state.frames.push_back(frame);
                    self.filled.notify_one();
                    return;
                }
            }
            emptied.await;
        }
    }

    /// Accepts the oldest frame out, when there is one.
    pub(crate) async fn pop(&self) -> Vec<i16> {
        loop {
            let filled = self.filled.notified();
            if let Some(frame) = self
                .state
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .frames
                .pop_front()
            {
                self.emptied.notify_one();
                return frame;
            }
            filled.await;
        }
    }

    /// Frames that were dropped.
    pub(crate) fn dropped(&self) -> u64 {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn full_live_queue_drops_and_counts_oldest_frames() {
        let queue = SoundQueue::new(Pace::Live);
        for n in 0..FRAMES_LIMIT + 3 {
            queue.push(vec![n as i16]).await;
        }
        assert_eq!(queue.dropped(), 3);
        assert_eq!(queue.pop().await, [3]);
    }

    #[tokio::test]
    async fn full_file_queue_makes_sender_wait_and_drops_nothing() {
        let queue = std::sync::Arc::new(SoundQueue::new(Pace::File));
        let sender = tokio::spawn({
            let queue = queue.clone();
            async move {
                for n in 0..100 {
                    queue.push(vec![n]).await;
                }
            }
        });
        for n in 0..100 {
            assert_eq!(queue.pop().await, [n]);
        }
        assert!(sender.await.is_ok());
        assert_eq!(queue.dropped(), 0);
    }
}
