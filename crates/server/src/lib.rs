//! The platform: what listens, who may come in, and which session they reach.
//!
//! Sound and words of a caller come in by `gateway::caller`, agents by `gateway::agent`, everything else by `rest`. A
//! session owns one conversation. What is decided where: permission in `conversimple-guard`, turns and calls in
//! `conversimple-conversation`, words in a language engine behind `conversimple-providers`, persistence in
//! `conversimple-store`.

mod agent_socket;
mod audit_event;
mod auth;
mod clock;
mod engines;
mod fresh_id;
mod gateway;
mod line;
mod listen;
mod mailbox;
mod pages;
mod platform;
mod policies;
mod quotas;
mod refused;
mod registry;
mod requests;
mod rest;
mod revocation;
mod routes;
mod session;
mod signin;
mod strict;
mod telemetry;
mod tokens;
mod toml_text;
mod voice;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;

pub use audit_event::AuditEvent;
pub use engines::MakeEngine;
pub use listen::{ListenError, Listener, Tls, check_exposure};
pub use platform::{DemoLogin, Limits, Platform, Settings, Talk, TalkPage};
pub use voice::Voice;

use crate::refused::Refused;
use crate::routes::routes as table;

/// A platform that is bound to its address and not serving yet.
pub struct Server {
    platform: Arc<Platform>,
    listener: Listener,
}

impl Server {
    /// Puts a platform behind a listener.
    pub fn new(settings: Settings, listener: Listener) -> Self {
        let platform = Platform::new(settings, listener.address());
        Self { platform, listener }
    }

    /// The address that it is bound to.
    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// A code that opens the dashboard once. None where there is no talk page, whose customer it is for.
    pub fn dashboard_code(&self) -> Option<String> {
        let talk = self.platform.talk.as_ref()?;
        Some(
            self.platform
                .signin
                .issue_code(self.platform.random(), talk.tenant.clone()),
        )
    }

    /// Serves until `stop` is done; then running requests are finished.
    ///
    /// # Errors
    /// Those of the listener.
    pub async fn serve(
        self,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        tokio::spawn(revocation::watch(Arc::downgrade(&self.platform)));
        let router = router(self.platform.clone());
        self.listener.serve(router, stop).await;
        self.platform.end_conversations().await;
        self.platform.store.close().await;
        Ok(())
    }
}

/// Every method and path that the platform answers.
pub fn routes() -> impl Iterator<Item = (&'static str, String)> {
    let pages = ROUTES
        .iter()
        .map(|(method, path)| (*method, (*path).to_owned()));
    let rest = rest::ROUTES
        .iter()
        .map(|(method, path)| (*method, format!("{}{path}", rest::PREFIX)));
    pages.chain(rest)
}

table! {
    /// Methods and paths outside the REST interface.
    ROUTES, all:
    get "/" => pages::talk;
    get "/dashboard" => pages::dashboard;
    get "/assets/{name}" => pages::asset;
    get "/sdk/websocket" => gateway::agent::connect;
    get "/customer_sdk/websocket" => gateway::agent::connect;
    get "/media/websocket" => gateway::caller::connect;
    get "/health" => telemetry::health;
    get "/metrics" => telemetry::metrics;
    get "/api/openapi.json" => rest::openapi;
}

fn router(platform: Arc<Platform>) -> Router {
    all()
        .nest(rest::PREFIX, rest::routes())
        .fallback(|| async { Refused::from(conversimple_wire::Code::NotFound) })
        .layer(DefaultBodyLimit::max(strict::BODY_LIMIT_BYTES))
        .layer(middleware::from_fn_with_state(
            platform.clone(),
            pages::headers,
        ))
        .with_state(platform)
}
