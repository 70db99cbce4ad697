//! The models that hear and speak, as the platform is started with them. How a session uses them is decided there.

use std::sync::Arc;

use conversimple_providers::{SmartTurn, SpeechToText, TextToSpeech, VoiceActivity};

/// The models that hear and speak, shared by all sessions.
#[derive(Clone)]
pub struct Voice {
    /// Hears that somebody speaks.
    pub ears: VoiceActivity,
    /// Hears whether a caller has said all.
    pub turns: SmartTurn,
    /// Hears what is said.
    pub speech_in: Arc<dyn SpeechToText>,
    /// Speaks.
    pub speech_out: Arc<dyn TextToSpeech>,
}
