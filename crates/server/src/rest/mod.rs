//! The REST interface: what the published client calls, and what our own pages call.

pub(crate) mod conversations;
pub(crate) mod oversight;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::platform::Platform;

/// Largest body, in bytes.
pub(crate) const BODY_LIMIT_BYTES: usize = 64 * 1024;

/// Every route under `/api/v1`.
pub(crate) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route(
            "/conversations",
            post(conversations::open).get(conversations::list),
        )
        .route(
            "/conversations/{id}",
            get(conversations::show).delete(conversations::end),
        )
        .route("/conversations/{id}/turns", post(conversations::turn))
        .route("/talk", get(conversations::talk))
        .route("/session", post(oversight::sign_in))
        .route("/session/end", post(oversight::sign_out))
        .route("/audit", get(oversight::audit))
        .route("/audit/verify", get(oversight::verify))
}
