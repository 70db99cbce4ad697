//! Engines by the tools they serve: an agent's second conversation does not compute the meaning of its tools again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use conversimple_providers::language::{DialogEngine, Language};
use conversimple_providers::{Meaning, ProviderError};
use conversimple_wire::ToolSpec;

/// Sets of tools that are remembered; one more throws all away.
const SETS_LIMIT: usize = 64;

/// Makes an engine that has heard nothing yet for an agent's tools, those that are internal left out.
pub type MakeLanguage =
    Arc<dyn Fn(&[ToolSpec]) -> Result<Box<dyn Language>, ProviderError> + Send + Sync>;

/// Engines that have heard nothing yet.
pub(crate) struct Engines {
    /// Makes another engine than the dialog, which needs no language model.
    other: Option<MakeLanguage>,
    by_tools: Mutex<HashMap<String, DialogEngine>>,
}

impl Engines {
    pub(crate) fn new(other: Option<MakeLanguage>) -> Self {
        Self {
            other,
            by_tools: Mutex::default(),
        }
    }

    /// A fresh engine for a set of tools. Blocks while meanings are computed.
    pub(crate) fn for_tools(
        &self,
        tools: &[ToolSpec],
        meaning: Option<Arc<Meaning>>,
    ) -> Result<Box<dyn Language>, ProviderError> {
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
        let engine = DialogEngine::new(&offered, meaning)?;
        let mut by_tools = self.by_tools.lock().unwrap_or_else(PoisonError::into_inner);
        if by_tools.len() >= SETS_LIMIT {
            by_tools.clear();
        }
        by_tools.insert(key, engine.clone());
        Ok(Box::new(engine))
    }

    /// An engine without tools, which only talks.
    pub(crate) fn empty(&self) -> Box<dyn Language> {
        Box::new(DialogEngine::without_tools())
    }
}
