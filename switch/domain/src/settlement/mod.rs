//! The settlement of one business day: a fold over the journal's entries, from its first one on.
//!
//! **The cut.** A record belongs to the latest business date stamped on it or on any record before it. So a clock that is
//! set back over the cut-over moves nothing into a day that is already over, a late return lands on the day on which it
//! arrives, and the day of a record is a function of the journal alone. A day is over once a record of a later day exists;
//! nothing that is appended after that changes its settlement.
//!
//! **Invariants.** On every row gross = paid + sum of the sponsors' parts, and the rows of a grant add up to what was
//! recorded, to the last unit; a journal that says otherwise is an error, never a row. A hold that is open or in doubt is
//! counted and not settled. A grant is reversed once on a day. What is kept in memory is the open holds, the open
//! reversals, the returns and the keys of the totals: it does not grow with the grants of the day.

mod day;
mod error;
mod returns;
mod row;
mod split;
#[cfg(test)]
mod tests;
mod totals;

pub use day::{Day, Holds};
pub use error::SettlementError;
pub use row::{Kind, Row, Rows};
pub use totals::{CapFigures, Figures, TotalKey, Totals};

use crate::ids::{AuthorisationCode, Lsn, Rrn, Stan};
use crate::money::MinorUnits;
use crate::record::{Entry, Intent, Origin, Outcome, Record, ReturnAsked, ReversalOutcome};
use crate::time::{BusinessDate, UnixMicros};
use returns::{Part, Returned};
use row::Transaction;
use std::collections::HashMap;

/// The fold. Feed it every entry of the journal in order, until it says that the day is over or the journal ends.
pub struct Settlement {
    date: BusinessDate,
    /// The latest business date seen so far: the day of the next record, unless that is stamped later still.
    running: Option<BusinessDate>,
    sales: HashMap<Lsn, OpenSale, foldhash::fast::FixedState>,
    reversals: HashMap<Lsn, OpenReversal, foldhash::fast::FixedState>,
    /// Voids and refunds that were asked for and not answered.
    returns: HashMap<Lsn, Box<ReturnAsked>, foldhash::fast::FixedState>,
    /// What went back of grants of which any part did.
    parts: HashMap<Lsn, Returned, foldhash::fast::FixedState>,
    /// The intents given back on the day, with the record that did it.
    returned: HashMap<Lsn, Lsn, foldhash::fast::FixedState>,
    day: Day,
}

/// What an entry meant.
#[derive(Debug)]
pub enum Step {
    /// It is accounted for; its rows, if any, are in the buffer.
    Applied,
    /// It gives back a grant: read the entry of [`Return::original`] and hand both to [`Settlement::apply_return`].
    Return(Return),
    /// It is of a later day and was not applied: the fold is complete.
    DayIsOver,
}

/// A confirmed reversal, void or refund on the day, which needs the intent of its original.
#[derive(Clone, Debug)]
pub struct Return {
    /// The LSN of the original's intent.
    pub original: Lsn,
    lsn: Lsn,
    at: UnixMicros,
    stan: Stan,
    rrn: Rrn,
    authorisation: AuthorisationCode,
    /// What goes back; none for the whole.
    part: Option<Part>,
}

/// A sale between its intent and its end. The intent is dropped once in doubt: a grant can no longer follow.
struct OpenSale {
    discount: MinorUnits,
    date: BusinessDate,
    intent: Option<Box<Intent>>,
}

struct OpenReversal {
    origin: Origin,
    intent: Lsn,
}

impl Settlement {
    /// The settlement of `date`, before the first entry.
    pub fn new(date: BusinessDate) -> Self {
        Self {
            date,
            running: None,
            sales: HashMap::default(),
            reversals: HashMap::default(),
            returns: HashMap::default(),
            parts: HashMap::default(),
            returned: HashMap::default(),
            day: Day::new(date),
        }
    }

