//! The one file of this crate that reads a clock: the runtime's monotonic one, for delays and time-outs.

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
