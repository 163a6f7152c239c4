//! The index holds the rows of a prefix of the journal, and can always be made again.

use crate::history::{Action, Day, Journal, actions};
use lijian_domain::ids::{Lsn, Rrn};
use lijian_domain::record::Record;
use lijian_store::index::{
    AnyIndex, Applier, ApplyError, BATCH_RECORDS_MAX, BY_RRN_MAX, Batch, Index, IndexError, IndexKind, RunIndex,
    ThrownAway, rebuild,
};
use lijian_store::storage::FileStorage;
use proptest::prelude::proptest;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const BUDGET_BYTES: u64 = 8 << 20;

/// A few thousand records.
pub(crate) fn long_day() -> Day {
    let mut dice = 1u32;
    let mut roll = || {
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        dice >> 16
    };
    let actions: Vec<Action> =
        (0..10_000).map(|_| (u8::try_from(roll() % 12).unwrap(), u16::try_from(roll() % 60_000).unwrap())).collect();
    Day::of(&actions)
}

const KINDS: [IndexKind; 2] = [IndexKind::Runs, IndexKind::Sled];
/// Files so small that a day has many.
const RUN_ROWS: usize = 300;

fn open(kind: IndexKind, path: &Path, durable: Lsn) -> (AnyIndex, Option<ThrownAway>) {
    if kind == IndexKind::Runs {
        let storage = Arc::new(FileStorage::open(path).unwrap());
        let opened = RunIndex::open_in(storage, path, durable, RUN_ROWS).unwrap();
        return (AnyIndex::Runs(opened.index), opened.thrown_away);
    }
    let opened = AnyIndex::open(kind, path, BUDGET_BYTES, durable).unwrap();
    (opened.index, opened.thrown_away)
}

fn fill(index: AnyIndex, journal: &Journal) -> AnyIndex {
    let mut applier = Applier::new(index, journal.clone());
    // Damage can be found by the first step, which then begins anew.
    let _ = applier.step(journal.last());
    while applier.step(journal.last()).unwrap() < journal.last() {}
    applier.into_index()
}

/// Reference numbers by a fold of its own.
fn rrns(journal: &Journal) -> BTreeMap<Rrn, Vec<Lsn>> {
    let mut rrns: BTreeMap<Rrn, BTreeSet<Lsn>> = BTreeMap::new();
    let mut found = |rrn: Rrn, lsn| {
        if !rrn.is_empty() {
            rrns.entry(rrn).or_default().insert(lsn);
        }
    };
    for entry in &journal.0 {
        match &entry.record {
            Record::Intent(intent) => found(intent.origin.rrn, entry.lsn),
            Record::Quoted(quoted) => found(quoted.sale.origin.rrn, entry.lsn),
            Record::ReturnAsked(asked) => found(asked.origin.rrn, asked.intent),
            Record::Refused(refused) => found(refused.origin.rrn, entry.lsn),
            Record::Granted(outcome) | Record::Declined(outcome) | Record::FullPrice(outcome) => {
                found(outcome.answer.rrn, outcome.intent);
            }
            _ => {}
        }
    }
    rrns.into_iter().map(|(rrn, lsns)| (rrn, lsns.into_iter().collect())).collect()
}

pub(crate) fn check(index: &impl Index, day: &Day) {
    assert_eq!(index.applied().unwrap(), day.journal.last());
    for (rrn, lsns) in rrns(&day.journal) {
        assert_eq!(index.by_rrn(&rrn).unwrap(), lsns, "{rrn}");
    }
    assert_eq!(index.by_rrn(&Rrn::new("nobody").unwrap()).unwrap(), []);
}

