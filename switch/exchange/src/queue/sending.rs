//! A message's turn: its original is read back, the message is made of what stands there, and sent.

use super::message::{Request, Sending};
use super::schedule::pause_us;
use super::{Item, Step, Target, Why, message};
use crate::effects::Effects;
use crate::event::{ConnectionId, Now, Ticket};
use crate::exchange::Exchange;
use crate::key;
use crate::misdeed::Misdeed;
use crate::settings::IssuerLink;
use lijian_codecs::message::{FieldIndex, parse};
use lijian_domain::ids::Lsn;
use lijian_domain::record::{Entry, Record, ReturnWay};
use std::sync::Arc;

/// While anything waits, the date is looked at this often.
const LOOK_EVERY_US: u64 = 60_000_000;

/// Why there is no message to send yet.
enum Unwritten {
    /// There never will be.
    Never(Why),
    /// What was read back is of no use.
    Now,
    /// This record is needed too.
    Until(Lsn),
}

impl Exchange {
    /// Lets everything happen that is due. Called after every event.
    pub(crate) fn queue_turn(&mut self, now: Now, effects: &mut Effects) {
        if self.poisoned {
            return;
        }
        while let Some(lsn) = self.queue.schedule.overdue(now.monotonic_us) {
            effects.tally.queue_unanswered += 1;
            self.again_later(lsn, now);
        }
        self.park_over(now, effects);
        if self.draining {
            return;
        }
        let most = self.settings.queue.in_flight_max;
        if self.misdeeds.include(Misdeed::CardOrderIgnored) {
            self.send_last_first(now, effects);
        }
        for link in 0..self.settings.issuers.len() {
            while self.connections.ready_of(link) > 0
                && let Some(lsn) = self.queue.schedule.next(link, most, now.monotonic_us)
            {
                self.begin_sending(lsn, now, effects);
            }
        }
    }

    /// When [`Self::queue_turn`] is due.
    pub(crate) fn queue_deadline_us(&self) -> Option<u64> {
        if self.poisoned {
            return None;
        }
        let most = self.settings.queue.in_flight_max;
        let links = (0..self.settings.issuers.len()).filter(|link| self.connections.ready_of(*link) > 0);
        let due = links.filter_map(|link| self.queue.schedule.due_us(link, most)).min().filter(|_| !self.draining);
        let look = Some(self.queue.look_us).filter(|_| self.queue.parked < self.queue.items.len());
        due.into_iter().chain(self.queue.schedule.deadline_us()).chain(look).min()
    }

    /// A mistake: whatever may go goes, the last one first.
    fn send_last_first(&mut self, now: Now, effects: &mut Effects) {
        let due = |item: &Item| matches!(item.step, Step::Waiting { due_us } if due_us <= now.monotonic_us);
        let ready = |item: &Item| item.issuer.is_some_and(|link| self.connections.ready_of(link) > 0);
        let may_go = self.queue.items.iter().rev().filter(|(_, item)| due(item) && ready(item));
        let may_go: Vec<_> = may_go.map(|(lsn, _)| *lsn).collect();
        may_go.into_iter().for_each(|lsn| self.begin_sending(lsn, now, effects));
    }

    /// Parks what waits on a day that is over, also while its link is down.
    fn park_over(&mut self, now: Now, effects: &mut Effects) {
        if self.queue.parked == self.queue.items.len() || now.monotonic_us < self.queue.look_us {
            return;
        }
        self.queue.look_us = now.monotonic_us.saturating_add(LOOK_EVERY_US);
        let today = self.moment(now).business_date;
        if std::mem::replace(&mut self.queue.today, today) == today {
            return;
        }
        if self.misdeeds.include(Misdeed::SentAfterItsDay) {
            return;
        }
        let over = |item: &Item| item.day < today && !item.ordered && matches!(item.step, Step::Waiting { .. });
        let over: Vec<_> = self.queue.items.iter().filter(|(_, item)| over(item)).map(|(lsn, _)| *lsn).collect();
        for lsn in over {
            self.park(lsn, Why::DayOver, effects);
        }
    }

