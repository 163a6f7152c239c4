//! What a fold over the journal has come to, without what can be read again, and without claims, which are many: for
//! snapshots.

use super::error::Contradiction;
use super::fold::{Fold, caps};
use super::{LsnSet, OpenQuote, OpenReturn, RecoveryError};
use crate::claims::Claims;
use crate::quota::Quota;
use lijian_domain::cap::Takes;
use lijian_domain::ids::{Lsn, RulesVersion};
use lijian_domain::record::{DoubtCause, Entry, QueueOrdered, Record};
use lijian_domain::time::UnixMicros;
use std::collections::BTreeMap;

/// See [`super::Recovered`], whose records it names by their LSNs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Standing {
    /// The last incarnation.
    pub incarnation: u32,
    /// The version of the rules in force; none where the journal was never opened.
    pub rules: Option<RulesVersion>,
    /// The latest time of any record.
    pub latest: UnixMicros,
    /// Grants that were not reversed.
    pub granted: LsnSet,
    /// Intents without an end, and why they are in doubt.
    pub open: Vec<(Lsn, Option<DoubtCause>)>,
    /// Reversals under way.
    pub reversals: Vec<Lsn>,
    /// Quotes without an end.
    pub quotes: Vec<Lsn>,
    /// Returns that are not over.
    pub returns: Vec<StandingReturn>,
    /// Confirmed returns by their intent.
    pub returned: BTreeMap<Lsn, Vec<Lsn>>,
    /// What two people decided, by what it is about.
    pub orders: BTreeMap<Lsn, QueueOrdered>,
}

/// A return that is not over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StandingReturn {
    /// The record that asks for it.
    pub asked: Lsn,
    /// Whether the issuer confirmed it.
    pub confirmed: bool,
    /// What the caps have not got back yet.
    pub outstanding: Takes,
}

impl Fold<'_> {
    pub(super) fn standing(&self) -> Standing {
        let recovered = &self.recovered;
        Standing {
            incarnation: recovered.incarnation,
            rules: recovered.rules,
            latest: recovered.latest,
            granted: recovered.granted.clone(),
            open: self.open.iter().map(|(lsn, held)| (*lsn, held.doubt)).collect(),
            reversals: recovered.reversals.keys().copied().collect(),
            quotes: recovered.quotes.keys().copied().collect(),
            returns: recovered
                .returns
                .iter()
                .map(|(lsn, open)| StandingReturn {
                    asked: *lsn,
                    confirmed: open.confirmed,
                    outstanding: open.outstanding.clone(),
                })
                .collect(),
            returned: recovered.returned.clone(),
            orders: recovered.orders.clone(),
        }
    }

    /// Goes on from `standing` and `claims`, which the records up to `last` came to, and from a quota that has what was used. `look_up`
    /// reads one record again.
    pub(super) fn resume<'a, E>(
        quota: &'a Quota,
        standing: Standing,
        claims: Claims,
        last: Lsn,
        mut look_up: impl FnMut(Lsn) -> Result<Option<Entry>, E>,
    ) -> Result<Fold<'a>, RecoveryError<E>> {
        let mut fold = Fold::new(quota);
        fold.recovered.claims = claims;
        let mut again = |lsn: Lsn| {
            let found = look_up(lsn).map_err(RecoveryError::Journal)?.filter(|entry| entry.lsn == lsn);
            found.ok_or(RecoveryError::Contradiction(Contradiction::Vanished { intent: lsn }))
        };
        let vanished = |lsn| RecoveryError::Contradiction(Contradiction::Vanished { intent: lsn });
        let held = |lsn, takes: &[_]| quota.replay_hold(takes).map_err(caps(lsn)).map_err(RecoveryError::Contradiction);
        for (lsn, doubt) in standing.open {
            let Record::Intent(intent) = again(lsn)?.record else { return Err(vanished(lsn)) };
            held(lsn, &intent.award.caps)?;
            fold.reopen_held(lsn, &intent, doubt);
        }
        for lsn in standing.quotes {
            let Entry { at, business_date, record: Record::Quoted(quoted), .. } = again(lsn)? else {
                return Err(vanished(lsn));
            };
            held(lsn, &quoted.sale.award.caps)?;
            fold.recovered.quotes.insert(lsn, OpenQuote { quoted: Box::new(quoted), at, business_date });
        }
        for lsn in standing.reversals {
            let Record::ReversalAsked(asked) = again(lsn)?.record else { return Err(vanished(lsn)) };
            fold.recovered.reversals.insert(lsn, asked);
        }
        for StandingReturn { asked: lsn, confirmed, outstanding } in standing.returns {
            let Entry { at, business_date, record: Record::ReturnAsked(asked), .. } = again(lsn)? else {
                return Err(vanished(lsn));
            };
            let open = OpenReturn { asked: Box::new(asked), at, business_date, confirmed, outstanding };
            fold.recovered.returns.insert(lsn, open);
        }
        fold.recovered.incarnation = standing.incarnation;
        fold.recovered.rules = standing.rules;
        fold.recovered.latest = standing.latest;
        fold.recovered.last = last;
        fold.recovered.granted = standing.granted;
        fold.recovered.returned = standing.returned;
        fold.recovered.orders = standing.orders;
        Ok(fold)
    }
}
