//! How often each API key may use the REST interface.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use conversimple_guard::quota::{Limiter, Rate};
use conversimple_wire::Code;

use crate::refused::Refused;

/// Requests a minute of one key. They may come at once; then one every tenth of a second.
pub(crate) const REQUESTS_A_MINUTE: u32 = 600;

/// One request's share of a minute.
const INTERVAL: Duration = Duration::from_millis(100);

/// Keys whose requests are counted at once.
const KEYS_LIMIT: usize = 10_000;

/// How often each key has asked lately.
pub(crate) struct Requests(Mutex<Limiter<String>>);

impl Default for Requests {
    fn default() -> Self {
        Self(Mutex::new(Limiter::new(KEYS_LIMIT)))
    }
}

impl Requests {
    pub(crate) fn admit(&self, key_id: &str, now: Duration) -> Result<(), Refused> {
        let mut limiter = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rate = rate(REQUESTS_A_MINUTE)?;
        limiter
            .admit(key_id.to_owned(), rate, now)
            .map_err(|refusal| Refused::limited(refusal.retry_after))
    }

    /// How many more requests the key may make at this moment.
    pub(crate) fn remaining(&self, key_id: &str, now: Duration) -> Result<u32, Refused> {
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
    fn key_requests_remaining_count_down_to_refusal() {
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
