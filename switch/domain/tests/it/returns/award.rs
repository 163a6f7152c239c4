//! Awards to give back, made without the rules that make real ones.

use lijian_domain::cap::{CapKey, CapLimit, CapTake};
use lijian_domain::ids::{
    CampaignId, CategoryId, DistrictCode, Gtin, MerchantId, PersonKey, QualificationCode, RulesVersion, SerialNumber,
    SponsorId,
};
use lijian_domain::money::MinorUnits;
use lijian_domain::sale::{Award, AwardedItem, ItemRequest, SponsorShare};
use lijian_domain::time::BusinessDate;
use proptest::prelude::{Just, Strategy, prop, prop_compose, prop_oneof};

fn campaign() -> CampaignId {
    CampaignId::new("c").unwrap()
}

pub(crate) fn person(category: &str) -> CapKey {
    CapKey::PersonCategory(campaign(), PersonKey([3; 16]), CategoryId::new(category).unwrap())
}

pub(crate) fn serial() -> CapKey {
    CapKey::SerialNumber(SerialNumber::new("SN1").unwrap())
}

pub(crate) fn qualification() -> CapKey {
    CapKey::Qualification(campaign(), QualificationCode::new("Q1").unwrap())
}

pub(crate) fn budget() -> CapKey {
    CapKey::Campaign(campaign())
}

/// An award of these parts: what each sponsor pays, what each category's items get and how many they are.
pub(crate) fn award(net: u64, sponsors: &[u64], categories: &[(u64, u32)]) -> Award {
    let discount: u64 = sponsors.iter().sum();
    assert_eq!(discount, categories.iter().map(|(amount, _)| amount).sum::<u64>());
    let pieces = categories.iter().map(|(_, count)| count).sum();
    let mut caps = vec![(serial(), categories[0].0, 1), (qualification(), discount, 1)];
    let named = || categories.iter().zip(["fridge", "phone", "stove"]);
    caps.extend(named().map(|((amount, count), name)| (person(name), *amount, *count)));
    caps.push((CapKey::Merchant(campaign(), MerchantId::new("M").unwrap()), discount, pieces));
    caps.extend(named().map(|((amount, count), name)| {
        (CapKey::Category(campaign(), CategoryId::new(name).unwrap()), *amount, *count)
    }));
    caps.push((CapKey::Day(campaign(), BusinessDate(20_000)), discount, pieces));
    caps.push((budget(), discount, pieces));
    let item = |category, amount, quantity| AwardedItem {
        item: ItemRequest {
            gtin: Gtin(1),
            quantity,
            unit_price: MinorUnits::ZERO,
            serial_number: SerialNumber::default(),
        },
        category: CategoryId::new(category).unwrap(),
        grade: None,
        discount: MinorUnits::new(amount),
    };
    let take =
        |(key, amount, count)| CapTake { key, amount: MinorUnits::new(amount), count, limit: CapLimit::of_count(9) };
    let share = |(number, amount): (usize, &u64)| SponsorShare {
        sponsor: SponsorId::new(&format!("sponsor-{number}")).unwrap(),
        amount: MinorUnits::new(*amount),
    };
    Award {
        campaign: campaign(),
        rules: RulesVersion::default(),
        gross: MinorUnits::new(net + discount),
        discount: MinorUnits::new(discount),
        net: MinorUnits::new(net),
        district: DistrictCode::default(),
        items: named().map(|((amount, count), name)| item(name, *amount, *count)).collect(),
        sponsors: sponsors.iter().enumerate().map(share).collect(),
        funding: Default::default(),
        caps: caps.into_iter().map(take).collect(),
    }
}

prop_compose! {
    /// Any award: some of a few fen, where rounding shows, some of the size of a house.
    pub(crate) fn awards()(
        net in prop_oneof![3 => 1..20u64, 3 => 1..2_000_000u64, 1 => 1..1_000_000_000_000u64],
        discount in prop_oneof![3 => 1..20u64, 3 => 1..500_000u64, 1 => 1..1_000_000_000_000u64],
        sponsor_cuts in prop::collection::vec(0..=1_000u64, 0..4),
        category_cuts in prop::collection::vec(0..=1_000u64, 0..3),
        counts in prop::array::uniform3(1..5u32),
    ) -> Award {
        let categories: Vec<_> = pieces(discount, category_cuts).into_iter().zip(counts).collect();
        award(net, &pieces(discount, sponsor_cuts), &categories)
    }
}

/// A sum cut at these thousandths of it.
fn pieces(sum: u64, mut cuts: Vec<u64>) -> Vec<u64> {
    cuts.sort_unstable();
    let cuts: Vec<u64> = cuts.into_iter().map(|cut| sum * cut / 1_000).chain([sum]).collect();
    cuts.iter().scan(0, |last, cut| Some(cut - std::mem::replace(last, *cut))).collect()
}

/// A choice among a few values.
pub(crate) fn one_of<T: Copy + std::fmt::Debug + 'static>(values: &'static [T]) -> impl Strategy<Value = T> {
    (0..values.len(), Just(values)).prop_map(|(at, values)| values[at])
}
