//! Messages of the agent socket: what an agent says to the platform, and what the platform says to it.
//!
//! Two clients speak here, the published Python SDK and ours, and its documentation describes a third; what one of
//! them writes is accepted from all. Unknown events and unknown fields are no error, because clients are newer than
//! servers; wrong types are.

use std::fmt;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::frame::Frame;
use crate::id::InvalidId;
use crate::tool::ToolCall;
use crate::{AgentId, CallId, ConversationId, CustomerId, ToolSpec};

/// How long an agent may take when a call names no time, in seconds.
pub const TIMEOUT_SECONDS_DEFAULT: f64 = 30.0;

/// The range to which clients clamp `timeout_seconds`.
pub const TIMEOUT_SECONDS_RANGE: (f64, f64) = (0.1, 300.0);

/// What an agent says.
#[derive(Clone, PartialEq)]
pub enum FromAgent {
    /// It wants to use the socket.
    Join {
        /// Agents that this process serves. Only our own SDK says so; an empty list means any.
        agents: Vec<AgentId>,
    },
    /// It is done with it.
    Leave,
    /// It is alive.
    Heartbeat,
    /// These are its tools in a conversation.
    RegisterTools {
        /// The conversation.
        conversation_id: ConversationId,
        /// The tools; a second registration replaces the first.
        tools: Vec<ToolSpec>,
    },
    /// A call's result.
    Response {
        /// The call.
        call_id: CallId,
        /// What the tool returned.
        result: Value,
    },
    /// A call that failed. The agent's own text is not kept: it may carry anything.
    Error {
        /// The call.
        call_id: CallId,
        /// A public code, where the agent names one.
        code: Option<String>,
        /// The agent's text, for the audit record and never for the conversation.
        message: String,
    },
    /// Something newer than this server.
    Unknown,
}

impl fmt::Debug for FromAgent {
    /// Which message, about which call or conversation; never a result or an agent's own text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Join { agents } => f.debug_struct("Join").field("agents", agents).finish(),
            Self::Leave => f.write_str("Leave"),
            Self::Heartbeat => f.write_str("Heartbeat"),
            Self::Unknown => f.write_str("Unknown"),
            Self::RegisterTools {
                conversation_id,
                tools,
            } => write!(f, "RegisterTools({conversation_id}, {} tools)", tools.len()),
            Self::Response { call_id, .. } => write!(f, "Response({call_id})"),
            Self::Error { call_id, .. } => write!(f, "Error({call_id})"),
        }
    }
}

/// Why an agent's message is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the payload of this event has another shape than the protocol says")]
pub struct MessageError;

impl From<serde_json::Error> for MessageError {
    fn from(_: serde_json::Error) -> Self {
        Self
    }
}

impl From<InvalidId> for MessageError {
    fn from(_: InvalidId) -> Self {
        Self
    }
}

impl FromAgent {
    /// Reads a frame that an agent sent.
    ///
    /// # Errors
    /// `MessageError` when the event is known and its payload has another shape.
    pub fn read(frame: &Frame) -> Result<Self, MessageError> {
        let payload = &frame.payload;
        match frame.event.as_str() {
            "phx_join" => Ok(Self::joined(payload)),
            "phx_leave" => Ok(Self::Leave),
            "heartbeat" => Ok(Self::Heartbeat),
            "register_conversation_tools" => Self::registered(payload),
            "tool_call_response" => {
                let Response { call_id, result } = Response::deserialize(payload)?;
                Ok(Self::Response { call_id, result })
            }
            "tool_call_error" => {
                let Failure { call_id, error } = Failure::deserialize(payload)?;
                Ok(Self::Error {
                    call_id,
                    code: error.kind,
                    message: error.message,
                })
            }
            _ => Ok(Self::Unknown),
        }
    }

    /// A join; one that names no agents is an agent's of an older SDK.
    fn joined(payload: &Value) -> Self {
        let agents = Join::deserialize(payload).map(|join| join.agent_ids);
        Self::Join {
            agents: agents.unwrap_or_default(),
        }
    }

    fn registered(payload: &Value) -> Result<Self, MessageError> {
        let Register {
            conversation_id,
            tools,
        } = Register::deserialize(payload)?;
        if tools.len() > ToolSpec::COUNT_LIMIT {
            return Err(MessageError);
        }
        Ok(Self::RegisterTools {
            conversation_id,
            tools,
        })
    }

