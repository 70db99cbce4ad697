//! Speech in, speech out and meaning: the local models behind small traits, with where they come from and how they are checked.
//!
//! Everything here blocks and knows nothing of a conversation: when to listen, what to say and how to pace it is decided by others.

pub mod audio;
mod error;
mod meaning;
pub mod models;
mod moonshine;
mod phonemes;
mod piper;
mod pool;
mod runtime;
mod smart_turn;
mod speech_in;
mod speech_out;
pub mod vad;

pub use error::ProviderError;
pub use meaning::{MEANING_WIDTH, Meaning, nearness};
pub use models::ModelError;
pub use moonshine::Moonshine;
pub use piper::Piper;
pub use runtime::Runtime;
pub use smart_turn::SmartTurn;
pub use speech_in::{LISTENING_RATE_HZ, Listening, SpeechToText};
pub use speech_out::TextToSpeech;
pub use vad::VoiceActivity;
