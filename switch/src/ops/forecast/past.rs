//! What was taken in the day before a start, from the journal.

use super::burn::{Burns, DAY_STEPS, first_of};
use super::is_forecast;
use lijian_domain::cap::CapTake;
use lijian_domain::ids::Lsn;
use lijian_domain::record::{Entry, Record};
use lijian_domain::time::UnixMicros;
use lijian_store::journal::{JournalError, JournalReader};
use std::collections::BTreeMap;

/// A fold over the records of a day.
#[derive(Debug)]
pub struct Past {
    burns: Burns,
    /// What sales and quotes of the day hold that have no end yet.
    open: BTreeMap<Lsn, Box<[CapTake]>>,
    /// Finds what older ones took.
    again: JournalReader,
}

impl Past {
    /// Before its first record; `again` is a reader of its own.
    pub fn new(again: JournalReader) -> Self {
        Self { burns: Burns::default(), open: BTreeMap::new(), again }
    }

    /// Takes the next record in.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn take(&mut self, entry: &Entry) -> Result<(), JournalError> {
        match &entry.record {
            Record::Intent(intent) => match intent.quote {
                None => self.hold(entry, &intent.award.caps),
                Some(quote) => {
                    let held = self.open.remove(&quote);
                    self.open.extend(held.map(|held| (entry.lsn, held)));
                }
            },
            Record::Quoted(quoted) => self.hold(entry, &quoted.sale.award.caps),
            Record::Granted(outcome) => drop(self.open.remove(&outcome.intent)),
            Record::Declined(outcome) => self.release(entry, outcome.intent)?,
            Record::Released(released) => self.release(entry, released.intent)?,
            Record::Reversed(outcome) => self.release(entry, outcome.intent)?,
            Record::GaveBack(gave) => self.move_all(entry.at, &gave.takes, -1),
            _ => {}
        }
        Ok(())
    }

    /// What it came to.
    pub fn burns(self) -> Burns {
        self.burns
    }

    fn hold(&mut self, entry: &Entry, takes: &[CapTake]) {
        self.move_all(entry.at, takes, 1);
        self.open.insert(entry.lsn, takes.iter().filter(|take| is_forecast(&take.key)).copied().collect());
    }

    fn release(&mut self, entry: &Entry, of: Lsn) -> Result<(), JournalError> {
        let takes = match self.open.remove(&of) {
            Some(takes) => takes,
            None => match self.again.record(of)?.map(|found| found.record) {
                Some(Record::Intent(intent)) => intent.award.caps.as_slice().into(),
                Some(Record::Quoted(quoted)) => quoted.sale.award.caps.as_slice().into(),
                _ => Box::default(),
            },
        };
        self.move_all(entry.at, &takes, -1);
        Ok(())
    }

    fn move_all(&mut self, at: UnixMicros, takes: &[CapTake], sign: i64) {
        for take in takes.iter().filter(|take| is_forecast(&take.key)) {
            let amount = i64::try_from(take.amount.get()).unwrap_or(i64::MAX);
            self.burns.add(take.key, at, amount.saturating_mul(sign));
        }
    }
}

/// The first record, up to `last`, that counts for a forecast made at `now`: found by halving, since times of records rise.
///
/// # Errors
/// The journal cannot be read.
pub fn first_since(reader: &mut JournalReader, last: Lsn, now: UnixMicros) -> Result<Lsn, JournalError> {
    let since = first_of(now, DAY_STEPS);
    let (mut low, mut high) = (1, last.0.saturating_add(1));
    while low < high {
        let middle = low + (high - low) / 2;
        match reader.record(Lsn(middle))? {
            Some(entry) if entry.at < since => low = middle + 1,
            _ => high = middle,
        }
    }
    Ok(Lsn(low))
}
