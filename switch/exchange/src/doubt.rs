//! Holds whose outcome nobody knows: neither spent nor free until the issuer's word comes.

use crate::effects::Effects;
use crate::event::Now;
use crate::exchange::Exchange;
use crate::key::KeyBytes;
use crate::memory::State;
use crate::misdeed::Misdeed;
use crate::response;
use foldhash::fast::FixedState;
use lijian_codecs::message::MessageView;
use lijian_domain::cap::CapTake;
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::{DuplicateKey, Lsn};
use lijian_domain::record::{DoubtCause, InDoubt, Outcome, Record, ReleaseCause, Released};
use lijian_store::recovery::OpenIntent;
use std::collections::HashMap;

struct Doubt {
    key: DuplicateKey,
    takes: Box<[CapTake]>,
    response: Option<KeyBytes>,
}

/// All holds in doubt, by the LSN of their intent.
pub(crate) struct Doubts {
    by_intent: HashMap<Lsn, Doubt, FixedState>,
    /// By which a late answer of the issuer is known.
    by_response: HashMap<KeyBytes, Lsn, FixedState>,
    /// Intents that recovery found open and that no record says to be in doubt yet.
    fresh: Vec<Lsn>,
}

impl Doubts {
    pub(crate) fn new(hash_seed: u64) -> Self {
        let hasher = FixedState::with_seed(hash_seed);
        Self {
            by_intent: HashMap::with_hasher(hasher.clone()),
            by_response: HashMap::with_hasher(hasher),
            fresh: Vec::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.by_intent.len()
    }

    pub(crate) fn insert(&mut self, intent: Lsn, key: DuplicateKey, takes: Box<[CapTake]>) {
        self.by_intent.insert(intent, Doubt { key, takes, response: None });
    }

    /// A late answer with this key will be about this intent.
    pub(crate) fn expect(&mut self, response: KeyBytes, intent: Lsn) {
        if let Some(doubt) = self.by_intent.get_mut(&intent) {
            doubt.response = Some(response.clone());
            self.by_response.insert(response, intent);
        }
    }

    /// Whether a late answer may still come with this key: a new request with it could get the answer of the old one.
    pub(crate) fn expects(&self, response: &KeyBytes) -> bool {
        self.by_response.contains_key(response)
    }

    pub(crate) fn recover(&mut self, lsn: Lsn, open: &OpenIntent) {
        if open.doubt.is_none() {
            self.fresh.push(lsn);
        }
        self.insert(lsn, open.intent.origin.key, open.intent.award.caps.as_slice().into());
    }

    /// Ends a doubt; what it held, and its request's key.
    fn remove(&mut self, intent: Lsn) -> Option<Doubt> {
        let doubt = self.by_intent.remove(&intent)?;
        if let Some(response) = &doubt.response {
            self.by_response.remove(response);
        }
        Some(doubt)
    }
}

impl Exchange {
    /// What recovery found without an outcome is in doubt from now on.
    pub(crate) fn started(&mut self, now: Now, effects: &mut Effects) {
        self.memory.replayed();
        self.mature_returns(now, effects);
        let moment = self.moment(now);
        let mut fresh = std::mem::take(&mut self.doubts.fresh);
        fresh.sort_unstable();
        let mut recorded = Vec::with_capacity(fresh.len());
        for intent in fresh {
            let record = Record::InDoubt(InDoubt { intent, cause: DoubtCause::Restart });
            let lsn = effects.journal.push(moment.at, moment.business_date, &record);
            recorded.push((intent, lsn));
            effects.tally.in_doubt += 1;
            if let Some(doubt) = self.doubts.by_intent.get(&intent) {
                self.memory.note(&doubt.key, State::InDoubt, Some(lsn));
            }
        }
        self.start_queue(&recorded, now, effects);
    }

    /// Nobody waits for this answer any more. A late decline ends a doubt; a late approval never makes a grant, since the
    /// acquirer was told 98.
    pub(crate) fn answered_late(&mut self, key: &KeyBytes, view: &MessageView<'_>, now: Now, effects: &mut Effects) {
        effects.tally.unmatched_answers += 1;
        let Some(intent) = self.doubts.by_response.get(key).copied() else { return };
        if response::is_declined(response::result(view)) {
            self.release_doubt(intent, ReleaseCause::LateDecline, now, effects);
        } else {
            effects.tally.late_approvals += 1;
            if self.misdeeds.include(Misdeed::LateApprovalGrants) {
                self.grant_late(intent, view, now, effects);
            }
        }
    }

    /// Ends a doubt without a grant: the record first, then the hold is given back. Others are told of it once it is on disk.
    pub(crate) fn release_doubt(&mut self, intent: Lsn, cause: ReleaseCause, now: Now, effects: &mut Effects) {
        if self.poisoned {
            return;
        }
        let Some(doubt) = self.doubts.remove(intent) else { return };
        let moment = self.moment(now);
        let record = Record::Released(Released { intent, cause });
        let lsn = effects.journal.push(moment.at, moment.business_date, &record);
        self.quota.release(&doubt.takes);
        if self.misdeeds.include(Misdeed::DoubtReleasedTwice) {
            effects.journal.push(moment.at, moment.business_date, &Record::Released(Released { intent, cause }));
        }
        self.queue.ends(intent, lsn, [(doubt.key, State::Released, None)]);
    }

    /// See [`Misdeed::LateApprovalGrants`].
    fn grant_late(&mut self, intent: Lsn, view: &MessageView<'_>, now: Now, effects: &mut Effects) {
        let Some(doubt) = self.doubts.remove(intent) else { return };
        let answer = response::answer(view, view, DecisionCode::Granted);
        let moment = self.moment(now);
        effects.journal.push(moment.at, moment.business_date, &Record::Granted(Outcome { intent, answer }));
        self.quota.grant(&doubt.takes);
    }
}
