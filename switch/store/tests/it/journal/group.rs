//! Group commit, and readers beside the writer.

use super::{Made, options, released};
use lijian_domain::ids::Lsn;
use lijian_store::format::RecordBuffer;
use lijian_store::journal::{Journal, JournalEvent, JournalReader};
use lijian_store::storage::faulty::MemoryStorage;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

/// An observer that holds the writer up after its first batch: everything that comes meanwhile must become one batch.
#[test]
fn what_gathers_while_a_batch_is_written_is_one_batch() {
    let storage = MemoryStorage::default();
    let opened = Journal::open(Arc::new(storage.clone()), options()).unwrap();
    let (go, wait) = channel::<()>();
    let (sender, events) = channel();
    let observer = move |event| {
        let first = event == JournalEvent::Durable(Lsn(1));
        sender.send(event).unwrap();
        if first {
            wait.recv().unwrap();
        }
    };
    let journal = opened.start(observer).unwrap();
    let mut buffer = RecordBuffer::new(Lsn(1));
    let mut append = || {
        released(&mut buffer);
        journal.append(&mut buffer).unwrap();
    };
    append();
    assert!(events.iter().any(|event| event == JournalEvent::Durable(Lsn(1))));
    let before = storage.counts();
    (0..64).for_each(|_| append());
    go.send(()).unwrap();
    assert_eq!(journal.close().unwrap().lsn, Lsn(65));
    // One more write for a segment made ahead is no batch: making it counts as a creation.
    let after = storage.counts();
    assert_eq!((after.writes - before.writes, after.syncs - before.syncs), (1, 1));
    let durable = events.try_iter().filter(|event| matches!(event, JournalEvent::Durable(_))).collect::<Vec<_>>();
    assert_eq!(durable, [JournalEvent::Durable(Lsn(65))]);
}

#[test]
fn a_slow_disk_holds_the_appender_up_and_loses_nothing() {
    let storage = MemoryStorage::default();
    let options = lijian_store::journal::JournalOptions { pending_bytes_max: 100, ..options() };
    let mut made = Made::with(&storage, options);
    for _ in 0..500 {
        released(&mut made.buffer);
        released(&mut made.buffer);
        made.journal.append(&mut made.buffer).unwrap();
    }
    assert_eq!(made.close().unwrap().lsn, Lsn(1000));
}

#[test]
fn an_observer_that_panics_poisons() {
    let storage = MemoryStorage::default();
    let opened = Journal::open(Arc::new(storage), options()).unwrap();
    let journal = opened.start(|_| panic!("of this test")).unwrap();
    let mut buffer = RecordBuffer::new(Lsn(1));
    released(&mut buffer);
    journal.append(&mut buffer).unwrap();
    assert_eq!(journal.close().unwrap_err().operation, "observing");
}

#[test]
fn a_reader_follows_a_writer_over_segments() {
    let storage = MemoryStorage::default();
    let mut made = Made::open(&storage);
    let mut reader = JournalReader::open(Arc::new(storage.clone())).unwrap();
    assert_eq!(reader.head().lsn, Lsn::NONE);
    let mut next = Lsn(1);
    for round in 0..200 {
        let appended = made.append(round % 7 + 1);
        let read: Vec<_> = reader.entries(next).collect::<Result<_, _>>().unwrap();
        assert_eq!(read, appended);
        next = appended.last().unwrap().lsn.next();
        assert_eq!(reader.head(), made.journal.head());
    }
}

#[test]
fn the_chain_is_known_at_every_record() {
    let storage = MemoryStorage::default();
    let mut made = Made::open(&storage);
    let mut expected = Vec::new();
    for _ in 0..300 {
        made.append(3);
        expected.extend([made.journal.head(); 3]);
    }
    made.close().unwrap();
    let mut reader = JournalReader::open(Arc::new(storage)).unwrap();
    for place in [500usize, 1, 2, 3, 4, 900, 899, 897, 300] {
        assert_eq!(reader.chain_at(Lsn(place as u64)).unwrap(), Some(expected[place - 1]), "{place}");
    }
    assert_eq!(reader.chain_at(Lsn::NONE).unwrap().map(|head| head.lsn), Some(Lsn::NONE));
    assert_eq!(reader.chain_at(Lsn(901)).unwrap(), None);
}

#[test]
fn a_reader_beside_busy_writers_sees_no_gap_and_nothing_half_written() {
    let storage = MemoryStorage::default();
    let made = Made::open(&storage);
    let buffer = Mutex::new(RecordBuffer::new(Lsn(1)));
    const RECORDS: u64 = 8_000;
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..RECORDS / 2 {
                    let mut buffer = buffer.lock().unwrap();
                    released(&mut buffer);
                    made.journal.append(&mut buffer).unwrap();
                }
            });
        }
        scope.spawn(|| {
            let mut reader = JournalReader::open(Arc::new(storage.clone())).unwrap();
            let mut next = Lsn(1);
            while next.0 <= RECORDS {
                for entry in reader.entries(next) {
                    assert_eq!(entry.unwrap().lsn, next);
                    next = next.next();
                }
                let refreshed = reader.refresh().unwrap();
                assert!(refreshed.lsn.next() >= next);
            }
        });
    });
    assert_eq!(made.close().unwrap().lsn, Lsn(RECORDS));
}
