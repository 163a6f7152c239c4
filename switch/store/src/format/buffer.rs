//! Records on their way to the journal.

use super::{BATCH_HEADER_BYTES, record};
use lijian_domain::ids::Lsn;
use lijian_domain::record::{Intent, Record};
use lijian_domain::time::{BusinessDate, UnixMicros};

/// Encoded records with consecutive LSNs. One side pushes, the journal takes all at once and leaves an empty buffer whose
/// memory is used again: after a while nothing is allocated any more.
#[derive(Debug)]
pub struct RecordBuffer {
    /// Room for the header of a batch, then the records.
    bytes: Vec<u8>,
    count: u32,
    next: Lsn,
}

impl RecordBuffer {
    /// A buffer whose first record gets the LSN `next`.
    pub fn new(next: Lsn) -> Self {
        Self { bytes: vec![0; BATCH_HEADER_BYTES], count: 0, next }
    }

    /// The LSN that the next record gets.
    pub const fn next_lsn(&self) -> Lsn {
        self.next
    }

    /// The LSN of the last record pushed so far, taken by the journal or not; [`Lsn::NONE`] before the first of a journal.
    pub const fn last_lsn(&self) -> Lsn {
        Lsn(self.next.0 - 1)
    }

    /// Adds a record made at `at`, of business date `date`, and says its LSN.
    pub fn push(&mut self, at: UnixMicros, date: BusinessDate, record: &Record) -> Lsn {
        record::put(self.next, at, date, record, &mut self.bytes);
        self.pushed()
    }

    /// [`RecordBuffer::push`] of an intent, which is large, without moving it.
    pub fn push_intent(&mut self, at: UnixMicros, date: BusinessDate, intent: &Intent) -> Lsn {
        record::put_intent(self.next, at, date, intent, &mut self.bytes);
        self.pushed()
    }

    fn pushed(&mut self) -> Lsn {
        let lsn = self.next;
        self.next = lsn.next();
        self.count += 1;
        lsn
    }

    /// Whether nothing waits in it.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Records waiting in it.
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// Bytes of the records waiting in it.
    pub const fn len_bytes(&self) -> usize {
        self.bytes.len() - BATCH_HEADER_BYTES
    }

    /// The records waiting in it, encoded, one after the other.
    pub fn encoded(&self) -> &[u8] {
        self.bytes.get(BATCH_HEADER_BYTES..).unwrap_or_default()
    }

    /// The LSN of the first record waiting in it.
    pub(crate) const fn first_lsn(&self) -> Lsn {
        Lsn(self.next.0 - self.count as u64)
    }

    /// The records waiting in it, in batches.
    pub(crate) fn batches(&mut self) -> Batches<'_> {
        let next = self.first_lsn();
        Batches { bytes: &mut self.bytes, at: 0, next }
    }

    /// Moves all records of `from` behind those of `self`; `from` stays empty with its next LSN. Only memory is exchanged
    /// where `self` is empty.
    pub(crate) fn take_from(&mut self, from: &mut Self) {
        if self.is_empty() {
            std::mem::swap(&mut self.bytes, &mut from.bytes);
            self.count = from.count;
        } else {
            self.bytes.extend_from_slice(from.encoded());
            self.count += from.count;
        }
        self.next = from.next;
        from.forget();
    }

    /// Forgets the records waiting; LSNs go on.
    pub(crate) fn forget(&mut self) {
        self.bytes.truncate(BATCH_HEADER_BYTES);
        self.count = 0;
    }
}

/// The records of a buffer, one batch after the other. A batch's header is put where the end of the batch before it stands:
/// that one is written by then.
#[derive(Debug)]
pub(crate) struct Batches<'a> {
    bytes: &'a mut [u8],
    /// Where the next batch's header goes.
    at: usize,
    next: Lsn,
}

/// Room for a batch's header, then its records.
#[derive(Debug)]
pub(crate) struct UnsealedBatch<'a> {
    pub(crate) bytes: &'a mut [u8],
    pub(crate) first_lsn: Lsn,
    /// Records in it, at least one.
    pub(crate) count: u32,
}

impl Batches<'_> {
    /// The next batch: as many records as `record_bytes_max` bytes hold, but one in any case. None when all were given.
    pub(crate) fn next(&mut self, record_bytes_max: usize) -> Option<UnsealedBatch<'_>> {
        let records = self.bytes.get(self.at + BATCH_HEADER_BYTES..).unwrap_or_default();
        let (mut length, mut count) = (0, 0);
        while let Some(record) = record::length(records.get(length..).unwrap_or_default()) {
            if count > 0 && length + record > record_bytes_max {
                break;
            }
            (length, count) = (length + record, count + 1);
        }
        if count == 0 {
            return None;
        }
        let (from, first_lsn) = (self.at, self.next);
        self.at += length;
        self.next = Lsn(first_lsn.0 + u64::from(count));
        let bytes = self.bytes.get_mut(from..from + BATCH_HEADER_BYTES + length)?;
        Some(UnsealedBatch { bytes, first_lsn, count })
    }
}
