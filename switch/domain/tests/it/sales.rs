//! Sales that the shipped campaigns do not show: baskets, several campaigns, every cap, places, price limits.

use crate::world::{FRIDGE, FRIDGE_2, KETTLE, PHONE, category, item, moment, noon, rules, sale, settings};
use jiff::civil::{date, datetime};
use lijian_domain::campaign::{BudgetSettings, CampaignSettings, CategorySettings, PersonSettings, SaleForm};
use lijian_domain::code::DecisionCode;
use lijian_domain::decide::decide;
use lijian_domain::ids::MerchantId;
use lijian_domain::rules::Rules;
use lijian_domain::sale::{Award, Decision, ItemRequest, SaleRequest};
use lijian_domain::time::Moment;

fn october() -> Moment {
    noon(date(2024, 10, 1))
}

fn award(rules: &Rules, request: &SaleRequest) -> Award {
    match decide(rules, request, None, &october()) {
        Decision::Grant(award) => award,
        Decision::Refuse(refusal) => unreachable!("{refusal:?}"),
    }
}

fn refused(rules: &Rules, request: &SaleRequest, now: &Moment) -> (DecisionCode, String) {
    match decide(rules, request, None, now) {
        Decision::Grant(award) => unreachable!("{award:?}"),
        Decision::Refuse(refusal) => (refusal.code, refusal.campaign.to_string()),
    }
}

fn caps(award: &Award) -> Vec<(String, u64, u32)> {
    award.caps.iter().map(|take| (take.key.to_string(), take.amount.get(), take.count)).collect()
}

#[test]
fn a_sale_takes_from_every_budget_named_in_order() {
    let budget = BudgetSettings {
        campaign_fen: 9_000,
        day_fen: Some(8_000),
        merchant_fen: Some(7_000),
        terminal_fen: Some(6_000),
        districts_fen: vec![("440305".to_owned(), 5_000), ("440304".to_owned(), 4_000)],
        ..BudgetSettings::default()
    };
    let categories = vec![CategorySettings { budget_fen: Some(3_000), ..category("refrigerator") }];
    let per_person = PersonSettings {
        week_items: Some(2),
        year_fen: Some(1_500_000),
        campaign_items: Some(4),
        ..PersonSettings::default()
    };
    let rules = rules(&[CampaignSettings { budget, categories, per_person, ..settings("c") }]);
    let mut one = item(FRIDGE, 10_000);
    one.serial_number = lijian_domain::ids::SerialNumber::new("SN1").unwrap();
    let award = award(&rules, &sale(&[one]));
    let expected = [
        "serial-number",
        "person-category:c:refrigerator",
        "person-week:c:2024-09-30",
        "person-year:c:2024",
        "person-campaign:c",
        "terminal:c:NANSHAN:00000001",
        "merchant:c:NANSHAN",
        "district:c:440305",
        "category:c:refrigerator",
        "day:c:2024-10-01",
        "campaign:c",
    ];
    assert_eq!(caps(&award), expected.map(|key| (key.to_owned(), 2_000, 1)));
    let limits: Vec<Option<u64>> = award.caps.iter().map(|take| take.limit.amount.map(|limit| limit.get())).collect();
    let thousands = [None, None, None, Some(1_500), None, Some(6), Some(7), Some(5), Some(3), Some(8), Some(9)];
    assert_eq!(limits, thousands.map(|limit| limit.map(|thousand| thousand * 1_000)));
    let known = rules.caps(&october());
    let known: Vec<String> = known.iter().map(|(key, _)| key.to_string()).collect();
    let expected =
        ["campaign:c", "day:c:2024-10-01", "category:c:refrigerator", "district:c:440304", "district:c:440305"];
    assert_eq!(known, expected);
}

