//! A caller who says nothing: they are asked whether they are there, and in the end the call is ended.
//!
//! Only a voice on a line can be silent; who types takes the time they like.

use std::time::Duration;

use super::*;
use crate::silence::{Quiet, Silence};

impl Conversation {
    /// The same conversation with other limits to silence.
    #[must_use]
    pub fn with_silence(mut self, silence: Silence) -> Self {
        self.silence = silence;
        self
    }

    /// The caller did something.
    pub(super) fn break_silence(&mut self) {
        self.quiet = Quiet::default();
    }

    /// When the silence will have been too long.
    pub(super) fn silence_ends_at(&self) -> Option<Duration> {
        let after = self.silence.after(self.quiet.asked)?;
        self.quiet.since?.checked_add(after)
    }

    /// Counts the silence while nobody speaks and nothing is owed, and speaks up when it is too long.
    pub(super) fn watch_silence(&mut self, now: Duration) {
        if !(self.voice && self.line && self.is_at_rest()) || self.owes() {
            return;
        }
        self.quiet.since.get_or_insert(now);
        if self.silence_ends_at().is_none_or(|at| at > now) {
            return;
        }
        let ends = self.quiet.asked == 2;
        let words = match self.quiet.asked {
            0 => "Are you still there?",
            1 => "I can't hear you. Are you still there?",
            _ => "I can't hear anybody, so I will end this call. Goodbye.",
        };
        self.quiet.asked += 1;
        self.begin_own_turn(now);
        self.keep_turn();
        if !ends {
            self.ask_pending_again();
        }
        self.say(words);
        if let Some(turn) = &mut self.turn {
            turn.hangs_up = ends;
        }
    }
}
