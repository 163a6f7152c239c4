//! The decision about one sale: a pure function of rules, request and moment. It allocates nothing and cannot fail.
//!
//! Checks run in the order of the codes, so that of several refusals the lowest one is told. What only counters can say
//! (N105, N106, N113) is not known here: an [`crate::sale::Award`] lists the caps that must still give it.

mod award;
mod condition;
mod qualification;
mod terms;

use crate::campaign::Opening;
use crate::catalogue::{Catalogue, Product};
use crate::claims::Presented;
use crate::code::DecisionCode;
use crate::ids::CampaignId;
use crate::merchants::Merchant;
use crate::rules::Rules;
use crate::sale::{Decision, ITEMS_MAX, Refusal, SaleRequest};
use crate::time::Moment;
use arrayvec::ArrayVec;

/// Pieces of one item at most: more is a till's mistake.
pub const QUANTITY_MAX: u32 = 999;

/// What the rules say about a sale at this moment: the award of the first campaign that runs and gives one, else the
/// lowest refusal of those that run. `presented` is what stands behind the qualification that the request names; none
/// where it names none, or one that nobody claimed. A campaign that wants a qualification counts the claim's person, any
/// other the request's.
pub fn decide(rules: &Rules, request: &SaleRequest, presented: Option<&Presented>, now: &Moment) -> Decision {
    let mut running = rules.campaigns.iter().filter(|campaign| campaign.opening(now) == Opening::Open).peekable();
    let Some(first) = running.peek() else { return Decision::Refuse(none_runs(rules, now)) };
    let products = match products(rules, request, now) {
        Ok(products) => products,
        Err(breach) => return Decision::Refuse(breach.of(first.id)),
    };
    let merchant = rules.merchants.merchant(request.link, request.merchant);
    let sale = Sale { request, presented, products, catalogue: &rules.catalogue, merchant, now };
    let mut refused: Option<Refusal> = None;
    for campaign in running {
        match terms::terms(campaign, &sale) {
            Ok(terms) => return Decision::Grant(award::award(rules.version, campaign, &sale, &terms)),
            Err(breach) if refused.is_none_or(|lowest| breach.code < lowest.code) => {
                refused = Some(breach.of(campaign.id));
            }
            Err(_) => {}
        }
    }
    Decision::Refuse(refused.unwrap_or_else(|| none_runs(rules, now)))
}

/// A sale with what the registers know of it.
struct Sale<'a> {
    request: &'a SaleRequest,
    presented: Option<&'a Presented>,
    /// One for each item of the request.
    products: Products,
    catalogue: &'a Catalogue,
    merchant: Option<&'a Merchant>,
    now: &'a Moment,
}

type Products = ArrayVec<Product, ITEMS_MAX>;

/// A rule that a sale does not keep.
#[derive(Clone, Copy, Debug)]
struct Breach {
    code: DecisionCode,
    reason: &'static str,
}

impl Breach {
    fn of(self, campaign: CampaignId) -> Refusal {
        Refusal { code: self.code, reason: self.reason, campaign }
    }
}

const fn breach(code: DecisionCode, reason: &'static str) -> Breach {
    Breach { code, reason }
}

fn none_runs(rules: &Rules, now: &Moment) -> Refusal {
    let code = DecisionCode::NoCampaign;
    match rules.campaigns.iter().find(|campaign| campaign.opening(now) == Opening::OutsideHours) {
        Some(campaign) => breach(code, "outside the campaign's hours of the day").of(campaign.id),
        None => breach(code, "outside the period of every campaign").of(CampaignId::default()),
    }
}

fn products(rules: &Rules, request: &SaleRequest, now: &Moment) -> Result<Products, Breach> {
    let mut products = Products::new();
    for item in &request.items {
        let Some(product) = rules.catalogue.product(item.gtin) else {
            return Err(breach(DecisionCode::UnknownProduct, "product not in the library"));
        };
        if !product.validity.contains(now.local.date()) {
            return Err(breach(DecisionCode::UnknownProduct, "product not valid on this day"));
        }
        products.push(product);
    }
    Ok(products)
}
