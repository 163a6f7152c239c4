//! Transactions by retrieval reference number: the index says where they begin, one pass over the journal from there tells
//! the rest and finds what is not indexed yet.

use super::story::Transaction;
use crate::limits::{LOOK_UP_RECORDS_MAX, LOOK_UP_TRANSACTIONS_MAX};
use lijian_domain::ids::{Lsn, Rrn};
use lijian_domain::record::{Entry, Record};
use lijian_store::index::{AnyIndex, Index, IndexError};
use lijian_store::journal::{JournalError, JournalReader};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Why a look-up failed.
#[derive(Debug, thiserror::Error)]
pub enum LookUpError {
    /// The index could not be asked.
    #[error("the index cannot be read")]
    Index(#[from] IndexError),
    /// The journal could not be read.
    #[error("the journal cannot be read")]
    Journal(#[from] JournalError),
}

/// What was found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Found {
    /// By their first record.
    pub transactions: Vec<Transaction>,
    /// Whether everything up to the end of the journal was read. If not, what happened later is missing.
    pub complete: bool,
}

/// Looks up, one at a time.
#[derive(Debug)]
pub struct Transactions {
    index: AnyIndex,
    reader: Mutex<JournalReader>,
}

impl Transactions {
    /// A look-up of its own reader.
    pub fn new(index: AnyIndex, reader: JournalReader) -> Self {
        Self { index, reader: Mutex::new(reader) }
    }

    /// All transactions of `rrn` up to record `durable`. Reads files: not to be called where others wait.
    ///
    /// # Errors
    /// Index or journal cannot be read.
    pub fn find(&self, rrn: &Rrn, durable: Lsn) -> Result<Found, LookUpError> {
        // In this order: what is indexed in between is found twice, never missed.
        let applied = self.index.applied()?;
        let mut begins = self.index.by_rrn(rrn)?;
        begins.drain(..begins.len().saturating_sub(LOOK_UP_TRANSACTIONS_MAX));
        let reader = &mut *self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pass = Pass { rrn: *rrn, found: BTreeMap::new() };
        for begin in &begins {
            pass.begin_at(*begin, reader)?;
        }
        let from = begins.first().copied().unwrap_or(applied.next()).min(applied.next());
        let to = Lsn(durable.0.min(from.0.saturating_add(LOOK_UP_RECORDS_MAX - 1)));
        pass.read(from, to, reader)?;
        let transactions: Vec<_> = pass.found.into_values().collect();
        Ok(Found { transactions, complete: to >= durable })
    }
}

struct Pass {
    rrn: Rrn,
    found: BTreeMap<Lsn, Transaction>,
}

impl Pass {
    fn begin_at(&mut self, begin: Lsn, reader: &mut JournalReader) -> Result<(), JournalError> {
        let transaction = reader.record(begin)?.as_ref().and_then(Transaction::begin);
        self.found.extend(transaction.map(|transaction| (begin, transaction)));
        Ok(())
    }

    fn read(&mut self, from: Lsn, to: Lsn, reader: &mut JournalReader) -> Result<(), JournalError> {
        // Transactions found only by the number that the issuer gave begin before the record that tells it.
        let mut told_later = Vec::new();
        for entry in reader.entries(from) {
            let entry = entry?;
            if entry.lsn > to {
                break;
            }
            self.take(entry, &mut told_later);
        }
        for (begin, entry) in told_later {
            if !self.found.contains_key(&begin) && self.found.len() < LOOK_UP_TRANSACTIONS_MAX {
                self.begin_at(begin, reader)?;
                if let Some(transaction) = self.found.get_mut(&begin) {
                    transaction.go_on(&entry);
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, entry: Entry, told_later: &mut Vec<(Lsn, Entry)>) {
        let Some(about) = entry.record.about() else {
            let named = self.is_named(&entry.record) && self.found.len() < LOOK_UP_TRANSACTIONS_MAX;
            if let Some(transaction) = named.then(|| Transaction::begin(&entry)).flatten() {
                self.found.entry(entry.lsn).or_insert(transaction);
            }
            return;
        };
        if let Some(transaction) = self.found.get_mut(&about) {
            transaction.go_on(&entry);
        } else if self.is_named(&entry.record) {
            told_later.push((about, entry));
        }
    }

    fn is_named(&self, record: &Record) -> bool {
        match record {
            Record::Intent(intent) => intent.origin.rrn == self.rrn,
            Record::Refused(refused) => refused.origin.rrn == self.rrn || refused.answer.rrn == self.rrn,
            Record::Granted(outcome) | Record::Declined(outcome) | Record::FullPrice(outcome) => {
                outcome.answer.rrn == self.rrn
            }
            _ => false,
        }
    }
}
