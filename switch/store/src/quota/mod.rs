//! Caps as counters that many threads share: a sale takes all of its caps or none.
//!
//! A counter knows no limit: limits come with each take, from the rules of that moment. Budgets (terminal, merchant,
//! district, category, day, tranche, campaign) are atomics; what belongs to a person (allowance, serial number,
//! qualification) stands in compact rows.
//!
//! # How a hold works
//! It goes through its caps in the order of [`CapKey`], taking each *tentatively*. When all are taken, each becomes held;
//! when one is refused, those before it are rolled back. A refusal counts only what is held and used, so it is final. Who
//! would fit but for others' tentative amounts waits at that cap until they are held or rolled back: otherwise two sales
//! could refuse each other, and the last unit would stay unsold.
//!
//! Waiting ends, since whoever waits at a cap waits for a hold that stands further on in the order all share: of the holds
//! under way, the furthest waits for nobody. Waiting takes a few steps of another thread and never its input or output.
//!
//! # Invariants
//! - held + used <= limit of whoever takes, at every moment, over all threads.
//! - Every amount leaves by the way it came: a hold is granted or released, what is granted may be given back, each at most
//!   once. Anything else is a broken invariant of money and panics, in release builds too: no answer would be right.
//! - A hold allocates nothing once its caps have been seen before.
//!
//! Calls domain types only.

mod counter;
mod gauge;
#[cfg(all(test, loom))]
mod loom_tests;
mod order;
mod personal;
mod rows;
mod shard;
mod sync;
mod table;

pub use rows::{Counted, PERSONAL_ROW_BYTES, PersonalClass, PersonalRow, RestoreRows};

use counter::Counter;
use gauge::{Attempt, OutOfRange};
use lijian_domain::cap::{CapBalance, CapKey, CapTake};
use order::Ordered;
use personal::Personal;
use shard::RowKey;
use smallvec::SmallVec;
use std::fmt;
use table::Table;

/// All caps. Shared by reference among threads.
pub struct Quota {
    budgets: Table<CapKey, Counter>,
    personal: Personal,
}

/// A hold was refused: this cap gives too little. Nothing was taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("cap {key} is used up (would give if nothing were held: {held})")]
pub struct Bound {
    /// The first cap, in the order of taking, that refused.
    pub key: CapKey,
    /// Whether other sales whose outcome is open hold so much of it that the refusal may pass when they end.
    pub held: bool,
}

/// History takes back what it never gave, or gives more than can be counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "cap {key}: cannot {step} {amount_minor} minor units and {count} items where {} and {} are held, {} and {} used",
    .stands.held.get(), .stands.held_count, .stands.used.get(), .stands.used_count
)]
pub struct Inconsistent {
    /// Which cap.
    pub key: CapKey,
    /// The step that cannot be taken.
    pub step: &'static str,
    /// Money of the step, in minor units.
    pub amount_minor: u64,
    /// Items of the step.
    pub count: u32,
    /// What stands on the cap.
    pub stands: CapBalance,
}

/// Where one cap stands.
enum Place<'a> {
    Budget(&'a Counter),
    Row(&'a Personal, RowKey),
}

/// What a hold has taken so far, and where, so that each cap is looked up once. Few sales have more caps; those allocate.
type Taken<'a> = SmallVec<[(Place<'a>, &'a CapTake); 12]>;

type Step<'a> = fn(&Place<'a>, &CapTake) -> Result<(), OutOfRange>;

impl Quota {
    /// No caps taken.
    pub fn new() -> Self {
        Self { budgets: Table::new(), personal: Personal::new() }
    }

    /// Takes all of `takes` or none. They are taken in the order of [`CapKey`], which is the order they are to be given in;
    /// other orders, and keys that repeat, are brought into it first. A take of nothing is never refused.
    pub fn hold(&self, takes: &[CapTake]) -> Result<(), Bound> {
        let takes = Ordered::of(takes);
        let mut taken = Taken::new();
        for take in takes.iter() {
            let place = self.place(&take.key);
            if let Err(bound) = place.take(take) {
                self.again(&taken, "roll back", Place::roll_back);
                return Err(bound);
            }
            taken.push((place, take));
        }
        self.again(&taken, "hold", Place::confirm);
        Ok(())
    }

    /// What was held is used.
    ///
    /// # Panics
    /// If it was not held.
    pub fn grant(&self, takes: &[CapTake]) {
        self.each(takes, "grant", Place::grant).unwrap_or_else(broken);
    }

    /// What was held is given back.
    ///
    /// # Panics
    /// If it was not held.
    pub fn release(&self, takes: &[CapTake]) {
        self.each(takes, "release", Place::release).unwrap_or_else(broken);
    }

