//! Quotes, voids, refunds, reversals of voids, what caps get back of them, and orders of two people: as the exchange would
//! write them, and counted by definition beside it.

use super::records::sale;
use super::{Day, answer, intent, return_asked, rrn};
use lijian_domain::cap::{CapKey, CapLimit, CapTake};
use lijian_domain::ids::{Lsn, Rrn};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{
    GaveBack, Intent, QueueOrder, QueueOrdered, Quoted, Record, ReleaseCause, Released, ReturnOutcome, ReturnWay,
};
use lijian_domain::text::Text;
use lijian_domain::time::UnixMicros;
use std::collections::BTreeMap;

/// Money and items of each cap.
pub(crate) type Parts = BTreeMap<CapKey, (u64, u32)>;

/// A return that is not over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Return {
    pub(crate) intent: Lsn,
    pub(crate) way: ReturnWay,
    of: Option<Lsn>,
    pub(crate) confirmed: bool,
    asked: Parts,
    /// What the caps have not got back yet.
    pub(crate) outstanding: Parts,
}

impl Day {
    pub(super) fn act_on_returns(&mut self, what: u8, pick: usize) {
        match what {
            12 => self.quote(pick),
            13 => self.use_quote(pick),
            14 => self.end_quote(pick),
            15 => self.ask_return(pick),
            16 => self.answer_return(pick),
            17 => self.give_back_part(pick),
            18 => self.undo_void(pick),
            _ => self.order(pick),
        }
    }

    fn quote(&mut self, pick: usize) {
        let takes = sale(pick);
        if self.quota.hold(&takes).is_ok() {
            let lsn = self.journal.last().next();
            let expires = UnixMicros(i64::try_from(pick).unwrap());
            self.journal.append(Record::Quoted(Quoted { sale: intent(lsn, rrn(pick), &takes), expires }));
            self.quotes.insert(lsn);
        }
    }

    fn use_quote(&mut self, pick: usize) {
        let Some(quote) = nth(self.quotes.iter().copied(), pick) else { return };
        self.quotes.remove(&quote);
        let lsn = self.journal.last().next();
        let intent = Intent { quote: Some(quote), ..intent(lsn, rrn(pick), &self.takes(quote)) };
        self.journal.append(Record::Intent(intent));
        self.open.insert(lsn, false);
    }

    fn end_quote(&mut self, pick: usize) {
        let Some(quote) = nth(self.quotes.iter().copied(), pick) else { return };
        self.quotes.remove(&quote);
        let cause = if pick.is_multiple_of(2) { ReleaseCause::QuoteExpired } else { ReleaseCause::QuoteWithdrawn };
        self.journal.append(Record::Released(Released { intent: quote, cause }));
        self.quota.release(&self.takes(quote));
    }

    /// What of a grant is neither given back nor asked to be.
    fn left(&self, intent: Lsn) -> Parts {
        let mut left = parts(&self.takes(intent));
        let asked = self.returns.values().filter(|one| one.intent == intent).map(|one| &one.outstanding);
        for (key, (money, items)) in asked.chain(self.given.get(&intent)).flatten() {
            let stands = left.get_mut(key).unwrap();
            *stands = (stands.0 - money, stands.1 - items);
        }
        left
    }

    fn ask_return(&mut self, pick: usize) {
        let idle = |lsn: &Lsn| {
            !self.reversals.values().any(|other| other == lsn)
                && !self.returns.values().any(|one| one.intent == *lsn && !one.confirmed)
        };
        let Some(of) = nth(self.granted.iter().copied().filter(idle), pick) else { return };
        let left = self.left(of);
        let whole = left == parts(&self.takes(of)) && !self.returned.contains_key(&of);
        let (way, takes) = if whole && pick.is_multiple_of(2) {
            (ReturnWay::Void, left)
        } else {
            let part = |(money, items): (u64, u32)| (money.div_ceil(3), if pick.is_multiple_of(3) { items } else { 0 });
            (ReturnWay::Refund, left.into_iter().map(|(key, stands)| (key, part(stands))).collect())
        };
        self.ask_for(of, None, way, takes, pick);
    }

    fn ask_for(&mut self, of_intent: Lsn, of: Option<Lsn>, way: ReturnWay, asked: Parts, pick: usize) {
        let asked: Parts = asked.into_iter().filter(|(_, part)| *part != (0, 0)).collect();
        let record = return_asked(rrn(pick), of_intent, of, way, takes(&asked));
        let lsn = self.journal.append(Record::ReturnAsked(record));
        let outstanding = asked.clone();
        self.returns.insert(lsn, Return { intent: of_intent, way, of, confirmed: false, asked, outstanding });
    }

