//! The counters of tool calls and of failed logins: one set for each tenant, shared by all of its conversations.
//!
//! Decides where counters live, so that a caller who hangs up and calls again is still the same caller to a limit, and
//! who guesses one password in each of many conversations waits all the same. What is counted and when it is too much
//! is decided by `conversimple_guard::call`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use conversimple_guard::call::{LoginAttempts, Quotas};
use conversimple_guard::quota::Rate;
use conversimple_wire::CustomerId;

/// Conversations and accounts of a tenant whose failed logins are remembered.
const ATTEMPTS_CAPACITY: usize = 10_000;

/// The counters of one tenant.
pub(crate) struct Counted {
    /// Calls and sums.
    pub(crate) quotas: Mutex<Quotas>,
    /// Logins that failed.
    pub(crate) logins: Mutex<LoginAttempts>,
}

/// One tenant's counters, in all of its conversations.
pub(crate) type Shared = Arc<Counted>;

/// The counters of every tenant that has had a conversation since the platform started.
pub(crate) struct Counters {
    rate: Option<Rate>,
    tenants: Mutex<HashMap<CustomerId, Shared>>,
}

impl Counters {
    /// Counters with a limit on all calls of a tenant together, in calls a minute.
    pub(crate) fn new(calls_per_minute: u32) -> Self {
        Self {
            rate: Rate::new(calls_per_minute, std::time::Duration::from_secs(60)).ok(),
            tenants: Mutex::default(),
        }
    }

    /// The tenant's counters.
    pub(crate) fn of(&self, customer_id: &CustomerId) -> Shared {
        let mut tenants = lock(&self.tenants);
        let counters = tenants.entry(customer_id.clone()).or_insert_with(|| {
            let quotas = match self.rate {
                Some(rate) => Quotas::of_tenant(customer_id.clone(), rate),
                None => Quotas::new(),
            };
            Arc::new(Counted {
                quotas: Mutex::new(quotas),
                logins: Mutex::new(LoginAttempts::new(ATTEMPTS_CAPACITY)),
            })
        });
        Arc::clone(counters)
    }
}

/// A lock whose holder panicked guards counters that are whole after every step.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_counters_are_shared_within_tenant_only() {
        let counters = Counters::new(10);
        let id = |text: &str| CustomerId::parse(text).expect("id");
        assert!(Arc::ptr_eq(
            &counters.of(&id("cust_1")),
            &counters.of(&id("cust_1"))
        ));
        assert!(!Arc::ptr_eq(
            &counters.of(&id("cust_1")),
            &counters.of(&id("cust_2"))
        ));
    }
}
