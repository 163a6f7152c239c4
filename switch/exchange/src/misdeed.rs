//! Mistakes with money that can be switched on, so that the simulation can show that its auditor notices them.
//!
//! Without the feature `mutations` none of them is compiled in: the question whether one is wanted is a constant. Nothing that
//! ships may enable it; a test of the workspace looks for that.

/// What is done wrongly.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Misdeed {
    /// An answer leaves before its record is durable.
    AnswerBeforeDurable,
    /// A return is asked of the issuer before its record is durable.
    ReturnBeforeDurable,
    /// A late approval becomes a grant after all.
    LateApprovalGrants,
    /// A doubt is released twice.
    DoubtReleasedTwice,
    /// An approval of another amount is taken for one.
    OtherAmountGranted,
    /// A sale whose reversal came first is granted.
    TombstoneIgnored,
    /// What a sale held that could not be sent is not given back.
    UnsentKeepsHold,
    /// A quote can be used again.
    QuoteStaysOpen,
    /// A quote never ends.
    QuoteOutlivesItsTime,
    /// Earlier refunds do not count.
    RefundsUnbounded,
    /// A void gives back before its day is over.
    VoidGivesBackAtOnce,
    /// A void that was reversed gives back all the same.
    UndoneVoidGivesBack,
    /// A sale of which something was refunded is reversed as a whole.
    ReversedBesideRefund,
    /// What waits is sent on any day.
    SentAfterItsDay,
    /// What two people cancelled is sent all the same.
    CancelledIsSent,
    /// What two people ordered to go stays.
    OrderToGoIgnored,
    /// The latest reversal of a card goes first.
    CardOrderIgnored,
    /// A person claims again although the claim before is redeemed.
    ClaimedBesideRedeemed,
    /// What is told of a claim does not wait for its record.
    ClaimAnsweredEarly,
    /// A claim can be redeemed after its time.
    ExpiredIsRedeemed,
    /// A refund frees the claim that its sale redeemed.
    RefundFreesClaim,
}

/// Which mistake is made, if any.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Misdeeds {
    #[cfg(feature = "mutations")]
    made: Option<Misdeed>,
}

impl Misdeeds {
    /// Whether this mistake is to be made.
    #[cfg(feature = "mutations")]
    pub(crate) fn include(self, misdeed: Misdeed) -> bool {
        self.made == Some(misdeed)
    }

    /// Whether this mistake is to be made: never.
    #[cfg(not(feature = "mutations"))]
    #[expect(clippy::unused_self, reason = "the same question as with the feature")]
    pub(crate) const fn include(self, _misdeed: Misdeed) -> bool {
        false
    }
}

#[cfg(feature = "mutations")]
impl crate::Exchange {
    /// From now on this mistake is made.
    pub fn misdo(&mut self, misdeed: Misdeed) {
        self.misdeeds.made = Some(misdeed);
    }
}
