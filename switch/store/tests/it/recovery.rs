//! Replaying a journal gives the caps of the live run, at every record; contradictions stop it.

use crate::history::{Action, Day, Journal, actions, answer, intent, opened, outcome};
use lijian_domain::cap::{CapBalance, CapKey, CapLimit, CapTake};
use lijian_domain::ids::{CampaignId, Lsn, Rrn};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{
    DoubtCause, Entry, GaveBack, InDoubt, Intent, QueueOrder, QueueOrdered, Quoted, Recall, Record, ReleaseCause,
    Released, ReturnAsked, ReturnOutcome, ReturnWay, ReversalAsked, ReversalOutcome,
};
use lijian_domain::text::Text;
use lijian_domain::time::{BusinessDate, UnixMicros};
use lijian_store::quota::Quota;
use lijian_store::recovery::{Contradiction, Recovered, RecoveryError, replay};
use proptest::prelude::{Strategy, proptest};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

fn recover(journal: &Journal) -> (Quota, Result<Recovered, Contradiction>) {
    let quota = Quota::new();
    let entries = journal.0.iter().cloned().map(Ok::<_, Infallible>);
    let recovered = replay(entries, &quota, |lsn| Ok(journal.get(lsn)));
    let recovered = recovered.map_err(|error| match error {
        RecoveryError::Contradiction(contradiction) => contradiction,
        RecoveryError::Journal(never) => match never {},
    });
    (quota, recovered)
}

fn check(day: &Day, quota: &Quota) {
    let expected = day.balances();
    for (key, balance) in &expected {
        assert_eq!(quota.balance(key), *balance, "{key}");
    }
    let budgets: BTreeMap<CapKey, CapBalance> = quota.budgets().into_iter().collect();
    assert_eq!(budgets, expected.into_iter().filter(|(key, _)| !key.kind().is_personal()).collect());
}

fn replays(actions: &[Action]) {
    let day = Day::of(actions);
    let (quota, recovered) = recover(&day.journal);
    let recovered = recovered.unwrap();
    check(&day, &quota);
    check(&day, &day.quota);
    let open: BTreeMap<Lsn, bool> = recovered.open.iter().map(|(lsn, open)| (*lsn, open.doubt.is_some())).collect();
    assert_eq!(open, day.open);
    let reversals: BTreeMap<Lsn, Lsn> = recovered.reversals.iter().map(|(lsn, asked)| (*lsn, asked.intent)).collect();
    assert_eq!(reversals, day.reversals);
    assert_eq!(recovered.quotes.keys().copied().collect::<BTreeSet<_>>(), day.quotes);
    assert_eq!((&recovered.returned, &recovered.orders), (&day.returned, &day.orders));
    let parts = |takes: &[CapTake]| takes.iter().map(|take| (take.key, (take.amount.get(), take.count))).collect();
    let returns: BTreeMap<_, (Lsn, ReturnWay, bool, BTreeMap<_, _>)> = recovered
        .returns
        .iter()
        .map(|(lsn, open)| (*lsn, (open.asked.intent, open.asked.way, open.confirmed, parts(&open.outstanding))))
        .collect();
    let expected = day.returns.iter();
    let expected = expected.map(|(lsn, one)| (*lsn, (one.intent, one.way, one.confirmed, one.outstanding.clone())));
    assert_eq!(returns, expected.collect());
    for lsn in (1..=day.journal.last().0).map(Lsn) {
        assert_eq!(recovered.granted.contains(lsn), day.granted.contains(&lsn), "{lsn}");
    }
    assert_eq!((recovered.incarnation, recovered.last), (day.incarnation, day.journal.last()));
    assert_eq!(recovered.latest, UnixMicros(i64::try_from(day.journal.last().0).unwrap() * 1_000));
    // A prefix is a history too.
    let half = Journal(day.journal.0[..day.journal.0.len() / 2].to_vec());
    recover(&half).1.unwrap();
}

/// Any record at any place, most of them impossible.
fn nonsense() -> impl Strategy<Value = Vec<(u8, u64)>> {
    proptest::collection::vec((0..9u8, 0..12u64), 0..40)
}

fn survives(records: &[(u8, u64)]) {
    let mut journal = Journal::default();
    for (kind, number) in records {
        journal.append(record(*kind, Lsn(*number), journal.last().next()));
    }
    let first = recover(&journal).1;
    if first.is_ok() {
        // Whatever is accepted leaves sums that can be told.
        recover(&journal).0.budgets();
    }
}

fn one(amount: u64) -> CapTake {
    let key = CapKey::Campaign(CampaignId::new("c").unwrap());
    CapTake { key, amount: MinorUnits::new(amount), count: 1, limit: CapLimit::default() }
}

