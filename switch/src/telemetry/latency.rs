//! Percentiles of where time goes.

use hdrhistogram::Histogram;
use lijian_exchange::tally::Sample;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Longest time kept apart, in nanoseconds: a time budget and its reserve. What is longer counts as this.
const LONGEST_NS: u64 = 300_000_000_000;
/// A window is closed when it is this old; percentiles are those of the open window and the one before.
const WINDOW_US: u64 = 60_000_000;

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Both group commits of a sale.
    Journal,
    /// The issuer's answer.
    Issuer,
    /// Inside the switch: reading and deciding a frame.
    Decision,
    /// Request received to answer sent.
    Total,
    /// The sync of a batch; not a part of one sale.
    Sync,
}

impl Part {
    /// The parts of a sale's time.
    pub const OF_SALE: [Self; 4] = [Self::Journal, Self::Issuer, Self::Decision, Self::Total];
    const COUNT: usize = 5;

    /// The label in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::Issuer => "issuer",
            Self::Decision => "decision",
            Self::Total => "total",
            Self::Sync => "sync",
        }
    }

    const fn place(self) -> usize {
        match self {
            Self::Journal => 0,
            Self::Issuer => 1,
            Self::Decision => 2,
            Self::Total => 3,
            Self::Sync => 4,
        }
    }
}

/// Quantiles of one part, in nanoseconds, with how many there were since the start and their sum.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Quantiles {
    /// 0.5, 0.9, 0.99, 0.999 and 1 of the last one to two minutes.
    pub at_ns: [(&'static str, u64); 5],
    /// How many, since the start.
    pub count: u64,
    /// Their sum, since the start.
    pub sum_ns: u64,
}

/// Histograms of all parts, shared by who measures (briefly, once a turn) and who asks.
pub struct Latencies {
    parts: [Mutex<Recent>; Part::COUNT],
}

struct Recent {
    open: Histogram<u64>,
    before: Histogram<u64>,
    opened_us: u64,
    count: u64,
    sum_ns: u64,
}

impl Recent {
    fn new() -> Option<Self> {
        let histogram = Histogram::new_with_bounds(1, LONGEST_NS, 2).ok()?;
        Some(Self { before: histogram.clone(), open: histogram, opened_us: 0, count: 0, sum_ns: 0 })
    }

    fn record(&mut self, nanoseconds: u64, times: u64) {
        self.open.saturating_record_n(nanoseconds.max(1), times);
        self.count += times;
        self.sum_ns = self.sum_ns.saturating_add(nanoseconds.saturating_mul(times));
    }

    fn turn_window(&mut self, now_us: u64) {
        let age_us = now_us.saturating_sub(self.opened_us);
        if age_us >= WINDOW_US {
            mem::swap(&mut self.open, &mut self.before);
            self.open.reset();
            self.opened_us = now_us;
        }
    }

    fn quantiles(&self) -> Quantiles {
        let mut both = self.open.clone();
        // Both have the same bounds, so that adding cannot fail; if it did, the open window is an answer too.
        let _ = both.add(&self.before);
        let at = |name, quantile| (name, if both.is_empty() { 0 } else { both.value_at_quantile(quantile) });
        let at_ns = [at("0.5", 0.5), at("0.9", 0.9), at("0.99", 0.99), at("0.999", 0.999), at("1", 1.0)];
        Quantiles { at_ns, count: self.count, sum_ns: self.sum_ns }
    }
}

impl Latencies {
    /// No times yet; none if the bounds make no histogram, which a test excludes.
    pub fn new() -> Option<Self> {
        let part = || Recent::new().map(Mutex::new);
        Some(Self { parts: [part()?, part()?, part()?, part()?, part()?] })
    }

    /// Takes the samples of a turn and leaves an empty list.
    pub fn take_samples(&self, samples: &mut Vec<Sample>) {
        if samples.is_empty() {
            return;
        }
        self.record_each(Part::Journal, samples.iter().map(|sample| sample.journal_us));
        self.record_each(Part::Issuer, samples.iter().map(|sample| sample.issuer_us));
        self.record_each(Part::Total, samples.iter().map(|sample| sample.total_us));
        samples.clear();
    }

    fn record_each(&self, part: Part, microseconds: impl Iterator<Item = u64>) {
        let mut recent = self.lock(part);
        microseconds.for_each(|each| recent.record(each.saturating_mul(1_000), 1));
    }

    /// Takes one time that `times` frames needed each.
    pub fn record(&self, part: Part, nanoseconds: u64, times: u64) {
        self.lock(part).record(nanoseconds, times);
    }

    /// What a part took lately, asked at `now_us` (monotonic).
    pub fn quantiles(&self, part: Part, now_us: u64) -> Quantiles {
        let mut recent = self.lock(part);
        let quantiles = recent.quantiles();
        recent.turn_window(now_us);
        quantiles
    }

    fn lock(&self, part: Part) -> MutexGuard<'_, Recent> {
        let [first, ..] = &self.parts;
        self.parts.get(part.place()).unwrap_or(first).lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_last_windows() {
        let latencies = Latencies::new().unwrap();
        let median = |now_us| latencies.quantiles(Part::Total, now_us).at_ns[0].1;
        assert_eq!(median(0), 0);
        latencies.record(Part::Total, 1_000_000, 10);
        assert!((990_000..1_010_000).contains(&median(1)));
        // The window closes, is still seen as the one before, and is forgotten with the next.
        assert!(median(WINDOW_US) > 0 && median(WINDOW_US + 1) > 0);
        assert!(median(2 * WINDOW_US) > 0);
        assert_eq!(median(2 * WINDOW_US + 1), 0);
        assert_eq!(latencies.quantiles(Part::Total, 0).count, 10);
    }

    #[test]
    fn what_is_too_long_counts_as_the_longest() {
        let latencies = Latencies::new().unwrap();
        latencies.record(Part::Journal, u64::MAX, 1);
        assert!(latencies.quantiles(Part::Journal, 0).at_ns[4].1 >= LONGEST_NS / 2);
    }
}
