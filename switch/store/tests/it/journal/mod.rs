//! A journal in memory, with small segments, and records to put into it.

mod ahead;
mod allocation;
mod basics;
mod damage;
pub(crate) mod draw;
mod faults;
mod fixture;
mod group;
mod large;
mod middle;
mod records;
mod slow;

use lijian_domain::ids::Lsn;
use lijian_domain::record::{Entry, Record, ReleaseCause, Released};
use lijian_domain::time::{BusinessDate, UnixMicros};
use lijian_store::format::{RecordBuffer, decode};
use lijian_store::journal::{
    Journal, JournalEvent, JournalFault, JournalHead, JournalOptions, JournalReader, SEGMENT_BYTES_MIN,
};
use lijian_store::storage::faulty::MemoryStorage;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

/// Segments as small as they can be.
pub(crate) fn options() -> JournalOptions {
    JournalOptions { segment_bytes: SEGMENT_BYTES_MIN, free_bytes_min: 0, ..JournalOptions::default() }
}

/// Adds a record that says its own LSN, and gives it back as it should be read.
pub(crate) fn released(buffer: &mut RecordBuffer) -> Entry {
    let lsn = buffer.next_lsn();
    let at = UnixMicros(1_725_588_000_000_000 + i64::try_from(lsn.0).unwrap());
    let business_date = BusinessDate(19_972);
    let record = Record::Released(Released { intent: lsn, cause: ReleaseCause::NeverSent });
    let before = buffer.len_bytes();
    assert_eq!(buffer.push(at, business_date, &record), lsn);
    let entry = Entry { lsn, at, business_date, record };
    assert_eq!(decode(&buffer.encoded()[before..]).as_ref(), Ok(&entry));
    entry
}

/// A started journal, its buffer, and what it tells.
pub(crate) struct Made {
    pub(crate) journal: Journal,
    pub(crate) events: Receiver<JournalEvent>,
    pub(crate) buffer: RecordBuffer,
}

impl Made {
    pub(crate) fn open(storage: &MemoryStorage) -> Self {
        Self::with(storage, options())
    }

    pub(crate) fn with(storage: &MemoryStorage, options: JournalOptions) -> Self {
        let (sender, events) = channel();
        let opened = Journal::open(Arc::new(storage.clone()), options).expect("the journal opens");
        let buffer = RecordBuffer::new(opened.next_lsn());
        let journal = opened.start(move |event| drop(sender.send(event))).unwrap();
        Self { journal, events, buffer }
    }

    /// Appends a batch of `count` records and waits until it is durable.
    pub(crate) fn append(&mut self, count: u32) -> Vec<Entry> {
        let entries = (0..count).map(|_| released(&mut self.buffer)).collect();
        self.journal.append(&mut self.buffer).unwrap();
        let last = self.buffer.last_lsn();
        while let Ok(event) = self.events.recv() {
            match event {
                JournalEvent::Durable(lsn) if lsn == last => break,
                JournalEvent::Poisoned(fault) => panic!("{fault}"),
                _ => {}
            }
        }
        assert_eq!(self.journal.durable(), last);
        entries
    }

    pub(crate) fn close(self) -> Result<JournalHead, JournalFault> {
        self.journal.close()
    }
}

/// Everything that a reader finds.
pub(crate) fn open_records(storage: &MemoryStorage) -> Vec<Entry> {
    let mut reader = JournalReader::open(Arc::new(storage.clone())).unwrap();
    reader.entries(Lsn(1)).collect::<Result<_, _>>().unwrap()
}
