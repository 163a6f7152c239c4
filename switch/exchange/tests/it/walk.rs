//! Random walks: tills, issuer, disk and clock in any order, and after each step the journal must tell of the same money
//! as the caps in memory.

use crate::messages::*;
use crate::world::*;
use lijian_domain::cap::{CapBalance, CapKey};
use lijian_domain::ids::{CampaignId, Lsn};
use lijian_domain::record::Record;
use lijian_exchange::settings::{Presentation, RefusalPolicy};
use lijian_exchange::{ConnectionId, Effects, Event, Exchange, LinkId};
use lijian_store::quota::Quota;
use lijian_store::recovery::{self, Recovered};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

const WALKS: u64 = 40;
const STEPS: u32 = 150;
const OTHER: ConnectionId = ConnectionId(9);
const CARDS: [&str; 5] =
    [CARD, "6217000000000000019", "6217000000000000027", "6217000000000000035", "6217000000000000043"];
const BUDGET_FEN: u64 = 150_000;

/// xorshift64*: good enough to choose steps with.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let thrown = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32;
        usize::try_from(thrown).unwrap() % sides
    }

    fn one_of<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())]
    }
}

struct Walk {
    world: World,
    dice: Dice,
    /// What the issuer was asked and may still answer, even twice.
    asked: Vec<(String, Fields)>,
    /// The amount that the issuer was asked for, by trace number and transmission time.
    charged: BTreeMap<String, String>,
    durable: usize,
    poisoned: bool,
    log: Vec<String>,
}

