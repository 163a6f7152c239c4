//! What a journal tells, as a start takes it over: the fold of the store over money, and what is remembered of requests, side by side, from
//! the first record of a journal or from a snapshot.
//!
//! A daemon that starts, the thread that makes its snapshots and whoever proves a snapshot all go this one way.

use crate::memory::Memory;
use lijian_domain::ids::{Lsn, RulesVersion};
use lijian_domain::record::Entry;
use lijian_domain::time::BusinessDate;
use lijian_store::claims::Claims;
use lijian_store::journal::{JournalError, JournalReader};
use lijian_store::quota::Quota;
use lijian_store::recovery::{Contradiction, Recovered, RecoveryError, Replay};
use lijian_store::snapshot::{self, Found, Moment, SnapshotError, Snapshots};

/// See the file.
pub struct Chronicle<'a> {
    quota: &'a Quota,
    replay: Replay<'a>,
    memory: Memory,
    pub(crate) latest_date: BusinessDate,
}

/// It cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum ChronicleError {
    /// The journal cannot be read, or contradicts itself.
    #[error(transparent)]
    Recovery(#[from] RecoveryError<JournalError>),
    /// A snapshot that was proven cannot be taken in.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

impl From<JournalError> for ChronicleError {
    fn from(error: JournalError) -> Self {
        RecoveryError::Journal(error).into()
    }
}

impl<'a> Chronicle<'a> {
    /// Nothing has happened yet; `quota` is empty. Requests are remembered for `answers_days` business days.
    pub fn new(quota: &'a Quota, answers_days: u16, hash_seed: u64) -> Self {
        let memory = Memory::new(answers_days, hash_seed);
        Self { quota, replay: Replay::new(quota), memory, latest_date: BusinessDate::default() }
    }

    /// Everything that a snapshot tells; `quota` is empty. `again` reads what is open in the journal once more.
    ///
    /// # Errors
    /// The snapshot or the journal cannot be read.
    pub fn load(
        snapshots: &Snapshots,
        found: &Found,
        again: &mut JournalReader,
        quota: &'a Quota,
        answers_days: u16,
        hash_seed: u64,
    ) -> Result<Self, ChronicleError> {
        let mut memory = Memory::new(answers_days, hash_seed);
        let (standing, claims) = snapshots.load(found, quota, |row| memory.restore(row))?;
        let Moment { head, latest_date, .. } = found.moment;
        let replay = Replay::resume(quota, standing, claims, head.lsn, |lsn| again.record(lsn))?;
        memory.restored(replay.returns());
        Ok(Self { quota, replay, memory, latest_date })
    }

    /// Takes the next record in; `again` finds one of long ago.
    ///
    /// # Errors
    /// The journal cannot be read, or contradicts itself.
    pub fn apply(&mut self, entry: &Entry, again: &mut JournalReader) -> Result<(), RecoveryError<JournalError>> {
        self.memory.replay(entry);
        self.latest_date = self.latest_date.max(entry.business_date);
        self.replay.apply(entry, |lsn| again.record(lsn))
    }

    /// The last record taken in.
    pub fn last(&self) -> Lsn {
        self.replay.last()
    }

    /// The version of the rules in force at the end; none where nothing was ever decided.
    pub fn rules_version(&self) -> Option<RulesVersion> {
        self.replay.rules_version()
    }

    /// All claims at the end.
    pub(crate) fn claims(&self) -> &Claims {
        self.replay.claims()
    }

    /// Writes a snapshot of what it has come to, which is the end of a batch; `again` knows the chain there. Says its length in
    /// bytes.
    ///
    /// # Errors
    /// As of [`Snapshots::write`], or the journal cannot be read.
    pub fn write(&self, snapshots: &Snapshots, again: &mut JournalReader) -> Result<u64, ChronicleError> {
        let moment = self.moment(again)?;
        let (standing, claims) = (self.replay.standing(), self.replay.claims());
        Ok(snapshots.write(moment, standing, self.quota, claims, &self.memory.rows())?)
    }

    /// The checksum that such a snapshot has.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn digest(&self, again: &mut JournalReader) -> Result<[u8; 32], RecoveryError<JournalError>> {
        let (standing, claims) = (self.replay.standing(), self.replay.claims());
        Ok(snapshot::digest(self.moment(again)?, standing, self.quota, claims, &self.memory.rows()))
    }

    fn moment(&self, again: &mut JournalReader) -> Result<Moment, RecoveryError<JournalError>> {
        let last = self.last();
        let Some(head) = again.chain_at(last).map_err(RecoveryError::Journal)?.filter(|head| head.lsn == last) else {
            return Err(RecoveryError::Contradiction(Contradiction::Vanished { intent: last }));
        };
        Ok(Moment { head, answers_days: self.memory.days(), latest_date: self.latest_date })
    }

    /// There are no more records.
    pub(crate) fn finish(
        self,
        again: &mut JournalReader,
    ) -> Result<(Recovered, Memory, BusinessDate), RecoveryError<JournalError>> {
        Ok((self.replay.finish(|lsn| again.record(lsn))?, self.memory, self.latest_date))
    }
}