fn record(kind: u8, names: Lsn, own: Lsn) -> Record {
    let reversal = || ReversalOutcome { asked: names, intent: Lsn(names.0 / 2 + 1), answer: answer(Rrn::default()) };
    match kind {
        0 => opened(u32::try_from(names.0).unwrap()),
        1 => Record::Intent(intent(own, Rrn::default(), &[one(u64::MAX / 2)])),
        2 => Record::Granted(outcome(names)),
        3 => Record::Declined(outcome(names)),
        4 => Record::InDoubt(InDoubt { intent: names, cause: DoubtCause::Restart }),
        5 => Record::Released(Released { intent: names, cause: ReleaseCause::NeverSent }),
        6 => Record::Reversed(reversal()),
        7 => Record::ReversalRefused(reversal()),
        _ => {
            let origin = crate::history::origin(Rrn::default());
            Record::ReversalAsked(ReversalAsked { origin, intent: names, amount: MinorUnits::ZERO })
        }
    }
}

proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 80, failure_persistence: None, ..Default::default() })]

    #[test]
    fn caps_after_a_start_are_those_before_it(actions in actions()) {
        replays(&actions);
    }

    #[test]
    fn no_sequence_of_records_panics(records in nonsense()) {
        survives(&records);
    }
}

#[test]
fn contradictions_name_the_records() {
    let check = |records: &[Record], expected: &str| {
        let mut journal = Journal::default();
        journal.append(Record::Intent(intent(Lsn(1), Rrn::default(), &[one(10)])));
        for record in records {
            journal.append(record.clone());
        }
        let error = recover(&journal).1.unwrap_err().to_string();
        assert!(error.contains(expected), "{error} / {expected}");
    };
    let granted = || Record::Granted(outcome(Lsn(1)));
    let doubt = || Record::InDoubt(InDoubt { intent: Lsn(1), cause: DoubtCause::LinkLost });
    let asked = || record(8, Lsn(1), Lsn::NONE);
    let reversed = |asked| {
        let outcome = ReversalOutcome { asked: Lsn(asked), intent: Lsn(1), answer: answer(Rrn::default()) };
        Record::Reversed(outcome)
    };
    check(&[granted(), granted()], "record 3 (granted) names 1");
    check(&[granted(), Record::Declined(outcome(Lsn(1)))], "record 3 (declined) names 1");
    check(&[Record::Declined(outcome(Lsn(2)))], "record 2 (declined) names 2");
    check(&[doubt(), granted()], "record 3 (granted) names intent 1, which is in doubt");
    check(&[doubt(), doubt()], "record 3 (in doubt) names intent 1, which is in doubt");
    check(&[asked(), reversed(2)], "record 3 takes back intent 1, which is not granted");
    check(&[granted(), reversed(1)], "record 3 (reversed) names 1, which is no open reversal");
    check(&[granted(), asked(), asked(), reversed(3), reversed(4)], "record 6 takes back intent 1");
    check(&[Record::FullPrice(outcome(Lsn(2)))], "record 2 names 2, which is not before it");
    check(&[opened(2), opened(2)], "record 3 opens the journal for incarnation 2, after incarnation 2");
    check(&[Record::Intent(intent(Lsn(1), Rrn::default(), &[]))], "intent 2 carries the grant id of record 1");
    check(&[Record::Intent(intent(Lsn(2), Rrn::default(), &[one(u64::MAX)]))], "record 2: cap campaign:c: cannot hold");
}

