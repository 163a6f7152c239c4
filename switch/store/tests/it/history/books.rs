//! What stands after a history, by definition: no state goes from record to record, every question is asked of all records
//! at once (is there one that ends this intent?), and sums are of `i128`. FORMAT.md is what it is made from.

use lijian_domain::cap::{CapKey, CapTake};
use lijian_domain::claims::{ClaimId, ClaimSpan, ClaimStage};
use lijian_domain::ids::{Lsn, RulesVersion};
use lijian_domain::record::{
    ClaimChanged, Claimed, DoubtCause, Drawn, Entry, Intent, QueueOrdered, Quoted, Record, ReturnAsked, ReturnWay,
};
use lijian_domain::time::UnixMicros;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Money and items of each cap; none of which both are nothing.
pub(crate) type Sums = BTreeMap<CapKey, (i128, i128)>;

/// Money and items held, money and items used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Stand {
    pub(crate) held: (i128, i128),
    pub(crate) used: (i128, i128),
}

/// What stands after a history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Books {
    /// Caps on which anything stands.
    pub(crate) caps: BTreeMap<CapKey, Stand>,
    /// Intents without an end, and why they are in doubt.
    pub(crate) open: BTreeMap<Lsn, Option<DoubtCause>>,
    /// Quotes neither used nor given back.
    pub(crate) quotes: BTreeSet<Lsn>,
    /// Reversals without an end.
    pub(crate) reversals: BTreeSet<Lsn>,
    /// Returns that are not over: whether confirmed, and what the caps have not got back.
    pub(crate) returns: BTreeMap<Lsn, (bool, Sums)>,
    /// Confirmed voids and refunds that were not undone, in their order, by their intent.
    pub(crate) returned: BTreeMap<Lsn, Vec<Lsn>>,
    /// The last order about each message that waits.
    pub(crate) orders: BTreeMap<Lsn, QueueOrdered>,
    /// Where each claim stands, and when it can be redeemed.
    pub(crate) claims: BTreeMap<ClaimId, (ClaimStage, ClaimSpan)>,
    /// Grants that were not reversed.
    pub(crate) granted: BTreeSet<Lsn>,
    pub(crate) incarnation: u32,
    pub(crate) rules: Option<RulesVersion>,
    pub(crate) last: Lsn,
    pub(crate) latest: UnixMicros,
}

