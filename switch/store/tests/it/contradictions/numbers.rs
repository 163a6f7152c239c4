//! What is wrong with numbers: records that do not follow, incarnations, grant ids, and names of what is yet to come.

use super::{Tail, asked, quoted, reversal, sale, start, stops, ten};
use crate::history::{Journal, histories, opened, outcome};
use lijian_domain::ids::Lsn;
use lijian_domain::record::{Entry, QueueOrder, QueueOrdered, Record, ReturnWay};
use lijian_domain::text::Text;
use lijian_store::recovery::Contradiction;
use proptest::prelude::{ProptestConfig, any, proptest};

fn gap(prefix: &[Entry], pick: usize) {
    let mut history = Tail(Journal(prefix.to_vec()));
    history.granted_sale();
    let Tail(Journal(entries)) = history;
    let place = pick % entries.len();
    let lsn = |place: usize| Lsn(u64::try_from(place).unwrap() + 1);
    let check = |entries: &[Entry], expected: Lsn, got: Lsn| {
        assert_eq!(start(entries), Err(Contradiction::Gap { expected, got }));
    };
    if place + 1 < entries.len() {
        let mut without = entries.clone();
        without.remove(place);
        check(&without, lsn(place), lsn(place + 1));
        let mut swapped = entries.clone();
        swapped.swap(place, place + 1);
        check(&swapped, lsn(place), lsn(place + 1));
    }
    let mut twice = entries.clone();
    twice.insert(place, entries[place].clone());
    check(&twice, lsn(place + 1), lsn(place));
    let mut far = entries.clone();
    far[place].lsn = Lsn(u64::MAX);
    check(&far, lsn(place), Lsn(u64::MAX));
    let mut none = entries;
    none[place].lsn = Lsn::NONE;
    check(&none, lsn(place), Lsn::NONE);
}

fn incarnation(prefix: &[Entry]) {
    let latest = |entry: &Entry| if let Record::Opened(opened) = &entry.record { opened.incarnation } else { 0 };
    let last = prefix.iter().map(latest).max().unwrap_or(0);
    let reopened = |history: &mut Tail, last: u32, got: u32| {
        let at = history.append(opened(got));
        Contradiction::Incarnation { at, last, got }
    };
    stops(prefix, |history| reopened(history, last, last));
    stops(prefix, |history| reopened(history, last, 0));
    stops(prefix, |history| {
        history.append(opened(last + 7));
        reopened(history, last + 7, last + 6)
    });
}

fn grant_id(prefix: &[Entry]) {
    let next = u64::try_from(prefix.len()).unwrap() + 1;
    for named in [Lsn::NONE, Lsn(next - 1), Lsn(next + 1)] {
        stops(prefix, |history| Contradiction::GrantId { at: history.append(sale(named, None, &[ten()])), named });
        stops(prefix, |history| Contradiction::GrantId { at: history.append(quoted(named)), named });
        stops(prefix, |history| {
            let quote = history.quote();
            // The id of its quote is not its own.
            let named = quote;
            Contradiction::GrantId { at: history.append(sale(named, Some(quote), &[ten()])), named }
        });
    }
}

fn not_before(prefix: &[Entry]) {
    let ordered = |target: Lsn| {
        let (maker, checker) = (Text::new("wang").unwrap(), Text::new("li").unwrap());
        Record::QueueOrdered(QueueOrdered { target, order: QueueOrder::Drop, maker, checker })
    };
    let check = |record: &dyn Fn(Lsn) -> Record| {
        for further in [0, 1, 1_000] {
            stops(prefix, |history| {
                let named = Lsn(history.next().0 + further);
                Contradiction::NotBefore { at: history.append(record(named)), named }
            });
        }
    };
    check(&|named| Record::FullPrice(outcome(named)));
    check(&reversal);
    check(&|named| asked(named, None, ReturnWay::Refund));
    check(&ordered);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..Default::default() })]

    #[test]
    fn records_that_do_not_follow_one_another(prefix in histories(), pick in any::<usize>()) {
        gap(&prefix, pick);
    }

    #[test]
    fn an_incarnation_that_had_been(prefix in histories()) {
        incarnation(&prefix);
    }

    #[test]
    fn a_grant_id_of_another_record(prefix in histories()) {
        grant_id(&prefix);
    }

    #[test]
    fn a_name_of_what_comes_later(prefix in histories()) {
        not_before(&prefix);
    }
}
