//! The caps of the requests found, folded record by record: what stood on them at any moment, and who came first.

use super::ExplainError;
use super::search::cap_keys;
use lijian_domain::cap::{CapBalance, CapKey, CapLimit, CapTake, Takes};
use lijian_domain::ids::{Lsn, Rrn};
use lijian_domain::record::{Entry, Record};
use lijian_domain::time::{BusinessDate, UnixMicros};
use lijian_store::journal::JournalReader;
use lijian_store::quota::{Inconsistent, Quota};
use std::collections::{BTreeMap, BTreeSet};

/// Earlier sales named at a person's own cap at most.
const HOLDERS_MAX: usize = 16;

/// A place in the order of arrival.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stamp {
    pub(super) lsn: Lsn,
    pub(super) at: UnixMicros,
    /// Of the request; empty where the issuer sets it.
    pub(super) rrn: Rrn,
}

/// A cap as a request met it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct CapSeen {
    pub(super) key: CapKey,
    pub(super) limit: CapLimit,
    /// What was taken; none where the cap refused.
    pub(super) taken: Option<CapTake>,
    /// As the decision recorded it; none where it did not.
    pub(super) recorded: Option<CapBalance>,
    /// As the records before this one add up to.
    pub(super) folded: CapBalance,
    pub(super) standing: Standing,
    /// Its place among the day's requests for this cap, from 1.
    pub(super) arrival: u64,
}

/// Who stands on a cap.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Standing {
    pub(super) sales_held: u64,
    pub(super) sales_granted: u64,
    /// The last request that still got something.
    pub(super) last_taken: Option<Stamp>,
    /// The first one turned away since then, and since anything came back.
    pub(super) ran_out: Option<Stamp>,
    /// Of a person's own cap: the sales that hold it or used it, and were not reversed.
    pub(super) holders: BTreeMap<Lsn, Stamp>,
}

/// The fold.
pub(super) struct Watch {
    quota: Quota,
    standings: BTreeMap<CapKey, Standing>,
    arrivals: BTreeMap<CapKey, BTreeMap<BusinessDate, u64>>,
    /// What is held of the watched caps.
    open: BTreeMap<Lsn, Takes>,
    /// Looks up the intents of reversals, so that the pass goes straight on.
    again: JournalReader,
}

impl Watch {
    pub(super) fn new(caps: &BTreeMap<CapKey, BTreeSet<BusinessDate>>, again: JournalReader) -> Self {
        let standings = caps.keys().map(|key| (*key, Standing::default())).collect();
        let days = |dates: &BTreeSet<BusinessDate>| dates.iter().map(|date| (*date, 0)).collect();
        let arrivals = caps.iter().map(|(key, dates)| (*key, days(dates))).collect();
        Self { quota: Quota::new(), standings, arrivals, open: BTreeMap::new(), again }
    }

    /// Counts a request for the caps that it came to.
    pub(super) fn arrive(&mut self, entry: &Entry) {
        for key in cap_keys(&entry.record) {
            let days = self.arrivals.get_mut(&key);
            if let Some(count) = days.and_then(|days| days.get_mut(&entry.business_date)) {
                *count = count.saturating_add(1);
            }
        }
    }

    /// The caps as the request of this record met them: after it arrived, before it is applied.
    pub(super) fn seen(&self, entry: &Entry) -> Vec<CapSeen> {
        let look = |key: CapKey, limit, taken, recorded| {
            let arrival = self.arrivals.get(&key).and_then(|days| days.get(&entry.business_date));
            CapSeen {
                key,
                limit,
                taken,
                recorded,
                folded: self.quota.balance(&key),
                standing: self.standings.get(&key).cloned().unwrap_or_default(),
                arrival: arrival.copied().unwrap_or_default(),
            }
        };
        let takes = |takes: &Takes| takes.iter().map(|take| look(take.key, take.limit, Some(*take), None)).collect();
        match &entry.record {
            Record::Intent(intent) if intent.quote.is_none() => takes(&intent.award.caps),
            Record::Quoted(quoted) => takes(&quoted.sale.award.caps),
            Record::Refused(refused) => {
                let stamp = Stamp { lsn: entry.lsn, at: entry.at, rrn: refused.origin.rrn };
                let bound = refused.bound_cap.iter();
                let seen = bound.map(|bound| look(bound.key, bound.limit, None, Some(bound.balance)));
                // Where nobody was turned away before, this is the moment when it ran out.
                let seen = seen.map(|mut seen| {
                    seen.standing.ran_out.get_or_insert(stamp);
                    seen
                });
                seen.collect()
            }
            _ => Vec::new(),
        }
    }

