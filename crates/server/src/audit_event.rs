//! What the audit trail has records of: every kind of decision, by name.

/// A kind of decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditEvent {
    /// Whether a call may be sent.
    ToolCall,
    /// How a call that was sent came back.
    ToolOutcome,
    /// A key was put in the place of another.
    KeyRotated,
    /// An agent was made.
    AgentCreated,
    /// An agent was changed.
    AgentUpdated,
    /// An agent was published.
    AgentPublished,
    /// An agent was deleted.
    AgentDeleted,
    /// An agent's policy was written.
    PolicyChanged,
    /// A deployment was made.
    DeploymentCreated,
    /// A deployment was changed.
    DeploymentUpdated,
    /// A deployment was switched on.
    DeploymentActivated,
    /// A deployment was switched off.
    DeploymentDeactivated,
    /// A deployment was deleted.
    DeploymentDeleted,
}

impl AuditEvent {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::ToolCall,
        Self::ToolOutcome,
        Self::KeyRotated,
        Self::AgentCreated,
        Self::AgentUpdated,
        Self::AgentPublished,
        Self::AgentDeleted,
        Self::PolicyChanged,
        Self::DeploymentCreated,
        Self::DeploymentUpdated,
        Self::DeploymentActivated,
        Self::DeploymentDeactivated,
        Self::DeploymentDeleted,
    ];

    /// The name that stands in the record.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ToolCall => "tool_call",
            Self::ToolOutcome => "tool_outcome",
            Self::KeyRotated => "key_rotated",
            Self::AgentCreated => "agent_created",
            Self::AgentUpdated => "agent_updated",
            Self::AgentPublished => "agent_published",
            Self::AgentDeleted => "agent_deleted",
            Self::PolicyChanged => "policy_changed",
            Self::DeploymentCreated => "deployment_created",
            Self::DeploymentUpdated => "deployment_updated",
            Self::DeploymentActivated => "deployment_activated",
            Self::DeploymentDeactivated => "deployment_deactivated",
            Self::DeploymentDeleted => "deployment_deleted",
        }
    }
}
