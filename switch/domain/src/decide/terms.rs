//! Whether a campaign subsidises a sale, and by how much: the checks that need no counter, in the order of their codes.

use super::qualification::{Redeemed, redeemed};
use super::{Breach, QUANTITY_MAX, Sale, breach, condition};
use crate::campaign::{Campaign, Category, SaleForm};
use crate::catalogue::Product;
use crate::code::DecisionCode;
use crate::ids::DistrictCode;
use crate::merchants::Merchant;
use crate::money::{BasisPoints, MinorUnits, Rounding};
use crate::sale::{ITEMS_MAX, ItemRequest, SaleRequest};
use arrayvec::ArrayVec;

/// What a campaign gives for a sale.
pub(super) struct Terms<'a> {
    /// One for each item of the request.
    pub(super) items: ArrayVec<ItemTerms<'a>, ITEMS_MAX>,
    /// The sum of the items' discounts, over zero.
    pub(super) discount: MinorUnits,
    /// What is left to pay, over zero.
    pub(super) net: MinorUnits,
    /// The merchant's.
    pub(super) district: DistrictCode,
    /// The qualification that it redeems; none where the campaign wants none.
    pub(super) redeemed: Option<Redeemed>,
}

/// What a campaign gives for an item.
pub(super) struct ItemTerms<'a> {
    pub(super) category: &'a Category,
    pub(super) discount: MinorUnits,
}

/// The terms, or the lowest rule that is not kept.
pub(super) fn terms<'a>(campaign: &'a Campaign, sale: &Sale<'_>) -> Result<Terms<'a>, Breach> {
    stopped(campaign, sale)?;
    let merchant = admitted(sale)?;
    let sum = adds_up(campaign, sale.request)?;
    let redeemed = redeemed(campaign, sale)?;
    prices(campaign, sale, sum)?;
    let (items, discount) = match campaign.sale_form {
        SaleForm::OneItem | SaleForm::Basket => discounts(campaign, sale, sum)?,
        SaleForm::WholeOrder => order_discounts(campaign, sale, sum)?,
    };
    let net = sale.request.amount.checked_sub(discount).filter(|net| !net.is_zero());
    let net = net.ok_or(breach(DecisionCode::NothingToGive, "the discount would leave nothing to pay"))?;
    place(campaign, sale.request, merchant)?;
    condition::holds(campaign, sale, merchant, &items)?;
    Ok(Terms { items, discount, net, district: merchant.district, redeemed })
}

fn stopped(campaign: &Campaign, sale: &Sale<'_>) -> Result<(), Breach> {
    let categories = sale.products.iter().filter_map(|product| campaign.category(&product.category));
    if categories.into_iter().any(|category| category.is_stopped(sale.now.local)) {
        return Err(breach(DecisionCode::CategoryStopped, "the category has been stopped"));
    }
    Ok(())
}

fn admitted<'a>(sale: &Sale<'a>) -> Result<&'a Merchant, Breach> {
    let not_admitted = |reason| breach(DecisionCode::MerchantNotAdmitted, reason);
    let merchant = sale.merchant.ok_or(not_admitted("merchant not in the registry of this link"))?;
    if !merchant.is_admitted(sale.now.local.date()) {
        return Err(not_admitted("merchant not admitted on this day"));
    }
    let admission = merchant.admission.admit(sale.request.terminal, sale.now.local);
    admission.map_err(|why| not_admitted(why.reason()))?;
    if !sale.products.iter().all(|product| merchant.sells(&product.category)) {
        return Err(not_admitted("merchant not admitted for this category"));
    }
    Ok(merchant)
}

/// The sum of the items.
fn adds_up(campaign: &Campaign, request: &SaleRequest) -> Result<MinorUnits, Breach> {
    let unreadable = |reason| breach(DecisionCode::ItemsUnreadable, reason);
    if request.items.is_empty() {
        return Err(unreadable("no item"));
    }
    if request.currency.is_some_and(|number| number != campaign.currency.number()) {
        return Err(unreadable("the amount is in another currency than the campaign's"));
    }
    if request.amount.is_zero() {
        return Err(unreadable("the amount of the sale is zero"));
    }
    if request.items.iter().any(|item| item.quantity == 0 || item.quantity > QUANTITY_MAX) {
        return Err(unreadable("a quantity of zero, or over 999"));
    }
    let pieces: u32 = request.items.iter().map(|item| item.quantity).sum();
    if campaign.sale_form == SaleForm::OneItem && pieces > 1 {
        return Err(unreadable("more than one item: the campaign wants each paid for by itself"));
    }
    let prices = request.items.iter().map(|item| item.unit_price.checked_mul(u64::from(item.quantity)));
    let sum = prices.into_iter().try_fold(MinorUnits::ZERO, |sum, price| sum.checked_add(price?));
    let sum = sum.ok_or(unreadable("the sum of the items leaves the range of amounts"))?;
    let due = sum.checked_sub(request.trade_in).and_then(|rest| rest.checked_sub(request.bank_promotion));
    if due != Some(request.amount) {
        return Err(unreadable("items minus trade-in minus bank promotion are not the amount of the sale"));
    }
    Ok(sum)
}

fn prices(campaign: &Campaign, sale: &Sale<'_>, sum: MinorUnits) -> Result<(), Breach> {
    for (item, product) in sale.request.items.iter().zip(&sale.products) {
        let price = |reason| breach(DecisionCode::Price, reason);
        if product.filed_price.is_some_and(|filed| item.unit_price > highest(filed, campaign.filed_price_tolerance)) {
            return Err(price("price over the filed price"));
        }
        let Some(category) = campaign.category(&product.category) else { continue };
        let judged = if campaign.sale_form == SaleForm::WholeOrder { sum } else { item.unit_price };
        if category.price_max.is_some_and(|max| judged > max) {
            return Err(price("price over the campaign's ceiling"));
        }
        if category.price_min.is_some_and(|min| judged < min) {
            return Err(price("price under the campaign's minimum"));
        }
    }
    Ok(())
}

