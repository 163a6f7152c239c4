//! A hold whose outcome nobody knows, and its end.

use crate::ids::Lsn;

/// Why nobody knows what the issuer did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DoubtCause {
    /// No answer within the link's time budget, or one that knows no more.
    TimeOut,
    /// The issuer link went down after the request was sent.
    LinkLost,
    /// The issuer's answer does not fit the request: part of the amount, or another amount.
    OtherAmount,
    /// The daemon stopped between intent and outcome.
    Restart,
}

/// A hold whose outcome is unknown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InDoubt {
    /// The LSN of the intent.
    pub intent: Lsn,
    /// Why.
    pub cause: DoubtCause,
}

/// Why a hold, of a sale in doubt or of a quote, is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReleaseCause {
    /// A reversal was confirmed by the issuer.
    ReversalConfirmed,
    /// The issuer's decline came late.
    LateDecline,
    /// The request never left: nothing was sent to the issuer.
    NeverSent,
    /// Nobody used the quote in its time.
    QuoteExpired,
    /// The acquirer took the quote back.
    QuoteWithdrawn,
    /// Two people decided so.
    Ordered,
}

/// The end of a hold of a sale in doubt or of a quote.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Released {
    /// The LSN of the intent or of the quote.
    pub intent: Lsn,
    /// Why.
    pub cause: ReleaseCause,
}
