//! What a language engine must do, whichever it is, and the one that needs no language model.
//!
//! An engine decides what to say and which tool it would like to call. It decides nothing else: a call that it asks
//! for is withheld, refused or sent by others, and the words that it hears carry tokens in place of secrets.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub use conversimple_dialog::{Act, EndOfTurn, Expect, Step};
use conversimple_dialog::{Dialog, Heard, Index};
use conversimple_wire::tool::{OwnThing, ToolOutcome, ToolSpec};
use serde_json::{Map, Value};

use crate::{Meaning, ProviderError};

/// What happened in the conversation.
#[derive(Debug, Clone, PartialEq)]
pub enum EngineEvent {
    /// It begins.
    Begin,
    /// The caller said something; secrets are tokens.
    Heard {
        /// The words.
        text: String,
        /// The caller's day.
        today: time::Date,
    },
    /// A tool call ended.
    Outcome {
        /// Which tool.
        tool: String,
        /// With which arguments.
        arguments: Map<String, Value>,
        /// How.
        outcome: ToolOutcome,
    },
    /// What the caller owns of a kind.
    OwnThings {
        /// The kind.
        kind: String,
        /// The things.
        things: Vec<OwnThing>,
    },
    /// Words that the caller said earlier turn out to belong to a secret: they are known by its token from now on. There
    /// is nothing to decide; the answer must be there at once.
    Hidden {
        /// The words, as they were heard.
        words: String,
        /// The token.
        token: String,
    },
    /// The caller said no to the read-back of a call.
    Declined {
        /// The tool.
        tool: String,
    },
}

/// What [`Language::step`] returns.
pub type Deciding<'a> = Pin<Box<dyn Future<Output = Result<Step, ProviderError>> + Send + 'a>>;

/// One conversation's engine.
pub trait Language: Send + Sync {
    /// What the engine wants now.
    ///
    /// # Errors
    /// [`ProviderError`] when the engine is out of order; the conversation then apologises.
    fn step(&mut self, happening: EngineEvent) -> Deciding<'_>;

    /// Words that the caller is likely to say next, in lower case: a recogniser in doubt prefers them.
    fn vocabulary(&self) -> Arc<BTreeSet<String>> {
        Arc::default()
    }

    /// A copy that can be asked on trial and thrown away. It must be cheap.
    fn fork(&self) -> Box<dyn Language>;
}

/// The engine that needs no language model: [`Dialog`], with meaning where the model for it is loaded.
#[derive(Clone)]
pub struct DialogEngine {
    dialog: Dialog,
    meaning: Option<Arc<Meaning>>,
}

impl DialogEngine {
    /// An engine for a set of tools. It blocks for about 10 ms a phrase the first time that a tool is seen.
    ///
    /// # Errors
    /// [`ProviderError`] when the meaning of the tools' phrases cannot be computed.
    pub fn new(tools: &[ToolSpec], meaning: Option<Arc<Meaning>>) -> Result<Self, ProviderError> {
        let mut index = Index::new(tools);
        if let Some(meaning) = &meaning {
            let phrases = index.phrases();
            let phrases: Vec<&str> = phrases.iter().map(String::as_str).collect();
            index = index.with_meaning(meaning.embed_fixed(&phrases)?);
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

    async fn heard(&mut self, text: &str, today: time::Date) -> Result<Step, ProviderError> {
        let meaning = match self.meaning.clone() {
            Some(meaning) => {
                let text = text.to_owned();
                let embedding = tokio::task::spawn_blocking(move || meaning.embed(&text)).await;
                Some(embedding.map_err(|cause| ProviderError::Inference {
                    model: "meaning",
                    cause: cause.to_string(),
                })??)
            }
            None => None,
        };
        Ok(self.dialog.heard(Heard {
            text,
            meaning: meaning.as_deref(),
            today,
        }))
    }
}

impl Language for DialogEngine {
    fn step(&mut self, happening: EngineEvent) -> Deciding<'_> {
        Box::pin(async move {
            match happening {
                EngineEvent::Begin => Ok(self.dialog.greet()),
                EngineEvent::Heard { text, today } => self.heard(&text, today).await,
                EngineEvent::Outcome {
                    tool,
                    arguments,
                    outcome,
                } => Ok(self.dialog.outcome(&tool, &arguments, &outcome)),
                EngineEvent::OwnThings { kind, things } => {
                    Ok(self.dialog.own_things(&kind, things))
                }
                EngineEvent::Hidden { words, token } => {
                    self.dialog.hide(&words, &token);
                    Ok(Step {
                        acts: Vec::new(),
                        end_of_turn: EndOfTurn::Unlikely,
                        expects: None,
                    })
                }
                EngineEvent::Declined { tool } => Ok(self.dialog.declined(&tool)),
            }
        })
    }

    fn vocabulary(&self) -> Arc<BTreeSet<String>> {
        self.dialog.vocabulary()
    }

    fn fork(&self) -> Box<dyn Language> {
        Box::new(self.clone())
    }
}
