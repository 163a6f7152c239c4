//! Places found in the middle of a segment by halving it, so that one record is read without everything that stands before it.
//!
//! A batch begins with bytes that can be looked for, and has checksums. A record can hold all of that too, put there by a peer. So
//! a place counts only where the batch behind it follows from it by the chain of hashes: that nobody can know beforehand.

use super::walk::{Cursor, Walker};
use crate::format::{BATCH_HEADER_BYTES, BatchHeader, find_batch_magic};
use lijian_domain::ids::Lsn;

/// Less than this is read through.
const NEAR_BYTES: u64 = 64 * 1024;
/// Bytes that are searched at once.
const PIECE_BYTES: usize = 64 * 1024;

impl Walker {
    /// The nearest place before the batch of `lsn` that can be found between `from` and byte `end` of its segment. Whatever is
    /// damaged there is left for who reads on from it to tell.
    pub(super) fn nearer(&mut self, mut from: Cursor, mut end: u64, lsn: Lsn) -> Cursor {
        while end.saturating_sub(from.offset) > NEAR_BYTES {
            let middle = from.offset + (end - from.offset) / 2;
            match self.place_behind(from.number, middle, end) {
                Some(place) if place.next_lsn <= lsn => from = place,
                _ => end = middle,
            }
        }
        from
    }

    /// The first place between two batches at or behind `start`, and before `end`.
    fn place_behind(&mut self, number: u32, start: u64, end: u64) -> Option<Cursor> {
        let mut piece = vec![0; PIECE_BYTES];
        let mut at = start;
        while at < end {
            let read = self.open(number).ok()?.read_at(&mut piece, at).ok()?;
            let bytes = piece.get(..read)?;
            let mut from = 0;
            while let Some(found) = find_batch_magic(bytes, from) {
                from = found + 1;
                let head = bytes.get(found..found + BATCH_HEADER_BYTES);
                let header = head.and_then(|head| BatchHeader::decode(head, number).ok());
                let place = header.and_then(|header| self.proven(number, at + found as u64, &header));
                if let Some(place) = place.filter(|place| place.offset < end) {
                    return Some(place);
                }
            }
            if read < PIECE_BYTES {
                return None;
            }
            // A head can begin in one piece and end in the next.
            at += (read - BATCH_HEADER_BYTES) as u64;
        }
        None
    }

    /// The place behind this batch, if the next one follows from it.
    fn proven(&mut self, number: u32, offset: u64, header: &BatchHeader) -> Option<Cursor> {
        let mut place = Cursor { number, offset, next_lsn: header.first_lsn, chain: None };
        self.advance(&mut place).ok()??;
        let mut next = place;
        self.advance(&mut next).ok()??;
        (place.number == number && next.number == number).then_some(place)
    }
}
