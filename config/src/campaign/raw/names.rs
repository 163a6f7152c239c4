//! Keys whose values are names: how a sale looks, how it is rounded, what a refund does.

use lijian_domain::campaign::{
    AllowanceReturn, RefundPolicy, RefundSplit, SaleForm, SerialNumbers, SponsorSplit, Stacking,
};
use lijian_domain::funding::{AdvancedBy, CouponKind};
use lijian_domain::money::Rounding;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawSaleForm {
    OneItem,
    Basket,
    WholeOrder,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawSerialNumbers {
    Ignored,
    Once,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawRounding {
    #[default]
    Floor,
    HalfUp,
    Ceiling,
}

/// What is not given is as the domain has it by default.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRefund {
    allowance: Option<RawAllowance>,
    split: Option<RawSplit>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum RawAllowance {
    Never,
    SameDay,
    NextDay,
    OnFullReturn,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum RawSplit {
    SubsidyFirst,
    ProRata,
    WholeOrderOnly,
    NotRefundable,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawSponsorSplit {
    #[default]
    LargestRemainder,
    InOrder,
}

/// What is not given comes after the subsidy.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStacking {
    #[serde(default)]
    trade_in_lowers_base: bool,
    #[serde(default)]
    bank_promotion_lowers_base: bool,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawAdvancedBy {
    #[default]
    Operator,
    Merchant,
}

/// As UnionPay writes them.
#[derive(Deserialize)]
pub(super) enum RawCouponKind {
    #[serde(rename = "DD01")]
    Random,
    #[serde(rename = "CP01")]
    Unclaimed,
    #[serde(rename = "CP02")]
    Claimed,
}

impl From<RawStacking> for Stacking {
    fn from(raw: RawStacking) -> Self {
        Self {
            trade_in_lowers_base: raw.trade_in_lowers_base,
            bank_promotion_lowers_base: raw.bank_promotion_lowers_base,
        }
    }
}

impl From<RawAdvancedBy> for AdvancedBy {
    fn from(raw: RawAdvancedBy) -> Self {
        match raw {
            RawAdvancedBy::Operator => Self::Operator,
            RawAdvancedBy::Merchant => Self::Merchant,
        }
    }
}

impl From<RawCouponKind> for CouponKind {
    fn from(raw: RawCouponKind) -> Self {
        match raw {
            RawCouponKind::Random => Self::Random,
            RawCouponKind::Unclaimed => Self::Unclaimed,
            RawCouponKind::Claimed => Self::Claimed,
        }
    }
}

impl From<RawSaleForm> for SaleForm {
    fn from(raw: RawSaleForm) -> Self {
        match raw {
            RawSaleForm::OneItem => Self::OneItem,
            RawSaleForm::Basket => Self::Basket,
            RawSaleForm::WholeOrder => Self::WholeOrder,
        }
    }
}

impl From<RawSerialNumbers> for SerialNumbers {
    fn from(raw: RawSerialNumbers) -> Self {
        match raw {
            RawSerialNumbers::Ignored => Self::Ignored,
            RawSerialNumbers::Once => Self::Once,
        }
    }
}

impl From<RawRounding> for Rounding {
    fn from(raw: RawRounding) -> Self {
        match raw {
            RawRounding::Floor => Self::Floor,
            RawRounding::HalfUp => Self::HalfUp,
            RawRounding::Ceiling => Self::Ceiling,
        }
    }
}

impl From<RawSponsorSplit> for SponsorSplit {
    fn from(raw: RawSponsorSplit) -> Self {
        match raw {
            RawSponsorSplit::LargestRemainder => Self::LargestRemainder,
            RawSponsorSplit::InOrder => Self::InOrder,
        }
    }
}

impl From<RawRefund> for RefundPolicy {
    fn from(raw: RawRefund) -> Self {
        let allowance = raw.allowance.map(|allowance| match allowance {
            RawAllowance::Never => AllowanceReturn::Never,
            RawAllowance::SameDay => AllowanceReturn::SameDay,
            RawAllowance::NextDay => AllowanceReturn::NextDay,
            RawAllowance::OnFullReturn => AllowanceReturn::OnFullReturnOnly,
        });
        let split = raw.split.map(|split| match split {
            RawSplit::SubsidyFirst => RefundSplit::SubsidyFirst,
            RawSplit::ProRata => RefundSplit::ProRata,
            RawSplit::WholeOrderOnly => RefundSplit::WholeOrderOnly,
            RawSplit::NotRefundable => RefundSplit::NotRefundable,
        });
        Self { allowance: allowance.unwrap_or_default(), split: split.unwrap_or_default() }
    }
}
