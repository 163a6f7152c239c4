//! What the exchange wants to know of the past: records by their place (for a repeat, for a reversal), sales by their number
//! (for a refund). On a thread of its own, since a disk may be slow.

use super::edge::Edge;
use lijian_domain::ids::{Lsn, Rrn};
use lijian_domain::record::{Entry, Record};
use lijian_exchange::{Event, Ticket};
use lijian_store::index::{AnyIndex, Index, IndexError};
use lijian_store::journal::{Journal, JournalError, JournalReader};
use std::io;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use tokio::sync::Notify;

/// Where the past is kept.
pub struct Past {
    /// Reads records.
    pub reader: JournalReader,
    /// Says where sales with a number begin.
    pub index: AnyIndex,
    /// Says how far the past goes.
    pub journal: Arc<Journal>,
}

/// Asks the thread. It ends when this is dropped.
pub(super) struct ReadBack {
    asked: mpsc::Sender<(Ticket, Wanted)>,
    answers: Arc<Answers>,
}

/// What is asked for.
pub(super) enum Wanted {
    Record(Lsn),
    Sales(Rrn),
}

/// What was found.
enum Answer {
    Record(Option<Box<Entry>>),
    Sales(Option<Vec<Lsn>>),
}

/// What was read and not yet taken. Its length is bounded by the requests in flight: each asks once at a time.
#[derive(Default)]
struct Answers {
    read: Mutex<Vec<(Ticket, Answer)>>,
    news: Notify,
}

impl ReadBack {
    pub(super) fn start(past: Past) -> io::Result<Self> {
        let (asked, requests) = mpsc::channel();
        let answers = Arc::<Answers>::default();
        let shared = Arc::clone(&answers);
        thread::Builder::new().name("read-back".to_owned()).spawn(move || read_all(past, &requests, &shared))?;
        Ok(Self { asked, answers })
    }

    /// Has something read. Where the thread is gone, the answer is that it is not there.
    pub(super) fn ask(&self, ticket: Ticket, wanted: Wanted) {
        if let Err(mpsc::SendError((ticket, wanted))) = self.asked.send((ticket, wanted)) {
            self.answers.give(ticket, wanted.not_there());
        }
    }

    /// A task that hands what was read to the exchange.
    pub(super) fn hand_over(&self, edge: std::rc::Rc<Edge>) -> impl Future<Output = ()> + use<> {
        let answers = Arc::clone(&self.answers);
        async move {
            loop {
                answers.news.notified().await;
                let read = std::mem::take(&mut *answers.read.lock().unwrap_or_else(PoisonError::into_inner));
                for (ticket, answer) in &read {
                    edge.handle(match answer {
                        Answer::Record(entry) => Event::Read { ticket: *ticket, entry: entry.as_deref() },
                        Answer::Sales(sales) => Event::Found { ticket: *ticket, sales: sales.as_deref() },
                    });
                }
            }
        }
    }
}

impl Answers {
    fn give(&self, ticket: Ticket, answer: Answer) {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).push((ticket, answer));
        self.news.notify_one();
    }
}

impl Wanted {
    const fn not_there(&self) -> Answer {
        match self {
            Self::Record(_) => Answer::Record(None),
            Self::Sales(_) => Answer::Sales(None),
        }
    }
}

fn read_all(mut past: Past, requests: &mpsc::Receiver<(Ticket, Wanted)>, answers: &Answers) {
    for (ticket, wanted) in requests {
        let read = match &wanted {
            Wanted::Record(lsn) => {
                past.reader.record(*lsn).map(|entry| Answer::Record(entry.map(Box::new))).map_err(FindError::from)
            }
            Wanted::Sales(rrn) => past.sales(rrn).map(|sales| Answer::Sales(Some(sales))),
        };
        let answer = read.unwrap_or_else(|error| {
            tracing::error!(%error, "the past cannot be read back");
            wanted.not_there()
        });
        answers.give(ticket, answer);
    }
}

/// Why nothing was found.
#[derive(Debug, thiserror::Error)]
enum FindError {
    #[error("the journal cannot be read: {0}")]
    Journal(#[from] JournalError),
    #[error("the index cannot be read: {0}")]
    Index(#[from] IndexError),
}

impl Past {
    /// The intents of the sales with this number: those that the index knows, then those that it has not come to yet.
    fn sales(&mut self, rrn: &Rrn) -> Result<Vec<Lsn>, FindError> {
        // In this order: what is indexed in between is found twice, never missed.
        let (durable, applied) = (self.journal.durable(), self.index.applied()?);
        let mut sales = self.index.by_rrn(rrn)?;
        for entry in self.reader.entries(applied.next()) {
            let entry = entry?;
            if entry.lsn > durable {
                break;
            }
            sales.extend(match &entry.record {
                Record::Intent(intent) if intent.origin.rrn == *rrn => Some(entry.lsn),
                Record::Granted(outcome) if outcome.answer.rrn == *rrn => Some(outcome.intent),
                _ => None,
            });
        }
        sales.sort_unstable();
        sales.dedup();
        Ok(sales)
    }
}
