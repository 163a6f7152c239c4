//! What comes back: reversals, voids and refunds on record move the recorded world as they say, and the other one by the
//! algebra of returns, for the grant and the policy that stand there, at the same times.

use super::WhatIfError;
use super::money::{Due, World as In};
use super::replay::{Replay, caps};
use super::request::of_intent;
use lijian_domain::cap::CapTake;
use lijian_domain::ids::Lsn;
use lijian_domain::record::{Entry, GaveBack, Intent, Record, ReturnAsked, ReturnWay};
use lijian_domain::returns::{Ask, Base, Part, Reject, Share, Standing, Way, When, share};
use lijian_domain::sale::Award;
use lijian_domain::time::BusinessDate;
use std::collections::BTreeMap;

/// Returns of both worlds.
#[derive(Default)]
pub(super) struct Returns {
    /// Those that are not over, by the record that asked for them.
    asked: BTreeMap<Lsn, Asked>,
    /// Those confirmed and not undone, by the sale.
    of: BTreeMap<Lsn, Vec<Lsn>>,
    /// Up to which business date what is due on the next one went back.
    matured: BusinessDate,
}

/// A return that is not over.
struct Asked {
    intent: Lsn,
    way: ReturnWay,
    /// What the reversal of a void undoes.
    void: Option<Lsn>,
    day: BusinessDate,
    confirmed: bool,
    /// On which day it stands in the sums.
    counted: Option<BusinessDate>,
    /// What the caps have not got back yet, as recorded.
    outstanding: Vec<CapTake>,
    then: (Due, u64),
    now: Option<Now>,
}

/// The same return under the other rules.
struct Now {
    due: Due,
    /// Of the discount, in minor units.
    part: u64,
    allowance: When,
    outstanding: Vec<CapTake>,
    /// It was asked for before the days: it gives back what is recorded.
    is_recorded: bool,
}

