//! What a campaign does with the money of a sale that is given back: a policy, since every city published another one.

/// A campaign's rules for refunds. Reversals and voids undo a sale whole and follow no policy: everything goes back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RefundPolicy {
    /// Whether and when a person's allowance comes back.
    pub allowance: AllowanceReturn,
    /// Who gets which part of a refund.
    pub split: RefundSplit,
}

/// Whether and when a refund gives a person's allowance back. Whatever it says, a refund frees neither a serial number nor
/// a qualification, and items come back with the last part of a refund alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum AllowanceReturn {
    /// It stays used, by a full return as well as by a partial one (a rules page of 2024; Luoyang 2025).
    Never,
    /// At once, in money with each part.
    SameDay,
    /// On the next business date, in money with each part (Shanghai 2025: what is cancelled on the day of the sale comes
    /// back on that day, and a void does so; what is refunded comes back a day later).
    NextDay,
    /// At once, but only when the whole sale has been given back. The default: nobody buys twice on one allowance, and
    /// nobody loses it by a sale that did not last.
    #[default]
    OnFullReturnOnly,
}

/// Who gets which part of a refund.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum RefundSplit {
    /// The sponsors first: the consumer gets the amount returned minus the discount enjoyed (Shenzhen 2024).
    SubsidyFirst,
    /// Consumer and sponsors in the proportion in which they paid, the sponsors' part down to the fen (generic coupons:
    /// of 100 = 20 + 80, a refund of 50 gives the consumer 40). The default.
    #[default]
    ProRata,
    /// The sale as a whole, or nothing.
    WholeOrderOnly,
    /// Nothing: no refund is accepted.
    NotRefundable,
}