impl Walk {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let refusal = dice.one_of(&[RefusalPolicy::Decline, RefusalPolicy::FullPrice]);
        let presentation = dice.one_of(&[Presentation::Net, Presentation::Net, Presentation::Gross]);
        let mut world =
            Setup { refusal, presentation, budget_fen: BUDGET_FEN, in_flight_max: 6, ..Setup::default() }.build();
        world.happen(Event::Connected { connection: OTHER, link: LinkId::Acquirer(0) });
        Self { world, dice, asked: Vec::new(), charged: BTreeMap::new(), durable: 0, poisoned: false, log: Vec::new() }
    }

    fn sale(&mut self, stan: u32) -> Fields {
        let mut dice = Dice(u64::from(stan) * 77_777 + 1);
        let tags = [
            format!("01013{FRIDGE}03006200000"),
            format!("01013{FRIDGE}0300620000004003SN1"),
            "010136901234567908030062000000".to_owned(),
        ];
        let tags = &tags[dice.roll(3)];
        let mut sale = sale_of(stan, dice.one_of(&CARDS), tags, 200_000);
        if dice.roll(5) == 0 {
            sale.remove(&48);
        }
        if self.dice.roll(20) == 0 {
            sale.insert(7, "1001040001".to_owned());
        }
        sale
    }

    fn step(&mut self) {
        let stan = u32::try_from(self.dice.roll(12)).unwrap() + 1;
        let connection = self.dice.one_of(&[TILL, TILL, OTHER]);
        let what = self.dice.roll(40);
        self.log.push(format!("{what} {stan} {connection:?}"));
        match what {
            0..=9 => {
                let sale = self.sale(stan);
                let mti = self.dice.one_of(&["0200", "0200", "0201"]);
                self.world.till_over(connection, mti, &sale);
            }
            10..=14 => {
                let sale = self.sale(stan);
                let own = self.dice.one_of(&[20, 21, 22, 23, 24, 25]);
                let amount = self.dice.one_of(&[200_000, 160_000, 200_000, 7]);
                let mti = self.dice.one_of(&["0400", "0401"]);
                self.world.till_over(connection, mti, &reversal_of(&sale, own, amount));
            }
            15..=22 if !self.asked.is_empty() => {
                let place = self.dice.roll(self.asked.len());
                let (mti, asked) = self.asked[place].clone();
                if self.dice.roll(4) > 0 {
                    self.asked.remove(place);
                }
                let code = self.dice.one_of(&["00", "00", "00", "00", "00", "51", "25", "98", "11"]);
                let answer = answer_to(&asked, code);
                self.world.issuer(&format!("0{}10", &mti[1..2]), &answer);
            }
            23..=29 => self.sync(),
            30..=33 => self.world.serve_reads(),
            34 => self.world.pass_us(16_000_000),
            35 => self.world.pass_us(3_000_000),
            36 => {
                self.world.happen(Event::Disconnected { connection: ISSUER });
                self.asked.clear();
                self.world.happen(Event::Connected { connection: ISSUER, link: LinkId::Issuer(0) });
            }
            37 => {
                self.world.happen(Event::Disconnected { connection });
                self.world.happen(Event::Connected { connection, link: LinkId::Acquirer(0) });
            }
            38 if self.dice.roll(4) == 0 => self.restart(),
            39 if self.dice.roll(8) == 0 => {
                self.world.happen(Event::Poisoned);
                self.poisoned = true;
            }
            39 if self.dice.roll(8) == 0 => {
                self.world.pass_us(26 * 3_600_000_000);
                self.charged.clear();
            }
            _ => {}
        }
        self.look();
    }

    fn sync(&mut self) {
        if !self.poisoned {
            self.durable = self.world.journal.len();
            self.world.sync();
        }
    }

    /// What is not durable is gone, or not.
    fn restart(&mut self) {
        let kept = self.durable + self.dice.roll(self.world.journal.len() - self.durable + 1);
        self.world.journal.truncate(kept);
        let (recovered, quota) = replayed(&self.world);
        let quota = Arc::new(quota);
        let mut exchange = Exchange::new(self.world.settings.clone(), Arc::new(rules(BUDGET_FEN)), Arc::clone(&quota));
        self.world.journal.iter().for_each(|entry| exchange.replay(entry));
        exchange.recover(recovered.open);
        self.world.exchange = exchange;
        self.world.quota = quota;
        self.world.effects = Effects::new(Lsn(kept as u64 + 1));
        self.world.reads.clear();
        self.world.sent.clear();
        self.asked.clear();
        // What was relayed while nothing could be recorded is not known any more.
        if std::mem::take(&mut self.poisoned) {
            self.charged.clear();
        }
        self.world.happen(Event::Started);
        for (connection, link) in
            [(ISSUER, LinkId::Issuer(0)), (TILL, LinkId::Acquirer(0)), (OTHER, LinkId::Acquirer(0))]
        {
            self.world.happen(Event::Connected { connection, link });
        }
    }

    fn look(&mut self) {
        for (mti, asked) in self.world.take_all(ISSUER) {
            if mti.starts_with("02") {
                let before = self.charged.insert(format!("{} {}", asked[&11], asked[&7]), asked[&4].clone());
                assert!(before.is_none_or(|before| before == asked[&4]), "asked for two amounts of one sale");
            }
            self.asked.push((mti, asked));
        }
        for connection in [TILL, OTHER] {
            for (mti, answer) in self.world.take_all(connection) {
                assert!(answer.contains_key(&39), "{mti} {answer:?}");
                let Some(grant) = tag(&answer, 48, "81").and(tag(&answer, 48, "84")) else { continue };
                let lsn = Lsn(u64::from_str_radix(&grant, 16).unwrap() & 0xffff_ffff_ffff);
                let durable = &self.world.journal[..self.durable];
                let granted = durable
                    .iter()
                    .any(|entry| matches!(&entry.record, Record::Granted(outcome) if outcome.intent == lsn));
                assert!(granted, "told of a grant that is not on disk");
            }
        }
        if !self.poisoned {
            let (_, quota) = replayed(&self.world);
            assert_eq!(balance(&quota), balance(&self.world.quota));
            assert!(balance(&quota).held.get() + balance(&quota).used.get() <= BUDGET_FEN);
        }
    }

    /// All that is open comes to its end by itself.
    fn end(&mut self) {
        for _ in 0..4 {
            self.world.serve_reads();
            self.sync();
            self.world.pass_us(16_000_000);
            self.sync();
            self.world.serve_reads();
            self.look();
        }
        let status = self.world.exchange.status();
        assert_eq!(status.in_flight, 0, "somebody waits for ever");
        if !self.poisoned {
            let (recovered, _) = replayed(&self.world);
            assert_eq!(recovered.open.len(), status.in_doubt);
            assert!(recovered.open.values().all(|open| open.doubt.is_some()));
        }
    }
}

fn replayed(world: &World) -> (Recovered, Quota) {
    let quota = Quota::new();
    let entries = world.journal.iter().cloned().map(Ok::<_, Infallible>);
    let look_up = |lsn: Lsn| Ok(world.journal.iter().find(|entry| entry.lsn == lsn).cloned());
    let recovered = recovery::replay(entries, &quota, look_up).unwrap();
    (recovered, quota)
}

fn balance(quota: &Quota) -> CapBalance {
    quota.balance(&CapKey::Campaign(CampaignId::new("trial").unwrap()))
}

#[test]
fn the_journal_and_the_caps_tell_of_the_same_money() {
    for seed in 1..=WALKS {
        let mut walk = Walk::new(seed);
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for _ in 0..STEPS {
                walk.step();
            }
            walk.end();
        }));
        if result.is_err() {
            panic!("seed {seed}: {:?} {:?}", walk.world.kinds(), &walk.log[walk.log.len().saturating_sub(30)..]);
        }
    }
}
