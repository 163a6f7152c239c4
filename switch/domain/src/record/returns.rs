//! Money that goes back after a grant: voids and refunds. (Reversals undo a message and have records of their own.)
//!
//! [`ReturnAsked`], then exactly one [`ReturnOutcome`], returned or refused. What a return gives back to the caps is
//! moved by [`GaveBack`] alone, at once or later, in one step or more, never more than was asked for.

use super::recall::Recall;
use super::sale::{Answer, Origin};
use crate::cap::Takes;
use crate::ids::Lsn;
use crate::money::MinorUnits;
use crate::sale::{SPONSORS_MAX, SponsorShare};
use arrayvec::ArrayVec;

/// What kind of return.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReturnWay {
    /// The whole sale, on its day.
    Void,
    /// The whole sale or a part of it.
    Refund,
    /// The reversal of a void: the sale stands again. Nothing goes back.
    VoidReversal,
}

/// A return that the acquirer asked for: accepted, not confirmed by the issuer yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReturnAsked {
    /// The request for the return itself.
    pub origin: Origin,
    /// The LSN of the intent of its original.
    pub intent: Lsn,
    /// The LSN of the [`ReturnAsked`] of the void that a void's reversal undoes.
    pub of: Option<Lsn>,
    /// What kind.
    pub way: ReturnWay,
    /// DE4 as sent: gross or net.
    pub amount: MinorUnits,
    /// The part of the original's gross amount that goes back: discount and net together.
    pub gross: MinorUnits,
    /// The part of the subsidy that goes back to the sponsors.
    pub discount: MinorUnits,
    /// What the card gets back.
    pub net: MinorUnits,
    /// Who gets which part of the discount.
    pub sponsors: ArrayVec<SponsorShare, SPONSORS_MAX>,
    /// What the caps get back in all, by this return.
    pub takes: Takes,
    /// What a later message about this request needs.
    pub recall: Recall,
}

/// What became of a return: confirmed by the issuer, or not done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReturnOutcome {
    /// The LSN of the [`ReturnAsked`].
    pub asked: Lsn,
    /// The LSN of the intent of its original.
    pub intent: Lsn,
    /// What was told to the acquirer.
    pub answer: Answer,
}

/// Caps get back what a confirmed return gives them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GaveBack {
    /// The LSN of the [`ReturnAsked`].
    pub asked: Lsn,
    /// The LSN of the intent of its original.
    pub intent: Lsn,
    /// What goes back now; in all never more than [`ReturnAsked::takes`].
    pub takes: Takes,
}
