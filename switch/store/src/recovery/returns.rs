//! Returns, one record after the other.

use super::OpenReturn;
use super::error::Contradiction;
use super::fold::{Fold, before, caps};
use lijian_domain::cap::{CapTake, Takes};
use lijian_domain::ids::Lsn;
use lijian_domain::record::{Entry, GaveBack, ReturnAsked, ReturnOutcome, ReturnWay};

impl Fold<'_> {
    pub(super) fn return_asked(&mut self, entry: &Entry, asked: &ReturnAsked) -> Result<(), Contradiction> {
        let Entry { lsn, at, business_date, .. } = *entry;
        before(lsn, asked.intent)?;
        if !self.recovered.granted.contains(asked.intent) {
            return Err(Contradiction::NotGranted { at: lsn, intent: asked.intent });
        }
        if let Some(of) = asked.of {
            self.void_stands(lsn, of, asked.intent)?;
        }
        let outstanding = asked.takes.clone();
        let open = OpenReturn { asked: Box::new(asked.clone()), at, business_date, confirmed: false, outstanding };
        self.recovered.returns.insert(lsn, open);
        Ok(())
    }

    pub(super) fn returned(&mut self, at: Lsn, outcome: &ReturnOutcome) -> Result<(), Contradiction> {
        self.recovered.orders.remove(&outcome.asked);
        let is_granted = self.recovered.granted.contains(outcome.intent);
        let Some(open) = self.unconfirmed(outcome) else { return Err(no_return(at, "returned", outcome)) };
        if !is_granted {
            // It was reversed meanwhile: the same money would go back twice.
            return Err(Contradiction::NotGranted { at, intent: outcome.intent });
        }
        let undone = open.asked.of.filter(|_| open.asked.way == ReturnWay::VoidReversal);
        open.confirmed = true;
        if let Some(of) = undone {
            self.void_stands(at, of, outcome.intent)?;
            self.recovered.returns.remove(&of);
            self.recovered.orders.remove(&of);
            self.recovered.returns.remove(&outcome.asked);
            if let Some(returned) = self.recovered.returned.get_mut(&outcome.intent) {
                returned.retain(|asked| *asked != of);
                if returned.is_empty() {
                    self.recovered.returned.remove(&outcome.intent);
                }
            }
        } else {
            self.recovered.returned.entry(outcome.intent).or_default().push(outcome.asked);
            self.end_if_over(outcome.asked);
        }
        Ok(())
    }

    pub(super) fn return_refused(&mut self, at: Lsn, outcome: &ReturnOutcome) -> Result<(), Contradiction> {
        self.recovered.orders.remove(&outcome.asked);
        if self.unconfirmed(outcome).is_none() {
            return Err(no_return(at, "return refused", outcome));
        }
        self.recovered.returns.remove(&outcome.asked);
        Ok(())
    }

    pub(super) fn gave_back(&mut self, at: Lsn, gave: &GaveBack) -> Result<(), Contradiction> {
        let GaveBack { asked, intent, takes } = gave;
        let over = || Contradiction::GivenBack { at, asked: *asked };
        let open = self.recovered.returns.get_mut(asked).filter(|open| open.confirmed && open.asked.intent == *intent);
        let outstanding = &mut open.ok_or_else(over)?.outstanding;
        for take in takes {
            subtract(outstanding, take).ok_or_else(over)?;
        }
        outstanding.retain(|take| !take.amount.is_zero() || take.count > 0);
        self.quota.replay_give_back(takes).map_err(caps(at))?;
        self.end_if_over(*asked);
        Ok(())
    }

    /// That a void stands, confirmed or not, of which nothing has been given back.
    fn void_stands(&self, at: Lsn, of: Lsn, intent: Lsn) -> Result<(), Contradiction> {
        let void = self.recovered.returns.get(&of).filter(|open| {
            let untouched = open.outstanding == open.asked.takes;
            open.asked.way == ReturnWay::Void && open.asked.intent == intent && untouched
        });
        void.map(|_| ()).ok_or(Contradiction::NotReturned { at, step: "reversal of a void", asked: of, intent })
    }

    fn unconfirmed(&mut self, outcome: &ReturnOutcome) -> Option<&mut OpenReturn> {
        let open = self.recovered.returns.get_mut(&outcome.asked)?;
        (!open.confirmed && open.asked.intent == outcome.intent).then_some(open)
    }

    fn end_if_over(&mut self, asked: Lsn) {
        if self.recovered.returns.get(&asked).is_some_and(|open| open.confirmed && open.outstanding.is_empty()) {
            self.recovered.returns.remove(&asked);
        }
    }
}

fn no_return(at: Lsn, step: &'static str, outcome: &ReturnOutcome) -> Contradiction {
    Contradiction::NotReturned { at, step, asked: outcome.asked, intent: outcome.intent }
}

fn subtract(outstanding: &mut Takes, take: &CapTake) -> Option<()> {
    let from = outstanding.iter_mut().find(|left| left.key == take.key)?;
    from.amount = from.amount.checked_sub(take.amount)?;
    from.count = from.count.checked_sub(take.count)?;
    Some(())
}
