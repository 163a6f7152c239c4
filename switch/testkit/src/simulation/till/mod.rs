//! What a till sends: sales of every outcome, quotes, repeats, reversals at every moment, voids and refunds, traffic that is
//! not ours, rubbish. It remembers what it was told, as a till does, and knows nothing of the switch.

mod quotes;
mod returns;
mod vouchers;

use super::dice::Dice;
use super::messages::{Fields, frame, framed};
use super::programme::{GOODS, MERCHANTS};
use crate::auditor::wire::Message;

/// Cards of the whole town: few, so that allowances bind.
const CARDS: [&str; 8] = [
    "6217000000000000001",
    "6217000000000000019",
    "6217000000000000027",
    "6217000000000000035",
    "6217000000000000043",
    "6217000000000000050",
    "6217000000000000068",
    "6217000000000000076",
];
const SERIAL_NUMBERS: [&str; 6] = ["SN1", "SN2", "SN3", "SN4", "SN5", "SN6"];

/// A till.
#[derive(Debug)]
pub(crate) struct Till {
    terminal: String,
    merchant: &'static str,
    /// How often it still does something.
    pub(crate) steps: u64,
    stan: u32,
    /// Requests that it can send again or take back: type, fields, and the day on which it first sent them.
    sent: Vec<Sent>,
    /// Sales whose reversal was sent first.
    held_back: Vec<Fields>,
    /// What was not answered as it should have been: it takes it back.
    to_reverse: Vec<Sent>,
    /// Prices that it was promised.
    quotes: Vec<quotes::Promise>,
    /// Grants that it was told of.
    grants: Vec<returns::Grant>,
    /// Claims that its customers may show.
    pub(crate) vouchers: Vec<u64>,
}

#[derive(Clone, Debug)]
struct Sent {
    mti: &'static str,
    fields: Fields,
    day: i64,
}

impl Till {
    pub(crate) fn new(number: usize, steps: u64) -> Self {
        Self {
            terminal: format!("T{number:07}"),
            merchant: MERCHANTS.get(number % MERCHANTS.len()).copied().unwrap_or_default(),
            steps,
            stan: 0,
            sent: Vec::new(),
            held_back: Vec::new(),
            to_reverse: Vec::new(),
            quotes: Vec::new(),
            grants: Vec::new(),
            vouchers: Vec::new(),
        }
    }

    /// What it sends next. `day` counts the days of the switch's clock: a till repeats nothing older than the switch
    /// remembers.
    pub(crate) fn next(&mut self, day: i64, dice: &mut Dice) -> Vec<u8> {
        if let Some(sent) = self.to_reverse.pop() {
            return self.reversal(&sent, dice, day);
        }
        match dice.place(60) {
            0..=15 => self.sale(dice, day),
            16..=21 => self.repeat(dice, day),
            22..=23 => self.same_key(dice, day),
            24..=29 => match self.recent(dice, day).filter(|sent| !["0400", "0800"].contains(&sent.mti)) {
                Some(sent) => self.reversal(&sent, dice, day),
                None => self.sale(dice, day),
            },
            30..=31 => {
                let sale = self.any_sale(dice);
                self.held_back.push(sale.clone());
                self.reversal(&Sent { mti: "0200", fields: sale, day }, dice, day)
            }
            32..=33 => match self.held_back.pop() {
                Some(sale) => self.send("0200", sale, day),
                None => self.sale(dice, day),
            },
            34..=35 => {
                let mut plain = self.any_sale(dice);
                plain.remove(&48);
                self.send("0200", plain, day)
            }
            36 => {
                let mut balance = self.any_sale(dice);
                balance.insert(3, "310000".to_owned());
                balance.remove(&48);
                self.send("0200", balance, day)
            }
            37 => {
                let mut advice = self.any_sale(dice);
                advice.remove(&48);
                self.send("0220", advice, day)
            }
            38 => {
                let mut sign_in = self.any_sale(dice);
                sign_in.retain(|field, _| [7, 11, 32, 41, 42].contains(field));
                sign_in.insert(70, "001".to_owned());
                self.send("0800", sign_in, day)
            }
            40..=44 => self.quote(dice, day),
            45..=49 => self.sale_on_quote(dice, day),
            50..=58 => self.give_back(dice, day),
            _ => framed(dice.one_of(&b"0200FFFFFFFFFFFFFFFF"[..], &[b"rubbish", b"", b"0200"])),
        }
    }

    /// It hears an answer: remembers what it was promised or given, and takes back what it cannot be sure of.
    pub(crate) fn hear(&mut self, answer: &Message, dice: &mut Dice) {
        let Some(sent) = self.sent.iter().find(|sent| sent.is_answered_by(answer)).cloned() else { return };
        match (answer.mti.as_str(), answer.tag("82")) {
            ("0110", Some("G000")) => self.hear_promise(sent, answer),
            ("0210", Some("G000")) => self.hear_grant(sent, answer),
            ("0210", _) if answer.field(39) == "98" && dice.percent(70) => self.to_reverse.push(sent),
            _ => {}
        }
    }

