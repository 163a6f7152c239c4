//! What a journal can say that no settlement can be made of.

use crate::ids::{GrantId, Lsn};

/// The journal contradicts itself: no settlement can be made of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SettlementError {
    /// A grant without an open hold: never held, or ended before.
    #[error("record {lsn} grants the sale of record {intent}, which holds nothing at that point")]
    NothingHeld {
        /// The grant.
        lsn: Lsn,
        /// Its intent.
        intent: Lsn,
    },
    /// A confirmed reversal that nobody asked for, or whose sale was never granted.
    #[error("record {lsn} gives back the sale of record {intent}, which has nothing to give back at that point")]
    NothingToReturn {
        /// The reversal's outcome.
        lsn: Lsn,
        /// The intent of its original.
        intent: Lsn,
    },
    /// A sale given back twice on a day.
    #[error("record {lsn} gives back the sale of record {intent}, which record {first} gave back before")]
    ReturnedTwice {
        /// The later reversal's outcome.
        lsn: Lsn,
        /// The intent of the original.
        intent: Lsn,
        /// The earlier reversal's outcome.
        first: Lsn,
    },
    /// The record of the original is no intent, or is not that of this grant.
    #[error("record {lsn} gives back the sale of record {intent}, where no intent stands")]
    NotAnIntent {
        /// The reversal's outcome.
        lsn: Lsn,
        /// Where the intent should stand.
        intent: Lsn,
    },
    /// The amounts of a grant do not add up.
    #[error("the amounts of grant {grant}, settled by record {lsn}, do not add up: {sum} is off")]
    AmountsOff {
        /// The record that settles it.
        lsn: Lsn,
        /// The grant.
        grant: GrantId,
        /// Which sum.
        sum: &'static str,
    },
    /// A total leaves the range of 64 bits.
    #[error("a total leaves the range of amounts at record {lsn}")]
    OutOfRange {
        /// The record that did it.
        lsn: Lsn,
    },
}
