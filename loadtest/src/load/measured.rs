//! What a run came to.

use hdrhistogram::Histogram;

/// Longest latency that is told apart: an hour.
const HIGHEST_US: u64 = 3_600_000_000;

/// Requests and what became of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Written to a socket.
    pub sent: u64,
    /// Answered in time.
    pub answered: u64,
    /// Of those, with result 00.
    pub approved: u64,
    /// Not answered when the time for answers was over, or the connection ended.
    pub unanswered: u64,
    /// Meant to be sent, and never: no link had room before the end.
    pub never_sent: u64,
    /// Messages that answered nothing that waits, or could not be read.
    pub strange: u64,
    /// Discounts of approved sales, in minor units.
    pub discount_minor: u64,
    /// Sales that were approved with a discount.
    pub granted: u64,
}

/// An approved sale, as the till was told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Acknowledged {
    /// Which link's.
    pub link: usize,
    /// Field 11.
    pub stan: u32,
    /// Field 37; zeros where there is none.
    pub rrn: [u8; 12],
    /// Tag 84; zeros where there is none.
    pub grant: [u8; 16],
    /// Field 4, what the card paid, in minor units.
    pub paid_minor: u64,
    /// Tag 81, in minor units.
    pub discount_minor: u64,
}

/// A second of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Interval {
    /// Which, from 1.
    pub second: u64,
    /// Sent in it.
    pub sent: u64,
    /// Answered in it.
    pub answered: u64,
    /// Median of the answers' latencies, in microseconds.
    pub p50_us: u64,
    /// 99th percentile of them, in microseconds.
    pub p99_us: u64,
    /// The longest, in microseconds.
    pub max_us: u64,
}

/// A run.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Requests.
    pub counts: Counts,
    /// From the moment meant to the answer, in microseconds.
    pub latency_us: Histogram<u64>,
    /// From the moment sent to the answer, in microseconds.
    pub service_us: Histogram<u64>,
    /// How long requests were sent, in nanoseconds.
    pub sending_ns: u64,
    /// Second by second.
    pub intervals: Vec<Interval>,
}

impl Measured {
    /// None where histograms cannot be made.
    pub(crate) fn new() -> Option<Self> {
        let histogram = || Histogram::new_with_bounds(1, HIGHEST_US, 3).ok();
        let (counts, intervals) = (Counts::default(), Vec::new());
        Some(Self { counts, latency_us: histogram()?, service_us: histogram()?, sending_ns: 0, intervals })
    }

    /// Answers a second while requests were sent.
    pub fn rate(&self) -> u64 {
        let of_second = u128::from(self.counts.answered) * 1_000_000_000 / u128::from(self.sending_ns.max(1));
        u64::try_from(of_second).unwrap_or(u64::MAX)
    }
}
