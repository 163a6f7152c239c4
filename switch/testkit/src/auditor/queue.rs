//! Messages of the switch's own that wait for an issuer, as they show on the wire: reversals of sales in doubt, and those that
//! an acquirer asked for before a restart.
//!
//! Order of a card: while a reversal waits, none of a later record goes out for the same card. One waits from the moment that
//! its doubt is on the medium (or that a restart finds it) until it ends, but not while its business day is over without an
//! order to send it. The switch knows a moment later what the medium holds, and may be reading an original back meanwhile:
//! what is younger than [`SETTLED_US`] does not count.

use super::Auditor;
use super::books::{Asked, State};
use super::record::Body;
use super::rule::{Rule, Violation};
use super::wire::Key;
use std::collections::{BTreeMap, VecDeque};

/// Longer than the switch takes to read a record back.
const SETTLED_US: u64 = 20_000;

/// What two people decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Order {
    Send,
    Confirmed,
    Drop,
}

impl Order {
    /// As the format document numbers them.
    pub(super) const fn of(number: u8) -> Self {
        match number {
            1 => Self::Send,
            2 => Self::Confirmed,
            _ => Self::Drop,
        }
    }
}

/// What the auditor remembers of them beyond the journal.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    /// The earliest business day since the switch sent something last: by it that was decided.
    day: Option<i64>,
    /// The latest business day that this process has seen.
    latest_day: i64,
    /// How far the journal was durable, and when; the first one is old enough.
    durable: VecDeque<(u64, u64)>,
    /// How far it was durable when a message was sent last, by what it stands for.
    sent: BTreeMap<u64, u64>,
}

impl Queue {
    pub(super) fn day_is(&mut self, day: i64) {
        self.day = Some(self.day.map_or(day, |earlier| earlier.min(day)));
        self.latest_day = self.latest_day.max(day);
    }

    /// A restart found so many records.
    pub(super) fn started(&mut self, durable: u64) {
        self.latest_day = self.day.take().unwrap_or(0);
        self.durable = VecDeque::from([(0, durable)]);
    }

    /// What the switch surely knows to be durable.
    fn settled(&self) -> u64 {
        self.durable.front().map_or(0, |(_, durable)| *durable)
    }
}

impl Auditor {
    /// The switch has sent what it wanted to send by now.
    pub fn turn_is_over(&mut self) {
        let old_us = self.now_us.saturating_sub(SETTLED_US);
        let queue = &mut self.queue;
        queue.day = None;
        queue.durable.push_back((self.now_us, self.durable));
        while queue.durable.get(1).is_some_and(|(at_us, _)| *at_us <= old_us) {
            queue.durable.pop_front();
        }
    }

    /// A reversal leaves for the issuer: whether it may, if it is one of those that wait.
    pub(super) fn own_reversal(&mut self, key: &Key, original: Option<&Key>) -> Result<(), Violation> {
        let Some((target, day)) = self.target(key, original) else { return Ok(()) };
        let settled = self.queue.settled();
        let cancelled = |(lsn, order): &(u64, Order)| *lsn <= settled && *order != Order::Send;
        if self.books.orders.get(&target).is_some_and(|orders| orders.iter().any(cancelled)) {
            let what = format!("the reversal of record {target} goes out, which two people cancelled");
            return Err(Rule::OrdersOfTwo.broken(what));
        }
        if self.queue.day.is_some_and(|today| today > day) && !self.is_to_go(target, self.durable) {
            let what = format!("the reversal of record {target} of day {day} goes out on another without an order");
            return Err(Rule::OrdersOfTwo.broken(what));
        }
        if let Some(earlier) = self.earlier(target, settled) {
            let what = format!("the reversal of record {target} goes out while that of {earlier} waits, of one card");
            return Err(Rule::CardOrder.broken(what));
        }
        self.queue.sent.insert(target, self.durable);
        Ok(())
    }

    /// What a waiting message stands for, and the business day on whose end it is not sent any more.
    fn target(&self, key: &Key, original: Option<&Key>) -> Option<(u64, i64)> {
        if let Some((lsn, asked)) = self.books.opened.get(key).and_then(|lsn| Some((*lsn, self.books.asked.get(lsn)?)))
        {
            // The first sending by the process that took it in is none of the queue's.
            let waits = asked.returns.is_none() && (self.is_of_earlier_run(lsn) || self.queue.sent.contains_key(&lsn));
            return waits.then(|| (lsn, self.day_of(lsn) + i64::from(!self.is_of_earlier_run(lsn))));
        }
        let (lsn, hold) = self.books.sale(original?)?;
        // Under the sale's own numbers: nobody asked for it.
        let own = Key { class: "4".to_owned(), ..hold.key.clone() } == *key;
        (own && hold.doubted.is_some()).then(|| (lsn, self.day_of(lsn)))
    }

