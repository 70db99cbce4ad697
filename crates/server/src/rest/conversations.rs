//! Conversations over REST: open one, say something in it, look at it, end it.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use conversimple_store::{ConversationFilter, NewConversation, Slice, Tenant};
use conversimple_wire::rest::{
    Channel, OpenConversation, OpenedConversation, Page, Success, TurnView, TypedTurn,
};
use conversimple_wire::tool::Party;
use conversimple_wire::{AgentId, Code, ConversationId};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::form::Asked;
use crate::auth::{KeyHolder, Opener, Viewer};
use crate::clock;
use crate::mailbox::{Event, Mailbox};
use crate::platform::Platform;
use crate::refused::Refused;
use crate::session::{self, TEXT_LIMIT_CHARS};
use crate::strict::Strict;
use crate::tokens::TOKEN_LIMIT;

/// How long a typed turn may take: a tool's own limit and something for the rest.
const TURN_LIMIT: Duration = Duration::from_secs(45);

/// `POST /conversations`
pub(crate) async fn open(
    State(platform): State<Arc<Platform>>,
    opener: Opener,
    Strict(body): Strict<OpenConversation>,
) -> Result<Json<OpenedConversation>, Refused> {
    if opener.by_page {
        platform.admit_talk()?;
    }
    let agent_id = match (&platform.talk, opener.by_page) {
        (Some(talk), true) => talk.agent_id.clone(),
        _ => choose_agent(&platform, &opener.tenant, body.agent_id).await?,
    };
    if platform
        .registry
        .open_conversations(opener.tenant.customer_id())
        >= platform.limits.conversations_per_customer
    {
        return Err(Code::Overloaded.into());
    }
    let id = ConversationId::from_random(platform.random());
    let new = NewConversation {
        id: id.clone(),
        agent_id: agent_id.clone(),
        channel: channel(body.channel).into(),
    };
    platform
        .store
        .start_conversation(&opener.tenant, &new, clock::now())
        .await?;
    let party = Party {
        customer_id: opener.tenant.customer_id().clone(),
        agent_id: agent_id.clone(),
    };
    let events = session::open(&platform, opener.tenant, id.clone(), party);
    if let Some(key_id) = opener.key_id {
        platform.registry.opened_with(&id, key_id);
    }
    let client_token = platform.tokens.issue(platform.random(), events);
    Ok(Json(OpenedConversation {
        id,
        agent_id,
        client_token,
        expires_in: TOKEN_LIMIT.as_secs() as u32,
    }))
}

/// The agent that was asked for, or the only one that there is.
async fn choose_agent(
    platform: &Platform,
    tenant: &Tenant,
    asked: Option<AgentId>,
) -> Result<AgentId, Refused> {
    if let Some(asked) = asked {
        return Ok(asked);
    }
    if let Some(connected) = platform
        .registry
        .agents(tenant.customer_id())
        .into_iter()
        .next()
    {
        return Ok(connected);
    }
    let known = platform
        .store
        .agents(
            tenant,
            &conversimple_store::AgentFilter::default(),
            Slice::new(1, 1),
        )
        .await?;
    match known.items.into_iter().next() {
        Some(agent) => Ok(agent.id),
        None => AgentId::parse("default").map_err(|_| Code::InternalError.into()),
    }
}

fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Widget => "widget",
        Channel::Inline => "inline",
        Channel::Phone => "phone",
        Channel::Sdk => "sdk",
    }
}

/// `POST /conversations/{id}/turns`
pub(crate) async fn turn(
    State(platform): State<Arc<Platform>>,
    holder: Opener,
    Path(id): Path<String>,
    Strict(body): Strict<TypedTurn>,
) -> Result<Json<Success<TurnView>>, Refused> {
    if body.text.trim().is_empty() || body.text.chars().count() > TEXT_LIMIT_CHARS {
        let says = format!("text is 1 to {TEXT_LIMIT_CHARS} characters");
        return Err(Refused::fields([("text".to_owned(), says)].into()));
    }
    let events = running(&platform, &holder.tenant, &id)?;
    let _room = events.room_for_turn().ok_or(Code::RateLimitExceeded)?;
    let (done, turn) = oneshot::channel();
    events
        .send(Event::Typed {
            text: body.text,
            done,
        })
        .map_err(|_| Code::ConversationNotFound)?;
    match tokio::time::timeout(TURN_LIMIT, turn).await {
        Ok(Ok(view)) => Ok(Json(Success::one(view))),
        Ok(Err(_)) => Err(Code::TurnInterrupted.into()),
        Err(_) => Err(Code::ToolTimeout.into()),
    }
}

