//! From terms to an award: items, sponsors, and the caps to take in the order of taking.

use super::Sale;
use super::terms::Terms;
use crate::campaign::{Campaign, SaleForm, SerialNumbers};
use crate::cap::{CapKey, CapLimit, CapTake, Takes};
use crate::ids::RulesVersion;
use crate::money::MinorUnits;
use crate::sale::{Award, AwardedItem};
use crate::time::BusinessDate;

/// The award of a sale on these terms.
pub(super) fn award(rules: RulesVersion, campaign: &Campaign, sale: &Sale<'_>, terms: &Terms<'_>) -> Award {
    let parts = sale.request.items.iter().zip(&sale.products).zip(&terms.items);
    let items = parts.map(|((item, product), terms)| AwardedItem {
        item: *item,
        category: product.category,
        grade: product.grade,
        discount: terms.discount,
    });
    let award = Award {
        campaign: campaign.id,
        rules,
        gross: sale.request.amount,
        discount: terms.discount,
        net: terms.net,
        district: terms.district,
        items: items.collect(),
        sponsors: campaign.sponsors.split(terms.discount),
        funding: campaign.funding.clone(),
        caps: takes(campaign, sale, terms),
    };
    let paid_by_sponsors = MinorUnits::checked_sum(award.sponsors.iter().map(|share| share.amount));
    assert!(paid_by_sponsors == Some(award.discount), "the sponsors' parts add up to the discount");
    assert!(award.net.checked_add(award.discount) == Some(award.gross), "gross is net and discount");
    award
}

fn takes(campaign: &Campaign, sale: &Sale<'_>, terms: &Terms<'_>) -> Takes {
    let request = sale.request;
    let items = || request.items.iter().zip(&terms.items);
    let pieces = request.items.iter().map(|item| item.quantity).sum();
    let whole = |key, limit: MinorUnits| take(key, terms.discount, pieces, CapLimit::of_amount(limit));
    let bought = if campaign.sale_form == SaleForm::WholeOrder { 1 } else { pieces };
    let mut takes = Takes::new();
    if campaign.serial_numbers == SerialNumbers::Once {
        for (item, terms) in items().filter(|(item, _)| !item.serial_number.is_empty()) {
            let key = CapKey::SerialNumber(item.serial_number);
            add(&mut takes, take(key, terms.discount, 1, CapLimit::of_count(1)));
        }
    }
    if let Some(redeemed) = &terms.redeemed {
        let key = CapKey::Qualification(campaign.id, redeemed.claim.cap_code());
        takes.push(take(key, terms.discount, bought, CapLimit::of_count(redeemed.redeemable)));
        // Each member once, however many of the pack can be redeemed, now or by later rules.
        let key = CapKey::Qualification(campaign.id, redeemed.claim.member_cap_code(redeemed.member));
        takes.push(take(key, terms.discount, bought, CapLimit::of_count(1)));
    }
    let person = terms.redeemed.map_or(request.person, |redeemed| redeemed.person);
    for (item, terms) in items().filter(|(_, terms)| !terms.category.per_person.is_none()) {
        let key = CapKey::PersonCategory(campaign.id, person, terms.category.id);
        add(&mut takes, take(key, terms.discount, item.quantity, terms.category.per_person));
    }
    let today = sale.now.local.date();
    let (week, year) = (BusinessDate::monday_of(today), today.year().unsigned_abs());
    let allowances = [
        (CapKey::PersonWeek(campaign.id, person, week), campaign.per_person.week),
        (CapKey::PersonYear(campaign.id, person, year), campaign.per_person.year),
        (CapKey::PersonCampaign(campaign.id, person), campaign.per_person.campaign),
    ];
    let allowances = allowances.into_iter().filter(|(_, limit)| !limit.is_none());
    takes.extend(allowances.map(|(key, limit)| take(key, terms.discount, bought, limit)));
    if let Some(limit) = campaign.budget.terminal {
        takes.push(whole(CapKey::Terminal(campaign.id, request.merchant, request.terminal), limit));
    }
    if let Some(limit) = campaign.budget.merchant {
        takes.push(whole(CapKey::Merchant(campaign.id, request.merchant), limit));
    }
    if let Some(limit) = campaign.budget.district(&terms.district) {
        takes.push(whole(CapKey::District(campaign.id, terms.district), limit));
    }
    for (item, terms) in items() {
        if let Some(limit) = terms.category.budget {
            let key = CapKey::Category(campaign.id, terms.category.id);
            add(&mut takes, take(key, terms.discount, item.quantity, CapLimit::of_amount(limit)));
        }
    }
    if let Some(limit) = campaign.budget.day_so_far(sale.now) {
        takes.push(whole(CapKey::Day(campaign.id, sale.now.business_date), limit));
    }
    if let Some(limit) = campaign.budget.arrived(sale.now) {
        takes.push(whole(CapKey::Tranche(campaign.id, 0), limit));
    }
    takes.push(whole(CapKey::Campaign(campaign.id), campaign.budget.campaign));
    takes
}

const fn take(key: CapKey, amount: MinorUnits, count: u32, limit: CapLimit) -> CapTake {
    CapTake { key, amount, count, limit }
}

/// Two items of one sale that share a cap take from it once. Their amounts are parts of a sum that fits.
fn add(takes: &mut Takes, take: CapTake) {
    let known = takes.iter_mut().find(|known| known.key == take.key);
    let Some(known) = known else { return takes.push(take) };
    known.amount = known.amount.checked_add(take.amount).unwrap_or(known.amount);
    known.count = known.count.saturating_add(take.count);
}