#[test]
fn a_basket_takes_from_a_shared_cap_once() {
    let rules = rules(&[CampaignSettings { sale_form: SaleForm::Basket, ..settings("c") }]);
    let two = ItemRequest { quantity: 2, ..item(FRIDGE_2, 1_001) };
    let award = award(&rules, &sale(&[item(FRIDGE, 1_001), two, item(PHONE, 999)]));
    // 20 % of 1001 is 200; 15 % is 150 for each of two; 10 % of 999 is 99.
    assert_eq!(award.items.iter().map(|item| item.discount.get()).collect::<Vec<_>>(), [200, 300, 99]);
    let expected =
        [("person-category:c:refrigerator", 500, 3), ("person-category:c:phone", 99, 1), ("campaign:c", 599, 4)];
    assert_eq!(caps(&award), expected.map(|(key, amount, count)| (key.to_owned(), amount, count)));
    let one_not_subsidised = sale(&[item(FRIDGE, 1_001), item(KETTLE, 1_000)]);
    assert_eq!(refused(&rules, &one_not_subsidised, &october()).0, DecisionCode::NothingToGive);
}

#[test]
fn the_first_campaign_that_gives_is_taken() {
    let phones = CampaignSettings { categories: vec![category("phone")], ..settings("phones") };
    let fridges = CampaignSettings { categories: vec![category("refrigerator")], ..settings("fridges") };
    let later = CampaignSettings { first_day: date(2024, 11, 1), ..settings("later") };
    let rules = rules(&[later, phones, fridges]);
    assert_eq!(award(&rules, &sale(&[item(PHONE, 1_000)])).campaign.as_str(), "phones");
    assert_eq!(award(&rules, &sale(&[item(FRIDGE, 1_000)])).campaign.as_str(), "fridges");
    let check = |request: SaleRequest, now: Moment, code, campaign: &str| {
        assert_eq!(refused(&rules, &request, &now), (code, campaign.to_owned()));
    };
    check(sale(&[item(KETTLE, 1_000)]), october(), DecisionCode::NothingToGive, "phones");
    check(sale(&[item(FRIDGE, 1_000_001)]), october(), DecisionCode::Price, "phones");
    check(sale(&[item(PHONE, 1_000)]), moment(datetime(2024, 10, 1, 9, 0, 0, 0)), DecisionCode::NoCampaign, "phones");
    check(sale(&[item(PHONE, 1_000)]), noon(date(2025, 1, 1)), DecisionCode::NoCampaign, "");
}

#[test]
fn the_merchant_must_be_where_the_campaign_is() {
    let in_guangzhou = SaleRequest { merchant: MerchantId::new("GUANGZHOU").unwrap(), ..sale(&[item(FRIDGE, 1_000)]) };
    let check = |places: &[&str], reaches: bool| {
        let places = places.iter().map(|place| (*place).to_owned()).collect();
        let rules = rules(&[CampaignSettings { places, ..settings("c") }]);
        let granted = matches!(decide(&rules, &in_guangzhou, None, &october()), Decision::Grant(_));
        assert_eq!(granted, reaches);
    };
    check(&["440300"], false);
    check(&["440300", "440106"], true);
    check(&["440100"], true);
    check(&["440000"], true);
    check(&["450000"], false);
    check(&[], true);
}

#[test]
fn price_limits_include_their_bounds() {
    let limited = CategorySettings { price_min_fen: Some(500), price_max_fen: Some(600), ..category("phone") };
    let rules = rules(&[CampaignSettings { categories: vec![limited], ..settings("c") }]);
    for (price, granted) in [(499, false), (500, true), (600, true), (601, false)] {
        let decision = decide(&rules, &sale(&[item(PHONE, price)]), None, &october());
        assert_eq!(matches!(decision, Decision::Grant(_)), granted, "{price}");
    }
}

#[test]
fn absurd_sums_are_told_and_not_counted() {
    let rules = rules(&[CampaignSettings { sale_form: SaleForm::Basket, ..settings("c") }]);
    let check = |items: &[ItemRequest]| {
        assert_eq!(refused(&rules, &sale(items), &october()).0, DecisionCode::ItemsUnreadable);
    };
    check(&[]);
    check(&[ItemRequest { quantity: 0, ..item(PHONE, 1_000) }]);
    check(&[ItemRequest { quantity: 1_000, ..item(PHONE, 1) }]);
    check(&[ItemRequest { quantity: 2, ..item(PHONE, 1 << 63) }]);
    check(&[item(PHONE, u64::MAX), item(PHONE, 1)]);
}

