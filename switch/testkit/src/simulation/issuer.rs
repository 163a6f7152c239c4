//! The issuer: one book, several hosts. It decides a request once, and says what it decided again when it is asked again.

use super::dice::Dice;
use super::messages::{answer, answer_type, frame};
use crate::auditor::wire::{Key, Message};
use std::collections::BTreeMap;

/// What is to be said, and when.
#[derive(Clone, Debug)]
pub(crate) struct Saying {
    pub(crate) after_us: u64,
    pub(crate) frame: Vec<u8>,
}

/// See the module's text.
#[derive(Debug, Default)]
pub(crate) struct Issuer {
    decided: BTreeMap<Key, Decision>,
    trace: u64,
}

#[derive(Clone, Debug)]
struct Decision {
    code: &'static str,
    /// What field 4 of the answer says; none: nothing.
    amount: Option<u64>,
    reversed: bool,
}

impl Issuer {
    /// What the issuer says to a message: nothing, once, or twice.
    pub(crate) fn hear(&mut self, asked: &Message, dice: &mut Dice) -> Vec<Saying> {
        self.trace += 1;
        let mut said = match asked.mti.get(1..2) {
            Some("8") => answer(asked, "00", self.trace),
            Some("4") => self.reversed(asked, dice),
            _ if asked.field(3).starts_with("20") => self.given_back(asked, dice),
            _ => self.sale(asked, dice),
        };
        if said.get(&39).is_some_and(String::is_empty) {
            return Vec::new();
        }
        if asked.mti.starts_with("08") && dice.percent(3) {
            return Vec::new();
        }
        if dice.percent(5) {
            said.insert(44, "SECOND THOUGHTS".to_owned());
        }
        let frame = frame(&answer_type(&asked.mti), &said);
        let after_us = match dice.place(20) {
            0 => dice.between(14_000_000, 40_000_000),
            1..=3 => dice.between(300_000, 3_000_000),
            _ => dice.between(500, 50_000),
        };
        let once = Saying { after_us, frame };
        let again = Saying { after_us: after_us + dice.between(100, 20_000_000), ..once.clone() };
        match dice.place(20) {
            0 => Vec::new(),
            1 => vec![once, again],
            _ => vec![once],
        }
    }

    fn sale(&mut self, asked: &Message, dice: &mut Dice) -> BTreeMap<u8, String> {
        let amount = asked.number(4).unwrap_or(0);
        let decision = self.decided.entry(asked.key()).or_insert_with(|| {
            let (code, amount) = match dice.place(20) {
                0 => ("51", Some(amount)),
                1 => ("05", None),
                2 => ("10", Some(amount / 2)),
                3 => ("00", Some(amount + 1)),
                4 => ("98", None),
                5 => ("00", None),
                _ => ("00", Some(amount)),
            };
            Decision { code, amount, reversed: false }
        });
        let mut said = answer(asked, decision.code, self.trace);
        match decision.amount {
            Some(amount) => said.insert(4, format!("{amount:012}")),
            None => said.remove(&4),
        };
        said
    }

    /// A void or refund. What it could not do just now it may do when it is asked again.
    fn given_back(&mut self, asked: &Message, dice: &mut Dice) -> BTreeMap<u8, String> {
        let unclear = match dice.place(16) {
            0 => Some("98"),
            1 => Some(""),
            _ => None,
        };
        let decided = self.decided.get(&asked.key()).map(|decision| decision.code);
        let code = match (decided, unclear) {
            (None, Some(unclear)) => unclear,
            _ => {
                let code = if dice.percent(10) { "57" } else { "00" };
                let decision = Decision { code, amount: asked.number(4), reversed: false };
                self.decided.entry(asked.key()).or_insert(decision).code
            }
        };
        answer(asked, code, self.trace)
    }

    /// It takes back what it approved; of what it does not know it says so.
    fn reversed(&mut self, asked: &Message, dice: &mut Dice) -> BTreeMap<u8, String> {
        let original = asked.original().and_then(|original| self.decided.get_mut(&original));
        let code = match original {
            Some(original) if original.code == "00" || original.code == "10" => match dice.place(12) {
                0 if !original.reversed => "96",
                1 if !original.reversed => "",
                _ => {
                    original.reversed = true;
                    "00"
                }
            },
            _ => "25",
        };
        answer(asked, code, self.trace)
    }
}
