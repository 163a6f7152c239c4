//! Puts one batch after the other into segments. No thread, no lock: what the writer's thread calls.

use super::preparer::{Prepared, Preparer};
use super::walk::Cursor;
use super::{BatchTimings, Durability, JournalEvent, JournalFault, JournalHead, JournalOptions, segments};
use crate::format::{ChainHash, SEGMENT_HEADER_BYTES, SegmentHeader, UnsealedBatch, seal_batch};
use crate::storage::StorageFile;
use lijian_domain::ids::Lsn;

/// Where the next batch goes.
#[derive(Debug)]
pub(super) struct Appender {
    options: JournalOptions,
    preparer: Preparer,
    /// The next segment, once it is made.
    prepared: Option<Prepared>,
    file: Option<Box<dyn StorageFile>>,
    name: String,
    number: u32,
    offset: u64,
    segment_bytes: u64,
    chain: ChainHash,
}

impl Appender {
    /// Goes on in `file`, a segment of `segment_bytes`, at `end`.
    pub(super) fn new(
        options: JournalOptions,
        preparer: Preparer,
        file: Option<Box<dyn StorageFile>>,
        end: Cursor,
        segment_bytes: u64,
        chain: ChainHash,
    ) -> Self {
        let Cursor { number, offset, .. } = end;
        let name = segments::name(number);
        Self { options, preparer, prepared: None, file, name, number, offset, segment_bytes, chain }
    }

    /// Writes a batch, which an empty segment has room for, and makes it durable. After an error nothing may be written any
    /// more.
    pub(super) fn write(&mut self, batch: UnsealedBatch<'_>) -> Result<(JournalHead, BatchTimings), JournalFault> {
        let started = self.now_us();
        let UnsealedBatch { bytes, first_lsn, count } = batch;
        let last_lsn = Lsn(first_lsn.0 + u64::from(count) - 1);
        if self.offset + bytes.len() as u64 > self.segment_bytes {
            self.roll(first_lsn)?;
        }
        let chain = seal_batch(bytes, self.number, first_lsn, count, self.chain);
        let file = self.file()?;
        let fault = |operation, error| JournalFault::new(operation, &self.name, self.offset, &error);
        file.write_all_at(bytes, self.offset).map_err(|error| fault("writing", error))?;
        let written = self.now_us();
        if self.options.durability == Durability::Fdatasync {
            file.sync_data().map_err(|error| fault("syncing", error))?;
        }
        let synced = self.now_us();

        self.offset += bytes.len() as u64;
        self.chain = chain;
        let (write_us, sync_us) = (written.saturating_sub(started), synced.saturating_sub(written));
        let timings = BatchTimings { records: count, bytes: bytes.len(), write_us, sync_us };
        Ok((JournalHead { lsn: last_lsn, chain }, timings))
    }

    /// What is to be told about the next segment, if it was made (or not) since the last call.
    pub(super) fn news(&mut self) -> Option<JournalEvent> {
        if self.prepared.is_some() {
            return None;
        }
        let prepared = self.preparer.poll()?;
        let event = match &prepared {
            Prepared { file: Err(fault), .. } => Some(JournalEvent::NotPrepared(fault.clone())),
            Prepared { free_bytes: Some(free_bytes), .. } if *free_bytes < self.options.free_bytes_min => {
                Some(JournalEvent::SpaceLow { free_bytes: *free_bytes, free_bytes_min: self.options.free_bytes_min })
            }
            Prepared { .. } => None,
        };
        self.prepared = Some(prepared);
        event
    }

    /// Goes over to the next segment. Its head is durable before any batch in it can be: a batch behind a torn head would
    /// look like damage.
    fn roll(&mut self, first_lsn: Lsn) -> Result<(), JournalFault> {
        let number = self.number + 1;
        let prepared = self.prepared.take().unwrap_or_else(|| self.preparer.wait(number));
        let file = match prepared.file {
            Ok(file) => file,
            // There can be room again.
            Err(_) => self.preparer.make_now(number).file?,
        };
        let name = segments::name(number);
        let segment_bytes = self.options.segment_bytes;
        let header = SegmentHeader { number, first_lsn, segment_bytes, chain: self.chain };
        let fault = |operation, error| JournalFault::new(operation, &name, 0, &error);
        file.write_all_at(&header.encode(), 0).map_err(|error| fault("writing", error))?;
        file.sync_data().map_err(|error| fault("syncing", error))?;

        self.preparer.ask(number + 1);
        (self.file, self.name, self.number) = (Some(file), name, number);
        (self.offset, self.segment_bytes) = (SEGMENT_HEADER_BYTES as u64, segment_bytes);
        Ok(())
    }

    fn file(&self) -> Result<&dyn StorageFile, JournalFault> {
        self.file
            .as_deref()
            .ok_or_else(|| JournalFault::new("opening", &self.name, 0, &std::io::ErrorKind::NotFound.into()))
    }

    fn now_us(&self) -> u64 {
        self.options.monotonic_us.map_or(0, |clock| clock())
    }
}
