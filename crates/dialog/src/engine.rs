//! The dialog as a language engine: it decides at once, and a fork of it costs nothing.
//!
//! The meaning of words comes from a model that is given to it; what the words ask for is decided by [`Dialog`].

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use conversimple_conversation::engine::{
    Decision, Engine, EngineError, EngineEvent, Observation, Parts, at_once,
};
use conversimple_wire::ToolSpec;

use crate::{Dialog, Heard, Index};

/// The meaning of a text, on its way: 384 numbers of length 1.
pub type MeaningOf<'a> = Pin<Box<dyn Future<Output = Result<Vec<f32>, EngineError>> + Send + 'a>>;

/// A model that knows what sentences mean.
pub trait Meaning: Send + Sync {
    /// The meaning of a caller's words, of which nothing is kept.
    fn of_words(&self, words: String) -> MeaningOf<'_>;

    /// The meanings of phrases that hold nothing of any caller's, in their order. Blocks while they are computed.
    ///
    /// # Errors
    /// [`EngineError`] when the model fails.
    fn of_phrases(&self, phrases: &[String]) -> Result<Vec<Vec<f32>>, EngineError>;
}

/// The engine that needs no language model: [`Dialog`], with meaning where the model for it is loaded.
#[derive(Clone)]
pub struct DialogEngine {
    dialog: Dialog,
    meaning: Option<Arc<dyn Meaning>>,
}

impl DialogEngine {
    /// An engine for a set of tools. Blocks while the meanings of the tools' phrases are computed.
    ///
    /// # Errors
    /// [`EngineError`] when they cannot be computed.
    pub fn new(tools: &[ToolSpec], meaning: Option<Arc<dyn Meaning>>) -> Result<Self, EngineError> {
        let mut index = Index::new(tools);
        if let Some(meaning) = &meaning {
            let meanings = meaning.of_phrases(&index.phrases())?;
            index = index.with_meaning(meanings);
        }
        Ok(Self {
            dialog: Dialog::new(Arc::new(index)),
            meaning,
        })
    }

    /// An engine that only talks.
    pub fn without_tools() -> Self {
        Self {
            dialog: Dialog::new(Arc::new(Index::new(&[]))),
            meaning: None,
        }
    }

    async fn decide(
        &mut self,
        event: EngineEvent,
        today: time::Date,
    ) -> Result<Decision, EngineError> {
        Ok(match event {
            EngineEvent::Begin => self.dialog.greet(),
            EngineEvent::Heard(text) => {
                let meaning = match &self.meaning {
                    Some(meaning) => Some(meaning.of_words(text.clone()).await?),
                    None => None,
                };
                self.dialog.heard(Heard {
                    text: &text,
                    meaning: meaning.as_deref(),
                    today,
                })
            }
            EngineEvent::Declined { tool } => self.dialog.declined(&tool),
            EngineEvent::Outcome {
                tool,
                arguments,
                outcome,
            } => self.dialog.outcome(&tool, &arguments, &outcome),
            EngineEvent::OwnThings { kind, things } => self.dialog.own_things(&kind, things),
        })
    }
}

impl Engine for DialogEngine {
    fn step(&mut self, event: EngineEvent, today: time::Date) -> Parts<'_> {
        at_once(self.decide(event, today))
    }

    fn observe(&mut self, observation: &Observation) {
        match observation {
            Observation::Hidden { words, token } => self.dialog.hide(words, token),
            Observation::Abandoned { tool, arguments } => self.dialog.abandon(tool, arguments),
        }
    }

    fn fork(&self) -> Box<dyn Engine> {
        Box::new(self.clone())
    }

    fn vocabulary(&self) -> Arc<BTreeSet<String>> {
        self.dialog.vocabulary()
    }

    fn trials_limit(&self) -> usize {
        usize::MAX
    }
}
