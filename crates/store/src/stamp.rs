//! Times as the database keeps them: whole milliseconds since 1970, UTC.

use std::time::Duration;

/// A time, as the guard takes it: how long it is since 1970, UTC. Kept to the millisecond.
pub type Moment = Duration;

/// Milliseconds since 1970.
pub(crate) fn millis(time: Moment) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// The time of so many milliseconds since 1970. Times before it count as 1970.
pub(crate) fn time(millis: i64) -> Moment {
    Duration::from_millis(millis.max(0).unsigned_abs())
}
