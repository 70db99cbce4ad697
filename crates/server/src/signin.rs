//! The dashboard's sessions: opened with an API key or a one-time code, kept in an `HttpOnly` cookie, ended by time.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, header};
use conversimple_store::Tenant;

use crate::clock;

/// A session that is not used ends.
const IDLE_LIMIT: Duration = Duration::from_secs(30 * 60);

/// A session ends, however it is used.
const LENGTH_LIMIT: Duration = Duration::from_secs(12 * 3600);

/// How long a one-time code waits. It stands in the terminal of whoever started the platform.
const CODE_LIMIT: Duration = Duration::from_secs(24 * 3600);

/// Sessions of one tenant at once; one more ends that tenant's session that was idle longest, and nobody else's.
const SESSIONS_LIMIT: usize = 50;

struct Session {
    tenant: Tenant,
    /// The key that it was opened with: the session ends with it.
    key_id: Option<String>,
    began: Duration,
    used: Duration,
}

/// Sessions and codes, in memory only: a restart signs everybody out.
#[derive(Default)]
pub(crate) struct Signin {
    sessions: Mutex<HashMap<String, Session>>,
    codes: Mutex<HashMap<String, (Duration, Tenant)>>,
}

impl Signin {
    /// Makes a code that opens one session.
    pub(crate) fn issue_code(&self, random: [u8; 16], tenant: Tenant) -> String {
        let code = hex(&random);
        let until = clock::monotonic() + CODE_LIMIT;
        self.codes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(code.clone(), (until, tenant));
        code
    }

    /// Accepts a code: the second time it is nothing.
    pub(crate) fn redeem_code(&self, code: &str) -> Option<Tenant> {
        let (until, tenant) = self
            .codes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(code)?;
        (until > clock::monotonic()).then_some(tenant)
    }

    /// Opens a session and returns its cookie.
    pub(crate) fn open(
        &self,
        random: [u8; 32],
        tenant: Tenant,
        key_id: Option<String>,
        secure: bool,
    ) -> String {
        let id = hex(&random);
        let now = clock::monotonic();
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, session| is_good(session, now));
        let of_tenant = || sessions.iter().filter(|(_, open)| open.tenant == tenant);
        if of_tenant().count() >= SESSIONS_LIMIT {
            let oldest = of_tenant()
                .min_by_key(|(_, open)| open.used)
                .map(|(id, _)| id.clone());
            oldest.and_then(|id| sessions.remove(&id));
        }
        sessions.insert(
            id.clone(),
            Session {
                tenant,
                key_id,
                began: now,
                used: now,
            },
        );
        cookie(&id, LENGTH_LIMIT.as_secs(), secure)
    }

    /// Whose session a request belongs to, and the key that it was opened with.
    pub(crate) fn owner(
        &self,
        headers: &HeaderMap,
        secure: bool,
    ) -> Option<(Tenant, Option<String>)> {
        let id = session_id(headers, secure)?;
        let now = clock::monotonic();
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let session = sessions
            .get_mut(id)
            .filter(|session| is_good(session, now))?;
        session.used = now;
        Some((session.tenant.clone(), session.key_id.clone()))
    }

    /// The keys that open sessions were opened with.
    pub(crate) fn keys(&self) -> HashSet<String> {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = sessions
            .values()
            .filter_map(|session| session.key_id.clone());
        keys.collect()
    }

    /// Ends the sessions that were opened with a key.
    pub(crate) fn close_key(&self, key_id: &str) {
        self.sessions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|_, session| session.key_id.as_deref() != Some(key_id));
    }

    /// Ends a session and returns the cookie that forgets it.
    pub(crate) fn end(&self, headers: &HeaderMap, secure: bool) -> String {
        if let Some(id) = session_id(headers, secure) {
            self.sessions
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(id);
        }
        cookie("", 0, secure)
    }
}

fn is_good(session: &Session, now: Duration) -> bool {
    now.saturating_sub(session.used) < IDLE_LIMIT
        && now.saturating_sub(session.began) < LENGTH_LIMIT
}

/// Over TLS the name's prefix makes browsers refuse the cookie from anybody else; on loopback there is no TLS.
fn name(secure: bool) -> &'static str {
    if secure {
        "__Host-conversimple"
    } else {
        "conversimple"
    }
}

fn cookie(id: &str, seconds: u64, secure: bool) -> String {
    let attribute = if secure { "; Secure" } else { "" };
    format!(
        "{}={id}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{attribute}",
        name(secure)
    )
}

fn session_id(headers: &HeaderMap, secure: bool) -> Option<&str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let named = cookies
        .split(';')
        .filter_map(|cookie| cookie.trim().split_once('='));
    named
        .into_iter()
        .find(|(key, _)| *key == name(secure))
        .map(|(_, id)| id)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use conversimple_store::Operator;
    use conversimple_wire::CustomerId;

    use super::*;

    fn with_cookie(cookie: &str) -> HeaderMap {
        let value = HeaderValue::from_str(cookie).expect("a header's text");
        HeaderMap::from_iter([(header::COOKIE, value)])
    }

    #[test]
    fn session_ends_with_its_key_and_tls_needs_host_cookie() {
        let customer = CustomerId::parse("cust_1").expect("an id");
        let tenant = Tenant::by_operator(&Operator::acting(), customer);
        let signin = Signin::default();
        let cookie = signin.open([7; 32], tenant.clone(), Some("key_1".into()), true);
        let (pair, _) = cookie.split_once(';').expect("attributes");
        let own = with_cookie(pair);
        let planted = with_cookie(pair.trim_start_matches("__Host-"));
        assert!(signin.owner(&own, true).is_some());
        assert!(signin.owner(&planted, true).is_none());
        signin.close_key("key_2");
        assert!(signin.owner(&own, true).is_some());
        signin.close_key("key_1");
        assert!(signin.owner(&own, true).is_none());
    }

    #[test]
    fn sign_ins_of_one_tenant_end_no_session_of_another() {
        let tenant = |id: &str| {
            let customer = CustomerId::parse(id).expect("an id");
            Tenant::by_operator(&Operator::acting(), customer)
        };
        let signin = Signin::default();
        let open = |byte: u8, tenant: Tenant| {
            let cookie = signin.open([byte; 32], tenant, None, true);
            let (pair, _) = cookie.split_once(';').expect("attributes");
            with_cookie(pair)
        };
        let mine = open(0, tenant("cust_1"));
        let flood: Vec<HeaderMap> = (1..=200).map(|n| open(n, tenant("cust_2"))).collect();
        assert!(signin.owner(&mine, true).is_some());
        let alive = flood
            .iter()
            .filter(|cookie| signin.owner(cookie, true).is_some());
        assert_eq!(alive.count(), SESSIONS_LIMIT);
    }
}
