//! Money that arrives, is released and is counted: currency, filed prices, tranches, the pace of a day.

use crate::world::{FRIDGE, PHONE, item, moment, rules, sale, settings};
use jiff::civil::{DateTime, date, datetime};
use lijian_domain::campaign::{BudgetSettings, CampaignSettings, PacingSettings, TrancheSettings};
use lijian_domain::cap::CapKind;
use lijian_domain::code::DecisionCode;
use lijian_domain::decide::decide;
use lijian_domain::rules::Rules;
use lijian_domain::sale::{Decision, SaleRequest};

fn october() -> DateTime {
    datetime(2024, 10, 1, 12, 0, 0, 0)
}

fn refused(rules: &Rules, request: &SaleRequest) -> Option<(DecisionCode, &'static str)> {
    match decide(rules, request, None, &moment(october())) {
        Decision::Grant(_) => None,
        Decision::Refuse(refusal) => Some((refusal.code, refusal.reason)),
    }
}

#[test]
fn a_sale_in_another_currency_is_refused() {
    let check = |currency: Option<&str>, said: Option<u16>, granted: bool| {
        let rules = rules(&[CampaignSettings { currency: currency.map(str::to_owned), ..settings("c") }]);
        let request = SaleRequest { currency: said, ..sale(&[item(PHONE, 10_000)]) };
        let expected = (DecisionCode::ItemsUnreadable, "the amount is in another currency than the campaign's");
        assert_eq!(refused(&rules, &request), (!granted).then_some(expected), "{currency:?} {said:?}");
    };
    check(None, None, true);
    check(None, Some(156), true);
    check(None, Some(344), false);
    check(None, Some(0), false);
    check(Some("HKD"), Some(344), true);
    check(Some("HKD"), Some(156), false);
}

#[test]
fn a_price_may_exceed_the_one_filed_by_the_tolerance_down_to_the_fen() {
    let check = |tolerance: u32, price: u64, granted: bool| {
        let tolerant = CampaignSettings { filed_price_tolerance_basis_points: tolerance, ..settings("c") };
        let refusal = refused(&rules(&[tolerant]), &sale(&[item(FRIDGE, price)]));
        let expected = (DecisionCode::Price, "price over the filed price");
        assert_eq!(refusal, (!granted).then_some(expected), "{tolerance} {price}");
    };
    // Filed at 1,000,000 fen.
    check(0, 1_000_000, true);
    check(0, 1_000_001, false);
    check(500, 1_050_000, true);
    check(500, 1_050_001, false);
    check(1, 1_000_100, true);
    check(1, 1_000_101, false);
    check(10_000, 2_000_000, true);
    check(10_000, 2_000_001, false);
}

/// The limit that a sale at this time takes a cap of this kind by.
fn limit(settings: &CampaignSettings, kind: CapKind, at: DateTime) -> Option<u64> {
    let rules = rules(std::slice::from_ref(settings));
    let Decision::Grant(award) = decide(&rules, &sale(&[item(PHONE, 10_000)]), None, &moment(at)) else {
        unreachable!("{at}")
    };
    let take = award.caps.iter().find(|take| take.key.kind() == kind)?;
    let known = rules.caps(&moment(at)).into_iter().find(|(key, _)| *key == take.key);
    assert_eq!(known, Some((take.key, take.limit)), "budgets show what sales take by");
    assert!(rules.limit_at_most(&take.key) >= take.limit.amount);
    take.limit.amount.map(|limit| limit.get())
}

