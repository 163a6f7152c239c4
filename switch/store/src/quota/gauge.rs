//! One dimension (money or items) of one budget, as atomics. This is the whole algorithm that many threads depend on.
//!
//! `taken` is everything that anybody has laid hands on: tentative + held + used. It alone decides whether an amount fits,
//! by compare-and-swap, so that no limit is ever passed. `settled` is held + used: it alone decides whether a refusal is
//! final, since what is only tentative may be rolled back a moment later. Amounts enter `taken` first and leave it last, so
//! `settled <= taken` at every moment; where the two differ somebody is in the middle of a step, and who does not fit for
//! that reason alone waits.

use super::sync::{AtomicU64, Ordering};

/// What came of trying to take an amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Attempt {
    /// It stands as tentative until it is confirmed or rolled back.
    Taken,
    /// Only what others hold tentatively is in the way: try again.
    Wait,
    /// What is held and used leaves too little.
    Bound,
}

/// A step that the counter cannot take: less stands on it than the step takes away, or more would than was ever allowed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct OutOfRange;

/// See the module.
#[derive(Debug)]
pub(super) struct Gauge {
    taken: AtomicU64,
    settled: AtomicU64,
    held: AtomicU64,
    used: AtomicU64,
    /// The most that any take was ever allowed to bring `settled` to.
    ceiling: AtomicU64,
}

impl Gauge {
    pub(super) fn new() -> Self {
        let zero = || AtomicU64::new(0);
        Self { taken: zero(), settled: zero(), held: zero(), used: zero(), ceiling: zero() }
    }

    /// Takes `amount` tentatively, if everything taken stays within `limit`.
    pub(super) fn try_take(&self, amount: u64, limit: u64) -> Attempt {
        let mut taken = self.taken.load(Ordering::Acquire);
        while let Some(sum) = taken.checked_add(amount).filter(|sum| *sum <= limit) {
            match self.taken.compare_exchange(taken, sum, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => {
                    self.raise_ceiling(limit);
                    return Attempt::Taken;
                }
                Err(now) => taken = now,
            }
        }
        let settled = self.settled.load(Ordering::Acquire);
        if fits(settled, amount, limit) { Attempt::Wait } else { Attempt::Bound }
    }

    /// Makes a tentative amount a held one. Fails if more than was ever allowed would be held and used.
    pub(super) fn confirm(&self, amount: u64) -> Result<(), OutOfRange> {
        let settled = self.settled.fetch_add(amount, Ordering::AcqRel);
        if !fits(settled, amount, self.ceiling.load(Ordering::Acquire)) {
            return Err(OutOfRange);
        }
        self.held.fetch_add(amount, Ordering::AcqRel);
        Ok(())
    }

    /// Undoes [`Self::try_take`].
    pub(super) fn roll_back(&self, amount: u64) -> Result<(), OutOfRange> {
        subtract(&self.taken, amount)
    }

    /// Held becomes used.
    pub(super) fn grant(&self, amount: u64) -> Result<(), OutOfRange> {
        subtract(&self.held, amount)?;
        self.used.fetch_add(amount, Ordering::AcqRel);
        Ok(())
    }

    /// Held is given back.
    pub(super) fn release(&self, amount: u64) -> Result<(), OutOfRange> {
        subtract(&self.held, amount)?;
        self.free(amount)
    }

    /// Used is given back.
    pub(super) fn give_back(&self, amount: u64) -> Result<(), OutOfRange> {
        subtract(&self.used, amount)?;
        self.free(amount)
    }

    /// Holds what history says was held, whatever the limit is today.
    pub(super) fn replay_hold(&self, amount: u64, at_most: u64) -> Result<(), OutOfRange> {
        let settled = self.settled.load(Ordering::Acquire);
        let Some(sum) = settled.checked_add(amount).filter(|sum| *sum <= at_most) else {
            return Err(OutOfRange);
        };
        self.raise_ceiling(sum);
        self.taken.fetch_add(amount, Ordering::AcqRel);
        self.confirm(amount)
    }

    /// Whether `limit` would allow `amount` if nothing were held.
    pub(super) fn fits_beside_used(&self, amount: u64, limit: u64) -> bool {
        fits(self.used.load(Ordering::Acquire), amount, limit)
    }

    /// Held and used. While other threads take steps the two are each right, but not necessarily of one moment.
    pub(super) fn held_and_used(&self) -> (u64, u64) {
        (self.held.load(Ordering::Acquire), self.used.load(Ordering::Acquire))
    }

    fn free(&self, amount: u64) -> Result<(), OutOfRange> {
        subtract(&self.settled, amount)?;
        subtract(&self.taken, amount)
    }

    fn raise_ceiling(&self, limit: u64) {
        if self.ceiling.load(Ordering::Acquire) < limit {
            self.ceiling.fetch_max(limit, Ordering::AcqRel);
        }
    }
}

fn fits(stands: u64, amount: u64, limit: u64) -> bool {
    stands.checked_add(amount).is_some_and(|sum| sum <= limit)
}

fn subtract(counter: &AtomicU64, amount: u64) -> Result<(), OutOfRange> {
    let difference = |stood: u64| stood.checked_sub(amount);
    counter.fetch_update(Ordering::AcqRel, Ordering::Acquire, difference).map(|_| ()).map_err(|_| OutOfRange)
}
