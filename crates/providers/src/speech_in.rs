//! What a recogniser must do, whichever it is. When to listen and what to do with the words is the conversation's decision.

use std::collections::BTreeSet;

use crate::ProviderError;

/// Sample rate that every recogniser and the voice detector take.
pub const LISTENING_RATE_HZ: u32 = 16_000;

/// Nothing.
static NO_WORDS: BTreeSet<String> = BTreeSet::new();

/// What is known about an utterance before it is heard, and whether it is still wanted.
#[derive(Clone, Copy)]
pub struct Listening<'a> {
    /// Words, in lower case, that are preferred where the sound leaves a choice; anything else can be heard as well.
    pub expected: &'a BTreeSet<String>,
    /// The caller was asked for a number that is said digit by digit: digits are preferred in the same way.
    pub digits: bool,
    /// Asked between the steps of the work. When it says no the recogniser stops, and what it returns means nothing.
    pub wanted: &'a (dyn Fn() -> bool + Sync),
}

impl Default for Listening<'_> {
    /// Nothing is expected, and the words are wanted.
    fn default() -> Self {
        Self {
            expected: &NO_WORDS,
            digits: false,
            wanted: &|| true,
        }
    }
}

/// Turns speech into text, one utterance at a time.
pub trait SpeechToText: Send + Sync {
    /// The words in `audio` (mono, 16 kHz, −1 to 1), empty when nothing was said.
    ///
    /// It blocks for tens to hundreds of milliseconds: call it on a thread that may block. Concurrent calls queue.
    ///
    /// # Errors
    /// [`ProviderError`] when the recogniser is out of order; never because of what the audio contains.
    fn transcribe(&self, audio: &[f32], listening: Listening<'_>) -> Result<String, ProviderError>;
}