    /// Writes the event name and payload, as our own SDK sends them.
    pub fn write(&self, conversation_id: Option<&ConversationId>) -> (&'static str, Value) {
        match self {
            Self::Join { agents } => ("phx_join", json!({"agent_ids": agents})),
            Self::Leave => ("phx_leave", json!({})),
            Self::Heartbeat | Self::Unknown => ("heartbeat", json!({})),
            Self::RegisterTools {
                conversation_id,
                tools,
            } => (
                "register_conversation_tools",
                json!({"conversation_id": conversation_id, "tools": tools}),
            ),
            Self::Response { call_id, result } => (
                "tool_call_response",
                json!({"call_id": call_id, "conversation_id": conversation_id, "result": result}),
            ),
            Self::Error {
                call_id,
                code,
                message,
            } => (
                "tool_call_error",
                json!({"call_id": call_id, "conversation_id": conversation_id,
                       "error": {"type": code, "message": message}}),
            ),
        }
    }
}

#[derive(Deserialize, Default)]
struct Join {
    #[serde(default)]
    agent_ids: Vec<AgentId>,
}

#[derive(Deserialize)]
struct Register {
    conversation_id: ConversationId,
    tools: Vec<ToolSpec>,
}

#[derive(Deserialize)]
struct Response {
    call_id: CallId,
    #[serde(default)]
    result: Value,
}

#[derive(Deserialize)]
struct Failure {
    call_id: CallId,
    error: FailureText,
}

#[derive(Deserialize)]
struct FailureText {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    message: String,
}

/// How a conversation's life went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifecycle {
    /// It began.
    Started,
    /// It is over.
    Ended,
}

/// What the platform says to an agent. Its `Debug` is the message's name: arguments, settings and texts may be anything.
#[derive(Clone, PartialEq)]
pub enum ToAgent {
    /// A conversation wants this agent. Whoever serves it registers its tools.
    ConversationReady {
        /// The conversation.
        conversation_id: ConversationId,
        /// The agent that it is with.
        agent_id: AgentId,
        /// The tenant.
        customer_id: CustomerId,
    },
    /// A conversation began or ended.
    ConversationLifecycle {
        /// Which.
        event: Lifecycle,
        /// The conversation.
        conversation_id: ConversationId,
        /// When, RFC 3339 in UTC.
        timestamp: String,
    },
    /// A tool is to run.
    ToolCallRequest(ToolCall),
    /// Something of the account changed: new limits, a new key.
    ConfigUpdate {
        /// The tenant.
        customer_id: CustomerId,
        /// What changed.
        config: Map<String, Value>,
    },
    /// The platform is about to do something that the agent should know of.
    ConnectionWarning {
        /// In words.
        message: String,
    },
    /// Something that the agent did was refused.
    ErrorNotification {
        /// A public code.
        error_type: String,
        /// Its sentence.
        error_message: String,
    },
    /// Something newer than this client.
    Unknown,
}

impl fmt::Debug for ToAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ToolCallRequest(call) => f.debug_tuple("ToolCallRequest").field(call).finish(),
            other => f.write_str(other.write().0),
        }
    }
}

impl ToAgent {
    /// Writes the event name and payload.
    pub fn write(&self) -> (&'static str, Value) {
        match self {
            Self::ConversationReady {
                conversation_id,
                agent_id,
                customer_id,
            } => (
                "conversation_ready",
                json!({"conversation_id": conversation_id, "agent_id": agent_id, "customer_id": customer_id}),
            ),
            Self::ConversationLifecycle {
                event,
                conversation_id,
                timestamp,
            } => {
                let event = match event {
                    Lifecycle::Started => "conversation_started",
                    Lifecycle::Ended => "conversation_ended",
                };
                (
                    "conversation_lifecycle",
                    json!({"event": event, "conversation_id": conversation_id, "timestamp": timestamp}),
                )
            }
            Self::ToolCallRequest(call) => (
                "tool_call_request",
                // The documentation calls the arguments `parameters`, the published SDK reads `arguments`.
                json!({"call_id": call.call_id, "conversation_id": call.conversation_id,
                       "tool_name": call.tool_name, "arguments": call.arguments, "parameters": call.arguments,
                       "timeout_seconds": call.timeout_seconds}),
            ),
            Self::ConfigUpdate {
                customer_id,
                config,
            } => {
                let mut payload = config.clone();
                payload.insert("customer_id".into(), json!(customer_id));
                ("config_update", Value::Object(payload))
            }
            Self::ConnectionWarning { message } => {
                ("connection_warning", json!({"message": message}))
            }
            Self::ErrorNotification {
                error_type,
                error_message,
            } => (
                "error_notification",
                json!({"error_type": error_type, "error_message": error_message}),
            ),
            Self::Unknown => ("hook_event", json!({"event_type": "unknown"})),
        }
    }

