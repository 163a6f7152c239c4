//! Who waits for an answer about a claim, which comes once it is on disk.

use lijian_exchange::claims::{ClaimAnswer, ClaimTicket};
use std::collections::HashMap;
use tokio::sync::oneshot;

/// See the file. The exchange answers every ticket, and bounds how many wait.
#[derive(Default)]
pub(super) struct ClaimWaiters {
    waiting: HashMap<ClaimTicket, oneshot::Sender<ClaimAnswer>>,
    tickets: u64,
}

impl ClaimWaiters {
    /// The ticket of one more who waits.
    pub(super) fn ticket(&mut self, answer: oneshot::Sender<ClaimAnswer>) -> ClaimTicket {
        self.tickets += 1;
        let ticket = ClaimTicket(self.tickets);
        self.waiting.insert(ticket, answer);
        ticket
    }

    /// Answers; who asked may have gone.
    pub(super) fn answer(&mut self, ticket: ClaimTicket, answer: ClaimAnswer) {
        if let Some(waiter) = self.waiting.remove(&ticket) {
            let _ = waiter.send(answer);
        }
    }
}
