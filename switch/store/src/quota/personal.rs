//! What belongs to one person: allowances, serial numbers, qualifications. Tens of millions of rows, most of them at rest
//! (something used, nothing held), so a row at rest is 32 bytes: a digest, a small number for what it counts, and what was
//! used. Held and tentative amounts stand in a second map that is as small as the number of sales in flight. Rows that come
//! to nothing are dropped.
//!
//! Rows are spread over shards with a lock each; a lock is held for one look-up and one step, never while waiting.

use super::gauge::{Attempt, OutOfRange};
use super::rows::{Counted, PersonalClass};
use super::shard::{Amounts, Open, RowKey, Shard};
use super::table::Table;
use lijian_domain::cap::{CapBalance, CapKey, CapTake};
use lijian_domain::ids::CampaignId;
use lijian_domain::money::MinorUnits;
use sha2::{Digest, Sha256};
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

const SHARDS: usize = 256;
/// What a serial number counts: one number over all campaigns.
const SERIAL_NUMBERS: u32 = 0;

/// See the module.
pub(super) struct Personal {
    shards: Box<[Mutex<Shard>]>,
    /// Numbers from 1.
    classes: Table<PersonalClass, u32>,
    last_class: AtomicU32,
}

impl Personal {
    pub(super) fn new() -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { shards, classes: Table::new(), last_class: AtomicU32::new(SERIAL_NUMBERS) }
    }

    /// The row of a personal cap. What a peer chooses (serial number, qualification code) is digested with SHA-256, cut to
    /// the length of a person's key, which is a digest already.
    pub(super) fn row(&self, key: &CapKey) -> Option<RowKey> {
        let of = |campaign: &CampaignId, counted| self.class(PersonalClass { campaign: *campaign, counted });
        let (digest, class) = match key {
            CapKey::SerialNumber(serial) => (digest(serial.0.as_bytes()), SERIAL_NUMBERS),
            CapKey::Qualification(campaign, code) => (digest(code.0.as_bytes()), of(campaign, Counted::Qualifications)),
            CapKey::PersonCategory(campaign, person, category) => {
                (person.0, of(campaign, Counted::Category(*category)))
            }
            CapKey::PersonWeek(campaign, person, monday) => (person.0, of(campaign, Counted::Week(*monday))),
            CapKey::PersonYear(campaign, person, year) => (person.0, of(campaign, Counted::Year(*year))),
            CapKey::PersonCampaign(campaign, person) => (person.0, of(campaign, Counted::Campaign)),
            _ => return None,
        };
        Some(RowKey { digest, class })
    }

    pub(super) fn try_take(&self, row: RowKey, take: &CapTake) -> Attempt {
        let amounts = Amounts::of(take);
        let mut shard = self.shard(&row);
        let (used, mut open) = shard.get(&row);
        let settled = used.plus(open.held);
        if !settled.is_some_and(|settled| settled.leaves(amounts, take.limit)) {
            return Attempt::Bound;
        }
        let taken = settled.and_then(|settled| settled.plus(open.tentative));
        let tentative = open.tentative.plus(amounts);
        let (Some(tentative), true) = (tentative, taken.is_some_and(|taken| taken.leaves(amounts, take.limit))) else {
            return Attempt::Wait;
        };
        open.tentative = tentative;
        shard.put_open(row, open);
        let (used, open) = shard.get(&row);
        let all = used.plus(open.held).and_then(|settled| settled.plus(open.tentative));
        assert!(
            all.is_some_and(|all| all.within(amounts, take.limit)),
            "cap {}: over its limit after a take",
            take.key
        );
        Attempt::Taken
    }

    pub(super) fn confirm(&self, row: RowKey, take: &CapTake) -> Result<(), OutOfRange> {
        self.step(row, take, |_, open, amounts| {
            open.tentative = open.tentative.minus(amounts)?;
            open.held = open.held.plus(amounts)?;
            Some(())
        })
    }

    pub(super) fn roll_back(&self, row: RowKey, take: &CapTake) -> Result<(), OutOfRange> {
        self.step(row, take, |_, open, amounts| {
            open.tentative = open.tentative.minus(amounts)?;
            Some(())
        })
    }

    pub(super) fn grant(&self, row: RowKey, take: &CapTake) -> Result<(), OutOfRange> {
        self.step(row, take, |used, open, amounts| {
            open.held = open.held.minus(amounts)?;
            *used = used.plus(amounts)?;
            Some(())
        })
    }

    pub(super) fn release(&self, row: RowKey, take: &CapTake) -> Result<(), OutOfRange> {
        self.step(row, take, |_, open, amounts| {
            open.held = open.held.minus(amounts)?;
            Some(())
        })
    }

    pub(super) fn give_back(&self, row: RowKey, take: &CapTake) -> Result<(), OutOfRange> {
        self.step(row, take, |used, _, amounts| {
            *used = used.minus(amounts)?;
            Some(())
        })
    }

    pub(super) fn replay_hold(&self, row: RowKey, take: &CapTake) -> Result<(), OutOfRange> {
        self.step(row, take, |used, open, amounts| {
            open.held = open.held.plus(amounts)?;
            used.plus(open.held).map(|_| ())
        })
    }

    /// Whether the take would fit if nothing were held.
    pub(super) fn fits_beside_used(&self, row: RowKey, take: &CapTake) -> bool {
        let (used, _) = self.shard(&row).get(&row);
        used.leaves(Amounts::of(take), take.limit)
    }

    pub(super) fn balance(&self, row: RowKey) -> CapBalance {
        let (used, open) = self.shard(&row).get(&row);
        CapBalance {
            held: MinorUnits::new(open.held.money),
            used: MinorUnits::new(used.money),
            held_count: open.held.items,
            used_count: used.items,
        }
    }

    /// Rows on which anything stands.
    pub(super) fn count(&self) -> usize {
        let shards = self.shards.iter().map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner).count());
        shards.sum()
    }

    /// Takes one step on a row; a step that cannot be taken leaves the row as it was.
    fn step(
        &self,
        row: RowKey,
        take: &CapTake,
        step: impl FnOnce(&mut Amounts, &mut Open, Amounts) -> Option<()>,
    ) -> Result<(), OutOfRange> {
        let mut shard = self.shard(&row);
        let before = shard.get(&row);
        let (mut used, mut open) = before;
        step(&mut used, &mut open, Amounts::of(take)).ok_or(OutOfRange)?;
        if used != before.0 {
            shard.put_used(row, used);
        }
        if open != before.1 {
            shard.put_open(row, open);
        }
        Ok(())
    }

    /// All classes with their numbers here, sorted by what they mean.
    pub(super) fn classes(&self) -> Vec<(PersonalClass, u32)> {
        let mut used = vec![false; usize::try_from(self.last_class.load(Ordering::Relaxed)).unwrap_or_default() + 1];
        let mut mark = |key: &RowKey| {
            if let Some(used) = usize::try_from(key.class).ok().and_then(|class| used.get_mut(class)) {
                *used = true;
            }
        };
        for shard in &self.shards {
            shard.lock().unwrap_or_else(PoisonError::into_inner).used().for_each(|(key, _)| mark(key));
        }
        let mut classes = Vec::new();
        self.classes.for_each(|class, number| {
            if usize::try_from(*number).is_ok_and(|number| used.get(number) == Some(&true)) {
                classes.push((*class, *number));
            }
        });
        classes.sort_unstable();
        classes
    }

    /// Rows of which anything is used.
    pub(super) fn used_count(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner).used_count()).sum()
    }

    /// Shows the used rows of each shard, in the order of the shards.
    pub(super) fn each_shard(
        &self,
        mut visit: impl FnMut(&mut dyn Iterator<Item = (&RowKey, Amounts)>) -> io::Result<()>,
    ) -> io::Result<()> {
        self.shards.iter().try_for_each(|shard| visit(&mut shard.lock().unwrap_or_else(PoisonError::into_inner).used()))
    }

    /// Puts back what was used of a row.
    pub(super) fn restore(&self, row: RowKey, used: Amounts) {
        self.shard(&row).put_used(row, used);
    }

    pub(super) fn class(&self, class: PersonalClass) -> u32 {
        let next = || self.last_class.fetch_add(1, Ordering::Relaxed) + 1;
        *self.classes.get_or_insert_with(class, next)
    }

    /// A shard whose lock is poisoned was left in order: a step changes a row at its very end or not at all.
    fn shard(&self, row: &RowKey) -> MutexGuard<'_, Shard> {
        let shard = &self.shards[usize::from(row.digest[0]) % SHARDS];
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn digest(text: &[u8]) -> [u8; 16] {
    let whole: [u8; 32] = Sha256::digest(text).into();
    std::array::from_fn(|at| whole[at])
}
