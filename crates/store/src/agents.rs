//! Agents of a tenant: made, found, listed, changed and deleted. Which change is allowed is decided by the interface.

use conversimple_wire::AgentId;
use serde_json::Value;
use sqlx::any::AnyRow;

use crate::cells::{AGENT_CONFIG, SPEC};
use crate::error::{Error, Result};
use crate::row::{Listed, Slice, cell, folded, id, int, pattern, read, text, time, words};
use crate::stamp::{Moment, millis};
use crate::store::Store;
use crate::tenant::Tenant;

words! {
    /// How far an agent is.
    AgentStatus {
        /// Not offered yet.
        Draft = "draft",
        /// In use.
        Published = "published",
        /// Kept, and no longer offered.
        Archived = "archived",
    }
}

words! {
    /// Which kind of engine leads its conversations.
    ExecutionMode {
        /// The engine that needs no language model.
        DialogManager = "dialog_manager",
        /// A language model.
        FreeFlow = "free_flow",
        /// A model from speech to speech.
        FreeFlowNativeSts = "free_flow_native_sts",
    }
}

/// An agent.
#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    /// Its id, the tenant's own.
    pub id: AgentId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// How far it is.
    pub status: AgentStatus,
    /// Counts from 1, raised by each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Moment,
    /// When it was changed last.
    pub updated_at: Moment,
    /// What it is made of, where generated.
    pub spec: Option<Value>,
    /// The customer's settings.
    pub agent_config: Option<Value>,
    /// Its engine.
    pub execution_mode: ExecutionMode,
}

/// What a new agent is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAgent {
    /// Its id.
    pub id: AgentId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// How far it is.
    pub status: AgentStatus,
    /// What it is made of.
    pub spec: Option<Value>,
    /// The customer's settings.
    pub agent_config: Option<Value>,
    /// Its engine.
    pub execution_mode: ExecutionMode,
}

/// What changes of an agent; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AgentChange {
    /// The name.
    pub name: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// The status.
    pub status: Option<AgentStatus>,
    /// What it is made of.
    pub spec: Option<Value>,
    /// The settings.
    pub agent_config: Option<Value>,
    /// The engine.
    pub execution_mode: Option<ExecutionMode>,
}

/// Which agents a list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentFilter {
    /// Those with this status.
    pub status: Option<AgentStatus>,
    /// Those with these words in name or description, in capitals or not.
    pub search: Option<String>,
}

/// The columns of an agent.
macro_rules! columns {
    () => {
        "id, name, description, status, version, created_at, updated_at, spec, agent_config, execution_mode"
    };
}

/// What a filter lets through. An absent condition is bound as an empty text.
macro_rules! filter {
    () => {
        " FROM agents WHERE customer_id = $1 AND ($2 = '' OR status = $2)
          AND ($3 = '' OR search LIKE $3 ESCAPE '\\')"
    };
}

impl Store {
    /// Makes an agent.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the tenant has one of that id, [`Error::Text`].
    pub async fn create_agent(
        &self,
        tenant: &Tenant,
        new: &NewAgent,
        now: Moment,
    ) -> Result<Agent> {
        if self.insert_agent(tenant, new, now).await? {
            self.agent(tenant, &new.id).await?.ok_or(Error::Missing)
        } else {
            Err(Error::Conflict)
        }
    }

    /// Makes an agent where the tenant has none of that id; true when it was made.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is no such customer, [`Error::Text`].
    pub async fn ensure_agent(&self, tenant: &Tenant, new: &NewAgent, now: Moment) -> Result<bool> {
        self.insert_agent(tenant, new, now).await
    }

