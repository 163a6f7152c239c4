//! What the disk may do to the journal, and what must not come of it.

use super::{Made, open_records, options, released};
use lijian_domain::ids::Lsn;
use lijian_store::journal::{
    AppendError, Durability, Journal, JournalEvent, JournalOptions, JournalReader, SEGMENT_BYTES_MIN,
};
use lijian_store::storage::faulty::{Effect, Fault, MemoryStorage, Operation};
use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::mpsc::channel;

fn fault(operation: Operation, after: u64, effect: Effect) -> Fault {
    Fault { operation, after, effect }
}

/// Appends one record; the journal must be poisoned by it, once, and for ever.
fn check_poisoned(mut made: Made, operation: &str) {
    let durable = made.journal.durable();
    released(&mut made.buffer);
    made.journal.append(&mut made.buffer).unwrap();
    let poisoned = made.events.recv().unwrap();
    let JournalEvent::Poisoned(fault) = poisoned else { panic!("{poisoned:?}") };
    assert_eq!(fault.operation, operation);
    assert!(fault.to_string().contains("nothing is granted"), "{fault}");
    assert_eq!(made.journal.fault().as_ref(), Some(&fault));
    released(&mut made.buffer);
    assert_eq!(made.journal.append(&mut made.buffer), Err(AppendError::Poisoned(fault.clone())));
    assert_eq!(made.buffer.count(), 1);
    assert_eq!(made.journal.durable(), durable);
    assert_eq!(made.journal.close(), Err(fault));
    assert_eq!(made.events.try_iter().count(), 0, "said once");
}

#[test]
fn a_failed_sync_poisons_and_the_next_start_makes_it_good() {
    let storage = MemoryStorage::default();
    let mut made = Made::open(&storage);
    made.append(1);
    storage.plan(fault(Operation::Sync, 0, Effect::Fail));
    check_poisoned(made, "syncing");

    // The operating system still shows the batch, while the disk does not have it: the start must write it again.
    let restarted = Made::open(&storage);
    assert_eq!(restarted.journal.durable(), Lsn(2));
    storage.power_cut();
    assert_eq!(open_records(&storage).len(), 2);
}

#[test]
fn a_failed_sync_and_a_power_cut_lose_what_was_not_acknowledged() {
    let storage = MemoryStorage::default();
    let mut made = Made::open(&storage);
    let kept = made.append(1);
    storage.plan(fault(Operation::Sync, 0, Effect::Fail));
    check_poisoned(made, "syncing");
    storage.power_cut();
    assert_eq!(open_records(&storage), kept);
}

#[test]
fn a_failed_or_torn_write_poisons_and_is_cut() {
    // A batch of one record is 103 bytes long: torn after each of them, the last one included, which no sync followed.
    let torn = (0..=103).map(Effect::Torn);
    for effect in torn.chain([Effect::Fail]) {
        let storage = MemoryStorage::default();
        let mut made = Made::open(&storage);
        let mut kept = made.append(2);
        storage.plan(fault(Operation::Write, 0, effect));
        check_poisoned(made, "writing");
        let mut again = Made::open(&storage);
        // What was written to its end, or to its last byte that is not zero, is whole: it may stay, and nobody was told of it.
        kept.extend(open_records(&storage).into_iter().skip(2));
        assert!(kept.len() == 2 || matches!(effect, Effect::Torn(100..)), "{effect:?}");
        assert_eq!(again.journal.durable(), Lsn(kept.len() as u64), "{effect:?}");
        let more = again.append(1);
        again.close().unwrap();
        assert_eq!(open_records(&storage), [kept, more].concat());
    }
}

#[test]
fn a_short_write_is_gone_on_with() {
    let storage = MemoryStorage::default();
    let mut made = Made::open(&storage);
    for written in [1, 63, 64, 90] {
        storage.plan(fault(Operation::Write, 0, Effect::Short(written)));
        made.append(3);
    }
    made.close().unwrap();
    assert_eq!(open_records(&storage).len(), 12);
}

#[test]
fn what_is_durable_survives_a_power_cut_at_any_moment() {
    let storage = MemoryStorage::default();
    let mut expected = Vec::new();
    for round in 0..8 {
        let mut made = Made::open(&storage);
        for _ in 0..10 {
            expected.extend(made.append(30 + round));
        }
        storage.power_cut();
        assert_eq!(open_records(&storage), expected);
    }
}

