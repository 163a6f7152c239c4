//! The end of a history, when everything had time to settle.

use super::Auditor;
use super::books::{Asked, State};
use super::queue::Order;
use super::returns::Return;
use super::rule::{Rule, Violation};

/// What the switch says of itself at the end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standing {
    /// Requests that it still works on.
    pub in_flight: usize,
    /// Holds that it has in doubt.
    pub in_doubt: usize,
}

impl Auditor {
    /// Nothing more will happen.
    ///
    /// # Errors
    /// Something is left open, or money has no owner.
    pub fn finish(&self, standing: Standing) -> Result<(), Violation> {
        let open = |what: String| Err(Rule::NothingLeftOpen.broken(what));
        if standing.in_flight > 0 {
            return open(format!("{} requests are still in flight", standing.in_flight));
        }
        if let Some((connection, key)) = self.traffic.waiting.first() {
            return open(format!("{key:?} on connection {connection} never got an answer"));
        }
        if let Some(ticket) = self.commands.keys().next() {
            return open(format!("command {ticket} about claims never got an answer"));
        }
        let held = || self.books.holds.iter().filter(|(_, hold)| hold.state == State::Held);
        if let Some((lsn, hold)) = held().find(|(_, hold)| hold.doubted.is_none()) {
            return open(format!("intent {lsn} of {:?} is neither decided nor in doubt", hold.key));
        }
        if held().count() != standing.in_doubt {
            return open(format!("{} holds are in doubt, the switch knows of {}", held().count(), standing.in_doubt));
        }
        // Nobody sends what two people took as done or cancelled: such a return, or the reversal of such a void.
        let undone = |(other, asked): (&u64, &Asked), void: u64| {
            asked.returns.as_ref().and_then(Return::undoes) == Some(void) && self.is_ordered_away(*other)
        };
        let decided = |lsn: u64| self.is_ordered_away(lsn) || self.books.asked.iter().any(|other| undone(other, lsn));
        let asked =
            self.books.asked.iter().filter(|(lsn, asked)| !decided(**lsn) && !self.is_asked_again(**lsn, asked));
        asked.map(|(_, asked)| asked).try_for_each(|asked| self.return_as_issuer_has_it(asked))?;
        self.orders_went()?;
        let people_decided = |lsn| [Order::Confirmed, Order::Drop].iter().any(|order| self.is_ordered_of(lsn, *order));
        self.books.holds.iter().try_for_each(|(lsn, hold)| {
            let charged = self.traffic.charges.contains_key(&hold.key) && !self.traffic.taken_back.contains(&hold.key);
            // A reversal whose answer was lost: both sides may be right, and the reversal is on record.
            let unsure = self.books.asked.values().any(|asked| asked.intent == *lsn);
            let sent = self.traffic.sent.contains(lsn);
            match hold.state {
                State::Granted if !charged && !unsure => {
                    Err(Rule::IssuerSaidSo.broken(format!("grant {lsn} of {:?} was never charged", hold.key)))
                }
                State::Free | State::Reversed if sent && charged && !people_decided(*lsn) => {
                    Err(Rule::ChargeHasOwner.broken(format!("the card paid for {:?}, {lsn} gives nothing", hold.key)))
                }
                _ => Ok(()),
            }
        })
    }

    /// A void that no issuer could be asked for ends with N190, and the till asks for it again under the same key. What the
    /// issuer did under this key is then for the later asking to account for, which is judged by itself.
    fn is_asked_again(&self, lsn: u64, asked: &Asked) -> bool {
        let never_sent = asked.ended.as_ref().is_some_and(|(_, answer)| answer.code == "N190");
        never_sent && self.books.opened.get(&asked.key).is_some_and(|last| *last > lsn)
    }

    /// What went back on record went back at the issuer, and a void that was not done was not done there.
    fn return_as_issuer_has_it(&self, asked: &Asked) -> Result<(), Violation> {
        let Some(returns) = asked.returns.as_ref().filter(|returns| returns.net > 0 && !returns.is_reversal()) else {
            return Ok(());
        };
        let key = &asked.key;
        let done = self.traffic.given_back.contains(key);
        let taken_back = self.traffic.taken_back.contains(key);
        // A void that is being undone may be undone there already.
        let unsure = self.books.asked.values().any(|other| {
            let of = other.returns.as_ref().and_then(Return::undoes);
            of.is_some_and(|void| self.books.asked.get(&void).is_some_and(|void| void.key == *key))
        });
        if returns.stands() && (!done || taken_back) && !unsure {
            return Err(Rule::IssuerSaidSo.broken(format!("{key:?} is returned, and not at the issuer")));
        }
        if asked.ended.is_some() && !returns.stands() && done && !taken_back {
            return Err(
                Rule::ChargeHasOwner.broken(format!("the card got its money back for {key:?}, which is refused"))
            );
        }
        Ok(())
    }
}