/// A quote, a grant, its void, and what cannot follow.
#[test]
fn contradictions_of_quotes_and_returns_name_the_records() {
    let quoted =
        |own| Record::Quoted(Quoted { sale: intent(Lsn(own), Rrn::default(), &[one(10)]), expires: UnixMicros(1) });
    let used = |own, quote, amount| {
        Record::Intent(Intent { quote: Some(Lsn(quote)), ..intent(Lsn(own), Rrn::default(), &[one(amount)]) })
    };
    let asked = |way, of: Option<u64>| {
        Record::ReturnAsked(ReturnAsked {
            origin: crate::history::origin(Rrn::default()),
            intent: Lsn(1),
            of: of.map(Lsn),
            way,
            amount: MinorUnits::new(10),
            gross: MinorUnits::new(10),
            discount: MinorUnits::new(1),
            net: MinorUnits::new(9),
            sponsors: Default::default(),
            takes: if way == ReturnWay::VoidReversal { Default::default() } else { [one(10)].into_iter().collect() },
            recall: Recall::default(),
        })
    };
    let void = || asked(ReturnWay::Void, None);
    let ended = |asked| ReturnOutcome { asked: Lsn(asked), intent: Lsn(1), answer: answer(Rrn::default()) };
    let returned = |asked| Record::Returned(ended(asked));
    let refused = |asked| Record::ReturnRefused(ended(asked));
    let gave = |asked, amount| {
        let takes = [CapTake { count: 0, ..one(amount) }].into_iter().collect();
        Record::GaveBack(GaveBack { asked: Lsn(asked), intent: Lsn(1), takes })
    };
    let undo = |of| asked(ReturnWay::VoidReversal, Some(of));
    let check = |records: &[Record], expected: Contradiction| {
        let mut journal = Journal::default();
        journal.append(Record::Intent(intent(Lsn(1), Rrn::default(), &[one(10)])));
        journal.append(Record::Granted(outcome(Lsn(1))));
        for record in records {
            journal.append(record.clone());
        }
        assert_eq!(recover(&journal).1, Err(expected));
    };
    let no_quote = |at, quote| Contradiction::NoQuote { at: Lsn(at), quote: Lsn(quote) };
    check(&[used(3, 1, 10)], no_quote(3, 1));
    check(&[quoted(3), used(4, 3, 9)], no_quote(4, 3));
    check(&[quoted(3), used(4, 3, 10), used(5, 3, 10)], no_quote(5, 3));
    check(&[quoted(2)], Contradiction::GrantId { at: Lsn(3), named: Lsn(2) });
    let not_granted = |at| Contradiction::NotGranted { at: Lsn(at), intent: Lsn(1) };
    let reversed =
        || Record::Reversed(ReversalOutcome { asked: Lsn(3), intent: Lsn(1), answer: answer(Rrn::default()) });
    let reversal = || record(8, Lsn(1), Lsn::NONE);
    check(&[reversal(), reversed(), void()], not_granted(5));
    check(&[reversal(), void(), returned(4), reversed()], not_granted(6));
    let reversed_4 = ReversalOutcome { asked: Lsn(4), intent: Lsn(1), answer: answer(Rrn::default()) };
    check(&[void(), reversal(), Record::Reversed(reversed_4), returned(3)], not_granted(6));
    let not_returned =
        |at, step, asked| Contradiction::NotReturned { at: Lsn(at), step, asked: Lsn(asked), intent: Lsn(1) };
    check(&[returned(2)], not_returned(3, "returned", 2));
    check(&[void(), returned(3), returned(3)], not_returned(5, "returned", 3));
    check(&[void(), returned(3), refused(3)], not_returned(5, "return refused", 3));
    check(&[asked(ReturnWay::Refund, None), undo(3)], not_returned(4, "reversal of a void", 3));
    check(&[void(), returned(3), gave(3, 1), undo(3)], not_returned(6, "reversal of a void", 3));
    let given = |at| Contradiction::GivenBack { at: Lsn(at), asked: Lsn(3) };
    check(&[void(), gave(3, 1)], given(4));
    check(&[void(), returned(3), gave(3, 11)], given(5));
    check(&[void(), returned(3), gave(3, 6), gave(3, 5)], given(6));
    check(&[void(), returned(3), undo(3), returned(5), gave(3, 1)], given(7));
    let order = QueueOrdered {
        target: Lsn(3),
        order: QueueOrder::Send,
        maker: Text::new("wang").unwrap(),
        checker: Text::new("li").unwrap(),
    };
    check(&[Record::QueueOrdered(order)], Contradiction::NotBefore { at: Lsn(3), named: Lsn(3) });
}

#[test]
fn a_gap_and_a_vanished_intent_are_told() {
    let mut journal = Journal::default();
    journal.append(opened(1));
    journal.append(opened(2));
    journal.0.remove(0);
    assert_eq!(recover(&journal).1, Err(Contradiction::Gap { expected: Lsn(1), got: Lsn(2) }));

    let mut journal = Journal::default();
    journal.append(Record::Intent(intent(Lsn(1), Rrn::default(), &[one(10)])));
    let entries = journal.0.iter().cloned().map(Ok::<_, Infallible>);
    let error = replay(entries, &Quota::new(), |_| Ok(None)).unwrap_err();
    assert!(matches!(error, RecoveryError::Contradiction(Contradiction::Vanished { intent: Lsn(1) })));
}

/// More grants than a replay remembers, each of 10, then the reversal of the first, of the 100th and of the last.
#[test]
fn grants_of_long_ago_are_reversed_too() {
    const GRANTS: u64 = 20_000;
    let entry = |lsn: u64, record| {
        let (at, business_date) = (UnixMicros(lsn.cast_signed()), BusinessDate(1));
        Entry { lsn: Lsn(lsn), at, business_date, record }
    };
    let sale = |lsn: u64| entry(lsn, Record::Intent(intent(Lsn(lsn), Rrn::default(), &[one(10)])));
    let day = (1..=2 * GRANTS).map(|lsn| match lsn % 2 {
        1 => sale(lsn),
        _ => entry(lsn, Record::Granted(outcome(Lsn(lsn - 1)))),
    });
    let reversals = [1, 199, 2 * GRANTS - 1].into_iter().zip((2 * GRANTS + 1..).step_by(2)).flat_map(|(sale, lsn)| {
        let outcome = ReversalOutcome { asked: Lsn(lsn), intent: Lsn(sale), answer: answer(Rrn::default()) };
        [entry(lsn, record(8, Lsn(sale), Lsn::NONE)), entry(lsn + 1, Record::Reversed(outcome))]
    });
    let quota = Quota::new();
    let mut asked = Vec::new();
    let recovered = replay(day.chain(reversals).map(Ok::<_, Infallible>), &quota, |lsn| {
        asked.push(lsn);
        Ok(Some(sale(lsn.0)))
    });
    assert_eq!(recovered.unwrap().last, Lsn(2 * GRANTS + 6));
    assert_eq!(asked, [Lsn(1), Lsn(199)], "the last one is remembered");
    assert_eq!(quota.budgets()[0].1.used, MinorUnits::new(10 * (GRANTS - 3)));
}
