//! Voids and refunds: what may go back, and what has.

use super::books::{Asked, Books, State};
use super::record::{Record, ReturnAsked, Reversal, Take};
use super::rule::{Rule, Violation};

/// What a return asked for, and how far it is done.
#[derive(Clone, Debug)]
pub(super) struct Return {
    /// 1 void, 2 refund, 3 reversal of a void.
    way: u8,
    /// The void that a reversal undoes.
    of: Option<u64>,
    /// The business date on which it was asked for.
    date: i32,
    pub(super) gross: u64,
    discount: u64,
    pub(super) net: u64,
    sponsors: Vec<(String, u64)>,
    caps: Vec<Take>,
    /// What may still be given back to each cap.
    rest: Vec<Take>,
    gave_back: bool,
    returned: bool,
    /// Where its own reversal was confirmed.
    pub(super) undone: Option<u64>,
}

impl Return {
    pub(super) fn of(asked: &ReturnAsked, date: i32) -> Self {
        Self {
            way: asked.way,
            of: asked.of,
            date,
            gross: asked.gross,
            discount: asked.discount,
            net: asked.net,
            sponsors: asked.sponsors.clone(),
            caps: asked.caps.clone(),
            rest: asked.caps.clone(),
            gave_back: false,
            returned: false,
            undone: None,
        }
    }

    /// Whether a message of the reversal class asked for it.
    pub(super) const fn is_reversal(&self) -> bool {
        self.way == 3
    }

    pub(super) const fn is_void(&self) -> bool {
        self.way == 1
    }

    /// The void that it undoes.
    pub(super) const fn undoes(&self) -> Option<u64> {
        self.of
    }

    /// A void or refund that the issuer confirmed, and that was not undone.
    pub(super) const fn stands(&self) -> bool {
        self.returned && self.undone.is_none() && !self.is_reversal()
    }
}

impl Asked {
    /// A void that has no end on record yet.
    pub(super) fn is_open_void(&self) -> bool {
        self.ended.is_none() && self.returns.as_ref().is_some_and(Return::is_void)
    }
}

impl Books {
    /// The issuer confirmed a return: all of one sale come to no more than the sale.
    pub(super) fn returned(&mut self, lsn: u64, reversal: &Reversal) -> Result<(), Violation> {
        let broken = |what: &str| Err(Rule::EndsOnce.broken(format!("record {lsn}: {what}")));
        let Some(returns) = self.asked.get_mut(&reversal.asked).and_then(|asked| asked.returns.as_mut()) else {
            return broken("a return that was not asked for");
        };
        if returns.undone.is_some() {
            return broken("a void is done that was reversed before");
        }
        returns.returned = true;
        if let Some(void) = returns.of.filter(|_| returns.is_reversal()) {
            let void = self.asked.get_mut(&void).and_then(|asked| asked.returns.as_mut());
            return match void.filter(|void| void.undone.is_none() && !void.gave_back) {
                Some(void) => {
                    void.undone = Some(lsn);
                    Ok(())
                }
                None => Err(Rule::VoidWaits.broken(format!("record {lsn}: a void is undone that has given back"))),
            };
        }
        self.within_grant(lsn, reversal.intent)
    }

    /// All returns of one sale that stand come to no more than the sale: in all, by sponsor, by cap; when all of it went
    /// back, all of the discount did.
    fn within_grant(&self, lsn: u64, intent: u64) -> Result<(), Violation> {
        let broken = |what: &str| Err(Rule::ReturnsWithinGrant.broken(format!("record {lsn}: {what}")));
        let Some(hold) = self.holds.get(&intent).filter(|hold| hold.state == State::Granted) else {
            return broken("a return of what is not granted");
        };
        let of_sale = self.asked.values().filter(|asked| asked.intent == intent);
        let standing: Vec<&Return> =
            of_sale.filter_map(|asked| asked.returns.as_ref()).filter(|other| other.stands()).collect();
        let sum = |part: &dyn Fn(&Return) -> u64| standing.iter().fold(0u64, |sum, one| sum.saturating_add(part(one)));
        let (gross, discount) = (sum(&|one| one.gross), sum(&|one| one.discount));
        if gross > hold.intent.gross || discount > hold.intent.discount {
            return broken("more is returned than was sold");
        }
        if gross == hold.intent.gross && discount != hold.intent.discount {
            return broken("all is returned, but not all of the discount");
        }
        for (sponsor, gave) in &hold.intent.sponsors {
            let back = sum(&|one| one.sponsors.iter().filter(|(name, _)| name == sponsor).map(|(_, part)| part).sum());
            if back > *gave {
                return broken("a sponsor gets back more than it gave");
            }
        }
        for taken in &hold.intent.caps {
            let of_cap = |one: &Return| one.caps.iter().find(|take| take.cap == taken.cap).cloned();
            let amount = sum(&|one| of_cap(one).map_or(0, |take| take.amount));
            let count = sum(&|one| of_cap(one).map_or(0, |take| u64::from(take.count)));
            if amount > taken.amount || count > u64::from(taken.count) {
                return broken("a cap gets back more than was taken");
            }
        }
        Ok(())
    }

    /// Caps get back what a return gives them, at most what it asked for.
    pub(super) fn give_back(
        &mut self,
        record: &Record,
        asked: u64,
        intent: u64,
        caps: &[Take],
    ) -> Result<(), Violation> {
        let lsn = record.lsn;
        let broken = |what: &str| Err(Rule::EndsOnce.broken(format!("record {lsn}: {what}")));
        let asked = self.asked.get_mut(&asked).filter(|asked| asked.intent == intent);
        let returns = asked.and_then(|asked| asked.returns.as_mut());
        let Some(returns) = returns.filter(|returns| returns.returned && !returns.is_reversal()) else {
            return broken("gives back for a return that is not done");
        };
        if returns.undone.is_some() || (returns.way == 1 && record.date <= returns.date) {
            return Err(
                Rule::VoidWaits.broken(format!("record {lsn} gives back for a void that can be undone, or was"))
            );
        }
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
