//! Hands the exchange the keys of its business dates before they come, and takes them away when their time is over.

use super::edge::Edge;
use crate::keys::KeyError;
use crate::sealing::SealingKeys;
use lijian_domain::ids::Lsn;
use lijian_exchange::Event;
use std::rc::Rc;
use std::time::Duration;

/// How often the date is looked at. A clock that jumps over a date leaves the switch without its key for so long.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// While the record of this start is on its way to the disk.
const DURABLE_LOOK: Duration = Duration::from_millis(1);

/// The keys, and how long they are kept.
#[derive(Debug)]
pub struct Sealing {
    /// Of the data directory.
    pub keys: SealingKeys,
    /// Days after its own that a key is kept at least.
    pub kept_days: u16,
    /// The record of this start: what is sealed is told apart by the incarnation that it names, so it comes first.
    pub opened: Lsn,
}

impl Sealing {
    /// Hands over the first keys, once the record of this start is on disk.
    pub(super) async fn first(mut self, edge: &Rc<Edge>) -> Result<Self, KeyError> {
        edge.turn();
        while edge.durable() < self.opened && !edge.is_poisoned() {
            tokio::time::sleep(DURABLE_LOOK).await;
        }
        let keys = self.keys.news(edge.today())?;
        edge.handle(Event::SealingKeys(&keys));
        Ok(self)
    }

    /// Looks after them for ever.
    pub(super) async fn keep(mut self, edge: Rc<Edge>) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            self.look(&edge);
        }
    }

    fn look(&mut self, edge: &Edge) {
        let today = edge.today();
        match self.keys.news(today) {
            Ok(keys) if keys.is_empty() => {}
            Ok(keys) => edge.handle(Event::SealingKeys(&keys)),
            Err(error) => tracing::error!(%error, "no key to seal card numbers with: nothing is granted on its date"),
        }
        for day in self.keys.due(today, self.kept_days, edge.status().queue.sealed) {
            edge.handle(Event::SealingKeyRetired(day));
            match self.keys.destroy(day) {
                Ok(()) => {
                    tracing::info!(%day, "the sealing key of a day is destroyed: its card numbers are unreadable")
                }
                Err(error) => tracing::error!(%error, "a sealing key cannot be destroyed"),
            }
        }
    }
}
