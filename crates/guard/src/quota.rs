//! How often, and for how much in sum, something may be done.
//!
//! Decides admission by the generic cell rate algorithm: a rate of N a period lets N through at once and then one more
//! every period/N, and says when to come back. Sums are limited the same way, by value instead of count. What is
//! counted (a tool in a conversation, a caller, a tenant) is the key, chosen by the caller of this module. `now` is the
//! time since any fixed moment.
//!
//! Does not protect against many keys made by one party: choose keys that are expensive to make.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::time::Duration;

use rust_decimal::Decimal;

use crate::refusal::Refusal;

/// The highest count a rate may name.
pub const COUNT_LIMIT: u32 = 1_000_000;

/// The limit of a tool for which nobody wrote one: ten a minute, as the security guide sets it.
pub const RATE_DEFAULT: Rate = Rate {
    count: 10,
    period: Duration::from_secs(60),
};

/// Why a text is no rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rate is a number of at least 1, a slash, and s, min, h or day: \"5/min\"")]
pub struct RateError;

/// So many a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    count: u32,
    period: Duration,
}

impl Rate {
    /// A rate of `count` (1 to [`COUNT_LIMIT`]) a period (1 ms to 365 days).
    ///
    /// # Errors
    /// `RateError` when count or period is out of range.
    pub fn new(count: u32, period: Duration) -> Result<Self, RateError> {
        let range = Duration::from_millis(1)..=Duration::from_secs(365 * 86_400);
        if count == 0 || count > COUNT_LIMIT || !range.contains(&period) {
            return Err(RateError);
        }
        Ok(Self { count, period })
    }

    /// Reads `"5/min"`, `"1/s"`, `"100 / hour"`, `"10/30s"`.
    ///
    /// # Errors
    /// `RateError` when the text is nothing of the kind.
    pub fn parse(text: &str) -> Result<Self, RateError> {
        let (count, period) = text.split_once('/').ok_or(RateError)?;
        let count = whole_number(count.trim()).ok_or(RateError)?;
        Self::new(count, parse_period(period).ok_or(RateError)?)
    }

    /// How many a period.
    pub fn count(self) -> u32 {
        self.count
    }

    /// The period.
    pub fn period(self) -> Duration {
        self.period
    }

    /// Nanoseconds after which one more is allowed, rounded up so that rounding never allows one too many.
    fn interval_nanos(self) -> u128 {
        self.period.as_nanos().div_ceil(u128::from(self.count))
    }

    fn tolerance_nanos(self) -> u128 {
        self.interval_nanos() * u128::from(self.count - 1)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.period.as_secs() {
            1 => write!(f, "{}/s", self.count),
            60 => write!(f, "{}/min", self.count),
            3_600 => write!(f, "{}/h", self.count),
            86_400 => write!(f, "{}/day", self.count),
            _ => write!(f, "{}/{}ms", self.count, self.period.as_millis()),
        }
    }
}

/// Reads a period: `s`, `sec`, `second`, `m`, `min`, `minute`, `h`, `hour`, `d`, `day`, with an optional number before
/// it: `"5min"`, `"90 days"`.
pub fn parse_period(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number = if number.is_empty() {
        1
    } else {
        whole_number(number)?
    };
    let millis: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "ms" => 1,
        "s" | "sec" | "secs" | "second" | "seconds" => 1_000,
        "m" | "min" | "mins" | "minute" | "minutes" => 60_000,
        "h" | "hr" | "hour" | "hours" => 3_600_000,
        "d" | "day" | "days" => 86_400_000,
        _ => return None,
    };
    u64::from(number)
        .checked_mul(millis)
        .map(Duration::from_millis)
}

/// Digits alone: no sign, no space, no separator.
fn whole_number(text: &str) -> Option<u32> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

