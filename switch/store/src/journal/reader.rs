//! Reading a journal beside its writer, in the same process or another one.

use super::segments;
use super::walk::{Cursor, Step, Walker};
use super::{JournalError, JournalHead};
use crate::format::{BATCH_HEADER_BYTES, ChainHash, FormatError, Frame, Numbered, SegmentHeader};
use crate::storage::Storage;
use lijian_domain::ids::Lsn;
use lijian_domain::record::Entry;
use std::sync::Arc;

/// One place in this many bytes is remembered, so that any record is found by reading no more than that.
const INDEX_STEP_BYTES: u64 = 64 * 1024;

/// Reads records up to the last whole batch. It needs no lock, changes nothing, and can follow a living journal.
///
/// A whole batch at the very end can still be in the middle of its sync: who must not see what a power cut could take back
/// (the applier) reads up to [`crate::journal::Journal::durable`] and no further.
#[derive(Debug)]
pub struct JournalReader {
    walker: Walker,
    /// The end, as far as it was seen.
    head: Cursor,
    /// Where the last walk stood before and after its last batch: the next one most often goes on there.
    resume: [Cursor; 2],
    /// Places between batches, ascending.
    index: Vec<Cursor>,
}

impl JournalReader {
    /// Opens the journal and reads its last segment. Damage there, or to the head of any segment, is an error; other segments
    /// are proven when they are read.
    pub fn open(storage: Arc<dyn Storage>) -> Result<Self, JournalError> {
        let walker = Walker::new(storage)?;
        // The first segment is entered from the start of the journal, which proves its head.
        let last = walker.heads().iter().skip(1).last().map_or(Cursor::START, Cursor::at_segment);
        let mut reader = Self::at(walker, last);
        reader.refresh()?;
        let head = reader.head;
        reader.walker.check_end(&head)?;
        Ok(reader)
    }

    /// A reader that knows the journal up to `head`.
    pub(super) fn at(walker: Walker, head: Cursor) -> Self {
        let index = walker.heads().iter().skip(1).map(Cursor::at_segment).collect();
        Self { walker, head, resume: [head; 2], index }
    }

    /// Where the journal ends, as of the last [`JournalReader::refresh`] or the last entry read, whichever is later.
    pub fn head(&self) -> JournalHead {
        JournalHead { lsn: Lsn(self.head.next_lsn.0 - 1), chain: self.head.chain.unwrap_or(ChainHash::GENESIS) }
    }

    /// Reads on to the present end.
    pub fn refresh(&mut self) -> Result<JournalHead, JournalError> {
        let mut cursor = self.head;
        while self.advance(&mut cursor)?.is_some() {}
        Ok(self.head())
    }

    /// Bytes that stand behind the end and are no whole batch: a torn tail, which the next start cuts, or what a running
    /// daemon is writing. Damage if a whole batch follows them.
    pub fn torn_bytes(&mut self) -> Result<u64, JournalError> {
        let head = self.head;
        let remains = self.walker.check_end(&head)?;
        Ok(remains.map_or(0, |remains| remains.end.saturating_sub(head.offset)))
    }

