//! Files of the index on a disk that fails, or loses its power, at any moment: what is found is always what the journal says.

use crate::history::{Day, Journal};
use crate::index::{check, long_day};
use lijian_domain::ids::Lsn;
use lijian_store::index::{Applier, Index as _, RunIndex};
use lijian_store::storage::faulty::{Effect, Fault, MemoryStorage, Operation};
use std::path::Path;
use std::sync::Arc;

const RUN_ROWS: usize = 500;

fn open(storage: &MemoryStorage, day: &Day) -> Applier<RunIndex, Journal> {
    let opened = RunIndex::open_in(Arc::new(storage.clone()), Path::new("index"), day.journal.last(), RUN_ROWS);
    Applier::new(opened.unwrap().index, day.journal.clone())
}

/// Folds all of it, again where a step fails; says how many did.
fn fold(applier: &mut Applier<RunIndex, Journal>, day: &Day) -> u32 {
    let mut failed = 0;
    loop {
        match applier.step(day.journal.last()) {
            Ok(applied) if applied >= day.journal.last() => return failed,
            Ok(_) => {}
            Err(_) => failed += 1,
        }
        assert!(failed < 10, "it comes to an end");
    }
}

#[test]
fn whatever_fails_nothing_is_found_wrong_or_missed() {
    let day = long_day();
    let mut struck = 0;
    for operation in [Operation::Create, Operation::Write, Operation::Sync] {
        for (after, effect) in (0..14).flat_map(|after| [Effect::Fail, Effect::Torn(100)].map(|effect| (after, effect)))
        {
            let storage = MemoryStorage::default();
            storage.plan(Fault { operation, after, effect });
            let mut applier = open(&storage, &day);
            struck += fold(&mut applier, &day);
            check(applier.index(), &day);
            drop(applier);
            storage.power_cut();
            let mut applier = open(&storage, &day);
            assert_eq!(fold(&mut applier, &day), 0, "{operation:?} {after} {effect:?}");
            check(applier.index(), &day);
        }
    }
    assert!(struck > 10, "{struck}");
}

#[test]
fn a_full_disk_is_filled_with_no_files_that_nobody_finishes() {
    let day = long_day();
    let storage = MemoryStorage::default();
    storage.limit(Some(30_000));
    let mut applier = open(&storage, &day);
    let stopped: Vec<Lsn> = (0..20)
        .map(|_| {
            let _ = applier.step(day.journal.last());
            applier.index().applied().unwrap()
        })
        .collect();
    // It stands where it stood, and goes on as soon as there is room again.
    assert!(
        stopped[19] < day.journal.last() && stopped[9..].iter().all(|applied| *applied == stopped[19]),
        "{stopped:?}"
    );
    storage.limit(None);
    fold(&mut applier, &day);
    check(applier.index(), &day);
    drop(applier.finish().unwrap());
    let applier = open(&storage, &day);
    check(applier.index(), &day);
}

#[test]
fn what_a_kill_leaves_is_gone_on_with() {
    let day = long_day();
    let storage = MemoryStorage::default();
    let mut applier = open(&storage, &day);
    let mut to = 0;
    while to < day.journal.last().0 {
        to = (to + 611).min(day.journal.last().0);
        while applier.step(Lsn(to)).unwrap() < Lsn(to) {}
        let mut again = open(&storage.image(), &day);
        fold(&mut again, &day);
        check(again.index(), &day);
    }
}
