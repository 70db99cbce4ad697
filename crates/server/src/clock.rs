//! The platform's clocks: the one place that reads them.

use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use conversimple_store::Moment;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Time since the platform's start, which never goes back.
pub(crate) fn monotonic() -> Duration {
    START.elapsed()
}

/// The moment that [`monotonic`] will show `at`.
pub(crate) fn instant(at: Duration) -> Instant {
    *START + at
}

/// Wall clock.
pub(crate) fn now() -> Moment {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

/// Wall clock as RFC 3339 in UTC.
pub(crate) fn rfc3339_now() -> String {
    rfc3339(now())
}

/// A moment as RFC 3339 in UTC.
pub(crate) fn rfc3339(at: Moment) -> String {
    OffsetDateTime::from(UNIX_EPOCH + at)
        .format(&Rfc3339)
        .unwrap_or_default()
}

/// The day, for "tomorrow".
pub(crate) fn today() -> time::Date {
    OffsetDateTime::now_utc().date()
}
