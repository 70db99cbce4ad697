//! Agents over REST: list, make, look at, change, publish, delete.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use conversimple_store::{
    Agent, AgentChange, AgentFilter, AgentStatus, Error, ExecutionMode, NewAgent,
};
use conversimple_wire::policy::{AgentPolicy, PolicyProblem};
use conversimple_wire::rest::{AgentView, Page, Success, ToolReview};
use conversimple_wire::tool::Party;
use conversimple_wire::{AgentId, Code};
use serde_json::{Map, Value, json};

use super::client::Client;
use super::form::{Asked, Form};
use crate::audit_event::AuditEvent;
use crate::auth::{Viewer, bearer};
use crate::clock;
use crate::platform::Platform;
use crate::policies::{self, NotWritten, Writer};
use crate::refused::Refused;
use crate::strict::Strict;

/// `GET /agents`
pub(crate) async fn list(
    State(platform): State<Arc<Platform>>,
    client: Result<Client, Refused>,
    viewer: Result<Viewer, Refused>,
    headers: HeaderMap,
    Asked(mut form): Asked,
) -> Result<Json<Success<Vec<AgentView>>>, Refused> {
    // A dashboard may look; whoever comes with a key, or with nothing, is a client.
    let tenant = match (client, viewer) {
        (Ok(client), _) => client.tenant().clone(),
        (Err(_), Ok(viewer)) if bearer(&headers).is_none() => viewer.tenant,
        (Err(refused), _) => return Err(refused),
    };
    let slice = form.slice();
    let filter = AgentFilter {
        status: form.word("status", AgentStatus::ALL, AgentStatus::as_str),
        search: form.search("search"),
    };
    form.finish()?;
    let listed = platform.store.agents(&tenant, &filter, slice).await?;
    let page = Page {
        page: slice.page(),
        per_page: slice.per_page(),
        total_count: listed.total_count,
    };
    Ok(Json(Success::page(
        listed.items.into_iter().map(view).collect(),
        page,
    )))
}

/// `POST /agents`
pub(crate) async fn create(
    State(platform): State<Arc<Platform>>,
    client: Client,
    Strict(body): Strict<Map<String, Value>>,
) -> Result<Json<Success<AgentView>>, Refused> {
    let mut form = Form::new(body);
    let name = form.name("name");
    let name = form.required("name", name);
    let description = form.description("description");
    let description = form.required("description", description);
    let agent_config = form.object("agent_config");
    let mode = form.word("execution_mode", ExecutionMode::ALL, ExecutionMode::as_str);
    form.finish()?;
    let policy = carried(agent_config.as_ref())?;
    let new = NewAgent {
        id: AgentId::from_random(platform.random()),
        name: name.ok_or(Code::InvalidParameters)?,
        description: description.ok_or(Code::InvalidParameters)?,
        status: AgentStatus::Draft,
        spec: None,
        agent_config,
        execution_mode: mode.unwrap_or(ExecutionMode::DialogManager),
    };
    let made = platform
        .store
        .create_agent(client.tenant(), &new, clock::now())
        .await?;
    client
        .record_change(&platform, AuditEvent::AgentCreated, made.id.as_str())
        .await?;
    write_policy(&platform, &client, &made.id, policy).await?;
    Ok(Json(Success::one(view(made))))
}

/// `GET /agents/{id}`
pub(crate) async fn show(
    State(platform): State<Arc<Platform>>,
    client: Client,
    Path(id): Path<String>,
) -> Result<Json<Success<AgentView>>, Refused> {
    Ok(Json(Success::one(view(
        find(&platform, &client, &id).await?,
    ))))
}

/// `PUT /agents/{id}`
pub(crate) async fn update(
    State(platform): State<Arc<Platform>>,
    client: Client,
    Path(id): Path<String>,
    Strict(body): Strict<Map<String, Value>>,
) -> Result<Json<Success<AgentView>>, Refused> {
    let mut form = Form::new(body);
    let change = AgentChange {
        name: form.name("name"),
        description: form.description("description"),
        status: form.word("status", AgentStatus::ALL, AgentStatus::as_str),
        spec: None,
        agent_config: form.object("agent_config"),
        execution_mode: form.word("execution_mode", ExecutionMode::ALL, ExecutionMode::as_str),
    };
    form.finish()?;
    let policy = carried(change.agent_config.as_ref())?;
    let changed = change_agent(&platform, &client, &id, &change, AuditEvent::AgentUpdated).await?;
    write_policy(&platform, &client, &changed.0.data.id, policy).await?;
    Ok(changed)
}

/// `POST /agents/{id}/publish`
pub(crate) async fn publish(
    State(platform): State<Arc<Platform>>,
    client: Client,
    Path(id): Path<String>,
    Strict(body): Strict<Map<String, Value>>,
) -> Result<Json<Success<AgentView>>, Refused> {
    Form::new(body).finish()?;
    let change = AgentChange {
        status: Some(AgentStatus::Published),
        ..AgentChange::default()
    };
    change_agent(&platform, &client, &id, &change, AuditEvent::AgentPublished).await
}

