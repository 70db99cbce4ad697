//! What a sentence means, as a direction: sentences that mean the same point the same way (all-MiniLM-L6-v2).
//!
//! Which tool a meaning chooses, and when it is too far from all of them, is decided elsewhere.

mod bert;
mod weights;
mod wordpiece;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::ProviderError;
use crate::models;

use bert::Bert;
pub use bert::MEANING_WIDTH;
use weights::Weights;
use wordpiece::WordPieces;

const MODEL: &str = "meaning";

/// Phrases whose embedding is kept, 2 KB each.
const KEPT_PHRASES: usize = 2_048;

/// The model; about 50 MB. It needs no inference runtime, so it also serves conversations by text.
pub struct Meaning {
    pieces: WordPieces,
    bert: Bert,
    kept: Mutex<HashMap<String, Vec<f32>>>,
}

impl Meaning {
    /// Loads the model from the models' folder; a third of a second.
    ///
    /// # Errors
    /// [`ProviderError`] when it is missing or damaged.
    pub fn load(dir: &Path) -> Result<Self, ProviderError> {
        let damaged = |what| ProviderError::inference(MODEL, what);
        let pieces = WordPieces::parse(&models::read(dir, &models::MINILM_TOKENS)?)
            .ok_or_else(|| damaged("its word pieces cannot be read"))?;
        let file = models::read(dir, &models::MINILM_WEIGHTS)?;
        let bert = Weights::parse(&file)
            .and_then(|weights| Bert::new(&weights))
            .ok_or_else(|| damaged("its weights cannot be read"))?;
        Ok(Self {
            pieces,
            bert,
            kept: Mutex::new(HashMap::new()),
        })
    }

    /// The direction of `text`: [`MEANING_WIDTH`] numbers of length 1 together. Nothing of the text is kept.
    ///
    /// It computes for about ten milliseconds; text beyond about 120 words does not count.
    ///
    /// # Errors
    /// None today; the result leaves room for a model that can fail.
    pub fn embed(&self, text: &str) -> Result<Vec<f32>, ProviderError> {
        Ok(self.bert.embed(&self.pieces.ids(text)))
    }

    /// The directions of phrases that hold nothing of any caller's, such as the descriptions of tools; each is computed once.
    ///
    /// # Errors
    /// As [`embed`](Self::embed).
    pub fn embed_fixed(&self, phrases: &[&str]) -> Result<Vec<Vec<f32>>, ProviderError> {
        phrases.iter().map(|phrase| self.fixed(phrase)).collect()
    }

    fn fixed(&self, phrase: &str) -> Result<Vec<f32>, ProviderError> {
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept().get(phrase) {
            return Ok(known.clone());
        }
        let found = self.embed(phrase)?;
        let mut kept = kept();
        if kept.len() >= KEPT_PHRASES {
            kept.clear();
        }
        kept.insert(phrase.to_owned(), found.clone());
        Ok(found)
    }
}

/// How near two meanings are: 1 the same, 0 unrelated. Of different lengths, 0.
#[must_use]
pub fn nearness(a: &[f32], b: &[f32]) -> f32 {
    if a.len() == b.len() {
        crate::audio::dot(a, b)
    } else {
        0.0
    }
}
