//! A journal to whose files anything has happened: what is read was written, in its order, from the first record on; or the
//! start is refused.

use super::draw::{Draw, KINDS};
use super::mutation::{batches, contents, mutate};
use lijian_domain::ids::Lsn;
use lijian_domain::record::Entry;
use lijian_domain::time::{BusinessDate, UnixMicros};
use lijian_store::format::RecordBuffer;
use lijian_store::journal::{Journal, JournalError, JournalOptions, JournalReader, OpenJournal, SEGMENT_BYTES_MIN};
use lijian_store::storage::Storage;
use lijian_store::storage::faulty::MemoryStorage;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Arc, LazyLock};

/// A whole journal: its files, its records, and where each batch stands with the number of records before it.
struct Whole {
    storage: MemoryStorage,
    entries: Vec<Entry>,
    batches: Vec<(String, usize, Vec<u8>, u64)>,
}

/// Nothing; a few batches; many, over segments; the same with the last segment begun and empty.
static WHOLE: LazyLock<[Whole; 4]> = LazyLock::new(|| {
    let many = written(40);
    let begun = many.storage.image();
    let last = many.batches.last().expect("it has some").0.clone();
    begun.damage(&last, |bytes| bytes[4096..].fill(0));
    let kept = many.batches.iter().filter(|batch| batch.0 == last).map(|batch| batch.3).min().expect("it has some");
    let entries = many.entries[..usize::try_from(kept).expect("few")].to_vec();
    let begun = Whole { batches: placed(&begun), storage: begun, entries };
    let empty = Whole { storage: MemoryStorage::default(), entries: Vec::new(), batches: Vec::new() };
    [empty, written(3), many, begun]
});

/// The first byte chooses a journal and whether it goes on afterwards; the rest is what happens to it.
///
/// # Panics
/// When a promise is broken.
pub(crate) fn journal(bytes: &[u8]) {
    let Some((&which, script)) = bytes.split_first() else { return };
    let whole = &WHOLE[usize::from(which & 3)];
    let storage = whole.storage.image();
    mutate(&storage, script);
    let before = files(&storage);
    let read = read(&storage, &whole.entries);
    match open(&storage) {
        Err(error) => {
            check_refusal(&error, &before);
            assert!(read.is_none(), "refused to a writer, read by a reader: {error}");
            assert_eq!(files(&storage), before, "a refused start changes nothing");
        }
        Ok(opened) => {
            let records = check_opened(whole, opened, &before);
            assert_eq!(read, Some(records), "a reader sees what the writer saw");
            check_again(whole, &storage, records, which & 4 != 0);
        }
    }
}

fn options() -> JournalOptions {
    JournalOptions { segment_bytes: SEGMENT_BYTES_MIN, free_bytes_min: 0, ..JournalOptions::default() }
}

fn open(storage: &MemoryStorage) -> Result<OpenJournal, JournalError> {
    Journal::open(Arc::new(storage.clone()), options())
}

fn files(storage: &MemoryStorage) -> BTreeMap<String, Vec<u8>> {
    storage.list().expect("it is in memory").into_iter().map(|name| (name.clone(), contents(storage, &name))).collect()
}

/// How many records a reader gets; none if it is refused. Whatever it gets before is right.
fn read(storage: &MemoryStorage, written: &[Entry]) -> Option<u64> {
    let mut reader = JournalReader::open(Arc::new(storage.clone())).ok()?;
    let mut count = 0;
    for entry in reader.entries(Lsn(1)) {
        assert_eq!(written.get(count), Some(&entry.ok()?), "record {count} was never written");
        count += 1;
    }
    Some(count as u64)
}

