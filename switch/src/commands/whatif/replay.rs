//! The pass over the journal: every request of the days asked for is decided again, everything else moves both worlds as it
//! is recorded.

use super::WhatIfError;
use super::changes::{Changes, Fate, Who};
use super::exhaustion::{Both, Shared, shared};
use super::money::{Due, Money, World as In};
use super::request::{Again, of_intent, of_refused};
use super::returns::Returns;
use super::world::{Turned, World, name};
use lijian_domain::cap::{CapKey, CapTake};
use lijian_domain::ids::{Lsn, Rrn, RulesVersion};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{Entry, Intent, Origin, Record, Refused, ReleaseCause};
use lijian_domain::sale::SaleRequest;
use lijian_domain::time::{BusinessDate, Calendar, Moment};
use lijian_store::journal::JournalReader;
use lijian_store::quota::Inconsistent;
use lijian_store::recovery::LsnSet;
use std::collections::BTreeMap;

/// Which days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Span {
    pub(super) from: BusinessDate,
    pub(super) to: BusinessDate,
}

/// How many requests there were.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Counts {
    /// Decided again.
    pub(super) decided: u64,
    /// Refused whatever campaigns say.
    pub(super) stays: u64,
    /// Refusals of records that did not keep what was asked.
    pub(super) not_recorded: u64,
    /// Of all these, decided by other rules than those that are configured.
    pub(super) other_rules: u64,
    /// Without an end in the journal.
    pub(super) open: u64,
    /// Returns that the other rules refuse.
    pub(super) returns_refused: u64,
}

/// The two worlds side by side.
pub(super) struct Replay<'a> {
    pub(super) span: Span,
    pub(super) world: World<'a>,
    pub(super) calendar: &'a Calendar,
    /// Of the rules that are configured.
    pub(super) version: RulesVersion,
    pub(super) then: Shared,
    pub(super) caps: BTreeMap<CapKey, Both>,
    pub(super) money: Money,
    pub(super) changes: Changes,
    pub(super) counts: Counts,
    /// Sales and quotes without an end.
    pub(super) open: BTreeMap<Lsn, Open>,
    /// The first record of the days; none before it.
    pub(super) first: Option<Lsn>,
    /// Sales on record that are granted here, a bit each.
    pub(super) granted: LsnSet,
    pub(super) returns: Returns,
    /// Reads records again: of sales that are given back.
    pub(super) again: JournalReader,
}

/// A sale or quote without an end.
pub(super) struct Open {
    /// What is held as recorded, and what here.
    then: Box<[CapTake]>,
    now: Option<Box<[CapTake]>>,
    is_quote: bool,
    /// Of the days asked for.
    case: Option<Box<Case>>,
}

/// A request decided in favour then, and its decision now.
struct Case {
    who: Who,
    then: Due,
    now: Result<Due, Turned>,
}