#[test]
fn without_syncs_a_killed_process_loses_nothing_and_a_power_cut_does() {
    let storage = MemoryStorage::default();
    let options = JournalOptions { durability: Durability::OperatingSystem, ..options() };
    let mut made = Made::with(&storage, options);
    let first = made.append(5);
    assert_eq!(open_records(&storage.image()), first);
    storage.power_cut();
    assert!(open_records(&storage).is_empty());
}

#[test]
fn a_failed_head_of_a_new_segment_poisons() {
    for operation in [Operation::Write, Operation::Sync] {
        let storage = MemoryStorage::default();
        storage.plan(fault(operation, 0, Effect::Fail));
        let expected = if operation == Operation::Write { "writing" } else { "syncing" };
        check_poisoned(Made::open(&storage), expected);
        assert!(open_records(&storage).is_empty());
        Made::open(&storage).append(1);
    }
}

#[test]
fn a_segment_that_cannot_be_made_ahead_poisons_only_when_it_is_needed() {
    let storage = MemoryStorage::default();
    let mut made = Made::open(&storage);
    storage.limit(Some(SEGMENT_BYTES_MIN + 1));
    let mut told = None;
    let mut appended = 0;
    let poisoned = loop {
        (0..50).for_each(|_| drop(released(&mut made.buffer)));
        if made.journal.append(&mut made.buffer).is_err() {
            break None;
        }
        let last = made.buffer.last_lsn();
        let end = made.events.iter().find_map(|event| match event {
            JournalEvent::Durable(lsn) if lsn == last => Some(None),
            JournalEvent::Poisoned(fault) => Some(Some(fault)),
            JournalEvent::NotPrepared(fault) => {
                told = Some(fault);
                None
            }
            _ => None,
        });
        match end.unwrap() {
            Some(fault) => break Some(fault),
            None => appended += 50,
        }
    };
    let poisoned = poisoned.unwrap();
    assert_eq!((poisoned.operation, poisoned.kind), ("making", ErrorKind::StorageFull));
    // Eight batches of fifty fit into a segment; the second one may have been made before the disk was full.
    assert!(appended == 400 || appended == 800, "{appended}");
    assert!(told.is_none_or(|fault| fault.kind == ErrorKind::StorageFull));
    assert_eq!(made.journal.durable(), Lsn(appended));
    drop(made);
    assert_eq!(open_records(&storage).len() as u64, appended);

    storage.limit(None);
    Made::open(&storage).append(1);
}

#[test]
fn room_made_in_time_heals() {
    let storage = MemoryStorage::default();
    storage.plan(fault(Operation::Create, 1, Effect::Fail));
    let mut made = Made::open(&storage);
    // The failed making of the second segment is repaired when it is due.
    (0..20).for_each(|_| drop(made.append(50)));
    made.close().unwrap();
    assert_eq!(open_records(&storage).len(), 1000);
}

#[test]
fn little_space_is_said_before_it_is_none() {
    let storage = MemoryStorage::default();
    storage.limit(Some(10 * SEGMENT_BYTES_MIN));
    let options = JournalOptions { free_bytes_min: 4 * SEGMENT_BYTES_MIN, ..options() };
    let (sender, events) = channel();
    let opened = Journal::open(Arc::new(storage.clone()), options).unwrap();
    let mut buffer = lijian_store::format::RecordBuffer::new(opened.next_lsn());
    let journal = opened.start(move |event| drop(sender.send(event))).unwrap();
    let mut durable = Lsn::NONE;
    while !events.try_iter().any(|event| match event {
        JournalEvent::SpaceLow { free_bytes, free_bytes_min } => free_bytes < free_bytes_min,
        _ => false,
    }) {
        assert!(durable.0 < 400 * 8, "said before the tenth segment");
        (0..50).for_each(|_| drop(released(&mut buffer)));
        journal.append(&mut buffer).unwrap();
        durable = buffer.last_lsn();
        while journal.durable() < durable {
            std::thread::yield_now();
        }
    }
    assert_eq!(journal.fault(), None);
    journal.close().unwrap();
    assert_eq!(JournalReader::open(Arc::new(storage)).unwrap().head().lsn, durable);
}
