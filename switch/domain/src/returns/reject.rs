//! Why a return is not accepted, and the response code of each reason.

/// Why a return is not accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Reject {
    /// It asks for nothing.
    #[error("the amount to give back is zero")]
    Zero,
    /// It asks for more than is left: all refunds together are at most the original.
    #[error("more than is left of the sale")]
    TooMuch,
    /// A reversal or void names neither the gross nor the net amount of the sale.
    #[error("neither the gross nor the net amount of the sale")]
    WrongAmount,
    /// The campaign refunds whole sales alone.
    #[error("the campaign refunds the whole sale alone")]
    WholeOnly,
    /// The campaign refunds nothing.
    #[error("the campaign refunds nothing")]
    NotRefundable,
    /// The sale has been reversed or voided.
    #[error("the sale was reversed or voided before")]
    AlreadyReversed,
    /// A reversal or void of a sale of which something was refunded.
    #[error("a part of the sale was refunded before")]
    AlreadyRefunded,
    /// A void on another business date, or in another batch, than the sale's.
    #[error("a void has to come on the day and in the batch of its sale")]
    OtherDay,
    /// Another return of the sale waits for its issuer.
    #[error("another return of this sale is in progress")]
    InProgress,
}

impl Reject {
    /// All reasons.
    pub const ALL: &[Self] = &[
        Self::Zero,
        Self::TooMuch,
        Self::WrongAmount,
        Self::WholeOnly,
        Self::NotRefundable,
        Self::AlreadyReversed,
        Self::AlreadyRefunded,
        Self::OtherDay,
        Self::InProgress,
    ];

    /// DE39 (ISO 8583:1987 code, in the meaning that Chinese networks give it): 09 in progress, 12 invalid transaction,
    /// 13 invalid amount, 22 abnormal linked trade, 57 not permitted, 64 wrong original amount.
    pub const fn response_code(self) -> &'static str {
        match self {
            Self::Zero => "13",
            Self::TooMuch | Self::WrongAmount | Self::WholeOnly => "64",
            Self::NotRefundable => "57",
            Self::AlreadyReversed | Self::AlreadyRefunded => "22",
            Self::OtherDay => "12",
            Self::InProgress => "09",
        }
    }
}
