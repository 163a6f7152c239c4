//! Random walks: whatever comes in whatever order, no claim is redeemed beyond its pack, and no person redeems a second claim
//! of a pack beside the first. The journal is summed up here by an arithmetic of its own.

use super::*;
use crate::returns::{back, settle_reads};
use lijian_domain::cap::{CapKey, CapTake};
use lijian_domain::claims::ClaimSpan;
use lijian_domain::record::{Intent, Quoted, Record};
use lijian_domain::time::UnixMicros;
use lijian_exchange::LinkId;
use std::collections::{BTreeMap, BTreeSet};

const WALKS: u64 = 40;
const STEPS: u32 = 140;
const CARDS: [&str; 3] = [CARD, "6217000000000000019", "6217000000000000027"];

/// xorshift64*: good enough to choose steps with.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32).unwrap() % sides
    }

    fn one_of<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        (!from.is_empty()).then(|| from[self.roll(from.len())].clone())
    }
}

struct Walk {
    world: World,
    dice: Dice,
    terms: QualificationTerms,
    claims: Vec<u64>,
    quotes: Vec<String>,
    sent: Vec<Fields>,
    voids: Vec<Fields>,
    asked: Vec<(String, Fields)>,
    /// Tickets that are not answered yet.
    waiting: BTreeSet<u64>,
    number: u32,
    durable: usize,
    poisoned: bool,
}

impl Walk {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let validity =
            dice.one_of(&[ClaimValidity::Hours(2), ClaimValidity::SameDay, ClaimValidity::CalendarDays(2)]).unwrap();
        let (confirmed_by_staff, claims_max) = (dice.roll(3) == 0, dice.one_of(&[2, 4, 9]).unwrap());
        let terms = QualificationTerms { validity, confirmed_by_staff, claims_max, ..fridges() };
        let world = world_of(terms.clone());
        let (claims, quotes, sent, voids, asked) = Default::default();
        let (waiting, number, durable, poisoned) = (BTreeSet::new(), 0, 0, false);
        Self { world, dice, terms, claims, quotes, sent, voids, asked, waiting, number, durable, poisoned }
    }

    fn step(&mut self) {
        self.number += 1;
        let (number, card) = (self.number, CARDS[self.dice.roll(CARDS.len())]);
        let recent = self.claims.len().saturating_sub(4);
        let (known, pick) = (self.dice.one_of(&self.claims[recent..]).unwrap_or(1), self.dice.roll(48));
        match pick {
            0..=7 => {
                let claim = if pick == 0 { known } else { u64::from(number) };
                let person = self.dice.one_of(&[WANG, LI]).unwrap();
                let pack = self.dice.one_of(&["fridge", "second-fridge"]).unwrap();
                self.claims.push(claim);
                self.ask(&apply_for(claim, person, pack));
            }
            8 | 9 => self.ask(&hand_back(known, None)),
            10 => self.ask(&withdraw(known)),
            11 | 12 => self.ask(&confirm(known)),
            13..=20 => {
                let member = self.dice.one_of(&[0, 2]).unwrap();
                let sale = sale_by(number, card, known, member);
                self.sent.push(sale.clone());
                self.world.till("0200", &sale);
            }
            21..=24 => {
                let mut quote = sale_by(number, card, known, 2);
                quote.insert(3, "380000".to_owned());
                self.world.till("0100", &quote);
            }
            25..=27 => {
                let Some(id) = self.dice.one_of(&self.quotes) else { return };
                let sale = sale_of(number, card, &format!("84016{id}"), 160_000);
                self.sent.push(sale.clone());
                self.world.till("0200", &sale);
            }
            28..=30 => {
                let Some(sale) = self.dice.one_of(&self.sent) else { return };
                match pick {
                    28 => self.world.till("0201", &sale),
                    29 => self.world.till("0400", &reversal_of(&sale, number, 160_000)),
                    _ => self.world.till("0220", &back(&sale, number, 160_000)),
                }
            }
            31 | 32 => {
                let Some(sale) = self.dice.one_of(&self.sent) else { return };
                let void = back(&sale, number, 160_000);
                self.voids.push(void.clone());
                self.world.till("0200", &void);
            }
            33 => {
                let Some(void) = self.dice.one_of(&self.voids) else { return };
                self.world.till("0400", &reversal_of(&void, number, 160_000));
            }
            34..=38 if !self.asked.is_empty() => {
                let (mti, asked) = self.asked.remove(self.dice.roll(self.asked.len()));
                let code = self.dice.one_of(&["00", "00", "00", "51", "98"]).unwrap();
                self.world.issuer(&answer_type(&mti), &answer_to(&asked, code));
            }
            39..=42 => self.sync(),
            43 => self.world.serve_reads(),
            44 => {
                let us = self.dice.one_of(&[16_000_000, 600_000_000, HOUR_US, 13 * HOUR_US]).unwrap();
                self.world.pass_us(us);
            }
            45 => {
                self.world.happen(Event::Disconnected { connection: ISSUER });
                self.world.happen(Event::Connected { connection: ISSUER, link: LinkId::Issuer(0) });
            }
            46 if self.dice.roll(3) == 0 => {
                let kept = self.durable + self.dice.roll(self.world.journal.len() - self.durable + 1);
                self.world.restart(kept);
                self.world.answers();
                (self.poisoned, self.durable) = (false, kept);
                self.asked.clear();
                self.waiting.clear();
            }
            47 if self.dice.roll(12) == 0 => {
                self.world.happen(Event::Poisoned);
                self.poisoned = true;
            }
            _ => {}
        }
        if (13..=33).contains(&pick) && self.dice.roll(3) > 0 {
            self.settle();
        }
    }

    /// The issuer agrees to everything that waits for it.
    fn settle(&mut self) {
        for _ in 0..3 {
            settle_reads(&mut self.world);
            self.sync();
            self.look();
            for (mti, asked) in std::mem::take(&mut self.asked) {
                self.world.issuer(&answer_type(&mti), &answer_to(&asked, "00"));
            }
        }
    }

    fn ask(&mut self, command: &ClaimCommand) {
        self.waiting.insert(u64::from(self.number));
        self.world.ask(u64::from(self.number), command);
    }

    fn sync(&mut self) {
        if !self.poisoned {
            self.durable = self.world.journal.len();
            self.world.sync();
        }
    }

    /// What came out: only what is on disk is told.
    fn look(&mut self) {
        for (ticket, answer) in self.world.answers() {
            assert!(self.waiting.remove(&ticket), "answered twice");
            if let ClaimAnswer::Stands(view) = answer {
                let on_disk = &self.world.journal[..self.durable];
                let is_it = |record: &Record| matches!(record, Record::Claimed(made) if made.claim == view.claim.id);
                assert!(on_disk.iter().any(|entry| is_it(&entry.record)), "told of what is not on disk");
            }
        }
        for (mti, answer) in self.world.take_all(TILL) {
            self.quotes.extend(tag(&answer, 48, "84").filter(|_| mti == "0110"));
        }
        self.asked.extend(self.world.take_all(ISSUER));
        if !self.poisoned && self.number.is_multiple_of(8) {
            let books = Books::of(&self.world, &self.terms);
            for (claim, row) in &books.rows {
                let stands = self.world.quota.balance(&CapKey::Qualification(trial(), claim.cap_code()));
                assert_eq!(stands.held_count + stands.used_count, row.redeemed);
            }
        }
    }

    /// Everything comes to rest, and the exchange knows each claim as the journal does.
    fn end(&mut self) {
        self.sync();
        self.look();
        assert!(self.waiting.is_empty(), "somebody waits for ever");
        let books = Books::of(&self.world, &self.terms);
        if self.poisoned {
            return;
        }
        for (claim, row) in books.rows {
            let view = self.world.told(&look(claim.get())).unwrap();
            assert_eq!((view.claim.stage, view.claim.span, view.claim.person), (row.stage, row.span, row.person));
            assert_eq!(view.held + view.used, row.redeemed);
        }
    }
}

