//! A snapshot and the rest of the journal come to what the whole journal comes to; whatever is not whole is passed over.

use crate::history::{Action, Day, actions};
use crate::journal::options;
use lijian_domain::cap::{CapBalance, CapKey};
use lijian_domain::ids::{ContentDigest, DuplicateKey, Lsn};
use lijian_domain::record::{Entry, Record};
use lijian_domain::time::BusinessDate;
use lijian_store::format::RecordBuffer;
use lijian_store::journal::{Journal, JournalReader};
use lijian_store::quota::{PersonalClass, PersonalRow, Quota};
use lijian_store::recovery::{Recovered, Replay};
use lijian_store::snapshot::{Moment, RequestRow, SnapshotError, Snapshots};
use lijian_store::storage::faulty::{Effect, Fault, MemoryStorage, Operation};
use lijian_store::storage::{Storage, StorageFile};
use proptest::prelude::{any, proptest};
use std::sync::Arc;

const DAYS: u16 = 2;

/// The entries as a journal of batches of `batch` records.
fn journal(entries: &[Entry], batch: usize) -> MemoryStorage {
    let storage = MemoryStorage::default();
    let journal = Journal::open(Arc::new(storage.clone()), options()).unwrap().start(|_| {}).unwrap();
    let mut buffer = RecordBuffer::new(Lsn(1));
    for batch in entries.chunks(batch) {
        for Entry { lsn, at, business_date, record } in batch {
            assert_eq!(buffer.push(*at, *business_date, record), *lsn);
        }
        journal.append(&mut buffer).unwrap();
        while journal.durable() < batch.last().unwrap().lsn {
            std::thread::yield_now();
        }
    }
    journal.close().unwrap();
    storage
}

fn reader(storage: &MemoryStorage) -> JournalReader {
    JournalReader::open(Arc::new(storage.clone())).unwrap()
}

fn fold(replay: &mut Replay<'_>, entries: &[Entry], again: &mut JournalReader) {
    for entry in entries {
        replay.apply(entry, |lsn| again.record(lsn)).unwrap();
    }
}

/// All that is used of personal caps, and what it is of.
fn rows(quota: &Quota) -> (Vec<PersonalClass>, Vec<PersonalRow>) {
    let mut rows = Vec::new();
    quota
        .for_each_used_row(|row| {
            rows.push(row);
            Ok(())
        })
        .unwrap();
    (quota.personal_classes(), rows)
}

fn request(number: u8, opened: u64) -> RequestRow {
    RequestRow {
        key: DuplicateKey([number; 16]),
        content: ContentDigest([number; 8]),
        opened: Lsn(opened),
        answered: Lsn(opened + 1),
        day: BusinessDate(20_000),
        state: number,
    }
}

fn requests() -> Vec<RequestRow> {
    (1..=5).map(|number| request(number, u64::from(number) * 10)).collect()
}

/// Writes the snapshot of everything up to the end of the batch that holds the first `count` records; says which record.
fn write(
    snapshots: &Snapshots,
    entries: &[Entry],
    count: usize,
    journal: &MemoryStorage,
) -> Result<Lsn, SnapshotError> {
    let mut again = reader(journal);
    let head = again.chain_at(Lsn(u64::try_from(count).unwrap())).unwrap().unwrap();
    let quota = Quota::new();
    let mut replay = Replay::new(&quota);
    fold(&mut replay, &entries[..usize::try_from(head.lsn.0).unwrap()], &mut again);
    let moment = Moment { head, answers_days: DAYS, latest_date: BusinessDate(20_000) };
    snapshots.write(moment, replay.standing(), &quota, replay.claims(), &requests()).map(|_| head.lsn)
}

