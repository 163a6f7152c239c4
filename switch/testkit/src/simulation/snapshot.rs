//! Starts that read on from a snapshot, which is made first as the daemon's thread makes it, of some part of the journal.

use lijian_domain::ids::Lsn;
use lijian_exchange::{Chronicle, ChronicleError, Exchange};
use lijian_store::journal::JournalReader;
use lijian_store::quota::Quota;
use lijian_store::recovery::{Recovered, RecoveryError};
use lijian_store::snapshot::Snapshots;
use lijian_store::storage::Storage;
use lijian_store::storage::faulty::MemoryStorage;
use std::sync::Arc;

/// What a start remembers requests by.
#[derive(Clone, Copy)]
pub(super) struct Remembering {
    pub(super) answers_days: u16,
    pub(super) hash_seed: u64,
}

/// A start by way of a snapshot went wrong.
#[derive(Debug, thiserror::Error)]
pub(super) enum TakenOver {
    /// It failed.
    #[error(transparent)]
    Failed(#[from] ChronicleError),
    /// It came to something else.
    #[error("a snapshot and the rest come to something else than the whole journal")]
    Otherwise,
}

/// Takes everything over by way of a snapshot, which must come to what the whole journal comes to.
pub(super) fn take_over(
    storage: &Arc<dyn Storage>,
    exchange: &mut Exchange,
    quota: &Quota,
    remembering: Remembering,
) -> Result<Recovered, TakenOver> {
    let Remembering { answers_days, hash_seed } = remembering;
    let reader = || JournalReader::open(Arc::clone(storage)).map_err(ChronicleError::from);
    let (mut first, mut again) = (reader()?, reader()?);
    let snapshots = Snapshots::new(Arc::new(MemoryStorage::default()), 0);
    let later = part(first.head().lsn);
    // The second is made from the first.
    for upto in [part(later), later] {
        make(&snapshots, &mut first, &mut again, remembering, upto)?;
    }
    let mut chronicle = match snapshots.newest(&mut again, answers_days).map_err(ChronicleError::from)?.0 {
        Some(found) => Chronicle::load(&snapshots, &found, &mut again, quota, answers_days, hash_seed)?,
        None => Chronicle::new(quota, answers_days, hash_seed),
    };
    fold(&mut chronicle, &mut first, &mut again, Lsn(u64::MAX))?;
    let all = Quota::new();
    let mut whole = Chronicle::new(&all, answers_days, hash_seed);
    fold(&mut whole, &mut first, &mut again, Lsn(u64::MAX))?;
    if chronicle.last() > Lsn::NONE {
        let mut digest = |chronicle: &Chronicle<'_>| chronicle.digest(&mut again).map_err(ChronicleError::from);
        // What a snapshot would hold: everything that was told.
        if digest(&chronicle)? != digest(&whole)? {
            return Err(TakenOver::Otherwise);
        }
    }
    Ok(exchange.take_over(chronicle, &mut again).map_err(ChronicleError::from)?)
}

/// Some record before this one, always the same.
fn part(last: Lsn) -> Lsn {
    Lsn((last.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 11) % (last.0 + 1))
}

fn make(
    snapshots: &Snapshots,
    first: &mut JournalReader,
    again: &mut JournalReader,
    remembering: Remembering,
    upto: Lsn,
) -> Result<(), ChronicleError> {
    let Remembering { answers_days, hash_seed } = remembering;
    let Some(end) = again.chain_at(upto).map_err(RecoveryError::Journal)?.filter(|end| end.lsn > Lsn::NONE) else {
        return Ok(());
    };
    let quota = Quota::new();
    let mut chronicle = match snapshots.newest(again, answers_days)?.0 {
        Some(found) => Chronicle::load(snapshots, &found, again, &quota, answers_days, hash_seed)?,
        None => Chronicle::new(&quota, answers_days, hash_seed),
    };
    fold(&mut chronicle, first, again, end.lsn)?;
    chronicle.write(snapshots, again).map(drop)
}

/// Takes in what follows, up to a record.
fn fold(
    chronicle: &mut Chronicle<'_>,
    first: &mut JournalReader,
    again: &mut JournalReader,
    upto: Lsn,
) -> Result<(), ChronicleError> {
    let from = chronicle.last().next();
    for entry in first.entries(from) {
        let entry = entry.map_err(RecoveryError::Journal)?;
        if entry.lsn > upto {
            break;
        }
        chronicle.apply(&entry, again)?;
    }
    Ok(())
}
