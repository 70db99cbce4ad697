//! A JSON body, read by the one strict parser, up to a size limit.

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use conversimple_wire::{Code, json};
use serde::de::DeserializeOwned;

use crate::platform::Platform;
use crate::refused::Refused;

/// Largest body, in bytes.
pub(crate) const BODY_LIMIT_BYTES: usize = 64 * 1024;

/// A body of type `T`. An empty body is read as `{}`.
pub(crate) struct Strict<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<Platform>> for Strict<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &Arc<Platform>) -> Result<Self, Refused> {
        let body = axum::body::to_bytes(request.into_body(), BODY_LIMIT_BYTES).await;
        let body = body.map_err(|_| Code::InvalidMessage)?;
        let text = std::str::from_utf8(&body).map_err(|_| Code::InvalidMessage)?;
        let text = if text.trim().is_empty() { "{}" } else { text };
        let value = json::parse(text, BODY_LIMIT_BYTES).map_err(|_| Code::InvalidMessage)?;
        serde_json::from_value(value)
            .map(Self)
            .map_err(|_| Code::InvalidParameters.into())
    }
}
