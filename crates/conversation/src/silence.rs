//! How long a caller may be silent before they are asked, asked again and the call is ended. What is said then is decided in
//! `machine/quiet.rs`.

use std::time::Duration;

/// How long a caller may be silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silence {
    /// They are asked whether they are there.
    pub ask_after: Duration,
    /// They are asked again.
    pub ask_again_after: Duration,
    /// They hear a goodbye, and the conversation ends.
    pub end_after: Duration,
}

impl Default for Silence {
    fn default() -> Self {
        Self {
            ask_after: Duration::from_secs(12),
            ask_again_after: Duration::from_secs(30),
            end_after: Duration::from_secs(90),
        }
    }
}

impl Silence {
    /// A caller may be silent for ever.
    pub const UNLIMITED: Self = Self {
        ask_after: Duration::MAX,
        ask_again_after: Duration::MAX,
        end_after: Duration::MAX,
    };

    /// When they are asked for the next time, or the call is ended.
    pub(crate) fn after(&self, asked: u8) -> Option<Duration> {
        match asked {
            0 => Some(self.ask_after),
            1 => Some(self.ask_again_after),
            2 => Some(self.end_after),
            _ => None,
        }
    }
}

/// A caller's silence, as far as it has come.
#[derive(Debug, Default)]
pub(crate) struct Quiet {
    /// Since when nobody has said anything, the questions of this file left out.
    pub(crate) since: Option<Duration>,
    /// How often they were asked.
    pub(crate) asked: u8,
}
