//! A disk that takes its time: nothing is acknowledged early, the memory stays bounded, nothing is lost.

use super::{open_records, options, released};
use lijian_domain::ids::Lsn;
use lijian_store::format::RecordBuffer;
use lijian_store::journal::{Journal, JournalOptions};
use lijian_store::storage::faulty::MemoryStorage;
use lijian_store::storage::{Storage, StorageFile};
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

/// A directory in which each sync of a file waits until the test lets it go on.
#[derive(Debug)]
struct SlowStorage {
    inner: MemoryStorage,
    gate: Arc<Gate>,
}

#[derive(Debug)]
struct Gate {
    entered: Mutex<Sender<()>>,
    leave: Mutex<Receiver<()>>,
}

#[derive(Debug)]
struct SlowFile {
    inner: Box<dyn StorageFile>,
    gate: Arc<Gate>,
}

impl Gate {
    /// A gate that lets everybody through once the second end is dropped.
    fn new() -> (Arc<Self>, Receiver<()>, Sender<()>) {
        let ((entered, enters), (leaves, leave)) = (channel(), channel());
        (Arc::new(Self { entered: Mutex::new(entered), leave: Mutex::new(leave) }), enters, leaves)
    }

    fn pass(&self) {
        let _gone = self.entered.lock().unwrap_or_else(PoisonError::into_inner).send(());
        let _open = self.leave.lock().unwrap_or_else(PoisonError::into_inner).recv();
    }
}

impl Storage for SlowStorage {
    fn list(&self) -> io::Result<Vec<String>> {
        self.inner.list()
    }

    fn create(&self, name: &str, bytes: u64) -> io::Result<Box<dyn StorageFile>> {
        Ok(Box::new(SlowFile { inner: self.inner.create(name, bytes)?, gate: Arc::clone(&self.gate) }))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        Ok(Box::new(SlowFile { inner: self.inner.open(name)?, gate: Arc::clone(&self.gate) }))
    }

    fn open_to_read(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        self.inner.open_to_read(name)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.inner.remove(name)
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.inner.sync_directory()
    }

    fn free_bytes(&self) -> io::Result<u64> {
        self.inner.free_bytes()
    }

    fn lock(&self) -> io::Result<Box<dyn Send + Sync>> {
        self.inner.lock()
    }

    fn place(&self) -> String {
        self.inner.place()
    }
}

impl StorageFile for SlowFile {
    fn byte_length(&self) -> io::Result<u64> {
        self.inner.byte_length()
    }

    fn set_byte_length(&self, bytes: u64) -> io::Result<()> {
        self.inner.set_byte_length(bytes)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.inner.read_at(buffer, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.inner.write_at(bytes, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.gate.pass();
        self.inner.sync_data()
    }
}

#[test]
fn nothing_is_durable_before_its_sync_returned_and_the_appender_waits() {
    let inner = MemoryStorage::default();
    let (gate, enters, leaves) = Gate::new();
    let storage = Arc::new(SlowStorage { inner: inner.clone(), gate });
    let options = JournalOptions { pending_bytes_max: 1_000, ..options() };
    let journal = Journal::open(storage, options).unwrap().start(|_| {}).unwrap();
    let mut buffer = RecordBuffer::new(Lsn(1));
    released(&mut buffer);
    journal.append(&mut buffer).unwrap();
    // The sync of the segment's head, then that of the batch.
    enters.recv().unwrap();
    leaves.send(()).unwrap();
    enters.recv().unwrap();
    assert_eq!((journal.durable(), journal.head().lsn), (Lsn::NONE, Lsn::NONE));

    let taken = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..500 {
                released(&mut buffer);
                journal.append(&mut buffer).unwrap();
                taken.fetch_add(1, Ordering::AcqRel);
            }
        });
        // A record is 39 bytes long: 25 of them wait at most.
        while taken.load(Ordering::Acquire) < 25 {
            std::thread::yield_now();
        }
        for _ in 0..1_000 {
            std::thread::yield_now();
            assert_eq!((taken.load(Ordering::Acquire), journal.durable()), (25, Lsn::NONE));
        }
        leaves.send(()).unwrap();
        enters.recv().unwrap();
        // The first batch is durable, those that gathered are being synced.
        assert_eq!(journal.durable(), Lsn(1));
        drop(leaves);
    });
    assert_eq!(journal.close().unwrap().lsn, Lsn(501));
    assert_eq!(open_records(&inner).len(), 501);
}
