//! Voids and refunds: whole or in parts, of the right sale or a wrong one, named in every way that there is.

use super::{CARDS, Sent, Till};
use crate::auditor::wire::Message;
use crate::simulation::dice::Dice;

/// A grant that it was told of.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    sale: Sent,
    /// Tag 84.
    id: String,
    /// Field 37.
    number: String,
    gross: u64,
    net: u64,
}

impl Till {
    pub(super) fn hear_grant(&mut self, sale: Sent, answer: &Message) {
        let discount = answer.tag("81").and_then(|discount| discount.parse::<u64>().ok());
        let (Some(id), Some(net), Some(discount)) = (answer.tag("84"), answer.number(4), discount) else { return };
        if self.grants.iter().all(|grant| grant.id != id) {
            let (id, number) = (id.to_owned(), answer.field(37).to_owned());
            self.grants.push(Grant { sale, id, number, gross: net + discount, net });
        }
    }

    /// Something of an earlier sale goes back, most often of the last one.
    pub(super) fn give_back(&mut self, dice: &mut Dice, day: i64) -> Vec<u8> {
        let back = if dice.percent(60) { 1 } else { 1 + dice.place(self.grants.len()) };
        let latest = self.grants.len().checked_sub(back).and_then(|place| self.grants.get(place));
        let Some(grant) = latest.cloned() else { return self.sale(dice, day) };
        let void = dice.percent(45);
        let amount = match (void, dice.place(12)) {
            (_, 0) => grant.gross + 1,
            (true, 1) => grant.gross / 2,
            (true, 2..=6) => grant.net,
            (false, 1..=3) => grant.gross / 2,
            (false, 4..=6) => grant.gross / 3 + 1,
            (false, 7) => grant.gross - grant.gross / 3 - 1,
            _ => grant.gross,
        };
        let mut request = self.about(&grant.sale.fields, &[2, 32, 41, 42, 49]);
        request.insert(3, "200000".to_owned());
        request.insert(4, format!("{amount:012}"));
        if dice.percent(5) {
            request.insert(2, dice.one_of(CARDS[0], &CARDS).to_owned());
        }
        match dice.place(3) {
            // What happened days ago it names by the grant.
            0 if (day - grant.sale.day).abs() <= 1 => request.insert(90, grant.sale.name()),
            1 if !grant.number.is_empty() => request.insert(37, grant.number.clone()),
            _ => request.insert(48, format!("84{:03}{}", grant.id.len(), grant.id)),
        };
        self.send(if void { "0200" } else { "0220" }, request, day)
    }
}
