//! The thread that keeps snapshots, so that a start need not read the whole journal; behind the sales and never in their way.
//!
//! It folds durable records on from the newest snapshot, in memory of its own, and writes the next. A part of the journal that
//! the start skipped is read once, since damage in there would else be found by whoever needs those records.

use crate::clock;
use crate::limits::{SNAPSHOT_LOOK, SNAPSHOT_NICE, SNAPSHOT_SHARE};
use crate::ops::Health;
use lijian_config::switch::StoreConfig;
use lijian_domain::ids::Lsn;
use lijian_exchange::{Chronicle, ChronicleError};
use lijian_store::journal::{Journal, JournalError, JournalReader};
use lijian_store::quota::Quota;
use lijian_store::snapshot::Snapshots;
use lijian_store::storage::{FileStorage, Storage};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// For how long requests are remembered, and by what they are hashed.
#[derive(Clone, Copy)]
pub(crate) struct Remembering {
    pub(crate) answers_days: u16,
    pub(crate) hash_seed: u64,
}

/// The snapshots of a data directory. What the journal needs is left to it: the space below which nothing is granted, and two
/// segments.
pub(crate) fn of(store: &StoreConfig) -> io::Result<Snapshots> {
    let reserve_bytes = store.segment_bytes.saturating_mul(2).saturating_add(store.space_bytes_min);
    Ok(Snapshots::new(Arc::new(FileStorage::open(&store.path.join("snapshots"))?), reserve_bytes))
}

/// What the newest good snapshot tells; nothing where there is none.
pub(crate) fn begin<'a>(
    snapshots: &Snapshots,
    again: &mut JournalReader,
    quota: &'a Quota,
    remembering: Remembering,
) -> Result<Chronicle<'a>, ChronicleError> {
    let Remembering { answers_days, hash_seed } = remembering;
    let (found, passed_over) = snapshots.newest(again, answers_days)?;
    for reason in passed_over {
        tracing::warn!(%reason, "a snapshot is passed over");
    }
    match found {
        Some(found) => Chronicle::load(snapshots, &found, again, quota, answers_days, hash_seed),
        None => Ok(Chronicle::new(quota, answers_days, hash_seed)),
    }
}

/// What the thread works with.
pub(crate) struct Keeper {
    pub(crate) snapshots: Snapshots,
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) health: Arc<Health>,
    pub(crate) remembering: Remembering,
    /// One is made each so many records.
    pub(crate) records: u64,
    /// The record of the snapshot that this start went on from.
    pub(crate) started_from: Lsn,
    pub(crate) stop: Arc<AtomicBool>,
}

impl Keeper {
    /// Starts the thread. It ends some time after `stop` is set: what it has not finished, nobody misses. Nor does anybody miss
    /// the thread, but for the time of the next start.
    pub(crate) fn start(self) {
        let started = thread::Builder::new().name("snapshots".to_owned()).spawn(move || self.run());
        if let Err(error) = started {
            tracing::error!(%error, "the operating system gives no thread for snapshots; the next start takes longer");
        }
    }

    fn run(self) {
        // Sales come first where both want the processor; where that cannot be said, they share it.
        rustix::process::setpriority_process(Some(rustix::thread::gettid()), SNAPSHOT_NICE).unwrap_or_default();
        let mut last = self.started_from;
        let (mut proven, mut pause) = (false, Duration::ZERO);
        while !self.stopped() {
            // A thread of its own that looks now and then: nothing tells it of each record, and nobody waits for it.
            thread::sleep(pause);
            pause = SNAPSHOT_LOOK;
            let durable = self.journal.durable();
            if durable.0.saturating_sub(last.0) < self.records {
                // A snapshot that is due comes before that: else a switch that is started often never gets to one.
                if !std::mem::replace(&mut proven, true) {
                    self.prove_skipped();
                }
                continue;
            }
            let began_us = clock::monotonic_us();
            match self.make(durable) {
                Ok(Some(bytes)) => tracing::info!(lsn = durable.0, bytes, "snapshot made"),
                Ok(None) => return,
                Err(error) => {
                    tracing::error!(%error, "no snapshot could be made; sales go on, the next start takes longer")
                }
            }
            last = durable;
            let took = Duration::from_micros(clock::monotonic_us().saturating_sub(began_us));
            pause = SNAPSHOT_LOOK.max(took * SNAPSHOT_SHARE);
        }
    }

    /// The snapshot of record `upto`. None if the switch is to stop before it is done.
    fn make(&self, upto: Lsn) -> Result<Option<u64>, ChronicleError> {
        let mut reader = self.reader()?;
        let mut again = self.reader()?;
        let quota = Quota::new();
        let mut chronicle = begin(&self.snapshots, &mut again, &quota, self.remembering)?;
        let from = chronicle.last().next();
        for entry in reader.entries(from) {
            let entry = entry?;
            if self.stopped() {
                return Ok(None);
            }
            chronicle.apply(&entry, &mut again)?;
            if chronicle.last() >= upto {
                break;
            }
        }
        let bytes = chronicle.write(&self.snapshots, &mut again)?;
        self.snapshots.prune(chronicle.last())?;
        Ok(Some(bytes))
    }

    fn prove_skipped(&self) {
        let proven = self.reader().and_then(|mut reader| {
            let skipped = reader.entries(Lsn(1)).take_while(|entry| match entry {
                Ok(entry) => entry.lsn <= self.started_from && !self.stopped(),
                Err(_) => true,
            });
            skipped.filter_map(Result::err).next().map_or(Ok(()), Err)
        });
        match proven {
            Ok(()) => {}
            Err(error @ JournalError::Io { .. }) => {
                tracing::error!(%error, "the journal before the snapshot of this start could not be read through");
            }
            Err(error) => {
                self.health.damage();
                tracing::error!(%error, "the journal is damaged before the snapshot that this start went on from: caps are as \
                    they were; keep the directory as it is and restore the damaged segment from a copy");
            }
        }
    }

    fn reader(&self) -> Result<JournalReader, JournalError> {
        JournalReader::open(Arc::clone(&self.storage))
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }
}
