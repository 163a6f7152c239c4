//! Group commits and nothing else: so many records of 192 bytes, written and synced by a thread of their own.

use rustix::event::{EventfdFlags, eventfd};
use rustix::fd::OwnedFd;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

/// One record, as long as the switch's.
const RECORD_BYTES: usize = 192;
/// The file is written with zeros before it is used: that makes a sync of what lies in it several times faster. At its end the next
/// records go to its beginning.
const FILE_BYTES: usize = 64 << 20;

/// A thread that syncs.
#[derive(Debug)]
pub(super) struct Commits {
    batches: Sender<usize>,
    ends: Receiver<io::Result<()>>,
    done: Arc<OwnedFd>,
}

impl Commits {
    pub(super) fn start(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
        let zeros = vec![0; 1 << 20];
        for _ in 0..FILE_BYTES >> 20 {
            file.write_all(&zeros)?;
        }
        file.sync_all()?;
        file.seek(SeekFrom::Start(0))?;
        let done = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        let (batches, records) = mpsc::channel();
        let (tell, ends) = mpsc::channel();
        let told = Arc::clone(&done);
        thread::Builder::new().name("commits".to_owned()).spawn(move || commit(file, &records, &tell, &told))?;
        Ok(Self { batches, ends, done })
    }

    /// Readable when a batch is on the disk.
    pub(super) fn done(&self) -> &OwnedFd {
        &self.done
    }

    /// Writes so many records and syncs them; one batch at a time.
    pub(super) fn begin(&self, records: usize) {
        // Without its thread the next look at the end says so.
        let _ = self.batches.send(records);
    }

    /// Whether the batch is on the disk; none while it is not.
    pub(super) fn end(&self) -> Option<io::Result<()>> {
        let mut count = [0; 8];
        let _ = rustix::io::read(&*self.done, &mut count);
        match self.ends.try_recv() {
            Ok(end) => Some(end),
            Err(mpsc::TryRecvError::Empty) => None,
            Err(mpsc::TryRecvError::Disconnected) => Some(Err(io::Error::other("the thread that syncs has ended"))),
        }
    }
}

fn commit(mut file: File, batches: &Receiver<usize>, tell: &Sender<io::Result<()>>, done: &OwnedFd) {
    let mut bytes = Vec::new();
    let mut at = 0;
    while let Ok(records) = batches.recv() {
        let length = (records * RECORD_BYTES).min(FILE_BYTES);
        bytes.resize(length, 0x5a);
        let written = (|| {
            if at + length > FILE_BYTES {
                file.seek(SeekFrom::Start(0))?;
                at = 0;
            }
            file.write_all(&bytes)?;
            at += length;
            file.sync_data()
        })();
        if tell.send(written).is_err() {
            return;
        }
        let _ = rustix::io::write(done, &1_u64.to_ne_bytes());
    }
}