    fn begin_sending(&mut self, lsn: Lsn, now: Now, effects: &mut Effects) {
        if self.is_over(lsn, now) {
            return self.park(lsn, Why::DayOver, effects);
        }
        let Some(item) = self.queue.items.get(&lsn) else { return };
        let source = item.target.source(lsn, item.intent);
        self.queue.go(lsn, Step::Reading);
        self.read_for(lsn, source, effects);
    }

    /// Whether its business day is over and nobody said that it is to go nevertheless.
    fn is_over(&mut self, lsn: Lsn, now: Now) -> bool {
        let today = self.moment(now).business_date;
        let over = self.queue.items.get(&lsn).is_some_and(|item| item.day < today && !item.ordered);
        over && !self.misdeeds.include(Misdeed::SentAfterItsDay)
    }

    fn read_for(&mut self, lsn: Lsn, record: Lsn, effects: &mut Effects) {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.queue.reads.insert(ticket, lsn);
        effects.reads.push((ticket, record));
    }

    /// Whether a record was read for a message that waits; then it is sent.
    pub(crate) fn queue_read(
        &mut self,
        ticket: Ticket,
        entry: Option<&Entry>,
        now: Now,
        effects: &mut Effects,
    ) -> bool {
        let Some(lsn) = self.queue.reads.remove(&ticket) else { return false };
        if self.queue.items.get(&lsn).is_some_and(|item| item.step == Step::Reading) {
            match entry {
                // Midnight can have come while the record was read.
                Some(_) if self.is_over(lsn, now) => self.park(lsn, Why::DayOver, effects),
                Some(entry) if !self.poisoned => self.send_queued(lsn, entry, now, effects),
                _ => self.again_later(lsn, now),
            }
        }
        true
    }

    fn send_queued(&mut self, lsn: Lsn, entry: &Entry, now: Now, effects: &mut Effects) {
        let settings = Arc::clone(&self.settings);
        let Some(item) = self.queue.items.get(&lsn) else { return };
        let link = item.issuer.and_then(|number| Some((number, settings.issuers.get(number)?)));
        let Some((number, issuer)) = link else { return self.park(lsn, Why::NotWritten, effects) };
        match self.write_queued(lsn, entry, issuer) {
            Ok(()) => {}
            Err(Unwritten::Never(why)) => return self.park(lsn, why, effects),
            Err(Unwritten::Now) => return self.again_later(lsn, now),
            Err(Unwritten::Until(record)) => return self.read_for(lsn, record, effects),
        }
        let Some(item) = self.queue.items.get(&lsn) else { return };
        let mut index = FieldIndex::new();
        let semantics = issuer.dialect.semantics();
        let Ok(view) = parse(&issuer.dialect, &self.outbound, &mut index) else {
            return self.park(lsn, Why::NotWritten, effects);
        };
        let key = key::response_key(semantics, &view, number);
        let taken =
            self.flights.by_response(&key).is_some() || self.queue.by_response(&key).is_some_and(|other| other != lsn);
        let same = item.carried.filter(|carried| self.connections.is_ready(number, *carried));
        let Some(over) = same.or_else(|| self.connections.next_of(number)).filter(|_| !taken) else {
            // Somebody else's answer would be taken for its own; or the link went away.
            return self.again_later(lsn, now);
        };
        if effects.sends.push(over, |out| issuer.frame.write(&self.outbound, out)).is_err() {
            return self.park(lsn, Why::NotWritten, effects);
        }
        effects.tally.queue_sent += 1;
        if let Some(item) = self.queue.items.get_mut(&lsn) {
            item.tries = item.tries.saturating_add(1);
        }
        self.queue.expect(lsn, key);
        let deadline_us = now.monotonic_us.saturating_add(settings.queue.answer_us);
        self.queue.go(lsn, Step::Sent { over, deadline_us });
    }

