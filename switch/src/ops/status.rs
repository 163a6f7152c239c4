//! Asking the exchange how it is: it answers on its own thread, between two turns.

use crate::limits::STATUS;
use lijian_exchange::status::Status;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

/// Questions waiting at most; one more is not asked.
const QUESTIONS_MAX: usize = 64;

/// What the exchange's thread says of itself.
#[derive(Debug)]
pub struct Standing {
    /// Of the exchange.
    pub exchange: Status,
    /// Tasks alive on its thread: a handful, and one for each connection.
    pub tasks: usize,
}

/// Asks.
#[derive(Clone, Debug)]
pub struct Asker(mpsc::Sender<oneshot::Sender<Standing>>);

/// What was asked, on the exchange's thread.
#[derive(Debug)]
pub struct Asked(mpsc::Receiver<oneshot::Sender<Standing>>);

/// Both ends.
pub fn asker() -> (Asker, Asked) {
    let (ask, asked) = mpsc::channel(QUESTIONS_MAX);
    (Asker(ask), Asked(asked))
}

impl Asker {
    /// How things stand; none if it does not answer in time, which means that it has stopped.
    pub async fn standing(&self) -> Option<Standing> {
        let (answer, answered) = oneshot::channel();
        self.0.try_send(answer).ok()?;
        tokio::time::timeout(STATUS, answered).await.ok()?.ok()
    }
}

impl Asked {
    /// Answers every question, for ever.
    pub async fn answer_all(mut self, status: impl Fn() -> Status) {
        while let Some(answer) = self.0.recv().await {
            // Who asked may have gone.
            drop(answer.send(Standing { exchange: status(), tasks: Handle::current().metrics().num_alive_tasks() }));
        }
    }
}
