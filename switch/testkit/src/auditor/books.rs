//! The books: what every record of the journal means, one after the other.

use super::caps::{Caps, Move};
use super::claims::Claims;
use super::facts::Facts;
use super::queue::Order;
use super::quotes::Promise;
use super::record::{Answer, Body, Intent, Origin, Record, Reversal};
use super::redeemed;
use super::returns::Return;
use super::rule::{Rule, Violation};
use super::sums;
use super::wire::Key;
use std::collections::BTreeMap;

/// Everything that the journal says so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Books {
    pub(super) caps: Caps,
    pub(super) claims: Claims,
    /// Sales and quotes by the LSN of their intent.
    pub(super) holds: BTreeMap<u64, Hold>,
    /// Refusals by LSN; the answer at full price where there is one.
    pub(super) refusals: BTreeMap<u64, Refusal>,
    /// Reversals and returns asked for, by LSN.
    pub(super) asked: BTreeMap<u64, Asked>,
    /// Duplicate keys of originals that must not be granted any more, and where that is said.
    pub(super) tombstones: BTreeMap<[u8; 16], u64>,
    /// Where a request's key was last opened: intent, refusal, or reversal asked.
    pub(super) opened: BTreeMap<Key, u64>,
    /// Where the reversal with this key left its tombstone.
    pub(super) buried_by: BTreeMap<Key, u64>,
    /// What two people decided about a message that waits: by what it stands for, where and what.
    pub(super) orders: BTreeMap<u64, Vec<(u64, Order)>>,
    incarnation: u32,
    /// The version of the rules in force.
    pub(super) rules: [u8; 8],
}

/// A sale, or a quote, whose caps were taken.
#[derive(Clone, Debug)]
pub(super) struct Hold {
    pub(super) key: Key,
    pub(super) intent: Intent,
    /// The business date whose money it takes.
    pub(super) date: i32,
    /// Of a quote: what was promised.
    pub(super) promise: Option<Promise>,
    pub(super) state: State,
    /// Where it was brought into doubt.
    pub(super) doubted: Option<u64>,
    /// The record that ended the hold, and what the acquirer is told by it.
    pub(super) ended: Option<(u64, Option<Answer>)>,
    /// Where its reversal was confirmed.
    pub(super) reversed: Option<u64>,
}

/// Where what a hold took stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    Held,
    TakenOver,
    Granted,
    Free,
    Reversed,
}

/// A sale without a subsidy.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) answer: Answer,
    /// Where the issuer's answer to it at full price stands.
    pub(super) full_price: Option<(u64, Answer)>,
}

/// A reversal or return.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) key: Key,
    pub(super) intent: u64,
    pub(super) ended: Option<(u64, Answer)>,
    /// What it is beyond a reversal.
    pub(super) returns: Option<Return>,
}

