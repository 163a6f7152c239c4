//! The one file of this crate that reads a clock: the monotonic one, for delays, time-outs and latencies, and what a thread has used.

use rustix::time::{ClockId, clock_gettime};
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

/// The date and time in UTC, to the second.
#[expect(clippy::disallowed_methods, reason = "the one file that reads a clock")]
pub fn utc() -> String {
    jiff::Timestamp::now().strftime("%F %T UTC").to_string()
}

/// Nanoseconds of a processor that this thread has had.
pub(crate) fn thread_cpu_ns() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(u64::try_from(time.tv_nsec).unwrap_or(0))
}
