//! What a campaign must keep: each breach with its key.

use crate::world::{category, settings};
use lijian_domain::campaign::{
    BudgetSettings, CampaignSettings, CategorySettings, PersonSettings, SaleForm, SponsorSettings, SponsorSplit,
};

fn check(settings: &CampaignSettings, expected: &[&str]) {
    let errors = settings.check().unwrap_err();
    let keys: Vec<&str> = errors.iter().map(|error| error.key.as_str()).collect();
    assert_eq!(keys, expected, "{errors:?}");
}

fn check_category(category: CategorySettings, expected: &str) {
    check(&CampaignSettings { categories: vec![category], ..settings("c") }, &[expected]);
}

#[test]
fn terms_that_contradict_themselves_are_refused() {
    let phone = || category("phone");
    check_category(CategorySettings { ids: Vec::new(), ..phone() }, "categories[0].ids");
    check_category(CategorySettings { ids: vec!["Phone".to_owned()], ..phone() }, "categories[0].ids[0]");
    check_category(CategorySettings { ids: vec!["a".to_owned(), "a".to_owned()], ..phone() }, "categories[0].ids[1]");
    check_category(CategorySettings { cap_per_item_fen: 0, ..phone() }, "categories[0].cap_per_item_fen");
    check_category(CategorySettings { items_per_person: Some(0), ..phone() }, "categories[0].items_per_person");
    check_category(CategorySettings { rate_basis_points: Some(1), ..phone() }, "categories[0].rate_basis_points");
    check_category(
        CategorySettings { price_min_fen: Some(2), price_max_fen: Some(1), ..phone() },
        "categories[0].price_max_fen",
    );
    check_category(
        CategorySettings { rate_basis_points_by_grade: vec![("1".to_owned(), 10_001)], ..phone() },
        "categories[0].rate_basis_points_by_grade.1",
    );
    let no_rate =
        CategorySettings { rate_basis_points_by_grade: Vec::new(), rate_basis_points_without_grade: None, ..phone() };
    check_category(no_rate, "categories[0]");
}

#[test]
fn budgets_and_sponsors_that_contradict_themselves_are_refused() {
    let sponsor = |share_basis_points| SponsorSettings {
        id: "bureau".to_owned(),
        share_basis_points: Some(share_basis_points),
        ..SponsorSettings::default()
    };
    let check_sponsors = |sponsors: Vec<SponsorSettings>, expected: &[&str]| {
        check(&CampaignSettings { sponsors, ..settings("c") }, expected);
    };
    check_sponsors(Vec::new(), &["sponsors"]);
    check_sponsors(vec![sponsor(5_000)], &["sponsors"]);
    check_sponsors(vec![sponsor(5_000), sponsor(5_000)], &["sponsors[1].id"]);
    check_sponsors(vec![sponsor(0)], &["sponsors[0].share_basis_points"]);
    let districts_fen = vec![("440305".to_owned(), 1), ("4403".to_owned(), 1), ("440305".to_owned(), 2)];
    let budget = BudgetSettings { campaign_fen: 0, day_fen: Some(0), districts_fen, ..BudgetSettings::default() };
    check(
        &CampaignSettings { budget, ..settings("c") },
        &["budget.campaign_fen", "budget.day_fen", "budget.districts_fen.4403", "budget.districts_fen.440305"],
    );
    check(&CampaignSettings { categories: Vec::new(), ..settings("c") }, &["categories"]);
    let per_person = PersonSettings { week_items: Some(0), campaign_fen: Some(0), ..PersonSettings::default() };
    check(&CampaignSettings { per_person, ..settings("c") }, &["per_person.week_items", "per_person.campaign_fen"]);
}

#[test]
fn an_order_that_is_subsidised_as_one_has_one_rate_and_counts_nothing_by_category() {
    let check_order = |categories: Vec<CategorySettings>, expected: &[&str]| {
        check(&CampaignSettings { sale_form: SaleForm::WholeOrder, categories, ..settings("c") }, expected);
    };
    let flat = |id: &str| CategorySettings {
        ids: vec![id.to_owned()],
        rate_basis_points: Some(1_000),
        cap_per_item_fen: 50_000,
        ..CategorySettings::default()
    };
    check_order(vec![flat("phone"), flat("tablet")], &["categories"]);
    check_order(
        vec![category("phone")],
        &["categories[0].rate_basis_points_by_grade", "categories[0].items_per_person"],
    );
    check_order(
        vec![CategorySettings { money_per_person_fen: Some(1), ..flat("phone") }],
        &["categories[0].money_per_person_fen"],
    );
}

#[test]
fn sponsors_in_order_have_limits_and_only_the_last_one_none() {
    let check_order = |sponsors: &[(Option<u32>, Option<u64>)], expected: &[&str]| {
        let sponsors = (1..).zip(sponsors).map(|(number, (share_basis_points, at_most_fen))| SponsorSettings {
            id: format!("sponsor-{number}"),
            share_basis_points: *share_basis_points,
            at_most_fen: *at_most_fen,
            ..SponsorSettings::default()
        });
        let sponsors = sponsors.collect();
        check(&CampaignSettings { sponsor_split: SponsorSplit::InOrder, sponsors, ..settings("c") }, expected);
    };
    check_order(&[(None, None), (None, None)], &["sponsors[0].at_most_fen"]);
    check_order(&[(None, Some(0)), (None, Some(5))], &["sponsors[0].at_most_fen", "sponsors[1].at_most_fen"]);
    check_order(&[(Some(5_000), Some(5)), (None, None)], &["sponsors[0].share_basis_points"]);
    let limited = SponsorSettings { id: "bureau".to_owned(), at_most_fen: Some(5), ..SponsorSettings::default() };
    check(&CampaignSettings { sponsors: vec![limited], ..settings("c") }, &["sponsors[0].at_most_fen"]);
}