    /// All records from LSN `from` on, up to the end as it is when it is reached. To follow a journal, call it again with
    /// the LSN after the last one got: it goes on where it stood.
    pub fn entries(&mut self, from: Lsn) -> Entries<'_> {
        self.read(from, |frame| frame.decode())
    }

    /// The same of each record's number alone, which is read in a fraction of the time.
    pub fn numbers(&mut self, from: Lsn) -> Entries<'_, Numbered> {
        self.read(from, |frame| frame.number())
    }

    fn read<T>(&mut self, from: Lsn, read: Read<T>) -> Entries<'_, T> {
        let near = self.seek(from);
        let cursor = self.hop(near, from);
        Entries { reader: self, read, from, cursor, batch: None, at: 0, failed: false }
    }

    /// One record; `None` if the journal does not reach so far.
    pub fn record(&mut self, lsn: Lsn) -> Result<Option<Entry>, JournalError> {
        match self.entries(lsn).next().transpose()? {
            Some(entry) if entry.lsn == lsn => Ok(Some(entry)),
            _ => Ok(None),
        }
    }

    /// The last record of the batch that holds record `lsn`, and the hash of everything up to that batch; `None` if the
    /// journal does not reach so far.
    pub fn chain_at(&mut self, lsn: Lsn) -> Result<Option<JournalHead>, JournalError> {
        let mut cursor = if lsn == Lsn::NONE { Cursor::START } else { self.seek(lsn) };
        while cursor.next_lsn <= lsn {
            if self.advance(&mut cursor)?.is_none() {
                return Ok(None);
            }
        }
        Ok(cursor.chain.map(|chain| JournalHead { lsn: Lsn(cursor.next_lsn.0 - 1), chain }))
    }

    /// The nearest place before the batch of `lsn`: a known one, or one that is found where that is far away.
    fn seek(&mut self, lsn: Lsn) -> Cursor {
        let [before, after] = self.resume;
        if after.next_lsn == lsn {
            return after;
        }
        if (before.next_lsn.0..after.next_lsn.0).contains(&lsn.0) {
            return before;
        }
        let place = self.index.partition_point(|cursor| cursor.next_lsn <= lsn);
        let known = place.checked_sub(1).and_then(|place| self.index.get(place)).copied();
        let first = self.walker.heads().first().filter(|_| lsn > Lsn(1)).map(Cursor::at_segment);
        // A reader of a journal that was empty knows a place before its first segment.
        let Some(known) = known.filter(|known| known.number > 0).or(first) else { return Cursor::START };
        let number = usize::try_from(known.number).unwrap_or(usize::MAX);
        let segment = number.checked_sub(1).and_then(|before| self.walker.heads().get(before));
        let end = match self.index.get(place) {
            Some(next) if next.number == known.number => next.offset,
            _ if known.number == self.head.number => self.head.offset,
            _ => segment.map_or(known.offset, |segment| segment.segment_bytes),
        };
        let found = self.walker.nearer(known, end, lsn);
        self.remember(found);
        found
    }

    /// Over the batches before that of `lsn`, by their heads alone: what is in them is proven by who reads them.
    fn hop(&mut self, mut cursor: Cursor, lsn: Lsn) -> Cursor {
        while let Some(next) = self.walker.over(&cursor, lsn) {
            cursor = next;
            self.remember(cursor);
        }
        cursor
    }

    fn advance(&mut self, cursor: &mut Cursor) -> Result<Option<Step>, JournalError> {
        let before = *cursor;
        let step = self.walker.advance(cursor)?;
        self.remember(*cursor);
        if step.is_some() {
            self.resume = [before, *cursor];
        }
        if cursor.next_lsn >= self.head.next_lsn {
            self.head = *cursor;
        }
        Ok(step)
    }

    fn remember(&mut self, cursor: Cursor) {
        let place = self.index.partition_point(|known| known.next_lsn <= cursor.next_lsn);
        let far =
            |known: &Cursor| known.number != cursor.number || cursor.offset.abs_diff(known.offset) >= INDEX_STEP_BYTES;
        let before = place.checked_sub(1).and_then(|before| self.index.get(before));
        if before.is_none_or(far) && self.index.get(place).is_none_or(far) {
            self.index.insert(place, cursor);
        }
    }

    fn record_error(&self, cursor: &Cursor, step: &Step, lsn: Lsn, source: FormatError) -> JournalError {
        let place = self.walker.storage().place();
        JournalError::Record { place, segment: segments::name(cursor.number), offset: step.offset, lsn, source }
    }

    /// The heads of the segments in use.
    pub(super) fn heads(&self) -> &[SegmentHeader] {
        self.walker.heads()
    }
}

/// What is read of a record.
type Read<T> = fn(&Frame<'_>) -> Result<T, FormatError>;

/// The records from some LSN on, or what is read of each. After an error there are no more.
#[derive(Debug)]
pub struct Entries<'a, T = Entry> {
    reader: &'a mut JournalReader,
    read: Read<T>,
    from: Lsn,
    cursor: Cursor,
    batch: Option<Step>,
    /// Bytes of the batch's records that were given out.
    at: usize,
    failed: bool,
}

impl<T> Iterator for Entries<'_, T> {
    type Item = Result<T, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.next_entry();
        self.failed = next.is_err();
        next.transpose()
    }
}

impl<T> Entries<'_, T> {
    fn next_entry(&mut self) -> Result<Option<T>, JournalError> {
        loop {
            if let Some(step) = self.batch
                && let Some(entry) = self.next_in(&step)?
            {
                return Ok(Some(entry));
            }
            self.batch = self.reader.advance(&mut self.cursor)?;
            self.at = 0;
            if self.batch.is_none() {
                return Ok(None);
            }
        }
    }

    /// The next record of a batch that is due.
    fn next_in(&mut self, step: &Step) -> Result<Option<T>, JournalError> {
        loop {
            let batch = self.reader.walker.batch(step);
            let rest = batch.get(BATCH_HEADER_BYTES + self.at..).unwrap_or_default();
            if rest.is_empty() {
                return Ok(None);
            }
            let fail = |lsn, flaw| self.reader.record_error(&self.cursor, step, lsn, flaw);
            let (frame, after) = Frame::split(rest).map_err(|flaw| fail(step.header.first_lsn, flaw))?;
            self.at += rest.len() - after.len();
            if frame.lsn >= self.from {
                return (self.read)(&frame).map(Some).map_err(|flaw| fail(frame.lsn, flaw));
            }
        }
    }
}