/// `DELETE /agents/{id}`: with its deployments; conversations that were held with it stay.
pub(crate) async fn delete(
    State(platform): State<Arc<Platform>>,
    client: Client,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refused> {
    let id = AgentId::parse(id).map_err(|_| Code::NotFound)?;
    if !platform.store.delete_agent(client.tenant(), &id).await? {
        return Err(Code::NotFound.into());
    }
    client
        .record_change(&platform, AuditEvent::AgentDeleted, id.as_str())
        .await?;
    Ok(Json(json!({"success": true, "data": {"id": id}})))
}

/// `GET /agents/{id}/spec`: what the agent is made of. Here that is its own program, so there is one only where the
/// customer stored it; an agent's tools are known while it holds a conversation.
pub(crate) async fn spec(
    State(platform): State<Arc<Platform>>,
    client: Client,
    Path(id): Path<String>,
) -> Result<Json<Success<Value>>, Refused> {
    let agent = find(&platform, &client, &id).await?;
    let spec = agent.spec.filter(Value::is_object);
    Ok(Json(Success::one(spec.unwrap_or_else(|| json!({})))))
}

/// `GET /agents/{id}/tools`: which of the tools that the agent registered last are withheld, and which declare themselves
/// looser than the default. Known of any agent that registered since the platform started, stored or not.
pub(crate) async fn tools(
    State(platform): State<Arc<Platform>>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Json<Success<ToolReview>>, Refused> {
    let party = Party {
        customer_id: viewer.tenant.customer_id().clone(),
        agent_id: AgentId::parse(id).map_err(|_| Code::NotFound)?,
    };
    Ok(Json(Success::one(platform.registry.review(&party))))
}

/// `GET /agents/{id}/generation-status`: agents are programs that their customers write, so nothing is ever being
/// generated, and whoever waits for it waits no longer.
pub(crate) async fn generation_status(
    State(platform): State<Arc<Platform>>,
    client: Client,
    Path(id): Path<String>,
) -> Result<Json<Success<Value>>, Refused> {
    let agent = find(&platform, &client, &id).await?;
    let status =
        json!({"agent_id": agent.id, "job_id": null, "status": "completed", "progress": 100});
    Ok(Json(Success::one(status)))
}

/// The policy that an agent's settings carry.
fn carried(agent_config: Option<&Value>) -> Result<Option<AgentPolicy>, Refused> {
    let carried = agent_config.and_then(policies::carried).transpose();
    carried.map_err(|problem| {
        let problem = PolicyProblem {
            place: format!("agent_config.{}", problem.place),
            ..problem
        };
        NotWritten::Problem(problem).into()
    })
}

/// Writes the policy that an agent's settings carry, unless it is the one that holds.
async fn write_policy(
    platform: &Platform,
    client: &Client,
    id: &AgentId,
    policy: Option<AgentPolicy>,
) -> Result<(), Refused> {
    let Some(policy) = policy else {
        return Ok(());
    };
    if platform.policies.of(client.tenant(), id).await?.policy == policy {
        return Ok(());
    }
    let writer = Writer {
        name: client.key_id(),
        key_id: Some(client.key_id().to_owned()),
    };
    let written = platform
        .policies
        .put(client.tenant(), id, policy, None, &writer);
    written.await?;
    Ok(())
}

async fn find(platform: &Platform, client: &Client, id: &str) -> Result<Agent, Refused> {
    let id = AgentId::parse(id).map_err(|_| Code::NotFound)?;
    let found = platform.store.agent(client.tenant(), &id).await?;
    found.ok_or_else(|| Code::NotFound.into())
}

async fn change_agent(
    platform: &Platform,
    client: &Client,
    id: &str,
    change: &AgentChange,
    event: AuditEvent,
) -> Result<Json<Success<AgentView>>, Refused> {
    let id = AgentId::parse(id).map_err(|_| Code::NotFound)?;
    let changed = platform
        .store
        .update_agent(client.tenant(), &id, change, clock::now())
        .await;
    let changed = match changed {
        Ok(changed) => changed.ok_or(Code::NotFound)?,
        Err(Error::Conflict) => return Err(Code::Overloaded.into()),
        Err(error) => return Err(error.into()),
    };
    client.record_change(platform, event, id.as_str()).await?;
    Ok(Json(Success::one(view(changed))))
}

fn view(agent: Agent) -> AgentView {
    AgentView {
        id: agent.id,
        name: agent.name,
        description: agent.description,
        status: agent.status.as_str().into(),
        version: agent.version,
        created_at: clock::rfc3339(agent.created_at),
        updated_at: clock::rfc3339(agent.updated_at),
        spec: agent.spec,
        agent_config: agent.agent_config,
        execution_mode: Some(agent.execution_mode.as_str().into()),
    }
}
