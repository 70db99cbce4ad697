//! Whether the platform is well, and its counts. Neither says anything about a customer.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde_json::json;

use crate::clock;
use crate::platform::Platform;

/// `GET /health`
pub(crate) async fn health(State(platform): State<Arc<Platform>>) -> impl IntoResponse {
    let store = platform.store.health().await;
    let (agents, conversations) = platform.registry.counts();
    let status = if store.is_ok() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let body = json!({
        "status": if store.is_ok() { "ok" } else { "degraded" },
        "store": store.is_ok(), "voice": platform.voice.is_some(), "agents": agents,
        "conversations": conversations, "uptime_seconds": clock::monotonic().as_secs(),
    });
    (status, Json(body))
}

/// `GET /metrics`, in the text format of Prometheus.
pub(crate) async fn metrics(State(platform): State<Arc<Platform>>) -> impl IntoResponse {
    let (agents, conversations) = platform.registry.counts();
    let mut text = String::new();
    for (name, help, value) in [
        (
            "conversimple_agents",
            "Agent sockets that are open.",
            agents as u64,
        ),
        (
            "conversimple_conversations",
            "Conversations that are open.",
            conversations as u64,
        ),
        (
            "conversimple_unmatched_replies_total",
            "Replies that no open call waited for.",
            platform.registry.strays(),
        ),
        (
            "conversimple_uptime_seconds",
            "Time since the start.",
            clock::monotonic().as_secs(),
        ),
    ] {
        let kind = if name.ends_with("_total") {
            "counter"
        } else {
            "gauge"
        };
        let _infallible = write!(
            text,
            "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n"
        );
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text)
}