impl Books {
    /// Enters a record; `now_us` is the true time where it is being made just now.
    pub(super) fn enter(&mut self, record: &Record, facts: &Facts, now_us: Option<u64>) -> Result<(), Violation> {
        let lsn = record.lsn;
        match &record.body {
            Body::Opened { incarnation, rules } => {
                if *incarnation <= self.incarnation {
                    return Err(Rule::JournalReads.broken(format!("record {lsn}: incarnation {incarnation} again")));
                }
                (self.incarnation, self.rules) = (*incarnation, *rules);
            }
            Body::Intent(intent) => {
                self.in_time(lsn, intent, facts, now_us)?;
                self.hold(record, intent, None, facts)?;
            }
            Body::Quoted { sale, expires_us } => {
                let seconds = expires_us.saturating_sub(record.at_us) / 1_000_000;
                let promise = Promise { seconds: u64::try_from(seconds).unwrap_or(0), since_us: now_us.unwrap_or(0) };
                self.hold(record, sale, Some(promise), facts)?;
            }
            Body::Granted(outcome) => {
                self.end(lsn, outcome.intent, Move::Grant, Some(&outcome.answer), false)?;
            }
            Body::Declined(outcome) => {
                self.end(lsn, outcome.intent, Move::Release, Some(&outcome.answer), false)?;
            }
            Body::Released { intent, cause } => {
                self.may_release(lsn, *intent, *cause)?;
                self.end(lsn, *intent, Move::Release, None, true)?;
            }
            Body::InDoubt { intent } => self.doubt(lsn, *intent)?,
            Body::Refused(refused) => {
                let refusal = Refusal { answer: refused.answer.clone(), full_price: None };
                self.refusals.insert(lsn, refusal);
                // The record does not say whether a quote was asked for; no till uses a number twice.
                self.opened.insert(key(&refused.origin, "1"), lsn);
                self.opened.insert(key(&refused.origin, "2"), lsn);
            }
            Body::FullPrice(outcome) => {
                let refusal = self.refusals.get_mut(&outcome.intent).filter(|refusal| refusal.full_price.is_none());
                let unknown = || Rule::EndsOnce.broken(format!("record {lsn}: full price of no open refusal"));
                refusal.ok_or_else(unknown)?.full_price = Some((lsn, outcome.answer.clone()));
            }
            Body::ReversalAsked { origin, intent, amount } => {
                sums::of_reversal(lsn, *amount, self.holds.get(intent))?;
                self.ask(lsn, origin, *intent, None)?;
            }
            Body::Reversed(reversal) => {
                self.answered(lsn, reversal)?;
                self.reverse(lsn, reversal.intent)?;
            }
            Body::ReversalRefused(reversal) | Body::ReturnRefused(reversal) => self.answered(lsn, reversal)?,
            Body::Returned(reversal) => {
                self.answered(lsn, reversal)?;
                self.returned(lsn, reversal)?;
            }
            Body::Tombstone { origin, original } => {
                self.tombstones.insert(*original, lsn);
                self.buried_by.insert(key(origin, "4"), lsn);
            }
            Body::ReturnAsked(asked) => {
                sums::of_return(lsn, asked)?;
                redeemed::comes_back(lsn, asked, self.holds.get(&asked.intent))?;
                self.ask(lsn, &asked.origin, asked.intent, Some(Return::of(asked, record.date)))?;
            }
            Body::GaveBack { asked, intent, caps } => {
                self.give_back(record, *asked, *intent, caps)?;
                self.caps.apply(Move::GiveBack, caps, &[])?;
            }
            Body::QueueOrdered { target, order, maker, checker } => {
                if maker == checker {
                    return Err(Rule::OrdersOfTwo.broken(format!("record {lsn}: ordered by one person alone")));
                }
                self.orders.entry(*target).or_default().push((lsn, Order::of(*order)));
            }
            Body::RulesChanged { rules } => self.rules = *rules,
            Body::Claim(said) => self.claim(record, said, facts, now_us.is_some())?,
        }
        Ok(())
    }

    /// The sale last opened with this key.
    pub(super) fn sale(&self, key: &Key) -> Option<(u64, &Hold)> {
        let lsn = *self.opened.get(key)?;
        Some((lsn, self.holds.get(&lsn)?))
    }

    fn hold(
        &mut self,
        record: &Record,
        intent: &Intent,
        promise: Option<Promise>,
        facts: &Facts,
    ) -> Result<(), Violation> {
        let lsn = record.lsn;
        // The money of a quote is that of the quote's day.
        let quoted = intent.quote.and_then(|quote| self.holds.get(&quote));
        let date = quoted.map_or(record.date, |quote| quote.date);
        // A promise stands by the rules that made it.
        let in_force = quoted.map_or(self.rules, |quote| quote.intent.rules);
        let terms = facts.terms.get(&in_force).filter(|_| intent.rules == in_force);
        let other = || Rule::VersionInForce.broken(format!("record {lsn} is decided by other rules than {in_force:?}"));
        let terms = terms.ok_or_else(other)?;
        sums::of_intent(lsn, date, intent, terms)?;
        match quoted {
            None => {
                sums::of_stopped(lsn, record.at_us, intent, terms)?;
                self.redeems(lsn, record.at_us, intent, terms)?;
            }
            Some(quote) => Self::redeems_as_promised(lsn, intent, quote)?,
        }
        if intent.grant & 0xffff_ffff_ffff != lsn {
            return Err(
                Rule::JournalReads.broken(format!("record {lsn}: grant {:x} is another record's", intent.grant))
            );
        }
        if let Some(buried) = self.tombstones.get(&intent.origin.key) {
            let what = format!("record {lsn} holds money for a sale whose reversal stands at record {buried}");
            return Err(Rule::ReversedFirstIsRefused.broken(what));
        }
        match intent.quote.map(|quote| (quote, self.holds.get_mut(&quote))) {
            None => {
                self.caps.apply(Move::Hold, &intent.caps, &terms.limits)?;
                self.redeemed_within(lsn, intent, terms)?;
            }
            // It was held within the terms of its quote; those of later rules may have let more be redeemed since.
            Some((_, Some(quote))) if quote.is_open_promise() && quote.intent.caps == intent.caps => {
                quote.state = State::TakenOver;
            }
            Some((quote, _)) => {
                return Err(
                    Rule::QuoteInTime.broken(format!("record {lsn} takes over quote {quote}, which holds nothing"))
                );
            }
        }
        let key = key(&intent.origin, if promise.is_some() { "1" } else { "2" });
        self.opened.insert(key.clone(), lsn);
        let (intent, state) = (intent.clone(), State::Held);
        let hold = Hold { key, intent, date, promise, state, doubted: None, ended: None, reversed: None };
        self.holds.insert(lsn, hold);
        Ok(())
    }

