//! What a return gives back when its day is over: a void that can no longer be reversed, an allowance that comes again on the
//! next day.

use crate::effects::Effects;
use crate::event::Now;
use crate::exchange::Exchange;
use lijian_domain::cap::Takes;
use lijian_domain::ids::Lsn;

/// While anything waits for its day to be over, the date is looked at this often.
const LOOK_EVERY_US: u64 = 60_000_000;

impl Exchange {
    /// Gives back what days that are over gave. To be called at the start, and whenever time has passed.
    pub(crate) fn mature_returns(&mut self, now: Now, effects: &mut Effects) {
        if self.returns.pending.is_empty() || self.poisoned || now.monotonic_us < self.returns.look_us {
            return;
        }
        self.returns.look_us = now.monotonic_us.saturating_add(LOOK_EVERY_US);
        let today = self.moment(now).business_date;
        let due = self.returns.pending.iter().filter(|(asked, _)| {
            // What is being undone gives nothing back until that is over.
            self.returns.voids.get(*asked).is_none_or(|void| !void.undoing)
        });
        let due = due.map(|(asked, pending)| match pending.day < today {
            true => (*asked, pending.takes.clone()),
            // Of a refund what is due at once waits only where a restart came between two records.
            false => (*asked, self.due_at_once(pending.way, &pending.takes)),
        });
        let due: Vec<(Lsn, Takes)> = due.filter(|(_, takes)| !takes.is_empty()).collect();
        for (asked, takes) in due {
            self.give_back_now(asked, &takes, now, effects);
        }
    }

    /// When [`Self::mature_returns`] wants to look again.
    pub(crate) fn returns_deadline_us(&self) -> Option<u64> {
        (!self.returns.pending.is_empty() && !self.poisoned).then_some(self.returns.look_us)
    }
}
