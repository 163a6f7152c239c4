//! The handle that records are given to, and the thread that writes them: group commit with two buffers.

use super::appender::Appender;
use super::opened::OpenJournal;
use super::sync::{AtomicU64, Condvar, Mutex, MutexGuard, Ordering};
use super::{
    AppendError, BatchTimings, Durability, JournalError, JournalEvent, JournalFault, JournalHead, JournalOptions,
    segments,
};
use crate::format::{ChainHash, RecordBuffer, UnsealedBatch};
use crate::storage::Storage;
use lijian_domain::ids::Lsn;
use std::fmt;
use std::io;
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;

/// A journal that is being written to. All methods may be called from any thread.
#[derive(Debug)]
pub struct Journal {
    shared: Arc<Shared>,
    durability: Durability,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Journal {
    /// Opens the journal in `storage`, which nobody else may write to: proves it, cuts a torn tail, refuses other damage.
    /// An empty directory is an empty journal.
    pub fn open(storage: Arc<dyn Storage>, options: JournalOptions) -> Result<OpenJournal, JournalError> {
        OpenJournal::open(storage, options)
    }

    pub(super) fn start(
        appender: Appender,
        options: JournalOptions,
        head: JournalHead,
        lock: Lock,
        observer: impl Fn(JournalEvent) + Send + 'static,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::new(State::new(head)),
            work: Condvar::new(),
            room: Condvar::new(),
            durable: AtomicU64::new(head.lsn.0),
            pending_bytes_max: options.pending_bytes_max,
        });
        let record_bytes_max = segments::record_bytes_max(options.segment_bytes);
        let writer = Writer { shared: Arc::clone(&shared), appender, record_bytes_max, observer, _lock: lock };
        let thread = std::thread::Builder::new().name("journal".to_owned()).spawn(move || writer.run())?;
        Ok(Self { shared, durability: options.durability, thread: Mutex::new(Some(thread)) })
    }

    /// When a record counts as written.
    pub const fn durability(&self) -> Durability {
        self.durability
    }

    /// Takes all records of `buffer` for the next batch, or for several where one segment does not hold them, and leaves it
    /// empty. Returns at once, unless so much is waiting already that the disk must catch up first. The records are durable
    /// when [`JournalEvent::Durable`] says so: in their order, those of one batch together.
    ///
    /// After an error the buffer is as it was.
    pub fn append(&self, buffer: &mut RecordBuffer) -> Result<(), AppendError> {
        if buffer.is_empty() {
            return Ok(());
        }
        let bytes = buffer.len_bytes();
        let mut state = self.shared.state();
        loop {
            state.check()?;
            let pending = &state.pending;
            if pending.is_empty() || pending.len_bytes() + bytes <= self.shared.pending_bytes_max {
                break;
            }
            state = self.shared.room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let (expected, got) = (state.pending.next_lsn(), buffer.first_lsn());
        if expected != got {
            return Err(AppendError::OutOfOrder { expected, got });
        }
        state.pending.take_from(buffer);
        if std::mem::take(&mut state.writer_sleeps) {
            self.shared.work.notify_one();
        }
        Ok(())
    }

    /// The last record taken.
    pub fn taken(&self) -> Lsn {
        self.shared.state().pending.last_lsn()
    }

    /// Everything up to this LSN is durable.
    pub fn durable(&self) -> Lsn {
        Lsn(self.shared.durable.load(Ordering::Acquire))
    }

    /// The last durable record, and the hash of everything up to its batch.
    pub fn head(&self) -> JournalHead {
        self.shared.state().head
    }

    /// The hash of everything durable.
    pub fn chain_head(&self) -> ChainHash {
        self.head().chain
    }

    /// What poisoned the journal, if something did.
    pub fn fault(&self) -> Option<JournalFault> {
        self.shared.state().fault.clone()
    }

    /// Takes no more records, waits until all taken are durable, and gives the directory back. Must not be called from the
    /// observer.
    pub fn close(&self) -> Result<JournalHead, JournalFault> {
        self.shared.state().closing = true;
        self.shared.work.notify_one();
        self.shared.room.notify_all();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A thread that panicked has poisoned the journal, which is what is said below.
            drop(thread.join());
        }
        let state = self.shared.state();
        state.fault.clone().map_or(Ok(state.head), Err)
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        drop(self.close());
    }
}

