//! Records read, proven and decoded on a thread of their own, ahead of whoever folds them.

use super::{JournalError, JournalReader};
use lijian_domain::ids::Lsn;
use lijian_domain::record::Entry;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::vec;

/// Entries handed over together: one hand-over costs little beside decoding so many.
const PORTION_ENTRIES: usize = 64;
/// Portions that may wait: a few megabytes.
const PORTIONS_MAX: usize = 4;

/// Entries are large: each is put down once and not moved any more.
type Portion = Vec<Result<Box<Entry>, JournalError>>;

/// All records from some LSN on, as [`JournalReader::entries`] gives them, up to the end as it is when it is reached. After an
/// error there are no more.
#[derive(Debug)]
pub struct ReadAhead {
    /// None only while it is dropped.
    portions: Option<Receiver<Portion>>,
    portion: vec::IntoIter<Result<Box<Entry>, JournalError>>,
    thread: Option<JoinHandle<()>>,
}

impl ReadAhead {
    /// Starts reading from LSN `from` on.
    pub fn start(mut reader: JournalReader, from: Lsn) -> io::Result<Self> {
        let (sender, portions) = sync_channel(PORTIONS_MAX);
        let thread = std::thread::Builder::new().name("journal-reader".to_owned());
        let thread = thread.spawn(move || read(&mut reader, from, &sender))?;
        Ok(Self { portions: Some(portions), portion: Vec::new().into_iter(), thread: Some(thread) })
    }
}

impl Iterator for ReadAhead {
    type Item = Result<Box<Entry>, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.portion.next() {
                return Some(entry);
            }
            match self.portions.as_ref()?.recv() {
                Ok(portion) => self.portion = portion.into_iter(),
                Err(_) => {
                    self.join();
                    return None;
                }
            }
        }
    }
}

impl ReadAhead {
    /// A thread that panicked has not read to the end: its panic goes on here, nothing may be taken for a whole history.
    fn join(&mut self) {
        self.portions = None;
        if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join)
            && !std::thread::panicking()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

impl Drop for ReadAhead {
    fn drop(&mut self) {
        self.join();
    }
}

/// Until the end of the journal, or until nobody listens any more.
fn read(reader: &mut JournalReader, from: Lsn, portions: &SyncSender<Portion>) {
    let mut entries = reader.entries(from).map(|entry| entry.map(Box::new));
    loop {
        let portion: Portion = entries.by_ref().take(PORTION_ENTRIES).collect();
        if portion.is_empty() || portions.send(portion).is_err() {
            return;
        }
    }
}
