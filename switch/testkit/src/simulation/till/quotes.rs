//! Quotes: it asks for a price first, and sells at what it was promised; or at something else, too late, or twice.

use super::{CARDS, Sent, Till};
use crate::auditor::wire::Message;
use crate::simulation::dice::Dice;
use crate::simulation::messages::Fields;

/// A price that it was promised.
#[derive(Clone, Debug)]
pub(super) struct Promise {
    asked: Sent,
    /// Tag 84.
    id: String,
    /// Minor units.
    net: u64,
}

impl Till {
    pub(super) fn quote(&mut self, dice: &mut Dice, day: i64) -> Vec<u8> {
        let mut quote = self.any_sale(dice);
        quote.insert(3, "380000".to_owned());
        if dice.percent(5) {
            quote.remove(&2);
        }
        self.send("0100", quote, day)
    }

    pub(super) fn hear_promise(&mut self, asked: Sent, answer: &Message) {
        let (Some(id), Some(net)) = (answer.tag("84"), answer.number(4)) else { return };
        if self.quotes.iter().all(|quote| quote.id != id) {
            self.quotes.push(Promise { asked, id: id.to_owned(), net });
        }
    }

    /// A sale on a quote, most often on the latest one; used ones stay in its list, so some are used twice.
    pub(super) fn sale_on_quote(&mut self, dice: &mut Dice, day: i64) -> Vec<u8> {
        let back = if dice.percent(70) { 1 } else { 1 + dice.place(self.quotes.len()) };
        let latest = self.quotes.len().checked_sub(back).and_then(|place| self.quotes.get(place));
        let Some(promise) = latest.cloned() else { return self.quote(dice, day) };
        if dice.percent(8) {
            // The customer went away.
            return self.reversal(&promise.asked, dice, day);
        }
        let items = promise.asked.fields.get(&48).cloned().unwrap_or_default();
        let mut sale: Fields = self.about(&promise.asked.fields, &[2, 32, 41, 42, 49]);
        let mut tags = format!("84{:03}{}", promise.id.len(), promise.id);
        if dice.percent(40) {
            tags.push_str(&items);
        }
        sale.insert(3, "000000".to_owned());
        sale.insert(4, format!("{:012}", promise.net));
        sale.insert(48, tags);
        match dice.place(16) {
            0 => sale.insert(4, format!("{:012}", promise.net + 1)),
            1 => sale.insert(2, dice.one_of(CARDS[0], &CARDS).to_owned()),
            2 => sale.insert(41, "T9999999".to_owned()),
            _ => None,
        };
        sale.entry(2).or_insert_with(|| CARDS[0].to_owned());
        self.send("0200", sale, day)
    }
}
