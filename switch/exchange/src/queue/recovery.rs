//! What a restart finds of the queue in the journal.

use super::entering::Original;
use super::{Asked, Item, Staged, Step, Target, Why};
use crate::effects::Effects;
use crate::event::Now;
use crate::exchange::Exchange;
use crate::memory::State;
use lijian_domain::ids::Lsn;
use lijian_domain::record::{DoubtCause, Entry, Intent, QueueOrder, Record, ReversalAsked};
use lijian_domain::time::{BusinessDate, UnixMicros};
use lijian_store::recovery::{OpenIntent, Recovered};

impl Exchange {
    /// Takes over the messages that were on their way, and what was decided about them. `look_up` reads one record again.
    pub(crate) fn recover_queue<E>(
        &mut self,
        recovered: &Recovered,
        mut look_up: impl FnMut(Lsn) -> Result<Option<Entry>, E>,
    ) -> Result<(), E> {
        for (lsn, open) in &recovered.open {
            self.recover_doubt(*lsn, open);
        }
        for (lsn, asked) in &recovered.reversals {
            if let (Some(asking), Some(original)) = (look_up(*lsn)?, look_up(asked.intent)?) {
                self.recover_reversal(&asking, asked, &original, recovered);
            }
        }
        for (lsn, open) in recovered.returns.iter().filter(|(_, open)| !open.confirmed) {
            if let Some(Entry { record: Record::Intent(intent), .. }) = look_up(open.asked.intent)? {
                self.recover_return(*lsn, open, intent.origin.card, recovered);
            }
        }
        for order in recovered.orders.values() {
            match (order.order, self.queue.items.get_mut(&order.target)) {
                (QueueOrder::Send, Some(item)) => item.ordered = true,
                (_, Some(_)) => self.queue.recovered_orders.push(*order),
                (_, None) => {}
            }
        }
        Ok(())
    }

    fn recover_doubt(&mut self, lsn: Lsn, open: &OpenIntent) {
        let intent = &open.intent;
        let target = Target::Doubt(open.doubt.unwrap_or(DoubtCause::Restart));
        // Where no record says that it is in doubt, its reversal was never sent.
        let sent_before = open.doubt.is_some();
        self.recover_item((lsn, lsn), target, intent, (open.at, open.at, open.business_date), sent_before);
    }

    fn recover_reversal(&mut self, asking: &Entry, asked: &ReversalAsked, original: &Entry, recovered: &Recovered) {
        let Record::Intent(intent) = &original.record else { return };
        // Of several that a journal holds of one sale, by whatever way, one goes out.
        if !recovered.granted.contains(asked.intent) || self.queue.reverses(asked.intent) {
            return;
        }
        let takes = intent.award.caps.as_slice().into();
        let target = Target::Reversal(Box::new(Asked { origin: asked.origin, original: intent.origin.key, takes }));
        let times = (original.at, asking.at, original.business_date);
        self.recover_item((asking.lsn, asked.intent), target, intent, times, true);
        if let Some(item) = self.queue.items.get_mut(&asking.lsn) {
            item.day = asking.business_date;
        }
        self.memory.note(&intent.origin.key, State::Reversing, None);
    }

    fn recover_item(
        &mut self,
        (lsn, of): (Lsn, Lsn),
        target: Target,
        intent: &Intent,
        (at, since, day): (UnixMicros, UnixMicros, BusinessDate),
        sent_before: bool,
    ) {
        let award = &intent.award;
        let (net, gross) = (award.net, award.gross);
        let original = Original { at, day: Some(day), card: intent.origin.card, net, gross };
        let now = Now { wall: since, monotonic_us: 0 };
        let item = self.item(target, of, original, intent.origin.link, day, now);
        self.insert_recovered(lsn, item, sent_before);
    }

    pub(super) fn insert_recovered(&mut self, lsn: Lsn, item: Item, sent_before: bool) {
        let step = if item.issuer.is_some() { Step::Recorded } else { Step::Parked(Why::NotWritten) };
        self.queue.insert(lsn, Item { sent_before, step, ..item });
    }

    /// All of it may go out: it is on disk. What two people decided before the restart is carried out first.
    pub(crate) fn start_queue(&mut self, fresh: &[(Lsn, Lsn)], now: Now, effects: &mut Effects) {
        for (intent, record) in fresh {
            self.queue.staged.push_back((*record, Staged::Enter(*intent)));
        }
        let is_fresh = |lsn: &Lsn| fresh.iter().any(|(intent, _)| intent == lsn);
        let ready: Vec<_> = self
            .queue
            .items
            .iter()
            .filter(|(lsn, item)| item.step == Step::Recorded && !is_fresh(lsn))
            .map(|(lsn, _)| *lsn)
            .collect();
        effects.tally.queued += u64::try_from(ready.len()).unwrap_or(u64::MAX);
        for lsn in ready {
            self.queue.go(lsn, Step::Waiting { due_us: now.monotonic_us });
        }
        self.end_recovered(now, effects);
        for order in std::mem::take(&mut self.queue.recovered_orders) {
            self.carry_out(order, now, effects);
        }
    }
}