    /// Takes the next entry. `rows` is emptied and then holds what the entry adds to the day's detail.
    pub fn apply(&mut self, entry: Entry, rows: &mut Rows) -> Result<Step, SettlementError> {
        rows.clear();
        let day = self.running.map_or(entry.business_date, |running| running.max(entry.business_date));
        if day > self.date {
            self.day.is_over = true;
            return Ok(Step::DayIsOver);
        }
        self.running = Some(day);
        self.day.cut = entry.lsn;
        let settles = day == self.date;
        if settles {
            let first = self.day.range.map_or(entry.lsn, |(first, _)| first);
            self.day.range = Some((first, entry.lsn));
            self.day.records += 1;
            self.day.late_records += u64::from(entry.business_date < day);
        }
        let (lsn, at) = (entry.lsn, entry.at);
        match entry.record {
            Record::Quoted(quoted) => {
                let intent = Some(Box::new(quoted.sale));
                let discount = intent.as_ref().map_or(MinorUnits::ZERO, |intent| intent.award.discount);
                self.sales.insert(lsn, OpenSale { discount, date: entry.business_date, intent });
            }
            Record::Intent(intent) => {
                if let Some(quote) = intent.quote {
                    self.sales.remove(&quote);
                }
                let sale = OpenSale {
                    discount: intent.award.discount,
                    date: entry.business_date,
                    intent: Some(Box::new(intent)),
                };
                self.sales.insert(lsn, sale);
            }
            Record::Granted(outcome) => self.grant(lsn, at, &outcome, settles, rows)?,
            Record::Declined(outcome) => drop(self.sales.remove(&outcome.intent)),
            Record::InDoubt(doubt) => {
                if let Some(sale) = self.sales.get_mut(&doubt.intent) {
                    sale.intent = None;
                }
            }
            Record::Released(released) => drop(self.sales.remove(&released.intent)),
            Record::ReversalAsked(asked) => {
                self.reversals.insert(lsn, OpenReversal { origin: asked.origin, intent: asked.intent });
            }
            Record::Reversed(outcome) => {
                let wanted = self.reverse(lsn, at, &outcome)?;
                if settles {
                    if let Some(first) = self.returned.insert(wanted.original, lsn) {
                        return Err(SettlementError::ReturnedTwice { lsn, intent: wanted.original, first });
                    }
                    return Ok(Step::Return(wanted));
                }
            }
            Record::ReversalRefused(outcome) => drop(self.reversals.remove(&outcome.asked)),
            Record::ReturnAsked(asked) => drop(self.returns.insert(lsn, Box::new(asked))),
            Record::Returned(outcome) => {
                if let Some(wanted) = self.returned(lsn, at, &outcome)?.filter(|_| settles) {
                    return Ok(Step::Return(wanted));
                }
            }
            Record::ReturnRefused(outcome) => drop(self.returns.remove(&outcome.asked)),
            // What the caps get back, and when, is no money between anybody.
            Record::GaveBack(_)
            | Record::Opened(_)
            | Record::Refused(_)
            | Record::FullPrice(_)
            | Record::Tombstone(_)
            | Record::QueueOrdered(_)
            | Record::RulesChanged(_)
            | Record::Claimed(_)
            | Record::ClaimChanged(_)
            | Record::Drawn(_) => {}
        }
        Ok(Step::Applied)
    }

    /// The second half of a [`Step::Return`]: `original` is the entry that stands at [`Return::original`].
    pub fn apply_return(&mut self, wanted: Return, original: &Entry, rows: &mut Rows) -> Result<(), SettlementError> {
        let Return { lsn, original: intent_lsn, ref part, .. } = wanted;
        let (Record::Intent(intent), true) = (&original.record, original.lsn == intent_lsn) else {
            return Err(SettlementError::NotAnIntent { lsn, intent: intent_lsn });
        };
        let transaction = Transaction {
            kind: part.as_ref().map_or(Kind::Return, Part::kind),
            business_date: self.date,
            sale_date: original.business_date,
            lsn,
            at: wanted.at,
            stan: wanted.stan,
            rrn: given(wanted.rrn, intent.origin.rrn),
            authorisation: wanted.authorisation,
        };
        match part {
            Some(part) => self.settle_part(&transaction, intent, part, rows),
            None => self.settle(&transaction, intent, rows),
        }
    }

    /// The day, once the journal ended or the day was over.
    pub fn finish(mut self) -> Result<Day, SettlementError> {
        let lsn = self.day.cut;
        for sale in self.sales.values() {
            self.day.held.add(sale.discount, lsn)?;
            if sale.intent.is_none() {
                self.day.in_doubt.add(sale.discount, lsn)?;
            }
        }
        self.day.reversals_open = u64::try_from(self.reversals.len() + self.returns.len()).unwrap_or(u64::MAX);
        Ok(self.day)
    }

    fn grant(
        &mut self,
        lsn: Lsn,
        at: UnixMicros,
        outcome: &Outcome,
        settles: bool,
        rows: &mut Rows,
    ) -> Result<(), SettlementError> {
        let sale = self.sales.remove(&outcome.intent);
        let Some((intent, sale_date)) = sale.and_then(|sale| sale.intent.map(|intent| (intent, sale.date))) else {
            return Err(SettlementError::NothingHeld { lsn, intent: outcome.intent });
        };
        if !settles {
            return Ok(());
        }
        let transaction = Transaction {
            kind: Kind::Grant,
            business_date: self.date,
            sale_date,
            lsn,
            at,
            stan: intent.origin.stan,
            rrn: given(outcome.answer.rrn, intent.origin.rrn),
            authorisation: outcome.answer.authorisation,
        };
        self.settle(&transaction, &intent, rows)
    }

    fn reverse(&mut self, lsn: Lsn, at: UnixMicros, outcome: &ReversalOutcome) -> Result<Return, SettlementError> {
        let nothing = SettlementError::NothingToReturn { lsn, intent: outcome.intent };
        let asked = self.reversals.remove(&outcome.asked).ok_or(nothing)?;
        if asked.intent != outcome.intent || self.sales.contains_key(&outcome.intent) {
            return Err(nothing);
        }
        Ok(Return {
            original: outcome.intent,
            lsn,
            at,
            stan: asked.origin.stan,
            rrn: given(outcome.answer.rrn, asked.origin.rrn),
            authorisation: outcome.answer.authorisation,
            part: None,
        })
    }

    fn settle(&mut self, transaction: &Transaction, intent: &Intent, rows: &mut Rows) -> Result<(), SettlementError> {
        row::rows(transaction, intent, rows)?;
        let added = self.day.totals.add(transaction.kind, &intent.award.caps, rows);
        added.ok_or(SettlementError::OutOfRange { lsn: transaction.lsn })
    }
}

/// What the answer says, or what was known before it.
fn given(answered: Rrn, before: Rrn) -> Rrn {
    if answered.is_empty() { before } else { answered }
}