/// A claim as the journal tells it.
struct Row {
    person: PersonKey,
    pack: PackId,
    stage: ClaimStage,
    span: ClaimSpan,
    /// Held or used, and not given back.
    redeemed: u32,
}

#[derive(Default)]
struct Books {
    rows: BTreeMap<ClaimId, Row>,
    /// The claim that an intent or quote redeems.
    redeems: BTreeMap<Lsn, ClaimId>,
}

impl Books {
    /// Sums up the journal, and asserts of each record that it was right at its moment.
    fn of(world: &World, terms: &QualificationTerms) -> Self {
        let mut books = Self::default();
        for entry in &world.journal {
            match &entry.record {
                Record::Claimed(made) => {
                    let same = |row: &&Row| (row.person, row.pack) == (made.person, made.pack);
                    let before: Vec<&Row> = books.rows.values().filter(same).collect();
                    assert!(before.len() < usize::try_from(terms.claims_max).unwrap(), "one claim too many");
                    assert!(before.iter().all(|row| row.is_over(entry.at)), "a claim beside one that is not over");
                    let (person, pack, stage, span) = (made.person, made.pack, made.stage, made.span);
                    let row = Row { person, pack, stage, span, redeemed: 0 };
                    assert!(books.rows.insert(made.claim, row).is_none());
                }
                Record::ClaimChanged(changed) => {
                    let row = books.rows.get_mut(&changed.claim).unwrap();
                    assert!(changed.stage != ClaimStage::HandedBack || row.redeemed == 0, "handed back while redeemed");
                    (row.stage, row.span) = (changed.stage, changed.span);
                }
                Record::Quoted(Quoted { sale, .. }) => books.redeem(entry.lsn, sale, entry.at),
                Record::Intent(sale) => match sale.quote {
                    None => books.redeem(entry.lsn, sale, entry.at),
                    Some(quote) => {
                        let claim = books.redeems.remove(&quote).unwrap();
                        assert_eq!(sale.person, books.rows[&claim].person);
                        books.redeems.insert(entry.lsn, claim);
                    }
                },
                Record::Declined(outcome) => books.free(outcome.intent),
                Record::Released(released) => books.free(released.intent),
                Record::Reversed(outcome) => books.free(outcome.intent),
                Record::GaveBack(gave) => {
                    let count: u32 = qualifications(&gave.takes).map(|take| take.count).sum();
                    let claim = books.redeems[&gave.intent];
                    books.rows.get_mut(&claim).unwrap().redeemed -= count;
                }
                _ => {}
            }
            books.nobody_redeems_twice();
        }
        books
    }