    fn send(&mut self, mti: &'static str, fields: Fields, day: i64) -> Vec<u8> {
        let frame = frame(mti, &fields);
        self.sent.push(Sent { mti, fields, day });
        frame
    }

    fn sale(&mut self, dice: &mut Dice, day: i64) -> Vec<u8> {
        let sale = self.any_sale(dice);
        self.send("0200", sale, day)
    }

    fn any_sale(&mut self, dice: &mut Dice) -> Fields {
        self.stan += 1;
        let (gtin, price) =
            (dice.one_of(GOODS[0].0, &[GOODS[0].0, GOODS[1].0, GOODS[2].0, "6901234567922"]), price(dice));
        let mut tags = format!("01013{gtin}03{:03}{price}", price.to_string().len());
        if dice.percent(25) {
            let serial = dice.one_of(SERIAL_NUMBERS[0], &SERIAL_NUMBERS);
            tags.push_str(&format!("04{:03}{serial}", serial.len()));
        }
        let mut sum = price;
        // An order, where the campaign takes orders.
        let mut member = u8::from(gtin == GOODS[2].0);
        if dice.percent(20) {
            let more = dice.between(1, 90_000);
            tags.push_str(&format!("01013{}03{:03}{more}", GOODS[2].0, more.to_string().len()));
            sum += more;
            member = 2;
        }
        tags.push_str(&self.voucher(member, dice));
        match dice.place(25) {
            0 => tags.push_str("0200299"),
            1 => tags = "84008GRANT-00".to_owned(),
            _ => {}
        }
        let merchant = if dice.percent(3) { "M99999999999999" } else { self.merchant };
        let amount = if dice.percent(3) { sum + 1 } else { sum };
        Fields::from([
            (2, dice.one_of(CARDS[0], &CARDS).to_owned()),
            (3, "000000".to_owned()),
            (4, format!("{amount:012}")),
            (7, format!("1001{:06}", self.stan)),
            (11, format!("{:06}", self.stan)),
            (32, "48020000".to_owned()),
            (41, self.terminal.clone()),
            (42, merchant.to_owned()),
            (48, tags),
            (49, "156".to_owned()),
        ])
    }

    /// The same request again, sometimes as a repeat.
    fn repeat(&mut self, dice: &mut Dice, day: i64) -> Vec<u8> {
        let Some(sent) = self.recent(dice, day) else { return self.sale(dice, day) };
        let mti = match sent.mti {
            "0200" => dice.one_of("0200", &["0201"]),
            "0220" => dice.one_of("0220", &["0221"]),
            "0400" => dice.one_of("0400", &["0401"]),
            other => other,
        };
        frame(mti, &sent.fields)
    }

    /// Another request under the key of an earlier one.
    fn same_key(&mut self, dice: &mut Dice, day: i64) -> Vec<u8> {
        let Some(mut sent) = self.recent(dice, day) else { return self.sale(dice, day) };
        sent.fields.insert(2, dice.one_of(CARDS[0], &CARDS).to_owned());
        frame(sent.mti, &sent.fields)
    }

    fn reversal(&mut self, sent: &Sent, dice: &mut Dice, day: i64) -> Vec<u8> {
        let mut reversal = self.about(&sent.fields, &[2, 3, 4, 32, 41, 42, 49]);
        if dice.percent(10) {
            reversal.insert(4, format!("{:012}", dice.between(1, 200_000)));
        }
        reversal.insert(90, sent.name());
        self.send("0400", reversal, day)
    }

    /// A new request that says again these fields of an earlier one.
    fn about(&mut self, earlier: &Fields, again: &[u8]) -> Fields {
        self.stan += 1;
        let said = earlier.iter().filter(|(field, _)| again.contains(field));
        let mut request: Fields = said.map(|(field, value)| (*field, value.clone())).collect();
        request.insert(7, format!("1001{:06}", self.stan));
        request.insert(11, format!("{:06}", self.stan));
        request
    }

    /// One of the latest requests, most often the very last.
    fn recent(&self, dice: &mut Dice, day: i64) -> Option<Sent> {
        let back = if dice.percent(40) { 1 } else { 1 + dice.place(self.sent.len().min(12)) };
        let sent = self.sent.get(self.sent.len().checked_sub(back)?)?;
        ((day - sent.day).abs() <= 1).then(|| sent.clone())
    }
}

impl Sent {
    /// How field 90 of a later request names it.
    fn name(&self) -> String {
        let of = |field: u8| self.fields.get(&field).map_or("", String::as_str);
        format!("{}{}{}{:0>11}{:0>11}", self.mti, of(11), of(7), of(32), 0)
    }

    fn is_answered_by(&self, answer: &Message) -> bool {
        let same = |field: u8| self.fields.get(&field).is_some_and(|value| value == answer.field(field));
        self.mti.get(1..2) == answer.mti.get(1..2) && same(11) && same(41)
    }
}

fn price(dice: &mut Dice) -> u64 {
    dice.one_of(100_000, &[200_000, 99_999, 400_001, 3])
}
