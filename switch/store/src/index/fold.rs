//! By which number a record is to be found.

use super::Row;
use lijian_domain::ids::{Lsn, Rrn};
use lijian_domain::record::Record;

/// The row of record `at`: the number, and the record that it leads to. None of a record that has none.
pub(super) fn row(at: Lsn, record: &Record) -> Option<Row> {
    let found = |rrn: &Rrn, lsn: Lsn| (!rrn.is_empty()).then_some((*rrn, lsn));
    match record {
        Record::Intent(intent) => found(&intent.origin.rrn, at),
        Record::Quoted(quoted) => found(&quoted.sale.origin.rrn, at),
        Record::Granted(outcome) | Record::Declined(outcome) | Record::FullPrice(outcome) => {
            found(&outcome.answer.rrn, outcome.intent)
        }
        // The request names its number, or the answer does; both only if they are the same, so one row does.
        Record::Refused(refused) => found(&refused.origin.rrn, at).or_else(|| found(&refused.answer.rrn, at)),
        Record::ReturnAsked(asked) => found(&asked.origin.rrn, asked.intent),
        Record::Opened(_)
        | Record::InDoubt(_)
        | Record::Released(_)
        | Record::Reversed(_)
        | Record::ReversalAsked(_)
        | Record::ReversalRefused(_)
        | Record::Tombstone(_)
        | Record::Returned(_)
        | Record::ReturnRefused(_)
        | Record::GaveBack(_)
        | Record::QueueOrdered(_)
        | Record::RulesChanged(_)
        | Record::Claimed(_)
        | Record::ClaimChanged(_)
        | Record::Drawn(_) => None,
    }
}
