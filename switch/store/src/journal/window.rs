//! Batches of one segment, read through a window of the file.

use crate::format::{BATCH_HEADER_BYTES, BatchHeader, ChainHash, FormatError, SegmentHeader};
use crate::storage::StorageFile;
use lijian_domain::ids::Lsn;
use std::io;

/// Bytes read at once: many small batches, or one large one and more.
const READ_BYTES: usize = 64 * 1024;

/// Bytes of a segment as they were when they were read; the end of a living journal must be read anew to be believed.
#[derive(Debug, Default)]
pub(super) struct Window {
    number: u32,
    start: u64,
    bytes: Vec<u8>,
}

/// What stands at a place where a batch could begin.
#[derive(Debug)]
pub(super) enum Found {
    /// A whole batch that follows from the one before.
    Batch(BatchHeader),
    /// Zeros, or no room for a batch.
    Nothing,
    /// Something else.
    Broken(FormatError),
}

impl Window {
    /// Looks for a batch of `segment` at `offset` that begins with `lsn` and, where that is known, follows from `chain`.
    pub(super) fn look(
        &mut self,
        segment: &SegmentHeader,
        file: &dyn StorageFile,
        offset: u64,
        lsn: Lsn,
        chain: Option<ChainHash>,
    ) -> io::Result<Found> {
        if self.number != segment.number {
            self.forget();
            self.number = segment.number;
        }
        let remaining = segment.segment_bytes.saturating_sub(offset);
        if remaining < BATCH_HEADER_BYTES as u64 {
            return Ok(Found::Nothing);
        }
        let head = self.read(file, offset, BATCH_HEADER_BYTES)?;
        if head.iter().all(|byte| *byte == 0) {
            return Ok(Found::Nothing);
        }
        let header = match BatchHeader::decode(head, segment.number) {
            Ok(header) => header,
            Err(error) => return Ok(Found::Broken(error)),
        };
        if header.first_lsn != lsn {
            return Ok(Found::Broken(FormatError::Sequence { what: "LSN", got: header.first_lsn.0, expected: lsn.0 }));
        }
        let at_most = usize::try_from(remaining).unwrap_or(usize::MAX);
        if header.batch_bytes() > at_most {
            return Ok(Found::Broken(FormatError::Length { got: header.batch_bytes(), at_most }));
        }
        let batch = self.read(file, offset, header.batch_bytes())?;
        let chained = |()| chain.map_or(Ok(()), |chain| header.check_chain(batch, chain));
        let checked = header.check_records(batch).and_then(chained);
        Ok(checked.map_or_else(Found::Broken, |()| Found::Batch(header)))
    }

    /// The head of the batch of `segment` at `offset`, if that is one.
    pub(super) fn batch_header(
        &mut self,
        segment: &SegmentHeader,
        file: &dyn StorageFile,
        offset: u64,
    ) -> Option<BatchHeader> {
        if self.number != segment.number {
            self.forget();
            self.number = segment.number;
        }
        BatchHeader::decode(self.read(file, offset, BATCH_HEADER_BYTES).ok()?, segment.number).ok()
    }

    /// The bytes of a batch that was just found.
    pub(super) fn batch(&self, offset: u64, length: usize) -> &[u8] {
        let from = offset.checked_sub(self.start).and_then(|from| usize::try_from(from).ok());
        from.and_then(|from| self.bytes.get(from..)?.get(..length)).unwrap_or_default()
    }

    /// Whether what stands at `offset` was read before.
    pub(super) fn covers(&self, offset: u64) -> bool {
        offset >= self.start && offset < self.start + self.bytes.len() as u64
    }

    /// Reads everything anew from here on.
    pub(super) fn forget(&mut self) {
        self.bytes.clear();
    }

    /// `length` bytes at `offset`; fewer at the end of the file.
    fn read(&mut self, file: &dyn StorageFile, offset: u64, length: usize) -> io::Result<&[u8]> {
        if self.batch(offset, length).len() < length {
            self.bytes.resize(length.max(READ_BYTES), 0);
            self.start = offset;
            let read = file.read_at(&mut self.bytes, offset);
            self.bytes.truncate(*read.as_ref().unwrap_or(&0));
            read?;
        }
        let available = self.bytes.len().min(length);
        Ok(if self.start == offset {
            self.bytes.get(..available).unwrap_or_default()
        } else {
            self.batch(offset, length)
        })
    }
}
