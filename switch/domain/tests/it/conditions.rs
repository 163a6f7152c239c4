//! A condition beside the campaign's rules: it is asked last, for every item, and what cannot be told does not hold.

use crate::world::{FRIDGE, FRIDGE_2, PHONE, item, noon, rules, sale, settings};
use jiff::civil::date;
use lijian_domain::campaign::{CampaignSettings, Condition, ConditionFailed, Facts, FreeCondition, SaleForm};
use lijian_domain::code::DecisionCode;
use lijian_domain::decide::decide;
use lijian_domain::ids::MerchantId;
use lijian_domain::sale::{Decision, SaleRequest};
use std::sync::Arc;

/// Holds for goods of a discount up to this; of a brand that nobody knows it cannot be told.
#[derive(Debug)]
struct DiscountUpTo(u64);

impl Condition for DiscountUpTo {
    fn text(&self) -> &str {
        "the discount is small"
    }

    fn holds(&self, facts: &Facts<'_>) -> Result<bool, ConditionFailed> {
        assert_eq!((facts.brand, facts.merchant.id.as_str()), ("B", "NANSHAN"));
        assert_eq!((facts.product.gtin, facts.local.hour()), (facts.item.gtin, 12));
        if facts.item.gtin == PHONE { Err(ConditionFailed) } else { Ok(facts.discount.get() <= self.0) }
    }
}

fn refusal(request: &SaleRequest) -> Option<(DecisionCode, &'static str)> {
    let condition = Some(FreeCondition(Arc::new(DiscountUpTo(2_000))));
    let settings = CampaignSettings { condition, sale_form: SaleForm::Basket, ..settings("c") };
    match decide(&rules(&[settings]), request, None, &noon(date(2024, 10, 1))) {
        Decision::Grant(_) => None,
        Decision::Refuse(refusal) => Some((refusal.code, refusal.reason)),
    }
}

#[test]
fn it_must_hold_for_every_item() {
    let code = DecisionCode::PlaceOrTime;
    assert_eq!(refusal(&sale(&[item(FRIDGE, 10_000)])), None);
    assert_eq!(
        refusal(&sale(&[item(FRIDGE_2, 10_000), item(FRIDGE, 10_005)])),
        Some((code, "the campaign's condition does not hold"))
    );
    assert_eq!(
        refusal(&sale(&[item(FRIDGE, 10_000), item(PHONE, 10_000)])),
        Some((code, "the campaign's condition cannot be told for this sale"))
    );
}

#[test]
fn it_is_asked_last() {
    let over_the_filed_price = sale(&[item(FRIDGE, 1_000_001)]);
    assert_eq!(refusal(&over_the_filed_price).map(|(code, _)| code), Some(DecisionCode::Price));
    let elsewhere = SaleRequest { merchant: MerchantId::new("GUANGZHOU").unwrap(), ..sale(&[item(FRIDGE, 10_005)]) };
    let reason = "the campaign does not reach the merchant's district";
    assert_eq!(refusal(&elsewhere), Some((DecisionCode::PlaceOrTime, reason)));
}

#[test]
fn two_conditions_are_the_same_if_they_are_written_the_same() {
    let condition = |most| FreeCondition(Arc::new(DiscountUpTo(most)));
    assert_eq!(condition(1), condition(2));
}
