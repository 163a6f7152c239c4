//! One budget: a gauge for money and one for items. A take lays hands on both or on neither.

use super::gauge::{Attempt, Gauge, OutOfRange};
use lijian_domain::cap::{CapBalance, CapTake};
use lijian_domain::money::MinorUnits;

/// See the module.
#[derive(Debug)]
pub(super) struct Counter {
    money: Gauge,
    items: Gauge,
}

/// A step that both gauges take by the same name.
type Step = fn(&Gauge, u64) -> Result<(), OutOfRange>;

impl Counter {
    pub(super) fn new() -> Self {
        Self { money: Gauge::new(), items: Gauge::new() }
    }

    pub(super) fn try_take(&self, take: &CapTake) -> Attempt {
        let (money, items) = limits(take);
        let first = attempt(&self.money, take.amount.get(), money);
        if first != Attempt::Taken {
            return first;
        }
        let second = attempt(&self.items, u64::from(take.count), items);
        if second != Attempt::Taken {
            let rolled_back = self.money.roll_back(take.amount.get());
            assert!(rolled_back.is_ok(), "cap {}: the money just taken is gone", take.key);
        }
        second
    }

    pub(super) fn confirm(&self, take: &CapTake) -> Result<(), OutOfRange> {
        self.both(take, Gauge::confirm)
    }

    pub(super) fn roll_back(&self, take: &CapTake) -> Result<(), OutOfRange> {
        self.both(take, Gauge::roll_back)
    }

    pub(super) fn grant(&self, take: &CapTake) -> Result<(), OutOfRange> {
        self.both(take, Gauge::grant)
    }

    pub(super) fn release(&self, take: &CapTake) -> Result<(), OutOfRange> {
        self.both(take, Gauge::release)
    }

    pub(super) fn give_back(&self, take: &CapTake) -> Result<(), OutOfRange> {
        self.both(take, Gauge::give_back)
    }

    pub(super) fn replay_hold(&self, take: &CapTake) -> Result<(), OutOfRange> {
        self.money.replay_hold(take.amount.get(), u64::MAX)?;
        self.items.replay_hold(u64::from(take.count), u64::from(u32::MAX))
    }

    /// Whether the take would fit if nothing were held.
    pub(super) fn fits_beside_used(&self, take: &CapTake) -> bool {
        let (money, items) = limits(take);
        let fits = |gauge: &Gauge, amount, limit| amount == 0 || gauge.fits_beside_used(amount, limit);
        fits(&self.money, take.amount.get(), money) && fits(&self.items, u64::from(take.count), items)
    }

    pub(super) fn balance(&self) -> CapBalance {
        let (held, used) = self.money.held_and_used();
        let (held_count, used_count) = self.items.held_and_used();
        // Takes keep the number of items within 32 bits.
        let count = |items: u64| u32::try_from(items).unwrap_or(u32::MAX);
        CapBalance {
            held: MinorUnits::new(held),
            used: MinorUnits::new(used),
            held_count: count(held_count),
            used_count: count(used_count),
        }
    }

    fn both(&self, take: &CapTake, step: Step) -> Result<(), OutOfRange> {
        for (gauge, amount) in [(&self.money, take.amount.get()), (&self.items, u64::from(take.count))] {
            if amount != 0 {
                step(gauge, amount)?;
            }
        }
        Ok(())
    }
}

/// Nothing is never refused, not even by a limit that was lowered under what stands already.
fn attempt(gauge: &Gauge, amount: u64, limit: u64) -> Attempt {
    if amount == 0 { Attempt::Taken } else { gauge.try_take(amount, limit) }
}

fn limits(take: &CapTake) -> (u64, u64) {
    (take.limit.amount.map_or(u64::MAX, MinorUnits::get), u64::from(take.limit.count.unwrap_or(u32::MAX)))
}