    /// Makes the message in [`Self::outbound`] of the record that was read back.
    fn write_queued(&mut self, lsn: Lsn, entry: &Entry, issuer: &IssuerLink) -> Result<(), Unwritten> {
        let item = self.queue.items.get_mut(&lsn).ok_or(Unwritten::Now)?;
        let sending = Sending { amount: item.amount, repeat: item.tries > 0 || item.sent_before };
        self.outbound.clear();
        let (out, sealer, calendar) = (&mut self.outbound, &self.sealer, &self.settings.calendar);
        let open = |request: &Request<'_>| {
            let unsealed = request.recall.card.as_ref().map(|card| sealer.open(card, &request.origin.key));
            unsealed.map(|card| card.ok_or(Unwritten::Never(Why::KeyGone))).transpose()
        };
        let written = match (&entry.record, &mut item.target) {
            (Record::Intent(intent), target) => {
                if intent.grant.lsn() != item.intent || intent.origin.card != item.card {
                    // Another sale's record: nothing is taken back by it.
                    return Err(Unwritten::Now);
                }
                let sale = Request::of(calendar, &intent.origin, &intent.recall, entry.at);
                match target {
                    Target::Doubt(_) => message::reversal(issuer, (sale, open(&sale)?.as_ref()), None, sending, out),
                    Target::Reversal(asked) => {
                        message::reversal(issuer, (sale, open(&sale)?.as_ref()), Some(&asked.origin), sending, out)
                    }
                    Target::Return(returning) => {
                        let (at, asked) = returning.asking.take().ok_or(Unwritten::Now)?;
                        let refund = Request::of(calendar, &asked.origin, &asked.recall, at);
                        message::refund(issuer, (refund, open(&refund)?.as_ref()), sale, sending, out)
                    }
                }
            }
            (Record::ReturnAsked(asked), Target::Return(returning)) => {
                if asked.intent != item.intent || entry.lsn != returning.of.unwrap_or(lsn) {
                    return Err(Unwritten::Now);
                }
                if asked.recall.fields.is_empty() {
                    // Of an old journal, which kept nothing to make a message of.
                    return Err(Unwritten::Never(Why::NotWritten));
                }
                if returning.way == ReturnWay::Refund {
                    returning.asking = Some((entry.at, Box::new(asked.clone())));
                    return Err(Unwritten::Until(item.intent));
                }
                let void = Request::of(calendar, &asked.origin, &asked.recall, entry.at);
                let own = (returning.way == ReturnWay::VoidReversal).then_some(&returning.origin);
                message::reversal(issuer, (void, open(&void)?.as_ref()), own, sending, out)
            }
            _ => return Err(Unwritten::Never(Why::NotWritten)),
        };
        written.map_err(|_| Unwritten::Never(Why::NotWritten))
    }

    /// A connection is gone: what was sent over it is sent again over another one.
    pub(crate) fn queue_lost(&mut self, connection: ConnectionId, now: Now) {
        let over = |step| matches!(step, Step::Sent { over, .. } if over == connection);
        let lost: Vec<_> = self.queue.items.iter().filter(|(_, item)| over(item.step)).map(|(lsn, _)| *lsn).collect();
        for lsn in lost {
            self.again_later(lsn, now);
        }
    }

    /// It did not come to an end this time.
    pub(super) fn again_later(&mut self, lsn: Lsn, now: Now) {
        let Some(tries) = self.queue.items.get(&lsn).map(|item| item.tries) else { return };
        let step = self.waiting_after(lsn, tries, now);
        self.queue.go(lsn, step);
    }

    pub(super) fn waiting_after(&self, lsn: Lsn, tries: u32, now: Now) -> Step {
        let settings = &self.settings.queue;
        let pause_us = pause_us(lsn, tries, settings.retry_us_min, settings.retry_us_max);
        Step::Waiting { due_us: now.monotonic_us.saturating_add(pause_us) }
    }

    pub(super) fn park(&mut self, lsn: Lsn, why: Why, effects: &mut Effects) {
        effects.tally.queue_parked += 1;
        self.queue.go(lsn, Step::Parked(why));
    }
}