fn same_from_a_snapshot(actions: &[Action], cut: usize, batch: usize) {
    let day = Day::of(actions);
    let entries = &day.journal.0;
    if entries.is_empty() {
        return;
    }
    let journal = journal(entries, batch);
    let directory = MemoryStorage::default();
    let snapshots = Snapshots::new(Arc::new(directory.clone()), 0);
    let written = write(&snapshots, entries, cut % entries.len() + 1, &journal).unwrap();

    let mut again = reader(&journal);
    let whole = Quota::new();
    let mut replay = Replay::new(&whole);
    fold(&mut replay, entries, &mut again);
    let expected = replay.finish(|lsn| again.record(lsn)).unwrap();

    let (found, passed_over) = snapshots.newest(&mut again, DAYS).unwrap();
    assert!(passed_over.is_empty(), "{passed_over:?}");
    let found = found.unwrap();
    assert_eq!(found.moment.head.lsn, written);
    let (quota, mut remembered) = (Quota::new(), Vec::new());
    let (standing, claims) = snapshots
        .load(&found, &quota, |row| {
            remembered.push(*row);
            true
        })
        .unwrap();
    assert_eq!(remembered, requests());
    let mut replay = Replay::resume(&quota, standing, claims, written, |lsn| again.record(lsn)).unwrap();
    fold(&mut replay, &entries[usize::try_from(written.0).unwrap()..], &mut again);

    // What goes on from a snapshot writes the very bytes that the whole history writes.
    let (one, other) = (MemoryStorage::default(), MemoryStorage::default());
    write(&Snapshots::new(Arc::new(one.clone()), 0), entries, entries.len(), &journal).unwrap();
    let head = again.chain_at(replay.last()).unwrap().unwrap();
    let moment = Moment { head, answers_days: DAYS, latest_date: BusinessDate(20_000) };
    let other_snapshots = Snapshots::new(Arc::new(other.clone()), 0);
    other_snapshots.write(moment, replay.standing(), &quota, replay.claims(), &requests()).unwrap();
    assert_eq!(bytes(&one), bytes(&other));

    let recovered: Recovered = replay.finish(|lsn| again.record(lsn)).unwrap();
    assert_eq!(recovered, expected);
    assert_eq!((quota.budgets(), rows(&quota)), (whole.budgets(), rows(&whole)));
    let touched = entries.iter().filter_map(|entry| match &entry.record {
        Record::Intent(intent) => Some(&intent.award.caps),
        _ => None,
    });
    for take in touched.flatten() {
        assert_eq!(quota.balance(&take.key), whole.balance(&take.key), "{}", take.key);
    }
    // By the test's own count too.
    let stands: Vec<(CapKey, CapBalance)> = day.balances().into_keys().map(|key| (key, quota.balance(&key))).collect();
    assert_eq!(stands, day.balances().into_iter().collect::<Vec<_>>());
}

/// The one file of a directory.
fn bytes(directory: &MemoryStorage) -> (String, Vec<u8>) {
    let [name] = directory.list().unwrap().try_into().unwrap();
    let file: Box<dyn StorageFile> = directory.open_to_read(&name).unwrap();
    let mut bytes = vec![0; usize::try_from(file.byte_length().unwrap()).unwrap()];
    file.read_at(&mut bytes, 0).unwrap();
    (name, bytes)
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn a_snapshot_and_the_rest_come_to_what_everything_comes_to(
        actions in actions(),
        cut in any::<usize>(),
        batch in 1..6_usize,
    ) {
        same_from_a_snapshot(&actions, cut, batch);
    }
}

/// A day of everything, in a journal of batches of three.
fn day() -> (Vec<Entry>, MemoryStorage) {
    let actions: Vec<Action> = (0..200_u16).map(|at| ((at * 7 % 12) as u8, at.wrapping_mul(40_503))).collect();
    let entries = Day::of(&actions).journal.0;
    let journal = journal(&entries, 3);
    (entries, journal)
}

#[test]
fn any_flipped_byte_and_any_missing_end_is_noticed_and_the_older_one_is_taken() {
    let (entries, journal) = day();
    let directory = MemoryStorage::default();
    let snapshots = Snapshots::new(Arc::new(directory.clone()), 0);
    let older = write(&snapshots, &entries, 30, &journal).unwrap();
    let newer = write(&snapshots, &entries, 90, &journal).unwrap();
    let name = format!("{:020}.snapshot", newer.0);
    let mut again = reader(&journal);
    let mut newest = |directory: &MemoryStorage| {
        let snapshots = Snapshots::new(Arc::new(directory.clone()), 0);
        let (found, passed_over) = snapshots.newest(&mut again, DAYS).unwrap();
        (found.map(|found| found.moment.head.lsn), passed_over)
    };
    assert_eq!(newest(&directory).0, Some(newer));
    let length = {
        let mut length = 0;
        directory.damage(&name, |bytes| length = bytes.len());
        length
    };
    // Every byte of the head and of the checksum, and some of the rest.
    for at in (0..length).filter(|at| *at < 120 || at % 11 == 0 || *at + 32 >= length) {
        let damaged = directory.image();
        damaged.damage(&name, |bytes| bytes[at] ^= 1 << (at % 8));
        let (found, passed_over) = newest(&damaged);
        assert_eq!((found, passed_over.len()), (Some(older), 1), "byte {at}");
        if at % 3 != 0 {
            continue;
        }
        let cut = directory.image();
        cut.damage(&name, |bytes| bytes.truncate(at));
        assert_eq!(newest(&cut).0, Some(older), "cut at {at}");
        let torn = directory.image();
        torn.damage(&name, |bytes| bytes[at..].fill(0));
        let expected = if torn.image_is(&directory, &name) { newer } else { older };
        assert_eq!(newest(&torn).0, Some(expected), "zeros from {at}");
    }
}