/// Who names whom, and nothing else.
#[derive(Default)]
struct Told<'a> {
    intents: BTreeMap<Lsn, &'a Intent>,
    quoted: BTreeMap<Lsn, &'a Quoted>,
    taken_over: BTreeSet<Lsn>,
    granted: BTreeSet<Lsn>,
    /// Named by declined or released.
    given_up: BTreeSet<Lsn>,
    doubts: BTreeMap<Lsn, DoubtCause>,
    reversals: BTreeSet<Lsn>,
    reversals_answered: BTreeSet<Lsn>,
    reversed: BTreeSet<Lsn>,
    asked: BTreeMap<Lsn, &'a ReturnAsked>,
    confirmed: Vec<Lsn>,
    refused: BTreeSet<Lsn>,
    /// By the return: what its records give back.
    gave: Vec<(Lsn, &'a CapTake)>,
    orders: BTreeMap<Lsn, QueueOrdered>,
    claimed: Vec<(Lsn, &'a Claimed)>,
    changed: Vec<(Lsn, &'a ClaimChanged)>,
    drawn: Vec<(Lsn, &'a Drawn)>,
}

impl<'a> Told<'a> {
    fn of(entries: &'a [Entry]) -> Self {
        let mut told = Self::default();
        for Entry { lsn, record, .. } in entries {
            told.note(*lsn, record);
        }
        told
    }

    fn note(&mut self, lsn: Lsn, record: &'a Record) {
        match record {
            Record::Opened(_) | Record::Refused(_) | Record::FullPrice(_) | Record::Tombstone(_) => {}
            Record::RulesChanged(_) => {}
            Record::Claimed(claimed) => self.claimed.push((lsn, claimed)),
            Record::ClaimChanged(changed) => self.changed.push((lsn, changed)),
            Record::Drawn(drawn) => self.drawn.push((lsn, drawn)),
            Record::Intent(intent) => {
                self.intents.insert(lsn, intent);
                self.taken_over.extend(intent.quote);
            }
            Record::Quoted(quoted) => drop(self.quoted.insert(lsn, quoted)),
            Record::Granted(outcome) => drop(self.granted.insert(outcome.intent)),
            Record::Declined(outcome) => drop(self.given_up.insert(outcome.intent)),
            Record::Released(released) => drop(self.given_up.insert(released.intent)),
            Record::InDoubt(doubt) => drop(self.doubts.insert(doubt.intent, doubt.cause)),
            Record::ReversalAsked(_) => drop(self.reversals.insert(lsn)),
            Record::ReversalRefused(outcome) => drop(self.reversals_answered.insert(outcome.asked)),
            Record::Reversed(outcome) => {
                self.reversals_answered.insert(outcome.asked);
                self.reversed.insert(outcome.intent);
            }
            Record::ReturnAsked(asked) => drop(self.asked.insert(lsn, asked)),
            Record::Returned(outcome) => self.confirmed.push(outcome.asked),
            Record::ReturnRefused(outcome) => drop(self.refused.insert(outcome.asked)),
            Record::GaveBack(gave) => self.gave.extend(gave.takes.iter().map(|take| (gave.asked, take))),
            Record::QueueOrdered(ordered) => drop(self.orders.insert(ordered.target, *ordered)),
        }
    }

    fn open(&self) -> BTreeMap<Lsn, Option<DoubtCause>> {
        let ended = |lsn: &Lsn| self.granted.contains(lsn) || self.given_up.contains(lsn);
        let open = self.intents.keys().filter(|lsn| !ended(lsn));
        open.map(|lsn| (*lsn, self.doubts.get(lsn).copied())).collect()
    }

    fn quotes(&self) -> BTreeSet<Lsn> {
        let over = |lsn: &&Lsn| self.taken_over.contains(*lsn) || self.given_up.contains(*lsn);
        self.quoted.keys().filter(|lsn| !over(lsn)).copied().collect()
    }

    fn standing_grants(&self) -> BTreeSet<Lsn> {
        self.granted.difference(&self.reversed).copied().collect()
    }

    /// Voids whose reversal was confirmed.
    fn undone(&self) -> BTreeSet<Lsn> {
        self.confirmed.iter().filter_map(|asked| self.asked[asked].of).collect()
    }

    fn returns(&self) -> BTreeMap<Lsn, (bool, Sums)> {
        let undone = self.undone();
        let mut returns = BTreeMap::new();
        for (lsn, asked) in &self.asked {
            let confirmed = self.confirmed.contains(lsn);
            let mut left = sums(&asked.takes);
            for (_, take) in self.gave.iter().filter(|(of, _)| of == lsn) {
                add(&mut left, take, -1);
            }
            let over = confirmed && (left.is_empty() || asked.way == ReturnWay::VoidReversal);
            if !over && !self.refused.contains(lsn) && !undone.contains(lsn) {
                returns.insert(*lsn, (confirmed, left));
            }
        }
        returns
    }

    fn returned(&self) -> BTreeMap<Lsn, Vec<Lsn>> {
        let undone = self.undone();
        let mut returned: BTreeMap<Lsn, Vec<Lsn>> = BTreeMap::new();
        for asked in &self.confirmed {
            let record = self.asked[asked];
            if record.way != ReturnWay::VoidReversal && !undone.contains(asked) {
                returned.entry(record.intent).or_default().push(*asked);
            }
        }
        returned
    }

    fn claims(&self) -> BTreeMap<ClaimId, (ClaimStage, ClaimSpan)> {
        self.claimed.iter().map(|(at, claimed)| (claimed.claim, self.stands(*at, claimed))).collect()
    }

    /// The last change says where a claim stands; of one that entered and never changed, its first draw.
    fn stands(&self, at: Lsn, claimed: &Claimed) -> (ClaimStage, ClaimSpan) {
        if let Some((_, last)) = self.changed.iter().rev().find(|(_, changed)| changed.claim == claimed.claim) {
            return (last.stage, last.span);
        }
        let Some((draw, drawn)) = self.draw_of(at, claimed) else { return (claimed.stage, claimed.span) };
        let rivals = self.claimed.iter().filter(|(at, rival)| self.is_drawn_at(*at, rival, draw));
        let ticket = |claim: ClaimId| Sha256::digest(claim.get().to_be_bytes());
        let rank = |claim: ClaimId| Sha256::digest([&drawn.seed[..], &ticket(claim)].concat()).to_vec();
        let better = rivals.filter(|(_, rival)| rank(rival.claim) < rank(claimed.claim)).count();
        let won = better < usize::try_from(drawn.winners).unwrap();
        if won { (drawn.stage, drawn.span) } else { (ClaimStage::NotDrawn, ClaimSpan::default()) }
    }

    /// The first draw of its campaign after a claim that entered.
    fn draw_of(&self, at: Lsn, claimed: &Claimed) -> Option<(Lsn, &'a Drawn)> {
        let mut later = self.drawn.iter().filter(|(draw, drawn)| *draw > at && drawn.campaign == claimed.campaign);
        later.next().copied().filter(|_| claimed.stage == ClaimStage::Entered)
    }

    fn is_drawn_at(&self, at: Lsn, claimed: &Claimed, draw: Lsn) -> bool {
        let given_up = self.changed.iter().any(|(when, changed)| changed.claim == claimed.claim && *when < draw);
        !given_up && self.draw_of(at, claimed).is_some_and(|(its, _)| its == draw)
    }

    fn caps(&self) -> BTreeMap<CapKey, Stand> {
        let (mut held, mut used) = (Sums::new(), Sums::new());
        let open = self.open();
        let quotes = self.quotes();
        let open = open.keys().flat_map(|lsn| &self.intents[lsn].award.caps);
        let quotes = quotes.iter().flat_map(|lsn| &self.quoted[lsn].sale.award.caps);
        open.chain(quotes).for_each(|take| add(&mut held, take, 1));
        let granted = self.standing_grants();
        granted.iter().flat_map(|lsn| &self.intents[lsn].award.caps).for_each(|take| add(&mut used, take, 1));
        self.gave.iter().for_each(|(_, take)| add(&mut used, take, -1));
        let mut caps: BTreeMap<CapKey, Stand> = BTreeMap::new();
        for (key, sum) in held {
            caps.entry(key).or_default().held = sum;
        }
        for (key, sum) in used {
            caps.entry(key).or_default().used = sum;
        }
        caps
    }
}

impl Books {
    /// After `entries`, which do not contradict themselves.
    pub(crate) fn of(entries: &[Entry]) -> Self {
        let told = Told::of(entries);
        let (open, returns) = (told.open(), told.returns());
        let reversals: BTreeSet<Lsn> = told.reversals.difference(&told.reversals_answered).copied().collect();
        let waits = |target: &Lsn| {
            open.contains_key(target)
                || reversals.contains(target)
                || returns.get(target).is_some_and(|(confirmed, _)| !confirmed)
        };
        let orders =
            told.orders.iter().filter(|(target, _)| waits(target)).map(|(target, one)| (*target, *one)).collect();
        let incarnations = entries.iter().filter_map(|entry| match &entry.record {
            Record::Opened(opened) => Some(opened.incarnation),
            _ => None,
        });
        let mut rules = entries.iter().filter_map(|entry| match &entry.record {
            Record::Opened(opened) => Some(opened.rules),
            Record::RulesChanged(changed) => Some(changed.rules),
            _ => None,
        });
        Self {
            caps: told.caps(),
            claims: told.claims(),
            quotes: told.quotes(),
            returned: told.returned(),
            orders,
            granted: told.standing_grants(),
            incarnation: incarnations.max().unwrap_or(0),
            rules: rules.next_back(),
            last: entries.last().map_or(Lsn::NONE, |entry| entry.lsn),
            latest: entries.iter().map(|entry| entry.at).max().unwrap_or_default(),
            open,
            reversals,
            returns,
        }
    }
}

/// Takes of several caps, by cap.
pub(crate) fn sums(takes: &[CapTake]) -> Sums {
    let mut sums = Sums::new();
    takes.iter().for_each(|take| add(&mut sums, take, 1));
    sums
}

fn add(sums: &mut Sums, take: &CapTake, sign: i128) {
    let sum = sums.entry(take.key).or_default();
    sum.0 += sign * i128::from(take.amount.get());
    sum.1 += sign * i128::from(take.count);
    if *sum == (0, 0) {
        sums.remove(&take.key);
    }
}
