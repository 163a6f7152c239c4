//! Any sale under any campaign: what it gets, and if nothing, why, against an arithmetic of its own.

mod due;

use crate::world::{category, item, moment, rules, sale, settings};
use due::{Due, due};
use jiff::civil::{DateTime, date, time};
use lijian_domain::campaign::{
    BudgetSettings, CampaignSettings, CategorySettings, PacingSettings, PersonSettings, SaleForm, SerialNumbers,
    SponsorSettings, SponsorSplit, Stacking, TrancheSettings,
};
use lijian_domain::code::DecisionCode;
use lijian_domain::decide::decide;
use lijian_domain::ids::{DistrictCode, Gtin, MerchantId, SerialNumber};
use lijian_domain::money::{MinorUnits, Rounding};
use lijian_domain::sale::{Award, Decision, ItemRequest, SaleRequest};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_compose, prop_oneof, proptest};
use proptest::strategy::ValueTree;
use std::collections::BTreeMap;

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
    /// Any request, most of them wrong in some way.
    fn wild()(
        items in items(),
        promotions in prop_oneof![6 => Just((0, 0)), 3 => (0..5_000u64, 0..5_000u64), 1 => (any::<u64>(), any::<u64>())],
        amount in prop::option::weighted(0.1, amounts()),
        merchant in prop_oneof![12 => Just("NANSHAN"), 2 => Just("FUTIAN"), 1 => Just("GUANGZHOU"), 1 => Just("NOBODY")],
        district in prop_oneof![10 => Just(""), 4 => Just("440305"), 1 => Just("440304"), 1 => Just("x")],
        currency in prop_oneof![8 => Just(None), 8 => Just(Some(156)), 1 => Just(Some(344))],
    ) -> SaleRequest {
        let mut request = sale(&items);
        (request.trade_in, request.bank_promotion) = (MinorUnits::new(promotions.0), MinorUnits::new(promotions.1));
        let due = request.amount.get().saturating_sub(promotions.0).saturating_sub(promotions.1);
        request.amount = MinorUnits::new(amount.unwrap_or(due));
        request.merchant = MerchantId::new(merchant).unwrap();
        request.district = DistrictCode::new(district).unwrap();
        request.currency = currency;
        request
    }
}

prop_compose! {
    /// A few goods of the campaigns in their shop, so that sums and roundings decide.
    fn calm()(
        goods in prop::collection::vec((1..4u64, 1..4u32, 100..20_000u64), 1..4),
        promotions in prop_oneof![1 => Just((0, 0)), 2 => (0..90u64, 0..90u64)],
    ) -> SaleRequest {
        let one = |(gtin, quantity, price)| ItemRequest { quantity, ..item(Gtin(gtin), price) };
        let mut request = sale(&goods.into_iter().map(one).collect::<Vec<_>>());
        (request.trade_in, request.bank_promotion) = (MinorUnits::new(promotions.0), MinorUnits::new(promotions.1));
        request.amount = MinorUnits::new(request.amount.get().saturating_sub(promotions.0 + promotions.1));
        request
    }
}

fn requests() -> impl Strategy<Value = SaleRequest> {
    prop_oneof![wild(), calm()]
}

/// What a campaign limits, each or not.
type Limits = [Option<u64>; 12];

fn budget(limits: &Limits, paced: bool, tranche: Option<(i8, u64)>) -> BudgetSettings {
    let share = |hour| match hour {
        10 => 1_000,
        11..23 => 750,
        _ => 0,
    };
    let hours = (0..24).map(share).collect();
    let tranche = tranche.map(|(day, fen)| TrancheSettings { from: date(2024, 10, day).at(11, 0, 0, 0), fen });
    let tranches: Vec<_> =
        tranche.into_iter().chain(tranche.map(|first| TrancheSettings { fen: 7, ..first })).collect();
    BudgetSettings {
        campaign_fen: tranches.iter().map(|tranche| tranche.fen).sum::<u64>() + 1,
        tranches,
        day_fen: limits[0],
        day_pacing: (paced && limits[0].is_some()).then_some(PacingSettings::Hours(hours)),
        merchant_fen: limits[1],
        terminal_fen: limits[2],
        districts_fen: limits[3].map(|limit| ("440305".to_owned(), limit)).into_iter().collect(),
    }
}

