//! What a voice must do, whichever it is. Cutting an answer into clauses and pacing them is the conversation's decision.

use crate::ProviderError;

/// Turns text into speech, one clause at a time.
pub trait TextToSpeech: Send + Sync {
    /// Sample rate of what [`synthesize`](Self::synthesize) returns, in Hz.
    fn rate_hz(&self) -> u32;

    /// Speaks one clause as written text (numbers and money included); mono samples at [`rate_hz`](Self::rate_hz).
    ///
    /// Nothing of the clause is kept, so it may hold the caller's data. It blocks for about a hundred milliseconds: call it on
    /// a thread that may block. Empty text gives no samples.
    ///
    /// # Errors
    /// [`ProviderError`] when the voice is out of order; never because of what the text contains.
    fn synthesize(&self, clause: &str) -> Result<Vec<i16>, ProviderError>;

    /// Speaks a phrase that holds nothing of any caller's (a prompt, an apology); the sound may be kept and given again.
    ///
    /// # Errors
    /// As [`synthesize`](Self::synthesize).
    fn synthesize_fixed(&self, phrase: &str) -> Result<Vec<i16>, ProviderError> {
        self.synthesize(phrase)
    }
}
