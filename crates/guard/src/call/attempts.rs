//! How often a login may fail.
//!
//! Decides when the next attempt may be made: after five failures in a row a wait that doubles, for whoever calls and for
//! the account that is tried (by each of the names that it has), so that neither many accounts from one caller nor one account from many callers gets
//! through; after a hundred in a row the account stays shut until somebody opens it. A name that is nobody's counts like
//! one that is somebody's, so the waits tell nothing. Whoever checks the password must do the same work for both: hash
//! against a decoy when the name is unknown.

use std::collections::HashMap;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::refusal::Refusal;

/// Failures in a row that cost no wait.
pub const FAILURES_FREE: u32 = 5;

/// Failures in a row after which nothing but [`LoginAttempts::forgive`] helps (NIST SP 800-63B, section 5.2.2).
pub const FAILURES_LIMIT: u32 = 100;

/// The first wait; each further failure doubles it.
const WAIT_FIRST: Duration = Duration::from_secs(2);

/// The longest wait.
const WAIT_LONGEST: Duration = Duration::from_secs(15 * 60);

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    free_at: Duration,
}

/// Failures by caller and by account. Names are kept as hashes only.
#[derive(Debug)]
pub struct LoginAttempts {
    capacity: usize,
    failures: HashMap<[u8; 32], Failures>,
}

impl LoginAttempts {
    /// A memory of at most `capacity` callers and accounts (at least 16). When it is full, those with the fewest
    /// failures are forgotten.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(16),
            failures: HashMap::new(),
        }
    }

    /// Whether an attempt may be made now. To be asked before the password is looked at, whatever it is.
    ///
    /// # Errors
    /// `rate_limit_exceeded`, with the time to wait unless the account or caller is shut for good.
    pub fn check(&self, caller: &str, accounts: &[String], now: Duration) -> Result<(), Refusal> {
        let mut wait = Duration::ZERO;
        for key in keys(caller, accounts) {
            let Some(failures) = self.failures.get(&key) else {
                continue;
            };
            if failures.count >= FAILURES_LIMIT {
                return Err(Refusal::limited(None));
            }
            wait = wait.max(failures.free_at.saturating_sub(now));
        }
        if wait.is_zero() {
            Ok(())
        } else {
            Err(Refusal::limited(Some(wait)))
        }
    }

    /// An attempt failed.
    pub fn failed(&mut self, caller: &str, accounts: &[String], now: Duration) {
        for key in keys(caller, accounts) {
            self.make_room(&key);
            let failures = self.failures.entry(key).or_insert(Failures {
                count: 0,
                free_at: Duration::ZERO,
            });
            failures.count = failures.count.saturating_add(1);
            failures.free_at = now.saturating_add(wait_after(failures.count));
        }
    }

    /// An attempt succeeded: the row is broken for all of them.
    pub fn succeeded(&mut self, caller: &str, accounts: &[String]) {
        for key in keys(caller, accounts) {
            self.failures.remove(&key);
        }
    }

    /// Opens an account again, as an operator does.
    pub fn forgive(&mut self, account: &str) {
        self.failures.remove(&account_key(account));
    }

    fn make_room(&mut self, key: &[u8; 32]) {
        if self.failures.len() < self.capacity || self.failures.contains_key(key) {
            return;
        }
        let mut counts: Vec<u32> = self
            .failures
            .values()
            .map(|failures| failures.count)
            .collect();
        let (_, cut, _) = counts.select_nth_unstable(self.capacity / 8);
        let cut = *cut;
        let mut going = self.capacity / 8 + 1;
        self.failures.retain(|_, failures| {
            let stays = failures.count > cut || going == 0;
            going -= usize::from(!stays);
            stays
        });
    }
}

fn wait_after(failures: u32) -> Duration {
    let Some(doublings) = failures.checked_sub(FAILURES_FREE) else {
        return Duration::ZERO;
    };
    let factor = 2_u32.checked_pow(doublings).unwrap_or(u32::MAX);
    WAIT_FIRST.saturating_mul(factor).min(WAIT_LONGEST)
}

