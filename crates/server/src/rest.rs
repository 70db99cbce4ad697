//! The REST interface: what the published client calls, and what our own pages call.

mod agents;
mod client;
pub(crate) mod conversations;
mod deployments;
mod form;
pub(crate) mod oversight;
mod policies;
mod settings;

use std::sync::Arc;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use conversimple_wire::Code;

use crate::platform::Platform;
use crate::refused::Refused;
use crate::routes::routes as table;

/// `GET /api/openapi.json`: the interface, told to programs.
pub(crate) async fn openapi() -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (kind, include_str!("rest/openapi.json"))
}

/// The answer to a method that a path does not have.
async fn no_such_method() -> Response {
    let mut response = Refused::from(Code::NotFound).into_response();
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response
}

/// Where the interface begins.
pub(crate) const PREFIX: &str = "/api/v1";

/// The interface's routes, under [`PREFIX`].
pub(crate) fn routes() -> Router<Arc<Platform>> {
    all().method_not_allowed_fallback(no_such_method)
}

table! {
    /// Methods and paths under [`PREFIX`].
    ROUTES, all:
    post "/conversations" => conversations::open;
    get "/conversations" => conversations::list;
    get "/conversations/{id}" => conversations::show;
    delete "/conversations/{id}" => conversations::end;
    post "/conversations/{id}/turns" => conversations::turn;
    get "/talk" => conversations::talk;
    post "/session" => oversight::sign_in;
    post "/session/end" => oversight::sign_out;
    get "/audit" => oversight::audit;
    get "/audit/verify" => oversight::verify;
    get "/agents" => agents::list;
    post "/agents" => agents::create;
    get "/agents/{id}" => agents::show;
    put "/agents/{id}" => agents::update;
    delete "/agents/{id}" => agents::delete;
    get "/agents/{id}/spec" => agents::spec;
    get "/agents/{id}/tools" => agents::tools;
    get "/agents/{id}/policy" => policies::show;
    put "/agents/{id}/policy" => policies::put;
    get "/agents/{id}/generation-status" => agents::generation_status;
    post "/agents/{id}/publish" => agents::publish;
    get "/deployments" => deployments::list;
    post "/deployments" => deployments::create;
    get "/deployments/{id}" => deployments::show;
    put "/deployments/{id}" => deployments::update;
    delete "/deployments/{id}" => deployments::delete;
    post "/deployments/{id}/activate" => deployments::activate;
    post "/deployments/{id}/deactivate" => deployments::deactivate;
    get "/settings/api-key" => settings::show;
    post "/settings/api-key/rotate" => settings::rotate;
    get "/settings/api-key/usage" => settings::usage;
}
