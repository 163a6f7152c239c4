//! Reading a snapshot: proven whole first, then taken in.

use super::layout::{DIGEST_BYTES, HEAD_BYTES, Head, Middle, used};
use super::requests::RequestRow;
use super::{Found, Moment, SnapshotError, Snapshots};
use crate::claims::{CLAIM_ROW_BYTES, ClaimError, ClaimRow, Claims};
use crate::format::{Field, FormatError, Input};
use crate::quota::{Inconsistent, PERSONAL_ROW_BYTES, PersonalRow, Quota};
use crate::recovery::Standing;
use crate::storage::StorageFile;
use sha2::{Digest, Sha256};
use std::io;

/// Bytes read at once: a multiple of no row, so that rows over two pieces are nothing special.
const PIECE_BYTES: usize = 1 << 20;

/// Checks the head, the length and the checksum of everything.
pub(super) fn prove(snapshots: &Snapshots, name: &str) -> Result<(Moment, [u8; DIGEST_BYTES]), SnapshotError> {
    let mut source = Source::open(snapshots, name)?;
    let damaged = |flaw| snapshots.damaged(name, flaw);
    let got = source.file.byte_length().map_err(|error| snapshots.io(name, error))?;
    if source.has_no_head()? {
        return Err(SnapshotError::Unfinished);
    }
    let mut digest = Sha256::new();
    let head = source.take(HEAD_BYTES)?;
    digest.update(head);
    let head = Head::decode(head).map_err(damaged)?;
    if head.file_bytes() != Some(got) {
        let sized = |bytes| usize::try_from(bytes).unwrap_or(usize::MAX);
        let at_most = sized(head.file_bytes().unwrap_or(u64::MAX));
        return Err(damaged(FormatError::Length { got: sized(got), at_most }));
    }
    let mut left = got - (HEAD_BYTES + DIGEST_BYTES) as u64;
    while left > 0 {
        let piece = usize::try_from(left).unwrap_or(usize::MAX).min(PIECE_BYTES);
        digest.update(source.take(piece)?);
        left -= piece as u64;
    }
    let computed: [u8; DIGEST_BYTES] = digest.finalize().into();
    if source.take(DIGEST_BYTES)? != computed {
        return Err(damaged(FormatError::Value { at: 0, what: "SHA-256 of the file" }));
    }
    Ok((head.moment, computed))
}

/// Whether whoever wrote it stopped before its end.
pub(super) fn is_unfinished(snapshots: &Snapshots, name: &str) -> Result<bool, SnapshotError> {
    Source::open(snapshots, name)?.has_no_head()
}

impl Snapshots {
    /// Takes a proven snapshot in: what was used goes to `quota`, which is empty, each remembered request to `requests`, in
    /// order of the records that opened them; that says whether it knows the row's state.
    ///
    /// # Errors
    /// It changed since it was proven, its sums do not fit, or another version wrote states that are unknown here.
    pub fn load(
        &self,
        found: &Found,
        quota: &Quota,
        mut requests: impl FnMut(&RequestRow) -> bool,
    ) -> Result<(Standing, Claims), SnapshotError> {
        let name = &found.name;
        let damaged = |flaw| self.damaged(name, flaw);
        let wrong = |_: Box<Inconsistent>| damaged(FormatError::Value { at: HEAD_BYTES, what: "sum of a cap" });
        let misplaced = |_: ClaimError| damaged(FormatError::Value { at: HEAD_BYTES, what: "row of a claim" });
        let mut source = Source::open(self, name)?;
        let head = Head::decode(source.take(HEAD_BYTES)?).map_err(damaged)?;
        let middle_bytes = usize::try_from(head.standing_bytes).unwrap_or(usize::MAX);
        let mut input = Input::new(source.take(middle_bytes)?);
        let Middle { standing, budgets, classes, claims } = Field::take(&mut input).map_err(damaged)?;
        input.end().map_err(damaged)?;
        let budgets: Vec<_> = budgets.iter().map(|(key, stands)| used(*key, stands)).collect();
        quota.replay_hold(&budgets).and_then(|()| quota.replay_grant(&budgets)).map_err(wrong)?;
        let mut rows = quota.restore_rows(&classes);
        for _ in 0..head.personal_rows {
            let row = PersonalRow::take(&mut Input::new(source.take(PERSONAL_ROW_BYTES)?)).map_err(damaged)?;
            let unknown = FormatError::Value { at: HEAD_BYTES, what: "class of a personal row" };
            rows.put(row).ok_or_else(|| damaged(unknown))?;
        }
        for _ in 0..head.request_rows {
            let row = RequestRow::take(&mut Input::new(source.take(RequestRow::BYTES)?)).map_err(damaged)?;
            if !requests(&row) {
                return Err(damaged(FormatError::Unknown { what: "state of a request", got: row.state.into() }));
            }
        }
        let mut claims = Claims::of(claims).map_err(misplaced)?;
        for _ in 0..head.claim_rows {
            let row = ClaimRow::take(&mut Input::new(source.take(CLAIM_ROW_BYTES)?)).map_err(damaged)?;
            claims.restore(&row).map_err(misplaced)?;
        }
        Ok((standing, claims))
    }
}

/// A file that is read from its first byte to its last.
struct Source<'a> {
    snapshots: &'a Snapshots,
    name: &'a str,
    file: Box<dyn StorageFile>,
    offset: u64,
    buffer: Vec<u8>,
    /// Bytes of the buffer that were given out.
    at: usize,
}

impl<'a> Source<'a> {
    fn open(snapshots: &'a Snapshots, name: &'a str) -> Result<Self, SnapshotError> {
        let file = snapshots.storage.open_to_read(name).map_err(|source| snapshots.io(name, source))?;
        Ok(Self { snapshots, name, file, offset: 0, buffer: Vec::new(), at: 0 })
    }

    /// The next bytes; an error if the file ends before.
    fn take(&mut self, bytes: usize) -> Result<&[u8], SnapshotError> {
        if self.buffer.len() - self.at < bytes {
            self.buffer.drain(..self.at);
            self.at = 0;
            self.fill(bytes).map_err(|source| self.snapshots.io(self.name, source))?;
        }
        let from = self.at;
        self.at += bytes;
        Ok(self.buffer.get(from..self.at).unwrap_or_default())
    }

    /// Whether a file of which nothing was taken has zeros where its head is to stand; they are given out again.
    fn has_no_head(&mut self) -> Result<bool, SnapshotError> {
        let length = self.file.byte_length().map_err(|source| self.snapshots.io(self.name, source))?;
        if length < HEAD_BYTES as u64 {
            return Ok(true);
        }
        let zeros = self.take(HEAD_BYTES)?.iter().all(|byte| *byte == 0);
        self.at = 0;
        Ok(zeros)
    }

    /// Reads until the buffer holds so many bytes, by pieces: memory never grows beyond what the file has.
    fn fill(&mut self, bytes: usize) -> io::Result<()> {
        while self.buffer.len() < bytes {
            let filled = self.buffer.len();
            self.buffer.resize(filled + PIECE_BYTES, 0);
            let read = self.file.read_at(self.buffer.get_mut(filled..).unwrap_or_default(), self.offset)?;
            self.buffer.truncate(filled + read);
            self.offset += read as u64;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    }
}
