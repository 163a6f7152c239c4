//! Voids and refunds: part or all of a grant goes back.
//!
//! The way of a return: `arrival` finds its original; once that and the returns before it are read back, `acceptance` says
//! what goes back and puts it on record; the issuer is asked; `outcome` records its word, and what the caps get back is given
//! back by a record of its own, at once or when the day is over. What the issuer does not answer goes to the queue.
//!
//! Invariants: of one grant no more goes back than it gave, whatever comes in which order; a void gives back only when it
//! can no longer be reversed itself; what cannot be found is not ours and passes.

mod acceptance;
mod arrival;
mod maturity;
mod outcome;
mod policies;
mod terms;
mod undoing;

pub(crate) use arrival::way;
pub use policies::RefundPolicies;

use crate::queue;
use foldhash::fast::FixedState;
use lijian_domain::cap::Takes;
use lijian_domain::ids::{DuplicateKey, Lsn};
use lijian_domain::record::{Intent, Origin, ReturnAsked, ReturnWay};
use lijian_domain::time::{BusinessDate, UnixMicros};
use lijian_store::recovery::{LsnSet, Recovered};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What is known of grants that go back.
pub(crate) struct Returns {
    /// When the date is looked at again, on the monotonic clock.
    look_us: u64,
    /// Grants that were not reversed.
    pub(crate) granted: LsnSet,
    /// Voids and refunds of each grant that were asked for and not refused or undone, in order: the LSNs of their asking.
    of_grant: HashMap<Lsn, Vec<Lsn>, FixedState>,
    /// Those of them that the issuer has not answered. There is one of a grant at a time: were an earlier part refused after
    /// the last one was counted as the last, too much would have gone back.
    unanswered: BTreeSet<Lsn>,
    /// What confirmed returns give back later, by the LSN of their asking.
    pending: BTreeMap<Lsn, Pending>,
    /// Voids that can be undone, confirmed or not, by the LSN of their asking.
    voids: BTreeMap<Lsn, Void>,
}

/// A void that can be undone.
struct Void {
    /// By which a repeat of it is known.
    key: DuplicateKey,
    /// Its own reversal is under way: until that is over it gives nothing back.
    undoing: bool,
}

/// What goes back when its day is over.
struct Pending {
    intent: Lsn,
    way: ReturnWay,
    /// The business day on which the return was asked for.
    day: BusinessDate,
    takes: Takes,
}

/// A return in flight: what was read of its original and of the returns before it.
#[derive(Debug)]
pub(crate) struct Back {
    pub(crate) way: ReturnWay,
    original: Option<Original>,
    /// What the issuer's message names as its original, and when that was made.
    named: Option<(Origin, UnixMicros)>,
    /// Earlier returns of the same grant.
    earlier: Vec<(Lsn, Box<ReturnAsked>)>,
    /// What the caps get back when the issuer confirms it.
    pub(crate) takes: Takes,
    /// The void that this one undoes.
    pub(crate) of: Option<Lsn>,
    /// The business day on which it was put on record.
    pub(crate) day: Option<BusinessDate>,
    /// What a message of the queue about it would be made of, once it is on record.
    pub(crate) message: Option<queue::Original>,
}

/// A return that is over, and what follows from it.
pub(crate) struct Ended {
    /// Where its asking stands.
    pub(crate) asked: Lsn,
    /// The intent of its original.
    pub(crate) intent: Lsn,
    pub(crate) way: ReturnWay,
    /// The void that it undoes.
    pub(crate) of: Option<Lsn>,
    /// The business day on which it was asked for.
    pub(crate) day: BusinessDate,
    /// What the caps get back by it.
    pub(crate) takes: Takes,
}

/// The original of a return.
#[derive(Debug)]
struct Original {
    lsn: Lsn,
    day: BusinessDate,
    at: UnixMicros,
    intent: Box<Intent>,
}

impl Back {
    fn new(way: ReturnWay) -> Self {
        Self {
            way,
            original: None,
            named: None,
            earlier: Vec::new(),
            takes: Takes::new(),
            of: None,
            day: None,
            message: None,
        }
    }
}

impl Returns {
    pub(crate) fn new(hash_seed: u64) -> Self {
        Self {
            look_us: 0,
            granted: LsnSet::default(),
            of_grant: HashMap::with_hasher(FixedState::with_seed(hash_seed)),
            unanswered: BTreeSet::new(),
            pending: BTreeMap::new(),
            voids: BTreeMap::new(),
        }
    }

    /// Takes over what recovery found.
    pub(crate) fn recover(&mut self, recovered: &Recovered) {
        self.granted = recovered.granted.clone();
        for (intent, asked) in &recovered.returned {
            self.of_grant.entry(*intent).or_default().extend(asked);
        }
        for (lsn, open) in &recovered.returns {
            let intent = open.asked.intent;
            if open.asked.way == ReturnWay::Void {
                self.voids.insert(*lsn, Void { key: open.asked.origin.key, undoing: false });
            }
            if let Some(void) = open.asked.of.and_then(|void| self.voids.get_mut(&void)) {
                void.undoing = true;
            }
            if open.confirmed {
                let (day, takes) = (open.business_date, open.outstanding.clone());
                self.pending.insert(*lsn, Pending { intent, way: open.asked.way, day, takes });
            } else if open.asked.way != ReturnWay::VoidReversal {
                self.of_grant.entry(intent).or_default().push(*lsn);
                self.unanswered.insert(*lsn);
            }
        }
    }

    /// Whether any part of this grant went back, or is on its way.
    pub(crate) fn any(&self, intent: Lsn) -> bool {
        self.of_grant.contains_key(&intent)
    }

    /// Returns that give something back later.
    pub(crate) fn pending(&self) -> usize {
        self.pending.len()
    }

    fn of(&self, intent: Lsn) -> &[Lsn] {
        self.of_grant.get(&intent).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a return of this grant waits for the issuer.
    fn is_under_way(&self, intent: Lsn) -> bool {
        self.of(intent).iter().any(|asked| self.unanswered.contains(asked))
    }

    /// A return is on record.
    fn asked(&mut self, asked: Lsn, intent: Lsn, way: ReturnWay, of: Option<Lsn>, key: DuplicateKey) {
        if let Some(void) = of.and_then(|void| self.voids.get_mut(&void)) {
            void.undoing = true;
        }
        if way != ReturnWay::VoidReversal {
            self.of_grant.entry(intent).or_default().push(asked);
            self.unanswered.insert(asked);
        }
        if way == ReturnWay::Void {
            self.voids.insert(asked, Void { key, undoing: false });
        }
    }

    /// A return that is not done, or undone, counts no more.
    fn forget(&mut self, intent: Lsn, asked: Lsn) {
        self.unanswered.remove(&asked);
        self.pending.remove(&asked);
        self.voids.remove(&asked);
        if let Some(returns) = self.of_grant.get_mut(&intent) {
            returns.retain(|known| *known != asked);
            if returns.is_empty() {
                self.of_grant.remove(&intent);
            }
        }
    }
}
