//! Any record of any history, told once more at its end: most cannot be, and the definition says which.

use super::start;
use crate::history::{Books, Journal, histories, origin, sums};
use lijian_domain::claims::ClaimStage;
use lijian_domain::ids::{DuplicateKey, Lsn, Rrn};
use lijian_domain::record::{Entry, GaveBack, Record, ReturnAsked, ReturnWay, Tombstone};
use lijian_store::claims::ClaimError;
use lijian_store::recovery::Contradiction;
use proptest::prelude::{ProptestConfig, proptest};

/// A record that is about nothing.
pub(super) fn tombstone() -> Tombstone {
    Tombstone { origin: origin(Rrn::default()), original: DuplicateKey([9; 16]) }
}

fn told_twice(history: &[Entry]) {
    let books = Books::of(history);
    for Entry { record, .. } in history {
        let mut again = Journal(history.to_vec());
        let at = again.append(record.clone());
        let expected = contradiction(at, record, history, &books);
        assert_eq!(start(&again.0).err(), expected, "{}", record.kind());
    }
}

/// What is wrong with telling a record of `history` again.
fn contradiction(at: Lsn, record: &Record, history: &[Entry], books: &Books) -> Option<Contradiction> {
    let not_open = |step, intent| Contradiction::NotOpen { at, step, intent };
    Some(match record {
        Record::Opened(opened) => Contradiction::Incarnation { at, last: books.incarnation, got: opened.incarnation },
        Record::Intent(intent) => Contradiction::GrantId { at, named: intent.grant.lsn() },
        Record::Quoted(quoted) => Contradiction::GrantId { at, named: quoted.sale.grant.lsn() },
        Record::Granted(outcome) => not_open("granted", outcome.intent),
        Record::Declined(outcome) => not_open("declined", outcome.intent),
        Record::Released(released) => not_open("released", released.intent),
        Record::InDoubt(doubt) if books.open.contains_key(&doubt.intent) => {
            Contradiction::InDoubt { at, step: "in doubt", intent: doubt.intent }
        }
        Record::InDoubt(doubt) => not_open("in doubt", doubt.intent),
        Record::Reversed(outcome) | Record::ReversalRefused(outcome) => {
            let step = if matches!(record, Record::Reversed(_)) { "reversed" } else { "reversal refused" };
            Contradiction::NotAsked { at, step, asked: outcome.asked, intent: outcome.intent }
        }
        Record::Returned(outcome) | Record::ReturnRefused(outcome) => {
            let step = if matches!(record, Record::Returned(_)) { "returned" } else { "return refused" };
            Contradiction::NotReturned { at, step, asked: outcome.asked, intent: outcome.intent }
        }
        Record::ReturnAsked(asked) => return asked_again(at, asked, history, books),
        Record::Claimed(_) => claims(at, record, ClaimError::Taken),
        Record::ClaimChanged(changed) => {
            let from = books.claims.get(&changed.claim).map(|(stage, _)| *stage);
            claims(at, record, ClaimError::Stage { from, to: changed.stage })
        }
        Record::Drawn(drawn) => {
            let waits = |entry: &&Entry| match &entry.record {
                Record::Claimed(made) => {
                    made.campaign == drawn.campaign && books.claims[&made.claim].0 == ClaimStage::Entered
                }
                _ => false,
            };
            let expected = u32::try_from(history.iter().filter(waits).count()).unwrap();
            if expected == drawn.entered {
                return None;
            }
            claims(at, record, ClaimError::Entered { expected, got: drawn.entered })
        }
        Record::GaveBack(gave) if has_left(gave, books) => return None,
        Record::GaveBack(gave) => Contradiction::GivenBack { at, asked: gave.asked },
        // May be told as often as one likes.
        Record::ReversalAsked(_)
        | Record::FullPrice(_)
        | Record::Refused(_)
        | Record::Tombstone(_)
        | Record::QueueOrdered(_)
        | Record::RulesChanged(_) => return None,
    })
}

fn claims(at: Lsn, record: &Record, source: ClaimError) -> Contradiction {
    Contradiction::Claims { at, step: record.kind(), source }
}

fn asked_again(at: Lsn, asked: &ReturnAsked, history: &[Entry], books: &Books) -> Option<Contradiction> {
    let intent = asked.intent;
    if !books.granted.contains(&intent) {
        return Some(Contradiction::NotGranted { at, intent });
    }
    let void = asked.of?;
    let Record::ReturnAsked(record) = &history[usize::try_from(void.0).unwrap() - 1].record else {
        panic!("{void} is no return")
    };
    let whole = sums(&record.takes);
    let stands = record.way == ReturnWay::Void && books.returns.get(&void).is_some_and(|(_, left)| *left == whole);
    (!stands).then_some(Contradiction::NotReturned { at, step: "reversal of a void", asked: void, intent })
}

fn has_left(gave: &GaveBack, books: &Books) -> bool {
    books.returns.get(&gave.asked).is_some_and(|(_, left)| {
        sums(&gave.takes).iter().all(|(key, part)| left.get(key).is_some_and(|has| has.0 >= part.0 && has.1 >= part.1))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_record_told_twice_is_told_once_too_often(history in histories()) {
        told_twice(&history);
    }
}
