//! The index holds the rows of a prefix of the journal, and can always be made again.

use crate::history::{Action, Day, Journal, actions};
use lijian_domain::cap::{CapBalance, CapKey};
use lijian_domain::ids::{Lsn, Rrn};
use lijian_domain::record::Record;
use lijian_store::index::{
    Applier, ApplyError, BATCH_RECORDS_MAX, Batch, Index, IndexError, SledIndex, ThrownAway, rebuild,
};
use proptest::prelude::proptest;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const BUDGET_BYTES: u64 = 8 << 20;

/// A few thousand records.
fn long_day() -> Day {
    let mut dice = 1u32;
    let mut roll = || {
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        dice >> 16
    };
    let actions: Vec<Action> =
        (0..10_000).map(|_| (u8::try_from(roll() % 12).unwrap(), u16::try_from(roll() % 60_000).unwrap())).collect();
    Day::of(&actions)
}

fn open(path: &Path, durable: Lsn) -> (SledIndex, Option<ThrownAway>) {
    let opened = SledIndex::open(path, BUDGET_BYTES, durable).unwrap();
    (opened.index, opened.thrown_away)
}

fn fill(index: SledIndex, journal: &Journal) -> SledIndex {
    let mut applier = Applier::new(index, journal.clone());
    while applier.step(journal.last()).unwrap() < journal.last() {}
    applier.into_index()
}

fn balances(index: &SledIndex) -> BTreeMap<CapKey, CapBalance> {
    let mut balances = BTreeMap::new();
    let mut insert = |key, balance| {
        assert_eq!(balances.insert(key, balance), None, "{key} is shown twice");
    };
    index.for_each_balance(&mut insert).unwrap();
    balances
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

fn check(index: &SledIndex, day: &Day) {
    assert_eq!(index.applied().unwrap(), day.journal.last());
    assert_eq!(balances(index), day.balances());
    for (key, balance) in day.balances() {
        assert_eq!(index.balance(&key).unwrap(), balance);
    }
    for (rrn, lsns) in rrns(&day.journal) {
        assert_eq!(index.by_rrn(&rrn).unwrap(), lsns, "{rrn}");
    }
    assert_eq!(index.by_rrn(&Rrn::new("nobody").unwrap()).unwrap(), []);
}

#[test]
fn rows_are_those_of_the_journal_over_batches_and_restarts() {
    let day = long_day();
    assert!(day.journal.0.len() > 2 * BATCH_RECORDS_MAX);
    let directory = tempfile::tempdir().unwrap();
    let (index, thrown_away) = open(directory.path(), Lsn::NONE);
    assert_eq!(thrown_away, None);
    let mut applier = Applier::new(index, day.journal.clone());
    assert_eq!(applier.step(Lsn(700)).unwrap(), Lsn(700), "nothing that is not durable");
    // Another applier remembers nothing of intents before it.
    let index = fill(applier.into_index(), &day.journal);
    check(&index, &day);
    drop(index);
    let (index, thrown_away) = open(directory.path(), day.journal.last());
    assert_eq!(thrown_away, None);
    check(&index, &day);
}

#[test]
fn what_is_deleted_damaged_or_ahead_is_made_again() {
    let day = long_day();
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("index");
    drop(fill(open(&path, Lsn::NONE).0, &day.journal));

    fs::remove_dir_all(&path).unwrap();
    let (index, thrown_away) = open(&path, day.journal.last());
    assert_eq!((index.applied().unwrap(), thrown_away), (Lsn::NONE, None));
    let index = fill(index, &day.journal);
    check(&index, &day);
    drop(index);

    let overwrite = |name: &str| {
        let file = path.join(name);
        let length = fs::metadata(&file).unwrap().len();
        fs::write(&file, vec![0xA5; usize::try_from(length).unwrap()]).unwrap();
        let (index, thrown_away) = open(&path, day.journal.last());
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

    let shorter = Journal(day.journal.0[..100].to_vec());
    let (index, thrown_away) = open(&path, shorter.last());
    let expected = ThrownAway::Ahead { applied: day.journal.last(), durable: shorter.last() };
    assert_eq!(thrown_away, Some(expected));
    assert_eq!((index.applied().unwrap(), balances(&index)), (Lsn::NONE, BTreeMap::new()));
    let index = rebuild(fill(index, &shorter), day.journal.clone(), day.journal.last()).unwrap();
    check(&index, &day);
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
    let day = long_day();
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("index");
    drop(fill(open(&path, Lsn::NONE).0, &day.journal));
    let whole: Vec<(PathBuf, Vec<u8>)> =
        files(&path).into_iter().map(|file| (file.clone(), fs::read(file).unwrap())).collect();
    assert!(whole.len() >= 2);
    for (file, bytes) in &whole {
        for (how, spoil) in SPOILS {
            fs::remove_dir_all(&path).unwrap();
            for (file, bytes) in &whole {
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, bytes).unwrap();
            }
            let mut bytes = bytes.clone();
            spoil(&mut bytes);
            fs::write(file, bytes).unwrap();
            let (index, _) = open(&path, day.journal.last());
            let index = fill(index, &day.journal);
            assert_eq!(balances(&index), day.balances(), "{} {how}", file.display());
            check(&index, &day);
        }
    }
}

#[test]
fn an_empty_leftover_of_a_snapshot_is_no_damage() {
    let day = long_day();
    let directory = tempfile::tempdir().unwrap();
    drop(fill(open(directory.path(), Lsn::NONE).0, &day.journal));
    let leftover = directory.path().join("snap.0000000000000ABC.generating");
    fs::write(&leftover, []).unwrap();
    let (index, thrown_away) = open(directory.path(), day.journal.last());
    assert_eq!(thrown_away, None);
    assert!(!leftover.exists());
    check(&index, &day);
}

#[test]
fn an_index_that_somebody_has_open_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let (_index, _) = open(directory.path(), Lsn::NONE);
    let error = SledIndex::open(directory.path(), BUDGET_BYTES, Lsn::NONE).unwrap_err();
    assert!(matches!(error, IndexError::InUse { .. }), "{error}");
    assert!(directory.path().join("db").exists());
}

