//! A program that uses the REST interface with an API key: within its rate, and with a record of what it changed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use conversimple_guard::audit::{Record, Verdict};
use conversimple_guard::quota::{Limiter, Rate};
use conversimple_store::{Chain, Tenant, Verified};
use conversimple_wire::Code;
use serde_json::{Map, Value};

use crate::audit_event::AuditEvent;
use crate::auth::KeyHolder;
use crate::clock;
use crate::platform::Platform;
use crate::refused::Refused;

/// Requests a minute of one key. They may come at once; then one every tenth of a second.
pub(super) const REQUESTS_A_MINUTE: u32 = 600;

/// One request's share of a minute.
const INTERVAL: Duration = Duration::from_millis(100);

/// Keys whose requests are counted at once.
const KEYS_LIMIT: usize = 10_000;

/// Whoever presented a good API key and has not asked too often.
pub(super) struct Client(KeyHolder);

impl Client {
    pub(super) fn tenant(&self) -> &Tenant {
        self.0.tenant()
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

/// How often each key has asked lately.
pub(crate) struct Requests(Mutex<Limiter<String>>);

impl Default for Requests {
    fn default() -> Self {
        Self(Mutex::new(Limiter::new(KEYS_LIMIT)))
    }
}

impl Requests {
    fn admit(&self, key_id: &str, now: Duration) -> Result<(), Refused> {
        let mut limiter = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rate = rate(REQUESTS_A_MINUTE)?;
        limiter
            .admit(key_id.to_owned(), rate, now)
            .map_err(|refusal| Refused::limited(refusal.retry_after))
    }

    /// How many more requests the key may make at this moment.
    pub(super) fn remaining(&self, key_id: &str, now: Duration) -> Result<u32, Refused> {
        let limiter = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rate = rate(REQUESTS_A_MINUTE)?;
        Ok(limiter.remaining(&key_id.to_owned(), rate, now))
    }
}

fn rate(count: u32) -> Result<Rate, Refused> {
    Rate::new(count, INTERVAL * count).map_err(|_| Code::InternalError.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_told_what_is_left_and_refused_when_nothing_is() {
        let requests = Requests::default();
        let now = Duration::from_secs(1_000);
        let left = |now| requests.remaining("key_1", now).expect("the rate is good");
        assert_eq!(left(now), REQUESTS_A_MINUTE);
        for made in 1..=REQUESTS_A_MINUTE {
            assert!(requests.admit("key_1", now).is_ok());
            assert_eq!(left(now), REQUESTS_A_MINUTE - made);
        }
        assert!(requests.admit("key_1", now).is_err());
        assert!(requests.admit("key_2", now).is_ok());
        assert_eq!(left(now + INTERVAL * 5), 5);
        assert!(requests.admit("key_1", now + INTERVAL).is_ok());
    }
}
