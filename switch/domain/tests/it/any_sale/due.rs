//! What a sale is due, said anew from the settings: 128 bits, no code of the decision.

use jiff::civil::DateTime;
use lijian_domain::campaign::{
    CampaignSettings, CategorySettings, PacingSettings, SaleForm, SerialNumbers, SponsorSplit,
};
use lijian_domain::cap::{CapKey, CapLimit};
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::{CampaignId, CategoryId, DistrictCode};
use lijian_domain::money::{MinorUnits, Rounding};
use lijian_domain::sale::{ItemRequest, SaleRequest};
use lijian_domain::time::BusinessDate;
use std::collections::BTreeMap;

/// Money, items and limit by cap.
type Caps = BTreeMap<CapKey, (u128, u32, CapLimit)>;

#[derive(PartialEq, Eq, Debug)]
pub(super) struct Due {
    pub(super) items: Vec<u128>,
    pub(super) discount: u128,
    pub(super) net: u128,
    pub(super) sponsors: Vec<(String, u128)>,
    pub(super) caps: Caps,
}

/// What the world knows of the goods: category, subtype, grade, filed price.
const GOODS: [(&str, &str, Option<u8>, Option<u128>); 4] = [
    ("refrigerator", "", Some(1), Some(1_000_000)),
    ("refrigerator", "two-door", Some(2), None),
    ("phone", "", None, None),
    ("kettle", "", Some(1), None),
];

/// The grant, or the lowest of all reasons against it.
pub(super) fn due(campaign: &CampaignSettings, request: &SaleRequest, local: DateTime) -> Result<Due, DecisionCode> {
    let (day, time) = (local.date(), local.time());
    let hours = campaign.daily_window.unwrap();
    refuse(day < campaign.first_day || day > campaign.last_day, DecisionCode::NoCampaign)?;
    refuse(time < hours.0 || time >= hours.1, DecisionCode::NoCampaign)?;
    refuse(request.items.iter().any(|item| !(1..=4).contains(&item.gtin.0)), DecisionCode::UnknownProduct)?;
    let group = |item: &ItemRequest| {
        let (name, ..) = goods(item);
        campaign.categories.iter().find(|group| group.ids.iter().any(|id| id == name))
    };
    let stopped = |item| group(item).and_then(|group| group.stopped_from).is_some_and(|from| local >= from);
    refuse(request.items.iter().any(stopped), DecisionCode::CategoryStopped)?;
    let district = match request.merchant.as_str() {
        "NANSHAN" => "440305",
        "FUTIAN" => "440304",
        "GUANGZHOU" => "440106",
        _ => return Err(DecisionCode::MerchantNotAdmitted),
    };
    let sum: u128 = request.items.iter().map(|item| price(item) * u128::from(item.quantity)).sum();
    let (trade_in, bank) = (number(request.trade_in), number(request.bank_promotion));
    let amount = number(request.amount);
    let pieces: u64 = request.items.iter().map(|item| u64::from(item.quantity)).sum();
    let currency = if campaign.currency.is_some() { 344 } else { 156 };
    let unreadable = request.items.is_empty()
        || request.currency.is_some_and(|said| said != currency)
        || request.items.iter().any(|item| !(1..=999).contains(&item.quantity))
        || campaign.sale_form == SaleForm::OneItem && pieces != 1
        || amount == 0
        || sum > u128::from(u64::MAX)
        || sum != amount + trade_in + bank;
    refuse(unreadable, DecisionCode::ItemsUnreadable)?;
    let whole = campaign.sale_form == SaleForm::WholeOrder;
    let priced_wrong = |item: &ItemRequest| {
        let tolerance = u128::from(campaign.filed_price_tolerance_basis_points);
        let over_filed = goods(item).3.is_some_and(|filed| price(item) > filed + filed * tolerance / 10_000);
        let judged = if whole { sum } else { price(item) };
        over_filed
            || group(item).is_some_and(|group| {
                group.price_min_fen.is_some_and(|min| judged < u128::from(min))
                    || group.price_max_fen.is_some_and(|max| judged > u128::from(max))
            })
    };
    refuse(request.items.iter().any(priced_wrong), DecisionCode::Price)?;
    let rates: Option<Vec<(&CategorySettings, u128)>> =
        request.items.iter().map(|item| group(item).and_then(|group| Some((group, rate(group, item)?)))).collect();
    let rates = rates.ok_or(DecisionCode::NothingToGive)?;
    let lowered = if campaign.stacking.trade_in_lowers_base { trade_in } else { 0 }
        + if campaign.stacking.bank_promotion_lowers_base { bank } else { 0 };
    let items = if whole {
        let (group, rate) = rates[0];
        let discount = share(sum.saturating_sub(lowered), rate, campaign.rounding).min(group.cap_per_item_fen.into());
        spread(discount, request, sum)
    } else {
        let lowered = spread(lowered, request, sum);
        let each = request.items.iter().zip(&rates).zip(lowered).map(|((item, (group, rate)), lowered)| {
            let pieces = u128::from(item.quantity);
            // No piece gets more than its share: what lowers its price is rounded up.
            let base = price(item).saturating_sub(lowered.div_ceil(pieces));
            pieces * share(base, *rate, campaign.rounding).min(group.cap_per_item_fen.into())
        });
        each.collect()
    };
    let discount: u128 = items.iter().sum();
    refuse(discount == 0 || !whole && items.contains(&0) || discount >= amount, DecisionCode::NothingToGive)?;
    let elsewhere = !request.district.is_empty() && request.district.as_str() != district;
    refuse(elsewhere || !district.starts_with("4403"), DecisionCode::PlaceOrTime)?;
    let groups: Vec<&CategorySettings> = rates.iter().map(|(group, _)| *group).collect();
    let sponsors = sponsors(campaign, discount);
    let caps = caps(campaign, request, (local, district), &items, &groups);
    Ok(Due { items, discount, net: amount - discount, sponsors, caps })
}

