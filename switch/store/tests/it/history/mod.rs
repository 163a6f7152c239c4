//! Histories as the exchange would write them: sales under tight limits, with every end a sale can have. The journal is a
//! vector; what stands on each cap is counted beside it by definition.

mod returns;

use arrayvec::ArrayVec;
use lijian_domain::cap::{CapBalance, CapKey, CapLimit, CapTake};
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::{
    AcquirerId, AuthorisationCode, CampaignId, CardFingerprint, CategoryId, ContentDigest, DistrictCode, DuplicateKey,
    GrantId, LinkName, Lsn, MerchantId, PersonKey, QualificationCode, Rrn, RulesVersion, SerialNumber, Stan,
    TerminalId, TransmissionTime,
};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{
    Answer, DoubtCause, Entry, InDoubt, Intent, Opened, Origin, Outcome, QueueOrdered, Quoted, Recall, Record, Refused,
    ReleaseCause, Released, ReversalAsked, ReversalOutcome,
};
use lijian_domain::sale::Award;
use lijian_domain::text::Text;
use lijian_domain::time::{BusinessDate, UnixMicros};
use lijian_store::index::History;
use lijian_store::quota::Quota;
use proptest::prelude::{Strategy, any};
use returns::{Parts, Return};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

/// What to do next, and to which of the sales that it could be done to.
pub(crate) type Action = (u8, u16);

/// Days of random actions.
pub(crate) fn actions() -> impl Strategy<Value = Vec<Action>> {
    proptest::collection::vec((0..20u8, any::<u16>()), 0..200)
}

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

    fn entries(&mut self, from: Lsn) -> impl Iterator<Item = Result<Entry, Infallible>> {
        self.0.iter().skip(usize::try_from(from.0 - 1).unwrap()).cloned().map(Ok)
    }

    fn record(&mut self, lsn: Lsn) -> Result<Option<Entry>, Infallible> {
        Ok(self.get(lsn))
    }
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
            12.. => self.act_on_returns(what, pick),
            _ if pick.is_multiple_of(2) => {
                self.incarnation += 1;
                self.journal.append(opened(self.incarnation));
            }
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
        let idle: Vec<Lsn> = self.granted.iter().filter(idle).copied().collect();
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
        if confirmed {
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

/// The caps of sale number `pick`, with limits that soon bind.
fn sale(pick: usize) -> Vec<CapTake> {
    let campaign = CampaignId::new("c").unwrap();
    let small = |modulus: usize| u8::try_from(pick % modulus).unwrap();
    let amount = MinorUnits::new(100 + u64::from(small(50)));
    let category = CategoryId::new(["phone", "tablet"][pick % 2]).unwrap();
    let person = PersonKey([small(20); 16]);
    let take = |key, limit| CapTake { key, amount, count: 1, limit };
    vec![
        take(CapKey::SerialNumber(SerialNumber::new(&(pick % 300).to_string()).unwrap()), CapLimit::of_count(1)),
        take(CapKey::PersonCategory(campaign, person, category), CapLimit::of_count(2)),
        take(
            CapKey::PersonWeek(campaign, person, BusinessDate(19_814 + 7 * i32::from(small(3)))),
            CapLimit::of_count(2),
        ),
        take(CapKey::PersonYear(campaign, person, 2024 + u16::from(small(2))), CapLimit::of_count(3)),
        take(CapKey::PersonCampaign(campaign, person), CapLimit::of_count(4)),
        take(CapKey::Merchant(campaign, MerchantId::new(["M1", "M2"][pick % 2]).unwrap()), CapLimit::default()),
        take(CapKey::Day(campaign, BusinessDate(20_000)), CapLimit::of_count(30)),
        take(CapKey::Campaign(campaign), CapLimit::of_amount(MinorUnits::new(2_500))),
    ]
}

/// One of ten, so that they repeat.
pub(crate) fn rrn(pick: usize) -> Rrn {
    Rrn::new(&format!("{:012}", pick % 10)).unwrap()
}

pub(crate) fn origin(rrn: Rrn) -> Origin {
    Origin {
        link: LinkName::new("till").unwrap(),
        key: DuplicateKey([1; 16]),
        content: ContentDigest([2; 8]),
        terminal: TerminalId::new("T1").unwrap(),
        merchant: MerchantId::new("M1").unwrap(),
        stan: Stan(7),
        rrn,
        transmission: TransmissionTime::default(),
        acquirer: AcquirerId::default(),
        card: CardFingerprint([3; 16]),
    }
}

/// An intent as it is read back: its takes know no limits.
pub(crate) fn intent(lsn: Lsn, rrn: Rrn, takes: &[CapTake]) -> Intent {
    let recorded = takes.iter().map(|take| CapTake { limit: CapLimit::default(), ..*take });
    let award = Award {
        campaign: CampaignId::new("c").unwrap(),
        rules: RulesVersion([4; 8]),
        gross: MinorUnits::new(1_000),
        discount: MinorUnits::new(100),
        net: MinorUnits::new(900),
        district: DistrictCode::default(),
        items: ArrayVec::new(),
        sponsors: ArrayVec::new(),
        caps: recorded.collect(),
    };
    Intent {
        origin: origin(rrn),
        grant: GrantId::new(1, lsn),
        person: PersonKey([5; 16]),
        qualification: QualificationCode::default(),
        trade_in: MinorUnits::ZERO,
        bank_promotion: MinorUnits::ZERO,
        award,
        quote: None,
        recall: Recall::default(),
    }
}

pub(crate) fn answer(rrn: Rrn) -> Answer {
    Answer {
        code: DecisionCode::Granted,
        response_code: Text::new("00").unwrap(),
        rrn,
        authorisation: AuthorisationCode::default(),
        issuer_fields: ArrayVec::new(),
    }
}

pub(crate) fn outcome(intent: Lsn) -> Outcome {
    Outcome { intent, answer: answer(Rrn::new(&format!("A{}", intent.0 % 5)).unwrap()) }
}

pub(crate) fn opened(incarnation: u32) -> Record {
    Record::Opened(Opened { incarnation, node: 1, rules: RulesVersion([4; 8]), software: Text::new("0.1.0").unwrap() })
}

fn refused(pick: usize) -> Refused {
    Refused {
        origin: origin(rrn(pick)),
        campaign: CampaignId::default(),
        rules: RulesVersion([4; 8]),
        amount: MinorUnits::new(1),
        items: ArrayVec::new(),
        answer: answer(Rrn::default()),
        bound: Text::EMPTY,
        bound_cap: None,
    }
}
