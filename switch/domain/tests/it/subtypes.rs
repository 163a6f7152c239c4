//! Kinds of goods within a category.

use crate::world::{PHONE, category, item, noon, rules, sale, settings};
use jiff::civil::date;
use lijian_domain::campaign::{CampaignSettings, CategorySettings};
use lijian_domain::catalogue::{CatalogueBuilder, Product, ProductTexts};
use lijian_domain::code::DecisionCode;
use lijian_domain::decide::decide;
use lijian_domain::ids::{CategoryId, SubtypeId};
use lijian_domain::rules::Rules;
use lijian_domain::sale::Decision;
use lijian_domain::time::Validity;

fn settings_of(subtypes: &[&str], without: &[&str]) -> CampaignSettings {
    let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let terms = CategorySettings { subtypes: own(subtypes), without_subtypes: own(without), ..category("phone") };
    CampaignSettings { categories: vec![terms], ..settings("c") }
}

/// The refusal of a phone of this kind; none where it is subsidised.
fn refusal(settings: &CampaignSettings, subtype: Option<&str>) -> Option<(DecisionCode, &'static str)> {
    let mut builder = CatalogueBuilder::default();
    let product = Product {
        gtin: PHONE,
        category: CategoryId::new("phone").unwrap(),
        subtype: subtype.map(|subtype| SubtypeId::new(subtype).unwrap()),
        grade: None,
        filed_price: None,
        validity: Validity::ALWAYS,
    };
    builder.add(&product, ProductTexts { brand: "B", model: "M", name: "N" }).unwrap();
    let rules = Rules { catalogue: builder.build(), ..rules(std::slice::from_ref(settings)) };
    match decide(&rules, &sale(&[item(PHONE, 10_000)]), None, &noon(date(2024, 10, 1))) {
        Decision::Grant(_) => None,
        Decision::Refuse(refusal) => Some((refusal.code, refusal.reason)),
    }
}

#[test]
fn only_the_kinds_named_or_all_but_them() {
    let check = |subtypes: &[&str], without: &[&str], given: [bool; 3]| {
        let settings = settings_of(subtypes, without);
        let refused = (DecisionCode::NothingToGive, "the campaign does not subsidise this kind of the category");
        let expected = given.map(|given| (!given).then_some(refused));
        let kinds = [None, Some("folding"), Some("bar")];
        assert_eq!(kinds.map(|kind| refusal(&settings, kind)), expected, "{subtypes:?} {without:?}");
    };
    check(&[], &[], [true, true, true]);
    check(&["folding"], &[], [false, true, false]);
    check(&["folding", "bar"], &[], [false, true, true]);
    check(&[], &["folding"], [true, false, true]);
    check(&[], &["folding", "bar"], [true, false, false]);
}

#[test]
fn kinds_that_contradict_themselves_are_refused() {
    let check = |subtypes: &[&str], without: &[&str], expected: &str| {
        let errors = settings_of(subtypes, without).check().unwrap_err();
        assert_eq!(errors.iter().map(|error| error.key.as_str()).collect::<Vec<_>>(), [expected], "{errors:?}");
    };
    check(&["a"], &["b"], "categories[0].subtypes");
    check(&["a", "a"], &[], "categories[0].subtypes[1]");
    check(&[], &["a", "B"], "categories[0].without_subtypes[1]");
}

#[test]
fn campaigns_for_different_kinds_do_not_overlap() {
    let meet = |one: (&[&str], &[&str]), two: (&[&str], &[&str])| {
        let campaign = |(subtypes, without): (&[&str], &[&str])| settings_of(subtypes, without).check().unwrap();
        let (one, two) = (campaign(one), campaign(two));
        let overlap = one.overlap(&two);
        assert_eq!(overlap, two.overlap(&one));
        overlap.is_some()
    };
    assert!(meet((&[], &[]), (&["a"], &[])));
    assert!(meet((&["a", "b"], &[]), (&["b"], &[])));
    assert!(meet((&[], &["a"]), (&[], &["a"])));
    assert!(!meet((&["a"], &[]), (&["b"], &[])));
    assert!(!meet((&["a"], &[]), (&[], &["a"])));
    assert!(meet((&["b"], &[]), (&[], &["a"])));
}
