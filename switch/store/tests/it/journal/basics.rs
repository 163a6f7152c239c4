//! What a journal does while nothing goes wrong.

use super::{Made, open_records, options, released};
use lijian_domain::ids::Lsn;
use lijian_domain::record::Entry;
use lijian_store::format::RecordBuffer;
use lijian_store::journal::{AppendError, Journal, JournalReader};
use lijian_store::storage::FileStorage;
use lijian_store::storage::faulty::MemoryStorage;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

#[test]
fn what_was_appended_is_replayed_over_many_segments() {
    let storage = MemoryStorage::default();
    let mut made = Made::open(&storage);
    let expected: Vec<Entry> = (1..=400).flat_map(|batch| made.append(batch % 5 + 1)).collect();
    let head = made.close().unwrap();
    assert_eq!(head.lsn.0, expected.len() as u64);

    let mut opened = Journal::open(Arc::new(storage.clone()), options()).unwrap();
    assert_eq!((opened.next_lsn(), opened.chain_head()), (head.lsn.next(), head.chain));
    assert_eq!((opened.report().records, opened.report().batches, opened.report().cut_bytes), (head.lsn.0, 400, 0));
    let mut replayed = Vec::new();
    let mut visit = |entry| {
        replayed.push(entry);
        ControlFlow::Continue(())
    };
    opened.replay(Lsn(1), &mut visit).unwrap();
    assert_eq!(replayed, expected);
    let mut some = Vec::new();
    opened
        .replay(Lsn(300), &mut |entry| {
            some.push(entry);
            if some.len() == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .unwrap();
    assert_eq!(some, expected[299..302]);
}

#[test]
fn a_real_directory_works_and_has_one_writer() {
    let directory = tempfile::tempdir().unwrap();
    let storage = || Arc::new(FileStorage::open(&directory.path().join("journal")).unwrap());
    let journal = Journal::open(storage(), options()).unwrap().start(|_| {}).unwrap();
    let refused = Journal::open(storage(), options()).unwrap_err().to_string();
    assert!(refused.contains("open in another process"), "{refused}");
    let mut buffer = RecordBuffer::new(Lsn(1));
    let expected: Vec<Entry> = (0..400).map(|_| released(&mut buffer)).collect();
    journal.append(&mut buffer).unwrap();
    let head = journal.close().unwrap();
    assert_eq!(head.lsn, Lsn(400));

    let mut reader = JournalReader::open(storage()).unwrap();
    assert_eq!(reader.head(), head);
    let read: Vec<Entry> = reader.entries(Lsn::NONE).collect::<Result<_, _>>().unwrap();
    assert_eq!(read, expected);
    Journal::open(storage(), options()).unwrap();
}

#[test]
fn any_record_is_found_and_none_beyond_the_end() {
    let storage = MemoryStorage::default();
    let mut made = Made::open(&storage);
    let expected: Vec<Entry> = (0..300).flat_map(|_| made.append(3)).collect();
    made.close().unwrap();
    let mut reader = JournalReader::open(Arc::new(storage)).unwrap();
    for place in [450usize, 1, 900, 2, 899, 451, 450, 600, 3] {
        assert_eq!(reader.record(Lsn(place as u64)).unwrap().as_ref(), expected.get(place - 1), "{place}");
    }
    assert_eq!(reader.record(Lsn(901)).unwrap(), None);
    assert_eq!(reader.record(Lsn::NONE).unwrap(), None);
    assert_eq!(reader.entries(Lsn(700)).count(), 201);
}

#[test]
fn records_out_of_order_are_refused_and_kept() {
    let storage = MemoryStorage::default();
    let made = Made::open(&storage);
    let mut stranger = RecordBuffer::new(Lsn(7));
    released(&mut stranger);
    let error = AppendError::OutOfOrder { expected: Lsn(1), got: Lsn(7) };
    assert_eq!(made.journal.append(&mut stranger), Err(error));
    assert_eq!(stranger.count(), 1);

    made.journal.close().unwrap();
    assert_eq!(made.journal.append(&mut RecordBuffer::new(Lsn(1))), Ok(()));
    assert_eq!(made.journal.append(&mut stranger), Err(AppendError::Closed));
}

#[test]
fn threads_that_share_a_buffer_leave_no_gap() {
    let storage = MemoryStorage::default();
    let made = Made::open(&storage);
    let buffer = Mutex::new(RecordBuffer::new(Lsn(1)));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..200 {
                    let mut buffer = buffer.lock().unwrap();
                    released(&mut buffer);
                    made.journal.append(&mut buffer).unwrap();
                }
            });
        }
    });
    assert_eq!(made.close().unwrap().lsn, Lsn(1600));
    let read = open_records(&storage);
    assert!(read.iter().zip(1..).all(|(entry, lsn)| entry.lsn == Lsn(lsn)) && read.len() == 1600);
}

#[test]
fn a_journal_goes_on_where_it_stopped() {
    let storage = MemoryStorage::default();
    let mut expected = Vec::new();
    for _ in 0..30 {
        let mut made = Made::open(&storage);
        expected.extend((0..5).flat_map(|_| made.append(4)));
        made.close().unwrap();
    }
    assert_eq!(open_records(&storage), expected);
}