/// An index whose rows read as damaged once.
struct Flawed {
    index: SledIndex,
    flawed: Cell<bool>,
}

impl Index for Flawed {
    fn apply(&mut self, batch: &Batch) -> Result<(), IndexError> {
        self.index.apply(batch)
    }

    fn applied(&self) -> Result<Lsn, IndexError> {
        self.index.applied()
    }

    fn by_rrn(&self, rrn: &Rrn) -> Result<Vec<Lsn>, IndexError> {
        self.index.by_rrn(rrn)
    }

    fn balance(&self, key: &CapKey) -> Result<CapBalance, IndexError> {
        if self.flawed.take() { Err(IndexError::Damaged { row: "balance" }) } else { self.index.balance(key) }
    }

    fn for_each_balance(&self, visit: &mut dyn FnMut(CapKey, CapBalance)) -> Result<(), IndexError> {
        self.index.for_each_balance(visit)
    }

    fn clear(&mut self) -> Result<(), IndexError> {
        self.index.clear()
    }
}

#[test]
fn rows_found_damaged_are_folded_again() {
    let day = long_day();
    let directory = tempfile::tempdir().unwrap();
    let index = fill(open(directory.path(), Lsn::NONE).0, &Journal(day.journal.0[..1_000].to_vec()));
    let mut applier = Applier::new(Flawed { index, flawed: Cell::new(true) }, day.journal.clone());
    assert!(applier.step(day.journal.last()).is_err());
    assert_eq!(applier.index().applied().unwrap(), Lsn::NONE);
    while applier.step(day.journal.last()).unwrap() < day.journal.last() {}
    check(&applier.into_index().index, &day);
}

#[test]
fn a_journal_that_ends_before_what_is_durable_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let mut applier = Applier::new(open(directory.path(), Lsn::NONE).0, Journal::default());
    let error = applier.step(Lsn(1)).unwrap_err();
    assert!(matches!(error, ApplyError::Gap { expected: Lsn(1), got: Lsn::NONE }), "{error}");
}

proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 20, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_day_folds_to_its_rows(actions in actions()) {
        let day = Day::of(&actions);
        let directory = tempfile::tempdir().unwrap();
        check(&fill(open(directory.path(), Lsn::NONE).0, &day.journal), &day);
    }
}
