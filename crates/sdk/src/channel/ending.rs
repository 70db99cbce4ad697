//! How a socket ended, and what follows: another try after a pause, or a stop with a sentence that says what to do.

use std::time::Duration;

/// Words in a refusal that no further try can mend, as the published clients know them.
const PERMANENT_WORDS: [&str; 12] = [
    "authentication_failed",
    "invalid_credentials",
    "customer_suspended",
    "missing_credentials",
    "invalid_api_key",
    "unauthorized",
    "forbidden",
    "auth_invalid_key",
    "auth_key_revoked",
    "auth_customer_mismatch",
    "origin_forbidden",
    "bad_request",
];

/// How a socket ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The platform answered the upgrade with another status than 101.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The public code in the body, if there was one.
        code: Option<String>,
        /// What `Retry-After` said.
        retry_after: Option<Duration>,
    },
    /// The platform refused to let the agent join, with this reason.
    JoinRefused(String),
    /// No socket came about. The word says why, for the log: `unreachable`, `certificate`, `timeout` …
    Unreachable(&'static str),
    /// A socket that was open is gone.
    Lost,
}

/// Why an agent stops for good.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the platform refused this agent ({code}). {advice}")]
pub struct Stop {
    /// The public code, or `http_403` where there was none.
    pub code: String,
    /// What to do about it.
    pub advice: &'static str,
}

impl Ending {
    /// The stop that this ending means, if no further try can help.
    pub fn stop(&self) -> Option<Stop> {
        let code = match self {
            Self::Refused { status, code, .. } => {
                let known = code.as_deref().and_then(permanent_word);
                match (status, known) {
                    (400 | 401 | 403, known) => {
                        known.map_or_else(|| format!("http_{status}"), str::to_owned)
                    }
                    (_, known) => known?.to_owned(),
                }
            }
            Self::JoinRefused(reason) => permanent_word(reason)?.to_owned(),
            Self::Unreachable(_) | Self::Lost => return None,
        };
        let advice = advice(&code);
        Some(Stop { code, advice })
    }

    /// How long the platform asks to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// One word for a log line.
    pub fn word(&self) -> String {
        match self {
            Self::Refused {
                code: Some(code), ..
            } => code.clone(),
            Self::Refused { status, .. } => format!("http_{status}"),
            Self::JoinRefused(reason) => reason.clone(),
            Self::Unreachable(word) => (*word).to_owned(),
            Self::Lost => "connection_closed".to_owned(),
        }
    }
}

fn permanent_word(text: &str) -> Option<&'static str> {
    PERMANENT_WORDS.into_iter().find(|word| text.contains(word))
}

fn advice(code: &str) -> &'static str {
    match code {
        "auth_key_revoked" => {
            "The API key was revoked or has expired: create a new one with `conversimple keys create` (or rotate it) and \
             put it into CONVERSIMPLE_API_KEY or the file that CONVERSIMPLE_API_KEY_FILE names."
        }
        "auth_customer_mismatch" => {
            "CONVERSIMPLE_CUSTOMER_ID is not the customer of this API key: correct it, or leave it out."
        }
        "customer_suspended" | "http_403" | "forbidden" => {
            "This customer may not use the platform at present: ask whoever runs it, then start the agent again."
        }
        "http_400" | "bad_request" => {
            "The address is not an agent socket: check CONVERSIMPLE_PLATFORM_URL; it ends in /sdk/websocket."
        }
        _ => {
            "Check CONVERSIMPLE_API_KEY (or the file that CONVERSIMPLE_API_KEY_FILE names): the key is missing, \
             mistyped or of another platform. `conversimple keys create` makes a new one."
        }
    }
}

/// How long to wait before the next try.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backoff {
    /// The first pause.
    pub first: Duration,
    /// By how much each pause is longer than the one before.
    pub factor: f64,
    /// The longest pause.
    pub most: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            factor: 2.0,
            most: Duration::from_secs(300),
        }
    }
}

impl Backoff {
    /// The pause before try number `attempt` (from 0), spread by 20 % either way. `jitter` is a random number from 0 to 1.
    pub fn pause(&self, attempt: u32, jitter: f64) -> Duration {
        let exponent = i32::try_from(attempt.min(64)).unwrap_or(64);
        let seconds = self.first.as_secs_f64() * self.factor.max(1.0).powi(exponent);
        let bounded = seconds.min(self.most.as_secs_f64());
        Duration::from_secs_f64(bounded * (0.8 + 0.4 * jitter.clamp(0.0, 1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permanent_refusal_stops_with_advice_and_others_are_retried() {
        let refused = |status, code: Option<&str>| Ending::Refused {
            status,
            code: code.map(str::to_owned),
            retry_after: None,
        };
        for (ending, stops) in [
            (
                refused(401, Some("auth_key_revoked")),
                Some("auth_key_revoked"),
            ),
            (refused(403, None), Some("http_403")),
            (refused(400, None), Some("http_400")),
            (
                refused(500, Some("invalid_api_key: no")),
                Some("invalid_api_key"),
            ),
            (refused(404, None), None),
            (refused(503, Some("overloaded")), None),
            (
                Ending::JoinRefused("customer_suspended".into()),
                Some("customer_suspended"),
            ),
            (Ending::JoinRefused("overloaded".into()), None),
            (Ending::Lost, None),
            (Ending::Unreachable("timeout"), None),
        ] {
            let stop = ending.stop();
            assert_eq!(stop.as_ref().map(|s| s.code.as_str()), stops, "{ending:?}");
            assert!(stop.is_none_or(
                |s| s.to_string().contains("CONVERSIMPLE_") || s.advice.contains("ask")
            ));
        }
    }

    #[test]
    fn backoff_doubles_to_maximum_with_jitter() {
        let backoff = Backoff::default();
        for (attempt, jitter, millis) in [
            (0, 0.5, 1000),
            (0, 0.0, 800),
            (0, 1.0, 1200),
            (3, 0.5, 8000),
            (9, 0.5, 300_000),
            (u32::MAX, 1.0, 360_000),
        ] {
            assert_eq!(
                backoff.pause(attempt, jitter),
                Duration::from_millis(millis),
                "{attempt} {jitter}"
            );
        }
    }
}