fn per_person(limits: &Limits) -> PersonSettings {
    let items = |limit: Option<u64>| limit.map(|limit| u32::try_from(limit % 50 + 1).unwrap());
    PersonSettings {
        week_items: items(limits[4]),
        week_fen: limits[5],
        year_items: items(limits[6]),
        year_fen: limits[7],
        campaign_items: items(limits[8]),
        campaign_fen: limits[9],
    }
}

/// Two or three sponsors: by these shares, or in order up to these sums.
fn sponsors(in_order: bool, shares: (u32, u32), most: (u64, u64)) -> (SponsorSplit, Vec<SponsorSettings>) {
    let sponsor = |id: &str, share_basis_points, at_most_fen| SponsorSettings {
        id: id.to_owned(),
        share_basis_points,
        at_most_fen,
        ..SponsorSettings::default()
    };
    if in_order {
        let first = [sponsor("brand", None, Some(most.0)), sponsor("city", None, Some(most.1))];
        return (SponsorSplit::InOrder, first.into_iter().chain([sponsor("province", None, None)]).collect());
    }
    let rest = 10_000 - shares.0 - shares.1;
    let shares = [("brand", shares.0), ("city", shares.1), ("province", rest)];
    (SponsorSplit::LargestRemainder, shares.map(|(id, share)| sponsor(id, Some(share), None)).to_vec())
}

prop_compose! {
    fn terms()(
        rates in prop::array::uniform3(1..=10_000u32),
        cap in prop_oneof![3 => 1_000..1_000_000u64, 1 => 1..1_000u64],
        prices in (prop::option::weighted(0.2, 1..2_000u64), prop::option::weighted(0.2, 2_000..1_000_000u64)),
        subtypes in 0..8u8,
        stopped in prop::option::weighted(0.1, 1..31i8),
        budget in prop::option::of(1..1_000_000u64),
        one_rate in any::<bool>(),
        person in (prop::option::of(1..9u32), prop::option::of(1..1_000_000u64)),
    ) -> CategorySettings {
        let kinds = vec!["two-door".to_owned()];
        let by_grade = vec![("1".to_owned(), rates[0]), ("2".to_owned(), rates[1])];
        CategorySettings {
            subtypes: if subtypes == 0 { kinds.clone() } else { Vec::new() },
            without_subtypes: if subtypes == 1 { kinds } else { Vec::new() },
            rate_basis_points: one_rate.then_some(rates[0]),
            rate_basis_points_by_grade: if one_rate { Vec::new() } else { by_grade },
            rate_basis_points_without_grade: (!one_rate && rates[2] % 4 > 0).then_some(rates[2]),
            cap_per_item_fen: cap,
            price_min_fen: prices.0,
            price_max_fen: prices.1,
            stopped_from: stopped.map(|day| date(2024, 10, day).at(12, 0, 0, 0)),
            budget_fen: budget,
            items_per_person: person.0,
            money_per_person_fen: person.1,
            ..category("refrigerator")
        }
    }
}

prop_compose! {
    fn campaigns()(
        sale_form in prop_oneof![Just(SaleForm::OneItem), Just(SaleForm::Basket), Just(SaleForm::WholeOrder)],
        rounding in prop_oneof![Just(Rounding::Floor), Just(Rounding::HalfUp), Just(Rounding::Ceiling)],
        serial_numbers in prop_oneof![Just(SerialNumbers::Once), Just(SerialNumbers::Ignored)],
        groups in (terms(), terms(), any::<bool>()),
        limits in prop::array::uniform12(prop::option::of(1..1_000_000u64)),
        paced in any::<bool>(),
        tranche in prop::option::of((1..31i8, 1..1_000_000u64)),
        split in (any::<bool>(), (1..5_000u32, 1..4_999u32), (1..300_000u64, 1..300_000u64)),
        stacking in (any::<bool>(), any::<bool>()),
        tolerance in prop_oneof![2 => Just(0), 1 => 0..=10_000u32],
        hong_kong in prop::bool::weighted(0.05),
    ) -> CampaignSettings {
        let (fridges, phones, together) = groups;
        let both = vec!["refrigerator".to_owned(), "phone".to_owned()];
        let categories = if sale_form == SaleForm::WholeOrder {
            let rate_basis_points = fridges.rate_basis_points.or_else(|| Some(fridges.rate_basis_points_by_grade[0].1));
            vec![CategorySettings {
                ids: both,
                rate_basis_points,
                rate_basis_points_by_grade: Vec::new(),
                rate_basis_points_without_grade: None,
                items_per_person: None,
                money_per_person_fen: None,
                ..fridges
            }]
        } else if together {
            vec![CategorySettings { ids: both, ..fridges }]
        } else {
            vec![fridges, CategorySettings { ids: vec!["phone".to_owned()], ..phones }]
        };
        let (sponsor_split, sponsors) = sponsors(split.0, split.1, split.2);
        CampaignSettings {
            sale_form,
            rounding,
            serial_numbers,
            currency: hong_kong.then(|| "HKD".to_owned()),
            filed_price_tolerance_basis_points: tolerance,
            stacking: Stacking { trade_in_lowers_base: stacking.0, bank_promotion_lowers_base: stacking.1 },
            per_person: per_person(&limits),
            budget: budget(&limits, paced, tranche),
            sponsor_split,
            sponsors,
            categories,
            ..settings("any")
        }
    }
}

