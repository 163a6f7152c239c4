//! Rows as bytes of sled. A row's first byte is its kind; texts carry their length in one byte, numbers are big-endian, so that
//! rows of one prefix stand together.

use super::IndexError;
use lijian_domain::ids::{Lsn, Rrn};

/// The row of the layout's version and the LSN reached.
pub(super) const APPLIED: [u8; 1] = [0];
const RRN: u8 = 1;
/// Another layout is another index: thrown away, and folded again.
const LAYOUT: u8 = 3;

pub(super) fn encode_applied(applied: Lsn) -> Vec<u8> {
    let mut row = vec![LAYOUT];
    row.extend(applied.0.to_be_bytes());
    row
}

/// None where the layout is another one.
pub(super) fn decode_applied(row: &[u8]) -> Option<Lsn> {
    let (layout, lsn) = row.split_first()?;
    (*layout == LAYOUT).then(|| lsn.try_into().ok().map(u64::from_be_bytes).map(Lsn)).flatten()
}

/// What all rows of a reference number begin with.
pub(super) fn rrn_prefix(rrn: &Rrn) -> Vec<u8> {
    let text = rrn.as_str().as_bytes();
    let mut row = vec![RRN, u8::try_from(text.len()).unwrap_or(u8::MAX)];
    row.extend_from_slice(text);
    row
}

pub(super) fn rrn_row(rrn: &Rrn, lsn: Lsn) -> Vec<u8> {
    let mut row = rrn_prefix(rrn);
    row.extend(lsn.0.to_be_bytes());
    row
}

pub(super) fn rrn_row_lsn(row: &[u8]) -> Result<Lsn, IndexError> {
    row.last_chunk().map(|bytes| Lsn(u64::from_be_bytes(*bytes))).ok_or(IndexError::Damaged { row: "reference number" })
}
