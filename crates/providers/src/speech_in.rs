//! What a recogniser must do, whichever it is. When to listen and what to do with the words is the conversation's decision.

use std::collections::BTreeSet;

use crate::ProviderError;

/// Sample rate that every recogniser and the voice detector take.
pub const LISTENING_RATE_HZ: u32 = 16_000;

/// Turns speech into text, one utterance at a time.
pub trait SpeechToText: Send + Sync {
    /// The words in `audio` (mono, 16 kHz, −1 to 1), empty when nothing was said. `expected` are words, in lower case,
    /// that are preferred where the sound leaves a choice; anything else can be heard as well.
    ///
    /// It blocks for tens to hundreds of milliseconds: call it on a thread that may block. Concurrent calls queue.
    ///
    /// # Errors
    /// [`ProviderError`] when the recogniser is out of order; never because of what the audio contains.
    fn transcribe(
        &self,
        audio: &[f32],
        expected: &BTreeSet<String>,
    ) -> Result<String, ProviderError>;
}
