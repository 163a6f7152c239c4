//! Folds durable records into an index, batch by batch.

use super::fold::{Step, effect, stepped, takes};
use super::{ApplyError, Batch, Index};
use crate::journal::{JournalError, JournalReader};
use lijian_domain::cap::{CapBalance, CapKey, CapTake};
use lijian_domain::ids::Lsn;
use lijian_domain::record::Entry;
use std::collections::{BTreeMap, HashMap};

/// Records folded in one batch at most: enough to write each budget's row once for many sales, little enough that a batch
/// stays within some megabytes.
pub const BATCH_RECORDS_MAX: usize = 2_048;

/// Intents whose caps are remembered until their outcome comes. Others are looked up again.
const REMEMBERED_MAX: usize = 16_384;

/// The journal as the index reads it.
pub trait History {
    /// Why it cannot be read.
    type Error;

    /// Records in their order, beginning with `from`.
    fn entries(&mut self, from: Lsn) -> impl Iterator<Item = Result<Entry, Self::Error>>;

    /// One record; none if there is none of that LSN.
    fn record(&mut self, lsn: Lsn) -> Result<Option<Entry>, Self::Error>;
}

impl History for JournalReader {
    type Error = JournalError;

    fn entries(&mut self, from: Lsn) -> impl Iterator<Item = Result<Entry, JournalError>> {
        Self::entries(self, from)
    }

    fn record(&mut self, lsn: Lsn) -> Result<Option<Entry>, JournalError> {
        Self::record(self, lsn)
    }
}

/// Brings an index up to date. The only writer of its index.
#[derive(Debug)]
pub struct Applier<I, H> {
    index: I,
    history: H,
    /// Takes by the LSN of their intent: only a cache of what the history would say.
    remembered: HashMap<Lsn, Box<[CapTake]>>,
}

impl<I: Index, H: History> Applier<I, H> {
    /// Goes on where the index stands.
    pub fn new(index: I, history: H) -> Self {
        Self { index, history, remembered: HashMap::new() }
    }

    /// Folds one batch of the records up to `durable` and says how far the index is then. To be called again until that is
    /// `durable`; an index that is there already is left as it is. After an error the index stands where it stood, but if
    /// its rows turned out to be wrong it has been emptied, and the next step begins with the first record.
    pub fn step(&mut self, durable: Lsn) -> Result<Lsn, ApplyError<H::Error>> {
        let stepped = self.try_step(durable);
        if stepped.as_ref().is_err_and(ApplyError::is_of_wrong_rows) {
            self.remembered.clear();
            self.index.clear()?;
        }
        stepped
    }

    /// The index, to be asked.
    pub fn index(&self) -> &I {
        &self.index
    }

    /// Ends the applier.
    pub fn into_index(self) -> I {
        self.index
    }

    fn try_step(&mut self, durable: Lsn) -> Result<Lsn, ApplyError<H::Error>> {
        let applied = self.index.applied()?;
        if applied >= durable {
            return Ok(applied);
        }
        let ahead = usize::try_from(durable.0 - applied.0).unwrap_or(usize::MAX).min(BATCH_RECORDS_MAX);
        let batch = self.batch(applied, ahead)?;
        self.index.apply(&batch)?;
        Ok(batch.applied)
    }

    fn batch(&mut self, applied: Lsn, records: usize) -> Result<Batch, ApplyError<H::Error>> {
        let mut batch = Batch { applied, ..Batch::default() };
        let mut steps = Vec::with_capacity(records);
        for entry in self.history.entries(applied.next()).take(records) {
            let entry = entry.map_err(ApplyError::Journal)?;
            let expected = batch.applied.next();
            if entry.lsn != expected {
                return Err(ApplyError::Gap { expected, got: entry.lsn });
            }
            batch.applied = entry.lsn;
            let effect = effect(entry.lsn, &entry.record);
            batch.rrns.extend(effect.rrn);
            steps.extend(effect.step.map(|(step, intent)| (entry.lsn, step, intent)));
            if let Some(takes) = takes(&entry.record) {
                self.remembered.insert(entry.lsn, takes.into());
            }
        }
        if batch.applied == applied {
            return Err(ApplyError::Gap { expected: applied.next(), got: Lsn::NONE });
        }
        for (at, step, intent) in steps {
            self.take_step(&mut batch.balances, at, step, intent)?;
        }
        if self.remembered.len() > REMEMBERED_MAX {
            self.remembered.clear();
        }
        Ok(batch)
    }

    fn take_step(
        &mut self,
        balances: &mut BTreeMap<CapKey, CapBalance>,
        at: Lsn,
        step: Step,
        intent: Lsn,
    ) -> Result<(), ApplyError<H::Error>> {
        let takes = match self.remembered.remove(&intent) {
            Some(takes) => takes,
            None => self.look_up(at, intent)?,
        };
        for take in &takes {
            let before = match balances.get(&take.key) {
                Some(balance) => *balance,
                None => self.index.balance(&take.key)?,
            };
            let out_of_range = || ApplyError::Balance { at, cap: take.key.to_string() };
            balances.insert(take.key, stepped(before, step, take).ok_or_else(out_of_range)?);
        }
        if step == Step::Hold {
            self.remembered.insert(intent, takes);
        }
        Ok(())
    }

    fn look_up(&mut self, at: Lsn, intent: Lsn) -> Result<Box<[CapTake]>, ApplyError<H::Error>> {
        match self.history.record(intent).map_err(ApplyError::Journal)? {
            Some(entry) => takes(&entry.record).map(Into::into).ok_or(ApplyError::NoIntent { at, intent }),
            None => Err(ApplyError::NoIntent { at, intent }),
        }
    }
}

/// Throws the index away and folds the whole history up to `durable` again.
pub fn rebuild<I: Index, H: History>(mut index: I, history: H, durable: Lsn) -> Result<I, ApplyError<H::Error>> {
    index.clear()?;
    let mut applier = Applier::new(index, history);
    while applier.step(durable)? < durable {}
    Ok(applier.into_index())
}