    /// Reads a frame that the platform sent. `arguments` and `parameters` are both accepted; where both are given they
    /// must be the same.
    ///
    /// # Errors
    /// `MessageError` when the event is known and its payload has another shape.
    pub fn read(frame: &Frame) -> Result<Self, MessageError> {
        let payload = &frame.payload;
        match frame.event.as_str() {
            "conversation_ready" => Self::ready(payload),
            "conversation_lifecycle" => Self::lifecycle(payload),
            "tool_call_request" => Request::deserialize(payload)?
                .call()
                .map(Self::ToolCallRequest),
            "config_update" => Self::config(payload),
            "connection_warning" => {
                text(payload, "message").map(|message| Self::ConnectionWarning { message })
            }
            "error_notification" => Self::error(payload),
            _ => Ok(Self::Unknown),
        }
    }

    fn ready(payload: &Value) -> Result<Self, MessageError> {
        let Ready {
            conversation_id,
            agent_id,
            customer_id,
        } = Ready::deserialize(payload)?;
        Ok(Self::ConversationReady {
            conversation_id,
            agent_id,
            customer_id,
        })
    }

    /// Both spellings of an event's name are in use.
    fn lifecycle(payload: &Value) -> Result<Self, MessageError> {
        let Life {
            event,
            conversation_id,
            timestamp,
        } = Life::deserialize(payload)?;
        let event = match event.as_str() {
            "conversation_started" | "started" => Lifecycle::Started,
            "conversation_ended" | "ended" => Lifecycle::Ended,
            _ => return Ok(Self::Unknown),
        };
        Ok(Self::ConversationLifecycle {
            event,
            conversation_id,
            timestamp,
        })
    }

    /// The customer's id stands among the settings that are updated.
    fn config(payload: &Value) -> Result<Self, MessageError> {
        let mut config = payload.as_object().cloned().ok_or(MessageError)?;
        let customer_id = config.remove("customer_id").ok_or(MessageError)?;
        Ok(Self::ConfigUpdate {
            customer_id: CustomerId::deserialize(customer_id)?,
            config,
        })
    }

    fn error(payload: &Value) -> Result<Self, MessageError> {
        Ok(Self::ErrorNotification {
            error_type: text(payload, "error_type")?,
            error_message: text(payload, "error_message")?,
        })
    }
}

fn text(payload: &Value, key: &str) -> Result<String, MessageError> {
    payload
        .get(key)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or(MessageError)
}

#[derive(Deserialize)]
struct Ready {
    conversation_id: ConversationId,
    agent_id: AgentId,
    customer_id: CustomerId,
}

#[derive(Deserialize)]
struct Life {
    event: String,
    conversation_id: ConversationId,
    #[serde(default)]
    timestamp: String,
}

#[derive(Deserialize)]
struct Request {
    call_id: CallId,
    conversation_id: ConversationId,
    tool_name: String,
    #[serde(default)]
    arguments: Option<Map<String, Value>>,
    #[serde(default)]
    parameters: Option<Map<String, Value>>,
    #[serde(default)]
    timeout_seconds: Option<f64>,
}

impl Request {
    fn call(self) -> Result<ToolCall, MessageError> {
        let arguments = match (self.arguments, self.parameters) {
            (Some(a), Some(b)) if a != b => return Err(MessageError),
            (Some(map), _) | (None, Some(map)) => map,
            (None, None) => Map::new(),
        };
        let (least, most) = TIMEOUT_SECONDS_RANGE;
        Ok(ToolCall {
            call_id: self.call_id,
            conversation_id: self.conversation_id,
            tool_name: self.tool_name,
            arguments,
            timeout_seconds: self
                .timeout_seconds
                .unwrap_or(TIMEOUT_SECONDS_DEFAULT)
                .clamp(least, most),
        })
    }
}
