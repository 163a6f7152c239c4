//! At every record of any history, a start stands where the definition says.

use crate::history::{Books, Stand, histories, sums};
use lijian_domain::cap::{CapBalance, CapKey, CapTake};
use lijian_domain::claims::{ClaimId, ClaimSpan, ClaimStage};
use lijian_domain::ids::Lsn;
use lijian_domain::record::{DoubtCause, Entry, Record, ReturnWay};
use lijian_store::claims::Claims;
use lijian_store::quota::Quota;
use lijian_store::recovery::{Recovered, Replay, Standing};
use proptest::prelude::{ProptestConfig, proptest};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

/// One record again.
fn look_up(entries: &[Entry], lsn: Lsn) -> Result<Option<Entry>, Infallible> {
    Ok(lsn.0.checked_sub(1).and_then(|place| entries.get(usize::try_from(place).unwrap())).cloned())
}

/// All caps that a history names.
fn keys(entries: &[Entry]) -> BTreeSet<CapKey> {
    let takes = |entry: &Entry| -> Vec<CapTake> {
        match &entry.record {
            Record::Intent(intent) => intent.award.caps.to_vec(),
            Record::Quoted(quoted) => quoted.sale.award.caps.to_vec(),
            _ => Vec::new(),
        }
    };
    entries.iter().flat_map(takes).map(|take| take.key).collect()
}

/// A balance as the books have it.
pub(crate) fn stand(balance: CapBalance) -> Stand {
    let CapBalance { held, used, held_count, used_count } = balance;
    let pair = |money: u64, items: u32| (i128::from(money), i128::from(items));
    Stand { held: pair(held.get(), held_count), used: pair(used.get(), used_count) }
}

/// The store's picture in the words of the books.
fn seen(replay: &Replay<'_>, quota: &Quota, keys: &BTreeSet<CapKey>, entries: &[Entry]) -> Books {
    let caps: BTreeMap<CapKey, Stand> = keys
        .iter()
        .map(|key| (*key, stand(quota.balance(key))))
        .filter(|(_, stands)| *stands != Stand::default())
        .collect();
    let budgets: BTreeMap<CapKey, Stand> = quota.budgets().into_iter().map(|(key, one)| (key, stand(one))).collect();
    let shared = caps.iter().filter(|(key, _)| !key.kind().is_personal()).map(|(key, stands)| (*key, *stands));
    let of_value = budgets.into_iter().filter(|(_, stands)| *stands != Stand::default());
    assert_eq!(of_value.collect::<BTreeMap<_, _>>(), shared.collect(), "no cap but those that were named");
    let Standing { incarnation, rules, latest, granted, open, reversals, quotes, returns, returned, orders } =
        replay.standing();
    let claims = stages(replay.claims());
    let open: BTreeMap<Lsn, Option<DoubtCause>> = open.into_iter().collect();
    let returns: BTreeMap<Lsn, _> =
        returns.into_iter().map(|one| (one.asked, (one.confirmed, sums(&one.outstanding)))).collect();
    let reversals: BTreeSet<Lsn> = reversals.into_iter().collect();
    let last = entries.last().map_or(Lsn::NONE, |entry| entry.lsn);
    let granted: BTreeSet<Lsn> = (0..=last.0 + 64).map(Lsn).filter(|lsn| granted.contains(*lsn)).collect();
    let quotes = quotes.into_iter().collect();
    Books {
        caps,
        open,
        quotes,
        reversals,
        returns,
        returned,
        orders,
        claims,
        granted,
        incarnation,
        rules,
        last,
        latest,
    }
}

fn stages(claims: &Claims) -> BTreeMap<ClaimId, (ClaimStage, ClaimSpan)> {
    claims.iter().map(|claim| (claim.id, (claim.stage, claim.span))).collect()
}

/// What is handed to the exchange is what the records say, whole.
fn content(recovered: &Recovered, entries: &[Entry]) {
    let entry = |lsn: Lsn| look_up(entries, lsn).unwrap().unwrap();
    for (lsn, open) in &recovered.open {
        let record = Record::Intent((*open.intent).clone());
        assert_eq!(entry(*lsn), Entry { lsn: *lsn, at: open.at, business_date: open.business_date, record });
    }
    for (lsn, open) in &recovered.quotes {
        let record = Record::Quoted((*open.quoted).clone());
        assert_eq!(entry(*lsn), Entry { lsn: *lsn, at: open.at, business_date: open.business_date, record });
    }
    for (lsn, open) in &recovered.returns {
        let record = Record::ReturnAsked((*open.asked).clone());
        assert_eq!(entry(*lsn), Entry { lsn: *lsn, at: open.at, business_date: open.business_date, record });
    }
    for (lsn, asked) in &recovered.reversals {
        assert_eq!(entry(*lsn).record, Record::ReversalAsked(*asked));
    }
}

