//! Rows in segments: a row that was put in stays where it is.

use super::row::Row;

const SEGMENT_BITS: u32 = 16;
/// Rows in one segment: 2.4 MB.
const SEGMENT_ROWS: usize = 1 << SEGMENT_BITS;

/// See the file.
#[derive(Clone, Default)]
pub(super) struct Rows {
    /// All full but the last.
    segments: Vec<Vec<Row>>,
}

impl Rows {
    pub(super) fn len(&self) -> usize {
        let full = self.segments.len().saturating_sub(1) * SEGMENT_ROWS;
        full + self.segments.last().map_or(0, Vec::len)
    }

    pub(super) fn get(&self, place: u32) -> Option<&Row> {
        let (segment, row) = split(place);
        self.segments.get(segment)?.get(row)
    }

    pub(super) fn get_mut(&mut self, place: u32) -> Option<&mut Row> {
        let (segment, row) = split(place);
        self.segments.get_mut(segment)?.get_mut(row)
    }

    /// Puts a row behind all others and says its place; none where places are used up.
    pub(super) fn push(&mut self, row: Row) -> Option<u32> {
        let place = u32::try_from(self.len()).ok()?;
        if self.segments.last().is_none_or(|segment| segment.len() == SEGMENT_ROWS) {
            self.segments.push(Vec::with_capacity(SEGMENT_ROWS));
        }
        self.segments.last_mut()?.push(row);
        Some(place)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Row> {
        self.segments.iter().flatten()
    }
}

fn split(place: u32) -> (usize, usize) {
    let place = usize::try_from(place).unwrap_or(usize::MAX);
    (place >> SEGMENT_BITS, place & (SEGMENT_ROWS - 1))
}