fn refuse(so: bool, code: DecisionCode) -> Result<(), DecisionCode> {
    if so { Err(code) } else { Ok(()) }
}

fn goods(item: &ItemRequest) -> (&'static str, &'static str, Option<u8>, Option<u128>) {
    GOODS[usize::try_from(item.gtin.0).unwrap() - 1]
}

fn number(amount: MinorUnits) -> u128 {
    u128::from(amount.get())
}

fn price(item: &ItemRequest) -> u128 {
    number(item.unit_price)
}

/// In hundredths of a percent; none where the goods get nothing.
fn rate(group: &CategorySettings, item: &ItemRequest) -> Option<u128> {
    let (_, subtype, grade, _) = goods(item);
    let named = |kinds: &[String]| kinds.iter().any(|kind| kind == subtype);
    if !group.subtypes.is_empty() && !named(&group.subtypes) || named(&group.without_subtypes) {
        return None;
    }
    let by_grade = |grade: u8| group.rate_basis_points_by_grade.iter().find(|(of, _)| *of == grade.to_string());
    let rate = match (group.rate_basis_points, grade) {
        (Some(rate), _) => Some(rate),
        (None, Some(grade)) => by_grade(grade).map(|(_, rate)| *rate),
        (None, None) => group.rate_basis_points_without_grade,
    };
    rate.map(u128::from)
}

fn share(base: u128, rate: u128, rounding: Rounding) -> u128 {
    let up = match rounding {
        Rounding::Floor => 0,
        Rounding::HalfUp => 5_000,
        Rounding::Ceiling => 9_999,
    };
    (base * rate + up) / 10_000
}

/// By the prices: what the items up to one have together is the floor of their exact part.
fn spread(amount: u128, request: &SaleRequest, sum: u128) -> Vec<u128> {
    let (mut priced, mut before) = (0, 0);
    let part = |item: &ItemRequest| {
        priced += price(item) * u128::from(item.quantity);
        let together = amount * priced / sum;
        together - std::mem::replace(&mut before, together)
    };
    request.items.iter().map(part).collect()
}

