//! Looking at what happened: the dashboard's sign-in and the audit trail.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use conversimple_store::{Chain, Link, Verdict};
use conversimple_wire::Code;
use conversimple_wire::rest::Success;
use serde::Deserialize;
use serde_json::{Value, json};

use super::form::Asked;
use crate::auth::{self, Viewer};
use crate::clock;
use crate::platform::Platform;
use crate::refused::Refused;
use crate::strict::Strict;

/// Most records that one request gets.
const RECORDS_LIMIT: u32 = 500;

/// Records that a request gets that names no number.
const RECORDS_USUAL: u32 = 100;

/// How a dashboard session is opened.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    code: Option<String>,
    api_key: Option<String>,
}

/// `POST /session`
pub(crate) async fn sign_in(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    Strict(body): Strict<SignIn>,
) -> Result<Response, Refused> {
    if !auth::is_own_origin(&platform, &headers) {
        return Err(Code::OriginForbidden.into());
    }
    let (tenant, key_id) = match (body.code, body.api_key) {
        (Some(code), None) => {
            let tenant = platform.signin.redeem_code(&code);
            (tenant.ok_or(Code::AuthInvalidKey)?, None)
        }
        (None, Some(key)) => {
            let holder = auth::key_holder(&platform, Some(&key)).await?;
            (holder.tenant().clone(), Some(holder.key_id().to_owned()))
        }
        _ => return Err(Code::InvalidParameters.into()),
    };
    let cookie = platform
        .signin
        .open(platform.random(), tenant, key_id, platform.secure);
    Ok((
        [(header::SET_COOKIE, cookie)],
        Json(json!({"success": true, "data": {}})),
    )
        .into_response())
}

/// `POST /session/end`
pub(crate) async fn sign_out(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    if !auth::is_page_request(&platform, &headers) {
        return Err(Code::OriginForbidden.into());
    }
    let cookie = platform.signin.end(&headers, platform.secure);
    Ok((
        [(header::SET_COOKIE, cookie)],
        Json(json!({"success": true, "data": {}})),
    )
        .into_response())
}

/// `GET /audit`: the newest first.
pub(crate) async fn audit(
    State(platform): State<Arc<Platform>>,
    viewer: Viewer,
    Asked(mut form): Asked,
) -> Result<Json<Success<Vec<Value>>>, Refused> {
    let limit = form
        .number("limit", 1..=RECORDS_LIMIT)
        .unwrap_or(RECORDS_USUAL);
    let before = form.number("before", 1..=u64::MAX);
    form.finish()?;
    let chain = Chain::of(&viewer.tenant);
    let links = match before {
        None => platform.store.audit_tail(&chain, limit).await?,
        Some(before) => {
            let after = before.saturating_sub(u64::from(limit) + 1);
            let mut links = platform.store.audit_links(&chain, after, limit).await?;
            links.retain(|link| link.seq < before);
            links.reverse();
            links
        }
    };
    Ok(Json(Success::one(links.iter().map(shown).collect())))
}

fn shown(link: &Link) -> Value {
    let mut record: Value = serde_json::from_str(&link.body).unwrap_or_default();
    if let Some(fields) = record.as_object_mut() {
        let at = fields
            .get("at_ms")
            .and_then(Value::as_u64)
            .unwrap_or_default();
        fields.insert(
            "at".into(),
            json!(clock::rfc3339(Duration::from_millis(at))),
        );
        fields.insert("hash".into(), json!(link.hash));
    }
    record
}

/// `GET /audit/verify`: whether the trail is whole.
pub(crate) async fn verify(
    State(platform): State<Arc<Platform>>,
    viewer: Viewer,
) -> Result<Json<Value>, Refused> {
    let verdict = platform
        .store
        .verify_audit(&Chain::of(&viewer.tenant))
        .await?;
    Ok(Json(match verdict {
        Verdict::Whole { length } => json!({"ok": true, "records": length}),
        Verdict::Missing { seq } => json!({"ok": false, "broken": {"seq": seq, "why": "missing"}}),
        Verdict::Changed { seq } => json!({"ok": false, "broken": {"seq": seq, "why": "changed"}}),
        Verdict::Moved { seq } => json!({"ok": false, "broken": {"seq": seq, "why": "moved"}}),
    }))
}
