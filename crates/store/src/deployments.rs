//! Deployments of a tenant: an agent offered on a channel.

use conversimple_wire::AgentId;
use serde_json::Value;
use sqlx::any::AnyRow;

use crate::cells::{CHANNEL_CONFIG, ENGAGEMENT_RULES};
use crate::error::{Error, Result};
use crate::row::{
    Listed, Slice, cell, folded, id, int, maybe_text, pattern, read, text, time, words,
};
use crate::stamp::{Moment, millis};
use crate::store::Store;
use crate::tenant::Tenant;

words! {
    /// Where callers come from.
    DeploymentChannel {
        /// A telephone number.
        Phone = "phone",
        /// The platform's own page element.
        Widget = "widget",
        /// A page of the customer's.
        Inline = "inline",
        /// A program.
        Sdk = "sdk",
    }
}

words! {
    /// Whether callers get through.
    DeploymentStatus {
        /// Never switched on.
        Pending = "pending",
        /// On.
        Active = "active",
        /// Switched off.
        Inactive = "inactive",
    }
}

words! {
    /// What it is meant for.
    Environment {
        /// Development.
        Dev = "dev",
        /// Rehearsal.
        Staging = "staging",
        /// The real thing.
        Production = "production",
        /// A page element.
        Widget = "widget",
    }
}

/// A deployment.
#[derive(Debug, Clone, PartialEq)]
pub struct Deployment {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The agent, one of the tenant's.
    pub agent_id: AgentId,
    /// Where callers come from.
    pub channel: DeploymentChannel,
    /// Whether they get through.
    pub status: DeploymentStatus,
    /// What it is meant for.
    pub environment: Environment,
    /// `inbound`, `outbound` or `both`, on a phone.
    pub call_direction: Option<String>,
    /// Settings of the channel.
    pub channel_config: Option<Value>,
    /// When and whom to engage.
    pub engagement_rules: Option<Value>,
    /// Counts from 1, raised by each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Moment,
    /// When it was changed last.
    pub updated_at: Moment,
}

/// What a new deployment is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct NewDeployment {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The agent.
    pub agent_id: AgentId,
    /// Where callers come from.
    pub channel: DeploymentChannel,
    /// What it is meant for.
    pub environment: Environment,
    /// Direction of calls.
    pub call_direction: Option<String>,
    /// Settings of the channel.
    pub channel_config: Option<Value>,
    /// When and whom to engage.
    pub engagement_rules: Option<Value>,
}

/// What changes of a deployment; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeploymentChange {
    /// The name.
    pub name: Option<String>,
    /// The agent.
    pub agent_id: Option<AgentId>,
    /// The channel.
    pub channel: Option<DeploymentChannel>,
    /// The status.
    pub status: Option<DeploymentStatus>,
    /// The environment.
    pub environment: Option<Environment>,
    /// Direction of calls.
    pub call_direction: Option<String>,
    /// Settings of the channel.
    pub channel_config: Option<Value>,
    /// When and whom to engage.
    pub engagement_rules: Option<Value>,
}

/// Which deployments a list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeploymentFilter {
    /// Those of this agent.
    pub agent_id: Option<AgentId>,
    /// Those on this channel.
    pub channel: Option<DeploymentChannel>,
    /// Those with this status.
    pub status: Option<DeploymentStatus>,
    /// Those for this environment.
    pub environment: Option<Environment>,
    /// Those with these words in the name, in capitals or not.
    pub search: Option<String>,
}

/// The columns of a deployment.
macro_rules! columns {
    () => {
        "id, name, agent_id, channel, status, environment, call_direction, channel_config, engagement_rules, version,
         created_at, updated_at"
    };
}

/// What a filter lets through. An absent condition is bound as an empty text.
macro_rules! filter {
    () => {
        " FROM deployments WHERE customer_id = $1 AND ($2 = '' OR status = $2) AND ($3 = '' OR agent_id = $3)
          AND ($4 = '' OR channel = $4) AND ($5 = '' OR environment = $5)
          AND ($6 = '' OR search LIKE $6 ESCAPE '\\')"
    };
}