#[test]
fn a_new_year_is_a_new_allowance_of_the_year_and_not_of_the_week() {
    let per_person = PersonSettings {
        week_items: Some(1),
        year_items: Some(1),
        campaign_items: Some(1),
        ..PersonSettings::default()
    };
    let rules = rules(&[CampaignSettings { last_day: date(2025, 3, 31), per_person, ..settings("c") }]);
    let check = |day, expected: [&str; 3]| {
        let Decision::Grant(award) = decide(&rules, &sale(&[item(PHONE, 10_000)]), None, &noon(day)) else {
            panic!("{day}")
        };
        let keys: Vec<String> = caps(&award).into_iter().map(|(key, ..)| key).collect();
        assert_eq!(keys[1..4], expected, "{day}");
    };
    check(date(2024, 12, 29), ["person-week:c:2024-12-23", "person-year:c:2024", "person-campaign:c"]);
    check(date(2024, 12, 31), ["person-week:c:2024-12-30", "person-year:c:2024", "person-campaign:c"]);
    check(date(2025, 1, 1), ["person-week:c:2024-12-30", "person-year:c:2025", "person-campaign:c"]);
}

#[test]
fn a_whole_order_is_rounded_and_capped_once_and_counts_as_one() {
    let order = |cap_per_item_fen| {
        let terms = CategorySettings {
            ids: vec!["refrigerator".to_owned(), "phone".to_owned()],
            rate_basis_points: Some(1_000),
            cap_per_item_fen,
            price_min_fen: Some(50_001),
            price_max_fen: Some(9_000_000),
            ..CategorySettings::default()
        };
        let per_person = PersonSettings { week_items: Some(2), ..PersonSettings::default() };
        let whole = CampaignSettings { sale_form: SaleForm::WholeOrder, categories: vec![terms], ..settings("c") };
        rules(&[CampaignSettings { per_person, ..whole }])
    };
    let check = |cap: u64, items: &[ItemRequest], expected: &[u64]| {
        let award = award(&order(cap), &sale(items));
        let parts: Vec<u64> = award.items.iter().map(|item| item.discount.get()).collect();
        assert_eq!(parts, expected, "{items:?}");
        let whole = expected.iter().sum();
        let pieces = items.iter().map(|item| item.quantity).sum();
        assert_eq!(
            caps(&award),
            [("person-week:c:2024-09-30".to_owned(), whole, 1), ("campaign:c".to_owned(), whole, pieces)]
        );
    };
    // 10 % of 60,018 is 6,001.8; of the first 30,009 fen 3,000.5.
    check(50_000, &[item(PHONE, 30_009), item(FRIDGE, 30_009)], &[3_000, 3_001]);
    // 10 % of 550,001 would be 55,000: the cap of the order, 3 : 2 : the rest.
    check(50_000, &[item(PHONE, 330_000), item(FRIDGE, 220_000), item(PHONE, 1)], &[29_999, 20_000, 1]);
    let two = ItemRequest { quantity: 2, ..item(PHONE, 30_000) };
    check(50_000, &[two], &[6_000]);
    let refused = |items: &[ItemRequest]| match decide(&order(50_000), &sale(items), None, &october()) {
        Decision::Refuse(refusal) => refusal.code.as_str(),
        Decision::Grant(award) => panic!("{award:?}"),
    };
    assert_eq!(refused(&[item(PHONE, 25_000), item(FRIDGE, 25_000)]), "N109");
    assert_eq!(refused(&[item(PHONE, 9_000_000), item(PHONE, 1)]), "N109");
    assert_eq!(refused(&[item(PHONE, 60_000), item(KETTLE, 60_000)]), "N110");
}