/// `DELETE /conversations/{id}`
pub(crate) async fn end(
    State(platform): State<Arc<Platform>>,
    holder: KeyHolder,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refused> {
    let _over = running(&platform, holder.tenant(), &id)?.send(Event::Stop);
    Ok(Json(json!({"success": true, "data": {"id": id}})))
}

/// Looking is counted by customer: it reads whole conversations.
fn admit(platform: &Platform, viewer: &Viewer) -> Result<(), Refused> {
    let customer = viewer.tenant.customer_id().as_str();
    platform.requests.admit(customer, clock::monotonic())
}

fn running(platform: &Platform, tenant: &Tenant, id: &str) -> Result<Mailbox, Refused> {
    let id = ConversationId::parse(id).map_err(|_| Code::ConversationNotFound)?;
    platform
        .registry
        .session(tenant.customer_id(), &id)
        .ok_or_else(|| Code::ConversationNotFound.into())
}

/// `GET /conversations`
pub(crate) async fn list(
    State(platform): State<Arc<Platform>>,
    viewer: Viewer,
    Asked(mut form): Asked,
) -> Result<Json<Success<Vec<Value>>>, Refused> {
    admit(&platform, &viewer)?;
    let slice = form.slice();
    form.finish()?;
    let filter = ConversationFilter::default();
    let listed = platform
        .store
        .conversations(&viewer.tenant, &filter, slice)
        .await?;
    let mut data = Vec::new();
    for conversation in &listed.items {
        let turns = platform
            .store
            .turns(&viewer.tenant, &conversation.id)
            .await?;
        let calls = platform
            .store
            .calls(&viewer.tenant, &conversation.id)
            .await?;
        data.push(json!({
            "id": conversation.id, "agent_id": conversation.agent_id, "channel": conversation.channel,
            "state": conversation.state.as_str(),
            "started_at": clock::rfc3339(conversation.started_at),
            "ended_at": conversation.ended_at.map(clock::rfc3339),
            "turns": turns.iter().filter(|turn| turn.turn.0 > 0).count(), "calls": calls.len(),
            "refused": calls.iter().filter(|call| call.verdict != "allowed").count(),
        }));
    }
    let meta = Page {
        page: slice.page(),
        per_page: slice.per_page(),
        total_count: listed.total_count,
    };
    Ok(Json(Success::page(data, meta)))
}

/// `GET /conversations/{id}`
pub(crate) async fn show(
    State(platform): State<Arc<Platform>>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Json<Success<Value>>, Refused> {
    admit(&platform, &viewer)?;
    let id = ConversationId::parse(id).map_err(|_| Code::ConversationNotFound)?;
    let found = platform.store.conversation(&viewer.tenant, &id).await?;
    let conversation = found.ok_or(Code::ConversationNotFound)?;
    let turns = platform.store.turns(&viewer.tenant, &id).await?;
    let calls = platform.store.calls(&viewer.tenant, &id).await?;
    let turns: Vec<Value> = turns
        .iter()
        .map(|turn| {
            let of_turn = calls.iter().filter(|call| call.turn == turn.turn);
            let tool_calls: Vec<Value> = of_turn
                .map(|call| {
                    json!({"name": call.tool, "arguments": call.arguments, "verdict": call.verdict,
                           "millis": call.took.as_secs_f64() * 1000.0})
                })
                .collect();
            json!({"turn": turn.turn, "heard": turn.heard, "said": turn.said, "millis": turn.millis,
                   "interrupted": turn.interrupted, "at": clock::rfc3339(turn.at), "tool_calls": tool_calls})
        })
        .collect();
    Ok(Json(Success::one(json!({
        "id": conversation.id, "agent_id": conversation.agent_id, "channel": conversation.channel,
        "state": conversation.state.as_str(), "started_at": clock::rfc3339(conversation.started_at),
        "ended_at": conversation.ended_at.map(clock::rfc3339), "turns": turns,
    }))))
}

/// `GET /talk`: what the talk page is for.
pub(crate) async fn talk(State(platform): State<Arc<Platform>>) -> Result<Json<Value>, Refused> {
    let talk = platform.talk.as_ref().ok_or(Code::NotFound)?;
    Ok(Json(json!({
        "agent": {"id": talk.agent_id, "name": talk.page.name}, "voice": platform.voice.is_some(),
        "try": talk.page.r#try, "logins": talk.page.logins,
    })))
}
