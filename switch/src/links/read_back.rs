//! Records that the exchange wants to read again (for a repeat, for a reversal): on a thread of its own, since a disk may be
//! slow.

use super::edge::Edge;
use lijian_domain::ids::Lsn;
use lijian_domain::record::Entry;
use lijian_exchange::Ticket;
use lijian_store::journal::JournalReader;
use std::io;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use tokio::sync::Notify;

/// Asks the thread. It ends when this is dropped.
pub(super) struct ReadBack {
    asked: mpsc::Sender<(Ticket, Lsn)>,
    answers: Arc<Answers>,
}

/// What was read and not yet taken. Its length is bounded by the requests in flight: each asks once at a time.
#[derive(Default)]
struct Answers {
    read: Mutex<Vec<(Ticket, Option<Entry>)>>,
    news: Notify,
}

impl ReadBack {
    pub(super) fn start(reader: JournalReader) -> io::Result<Self> {
        let (asked, requests) = mpsc::channel();
        let answers = Arc::<Answers>::default();
        let shared = Arc::clone(&answers);
        thread::Builder::new().name("read-back".to_owned()).spawn(move || read_all(reader, &requests, &shared))?;
        Ok(Self { asked, answers })
    }

    /// Has a record read. Where the thread is gone, the answer is that there is no such record.
    pub(super) fn ask(&self, ticket: Ticket, lsn: Lsn) {
        if self.asked.send((ticket, lsn)).is_err() {
            self.answers.give(ticket, None);
        }
    }

    /// A task that hands what was read to the exchange.
    pub(super) fn hand_over(&self, edge: std::rc::Rc<Edge>) -> impl Future<Output = ()> + use<> {
        let answers = Arc::clone(&self.answers);
        async move {
            loop {
                answers.news.notified().await;
                let read = std::mem::take(&mut *answers.read.lock().unwrap_or_else(PoisonError::into_inner));
                for (ticket, entry) in &read {
                    edge.read(*ticket, entry.as_ref());
                }
            }
        }
    }
}

impl Answers {
    fn give(&self, ticket: Ticket, entry: Option<Entry>) {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).push((ticket, entry));
        self.news.notify_one();
    }
}

fn read_all(mut reader: JournalReader, requests: &mpsc::Receiver<(Ticket, Lsn)>, answers: &Answers) {
    for (ticket, lsn) in requests {
        let entry = reader.record(lsn).unwrap_or_else(|error| {
            tracing::error!(lsn = lsn.0, %error, "a journal record cannot be read back");
            None
        });
        answers.give(ticket, entry);
    }
}
