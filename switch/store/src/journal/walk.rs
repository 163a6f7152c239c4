//! The way through all batches in order, over the ends of segments, with every check there is.

use super::JournalError;
use super::segments::{self, damaged, io_error};
use super::tail::{self, Remains};
use super::window::{Found, Window};
use crate::format::{BatchHeader, ChainHash, FormatError, SEGMENT_HEADER_BYTES, SegmentHeader};
use crate::storage::{Storage, StorageFile};
use lijian_domain::ids::Lsn;
use std::cmp::Ordering;
use std::io;
use std::sync::Arc;

/// A place between two batches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor {
    /// Of the segment; 0 before the first.
    pub(super) number: u32,
    /// Where the next batch begins or will begin.
    pub(super) offset: u64,
    /// The first LSN of the next batch.
    pub(super) next_lsn: Lsn,
    /// The hash of the batch before, where it is known.
    pub(super) chain: Option<ChainHash>,
}

impl Cursor {
    /// Before the first batch of a journal.
    pub(super) const START: Self = Self { number: 0, offset: 0, next_lsn: Lsn(1), chain: Some(ChainHash::GENESIS) };

    /// Before the first batch of a segment.
    pub(super) const fn at_segment(header: &SegmentHeader) -> Self {
        let offset = SEGMENT_HEADER_BYTES as u64;
        Self { number: header.number, offset, next_lsn: header.first_lsn, chain: Some(header.chain) }
    }
}

/// The next batch: where it stands, and its header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) offset: u64,
    pub(super) header: BatchHeader,
}

/// Reads batches. Takes no lock and changes nothing.
#[derive(Debug)]
pub(super) struct Walker {
    storage: Arc<dyn Storage>,
    /// Of all segments that are in use, the first one first.
    heads: Vec<SegmentHeader>,
    file: Option<(u32, Box<dyn StorageFile>)>,
    window: Window,
}

impl Walker {
    /// Reads the heads of all segments.
    pub(super) fn new(storage: Arc<dyn Storage>) -> Result<Self, JournalError> {
        let numbers = segments::numbers(&*storage)?;
        segments::without_gaps(&*storage, &numbers)?;
        let mut walker = Self { storage, heads: Vec::new(), file: None, window: Window::default() };
        for &number in &numbers {
            let read = walker.read_head(number)?;
            let due = u32::try_from(walker.heads.len() + 1).unwrap_or(u32::MAX);
            match read {
                Ok(header) if number == due => {
                    walker.check_order(&header)?;
                    walker.heads.push(header);
                }
                // A head that cannot be read is no end of the journal if a later one can.
                Ok(_) => {
                    let flaw = walker.read_head(due)?.err().unwrap_or(FormatError::Magic { what: "segment" });
                    return Err(damaged(&*walker.storage, due, 0, walker.last_known_lsn(), flaw));
                }
                Err(_) => {}
            }
        }
        for &number in numbers.get(walker.heads.len()..).unwrap_or_default() {
            walker.check_unused(number)?;
        }
        Ok(walker)
    }

    pub(super) fn heads(&self) -> &[SegmentHeader] {
        &self.heads
    }

    pub(super) fn storage(&self) -> &Arc<dyn Storage> {
        &self.storage
    }

    /// The batch at `cursor`, which moves behind it; `None` at the end of the journal.
    pub(super) fn advance(&mut self, cursor: &mut Cursor) -> Result<Option<Step>, JournalError> {
        loop {
            let mut found = self.look(cursor)?;
            let mut next = None;
            if !matches!(found, Found::Batch(_)) {
                next = self.head(cursor.number + 1)?;
                // The writer can have gone on between the two looks; a segment with a successor changes no more.
                if next.is_some() || self.window.covers(cursor.offset) {
                    self.window.forget();
                    found = self.look(cursor)?;
                }
            }
            match (found, next) {
                (Found::Batch(header), _) => {
                    let offset = cursor.offset;
                    cursor.offset += header.batch_bytes() as u64;
                    cursor.next_lsn = header.next_lsn();
                    cursor.chain = Some(header.chain);
                    return Ok(Some(Step { offset, header }));
                }
                (_, None) => return Ok(None),
                (found, Some(next)) => {
                    self.check_seam(cursor, &found, &next)?;
                    *cursor = Cursor::at_segment(&next);
                }
            }
        }
    }

    /// The place behind the batch at `cursor`, if its head is right and it ends before `lsn`. Nothing else of it is read.
    pub(super) fn over(&mut self, cursor: &Cursor, lsn: Lsn) -> Option<Cursor> {
        let segment = self.head(cursor.number).ok()??;
        self.open(cursor.number).ok()?;
        let (_, file) = self.file.as_ref()?;
        let header = self.window.batch_header(&segment, &**file, cursor.offset)?;
        let offset = cursor.offset + header.batch_bytes() as u64;
        let follows = header.first_lsn == cursor.next_lsn && header.next_lsn() <= lsn && offset < segment.segment_bytes;
        follows.then(|| Cursor { offset, next_lsn: header.next_lsn(), chain: Some(header.chain), ..*cursor })
    }

    /// The bytes of the batch that [`Walker::advance`] stepped over last.
    pub(super) fn batch(&self, step: &Step) -> &[u8] {
        self.window.batch(step.offset, step.header.batch_bytes())
    }