    /// A message of the same card that waits and stands for an earlier record.
    fn earlier(&self, target: u64, settled: u64) -> Option<u64> {
        let card = self.card_of(target)?;
        let awake = |lsn: u64| self.queue.latest_day <= self.day_of(lsn) || self.is_to_go(lsn, settled);
        let doubts = self.books.holds.range(..target).filter(|(_, hold)| {
            hold.state == State::Held && hold.promise.is_none() && hold.doubted.is_some_and(|at| at <= settled)
        });
        let doubts = doubts.map(|(lsn, _)| *lsn);
        let asked = self.books.asked.range(..target).filter(|(lsn, asked)| {
            let granted = self.books.holds.get(&asked.intent).is_some_and(|hold| hold.state == State::Granted);
            // Of several reversals of one sale one goes out.
            let alone = self.books.asked.values().filter(|other| other.intent == asked.intent).count() == 1;
            granted && alone && asked.returns.is_none() && asked.ended.is_none() && self.is_of_earlier_run(**lsn)
        });
        let asked = asked.map(|(lsn, _)| *lsn);
        doubts.chain(asked).find(|lsn| self.card_of(*lsn) == Some(card) && awake(*lsn))
    }

    /// Nothing more will happen: what was ordered to go went, unless it ended, was cancelled, or stands behind another.
    pub(super) fn orders_went(&self) -> Result<(), Violation> {
        for (target, orders) in &self.books.orders {
            let Some((at, Order::Send)) = orders.last() else { continue };
            let doubted = self.books.holds.get(target).is_some_and(|hold| hold.state == State::Held);
            // Returns show on the wire as what they are: see there.
            let waits = |asked: &Asked| asked.ended.is_none() && asked.returns.is_none();
            let asked = self.books.asked.get(target).is_some_and(waits);
            let went = self.queue.sent.get(target).is_some_and(|durable| durable >= at);
            if (doubted || asked) && !went && self.earlier(*target, self.durable).is_none() {
                let what = format!("the reversal of record {target} was ordered to go by record {at}, and never went");
                return Err(Rule::OrdersOfTwo.broken(what));
            }
        }
        Ok(())
    }

    /// Whether two people decided that this is not sent, whatever became of it.
    pub(super) fn is_ordered_away(&self, target: u64) -> bool {
        let orders = self.books.orders.get(&target);
        orders.is_some_and(|orders| orders.iter().any(|(_, order)| *order != Order::Send))
    }

    /// Whether two people decided this about a reversal of a sale.
    pub(super) fn is_ordered_of(&self, intent: u64, what: Order) -> bool {
        self.books.orders.iter().any(|(target, orders)| {
            let asked = self.books.asked.get(target).is_some_and(|asked| asked.intent == intent);
            (asked || *target == intent) && orders.iter().any(|(_, order)| *order == what)
        })
    }

    /// Whether two people decided this about what a record stands for.
    pub(super) fn is_ordered(&self, target: u64, what: Order) -> bool {
        self.books.orders.get(&target).is_some_and(|orders| orders.iter().any(|(_, order)| *order == what))
    }

    fn is_to_go(&self, target: u64, durable: u64) -> bool {
        let orders = self.books.orders.get(&target);
        orders.is_some_and(|orders| orders.iter().any(|(lsn, order)| *lsn <= durable && *order == Order::Send))
    }

    fn is_of_earlier_run(&self, lsn: u64) -> bool {
        let since = usize::try_from(lsn).ok().and_then(|lsn| self.records.get(lsn..)).unwrap_or_default();
        since.iter().any(|record| matches!(record.body, Body::Opened { .. }))
    }

    fn card_of(&self, target: u64) -> Option<[u8; 16]> {
        let intent = self.books.asked.get(&target).map_or(target, |asked| asked.intent);
        Some(self.books.holds.get(&intent)?.intent.origin.card)
    }

    fn day_of(&self, lsn: u64) -> i64 {
        let record = usize::try_from(lsn).ok().and_then(|lsn| self.records.get(lsn.checked_sub(1)?));
        record.map_or(0, |record| i64::from(record.date))
    }
}
