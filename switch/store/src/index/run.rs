//! One sorted file of rows, written once: a head of 64 bytes, blocks of 4,096 bytes, then the first row of each block.
//!
//! A row is 21 bytes: reference number `bytes(12)`, zeros behind it, its length `u8`, LSN `u64` big-endian; so rows stand in the
//! order of their bytes. A block holds up to 194 rows, their number `u32` and the CRC32C of both at its end. The head is written
//! after everything else is durable: a file that begins with zeros is unfinished. FORMAT.md describes it to the byte.

use super::{IndexError, Row};
use crate::storage::{Storage, StorageFile};
use lijian_domain::ids::{Lsn, Rrn};
use lijian_domain::text::Text;
use std::io;

const MAGIC: [u8; 8] = *b"LJINDEX1";
const HEAD_BYTES: usize = 64;
/// What of the head its checksum is over.
const HEAD_CHECKED: usize = 36;
const BLOCK_BYTES: usize = 4_096;
const NUMBER_BYTES: usize = 12;
const ROW_BYTES: usize = NUMBER_BYTES + 1 + 8;
const BLOCK_ROWS: usize = 194;
/// Where the number of rows and the checksum stand in a block.
const BLOCK_TAIL: usize = BLOCK_BYTES - 8;
const SUFFIX: &str = ".run";

/// A row as its bytes: they are ordered as rows are.
type RowBytes = [u8; ROW_BYTES];

/// A file of rows.
#[derive(Debug)]
pub(super) struct Run {
    file: Box<dyn StorageFile>,
    /// The first record of which it has the rows.
    pub(super) first: Lsn,
    /// The last one.
    pub(super) last: Lsn,
    /// The first row of each block.
    fences: Vec<RowBytes>,
}

/// Whether a file is one of rows.
pub(super) fn is_run(name: &str) -> bool {
    name.ends_with(SUFFIX)
}

impl Run {
    /// Writes the rows of these records, which are in order, each once; on the medium when it returns. Where that fails nothing is
    /// left behind, as far as the disk lets it.
    pub(super) fn write(storage: &dyn Storage, first: Lsn, last: Lsn, rows: &[Row]) -> io::Result<Self> {
        let name = format!("{:016x}-{:016x}{SUFFIX}", first.0, last.0);
        // One that was not finished.
        remove(storage, &name)?;
        let written = Self::write_to(storage, &name, (first, last), rows);
        if written.is_err() {
            let _ = remove(storage, &name);
        }
        written
    }

    fn write_to(storage: &dyn Storage, name: &str, (first, last): (Lsn, Lsn), rows: &[Row]) -> io::Result<Self> {
        let blocks: Vec<&[Row]> = rows.chunks(BLOCK_ROWS).collect();
        let fences: Vec<RowBytes> = blocks.iter().filter_map(|block| block.first()).map(bytes_of).collect();
        let length = file_bytes(blocks.len()).ok_or(io::ErrorKind::FileTooLarge)?;
        let file = storage.create(name, length)?;
        let mut offset = HEAD_BYTES as u64;
        for rows in blocks {
            file.write_all_at(&block(rows), offset)?;
            offset += BLOCK_BYTES as u64;
        }
        let mut tail = fences.concat();
        tail.extend(crc32c::crc32c(&tail).to_le_bytes());
        file.write_all_at(&tail, offset)?;
        file.sync_data()?;
        file.write_all_at(&head(first, last, fences.len()), 0)?;
        file.sync_data()?;
        storage.sync_directory()?;
        Ok(Self { file, first, last, fences })
    }

    /// Opens a file; none where it is not whole, as far as its head and its end tell.
    pub(super) fn open(storage: &dyn Storage, name: &str) -> io::Result<Option<Self>> {
        let file = storage.open_to_read(name)?;
        let mut head = [0; HEAD_BYTES];
        let Some((first, last, blocks)) = read(file.as_ref(), &mut head, 0)?.then(|| parse_head(&head)).flatten()
        else {
            return Ok(None);
        };
        if file_bytes(blocks) != Some(file.byte_length()?) {
            return Ok(None);
        }
        let mut tail = vec![0; blocks * ROW_BYTES + 4];
        let offset = (HEAD_BYTES + blocks * BLOCK_BYTES) as u64;
        let whole = read(file.as_ref(), &mut tail, offset)?;
        let Some((fences, check)) = tail.split_last_chunk::<4>().filter(|_| whole) else { return Ok(None) };
        if crc32c::crc32c(fences) != u32::from_le_bytes(*check) {
            return Ok(None);
        }
        Ok(Some(Self { file, first, last, fences: fences.as_chunks().0.to_vec() }))
    }

    /// Reads every block, and says whether all are whole.
    pub(super) fn prove(&self) -> Result<(), IndexError> {
        let mut bytes = [0; BLOCK_BYTES];
        (0..self.fences.len()).try_for_each(|place| self.block(place, &mut bytes).map(drop))
    }