    async fn insert_agent(&self, tenant: &Tenant, new: &NewAgent, now: Moment) -> Result<bool> {
        let (spec, agent_config) = self
            .seal_agent(tenant, &new.id, [&new.spec, &new.agent_config])
            .await?;
        let done = sqlx::query(
            "INSERT INTO agents (customer_id, id, name, description, status, version, created_at, updated_at, spec,
                agent_config, execution_mode, search)
             VALUES ($1, $2, $3, $4, $5, 1, $6, $6, $7, $8, $9, $10) ON CONFLICT (customer_id, id) DO NOTHING",
        )
        .bind(tenant.as_str())
        .bind(new.id.as_str())
        .bind(cell(&new.name)?)
        .bind(cell(&new.description)?)
        .bind(new.status.as_str())
        .bind(millis(now))
        .bind(spec)
        .bind(agent_config)
        .bind(new.execution_mode.as_str())
        .bind(folded(&[&new.name, &new.description]))
        .execute(self.write())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// The tenant's agent of that id.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn agent(&self, tenant: &Tenant, id: &AgentId) -> Result<Option<Agent>> {
        sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM agents WHERE customer_id = $1 AND id = $2"
        ))
        .bind(tenant.as_str())
        .bind(id.as_str())
        .fetch_optional(self.read())
        .await?
        .map(|row| self.read_agent(tenant, &row))
        .transpose()
    }

    /// The tenant's agents that pass the filter, the oldest first.
    ///
    /// # Errors
    /// [`Error::Text`] for a search of more than [`crate::SEARCH_LIMIT_CHARS`].
    pub async fn agents(
        &self,
        tenant: &Tenant,
        filter: &AgentFilter,
        slice: Slice,
    ) -> Result<Listed<Agent>> {
        let status = filter.status.map_or("", AgentStatus::as_str);
        let search = match filter.search.as_deref() {
            None | Some("") => String::new(),
            Some(words) => pattern(words)?,
        };
        let count = sqlx::query(concat!("SELECT COUNT(*) AS n", filter!()))
            .bind(tenant.as_str())
            .bind(status)
            .bind(&search)
            .fetch_one(self.read())
            .await?;
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            filter!(),
            " ORDER BY created_at, id LIMIT $4 OFFSET $5"
        ))
        .bind(tenant.as_str())
        .bind(status)
        .bind(&search)
        .bind(slice.limit())
        .bind(slice.offset())
        .fetch_all(self.read())
        .await?;
        let agents = rows.iter().map(|row| self.read_agent(tenant, row));
        Listed::new(agents.collect::<Result<_>>()?, &count)
    }

    /// Changes an agent and raises its version; `None` when the tenant has none of that id.
    ///
    /// # Errors
    /// [`Error::Text`]; [`Error::Conflict`] when it is being changed by many at once.
    pub async fn update_agent(
        &self,
        tenant: &Tenant,
        id: &AgentId,
        change: &AgentChange,
        now: Moment,
    ) -> Result<Option<Agent>> {
        // What others wrote since it was read is seen by the version, and the change is made again on top of it.
        for _ in 0..5 {
            let Some(before) = self.agent(tenant, id).await? else {
                return Ok(None);
            };
            let after = before.changed(change, now);
            if self.replace_agent(tenant, &before, &after).await? {
                return Ok(Some(after));
            }
        }
        Err(Error::Conflict)
    }

    /// Seals what a customer configures of an agent: its spec and its configuration.
    async fn seal_agent(
        &self,
        tenant: &Tenant,
        id: &AgentId,
        [spec, config]: [&Option<Value>; 2],
    ) -> Result<(Option<String>, Option<String>)> {
        let sealing = self.sealing(tenant.as_str(), tenant.as_str(), id.as_str());
        let sealing = sealing.await?;
        Ok((
            sealing.seal_json(SPEC, spec.as_ref())?,
            sealing.seal_json(AGENT_CONFIG, config.as_ref())?,
        ))
    }

    async fn replace_agent(&self, tenant: &Tenant, before: &Agent, after: &Agent) -> Result<bool> {
        let (spec, agent_config) = self
            .seal_agent(tenant, &before.id, [&after.spec, &after.agent_config])
            .await?;
        let done = sqlx::query(
            "UPDATE agents SET name = $4, description = $5, status = $6, version = $7, updated_at = $8, spec = $9,
                agent_config = $10, execution_mode = $11, search = $12
             WHERE customer_id = $1 AND id = $2 AND version = $3",
        )
        .bind(tenant.as_str())
        .bind(before.id.as_str())
        .bind(before.version)
        .bind(cell(&after.name)?)
        .bind(cell(&after.description)?)
        .bind(after.status.as_str())
        .bind(after.version)
        .bind(millis(after.updated_at))
        .bind(spec)
        .bind(agent_config)
        .bind(after.execution_mode.as_str())
        .bind(folded(&[&after.name, &after.description]))
        .execute(self.write())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Deletes an agent and its deployments; what was said with it stays. False when the tenant has none of that id.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn delete_agent(&self, tenant: &Tenant, id: &AgentId) -> Result<bool> {
        let done = sqlx::query("DELETE FROM agents WHERE customer_id = $1 AND id = $2")
            .bind(tenant.as_str())
            .bind(id.as_str())
            .execute(self.write())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

impl Agent {
    fn changed(&self, change: &AgentChange, now: Moment) -> Self {
        let mut after = self.clone();
        let change = change.clone();
        after.name = change.name.unwrap_or(after.name);
        after.description = change.description.unwrap_or(after.description);
        after.status = change.status.unwrap_or(after.status);
        after.spec = change.spec.or(after.spec);
        after.agent_config = change.agent_config.or(after.agent_config);
        after.execution_mode = change.execution_mode.unwrap_or(after.execution_mode);
        after.version += 1;
        after.updated_at = crate::stamp::time(millis(now));
        after
    }
}

impl Store {
    fn read_agent(&self, tenant: &Tenant, row: &AnyRow) -> Result<Agent> {
        let opening = self.opening(tenant.as_str(), tenant.as_str(), &text(row, "id")?);
        let spec = opening.maybe_json(SPEC, row)?;
        let agent_config = opening.maybe_json(AGENT_CONFIG, row)?;
        read!(row => Agent {
            id: id,
            name: text,
            description: text,
            status: id,
            version: int,
            created_at: time,
            updated_at: time,
            execution_mode: id,
            ; spec, agent_config,
        })
    }
}
