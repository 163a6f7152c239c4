//! The one file of this crate that reads a clock: the monotonic one, for delays, time-outs and latencies.

use std::sync::LazyLock;
use std::time::Duration;
use tokio::time::Instant;

/// Now.
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The moment that lies this many milliseconds ahead.
pub(crate) fn after_ms(delay_ms: u32) -> Instant {
    now() + Duration::from_millis(u64::from(delay_ms))
}

static ORIGIN: LazyLock<Instant> = LazyLock::new(now);

/// Nanoseconds since the first look.
pub(crate) fn monotonic_ns() -> u64 {
    u64::try_from(now().saturating_duration_since(*ORIGIN).as_nanos()).unwrap_or(u64::MAX)
}
