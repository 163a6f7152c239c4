//! The search for the highest rate that holds: doubled until one does not, then halved in between.
//!
//! Each rate is put on in an open loop. It holds where the answers keep within the bound from the moment at which their requests
//! were meant to be sent, and everything that was meant was sent, answered, and approved but for the share that may fail. Only
//! then is a rate one that customers could come at: a switch that answers half of them at once with a refusal does not hold it.

use super::engine::LoadError;
use super::measured::{Counts, Measured};

/// Rates are tried up to this one.
const RATE_MAX: u64 = 10_000_000;
/// Rates are tried at most.
const STEPS_MAX: usize = 64;

/// What a rate must keep to hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// The 99th percentile, in microseconds, from the moment meant.
    pub p99_us: u64,
    /// Requests in 10,000 that may be declined.
    pub declined_per_10_000: u64,
}

/// Why a rate does not hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Broken {
    /// Answers took longer.
    P99,
    /// Requests were not answered, or were never sent.
    Unanswered,
    /// More than may be were declined.
    Declined,
    /// Messages came that answer nothing.
    Strange,
}

/// A rate that was tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// Requests a second that were meant.
    pub rate: u64,
    /// Answers a second.
    pub reached: u64,
    /// Median latency from the moment meant, in microseconds.
    pub p50_us: u64,
    /// The 99th percentile, in microseconds.
    pub p99_us: u64,
    /// What became of the requests.
    pub counts: Counts,
    /// Why it does not hold; none where it does.
    pub broken: Option<Broken>,
}

/// What a search came to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Limit {
    /// All rates that were tried, in their order.
    pub steps: Vec<Step>,
    /// The place in them of the highest that held, and held again when it was tried a second time.
    pub highest: Option<usize>,
}

impl Bounds {
    fn broken(&self, counts: &Counts, p99_us: u64) -> Option<Broken> {
        let declined = counts.declined();
        let may_be = u128::from(counts.sent()) * u128::from(self.declined_per_10_000) / 10_000;
        match () {
            () if counts.unanswered() + counts.never_sent > 0 => Some(Broken::Unanswered),
            () if counts.strange > 0 => Some(Broken::Strange),
            () if u128::from(declined) > may_be => Some(Broken::Declined),
            () if p99_us > self.p99_us => Some(Broken::P99),
            () => None,
        }
    }
}

impl Broken {
    /// Its name in figures.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::P99 => "p99",
            Self::Unanswered => "unanswered",
            Self::Declined => "declined",
            Self::Strange => "strange",
        }
    }
}

/// What puts a rate on: it is told which step it is, from 0, and the rate. Requests of different steps must not repeat each other.
pub type PutOn<'a> = dyn FnMut(usize, u64) -> Result<Measured, LoadError> + 'a;

/// Searches from a first rate on, and tells of each that it tried.
///
/// # Errors
/// Those of `put_on`.
pub fn find_limit(
    first_rate: u64,
    bounds: Bounds,
    put_on: &mut PutOn<'_>,
    told: &mut dyn FnMut(&Step),
) -> Result<Limit, LoadError> {
    let mut search = Search { bounds, put_on, told, limit: Limit::default() };
    let (lower, upper) = search.on_both_sides(first_rate.clamp(1, RATE_MAX))?;
    let mut lower = search.between(lower, upper)?;
    // Near its limit a rate holds by luck: what is told held twice.
    while lower > 0 && search.goes_on() && !search.holds(lower)? {
        lower -= (lower / 10).max(1);
    }
    let mut limit = search.limit;
    let held = |step: &Step| step.broken.is_none() && step.rate == lower;
    let twice = limit.steps.iter().filter(|step| held(step)).count() > 1;
    limit.highest = limit.steps.iter().rposition(held).filter(|_| twice);
    Ok(limit)
}

struct Search<'a, 'b> {
    bounds: Bounds,
    put_on: &'a mut PutOn<'b>,
    told: &'a mut dyn FnMut(&Step),
    limit: Limit,
}

impl Search<'_, '_> {
    fn goes_on(&self) -> bool {
        self.limit.steps.len() < STEPS_MAX
    }

    fn holds(&mut self, rate: u64) -> Result<bool, LoadError> {
        let measured = (self.put_on)(self.limit.steps.len(), rate)?;
        let at = |quantile| measured.latency_us.value_at_quantile(quantile);
        let (counts, p99_us) = (measured.counts, at(0.99));
        let broken = self.bounds.broken(&counts, p99_us);
        let step = Step { rate, reached: measured.rate(), p50_us: at(0.5), p99_us, counts, broken };
        (self.told)(&step);
        self.limit.steps.push(step);
        Ok(broken.is_none())
    }

