//! Deployments over REST: list, make, look at, change, switch on and off, delete.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use conversimple_store::{
    Deployment, DeploymentChange, DeploymentChannel, DeploymentFilter, DeploymentStatus,
    Environment, Error, NewDeployment,
};
use conversimple_wire::rest::{DeploymentView, Page, Success};
use conversimple_wire::{AgentId, Code};
use serde_json::{Map, Value, json};

use super::client::Client;
use super::form::{Asked, Form};
use crate::audit_event::AuditEvent;
use crate::clock;
use crate::fresh_id::fresh_id;
use crate::platform::Platform;
use crate::refused::Refused;
use crate::strict::Strict;

/// Directions of a call on a phone.
const DIRECTIONS: [&str; 3] = ["inbound", "outbound", "both"];

/// `GET /deployments`
pub(crate) async fn list(
    State(platform): State<Arc<Platform>>,
    client: Client,
    Asked(mut form): Asked,
) -> Result<Json<Success<Vec<DeploymentView>>>, Refused> {
    let slice = form.slice();
    let filter = DeploymentFilter {
        agent_id: form.agent_id("agent_id"),
        channel: form.word("channel", DeploymentChannel::ALL, DeploymentChannel::as_str),
        status: form.word("status", DeploymentStatus::ALL, DeploymentStatus::as_str),
        environment: form.word("environment", Environment::ALL, Environment::as_str),
        search: form.search("search"),
    };
    form.finish()?;
    let listed = platform
        .store
        .deployments(client.tenant(), &filter, slice)
        .await?;
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

/// `POST /deployments`
pub(crate) async fn create(
    State(platform): State<Arc<Platform>>,
    client: Client,
    Strict(body): Strict<Map<String, Value>>,
) -> Result<Json<Success<DeploymentView>>, Refused> {
    let mut form = Form::new(body);
    let name = form.name("name");
    let name = form.required("name", name);
    let agent_id = form.agent_id("agent_id");
    let agent_id = form.required("agent_id", agent_id);
    let channel = form.word("channel", DeploymentChannel::ALL, DeploymentChannel::as_str);
    let channel = form.required("channel", channel);
    let environment = form.word("environment", Environment::ALL, Environment::as_str);
    let call_direction = form.word("call_direction", &DIRECTIONS, |direction| direction);
    let channel_config = form.object("channel_config");
    let engagement_rules = form.object("engagement_rules");
    form.finish()?;
    let new = NewDeployment {
        id: fresh_id("dep_", platform.random::<16>()),
        name: name.ok_or(Code::InvalidParameters)?,
        agent_id: agent_id.ok_or(Code::InvalidParameters)?,
        channel: channel.ok_or(Code::InvalidParameters)?,
        environment: environment.unwrap_or(Environment::Widget),
        call_direction: call_direction.map(Into::into),
        channel_config,
        engagement_rules,
    };
    let made = platform
        .store
        .create_deployment(client.tenant(), &new, clock::now())
        .await
        .map_err(told)?;
    client
        .record_change(&platform, AuditEvent::DeploymentCreated, &made.id)
        .await?;
    Ok(Json(Success::one(view(made))))
}

/// `GET /deployments/{id}`
pub(crate) async fn show(
    State(platform): State<Arc<Platform>>,
    client: Client,
    Path(id): Path<String>,
) -> Result<Json<Success<DeploymentView>>, Refused> {
    let found = platform
        .store
        .deployment(client.tenant(), known_form(&id)?)
        .await?;
    Ok(Json(Success::one(view(found.ok_or(Code::NotFound)?))))
}

/// `PUT /deployments/{id}`
pub(crate) async fn update(
    State(platform): State<Arc<Platform>>,
    client: Client,
    Path(id): Path<String>,
    Strict(body): Strict<Map<String, Value>>,
) -> Result<Json<Success<DeploymentView>>, Refused> {
    let mut form = Form::new(body);
    let change = DeploymentChange {
        name: form.name("name"),
        agent_id: form.agent_id("agent_id"),
        channel: form.word("channel", DeploymentChannel::ALL, DeploymentChannel::as_str),
        status: None,
        environment: form.word("environment", Environment::ALL, Environment::as_str),
        call_direction: form
            .word("call_direction", &DIRECTIONS, |direction| direction)
            .map(Into::into),
        channel_config: form.object("channel_config"),
        engagement_rules: form.object("engagement_rules"),
    };
    form.finish()?;
    change_deployment(
        &platform,
        &client,
        &id,
        &change,
        AuditEvent::DeploymentUpdated,
    )
    .await
}

/// `POST /deployments/{id}/activate`
pub(crate) async fn activate(
    State(platform): State<Arc<Platform>>,
    client: Client,
    Path(id): Path<String>,
    Strict(body): Strict<Map<String, Value>>,
) -> Result<Json<Success<DeploymentView>>, Refused> {
    Form::new(body).finish()?;
    let change = DeploymentChange {
        status: Some(DeploymentStatus::Active),
        ..DeploymentChange::default()
    };
    change_deployment(
        &platform,
        &client,
        &id,
        &change,
        AuditEvent::DeploymentActivated,
    )
    .await
}

/// `POST /deployments/{id}/deactivate`
pub(crate) async fn deactivate(
    State(platform): State<Arc<Platform>>,
    client: Client,
    Path(id): Path<String>,
    Strict(body): Strict<Map<String, Value>>,
) -> Result<Json<Success<DeploymentView>>, Refused> {
    Form::new(body).finish()?;
    let change = DeploymentChange {
        status: Some(DeploymentStatus::Inactive),
        ..DeploymentChange::default()
    };
    change_deployment(
        &platform,
        &client,
        &id,
        &change,
        AuditEvent::DeploymentDeactivated,
    )
    .await
}

/// `DELETE /deployments/{id}`
pub(crate) async fn delete(
    State(platform): State<Arc<Platform>>,
    client: Client,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refused> {
    let id = known_form(&id)?;
    if !platform
        .store
        .delete_deployment(client.tenant(), id)
        .await?
    {
        return Err(Code::NotFound.into());
    }
    client
        .record_change(&platform, AuditEvent::DeploymentDeleted, id)
        .await?;
    Ok(Json(json!({"success": true, "data": {"id": id}})))
}

async fn change_deployment(
    platform: &Platform,
    client: &Client,
    id: &str,
    change: &DeploymentChange,
    event: AuditEvent,
) -> Result<Json<Success<DeploymentView>>, Refused> {
    let id = known_form(id)?;
    let changed = platform
        .store
        .update_deployment(client.tenant(), id, change, clock::now())
        .await
        .map_err(told)?
        .ok_or(Code::NotFound)?;
    client.record_change(platform, event, id).await?;
    Ok(Json(Success::one(view(changed))))
}

/// A text that is no id is the id of nothing.
fn known_form(id: &str) -> Result<&str, Refused> {
    match AgentId::parse(id) {
        Ok(_) => Ok(id),
        Err(_) => Err(Code::NotFound.into()),
    }
}

fn told(error: Error) -> Refused {
    match error {
        Error::Missing => Refused::fields(
            [(
                "agent_id".to_owned(),
                "is not one of your agents".to_owned(),
            )]
            .into(),
        ),
        Error::Conflict => Code::Overloaded.into(),
        error => error.into(),
    }
}

fn view(deployment: Deployment) -> DeploymentView {
    DeploymentView {
        id: deployment.id,
        name: deployment.name,
        agent_id: deployment.agent_id,
        channel: deployment.channel.as_str().into(),
        status: deployment.status.as_str().into(),
        environment: deployment.environment.as_str().into(),
        channel_config: deployment.channel_config,
        engagement_rules: deployment.engagement_rules,
        created_at: clock::rfc3339(deployment.created_at),
        updated_at: clock::rfc3339(deployment.updated_at),
    }
}
