//! The head of a segment, and batches: the records that one sync made durable, under a hash chained to the batch before.

use super::field::{Field, Input};
use super::{FormatError, Frame};
use lijian_domain::ids::Lsn;
use sha2::{Digest, Sha256};
use std::fmt;

/// The head fills a page of its own, so that no later write touches its sector.
pub(crate) const SEGMENT_HEADER_BYTES: usize = 4096;
/// Bytes before a batch's records.
pub(crate) const BATCH_HEADER_BYTES: usize = 64;

const SEGMENT_MAGIC: [u8; 8] = *b"LJSEGMNT";
const BATCH_MAGIC: [u8; 8] = *b"LJBATCH1";
const FORMAT: u32 = 1;
/// Of a batch's header: what the chain hash covers, and where the hash stands.
const CHAINED: std::ops::Range<usize> = 12..32;
const CHAIN_FROM: usize = 32;

/// A hash of everything in the journal up to some batch: SHA-256 of the hash before it and the batch's bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ChainHash(pub [u8; 32]);

impl ChainHash {
    /// Before the first batch of a journal.
    pub const GENESIS: Self = Self([0; 32]);

    /// The hash after a batch.
    fn after(self, header: &[u8], records: &[u8]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(self.0);
        hasher.update(header.get(CHAINED).unwrap_or_default());
        hasher.update(records);
        Self(hasher.finalize().into())
    }
}

/// 64 lower-case hexadecimal digits.
impl fmt::Display for ChainHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// The head of a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct SegmentHeader {
    /// From 1, without gaps.
    pub(crate) number: u32,
    /// The LSN of the first record in it.
    pub(crate) first_lsn: Lsn,
    /// The length of the file.
    pub(crate) segment_bytes: u64,
    /// The chain hash of the batch before its first one.
    pub(crate) chain: ChainHash,
}

impl SegmentHeader {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = SEGMENT_MAGIC.to_vec();
        FORMAT.put(&mut bytes);
        self.number.put(&mut bytes);
        self.first_lsn.put(&mut bytes);
        self.segment_bytes.put(&mut bytes);
        self.chain.0.put(&mut bytes);
        bytes.resize(SEGMENT_HEADER_BYTES - 4, 0);
        let checksum = crc32c::crc32c(&bytes);
        checksum.put(&mut bytes);
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut input = Input::new(bytes);
        let checked = input.take(SEGMENT_HEADER_BYTES - 4)?;
        let expected = u32::take(&mut input)?;
        let mut input = Input::new(checked);
        if input.array()? != SEGMENT_MAGIC {
            return Err(FormatError::Magic { what: "segment" });
        }
        let got = crc32c::crc32c(checked);
        if got != expected {
            return Err(FormatError::Checksum { expected, got });
        }
        let format = u32::take(&mut input)?;
        if format != FORMAT {
            return Err(FormatError::Unknown { what: "segment format", got: format });
        }
        let number = Field::take(&mut input)?;
        let at = input.at();
        let first_lsn = Field::take(&mut input)?;
        if first_lsn == Lsn::NONE {
            return Err(FormatError::Value { at, what: "LSN" });
        }
        Ok(Self {
            number,
            first_lsn,
            segment_bytes: Field::take(&mut input)?,
            chain: ChainHash(Field::take(&mut input)?),
        })
    }
}

/// What stands before a batch's records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct BatchHeader {
    pub(crate) count: u32,
    pub(crate) record_bytes: usize,
    pub(crate) first_lsn: Lsn,
    pub(crate) chain: ChainHash,
}

impl BatchHeader {
    /// Reads a header whose own checksum holds and that belongs to segment `segment`.
    pub(crate) fn decode(bytes: &[u8], segment: u32) -> Result<Self, FormatError> {
        let mut input = Input::new(bytes);
        if input.array()? != BATCH_MAGIC {
            return Err(FormatError::Magic { what: "batch" });
        }
        let expected = u32::take(&mut input)?;
        let got = crc32c::crc32c(bytes.get(CHAINED.start..BATCH_HEADER_BYTES).unwrap_or_default());
        if got != expected {
            return Err(FormatError::Checksum { expected, got });
        }
        let count = u32::take(&mut input)?;
        let record_bytes = usize::try_from(u32::take(&mut input)?).unwrap_or(usize::MAX);
        let number = u32::take(&mut input)?;
        if number != segment {
            return Err(FormatError::Sequence { what: "segment", got: number.into(), expected: segment.into() });
        }
        Ok(Self {
            count,
            record_bytes,
            first_lsn: Field::take(&mut input)?,
            chain: ChainHash(Field::take(&mut input)?),
        })
    }