prop_compose! {
    /// From before the campaign until after a change of year, mostly in its hours.
    fn moments()(
        day in prop_oneof![1 => 0..130i64, 4 => 30..60i64],
        hour in prop_oneof![8 => 10..23i8, 1 => 0..24i8],
        minute in 0..60i8,
    ) -> DateTime {
        let date = date(2024, 9, 1).checked_add(jiff::Span::new().days(day)).unwrap();
        date.to_datetime(time(hour, minute, 0, 0))
    }
}

/// What was decided, in the words of the arithmetic.
fn told(award: &Award) -> Due {
    let number = |amount: MinorUnits| u128::from(amount.get());
    assert!(award.caps.windows(2).all(|pair| pair[0].key.kind() <= pair[1].key.kind()), "in the order of taking");
    let caps: BTreeMap<_, _> =
        award.caps.iter().map(|take| (take.key, (number(take.amount), take.count, take.limit))).collect();
    assert_eq!(caps.len(), award.caps.len(), "each cap once");
    Due {
        items: award.items.iter().map(|item| number(item.discount)).collect(),
        discount: number(award.discount),
        net: number(award.net),
        sponsors: award.sponsors.iter().map(|share| (share.sponsor.to_string(), number(share.amount))).collect(),
        caps,
    }
}

fn decided(request: &SaleRequest, campaign: &CampaignSettings, local: DateTime) -> Result<Due, DecisionCode> {
    match decide(&rules(std::slice::from_ref(campaign)), request, None, &moment(local)) {
        Decision::Grant(award) => {
            assert_eq!(award.gross, request.amount);
            let requested: Vec<ItemRequest> = award.items.iter().map(|awarded| awarded.item).collect();
            assert_eq!(requested, request.items.as_slice());
            Ok(told(&award))
        }
        Decision::Refuse(refusal) => {
            assert!(!refusal.reason.is_empty());
            Err(refusal.code)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_sale_gets_what_is_due_or_is_refused_for_the_lowest_reason(
        request in requests(), campaign in campaigns(), local in moments(),
    ) {
        assert_eq!(decided(&request, &campaign, local), due(&campaign, &request, local));
    }
}

#[test]
fn awards_and_every_refusal_do_come_about() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
    for _ in 0..2_000 {
        let request = requests().new_tree(&mut runner).unwrap().current();
        let campaign = campaigns().new_tree(&mut runner).unwrap().current();
        let local = moments().new_tree(&mut runner).unwrap().current();
        let form = format!("{:?} {:?}", campaign.sale_form, campaign.sponsor_split);
        let outcome = decided(&request, &campaign, local).map_or_else(|code| code.to_string(), |_| form);
        *outcomes.entry(outcome).or_default() += 1;
    }
    for code in ["N101", "N102", "N103", "N104", "N107", "N109", "N110", "N111"] {
        assert!(outcomes.contains_key(code), "{code}: {outcomes:?}");
    }
    let granted = outcomes.iter().filter(|(outcome, count)| !outcome.starts_with('N') && **count >= 20);
    assert_eq!(granted.count(), 6, "each form of sale with each split: {outcomes:?}");
}