    /// Adds the records of a number, the newest first, `most` of them at most.
    pub(super) fn find(&self, rrn: &Rrn, most: usize, found: &mut Vec<Lsn>) -> Result<(), IndexError> {
        let (low, high) = (bytes_of(&(*rrn, Lsn::NONE)), bytes_of(&(*rrn, Lsn(u64::MAX))));
        let end = found.len().saturating_add(most);
        let mut bytes = [0; BLOCK_BYTES];
        let mut places = 0..self.fences.partition_point(|fence| *fence <= high);
        while let Some(place) = places.next_back() {
            let rows = self.block(place, &mut bytes)?;
            let until = rows.partition_point(|row| *row <= high);
            for row in rows.iter().take(until).rev() {
                if *row < low || found.len() >= end {
                    return Ok(());
                }
                found.push(lsn_of(row));
            }
        }
        Ok(())
    }

    fn block<'b>(&self, place: usize, bytes: &'b mut [u8; BLOCK_BYTES]) -> Result<&'b [RowBytes], IndexError> {
        let damaged = || IndexError::Damaged { row: "reference number" };
        let offset = (HEAD_BYTES + place * BLOCK_BYTES) as u64;
        let whole = read(self.file.as_ref(), bytes, offset).map_err(|_| damaged())?;
        let (checked, check) = bytes.split_at(BLOCK_BYTES - 4);
        if !whole || check != crc32c::crc32c(checked).to_le_bytes() {
            return Err(damaged());
        }
        let count =
            checked.get(BLOCK_TAIL..).and_then(|tail| tail.first_chunk().map(|count| u32::from_le_bytes(*count)));
        let count = count.and_then(|count| usize::try_from(count).ok()).filter(|count| *count <= BLOCK_ROWS);
        let rows = checked.get(..count.ok_or_else(damaged)? * ROW_BYTES).unwrap_or_default();
        Ok(rows.as_chunks().0)
    }
}

fn remove(storage: &dyn Storage, name: &str) -> io::Result<()> {
    match storage.remove(name) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The length of a file of so many blocks; none where it cannot be counted.
fn file_bytes(blocks: usize) -> Option<u64> {
    let bytes = blocks.checked_mul(BLOCK_BYTES + ROW_BYTES)?.checked_add(HEAD_BYTES + 4)?;
    u64::try_from(bytes).ok()
}

fn head(first: Lsn, last: Lsn, blocks: usize) -> Vec<u8> {
    let mut head = MAGIC.to_vec();
    head.extend(first.0.to_le_bytes());
    head.extend(last.0.to_le_bytes());
    head.extend((blocks as u64).to_le_bytes());
    head.resize(HEAD_CHECKED, 0);
    head.extend(crc32c::crc32c(&head).to_le_bytes());
    head.resize(HEAD_BYTES, 0);
    head
}

fn parse_head(bytes: &[u8; HEAD_BYTES]) -> Option<(Lsn, Lsn, usize)> {
    let word = |at: usize| bytes.get(at..at + 8)?.first_chunk().map(|word| u64::from_le_bytes(*word));
    let blocks = usize::try_from(word(24)?).ok()?;
    let (first, last) = (Lsn(word(8)?), Lsn(word(16)?));
    // All of it is as it was written, also what means nothing.
    (bytes[..] == head(first, last, blocks)).then_some((first, last, blocks))
}

fn block(rows: &[Row]) -> Vec<u8> {
    let mut bytes: Vec<u8> = rows.iter().flat_map(bytes_of).collect();
    bytes.resize(BLOCK_TAIL, 0);
    bytes.extend(u32::try_from(rows.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
    bytes
}

fn bytes_of((rrn, lsn): &Row) -> RowBytes {
    let mut bytes = [0; ROW_BYTES];
    let text = Text::as_bytes(&rrn.0);
    bytes.iter_mut().zip(text).for_each(|(to, from)| *to = *from);
    if let Some(length) = bytes.get_mut(NUMBER_BYTES) {
        *length = u8::try_from(text.len()).unwrap_or(u8::MAX);
    }
    bytes.iter_mut().skip(NUMBER_BYTES + 1).zip(lsn.0.to_be_bytes()).for_each(|(to, from)| *to = from);
    bytes
}

fn lsn_of(row: &RowBytes) -> Lsn {
    row.last_chunk().map_or(Lsn::NONE, |bytes| Lsn(u64::from_be_bytes(*bytes)))
}

/// Fills `buffer`; false where the file ends before.
fn read(file: &dyn StorageFile, buffer: &mut [u8], offset: u64) -> io::Result<bool> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, offset + filled as u64)? {
            0 => return Ok(false),
            read => filled += read,
        }
    }
    Ok(true)
}
