//! What the journal's thread tells the exchange's: how far the disk is, and whether it still takes anything.

use lijian_domain::ids::Lsn;
use lijian_store::journal::{JournalProgress, ProgressSeen as News};
use tokio::sync::Notify;

/// Written by the journal's observer, read by the edge.
#[derive(Debug, Default)]
pub struct JournalFeed {
    progress: JournalProgress,
    news: Notify,
}

impl JournalFeed {
    /// All records up to `lsn` are on disk.
    pub fn durable(&self, lsn: Lsn) {
        self.progress.durable(lsn);
        self.news.notify_one();
    }

    /// Nothing is written any more.
    pub fn poison(&self) {
        self.progress.poison();
        self.news.notify_one();
    }

    /// The disk will be full soon.
    pub fn space_is_low(&self) {
        self.progress.space_is_low();
        self.news.notify_one();
    }

    /// Waits until something was told since the last call, and gives all that is known.
    pub(super) async fn news(&self) -> News {
        self.news.notified().await;
        self.progress.look()
    }
}
