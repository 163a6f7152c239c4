//! One record after the other.

use super::error::Contradiction;
use super::{OpenIntent, Recovered};
use crate::quota::{Inconsistent, Quota};
use lijian_domain::ids::Lsn;
use lijian_domain::record::{Entry, InDoubt, Intent, Opened, Record, ReversalAsked, ReversalOutcome};
use std::collections::btree_map;

/// The state between two records.
pub(super) struct Fold<'a> {
    quota: &'a Quota,
    recovered: Recovered,
    granted: LsnSet,
}

impl<'a> Fold<'a> {
    pub(super) fn new(quota: &'a Quota) -> Self {
        Self { quota, recovered: Recovered::default(), granted: LsnSet::default() }
    }

    /// Takes a record in. `Some(intent)` asks for that intent's record, which is to be handed to [`Self::give_back`].
    pub(super) fn apply(&mut self, entry: Entry) -> Result<Option<Lsn>, Contradiction> {
        let Entry { lsn: at, record, .. } = &entry;
        let (at, expected) = (*at, self.recovered.last.next());
        if at != expected {
            return Err(Contradiction::Gap { expected, got: at });
        }
        self.recovered.last = at;
        self.recovered.latest = self.recovered.latest.max(entry.at);
        match record {
            Record::Opened(opened) => self.opened(at, opened)?,
            Record::Intent(_) => self.intent(entry)?,
            Record::Granted(outcome) => {
                let ended = self.end(at, "granted", outcome.intent, false)?;
                self.quota.replay_grant(&ended.award.caps).map_err(caps(at))?;
                self.granted.insert(outcome.intent);
            }
            Record::Declined(outcome) => self.release(at, "declined", outcome.intent, false)?,
            Record::Released(released) => self.release(at, "released", released.intent, true)?,
            Record::InDoubt(doubt) => self.doubt(at, doubt)?,
            Record::ReversalAsked(asked) => self.asked(at, asked)?,
            Record::ReversalRefused(outcome) => self.answered(at, "reversal refused", outcome)?,
            Record::Reversed(outcome) => {
                self.answered(at, "reversed", outcome)?;
                if !self.granted.remove(outcome.intent) {
                    return Err(Contradiction::NotGranted { at, intent: outcome.intent });
                }
                return Ok(Some(outcome.intent));
            }
            // Moves no money of ours.
            Record::FullPrice(outcome) => before(at, outcome.intent)?,
            Record::Refused(_) | Record::Tombstone(_) => {}
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

    pub(super) fn finish(self) -> Recovered {
        self.recovered
    }

    fn opened(&mut self, at: Lsn, opened: &Opened) -> Result<(), Contradiction> {
        let last = self.recovered.incarnation;
        if opened.incarnation <= last {
            return Err(Contradiction::Incarnation { at, last, got: opened.incarnation });
        }
        self.recovered.incarnation = opened.incarnation;
        Ok(())
    }

    fn intent(&mut self, entry: Entry) -> Result<(), Contradiction> {
        let Entry { lsn, at, business_date, record: Record::Intent(intent) } = entry else { return Ok(()) };
        if intent.grant.lsn() != lsn {
            return Err(Contradiction::GrantId { at: lsn, named: intent.grant.lsn() });
        }
        self.quota.replay_hold(&intent.award.caps).map_err(caps(lsn))?;
        self.recovered.open.insert(lsn, OpenIntent { intent: Box::new(intent), at, business_date, doubt: None });
        Ok(())
    }

    fn doubt(&mut self, at: Lsn, doubt: &InDoubt) -> Result<(), Contradiction> {
        let (step, intent) = ("in doubt", doubt.intent);
        let open = self.recovered.open.get_mut(&intent).ok_or(Contradiction::NotOpen { at, step, intent })?;
        match open.doubt.replace(doubt.cause) {
            Some(_) => Err(Contradiction::InDoubt { at, step, intent }),
            None => Ok(()),
        }
    }

    fn release(&mut self, at: Lsn, step: &'static str, intent: Lsn, from_doubt: bool) -> Result<(), Contradiction> {
        let ended = self.end(at, step, intent, from_doubt)?;
        self.quota.replay_release(&ended.award.caps).map_err(caps(at))
    }

    /// Ends an open intent. One that is in doubt ends by a release only; one that is not may be released too (its request
    /// never left).
    fn end(
        &mut self,
        at: Lsn,
        step: &'static str,
        intent: Lsn,
        from_doubt: bool,
    ) -> Result<Box<Intent>, Contradiction> {
        let btree_map::Entry::Occupied(open) = self.recovered.open.entry(intent) else {
            return Err(Contradiction::NotOpen { at, step, intent });
        };
        if open.get().doubt.is_some() && !from_doubt {
            return Err(Contradiction::InDoubt { at, step, intent });
        }
        Ok(open.remove().intent)
    }

    fn asked(&mut self, at: Lsn, asked: &ReversalAsked) -> Result<(), Contradiction> {
        before(at, asked.intent)?;
        self.recovered.reversals.insert(at, *asked);
        Ok(())
    }

    fn answered(&mut self, at: Lsn, step: &'static str, outcome: &ReversalOutcome) -> Result<(), Contradiction> {
        match self.recovered.reversals.remove(&outcome.asked) {
            Some(asked) if asked.intent == outcome.intent => Ok(()),
            _ => Err(Contradiction::NotAsked { at, step, asked: outcome.asked, intent: outcome.intent }),
        }
    }
}

fn before(at: Lsn, named: Lsn) -> Result<(), Contradiction> {
    if named < at { Ok(()) } else { Err(Contradiction::NotBefore { at, named }) }
}

fn caps(at: Lsn) -> impl FnOnce(Box<Inconsistent>) -> Contradiction {
    move |source| Contradiction::Caps { at, source }
}

/// A bit for each LSN up to the largest that was put in; only LSNs of records that were read are.
#[derive(Default)]
struct LsnSet {
    words: Vec<u64>,
}

impl LsnSet {
    fn insert(&mut self, lsn: Lsn) {
        let (word, bit) = Self::place(lsn);
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= bit;
    }

    /// Whether it was in.
    fn remove(&mut self, lsn: Lsn) -> bool {
        let (word, bit) = Self::place(lsn);
        let Some(word) = self.words.get_mut(word) else { return false };
        let was_in = *word & bit != 0;
        *word &= !bit;
        was_in
    }

    fn place(lsn: Lsn) -> (usize, u64) {
        (usize::try_from(lsn.0 / 64).unwrap_or(usize::MAX), 1 << (lsn.0 % 64))
    }
}
