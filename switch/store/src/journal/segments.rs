//! Segments as files: their names, their heads, and the list of them.

use super::JournalError;
use crate::format::{BATCH_HEADER_BYTES, FormatError, SEGMENT_HEADER_BYTES, SegmentHeader};
use crate::storage::{Storage, StorageFile};
use lijian_domain::ids::Lsn;
use std::io;

const SUFFIX: &str = ".segment";
const DIGITS: usize = 10;

/// `0000000001.segment` is the first.
pub(super) fn name(number: u32) -> String {
    format!("{number:0width$}{SUFFIX}", width = DIGITS)
}

/// The numbers of all segments there, ascending. Other files are none of ours.
pub(super) fn numbers(storage: &dyn Storage) -> Result<Vec<u32>, JournalError> {
    let names = storage.list().map_err(|source| io_error(storage, "list", "the directory", source))?;
    let mut numbers: Vec<u32> = names.iter().filter_map(|name| number(name)).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

fn number(file: &str) -> Option<u32> {
    let number = file.strip_suffix(SUFFIX)?.parse().ok()?;
    (number > 0 && name(number) == file).then_some(number)
}

/// No number may be left out, from 1.
pub(super) fn without_gaps(storage: &dyn Storage, numbers: &[u32]) -> Result<(), JournalError> {
    for (expected, &number) in (1..).zip(numbers) {
        if number != expected {
            let place = storage.place();
            return Err(JournalError::Missing { place, missing: name(expected), next: name(number) });
        }
    }
    Ok(())
}

/// Bytes of records that one batch of a segment can hold.
pub(super) fn record_bytes_max(segment_bytes: u64) -> usize {
    let heads = SEGMENT_HEADER_BYTES + BATCH_HEADER_BYTES;
    usize::try_from(segment_bytes).unwrap_or(usize::MAX).min(u32::MAX as usize).saturating_sub(heads)
}

/// Reads the head of segment `number`. A length that is not the head's is an error of the journal; a head that cannot be
/// read is not, since a segment made ahead has none yet.
pub(super) fn read_header(
    storage: &dyn Storage,
    number: u32,
    file: &dyn StorageFile,
) -> Result<Result<SegmentHeader, FormatError>, JournalError> {
    let segment = name(number);
    let mut head = [0; SEGMENT_HEADER_BYTES];
    let reading = |source| io_error(storage, "read", &segment, source);
    let length = file.read_at(&mut head, 0).map_err(reading)?;
    let header = match SegmentHeader::decode(head.get(..length).unwrap_or_default()) {
        Ok(header) => header,
        Err(source @ FormatError::Unknown { .. }) => {
            return Err(JournalError::Unsupported { place: storage.place(), segment, source });
        }
        Err(error) => return Ok(Err(error)),
    };
    if header.number != number {
        let error = FormatError::Sequence { what: "segment", got: header.number.into(), expected: number.into() };
        return Err(damaged(storage, number, 0, header.first_lsn, error));
    }
    let got = file.byte_length().map_err(reading)?;
    if got != header.segment_bytes {
        return Err(JournalError::Length { place: storage.place(), segment, expected: header.segment_bytes, got });
    }
    Ok(Ok(header))
}

/// An error of the operating system, with its place.
pub(super) fn io_error(storage: &dyn Storage, operation: &'static str, file: &str, source: io::Error) -> JournalError {
    JournalError::Io { operation, file: file.to_owned(), place: storage.place(), source }
}

/// Damage, with its place.
pub(super) fn damaged(storage: &dyn Storage, number: u32, offset: u64, lsn: Lsn, source: FormatError) -> JournalError {
    JournalError::Damaged { place: storage.place(), segment: name(number), offset, lsn, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_names_count() {
        assert_eq!(number(&name(1)), Some(1));
        assert_eq!(number(&name(u32::MAX)), Some(u32::MAX));
        for foreign in ["1.segment", "+000000001.segment", "0000000000.segment", "0000000001.segment.old", "LOCK"] {
            assert_eq!(number(foreign), None, "{foreign}");
        }
    }
}