#[test]
fn rows_are_those_of_the_journal_over_batches_and_restarts() {
    let day = long_day();
    assert!(day.journal.0.len() > 2 * BATCH_RECORDS_MAX);
    for kind in KINDS {
        let directory = tempfile::tempdir().unwrap();
        let (index, thrown_away) = open(kind, directory.path(), Lsn::NONE);
        assert_eq!(thrown_away, None);
        let mut applier = Applier::new(index, day.journal.clone());
        assert_eq!(applier.step(Lsn(700)).unwrap(), Lsn(700), "nothing that is not durable");
        let index = fill(applier.into_index(), &day.journal);
        check(&index, &day);
        drop(index);
        let (index, thrown_away) = open(kind, directory.path(), day.journal.last());
        assert_eq!(thrown_away, None);
        // What stood in memory is folded again.
        check(&fill(index, &day.journal), &day);
    }
}

#[test]
fn what_is_deleted_or_ahead_is_made_again() {
    let day = long_day();
    for kind in KINDS {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("index");
        drop(fill(open(kind, &path, Lsn::NONE).0, &day.journal));
        fs::remove_dir_all(&path).unwrap();
        let (index, thrown_away) = open(kind, &path, day.journal.last());
        assert_eq!((index.applied().unwrap(), thrown_away), (Lsn::NONE, None));
        let index = fill(index, &day.journal);
        check(&index, &day);
        drop(index);
        // As far as the last file goes.
        let applied = open(kind, &path, day.journal.last()).0.applied().unwrap();
        assert!(applied > Lsn(100));
        let shorter = Journal(day.journal.0[..100].to_vec());
        let (index, thrown_away) = open(kind, &path, shorter.last());
        assert_eq!(thrown_away, Some(ThrownAway::Ahead { applied, durable: shorter.last() }));
        assert_eq!(index.applied().unwrap(), Lsn::NONE);
        assert!(rrns(&day.journal).keys().all(|rrn| index.by_rrn(rrn).unwrap().is_empty()));
        let index = rebuild(fill(index, &shorter), day.journal.clone(), day.journal.last()).unwrap();
        check(&index, &day);
    }
}

#[test]
fn a_damaged_database_is_moved_aside() {
    let day = long_day();
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("index");
    drop(fill(open(IndexKind::Sled, &path, Lsn::NONE).0, &day.journal));
    let overwrite = |name: &str| {
        let file = path.join(name);
        let length = fs::metadata(&file).unwrap().len();
        fs::write(&file, vec![0xA5; usize::try_from(length).unwrap()]).unwrap();
        let (index, thrown_away) = open(IndexKind::Sled, &path, day.journal.last());
        // Nothing of it is believed.
        assert_eq!(index.applied().unwrap(), Lsn::NONE, "{name}");
        check(&fill(index, &day.journal), &day);
        thrown_away
    };
    overwrite("db");
    let moved_to = parent.path().join("index.damaged");
    assert_eq!(overwrite("conf"), Some(ThrownAway::Damaged { moved_to: moved_to.clone() }));
    assert!(moved_to.join("conf").exists());
    // The next damaged one takes the place of the last.
    assert_eq!(overwrite("conf"), Some(ThrownAway::Damaged { moved_to }));
}

#[test]
fn another_kind_takes_the_place_of_what_was_there() {
    let day = long_day();
    let directory = tempfile::tempdir().unwrap();
    for kind in [IndexKind::Sled, IndexKind::Runs, IndexKind::Sled, IndexKind::Runs] {
        let opened = AnyIndex::open(kind, directory.path(), BUDGET_BYTES, day.journal.last()).unwrap();
        assert_eq!((opened.index.applied().unwrap(), opened.thrown_away), (Lsn::NONE, None), "{kind:?}");
        check(&fill(opened.index, &day.journal), &day);
        assert_eq!(directory.path().join("db").exists(), kind == IndexKind::Sled);
    }
}