/// Counts by key, within a bounded memory.
///
/// A key that is full again is forgotten first, which changes nothing. When more keys than the bound are busy, those
/// nearest to full are forgotten.
#[derive(Debug)]
pub struct Limiter<K> {
    capacity: usize,
    /// For each key the moment, in nanoseconds, at which it is full again.
    full_at: HashMap<K, u128>,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    /// A limiter that remembers at most `capacity` keys (at least 16).
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(16),
            full_at: HashMap::new(),
        }
    }

    /// Counts one for the key.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use conversimple_guard::quota::{Limiter, Rate};
    ///
    /// let mut limiter = Limiter::new(100);
    /// let rate = Rate::parse("2/min")?;
    /// let now = Duration::ZERO;
    /// assert!(limiter.admit("caller", rate, now).is_ok());
    /// assert!(limiter.admit("caller", rate, now).is_ok());
    /// assert!(limiter.admit("caller", rate, now).is_err());
    /// assert!(limiter.admit("another", rate, now).is_ok());
    /// # Ok::<(), conversimple_guard::quota::RateError>(())
    /// ```
    ///
    /// # Errors
    /// `rate_limit_exceeded` with the time to wait; nothing is counted then.
    pub fn admit(&mut self, key: K, rate: Rate, now: Duration) -> Result<(), Refusal> {
        self.admit_all(&[(key, rate)], now)
    }

    /// Counts one for every key, or for none: what one limit refuses is not charged to the others.
    ///
    /// # Errors
    /// `rate_limit_exceeded` with the longest of the waits.
    pub fn admit_all(&mut self, wanted: &[(K, Rate)], now: Duration) -> Result<(), Refusal> {
        let now_nanos = now.as_nanos();
        let wait = wanted
            .iter()
            .map(|(key, rate)| self.wait_nanos(key, *rate, now_nanos))
            .max()
            .unwrap_or(0);
        if wait > 0 {
            return Err(Refusal::limited(Some(nanos(wait))));
        }
        for (key, rate) in wanted {
            let start = self.full_at.get(key).copied().unwrap_or(0).max(now_nanos);
            self.make_room(key, now_nanos);
            self.full_at
                .insert(key.clone(), start + rate.interval_nanos());
        }
        Ok(())
    }

    /// How long the key would have to wait now, counting nothing.
    pub fn wait(&self, key: &K, rate: Rate, now: Duration) -> Option<Duration> {
        match self.wait_nanos(key, rate, now.as_nanos()) {
            0 => None,
            wait => Some(nanos(wait)),
        }
    }

    /// How many more would be let through at once now.
    pub fn remaining(&self, key: &K, rate: Rate, now: Duration) -> u32 {
        let full_at = self.full_at.get(key).copied().unwrap_or(0);
        let used = full_at
            .saturating_sub(now.as_nanos())
            .div_ceil(rate.interval_nanos());
        rate.count
            .saturating_sub(u32::try_from(used).unwrap_or(u32::MAX))
    }

    /// Forgets the keys for which this is false, as when their conversation is over.
    pub fn retain(&mut self, keep: impl Fn(&K) -> bool) {
        self.full_at.retain(|key, _| keep(key));
    }

    /// How many keys are remembered.
    pub fn len(&self) -> usize {
        self.full_at.len()
    }

    /// Whether no key is remembered.
    pub fn is_empty(&self) -> bool {
        self.full_at.is_empty()
    }

    fn wait_nanos(&self, key: &K, rate: Rate, now_nanos: u128) -> u128 {
        let full_at = self.full_at.get(key).copied().unwrap_or(0);
        full_at.saturating_sub(now_nanos + rate.tolerance_nanos())
    }

    fn make_room(&mut self, key: &K, now_nanos: u128) {
        if self.full_at.len() < self.capacity || self.full_at.contains_key(key) {
            return;
        }
        self.full_at.retain(|_, full_at| *full_at > now_nanos);
        if self.full_at.len() < self.capacity {
            return;
        }
        // A sixteenth at a time, so that a flood of new keys does not pay for a sweep each.
        let mut moments: Vec<u128> = self.full_at.values().copied().collect();
        let (_, cut, _) = moments.select_nth_unstable(self.capacity / 16);
        let cut = *cut;
        let mut going = self.capacity / 16 + 1;
        self.full_at.retain(|_, full_at| {
            let stays = *full_at > cut || going == 0;
            going -= usize::from(!stays);
            stays
        });
    }
}

fn nanos(count: u128) -> Duration {
    Duration::from_nanos(u64::try_from(count).unwrap_or(u64::MAX))
}

/// A sum that may be spent a period, such as 20,000 an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SumRate {
    total: Decimal,
    period: Duration,
}

impl SumRate {
    /// Reads `"20000/h"`, `"99.50/day"`.
    ///
    /// # Errors
    /// `RateError` when the text is nothing of the kind or the sum is not above zero.
    pub fn parse(text: &str) -> Result<Self, RateError> {
        let (total, period) = text.split_once('/').ok_or(RateError)?;
        let total = Decimal::from_str_exact(total.trim()).map_err(|_| RateError)?;
        let period = parse_period(period).ok_or(RateError)?;
        // The range of periods is that of a rate.
        Rate::new(1, period)?;
        if total <= Decimal::ZERO {
            return Err(RateError);
        }
        Ok(Self { total, period })
    }

    /// The sum.
    pub fn total(self) -> Decimal {
        self.total
    }
}

#[derive(Debug, Clone, Copy)]
struct Spent {
    level: Decimal,
    at: Duration,
}

