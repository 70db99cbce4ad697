//! Engines by the tools they serve: an agent's second conversation does not compute the meaning of its tools again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use conversimple_conversation::engine::{Engine, EngineError};
use conversimple_dialog::{DialogEngine, Meaning, MeaningOf};
use conversimple_wire::ToolSpec;

/// Sets of tools that are remembered; one more throws all away.
const SETS_LIMIT: usize = 64;

/// Makes an engine that has heard nothing yet for an agent's tools, those that are internal left out.
pub type MakeEngine =
    Arc<dyn Fn(&[ToolSpec]) -> Result<Box<dyn Engine>, EngineError> + Send + Sync>;

/// The loaded model of meaning, as the dialog asks for it: it computes beside the runtime's threads.
struct LoadedMeaning(Arc<conversimple_providers::Meaning>);

impl Meaning for LoadedMeaning {
    fn of_words(&self, words: String) -> MeaningOf<'_> {
        let model = self.0.clone();
        Box::pin(async move {
            let computed = tokio::task::spawn_blocking(move || model.embed(&words)).await;
            computed
                .map_err(EngineError::new)?
                .map_err(EngineError::new)
        })
    }

    fn of_phrases(&self, phrases: &[String]) -> Result<Vec<Vec<f32>>, EngineError> {
        let phrases: Vec<&str> = phrases.iter().map(String::as_str).collect();
        self.0.embed_fixed(&phrases).map_err(EngineError::new)
    }
}

/// Engines that have heard nothing yet.
pub(crate) struct Engines {
    /// Makes another engine than the dialog, which needs no language model.
    other: Option<MakeEngine>,
    meaning: Option<Arc<dyn Meaning>>,
    by_tools: Mutex<HashMap<String, DialogEngine>>,
}

impl Engines {
    pub(crate) fn new(
        other: Option<MakeEngine>,
        meaning: Option<Arc<conversimple_providers::Meaning>>,
    ) -> Self {
        Self {
            other,
            meaning: meaning.map(|model| Arc::new(LoadedMeaning(model)) as Arc<dyn Meaning>),
            by_tools: Mutex::default(),
        }
    }

    /// A fresh engine for a set of tools. Blocks while meanings are computed.
    pub(crate) fn for_tools(&self, tools: &[ToolSpec]) -> Result<Box<dyn Engine>, EngineError> {
        let offered: Vec<ToolSpec> = tools
            .iter()
            .filter(|tool| !tool.internal())
            .cloned()
            .collect();
        if let Some(make) = &self.other {
            return make(&offered);
        }
        let key = serde_json::to_string(tools).unwrap_or_default();
        if let Some(engine) = self
            .by_tools
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
        {
            return Ok(engine.fork());
        }
        let engine = DialogEngine::new(&offered, self.meaning.clone())?;
        let mut by_tools = self.by_tools.lock().unwrap_or_else(PoisonError::into_inner);
        if by_tools.len() >= SETS_LIMIT {
            by_tools.clear();
        }
        by_tools.insert(key, engine.clone());
        Ok(Box::new(engine))
    }
}
