//! Folds durable records into an index, batch by batch.

use super::{ApplyError, Batch, Index, IndexError};
use crate::format::Numbered;
use crate::journal::{JournalError, JournalReader};
use lijian_domain::ids::Lsn;

/// Records folded in one batch at most: little enough that a batch stays within some hundred kilobytes.
pub const BATCH_RECORDS_MAX: usize = 2_048;

/// The journal as the index reads it.
pub trait History {
    /// Why it cannot be read.
    type Error;

    /// Records in their order, beginning with `from`.
    fn numbers(&mut self, from: Lsn) -> impl Iterator<Item = Result<Numbered, Self::Error>>;
}

impl History for JournalReader {
    type Error = JournalError;

    fn numbers(&mut self, from: Lsn) -> impl Iterator<Item = Result<Numbered, JournalError>> {
        Self::numbers(self, from)
    }
}

/// Brings an index up to date. The only writer of its index.
#[derive(Debug)]
pub struct Applier<I, H> {
    index: I,
    history: H,
    proven: bool,
}

impl<I: Index, H: History> Applier<I, H> {
    /// Goes on where the index stands.
    pub const fn new(index: I, history: H) -> Self {
        Self { index, history, proven: false }
    }

    /// Folds one batch of the records up to `durable` and says how far the index is then. To be called again until that is
    /// `durable`; an index that is there already is left as it is. After an error the index stands where it stood, but if
    /// its rows turned out to be wrong it has been emptied, and the next step begins with the first record.
    pub fn step(&mut self, durable: Lsn) -> Result<Lsn, ApplyError<H::Error>> {
        let stepped = self.try_step(durable);
        if stepped.as_ref().is_err_and(ApplyError::is_of_wrong_rows) {
            self.index.clear()?;
        }
        stepped
    }

    /// The index, to be asked.
    pub fn index(&self) -> &I {
        &self.index
    }

    /// Ends the applier, and writes what stands in memory alone.
    ///
    /// # Errors
    /// It cannot be written; it is folded again then.
    pub fn finish(mut self) -> Result<I, IndexError> {
        self.index.finish()?;
        Ok(self.index)
    }

    /// Ends the applier.
    pub fn into_index(self) -> I {
        self.index
    }

    fn try_step(&mut self, durable: Lsn) -> Result<Lsn, ApplyError<H::Error>> {
        if !std::mem::replace(&mut self.proven, true) {
            self.index.prove()?;
        }
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
        let mut batch = Batch { applied, rows: Vec::with_capacity(records) };
        for numbered in self.history.numbers(applied.next()).take(records) {
            let Numbered { lsn, row } = numbered.map_err(ApplyError::Journal)?;
            let expected = batch.applied.next();
            if lsn != expected {
                return Err(ApplyError::Gap { expected, got: lsn });
            }
            batch.applied = lsn;
            batch.rows.extend(row);
        }
        if batch.applied == applied {
            return Err(ApplyError::Gap { expected: applied.next(), got: Lsn::NONE });
        }
        // An outcome most often repeats the number of its intent.
        batch.rows.sort_unstable();
        batch.rows.dedup();
        Ok(batch)
    }
}

/// Throws the index away and folds the whole history up to `durable` again.
pub fn rebuild<I: Index, H: History>(mut index: I, history: H, durable: Lsn) -> Result<I, ApplyError<H::Error>> {
    index.clear()?;
    let mut applier = Applier::new(index, history);
    while applier.step(durable)? < durable {}
    Ok(applier.finish()?)
}
