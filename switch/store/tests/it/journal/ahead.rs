//! Reading ahead gives what reading gives.

use super::{Made, options};
use lijian_domain::ids::Lsn;
use lijian_domain::record::Entry;
use lijian_store::journal::{Journal, JournalError, JournalOptions, JournalReader, ReadAhead};
use lijian_store::storage::Storage;
use lijian_store::storage::faulty::MemoryStorage;
use std::sync::Arc;

fn ahead(storage: &MemoryStorage, from: Lsn) -> ReadAhead {
    ReadAhead::start(JournalReader::open(Arc::new(storage.clone())).unwrap(), from).unwrap()
}

fn made() -> (MemoryStorage, Vec<Entry>) {
    let storage = MemoryStorage::default();
    let mut made = Made::open(&storage);
    let entries = (0..40).flat_map(|_| made.append(50)).collect();
    made.close().unwrap();
    (storage, entries)
}

#[test]
fn entries_come_in_order_from_any_place_and_can_be_left() {
    let (storage, expected) = made();
    for from in [1usize, 2, 128, 129, 1_999, 2_000, 2_001] {
        let read: Vec<Entry> = ahead(&storage, Lsn(from as u64)).map(|entry| *entry.unwrap()).collect();
        assert_eq!(read, expected[from - 1..], "from {from}");
    }
    let mut left = ahead(&storage, Lsn(1));
    assert_eq!(*left.next().unwrap().unwrap(), expected[0]);
    drop(left);
    assert_eq!(ahead(&MemoryStorage::default(), Lsn(1)).count(), 0);
}

/// What the start leaves to the fold is proven by the fold's own reading.
#[test]
fn damage_that_the_start_did_not_look_at_ends_the_reading_with_its_place() {
    let (storage, expected) = made();
    assert!(storage.list().unwrap().len() >= 5);
    storage.damage("0000000002.segment", |bytes| bytes[4096 + 70] ^= 4);
    let unread = JournalOptions { check_from: Lsn(u64::MAX), ..options() };
    let opened = Journal::open(Arc::new(storage.clone()), unread).unwrap();
    assert_eq!(opened.next_lsn(), Lsn(2_001));
    let mut entries = ahead(&storage, Lsn(1));
    let before: Vec<Entry> = entries.by_ref().map_while(Result::ok).map(|entry| *entry).collect();
    assert_eq!(before, expected[..before.len()]);
    assert!(!before.is_empty() && before.len() < expected.len());
    let error = ahead(&storage, Lsn(1)).find_map(Result::err).unwrap();
    let JournalError::Damaged { segment, offset, .. } = &error else { panic!("{error}") };
    assert_eq!((segment.as_str(), *offset), ("0000000002.segment", 4096));
    assert!(entries.next().is_none());
}