    /// What was used is given back.
    ///
    /// # Panics
    /// If it was not used.
    pub fn give_back(&self, takes: &[CapTake]) {
        self.each(takes, "give back", Place::give_back).unwrap_or_else(broken);
    }

    /// What stands on a cap.
    pub fn balance(&self, key: &CapKey) -> CapBalance {
        match self.personal.row(key) {
            Some(row) => self.personal.balance(row),
            None => self.budgets.get(key).map_or_else(CapBalance::default, Counter::balance),
        }
    }

    /// All caps on which anything stands and that are not a person's own, sorted.
    pub fn budgets(&self) -> Vec<(CapKey, CapBalance)> {
        let mut budgets = Vec::new();
        self.budgets.for_each(|key, counter| budgets.push((*key, counter.balance())));
        budgets.retain(|(_, balance)| *balance != CapBalance::default());
        budgets.sort_unstable_by_key(|(key, _)| *key);
        budgets
    }

    /// How many caps of persons, serial numbers and qualifications anything stands on.
    pub fn personal_count(&self) -> usize {
        self.personal.count()
    }

    /// Holds what history says was held, whatever the limits are today. For recovery, before anything is held live.
    pub fn replay_hold(&self, takes: &[CapTake]) -> Result<(), Box<Inconsistent>> {
        self.each(takes, "hold", Place::replay_hold)
    }

    /// As [`Self::grant`], of history: an error instead of a panic.
    pub fn replay_grant(&self, takes: &[CapTake]) -> Result<(), Box<Inconsistent>> {
        self.each(takes, "grant", Place::grant)
    }

    /// As [`Self::release`], of history: an error instead of a panic.
    pub fn replay_release(&self, takes: &[CapTake]) -> Result<(), Box<Inconsistent>> {
        self.each(takes, "release", Place::release)
    }

    /// As [`Self::give_back`], of history: an error instead of a panic.
    pub fn replay_give_back(&self, takes: &[CapTake]) -> Result<(), Box<Inconsistent>> {
        self.each(takes, "give back", Place::give_back)
    }

    fn each<'a>(&'a self, takes: &[CapTake], name: &'static str, step: Step<'a>) -> Result<(), Box<Inconsistent>> {
        takes
            .iter()
            .try_for_each(|take| step(&self.place(&take.key), take).map_err(|OutOfRange| self.inconsistent(take, name)))
    }

    /// The next step of what a hold has just taken.
    fn again<'a>(&self, taken: &Taken<'a>, name: &'static str, step: Step<'a>) {
        for (place, take) in taken {
            step(place, take).unwrap_or_else(|OutOfRange| broken(self.inconsistent(take, name)));
        }
    }

    fn inconsistent(&self, take: &CapTake, step: &'static str) -> Box<Inconsistent> {
        let stands = self.balance(&take.key);
        Box::new(Inconsistent { key: take.key, step, amount_minor: take.amount.get(), count: take.count, stands })
    }

    fn place(&self, key: &CapKey) -> Place<'_> {
        match self.personal.row(key) {
            Some(row) => Place::Row(&self.personal, row),
            None => Place::Budget(self.budgets.get_or_insert_with(*key, Counter::new)),
        }
    }
}

impl Default for Quota {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Quota {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.budgets()).finish()
    }
}

impl Place<'_> {
    /// Takes one cap tentatively, waiting while only tentative amounts are in the way.
    fn take(&self, take: &CapTake) -> Result<(), Bound> {
        loop {
            match self.try_take(take) {
                Attempt::Taken => return Ok(()),
                Attempt::Bound => return Err(Bound { key: take.key, held: self.fits_beside_used(take) }),
                Attempt::Wait => sync::yield_now(),
            }
        }
    }
}

macro_rules! on_place {
    ($($name:ident -> $result:ty;)*) => {
        impl Place<'_> {$(
            fn $name(&self, take: &CapTake) -> $result {
                match self {
                    Self::Budget(counter) => counter.$name(take),
                    Self::Row(personal, row) => personal.$name(*row, take),
                }
            }
        )*}
    };
}

on_place! {
    try_take -> Attempt;
    confirm -> Result<(), OutOfRange>;
    roll_back -> Result<(), OutOfRange>;
    grant -> Result<(), OutOfRange>;
    release -> Result<(), OutOfRange>;
    give_back -> Result<(), OutOfRange>;
    replay_hold -> Result<(), OutOfRange>;
    fits_beside_used -> bool;
}

#[expect(clippy::panic, reason = "money is not where it must be: no answer would be right")]
fn broken(inconsistent: Box<Inconsistent>) {
    panic!("broken invariant of money: {inconsistent}");
}
