//! What one record changes in the index.

use lijian_domain::cap::CapBalance;
use lijian_domain::cap::CapTake;
use lijian_domain::ids::{Lsn, Rrn};
use lijian_domain::record::{Outcome, Record};

/// A step of the caps of an intent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    Hold,
    Grant,
    Release,
    GiveBack,
}

/// What a record does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Effect {
    /// It is to be found, or the record it is about, by this number.
    pub(super) rrn: Option<(Rrn, Lsn)>,
    /// The caps of this record (an intent, a quote, or what gives back) move.
    pub(super) step: Option<(Step, Lsn)>,
}

/// The effect of record `at`.
pub(super) fn effect(at: Lsn, record: &Record) -> Effect {
    let found = |rrn: &Rrn, lsn: Lsn| (!rrn.is_empty()).then_some((*rrn, lsn));
    let moved = |step: Step, outcome: &Outcome| Effect {
        rrn: found(&outcome.answer.rrn, outcome.intent),
        step: Some((step, outcome.intent)),
    };
    match record {
        // A sale on a quote takes over its hold.
        Record::Intent(intent) => {
            let step = intent.quote.is_none().then_some((Step::Hold, at));
            Effect { rrn: found(&intent.origin.rrn, at), step }
        }
        Record::Quoted(quoted) => Effect { rrn: found(&quoted.sale.origin.rrn, at), step: Some((Step::Hold, at)) },
        Record::Granted(outcome) => moved(Step::Grant, outcome),
        Record::Declined(outcome) => moved(Step::Release, outcome),
        Record::Released(released) => Effect { rrn: None, step: Some((Step::Release, released.intent)) },
        Record::Reversed(reversal) => Effect { rrn: None, step: Some((Step::GiveBack, reversal.intent)) },
        // The request names its number, or the answer does; both only if they are the same, so one row does.
        Record::Refused(refused) => {
            let rrn = found(&refused.origin.rrn, at).or_else(|| found(&refused.answer.rrn, at));
            Effect { rrn, step: None }
        }
        Record::FullPrice(outcome) => Effect { rrn: found(&outcome.answer.rrn, outcome.intent), step: None },
        Record::ReturnAsked(asked) => Effect { rrn: found(&asked.origin.rrn, asked.intent), step: None },
        Record::GaveBack(_) => Effect { rrn: None, step: Some((Step::GiveBack, at)) },
        Record::Opened(_)
        | Record::InDoubt(_)
        | Record::ReversalAsked(_)
        | Record::ReversalRefused(_)
        | Record::Tombstone(_)
        | Record::Returned(_)
        | Record::ReturnRefused(_)
        | Record::QueueOrdered(_)
        | Record::RulesChanged(_)
        | Record::Claimed(_)
        | Record::ClaimChanged(_)
        | Record::Drawn(_) => Effect::default(),
    }
}

/// The caps that a record names; none of a record that names none.
pub(super) fn takes(record: &Record) -> Option<&[CapTake]> {
    match record {
        Record::Intent(intent) => Some(&intent.award.caps),
        Record::Quoted(quoted) => Some(&quoted.sale.award.caps),
        Record::GaveBack(gave) => Some(&gave.takes),
        _ => None,
    }
}

/// The balance of a cap after a step of one of its takes; none if it would leave its range.
pub(super) fn stepped(before: CapBalance, step: Step, take: &CapTake) -> Option<CapBalance> {
    let (amount, count) = (take.amount, take.count);
    let CapBalance { mut held, mut used, mut held_count, mut used_count } = before;
    if step == Step::Hold {
        (held, held_count) = (held.checked_add(amount)?, held_count.checked_add(count)?);
    }
    if matches!(step, Step::Grant | Step::Release) {
        (held, held_count) = (held.checked_sub(amount)?, held_count.checked_sub(count)?);
    }
    if step == Step::Grant {
        (used, used_count) = (used.checked_add(amount)?, used_count.checked_add(count)?);
    }
    if step == Step::GiveBack {
        (used, used_count) = (used.checked_sub(amount)?, used_count.checked_sub(count)?);
    }
    Some(CapBalance { held, used, held_count, used_count })
}
