//! Group commit of the journal against the least that durability can cost: one write and one `fdatasync` of the same bytes
//! into a preallocated, zero-written file. Both run alternately in one process, so that both see the same disk.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the clock"
)]

mod sale;

use criterion::{Criterion, Throughput};
use lijian_domain::ids::Lsn;
use lijian_domain::record::Intent;
use lijian_domain::time::{BusinessDate, UnixMicros};
use lijian_store::format::RecordBuffer;
use lijian_store::journal::{Journal, JournalEvent, JournalOptions};
use lijian_store::storage::{FileStorage, Storage, StorageFile};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

const RECORDS: u64 = 64;
const FILE_BYTES: u64 = 64 << 20;
/// Bytes that stand before the records of a batch (FORMAT.md).
const BATCH_HEADER_BYTES: usize = 64;

fn main() {
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut pair = Pair::new(directory.path());
    let mut group = criterion.benchmark_group("journal");
    group.throughput(Throughput::Elements(RECORDS));
    group.bench_function("group_commit_64", |bencher| bencher.iter_custom(|iterations| pair.run(iterations).0));
    group.bench_function("write_fdatasync_64", |bencher| bencher.iter_custom(|iterations| pair.run(iterations).1));
    group.finish();
    pair.report();
    criterion.final_summary();
}

/// The journal, and a file that gets the same bytes.
struct Pair {
    journal: Journal,
    durable: Receiver<Lsn>,
    buffer: RecordBuffer,
    intent: Intent,
    bare: Bare,
    commits_ns: Vec<u128>,
    bares_ns: Vec<u128>,
    record_bytes: usize,
}

impl Pair {
    fn new(directory: &Path) -> Self {
        let storage = Arc::new(FileStorage::open(&directory.join("journal")).unwrap());
        let opened = Journal::open(storage, JournalOptions::default()).unwrap();
        let buffer = RecordBuffer::new(opened.next_lsn());
        let (sender, durable) = sync_channel(16);
        let observer = move |event| {
            if let JournalEvent::Durable(lsn) = event {
                sender.send(lsn).unwrap();
            }
        };
        let journal = opened.start(observer).unwrap();
        let bare = Bare::new(FileStorage::open(&directory.join("bare")).unwrap());
        let (commits_ns, bares_ns) = (Vec::new(), Vec::new());
        Self { journal, durable, buffer, intent: sale::intent(), bare, commits_ns, bares_ns, record_bytes: 0 }
    }

    /// Time for `iterations` commits (encoding, hand-over, hash, write, sync, and word of it) and as many bare writes.
    fn run(&mut self, iterations: u64) -> (Duration, Duration) {
        let mut total = (Duration::ZERO, Duration::ZERO);
        for _ in 0..iterations {
            let start = Instant::now();
            for _ in 0..RECORDS {
                self.buffer.push_intent(UnixMicros(1_725_588_000_000_000), BusinessDate(19_972), &self.intent);
            }
            self.record_bytes = self.buffer.len_bytes();
            self.journal.append(&mut self.buffer).unwrap();
            while self.durable.recv().unwrap() < self.buffer.last_lsn() {}
            let commit = start.elapsed();
            let bare = self.bare.write(self.record_bytes + BATCH_HEADER_BYTES);
            self.commits_ns.push(commit.as_nanos());
            self.bares_ns.push(bare.as_nanos());
            total = (total.0 + commit, total.1 + bare);
        }
        total
    }

    fn report(&mut self) {
        let (commits, bares) = (&mut self.commits_ns, &mut self.bares_ns);
        if commits.is_empty() {
            return;
        }
        let mean_percent = bares.iter().sum::<u128>() * 100 / commits.iter().sum::<u128>();
        commits.sort_unstable();
        bares.sort_unstable();
        let (commit, bare) = (commits[commits.len() / 2], bares[bares.len() / 2]);
        let record_bytes = self.record_bytes / usize::try_from(RECORDS).unwrap();
        println!(
            "journal records={RECORDS} record_bytes={record_bytes} commits={} commit_p50_ns={commit} bare_p50_ns={bare} \
             throughput_percent_p50={} throughput_percent_mean={mean_percent}",
            commits.len(),
            bare * 100 / commit,
        );
    }
}

/// Bare writes, each behind the last one, into files made ahead.
struct Bare {
    storage: FileStorage,
    file: Box<dyn StorageFile>,
    files: u32,
    offset: u64,
    bytes: Vec<u8>,
}

impl Bare {
    fn new(storage: FileStorage) -> Self {
        let file = storage.create("0", FILE_BYTES).unwrap();
        Self { storage, file, files: 1, offset: 0, bytes: Vec::new() }
    }

    fn write(&mut self, bytes: usize) -> Duration {
        self.bytes.resize(bytes, 0x5A);
        if self.offset + bytes as u64 > FILE_BYTES {
            self.storage.remove(&(self.files - 1).to_string()).unwrap();
            self.file = self.storage.create(&self.files.to_string(), FILE_BYTES).unwrap();
            self.files += 1;
            self.offset = 0;
        }
        let start = Instant::now();
        self.file.write_all_at(&self.bytes, self.offset).unwrap();
        self.file.sync_data().unwrap();
        let taken = start.elapsed();
        self.offset += bytes as u64;
        taken
    }
}
