//! The first pass: which requests the number leads to.

use super::ExplainError;
use crate::commands::ledger::history::{History, Progress};
use crate::limits::LOOK_UP_TRANSACTIONS_MAX;
use lijian_domain::cap::CapKey;
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::{DuplicateKey, Lsn, Rrn};
use lijian_domain::record::{Entry, Record};
use lijian_domain::time::BusinessDate;
use lijian_store::journal::JournalReader;
use std::collections::{BTreeMap, BTreeSet};

/// Requests that one explanation keeps before those over the limit are only counted.
const OPENINGS_MAX: usize = 2 * LOOK_UP_TRANSACTIONS_MAX;

/// What the second pass has to follow.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The records that open something, and the transaction that each is part of (named by its first record).
    pub(super) openings: BTreeMap<Lsn, Lsn>,
    /// Duplicate keys whose tombstones belong to a transaction: that of a sale refused because of them.
    pub(super) buried: BTreeMap<DuplicateKey, Lsn>,
    /// The caps to fold, each with the business dates whose requests are counted.
    pub(super) caps: BTreeMap<CapKey, BTreeSet<BusinessDate>>,
    /// Transactions found, and not followed for being too many: at least so many.
    pub(super) left_out: u64,
}

/// Reads the whole journal once.
pub(super) fn search(history: &mut History, rrn: Rrn) -> Result<Plan, ExplainError> {
    let mut search = Search { rrn, ..Search::default() };
    let mut progress = Progress::new("searched");
    for entry in history.entries() {
        let entry = entry?;
        progress.reached(entry.lsn);
        search.take(&entry);
    }
    drop(progress);
    search.plan(&mut history.reader)
}

#[derive(Default)]
struct Search {
    rrn: Rrn,
    openings: BTreeSet<Lsn>,
    tombstones: BTreeMap<Lsn, DuplicateKey>,
    buried: BTreeSet<DuplicateKey>,
    left_out: u64,
}

impl Search {
    fn take(&mut self, Entry { lsn, record, .. }: &Entry) {
        let named = |rrn: &Rrn| *rrn == self.rrn;
        let found = match record {
            Record::Intent(intent) => {
                let quoted = intent.quote.is_some_and(|quote| self.openings.contains(&quote));
                (named(&intent.origin.rrn) || quoted).then_some(*lsn)
            }
            Record::Quoted(quoted) => named(&quoted.sale.origin.rrn).then_some(*lsn),
            Record::Refused(refused) => {
                let buried =
                    refused.answer.code == DecisionCode::ReversalFirst && self.buried.contains(&refused.origin.key);
                (named(&refused.origin.rrn) || named(&refused.answer.rrn) || buried).then_some(*lsn)
            }
            Record::Granted(outcome) | Record::Declined(outcome) | Record::FullPrice(outcome) => {
                named(&outcome.answer.rrn).then_some(outcome.intent)
            }
            Record::ReversalAsked(asked) => named(&asked.origin.rrn).then_some(asked.intent),
            Record::ReturnAsked(asked) => named(&asked.origin.rrn).then_some(asked.intent),
            Record::Reversed(outcome) | Record::ReversalRefused(outcome) => {
                named(&outcome.answer.rrn).then_some(outcome.intent)
            }
            Record::Returned(outcome) | Record::ReturnRefused(outcome) => {
                named(&outcome.answer.rrn).then_some(outcome.intent)
            }
            Record::Tombstone(tombstone) => {
                if named(&tombstone.origin.rrn) && self.tombstones.len() < OPENINGS_MAX {
                    self.tombstones.insert(*lsn, tombstone.original);
                    self.buried.insert(tombstone.original);
                }
                None
            }
            Record::Opened(_)
            | Record::InDoubt(_)
            | Record::Released(_)
            | Record::GaveBack(_)
            | Record::QueueOrdered(_)
            | Record::RulesChanged(_)
            | Record::Claimed(_)
            | Record::ClaimChanged(_)
            | Record::Drawn(_) => None,
        };
        let Some(opening) = found.filter(|opening| !self.openings.contains(opening)) else { return };
        if self.openings.len() < OPENINGS_MAX {
            self.openings.insert(opening);
        } else if opening == *lsn {
            // What outcomes alone lead to may have been counted already: the count is a lower bound.
            self.left_out = self.left_out.saturating_add(1);
        }
    }

    /// Reads the requests found, for the caps that they took and the quotes that they were paid on.
    fn plan(self, reader: &mut JournalReader) -> Result<Plan, ExplainError> {
        let mut plan = Plan { left_out: self.left_out, ..Plan::default() };
        for opening in self.openings {
            let Some(entry) = reader.record(opening)? else { return Err(ExplainError::NoRequest { lsn: opening }) };
            plan.open(&entry, reader)?;
        }
        for (lsn, original) in self.tombstones {
            // One that a sale ran into is told with that sale.
            if plan.buried.get(&original).is_none_or(|sale| *sale < lsn) {
                plan.openings.insert(lsn, lsn);
            }
        }
        Ok(plan)
    }
}

impl Plan {
    fn open(&mut self, entry: &Entry, reader: &mut JournalReader) -> Result<(), ExplainError> {
        let lsn = entry.lsn;
        let first = match &entry.record {
            Record::Intent(intent) => match intent.quote {
                None => lsn,
                Some(quote) => {
                    let quoted = reader.record(quote)?.filter(|entry| matches!(entry.record, Record::Quoted(_)));
                    self.open(&quoted.ok_or(ExplainError::NoRequest { lsn: quote })?, reader)?;
                    quote
                }
            },
            Record::Quoted(_) => lsn,
            Record::Refused(refused) => {
                if refused.answer.code == DecisionCode::ReversalFirst {
                    self.buried.insert(refused.origin.key, lsn);
                }
                lsn
            }
            _ => return Err(ExplainError::NoRequest { lsn }),
        };
        self.openings.insert(lsn, first);
        for key in cap_keys(&entry.record) {
            self.caps.entry(key).or_default().insert(entry.business_date);
        }
        Ok(())
    }
}

/// The caps that a request came to: those it took, or the one that refused it.
pub(super) fn cap_keys(record: &Record) -> Vec<CapKey> {
    match record {
        Record::Intent(intent) if intent.quote.is_none() => intent.award.caps.iter().map(|take| take.key).collect(),
        Record::Quoted(quoted) => quoted.sale.award.caps.iter().map(|take| take.key).collect(),
        Record::Refused(refused) => refused.bound_cap.iter().map(|bound| bound.key).collect(),
        _ => Vec::new(),
    }
}
