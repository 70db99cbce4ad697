//! Counts of key uses that are not written yet, by key and hour.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::stamp::{Moment, millis};

const HOUR_MILLIS: i64 = 3_600_000;

/// Uses that were counted and not written yet. A crash loses at most the last few seconds of them.
#[derive(Default)]
pub(crate) struct PendingUses(Mutex<HashMap<(String, i64), Pending>>);

/// What is pending for one key and hour.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pending {
    pub(crate) requests: i64,
    pub(crate) last_millis: i64,
}

impl PendingUses {
    /// Counts one request.
    pub(crate) fn note(&self, key_id: &str, now: Moment) {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = pending.entry((key_id.to_owned(), hour(now))).or_default();
        entry.requests += 1;
        entry.last_millis = entry.last_millis.max(millis(now));
    }

    /// What is to be written; nothing is pending from then on.
    pub(crate) fn take(&self) -> HashMap<(String, i64), Pending> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What could not be written is pending again.
    pub(crate) fn put_back(&self, batch: HashMap<(String, i64), Pending>) {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, before) in batch {
            let entry = pending.entry(key).or_default();
            entry.requests += before.requests;
            entry.last_millis = entry.last_millis.max(before.last_millis);
        }
    }

    /// Requests of a key that are pending, from an hour on.
    pub(crate) fn count(&self, key_id: &str, since_hour: i64) -> u64 {
        let pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pending
            .iter()
            .filter(|((id, hour), _)| id == key_id && *hour >= since_hour)
            .map(|(_, pending)| pending.requests.max(0).unsigned_abs())
            .sum()
    }
}

/// Hours since 1970.
pub(crate) fn hour(time: Moment) -> i64 {
    millis(time) / HOUR_MILLIS
}
