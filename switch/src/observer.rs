//! What the journal's thread does when something happens to the journal: tells the exchange, the alarm and the metrics.

use crate::links::JournalFeed;
use crate::ops::Health;
use crate::telemetry::Page;
use lijian_store::journal::JournalEvent;
use std::sync::Arc;

/// Runs on the journal's thread, so it must be quick.
pub(crate) fn observer(feed: Arc<JournalFeed>, health: Arc<Health>, page: Arc<Page>) -> impl Fn(JournalEvent) + Send {
    move |event| match event {
        JournalEvent::Durable(lsn) => feed.durable(lsn),
        JournalEvent::Written(timings) => page.journal_batch(timings.records, timings.bytes, timings.sync_us),
        JournalEvent::SpaceLow { free_bytes, free_bytes_min } => {
            health.space_is_low();
            feed.space_is_low();
            tracing::error!(free_bytes, free_bytes_min, "the journal's disk will be full soon: make room");
        }
        JournalEvent::NotPrepared(fault) => {
            tracing::error!(%fault, "the journal's next segment could not be made ahead; it is tried again when needed");
        }
        JournalEvent::Poisoned(fault) => {
            health.poison();
            feed.poison();
            tracing::error!(%fault, "the journal is poisoned");
        }
    }
}
