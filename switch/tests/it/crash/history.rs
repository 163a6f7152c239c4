//! The journal as `lijian ledger export` prints it, folded with arithmetic of its own: nothing of the switch is asked.

use super::books::{Books, Name, Sale, What};
use super::goods::{BUDGET, PHONES, limits};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

/// How far an intent has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    Open,
    InDoubt,
    Granted,
    Declined,
    /// Declined with "try again": the issuer was never asked.
    NeverSent,
    Released,
    Reversed,
}

/// One intent.
pub(super) struct Intent {
    pub(super) state: State,
    pub(super) grant: String,
    /// The answer on record: RRN and response code.
    pub(super) rrn: String,
    pub(super) response_code: String,
    /// Whether it was ever in doubt.
    pub(super) doubted: bool,
    /// Reversals on record that have no end.
    pub(super) reversals_open: u32,
    pub(super) discount: u64,
    category: &'static str,
    taken: Vec<(String, String)>,
}

/// What stands on a cap, in minor units.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Balance {
    pub(super) held: u64,
    pub(super) used: u64,
}

/// Everything up to the last record read.
#[derive(Default)]
pub(super) struct History {
    pub(super) last: u64,
    intents: HashMap<u64, (Name, Intent)>,
    by_name: HashMap<Name, Vec<u64>>,
    /// Code and response code of each refusal.
    pub(super) refusals: HashMap<Name, Vec<(String, String)>>,
    pub(super) balances: BTreeMap<String, Balance>,
    /// Card with category, and serial number: for which intent it is taken.
    taken: HashMap<(String, String), u64>,
    budget: u64,
    /// Over every line.
    lines: DefaultHasher,
}

impl History {
    /// Folds what was printed since the last time. `budget` is in force from the first start in it on.
    pub(super) fn read(&mut self, printed: &str, books: &Books, budget: u64) -> Result<(), String> {
        for line in printed.lines() {
            line.hash(&mut self.lines);
            let record: Value = serde_json::from_str(line).map_err(|error| format!("{error}: {line}"))?;
            self.record(&record, books, budget).map_err(|finding| format!("{finding}, at {line}"))?;
        }
        Ok(())
    }

    pub(super) fn digest(&self) -> u64 {
        self.lines.finish()
    }

    pub(super) fn intents_of(&self, name: &Name) -> impl Iterator<Item = &Intent> {
        self.by_name.get(name).into_iter().flatten().filter_map(|lsn| Some(&self.intents.get(lsn)?.1))
    }

    pub(super) fn intents(&self) -> impl Iterator<Item = &(Name, Intent)> {
        self.intents.values()
    }

    fn record(&mut self, record: &Value, books: &Books, budget: u64) -> Result<(), String> {
        let lsn = number(record, "lsn");
        if lsn != self.last + 1 {
            return Err(format!("record {lsn} behind {}", self.last));
        }
        self.last = lsn;
        let text = |pointer: &str| record.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (rrn, response_code) = (text("/answer/rrn"), text("/answer/response_code"));
        let about = number(record, "intent");
        match text("/kind").as_str() {
            "opened" => self.budget = budget,
            "intent" => return self.intent(lsn, record, books),
            "granted" => return self.end(about, State::Granted, &rrn, &response_code),
            "declined" if text("/answer/code") == "N190" => self.end(about, State::NeverSent, &rrn, &response_code)?,
            "declined" => self.end(about, State::Declined, &rrn, &response_code)?,
            "in-doubt" => {
                self.end(about, State::InDoubt, "", "98")?;
                self.of(about)?.doubted = true;
            }
            "released" => self.end(about, State::Released, "", "")?,
            "reversal-asked" => self.of(about)?.reversals_open += 1,
            "reversal-refused" => self.close_reversals(about)?,
            "reversed" => {
                self.close_reversals(about)?;
                self.reversed(about)?;
            }
            "refused" => {
                let refusal = (text("/answer/code"), response_code);
                self.refusals.entry(name(record)).or_default().push(refusal);
            }
            _ => {}
        }
        Ok(())
    }

