//! Snapshots against the journal: what each tells is worked out again from the first record on.

use super::history::{History, HistoryError, Progress};
use lijian_domain::ids::Lsn;
use lijian_exchange::Chronicle;
use lijian_store::quota::Quota;
use lijian_store::snapshot::{Found, SnapshotError, Snapshots};
use lijian_store::storage::FileStorage;
use std::path::Path;
use std::sync::Arc;

/// How many snapshots tell what the journal tells, and what is wrong with others.
pub(super) fn check(history: &mut History, data: &Path) -> Result<(usize, Vec<String>), HistoryError> {
    let Ok(storage) = FileStorage::open_existing(&data.join("snapshots")) else { return Ok((0, Vec::new())) };
    let mut again = history.another_reader()?;
    let (all, passed_over) = match Snapshots::new(Arc::new(storage), 0).all(&mut again) {
        Ok(found) => found,
        Err(SnapshotError::Journal(error)) => return Err(error.into()),
        Err(error) => return Ok((0, vec![error.to_string()])),
    };
    let mut findings: Vec<String> = passed_over.iter().map(ToString::to_string).collect();
    let mut right = 0;
    // From the oldest to the newest, each number of days apart: there is one, but right after a change of it.
    let mut all: Vec<&Found> = all.iter().collect();
    all.sort_unstable_by_key(|found| (found.moment.answers_days, found.moment.head.lsn));
    for same in all.chunk_by(|one, other| one.moment.answers_days == other.moment.answers_days) {
        for (found, digest) in same.iter().zip(digests(history, same)?) {
            if digest == found.digest {
                right += 1;
            } else {
                findings.push(format!(
                    "the snapshot of record {} tells something else than the journal: remove it from {}",
                    found.moment.head.lsn,
                    data.join("snapshots").display(),
                ));
            }
        }
    }
    Ok((right, findings))
}

/// The checksums that snapshots of these moments have, in their order.
fn digests(history: &mut History, of: &[&Found]) -> Result<Vec<[u8; 32]>, HistoryError> {
    let (Some(first), Some(last)) = (of.first(), of.last()) else { return Ok(Vec::new()) };
    let quota = Quota::new();
    let mut again = history.another_reader()?;
    // Nobody chooses what is hashed here.
    let mut chronicle = Chronicle::new(&quota, first.moment.answers_days, 0);
    let mut progress = Progress::new("compared with the snapshots");
    let mut digests = Vec::new();
    for entry in history.reader.entries(Lsn(1)) {
        let entry = entry?;
        if entry.lsn > last.moment.head.lsn {
            break;
        }
        progress.reached(entry.lsn);
        chronicle.apply(&entry, &mut again)?;
        if of.iter().any(|found| found.moment.head.lsn == entry.lsn) {
            digests.push(chronicle.digest(&mut again)?);
        }
    }
    Ok(digests)
}