impl Replay<'_> {
    /// Takes the next record in; false once nothing that follows matters.
    pub(super) fn take(&mut self, entry: &Entry) -> Result<bool, WhatIfError> {
        let date = entry.business_date;
        if date >= self.span.from && self.first.is_none() {
            self.first = Some(entry.lsn);
        }
        if date > self.span.to {
            self.outcome(entry)?;
            return Ok(self.open.values().any(|open| open.case.is_some()));
        }
        self.mature(entry)?;
        self.world.claim(entry).map_err(|source| WhatIfError::Claims { lsn: entry.lsn, source })?;
        match &entry.record {
            Record::Intent(intent) => match intent.quote {
                Some(quote) => self.take_over(entry.lsn, quote),
                None => self.asked(entry, intent, false)?,
            },
            Record::Quoted(quoted) => self.asked(entry, &quoted.sale, true)?,
            Record::Refused(refused) => self.refused(entry, refused)?,
            _ => {
                self.outcome(entry)?;
                self.give_back(entry)?;
            }
        }
        Ok(true)
    }

    /// There are no more records.
    pub(super) fn finish(&mut self) {
        for open in std::mem::take(&mut self.open).into_values() {
            let Some(case) = open.case else { continue };
            self.counts.open = self.counts.open.saturating_add(1);
            self.compare(&case, Fate::Open);
        }
        for (key, both) in &mut self.caps {
            let balance = self.world.quota.balance(key);
            both.then.taken = self.then.taken(key);
            both.now.taken = balance.held.get().saturating_add(balance.used.get());
        }
    }

    /// A moment as the rules see it. The business date is the record's: it never went back.
    pub(super) fn moment(&self, entry: &Entry) -> Moment {
        Moment { business_date: entry.business_date, ..self.calendar.moment(entry.at) }
    }

    pub(super) fn is_asked_for(&self, entry: &Entry) -> bool {
        (self.span.from..=self.span.to).contains(&entry.business_date)
    }

    /// A sale or quote that was decided in favour.
    fn asked(&mut self, entry: &Entry, intent: &Intent, is_quote: bool) -> Result<(), WhatIfError> {
        let then = intent.award.caps.as_slice();
        self.then.hold(then);
        let mut open = Open { then: then.into(), now: Some(then.into()), is_quote, case: None };
        if !self.is_asked_for(entry) {
            self.world.quota.replay_hold(then).map_err(caps(entry.lsn))?;
            self.open.insert(entry.lsn, open);
            return Ok(());
        }
        for take in shared(then) {
            let taken = self.then.taken(&take.key);
            let limit = take.limit.amount.map(MinorUnits::get);
            self.caps.entry(take.key).or_default().then.take(limit, taken, entry.at);
        }
        self.count(intent.award.rules);
        self.counts.decided = self.counts.decided.saturating_add(1);
        let award = self.decide(entry, &of_intent(intent), false);
        let mut who = who(entry, &intent.origin, intent.award.gross.get());
        who.person = intent.person;
        open.now = award.as_ref().ok().map(|(_, takes)| takes.clone());
        let now = award.map(|(due, _)| due);
        open.case = Some(Box::new(Case { who, then: Due::of(&intent.award), now }));
        self.open.insert(entry.lsn, open);
        Ok(())
    }

    /// What the sale would be told, and, if that is yes, its caps held.
    fn decide(&mut self, entry: &Entry, request: &SaleRequest, chip: bool) -> Result<(Due, Box<[CapTake]>), Turned> {
        let presented = self.world.presented(request);
        let decided = self.world.decide(request, presented.as_ref(), chip, &self.moment(entry));
        let held = decided.and_then(|award| match self.world.hold(&award) {
            Ok(()) => Ok(award),
            Err(turned) => {
                if let Some(key) = turned.bound.filter(|key| !key.kind().is_personal()) {
                    let limit = award.caps.iter().find(|take| take.key == key).and_then(|take| take.limit.amount);
                    self.caps.entry(key).or_default().now.refuse(limit.map(MinorUnits::get), entry.at);
                }
                Err(turned)
            }
        });
        held.map(|award| {
            for take in shared(&award.caps) {
                let balance = self.world.quota.balance(&take.key);
                let taken = balance.held.get().saturating_add(balance.used.get());
                let limit = take.limit.amount.map(MinorUnits::get);
                self.caps.entry(take.key).or_default().now.take(limit, taken, entry.at);
            }
            (Due::of(&award), award.caps.as_slice().into())
        })
    }

    /// A sale takes over what its quote holds.
    fn take_over(&mut self, lsn: Lsn, quote: Lsn) {
        if let Some(open) = self.open.remove(&quote) {
            self.open.insert(lsn, Open { is_quote: false, ..open });
        }
    }

    fn refused(&mut self, entry: &Entry, refused: &Refused) -> Result<(), WhatIfError> {
        if !self.is_asked_for(entry) {
            return Ok(());
        }
        if let Some(bound) = refused.bound_cap.filter(|bound| !bound.key.kind().is_personal()) {
            let limit = bound.limit.amount.map(MinorUnits::get);
            self.caps.entry(bound.key).or_default().then.refuse(limit, entry.at);
        }
        self.count(refused.rules);
        let (request, chip) = match of_refused(refused) {
            Again::Decide(request, chip) => (request, chip),
            Again::Stays => {
                self.counts.stays = self.counts.stays.saturating_add(1);
                return Ok(());
            }
            Again::NotRecorded => {
                self.counts.not_recorded = self.counts.not_recorded.saturating_add(1);
                return Ok(());
            }
        };
        self.counts.decided = self.counts.decided.saturating_add(1);
        let mut who = who(entry, &refused.origin, refused.amount.get());
        who.person = request.person;
        if who.rrn.is_empty() {
            who.rrn = refused.answer.rrn;
        }
        let then = Fate::Refused(refused.answer.code);
        match self.decide(entry, &request, chip) {
            Ok((due, takes)) => {
                // Nobody asked the issuer then; it is taken to approve.
                self.world.quota.replay_grant(&takes).map_err(caps(entry.lsn))?;
                self.money.grant(In::Now, entry.business_date, &due);
                let reason = refused.bound_cap.map(|bound| name(&bound.key));
                let reason = reason.unwrap_or_else(|| refused.bound.to_string());
                self.changes.compare(&who, [(then, None), (Fate::Granted, Some(&due))], &reason);
            }
            Err(turned) => {
                let now = Fate::Refused(turned.code);
                self.changes.compare(&who, [(then, None), (now, None)], &turned.reason);
            }
        }
        Ok(())
    }

    /// What became of a sale or quote.
    fn outcome(&mut self, entry: &Entry) -> Result<(), WhatIfError> {
        let (of, fate, rrn) = match &entry.record {
            Record::Granted(outcome) => (outcome.intent, Fate::Granted, outcome.answer.rrn),
            Record::Declined(outcome) => (outcome.intent, Fate::NotApproved, outcome.answer.rrn),
            Record::Released(released) => match released.cause {
                ReleaseCause::QuoteExpired | ReleaseCause::QuoteWithdrawn => {
                    (released.intent, Fate::Unused, Rrn::default())
                }
                _ => (released.intent, Fate::NotApproved, Rrn::default()),
            },
            Record::Intent(intent) => {
                // Behind the days asked for: of their quotes only.
                if let Some(quote) = intent.quote {
                    self.take_over(entry.lsn, quote);
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        let Some(open) = self.open.remove(&of) else { return Ok(()) };
        let quota = &self.world.quota;
        let now = open.now.as_deref().unwrap_or_default();
        if fate == Fate::Granted {
            quota.replay_grant(now).map_err(caps(entry.lsn))?;
            if open.now.is_some() {
                self.granted.insert(of);
            }
        } else {
            self.then.give_back(&open.then);
            quota.replay_release(now).map_err(caps(entry.lsn))?;
        }
        let Some(mut case) = open.case else { return Ok(()) };
        if case.who.rrn.is_empty() {
            case.who.rrn = rrn;
        }
        let fate = if open.is_quote && fate == Fate::NotApproved { Fate::Unused } else { fate };
        if fate == Fate::Granted {
            self.money.grant(In::Then, case.who.day, &case.then);
            if let Ok(due) = &case.now {
                self.money.grant(In::Now, case.who.day, due);
            }
        }
        self.compare(&case, fate);
        Ok(())
    }

    /// What was decided in favour in both worlds ends in the same way.
    fn compare(&mut self, case: &Case, fate: Fate) {
        let then = (fate, Some(&case.then));
        match &case.now {
            Ok(due) => self.changes.compare(&case.who, [then, (fate, Some(due))], ""),
            Err(turned) => {
                self.changes.compare(&case.who, [then, (Fate::Refused(turned.code), None)], &turned.reason);
            }
        }
    }

    fn count(&mut self, version: RulesVersion) {
        self.counts.other_rules = self.counts.other_rules.saturating_add(u64::from(version != self.version));
    }
}

/// An error of the other world's caps: they move as those of the journal do, so the journal contradicts itself.
pub(super) fn caps(lsn: Lsn) -> impl FnOnce(Box<Inconsistent>) -> WhatIfError {
    move |source| WhatIfError::Caps { lsn, source }
}

fn who(entry: &Entry, origin: &Origin, gross: u64) -> Who {
    Who {
        lsn: entry.lsn,
        at: entry.at,
        day: entry.business_date,
        rrn: origin.rrn,
        merchant: origin.merchant,
        terminal: origin.terminal,
        person: Default::default(),
        gross,
    }
}
