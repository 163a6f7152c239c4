//! Quotes, in virtual time: how one is given, what sale it fits, how it ends, what a restart leaves of it.

mod ends;
mod life;
mod matching;
mod restarts;
mod walk;

use crate::messages::*;
use crate::restart::recover;
use crate::world::*;
use lijian_domain::cap::CapBalance;
use lijian_domain::money::MinorUnits;

/// What a quote is honoured for.
const LIFETIME_US: u64 = 180_000_000;
/// Another person's card.
const OTHER_CARD: &str = "6217000000000000019";

/// The price of one fridge at 2000 yuan is asked for.
fn quote(stan: u32) -> Fields {
    quote_of(stan, CARD)
}

fn quote_of(stan: u32, card: &str) -> Fields {
    let mut quote = sale_of(stan, card, &sale(1)[&48], 200_000);
    quote.insert(3, "380000".to_owned());
    quote
}

/// The sale at the net amount that names a quote.
fn sale_on(stan: u32, id: &str) -> Fields {
    sale_of(stan, CARD, &format!("84016{id}"), 160_000)
}

/// The reversal of a quote names a message of type 0100.
fn reversal_of_quote(quote: &Fields, stan: u32) -> Fields {
    let mut reversal = reversal_of(quote, stan, 200_000);
    let named = reversal[&90].replacen("0200", "0100", 1);
    reversal.insert(90, named);
    reversal
}

impl World {
    /// A quote as the till gets it.
    fn quoted(&mut self, quote: &Fields) -> Fields {
        self.till("0100", quote);
        self.sync();
        let (mti, answer) = self.take(TILL);
        assert_eq!(mti, "0110");
        answer
    }

    /// The id of a quote that is given.
    fn quote_id(&mut self, quote: &Fields) -> String {
        tag(&self.quoted(quote), 48, "84").unwrap()
    }

    /// A sale that the switch refuses: DE39 and tag 82.
    fn sale_refused(&mut self, sale: &Fields) -> (String, String) {
        self.till("0200", sale);
        self.sync();
        assert!(self.take_all(ISSUER).is_empty());
        let (_, answer) = self.take(TILL);
        (answer[&39].clone(), tag(&answer, 48, "82").unwrap())
    }
}

fn pair(code: &str, decision: &str) -> (String, String) {
    (code.to_owned(), decision.to_owned())
}

fn holds(held: u64, used: u64) -> (MinorUnits, MinorUnits) {
    (MinorUnits::new(held), MinorUnits::new(used))
}

fn of(balance: CapBalance) -> (MinorUnits, MinorUnits) {
    (balance.held, balance.used)
}