    fn end(
        &mut self,
        lsn: u64,
        intent: u64,
        step: Move,
        answer: Option<&Answer>,
        from_doubt: bool,
    ) -> Result<(), Violation> {
        let hold = self.holds.get_mut(&intent).filter(|hold| hold.state == State::Held);
        let Some(hold) = hold else {
            return Err(Rule::EndsOnce.broken(format!("record {lsn} ends {intent}, which holds nothing")));
        };
        if hold.promise.is_some() && !from_doubt {
            return Err(Rule::EndsOnce.broken(format!("record {lsn} decides {intent}, which is a quote")));
        }
        if hold.doubted.is_some() && !from_doubt {
            return Err(Rule::EndsOnce.broken(format!("record {lsn} decides {intent}, which is in doubt")));
        }
        hold.state = if step == Move::Grant { State::Granted } else { State::Free };
        hold.ended = Some((lsn, answer.cloned()));
        self.caps.apply(step, &hold.intent.caps, &[])
    }

    fn doubt(&mut self, lsn: u64, intent: u64) -> Result<(), Violation> {
        let open = |hold: &&mut Hold| hold.state == State::Held && hold.doubted.is_none();
        let unknown = || Rule::EndsOnce.broken(format!("record {lsn} doubts {intent}, which is not open"));
        self.holds.get_mut(&intent).filter(open).ok_or_else(unknown)?.doubted = Some(lsn);
        Ok(())
    }

    fn ask(&mut self, lsn: u64, origin: &Origin, intent: u64, returns: Option<Return>) -> Result<(), Violation> {
        if !self.holds.contains_key(&intent) {
            return Err(Rule::EndsOnce.broken(format!("record {lsn} takes back {intent}, which is no sale")));
        }
        let class = if returns.as_ref().is_some_and(|returns| !returns.is_reversal()) { "2" } else { "4" };
        let key = key(origin, class);
        self.opened.insert(key.clone(), lsn);
        self.asked.insert(lsn, Asked { key, intent, ended: None, returns });
        Ok(())
    }

    fn answered(&mut self, lsn: u64, reversal: &Reversal) -> Result<(), Violation> {
        let asked = self.asked.get_mut(&reversal.asked);
        let open = asked.filter(|asked| asked.ended.is_none() && asked.intent == reversal.intent);
        let unknown = || Rule::EndsOnce.broken(format!("record {lsn} ends {}, which was not asked", reversal.asked));
        open.ok_or_else(unknown)?.ended = Some((lsn, reversal.answer.clone()));
        Ok(())
    }

    fn reverse(&mut self, lsn: u64, intent: u64) -> Result<(), Violation> {
        let granted = self.holds.get_mut(&intent).filter(|hold| hold.state == State::Granted);
        let Some(hold) = granted else {
            return Err(Rule::EndsOnce.broken(format!("record {lsn} reverses {intent}, which is not granted")));
        };
        let standing = |asked: &&Asked| asked.intent == intent && asked.returns.as_ref().is_some_and(Return::stands);
        if let Some(asked) = self.asked.values().find(standing) {
            let what = format!("record {lsn} reverses {intent}, of which {:?} gave something back", asked.key);
            return Err(Rule::ReturnsWithinGrant.broken(what));
        }
        (hold.state, hold.reversed) = (State::Reversed, Some(lsn));
        self.caps.apply(Move::GiveBack, &hold.intent.caps, &[])
    }
}

/// The key of an origin's request on the wire; `class` is the second digit of its type.
fn key(origin: &Origin, class: &str) -> Key {
    Key {
        class: class.to_owned(),
        acquirer: origin.acquirer.clone(),
        terminal: origin.terminal.clone(),
        merchant: origin.merchant.clone(),
        stan: format!("{:06}", origin.stan),
        transmission: origin.transmission.clone(),
    }
}