/// The right to write, as long as it lives.
pub(super) struct Lock(#[expect(dead_code, reason = "held for what its drop does")] Box<dyn Send + Sync>);

impl Lock {
    pub(super) fn new(guard: Box<dyn Send + Sync>) -> Self {
        Self(guard)
    }
}

impl fmt::Debug for Lock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Lock")
    }
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// Wakes the writer.
    work: Condvar,
    /// Wakes those who wait for the disk to catch up.
    room: Condvar,
    durable: AtomicU64,
    pending_bytes_max: usize,
}

impl Shared {
    /// A panic while the lock was held leaves whole values behind: every change is one assignment or one swap.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct State {
    /// The next batch.
    pending: RecordBuffer,
    writer_sleeps: bool,
    closing: bool,
    fault: Option<JournalFault>,
    head: JournalHead,
}

impl State {
    fn new(head: JournalHead) -> Self {
        let pending = RecordBuffer::new(head.lsn.next());
        Self { pending, writer_sleeps: false, closing: false, fault: None, head }
    }

    fn check(&self) -> Result<(), AppendError> {
        match &self.fault {
            Some(fault) => Err(AppendError::Poisoned(fault.clone())),
            None if self.closing => Err(AppendError::Closed),
            None => Ok(()),
        }
    }
}

/// What makes a batch durable.
trait Disk {
    /// See [`Appender::write`].
    fn write(&mut self, batch: UnsealedBatch<'_>) -> Result<(JournalHead, BatchTimings), JournalFault>;

    /// See [`Appender::news`].
    fn news(&mut self) -> Option<JournalEvent>;
}

impl Disk for Appender {
    fn write(&mut self, batch: UnsealedBatch<'_>) -> Result<(JournalHead, BatchTimings), JournalFault> {
        self.write(batch)
    }

    fn news(&mut self) -> Option<JournalEvent> {
        self.news()
    }
}

/// The thread.
struct Writer<D: Disk, F: Fn(JournalEvent)> {
    shared: Arc<Shared>,
    appender: D,
    /// What a batch holds at most.
    record_bytes_max: usize,
    observer: F,
    _lock: Lock,
}

impl<D: Disk, F: Fn(JournalEvent)> Writer<D, F> {
    fn run(mut self) {
        let mut gathered = RecordBuffer::new(Lsn(1));
        while self.gather(&mut gathered) {
            if let Err(fault) = self.write(&mut gathered) {
                self.poison(&fault);
                (self.observer)(JournalEvent::Poisoned(fault));
                return;
            }
            gathered.forget();
        }
    }

    /// Makes what was gathered durable, batch by batch: one, unless it is more than a segment holds.
    fn write(&mut self, gathered: &mut RecordBuffer) -> Result<(), JournalFault> {
        let mut batches = gathered.batches();
        while let Some(batch) = batches.next(self.record_bytes_max) {
            let written = self.appender.write(batch);
            if let Some(event) = self.appender.news() {
                (self.observer)(event);
            }
            let (head, timings) = written?;
            self.shared.state().head = head;
            self.shared.durable.store(head.lsn.0, Ordering::Release);
            (self.observer)(JournalEvent::Written(timings));
            (self.observer)(JournalEvent::Durable(head.lsn));
        }
        Ok(())
    }

    /// Waits for records and takes them all; false when there will be none any more.
    fn gather(&self, batch: &mut RecordBuffer) -> bool {
        let mut state = self.shared.state();
        while state.pending.is_empty() {
            if state.closing {
                return false;
            }
            state.writer_sleeps = true;
            state = self.shared.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.writer_sleeps = false;
        batch.take_from(&mut state.pending);
        drop(state);
        self.shared.room.notify_all();
        true
    }

    fn poison(&self, fault: &JournalFault) {
        let mut state = self.shared.state();
        state.fault.get_or_insert_with(|| fault.clone());
        drop(state);
        self.shared.room.notify_all();
    }
}

/// However the thread ends, nobody waits for it: an observer that panics poisons the journal.
impl<D: Disk, F: Fn(JournalEvent)> Drop for Writer<D, F> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let error = io::Error::other("the observer panicked");
            self.poison(&JournalFault::new("observing", "the journal", 0, &error));
        }
    }
}

#[cfg(all(test, loom))]
#[path = "loom_tests.rs"]
mod loom_tests;
