//! Bodies of the REST interface, as the published client sends and reads them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::media::TurnMillis;
use crate::policy::AgentPolicy;
use crate::{AgentId, Code, ConversationId, CustomerId};

/// An answer with data.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Success<T> {
    /// Always true.
    pub success: bool,
    /// What was asked for.
    pub data: T,
    /// Which part of a list this is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub meta: Option<Page>,
}

impl<T> Success<T> {
    /// An answer with one thing.
    pub fn one(data: T) -> Self {
        Self {
            success: true,
            data,
            meta: None,
        }
    }

    /// An answer with a part of a list.
    pub fn page(data: T, meta: Page) -> Self {
        Self {
            success: true,
            data,
            meta: Some(meta),
        }
    }
}

/// Which part of a list an answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// From 1.
    pub page: u32,
    /// Things a page.
    pub per_page: u32,
    /// Things in all.
    pub total_count: u64,
}

/// An answer that refuses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// A public code.
    pub code: String,
    /// A sentence.
    pub message: String,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub errors: BTreeMap<String, String>,
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self {
            code: code.as_str().into(),
            message: code.sentence().into(),
            errors: BTreeMap::new(),
        }
    }
}

/// Body of `POST /api/v1/conversations`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenConversation {
    /// Which agent; the customer's only or first one when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub agent_id: Option<AgentId>,
    /// Where the caller is.
    #[serde(default)]
    pub channel: Channel,
}

/// Where a caller is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A page.
    #[default]
    Widget,
    /// A page of the customer's.
    Inline,
    /// A phone.
    Phone,
    /// A program.
    Sdk,
}

/// What opening a conversation answers.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenedConversation {
    /// Its id.
    pub id: ConversationId,
    /// The agent that it is with.
    pub agent_id: AgentId,
    /// Opens the media socket, once.
    pub client_token: String,
    /// Seconds until the token is void.
    pub expires_in: u32,
}

impl std::fmt::Debug for OpenedConversation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenedConversation")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Body of `POST /api/v1/conversations/{id}/turns`. Its `Debug` says nothing of the words.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypedTurn {
    /// What the caller says.
    pub text: String,
}

impl std::fmt::Debug for TypedTurn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TypedTurn").finish_non_exhaustive()
    }
}

/// A turn as its result is shown: to REST clients, and by `conversimple call --json`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TurnView {
    /// What was understood, masked.
    pub heard: String,
    /// What was said, masked.
    pub said: String,
    /// The calls that it led to, with the guard's verdicts.
    pub tool_calls: Vec<TurnCall>,
    /// Times of its stages.
    pub millis: TurnMillis,
}

/// A tool call of a turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TurnCall {
    /// Which tool.
    pub name: String,
    /// Its arguments, masked.
    pub arguments: Value,
    /// `"allowed"` or a public code.
    pub verdict: String,
    /// Milliseconds from the request to the outcome.
    pub millis: f64,
}

/// An agent as the interface shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AgentView {
    /// Its id.
    pub id: AgentId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// `draft`, `published` or `archived`.
    pub status: String,
    /// Counts from 1, raised by each change.
    pub version: i64,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// RFC 3339, UTC.
    pub updated_at: String,
    /// What the agent is made of, where generated.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub spec: Option<Value>,
    /// The customer's settings.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub agent_config: Option<Value>,
    /// `dialog_manager`, `free_flow` or `free_flow_native_sts`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub execution_mode: Option<String>,
}

/// What the platform makes of the tools that an agent registered last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct ToolReview {
    /// Those that cannot be called.
    pub withheld: Vec<Withheld>,
    /// Those whose declaration, or the operator's policy, makes them looser than the default of their effect.
    pub loosened: Vec<Loosened>,
    /// What holds for each that can be called.
    #[serde(default)]
    pub tools: Vec<ToolRules>,
}

/// What holds for a tool that can be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolRules {
    /// Its name.
    pub tool: String,
    /// What it does: `read`, `write`, `send`, `pay`, `delete`, `login` or `logout`.
    pub effect: String,
    /// Whether it needs a caller who has logged in.
    pub caller: bool,
    /// Whether it needs a yes.
    pub confirm: bool,
    /// What tells its declaration from another.
    pub digest: String,
}

/// An agent's policy as the interface shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyView {
    /// The agent.
    pub agent_id: AgentId,
    /// Counts from 1; 0 where nobody has written one.
    pub version: u64,
    /// The document.
    pub policy: AgentPolicy,
    /// The document as TOML.
    pub toml: String,
    /// Who wrote it: a key's id, `dashboard` or a file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub changed_by: Option<String>,
    /// RFC 3339, UTC.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub changed_at: Option<String>,
    /// The versions before, the newest first.
    pub earlier: Vec<EarlierPolicy>,
    /// What holds for each tool that the agent registered last and that can be called.
    pub tools: Vec<ToolRules>,
    /// Those that cannot.
    pub withheld: Vec<Withheld>,
    /// Those that are looser than the default of their effect.
    pub loosened: Vec<Loosened>,
}

/// A version of a policy that is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EarlierPolicy {
    /// Which.
    pub version: u64,
    /// The document.
    pub policy: AgentPolicy,
    /// Who wrote it.
    pub changed_by: String,
    /// RFC 3339, UTC.
    pub changed_at: String,
}

/// A tool that an agent registered and that cannot be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    /// Its name.
    pub tool: String,
    /// Why, and what to write.
    pub reason: String,
}

/// A tool that its declaration, or the operator's policy, makes looser than the default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loosened {
    /// Its name.
    pub tool: String,
    /// The words that do: `effect`, `public`, `no_confirm`, `limit = none`, `secret = false`.
    pub words: Vec<String>,
    /// Whether the operator's policy says so, and not the declaration alone.
    #[serde(default)]
    pub by_policy: bool,
}

/// A deployment as the interface shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeploymentView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The agent.
    pub agent_id: AgentId,
    /// `phone`, `widget`, `inline` or `sdk`.
    pub channel: String,
    /// `pending`, `active` or `inactive`.
    pub status: String,
    /// `dev`, `staging`, `production` or `widget`.
    pub environment: String,
    /// Settings of the channel.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub channel_config: Option<Value>,
    /// When and whom to engage.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub engagement_rules: Option<Value>,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// RFC 3339, UTC.
    pub updated_at: String,
}

/// What `keys create --json` prints. The key is shown this once.
#[derive(Clone, Serialize, Deserialize)]
pub struct CreatedKey {
    /// The tenant.
    pub customer_id: CustomerId,
    /// The key.
    pub api_key: String,
}
