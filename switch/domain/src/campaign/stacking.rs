//! In which order discounts come. Those of producer, merchant and platform always come first: prices stand after them.

use crate::money::MinorUnits;
use crate::sale::SaleRequest;

/// What lowers the price that the subsidy is a share of. By default neither does: the subsidy comes before both.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Stacking {
    /// Whether the trade-in value of an old machine comes before the subsidy.
    pub trade_in_lowers_base: bool,
    /// Whether a bank's promotion comes before the subsidy.
    pub bank_promotion_lowers_base: bool,
}

impl Stacking {
    /// By how much the base of a sale is lowered. At most the two together, so that it fits where they do.
    pub(crate) fn lowers(self, request: &SaleRequest) -> MinorUnits {
        let counted = |counts: bool, amount| if counts { amount } else { MinorUnits::ZERO };
        let trade_in = counted(self.trade_in_lowers_base, request.trade_in);
        let bank = counted(self.bank_promotion_lowers_base, request.bank_promotion);
        trade_in.checked_add(bank).unwrap_or(trade_in)
    }
}
