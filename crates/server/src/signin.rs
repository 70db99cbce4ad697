//! The dashboard's sessions: opened with an API key or a one-time code, kept in an `HttpOnly` cookie, ended by time.

use std::collections::HashMap;
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

/// Sessions at once; one more ends the one that was idle longest.
const SESSIONS_LIMIT: usize = 1000;

struct Session {
    tenant: Tenant,
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

    /// Takes a code: the second time it is nothing.
    pub(crate) fn redeem_code(&self, code: &str) -> Option<Tenant> {
        let (until, tenant) = self
            .codes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(code)?;
        (until > clock::monotonic()).then_some(tenant)
    }

    /// Opens a session and returns its cookie.
    pub(crate) fn open(&self, random: [u8; 32], tenant: Tenant, secure: bool) -> String {
        let id = hex(&random);
        let now = clock::monotonic();
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, session| is_good(session, now));
        if sessions.len() >= SESSIONS_LIMIT
            && let Some(oldest) = sessions
                .iter()
                .min_by_key(|(_, session)| session.used)
                .map(|(id, _)| id.clone())
        {
            sessions.remove(&oldest);
        }
        sessions.insert(
            id.clone(),
            Session {
                tenant,
                began: now,
                used: now,
            },
        );
        cookie(&id, LENGTH_LIMIT.as_secs(), secure)
    }

    /// Whose session a request belongs to.
    pub(crate) fn tenant(&self, headers: &HeaderMap) -> Option<Tenant> {
        let id = session_id(headers)?;
        let now = clock::monotonic();
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let session = sessions
            .get_mut(id)
            .filter(|session| is_good(session, now))?;
        session.used = now;
        Some(session.tenant.clone())
    }

    /// Ends a session and returns the cookie that forgets it.
    pub(crate) fn end(&self, headers: &HeaderMap, secure: bool) -> String {
        if let Some(id) = session_id(headers) {
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

fn session_id(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let named = cookies
        .split(';')
        .filter_map(|cookie| cookie.trim().split_once('='));
    named
        .into_iter()
        .find(|(key, _)| *key == name(true) || *key == name(false))
        .map(|(_, id)| id)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
