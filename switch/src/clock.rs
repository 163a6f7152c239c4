//! The only file that reads a clock. Everything else is handed the time.

#![expect(clippy::disallowed_methods, reason = "this is the file that reads the clocks")]

use lijian_domain::time::UnixMicros;
use lijian_exchange::Now;
use std::sync::LazyLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Where the process's monotonic time begins.
static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// What the time is: that of the machine, or that of a rehearsal.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    rehearsal: Option<Rehearsal>,
}

/// A rehearsal's time: `start` was when the monotonic clock stood at `since_us`.
#[derive(Clone, Copy, Debug)]
struct Rehearsal {
    start: UnixMicros,
    since_us: u64,
}

impl Clock {
    /// The machine's clock.
    pub fn machine() -> Self {
        LazyLock::force(&ORIGIN);
        Self { rehearsal: None }
    }

    /// A clock that stands at `start` now and ticks on from there.
    pub fn rehearsal(start: UnixMicros) -> Self {
        Self { rehearsal: Some(Rehearsal { start, since_us: monotonic_us() }) }
    }

    /// Whether this is not the machine's time.
    pub const fn is_rehearsal(&self) -> bool {
        self.rehearsal.is_some()
    }

    /// The time.
    pub fn now(&self) -> Now {
        let monotonic_us = monotonic_us();
        let wall = match self.rehearsal {
            None => machine_wall(),
            Some(Rehearsal { start, since_us }) => {
                let passed = i64::try_from(monotonic_us.saturating_sub(since_us)).unwrap_or(i64::MAX);
                UnixMicros(start.0.saturating_add(passed))
            }
        };
        Now { wall, monotonic_us }
    }
}

/// Microseconds on a clock that never goes back.
pub fn monotonic_us() -> u64 {
    u64::try_from(ORIGIN.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// Nanoseconds on the same clock.
pub fn monotonic_ns() -> u64 {
    u64::try_from(ORIGIN.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// A time as RFC 3339 in UTC; empty where the calendar does not reach.
pub fn rfc3339(at: UnixMicros) -> String {
    jiff::Timestamp::from_microsecond(at.0).map_or_else(|_| String::new(), |at| at.to_string())
}

/// A clock that stands before 1970 counts as 1970: no campaign runs then.
fn machine_wall() -> UnixMicros {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMicros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rehearsal_starts_where_it_was_told_and_ticks() {
        let start = UnixMicros(1_726_000_000_000_000);
        let clock = Clock::rehearsal(start);
        let (first, second) = (clock.now(), clock.now());
        assert!(first.wall >= start && second.wall >= first.wall);
        let ticked = u64::try_from(second.wall.0 - first.wall.0).unwrap();
        assert_eq!(ticked, second.monotonic_us - first.monotonic_us);
    }

    #[test]
    fn the_machine_lives_after_2024() {
        assert!(Clock::machine().now().wall.0 > 1_700_000_000_000_000);
    }
}
