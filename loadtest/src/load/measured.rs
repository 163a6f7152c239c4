//! What a run came to.

use super::kind::Kind;
use hdrhistogram::Histogram;

/// Longest latency that is told apart: an hour.
const HIGHEST_US: u64 = 3_600_000_000;
/// Answers that are told apart. Their codes are characters of the peer's choice.
const ANSWERS_MAX: usize = 1_000;

/// Requests of one kind and what became of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct KindCounts {
    /// Put into a socket.
    pub sent: u64,
    /// Answered in time.
    pub answered: u64,
    /// Of those, with result 00.
    pub approved: u64,
    /// Not answered in its time.
    pub timed_out: u64,
    /// Not answered when its connection ended.
    pub cut_off: u64,
}

/// Requests and what became of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// In the order of [`Kind::ALL`].
    pub by_kind: [KindCounts; Kind::ALL.len()],
    /// Meant to be sent, and never: no link had room before the end.
    pub never_sent: u64,
    /// Messages that answered nothing that waits (answers that came too late are among them), or could not be read.
    pub strange: u64,
    /// Discounts of approved sales, in minor units.
    pub discount_minor: u64,
    /// Sales that were approved with a discount.
    pub granted: u64,
    /// Connections that ended before the load did.
    pub connections_ended: u64,
    /// Messages of tills that were left without an answer, and could not be sent again, or were not answered again.
    pub owed: u64,
}

impl Counts {
    fn sum(&self, of: fn(&KindCounts) -> u64) -> u64 {
        self.by_kind.iter().map(of).sum()
    }

    /// Put into a socket.
    pub fn sent(&self) -> u64 {
        self.sum(|kind| kind.sent)
    }

    /// Answered in time.
    pub fn answered(&self) -> u64 {
        self.sum(|kind| kind.answered)
    }

    /// Of those, with result 00.
    pub fn approved(&self) -> u64 {
        self.sum(|kind| kind.approved)
    }

    /// Answered, and not approved. A bad message is meant to be refused and does not count.
    pub fn declined(&self) -> u64 {
        let bad = self.of(Kind::Bad);
        (self.answered() - bad.answered).saturating_sub(self.approved() - bad.approved)
    }

    /// Not answered in their time.
    pub fn timed_out(&self) -> u64 {
        self.sum(|kind| kind.timed_out)
    }

    /// Not answered when their connection ended.
    pub fn cut_off(&self) -> u64 {
        self.sum(|kind| kind.cut_off)
    }

    /// Not answered, for whatever reason.
    pub fn unanswered(&self) -> u64 {
        self.timed_out() + self.cut_off()
    }

    /// Of one kind.
    pub const fn of(&self, kind: Kind) -> &KindCounts {
        let [sale, repeat, reversal, void, refund, bad] = &self.by_kind;
        match kind {
            Kind::Sale => sale,
            Kind::Repeat => repeat,
            Kind::Reversal => reversal,
            Kind::Void => void,
            Kind::Refund => refund,
            Kind::Bad => bad,
        }
    }

    pub(super) const fn of_mut(&mut self, kind: Kind) -> &mut KindCounts {
        let [sale, repeat, reversal, void, refund, bad] = &mut self.by_kind;
        match kind {
            Kind::Sale => sale,
            Kind::Repeat => repeat,
            Kind::Reversal => reversal,
            Kind::Void => void,
            Kind::Refund => refund,
            Kind::Bad => bad,
        }
    }
}

/// Answers that said the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answers {
    /// To which kind of request.
    pub kind: Kind,
    /// Field 39: two or three characters, the rest zero.
    pub code: [u8; 3],
    /// Tag 82; zeros where there is none.
    pub decision: [u8; 4],
    /// How many.
    pub count: u64,
}

/// A second of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Interval {
    /// Which, from 1.
    pub second: u64,
    /// Meant to be sent in it; in a closed loop what was sent.
    pub meant: u64,
    /// Sent in it.
    pub sent: u64,
    /// Answered in it.
    pub answered: u64,
    /// Requests found unanswered in it, answers that fit none, and connections that ended.
    pub failed: u64,
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
    /// What the answers said, the most frequent first.
    pub answers: Vec<Answers>,
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
        let (latency_us, service_us) = (histogram()?, histogram()?);
        let (counts, answers, intervals) = (Counts::default(), Vec::new(), Vec::new());
        Some(Self { counts, answers, latency_us, service_us, sending_ns: 0, intervals })
    }

    /// Answers a second while requests were sent.
    pub fn rate(&self) -> u64 {
        let of_second = u128::from(self.counts.answered()) * 1_000_000_000 / u128::from(self.sending_ns.max(1));
        u64::try_from(of_second).unwrap_or(u64::MAX)
    }

    /// Counts what an answer said.
    pub(super) fn said(&mut self, kind: Kind, code: [u8; 3], decision: [u8; 4]) {
        let same = |known: &&mut Answers| known.kind == kind && known.code == code && known.decision == decision;
        let room = self.answers.len() < ANSWERS_MAX;
        match self.answers.iter_mut().find(same) {
            Some(known) => known.count += 1,
            None if room => self.answers.push(Answers { kind, code, decision, count: 1 }),
            None => {}
        }
    }
}
