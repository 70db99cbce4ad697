//! The client's own API key over REST: what is known of it, how much it is used, and a new one in its place.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use conversimple_guard::apikey::{ApiKey, GRACE_DEFAULT, KeyRecord, KeyState, LIFETIME_DEFAULT};
use conversimple_guard::audit::Verdict;
use conversimple_store::Error;
use conversimple_wire::rest::Success;
use serde_json::{Map, Value, json};

use super::client::Client;
use super::form::Form;
use crate::audit_event::AuditEvent;
use crate::clock;
use crate::fresh_id::fresh_id;
use crate::platform::Platform;
use crate::refused::Refused;
use crate::requests::REQUESTS_A_MINUTE;
use crate::strict::Strict;

const DAY: Duration = Duration::from_secs(86_400);

/// `GET /settings/api-key`
pub(crate) async fn show(client: Client) -> Json<Success<Value>> {
    let key = client.verified().key();
    let record = &key.record;
    Json(Success::one(json!({
        "status": record.state(clock::now()).as_str(), "last_4": record.last_four, "mode": record.mode.as_str(),
        "created_at": clock::rfc3339(record.created_at), "expires_at": record.expires_at.map(clock::rfc3339),
        "last_used_at": key.last_used_at.map(clock::rfc3339),
    })))
}

/// `POST /settings/api-key/rotate`: the new key is shown this once; the old one goes on for a day at most.
pub(crate) async fn rotate(
    State(platform): State<Arc<Platform>>,
    client: Client,
    Strict(body): Strict<Map<String, Value>>,
) -> Result<Json<Success<Value>>, Refused> {
    Form::new(body).finish()?;
    let now = clock::now();
    let old = &client.verified().key().record;
    if old.state(now) != KeyState::Active {
        return Err(has_successor());
    }
    let key = ApiKey::generate(old.mode, platform.random());
    let id = fresh_id("key_", platform.random::<8>());
    let customer_id = client.tenant().customer_id().clone();
    let new = KeyRecord::of(
        &key,
        id,
        customer_id,
        &platform.pepper,
        now,
        Some(LIFETIME_DEFAULT),
    );
    // A key that is not in the trail must not be: so the record comes first, and says if nothing came of it.
    let subject = Map::from_iter([
        ("id".to_owned(), json!(old.id)),
        ("new_id".to_owned(), json!(new.id)),
    ]);
    client
        .record(
            &platform,
            AuditEvent::KeyRotated,
            Verdict::Allowed,
            subject.clone(),
        )
        .await?;
    let rotated = platform
        .store
        .rotate_key(client.tenant(), &old.id, &new, GRACE_DEFAULT, now)
        .await;
    if let Err(error) = rotated {
        client
            .record(&platform, AuditEvent::KeyRotated, Verdict::Failed, subject)
            .await?;
        return Err(match error {
            Error::Missing => has_successor(),
            error => error.into(),
        });
    }
    let old_until = old
        .expires_at
        .map_or(now + GRACE_DEFAULT, |end| end.min(now + GRACE_DEFAULT));
    Ok(Json(Success::one(json!({
        "new_api_key": key.expose(), "expires_at": clock::rfc3339(now + LIFETIME_DEFAULT),
        "old_key_valid_until": clock::rfc3339(old_until),
    }))))
}

/// `GET /settings/api-key/usage`: requests of the last 24 hours and the last 30 days, by whole hours.
pub(crate) async fn usage(
    State(platform): State<Arc<Platform>>,
    client: Client,
) -> Result<Json<Success<Value>>, Refused> {
    let (key, now) = (client.verified().key(), clock::now());
    let count = async |days: u32| {
        let since = now
            .saturating_sub(DAY * days)
            .saturating_add(Duration::from_secs(3_600));
        platform
            .store
            .usage(client.tenant(), &key.record.id, since)
            .await
    };
    Ok(Json(Success::one(json!({
        "requests_24h": count(1).await?.requests, "requests_month": count(30).await?.requests,
        "rate_limit": REQUESTS_A_MINUTE,
        "rate_limit_remaining": platform.requests.remaining(&key.record.id, clock::monotonic())?,
        "last_request_at": key.last_used_at.map(clock::rfc3339),
    }))))
}

fn has_successor() -> Refused {
    let says = "has a successor already: use that one";
    Refused::fields([("api_key".to_owned(), says.to_owned())].into())
}