    fn undo_void(&mut self, pick: usize) {
        let undone = |void: &Lsn| self.returns.values().any(|one| one.of == Some(*void));
        let voids = self.returns.iter().filter(|(_, one)| one.way == ReturnWay::Void && one.asked == one.outstanding);
        let voids = voids.map(|(lsn, _)| *lsn).filter(|lsn| !undone(lsn));
        let Some(void) = nth(voids, pick) else { return };
        let intent = self.returns[&void].intent;
        self.ask_for(intent, Some(void), ReturnWay::VoidReversal, Parts::new(), pick);
    }

    fn answer_return(&mut self, pick: usize) {
        let waiting = self.returns.iter().filter(|(_, one)| !one.confirmed).map(|(lsn, _)| *lsn);
        let Some(asked) = nth(waiting, pick) else { return };
        let one = self.returns[&asked].clone();
        let outcome = ReturnOutcome { asked, intent: one.intent, answer: answer(Rrn::default()) };
        self.orders.remove(&asked);
        // The void that a reversal undoes must stand still, untouched.
        let stands = one.of.is_none_or(|void| {
            self.returns.get(&void).is_some_and(|void| void.way == ReturnWay::Void && void.asked == void.outstanding)
        });
        if pick.is_multiple_of(4) || !stands {
            self.journal.append(Record::ReturnRefused(outcome));
            self.returns.remove(&asked);
            return;
        }
        self.journal.append(Record::Returned(outcome));
        if let Some(void) = one.of {
            self.returns.remove(&asked);
            self.returns.remove(&void);
            self.orders.remove(&void);
            if let Some(returned) = self.returned.get_mut(&one.intent) {
                returned.retain(|lsn| *lsn != void);
            }
            self.returned.retain(|_, returned| !returned.is_empty());
        } else {
            self.returned.entry(one.intent).or_default().push(asked);
            self.returns.get_mut(&asked).unwrap().confirmed = true;
            self.end_if_over(asked);
        }
    }

    fn give_back_part(&mut self, pick: usize) {
        let confirmed = self.returns.iter().filter(|(_, one)| one.confirmed).map(|(lsn, _)| *lsn);
        let Some(asked) = nth(confirmed, pick) else { return };
        let one = self.returns.get_mut(&asked).unwrap();
        let all = pick.is_multiple_of(2);
        let mut given = Parts::new();
        for (key, stands) in &mut one.outstanding {
            let part = if all { *stands } else { (stands.0 / 2, 0) };
            if part != (0, 0) {
                *stands = (stands.0 - part.0, stands.1 - part.1);
                given.insert(*key, part);
            }
        }
        one.outstanding.retain(|_, part| *part != (0, 0));
        let intent = one.intent;
        self.journal.append(Record::GaveBack(GaveBack { asked, intent, takes: takes(&given) }));
        self.quota.give_back(&takes(&given));
        let sum = self.given.entry(intent).or_default();
        for (key, part) in given {
            let stands = sum.entry(key).or_default();
            *stands = (stands.0 + part.0, stands.1 + part.1);
        }
        self.end_if_over(asked);
    }

    fn end_if_over(&mut self, asked: Lsn) {
        if self.returns.get(&asked).is_some_and(|one| one.confirmed && one.outstanding.is_empty()) {
            self.returns.remove(&asked);
        }
    }

    fn order(&mut self, pick: usize) {
        let doubts = self.open.iter().filter(|(_, doubt)| **doubt).map(|(lsn, _)| *lsn);
        let returns = self.returns.iter().filter(|(_, one)| !one.confirmed).map(|(lsn, _)| *lsn);
        let Some(target) = nth(doubts.chain(self.reversals.keys().copied()).chain(returns), pick) else { return };
        let order = [QueueOrder::Send, QueueOrder::Confirmed, QueueOrder::Drop][pick % 3];
        let (maker, checker) = (Text::new("wang").unwrap(), Text::new("li").unwrap());
        let ordered = QueueOrdered { target, order, maker, checker };
        self.journal.append(Record::QueueOrdered(ordered));
        self.orders.insert(target, ordered);
    }
}

fn nth(mut of: impl Iterator<Item = Lsn> + Clone, pick: usize) -> Option<Lsn> {
    let count = of.clone().count();
    of.nth(pick % count.max(1))
}

fn parts(takes: &[CapTake]) -> Parts {
    takes.iter().map(|take| (take.key, (take.amount.get(), take.count))).collect()
}

fn takes(parts: &Parts) -> lijian_domain::cap::Takes {
    let take = |(key, (money, count)): (&CapKey, &(u64, u32))| CapTake {
        key: *key,
        amount: MinorUnits::new(*money),
        count: *count,
        limit: CapLimit::default(),
    };
    parts.iter().map(take).collect()
}
