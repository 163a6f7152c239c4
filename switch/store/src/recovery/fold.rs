//! One record after the other.

use super::error::Contradiction;
use super::{OpenIntent, OpenQuote, Recovered};
use crate::claims::ClaimError;
use crate::quota::{Inconsistent, Quota};
use lijian_domain::cap::{CapTake, Takes};
use lijian_domain::ids::Lsn;
use lijian_domain::record::{
    DoubtCause, Entry, InDoubt, Intent, Opened, Quoted, Record, ReversalAsked, ReversalOutcome,
};
use std::collections::{BTreeMap, btree_map};

/// The state between two records.
pub(super) struct Fold<'a> {
    pub(super) quota: &'a Quota,
    pub(super) recovered: Recovered,
    /// Intents without an end: most of them have one soon, so what is held is kept and the rest read again at the end.
    pub(super) open: BTreeMap<Lsn, Held>,
    /// What the latest grants used: most reversals come soon after, and need no look-up then.
    recent: BTreeMap<Lsn, Box<[CapTake]>>,
}

/// Grants whose takes are kept: some ten megabytes.
const RECENT_MAX: usize = 16_384;

/// What an open intent holds, and why it is in doubt if it is.
pub(super) struct Held {
    takes: Box<[CapTake]>,
    pub(super) doubt: Option<DoubtCause>,
}

impl<'a> Fold<'a> {
    pub(super) fn new(quota: &'a Quota) -> Self {
        Self { quota, recovered: Recovered::default(), open: BTreeMap::new(), recent: BTreeMap::new() }
    }

    /// Takes a record in. `Some(intent)`, for the reversal of a grant of long ago, asks for that intent's record, which is
    /// to be handed to [`Self::give_back`].
    pub(super) fn apply(&mut self, entry: &Entry) -> Result<Option<Lsn>, Contradiction> {
        let Entry { lsn: at, record, .. } = entry;
        let (at, expected) = (*at, self.recovered.last.next());
        if at != expected {
            return Err(Contradiction::Gap { expected, got: at });
        }
        self.recovered.last = at;
        self.recovered.latest = self.recovered.latest.max(entry.at);
        match record {
            Record::Opened(opened) => self.opened(at, opened)?,
            Record::Intent(intent) => self.intent(at, intent)?,
            Record::Granted(outcome) => {
                let ended = self.end(at, "granted", outcome.intent, false)?;
                self.quota.replay_grant(&ended.takes).map_err(caps(at))?;
                self.recovered.granted.insert(outcome.intent);
                self.recent.insert(outcome.intent, ended.takes);
                if self.recent.len() > RECENT_MAX {
                    self.recent.pop_first();
                }
            }
            Record::Declined(outcome) => self.release(at, "declined", outcome.intent, false)?,
            Record::Released(released) => self.released(at, released.intent)?,
            Record::InDoubt(doubt) => self.doubt(at, doubt)?,
            Record::ReversalAsked(asked) => self.asked(at, asked)?,
            Record::ReversalRefused(outcome) => self.answered(at, "reversal refused", outcome)?,
            Record::Reversed(outcome) => {
                self.answered(at, "reversed", outcome)?;
                let returned = self.recovered.returned.contains_key(&outcome.intent);
                if returned || !self.recovered.granted.remove(outcome.intent) {
                    return Err(Contradiction::NotGranted { at, intent: outcome.intent });
                }
                let Some(takes) = self.recent.remove(&outcome.intent) else { return Ok(Some(outcome.intent)) };
                self.quota.replay_give_back(&takes).map_err(caps(at))?;
            }
            // Moves no money of ours.
            Record::FullPrice(outcome) => before(at, outcome.intent)?,
            Record::Refused(_) | Record::Tombstone(_) => {}
            Record::RulesChanged(changed) => self.recovered.rules = Some(changed.rules),
            Record::Claimed(claimed) => {
                self.recovered.claims.claimed(entry.at, claimed).map_err(claims(at, record))?;
            }
            Record::ClaimChanged(changed) => {
                self.recovered.claims.changed(changed).map_err(claims(at, record))?;
            }
            Record::Drawn(drawn) => {
                self.recovered.claims.drawn(drawn).map_err(claims(at, record))?;
            }
            Record::Quoted(quoted) => self.quoted(entry, quoted)?,
            Record::ReturnAsked(asked) => self.return_asked(entry, asked)?,
            Record::Returned(outcome) => self.returned(at, outcome)?,
            Record::ReturnRefused(outcome) => self.return_refused(at, outcome)?,
            Record::GaveBack(gave) => self.gave_back(at, gave)?,
            Record::QueueOrdered(ordered) => {
                before(at, ordered.target)?;
                self.recovered.orders.insert(ordered.target, *ordered);
            }
        }
        Ok(None)
    }

    /// The record of a reversed intent, read again: what it used goes back.
    pub(super) fn give_back(&mut self, intent: Lsn, original: Option<Entry>) -> Result<(), Contradiction> {
        let takes = match original {
            Some(Entry { lsn, record: Record::Intent(original), .. }) if lsn == intent => original.award.caps,
            _ => return Err(Contradiction::Vanished { intent }),
        };
        self.quota.replay_give_back(&takes).map_err(caps(self.recovered.last))
    }

    /// An intent that is open and held already.
    pub(super) fn reopen_held(&mut self, lsn: Lsn, intent: &Intent, doubt: Option<DoubtCause>) {
        self.open.insert(lsn, Held { takes: intent.award.caps.as_slice().into(), doubt });
    }

    /// Intents without an end, whose records are to be handed to [`Self::reopen`].
    pub(super) fn open(&self) -> Vec<Lsn> {
        self.open.keys().copied().collect()
    }

