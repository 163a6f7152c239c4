//! Whether a sale is the one that a quote was made for.

use super::chip::Signed;
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::CardFingerprint;
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{Origin, Quoted};
use lijian_domain::sale::SaleRequest;

/// Holds a sale against the quote that it names. Same terminal, same card where the quote had one, the net amount in DE4 and
/// in the chip's cryptogram; what else it says again must be what the quote says.
///
/// # Errors
/// The lowest code that applies: items that do not add up to DE4, or a sale that is another one.
pub(super) fn check(
    quoted: &Quoted,
    origin: &Origin,
    request: &SaleRequest,
    signed: Signed,
) -> Result<(), DecisionCode> {
    let (promised, award) = (&quoted.sale, &quoted.sale.award);
    if !request.items.is_empty() && net(request, award.discount) != Some(request.amount) {
        return Err(DecisionCode::ItemsUnreadable);
    }
    let same_till = (origin.link, origin.merchant, origin.terminal)
        == (promised.origin.link, promised.origin.merchant, promised.origin.terminal);
    let same_card = promised.origin.card == CardFingerprint::default() || origin.card == promised.origin.card;
    let same_amount = request.amount == award.net && signed == Signed::Agrees;
    let items = request.items.iter().eq(award.items.iter().map(|awarded| &awarded.item));
    let sums = (request.trade_in, request.bank_promotion) == (promised.trade_in, promised.bank_promotion);
    let none = (request.trade_in, request.bank_promotion) == (MinorUnits::ZERO, MinorUnits::ZERO);
    let same_goods = if request.items.is_empty() { sums || none } else { items && sums };
    let same_qualification = request.qualification.is_empty() || request.qualification == promised.qualification;
    let same_place = request.district.is_empty() || request.district == award.district;
    let same = same_till && same_card && same_amount && same_goods && same_qualification && same_place;
    if same { Ok(()) } else { Err(DecisionCode::Quote) }
}

/// What is left to pay of the items, by what the sale says of them; none where that is no amount.
fn net(request: &SaleRequest, discount: MinorUnits) -> Option<MinorUnits> {
    let mut prices = request.items.iter().map(|item| item.unit_price.checked_mul(item.quantity.into()));
    let sum = prices.try_fold(MinorUnits::ZERO, |sum, price| sum.checked_add(price?))?;
    let less = sum.checked_sub(request.trade_in)?.checked_sub(request.bank_promotion)?;
    less.checked_sub(discount)
}
