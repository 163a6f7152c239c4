//! Histories as the exchange would write them: sales under tight limits, with every end a sale can have. The journal is a
//! vector; what stands on each cap is counted beside it by definition.

mod books;
mod claims;
mod records;
mod returns;
mod strategy;

pub(crate) use books::{Books, Stand, sums};
pub(crate) use records::{answer, intent, opened, origin, outcome, return_asked, rrn};
pub(crate) use strategy::{Action, actions, histories, long_history};

use lijian_domain::cap::{CapBalance, CapKey, CapTake};
use lijian_domain::claims::{Claim, ClaimId};
use lijian_domain::ids::{Lsn, Rrn};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{
    DoubtCause, Entry, InDoubt, Outcome, QueueOrdered, Quoted, Record, ReleaseCause, Released, ReversalAsked,
    ReversalOutcome,
};
use lijian_domain::time::{BusinessDate, UnixMicros};
use lijian_store::format::Numbered;
use lijian_store::index::History;
use lijian_store::quota::Quota;
use records::{refused, sale, tombstone};
use returns::{Parts, Return};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

/// A journal in memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journal(pub(crate) Vec<Entry>);

impl Journal {
    pub(crate) fn last(&self) -> Lsn {
        Lsn(u64::try_from(self.0.len()).unwrap())
    }

    pub(crate) fn append(&mut self, record: Record) -> Lsn {
        let lsn = self.last().next();
        let at = UnixMicros(i64::try_from(lsn.0).unwrap() * 1_000);
        self.0.push(Entry { lsn, at, business_date: BusinessDate(20_000), record });
        lsn
    }

    pub(crate) fn get(&self, lsn: Lsn) -> Option<Entry> {
        lsn.0.checked_sub(1).and_then(|place| self.0.get(usize::try_from(place).unwrap()).cloned())
    }
}

impl History for Journal {
    type Error = Infallible;

    fn numbers(&mut self, from: Lsn) -> impl Iterator<Item = Result<Numbered, Infallible>> {
        self.0.iter().skip(usize::try_from(from.0 - 1).unwrap()).map(|entry| Ok(numbered(entry)))
    }
}

/// By which number a record is to be found.
pub(crate) fn numbered(entry: &Entry) -> Numbered {
    let found = |rrn: &Rrn, lsn: Lsn| (!rrn.is_empty()).then_some((*rrn, lsn));
    let row = match &entry.record {
        Record::Intent(intent) => found(&intent.origin.rrn, entry.lsn),
        Record::Quoted(quoted) => found(&quoted.sale.origin.rrn, entry.lsn),
        Record::Granted(outcome) | Record::Declined(outcome) | Record::FullPrice(outcome) => {
            found(&outcome.answer.rrn, outcome.intent)
        }
        Record::Refused(refused) => {
            found(&refused.origin.rrn, entry.lsn).or_else(|| found(&refused.answer.rrn, entry.lsn))
        }
        Record::ReturnAsked(asked) => found(&asked.origin.rrn, asked.intent),
        _ => None,
    };
    Numbered { lsn: entry.lsn, row }
}

/// What a day leaves behind, as the switch and as the test see it.
#[derive(Default)]
pub(crate) struct Day {
    pub(crate) journal: Journal,
    pub(crate) quota: Quota,
    /// Intents without an end, and whether they are in doubt.
    pub(crate) open: BTreeMap<Lsn, bool>,
    /// Intents granted and not reversed.
    pub(crate) granted: Vec<Lsn>,
    /// Reversals under way: the asking and its intent.
    pub(crate) reversals: BTreeMap<Lsn, Lsn>,
    /// Quotes without an end.
    pub(crate) quotes: BTreeSet<Lsn>,
    /// Returns that are not over, by their asking.
    pub(crate) returns: BTreeMap<Lsn, Return>,
    /// Confirmed returns that were not undone, in order, by their intent.
    pub(crate) returned: BTreeMap<Lsn, Vec<Lsn>>,
    /// What the caps got back of each grant.
    given: BTreeMap<Lsn, Parts>,
    pub(crate) orders: BTreeMap<Lsn, QueueOrdered>,
    pub(crate) incarnation: u32,
    /// Claims as they stand.
    claims: BTreeMap<ClaimId, Claim>,
}

impl Day {
    pub(crate) fn of(actions: &[Action]) -> Self {
        let mut day = Self::default();
        for (what, pick) in actions {
            day.act(*what, usize::from(*pick));
        }
        day
    }

    /// What stands on each cap: the sum of what is open and of what is granted.
    pub(crate) fn balances(&self) -> BTreeMap<CapKey, CapBalance> {
        let mut balances: BTreeMap<CapKey, CapBalance> = BTreeMap::new();
        for take in self.open.keys().chain(&self.quotes).flat_map(|lsn| self.takes(*lsn)) {
            let balance = balances.entry(take.key).or_default();
            balance.held = balance.held.checked_add(take.amount).unwrap();
            balance.held_count += take.count;
        }
        for take in self.granted.iter().flat_map(|lsn| self.takes(*lsn)) {
            let balance = balances.entry(take.key).or_default();
            balance.used = balance.used.checked_add(take.amount).unwrap();
            balance.used_count += take.count;
        }
        for (key, (money, items)) in self.given.values().flatten() {
            let balance = balances.get_mut(key).unwrap();
            balance.used = balance.used.checked_sub(MinorUnits::new(*money)).unwrap();
            balance.used_count -= items;
        }
        balances.retain(|_, balance| *balance != CapBalance::default());
        balances
    }

