//! Records in the middle of a long segment: found without reading what stands before them, also where a peer put something into the
//! records that looks like a batch.

use super::options;
use arrayvec::ArrayVec;
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::Lsn;
use lijian_domain::record::{Answer, Outcome, Record};
use lijian_domain::text::Text;
use lijian_domain::time::{BusinessDate, UnixMicros};
use lijian_store::format::RecordBuffer;
use lijian_store::journal::{Journal, JournalOptions, JournalReader};
use lijian_store::storage::faulty::MemoryStorage;
use lijian_store::storage::{Storage, StorageFile};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const SEGMENT_BYTES: u64 = 8 << 20;
/// More than fit into the first segment: the last one is read when a journal is opened.
const RECORDS: u64 = 60_000;
const RECORDS_OF_A_BATCH: u64 = 30;

/// Counts what is read of it.
#[derive(Debug, Default, Clone)]
struct Counted {
    storage: MemoryStorage,
    read: Arc<AtomicU64>,
}

#[derive(Debug)]
struct CountedFile(Box<dyn StorageFile>, Arc<AtomicU64>);

impl StorageFile for CountedFile {
    fn byte_length(&self) -> io::Result<u64> {
        self.0.byte_length()
    }
    fn set_byte_length(&self, bytes: u64) -> io::Result<()> {
        self.0.set_byte_length(bytes)
    }
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.1.fetch_add(buffer.len() as u64, Ordering::Relaxed);
        self.0.read_at(buffer, offset)
    }
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.0.write_at(bytes, offset)
    }
    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }
}

impl Storage for Counted {
    fn list(&self) -> io::Result<Vec<String>> {
        self.storage.list()
    }
    fn create(&self, name: &str, bytes: u64) -> io::Result<Box<dyn StorageFile>> {
        self.storage.create(name, bytes)
    }
    fn open(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        self.storage.open(name)
    }
    fn open_to_read(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        Ok(Box::new(CountedFile(self.storage.open_to_read(name)?, Arc::clone(&self.read))))
    }
    fn remove(&self, name: &str) -> io::Result<()> {
        self.storage.remove(name)
    }
    fn sync_directory(&self) -> io::Result<()> {
        self.storage.sync_directory()
    }
    fn free_bytes(&self) -> io::Result<u64> {
        self.storage.free_bytes()
    }
    fn lock(&self) -> io::Result<Box<dyn Send + Sync>> {
        self.storage.lock()
    }
    fn place(&self) -> String {
        self.storage.place()
    }
}

/// A batch of segment 1 with one record, `released`, all of whose checksums hold: as FORMAT.md says.
fn batch_of_a_peer(first_lsn: u64) -> Vec<u8> {
    let mut record = vec![0; 8];
    record[..4].copy_from_slice(&39_u32.to_le_bytes());
    record.extend(first_lsn.to_le_bytes());
    record.extend([0; 12]);
    record.extend([8, 1]);
    record.extend(7_u64.to_le_bytes());
    record.push(1);
    let crc = crc32c::crc32c(&record[8..]);
    record[4..8].copy_from_slice(&crc.to_le_bytes());
    let mut batch = b"LJBATCH1\0\0\0\0".to_vec();
    batch.extend(1_u32.to_le_bytes());
    batch.extend(39_u32.to_le_bytes());
    batch.extend(1_u32.to_le_bytes());
    batch.extend(first_lsn.to_le_bytes());
    batch.extend([9; 32]);
    let crc = crc32c::crc32c(&batch[12..64]);
    batch[8..12].copy_from_slice(&crc.to_le_bytes());
    [batch, record].concat()
}

/// What stands at `lsn`; in every eighth a peer's batch, whose record names one of the first LSNs or one of the last.
fn record(lsn: u64) -> Record {
    let mut issuer_fields = ArrayVec::new();
    let planted = batch_of_a_peer(if lsn.is_multiple_of(16) { 2 } else { RECORDS * 2 });
    let value = if lsn.is_multiple_of(8) { planted } else { vec![b'-'; 90] };
    issuer_fields.try_extend_from_slice(&value).unwrap();
    let answer = Answer { issuer_fields, ..Answer::bare(DecisionCode::IssuerDeclined, Text::new("51").unwrap()) };
    Record::Declined(Outcome { intent: Lsn(lsn), answer })
}

fn written() -> Counted {
    let storage = Counted::default();
    let options = JournalOptions { segment_bytes: SEGMENT_BYTES, ..options() };
    let journal = Journal::open(Arc::new(storage.clone()), options).unwrap().start(|_| {}).unwrap();
    let mut buffer = RecordBuffer::new(Lsn(1));
    for lsn in 1..=RECORDS {
        buffer.push(UnixMicros(1), BusinessDate(19_972), &record(lsn));
        if lsn.is_multiple_of(RECORDS_OF_A_BATCH) {
            journal.append(&mut buffer).unwrap();
            while journal.durable() < buffer.last_lsn() {
                std::thread::yield_now();
            }
        }
    }
    journal.close().unwrap();
    storage
}

#[test]
fn a_record_is_found_without_what_stands_before_it() {
    let storage = written();
    let reads = |lsn: u64| {
        let mut reader = JournalReader::open(Arc::new(storage.clone())).unwrap();
        storage.read.store(0, Ordering::Relaxed);
        let entry = reader.record(Lsn(lsn)).unwrap().unwrap();
        assert_eq!((entry.lsn, entry.record), (Lsn(lsn), record(lsn)));
        storage.read.load(Ordering::Relaxed)
    };
    // Five probes of 64 KiB with two batches each, more where a peer planted something, and what is near is read through.
    for lsn in [1, 2, 3, 4, RECORDS / 2, RECORDS - 4, RECORDS].into_iter().chain((0..10).map(|step| 1 + step * 5_999)) {
        let read = reads(lsn);
        assert!(read < 2 << 20, "record {lsn} took {read} bytes");
    }
    let mut reader = JournalReader::open(Arc::new(storage.clone())).unwrap();
    for lsn in (1..=RECORDS).map(|step| 1 + step * 7_919 % RECORDS).take(60) {
        assert_eq!(reader.record(Lsn(lsn)).unwrap().unwrap().record, record(lsn));
    }
    for from in [31, 50_000] {
        assert_eq!(
            reader.entries(Lsn(from)).map(|entry| entry.unwrap().lsn.0).collect::<Vec<_>>(),
            (from..=RECORDS).collect::<Vec<_>>()
        );
    }
    assert_eq!(reader.record(Lsn(RECORDS + 1)).unwrap(), None);
    assert_eq!(reader.chain_at(Lsn(RECORDS)).unwrap().unwrap(), reader.head());
}

/// A reader that was there before the first record has no place in any segment yet.
#[test]
fn a_reader_of_an_empty_journal_finds_what_is_written_later() {
    let storage = Counted::default();
    let journal = Journal::open(Arc::new(storage.clone()), options()).unwrap().start(|_| {}).unwrap();
    let mut reader = JournalReader::open(Arc::new(storage.clone())).unwrap();
    assert_eq!(reader.record(Lsn(2)).unwrap(), None);
    let mut buffer = RecordBuffer::new(Lsn(1));
    for lsn in 1..=20 {
        buffer.push(UnixMicros(1), BusinessDate(19_972), &record(lsn));
        journal.append(&mut buffer).unwrap();
        while journal.durable() < buffer.last_lsn() {
            std::thread::yield_now();
        }
    }
    for lsn in [2, 20, 11, 1] {
        assert_eq!(reader.record(Lsn(lsn)).unwrap().unwrap().record, record(lsn));
    }
    journal.close().unwrap();
}
