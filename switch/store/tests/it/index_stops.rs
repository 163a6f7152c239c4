//! An index that was stopped at any record and folded on is the one that was folded in one go.

use crate::history::{Journal, histories, long_history};
use lijian_domain::ids::{Lsn, Rrn};
use lijian_domain::record::{Entry, Record};
use lijian_store::index::{Applier, BATCH_RECORDS_MAX, Index, RunIndex};
use lijian_store::storage::FileStorage;
use proptest::prelude::{ProptestConfig, any, proptest};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// Files so small that a history has several.
const RUN_ROWS: usize = 64;

/// Everything that an index says about a history.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Rows {
    applied: Lsn,
    rrns: BTreeMap<Rrn, Vec<Lsn>>,
}

fn rows(index: &impl Index, numbers: &BTreeSet<Rrn>) -> Rows {
    let rrns = numbers.iter().map(|rrn| (*rrn, index.by_rrn(rrn).unwrap())).collect();
    Rows { applied: index.applied().unwrap(), rrns }
}

/// Every number that any record names, also those that nothing is to be found by.
fn numbers(history: &[Entry]) -> BTreeSet<Rrn> {
    let named = |entry: &Entry| match &entry.record {
        Record::Intent(intent) => vec![intent.origin.rrn],
        Record::Quoted(quoted) => vec![quoted.sale.origin.rrn],
        Record::Refused(refused) => vec![refused.origin.rrn, refused.answer.rrn],
        Record::Granted(outcome) | Record::Declined(outcome) | Record::FullPrice(outcome) => vec![outcome.answer.rrn],
        Record::ReturnAsked(asked) => vec![asked.origin.rrn],
        Record::ReversalAsked(asked) => vec![asked.origin.rrn],
        Record::Tombstone(tombstone) => vec![tombstone.origin.rrn],
        _ => Vec::new(),
    };
    history.iter().flat_map(named).collect()
}

fn open(path: &Path, durable: Lsn) -> RunIndex {
    let storage = Arc::new(FileStorage::open(path).unwrap());
    let opened = RunIndex::open_in(storage, path, durable, RUN_ROWS).unwrap();
    assert_eq!(opened.thrown_away, None);
    opened.index
}

/// What happens to the index where it stops.
#[derive(Clone, Copy)]
enum Stop {
    /// The same applier goes on.
    Pause,
    /// Another one does.
    Replace,
    /// It is closed, and opened again.
    Restart,
}

/// Folds up to each of the stops in turn, then all the rest; shows the rows at each.
fn fold(history: &[Entry], stops: &[(Lsn, Stop)], path: &Path, mut show: impl FnMut(&RunIndex)) {
    let journal = Journal(history.to_vec());
    let last = journal.last();
    let mut applier = Applier::new(open(path, Lsn::NONE), journal.clone());
    for (to, stop) in stops.iter().copied().chain([(last, Stop::Restart)]) {
        while applier.step(to).unwrap() < to {}
        applier = match stop {
            Stop::Pause => applier,
            Stop::Replace => Applier::new(applier.into_index(), journal.clone()),
            Stop::Restart => {
                drop(applier);
                let mut applier = Applier::new(open(path, last), journal.clone());
                // What stood in memory is folded again.
                while applier.step(to).unwrap() < to {}
                applier
            }
        };
        show(applier.index());
    }
}

fn same_whatever_the_stops(history: &[Entry], stops: &[(Lsn, Stop)]) {
    let numbers = numbers(history);
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (mut whole, mut stopped) = (None, None);
    fold(history, &[], one.path(), |index| whole = Some(rows(index, &numbers)));
    fold(history, stops, other.path(), |index| {
        stopped = Some(rows(index, &numbers));
    });
    assert_eq!(stopped, whole);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

    #[test]
    fn an_index_stopped_anywhere_is_the_one_folded_in_one_go(
        history in histories(),
        stops in proptest::collection::vec((any::<u16>(), 0..3_u8), 1..6),
    ) {
        let length = u64::try_from(history.len()).unwrap();
        let mut stops: Vec<(Lsn, Stop)> = stops
            .into_iter()
            .map(|(at, how)| {
                let stop = [Stop::Pause, Stop::Replace, Stop::Restart][usize::from(how)];
                (Lsn(u64::from(at) % (length + 1)), stop)
            })
            .collect();
        stops.sort_by_key(|(at, _)| *at);
        same_whatever_the_stops(&history, &stops);
    }
}

/// Around the ends of what is taken in at once, and where nothing has been taken in.
#[test]
fn stops_at_the_ends_of_batches_change_nothing() {
    let history = long_history();
    let batch = u64::try_from(BATCH_RECORDS_MAX).unwrap();
    assert!(history.len() > 2 * BATCH_RECORDS_MAX, "{}", history.len());
    let at = [0, 1, batch - 1, batch, batch + 1, 2 * batch, 2 * batch + 1].map(Lsn);
    let stops = at.into_iter().zip([Stop::Pause, Stop::Restart, Stop::Replace].into_iter().cycle());
    same_whatever_the_stops(&history, &stops.collect::<Vec<_>>());
}
