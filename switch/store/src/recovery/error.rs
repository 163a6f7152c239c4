//! Why a history cannot be replayed.

use crate::claims::ClaimError;
use crate::quota::Inconsistent;
use lijian_domain::ids::Lsn;

/// A start cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryError<E> {
    /// The journal could not be read.
    #[error("the journal cannot be read")]
    Journal(#[source] E),
    /// It could, but what it tells cannot have happened.
    #[error(
        "the journal contradicts itself: {0}. Nothing may be granted on such a history: keep the journal's directory as \
         it is, start from a copy whose history is whole, and have this one examined"
    )]
    Contradiction(#[source] Contradiction),
}

/// What cannot have happened.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Contradiction {
    /// Records do not follow one another.
    #[error("record {got} stands where record {expected} is expected")]
    Gap {
        /// The LSN that should come.
        expected: Lsn,
        /// The LSN that came.
        got: Lsn,
    },
    /// The journal was opened for a time that had been before.
    #[error("record {at} opens the journal for incarnation {got}, after incarnation {last}")]
    Incarnation {
        /// The record.
        at: Lsn,
        /// The incarnation before it.
        last: u32,
        /// Its own.
        got: u32,
    },
    /// A grant id is made of its intent's LSN.
    #[error("intent {at} carries the grant id of record {named}")]
    GrantId {
        /// The intent.
        at: Lsn,
        /// The LSN in its grant id.
        named: Lsn,
    },
    /// An outcome names a record that is no open intent.
    #[error("record {at} ({step}) names {intent}, which is not an intent, or has ended already")]
    NotOpen {
        /// The outcome.
        at: Lsn,
        /// What it says happened.
        step: &'static str,
        /// The intent it names.
        intent: Lsn,
    },
    /// What is in doubt ends by a release only.
    #[error("record {at} ({step}) names intent {intent}, which is in doubt and can only be released")]
    InDoubt {
        /// The outcome.
        at: Lsn,
        /// What it says happened.
        step: &'static str,
        /// The intent it names.
        intent: Lsn,
    },
    /// A record speaks of something that comes after it.
    #[error("record {at} names {named}, which is not before it")]
    NotBefore {
        /// The record.
        at: Lsn,
        /// What it names.
        named: Lsn,
    },
    /// The outcome of a reversal names a record that is not a reversal under way for the same intent.
    #[error("record {at} ({step}) names {asked}, which is no open reversal of intent {intent}")]
    NotAsked {
        /// The outcome.
        at: Lsn,
        /// What it says happened.
        step: &'static str,
        /// The reversal it names.
        asked: Lsn,
        /// The intent it names.
        intent: Lsn,
    },
    /// What was not granted, or was reversed already, cannot be reversed or returned.
    #[error("record {at} takes back intent {intent}, which is not granted, or was reversed already")]
    NotGranted {
        /// The reversal's outcome.
        at: Lsn,
        /// The intent it names.
        intent: Lsn,
    },
    /// A sale takes over the hold of a quote.
    #[error("intent {at} takes over quote {quote}, which is not open, or holds other caps")]
    NoQuote {
        /// The intent.
        at: Lsn,
        /// The quote that it names.
        quote: Lsn,
    },
    /// What happens to a return names one that is not there, or not in that state.
    #[error("record {at} ({step}) names {asked}, which is no return of intent {intent} to which that could happen")]
    NotReturned {
        /// The record.
        at: Lsn,
        /// What it says happened.
        step: &'static str,
        /// The return it names.
        asked: Lsn,
        /// The intent it names.
        intent: Lsn,
    },
    /// Caps get back no more than a confirmed return gives them.
    #[error("record {at} gives back what return {asked} does not give, or gave already")]
    GivenBack {
        /// The record.
        at: Lsn,
        /// The return it names.
        asked: Lsn,
    },
    /// A granted intent was read before and is not there now.
    #[error("intent {intent} was read and is not found again: the journal changes while it is read")]
    Vanished {
        /// The intent.
        intent: Lsn,
    },
    /// The claims so far do not allow the record.
    #[error("record {at} ({step}) cannot follow: {source}")]
    Claims {
        /// The record.
        at: Lsn,
        /// What it says happened.
        step: &'static str,
        /// What does not fit.
        source: ClaimError,
    },
    /// The caps do not allow the step.
    #[error("record {at}: {source}")]
    Caps {
        /// The record.
        at: Lsn,
        /// Which cap and what stands on it.
        source: Box<Inconsistent>,
    },
}