#[test]
fn a_file_that_is_missing_or_was_not_finished_ends_what_is_believed() {
    let day = long_day();
    let directory = tempfile::tempdir().unwrap();
    let index = fill(open(IndexKind::Runs, directory.path(), Lsn::NONE).0, &day.journal);
    drop(Applier::new(index, day.journal.clone()).finish().unwrap());
    let mut names: Vec<PathBuf> =
        files(directory.path()).into_iter().filter(|path| path.extension().is_some()).collect();
    names.sort();
    assert!(names.len() > 2, "{names:?}");
    // The last one as a crash leaves it while it is written.
    let length = fs::metadata(&names[names.len() - 1]).unwrap().len();
    fs::write(&names[names.len() - 1], vec![0; usize::try_from(length).unwrap()]).unwrap();
    let (index, thrown_away) = open(IndexKind::Runs, directory.path(), day.journal.last());
    let before = index.applied().unwrap();
    assert!(before > Lsn::NONE && thrown_away.is_none());
    let index = fill(index, &day.journal);
    check(&index, &day);
    drop(Applier::new(index, day.journal.clone()).finish().unwrap());
    fs::remove_file(&names[1]).unwrap();
    let (index, thrown_away) = open(IndexKind::Runs, directory.path(), day.journal.last());
    let whole = index.applied().unwrap();
    assert!(whole > Lsn::NONE && whole < before);
    assert_eq!(thrown_away, Some(ThrownAway::Torn { whole }));
    check(&fill(index, &day.journal), &day);
}

#[test]
fn of_a_number_that_is_repeated_without_end_the_newest_are_found() {
    let rrn = Rrn::new("1").unwrap();
    let most = u64::try_from(BY_RRN_MAX).unwrap();
    for kind in KINDS {
        let directory = tempfile::tempdir().unwrap();
        let (mut index, _) = open(kind, directory.path(), Lsn::NONE);
        for begin in (0..5_000).step_by(50) {
            let lsns = (begin + 1..=begin + 50).map(Lsn);
            // Outcomes of records before these, among them.
            let mut rows: Vec<_> = lsns.clone().chain([Lsn(begin / 2 + 1)]).map(|lsn| (rrn, lsn)).collect();
            rows.sort_unstable();
            rows.dedup();
            index.apply(&Batch { applied: Lsn(begin + 50), rows }).unwrap();
        }
        let expected: Vec<Lsn> = (5_001 - most..=5_000).map(Lsn).collect();
        assert_eq!(index.by_rrn(&rrn).unwrap(), expected, "{kind:?}");
    }
}

/// What is done to the bytes of a file.
type Spoil = fn(&mut Vec<u8>);

/// Ways in which a file can be spoiled.
const SPOILS: [(&str, Spoil); 6] = [
    ("emptied", |bytes| bytes.clear()),
    ("cut in the middle", |bytes| bytes.truncate(bytes.len() / 2)),
    ("a bit near its start", |bytes| flip(bytes, |_| 40)),
    ("a bit in its middle", |bytes| flip(bytes, |length| length / 2)),
    ("a bit at its end", |bytes| flip(bytes, |length| length.saturating_sub(1))),
    ("garbage", |bytes| bytes.fill(0xA5)),
];

fn flip(bytes: &mut [u8], at: fn(usize) -> usize) {
    let at = at(bytes.len());
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 8;
    }
}

/// Every file below a directory.
fn files(path: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

#[test]
fn whatever_becomes_of_its_files_the_rows_are_those_of_the_journal() {
    KINDS.into_iter().for_each(spoil_each_file);
}

fn spoil_each_file(kind: IndexKind) {
    let day = long_day();
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("index");
    drop(fill(open(kind, &path, Lsn::NONE).0, &day.journal));
    let whole: Vec<(PathBuf, Vec<u8>)> =
        files(&path).into_iter().map(|file| (file.clone(), fs::read(file).unwrap())).collect();
    assert!(whole.len() >= 2);
    // Some of many files, the first and the last among them.
    let some = whole.iter().step_by(whole.len().div_ceil(4)).chain(whole.last());
    for (file, bytes) in some {
        for (how, spoil) in SPOILS {
            fs::remove_dir_all(&path).unwrap();
            for (file, bytes) in &whole {
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, bytes).unwrap();
            }
            let mut bytes = bytes.clone();
            spoil(&mut bytes);
            fs::write(file, bytes).unwrap();
            let (index, _) = open(kind, &path, day.journal.last());
            let index = fill(index, &day.journal);
            assert_eq!(index.applied().unwrap(), day.journal.last(), "{} {how}", file.display());
            check(&index, &day);
        }
    }
}