    /// A sale that the tills asked for, at the price and discount that is right, of what nobody else has.
    fn intent(&mut self, lsn: u64, record: &Value, books: &Books) -> Result<(), String> {
        let name = name(record);
        let known = books.place(&name).and_then(|place| match &books.asked[place].what {
            What::Sale(sale) => Some(sale),
            What::Plain | What::Reversal(_) => None,
        });
        let sale = known.ok_or("an intent that no till asked for")?;
        let discount = sale.goods.discount(sale.price);
        let recorded = ["gross", "discount", "net"].map(|part| number(record, part));
        if recorded != [sale.price, discount, sale.price - discount] {
            return Err(format!("expected a discount of {discount} on {}", sale.price));
        }
        for taken in taken(sale) {
            if let Some(before) = self.taken.insert(taken, lsn) {
                return Err(format!("what intent {before} has already is given again"));
            }
        }
        for cap in caps(sale.goods.category) {
            self.balances.entry(cap.to_owned()).or_default().held += discount;
        }
        for (cap, limit) in limits(self.budget) {
            let Balance { held, used } = self.balances.get(cap).copied().unwrap_or_default();
            if held + used > limit {
                return Err(format!("{cap} is over its limit of {limit}: {held} held, {used} used"));
            }
        }
        let intent = Intent {
            state: State::Open,
            grant: record["grant"].as_str().unwrap_or_default().to_owned(),
            rrn: String::new(),
            response_code: String::new(),
            doubted: false,
            reversals_open: 0,
            discount,
            category: sale.goods.category,
            taken: taken(sale),
        };
        self.by_name.entry(name.clone()).or_default().push(lsn);
        self.intents.insert(lsn, (name, intent));
        Ok(())
    }

    fn of(&mut self, lsn: u64) -> Result<&mut Intent, String> {
        self.intents.get_mut(&lsn).map(|(_, intent)| intent).ok_or(format!("there is no intent {lsn}"))
    }

    fn close_reversals(&mut self, lsn: u64) -> Result<(), String> {
        let intent = self.of(lsn)?;
        intent.reversals_open = intent.reversals_open.checked_sub(1).ok_or("no reversal was asked for")?;
        Ok(())
    }

    /// A hold goes on or ends.
    fn end(&mut self, lsn: u64, state: State, rrn: &str, response_code: &str) -> Result<(), String> {
        let intent = self.of(lsn)?;
        let was = intent.state;
        let fits = match state {
            State::Released => matches!(was, State::Open | State::InDoubt),
            _ => was == State::Open,
        };
        if !fits {
            return Err(format!("intent {lsn} was {was:?} and becomes {state:?}"));
        }
        intent.state = state;
        if state != State::Released {
            (intent.rrn, intent.response_code) = (rrn.to_owned(), response_code.to_owned());
        }
        if state == State::InDoubt {
            return Ok(());
        }
        let (discount, category) = (intent.discount, intent.category);
        let freed = if state == State::Granted { Vec::new() } else { std::mem::take(&mut intent.taken) };
        for cap in caps(category) {
            let balance = self.balances.entry(cap.to_owned()).or_default();
            balance.held -= discount;
            balance.used += if state == State::Granted { discount } else { 0 };
        }
        self.free(&freed);
        Ok(())
    }

    fn reversed(&mut self, lsn: u64) -> Result<(), String> {
        let intent = self.of(lsn)?;
        if intent.state != State::Granted {
            return Err(format!("intent {lsn} was {:?} and is reversed", intent.state));
        }
        intent.state = State::Reversed;
        let (discount, category) = (intent.discount, intent.category);
        let freed = std::mem::take(&mut intent.taken);
        for cap in caps(category) {
            self.balances.entry(cap.to_owned()).or_default().used -= discount;
        }
        self.free(&freed);
        Ok(())
    }

    fn free(&mut self, taken: &[(String, String)]) {
        for each in taken {
            self.taken.remove(each);
        }
    }
}

/// What one sale takes from everybody else: the card's allowance in the category, the piece.
fn taken(sale: &Sale) -> Vec<(String, String)> {
    let mut taken = vec![(sale.card.clone(), sale.goods.category.to_owned())];
    if !sale.serial.is_empty() {
        taken.push(("serial number".to_owned(), sale.serial.clone()));
    }
    taken
}

/// The caps with a limit in money that goods of a category take from.
fn caps(category: &str) -> impl Iterator<Item = &'static str> {
    [BUDGET, PHONES].into_iter().take(if category == "phone" { 2 } else { 1 })
}

fn number(record: &Value, key: &str) -> u64 {
    record[key].as_u64().unwrap_or_default()
}

fn name(record: &Value) -> Name {
    let text = |pointer| record.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    (text("/origin/terminal").to_owned(), text("/origin/stan").parse().unwrap_or_default())
}
