//! Who is calling: an API key, a dashboard session, or the talk page of our own origin.
//!
//! The tenant follows from what was verified here and from nothing that a request says about itself. Keys stand in a
//! header, in the published client's query, or are exchanged for a session cookie; they are never logged.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use conversimple_guard::apikey::ApiKey;
use conversimple_store::{Operator, Tenant, Verified};
use conversimple_wire::{Code, CustomerId};

use crate::clock;
use crate::platform::Platform;
use crate::refused::Refused;

/// Header that a page of ours sets on requests that change something. Another origin's page cannot.
const PAGE_HEADER: &str = "x-conversimple";

/// Whoever presented a good API key.
pub(crate) struct KeyHolder(Verified);

impl KeyHolder {
    pub(crate) fn tenant(&self) -> &Tenant {
        self.0.tenant()
    }

    pub(crate) fn customer_id(&self) -> &CustomerId {
        self.0.tenant().customer_id()
    }

    pub(crate) fn verified(&self) -> &Verified {
        &self.0
    }

    pub(crate) fn key_id(&self) -> &str {
        &self.0.key().record.id
    }
}

/// Whoever may look at a tenant's data: a key's holder, or a dashboard session that was opened with a key.
pub(crate) struct Viewer {
    pub(crate) tenant: Tenant,
    /// The key, or the one that the session was opened with; none where that was a one-time code.
    pub(crate) key_id: Option<String>,
}

/// Whoever may open a conversation: a key's holder or the talk page.
pub(crate) struct Opener {
    pub(crate) tenant: Tenant,
    /// The key, where it is one's holder.
    pub(crate) key_id: Option<String>,
    /// Whether it is the talk page, which may open only its own agent.
    pub(crate) by_page: bool,
}

impl FromRequestParts<Arc<Platform>> for KeyHolder {
    type Rejection = Refused;
    async fn from_request_parts(
        parts: &mut Parts,
        platform: &Arc<Platform>,
    ) -> Result<Self, Refused> {
        key_holder(platform, bearer(&parts.headers)).await
    }
}

impl FromRequestParts<Arc<Platform>> for Viewer {
    type Rejection = Refused;
    async fn from_request_parts(
        parts: &mut Parts,
        platform: &Arc<Platform>,
    ) -> Result<Self, Refused> {
        if let Some(key) = bearer(&parts.headers) {
            let holder = key_holder(platform, Some(key)).await?;
            return Ok(Self {
                tenant: holder.tenant().clone(),
                key_id: Some(holder.key_id().to_owned()),
            });
        }
        let (tenant, key_id) = session(platform, &parts.method, &parts.headers)?
            .ok_or(Code::AuthenticationRequired)?;
        Ok(Self { tenant, key_id })
    }
}

impl FromRequestParts<Arc<Platform>> for Opener {
    type Rejection = Refused;
    async fn from_request_parts(
        parts: &mut Parts,
        platform: &Arc<Platform>,
    ) -> Result<Self, Refused> {
        if let Some(key) = bearer(&parts.headers) {
            let holder = key_holder(platform, Some(key)).await?;
            return Ok(Self {
                tenant: holder.tenant().clone(),
                key_id: Some(holder.key_id().to_owned()),
                by_page: false,
            });
        }
        if !is_own_origin(platform, &parts.headers) {
            return Err(Code::OriginForbidden.into());
        }
        let talk = platform.talk.as_ref().ok_or(Code::AuthInvalidKey)?;
        Ok(Self {
            tenant: talk.tenant.clone(),
            key_id: None,
            by_page: true,
        })
    }
}

/// The key of an `Authorization` header.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// Verifies a key. A text that is no key costs no query.
pub(crate) async fn key_holder(
    platform: &Platform,
    key: Option<&str>,
) -> Result<KeyHolder, Refused> {
    let key = key
        .and_then(|key| ApiKey::parse(key).ok())
        .ok_or(Code::AuthInvalidKey)?;
    let now = clock::now();
    match platform
        .store
        .authenticate(&key, &platform.pepper, now)
        .await?
    {
        Ok(verified) => {
            platform.store.note_use(&verified.key().record.id, now);
            Ok(KeyHolder(verified))
        }
        Err(refusal) => Err(Code::find(&refusal.code)
            .unwrap_or(Code::AuthInvalidKey)
            .into()),
    }
}

/// Whether a customer of this id exists.
pub(crate) async fn is_customer(platform: &Platform, id: &str) -> Result<bool, Refused> {
    let Ok(id) = CustomerId::parse(id) else {
        return Ok(false);
    };
    Ok(platform
        .store
        .customer(&Operator::acting(), &id)
        .await?
        .is_some())
}

/// Whether a request comes from a page of ours, or from no page at all.
///
/// Browsers set `Origin` and `Sec-Fetch-Site` themselves; a page cannot change them. In clear the host must be this
/// machine's own, or a name that somebody points at it would make their page ours; over TLS the certificate says so.
pub(crate) fn is_own_origin(platform: &Platform, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(HeaderValue::to_str);
    let host = match text("host") {
        Some(Ok(host)) => host,
        _ => return false,
    };
    if !platform.secure && !is_loopback_host(host, platform.address.port()) {
        return false;
    }
    let site = match text("sec-fetch-site") {
        None => true,
        Some(site) => matches!(site, Ok("same-origin" | "none")),
    };
    let origin = match text("origin") {
        None => true,
        Some(Ok(origin)) => {
            let scheme = if platform.secure {
                "https://"
            } else {
                "http://"
            };
            origin.strip_prefix(scheme) == Some(host)
        }
        Some(Err(_)) => false,
    };
    site && origin
}

/// Whether a `Host` header names this machine's own loopback address and our port.
fn is_loopback_host(host: &str, port: u16) -> bool {
    let (name, given) = match host.rsplit_once(':') {
        Some((name, given)) if !given.contains(']') => (name, Some(given)),
        _ => (host, None),
    };
    let given = given.map_or(Some(80), |given| given.parse().ok());
    matches!(name, "localhost" | "127.0.0.1" | "[::1]") && given == Some(port)
}

/// The dashboard session of a request. What changes something must also come from our own page.
fn session(
    platform: &Platform,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Option<(Tenant, Option<String>)>, Refused> {
    let Some(owner) = platform.signin.owner(headers, platform.secure) else {
        return Ok(None);
    };
    if *method != Method::GET && !is_page_request(platform, headers) {
        return Err(Code::OriginForbidden.into());
    }
    Ok(Some(owner))
}

/// Whether a request was made by a script of our own pages.
pub(crate) fn is_page_request(platform: &Platform, headers: &HeaderMap) -> bool {
    is_own_origin(platform, headers) && headers.get(PAGE_HEADER).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_host_needs_exact_name_and_port() {
        for good in ["127.0.0.1:4000", "localhost:4000", "[::1]:4000"] {
            assert!(is_loopback_host(good, 4000), "{good}");
        }
        for bad in [
            "evil.example:4000",
            "127.0.0.1:4001",
            "127.0.0.1",
            "localhost.evil.example:4000",
            "",
            "[::1]",
        ] {
            assert!(!is_loopback_host(bad, 4000), "{bad}");
        }
        assert!(is_loopback_host("[::1]", 80));
    }

    #[test]
    fn bearer_key_is_found_in_any_case() {
        let mut headers = HeaderMap::new();
        assert_eq!(bearer(&headers), None);
        headers.insert(
            header::AUTHORIZATION,
            HeaderValue::from_static("bearer  abc "),
        );
        assert_eq!(bearer(&headers), Some("abc"));
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Basic abc"));
        assert_eq!(bearer(&headers), None);
    }
}