    /// The whole batch's length.
    pub(crate) const fn batch_bytes(&self) -> usize {
        BATCH_HEADER_BYTES.saturating_add(self.record_bytes)
    }

    /// The LSN after its last record.
    pub(crate) const fn next_lsn(&self) -> Lsn {
        Lsn(self.first_lsn.0.saturating_add(self.count as u64))
    }

    /// Proves a whole batch: every record's checksum, their LSNs without gaps, their number.
    pub(crate) fn check_records(&self, batch: &[u8]) -> Result<(), FormatError> {
        let mut expected = self.first_lsn;
        for frame in records(batch) {
            let lsn = frame?.lsn;
            if lsn != expected {
                return Err(FormatError::Sequence { what: "LSN", got: lsn.0, expected: expected.0 });
            }
            expected = Lsn(expected.0.wrapping_add(1));
        }
        let due = self.next_lsn();
        if expected == due && self.count > 0 {
            Ok(())
        } else {
            Err(FormatError::Sequence { what: "LSN after the batch", got: expected.0, expected: due.0 })
        }
    }

    /// Proves that a whole batch follows from the one with hash `previous`.
    pub(crate) fn check_chain(&self, batch: &[u8], previous: ChainHash) -> Result<(), FormatError> {
        let (header, records) = batch.split_at_checked(BATCH_HEADER_BYTES).unwrap_or_default();
        if previous.after(header, records) == self.chain { Ok(()) } else { Err(FormatError::Chain) }
    }
}

/// The records of a whole batch, as far as they can be read.
pub(crate) fn records(batch: &[u8]) -> impl Iterator<Item = Result<Frame<'_>, FormatError>> {
    let mut rest = batch.get(BATCH_HEADER_BYTES..).unwrap_or_default();
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let split = Frame::split(rest);
        rest = split.as_ref().map_or(&[], |(_, rest)| *rest);
        Some(split.map(|(frame, _)| frame))
    })
}

/// Fills in the header of a batch whose records stand behind room for it, and says the chain hash after it.
pub(crate) fn seal_batch(batch: &mut [u8], segment: u32, first_lsn: Lsn, count: u32, previous: ChainHash) -> ChainHash {
    let Some((header, records)) = batch.split_at_mut_checked(BATCH_HEADER_BYTES) else { return previous };
    let fields = |chain: ChainHash| {
        let mut bytes = [0; BATCH_HEADER_BYTES];
        let (head, hash) = bytes.split_at_mut(CHAIN_FROM);
        hash.copy_from_slice(&chain.0);
        let parts: [&[u8]; 6] = [
            &BATCH_MAGIC,
            &[0; 4],
            &count.to_le_bytes(),
            // A batch fits into a segment, whose batches are bounded far below 4 GiB.
            &u32::try_from(records.len()).unwrap_or(u32::MAX).to_le_bytes(),
            &segment.to_le_bytes(),
            &first_lsn.0.to_le_bytes(),
        ];
        for (target, source) in head.iter_mut().zip(parts.into_iter().flatten()) {
            *target = *source;
        }
        bytes
    };
    let chain = previous.after(&fields(ChainHash::GENESIS), records);
    let mut sealed = fields(chain);
    let checksum = crc32c::crc32c(sealed.get(CHAINED.start..).unwrap_or_default());
    if let Some(target) = sealed.get_mut(8..12) {
        target.copy_from_slice(&checksum.to_le_bytes());
    }
    header.copy_from_slice(&sealed);
    chain
}

/// Where the next thing that could be a batch begins in `bytes`, at or after `from`.
pub(crate) fn find_batch_magic(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(BATCH_MAGIC.len()).position(|window| window == BATCH_MAGIC).map(|found| from + found)
}
