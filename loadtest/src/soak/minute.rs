//! Seconds of the load, added up to minutes, with the memory of the switch.

use crate::load::Interval;
use hdrhistogram::Histogram;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

const SECONDS: u64 = 60;

/// A minute of a soak.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Minute {
    /// Which, from 1.
    pub minute: u64,
    /// Seconds of it that are over.
    pub seconds: u64,
    /// Requests sent.
    pub sent: u64,
    /// Answers.
    pub answered: u64,
    /// Requests found unanswered, answers that fit none, connections that ended.
    pub failed: u64,
    /// Median latency from the moment meant, in microseconds.
    pub p50_us: u64,
    /// 99th percentile of it, in microseconds.
    pub p99_us: u64,
    /// The longest, in microseconds.
    pub max_us: u64,
    /// Memory of the switch at its end, in bytes; 0 where it was not there.
    pub resident_bytes: u64,
}

pub(super) struct Minutes {
    open: Minute,
    of_minute: Histogram<u64>,
    process: Arc<AtomicU32>,
}

impl Minutes {
    /// None where there is no room for a histogram.
    pub(super) fn new(process: Arc<AtomicU32>) -> Option<Self> {
        let of_minute = Histogram::new_with_bounds(1, 3_600_000_000, 3).ok()?;
        Some(Self { open: Minute { minute: 1, ..Minute::default() }, of_minute, process })
    }

    /// A second is over; perhaps a minute with it.
    pub(super) fn add(&mut self, second: &Interval, of_second: &Histogram<u64>) -> Option<Minute> {
        self.open.seconds += 1;
        self.open.sent += second.sent;
        self.open.answered += second.answered;
        self.open.failed += second.failed;
        // Both have the same bounds.
        let _ = self.of_minute.add(of_second);
        if self.open.seconds < SECONDS { None } else { self.rest() }
    }

    /// The minute that has only begun.
    pub(super) fn rest(&mut self) -> Option<Minute> {
        if self.open.seconds == 0 {
            return None;
        }
        let at = |quantile| self.of_minute.value_at_quantile(quantile);
        let resident_bytes = resident_bytes(self.process.load(Ordering::Acquire));
        let (p50_us, p99_us, max_us) = (at(0.5), at(0.99), self.of_minute.max());
        let minute = Minute { p50_us, p99_us, max_us, resident_bytes, ..self.open };
        self.open = Minute { minute: minute.minute + 1, ..Minute::default() };
        self.of_minute.reset();
        Some(minute)
    }
}

/// As the system says (`VmRSS`); 0 of a process that is not there.
fn resident_bytes(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
    line.and_then(|kibibytes| kibibytes.trim().parse::<u64>().ok()).unwrap_or(0) * 1_024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_minutes() {
        let mut minutes = Minutes::new(Arc::new(AtomicU32::new(std::process::id()))).unwrap();
        let mut of_second = Histogram::new_with_bounds(1, 3_600_000_000, 3).unwrap();
        of_second.record(1_000).unwrap();
        let second = Interval { sent: 3, answered: 2, failed: 1, ..Interval::default() };
        let told: Vec<_> = (0..61).filter_map(|_| minutes.add(&second, &of_second)).collect();
        let [minute] = told.as_slice() else { unreachable!("{told:?}") };
        assert_eq!((minute.minute, minute.sent, minute.answered, minute.failed), (1, 180, 120, 60));
        assert!(minute.p99_us.abs_diff(1_000) < 10 && minute.resident_bytes > 1 << 20, "{minute:?}");
        let rest = minutes.rest().unwrap();
        assert_eq!((rest.minute, rest.seconds, rest.sent), (2, 1, 3));
        assert_eq!(minutes.rest(), None);
        assert_eq!(resident_bytes(u32::MAX), 0);
    }
}
