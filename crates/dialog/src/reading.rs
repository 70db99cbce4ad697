//! What one sentence asks for, without a conversation around it. For measuring; a conversation uses [`crate::Dialog`].

use serde_json::{Map, Value};

use crate::choose::{Choice, choose, ranked};
use crate::fill::{Utterance, fill};
use crate::heard::Heard;
use crate::index::Index;
use crate::talk::chat;

/// What one sentence asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The tool, if one is asked for. Of two between which a conversation would ask, the likelier.
    pub tool: Option<String>,
    /// Whether a conversation would ask which of two tools is meant.
    pub unsure: bool,
    /// The arguments that the sentence gives; own things are not among them.
    pub arguments: Map<String, Value>,
}

impl Index {
    /// Reads one sentence by itself.
    pub fn reading(&self, heard: Heard<'_>) -> Reading {
        let mut utterance = Utterance::new(heard.text, heard.today);
        let scores = ranked(self, utterance.text, heard.meaning, heard.today);
        let (tool, unsure) = match choose(&scores) {
            _ if chat(&utterance.words).is_some() => (None, false),
            Choice::Tool(tool) => (Some(tool), false),
            Choice::Between(tool, _) => (Some(tool), true),
            Choice::None => (None, false),
        };
        let arguments = tool.map(|tool| fill(&self.tools[tool].spec, &mut utterance, &Map::new()));
        Reading {
            tool: tool.map(|tool| self.tools[tool].spec.name.clone()),
            unsure,
            arguments: arguments.unwrap_or_default(),
        }
    }
}
