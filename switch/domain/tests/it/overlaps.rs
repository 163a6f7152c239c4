//! Campaigns that could both give for one sale: what is said of two of them beside sales that both are asked about.

use crate::world::{FRIDGE_2, category, item, noon, rules, sale, settings};
use jiff::civil::date;
use lijian_domain::campaign::{CampaignSettings, CategorySettings, SaleForm};
use lijian_domain::decide::decide;
use lijian_domain::sale::Decision;

const FORMS: [SaleForm; 3] = [SaleForm::OneItem, SaleForm::Basket, SaleForm::WholeOrder];
const PRICES: [u64; 4] = [10_000, 30_000, 60_000, 90_000];
const RANGES: [(Option<u64>, Option<u64>); 4] =
    [(None, None), (None, Some(30_000)), (Some(60_000), None), (Some(60_000), Some(60_000))];

fn campaign(form: SaleForm, (price_min_fen, price_max_fen): (Option<u64>, Option<u64>)) -> CampaignSettings {
    let terms = CategorySettings {
        price_min_fen,
        price_max_fen,
        items_per_person: None,
        rate_basis_points: Some(1_500),
        rate_basis_points_by_grade: Vec::new(),
        rate_basis_points_without_grade: None,
        ..category("refrigerator")
    };
    CampaignSettings { sale_form: form, categories: vec![terms], ..settings("c") }
}

/// Whether it gives for one, two or three pieces at one price.
fn gives(settings: &CampaignSettings, pieces: usize, price_fen: u64) -> bool {
    let rules = rules(std::slice::from_ref(settings));
    let items = vec![item(FRIDGE_2, price_fen); pieces];
    matches!(decide(&rules, &sale(&items), None, &noon(date(2024, 10, 1))), Decision::Grant(_))
}

#[test]
fn two_overlap_where_a_sale_is_found_for_which_both_give() {
    let mut apart = 0;
    let all = || FORMS.into_iter().flat_map(|form| RANGES.into_iter().map(move |range| (form, range)));
    for (one, another) in all().flat_map(|one| all().map(move |another| (one, another))) {
        let campaigns = [campaign(one.0, one.1), campaign(another.0, another.1)];
        let sales = (1..=3).flat_map(|pieces| PRICES.map(|price| (pieces, price)));
        let both = sales.into_iter().find(|(pieces, price)| campaigns.iter().all(|it| gives(it, *pieces, *price)));
        let checked = campaigns.each_ref().map(|settings| settings.check().unwrap());
        let told = checked[0].overlap(&checked[1]).is_some();
        assert_eq!(told, both.is_some(), "{one:?} and {another:?}: {both:?}");
        apart += u32::from(!told);
    }
    assert!(apart > 0);
}

#[test]
fn a_sale_that_names_no_currency_fits_both() {
    let of = |currency: &str| CampaignSettings { currency: Some(currency.to_owned()), ..settings("c") };
    let campaigns = [of("CNY"), of("HKD")];
    let sale = sale(&[item(FRIDGE_2, 30_000)]);
    for settings in &campaigns {
        let decided = decide(&rules(std::slice::from_ref(settings)), &sale, None, &noon(date(2024, 10, 1)));
        assert!(matches!(decided, Decision::Grant(_)));
    }
    let checked = campaigns.each_ref().map(|settings| settings.check().unwrap());
    assert!(checked[0].overlap(&checked[1]).is_some());
}
