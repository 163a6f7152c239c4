//! Two operators who look at what waits for an issuer, and decide about it: rarely about what is still on its way, more often
//! about what is parked since its day is over.

use super::world::{Action, World};
use crate::auditor::Violation;
use lijian_domain::ids::Lsn;
use lijian_domain::record::{QueueOrder, QueueOrdered};
use lijian_domain::text::Text;
use lijian_exchange::Event;
use lijian_exchange::queue::QueueState;

/// They read no further than this.
const ROWS: usize = 50;

impl World {
    /// They look, decide about at most one, and look again later.
    pub(super) fn operate(&mut self) -> Result<(), Violation> {
        if self.calm && self.now_us >= self.away_until_us {
            return Ok(());
        }
        let next_us = self.dice.between(500_000, if self.calm { 300_000_000 } else { 10_000_000 });
        self.after(next_us, Action::Operate);
        let now = self.now();
        let Some(daemon) = &mut self.daemon else { return Ok(()) };
        let mut rows = daemon.exchange.queue_rows(Lsn(0), ROWS, now);
        let on_their_way = self.dice.percent(10);
        let ordered = &self.ordered;
        rows.retain(|row| (on_their_way || row.state == QueueState::DayOver) && !ordered.contains(&row.lsn));
        let Some(row) = rows.get(self.dice.place(rows.len())) else { return Ok(()) };
        let order = self.dice.one_of(QueueOrder::Send, &[QueueOrder::Send, QueueOrder::Drop, QueueOrder::Confirmed]);
        // One person alone: that is no order.
        let checker = if self.dice.percent(10) { "maker" } else { "checker" };
        let (Ok(maker), Ok(checker)) = (Text::new("maker"), Text::new(checker)) else { return Ok(()) };
        if maker != checker {
            self.ordered.insert(row.lsn);
        }
        self.note(&format!("ordered of {}: {order:?}", row.lsn.0));
        *self.troubles.entry("order of two people").or_insert(0) += u64::from(maker != checker);
        self.handle(Event::Ordered(QueueOrdered { target: row.lsn, order, maker, checker }))
    }
}
