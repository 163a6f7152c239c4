//! What stands behind the last whole batch of a segment: nothing, what a torn write left, or damage.

use crate::format::{BATCH_HEADER_BYTES, BatchHeader, RECORD_BYTES_MAX, find_batch_magic};
use crate::storage::StorageFile;
use std::io;

const PIECE_BYTES: usize = 1 << 20;

/// Bytes behind the last whole batch that are not all zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Remains {
    /// The last byte that is not zero, exclusive.
    pub(super) end: u64,
    /// Where a whole batch begins among them: then they are no torn tail.
    pub(super) whole_batch_at: Option<u64>,
}

/// What stands in `file`, which is segment `number`, from `offset` on; `None` if all is zero.
pub(super) fn remains(file: &dyn StorageFile, number: u32, offset: u64) -> io::Result<Option<Remains>> {
    let Some(Extent { first, end, file_end }) = extent(file, offset)? else { return Ok(None) };
    let mut bytes = vec![0; usize::try_from(end - first).map_err(io::Error::other)?];
    let read = file.read_at(&mut bytes, first)?;
    bytes.truncate(read);
    // A whole batch may end in zeros, at most those of its last record.
    let zeros = (file_end - end).min(RECORD_BYTES_MAX as u64);
    bytes.resize(read + usize::try_from(zeros).map_err(io::Error::other)?, 0);
    let found = whole_batch(&bytes, number).map(|at| first + at as u64);
    Ok(Some(Remains { end, whole_batch_at: found }))
}

/// Where bytes stand that are not zero.
struct Extent {
    /// The first of them.
    first: u64,
    /// The end of the last of them.
    end: u64,
    /// The end of the file: from `end` to here all is zero.
    file_end: u64,
}

/// The bytes at or after `offset` that are not zero.
fn extent(file: &dyn StorageFile, offset: u64) -> io::Result<Option<Extent>> {
    let mut piece = vec![0; PIECE_BYTES];
    let mut at = offset;
    let mut extent: Option<(u64, u64)> = None;
    loop {
        let read = file.read_at(&mut piece, at)?;
        let read_bytes = piece.get(..read).unwrap_or_default();
        // Most pieces are all zero, which is found many bytes at a time.
        let zero = read_bytes.iter().fold(0, |all, byte| all | byte) == 0;
        let some = if zero { &[][..] } else { read_bytes };
        let first = some.iter().position(|byte| *byte != 0);
        let last = some.iter().rposition(|byte| *byte != 0);
        if let (Some(first), Some(last)) = (first, last) {
            let begin = extent.map_or(at + first as u64, |(begin, _)| begin);
            extent = Some((begin, at + last as u64 + 1));
        }
        if read < PIECE_BYTES {
            let file_end = at + read as u64;
            return Ok(extent.map(|(first, end)| Extent { first, end, file_end }));
        }
        at += read as u64;
    }
}

/// Where the first batch begins whose checksums hold; the chain cannot be asked, since what is before it is broken.
fn whole_batch(bytes: &[u8], number: u32) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = find_batch_magic(bytes, from) {
        let rest = bytes.get(at..).unwrap_or_default();
        let header = BatchHeader::decode(rest.get(..BATCH_HEADER_BYTES).unwrap_or_default(), number);
        let whole = header
            .ok()
            .filter(|header| rest.get(..header.batch_bytes()).is_some_and(|batch| header.check_records(batch).is_ok()));
        if whole.is_some() {
            return Some(at);
        }
        from = at + 1;
    }
    None
}
