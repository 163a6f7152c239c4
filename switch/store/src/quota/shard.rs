//! Rows of personal caps under one lock.

use foldhash::quality::RandomState;
use lijian_domain::cap::{CapLimit, CapTake};
use lijian_domain::money::MinorUnits;
use std::collections::HashMap;

/// Which row: a digest of 16 bytes, and the number of what is counted.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct RowKey {
    pub(super) digest: [u8; 16],
    pub(super) class: u32,
}

/// Peers choose serial numbers: their rows are named by a digest, and hashed under a seed that each process draws anew.
#[derive(Default)]
pub(super) struct Shard {
    used: HashMap<RowKey, Packed, RandomState>,
    open: HashMap<RowKey, Open, RandomState>,
}

/// Money and items.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Amounts {
    pub(super) money: u64,
    pub(super) items: u32,
}

/// What stands on a row without being used.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Open {
    /// Taken by a hold that may still fail at another cap.
    pub(super) tentative: Amounts,
    pub(super) held: Amounts,
}

/// Amounts at rest, without padding.
#[derive(Clone, Copy)]
struct Packed {
    money: [u8; 8],
    items: u32,
}

const _: () = assert!(size_of::<(RowKey, Packed)>() == 32, "ten million persons are to fit");

impl Shard {
    /// What is used and what is open; a row that does not exist is nothing.
    pub(super) fn get(&self, row: &RowKey) -> (Amounts, Open) {
        let used = self.used.get(row).map_or_else(Amounts::default, |packed| packed.amounts());
        (used, self.open.get(row).copied().unwrap_or_default())
    }

    /// What is used, row by row, in no order.
    pub(super) fn used(&self) -> impl Iterator<Item = (&RowKey, Amounts)> {
        self.used.iter().map(|(key, packed)| (key, packed.amounts()))
    }

    /// Rows of which anything is used.
    pub(super) fn used_count(&self) -> usize {
        self.used.len()
    }

    /// Rows on which anything stands.
    pub(super) fn count(&self) -> usize {
        self.used.len() + self.open.keys().filter(|row| !self.used.contains_key(row)).count()
    }

    pub(super) fn put_used(&mut self, row: RowKey, used: Amounts) {
        if used == Amounts::default() {
            self.used.remove(&row);
        } else {
            self.used.insert(row, Packed { money: used.money.to_le_bytes(), items: used.items });
        }
    }

    pub(super) fn put_open(&mut self, row: RowKey, open: Open) {
        if open == Open::default() {
            self.open.remove(&row);
        } else {
            self.open.insert(row, open);
        }
    }
}

impl Packed {
    fn amounts(&self) -> Amounts {
        Amounts { money: u64::from_le_bytes(self.money), items: self.items }
    }
}

impl Amounts {
    pub(super) fn of(take: &CapTake) -> Self {
        Self { money: take.amount.get(), items: take.count }
    }

    pub(super) fn plus(self, other: Self) -> Option<Self> {
        Some(Self { money: self.money.checked_add(other.money)?, items: self.items.checked_add(other.items)? })
    }

    pub(super) fn minus(self, other: Self) -> Option<Self> {
        Some(Self { money: self.money.checked_sub(other.money)?, items: self.items.checked_sub(other.items)? })
    }

    /// Whether `more` on top of this stays within the limit.
    pub(super) fn leaves(self, more: Self, limit: CapLimit) -> bool {
        self.plus(more).is_some_and(|sum| sum.within(more, limit))
    }

    /// Whether this total is within the limit, where `more` is what a take brought. A take that brings no money (or no
    /// items) is not refused for money (or items), not even by a limit that was lowered under what stands already.
    pub(super) fn within(self, more: Self, limit: CapLimit) -> bool {
        let money = limit.amount.map_or(u64::MAX, MinorUnits::get);
        (more.money == 0 || self.money <= money)
            && (more.items == 0 || limit.count.is_none_or(|items| self.items <= items))
    }
}