/// Whether a file is the same in two directories.
trait SameFile {
    fn image_is(&self, other: &Self, name: &str) -> bool;
}

impl SameFile for MemoryStorage {
    fn image_is(&self, other: &Self, name: &str) -> bool {
        let read = |storage: &Self| {
            let mut copy = Vec::new();
            storage.damage(name, |bytes| copy = bytes.clone());
            copy
        };
        read(self) == read(other)
    }
}

#[test]
fn one_of_another_journal_or_of_records_that_were_cut_is_not_taken() {
    let (entries, journal) = day();
    let directory = MemoryStorage::default();
    let snapshots = Snapshots::new(Arc::new(directory), 0);
    write(&snapshots, &entries, 90, &journal).unwrap();
    let shorter = self::journal(&entries[..60], 3);
    // The same records in other batches: another chain.
    let other = self::journal(&entries, 5);
    for another in [shorter, other] {
        let (found, passed_over) = snapshots.newest(&mut reader(&another), DAYS).unwrap();
        assert!(found.is_none());
        assert!(matches!(passed_over.as_slice(), [SnapshotError::Foreign { .. }]), "{passed_over:?}");
    }
    for days in [DAYS + 1, DAYS - 1] {
        let (found, passed_over) = snapshots.newest(&mut reader(&journal), days).unwrap();
        assert!(found.is_none());
        assert!(
            matches!(passed_over.as_slice(), [SnapshotError::Days { got: DAYS, expected, .. }] if *expected == days),
            "{passed_over:?}"
        );
    }
}

#[test]
fn what_the_journal_needs_is_left_to_it() {
    let (entries, journal) = day();
    let bytes = {
        let directory = MemoryStorage::default();
        write(&Snapshots::new(Arc::new(directory.clone()), 0), &entries, 90, &journal).unwrap();
        bytes(&directory).1.len() as u64
    };
    for (free, fits) in [(bytes + 1_000, true), (bytes + 999, false), (bytes - 1, false)] {
        let directory = MemoryStorage::default();
        directory.limit(Some(free));
        let written = write(&Snapshots::new(Arc::new(directory.clone()), 1_000), &entries, 90, &journal);
        assert_eq!((written.is_ok(), directory.list().unwrap().len()), (fits, usize::from(fits)), "{written:?}");
    }
}

#[test]
fn a_disk_that_fails_at_any_step_leaves_the_one_before() {
    let (entries, journal) = day();
    let directory = MemoryStorage::default();
    let snapshots = Snapshots::new(Arc::new(directory.clone()), 0);
    let older = write(&snapshots, &entries, 30, &journal).unwrap();
    let before = directory.counts();
    write(&Snapshots::new(Arc::new(directory.image()), 0), &entries, 90, &journal).unwrap();
    let mut struck = 0;
    for operation in [Operation::Create, Operation::Write, Operation::Sync] {
        for after in 0..8 {
            for effect in [Effect::Fail, Effect::Torn(7)] {
                let failing = directory.image();
                failing.plan(Fault { operation, after, effect });
                let snapshots = Snapshots::new(Arc::new(failing.clone()), 0);
                let written = write(&snapshots, &entries, 90, &journal);
                let expected = match &written {
                    Ok(newer) => *newer,
                    Err(error) => {
                        struck += 1;
                        assert!(matches!(error, SnapshotError::Io { .. }), "{error}");
                        older
                    }
                };
                let found = snapshots.newest(&mut reader(&journal), DAYS).unwrap().0.unwrap();
                assert_eq!(found.moment.head.lsn, expected, "{operation:?} {after} {effect:?}");
                let files = 1 + usize::from(written.is_ok());
                assert_eq!(
                    failing.list().unwrap().len(),
                    files,
                    "a part of it stays: {operation:?} {after} {effect:?}"
                );
            }
        }
    }
    assert!(struck > 6, "{struck} faults struck; {before:?}");
}

#[test]
fn two_are_kept() {
    let (entries, journal) = day();
    let directory = MemoryStorage::default();
    let snapshots = Snapshots::new(Arc::new(directory.clone()), 0);
    for count in [10, 40, 70, 100] {
        write(&snapshots, &entries, count, &journal).unwrap();
    }
    // Of a journal that was here before, and of a writer that was stopped: neither takes the place of a good one.
    for (name, bytes) in [("00000000000000000999.snapshot", 500), ("00000000000000000090.snapshot", 300)] {
        directory.create(name, bytes).unwrap();
    }
    directory.damage("00000000000000000999.snapshot", |bytes| bytes[0] = b'L');
    snapshots.prune(Lsn(102)).unwrap();
    let mut names = directory.list().unwrap();
    names.sort();
    assert_eq!(names, ["00000000000000000072.snapshot", "00000000000000000102.snapshot"]);
}
