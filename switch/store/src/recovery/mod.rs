//! What a start learns from the journal: caps as they stood, and everything that was still under way.
//!
//! [`Replay`] is a fold over all records, from the first or from what a snapshot holds. It feeds the quota and keeps only what is open, so memory grows
//! with the sales that were in flight and with returns, not with those ever granted (but for one bit a record, which says
//! whether a grant stands). The takes of a reversed grant, which are rare, are looked up in the journal again.
//!
//! # Invariants
//! - History is the truth: limits that were lowered since stop nothing.
//! - A history that contradicts itself (an outcome without its intent, a second outcome) stops the start with the records'
//!   LSNs. Nothing is skipped, nothing panics.
//!
//! May call the quota and the claims.

mod error;
mod fold;
mod lsn_set;
mod returns;
mod standing;

pub use error::{Contradiction, RecoveryError};
pub use lsn_set::LsnSet;
pub use standing::{Standing, StandingReturn};

use crate::claims::Claims;
use crate::quota::Quota;
use fold::Fold;
use lijian_domain::cap::Takes;
use lijian_domain::ids::{Lsn, RulesVersion};
use lijian_domain::record::{DoubtCause, Entry, Intent, QueueOrdered, Quoted, ReturnAsked, ReversalAsked};
use lijian_domain::time::{BusinessDate, UnixMicros};
use std::borrow::Borrow;
use std::collections::BTreeMap;

/// What a journal left behind.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Recovered {
    /// Intents without an end, by their LSN; their caps are held.
    pub open: BTreeMap<Lsn, OpenIntent>,
    /// Reversals that were asked for and neither confirmed nor refused, by the LSN of the asking.
    pub reversals: BTreeMap<Lsn, ReversalAsked>,
    /// Quotes that were neither used nor given back, by their LSN; their caps are held.
    pub quotes: BTreeMap<Lsn, OpenQuote>,
    /// Returns that are not over, by the LSN of the asking: not answered by the issuer yet, or confirmed with something
    /// left to give back.
    pub returns: BTreeMap<Lsn, OpenReturn>,
    /// Confirmed voids and refunds that were not undone, in order of their confirmation, by the LSN of their intent: the
    /// LSNs of their asking.
    pub returned: BTreeMap<Lsn, Vec<Lsn>>,
    /// What two people decided about messages that still wait, by what the decision is about.
    pub orders: BTreeMap<Lsn, QueueOrdered>,
    /// All claims. Whoever takes them over takes them out: there are millions.
    pub claims: Claims,
    /// Grants that were not reversed; those that were returned are among them.
    pub granted: LsnSet,
    /// The last incarnation, 0 if the journal was never opened.
    pub incarnation: u32,
    /// The version of the rules in force at the end, none if the journal was never opened.
    pub rules: Option<RulesVersion>,
    /// The last record, [`Lsn::NONE`] of an empty journal.
    pub last: Lsn,
    /// The latest time of any record: the clock may stand earlier after a restart.
    pub latest: UnixMicros,
}

/// An intent without an end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenIntent {
    /// The sale and what is held for it.
    pub intent: Box<Intent>,
    /// When it was decided.
    pub at: UnixMicros,
    /// Its settlement day.
    pub business_date: BusinessDate,
    /// Why it is in doubt; none where the daemon stopped before anything was known.
    pub doubt: Option<DoubtCause>,
}

/// A quote without an end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenQuote {
    /// The quote and what is held for it.
    pub quoted: Box<Quoted>,
    /// When it was made.
    pub at: UnixMicros,
    /// Its settlement day.
    pub business_date: BusinessDate,
}

/// A return that is not over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenReturn {
    /// What was asked for.
    pub asked: Box<ReturnAsked>,
    /// When.
    pub at: UnixMicros,
    /// Its settlement day.
    pub business_date: BusinessDate,
    /// Whether the issuer confirmed it.
    pub confirmed: bool,
    /// What the caps have not got back yet.
    pub outstanding: Takes,
}

/// The fold, record by record.
pub struct Replay<'a>(Fold<'a>);

impl<'a> Replay<'a> {
    /// Before the first record; `quota` is empty.
    pub fn new(quota: &'a Quota) -> Self {
        Self(Fold::new(quota))
    }

    /// Goes on after record `last`, up to which the records came to `standing` and `claims`; `quota` has what was used then,
    /// and nothing is held. `look_up` reads one record again: of everything that is open.
    ///
    /// # Errors
    /// That of `look_up`, or the journal has not the records that stand there.
    pub fn resume<E>(
        quota: &'a Quota,
        standing: Standing,
        claims: Claims,
        last: Lsn,
        look_up: impl FnMut(Lsn) -> Result<Option<Entry>, E>,
    ) -> Result<Self, RecoveryError<E>> {
        Fold::resume(quota, standing, claims, last, look_up).map(Self)
    }

    /// Takes the next record in. `look_up` reads one again: the intent of a grant that is reversed long after.
    ///
    /// # Errors
    /// That of `look_up`, or the record contradicts those before it.
    pub fn apply<E>(
        &mut self,
        entry: &Entry,
        look_up: impl FnOnce(Lsn) -> Result<Option<Entry>, E>,
    ) -> Result<(), RecoveryError<E>> {
        if let Some(intent) = self.0.apply(entry).map_err(RecoveryError::Contradiction)? {
            let original = look_up(intent).map_err(RecoveryError::Journal)?;
            self.0.give_back(intent, original).map_err(RecoveryError::Contradiction)?;
        }
        Ok(())
    }

    /// The last record taken in.
    pub fn last(&self) -> Lsn {
        self.0.recovered.last
    }

    /// The version of the rules in force at the last record; none before the first.
    pub fn rules_version(&self) -> Option<RulesVersion> {
        self.0.recovered.rules
    }

    /// What it has come to.
    pub fn standing(&self) -> Standing {
        self.0.standing()
    }

    /// All claims.
    pub fn claims(&self) -> &Claims {
        &self.0.recovered.claims
    }

    /// Returns that are not over, by the LSN of the asking.
    pub fn returns(&self) -> &BTreeMap<Lsn, OpenReturn> {
        &self.0.recovered.returns
    }

    /// There are no more records; those that are open are read again.
    ///
    /// # Errors
    /// That of `look_up`, or the journal changes while it is read.
    pub fn finish<E>(
        mut self,
        mut look_up: impl FnMut(Lsn) -> Result<Option<Entry>, E>,
    ) -> Result<Recovered, RecoveryError<E>> {
        for intent in self.0.open() {
            let original = look_up(intent).map_err(RecoveryError::Journal)?;
            self.0.reopen(intent, original).map_err(RecoveryError::Contradiction)?;
        }
        Ok(self.0.finish())
    }
}

/// Feeds the whole history, from LSN 1, into an empty `quota`. `look_up` finds one record again.
///
/// # Errors
/// As of [`Replay::apply`] and [`Replay::finish`], or of the entries.
pub fn replay<T: Borrow<Entry>, E>(
    entries: impl IntoIterator<Item = Result<T, E>>,
    quota: &Quota,
    mut look_up: impl FnMut(Lsn) -> Result<Option<Entry>, E>,
) -> Result<Recovered, RecoveryError<E>> {
    let mut fold = Replay::new(quota);
    for entry in entries {
        fold.apply(entry.map_err(RecoveryError::Journal)?.borrow(), &mut look_up)?;
    }
    fold.finish(look_up)
}