/// Sums by key: what was spent drains away evenly over the period.
#[derive(Debug)]
pub struct SumLimit<K> {
    capacity: usize,
    spent: HashMap<K, Spent>,
}

impl<K: Hash + Eq + Clone> SumLimit<K> {
    /// A limit that remembers at most `capacity` keys (at least 16).
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(16),
            spent: HashMap::new(),
        }
    }

    /// Spends a value for the key.
    ///
    /// # Errors
    /// `rate_limit_exceeded`, with the time to wait unless the value alone is over the sum; `invalid_parameters` for a
    /// negative value, which would give room instead of taking it. Nothing is spent then.
    pub fn spend(
        &mut self,
        key: K,
        rate: SumRate,
        value: Decimal,
        now: Duration,
    ) -> Result<(), Refusal> {
        if value < Decimal::ZERO {
            return Err(conversimple_wire::Code::InvalidParameters.into());
        }
        if value > rate.total {
            return Err(Refusal::limited(None));
        }
        let level = self
            .spent
            .get(&key)
            .map_or(Decimal::ZERO, |spent| spent.drained(rate, now));
        let after = level.checked_add(value).unwrap_or(Decimal::MAX);
        if after > rate.total {
            return Err(Refusal::limited(wait_for(after - rate.total, rate)));
        }
        self.make_room(&key);
        let at = self.spent.get(&key).map_or(now, |spent| spent.at.max(now));
        self.spent.insert(key, Spent { level: after, at });
        Ok(())
    }

    /// Gives back what was spent for something that then did not happen.
    pub fn refund(&mut self, key: &K, value: Decimal) {
        if let Some(spent) = self.spent.get_mut(key) {
            spent.level = (spent.level - value.max(Decimal::ZERO)).max(Decimal::ZERO);
        }
    }

    /// When full, the half that was least recently used goes.
    fn make_room(&mut self, key: &K) {
        if self.spent.len() < self.capacity || self.spent.contains_key(key) {
            return;
        }
        let mut moments: Vec<Duration> = self.spent.values().map(|spent| spent.at).collect();
        let (_, cut, _) = moments.select_nth_unstable(self.capacity / 2);
        let cut = *cut;
        self.spent.retain(|_, spent| spent.at > cut);
    }
}

impl Spent {
    fn drained(self, rate: SumRate, now: Duration) -> Decimal {
        let elapsed = now.saturating_sub(self.at);
        if elapsed >= rate.period {
            return Decimal::ZERO;
        }
        let share = decimal_seconds(elapsed) / decimal_seconds(rate.period);
        let drained = rate.total.checked_mul(share).unwrap_or(Decimal::ZERO);
        (self.level - drained).max(Decimal::ZERO)
    }
}

fn wait_for(excess: Decimal, rate: SumRate) -> Option<Duration> {
    let seconds = (excess / rate.total).checked_mul(decimal_seconds(rate.period))?;
    let seconds = u64::try_from(seconds.ceil()).ok()?;
    Some(Duration::from_secs(seconds.max(1)))
}