fn keys(caller: &str, accounts: &[String]) -> impl Iterator<Item = [u8; 32]> {
    let accounts = accounts.iter().map(|account| account_key(account));
    std::iter::once(caller_key(caller)).chain(accounts)
}

fn caller_key(caller: &str) -> [u8; 32] {
    key(b"caller\0", caller)
}

/// Accounts are the same however their name is written.
fn account_key(account: &str) -> [u8; 32] {
    key(b"account\0", &account.trim().to_lowercase())
}

fn key(kind: &[u8], name: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(kind)
        .chain_update(name)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn names(account: &str) -> [String; 1] {
        [account.to_owned()]
    }

    #[test]
    fn login_with_changing_bank_waits_for_its_user_only() {
        let mut attempts = LoginAttempts::new(100);
        for n in 0..5 {
            let tried = ["alice".to_owned(), format!("bank{n}\u{1f}alice")];
            assert!(
                attempts.check(&format!("c{n}"), &tried, at(0)).is_ok(),
                "{n}"
            );
            attempts.failed(&format!("c{n}"), &tried, at(0));
        }
        let alice = ["alice".to_owned(), "bank9\u{1f}alice".to_owned()];
        assert!(attempts.check("fresh", &alice, at(0)).is_err());
        let bob = ["bob".to_owned(), "bank1\u{1f}bob".to_owned()];
        assert!(attempts.check("fresh", &bob, at(0)).is_ok());
    }

    #[test]
    fn login_wait_starts_at_fifth_failure_and_doubles() {
        let mut attempts = LoginAttempts::new(100);
        for _ in 0..4 {
            attempts.failed("conv", &names("alice"), at(0));
            assert!(attempts.check("conv", &names("alice"), at(0)).is_ok());
        }
        let mut now = at(0);
        for expected in [2, 4, 8, 16, 32] {
            attempts.failed("conv", &names("alice"), now);
            let refusal = attempts
                .check("conv", &names("alice"), now)
                .expect_err("wait");
            assert_eq!(refusal.code, "rate_limit_exceeded");
            assert_eq!(refusal.retry_after, Some(at(expected)));
            now += at(expected);
            assert!(attempts.check("conv", &names("alice"), now).is_ok());
        }
    }

    #[test]
    fn login_failures_count_per_caller_and_per_account() {
        let mut attempts = LoginAttempts::new(100);
        for n in 0..5 {
            attempts.failed("conv", &names(&format!("user{n}")), at(0));
            attempts.failed(&format!("conv{n}"), &names("Alice "), at(0));
        }
        assert!(attempts.check("conv", &names("fresh"), at(0)).is_err());
        assert!(attempts.check("fresh", &names("alice"), at(0)).is_err());
        assert!(attempts.check("fresh", &names("user1"), at(0)).is_ok());
        attempts.succeeded("conv9", &names("alice"));
        assert!(attempts.check("fresh", &names("alice"), at(0)).is_ok());
    }

    #[test]
    fn account_after_hundred_failures_is_locked_until_forgiven() {
        let mut attempts = LoginAttempts::new(1000);
        for n in 0..100_u32 {
            let now = at(u64::from(n) * 1000);
            assert!(
                attempts
                    .check(&format!("conv{n}"), &names("alice"), now)
                    .is_ok(),
                "{n}"
            );
            attempts.failed(&format!("conv{n}"), &names("alice"), now);
        }
        assert_eq!(
            attempts
                .check("x", &names("alice"), at(u64::MAX / 2))
                .expect_err("shut")
                .retry_after,
            None
        );
        attempts.forgive("alice");
        assert!(attempts.check("x", &names("alice"), at(0)).is_ok());
    }

    #[test]
    fn account_failures_survive_flood_of_other_names() {
        let mut attempts = LoginAttempts::new(64);
        for _ in 0..10 {
            attempts.failed("conv", &names("alice"), at(0));
        }
        for n in 0..10_000 {
            attempts.failed(&format!("c{n}"), &names(&format!("u{n}")), at(0));
            assert!(attempts.failures.len() <= 64);
        }
        assert!(attempts.check("other", &names("alice"), at(0)).is_err());
    }
}
