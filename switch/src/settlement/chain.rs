//! The journal's chained hash at the cut: that of the batch that holds a given record.
//!
//! It stands in the batch's header, whose layout FORMAT.md of the store gives. Only headers are read here, of a part of the
//! journal that a reader has just proven; a test holds the result against the reader's own head.

use lijian_domain::ids::Lsn;
use lijian_store::format::ChainHash;
use lijian_store::storage::{Storage, StorageFile};
use std::io;

const SEGMENT_SUFFIX: &str = ".segment";
const SEGMENT_MAGIC: &[u8] = b"LJSEGMNT";
const SEGMENT_HEADER_BYTES: u64 = 4096;
const BATCH_MAGIC: &[u8] = b"LJBATCH1";
const BATCH_HEADER_BYTES: usize = 64;

/// The hash of the batch that holds record `lsn`; that of an empty journal for no record. None where there is no such batch.
pub(super) fn chain_at(storage: &dyn Storage, lsn: Lsn) -> io::Result<Option<ChainHash>> {
    if lsn == Lsn::NONE {
        return Ok(Some(ChainHash::GENESIS));
    }
    let mut segments = storage.list()?;
    segments.retain(|name| name.ends_with(SEGMENT_SUFFIX));
    // Numbers of one width: the order of the names is that of the segments. The last one that begins early enough has it.
    segments.sort_unstable();
    for name in segments.iter().rev() {
        let file = storage.open_to_read(name)?;
        let head = read::<24>(&*file, 0)?;
        if head.starts_with(SEGMENT_MAGIC) && number(&head, 16) <= lsn.0 {
            return batch_of(&*file, lsn);
        }
    }
    Ok(None)
}

fn batch_of(file: &dyn StorageFile, lsn: Lsn) -> io::Result<Option<ChainHash>> {
    let mut offset = SEGMENT_HEADER_BYTES;
    loop {
        let header = read::<BATCH_HEADER_BYTES>(file, offset)?;
        if !header.starts_with(BATCH_MAGIC) {
            return Ok(None);
        }
        // Count of records and their bytes stand side by side, in 32 bits each.
        let (count, record_bytes) =
            (number(&header, 12) & u64::from(u32::MAX), number(&header, 16) & u64::from(u32::MAX));
        if number(&header, 24).saturating_add(count) > lsn.0 {
            return Ok(header.last_chunk().copied().map(ChainHash));
        }
        offset = offset.saturating_add(BATCH_HEADER_BYTES as u64 + record_bytes);
    }
}

/// What stands at `offset`; zeros beyond the end of the file.
fn read<const N: usize>(file: &dyn StorageFile, offset: u64) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    file.read_at(&mut bytes, offset)?;
    Ok(bytes)
}

/// 64 bits, little-endian.
fn number(bytes: &[u8], at: usize) -> u64 {
    let found = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>());
    found.map_or(0, |bytes| u64::from_le_bytes(*bytes))
}