fn decimal_seconds(time: Duration) -> Decimal {
    Decimal::from(time.as_secs()) + Decimal::new(i64::from(time.subsec_nanos()), 9)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn rate_in_common_notation_is_parsed() {
        let check = |text: &str, count: u32, seconds: u64| {
            let rate = Rate::parse(text).expect(text);
            assert_eq!(
                (rate.count(), rate.period()),
                (count, at(seconds)),
                "{text}"
            );
        };
        check("5/min", 5, 60);
        check("1/s", 1, 1);
        check("3/sec", 3, 1);
        check("100 / hour", 100, 3600);
        check("2/h", 2, 3600);
        check("7/day", 7, 86_400);
        check("10/30s", 10, 30);
        for bad in [
            "",
            "5",
            "/min",
            "0/min",
            "-1/min",
            "5/",
            "5/year",
            "five/min",
            "5/min/s",
            "+5/min",
            "1.5/min",
            "5000000000/min",
        ] {
            assert_eq!(Rate::parse(bad), Err(RateError), "{bad:?}");
        }
    }

    #[test]
    fn rate_five_per_minute_refuses_sixth_call() {
        let mut limiter = Limiter::new(100);
        let rate = Rate::parse("5/min").expect("rate");
        for _ in 0..5 {
            assert!(limiter.admit("t", rate, at(1000)).is_ok());
        }
        let refusal = limiter.admit("t", rate, at(1000)).expect_err("sixth");
        assert_eq!(refusal.code, "rate_limit_exceeded");
        assert_eq!(refusal.retry_after, Some(at(12)));
        assert!(limiter.admit("other", rate, at(1000)).is_ok());
        assert!(limiter.admit("t", rate, at(1011)).is_err());
        assert!(limiter.admit("t", rate, at(1012)).is_ok());
        assert!(limiter.admit("t", rate, at(1012)).is_err());
    }

    #[test]
    fn call_refused_by_one_limit_is_not_charged_to_another() {
        let mut limiter = Limiter::new(100);
        let (one, ten) = (
            Rate::parse("1/min").expect("rate"),
            Rate::parse("2/min").expect("rate"),
        );
        assert!(
            limiter
                .admit_all(&[("tool", one), ("caller", ten)], at(0))
                .is_ok()
        );
        for _ in 0..20 {
            assert!(
                limiter
                    .admit_all(&[("tool", one), ("caller", ten)], at(0))
                    .is_err()
            );
        }
        assert!(limiter.admit("caller", ten, at(0)).is_ok());
    }

    #[test]
    fn clock_going_back_admits_no_extra_call() {
        let mut limiter = Limiter::new(100);
        let rate = Rate::parse("1/min").expect("rate");
        assert!(limiter.admit("t", rate, at(100)).is_ok());
        assert!(limiter.admit("t", rate, at(0)).is_err());
    }

    #[test]
    fn limiter_memory_is_bounded_and_evicts_idle_keys_first() {
        let mut limiter = Limiter::new(64);
        let rate = Rate::parse("1/min").expect("rate");
        for key in 0..1000_u32 {
            assert!(limiter.admit(key, rate, at(0)).is_ok());
            assert!(limiter.len() <= 64);
        }
        assert!(
            limiter.len() > 32,
            "a flood at one moment does not empty the memory"
        );
        let mut limiter = Limiter::new(64);
        for key in 0..63_u32 {
            assert!(limiter.admit(key, rate, at(0)).is_ok());
        }
        assert!(limiter.admit(1000, rate, at(61)).is_ok());
        assert!(limiter.admit(1001, rate, at(61)).is_ok());
        assert!(
            limiter.admit(1000, rate, at(61)).is_err(),
            "the busy key is still known"
        );
        assert_eq!(limiter.len(), 2);
    }

    #[test]
    fn sum_limit_is_exact_and_drains_with_time() {
        let mut sums = SumLimit::new(100);
        let rate = SumRate::parse("100/h").expect("rate");
        let money = |text: &str| Decimal::from_str_exact(text).expect("decimal");
        for _ in 0..3 {
            assert!(sums.spend("c", rate, money("33.3"), at(0)).is_ok());
        }
        assert!(sums.spend("c", rate, money("0.1"), at(0)).is_ok());
        let refusal = sums
            .spend("c", rate, money("0.01"), at(0))
            .expect_err("full");
        assert_eq!(refusal.retry_after, Some(at(1)));
        assert!(sums.spend("c", rate, money("50"), at(1799)).is_err());
        assert!(sums.spend("c", rate, money("50"), at(1801)).is_ok());
        assert_eq!(
            sums.spend("c", rate, money("100.01"), at(90_000))
                .expect_err("over")
                .retry_after,
            None
        );
        assert!(sums.spend("c", rate, money("-1"), at(90_000)).is_err());
    }

    #[test]
    fn sum_refunded_can_be_spent_again() {
        let mut sums = SumLimit::new(100);
        let rate = SumRate::parse("100/h").expect("rate");
        assert!(sums.spend("c", rate, Decimal::ONE_HUNDRED, at(0)).is_ok());
        sums.refund(&"c", Decimal::ONE_HUNDRED);
        assert!(sums.spend("c", rate, Decimal::ONE_HUNDRED, at(0)).is_ok());
    }

    proptest! {
        /// Whatever the rate, exactly `count` pass at one moment, and in any window of one period at most twice as many.
        #[test]
        fn rate_any_period_admits_exactly_its_count(count in 1u32..2000, millis in 1u64..10_000_000, start in 0u64..1_000_000_000) {
            let rate = Rate::new(count, Duration::from_millis(millis)).expect("rate");
            let mut limiter = Limiter::new(16);
            let now = Duration::from_millis(start);
            for left in (0..count).rev() {
                prop_assert!(limiter.admit((), rate, now).is_ok());
                prop_assert_eq!(limiter.remaining(&(), rate, now), left);
            }
            let wait = limiter.admit((), rate, now).expect_err("one too many").retry_after.expect("wait");
            prop_assert!(limiter.admit((), rate, now + wait - Duration::from_nanos(1)).is_err());
            prop_assert!(limiter.admit((), rate, now + wait).is_ok());
        }

        #[test]
        fn rate_parse_of_any_text_does_not_panic(text in ".{0,30}") {
            let _ = Rate::parse(&text);
            let _ = SumRate::parse(&text);
        }
    }
}