/// The filed price and what a price may exceed it by, down to the fen.
fn highest(filed: MinorUnits, tolerance: BasisPoints) -> MinorUnits {
    filed.checked_add(filed.share(tolerance, Rounding::Floor)).unwrap_or(filed)
}

type Discounts<'a> = (ArrayVec<ItemTerms<'a>, ITEMS_MAX>, MinorUnits);

/// Each item by itself. What lowers the base is spread over the items by their prices.
fn discounts<'a>(campaign: &'a Campaign, sale: &Sale<'_>, sum: MinorUnits) -> Result<Discounts<'a>, Breach> {
    let mut items = ArrayVec::new();
    let mut discount = MinorUnits::ZERO;
    let mut lowers = Spread::new(campaign.stacking.lowers(sale.request), sum);
    for (item, product) in sale.request.items.iter().zip(&sale.products) {
        let terms = item_terms(campaign, item, product, lowers.part(item))?;
        let added = discount.checked_add(terms.discount);
        discount = added.ok_or(breach(DecisionCode::ItemsUnreadable, "the discount leaves the range of amounts"))?;
        items.push(terms);
    }
    Ok((items, discount))
}

/// An amount spread over the items of a sale by their prices, down to the fen of what has been spread so far, so that the
/// parts add up to it.
struct Spread {
    amount: u64,
    /// Of all items.
    sum: u64,
    priced: u128,
    spread: u64,
}

impl Spread {
    fn new(amount: MinorUnits, sum: MinorUnits) -> Self {
        Self { amount: amount.get(), sum: sum.get(), priced: 0, spread: 0 }
    }

    /// The part of the next item.
    fn part(&mut self, item: &ItemRequest) -> MinorUnits {
        self.priced += u128::from(item.unit_price.get()) * u128::from(item.quantity);
        // Prices so far are at most their sum: the part fits.
        let exact = (u128::from(self.amount) * self.priced).checked_div(u128::from(self.sum)).unwrap_or(0);
        let due = u64::try_from(exact).unwrap_or(self.amount).min(self.amount);
        let part = due.saturating_sub(self.spread);
        self.spread = due;
        MinorUnits::new(part)
    }
}

/// The share is taken of the order's sum and capped once. It is spread over the items by their prices.
fn order_discounts<'a>(campaign: &'a Campaign, sale: &Sale<'_>, sum: MinorUnits) -> Result<Discounts<'a>, Breach> {
    let nothing = |reason| breach(DecisionCode::NothingToGive, reason);
    let base = sum.checked_sub(campaign.stacking.lowers(sale.request)).unwrap_or(MinorUnits::ZERO);
    let mut items = ArrayVec::new();
    let mut whole = MinorUnits::ZERO;
    for product in &sale.products {
        let (category, rate) = category_and_rate(campaign, product)?;
        whole = base.share(rate, campaign.rounding).min(category.cap_per_item);
        items.push(ItemTerms { category, discount: MinorUnits::ZERO });
    }
    let mut spread = Spread::new(whole, sum);
    for (item, terms) in sale.request.items.iter().zip(&mut items) {
        terms.discount = spread.part(item);
    }
    if whole.is_zero() {
        return Err(nothing("the discount comes to nothing"));
    }
    Ok((items, whole))
}

fn category_and_rate<'a>(campaign: &'a Campaign, product: &Product) -> Result<(&'a Category, BasisPoints), Breach> {
    let nothing = |reason| breach(DecisionCode::NothingToGive, reason);
    let category =
        campaign.category(&product.category).ok_or(nothing("the campaign does not subsidise this category"))?;
    if !category.subtypes.include(product.subtype.as_ref()) {
        return Err(nothing("the campaign does not subsidise this kind of the category"));
    }
    let rate = category.rates.rate(product.grade).ok_or(nothing("the campaign does not subsidise this grade"))?;
    Ok((category, rate))
}

/// The base is the unit price: it stands after all discounts of the trade, and is lowered by a part of what the campaign
/// lets come before the subsidy, if anything. Each piece gets its share, at most the cap.
fn item_terms<'a>(
    campaign: &'a Campaign,
    item: &ItemRequest,
    product: &Product,
    lowered_by: MinorUnits,
) -> Result<ItemTerms<'a>, Breach> {
    let nothing = |reason| breach(DecisionCode::NothingToGive, reason);
    let (category, rate) = category_and_rate(campaign, product)?;
    // Up to the fen for a piece, so that no piece gets more than its share.
    let of_piece = MinorUnits::new(lowered_by.get().div_ceil(u64::from(item.quantity.max(1))));
    let base = item.unit_price.checked_sub(of_piece).unwrap_or(MinorUnits::ZERO);
    let piece = base.share(rate, campaign.rounding).min(category.cap_per_item);
    let discount = piece.checked_mul(u64::from(item.quantity)).unwrap_or(MinorUnits::ZERO);
    if discount.is_zero() {
        return Err(nothing("the discount comes to nothing"));
    }
    Ok(ItemTerms { category, discount })
}

fn place(campaign: &Campaign, request: &SaleRequest, merchant: &Merchant) -> Result<(), Breach> {
    if !request.district.is_empty() && request.district != merchant.district {
        return Err(breach(DecisionCode::PlaceOrTime, "the district sent is not the merchant's"));
    }
    if !campaign.reaches(&merchant.district) {
        return Err(breach(DecisionCode::PlaceOrTime, "the campaign does not reach the merchant's district"));
    }
    Ok(())
}
