//! What comes before the subsidy and what after, who advances it, and how a network is told of its sponsors.

use crate::world::{FRIDGE, FRIDGE_2, PHONE, category, item, noon, rules, sale, settings};
use jiff::civil::date;
use lijian_domain::campaign::{
    CampaignSettings, CategorySettings, CouponSettings, SaleForm, SponsorSettings, Stacking,
};
use lijian_domain::decide::decide;
use lijian_domain::funding::{AdvancedBy, CouponKind};
use lijian_domain::money::MinorUnits;
use lijian_domain::sale::{Award, Decision, ItemRequest, SaleRequest};

fn award(settings: &CampaignSettings, request: &SaleRequest) -> Award {
    match decide(&rules(std::slice::from_ref(settings)), request, None, &noon(date(2024, 10, 1))) {
        Decision::Grant(award) => award,
        Decision::Refuse(refusal) => unreachable!("{refusal:?}"),
    }
}

/// The sale paid for in part by an old machine and by a bank.
fn with(items: &[ItemRequest], trade_in: u64, bank_promotion: u64) -> SaleRequest {
    let request = sale(items);
    let amount = MinorUnits::new(request.amount.get() - trade_in - bank_promotion);
    let (trade_in, bank_promotion) = (MinorUnits::new(trade_in), MinorUnits::new(bank_promotion));
    SaleRequest { amount, trade_in, bank_promotion, ..request }
}

fn stacked(sale_form: SaleForm, trade_in_lowers_base: bool, bank_promotion_lowers_base: bool) -> CampaignSettings {
    let stacking = Stacking { trade_in_lowers_base, bank_promotion_lowers_base };
    CampaignSettings { sale_form, stacking, ..settings("c") }
}

#[test]
fn by_default_the_subsidy_comes_before_trade_in_and_bank() {
    let request = with(&[item(FRIDGE, 10_000)], 1_000, 500);
    let check = |trade_in, bank, expected: u64| {
        assert_eq!(award(&stacked(SaleForm::OneItem, trade_in, bank), &request).discount.get(), expected);
    };
    // 20 % of 10,000, of 9,000, of 9,500 and of 8,500.
    check(false, false, 2_000);
    check(true, false, 1_800);
    check(false, true, 1_900);
    check(true, true, 1_700);
}

#[test]
fn what_lowers_the_base_is_spread_over_a_basket_by_prices() {
    let two = ItemRequest { quantity: 2, ..item(FRIDGE_2, 10_010) };
    let request = with(&[item(FRIDGE, 10_000), two, item(PHONE, 333)], 1_001, 0);
    let discounts = |settings: &CampaignSettings| {
        award(settings, &request).items.iter().map(|item| item.discount.get()).collect::<Vec<_>>()
    };
    assert_eq!(discounts(&stacked(SaleForm::Basket, false, false)), [2_000, 3_002, 33]);
    // 1,001 by 10,000, 20,020 and 333 of 30,353: 329, then 990 - 329 = 661, then 11. Hence 20 % of 9,671; 15 % of
    // 10,010 - 331 twice, since half of 661 is taken up to the fen; 10 % of 322.
    assert_eq!(discounts(&stacked(SaleForm::Basket, true, false)), [1_934, 2_902, 32]);
}

#[test]
fn an_order_subsidised_as_one_is_lowered_as_one() {
    let flat = CategorySettings {
        ids: vec!["refrigerator".to_owned(), "phone".to_owned()],
        rate_basis_points: Some(1_000),
        items_per_person: None,
        rate_basis_points_by_grade: Vec::new(),
        rate_basis_points_without_grade: None,
        ..category("phone")
    };
    let order =
        |lowered| CampaignSettings { categories: vec![flat.clone()], ..stacked(SaleForm::WholeOrder, lowered, false) };
    let request = with(&[item(FRIDGE, 10_000), item(PHONE, 5_000)], 3_000, 0);
    assert_eq!(award(&order(false), &request).discount.get(), 1_500);
    let lowered = award(&order(true), &request);
    assert_eq!(lowered.items.iter().map(|item| item.discount.get()).collect::<Vec<_>>(), [800, 400]);
}

fn coupon(sponsor_id: &str, id: &str) -> Option<CouponSettings> {
    let (sponsor_id, id) = (sponsor_id.to_owned(), id.to_owned());
    Some(CouponSettings { kind: CouponKind::Unclaimed, sponsor_id, id, description: "立减".to_owned() })
}

fn sponsored(coupons: &[Option<CouponSettings>]) -> CampaignSettings {
    let share = 10_000 / u32::try_from(coupons.len()).unwrap();
    let sponsors = (1..).zip(coupons).map(|(number, coupon)| SponsorSettings {
        id: format!("sponsor-{number}"),
        share_basis_points: Some(share),
        coupon: coupon.clone(),
        ..SponsorSettings::default()
    });
    CampaignSettings { sponsors: sponsors.collect(), advanced_by: AdvancedBy::Merchant, ..settings("c") }
}

#[test]
fn an_award_says_who_advances_it_and_names_its_coupons() {
    let request = sale(&[item(FRIDGE, 10_000)]);
    let plain = award(&settings("c"), &request).funding;
    assert_eq!((plain.advanced_by, plain.coupons.len()), (AdvancedBy::Operator, 0));
    let settings = sponsored(&[coupon("00010000", "C1"), coupon("898440357220003", "C2")]);
    let funding = award(&settings, &request).funding;
    assert_eq!(funding.advanced_by, AdvancedBy::Merchant);
    let coupons: Vec<_> =
        funding.coupons.iter().map(|it| (it.kind.as_str(), it.sponsor.as_str(), it.id.as_str())).collect();
    assert_eq!(coupons, [("CP01", "00010000", "C1"), ("CP01", "898440357220003", "C2")]);
    assert_eq!(settings.check().unwrap().coupon_descriptions.len(), 2);
}

#[test]
fn coupons_that_a_network_could_not_read_are_refused() {
    let check = |coupons: &[Option<CouponSettings>], expected: &[&str]| {
        let errors = sponsored(coupons).check().unwrap_err();
        assert_eq!(errors.iter().map(|error| error.key.as_str()).collect::<Vec<_>>(), expected, "{errors:?}");
    };
    check(&[coupon("00010000", "C"), None], &["sponsors[1].coupon"]);
    for sponsor in ["", "0001000", "000100000", "0001000A", "89844035722000", "8984403572200033", "89844035722000元"] {
        check(&[coupon(sponsor, "C")], &["sponsors[0].coupon.sponsor_id"]);
    }
    for id in ["", "C 1", "元", &"C".repeat(33)] {
        check(&[coupon("00010000", id)], &["sponsors[0].coupon.id"]);
    }
    let long = coupon("00010000", "C").map(|coupon| CouponSettings { description: "立".repeat(65), ..coupon });
    check(&[long], &["sponsors[0].coupon.description"]);
    let two_lines = coupon("00010000", "C").map(|coupon| CouponSettings { description: "a\nb".to_owned(), ..coupon });
    check(&[two_lines], &["sponsors[0].coupon.description"]);
}
