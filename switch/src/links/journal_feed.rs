//! What the journal's thread tells the exchange's: how far the disk is, and whether it still takes anything.

use lijian_domain::ids::Lsn;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::sync::Notify;

/// What is known of the journal.
#[derive(Clone, Copy, Debug)]
pub(super) struct News {
    /// Up to where it is on disk.
    pub(super) durable: Lsn,
    /// Whether nothing is written any more.
    pub(super) poisoned: bool,
    /// Whether the disk will be full soon.
    pub(super) space_low: bool,
}

/// Written by the journal's observer, read by the edge.
#[derive(Debug, Default)]
pub struct JournalFeed {
    durable: AtomicU64,
    poisoned: AtomicBool,
    space_low: AtomicBool,
    news: Notify,
}

impl JournalFeed {
    /// All records up to `lsn` are on disk.
    pub fn durable(&self, lsn: Lsn) {
        self.durable.store(lsn.0, Ordering::Release);
        self.news.notify_one();
    }

    /// Nothing is written any more.
    pub fn poison(&self) {
        self.poisoned.store(true, Ordering::Release);
        self.news.notify_one();
    }

    /// The disk will be full soon.
    pub fn space_is_low(&self) {
        self.space_low.store(true, Ordering::Release);
        self.news.notify_one();
    }

    /// Waits until something was told since the last call, and gives all that is known.
    pub(super) async fn news(&self) -> News {
        self.news.notified().await;
        News {
            durable: Lsn(self.durable.load(Ordering::Acquire)),
            poisoned: self.poisoned.load(Ordering::Acquire),
            space_low: self.space_low.load(Ordering::Acquire),
        }
    }
}
