//! Every interleaving of small models of the group commit, with the writer's own loop over a medium that is a number:
//! `RUSTFLAGS="--cfg loom" cargo test -p lijian-store --release --lib loom`.

use super::super::JournalProgress;
use super::*;
use lijian_domain::record::{Record, ReleaseCause, Released};
use lijian_domain::time::{BusinessDate, UnixMicros};
use loom::thread::{self, JoinHandle};

/// How often a thread is interrupted where it did not wait; more finds nothing new and takes hours.
const PREEMPTIONS: usize = 3;

/// Holds records up to an LSN, and fails from one on. Nothing orders who looks at it but the journal.
struct Medium {
    holds: Arc<AtomicU64>,
    fails_from: Lsn,
}

impl Disk for Medium {
    fn write(&mut self, batch: UnsealedBatch<'_>) -> Result<(JournalHead, BatchTimings), JournalFault> {
        let lsn = Lsn(batch.first_lsn.0 + u64::from(batch.count) - 1);
        if lsn >= self.fails_from {
            return Err(JournalFault::new("writing", "a model", lsn.0, &io::ErrorKind::StorageFull.into()));
        }
        self.holds.store(lsn.0, Ordering::Relaxed);
        Ok((JournalHead { lsn, chain: ChainHash::GENESIS }, BatchTimings::default()))
    }

    fn news(&mut self) -> Option<JournalEvent> {
        None
    }
}

/// A journal whose writer is a thread of the model.
struct World {
    journal: Arc<Journal>,
    writer: JoinHandle<()>,
    holds: Arc<AtomicU64>,
    /// What the observer was told; only the writer's thread touches it while it runs.
    told: Arc<std::sync::Mutex<Vec<JournalEvent>>>,
    buffer: RecordBuffer,
}

impl World {
    fn new(fails_from: u64, pending_bytes_max: usize) -> Self {
        let head = JournalHead { lsn: Lsn::NONE, chain: ChainHash::GENESIS };
        let shared = Arc::new(Shared {
            state: Mutex::new(State::new(head)),
            work: Condvar::new(),
            room: Condvar::new(),
            durable: AtomicU64::new(0),
            pending_bytes_max,
        });
        let (holds, told) = (Arc::new(AtomicU64::new(0)), Arc::<std::sync::Mutex<Vec<JournalEvent>>>::default());
        let (events, seen) = (Arc::clone(&told), Arc::clone(&shared));
        let observer = move |event: JournalEvent| {
            match &event {
                JournalEvent::Durable(lsn) => assert!(seen.durable.load(Ordering::Relaxed) >= lsn.0),
                JournalEvent::Poisoned(_) => assert!(seen.state().fault.is_some()),
                _ => {}
            }
            events.lock().unwrap().push(event);
        };
        let appender = Medium { holds: Arc::clone(&holds), fails_from: Lsn(fails_from) };
        let writer = Writer {
            shared: Arc::clone(&shared),
            appender,
            record_bytes_max: usize::MAX,
            observer,
            _lock: Lock::new(Box::new(())),
        };
        let journal = Journal { shared, durability: Durability::Fdatasync, thread: Mutex::new(None) };
        let writer = thread::spawn(move || writer.run());
        Self { journal: Arc::new(journal), writer, holds, told, buffer: RecordBuffer::new(Lsn(1)) }
    }

    fn append(&mut self) -> Result<(), AppendError> {
        let record = Record::Released(Released { intent: Lsn(1), cause: ReleaseCause::NeverSent });
        self.buffer.push(UnixMicros(1), BusinessDate(1), &record);
        self.journal.append(&mut self.buffer)
    }

    /// Ends the writer, and gives what it told.
    fn close(self) -> Vec<JournalEvent> {
        drop(self.journal.close());
        self.writer.join().unwrap();
        let told = self.told.lock().unwrap().clone();
        told.into_iter().filter(|event| !matches!(event, JournalEvent::Written(_))).collect()
    }
}

fn model(body: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(PREEMPTIONS);
    builder.check(body);
}

