//! Appends that one segment does not hold.

use super::{Made, open_records, options, released};
use crate::journal::draw::Draw;
use lijian_domain::ids::Lsn;
use lijian_domain::record::Entry;
use lijian_domain::time::{BusinessDate, UnixMicros};
use lijian_store::format::RecordBuffer;
use lijian_store::journal::{Journal, JournalEvent, JournalHead, SEGMENT_BYTES_MIN};
use lijian_store::storage::faulty::{Effect, Fault, MemoryStorage, Operation};
use std::sync::Arc;

/// Records that fill five segments, in one buffer.
fn five_segments(buffer: &mut RecordBuffer) -> Vec<Entry> {
    let mut entries = Vec::new();
    while (buffer.len_bytes() as u64) < 5 * SEGMENT_BYTES_MIN {
        entries.push(released(buffer));
    }
    entries
}

fn durable(made: &Made) -> Vec<Lsn> {
    let events = made.events.try_iter();
    events.filter_map(|event| if let JournalEvent::Durable(lsn) = event { Some(lsn) } else { None }).collect()
}

#[test]
fn what_no_segment_holds_becomes_several_batches_in_order() {
    let storage = MemoryStorage::default();
    let mut made = Made::open(&storage);
    let mut expected = made.append(3);
    expected.extend(five_segments(&mut made.buffer));
    made.journal.append(&mut made.buffer).unwrap();
    assert!(made.buffer.is_empty());
    let last = expected.last().unwrap().lsn;
    let JournalHead { lsn, chain } = made.journal.close().unwrap();
    assert_eq!(lsn, last);
    let durable = durable(&made);
    assert!(durable.len() >= 5 && durable.is_sorted() && durable.last() == Some(&last), "{durable:?}");
    drop(made);
    assert_eq!(open_records(&storage), expected);
    let opened = Journal::open(Arc::new(storage.clone()), options()).unwrap();
    assert_eq!((opened.chain_head(), opened.report().batches), (chain, 1 + durable.len() as u64));
}

#[test]
fn the_largest_records_go_one_by_one() {
    let storage = MemoryStorage::default();
    let made = Made::open(&storage);
    let intent = Draw { state: 3, full: true }.intent();
    let mut buffer = RecordBuffer::new(Lsn(1));
    for _ in 0..7 {
        buffer.push_intent(UnixMicros(1), BusinessDate(1), &intent);
    }
    made.journal.append(&mut buffer).unwrap();
    assert_eq!(made.journal.close().unwrap().lsn, Lsn(7));
    assert_eq!(open_records(&storage).len(), 7);
}

#[test]
fn what_was_durable_before_a_later_part_failed_stays_and_the_rest_is_not_acknowledged() {
    let storage = MemoryStorage::default();
    let mut made = Made::open(&storage);
    let expected = five_segments(&mut made.buffer);
    // Writes are a head and a batch by turns: the third batch fails.
    storage.plan(Fault { operation: Operation::Write, after: 5, effect: Effect::Torn(1_000) });
    made.journal.append(&mut made.buffer).unwrap();
    let fault = made.journal.close().unwrap_err();
    assert_eq!((fault.operation, fault.file.as_str()), ("writing", "0000000003.segment"));
    let durable = durable(&made);
    assert_eq!((durable.len(), durable.last()), (2, Some(&made.journal.durable())));
    let kept = usize::try_from(made.journal.durable().0).unwrap();
    drop(made);
    let restarted = Made::open(&storage);
    assert_eq!(open_records(&storage), expected[..kept]);
    drop(restarted);
}
