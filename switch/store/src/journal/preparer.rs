//! Makes the next segment while the present one fills, on a thread of its own, so that going over to it costs no wait.

use super::{JournalFault, JournalOptions, segments};
use crate::storage::{Storage, StorageFile};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

/// A segment made ahead, or why there is none.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) file: Result<Box<dyn StorageFile>, JournalFault>,
    /// Bytes free afterwards, where the operating system says so.
    pub(super) free_bytes: Option<u64>,
}

/// The thread, seen from the writer.
#[derive(Debug)]
pub(super) struct Preparer {
    storage: Arc<dyn Storage>,
    segment_bytes: u64,
    asked: Option<Sender<u32>>,
    made: Receiver<Prepared>,
    thread: Option<JoinHandle<()>>,
}

impl Preparer {
    /// Starts the thread and asks for segment `number`, unless it is there.
    pub(super) fn start(
        storage: Arc<dyn Storage>,
        options: &JournalOptions,
        number: u32,
        spare: Option<Box<dyn StorageFile>>,
    ) -> io::Result<Self> {
        let (asked, requests) = channel::<u32>();
        let (answers, made) = channel();
        let segment_bytes = options.segment_bytes;
        match spare {
            // Neither end of either channel is dropped yet: sending cannot fail.
            Some(file) => {
                let free_bytes = storage.free_bytes().ok();
                let _sent = answers.send(Prepared { file: Ok(file), free_bytes });
            }
            None => {
                let _sent = asked.send(number);
            }
        }
        let on_thread = Arc::clone(&storage);
        let thread = std::thread::Builder::new().name("journal-segment".to_owned()).spawn(move || {
            for number in requests {
                if answers.send(make(&*on_thread, number, segment_bytes)).is_err() {
                    break;
                }
            }
        })?;
        Ok(Self { storage, segment_bytes, asked: Some(asked), made, thread: Some(thread) })
    }

    /// Asks for the segment after the one just taken.
    pub(super) fn ask(&self, number: u32) {
        if let Some(asked) = &self.asked {
            // Fails only if the thread is gone; then the segment is made when it is needed.
            let _gone = asked.send(number);
        }
    }

    /// What was made since the last look.
    pub(super) fn poll(&self) -> Option<Prepared> {
        self.made.try_recv().ok()
    }

    /// What is being made, waited for; without a thread it is made here.
    pub(super) fn wait(&self, number: u32) -> Prepared {
        self.made.recv().unwrap_or_else(|_| self.make_now(number))
    }

    /// Makes it here and now.
    pub(super) fn make_now(&self, number: u32) -> Prepared {
        make(&*self.storage, number, self.segment_bytes)
    }
}

impl Drop for Preparer {
    fn drop(&mut self) {
        self.asked = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn make(storage: &dyn Storage, number: u32, segment_bytes: u64) -> Prepared {
    let name = segments::name(number);
    let file = storage.create(&name, segment_bytes).map_err(|error| {
        // A part of it is of no use and takes the space that others need. Whether or not it can be removed, the next try
        // says what is wrong.
        drop(storage.remove(&name));
        JournalFault::new("making", &name, 0, &error)
    });
    Prepared { file, free_bytes: storage.free_bytes().ok() }
}
