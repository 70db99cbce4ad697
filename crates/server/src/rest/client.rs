//! A program that uses the REST interface with an API key: within its rate, and with a record of what it changed.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use conversimple_guard::audit::{Record, Verdict};
use conversimple_store::{Chain, Tenant, Verified};
use serde_json::{Map, Value};

use crate::audit_event::AuditEvent;
use crate::auth::KeyHolder;
use crate::clock;
use crate::platform::Platform;
use crate::refused::Refused;

/// Whoever presented a good API key and has not asked too often.
pub(super) struct Client(KeyHolder);

impl Client {
    pub(super) fn tenant(&self) -> &Tenant {
        self.0.tenant()
    }

    pub(super) fn key_id(&self) -> &str {
        self.0.key_id()
    }

    pub(super) fn verified(&self) -> &Verified {
        self.0.verified()
    }

    /// Records that this client changed something. What cannot be recorded is answered as a fault.
    pub(super) async fn record(
        &self,
        platform: &Platform,
        event: AuditEvent,
        verdict: Verdict,
        subject: Map<String, Value>,
    ) -> Result<(), Refused> {
        let record = Record {
            customer_id: Some(self.tenant().customer_id().clone()),
            key_id: Some(self.0.key_id().to_owned()),
            arguments: Some(subject),
            ..Record::new(clock::now(), event.as_str(), verdict)
        };
        let chain = Chain::of(self.tenant());
        platform.store.append_audit(&chain, record).await?;
        Ok(())
    }

    /// Records that this client changed the thing of that id.
    pub(super) async fn record_change(
        &self,
        platform: &Platform,
        event: AuditEvent,
        id: &str,
    ) -> Result<(), Refused> {
        let subject = Map::from_iter([("id".to_owned(), Value::from(id))]);
        self.record(platform, event, Verdict::Allowed, subject)
            .await
    }
}

impl FromRequestParts<Arc<Platform>> for Client {
    type Rejection = Refused;

    async fn from_request_parts(
        parts: &mut Parts,
        platform: &Arc<Platform>,
    ) -> Result<Self, Refused> {
        let holder = KeyHolder::from_request_parts(parts, platform).await?;
        platform
            .requests
            .admit(holder.key_id(), clock::monotonic())?;
        Ok(Self(holder))
    }
}