#[test]
fn an_empty_leftover_of_a_snapshot_is_no_damage() {
    let day = long_day();
    let directory = tempfile::tempdir().unwrap();
    drop(fill(open(IndexKind::Sled, directory.path(), Lsn::NONE).0, &day.journal));
    let leftover = directory.path().join("snap.0000000000000ABC.generating");
    fs::write(&leftover, []).unwrap();
    let (index, thrown_away) = open(IndexKind::Sled, directory.path(), day.journal.last());
    assert_eq!(thrown_away, None);
    assert!(!leftover.exists());
    check(&index, &day);
}

#[test]
fn an_index_that_somebody_has_open_is_left_alone() {
    for (kind, other) in KINDS.into_iter().flat_map(|kind| KINDS.map(|other| (kind, other))) {
        let directory = tempfile::tempdir().unwrap();
        let opened = AnyIndex::open(kind, directory.path(), BUDGET_BYTES, Lsn::NONE).unwrap();
        let error = AnyIndex::open(other, directory.path(), BUDGET_BYTES, Lsn::NONE).unwrap_err();
        assert!(matches!(error, IndexError::InUse { .. }), "{kind:?} {other:?} {error}");
        assert_eq!(opened.index.applied().unwrap(), Lsn::NONE);
    }
}

/// An index whose rows read as damaged once.
struct Flawed {
    index: AnyIndex,
    flawed: Cell<bool>,
}

impl Index for Flawed {
    fn apply(&mut self, batch: &Batch) -> Result<(), IndexError> {
        self.index.apply(batch)
    }

    fn applied(&self) -> Result<Lsn, IndexError> {
        if self.flawed.take() { Err(IndexError::Damaged { row: "layout" }) } else { self.index.applied() }
    }

    fn by_rrn(&self, rrn: &Rrn) -> Result<Vec<Lsn>, IndexError> {
        self.index.by_rrn(rrn)
    }

    fn clear(&mut self) -> Result<(), IndexError> {
        self.index.clear()
    }
}

#[test]
fn rows_found_damaged_are_folded_again() {
    let day = long_day();
    for kind in KINDS {
        let directory = tempfile::tempdir().unwrap();
        let index = fill(open(kind, directory.path(), Lsn::NONE).0, &Journal(day.journal.0[..1_000].to_vec()));
        let mut applier = Applier::new(Flawed { index, flawed: Cell::new(true) }, day.journal.clone());
        assert!(applier.step(day.journal.last()).is_err());
        assert_eq!(applier.index().applied().unwrap(), Lsn::NONE);
        while applier.step(day.journal.last()).unwrap() < day.journal.last() {}
        check(&applier.into_index().index, &day);
    }
}

#[test]
fn a_journal_that_ends_before_what_is_durable_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let mut applier = Applier::new(open(IndexKind::Runs, directory.path(), Lsn::NONE).0, Journal::default());
    let error = applier.step(Lsn(1)).unwrap_err();
    assert!(matches!(error, ApplyError::Gap { expected: Lsn(1), got: Lsn::NONE }), "{error}");
}

proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 20, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_day_folds_to_its_rows(actions in actions()) {
        let day = Day::of(&actions);
        for kind in KINDS {
            let directory = tempfile::tempdir().unwrap();
            check(&fill(open(kind, directory.path(), Lsn::NONE).0, &day.journal), &day);
        }
    }
}
