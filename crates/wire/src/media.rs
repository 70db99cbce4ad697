//! The media socket between a caller's browser (or `conversimple call`) and the platform.
//!
//! Binary frames are sound: PCM16 little-endian, mono, at the rate that `start` named, 20 ms a frame in both
//! directions. Text frames are the control messages below, one JSON object each with its `type`. The two share one
//! socket and therefore one order: what follows `clear` is new sound.
//!
//! Nothing here carries a secret: texts and arguments come masked, and the token that opens the socket is used once.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::tool::CallView;
use crate::{ConversationId, TurnId};

/// Length of a sound frame.
pub const FRAME_MILLIS: u32 = 20;

/// Rates that a client may name, in Hz.
pub const RATES_HZ: [u32; 2] = [16_000, 48_000];

/// Longest text frame, in bytes.
pub const TEXT_LIMIT_BYTES: usize = 16 * 1024;

/// Longest sound frame, in bytes: a second at 48 kHz.
pub const SOUND_LIMIT_BYTES: usize = 96_000;

/// What the caller's side says. Its `Debug` names the message and nothing that the caller said or typed.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FromCaller {
    /// Opens the conversation; the first message.
    Start {
        /// The client token of `POST /api/v1/conversations`.
        token: String,
        /// Rate of the sound in both directions, one of [`RATES_HZ`].
        rate_hz: u32,
        /// Whether sound comes in real time, or as fast as the platform takes it.
        #[serde(default)]
        pace: Pace,
        /// Whether answers are to be spoken; false for a caller who only reads.
        #[serde(default = "yes")]
        voice: bool,
    },
    /// What the caller typed instead of saying it.
    Text {
        /// The words.
        text: String,
    },
    /// Keys of the keypad: digits, `*` and `#`. They go to the vault and nowhere else while a secret is asked for.
    Keypad {
        /// The keys pressed.
        digits: String,
    },
    /// How much of the sound that was sent has been played, in samples since the start.
    Played {
        /// Samples.
        samples: u64,
    },
    /// The caller hangs up.
    Stop,
}

impl fmt::Debug for FromCaller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start { .. } => "Start",
            Self::Text { .. } => "Text",
            Self::Keypad { .. } => "Keypad",
            Self::Played { .. } => "Played",
            Self::Stop => "Stop",
        })
    }
}

fn yes() -> bool {
    true
}

/// How fast sound arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pace {
    /// From a microphone: what cannot be taken at once is dropped, the oldest first, and counted.
    #[default]
    Live,
    /// From a file: the platform takes what it can, and the sender waits.
    File,
}

/// What the platform says to the caller's side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToCaller {
    /// The conversation is open.
    Ready {
        /// Its id.
        conversation_id: ConversationId,
        /// Rate of the sound to come, in Hz.
        rate_hz: u32,
        /// Whether the platform hears and speaks, or only reads and writes.
        voice: bool,
    },
    /// Whether the caller is heard speaking.
    Speech {
        /// True from the first sound to the end of the turn.
        active: bool,
    },
    /// What was understood, masked.
    Heard {
        /// The turn.
        turn: TurnId,
        /// The words.
        text: String,
        /// False while the words may still change.
        #[serde(rename = "final")]
        is_final: bool,
    },
    /// What was understood in an earlier turn, once more: a part of it turned out to belong to a secret.
    Rewritten {
        /// The turn.
        turn: TurnId,
        /// Its words, without that part.
        text: String,
    },
    /// What is being said, masked: one message a sentence.
    Said {
        /// The turn that it answers.
        turn: TurnId,
        /// The words.
        text: String,
    },
    /// A tool call began or ended.
    Tool(CallView),
    /// What the caller is expected to give next, so that the page can offer a keypad or hide what is typed.
    Expect {
        /// Kind of secret, or null when an open answer will do.
        secret: Option<String>,
    },
    /// Throw away the sound that was not played yet.
    Clear {
        /// The turn whose sound is void.
        turn: TurnId,
    },
    /// The answer is over: everything of this turn was sent and, as far as time tells, played.
    TurnEnd {
        /// The turn.
        turn: TurnId,
        /// How long its stages took.
        millis: TurnMillis,
    },
    /// The turn was withdrawn: the caller went on speaking, and its words are part of the next turn.
    TurnVoid {
        /// The turn.
        turn: TurnId,
    },
    /// Something went wrong that the caller should know.
    Error {
        /// A public code.
        code: String,
        /// Its sentence.
        message: String,
    },
    /// The conversation is over; the socket closes.
    Ended,
}

/// Times of a turn, in milliseconds from the end of the caller's speech.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct TurnMillis {
    /// The words were known.
    pub transcript: Option<f64>,
    /// What to do was decided.
    pub decision: Option<f64>,
    /// The first sound of the answer was sent.
    pub to_first_audio: Option<f64>,
}

/// Reads a sound frame.
///
/// Returns `None` for an odd number of bytes or more than [`SOUND_LIMIT_BYTES`].
pub fn samples(bytes: &[u8]) -> Option<Vec<i16>> {
    if !bytes.len().is_multiple_of(2) || bytes.len() > SOUND_LIMIT_BYTES {
        return None;
    }
    Some(
        bytes
            .chunks_exact(2)
            .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
            .collect(),
    )
}

/// Writes a sound frame.
pub fn bytes(samples: &[i16]) -> Vec<u8> {
    samples
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_samples_round_trip() {
        let sound = [0, 1, -1, i16::MAX, i16::MIN];
        assert_eq!(samples(&bytes(&sound)).as_deref(), Some(&sound[..]));
        assert_eq!(samples(&[0]), None);
        assert_eq!(samples(&vec![0; SOUND_LIMIT_BYTES + 2]), None);
    }

    #[test]
    fn media_message_with_unknown_field_or_type_is_refused() {
        for text in [
            r#"{"type":"text","text":"hi","role":"system"}"#,
            r#"{"type":"tool","name":"x"}"#,
            r#"{}"#,
        ] {
            assert!(serde_json::from_str::<FromCaller>(text).is_err(), "{text}");
        }
    }
}