#[test]
fn tranches_limit_what_is_given_until_the_next_one_arrives() {
    let tranche = |day, fen| TrancheSettings { from: date(2024, 10, day).at(12, 0, 0, 0), fen };
    let budget = BudgetSettings {
        campaign_fen: 1_000,
        tranches: vec![tranche(20, 400), tranche(10, 600)],
        ..BudgetSettings::default()
    };
    let settings = CampaignSettings { budget, ..settings("c") };
    let check = |at, expected| assert_eq!(limit(&settings, CapKind::Tranche, at), Some(expected), "{at}");
    check(datetime(2024, 10, 10, 11, 59, 59, 0), 0);
    check(datetime(2024, 10, 10, 12, 0, 0, 0), 600);
    check(datetime(2024, 10, 20, 11, 59, 59, 0), 600);
    check(datetime(2024, 10, 20, 12, 0, 0, 0), 1_000);
    assert_eq!(limit(&settings, CapKind::Campaign, october()), Some(1_000));
    assert_eq!(
        limit(
            &CampaignSettings {
                budget: BudgetSettings { tranches: Vec::new(), ..settings.budget.clone() },
                ..settings.clone()
            },
            CapKind::Tranche,
            october()
        ),
        None
    );
}

#[test]
fn the_money_of_a_day_is_released_hour_by_hour() {
    let paced = |pacing| {
        let budget = BudgetSettings { day_fen: Some(1_300), day_pacing: pacing, ..settings("c").budget };
        CampaignSettings { budget, ..settings("c") }
    };
    let at = |hour| date(2024, 10, 1).at(hour, 30, 0, 0);
    let check = |settings: &CampaignSettings, hour, expected| {
        assert_eq!(limit(settings, CapKind::Day, at(hour)), Some(expected), "{hour}");
    };
    check(&paced(None), 10, 1_300);
    // Open from 10 to 23: 1/13 is 769 hundredths of a percent.
    let even = paced(Some(PacingSettings::Even));
    check(&even, 10, 99);
    check(&even, 11, 199);
    check(&even, 22, 1_300);
    let mut shares = vec![0; 24];
    (shares[10], shares[18], shares[22]) = (5_000, 4_000, 1_000);
    let by_hour = paced(Some(PacingSettings::Hours(shares)));
    check(&by_hour, 10, 650);
    check(&by_hour, 17, 650);
    check(&by_hour, 18, 1_170);
    check(&by_hour, 22, 1_300);
}

#[test]
fn funding_that_contradicts_itself_is_refused() {
    let check = |budget: BudgetSettings, expected: &[&str]| {
        let errors = CampaignSettings { budget, ..settings("c") }.check().unwrap_err();
        assert_eq!(errors.iter().map(|error| error.key.as_str()).collect::<Vec<_>>(), expected, "{errors:?}");
    };
    let tranche = |fen| TrancheSettings { from: october(), fen };
    let budget = || settings("c").budget;
    check(BudgetSettings { tranches: vec![tranche(0)], ..budget() }, &["budget.tranches[0].fen"]);
    check(BudgetSettings { tranches: vec![tranche(999_999), tranche(2)], ..budget() }, &["budget.tranches"]);
    check(BudgetSettings { tranches: vec![tranche(u64::MAX), tranche(u64::MAX)], ..budget() }, &["budget.tranches"]);
    check(BudgetSettings { day_pacing: Some(PacingSettings::Even), ..budget() }, &["budget.day_pacing"]);
    let hours = |shares: &[(usize, u32)], length| {
        let mut hours = vec![0; length];
        shares.iter().for_each(|(hour, share)| hours[*hour] = *share);
        BudgetSettings { day_fen: Some(1), day_pacing: Some(PacingSettings::Hours(hours)), ..budget() }
    };
    check(hours(&[(10, 10_000)], 23), &["budget.day_pacing"]);
    check(hours(&[(10, 10_001)], 24), &["budget.day_pacing"]);
    check(hours(&[(10, 70_000)], 24), &["budget.day_pacing"]);
    check(hours(&[(9, 5_000), (10, 5_000)], 24), &["budget.day_pacing[9]"]);
    let errors = CampaignSettings {
        currency: Some("RMB".to_owned()),
        filed_price_tolerance_basis_points: 10_001,
        ..settings("c")
    };
    let keys: Vec<String> = errors.check().unwrap_err().into_iter().map(|error| error.key).collect();
    assert_eq!(keys, ["currency", "filed_price_tolerance_basis_points"]);
}
