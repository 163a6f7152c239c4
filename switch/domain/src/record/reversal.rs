//! Reversals that an acquirer asks for.

use super::sale::{Answer, Origin};
use crate::ids::{DuplicateKey, Lsn};
use crate::money::MinorUnits;

/// A reversal that the acquirer asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReversalAsked {
    /// The reversal request itself.
    pub origin: Origin,
    /// The LSN of the intent of its original.
    pub intent: Lsn,
    /// DE4 as sent: gross or net.
    pub amount: MinorUnits,
}

/// A reversal of a request that was not seen before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tombstone {
    /// The reversal request.
    pub origin: Origin,
    /// The identity that its original would have.
    pub original: DuplicateKey,
}

/// What became of a reversal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReversalOutcome {
    /// The LSN of the [`ReversalAsked`].
    pub asked: Lsn,
    /// The LSN of the intent of its original.
    pub intent: Lsn,
    /// What was told to the acquirer.
    pub answer: Answer,
}
