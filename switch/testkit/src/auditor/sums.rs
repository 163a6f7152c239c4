//! The arithmetic of one record.

use super::books::Hold;
use super::facts::Terms;
use super::record::{Intent, ReturnAsked};
use super::rule::{Rule, Violation};

pub(super) fn of_intent(lsn: u64, date: i32, intent: &Intent, terms: &Terms) -> Result<(), Violation> {
    let broken = |what: &str| Err(Rule::RowIdentity.broken(format!("record {lsn}: {what}")));
    let Intent { gross, discount, net, .. } = *intent;
    if net.checked_add(discount) != Some(gross) {
        return broken("gross is not net and discount");
    }
    if sum(intent.sponsors.iter().map(|(_, part)| *part)) != Some(discount) {
        return broken("the sponsors' parts are not the discount");
    }
    if sum(intent.items.iter().map(|item| item.discount)) != Some(discount) {
        return broken("the items' discounts are not the discount");
    }
    if sum(intent.items.iter().map(price)) != sum([gross, intent.trade_in, intent.bank_promotion]) {
        return broken("the items are not the gross amount, trade-in and bank promotion");
    }
    let shared = |take: &&super::record::Take| take.cap.starts_with("campaign:");
    if intent.caps.iter().find(shared).map(|take| take.amount) != Some(discount) {
        return broken("what the campaign gives is not the discount");
    }
    let another_day =
        |take: &&super::record::Take| take.cap.starts_with("day:") && !take.cap.ends_with(&format!(":{date}"));
    if intent.caps.iter().any(|take| another_day(&take)) {
        return broken("the money of another day is taken");
    }
    if sponsors(discount, terms) != intent.sponsors {
        let what = format!("record {lsn}: {:?} pay {discount}", intent.sponsors);
        return Err(Rule::SponsorsAreRight.broken(what));
    }
    let wrong = |what: String| Err(Rule::DiscountIsRight.broken(format!("record {lsn}: {what}")));
    let known = |gtin: u64| terms.goods.iter().find(|good| good.gtin == gtin);
    if let Some((rate, most)) = terms.order {
        let due =
            (u128::from(sum(intent.items.iter().map(price)).unwrap_or(0)) * u128::from(rate) / 10_000).min(most.into());
        let over = intent.items.iter().any(|item| item.discount > price(item) || known(item.gtin).is_none());
        let once = |take: &&super::record::Take| take.cap.starts_with("person-") && take.count != 1;
        if due != u128::from(discount) || over || intent.caps.iter().any(|take| once(&take)) {
            return wrong(format!("{discount} is given for {:?} as one, {due} is due", intent.items));
        }
        return Ok(());
    }
    for item in &intent.items {
        let due = known(item.gtin).map(|good| {
            let share = u128::from(item.unit_price) * u128::from(good.rate_basis_points) / 10_000;
            share.min(u128::from(good.cap_per_item)) * u128::from(item.quantity)
        });
        if due != Some(u128::from(item.discount)) {
            return wrong(format!("{} is given for {item:?}, {due:?} is due", item.discount));
        }
    }
    Ok(())
}

/// None of the goods is stopped at this moment of the switch's clock.
pub(super) fn of_stopped(lsn: u64, at_us: i64, intent: &Intent, terms: &Terms) -> Result<(), Violation> {
    let stopped = |good: &&super::facts::Good| good.stopped_from_us.is_some_and(|from_us| at_us >= from_us);
    let stopped = |gtin: u64| terms.goods.iter().filter(stopped).any(|good| good.gtin == gtin);
    match intent.items.iter().find(|item| stopped(item.gtin)) {
        Some(item) => Err(Rule::StoppedIsStopped.broken(format!("record {lsn} gives something for {item:?}"))),
        None => Ok(()),
    }
}

fn price(item: &super::record::Item) -> u64 {
    item.unit_price.saturating_mul(u64::from(item.quantity))
}

/// Who pays what of a discount: one after the other up to its most, or each its share down to the fen, the fen that are left
/// to those who lost the largest part of one.
fn sponsors(discount: u64, terms: &Terms) -> Vec<(String, u64)> {
    let names = terms.sponsors.iter().map(|sponsor| sponsor.name.clone());
    let shared = terms.sponsors.iter().any(|sponsor| sponsor.share_basis_points > 0);
    let mut left = discount;
    if !shared {
        let pays = |sponsor: &super::facts::Sponsor| {
            let part = left.min(sponsor.at_most.unwrap_or(u64::MAX));
            left -= part;
            part
        };
        return names.zip(terms.sponsors.iter().map(pays)).collect();
    }
    let exact = terms.sponsors.iter().map(|sponsor| u128::from(discount) * u128::from(sponsor.share_basis_points));
    let mut parts: Vec<(u128, u128)> = exact.map(|exact| (exact / 10_000, exact % 10_000)).collect();
    left -= u64::try_from(parts.iter().map(|(part, _)| part).sum::<u128>()).unwrap_or(left);
    while left > 0 {
        let most = parts.iter().map(|(_, lost)| *lost).max();
        let Some(next) = parts.iter_mut().find(|(_, lost)| Some(*lost) == most) else { break };
        (*next, left) = ((next.0 + 1, 0), left - 1);
    }
    names.zip(parts.iter().map(|(part, _)| u64::try_from(*part).unwrap_or(u64::MAX))).collect()
}

/// Its amount is what the till asked for, or what the card paid.
pub(super) fn of_reversal(lsn: u64, amount: u64, original: Option<&Hold>) -> Result<(), Violation> {
    let Some(intent) = original.map(|hold| &hold.intent) else { return Ok(()) };
    if [intent.gross, intent.net].contains(&amount) {
        return Ok(());
    }
    Err(Rule::RowIdentity.broken(format!("record {lsn}: {amount} is neither gross nor net of the sale")))
}

pub(super) fn of_return(lsn: u64, asked: &ReturnAsked) -> Result<(), Violation> {
    let broken = |what: &str| Err(Rule::RowIdentity.broken(format!("record {lsn}: {what}")));
    if asked.net.checked_add(asked.discount) != Some(asked.gross) {
        return broken("what is returned is not net and discount");
    }
    if sum(asked.sponsors.iter().map(|(_, part)| *part)) != Some(asked.discount) {
        return broken("what sponsors get back is not the discount");
    }
    Ok(())
}

fn sum(amounts: impl IntoIterator<Item = u64>) -> Option<u64> {
    amounts.into_iter().try_fold(0u64, u64::checked_add)
}