impl Store {
    /// Makes a deployment, which is pending at first.
    ///
    /// # Errors
    /// [`Error::Missing`] when the tenant has no such agent, [`Error::Conflict`], [`Error::Text`].
    pub async fn create_deployment(
        &self,
        tenant: &Tenant,
        new: &NewDeployment,
        now: Moment,
    ) -> Result<Deployment> {
        let (channel_config, engagement_rules) = self
            .seal_deployment(
                tenant,
                &new.id,
                [&new.channel_config, &new.engagement_rules],
            )
            .await?;
        sqlx::query(
            "INSERT INTO deployments (customer_id, id, name, agent_id, channel, status, environment, call_direction,
                channel_config, engagement_rules, version, created_at, updated_at, search)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $11, $12)",
        )
        .bind(tenant.as_str())
        .bind(cell(&new.id)?)
        .bind(cell(&new.name)?)
        .bind(new.agent_id.as_str())
        .bind(new.channel.as_str())
        .bind(DeploymentStatus::Pending.as_str())
        .bind(new.environment.as_str())
        .bind(new.call_direction.as_deref().map(cell).transpose()?)
        .bind(channel_config)
        .bind(engagement_rules)
        .bind(millis(now))
        .bind(folded(&[&new.name]))
        .execute(self.write())
        .await?;
        self.deployment(tenant, &new.id)
            .await?
            .ok_or(Error::Missing)
    }

    /// The tenant's deployment of that id.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn deployment(&self, tenant: &Tenant, id: &str) -> Result<Option<Deployment>> {
        sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM deployments WHERE customer_id = $1 AND id = $2"
        ))
        .bind(tenant.as_str())
        .bind(cell(id)?)
        .fetch_optional(self.read())
        .await?
        .map(|row| self.read_deployment(tenant, &row))
        .transpose()
    }

    /// The tenant's deployments that pass the filter, the oldest first.
    ///
    /// # Errors
    /// [`Error::Text`] for a search of more than [`crate::SEARCH_LIMIT_CHARS`].
    pub async fn deployments(
        &self,
        tenant: &Tenant,
        filter: &DeploymentFilter,
        slice: Slice,
    ) -> Result<Listed<Deployment>> {
        let search = match filter.search.as_deref() {
            None | Some("") => String::new(),
            Some(words) => pattern(words)?,
        };
        let conditions = [
            filter.status.map_or("", DeploymentStatus::as_str),
            filter.agent_id.as_ref().map_or("", AgentId::as_str),
            filter.channel.map_or("", DeploymentChannel::as_str),
            filter.environment.map_or("", Environment::as_str),
            &search,
        ];
        let mut count =
            sqlx::query(concat!("SELECT COUNT(*) AS n", filter!())).bind(tenant.as_str());
        let mut rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            filter!(),
            " ORDER BY created_at, id LIMIT $7 OFFSET $8"
        ))
        .bind(tenant.as_str());
        for condition in conditions {
            count = count.bind(condition);
            rows = rows.bind(condition);
        }
        let count = count.fetch_one(self.read()).await?;
        let rows = rows
            .bind(slice.limit())
            .bind(slice.offset())
            .fetch_all(self.read())
            .await?;
        let deployments = rows.iter().map(|row| self.read_deployment(tenant, row));
        Listed::new(deployments.collect::<Result<_>>()?, &count)
    }

    /// Changes a deployment; `None` when the tenant has none of that id.
    ///
    /// # Errors
    /// [`Error::Missing`] when the tenant has no such agent, [`Error::Text`]; [`Error::Conflict`] when it is being
    /// changed by many at once.
    pub async fn update_deployment(
        &self,
        tenant: &Tenant,
        id: &str,
        change: &DeploymentChange,
        now: Moment,
    ) -> Result<Option<Deployment>> {
        for _ in 0..5 {
            let Some(before) = self.deployment(tenant, id).await? else {
                return Ok(None);
            };
            let after = before.changed(change, now);
            if self
                .replace_deployment(tenant, before.version, &after)
                .await?
            {
                return Ok(Some(after));
            }
        }
        Err(Error::Conflict)
    }

    /// Seals what a customer configures of a deployment: its channel and its rules of engagement.
    async fn seal_deployment(
        &self,
        tenant: &Tenant,
        id: &str,
        [channel, rules]: [&Option<Value>; 2],
    ) -> Result<(Option<String>, Option<String>)> {
        let sealing = self.sealing(tenant.as_str(), tenant.as_str(), id).await?;
        Ok((
            sealing.seal_json(CHANNEL_CONFIG, channel.as_ref())?,
            sealing.seal_json(ENGAGEMENT_RULES, rules.as_ref())?,
        ))
    }

    async fn replace_deployment(
        &self,
        tenant: &Tenant,
        version: i64,
        after: &Deployment,
    ) -> Result<bool> {
        let (channel_config, engagement_rules) = self
            .seal_deployment(
                tenant,
                &after.id,
                [&after.channel_config, &after.engagement_rules],
            )
            .await?;
        let done = sqlx::query(
            "UPDATE deployments SET name = $4, agent_id = $5, channel = $6, status = $7, environment = $8,
                call_direction = $9, channel_config = $10, engagement_rules = $11, version = $12, updated_at = $13,
                search = $14
             WHERE customer_id = $1 AND id = $2 AND version = $3",
        )
        .bind(tenant.as_str())
        .bind(&after.id)
        .bind(version)
        .bind(cell(&after.name)?)
        .bind(after.agent_id.as_str())
        .bind(after.channel.as_str())
        .bind(after.status.as_str())
        .bind(after.environment.as_str())
        .bind(after.call_direction.as_deref().map(cell).transpose()?)
        .bind(channel_config)
        .bind(engagement_rules)
        .bind(after.version)
        .bind(millis(after.updated_at))
        .bind(folded(&[&after.name]))
        .execute(self.write())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Deletes a deployment; false when the tenant has none of that id.
    ///
    /// # Errors
    /// Only the database's own.
    pub async fn delete_deployment(&self, tenant: &Tenant, id: &str) -> Result<bool> {
        let done = sqlx::query("DELETE FROM deployments WHERE customer_id = $1 AND id = $2")
            .bind(tenant.as_str())
            .bind(cell(id)?)
            .execute(self.write())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

impl Deployment {
    fn changed(&self, change: &DeploymentChange, now: Moment) -> Self {
        let mut after = self.clone();
        let change = change.clone();
        after.name = change.name.unwrap_or(after.name);
        after.agent_id = change.agent_id.unwrap_or(after.agent_id);
        after.channel = change.channel.unwrap_or(after.channel);
        after.status = change.status.unwrap_or(after.status);
        after.environment = change.environment.unwrap_or(after.environment);
        after.call_direction = change.call_direction.or(after.call_direction);
        after.channel_config = change.channel_config.or(after.channel_config);
        after.engagement_rules = change.engagement_rules.or(after.engagement_rules);
        after.version += 1;
        after.updated_at = crate::stamp::time(millis(now));
        after
    }
}

impl Store {
    fn read_deployment(&self, tenant: &Tenant, row: &AnyRow) -> Result<Deployment> {
        let own = text(row, "id")?;
        let opening = self.opening(tenant.as_str(), tenant.as_str(), &own);
        let channel_config = opening.maybe_json(CHANNEL_CONFIG, row)?;
        let engagement_rules = opening.maybe_json(ENGAGEMENT_RULES, row)?;
        read!(row => Deployment {
            id: text,
            name: text,
            agent_id: id,
            channel: id,
            status: id,
            environment: id,
            call_direction: maybe_text,
            version: int,
            created_at: time,
            updated_at: time,
            ; channel_config, engagement_rules,
        })
    }
}