#[test]
fn what_counts_as_durable_is_on_the_medium() {
    model(|| {
        let mut world = World::new(u64::MAX, usize::MAX);
        let (journal, holds) = (Arc::clone(&world.journal), Arc::clone(&world.holds));
        let waiter = thread::spawn(move || {
            let durable = journal.durable();
            assert!(holds.load(Ordering::Relaxed) >= durable.0, "released before it was written");
            assert!(journal.head().lsn >= durable);
        });
        world.append().unwrap();
        world.append().unwrap();
        waiter.join().unwrap();
        let journal = Arc::clone(&world.journal);
        let told = world.close();
        assert_eq!((journal.durable(), journal.head().lsn), (Lsn(2), Lsn(2)));
        assert_eq!(told.last(), Some(&JournalEvent::Durable(Lsn(2))), "what was taken is written before the end");
    });
}

#[test]
fn after_the_fault_nothing_is_taken_and_nothing_is_durable() {
    model(|| {
        let mut world = World::new(2, usize::MAX);
        world.append().unwrap();
        let second = world.append();
        let journal = Arc::clone(&world.journal);
        let told = world.close();
        // One batch of both fails as a whole.
        let durable = journal.durable();
        assert!(durable <= Lsn(1));
        assert!(second.is_ok() && journal.fault().is_some());
        let poisons = told.iter().filter(|event| matches!(event, JournalEvent::Poisoned(_))).count();
        assert_eq!(poisons, 1);
        assert!(matches!(told.last(), Some(JournalEvent::Poisoned(_))), "{told:?}");
        let mut late = RecordBuffer::new(Lsn(3));
        late.push(
            UnixMicros(1),
            BusinessDate(1),
            &Record::Released(Released { intent: Lsn(1), cause: ReleaseCause::NeverSent }),
        );
        assert!(matches!(journal.append(&mut late), Err(AppendError::Poisoned(_))));
        assert_eq!(late.count(), 1, "what was not taken is still there");
    });
}

#[test]
fn whoever_waits_for_room_gets_it() {
    model(|| {
        let mut world = World::new(u64::MAX, 1);
        (0..3).for_each(|_| world.append().unwrap());
        let journal = Arc::clone(&world.journal);
        world.close();
        assert_eq!(journal.durable(), Lsn(3));
    });
}

#[test]
fn whoever_waits_for_room_hears_of_the_fault() {
    model(|| {
        let mut world = World::new(1, 1);
        world.append().unwrap();
        // Taken for a batch that will never be, or refused: never waiting for ever.
        for _ in 0..2 {
            let later = world.append();
            assert!(matches!(later, Ok(()) | Err(AppendError::Poisoned(_))), "{later:?}");
        }
        let journal = Arc::clone(&world.journal);
        world.close();
        assert_eq!(journal.durable(), Lsn::NONE);
    });
}

#[test]
fn whoever_waits_for_room_hears_of_the_end() {
    model(|| {
        let mut world = World::new(u64::MAX, 1);
        let journal = Arc::clone(&world.journal);
        let closer = thread::spawn(move || drop(journal.close()));
        let taken = (0..2).take_while(|_| world.append().is_ok()).count();
        closer.join().unwrap();
        let journal = Arc::clone(&world.journal);
        world.close();
        assert_eq!(journal.durable().0, taken as u64, "what was taken is written, what was refused is not");
    });
}

#[test]
fn whoever_sees_the_poison_sees_all_that_became_durable() {
    model(|| {
        let progress = Arc::new(JournalProgress::default());
        let teller = Arc::clone(&progress);
        let journal = thread::spawn(move || {
            teller.durable(Lsn(1));
            teller.durable(Lsn(2));
            teller.poison();
        });
        let seen = progress.look();
        assert!(!seen.poisoned || seen.durable == Lsn(2), "{seen:?}");
        journal.join().unwrap();
        assert_eq!((progress.look().durable, progress.look().poisoned), (Lsn(2), true));
    });
}
