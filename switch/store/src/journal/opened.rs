//! A journal that was proven at the start, its torn tail cut, and that is not yet written to.

use super::appender::Appender;
use super::preparer::Preparer;
use super::reader::JournalReader;
use super::segments::{self, io_error};
use super::tail::Remains;
use super::walk::{Cursor, Step, Walker};
use super::writer::{Journal, Lock};
use super::{JournalError, JournalEvent, JournalHead, JournalOptions, SEGMENT_BYTES_MIN};
use crate::format::{ChainHash, SEGMENT_HEADER_BYTES};
use crate::storage::{Storage, StorageFile};
use lijian_domain::ids::Lsn;
use lijian_domain::record::Entry;
use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;

/// A journal between its start and its first record: to be replayed, then started.
#[derive(Debug)]
pub struct OpenJournal {
    storage: Arc<dyn Storage>,
    options: JournalOptions,
    lock: Lock,
    reader: JournalReader,
    end: Cursor,
    /// The segment to go on in, for writing.
    file: Option<Box<dyn StorageFile>>,
    /// The next segment, if it was made before the stop.
    spare: Option<Box<dyn StorageFile>>,
    report: OpenReport,
}

/// What the start found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct OpenReport {
    /// Records in the journal.
    pub records: u64,
    /// Batches that were read and proven.
    pub batches: u64,
    /// Bytes of a torn tail that were cut: a batch that was never acknowledged.
    pub cut_bytes: u64,
}

impl OpenJournal {
    /// See [`Journal::open`].
    pub(super) fn open(storage: Arc<dyn Storage>, options: JournalOptions) -> Result<Self, JournalError> {
        if options.segment_bytes < SEGMENT_BYTES_MIN {
            let got = options.segment_bytes;
            return Err(JournalError::SegmentBytes { got, at_least: SEGMENT_BYTES_MIN });
        }
        let lock = lock(&*storage)?;
        let mut walker = Walker::new(Arc::clone(&storage))?;
        let mut end = first_to_check(&walker, options.check_from);
        let mut report = OpenReport::default();
        let mut last = None;
        while let Some(step) = walker.advance(&mut end)? {
            last = Some((end.number, step));
            report.batches += 1;
        }
        let remains = walker.check_end(&end)?;
        report.records = end.next_lsn.0 - 1;
        report.cut_bytes = remains.map_or(0, |remains| remains.end - end.offset);

        let last = last.filter(|(number, _)| *number == end.number).map(|(_, step)| step);
        let file = match end.number {
            0 => None,
            number => Some(settle(&*storage, number, last, remains)?),
        };
        let spare = take_spare(&*storage, end.number, options.segment_bytes, &mut report)?;
        let reader = JournalReader::at(walker, end);
        Ok(Self { storage, options, lock, reader, end, file, spare, report })
    }

    /// The LSN of the first record to come.
    pub const fn next_lsn(&self) -> Lsn {
        self.end.next_lsn
    }

    /// The hash of everything so far.
    pub fn chain_head(&self) -> ChainHash {
        self.reader.head().chain
    }

    /// What the start found.
    pub const fn report(&self) -> OpenReport {
        self.report
    }

    /// Hands all records from LSN `from` on to `visit`, in order, until it breaks.
    pub fn replay(&mut self, from: Lsn, visit: &mut dyn FnMut(Entry) -> ControlFlow<()>) -> Result<(), JournalError> {
        for entry in self.reader.entries(from) {
            if visit(entry?).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Starts the writer's thread. `observer` is told everything that happens, on that thread.
    pub fn start(self, observer: impl Fn(JournalEvent) + Send + 'static) -> Result<Journal, JournalError> {
        let starting = |source| io_error(&*self.storage, "start the threads of", "the journal", source);
        let options = self.options;
        let room = self.reader.heads().last().filter(|head| head.number == self.end.number);
        let segment_bytes = room.map_or(0, |head| head.segment_bytes);
        let head = JournalHead { lsn: Lsn(self.end.next_lsn.0 - 1), chain: self.chain_head() };
        let preparer = Preparer::start(Arc::clone(&self.storage), &options, self.end.number + 1, self.spare);
        let preparer = preparer.map_err(starting)?;
        let appender = Appender::new(options, preparer, self.file, self.end, segment_bytes, head.chain);
        Journal::start(appender, options, head, self.lock, observer).map_err(starting)
    }
}

fn lock(storage: &dyn Storage) -> Result<Lock, JournalError> {
    storage.lock().map(Lock::new).map_err(|source| match source.kind() {
        io::ErrorKind::WouldBlock => JournalError::Locked { place: storage.place() },
        _ => io_error(storage, "lock", "the directory", source),
    })
}

/// The first segment that holds anything from `lsn` on.
fn first_to_check(walker: &Walker, lsn: Lsn) -> Cursor {
    let place = walker.heads().partition_point(|head| head.first_lsn <= lsn);
    match place {
        0 | 1 => Cursor::START,
        _ => walker.heads().get(place - 1).map_or(Cursor::START, Cursor::at_segment),
    }
}

/// Makes the end of the last segment what it seems to be. Zeros go over a torn tail, so that nothing in it is ever taken for
/// a batch. The last batch is written once more: after a failed sync the operating system can hold it in memory, marked as
/// written, while the disk never got it; a new write is the only way to make the next sync mean something.
fn settle(
    storage: &dyn Storage,
    number: u32,
    last: Option<Step>,
    remains: Option<Remains>,
) -> Result<Box<dyn StorageFile>, JournalError> {
    let name = segments::name(number);
    let file = storage.open(&name).map_err(|source| io_error(storage, "open", &name, source))?;
    let (from, length) = match last {
        Some(step) => (step.offset, step.header.batch_bytes()),
        None => (0, SEGMENT_HEADER_BYTES),
    };
    let rewrite = || {
        let mut bytes = vec![0; length];
        let read = file.read_at(&mut bytes, from)?;
        bytes.truncate(read);
        let end = remains.map_or(0, |remains| remains.end).max(from + length as u64);
        bytes.resize(usize::try_from(end - from).map_err(io::Error::other)?, 0);
        file.write_all_at(&bytes, from)?;
        file.sync_data()
    };
    rewrite().map_err(|source| io_error(storage, "rewrite the end of", &name, source))?;
    Ok(file)
}

/// What stands behind the last segment in use: one made ahead is kept if it is whole, anything else goes.
fn take_spare(
    storage: &dyn Storage,
    last: u32,
    segment_bytes: u64,
    report: &mut OpenReport,
) -> Result<Option<Box<dyn StorageFile>>, JournalError> {
    let mut spare = None;
    for number in segments::numbers(storage)?.into_iter().filter(|number| *number > last) {
        let name = segments::name(number);
        let failed = |source| io_error(storage, "look through", &name, source);
        let file = storage.open(&name).map_err(failed)?;
        let remains = super::tail::remains(&*file, number, 0).map_err(failed)?;
        report.cut_bytes += remains.map_or(0, |remains| remains.end);
        if number == last + 1 && remains.is_none() && file.byte_length().map_err(failed)? == segment_bytes {
            file.sync_data().map_err(failed)?;
            spare = Some(file);
        } else {
            drop(file);
            storage.remove(&name).map_err(failed)?;
        }
        storage.sync_directory().map_err(failed)?;
    }
    Ok(spare)
}
