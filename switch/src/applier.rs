//! The thread that folds durable records into the index, behind the sales and never in their way.

use crate::limits::APPLIER_PAUSE;
use lijian_store::index::{AnyIndex, Applier};
use lijian_store::journal::{Journal, JournalReader};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

/// The operating system gives no thread.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no thread for the index: {0}")]
pub struct ApplierError(#[source] io::Error);

/// A running applier.
pub struct Applying {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Applying {
    /// Starts it. `applied` is kept at the last record that the index holds.
    ///
    /// # Errors
    /// No thread.
    pub fn start(
        index: AnyIndex,
        reader: JournalReader,
        journal: Arc<Journal>,
        applied: Arc<AtomicU64>,
    ) -> Result<Self, ApplierError> {
        let stop = Arc::<AtomicBool>::default();
        let stopped = Arc::clone(&stop);
        let applier = Applier::new(index, reader);
        let body = move || run(applier, &journal, &applied, &stopped);
        let thread = thread::Builder::new().name("applier".to_owned()).spawn(body).map_err(ApplierError)?;
        Ok(Self { stop, thread })
    }

    /// Ends it after the batch under way.
    pub fn stop(self) {
        self.stop.store(true, Ordering::Release);
        self.thread.thread().unpark();
        // A thread that panicked has left an index that is folded again.
        drop(self.thread.join());
    }
}

fn run(mut applier: Applier<AnyIndex, JournalReader>, journal: &Journal, applied: &AtomicU64, stop: &AtomicBool) {
    let mut failing = false;
    while !stop.load(Ordering::Acquire) {
        let durable = journal.durable();
        match applier.step(durable) {
            Ok(lsn) => {
                failing = false;
                applied.store(lsn.0, Ordering::Release);
                if lsn < durable {
                    continue;
                }
            }
            Err(error) if failing => tracing::debug!(%error, "the index still cannot be brought up to date"),
            Err(error) => {
                failing = true;
                tracing::error!(%error, "the index cannot be brought up to date; sales go on, look-ups may miss the latest");
            }
        }
        thread::park_timeout(APPLIER_PAUSE);
    }
    if let Err(error) = applier.finish() {
        tracing::warn!(%error, "the index is not whole on the disk; the next start folds the rest");
    }
}
