//! What the journal's thread tells the exchange's: how far the disk is, and whether it still takes anything.

use lijian_domain::ids::Lsn;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::sync::Notify;

/// Written by the journal's observer, read by the edge.
#[derive(Debug, Default)]
pub struct JournalFeed {
    durable: AtomicU64,
    poisoned: AtomicBool,
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

    /// Waits until something was told since the last call, and gives how far the disk is and whether the journal is
    /// poisoned.
    pub(super) async fn news(&self) -> (Lsn, bool) {
        self.news.notified().await;
        (Lsn(self.durable.load(Ordering::Acquire)), self.poisoned.load(Ordering::Acquire))
    }
}
