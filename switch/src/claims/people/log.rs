//! The log: batches of rows, each synced before the next one is written.
//!
//! So a batch that is not whole is the last one, and was told to nobody: it is cut. A broken batch with a whole one behind it
//! is damage, and the start is refused.

use super::row::{self, ROW_MAX, Registered, Row, STEP};
use super::vault::PeopleError;
use lijian_store::storage::StorageFile;

/// Rows of one batch at most.
pub(super) const BATCH_ROWS_MAX: usize = 256;
/// Bytes of the largest batch, its head included.
const BATCH_BYTES_MAX: usize = (BATCH_ROWS_MAX + 1) * ROW_MAX;
/// Read at once at start: several batches.
const READ_BYTES: usize = 8 * BATCH_BYTES_MAX;

const NAME: &str = "claims/people.log";

/// The open log.
#[derive(Debug)]
pub(super) struct Log {
    file: Box<dyn StorageFile>,
    end: u64,
}

/// Where a row stands: its first byte divided by [`STEP`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place(u32);

impl Place {
    fn at(offset: u64) -> Result<Self, PeopleError> {
        u32::try_from(offset / STEP as u64).map(Self).map_err(|_| PeopleError::Full)
    }

    fn offset(self) -> u64 {
        u64::from(self.0) * STEP as u64
    }
}

impl Log {
    /// Takes all rows, in their order, and cuts a torn end. Gives the bytes cut.
    pub(super) fn open(
        file: Box<dyn StorageFile>,
        mut take: impl FnMut(&StorageBytes<'_>, Place, Row) -> Result<(), PeopleError>,
    ) -> Result<(Self, u64), PeopleError> {
        let failed = PeopleError::io(NAME, "read");
        let length = file.byte_length().map_err(&failed)?;
        let mut buffer = vec![0; READ_BYTES];
        let (mut end, mut base, mut filled) = (0, 0, 0);
        loop {
            let skipped = usize::try_from(end - base).unwrap_or(filled).min(filled);
            if filled - skipped < BATCH_BYTES_MAX && base + (filled as u64) < length {
                base = end;
                filled = file.read_at(&mut buffer, base).map_err(&failed)?;
                continue;
            }
            let Some((rows, bytes)) = batch(buffer.get(skipped..filled).unwrap_or_default()) else { break };
            let head = bytes - rows.len();
            let reader = StorageBytes(file.as_ref());
            let mut rest = rows;
            while let Some((row, taken)) = row::read(rest) {
                take(&reader, Place::at(end + (head + rows.len() - rest.len()) as u64)?, row)?;
                rest = rest.get(taken..).unwrap_or_default();
            }
            end += bytes as u64;
        }
        if follows(file.as_ref(), end, length)? {
            return Err(PeopleError::Damaged { offset: end });
        }
        let log = Self { file, end };
        if end < length {
            log.file.set_byte_length(end).map_err(PeopleError::io(NAME, "cut"))?;
            log.sync()?;
        }
        Ok((log, length - end))
    }

    /// Writes a batch at the end and returns when it is on the medium, with the place of each row.
    pub(super) fn append(&mut self, rows: &[Row]) -> Result<Vec<Place>, PeopleError> {
        let mut places = Vec::with_capacity(rows.len());
        let head_bytes = row::write(&Row::Batch { bytes: 0, check: 0 }).ok_or(PeopleError::Full)?.len();
        let mut body = Vec::new();
        for row in rows {
            places.push(Place::at(self.end + (head_bytes + body.len()) as u64)?);
            body.extend(row::write(row).ok_or(PeopleError::Full)?);
        }
        let bytes = u32::try_from(body.len()).map_err(|_| PeopleError::Full)?;
        let mut batch = row::write(&Row::Batch { bytes, check: crc32c::crc32c(&body) }).ok_or(PeopleError::Full)?;
        batch.append(&mut body);
        self.file.write_all_at(&batch, self.end).map_err(PeopleError::io(NAME, "written"))?;
        self.sync()?;
        self.end += batch.len() as u64;
        Ok(places)
    }

    /// The registration at a place.
    pub(super) fn registered(&self, place: Place) -> Result<Registered, PeopleError> {
        StorageBytes(self.file.as_ref()).registered(place)
    }

    fn sync(&self) -> Result<(), PeopleError> {
        self.file.sync_data().map_err(PeopleError::io(NAME, "synced"))
    }
}

/// The log's file while it is being opened.
pub(super) struct StorageBytes<'a>(&'a dyn StorageFile);

impl StorageBytes<'_> {
    pub(super) fn registered(&self, place: Place) -> Result<Registered, PeopleError> {
        let mut buffer = [0; ROW_MAX];
        let read = self.0.read_at(&mut buffer, place.offset()).map_err(PeopleError::io(NAME, "read"))?;
        match row::read(buffer.get(..read).unwrap_or_default()) {
            Some((Row::Registered(registered), _)) => Ok(registered),
            _ => Err(PeopleError::Damaged { offset: place.offset() }),
        }
    }
}

/// The rows of the batch at the front of `bytes`, and the bytes of all of it.
fn batch(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let (Row::Batch { bytes: length, check }, head) = row::read(bytes)? else { return None };
    let whole = head.checked_add(usize::try_from(length).ok()?)?;
    let rows = bytes.get(head..whole).filter(|_| whole <= BATCH_BYTES_MAX)?;
    (crc32c::crc32c(rows) == check).then_some((rows, whole))
}

/// Whether a whole batch stands anywhere behind `offset`.
fn follows(file: &dyn StorageFile, offset: u64, length: u64) -> Result<bool, PeopleError> {
    let mut buffer = vec![0; READ_BYTES];
    let mut from = offset + STEP as u64;
    while from < length {
        let read = file.read_at(&mut buffer, from).map_err(PeopleError::io(NAME, "read"))?;
        let bytes = buffer.get(..read).unwrap_or_default();
        let looked = if from + (read as u64) < length { read.saturating_sub(BATCH_BYTES_MAX) } else { read };
        if (0..looked).step_by(STEP).any(|at| batch(bytes.get(at..).unwrap_or_default()).is_some()) {
            return Ok(true);
        }
        from += (looked.max(STEP) as u64).next_multiple_of(STEP as u64);
    }
    Ok(false)
}