impl Replay<'_> {
    /// Moves what a record about a return moves.
    pub(super) fn give_back(&mut self, entry: &Entry) -> Result<(), WhatIfError> {
        match &entry.record {
            Record::Reversed(outcome) => self.reversed(entry, outcome.intent),
            Record::ReturnAsked(asked) => self.return_asked(entry, asked),
            Record::Returned(outcome) => self.returned(entry, outcome.asked),
            Record::ReturnRefused(outcome) => {
                self.returns.asked.remove(&outcome.asked);
                Ok(())
            }
            Record::GaveBack(gave) => self.gave_back(entry, gave),
            _ => Ok(()),
        }
    }

    /// On a new business date: gives back what is due on the next day and stands nowhere on record.
    pub(super) fn mature(&mut self, entry: &Entry) -> Result<(), WhatIfError> {
        if entry.business_date <= self.returns.matured {
            return Ok(());
        }
        self.returns.matured = entry.business_date;
        for asked in self.returns.asked.values_mut() {
            if asked.confirmed && asked.outstanding.is_empty() && asked.day < entry.business_date {
                let due = asked.now.as_mut().map(|now| std::mem::take(&mut now.outstanding)).unwrap_or_default();
                self.world.quota.replay_give_back(&due).map_err(caps(entry.lsn))?;
            }
        }
        self.returns.asked.retain(|_, asked| !asked.is_over());
        Ok(())
    }

    fn reversed(&mut self, entry: &Entry, of: Lsn) -> Result<(), WhatIfError> {
        let recorded = self.intent(of)?.award;
        self.then.give_back(&recorded.caps);
        let counts = self.is_asked_for(entry);
        if counts {
            self.money.give_back(In::Then, entry.business_date, &Due::of(&recorded), recorded.discount.get());
        }
        if let Some(award) = self.award(of)? {
            self.world.quota.replay_give_back(&award.caps).map_err(caps(entry.lsn))?;
            self.granted.remove(of);
            if counts {
                self.money.give_back(In::Now, entry.business_date, &Due::of(&award), award.discount.get());
            }
        }
        Ok(())
    }

    fn return_asked(&mut self, entry: &Entry, asked: &ReturnAsked) -> Result<(), WhatIfError> {
        let recorded = Due::of(&self.intent(asked.intent)?.award);
        let award = match asked.way {
            ReturnWay::VoidReversal => None,
            ReturnWay::Void | ReturnWay::Refund => self.award(asked.intent)?,
        };
        let now = match award {
            Some(award) if self.is_asked_for(entry) => match self.share(asked, &award)? {
                Ok(share) => Some(Now {
                    due: Due::of(&award),
                    part: share.part.discount.get(),
                    allowance: share.allowance,
                    outstanding: share.part.takes.to_vec(),
                    is_recorded: false,
                }),
                Err(_) => {
                    self.counts.returns_refused = self.counts.returns_refused.saturating_add(1);
                    None
                }
            },
            Some(award) => Some(Now {
                due: Due::of(&award),
                part: asked.discount.get(),
                allowance: When::Now,
                outstanding: asked.takes.to_vec(),
                is_recorded: true,
            }),
            None => None,
        };
        let asked = Asked {
            intent: asked.intent,
            way: asked.way,
            void: asked.of,
            day: entry.business_date,
            confirmed: false,
            counted: None,
            outstanding: asked.takes.to_vec(),
            then: (recorded, asked.discount.get()),
            now,
        };
        self.returns.asked.insert(entry.lsn, asked);
        Ok(())
    }

    fn returned(&mut self, entry: &Entry, of: Lsn) -> Result<(), WhatIfError> {
        let counts = self.is_asked_for(entry);
        let Some(asked) = self.returns.asked.get_mut(&of) else { return Ok(()) };
        if asked.way == ReturnWay::VoidReversal {
            let (void, intent) = (asked.void, asked.intent);
            self.returns.asked.remove(&of);
            return self.undo(void, intent);
        }
        asked.confirmed = true;
        let mut due = Vec::new();
        if counts {
            asked.counted = Some(entry.business_date);
            self.money.give_back(In::Then, entry.business_date, &asked.then.0, asked.then.1);
        }
        if let Some(now) = &mut asked.now {
            if counts {
                self.money.give_back(In::Now, entry.business_date, &now.due, now.part);
            }
            if asked.outstanding.is_empty() && asked.way == ReturnWay::Refund {
                due = now.due_at_once();
            }
        }
        self.returns.of.entry(asked.intent).or_default().push(of);
        self.end(of, &due, entry)
    }

    /// A void was undone: the sale stands as it stood.
    fn undo(&mut self, void: Option<Lsn>, intent: Lsn) -> Result<(), WhatIfError> {
        let Some(asked) = void.and_then(|void| self.returns.asked.remove(&void)) else { return Ok(()) };
        if let Some(day) = asked.counted {
            self.money.undo(In::Then, day, &asked.then.0, asked.then.1);
            if let Some(now) = &asked.now {
                self.money.undo(In::Now, day, &now.due, now.part);
            }
        }
        if let Some(confirmed) = self.returns.of.get_mut(&intent) {
            confirmed.retain(|asked| Some(*asked) != void);
        }
        Ok(())
    }

    fn gave_back(&mut self, entry: &Entry, gave: &GaveBack) -> Result<(), WhatIfError> {
        self.then.give_back(&gave.takes);
        let Some(asked) = self.returns.asked.get_mut(&gave.asked) else { return Ok(()) };
        subtract(&mut asked.outstanding, &gave.takes);
        let whole = entry.business_date > asked.day || asked.way == ReturnWay::Void;
        let due = match &mut asked.now {
            Some(now) if now.is_recorded => {
                subtract(&mut now.outstanding, &gave.takes);
                gave.takes.to_vec()
            }
            Some(now) if whole => std::mem::take(&mut now.outstanding),
            Some(now) => now.due_at_once(),
            None => Vec::new(),
        };
        self.end(gave.asked, &due, entry)
    }

    /// Gives back what is due, and forgets the return if that was all.
    fn end(&mut self, asked: Lsn, due: &[CapTake], entry: &Entry) -> Result<(), WhatIfError> {
        self.world.quota.replay_give_back(due).map_err(caps(entry.lsn))?;
        if self.returns.asked.get(&asked).is_some_and(Asked::is_over) {
            self.returns.asked.remove(&asked);
        }
        Ok(())
    }

    /// What a return gives back of a grant that stands here. Its place in the price is what is recorded: goods are worth in
    /// both worlds what they were sold for.
    fn share(&mut self, asked: &ReturnAsked, award: &Award) -> Result<Result<Share, Reject>, WhatIfError> {
        let policy = self.world.rules.campaign(award.campaign).map(|campaign| campaign.refund).unwrap_or_default();
        let mut standing = Standing::default();
        for lsn in self.returns.of.get(&asked.intent).cloned().unwrap_or_default() {
            let earlier = self.record(lsn)?;
            let Record::ReturnAsked(request) = &earlier.record else { return Err(WhatIfError::NoRequest { lsn }) };
            let part = if self.is_asked_for(&earlier) {
                share(award, &policy, &standing, &ask(request)).ok().map(|share| share.part)
            } else {
                Part::recorded(request)
            };
            // One that was refused here gave nothing back.
            let Some(part) = part else { continue };
            standing = standing.with(award, &part).ok_or(WhatIfError::NoRequest { lsn })?;
        }
        Ok(share(award, &policy, &standing, &ask(asked)))
    }

    /// The grant of a sale here, if it has one: decided again from what is recorded, which gives what was decided before.
    fn award(&mut self, of: Lsn) -> Result<Option<Award>, WhatIfError> {
        if !self.granted.contains(of) {
            return Ok(None);
        }
        let sale = self.intent(of)?;
        let asked = sale.quote.unwrap_or(of);
        if self.first.is_none_or(|first| asked < first) {
            return Ok(Some(sale.award));
        }
        let entry = self.record(asked)?;
        let request = match &entry.record {
            Record::Intent(intent) => of_intent(intent),
            Record::Quoted(quoted) => of_intent(&quoted.sale),
            _ => return Err(WhatIfError::NoRequest { lsn: asked }),
        };
        let moment = self.moment(&entry);
        let presented = self.world.redeemed(&request);
        self.world
            .decide(&request, presented.as_ref(), false, &moment)
            .map(Some)
            .map_err(|_| WhatIfError::NoRequest { lsn: asked })
    }

    fn intent(&mut self, lsn: Lsn) -> Result<Intent, WhatIfError> {
        match self.record(lsn)?.record {
            Record::Intent(intent) => Ok(intent),
            _ => Err(WhatIfError::NoRequest { lsn }),
        }
    }

    fn record(&mut self, lsn: Lsn) -> Result<Entry, WhatIfError> {
        self.again.record(lsn)?.ok_or(WhatIfError::NoRequest { lsn })
    }
}

impl Asked {
    fn is_over(&self) -> bool {
        let nothing = self.outstanding.is_empty() && self.now.as_ref().is_none_or(|now| now.outstanding.is_empty());
        self.confirmed && nothing
    }
}

impl Now {
    /// Of a refund, on its day: everything but an allowance that comes back on the next one.
    fn due_at_once(&mut self) -> Vec<CapTake> {
        let waits = |take: &CapTake| take.key.kind().is_personal() && self.allowance != When::Now;
        let (later, due) = self.outstanding.iter().copied().partition(waits);
        self.outstanding = later;
        due
    }
}

fn ask(asked: &ReturnAsked) -> Ask {
    let way = if asked.way == ReturnWay::Void { Way::Void } else { Way::Refund };
    Ask { way, amount: asked.gross, base: Base::Gross, same_batch: true }
}

fn subtract(from: &mut Vec<CapTake>, takes: &[CapTake]) {
    for take in takes {
        if let Some(left) = from.iter_mut().find(|left| left.key == take.key) {
            left.amount = left.amount.checked_sub(take.amount).unwrap_or_default();
            left.count = left.count.saturating_sub(take.count);
        }
    }
    from.retain(|take| !take.amount.is_zero() || take.count > 0);
}
