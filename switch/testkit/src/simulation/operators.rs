//! Two operators who look at what waits for an issuer, and decide about it: rarely about what is still on its way, more often
//! about what is parked since its day is over.

use super::world::{Action, World};
use crate::auditor::{Rule, Violation};
use lijian_domain::ids::Lsn;
use lijian_domain::record::{QueueOrder, QueueOrdered, RulesCause, RulesChanged};
use lijian_domain::text::Text;
use lijian_exchange::Event;
use lijian_exchange::queue::QueueState;
use std::sync::Arc;

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
    /// They put other rules in force, and do so again later. A process that ended meanwhile begins with them.
    pub(super) fn swap_rules(&mut self) -> Result<(), Violation> {
        if self.calm {
            return Ok(());
        }
        if let Some(swap_us) = self.scenario.swap_us {
            let next_us = self.dice.between(1_000_000, swap_us);
            self.after(next_us, Action::SwapRules);
        }
        let next = self.scenario.programme.next(self.now().wall, &mut self.dice);
        let rules = next.rules(Some(&self.scenario.programme), self.mutation);
        let wrong = || Rule::JournalReads.broken("the scenario's own changed rules do not hold");
        let rules = Arc::new(rules.ok_or_else(wrong)?);
        self.auditor.rules_are_known(next.version().0, next.terms());
        let changed = RulesChanged {
            rules: next.version(),
            cause: self.dice.one_of(RulesCause::Signal, &[RulesCause::Request, RulesCause::Due]),
            maker: Text::default(),
            checker: Text::default(),
        };
        self.note("other rules");
        let programme = std::mem::replace(&mut self.scenario.programme, next);
        let before = std::mem::replace(&mut self.rules, Arc::clone(&rules));
        self.handle(Event::Rules { rules, changed })?;
        // While a lottery is drawn, or where nothing can be recorded, the old ones stay.
        if self.daemon.as_ref().is_some_and(|daemon| daemon.exchange.rules_version() != changed.rules) {
            (self.scenario.programme, self.rules) = (programme, before);
        }
        Ok(())
    }
}
