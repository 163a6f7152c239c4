//! Voids and refunds: what may go back, and what has.

use super::books::{Books, State};
use super::record::{ReturnAsked, Reversal, Take};
use super::rule::{Rule, Violation};

/// What a return asked for, and how far it is done.
#[derive(Clone, Debug)]
pub(super) struct Return {
    /// 1 void, 2 refund, 3 reversal of a void.
    way: u8,
    /// The void that a reversal undoes.
    of: Option<u64>,
    gross: u64,
    discount: u64,
    /// What may still be given back to each cap.
    rest: Vec<Take>,
    gave_back: bool,
    returned: bool,
    undone: bool,
}

impl Return {
    pub(super) fn of(asked: &ReturnAsked) -> Self {
        Self {
            way: asked.way,
            of: asked.of,
            gross: asked.gross,
            discount: asked.discount,
            rest: asked.caps.clone(),
            gave_back: false,
            returned: false,
            undone: false,
        }
    }

    /// Whether a message of the reversal class asked for it.
    pub(super) const fn is_reversal(&self) -> bool {
        self.way == 3
    }
}

impl Books {
    /// The issuer confirmed a return: all of one sale come to no more than the sale.
    pub(super) fn returned(&mut self, lsn: u64, reversal: &Reversal) -> Result<(), Violation> {
        let broken = |what: &str| Err(Rule::EndsOnce.broken(format!("record {lsn}: {what}")));
        let Some(returns) = self.asked.get_mut(&reversal.asked).and_then(|asked| asked.returns.as_mut()) else {
            return broken("a return that was not asked for");
        };
        returns.returned = true;
        if let Some(void) = returns.of.filter(|_| returns.is_reversal()) {
            let void = self.asked.get_mut(&void).and_then(|asked| asked.returns.as_mut());
            return match void.filter(|void| void.returned && !void.undone && !void.gave_back) {
                Some(void) => {
                    void.undone = true;
                    Ok(())
                }
                None => broken("a void is undone that is not done, or that has given back already"),
            };
        }
        let Some(hold) = self.holds.get(&reversal.intent).filter(|hold| hold.state == State::Granted) else {
            return broken("a return of what is not granted");
        };
        let of_sale = self.asked.values().filter(|asked| asked.intent == reversal.intent);
        let done = of_sale.filter_map(|asked| asked.returns.as_ref());
        let done = done.filter(|other| other.returned && !other.undone && !other.is_reversal());
        let (gross, discount) = done.fold((0u64, 0u64), |(gross, discount), other| {
            (gross.saturating_add(other.gross), discount.saturating_add(other.discount))
        });
        if gross > hold.intent.gross || discount > hold.intent.discount {
            return broken("more is returned than was sold");
        }
        Ok(())
    }

    /// Caps get back what a return gives them, at most what it asked for.
    pub(super) fn give_back(&mut self, lsn: u64, asked: u64, intent: u64, caps: &[Take]) -> Result<(), Violation> {
        let broken = |what: &str| Err(Rule::EndsOnce.broken(format!("record {lsn}: {what}")));
        let asked = self.asked.get_mut(&asked).filter(|asked| asked.intent == intent);
        let returns = asked.and_then(|asked| asked.returns.as_mut());
        let Some(returns) = returns.filter(|returns| returns.returned && !returns.undone) else {
            return broken("gives back for a return that is not done");
        };
        returns.gave_back = true;
        for take in caps {
            let rest = returns.rest.iter_mut().find(|rest| rest.cap == take.cap);
            let left = rest.and_then(|rest| {
                rest.amount = rest.amount.checked_sub(take.amount)?;
                rest.count = rest.count.checked_sub(take.count)?;
                Some(())
            });
            if left.is_none() {
                return broken("gives back more than was asked for");
            }
        }
        Ok(())
    }
}
