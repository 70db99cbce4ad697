//! An agent's policy over REST: looked at and written, by a key or by the dashboard.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use conversimple_mask::find;
use conversimple_wire::policy::{AgentPolicy, PolicyProblem};
use conversimple_wire::rest::{EarlierPolicy, PolicyView, Success};
use conversimple_wire::tool::Party;
use conversimple_wire::{AgentId, Code};
use serde_json::{Map, Value};

use crate::auth::Viewer;
use crate::clock;
use crate::platform::Platform;
use crate::policies::{Kept, NotWritten, Writer};
use crate::refused::Refused;
use crate::strict::Strict;
use crate::toml_text;

/// Whom the record names when a page wrote a policy that was opened with a one-time code.
const DASHBOARD: &str = "dashboard";

/// `GET /agents/{id}/policy`: of any agent, stored or not; an agent of which nobody has said anything has an empty one.
pub(crate) async fn show(
    State(platform): State<Arc<Platform>>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Json<Success<PolicyView>>, Refused> {
    let id = agent(id)?;
    let kept = platform.policies.of(&viewer.tenant, &id).await?;
    Ok(Json(Success::one(view(&platform, &viewer, id, kept))))
}

/// `PUT /agents/{id}/policy`: the whole document, as `policy` or as TOML text in `toml`, or as the body itself. With `version`
/// it is refused when somebody else has changed it meanwhile.
pub(crate) async fn put(
    State(platform): State<Arc<Platform>>,
    viewer: Viewer,
    Path(id): Path<String>,
    Strict(body): Strict<Map<String, Value>>,
) -> Result<Json<Success<PolicyView>>, Refused> {
    let id = agent(id)?;
    let (policy, version) = read(body).map_err(NotWritten::Problem)?;
    let writer = Writer {
        name: viewer.key_id.as_deref().unwrap_or(DASHBOARD),
        key_id: viewer.key_id.clone(),
    };
    let written = platform
        .policies
        .put(&viewer.tenant, &id, policy, version, &writer);
    let kept = written.await?;
    Ok(Json(Success::one(view(&platform, &viewer, id, kept))))
}

/// The agent of a path. What looks like a secret is none, and is not said again.
fn agent(id: String) -> Result<AgentId, Refused> {
    let id = Some(id).filter(|id| find(id).is_empty());
    let id = id.and_then(|id| AgentId::parse(id).ok());
    id.ok_or_else(|| Code::NotFound.into())
}

fn read(mut body: Map<String, Value>) -> Result<(AgentPolicy, Option<u64>), PolicyProblem> {
    let wrong = |place: &str, problem| PolicyProblem {
        place: place.to_owned(),
        problem,
    };
    let version = match body.remove("version") {
        None | Some(Value::Null) => None,
        Some(version) => Some(
            version
                .as_u64()
                .ok_or_else(|| wrong("version", "it is a number"))?,
        ),
    };
    let document = match (body.remove("policy"), body.remove("toml")) {
        (None, None) => Value::Object(std::mem::take(&mut body)),
        (Some(policy), None) => policy,
        (None, Some(Value::String(text))) => {
            toml_text::read(&text).ok_or_else(|| wrong("toml", "it is no TOML"))?
        }
        _ => return Err(wrong("policy", "it is a document or its TOML text")),
    };
    match body.is_empty() {
        true => Ok((AgentPolicy::read(&document)?, version)),
        false => Err(wrong(
            "policy",
            "nothing else stands beside it but `version`",
        )),
    }
}

fn view(platform: &Platform, viewer: &Viewer, agent_id: AgentId, kept: Kept) -> PolicyView {
    let party = Party {
        customer_id: viewer.tenant.customer_id().clone(),
        agent_id: agent_id.clone(),
    };
    let review = platform.registry.review(&party);
    let at = |ms: u64| clock::rfc3339(Duration::from_millis(ms));
    let earlier = kept.earlier.iter().map(|earlier| EarlierPolicy {
        version: earlier.version,
        policy: earlier.policy.clone(),
        changed_by: earlier.changed_by.clone(),
        changed_at: at(earlier.changed_at_ms),
    });
    PolicyView {
        agent_id,
        version: kept.version,
        toml: toml_text::write(&kept.policy),
        earlier: earlier.collect(),
        changed_at: (kept.version > 0).then(|| at(kept.changed_at_ms)),
        changed_by: (kept.version > 0).then_some(kept.changed_by),
        policy: kept.policy,
        tools: review.tools,
        withheld: review.withheld,
        loosened: review.loosened,
    }
}