    fn act(&mut self, what: u8, pick: usize) {
        match what {
            0..=4 => self.sell(pick),
            5 => self.end(pick, Record::Granted),
            6 => self.end(pick, Record::Declined),
            7 => self.doubt(pick),
            8 => self.ask(pick),
            9 | 10 => self.reverse(pick, what == 9),
            12..=19 => self.act_on_returns(what, pick),
            20.. => self.act_on_claims(what, pick),
            _ if pick.is_multiple_of(2) => {
                self.incarnation += 1;
                self.journal.append(opened(self.incarnation));
            }
            _ if pick.is_multiple_of(3) => drop(self.journal.append(Record::Tombstone(tombstone(pick)))),
            _ => {
                let refused = self.journal.append(Record::Refused(refused(pick)));
                self.journal.append(Record::FullPrice(outcome(refused)));
            }
        }
    }

    fn sell(&mut self, pick: usize) {
        let takes = sale(pick);
        if self.quota.hold(&takes).is_ok() {
            let lsn = self.journal.last().next();
            self.journal.append(Record::Intent(intent(lsn, rrn(pick), &takes)));
            self.open.insert(lsn, false);
        }
    }

    fn end(&mut self, pick: usize, record: fn(Outcome) -> Record) {
        let Some((lsn, in_doubt)) =
            self.open.iter().nth(pick % self.open.len().max(1)).map(|(lsn, doubt)| (*lsn, *doubt))
        else {
            return;
        };
        self.open.remove(&lsn);
        self.orders.remove(&lsn);
        let takes = self.takes(lsn);
        let record = record(outcome(lsn));
        if in_doubt {
            self.journal.append(Record::Released(Released { intent: lsn, cause: ReleaseCause::LateDecline }));
            self.quota.release(&takes);
        } else if matches!(record, Record::Granted(_)) {
            self.journal.append(record);
            self.quota.grant(&takes);
            self.granted.push(lsn);
        } else if pick.is_multiple_of(5) {
            self.journal.append(Record::Released(Released { intent: lsn, cause: ReleaseCause::NeverSent }));
            self.quota.release(&takes);
        } else {
            self.journal.append(record);
            self.quota.release(&takes);
        }
    }

    fn doubt(&mut self, pick: usize) {
        let fresh: Vec<Lsn> = self.open.iter().filter(|(_, doubt)| !**doubt).map(|(lsn, _)| *lsn).collect();
        if let Some(intent) = fresh.get(pick % fresh.len().max(1)) {
            self.journal.append(Record::InDoubt(InDoubt { intent: *intent, cause: DoubtCause::TimeOut }));
            self.open.insert(*intent, true);
        }
    }

    fn ask(&mut self, pick: usize) {
        let idle = |lsn: &&Lsn| {
            !self.reversals.values().any(|other| other == *lsn)
                && !self.returns.values().any(|one| one.intent == **lsn)
                && !self.returned.contains_key(*lsn)
        };
        // A till reverses what is in doubt too.
        let doubts = self.open.iter().filter(|(_, doubt)| **doubt).map(|(lsn, _)| lsn);
        let idle: Vec<Lsn> = self.granted.iter().chain(doubts).filter(idle).copied().collect();
        if let Some(intent) = idle.get(pick % idle.len().max(1)) {
            let asked = ReversalAsked { origin: origin(rrn(pick)), intent: *intent, amount: MinorUnits::new(1) };
            let lsn = self.journal.append(Record::ReversalAsked(asked));
            self.reversals.insert(lsn, *intent);
        }
    }

    fn reverse(&mut self, pick: usize, confirmed: bool) {
        let Some((asked, intent)) =
            self.reversals.iter().nth(pick % self.reversals.len().max(1)).map(|(asked, intent)| (*asked, *intent))
        else {
            return;
        };
        self.reversals.remove(&asked);
        self.orders.remove(&asked);
        let outcome = ReversalOutcome { asked, intent, answer: answer(Rrn::default()) };
        // Of what was in doubt the release gives back, in a record of its own.
        if confirmed && self.granted.contains(&intent) {
            self.journal.append(Record::Reversed(outcome));
            self.quota.give_back(&self.takes(intent));
            self.granted.retain(|lsn| *lsn != intent);
        } else {
            self.journal.append(Record::ReversalRefused(outcome));
        }
    }

    fn takes(&self, lsn: Lsn) -> Vec<CapTake> {
        match self.journal.get(lsn) {
            Some(Entry { record: Record::Intent(sale) | Record::Quoted(Quoted { sale, .. }), .. }) => {
                sale.award.caps.to_vec()
            }
            other => panic!("no intent at {lsn}: {other:?}"),
        }
    }
}