fn sponsors(campaign: &CampaignSettings, discount: u128) -> Vec<(String, u128)> {
    let ids = campaign.sponsors.iter().map(|sponsor| sponsor.id.clone());
    let parts: Vec<u128> = match campaign.sponsor_split {
        SponsorSplit::InOrder => {
            let mut before = 0;
            let part = |most: Option<u64>| {
                let part = (discount - before).min(most.map_or(u128::MAX, u128::from));
                before += part;
                part
            };
            campaign.sponsors.iter().map(|sponsor| sponsor.at_most_fen).map(part).collect()
        }
        SponsorSplit::LargestRemainder => {
            let exact =
                campaign.sponsors.iter().map(|sponsor| discount * u128::from(sponsor.share_basis_points.unwrap()));
            let exact: Vec<u128> = exact.collect();
            let mut parts: Vec<u128> = exact.iter().map(|exact| exact / 10_000).collect();
            let left = usize::try_from(discount - parts.iter().sum::<u128>()).unwrap();
            let mut order: Vec<usize> = (0..parts.len()).collect();
            order.sort_by_key(|place| (10_000 - exact[*place] % 10_000, *place));
            order.into_iter().take(left).for_each(|place| parts[place] += 1);
            parts
        }
    };
    ids.zip(parts).collect()
}

fn caps(
    campaign: &CampaignSettings,
    request: &SaleRequest,
    (local, district): (DateTime, &str),
    items: &[u128],
    groups: &[&CategorySettings],
) -> Caps {
    let id = CampaignId::new(&campaign.id).unwrap();
    let mut caps = Caps::new();
    let mut take = |key, amount: u128, count: u32, money: Option<u64>, most: Option<u32>| {
        if money.is_none() && most.is_none() {
            return;
        }
        let limit = CapLimit { amount: money.map(MinorUnits::new), count: most };
        let cap = caps.entry(key).or_insert((0, 0, limit));
        (cap.0, cap.1) = (cap.0 + amount, cap.1 + count);
    };
    for ((item, amount), group) in request.items.iter().zip(items).zip(groups) {
        let category = CategoryId::new(goods(item).0).unwrap();
        if campaign.serial_numbers == SerialNumbers::Once && !item.serial_number.is_empty() {
            take(CapKey::SerialNumber(item.serial_number), *amount, 1, None, Some(1));
        }
        let of_person = CapKey::PersonCategory(id, request.person, category);
        take(of_person, *amount, item.quantity, group.money_per_person_fen, group.items_per_person);
        take(CapKey::Category(id, category), *amount, item.quantity, group.budget_fen, None);
    }
    let discount: u128 = items.iter().sum();
    let pieces: u32 = request.items.iter().map(|item| item.quantity).sum();
    let bought = if campaign.sale_form == SaleForm::WholeOrder { 1 } else { pieces };
    let today = local.date();
    let monday = today.checked_sub(jiff::Span::new().days(i64::from(today.weekday().to_monday_zero_offset()))).unwrap();
    let monday = BusinessDate::parse(&monday.to_string()).unwrap();
    let (person, per_person, budget) = (request.person, &campaign.per_person, &campaign.budget);
    let year = u16::try_from(today.year()).unwrap();
    take(CapKey::PersonWeek(id, person, monday), discount, bought, per_person.week_fen, per_person.week_items);
    take(CapKey::PersonYear(id, person, year), discount, bought, per_person.year_fen, per_person.year_items);
    take(CapKey::PersonCampaign(id, person), discount, bought, per_person.campaign_fen, per_person.campaign_items);
    take(CapKey::Terminal(id, request.merchant, request.terminal), discount, pieces, budget.terminal_fen, None);
    take(CapKey::Merchant(id, request.merchant), discount, pieces, budget.merchant_fen, None);
    let of_district = budget.districts_fen.iter().find(|(code, _)| code == district).map(|(_, fen)| *fen);
    take(CapKey::District(id, DistrictCode::new(district).unwrap()), discount, pieces, of_district, None);
    let released = |fen: u64| match &budget.day_pacing {
        Some(PacingSettings::Hours(hours)) => {
            let so_far = hours.iter().take(usize::try_from(local.hour()).unwrap() + 1);
            u64::try_from(u128::from(fen) * so_far.map(|share| u128::from(*share)).sum::<u128>() / 10_000).unwrap()
        }
        _ => fen,
    };
    let business_date = BusinessDate::parse(&today.to_string()).unwrap();
    take(CapKey::Day(id, business_date), discount, pieces, budget.day_fen.map(released), None);
    let arrived = budget.tranches.iter().filter(|tranche| tranche.from <= local).map(|tranche| tranche.fen).sum();
    take(CapKey::Tranche(id, 0), discount, pieces, (!budget.tranches.is_empty()).then_some(arrived), None);
    take(CapKey::Campaign(id), discount, pieces, Some(budget.campaign_fen), None);
    caps
}
