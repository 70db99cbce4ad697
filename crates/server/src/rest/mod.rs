//! The REST interface: what the published client calls, and what our own pages call.

mod agents;
mod client;
pub(crate) mod conversations;
mod deployments;
mod form;
pub(crate) mod oversight;
mod settings;

use std::sync::Arc;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use conversimple_wire::Code;

pub(crate) use client::Requests;

use crate::platform::Platform;
use crate::refused::Refused;

/// Largest body, in bytes.
pub(crate) const BODY_LIMIT_BYTES: usize = 64 * 1024;

/// `GET /api/openapi.json`: the interface, told to programs.
pub(crate) async fn openapi() -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (kind, include_str!("openapi.json"))
}

/// The answer to a method that a path does not have.
async fn no_such_method() -> Response {
    let mut response = Refused::from(Code::NotFound).into_response();
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response
}

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
        .merge(resources())
        .method_not_allowed_fallback(no_such_method)
}

/// What a customer sets up: agents, their deployments, the key.
fn resources() -> Router<Arc<Platform>> {
    Router::new()
        .route("/agents", get(agents::list).post(agents::create))
        .route(
            "/agents/{id}",
            get(agents::show).put(agents::update).delete(agents::delete),
        )
        .route("/agents/{id}/spec", get(agents::spec))
        .route(
            "/agents/{id}/generation-status",
            get(agents::generation_status),
        )
        .route("/agents/{id}/publish", post(agents::publish))
        .route(
            "/deployments",
            get(deployments::list).post(deployments::create),
        )
        .route(
            "/deployments/{id}",
            get(deployments::show)
                .put(deployments::update)
                .delete(deployments::delete),
        )
        .route("/deployments/{id}/activate", post(deployments::activate))
        .route(
            "/deployments/{id}/deactivate",
            post(deployments::deactivate),
        )
        .route("/settings/api-key", get(settings::show))
        .route("/settings/api-key/rotate", post(settings::rotate))
        .route("/settings/api-key/usage", get(settings::usage))
}

/// A new id of something that has no type of its own: the prefix and the random bytes in hexadecimal.
fn fresh_id<const N: usize>(prefix: &str, random: [u8; N]) -> String {
    random
        .iter()
        .fold(prefix.to_owned(), |id, byte| format!("{id}{byte:02x}"))
}
