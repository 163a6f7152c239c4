//! Follows the journal on its medium, batch by batch, with every check that the format document names.

use super::record::{self, Record};
use sha2::{Digest, Sha256};

/// What would be left after a power cut at this moment.
pub trait Medium {
    /// Bytes of a file from `offset` on, fewer at its end; none where there is no such file.
    fn read(&self, name: &str, offset: u64, length: usize) -> Option<Vec<u8>>;
}

const SEGMENT_HEAD_BYTES: usize = 4_096;
const BATCH_HEAD_BYTES: usize = 64;

/// Where the auditor has read to.
#[derive(Clone, Debug)]
pub(super) struct Journal {
    /// 0 before the first segment.
    segment: u32,
    offset: u64,
    segment_bytes: u64,
    next_lsn: u64,
    chain: [u8; 32],
}

impl Journal {
    pub(super) const START: Self = Self { segment: 0, offset: 0, segment_bytes: 0, next_lsn: 1, chain: [0; 32] };

    /// All records of whole batches that follow.
    pub(super) fn read_on(&mut self, medium: &dyn Medium) -> Result<Vec<Record>, String> {
        let mut records = Vec::new();
        loop {
            if let Some(batch) = self.batch(medium)? {
                records.extend(batch);
            } else if !self.next_segment(medium) {
                return Ok(records);
            }
        }
    }

    /// The batch that follows here; none where no whole one does.
    fn batch(&mut self, medium: &dyn Medium) -> Result<Option<Vec<Record>>, String> {
        if self.segment == 0 || self.offset + BATCH_HEAD_BYTES as u64 > self.segment_bytes {
            return Ok(None);
        }
        let name = name(self.segment);
        let Some(head) = medium.read(&name, self.offset, BATCH_HEAD_BYTES) else { return Ok(None) };
        let whole_head = head.len() == BATCH_HEAD_BYTES && head.starts_with(b"LJBATCH1");
        if !whole_head || crc32c::crc32c(&head[12..]) != u32_at(&head, 8) || u32_at(&head, 20) != self.segment {
            return Ok(None);
        }
        let length = usize::try_from(u32_at(&head, 16)).unwrap_or(usize::MAX);
        let bytes = medium.read(&name, self.offset + BATCH_HEAD_BYTES as u64, length).unwrap_or_default();
        let Some(records) = whole_records(&bytes, length, u64_at(&head, 24), u32_at(&head, 12)) else {
            return Ok(None);
        };
        let chain: [u8; 32] =
            Sha256::new().chain_update(self.chain).chain_update(&head[12..32]).chain_update(&bytes).finalize().into();
        if u64_at(&head, 24) != self.next_lsn || chain[..] != head[32..64] {
            return Err(format!("the batch at offset {} of {name} does not follow from the one before", self.offset));
        }
        self.chain = chain;
        self.offset += (BATCH_HEAD_BYTES + length) as u64;
        self.next_lsn += records.len() as u64;
        records.into_iter().map(record::read).collect::<Result<_, _>>().map(Some)
    }

    /// Goes over to the next segment, if that has a valid head which goes on here.
    fn next_segment(&mut self, medium: &dyn Medium) -> bool {
        let number = self.segment + 1;
        let Some(head) = medium.read(&name(number), 0, SEGMENT_HEAD_BYTES) else { return false };
        let valid = head.len() == SEGMENT_HEAD_BYTES
            && head.starts_with(b"LJSEGMNT")
            && crc32c::crc32c(&head[..4_092]) == u32_at(&head, 4_092)
            && u32_at(&head, 8) == 1
            && u32_at(&head, 12) == number
            && u64_at(&head, 16) == self.next_lsn
            && head[32..64] == self.chain;
        if valid {
            (self.segment, self.offset) = (number, SEGMENT_HEAD_BYTES as u64);
            self.segment_bytes = u64_at(&head, 24);
        }
        valid
    }
}

/// Cuts a run of records as they stand one after the other: those that were appended and are not in a batch yet.
pub(super) fn split(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut records = Vec::new();
    while !bytes.is_empty() {
        let length = usize::try_from(u32::from_le_bytes(bytes.get(..4)?.try_into().ok()?)).ok()?;
        let (record, rest) = bytes.split_at_checked(length).filter(|_| length >= 30)?;
        records.push(record);
        bytes = rest;
    }
    Some(records)
}

fn whole_records(bytes: &[u8], length: usize, first_lsn: u64, count: u32) -> Option<Vec<&[u8]>> {
    let records = split(bytes).filter(|_| bytes.len() == length)?;
    let right =
        |(record, lsn): (&&[u8], u64)| crc32c::crc32c(&record[8..]) == u32_at(record, 4) && u64_at(record, 8) == lsn;
    let counted = u64::from(count) == records.len() as u64;
    (counted && records.iter().zip(first_lsn..).all(right)).then_some(records)
}

fn name(segment: u32) -> String {
    format!("{segment:010}.segment")
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map_or(0, u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|eight| eight.try_into().ok()).map_or(0, u64::from_le_bytes)
}
