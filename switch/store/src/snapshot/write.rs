//! Writing a snapshot.

use super::layout::{HEAD_BYTES, Head, Middle};
use super::requests::RequestRow;
use super::{Moment, SnapshotError, Snapshots, name_of};
use crate::claims::Claims;
use crate::format::Field;
use crate::quota::Quota;
use crate::recovery::Standing;
use crate::storage::StorageFile;
use sha2::{Digest, Sha256};
use std::io;

/// Bytes written at once.
const PIECE_BYTES: usize = 1 << 20;

impl Snapshots {
    /// Writes the snapshot of `moment`, durably; one of the same record is replaced. `quota`, `claims` and `requests` are those
    /// of that moment, and nobody else changes them. Says its length in bytes.
    ///
    /// # Errors
    /// The disk fails, or it would leave the journal less than its reserve: then nothing stays of it.
    pub fn write(
        &self,
        moment: Moment,
        standing: Standing,
        quota: &Quota,
        claims: &Claims,
        requests: &[RequestRow],
    ) -> Result<u64, SnapshotError> {
        let name = name_of(moment.head.lsn);
        let failed = |source| self.io(&name, source);
        let (head, middle) = parts(moment, standing, quota, claims, requests);
        let bytes = head.file_bytes().unwrap_or(u64::MAX);
        let free_bytes = self.storage.free_bytes().map_err(failed)?;
        if free_bytes.checked_sub(bytes).is_none_or(|left| left < self.reserve_bytes) {
            let reserve = self.reserve_bytes;
            return Err(failed(io::Error::new(
                io::ErrorKind::StorageFull,
                format!("{bytes} bytes, {free_bytes} are free and {reserve} are left to the journal: free some space"),
            )));
        }
        if self.storage.list().map_err(failed)?.contains(&name) {
            self.storage.remove(&name).map_err(failed)?;
        }
        let file = self.storage.create(&name, 0).map_err(failed)?;
        let written = write_to(&*file, &head, &middle, quota, claims, requests);
        if let Err(error) = written.and_then(|()| self.storage.sync_directory()) {
            // What is left of it would take the space of the next one, and of the journal.
            self.storage.remove(&name).unwrap_or_default();
            return Err(failed(error));
        }
        Ok(bytes)
    }
}

fn write_to(
    file: &dyn StorageFile,
    head: &Head,
    middle: &[u8],
    quota: &Quota,
    claims: &Claims,
    requests: &[RequestRow],
) -> io::Result<()> {
    let mut sink = Sink { file: Some(file), offset: 0, buffer: Vec::new(), digest: Sha256::new() };
    fill(&mut sink, head, middle, quota, claims, requests)?;
    let digest = sink.digest.finalize();
    file.write_all_at(&digest, sink.offset)?;
    file.sync_data()?;
    // The head comes last: without it the file is known to be unfinished.
    file.write_all_at(&head.encode(), 0)?;
    file.sync_data()
}

/// The checksum that the snapshot of this moment has, whoever makes it.
pub fn digest(moment: Moment, standing: Standing, quota: &Quota, claims: &Claims, requests: &[RequestRow]) -> [u8; 32] {
    let (head, middle) = parts(moment, standing, quota, claims, requests);
    let mut sink = Sink { file: None, offset: 0, buffer: Vec::new(), digest: Sha256::new() };
    // Nothing is written, so nothing fails.
    fill(&mut sink, &head, &middle, quota, claims, requests).unwrap_or_default();
    sink.digest.finalize().into()
}

fn parts(
    moment: Moment,
    standing: Standing,
    quota: &Quota,
    claims: &Claims,
    requests: &[RequestRow],
) -> (Head, Vec<u8>) {
    let mut middle = Vec::new();
    let (budgets, classes) = (quota.used_budgets(), quota.personal_classes());
    Middle { standing, budgets, classes, claims: claims.saved() }.put(&mut middle);
    let head = Head {
        moment,
        standing_bytes: middle.len() as u64,
        personal_rows: quota.used_rows() as u64,
        request_rows: requests.len() as u64,
        claim_rows: claims.len() as u64,
    };
    (head, middle)
}

/// Everything but the checksum, and the head only into that.
fn fill(
    sink: &mut Sink<'_>,
    head: &Head,
    middle: &[u8],
    quota: &Quota,
    claims: &Claims,
    requests: &[RequestRow],
) -> io::Result<()> {
    sink.digest.update(head.encode());
    sink.offset = HEAD_BYTES as u64;
    sink.buffer.extend_from_slice(middle);
    sink.write_out()?;
    quota.for_each_used_row(|row| {
        row.put(&mut sink.buffer);
        sink.write_if_full()
    })?;
    for row in requests {
        row.put(&mut sink.buffer);
        sink.write_if_full()?;
    }
    for row in claims.saved_rows() {
        row.put(&mut sink.buffer);
        sink.write_if_full()?;
    }
    sink.write_out()
}

/// A file that is written from its first byte to its last, hashed on the way.
struct Sink<'a> {
    /// None where only its checksum is asked for.
    file: Option<&'a dyn StorageFile>,
    offset: u64,
    buffer: Vec<u8>,
    digest: Sha256,
}

impl Sink<'_> {
    fn write_if_full(&mut self) -> io::Result<()> {
        if self.buffer.len() >= PIECE_BYTES { self.write_out() } else { Ok(()) }
    }

    fn write_out(&mut self) -> io::Result<()> {
        self.digest.update(&self.buffer);
        if let Some(file) = self.file {
            file.write_all_at(&self.buffer, self.offset)?;
            // A piece at a time, so that the journal's syncs never wait for a whole snapshot.
            file.sync_data()?;
        }
        self.offset += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}