    /// A rate that holds, 0 if none does, and one that does not, if there is one.
    fn on_both_sides(&mut self, first_rate: u64) -> Result<(u64, Option<u64>), LoadError> {
        let (mut rate, mut upper) = (first_rate, None);
        while !self.holds(rate)? {
            upper = Some(rate);
            if rate == 1 || !self.goes_on() {
                return Ok((0, upper));
            }
            rate /= 2;
        }
        let mut lower = rate;
        while upper.is_none() && lower < RATE_MAX && self.goes_on() {
            let twice = lower.saturating_mul(2).min(RATE_MAX);
            if self.holds(twice)? { lower = twice } else { upper = Some(twice) }
        }
        Ok((lower, upper))
    }

    /// The highest that holds, to within a twentieth.
    fn between(&mut self, mut lower: u64, upper: Option<u64>) -> Result<u64, LoadError> {
        let Some(mut upper) = upper else { return Ok(lower) };
        while lower > 0 && upper - lower > (lower / 20).max(1) && self.goes_on() {
            let middle = lower + (upper - lower) / 2;
            if self.holds(middle)? { lower = middle } else { upper = middle }
        }
        Ok(lower)
    }
}

#[cfg(test)]
mod tests {
    use super::super::kind::Kind;
    use super::super::measured::KindCounts;
    use super::*;

    /// A switch that answers so many a second within a millisecond, and lets the others wait.
    fn search(first_rate: u64, capacity: u64) -> Limit {
        let mut put_on = |_: usize, rate: u64| {
            let mut measured = Measured::new().unwrap();
            *measured.counts.of_mut(Kind::Sale) =
                KindCounts { sent: rate, answered: rate, approved: rate, ..KindCounts::default() };
            measured.latency_us.record(if rate <= capacity { 900 } else { 90_000 }).unwrap();
            Ok(measured)
        };
        let mut told = 0;
        let bounds = Bounds { p99_us: 5_000, declined_per_10_000: 0 };
        let limit = find_limit(first_rate, bounds, &mut put_on, &mut |_| told += 1).unwrap();
        assert_eq!(told, limit.steps.len());
        limit
    }

    fn highest(limit: &Limit) -> Option<u64> {
        limit.highest.map(|place| limit.steps[place].rate)
    }

    #[test]
    fn the_limit_is_found_from_below_and_from_above() {
        for (first_rate, capacity) in [(1_000, 54_321), (1_000_000, 54_321), (54_321, 54_321), (7, 8), (1, 1)] {
            let limit = search(first_rate, capacity);
            let found = highest(&limit).unwrap();
            assert!(found <= capacity && capacity - found <= (capacity / 20).max(1), "{first_rate} {capacity} {found}");
            let held = limit.steps.iter().filter(|step| step.rate == found && step.broken.is_none()).count();
            assert!(held >= 2, "it was tried again");
            assert!(limit.steps.len() < STEPS_MAX);
        }
    }

    #[test]
    fn what_holds_nothing_and_what_holds_everything_is_told() {
        let none = search(1_000, 0);
        assert_eq!((highest(&none), none.steps.last().unwrap().rate), (None, 1));
        assert_eq!(highest(&search(1_000_000, u64::MAX)), Some(RATE_MAX));
    }

    #[test]
    fn everything_that_customers_would_miss_breaks_a_rate() {
        let bounds = Bounds { p99_us: 5_000, declined_per_10_000: 10 };
        let counts = |kind: Kind, of: KindCounts| {
            let mut counts = Counts::default();
            *counts.of_mut(kind) = of;
            counts
        };
        let all = KindCounts { sent: 10_000, answered: 10_000, approved: 10_000, ..KindCounts::default() };
        let check = |kind, of, p99_us, expected| {
            assert_eq!(bounds.broken(&counts(kind, of), p99_us), expected, "{of:?}");
        };
        check(Kind::Sale, all, 5_000, None);
        check(Kind::Sale, all, 5_001, Some(Broken::P99));
        check(Kind::Sale, KindCounts { approved: 9_990, ..all }, 1, None);
        check(Kind::Refund, KindCounts { approved: 9_989, ..all }, 1, Some(Broken::Declined));
        // What cannot be read is meant to be refused.
        check(Kind::Bad, KindCounts { approved: 0, ..all }, 1, None);
        check(Kind::Sale, KindCounts { timed_out: 1, ..all }, 1, Some(Broken::Unanswered));
        check(Kind::Sale, KindCounts { cut_off: 1, ..all }, 1, Some(Broken::Unanswered));
        let all = counts(Kind::Sale, all);
        assert_eq!(bounds.broken(&Counts { never_sent: 1, ..all }, 1), Some(Broken::Unanswered));
        assert_eq!(bounds.broken(&Counts { strange: 1, ..all }, 1), Some(Broken::Strange));
    }
}
