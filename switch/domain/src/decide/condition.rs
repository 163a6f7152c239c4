//! Whether the condition that an operator wrote for a campaign holds (N111).

use super::terms::ItemTerms;
use super::{Breach, Sale, breach};
use crate::campaign::{Campaign, Facts};
use crate::code::DecisionCode;
use crate::merchants::Merchant;

/// It must hold for every item. One that cannot be told does not hold.
pub(super) fn holds(
    campaign: &Campaign,
    sale: &Sale<'_>,
    merchant: &Merchant,
    items: &[ItemTerms<'_>],
) -> Result<(), Breach> {
    let Some(condition) = &campaign.condition else { return Ok(()) };
    for ((item, product), terms) in sale.request.items.iter().zip(&sale.products).zip(items) {
        let facts = Facts {
            request: sale.request,
            item,
            product,
            brand: sale.catalogue.texts(item.gtin).map_or("", |texts| texts.brand),
            merchant,
            discount: terms.discount,
            local: sale.now.local,
        };
        let refused = |reason| Err(breach(DecisionCode::PlaceOrTime, reason));
        match condition.0.holds(&facts) {
            Ok(true) => {}
            Ok(false) => return refused("the campaign's condition does not hold"),
            Err(_) => return refused("the campaign's condition cannot be told for this sale"),
        }
    }
    Ok(())
}