    /// The record of an open intent, read again.
    pub(super) fn reopen(&mut self, lsn: Lsn, original: Option<Entry>) -> Result<(), Contradiction> {
        let (Some(Entry { lsn: found, at, business_date, record: Record::Intent(intent) }), Some(held)) =
            (original, self.open.remove(&lsn))
        else {
            return Err(Contradiction::Vanished { intent: lsn });
        };
        if found != lsn {
            return Err(Contradiction::Vanished { intent: lsn });
        }
        let open = OpenIntent { intent: Box::new(intent), at, business_date, doubt: held.doubt };
        self.recovered.open.insert(lsn, open);
        Ok(())
    }

    pub(super) fn finish(self) -> Recovered {
        self.recovered
    }

    fn opened(&mut self, at: Lsn, opened: &Opened) -> Result<(), Contradiction> {
        let last = self.recovered.incarnation;
        if opened.incarnation <= last {
            return Err(Contradiction::Incarnation { at, last, got: opened.incarnation });
        }
        self.recovered.incarnation = opened.incarnation;
        self.recovered.rules = Some(opened.rules);
        Ok(())
    }

    fn intent(&mut self, lsn: Lsn, intent: &Intent) -> Result<(), Contradiction> {
        if intent.grant.lsn() != lsn {
            return Err(Contradiction::GrantId { at: lsn, named: intent.grant.lsn() });
        }
        match intent.quote {
            None => self.quota.replay_hold(&intent.award.caps).map_err(caps(lsn))?,
            Some(quote) => self.take_over(lsn, quote, intent)?,
        }
        self.open.insert(lsn, Held { takes: intent.award.caps.as_slice().into(), doubt: None });
        Ok(())
    }

    fn doubt(&mut self, at: Lsn, doubt: &InDoubt) -> Result<(), Contradiction> {
        let (step, intent) = ("in doubt", doubt.intent);
        let open = self.open.get_mut(&intent).ok_or(Contradiction::NotOpen { at, step, intent })?;
        match open.doubt.replace(doubt.cause) {
            Some(_) => Err(Contradiction::InDoubt { at, step, intent }),
            None => Ok(()),
        }
    }

    fn quoted(&mut self, entry: &Entry, quoted: &Quoted) -> Result<(), Contradiction> {
        let Entry { lsn, at, business_date, .. } = *entry;
        if quoted.sale.grant.lsn() != lsn {
            return Err(Contradiction::GrantId { at: lsn, named: quoted.sale.grant.lsn() });
        }
        self.quota.replay_hold(&quoted.sale.award.caps).map_err(caps(lsn))?;
        self.recovered.quotes.insert(lsn, OpenQuote { quoted: Box::new(quoted.clone()), at, business_date });
        Ok(())
    }

    /// What the quote held is held for the sale from now on: nothing moves.
    fn take_over(&mut self, at: Lsn, quote: Lsn, intent: &Intent) -> Result<(), Contradiction> {
        let same = |held: &Takes| {
            let plain = |take: &CapTake| (take.key, take.amount, take.count);
            held.iter().map(plain).eq(intent.award.caps.iter().map(plain))
        };
        match self.recovered.quotes.remove(&quote) {
            Some(open) if same(&open.quoted.sale.award.caps) => Ok(()),
            _ => Err(Contradiction::NoQuote { at, quote }),
        }
    }

    fn released(&mut self, at: Lsn, of: Lsn) -> Result<(), Contradiction> {
        match self.recovered.quotes.remove(&of) {
            Some(open) => self.quota.replay_release(&open.quoted.sale.award.caps).map_err(caps(at)),
            None => self.release(at, "released", of, true),
        }
    }

    fn release(&mut self, at: Lsn, step: &'static str, intent: Lsn, from_doubt: bool) -> Result<(), Contradiction> {
        let ended = self.end(at, step, intent, from_doubt)?;
        self.quota.replay_release(&ended.takes).map_err(caps(at))
    }

    /// Ends an open intent. One that is in doubt ends by a release only; one that is not may be released too (its request
    /// never left).
    fn end(&mut self, at: Lsn, step: &'static str, intent: Lsn, from_doubt: bool) -> Result<Held, Contradiction> {
        let btree_map::Entry::Occupied(open) = self.open.entry(intent) else {
            return Err(Contradiction::NotOpen { at, step, intent });
        };
        if open.get().doubt.is_some() && !from_doubt {
            return Err(Contradiction::InDoubt { at, step, intent });
        }
        self.recovered.orders.remove(&intent);
        Ok(open.remove())
    }

    fn asked(&mut self, at: Lsn, asked: &ReversalAsked) -> Result<(), Contradiction> {
        before(at, asked.intent)?;
        self.recovered.reversals.insert(at, *asked);
        Ok(())
    }

    fn answered(&mut self, at: Lsn, step: &'static str, outcome: &ReversalOutcome) -> Result<(), Contradiction> {
        self.recovered.orders.remove(&outcome.asked);
        match self.recovered.reversals.remove(&outcome.asked) {
            Some(asked) if asked.intent == outcome.intent => Ok(()),
            _ => Err(Contradiction::NotAsked { at, step, asked: outcome.asked, intent: outcome.intent }),
        }
    }
}

pub(super) fn before(at: Lsn, named: Lsn) -> Result<(), Contradiction> {
    if named < at { Ok(()) } else { Err(Contradiction::NotBefore { at, named }) }
}

fn claims(at: Lsn, record: &Record) -> impl FnOnce(ClaimError) -> Contradiction {
    let step = record.kind();
    move |source| Contradiction::Claims { at, step, source }
}

pub(super) fn caps(at: Lsn) -> impl FnOnce(Box<Inconsistent>) -> Contradiction {
    move |source| Contradiction::Caps { at, source }
}