    fn redeem(&mut self, lsn: Lsn, sale: &Intent, at: UnixMicros) {
        let takes: Vec<_> = qualifications(&sale.award.caps).collect();
        assert_eq!(takes.len(), 1, "a sale without a claim");
        let all = sale.award.caps.iter().filter(|take| matches!(take.key, CapKey::Qualification(..))).count();
        assert_eq!(all, 2, "the claim's cap, and that of the member that was shown");
        let of_take = |claim: &&ClaimId| takes[0].key == CapKey::Qualification(trial(), claim.cap_code());
        let claim = *self.rows.keys().find(of_take).unwrap();
        let row = self.rows.get_mut(&claim).unwrap();
        assert!(row.stage == ClaimStage::Issued && row.span.from <= at && at < row.span.until, "a claim that is over");
        assert_eq!(sale.person, row.person);
        row.redeemed += takes[0].count;
        self.redeems.insert(lsn, claim);
    }

    fn free(&mut self, lsn: Lsn) {
        let claim = self.redeems.remove(&lsn).unwrap();
        self.rows.get_mut(&claim).unwrap().redeemed -= 1;
    }

    fn nobody_redeems_twice(&self) {
        let mut sums: BTreeMap<_, u32> = BTreeMap::new();
        self.rows.values().for_each(|row| *sums.entry((row.person, row.pack)).or_default() += row.redeemed);
        assert!(sums.values().all(|sum| *sum <= 1), "redeemed twice");
    }
}

impl Row {
    /// Whether another claim may stand beside it.
    fn is_over(&self, at: UnixMicros) -> bool {
        let over = match self.stage {
            ClaimStage::Entered | ClaimStage::Unconfirmed => false,
            ClaimStage::Issued => at >= self.span.until,
            _ => true,
        };
        over && self.redeemed == 0
    }
}

fn answer_type(mti: &str) -> String {
    let class = mti[2..3].parse::<u8>().unwrap() + 1;
    format!("0{}{class}0", &mti[1..2])
}

fn qualifications(takes: &[CapTake]) -> impl Iterator<Item = &CapTake> {
    takes.iter().filter(|take| matches!(&take.key, CapKey::Qualification(_, code) if !code.as_str().contains('-')))
}

#[test]
fn nobody_redeems_a_pack_twice_whatever_comes() {
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    for seed in 1..=WALKS {
        let mut walk = Walk::new(seed);
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for _ in 0..STEPS {
                walk.step();
                walk.look();
            }
            walk.end();
        }));
        assert!(result.is_ok(), "seed {seed}: {:?}", walk.world.kinds());
        walk.world.kinds().into_iter().for_each(|kind| *seen.entry(kind).or_default() += 1);
        let made = walk.world.journal.iter().filter_map(|entry| match &entry.record {
            Record::Claimed(made) => Some((made.person, made.pack)),
            _ => None,
        });
        let (all, once) = made.fold((0, BTreeSet::new()), |(count, mut once), key| {
            once.insert(key);
            (count + 1, once)
        });
        *seen.entry("claimed again").or_default() += all - once.len() as u64;
    }
    let wanted = [
        "claimed",
        "claimed again",
        "claim-changed",
        "quoted",
        "intent",
        "granted",
        "reversed",
        "released",
        "gave-back",
    ];
    let rare: Vec<_> = wanted.iter().filter(|kind| seen.get(*kind).copied().unwrap_or_default() < 8).collect();
    assert!(rare.is_empty(), "{rare:?} of {seen:?}: too tame");
}
