//! How far the journal is, told on its thread and looked at on another.

use super::sync::{AtomicBool, AtomicU64, Ordering};
use lijian_domain::ids::Lsn;

/// Written by the journal's observer alone, in the order in which it is told, and read by anybody.
#[derive(Debug, Default)]
pub struct JournalProgress {
    durable: AtomicU64,
    poisoned: AtomicBool,
    space_low: AtomicBool,
}

/// What is known of the journal at one look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProgressSeen {
    /// Up to where it is on disk; where it is poisoned, it will never be further.
    pub durable: Lsn,
    /// Whether nothing is written any more.
    pub poisoned: bool,
    /// Whether the disk will be full soon.
    pub space_low: bool,
}

impl JournalProgress {
    /// All records up to `lsn` are on disk.
    pub fn durable(&self, lsn: Lsn) {
        self.durable.store(lsn.0, Ordering::Release);
    }

    /// Nothing is written any more.
    pub fn poison(&self) {
        self.poisoned.store(true, Ordering::Release);
    }

    /// The disk will be full soon.
    pub fn space_is_low(&self) {
        self.space_low.store(true, Ordering::Release);
    }

    /// What is known now. Whoever sees the poison sees everything that became durable before it: what is on disk must never
    /// be answered as if it were not.
    pub fn look(&self) -> ProgressSeen {
        let poisoned = self.poisoned.load(Ordering::Acquire);
        ProgressSeen {
            durable: Lsn(self.durable.load(Ordering::Acquire)),
            poisoned,
            space_low: self.space_low.load(Ordering::Acquire),
        }
    }
}
