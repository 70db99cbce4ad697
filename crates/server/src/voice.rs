//! The models that hear and speak, as the platform is started with them. How a session uses them is decided there.

use std::sync::Arc;

use conversimple_providers::{SpeechToText, TextToSpeech, VoiceActivity};

/// The models that hear and speak, shared by all sessions.
#[derive(Clone)]
pub struct Voice {
    /// Hears that somebody speaks.
    pub ears: VoiceActivity,
    /// Hears what is said.
    pub speech_in: Arc<dyn SpeechToText>,
    /// Speaks.
    pub speech_out: Arc<dyn TextToSpeech>,
}
