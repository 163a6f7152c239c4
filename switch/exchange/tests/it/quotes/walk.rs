//! Random walks with quotes: after each step the journal, summed up here by an arithmetic of its own, must tell of the same
//! money as the caps, no quote has two ends, and the issuer is asked for no amount that no card agreed to.

use super::*;
use lijian_domain::record::{Record, ReleaseCause, Released};
use lijian_exchange::settings::{Presentation, QuoteRules, RefusalPolicy};
use lijian_exchange::{Event, LinkId};
use std::collections::{BTreeMap, BTreeSet};

const WALKS: u64 = 60;
const STEPS: u32 = 120;
const BUDGET_FEN: u64 = 150_000;
const CARDS: [&str; 4] = [CARD, OTHER_CARD, "6217000000000000027", "6217000000000000035"];

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

/// Where the money of a record stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stands {
    Held,
    Used,
    Free,
}

struct Walk {
    world: World,
    dice: Dice,
    ids: Vec<(String, usize)>,
    asked: Vec<(String, Fields)>,
    durable: usize,
    poisoned: bool,
}

impl Walk {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let refusal = dice.one_of(&[RefusalPolicy::Decline, RefusalPolicy::FullPrice]);
        let presentation = dice.one_of(&[Presentation::Net, Presentation::Gross]);
        let quotes = QuoteRules { of_terminal_max: 3, ..Setup::default().quotes };
        let setup = Setup { refusal, presentation, quotes, budget_fen: BUDGET_FEN, ..Setup::default() };
        Self { world: setup.build(), dice, ids: Vec::new(), asked: Vec::new(), durable: 0, poisoned: false }
    }

    fn step(&mut self) {
        let number = self.dice.roll(10);
        let stan = u32::try_from(number).unwrap() + 1;
        let card = CARDS[number % CARDS.len()];
        match self.dice.roll(40) {
            0..=7 => self.world.till("0100", &quote_of(stan, card)),
            8..=15 if !self.ids.is_empty() => {
                let (id, card) = self.ids[self.dice.roll(self.ids.len())].clone();
                let amount = self.dice.one_of(&[160_000, 160_000, 160_000, 160_000, 200_000]);
                let sale = sale_of(40 + stan, CARDS[card], &format!("84016{id}"), amount);
                self.world.till("0200", &sale);
            }
            16 => self.world.till("0200", &sale_of(20 + stan, card, &sale(1)[&48], 200_000)),
            17..=18 => self.world.till("0400", &reversal_of_quote(&quote_of(stan, card), 60 + stan)),
            19 if !self.ids.is_empty() => {
                let (id, card) = self.ids[self.dice.roll(self.ids.len())].clone();
                let sale = sale_of(40 + stan, CARDS[card], &format!("84016{id}"), 160_000);
                self.world.till("0400", &reversal_of(&sale, 80 + stan, 160_000));
            }
            20..=24 if !self.asked.is_empty() => {
                let (mti, asked) = self.asked.remove(self.dice.roll(self.asked.len()));
                let code = self.dice.one_of(&["00", "00", "51", "98"]);
                self.world.issuer(&format!("0{}10", &mti[1..2]), &answer_to(&asked, code));
            }
            25..=29 => self.sync(),
            30..=31 => self.world.serve_reads(),
            32..=33 => self.world.pass_us(60_000_000),
            34 => self.world.now_us += LIFETIME_US,
            35 => self.world.pass_us(16_000_000),
            36 => {
                self.world.happen(Event::Disconnected { connection: ISSUER });
                self.world.happen(Event::Connected { connection: ISSUER, link: LinkId::Issuer(0) });
            }
            37..=38 if self.dice.roll(3) == 0 => {
                let kept = self.durable + self.dice.roll(self.world.journal.len() - self.durable + 1);
                self.world.restart(kept);
                (self.poisoned, self.durable) = (false, kept);
                self.asked.clear();
            }
            39 if self.dice.roll(20) == 0 => {
                self.world.happen(Event::Poisoned);
                self.poisoned = true;
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

    fn look(&mut self) {
        for (mti, answer) in self.world.take_all(TILL) {
            let Some(id) = tag(&answer, 48, "84").filter(|_| mti == "0110") else { continue };
            let lsn = usize::from_str_radix(&id[4..], 16).unwrap();
            assert!(lsn <= self.durable, "told of a quote that is not on disk");
            assert_eq!(answer[&4], "000000160000");
            let card = CARDS.iter().position(|card| answer[&2] == **card).unwrap();
            self.ids.push((id, card));
        }
        let charged = if self.world.settings.issuers[0].presentation == Presentation::Net { 160_000 } else { 200_000 };
        for (mti, asked) in self.world.take_all(ISSUER) {
            assert!(!mti.starts_with("01"), "a quote is not the issuer's");
            let on_quote = mti == "0200" && !asked[&48].starts_with("01");
            assert!(!on_quote || asked[&4] == format!("{charged:012}"), "{asked:?}");
            self.asked.push((mti, asked));
        }
        let (held, used) = sum(&self.world);
        assert!(held + used <= BUDGET_FEN);
        if !self.poisoned {
            assert_eq!(of(self.world.campaign()), holds(held, used));
            assert_eq!(recover(&self.world.journal).0.quotes.len(), self.world.exchange.status().quotes_open);
        }
    }

    fn end(&mut self) {
        for _ in 0..4 {
            self.world.serve_reads();
            self.sync();
            self.world.pass_us(LIFETIME_US);
            self.look();
        }
        let status = self.world.exchange.status();
        assert_eq!(status.in_flight, 0, "somebody waits for ever");
        assert!(self.poisoned || status.quotes_open == 0, "money is held for ever");
    }
}

/// Held and used of the campaign: every record of these walks is about 400.00.
fn sum(world: &World) -> (u64, u64) {
    let mut stands: BTreeMap<u64, Stands> = BTreeMap::new();
    let mut quotes = BTreeSet::new();
    let mut moved = |lsn: u64, from: Option<Stands>, to: Stands| {
        assert_eq!(stands.insert(lsn, to), from, "record {lsn} goes to {to:?}");
    };
    for entry in &world.journal {
        match &entry.record {
            Record::Quoted(quoted) => {
                assert_eq!(quoted.sale.award.discount.get(), 40_000);
                quotes.insert(entry.lsn.0);
                moved(entry.lsn.0, None, Stands::Held);
            }
            Record::Intent(intent) => {
                assert_eq!(intent.award.discount.get(), 40_000);
                if let Some(quote) = intent.quote {
                    moved(quote.0, Some(Stands::Held), Stands::Free);
                }
                moved(entry.lsn.0, None, Stands::Held);
            }
            Record::Granted(outcome) => moved(outcome.intent.0, Some(Stands::Held), Stands::Used),
            Record::Declined(outcome) => moved(outcome.intent.0, Some(Stands::Held), Stands::Free),
            Record::Released(released) => {
                let of_quote = [ReleaseCause::QuoteExpired, ReleaseCause::QuoteWithdrawn].contains(&released.cause);
                assert_eq!(quotes.contains(&released.intent.0), of_quote);
                moved(released.intent.0, Some(Stands::Held), Stands::Free);
            }
            Record::Reversed(outcome) => moved(outcome.intent.0, Some(Stands::Used), Stands::Free),
            _ => {}
        }
    }
    let count = |wanted| stands.values().filter(|stands| **stands == wanted).count() as u64 * 40_000;
    (count(Stands::Held), count(Stands::Used))
}

#[test]
fn no_quote_ends_twice_and_its_money_is_always_somewhere() {
    let (mut used, mut expired, mut withdrawn) = (0, 0, 0);
    for seed in 1..=WALKS {
        let mut walk = Walk::new(seed);
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            (0..STEPS).for_each(|_| walk.step());
            walk.end();
        }));
        assert!(result.is_ok(), "seed {seed}: {:?}", walk.world.kinds());
        for entry in &walk.world.journal {
            match &entry.record {
                Record::Intent(intent) if intent.quote.is_some() => used += 1,
                Record::Released(Released { cause: ReleaseCause::QuoteExpired, .. }) => expired += 1,
                Record::Released(Released { cause: ReleaseCause::QuoteWithdrawn, .. }) => withdrawn += 1,
                _ => {}
            }
        }
    }
    assert!(used > WALKS && expired > WALKS && withdrawn > WALKS / 4, "{used} {expired} {withdrawn}: too tame");
}
