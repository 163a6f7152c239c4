//! What must hold of any sale under any campaign.

use crate::world::{category, item, noon, rules, sale, settings};
use jiff::civil::date;
use lijian_domain::campaign::{BudgetSettings, CampaignSettings, CategorySettings, SaleForm, SponsorSettings};
use lijian_domain::decide::decide;
use lijian_domain::ids::{DistrictCode, Gtin, MerchantId, SerialNumber};
use lijian_domain::money::{MinorUnits, Rounding};
use lijian_domain::sale::{Award, Decision, ItemRequest, SaleRequest};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_assert, prop_compose, prop_oneof, proptest};
use proptest::strategy::ValueTree;

fn amounts() -> impl Strategy<Value = u64> {
    prop_oneof![1 => Just(0), 4 => 1..200u64, 20 => 1..1_000_000u64, 1 => any::<u64>()]
}

fn items() -> impl Strategy<Value = Vec<ItemRequest>> {
    let one = (
        prop_oneof![12 => 1..4u64, 1 => 0..6u64],
        prop_oneof![12 => Just(1), 6 => 1..4u32, 1 => any::<u32>()],
        amounts(),
        0..3u8,
    );
    let one = one.prop_map(|(gtin, quantity, price, serial)| {
        let serial = if serial == 0 { String::new() } else { format!("SN{serial}") };
        ItemRequest { quantity, serial_number: SerialNumber::new(&serial).unwrap(), ..item(Gtin(gtin), price) }
    });
    let one = one.boxed();
    prop_oneof![3 => prop::collection::vec(one.clone(), 1), 2 => prop::collection::vec(one, 0..=8)]
}

prop_compose! {
    fn requests()(
        items in items(),
        promotions in prop_oneof![6 => Just((0, 0)), 3 => (0..5_000u64, 0..5_000u64), 1 => (any::<u64>(), any::<u64>())],
        amount in prop::option::weighted(0.1, amounts()),
        merchant in prop_oneof![12 => Just("NANSHAN"), 2 => Just("FUTIAN"), 1 => Just("GUANGZHOU"), 1 => Just("NOBODY")],
        district in prop_oneof![10 => Just(""), 4 => Just("440305"), 1 => Just("440304"), 1 => Just("x")],
    ) -> SaleRequest {
        let mut request = sale(&items);
        (request.trade_in, request.bank_promotion) = (MinorUnits::new(promotions.0), MinorUnits::new(promotions.1));
        let due = request.amount.get().saturating_sub(promotions.0).saturating_sub(promotions.1);
        request.amount = MinorUnits::new(amount.unwrap_or(due));
        request.merchant = MerchantId::new(merchant).unwrap();
        request.district = DistrictCode::new(district).unwrap();
        request
    }
}

prop_compose! {
    fn campaigns()(
        basket in any::<bool>(),
        rounding in prop_oneof![Just(Rounding::Floor), Just(Rounding::HalfUp), Just(Rounding::Ceiling)],
        rates in prop::array::uniform3(1..=10_000u32),
        cap in 1..1_000_000u64,
        share in 1..10_000u32,
        limits in prop::array::uniform5(prop::option::of(1..1_000_000u64)),
    ) -> CampaignSettings {
        let terms = CategorySettings {
            rate_basis_points_by_grade: vec![("1".to_owned(), rates[0]), ("2".to_owned(), rates[1])],
            rate_basis_points_without_grade: Some(rates[2]),
            cap_per_item_fen: cap,
            budget_fen: limits[0],
            ..category("refrigerator")
        };
        let sponsor = |id: &str, share_basis_points| SponsorSettings { id: id.to_owned(), share_basis_points: Some(share_basis_points), ..SponsorSettings::default() };
        CampaignSettings {
            sale_form: if basket { SaleForm::Basket } else { SaleForm::OneItem },
            rounding,
            budget: BudgetSettings {
                campaign_fen: 1,
                day_fen: limits[1],
                merchant_fen: limits[2],
                terminal_fen: limits[3],
                districts_fen: limits[4].map(|limit| ("440305".to_owned(), limit)).into_iter().collect(),
                ..BudgetSettings::default()
            },
            sponsors: vec![sponsor("city", share), sponsor("district", 10_000 - share)],
            categories: vec![CategorySettings { ids: vec!["phone".to_owned()], ..terms.clone() }, terms],
            ..settings("any")
        }
    }
}

/// Every identity of an award, counted here anew.
fn check(request: &SaleRequest, campaign: &CampaignSettings, award: &Award) {
    let cap_per_item = u128::from(campaign.categories[0].cap_per_item_fen);
    let discount = u128::from(award.discount.get());
    assert_eq!(award.gross, request.amount);
    assert_eq!(u128::from(award.gross.get()), u128::from(award.net.get()) + discount);
    assert!(award.net.get() > 0 && discount > 0);
    assert_eq!(award.items.iter().map(|item| u128::from(item.discount.get())).sum::<u128>(), discount);
    assert_eq!(award.sponsors.iter().map(|share| u128::from(share.amount.get())).sum::<u128>(), discount);
    let requested: Vec<ItemRequest> = award.items.iter().map(|awarded| awarded.item).collect();
    assert_eq!(requested, request.items.as_slice());
    for awarded in &award.items {
        let pieces = u128::from(awarded.item.quantity);
        let price = u128::from(awarded.item.unit_price.get());
        assert!(u128::from(awarded.discount.get()) <= pieces * cap_per_item.min(price), "{awarded:?}");
    }
    assert!(award.caps.windows(2).all(|pair| pair[0].key.kind() <= pair[1].key.kind()), "in the order of taking");
    let mut keys: Vec<_> = award.caps.iter().map(|take| take.key).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), award.caps.len(), "each cap once");
    assert!(award.caps.iter().all(|take| !take.limit.is_none() && take.amount <= award.discount));
    assert_eq!(award.caps.last().map(|take| take.amount), Some(award.discount), "the campaign's budget gives it all");
    let by_person = award.caps.iter().filter(|take| take.key.kind() == lijian_domain::cap::CapKind::PersonCategory);
    assert_eq!(by_person.map(|take| u128::from(take.amount.get())).sum::<u128>(), discount);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_award_adds_up_and_no_sale_panics(request in requests(), campaign in campaigns(), day in 0..400i64) {
        let rules = rules(std::slice::from_ref(&campaign));
        let now = noon(date(2024, 9, 1).checked_add(jiff::Span::new().days(day % 130)).unwrap());
        match decide(&rules, &request, None, &now) {
            Decision::Grant(award) => check(&request, &campaign, &award),
            Decision::Refuse(refusal) => prop_assert!(!refusal.reason.is_empty()),
        }
    }
}

#[test]
fn awards_do_come_about() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut granted = 0;
    for _ in 0..500 {
        let request = requests().new_tree(&mut runner).unwrap().current();
        let campaign = campaigns().new_tree(&mut runner).unwrap().current();
        let decision = decide(&rules(&[campaign]), &request, None, &noon(date(2024, 10, 1)));
        granted += i32::from(matches!(decision, Decision::Grant(_)));
    }
    assert!(granted > 100, "only {granted} awards of 500 sales: the property above would prove little");
}
