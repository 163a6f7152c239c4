//! What two people decide about a message that waits.

use super::{Queue, Staged, Step};
use crate::effects::Effects;
use crate::event::Now;
use crate::exchange::Exchange;
use crate::misdeed::Misdeed;
use lijian_domain::record::{QueueOrder, QueueOrdered, Record, ReleaseCause};

impl Exchange {
    /// The decision goes on record; once that is durable it is carried out. One about nothing that waits, or of one person
    /// alone, is none.
    pub(crate) fn order(&mut self, order: QueueOrdered, now: Now, effects: &mut Effects) {
        let two = order.maker != order.checker && !order.maker.is_empty() && !order.checker.is_empty();
        if self.poisoned || !two || !self.queue.can_be_ordered(&order) {
            effects.tally.queue_orders_refused += 1;
            return;
        }
        let moment = self.moment(now);
        let lsn = effects.journal.push(moment.at, moment.business_date, &Record::QueueOrdered(order));
        self.queue.staged.push_back((lsn, Staged::Order(order)));
    }

    /// Carries out what is on disk, unless the message came to its end meanwhile.
    pub(super) fn carry_out(&mut self, order: QueueOrdered, now: Now, effects: &mut Effects) {
        let lsn = order.target;
        if self.poisoned || !self.queue.can_be_ordered(&order) {
            return;
        }
        effects.tally.queue_orders += 1;
        let what = match order.order {
            QueueOrder::Send if self.misdeeds.include(Misdeed::OrderToGoIgnored) => return,
            QueueOrder::Drop if self.misdeeds.include(Misdeed::CancelledIsSent) => QueueOrder::Send,
            what => what,
        };
        match what {
            QueueOrder::Confirmed => self.end_queued(lsn, true, ReleaseCause::ReversalConfirmed, now, effects),
            QueueOrder::Drop => self.end_queued(lsn, false, ReleaseCause::Ordered, now, effects),
            QueueOrder::Send => {
                let Some(item) = self.queue.items.get_mut(&lsn) else { return };
                item.ordered = true;
                if matches!(item.step, Step::Parked(_) | Step::Waiting { .. }) && item.issuer.is_some() {
                    self.queue.go(lsn, Step::Waiting { due_us: now.monotonic_us });
                }
            }
        }
    }
}

impl Queue {
    fn can_be_ordered(&self, order: &QueueOrdered) -> bool {
        self.items.get(&order.target).is_some_and(|item| item.step != Step::Ending)
    }
}
