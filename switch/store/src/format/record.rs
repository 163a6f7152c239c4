//! A record's frame: length, checksum, place, time, kind, version; then its body.

use super::field::{Field, Input};
use super::number::{Numbered, take_number};
use super::{FormatError, RECORD_BYTES_MAX, body};
use lijian_domain::ids::Lsn;
use lijian_domain::record::{Entry, Intent, Record};
use lijian_domain::time::{BusinessDate, UnixMicros};

/// Bytes before the body: length 4, CRC32C 4, LSN 8, time 8, business date 4, kind 1, version 1.
const HEADER_BYTES: usize = 30;
/// The checksum covers what follows it.
const CHECKED_FROM: usize = 8;

/// Reads one whole record.
pub fn decode(bytes: &[u8]) -> Result<Entry, FormatError> {
    let (frame, rest) = Frame::split(bytes)?;
    if rest.is_empty() {
        frame.decode()
    } else {
        Err(FormatError::LeftOver { at: bytes.len() - rest.len(), left: rest.len() })
    }
}

/// A record whose checksum held, its body still bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'a> {
    /// Its place.
    pub(crate) lsn: Lsn,
    at: UnixMicros,
    business_date: BusinessDate,
    kind: u8,
    version: u8,
    body: &'a [u8],
}

impl<'a> Frame<'a> {
    /// The first record of `bytes`, and what follows it.
    pub(crate) fn split(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), FormatError> {
        let mut input = Input::new(bytes);
        let length = usize::try_from(u32::take(&mut input)?).unwrap_or(usize::MAX);
        if !(HEADER_BYTES..=RECORD_BYTES_MAX).contains(&length) {
            return Err(FormatError::Length { got: length, at_most: RECORD_BYTES_MAX });
        }
        let Some((record, rest)) = bytes.split_at_checked(length) else {
            return Err(FormatError::Truncated { at: 0, needed: length - bytes.len() });
        };
        let expected = u32::take(&mut input)?;
        let got = crc32c::crc32c(record.get(CHECKED_FROM..).unwrap_or_default());
        if got != expected {
            return Err(FormatError::Checksum { expected, got });
        }
        let frame = Self {
            lsn: Field::take(&mut input)?,
            at: Field::take(&mut input)?,
            business_date: Field::take(&mut input)?,
            kind: Field::take(&mut input)?,
            version: Field::take(&mut input)?,
            body: record.get(HEADER_BYTES..).unwrap_or_default(),
        };
        Ok((frame, rest))
    }

    /// Reads the body. Offsets of errors count from the body's first byte.
    pub(crate) fn decode(&self) -> Result<Entry, FormatError> {
        let record = body::take_record(self.kind, self.version, self.body)?;
        Ok(Entry { lsn: self.lsn, at: self.at, business_date: self.business_date, record })
    }

    /// Reads the number that the record is found by, and which record it leads to, and proves no more of the body.
    pub(crate) fn number(&self) -> Result<Numbered, FormatError> {
        let row = take_number(self.lsn, self.kind, self.version, self.body)?;
        Ok(Numbered { lsn: self.lsn, row })
    }
}

/// The length of the first of some encoded records; none where there is none.
pub(super) fn length(records: &[u8]) -> Option<usize> {
    let length = u32::from_le_bytes(*records.first_chunk()?);
    usize::try_from(length).ok().filter(|length| *length >= HEADER_BYTES)
}

/// Appends a record.
pub(super) fn put(lsn: Lsn, at: UnixMicros, date: BusinessDate, record: &Record, out: &mut Vec<u8>) {
    framed(lsn, at, date, out, |out| body::put_record(record, out));
}

/// Appends a record that is an intent.
pub(super) fn put_intent(lsn: Lsn, at: UnixMicros, date: BusinessDate, intent: &Intent, out: &mut Vec<u8>) {
    framed(lsn, at, date, out, |out| body::put_intent(intent, out));
}

fn framed(lsn: Lsn, at: UnixMicros, date: BusinessDate, out: &mut Vec<u8>, put_body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; CHECKED_FROM]);
    lsn.put(out);
    at.put(out);
    date.put(out);
    put_body(out);
    let Some(record) = out.get_mut(start..) else { return };
    // Types bound every record far below 4 GiB, and below RECORD_BYTES_MAX.
    let length = u32::try_from(record.len()).unwrap_or(u32::MAX);
    let Some((header, checked)) = record.split_at_mut_checked(CHECKED_FROM) else { return };
    let checksum = crc32c::crc32c(checked);
    let (length_bytes, checksum_bytes) = header.split_at_mut(4);
    length_bytes.copy_from_slice(&length.to_le_bytes());
    checksum_bytes.copy_from_slice(&checksum.to_le_bytes());
}
