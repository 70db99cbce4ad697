//! Engines by the tools they serve: an agent's second conversation does not compute the meaning of its tools again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use conversimple_providers::language::{DialogEngine, Language};
use conversimple_providers::{Meaning, ProviderError};
use conversimple_wire::ToolSpec;

/// Sets of tools that are remembered; one more throws all away.
const SETS_LIMIT: usize = 64;

/// Engines that have heard nothing yet.
#[derive(Default)]
pub(crate) struct Engines {
    by_tools: Mutex<HashMap<String, DialogEngine>>,
}

impl Engines {
    /// A fresh engine for a set of tools. Blocks while meanings are computed.
    pub(crate) fn for_tools(
        &self,
        tools: &[ToolSpec],
        meaning: Option<Arc<Meaning>>,
    ) -> Result<Box<dyn Language>, ProviderError> {
        let key = serde_json::to_string(tools).unwrap_or_default();
        if let Some(engine) = self
            .by_tools
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
        {
            return Ok(engine.fork());
        }
        let offered: Vec<ToolSpec> = tools
            .iter()
            .filter(|tool| !tool.internal())
            .cloned()
            .collect();
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