    /// Moves what the record moves (FORMAT.md, "How records move caps").
    pub(super) fn apply(&mut self, entry: &Entry) -> Result<(), ExplainError> {
        let lsn = entry.lsn;
        let caps = |source: Box<Inconsistent>| ExplainError::Caps { lsn, source };
        match &entry.record {
            Record::Intent(intent) => match intent.quote {
                None => self.hold(entry, &intent.award.caps, intent.origin.rrn).map_err(caps)?,
                Some(quote) => {
                    if let Some(takes) = self.open.remove(&quote) {
                        self.each(&takes, |standing| {
                            let stamp = standing.holders.remove(&quote);
                            standing.holders.extend(stamp.map(|stamp| (lsn, stamp)));
                        });
                        self.open.insert(lsn, takes);
                    }
                }
            },
            Record::Quoted(quoted) => {
                self.hold(entry, &quoted.sale.award.caps, quoted.sale.origin.rrn).map_err(caps)?;
            }
            Record::Granted(outcome) => {
                let takes = self.open.remove(&outcome.intent).unwrap_or_default();
                self.quota.replay_grant(&takes).map_err(caps)?;
                self.each(&takes, |standing| {
                    standing.sales_held = standing.sales_held.saturating_sub(1);
                    standing.sales_granted = standing.sales_granted.saturating_add(1);
                });
            }
            Record::Declined(outcome) => self.release(outcome.intent).map_err(caps)?,
            Record::Released(released) => self.release(released.intent).map_err(caps)?,
            Record::Reversed(outcome) => {
                let original = self.again.record(outcome.intent)?.map(|entry| entry.record);
                let Some(Record::Intent(original)) = original else {
                    return Err(ExplainError::NoRequest { lsn: outcome.intent });
                };
                let takes = self.watched(&original.award.caps);
                self.quota.replay_give_back(&takes).map_err(caps)?;
                self.each(&takes, |standing| {
                    standing.sales_granted = standing.sales_granted.saturating_sub(1);
                    standing.ran_out = None;
                    standing.holders.remove(&outcome.intent);
                });
            }
            Record::GaveBack(gave) => {
                let takes = self.watched(&gave.takes);
                self.quota.replay_give_back(&takes).map_err(caps)?;
                self.each(&takes, |standing| standing.ran_out = None);
            }
            Record::Refused(refused) => {
                let standing = refused.bound_cap.and_then(|bound| self.standings.get_mut(&bound.key));
                if let Some(standing) = standing {
                    standing.ran_out.get_or_insert(Stamp { lsn, at: entry.at, rrn: refused.origin.rrn });
                }
            }
            Record::Opened(_)
            | Record::FullPrice(_)
            | Record::InDoubt(_)
            | Record::ReversalAsked(_)
            | Record::ReversalRefused(_)
            | Record::Tombstone(_)
            | Record::ReturnAsked(_)
            | Record::Returned(_)
            | Record::ReturnRefused(_)
            | Record::QueueOrdered(_)
            | Record::RulesChanged(_)
            | Record::Claimed(_)
            | Record::ClaimChanged(_)
            | Record::Drawn(_) => {}
        }
        Ok(())
    }

    fn hold(&mut self, entry: &Entry, takes: &Takes, rrn: Rrn) -> Result<(), Box<Inconsistent>> {
        let takes = self.watched(takes);
        if takes.is_empty() {
            return Ok(());
        }
        self.quota.replay_hold(&takes)?;
        let stamp = Stamp { lsn: entry.lsn, at: entry.at, rrn };
        for take in &takes {
            let Some(standing) = self.standings.get_mut(&take.key) else { continue };
            standing.sales_held = standing.sales_held.saturating_add(1);
            standing.last_taken = Some(stamp);
            standing.ran_out = None;
            if take.key.kind().is_personal() && standing.holders.len() < HOLDERS_MAX {
                standing.holders.insert(entry.lsn, stamp);
            }
        }
        self.open.insert(entry.lsn, takes);
        Ok(())
    }

    fn release(&mut self, of: Lsn) -> Result<(), Box<Inconsistent>> {
        let takes = self.open.remove(&of).unwrap_or_default();
        self.quota.replay_release(&takes)?;
        self.each(&takes, |standing| {
            standing.sales_held = standing.sales_held.saturating_sub(1);
            standing.ran_out = None;
            standing.holders.remove(&of);
        });
        Ok(())
    }

    fn each(&mut self, takes: &Takes, change: impl Fn(&mut Standing)) {
        for take in takes {
            if let Some(standing) = self.standings.get_mut(&take.key) {
                change(standing);
            }
        }
    }

    fn watched(&self, takes: &Takes) -> Takes {
        takes.iter().filter(|take| self.standings.contains_key(&take.key)).copied().collect()
    }
}