    /// What stands behind the end of the journal, which is `cursor`: nothing, or what a torn write left. Damage if a whole
    /// batch stands there.
    pub(super) fn check_end(&mut self, cursor: &Cursor) -> Result<Option<Remains>, JournalError> {
        if cursor.number == 0 {
            return Ok(None);
        }
        let remains = self.remains(cursor)?;
        if remains.is_some_and(|remains| remains.whole_batch_at.is_some()) {
            self.window.forget();
            return match self.look(cursor)? {
                // Written by a running daemon meanwhile.
                Found::Batch(_) => Ok(None),
                Found::Nothing => Err(self.damage(cursor, FormatError::Magic { what: "batch" })),
                Found::Broken(flaw) => Err(self.damage(cursor, flaw)),
            };
        }
        Ok(remains)
    }

    /// The head of a segment, if it is in use.
    fn head(&mut self, number: u32) -> Result<Option<SegmentHeader>, JournalError> {
        let Some(index) = number.checked_sub(1).and_then(|index| usize::try_from(index).ok()) else {
            return Ok(None);
        };
        if let Some(header) = self.heads.get(index) {
            return Ok(Some(*header));
        }
        let name = segments::name(number);
        let file = match self.storage.open_to_read(&name) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(io_error(&*self.storage, "open", &name, source)),
        };
        let header = segments::read_header(&*self.storage, number, &*file)?.ok();
        self.heads.extend(header);
        Ok(header)
    }

    /// A segment begins behind the one before it. Only an empty one, which a longer one follows, is followed by its own LSN.
    fn check_order(&mut self, header: &SegmentHeader) -> Result<(), JournalError> {
        let Some(before) = self.heads.last().copied() else { return Ok(()) };
        let follows = match header.first_lsn.cmp(&before.first_lsn) {
            Ordering::Less => false,
            Ordering::Equal => matches!(self.look(&Cursor::at_segment(&before))?, Found::Nothing),
            Ordering::Greater => true,
        };
        if follows {
            return Ok(());
        }
        let (got, expected) = (header.first_lsn.0, before.first_lsn.0 + 1);
        let flaw = FormatError::Sequence { what: "first LSN of the segment", got, expected };
        Err(damaged(&*self.storage, header.number, 0, before.first_lsn, flaw))
    }

    /// A segment made ahead holds nothing: a write of its head alone can have been torn.
    fn check_unused(&mut self, number: u32) -> Result<(), JournalError> {
        let offset = SEGMENT_HEADER_BYTES as u64;
        let cursor = Cursor { number, offset, next_lsn: self.last_known_lsn(), chain: None };
        if self.remains(&cursor)?.is_none() {
            return Ok(());
        }
        // Its head can have been written by a running daemon meanwhile.
        match self.read_head(number)? {
            Ok(_) => Ok(()),
            Err(flaw) => Err(self.damage(&Cursor { offset: 0, ..cursor }, flaw)),
        }
    }

    fn last_known_lsn(&self) -> Lsn {
        self.heads.last().map_or(Lsn(1), |head| head.first_lsn)
    }

    fn read_head(&mut self, number: u32) -> Result<Result<SegmentHeader, FormatError>, JournalError> {
        let storage = Arc::clone(&self.storage);
        segments::read_header(&*storage, number, self.open(number)?)
    }

    fn look(&mut self, cursor: &Cursor) -> Result<Found, JournalError> {
        let Some(header) = self.head(cursor.number)? else { return Ok(Found::Nothing) };
        self.open(cursor.number)?;
        let Some((_, file)) = &self.file else { return Ok(Found::Nothing) };
        let found = self.window.look(&header, &**file, cursor.offset, cursor.next_lsn, cursor.chain);
        found.map_err(|source| io_error(&*self.storage, "read", &segments::name(cursor.number), source))
    }

    /// The end of a segment must be an end, and the next one must begin where it ends.
    fn check_seam(&mut self, cursor: &Cursor, found: &Found, next: &SegmentHeader) -> Result<(), JournalError> {
        if let Found::Broken(flaw) = found {
            return Err(self.damage(cursor, *flaw));
        }
        if cursor.number > 0 && self.remains(cursor)?.is_some() {
            return Err(self.damage(cursor, FormatError::Magic { what: "batch" }));
        }
        if next.first_lsn != cursor.next_lsn {
            let (got, expected) = (next.first_lsn.0, cursor.next_lsn.0);
            return Err(self.damage(cursor, FormatError::Sequence { what: "LSN of the next segment", got, expected }));
        }
        if cursor.chain.is_some_and(|chain| chain != next.chain) {
            return Err(self.damage(cursor, FormatError::Chain));
        }
        Ok(())
    }

    fn remains(&mut self, cursor: &Cursor) -> Result<Option<Remains>, JournalError> {
        let storage = Arc::clone(&self.storage);
        let file = self.open(cursor.number)?;
        tail::remains(file, cursor.number, cursor.offset)
            .map_err(|source| io_error(&*storage, "read", &segments::name(cursor.number), source))
    }

    pub(super) fn open(&mut self, number: u32) -> Result<&dyn StorageFile, JournalError> {
        let file = match self.file.take() {
            Some((open, file)) if open == number => file,
            _ => {
                let name = segments::name(number);
                let opened = self.storage.open_to_read(&name);
                opened.map_err(|source| io_error(&*self.storage, "open", &name, source))?
            }
        };
        Ok(&*self.file.insert((number, file)).1)
    }

    fn damage(&self, cursor: &Cursor, flaw: FormatError) -> JournalError {
        let (number, offset) = if cursor.number == 0 { (1, 0) } else { (cursor.number, cursor.offset) };
        damaged(&*self.storage, number, offset, cursor.next_lsn, flaw)
    }
}
