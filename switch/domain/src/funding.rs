//! Who pays a subsidy at first, and how a payment network is told of its sponsors.

use crate::sale::SPONSORS_MAX;
use crate::text::Text;
use arrayvec::ArrayVec;

/// What an award says of its funding beside the sponsors' parts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Funding {
    /// Who pays until the sponsors do.
    pub advanced_by: AdvancedBy,
    /// For each sponsor, in their order, how UnionPay's couponInfo names its part; empty where the campaign names none.
    pub coupons: ArrayVec<Coupon, SPONSORS_MAX>,
}

/// Who pays a subsidy until the sponsors do (垫付).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum AdvancedBy {
    /// The payment institution that runs the programme.
    #[default]
    Operator,
    /// The merchant, who gets it back by the institution's claim.
    Merchant,
}

impl AdvancedBy {
    /// Its name in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Merchant => "merchant",
        }
    }
}

/// How UnionPay's couponInfo names a sponsor's part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Coupon {
    /// What kind of coupon it is.
    pub kind: CouponKind,
    /// `spnsrId`: 00010000 for UnionPay, 8 digits of an issuer, 15 characters of a merchant.
    pub sponsor: Text<15>,
    /// `id`: of the coupon with the network.
    pub id: Text<32>,
}

/// `type` of UnionPay's couponInfo.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CouponKind {
    /// DD01: a discount of random amount.
    Random,
    /// CP01: a coupon that nobody claims before.
    Unclaimed,
    /// CP02: a coupon claimed before.
    Claimed,
}

impl CouponKind {
    /// As the network writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Random => "DD01",
            Self::Unclaimed => "CP01",
            Self::Claimed => "CP02",
        }
    }
}