/// A refusal names the file, and where in it.
fn check_refusal(error: &JournalError, files: &BTreeMap<String, Vec<u8>>) {
    match error {
        JournalError::Damaged { segment, offset, .. } | JournalError::Record { segment, offset, .. } => {
            let length = files.get(segment).expect("it is there").len() as u64;
            assert!(*offset <= length, "{error}");
        }
        JournalError::Length { segment, .. } | JournalError::Unsupported { segment, .. } => {
            assert!(files.contains_key(segment), "{error}");
        }
        JournalError::Missing { missing, .. } => assert!(!files.contains_key(missing), "{error}"),
        other => panic!("{other:?}"),
    }
}

/// The records are the first of those written, and no batch that still stands where it was written is left out.
fn check_opened(whole: &Whole, mut opened: OpenJournal, before: &BTreeMap<String, Vec<u8>>) -> u64 {
    let mut found = Vec::new();
    let replayed = opened.replay(Lsn(1), &mut |entry| {
        found.push(entry);
        ControlFlow::Continue(())
    });
    replayed.expect("what was proven can be read");
    let records = opened.report().records;
    assert_eq!(found.len() as u64, records);
    assert_eq!(whole.entries.get(..found.len()), Some(&found[..]), "a record that was never written");
    for (name, at, bytes, _) in whole.batches.iter().filter(|batch| batch.3 >= records) {
        let stands = before.get(name).is_some_and(|file| file.get(*at..at + bytes.len()) == Some(bytes));
        assert!(!stands, "the batch at {at} of {name} stands there whole and was dropped");
    }
    records
}

/// Once cut, a journal is whole: it opens the same way again, and goes on.
fn check_again(whole: &Whole, storage: &MemoryStorage, records: u64, goes_on: bool) {
    let cut = files(storage);
    let opened = open(storage).expect("it was opened before");
    assert_eq!((opened.report().records, opened.report().cut_bytes), (records, 0), "a second start cuts again");
    assert_eq!(files(storage), cut, "a second start changes something");
    let mut expected = whole.entries[..usize::try_from(records).expect("few")].to_vec();
    if goes_on {
        let mut buffer = RecordBuffer::new(opened.next_lsn());
        let journal = opened.start(drop).expect("threads can be had");
        expected.extend((0..3).map(|seed| push(&mut buffer, seed)));
        journal.append(&mut buffer).expect("it takes records");
        assert_eq!(journal.close().expect("nothing failed").lsn.0, records + 3);
        assert_eq!(read(storage, &expected), Some(records + 3));
    }
}

/// A journal of so many batches of one to three records of any kind.
fn written(batches: u64) -> Whole {
    let storage = MemoryStorage::default();
    let journal = open(&storage).expect("it is empty").start(drop).expect("threads can be had");
    let mut buffer = RecordBuffer::new(Lsn(1));
    let mut entries = Vec::new();
    for batch in 0..batches {
        entries.extend((0..=batch % 3).map(|record| push(&mut buffer, batch * 7 + record)));
        journal.append(&mut buffer).expect("it takes records");
        while journal.durable() < buffer.last_lsn() {
            std::thread::yield_now();
        }
    }
    journal.close().expect("nothing failed");
    Whole { batches: placed(&storage), storage, entries }
}

fn push(buffer: &mut RecordBuffer, seed: u64) -> Entry {
    let lsn = buffer.next_lsn();
    let (at, business_date) = (UnixMicros(1_725_588_000_000_000), BusinessDate(19_972));
    let record = Draw { state: seed, full: false }.record(seed % KINDS);
    buffer.push(at, business_date, &record);
    Entry { lsn, at, business_date, record }
}

fn placed(storage: &MemoryStorage) -> Vec<(String, usize, Vec<u8>, u64)> {
    let mut found = Vec::new();
    for (name, bytes) in files(storage) {
        for (at, length) in batches(&bytes) {
            let batch = bytes[at..at + length].to_vec();
            let first = u64::from_le_bytes(batch[24..32].try_into().expect("eight bytes"));
            found.push((name.clone(), at, batch, first - 1));
        }
    }
    found
}