fn stands_at_every_record(history: &[Entry]) {
    let quota = Quota::new();
    let mut replay = Replay::new(&quota);
    let keys = keys(history);
    for (before, entry) in history.iter().enumerate() {
        replay.apply(entry, |lsn| look_up(history, lsn)).unwrap();
        let so_far = &history[..=before];
        assert_eq!(seen(&replay, &quota, &keys, so_far), Books::of(so_far), "at {}", entry.lsn);
    }
    let recovered = replay.finish(|lsn| look_up(history, lsn)).unwrap();
    let books = Books::of(history);
    content(&recovered, history);
    assert_eq!(recovered.open.iter().map(|(lsn, open)| (*lsn, open.doubt)).collect::<BTreeMap<_, _>>(), books.open);
    assert_eq!(recovered.quotes.keys().copied().collect::<BTreeSet<_>>(), books.quotes);
    assert_eq!(recovered.reversals.keys().copied().collect::<BTreeSet<_>>(), books.reversals);
    let returns = recovered.returns.iter().map(|(lsn, one)| (*lsn, (one.confirmed, sums(&one.outstanding))));
    assert_eq!(returns.collect::<BTreeMap<_, _>>(), books.returns);
    assert_eq!(
        (recovered.incarnation, recovered.rules, recovered.last, recovered.latest),
        (books.incarnation, books.rules, books.last, books.latest)
    );
    assert_eq!(recovered.returned, books.returned);
    assert_eq!(stages(&recovered.claims), books.claims);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_start_stands_where_the_definition_says(history in histories()) {
        stands_at_every_record(&history);
    }
}

/// How often each kind of record comes, and each end that is worth a test.
fn situations(histories: &[Vec<Entry>]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    let mut count = |what, times: usize| *counts.entry(what).or_default() += times;
    for history in histories {
        history.iter().for_each(|entry| count(entry.record.kind(), 1));
        let books = Books::of(history);
        count("quote used", history.iter().filter(|entry| is_on_a_quote(entry)).count());
        count("quote left open", books.quotes.len());
        count("sale in doubt left open", books.open.values().flatten().count());
        count("sale returned in parts", books.returned.values().filter(|parts| parts.len() > 1).count());
        count("order that stands", books.orders.len());
        for (stage, _) in books.claims.values() {
            count(stage.as_str(), 1);
        }
        count("clock stepped back", history.windows(2).filter(|two| two[1].at < two[0].at).count());
        let partly = |(asked, (confirmed, left)): (&Lsn, &(bool, _))| {
            let Record::ReturnAsked(record) = &history[usize::try_from(asked.0).unwrap() - 1].record else { panic!() };
            *confirmed && *left != sums(&record.takes)
        };
        count("return given back in part", books.returns.iter().filter(|one| partly(*one)).count());
        let mut outcomes: BTreeMap<Lsn, bool> = BTreeMap::new();
        for entry in history {
            match &entry.record {
                Record::Returned(outcome) => drop(outcomes.insert(outcome.asked, true)),
                Record::ReturnRefused(outcome) => drop(outcomes.insert(outcome.asked, false)),
                _ => {}
            }
        }
        for (asked, confirmed) in &outcomes {
            let Record::ReturnAsked(record) = &history[usize::try_from(asked.0).unwrap() - 1].record else { panic!() };
            let (ReturnWay::VoidReversal, Some(void)) = (record.way, record.of) else { continue };
            match (confirmed, outcomes.contains_key(&void)) {
                (true, true) => count("confirmed void undone", 1),
                (true, false) => count("void undone before its answer", 1),
                (false, _) => count("reversal of a void refused", 1),
            }
        }
    }
    counts
}

fn is_on_a_quote(entry: &Entry) -> bool {
    matches!(&entry.record, Record::Intent(intent) if intent.quote.is_some())
}

/// All of it is drawn, so that no property holds for want of cases.
#[test]
fn every_kind_and_every_end_is_drawn() {
    let mut runner = TestRunner::deterministic();
    let histories: Vec<_> = (0..200).map(|_| histories().new_tree(&mut runner).unwrap().current()).collect();
    let counts = situations(&histories);
    assert_eq!(counts.len(), 22 + 10 + 6, "{counts:?}");
    let rare: Vec<_> = counts.iter().filter(|(_, count)| **count < 10).collect();
    assert!(rare.is_empty(), "{rare:?} of {counts:?}");
}
